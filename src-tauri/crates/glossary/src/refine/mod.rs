//! Puts right what rules can put right: merges entries that name one concept, takes another definition from the documents
//! where the chosen one is circular, and leaves everything else visible for a person. A glossary without issues comes
//! back as it was.

#[cfg(test)]
mod tests;

use std::cmp::Ordering;

use rustc_hash::FxHashMap;
use unicode_normalization::UnicodeNormalization;

use crate::lexicon::Lexicon;
use crate::normalise::{is_settled, key};
use crate::review::is_about_itself;
use crate::{Category, DuplicateReason, Entry, Finding, Issue, Refinement, Resolution, Stop, Stopped};

/// Alternatives that a merged entry keeps.
const ALTERNATIVES: usize = 4;

/// The refined glossary. Without issues the entries are those given, in their order; otherwise they are in glossary order
/// (see [`reading_order`]). Nothing is thrown away: a definition that loses its place becomes an alternative, a headword
/// a synonym.
pub fn refine(entries: &[Entry], issues: &[Issue], stop: &dyn Stop) -> Result<Refinement, Stopped> {
    if stop.requested() {
        return Err(Stopped);
    }
    if issues.is_empty() {
        return Ok(Refinement {
            entries: entries.to_vec(),
            resolutions: Vec::new(),
        });
    }
    let mut work = Work::new(entries);
    let mut resolutions = vec![Resolution::Open; issues.len()];
    // Merging first: what is left of a merged entry may have a definition that settles the other issues.
    for (at, issue) in issues.iter().enumerate() {
        if at % 256 == 0 && stop.requested() {
            return Err(Stopped);
        }
        if let Finding::Duplicate { others, reason } = &issue.finding
            && work.merge(&issue.term, others, *reason)
        {
            resolutions[at] = Resolution::Merged;
        }
    }
    for (at, issue) in issues.iter().enumerate() {
        if at % 256 == 0 && stop.requested() {
            return Err(Stopped);
        }
        match &issue.finding {
            Finding::Undefined { .. } if work.is_defined(&issue.term) => resolutions[at] = Resolution::Merged,
            Finding::Circular { path } if work.break_circle(&issue.term, path) => {
                resolutions[at] = Resolution::Replaced;
            }
            _ => {}
        }
    }
    let entries = work.finish();
    if stop.requested() {
        return Err(Stopped);
    }
    let mut order: Vec<(String, Entry)> = entries.into_iter().map(|entry| (fold(&entry.term), entry)).collect();
    order.sort_by(|(left, a), (right, b)| left.cmp(right).then_with(|| (&a.term, &a.key).cmp(&(&b.term, &b.key))));
    Ok(Refinement {
        entries: order.into_iter().map(|(_, entry)| entry).collect(),
        resolutions,
    })
}

/// The order of headwords in a glossary: Latin script alphabetically without regard to case and width, then Japanese,
/// kana (hiragana and katakana as one) before kanji by code point. Total: equal only for equal headwords.
pub fn reading_order(left: &str, right: &str) -> Ordering {
    fold(left).cmp(&fold(right)).then_with(|| left.cmp(right))
}

fn fold(term: &str) -> String {
    let shown = |c: &char| !matches!(c, '"' | '\'' | '「' | '」' | '“' | '”' | '・');
    let hiragana = |c: char| match c {
        'ァ'..='ヶ' => char::from_u32(u32::from(c) - 0x60).unwrap_or(c),
        '-' => ' ',
        _ => c,
    };
    let mut folded = String::with_capacity(term.len());
    if term.chars().all(is_settled) {
        folded.extend(term.chars().filter(shown).flat_map(char::to_lowercase).map(hiragana));
    } else {
        folded.extend(term.nfkc().filter(shown).flat_map(char::to_lowercase).map(hiragana));
    }
    folded
}

/// The entries while they are being refined.
struct Work<'a> {
    entries: Vec<Option<Entry>>,
    /// By headword. Two entries may share a key: that is one of the things to put right.
    places: FxHashMap<&'a str, usize>,
    keys: FxHashMap<&'a str, usize>,
    /// Where a merged entry went.
    into: FxHashMap<usize, usize>,
    /// Old headword to the entry that took it in.
    renamed: FxHashMap<String, usize>,
}

