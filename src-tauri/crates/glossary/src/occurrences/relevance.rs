//! Which terms of a list a document may hold: what the search in it depends on, and so what a stored result of the search
//! is good for.

use super::patterns::{self, KnownForms, Pattern, mix};
use super::vocabulary::Vocabulary;
use super::{Matcher, pack, unpack};
use crate::define::{Context, pack_contexts, unpack_contexts};
use crate::{Document, Occurrence, Term};

/// Bits of a gram that choose its place in the index.
const PLACE: u32 = 16;

/// A list of terms, prepared for questions about documents. Made once for a list: some two milliseconds for a thousand
/// terms, half of what a [`Matcher`] of them takes.
pub struct TermIndex {
    patterns: Vec<Pattern>,
    /// The bytes of the longest pattern.
    longest: usize,
    /// What each pattern adds to the hash of the documents that may hold it.
    digests: Vec<u128>,
    /// The grams that pattern `i` needs are `grams[of[i]..of[i + 1]]`.
    grams: Vec<u32>,
    of: Vec<u32>,
    /// Each pattern under one of its grams, sorted by gram.
    under: Vec<(u32, u32)>,
    /// Where in `under` the grams with a certain beginning begin.
    places: Vec<u32>,
    /// The terms in the order of their keys.
    by_key: Vec<u32>,
    /// The place of each term in that order.
    place: Vec<u32>,
    forms: KnownForms,
}

/// The terms of a list that a document may hold.
///
/// While the hash and the document stay the same, [`Matcher::find`] finds the same occurrences of the same terms (the
/// terms by their keys) in it, whatever else is in the list, and [`contexts`](crate::define::contexts) makes the same of
/// them. Lists in which a key stands twice are not covered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relevant {
    /// Hash of all forms of these terms that the document may hold: of their text, of whose they are and of the capitals
    /// that they need. Scores, counts and the order of the terms are not in it.
    pub hash: [u8; 16],
    /// Their indices in the list, in the order of their keys: with the same hash the same terms in the same order. A
    /// place in this list is a number that stays good with the hash.
    pub terms: Vec<u32>,
}

impl TermIndex {
    /// Prepares a list.
    pub fn new(terms: &[Term]) -> Self {
        Self::prepare(terms, &KnownForms::default())
    }

    /// Prepares the list that comes after this one: what is known of the terms that are in both is not found out again.
    #[must_use]
    pub fn next(&self, terms: &[Term]) -> Self {
        Self::prepare(terms, &self.forms)
    }

    fn prepare(terms: &[Term], known: &KnownForms) -> Self {
        let (forms, by_key) = rayon::join(
            || patterns::forms(terms, known),
            || {
                let mut by_key: Vec<u32> = (0..terms.len() as u32).collect();
                by_key.sort_unstable_by_key(|term| (&terms[*term as usize].key, *term));
                by_key
            },
        );
        let mut place = vec![0; terms.len()];
        for (at, term) in by_key.iter().enumerate() {
            place[*term as usize] = at as u32;
        }
        let found = patterns::patterns(&forms);
        let (mut patterns, mut digests) = (Vec::with_capacity(found.len()), Vec::with_capacity(found.len()));
        let (mut grams, mut of) = (Vec::new(), vec![0]);
        for (pattern, form) in found {
            patterns.push(pattern);
            digests.push(form.digest);
            grams.extend_from_slice(&form.grams);
            of.push(grams.len() as u32);
        }
        let mut made = Self {
            longest: patterns::longest(patterns.iter()),
            patterns,
            digests,
            grams,
            of,
            under: Vec::new(),
            places: Vec::new(),
            by_key,
            place,
            forms: terms.iter().map(|term| term.key.clone()).zip(forms).collect(),
        };
        made.fill();
        made
    }

    /// Puts each pattern under the rarest of its grams, so that few are looked at in vain.
    fn fill(&mut self) {
        let mut counts: rustc_hash::FxHashMap<u32, u32> = rustc_hash::FxHashMap::default();
        for gram in &self.grams {
            *counts.entry(*gram).or_default() += 1;
        }
        self.under = (0..self.patterns.len())
            .filter_map(|at| {
                // A pattern is more than white space, so it has a gram.
                let rarest = self.grams(at).iter().min_by_key(|gram| (counts[*gram], **gram))?;
                Some((*rarest, at as u32))
            })
            .collect();
        self.under.sort_unstable();
        let mut at = 0;
        self.places = (0..=1 << PLACE)
            .map(|place| {
                while self.under.get(at).is_some_and(|(gram, _)| beginning(*gram) < place) {
                    at += 1;
                }
                at as u32
            })
            .collect();
    }

    fn grams(&self, pattern: usize) -> &[u32] {
        &self.grams[self.of[pattern] as usize..self.of[pattern + 1] as usize]
    }

