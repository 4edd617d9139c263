//! Puts right what rules can put right: merges entries that name one concept, takes another definition from the documents
//! where the chosen one is circular, and leaves everything else visible for a person. A glossary without issues comes
//! back as it was.

#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::collections::BTreeMap;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::lexicon::Lexicon;
use crate::normalise::key;
use crate::reading::sort_key;
use crate::review::is_about_itself;
use crate::{
    Alternative, Category, DuplicateReason, Entry, Evidence, Finding, Issue, Problem, Refined, Refinement, Resolution,
    Ruling, Stop, Stopped,
};

/// Alternatives that a merged entry keeps.
const ALTERNATIVES: usize = 4;

/// What the researcher decided that a refinement follows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rulings {
    /// Keys of terms that name one concept. The first of them that has an entry keeps its headword.
    pub groups: Vec<Vec<String>>,
    /// What was decided about an issue, by its place in the list of issues.
    pub issues: BTreeMap<usize, Ruling>,
}

impl Rulings {
    fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.issues.is_empty()
    }
}

/// The refined glossary. Without issues and rulings the entries are those given, in their order; otherwise they are in
/// glossary order (see [`reading_order`]). Nothing is thrown away: a definition that loses its place becomes an
/// alternative, a headword a synonym.
///
/// What the researcher ruled comes before every rule: a group is merged first and keeps its headword, and nothing is done
/// about an issue that was dismissed.
pub fn refine(entries: &[Entry], issues: &[Issue], rulings: &Rulings, stop: &dyn Stop) -> Result<Refinement, Stopped> {
    if stop.requested() {
        return Err(Stopped);
    }
    if issues.is_empty() && rulings.is_empty() {
        return Ok(Refinement {
            entries: (0..entries.len()).map(Refined::Same).collect(),
            resolutions: Vec::new(),
        });
    }
    let mut work = Work::new(entries, issues, rulings);
    for group in &rulings.groups {
        work.unite(group);
    }
    let mut resolutions = vec![Resolution::Open; issues.len()];
    // Merging first: what is left of a merged entry may have a definition that settles the other issues.
    for (at, issue) in issues.iter().enumerate() {
        if at % 256 == 0 && stop.requested() {
            return Err(Stopped);
        }
        if let Finding::Duplicate { others, reason } = &issue.finding
            && rulings.issues.get(&at) != Some(&Ruling::Dismissed)
            && work.merge(&issue.term, others, *reason)
        {
            resolutions[at] = Resolution::Merged;
        }
    }
    for (at, issue) in issues.iter().enumerate() {
        if at % 256 == 0 && stop.requested() {
            return Err(Stopped);
        }
        let ruling = rulings.issues.get(&at);
        match &issue.finding {
            _ if ruling == Some(&Ruling::Dismissed) => resolutions[at] = Resolution::Dismissed,
            Finding::Undefined { .. } if work.is_defined(&issue.term) => resolutions[at] = Resolution::Merged,
            Finding::Circular { path } if work.break_circle(&issue.term, path) => {
                resolutions[at] = Resolution::Replaced;
            }
            Finding::Contradiction { first, second } => {
                let (chosen, resolution) = match ruling {
                    Some(Ruling::First) => (first, Resolution::First),
                    Some(Ruling::Second) => (second, Resolution::Second),
                    _ => continue,
                };
                if work.choose(&issue.term, chosen) {
                    resolutions[at] = resolution;
                }
            }
            Finding::Judged {
                problem: Problem::Duplicate,
                others,
                ..
            } if work.is_one(&issue.term, others) => resolutions[at] = Resolution::Merged,
            Finding::MissingRelated { related }
                if ruling == Some(&Ruling::Require) && work.place(related).is_some() =>
            {
                resolutions[at] = Resolution::Added;
            }
            _ => {}
        }
    }
    let refined = work.finish();
    if stop.requested() {
        return Err(Stopped);
    }
    let mut order: Vec<(String, Refined)> = refined
        .into_par_iter()
        .map(|refined| (sort_key(&refined.entry(entries).term), refined))
        .collect();
    let name = |refined: &Refined| {
        let Entry { term, key, .. } = refined.entry(entries);
        (term.clone(), key.clone())
    };
    order.par_sort_by(|(left, a), (right, b)| left.cmp(right).then_with(|| name(a).cmp(&name(b))));
    Ok(Refinement {
        entries: order.into_iter().map(|(_, refined)| refined).collect(),
        resolutions,
    })
}

