//! From candidates to the list: scores, what the list must hold, where it ends, and what its rows say.

use std::borrow::Borrow;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::group::{self, Group};
use super::spellings::Spellings;
use super::{DocumentCandidates, Harvest, Options, score, sift};
use crate::occurrences::fold;
use crate::{Category, Language, Stop, Stopped, Term, Variant, decode, normalise};

/// The terms of all documents, best first. The order is total: equal scores are ordered by key, whatever the order in
/// which the candidates were computed.
///
/// The list ends where the size of the corpus says, or at `max_terms`. `required` terms are in it in any case, with no
/// occurrences when the documents do not hold them.
pub fn rank<D: Borrow<DocumentCandidates>>(
    documents: &[D],
    required: &[String],
    options: &Options,
    stop: &dyn Stop,
) -> Result<Vec<Term>, Stopped> {
    let names: Vec<String> = (0..documents.len()).map(|at| at.to_string()).collect();
    let named: Vec<_> = names
        .iter()
        .map(String::as_str)
        .zip(documents.iter().map(Borrow::borrow))
        .collect();
    Ranker::default().rank(&named, required, options, stop)
}

/// Ranks documents again and again, most of them the same ones: what it knows of their texts need not be found out anew.
#[derive(Debug, Default)]
pub struct Ranker {
    english: Spellings,
    japanese: Spellings,
}

impl Ranker {
    /// What [`rank()`] of these documents gives. Each is given with a name that no other content ever has, such as its hash.
    pub fn rank(
        &mut self,
        documents: &[(&str, &DocumentCandidates)],
        required: &[String],
        options: &Options,
        stop: &dyn Stop,
    ) -> Result<Vec<Term>, Stopped> {
        let required: FxHashMap<String, &str> = required
            .iter()
            .map(|term| (normalise::key(term), term.trim()))
            .filter(|(key, _)| !key.is_empty())
            .rev()
            .collect();
        let candidates: Vec<&DocumentCandidates> = documents.iter().map(|(_, document)| *document).collect();
        let expansions = expansions(&candidates);
        let of =
            |language, spellings| in_language(documents, language, spellings, &required, &expansions, options, stop);
        let (english, japanese) = rayon::join(
            || of(Language::English, &mut self.english),
            || of(Language::Japanese, &mut self.japanese),
        );
        let mut ranked = english?;
        ranked.append(&mut japanese?);
        let mut terms = merge(ranked, &expansions);
        let listed: FxHashSet<&str> = terms.iter().map(|term| term.key.as_str()).collect();
        let mut missing: Vec<Term> = required
            .iter()
            .filter(|(key, _)| !listed.contains(key.as_str()))
            .map(|(key, text)| absent(key, text, &expansions))
            .collect();
        terms.append(&mut missing);
        for term in &mut terms {
            term.score = shown(term.score);
        }
        terms.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.key.cmp(&b.key)));
        drop_shadowed(&mut terms, &required);
        if let Some(limit) = options.max_terms {
            let mut room = limit as usize;
            room = room.saturating_sub(terms.iter().filter(|term| required.contains_key(&term.key)).count());
            terms.retain(|term| {
                let listed = required.contains_key(&term.key) || room > 0;
                if !required.contains_key(&term.key) {
                    room = room.saturating_sub(1);
                }
                listed
            });
        }
        Ok(terms)
    }
}

/// A score with three digits. More of them mean nothing, and would change with every word of the corpus, and the order of
/// the list as well.
fn shown(score: f64) -> f64 {
    (score * 1e3).round() / 1e3
}

/// Leaves out terms that the matcher could never find, because a better term is written in the same way: HAWTS beside the
/// HAWTs of HAWT.
fn drop_shadowed(terms: &mut Vec<Term>, required: &FxHashMap<String, &str>) {
    let forms = |term: &Term| term.variants.iter().map(|variant| fold(&variant.text)).collect();
    let mut folded = terms.par_iter().map(forms).collect::<Vec<Vec<String>>>().into_iter();
    let mut taken: FxHashSet<String> = FxHashSet::default();
    terms.retain(|term| {
        let mut free = false;
        for form in folded.next().into_iter().flatten() {
            free |= taken.insert(form);
        }
        free || required.contains_key(&term.key)
    });
}

/// A group with its place in the list of its language.
struct Ranked {
    group: Group,
    language: Language,
    score: f64,
}

