//! How often the terms stand in the documents, and in which forms.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::patterns;
use crate::{Document, Occurrence, Term, Variant};

/// The forms in which one document writes its terms: each once, with its count and one of its places.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Ordered by term.
    forms: Vec<Form>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Form {
    term: u32,
    start: u32,
    end: u32,
    count: u32,
}

impl Form {
    /// As it is written.
    fn text(self, document: &Document) -> Option<&str> {
        document.text.get(self.start as usize..self.end as usize)
    }
}

impl Counts {
    /// Counts what [`Matcher::find`](super::Matcher::find) found in a document.
    pub fn new(document: &Document, occurrences: &[Occurrence]) -> Self {
        let form = |found: &Occurrence| Form {
            term: found.term,
            start: found.start,
            end: found.end,
            count: 1,
        };
        let mut forms: Vec<Form> = occurrences.iter().map(form).collect();
        forms.sort_unstable_by(|a, b| (a.term, a.text(document), a.start).cmp(&(b.term, b.text(document), b.start)));
        forms.dedup_by(|later, first| {
            let same = later.term == first.term && later.text(document) == first.text(document);
            first.count += if same { later.count } else { 0 };
            same
        });
        Self { forms }
    }
}

/// Sets documents, occurrences and variants of each term from what was found, so that a list of terms and the
/// occurrences behind it agree. Scores, texts and the order of the terms stay.
///
/// `found` holds each document once, with the [`Counts`] of what was found in it of the same terms.
pub fn tally(terms: &mut [Term], found: &[(&Document, &Counts)]) {
    let touched = vec![true; terms.len()];
    tally_touched(terms, found, &touched);
}

/// The same after a change of some documents. `before` are the terms after the last tally, the same ones in the same order;
/// `changed` are the counts of all documents that came or went since.
pub fn tally_next(terms: &mut [Term], found: &[(&Document, &Counts)], before: &[Term], changed: &[&Counts]) {
    let mut touched = vec![false; terms.len()];
    for form in changed.iter().flat_map(|counts| &counts.forms) {
        if let Some(touched) = touched.get_mut(form.term as usize) {
            *touched = true;
        }
    }
    tally_touched(terms, found, &touched);
    let rest = terms.par_iter_mut().zip(before).zip(&touched);
    rest.filter(|(_, touched)| !**touched).for_each(|((term, before), _)| {
        (term.documents, term.occurrences) = (before.documents, before.occurrences);
        term.variants.clone_from(&before.variants);
    });
}

fn tally_touched(terms: &mut [Term], found: &[(&Document, &Counts)], touched: &[bool]) {
    let share = found.len().div_ceil(rayon::current_num_threads()).max(1);
    let shares: Vec<Tally<'_>> = found.par_chunks(share).map(|found| Tally::of(found, touched)).collect();
    let nothing = || Tally::of(&[], touched);
    let Tally { forms, documents, .. } = shares.into_iter().reduce(Tally::with).unwrap_or_else(nothing);
    let counted = terms.par_iter_mut().zip(forms).zip(documents).zip(touched);
    counted
        .filter(|(_, touched)| **touched)
        .for_each(|(((term, forms), documents), _)| {
            term.documents = documents;
            term.occurrences = forms.iter().map(|(_, count)| count).sum();
            let mut variants: Vec<Variant> = Vec::with_capacity(forms.len());
            for (text, count) in forms {
                variants.push(Variant {
                    text: patterns::written(text, &term.text),
                    count,
                });
            }
            variants.sort_unstable_by(|a, b| a.text.cmp(&b.text));
            variants.dedup_by(|later, earlier| {
                let same = later.text == earlier.text;
                earlier.count += if same { later.count } else { 0 };
                same
            });
            if !variants.iter().any(|variant| variant.text == term.text) {
                variants.push(Variant {
                    text: term.text.clone(),
                    count: 0,
                });
            }
            variants.sort_unstable_by(|a, b| b.count.cmp(&a.count).then_with(|| a.text.cmp(&b.text)));
            term.variants = variants;
        });
}

/// What was found of each term in some documents.
struct Tally<'a> {
    /// How each term is written, and how often.
    forms: Vec<Vec<(&'a str, u32)>>,
    /// Where the forms stand of terms that have many.
    many: FxHashMap<(u32, &'a str), usize>,
    documents: Vec<u32>,
}

impl<'a> Tally<'a> {
    /// Counts the terms that are touched.
    fn of(found: &[(&'a Document, &Counts)], touched: &[bool]) -> Self {
        let mut tally = Self {
            forms: vec![Vec::new(); touched.len()],
            many: FxHashMap::default(),
            documents: vec![0; touched.len()],
        };
        let is_touched = |form: &&Form| touched.get(form.term as usize).copied().unwrap_or_default();
        for (document, counts) in found {
            let mut last = None;
            for form in counts.forms.iter().filter(is_touched) {
                let (Some(text), Some(forms)) = (form.text(document), tally.forms.get_mut(form.term as usize)) else {
                    continue;
                };
                count(forms, &mut tally.many, form.term, text, form.count);
                if last.replace(form.term) != Some(form.term) {
                    tally.documents[form.term as usize] += 1;
                }
            }
        }
        tally
    }

    /// Both together.
    fn with(mut self, other: Self) -> Self {
        for (term, (into, forms)) in self.forms.iter_mut().zip(other.forms).enumerate() {
            for (text, times) in forms {
                count(into, &mut self.many, term as u32, text, times);
            }
        }
        for (into, documents) in self.documents.iter_mut().zip(other.documents) {
            *into += documents;
        }
        self
    }
}

/// Counts `text` in the forms of a term. Most terms have a few forms, which are compared one by one; the places of more are
/// kept in `many`.
fn count<'a>(
    forms: &mut Vec<(&'a str, u32)>,
    many: &mut FxHashMap<(u32, &'a str), usize>,
    term: u32,
    text: &'a str,
    times: u32,
) {
    const FEW: usize = 8;
    let known = forms.iter().take(FEW).position(|(known, _)| *known == text);
    let known = match known {
        None if forms.len() > FEW => many.get(&(term, text)).copied(),
        known => known,
    };
    if let Some(at) = known {
        forms[at].1 += times;
        return;
    }
    if forms.len() >= FEW {
        many.insert((term, text), forms.len());
    }
    forms.push((text, times));
}