/// The order of headwords in a glossary, by [`sort_key`]. Total: equal only for equal headwords.
pub fn reading_order(left: &str, right: &str) -> Ordering {
    sort_key(left).cmp(&sort_key(right)).then_with(|| left.cmp(right))
}

/// The entries while they are being refined.
struct Work<'a> {
    /// As they were given.
    given: &'a [Entry],
    /// Those that were worked at.
    own: FxHashMap<usize, Entry>,
    /// The entries that an issue or a ruling names, by headword. Two entries may share a key: that is one of the things to
    /// put right.
    places: FxHashMap<String, usize>,
    keys: FxHashMap<String, usize>,
    /// Where a merged entry went.
    into: FxHashMap<usize, usize>,
    /// Old headword to the entry that took it in.
    renamed: FxHashMap<String, usize>,
    /// Entries whose headword the researcher chose.
    chosen: FxHashSet<usize>,
}

impl<'a> Work<'a> {
    fn new(entries: &'a [Entry], issues: &[Issue], rulings: &Rulings) -> Self {
        let names: FxHashSet<&str> = issues.iter().flat_map(named).collect();
        let mut wanted: FxHashSet<String> = names.iter().map(|name| key(name)).collect();
        wanted.extend(rulings.groups.iter().flatten().cloned());
        let places = entries.iter().enumerate();
        Self {
            given: entries,
            own: FxHashMap::default(),
            places: places
                .clone()
                .filter(|(_, entry)| names.contains(&*entry.term))
                .map(|(at, entry)| (entry.term.clone(), at))
                .collect(),
            keys: places
                .filter(|(_, entry)| wanted.contains(&entry.key))
                .map(|(at, entry)| (entry.key.clone(), at))
                .collect(),
            into: FxHashMap::default(),
            renamed: FxHashMap::default(),
            chosen: FxHashSet::default(),
        }
    }

    /// The entry as it is now; nothing for one that went into another.
    fn entry(&self, at: usize) -> Option<&Entry> {
        (!self.into.contains_key(&at)).then(|| self.own.get(&at).unwrap_or(&self.given[at]))
    }

    /// The entry, to be worked at.
    fn open(&mut self, at: usize) -> Option<&mut Entry> {
        if self.into.contains_key(&at) {
            return None;
        }
        Some(self.own.entry(at).or_insert_with(|| self.given[at].clone()))
    }

    /// Merges what the researcher takes for one concept. Who is not there is left out: a group without its first member
    /// is still a group.
    fn unite(&mut self, group: &[String]) {
        let mut present: Vec<usize> = Vec::new();
        for key in group {
            let Some(&at) = self.keys.get(key.as_str()) else {
                continue;
            };
            if self.entry(at).is_some() && !present.contains(&at) {
                present.push(at);
            }
        }
        let Some((&keep, gone)) = present.split_first() else {
            return;
        };
        if gone.is_empty() {
            return;
        }
        self.chosen.insert(keep);
        for &at in gone {
            self.absorb(keep, at);
        }
    }

    /// The place of the entry that holds what the entry with this headword held.
    fn place(&self, term: &str) -> Option<usize> {
        let mut at = self
            .places
            .get(term)
            .or_else(|| self.keys.get(key(term).as_str()))
            .copied()?;
        while let Some(next) = self.into.get(&at) {
            at = *next;
        }
        Some(at)
    }

    /// Whether these entries have become one.
    fn is_one(&self, term: &str, others: &[String]) -> bool {
        let place = self.place(term);
        place.is_some() && !others.is_empty() && others.iter().all(|other| self.place(other) == place)
    }

    fn is_defined(&self, term: &str) -> bool {
        self.place(term)
            .and_then(|at| self.entry(at))
            .is_some_and(|entry| entry.definition.is_some())
    }

    /// Merges the entry of `term` and the others into the best of them. False when one of them has to stay apart.
    fn merge(&mut self, term: &str, others: &[String], reason: DuplicateReason) -> bool {
        let mut group: Vec<usize> = Vec::new();
        for name in std::iter::once(term).chain(others.iter().map(String::as_str)) {
            match self.place(name) {
                Some(at) if !group.contains(&at) => group.push(at),
                Some(_) => {}
                None => return false,
            }
        }
        if group.len() < 2 {
            // An earlier merge has already brought them together.
            return group.len() == 1;
        }
        if reason == DuplicateReason::SameDefinition && !self.say_so(&group) {
            return false;
        }
        // Two concepts of the researcher's stay two.
        if group.iter().filter(|at| self.chosen.contains(at)).count() > 1 {
            return false;
        }
        let keep = group
            .iter()
            .copied()
            .max_by(|a, b| self.better(*a, *b, reason))
            .unwrap_or(group[0]);
        for at in group.into_iter().filter(|at| *at != keep) {
            self.absorb(keep, at);
        }
        true
    }