/// The groups of one language that are terms.
fn in_language<'a>(
    documents: &[(&'a str, &'a DocumentCandidates)],
    language: Language,
    spellings: &mut Spellings,
    required: &FxHashMap<String, &str>,
    expansions: &Expansions,
    options: &Options,
    stop: &dyn Stop,
) -> Result<Vec<Ranked>, Stopped> {
    let harvest = |(name, document): &(&'a str, &'a DocumentCandidates)| match language {
        Language::English => (*name, &document.english),
        Language::Japanese => (*name, &document.japanese),
    };
    let harvests: Vec<(&str, &Harvest)> = documents.iter().map(harvest).collect();
    let listed = spellings.read(&harvests, language);
    let (groups, words) = rayon::join(
        || group::groups(&listed, spellings, stop),
        || score::Words::new(&listed, &spellings.words, language),
    );
    let mut groups = groups?;
    if words.total == 0 {
        return Ok(Vec::new());
    }
    add_long_forms(&mut groups, &harvests);
    if stop.requested() {
        return Err(Stopped);
    }
    let mut scores = match language {
        Language::English => score::english(&groups, &words),
        Language::Japanese => score::japanese(&groups, &words),
    };
    if stop.requested() {
        return Err(Stopped);
    }
    // What a document abbreviates is a term, and both forms are equally good.
    let by_key: FxHashMap<&str, usize> = groups
        .iter()
        .enumerate()
        .map(|(id, group)| (group.key.as_str(), id))
        .collect();
    for (short, long) in &expansions.by_key {
        if let (Some(short), Some(long)) = (by_key.get(short.as_str()), by_key.get(normalise::key(long).as_str())) {
            let best = scores[*short].max(scores[*long]);
            scores[*short] = best;
            scores[*long] = best;
        }
    }
    let explained: FxHashSet<String> = expansions
        .by_key
        .iter()
        .flat_map(|(short, long)| [short.clone(), normalise::key(long)])
        .collect();
    let unlisted: FxHashSet<&str> = options.unlisted.iter().map(String::as_str).collect();
    let fit = sift::sift(&groups, language, &explained, words.total);
    let mut order: Vec<usize> = (0..groups.len())
        .filter(|id| {
            let key = groups[*id].key.as_str();
            required.contains_key(key) || fit[*id] && !unlisted.contains(key)
        })
        .collect();
    order.sort_unstable_by(|a, b| {
        scores[*b]
            .total_cmp(&scores[*a])
            .then_with(|| groups[*a].key.cmp(&groups[*b].key))
    });
    let limit = cut(words.total);
    let strict = cut_of_unexplained(words.total).min(limit);
    let mut unexplained = 0;
    order.retain(|id| {
        let group = &groups[*id];
        let explained = group.topics > 0 || explained.contains(&group.key) || required.contains_key(&group.key);
        unexplained += usize::from(!explained);
        explained || unexplained <= strict
    });
    let last = order
        .get(limit.min(order.len()).saturating_sub(1))
        .map_or(0.0, |id| scores[*id]);
    let best = order.first().map_or(0.0, |id| scores[*id]);
    let kept: FxHashMap<usize, f64> = order
        .iter()
        .enumerate()
        .filter(|(place, id)| {
            let group = &groups[**id];
            required.contains_key(&group.key) || *place < limit && group.count >= options.min_occurrences
        })
        .map(|(_, id)| (*id, squash(scores[*id], last, best)))
        .collect();
    Ok(groups
        .into_iter()
        .enumerate()
        .filter_map(|(id, group)| {
            kept.get(&id).map(|score| Ranked {
                group,
                language,
                score: *score,
            })
        })
        .collect())
}

/// How many terms a corpus of so many words has: about 100 in a page of a thousand, 1500 in fifty thousand. Grows like
/// the vocabulary, more slowly than the text (Heaps' law).
fn cut(words: u64) -> usize {
    const WORDS: f64 = 48_000.0;
    const TERMS: f64 = 1500.0;
    let ratio = words as f64 / WORDS;
    (TERMS * ratio.powf(0.65)).ceil() as usize
}

/// How many of them the text may merely use, without introducing them. In a small corpus these are few: hardly any word
/// of it is frequent enough to prove itself.
fn cut_of_unexplained(words: u64) -> usize {
    const WORDS: f64 = 48_000.0;
    const TERMS: f64 = 1500.0;
    const LEAST: f64 = 25.0;
    let ratio = words as f64 / WORDS;
    (TERMS * ratio.powf(1.3)).max(LEAST).ceil() as usize
}

/// A raw score as a number from 0 to 1: 1 for the best of its list, 0.1 at the cut, towards 0 behind it.
fn squash(score: f64, cut: f64, best: f64) -> f64 {
    let range = (best - cut).max(1e-9);
    let place = (score - cut) / range;
    if place >= 0.0 {
        0.1 + 0.9 * place.min(1.0)
    } else {
        0.1 * place.exp()
    }
}

/// What the documents say that short forms stand for.
struct Expansions {
    /// Key of the short form, its most frequent long form; sorted by key.
    by_key: Vec<(String, String)>,
    long: FxHashMap<String, String>,
}

