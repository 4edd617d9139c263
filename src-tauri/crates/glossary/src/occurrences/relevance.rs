//! Which terms of a list a document may hold: what the search in it depends on, and so what a stored result of the search
//! is good for.

use std::sync::Arc;

use rayon::prelude::*;

use super::patterns::{self, Forms, Pattern, Patterns, better, mix};
use super::vocabulary::Vocabulary;
use super::{Matcher, pack, unpack};
use crate::{Occurrence, Term};

/// Bits of a gram that choose its place in the index.
const PLACE: u32 = 16;

/// A list of terms in the order of their keys, each key once, prepared for questions about documents. Made once for a
/// list: some two milliseconds for a thousand terms, half of what a [`Matcher`] of them takes.
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
    /// The forms of each term.
    forms: Vec<Arc<Forms>>,
    /// Pairs of terms of which the first has a form because it is the better one.
    contested: Vec<(u32, u32)>,
}

/// The terms of a list that a document may hold.
///
/// While the hash and the document stay the same, [`Matcher::find`] finds the same occurrences of the same terms (the
/// terms by their keys) in it, whatever else is in the list, and [`contexts`](crate::define::contexts) makes the same of
/// them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relevant {
    /// Hash of all forms of these terms that the document may hold: of their text, of whose they are and of the capitals
    /// that they need. Scores, counts and the order of the terms are not in it.
    pub hash: [u8; 16],
    /// Their indices in the list, rising: with the same hash the same terms in the same order. A place in this list is a
    /// number that stays good with the hash.
    pub terms: Vec<u32>,
}

impl TermIndex {
    /// Prepares a list.
    pub fn new(terms: &[Term]) -> Self {
        Self::prepare(terms, &[])
    }

    /// Prepares the list that comes after this one: what is known of the terms that are in both is not found out again.
    /// The index itself comes back when the search would be the same, whatever happened to counts and scores.
    #[must_use]
    pub fn next(self: &Arc<Self>, terms: &[Term]) -> Arc<Self> {
        if self.serves(terms) {
            Arc::clone(self)
        } else {
            Arc::new(Self::prepare(terms, &self.forms))
        }
    }

    /// Whether the index of these terms would be this one.
    fn serves(&self, terms: &[Term]) -> bool {
        let known = |(forms, term): (&Arc<Forms>, &Term)| forms.fit(term);
        let first = |(a, b): &(u32, u32)| better(&terms[*a as usize], &terms[*b as usize]).is_lt();
        self.forms.len() == terms.len()
            && self.forms.par_iter().zip(terms).all(known)
            && self.contested.iter().all(first)
    }

    fn prepare(terms: &[Term], known: &[Arc<Forms>]) -> Self {
        debug_assert!(
            terms.is_sorted_by(|a, b| a.key < b.key),
            "terms in the order of their keys"
        );
        let forms = patterns::forms(terms, known);
        let Patterns { all, contested } = patterns::patterns(terms, &forms);
        let (mut patterns, mut digests) = (Vec::with_capacity(all.len()), Vec::with_capacity(all.len()));
        let (mut grams, mut of) = (Vec::new(), vec![0]);
        for (pattern, form) in all {
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
            forms,
            contested,
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
            terms.push(self.patterns[pattern].term);
        });
        if vocabulary.depends_on_length() {
            hash = hash.wrapping_add(mix(self.longest as u128 + 1));
        }
        terms.sort_unstable();
        terms.dedup();
        Relevant {
            hash: hash.to_le_bytes(),
            terms,
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
        let mut occurrences = occurrences.to_vec();
        for found in &mut occurrences {
            found.term = self.number(found.term)?;
        }
        Some(pack(&occurrences))
    }

    /// What [`Matcher::find`] with the present list would find, from the bytes that were made under the same hash.
    pub fn unpack(&self, bytes: &[u8]) -> Option<Vec<Occurrence>> {
        let mut occurrences = unpack(bytes)?;
        for found in &mut occurrences {
            found.term = *self.terms.get(found.term as usize)?;
        }
        Some(occurrences)
    }

    /// The place of a term among these.
    fn number(&self, term: u32) -> Option<u32> {
        self.terms.binary_search(&term).ok().map(|at| at as u32)
    }
}

/// The bits of a gram that choose its place.
fn beginning(gram: u32) -> u32 {
    gram >> (super::vocabulary::BITS - PLACE)
}
