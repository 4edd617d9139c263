//! Where the terms stand in the documents: all occurrences of all terms in one pass over each text. A list of terms says
//! what to look for; the place of a match says whether it is the term or a piece of another word.

mod boundary;
mod counts;
mod fold;
mod packed;
mod patterns;
mod relevance;
mod vocabulary;

use daachorse::{CharwiseDoubleArrayAhoCorasick, CharwiseDoubleArrayAhoCorasickBuilder};

use crate::{Document, Occurrence, Stop, Stopped, Term};
use boundary::Boundaries;
pub use counts::{Counts, tally, tally_next};
use fold::Folded;
pub(crate) use fold::fold;
pub use packed::{pack, unpack};
use patterns::{Case, Pattern};
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
    /// Prepares the search for `terms`. Occurrences refer to their indices. For the search in a few documents a
    /// [`TermIndex`] makes one that costs less.
    pub fn new(terms: &[Term]) -> Self {
        let forms = patterns::forms(terms, &[]);
        let patterns = patterns::patterns(terms, &forms).all;
        let patterns: Vec<&Pattern> = patterns.iter().map(|(pattern, _)| pattern).collect();
        Self::of(&patterns, patterns::longest(patterns.iter().copied()))
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