fn expansions(documents: &[&DocumentCandidates]) -> Expansions {
    let mut counts: FxHashMap<(String, String), FxHashMap<&str, u32>> = FxHashMap::default();
    for pair in documents
        .iter()
        .flat_map(|document| document.english.pairs.iter().chain(&document.japanese.pairs))
    {
        let keys = (normalise::key(&pair.short), normalise::key(&pair.long));
        *counts.entry(keys).or_default().entry(&pair.long).or_default() += 1;
    }
    let mut found: Vec<(String, u32, String)> = counts
        .into_iter()
        .filter_map(|((short, _), forms)| {
            let total = forms.values().sum();
            let best = forms
                .into_iter()
                .max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(a.0)))?;
            Some((short, total, best.0.to_owned()))
        })
        .collect();
    found.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)).then_with(|| a.2.cmp(&b.2)));
    found.dedup_by(|later, earlier| later.0 == earlier.0);
    let by_key: Vec<(String, String)> = found.into_iter().map(|(short, _, long)| (short, long)).collect();
    Expansions {
        long: by_key.iter().cloned().collect(),
        by_key,
    }
}

/// Long forms are terms although their grammar may be another: `Function as a Service`.
fn add_long_forms(groups: &mut Vec<Group>, harvests: &[(&str, &Harvest)]) {
    // The groups are in the order of their keys; those that are added here are found by this.
    let mut added: FxHashMap<String, usize> = FxHashMap::default();
    let before = groups.len();
    for (_, harvest) in harvests {
        for text in harvest.pairs.iter().flat_map(|pair| [&pair.short, &pair.long]) {
            let key = normalise::key(text);
            if key.is_empty() || groups[..before].binary_search_by(|group| group.key.cmp(&key)).is_ok() {
                continue;
            }
            let id = *added.entry(key.clone()).or_insert_with(|| {
                groups.push(Group {
                    key,
                    ..Group::default()
                });
                groups.len() - 1
            });
            let group = &mut groups[id];
            group.count += 1;
            group.documents += 1;
            match group.variants.iter_mut().find(|variant| variant.text == *text) {
                Some(variant) => variant.count += 1,
                None => group.variants.push(Variant {
                    text: text.clone(),
                    count: 1,
                }),
            }
        }
    }
    for group in &mut groups[before..] {
        group
            .variants
            .sort_unstable_by(|a, b| b.count.cmp(&a.count).then_with(|| a.text.cmp(&b.text)));
    }
    groups.sort_unstable_by(|a, b| a.key.cmp(&b.key));
}

/// One list from those of the languages; an expression of both becomes one term.
fn merge(mut ranked: Vec<Ranked>, expansions: &Expansions) -> Vec<Term> {
    ranked.sort_by(|a, b| {
        a.group
            .key
            .cmp(&b.group.key)
            .then(b.group.count.cmp(&a.group.count))
            .then(a.language.cmp(&b.language))
    });
    let term = |Ranked { group, language, score }| {
        let expansion = expansions.long.get(&group.key).cloned();
        let category = match group.category() {
            Category::Name if expansion.is_some() => Category::Abbreviation,
            category => category,
        };
        let expansion = expansion.filter(|_| category == Category::Abbreviation);
        Term {
            text: group.headword(),
            key: group.key,
            language,
            category,
            score,
            documents: group.documents,
            occurrences: group.count,
            variants: group.variants,
            judge: None,
            expansion,
        }
    };
    let mut terms: Vec<Term> = ranked.into_par_iter().map(term).collect();
    terms.dedup_by(|other, term| {
        let same = other.key == term.key;
        if same {
            term.score = term.score.max(other.score);
            term.documents += other.documents;
            term.occurrences += other.occurrences;
            add_variants(&mut term.variants, std::mem::take(&mut other.variants));
        }
        same
    });
    // The long form as the list writes it. The terms are in the order of their keys.
    let texts: Vec<(usize, String)> = terms
        .iter()
        .enumerate()
        .filter_map(|(at, term)| {
            let key = normalise::key(term.expansion.as_ref()?);
            let long = terms.binary_search_by(|term| term.key.cmp(&key)).ok()?;
            Some((at, terms[long].text.clone()))
        })
        .collect();
    for (at, text) in texts {
        terms[at].expansion = Some(text);
    }
    for term in &mut terms {
        if !term.variants.iter().any(|variant| variant.text == term.text) {
            term.variants.push(Variant {
                text: term.text.clone(),
                count: 0,
            });
        }
    }
    terms
}

fn add_variants(variants: &mut Vec<Variant>, more: Vec<Variant>) {
    for variant in more {
        match variants.iter_mut().find(|known| known.text == variant.text) {
            Some(known) => known.count += variant.count,
            None => variants.push(variant),
        }
    }
    variants.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.text.cmp(&b.text)));
}

/// A required term that no document holds.
fn absent(key: &str, text: &str, expansions: &Expansions) -> Term {
    let short = group::is_short_form(text);
    Term {
        text: text.to_owned(),
        key: key.to_owned(),
        language: decode::detect_language(text),
        category: if short {
            Category::Abbreviation
        } else {
            Category::Concept
        },
        score: 0.0,
        documents: 0,
        occurrences: 0,
        variants: vec![Variant {
            text: text.to_owned(),
            count: 0,
        }],
        judge: None,
        expansion: expansions.long.get(key).filter(|_| short).cloned(),
    }
}