impl<'a> Work<'a> {
    fn new(entries: &'a [Entry]) -> Self {
        Self {
            entries: entries.iter().cloned().map(Some).collect(),
            places: entries
                .iter()
                .enumerate()
                .map(|(at, entry)| (entry.term.as_str(), at))
                .collect(),
            keys: entries
                .iter()
                .enumerate()
                .map(|(at, entry)| (entry.key.as_str(), at))
                .collect(),
            into: FxHashMap::default(),
            renamed: FxHashMap::default(),
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

    fn is_defined(&self, term: &str) -> bool {
        self.place(term)
            .and_then(|at| self.entries[at].as_ref())
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
        let Some(first) = self.entries[group[0]].as_ref() else {
            return false;
        };
        group[1..]
            .iter()
            .filter_map(|at| self.entries[*at].as_ref())
            .all(|other| {
                first.synonyms.iter().any(|name| key(name) == other.key)
                    || other.synonyms.iter().any(|name| key(name) == first.key)
            })
    }

    /// Which entry should keep its headword: the full form before the short one, then the better defined one.
    fn better(&self, a: usize, b: usize, reason: DuplicateReason) -> Ordering {
        let (Some(left), Some(right)) = (&self.entries[a], &self.entries[b]) else {
            return Ordering::Equal;
        };
        let full = |entry: &Entry| {
            reason != DuplicateReason::Abbreviation
                || entry.category != Category::Abbreviation && !is_shout(&entry.term)
        };
        full(left)
            .cmp(&full(right))
            .then_with(|| left.definition.is_some().cmp(&right.definition.is_some()))
            .then_with(|| left.confidence.total_cmp(&right.confidence))
            .then_with(|| b.cmp(&a))
    }

    fn absorb(&mut self, keep: usize, gone: usize) {
        let Some(lost) = self.entries[gone].take() else { return };
        let Some(kept) = self.entries[keep].as_mut() else {
            return;
        };
        self.into.insert(gone, keep);
        self.renamed.insert(lost.term.clone(), keep);
        if let Some(definition) = lost.definition {
            if kept.definition.is_none() {
                kept.definition = Some(definition);
                kept.confidence = lost.confidence;
                kept.evidence = lost.evidence;
            } else if let Some(evidence) = lost.evidence.into_iter().next() {
                let known = kept.definition.as_deref() == Some(definition.as_str())
                    || kept.alternatives.iter().any(|other| other.definition == definition);
                if !known {
                    kept.alternatives.push(crate::Alternative {
                        definition,
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
        let Some(entry) = self.entries[at].as_mut() else {
            return false;
        };
        let Some(chosen) = entry
            .alternatives
            .iter()
            .position(|other| !bad(entry, &other.definition))
        else {
            return false;
        };
        let better = entry.alternatives.remove(chosen);
        let old = entry.definition.replace(better.definition);
        let old_evidence = std::mem::replace(&mut entry.evidence, vec![better.evidence]);
        if let (Some(definition), Some(evidence)) = (old, old_evidence.into_iter().next()) {
            entry.alternatives.push(crate::Alternative {
                definition,
                confidence: entry.confidence,
                evidence,
            });
        }
        entry.confidence = better.confidence;
        true
    }

    /// The entries that are left, with every mention of a merged headword led to where it went.
    fn finish(self) -> Vec<Entry> {
        let targets: FxHashMap<String, String> = self
            .renamed
            .iter()
            .filter_map(|(name, at)| {
                let mut at = at;
                while let Some(next) = self.into.get(at) {
                    at = next;
                }
                let entry = self.entries[*at].as_ref()?;
                Some((name.clone(), entry.term.clone()))
            })
            .collect();
        let mut entries: Vec<Entry> = self.entries.into_iter().flatten().collect();
        for entry in &mut entries {
            let Entry {
                term,
                key: own,
                synonyms,
                related,
                ..
            } = entry;
            let mut keys: Vec<String> = Vec::new();
            synonyms.retain(|name| {
                let folded = key(name);
                let fresh = folded != *own && !keys.contains(&folded)
                    || name != term && folded == *own && is_other_spelling(name, term);
                keys.push(folded);
                fresh
            });
            synonyms.dedup();
            let mut kept: Vec<String> = Vec::with_capacity(related.len());
            for name in related.drain(..) {
                let name = targets.get(&name).cloned().unwrap_or(name);
                if name != *term && !kept.contains(&name) && !synonyms.contains(&name) {
                    kept.push(name);
                }
            }
            *related = kept;
        }
        entries
    }
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
