//! Connects the entries: other names from the term list and the documents, related headwords from the definitions.

use std::borrow::Borrow;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::lexicon::Lexicon;
use crate::normalise::{is_key, key};
use crate::{Entry, Term};

/// Other names that one entry may list.
const SYNONYMS: usize = 8;
/// Related headwords that one entry may list.
const RELATED: usize = 12;

/// Fills the synonyms (forms with another key, short and full form, names given in the documents; both ways where the
/// other name has an entry) and the related headwords (those that the definition mentions) of all entries. What is in
/// them already stays. Linear in the length of the glossary.
pub fn link<T: Borrow<Term> + Sync>(entries: &mut [Entry], terms: &[T]) {
    // A headword has the first say; another entry's synonym only fills the gaps.
    let (mut lexicon, more) = rayon::join(
        || Lexicon::of(entries.iter().map(|entry| entry.term.as_str()).zip(0..)),
        || synonyms(entries, terms),
    );
    for (at, mut names) in more {
        entries[at].synonyms.append(&mut names);
    }
    for (entry, at) in entries.iter().zip(0..) {
        for name in &entry.synonyms {
            lexicon.insert(name, at);
        }
    }
    relate(entries, &lexicon, &worth(entries, terms));
}

/// The synonyms that entries get, by their places.
fn synonyms<T: Borrow<Term>>(entries: &[Entry], terms: &[T]) -> FxHashMap<usize, Vec<String>> {
    let places: FxHashMap<&str, usize> = entries
        .iter()
        .enumerate()
        .map(|(at, entry)| (entry.key.as_str(), at))
        .collect();
    // A name may be given by an entry to itself, or by an entry to another one.
    let mut pairs: Vec<(usize, &str)> = Vec::new();
    for term in terms.iter().map(Borrow::borrow) {
        let place = places.get(&*term.key).copied();
        if let Some(at) = place {
            let others = term.variants.iter().filter(|variant| variant.text != term.text);
            pairs.extend(others.map(|variant| (at, variant.text.as_str())));
        }
        if let Some(full) = &term.expansion {
            let full_place = places.get(&*key(full)).copied();
            let full = full_place.map_or(full, |to| &entries[to].term);
            pairs.extend(place.map(|at| (at, full.as_str())));
            pairs.extend(full_place.map(|at| (at, term.text.as_str())));
        }
    }
    for (at, entry) in entries.iter().enumerate() {
        for name in &entry.synonyms {
            if let Some(other) = places.get(&*key(name)).filter(|other| **other != at) {
                pairs.push((*other, entry.term.as_str()));
            }
        }
    }
    // Most names are forms of the entry's own key.
    let other = |room: &mut String, (at, name): &(usize, &str)| !is_key(&entries[*at].key, name, room);
    let other: Vec<bool> = pairs.par_iter().map_init(String::new, other).collect();
    let mut more: FxHashMap<usize, Vec<String>> = FxHashMap::default();
    let mut known: FxHashMap<usize, Vec<String>> = FxHashMap::default();
    for ((at, name), _) in pairs.into_iter().zip(other).filter(|(_, other)| *other) {
        let (had, more) = (&entries[at].synonyms, more.entry(at).or_default());
        if had.len() + more.len() >= SYNONYMS {
            continue;
        }
        let keys = known
            .entry(at)
            .or_insert_with(|| had.iter().map(|name| key(name)).collect());
        let folded = key(name);
        if !keys.contains(&folded) {
            more.push(name.to_owned());
            keys.push(folded);
        }
    }
    more
}

/// The headwords and other names of a glossary, to find which of them a new definition mentions.
pub struct Headwords<'a> {
    entries: &'a [&'a Entry],
    lexicon: Lexicon,
}

impl<'a> Headwords<'a> {
    /// Of these entries.
    pub fn new(entries: &'a [&'a Entry]) -> Self {
        let mut lexicon = Lexicon::of(entries.iter().map(|entry| entry.term.as_str()).zip(0..));
        for (entry, at) in entries.iter().zip(0..) {
            for name in &entry.synonyms {
                lexicon.insert(name, at);
            }
        }
        Self { entries, lexicon }
    }

    /// The headwords of other entries that the definition of the entry at this place mentions, in their order in it.
    pub fn mentioned(&self, at: usize) -> Vec<String> {
        let mut related: Vec<String> = Vec::new();
        let definition = self.entries.get(at).and_then(|entry| entry.definition.as_ref());
        for hit in definition.iter().flat_map(|definition| self.lexicon.find(definition)) {
            let other = &self.entries[hit.name as usize].term;
            if hit.name as usize != at && related.len() < RELATED && !related.contains(other) {
                related.push(other.clone());
            }
        }
        related
    }
}

/// Fills the related headwords. `worth` says of each entry whether it may be one.
fn relate(entries: &mut [Entry], lexicon: &Lexicon, worth: &[bool]) {
    let related: Vec<Vec<String>> = entries
        .par_iter()
        .enumerate()
        .map(|(at, entry)| {
            let mut related = entry.related.clone();
            for hit in entry.definition.iter().flat_map(|definition| lexicon.find(definition)) {
                let other = &entries[hit.name as usize].term;
                if hit.name as usize != at
                    && worth[hit.name as usize]
                    && related.len() < RELATED
                    && !related.contains(other)
                {
                    related.push(other.clone());
                }
            }
            related
        })
        .collect();
    for (entry, related) in entries.iter_mut().zip(related) {
        entry.related = related;
    }
}

/// Whether each entry is worth being pointed to: one that explains something, or a term as telling as most others.
fn worth<T: Borrow<Term>>(entries: &[Entry], terms: &[T]) -> Vec<bool> {
    let scores: FxHashMap<&str, f64> = terms
        .iter()
        .map(|term| (term.borrow().key.as_str(), term.borrow().score))
        .collect();
    let mut sorted: Vec<f64> = scores.values().copied().collect();
    sorted.sort_by(f64::total_cmp);
    let median = sorted.get(sorted.len() / 2).copied().unwrap_or(0.0);
    entries
        .iter()
        .map(|entry| {
            let score = scores.get(entry.key.as_str()).copied();
            entry.definition.is_some() || score.is_none_or(|score| score >= median)
        })
        .collect()
}
