//! Terms that a definition uses and the glossary lacks. Reported once per term, under the first entry whose definition
//! uses it, and only for what the extraction itself took for a term: an abbreviation, a term of several words, or a word
//! as telling as the entries themselves.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use crate::lexicon::{Lexicon, Token};
use crate::normalise::key;
use crate::{Category, Entry, Finding, Language, Severity, Term};

/// Missing terms that one entry may be blamed for.
const PER_ENTRY: usize = 3;
/// A term that occurs less often than this may be an accident.
const OCCURRENCES: u32 = 2;

/// `definitions` are the tokens of the definitions, in the order of the entries.
pub(super) fn find(entries: &[Entry], definitions: &[Vec<Token>], terms: &[Term]) -> Vec<(usize, Severity, Finding)> {
    let mut present: FxHashSet<String> = entries.iter().map(|entry| entry.key.clone()).collect();
    present.extend(entries.iter().flat_map(|entry| &entry.synonyms).map(|name| key(name)));
    // As a rule every term has its entry, unless the researcher left it out.
    if terms.iter().all(|term| present.contains(&term.key)) {
        return Vec::new();
    }
    let bar = bar(entries, terms);
    // Entries and their other names first: they hide shorter terms inside them and stop the same words from counting twice.
    let mut names: Vec<(&str, u32)> = Vec::new();
    // The first number of a name stays: what has been inserted is not split into words again.
    let mut inserted: FxHashSet<&str> = FxHashSet::default();
    for name in entries
        .iter()
        .flat_map(|entry| std::iter::once(&entry.term).chain(&entry.synonyms))
    {
        if inserted.insert(name) {
            names.push((name, u32::MAX));
        }
    }
    for (at, term) in terms.iter().enumerate() {
        let there = present.contains(&term.key);
        let number = if there || !is_worth(term, bar) {
            u32::MAX
        } else {
            at as u32
        };
        for name in std::iter::once(&term.text).chain(term.variants.iter().map(|variant| &variant.text)) {
            if inserted.insert(name) {
                names.push((name, number));
            }
        }
        // The full form of an abbreviation is there with it, and the other way round.
        if let (true, Some(full)) = (there, &term.expansion) {
            names.push((full, u32::MAX));
        }
    }
    let lexicon = Lexicon::of(names);
    let mut blamed: FxHashSet<u32> = FxHashSet::default();
    let mut found: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
    for (at, entry) in entries.iter().enumerate() {
        for hit in lexicon.find_tokens(&definitions[at]) {
            let term = hit.name;
            let here = found.entry(at).or_default();
            let own_short = terms
                .get(term as usize)
                .and_then(|t| t.expansion.as_deref())
                .is_some_and(|full| key(full) == entry.key);
            if term != u32::MAX && !own_short && here.len() < PER_ENTRY && blamed.insert(term) {
                here.push(term);
            }
        }
    }
    found
        .into_iter()
        .flat_map(|(at, missing)| missing.into_iter().map(move |term| (at, term)))
        .map(|(at, term)| {
            (
                at,
                Severity::Low,
                Finding::MissingRelated {
                    related: terms[term as usize].text.clone(),
                },
            )
        })
        .collect()
}

/// The median score of the terms that have an entry.
fn bar(entries: &[Entry], terms: &[Term]) -> f64 {
    let present: FxHashSet<&str> = entries.iter().map(|entry| entry.key.as_str()).collect();
    let mut scores: Vec<f64> = terms
        .iter()
        .filter(|term| present.contains(term.key.as_str()))
        .map(|term| term.score)
        .collect();
    scores.sort_by(f64::total_cmp);
    scores.get(scores.len() / 2).copied().unwrap_or(f64::INFINITY)
}

fn is_worth(term: &Term, bar: f64) -> bool {
    // What is no term of the subject is not missed either.
    if term.occurrences < OCCURRENCES || term.is_left_out() {
        return false;
    }
    let several_words = match term.language {
        Language::English => {
            term.text
                .split([' ', '-'])
                .filter(|word| word.chars().count() > 1)
                .count()
                >= 2
        }
        Language::Japanese => term.text.chars().count() >= 5,
    };
    term.category == Category::Abbreviation || several_words || term.score >= bar
}