    /// The terms that a document with this vocabulary may hold. A few microseconds for each kilobyte of the document.
    pub fn relevant(&self, vocabulary: &Vocabulary) -> Relevant {
        let mut hash = 0_u128;
        let mut terms = Vec::new();
        self.each(vocabulary, |pattern| {
            hash = hash.wrapping_add(self.digests[pattern]);
            terms.push(self.place[self.patterns[pattern].term as usize]);
        });
        if vocabulary.depends_on_length() {
            hash = hash.wrapping_add(mix(self.longest as u128 + 1));
        }
        terms.sort_unstable();
        terms.dedup();
        Relevant {
            hash: hash.to_le_bytes(),
            terms: terms.into_iter().map(|place| self.by_key[place as usize]).collect(),
        }
    }

    /// Finds in documents with these vocabularies exactly what a matcher of the whole list finds in them. Occurrences
    /// refer to the whole list. What it finds in any other document means nothing.
    pub fn matcher(&self, vocabularies: &[&Vocabulary]) -> Matcher {
        let mut chosen = Vec::new();
        for vocabulary in vocabularies {
            self.each(vocabulary, |pattern| chosen.push(pattern));
        }
        chosen.sort_unstable();
        chosen.dedup();
        let patterns: Vec<&Pattern> = chosen.into_iter().map(|at| &self.patterns[at]).collect();
        Matcher::of(&patterns, self.longest)
    }

    /// Calls `take` once with each pattern that a document with this vocabulary may hold.
    fn each(&self, vocabulary: &Vocabulary, mut take: impl FnMut(usize)) {
        let Some(known) = vocabulary.grams(self.longest) else {
            (0..self.patterns.len()).for_each(take);
            return;
        };
        for gram in known {
            let place = beginning(*gram) as usize;
            let here = &self.under[self.places[place] as usize..self.places[place + 1] as usize];
            for (_, pattern) in here.iter().filter(|(under, _)| under == gram) {
                let needs = self.grams(*pattern as usize);
                if needs.iter().all(|gram| known.binary_search(gram).is_ok()) {
                    take(*pattern as usize);
                }
            }
        }
    }
}

impl Relevant {
    /// The occurrences that were found in the document as bytes that stay good with the hash. Nothing when one is of
    /// another term.
    pub fn pack(&self, occurrences: &[Occurrence]) -> Option<Vec<u8>> {
        let numbers = self.numbers();
        let mut occurrences = occurrences.to_vec();
        for found in &mut occurrences {
            found.term = number(&numbers, found.term)?;
        }
        Some(pack(&occurrences))
    }

    /// What [`Matcher::find`] with the present list would find, from the bytes that were made under the same hash.
    pub fn unpack(&self, bytes: &[u8]) -> Option<Vec<Occurrence>> {
        let mut occurrences = unpack(bytes)?;
        for found in &mut occurrences {
            found.term = *self.terms.get(found.term as usize)?;
        }
        // Two terms may stand at one place; their order is that of the list.
        occurrences.sort_unstable_by_key(|found| (found.start, found.end, found.term));
        Some(occurrences)
    }

    /// The contexts of the document as bytes that stay good with the hash. Nothing when one is of another term.
    pub fn pack_contexts(&self, document: &Document, contexts: &[Context]) -> Option<Vec<u8>> {
        let numbers = self.numbers();
        let mut contexts = contexts.to_vec();
        for context in &mut contexts {
            context.term = number(&numbers, context.term)?;
        }
        contexts.sort_by_key(|context| context.term);
        Some(pack_contexts(document, &contexts))
    }

    /// What [`contexts`](crate::define::contexts) would make of the document with the present list, from the bytes that
    /// were made under the same hash.
    pub fn unpack_contexts(&self, document: &Document, bytes: &[u8]) -> Option<Vec<Context>> {
        let mut contexts = unpack_contexts(document, bytes)?;
        for context in &mut contexts {
            context.term = *self.terms.get(context.term as usize)?;
        }
        contexts.sort_by_key(|context| context.term);
        Some(contexts)
    }

    /// The terms with their numbers, sorted.
    fn numbers(&self) -> Vec<(u32, u32)> {
        let mut numbers: Vec<(u32, u32)> = self.terms.iter().zip(0..).map(|(term, at)| (*term, at)).collect();
        numbers.sort_unstable();
        numbers
    }
}

fn number(numbers: &[(u32, u32)], term: u32) -> Option<u32> {
    let at = numbers.binary_search_by_key(&term, |(term, _)| *term).ok()?;
    Some(numbers[at].1)
}

/// The bits of a gram that choose its place.
fn beginning(gram: u32) -> u32 {
    gram >> (super::vocabulary::BITS - PLACE)
}