    /// Equal definitions make synonyms only where the documents call one by the name of the other.
    fn say_so(&self, group: &[usize]) -> bool {
        let Some(first) = self.entry(group[0]) else {
            return false;
        };
        group[1..].iter().filter_map(|at| self.entry(*at)).all(|other| {
            first.synonyms.iter().any(|name| key(name) == other.key)
                || other.synonyms.iter().any(|name| key(name) == first.key)
        })
    }

    /// Which entry should keep its headword: the full form before the short one, then the better defined one.
    fn better(&self, a: usize, b: usize, reason: DuplicateReason) -> Ordering {
        let (Some(left), Some(right)) = (self.entry(a), self.entry(b)) else {
            return Ordering::Equal;
        };
        let full = |entry: &Entry| {
            reason != DuplicateReason::Abbreviation
                || entry.category != Category::Abbreviation && !is_shout(&entry.term)
        };
        let chosen = |at: &usize| self.chosen.contains(at);
        chosen(&a)
            .cmp(&chosen(&b))
            .then_with(|| full(left).cmp(&full(right)))
            .then_with(|| left.definition.is_some().cmp(&right.definition.is_some()))
            .then_with(|| left.confidence.total_cmp(&right.confidence))
            .then_with(|| b.cmp(&a))
    }

    fn absorb(&mut self, keep: usize, gone: usize) {
        let Some(lost) = self.open(gone).map(|entry| entry.clone()) else {
            return;
        };
        self.into.insert(gone, keep);
        self.renamed.insert(lost.term.clone(), keep);
        let Some(kept) = self.open(keep) else { return };
        if let Some(definition) = lost.definition {
            if kept.definition.is_none() {
                kept.definition = Some(definition);
                kept.writer = lost.writer;
                kept.confidence = lost.confidence;
                kept.evidence = lost.evidence;
            } else if let Some(evidence) = lost.evidence.into_iter().next() {
                let known = kept.definition.as_deref() == Some(definition.as_str())
                    || kept.alternatives.iter().any(|other| other.definition == definition);
                if !known {
                    kept.alternatives.push(Alternative {
                        definition,
                        writer: lost.writer,
                        confidence: lost.confidence,
                        evidence,
                    });
                }
            }
        } else if kept.definition.is_none() {
            kept.evidence.extend(lost.evidence);
        }
        for other in lost.alternatives {
            let known = kept.definition.as_deref() == Some(other.definition.as_str())
                || kept
                    .alternatives
                    .iter()
                    .any(|known| known.definition == other.definition);
            if !known {
                kept.alternatives.push(other);
            }
        }
        kept.alternatives.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
        kept.alternatives.truncate(ALTERNATIVES);
        kept.synonyms.push(lost.term);
        kept.synonyms.extend(lost.synonyms);
        kept.related.extend(lost.related);
    }

    /// Takes, for one entry of the circle, the best alternative that does not lead on along it.
    fn break_circle(&mut self, headword: &str, path: &[String]) -> bool {
        if path.len() < 2 {
            let Some(at) = self.place(headword) else { return false };
            return self.replace(at, |entry, text| is_about_itself(&entry.term, text));
        }
        for (at, term) in path.iter().enumerate() {
            let next = &path[(at + 1) % path.len()];
            let Some(place) = self.place(term) else { continue };
            let mut lexicon = Lexicon::default();
            lexicon.insert(next, 0);
            if self.replace(place, |entry, text| {
                !lexicon.find(text).is_empty() || is_about_itself(&entry.term, text)
            }) {
                return true;
            }
        }
        false
    }

    /// Puts the first alternative that is not `bad` in the place of the definition, which becomes the last alternative.
    fn replace(&mut self, at: usize, bad: impl Fn(&Entry, &str) -> bool) -> bool {
        let Some(entry) = self.open(at) else { return false };
        let Some(chosen) = entry
            .alternatives
            .iter()
            .position(|other| !bad(entry, &other.definition))
        else {
            return false;
        };
        let better = entry.alternatives.remove(chosen);
        put(entry, better);
        true
    }

