//! Where the terms stand in the documents: all occurrences of all terms in one pass over each text. A list of terms says
//! what to look for; the place of a match says whether it is the term or a piece of another word.

mod boundary;
mod fold;
mod packed;
mod patterns;
mod relevance;
mod vocabulary;

use daachorse::{CharwiseDoubleArrayAhoCorasick, CharwiseDoubleArrayAhoCorasickBuilder};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::{Document, Occurrence, Stop, Stopped, Term, Variant};
use boundary::Boundaries;
use fold::Folded;
pub(crate) use fold::fold;
pub use packed::{pack, unpack};
use patterns::{Case, KnownForms, Pattern};
pub use relevance::{Relevant, TermIndex};
pub use vocabulary::Vocabulary;

/// Finds every term of a list in a text: all its variants in any case, width and number, with hyphen or space.
///
/// A term that stands inside a longer term counts; one that is a piece of a longer word does not. A short form such as
/// `IT` is found in capitals only, unless its variants say otherwise.
pub struct Matcher {
    /// Nothing when there is nothing to look for.
    automaton: Option<CharwiseDoubleArrayAhoCorasick<u32>>,
    /// Of each pattern: its term, and the letters it must have.
    patterns: Vec<(u32, Case)>,
    /// The bytes of the longest pattern.
    longest: usize,
}

impl Matcher {
    /// Prepares the search for `terms`. Occurrences refer to their indices.
    pub fn new(terms: &[Term]) -> Self {
        let forms = patterns::forms(terms, &KnownForms::default());
        let patterns = patterns::patterns(&forms);
        let patterns: Vec<&Pattern> = patterns.iter().map(|(pattern, _)| pattern).collect();
        Self::of(&patterns, patterns::longest(patterns.iter().copied()))
    }

    /// Prepares the search in a few documents: finds in them exactly what [`Matcher::new`] with the same terms finds, and
    /// is made faster the fewer of the terms they hold. What it finds in any other document means nothing.
    ///
    /// When a [`TermIndex`] of the terms is at hand, [`TermIndex::matcher`] does the same for much less.
    pub fn for_documents(terms: &[Term], documents: &[&Document]) -> Self {
        let vocabularies: Vec<Vocabulary> = documents.iter().map(|document| Vocabulary::new(document)).collect();
        TermIndex::new(terms).matcher(&vocabularies.iter().collect::<Vec<_>>())
    }

    /// `longest` is the number of bytes in the longest pattern of the whole list, of which `patterns` may be a part.
    fn of(patterns: &[&Pattern], longest: usize) -> Self {
        let texts = patterns
            .iter()
            .enumerate()
            .map(|(id, pattern)| (&*pattern.text, id as u32));
        // Building fails on no patterns, and on more than the automaton can number: four thousand million.
        let automaton = CharwiseDoubleArrayAhoCorasickBuilder::new()
            .build_with_values(texts)
            .ok();
        Self {
            automaton,
            patterns: patterns.iter().map(|pattern| (pattern.term, pattern.case)).collect(),
            longest,
        }
    }

    /// All occurrences in `document`, in the order of their places; at one place the shorter first.
    ///
    /// Asks `stop` at least every 64 KB of text.
    pub fn find(&self, document: &Document, stop: &dyn Stop) -> Result<Vec<Occurrence>, Stopped> {
        let mut occurrences = Vec::new();
        let Some(automaton) = &self.automaton else {
            return Ok(occurrences);
        };
        let text = &document.text;
        let mut start = 0;
        for piece in crate::extract::pieces(text) {
            if stop.requested() {
                return Err(Stopped);
            }
            let end = start + piece.len();
            let reach = text.ceil_char_boundary((end + reach(self.longest)).min(text.len()));
            let window = &text[start..reach];
            let folded = Folded::new(window);
            let mut boundaries = Boundaries::new(text, start, window);
            for found in automaton.find_overlapping_iter(&folded.text) {
                let (from, to) = (start + folded.start(found.start()), start + folded.end(found.end()));
                let (term, case) = self.patterns[found.value() as usize];
                if from < end && case.fits(&text[from..to]) && boundaries.hold(from, to) {
                    occurrences.push(Occurrence {
                        term,
                        line: 0,
                        start: from as u32,
                        end: to as u32,
                    });
                }
            }
            start = end;
        }
        // Two forms of one term may begin at one place (`U.S` and `U.S.`): the longer one counts.
        occurrences.sort_unstable_by_key(|found| (found.start, found.term, std::cmp::Reverse(found.end)));
        occurrences.dedup_by_key(|found| (found.start, found.term));
        occurrences.sort_unstable_by_key(|found| (found.start, found.end, found.term));
        number_lines(text, &mut occurrences);
        Ok(occurrences)
    }
}

/// How far behind the end of a piece a term is looked for that begins in the piece: folding shortens a text by at most a
/// factor of four, apart from long runs of white space.
fn reach(longest: usize) -> usize {
    4 * longest + 16
}

/// Sets documents, occurrences and variants of each term from what was found, so that a list of terms and the
/// occurrences behind it agree. Scores, texts and the order of the terms stay.
///
/// `found` holds each document once, with what [`Matcher::find`] returned for it over the same terms.
pub fn tally(terms: &mut [Term], found: &[(&Document, &[Occurrence])]) {
    let share = found.len().div_ceil(rayon::current_num_threads()).max(1);
    let shares: Vec<Tally<'_>> = found
        .par_chunks(share)
        .map(|found| Tally::of(found, terms.len()))
        .collect();
    let Tally { forms, documents, .. } = shares.into_iter().reduce(Tally::with).unwrap_or_default();
    terms
        .par_iter_mut()
        .zip(forms)
        .zip(documents)
        .for_each(|((term, forms), documents)| {
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

/// What was found of each term in some documents. What is written in the same way is counted first, and folded once.
#[derive(Default)]
struct Tally<'a> {
    /// How each term is written, and how often.
    forms: Vec<Vec<(&'a str, u32)>>,
    /// Where the forms stand of terms that have many.
    many: FxHashMap<(u32, &'a str), usize>,
    documents: Vec<u32>,
}

impl<'a> Tally<'a> {
    fn of(found: &[(&'a Document, &[Occurrence])], terms: usize) -> Self {
        let mut tally = Self {
            forms: vec![Vec::new(); terms],
            many: FxHashMap::default(),
            documents: vec![0; terms],
        };
        let mut last = vec![usize::MAX; terms];
        for (number, (document, occurrences)) in found.iter().enumerate() {
            for occurrence in *occurrences {
                let term = occurrence.term as usize;
                let Some(written) = document.text.get(occurrence.start as usize..occurrence.end as usize) else {
                    continue;
                };
                let Some(forms) = tally.forms.get_mut(term) else {
                    continue;
                };
                count(forms, &mut tally.many, occurrence.term, written, 1);
                if last[term] != number {
                    last[term] = number;
                    tally.documents[term] += 1;
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

/// Sets the lines of occurrences that are ordered by their places.
fn number_lines(text: &str, occurrences: &mut [Occurrence]) {
    let (mut at, mut line) = (0, 1);
    for occurrence in occurrences {
        let start = occurrence.start as usize;
        line += text[at..start].matches('\n').count() as u32;
        at = start;
        occurrence.line = line;
    }
}

#[cfg(test)]
mod tests;