    /// Makes the statement that the researcher chose the definition.
    fn choose(&mut self, headword: &str, statement: &Evidence) -> bool {
        let Some(entry) = self.place(headword).and_then(|at| self.open(at)) else {
            return false;
        };
        if entry.evidence.iter().any(|evidence| evidence.quote == statement.quote) {
            return true;
        }
        let known = entry
            .alternatives
            .iter()
            .position(|other| other.evidence.quote == statement.quote);
        let chosen = match known {
            Some(at) => entry.alternatives.remove(at),
            None => Alternative {
                definition: statement.quote.clone(),
                writer: None,
                confidence: entry.confidence,
                evidence: statement.clone(),
            },
        };
        put(entry, chosen);
        true
    }

    /// The entries that are left, with every mention of a merged headword led to where it went.
    fn finish(self) -> Vec<Refined> {
        let targets: FxHashMap<String, String> = self
            .renamed
            .iter()
            .filter_map(|(name, at)| {
                let mut at = at;
                while let Some(next) = self.into.get(at) {
                    at = next;
                }
                let entry = self.entry(*at)?;
                Some((name.clone(), entry.term.clone()))
            })
            .collect();
        let refined = |at: usize| {
            let now = self.entry(at)?;
            let synonyms = tidy_synonyms(now);
            let related = tidy_related(now, synonyms.as_ref().unwrap_or(&now.synonyms), &targets);
            if synonyms.is_none() && related.is_none() && !self.own.contains_key(&at) {
                return Some(Refined::Same(at));
            }
            let entry = Entry {
                synonyms: synonyms.unwrap_or_else(|| now.synonyms.clone()),
                related: related.unwrap_or_else(|| now.related.clone()),
                ..now.clone()
            };
            let before = &self.given[at];
            Some(Refined::Other {
                changed: entry.definition != before.definition || entry.synonyms != before.synonyms,
                entry: Box::new(entry),
            })
        };
        (0..self.given.len()).into_par_iter().filter_map(refined).collect()
    }
}

/// The synonyms without those that say the same again; nothing when there are none of these.
fn tidy_synonyms(
    Entry {
        term,
        key: own,
        synonyms,
        ..
    }: &Entry,
) -> Option<Vec<String>> {
    let mut keys: Vec<String> = Vec::new();
    let fresh = |name: &&String| {
        let folded = key(name);
        let fresh = folded != *own && !keys.contains(&folded)
            || *name != term && folded == *own && is_other_spelling(name, term);
        keys.push(folded);
        fresh
    };
    let mut tidy: Vec<&String> = synonyms.iter().filter(fresh).collect();
    tidy.dedup();
    (tidy.len() < synonyms.len()).then(|| tidy.into_iter().cloned().collect())
}

/// The related headwords, each led to where it went and named once; nothing when they are that already.
fn tidy_related(
    Entry { term, related, .. }: &Entry,
    synonyms: &[String],
    targets: &FxHashMap<String, String>,
) -> Option<Vec<String>> {
    let mut tidy: Vec<&String> = Vec::with_capacity(related.len());
    for name in related {
        let name = targets.get(name).unwrap_or(name);
        if name != term && !tidy.contains(&name) && !synonyms.contains(name) {
            tidy.push(name);
        }
    }
    (!tidy.iter().copied().eq(related)).then(|| tidy.into_iter().cloned().collect())
}

/// The headwords that an issue names.
fn named(issue: &Issue) -> impl Iterator<Item = &str> {
    let others = issue.finding.others();
    std::iter::once(&issue.term).chain(others).map(String::as_str)
}

/// Puts a definition in the place of the one that is there, which becomes the last alternative.
fn put(entry: &mut Entry, better: Alternative) {
    let old = entry.define_anew(
        better.definition,
        better.writer,
        better.confidence,
        vec![better.evidence],
    );
    entry.alternatives.extend(old);
}

/// Worth a place among the synonyms although the key is the same: another script or length, not only another case.
fn is_other_spelling(name: &str, term: &str) -> bool {
    name.to_lowercase() != term.to_lowercase()
}

/// Mostly capitals: the form of an abbreviation.
fn is_shout(term: &str) -> bool {
    let capitals = term.chars().filter(|c| c.is_uppercase()).count();
    capitals >= 2 && term.chars().count() <= 10 && !term.contains(' ') && capitals * 2 >= term.chars().count()
}
