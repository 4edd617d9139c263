//! One occurrence of a term in one sentence, as the patterns of both languages look at it.

use std::ops::Range;

/// An occurrence in its sentence.
#[derive(Debug, Clone, Copy)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "independent facts about one place, read by name"
)]
pub(super) struct Sight<'a> {
    /// The sentence as running text.
    pub(super) text: &'a str,
    /// Where the term begins in `text`.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
    /// The sentence begins a paragraph, list item or table row.
    pub(super) paragraph_start: bool,
    /// The sentence is the first of its document, titles aside.
    pub(super) document_start: bool,
    /// The sentence follows a heading that is the term.
    pub(super) headed: bool,
    /// No other term occurs much more often in the document: the document is about it.
    pub(super) focal: bool,
    /// The term is set in bold or as code.
    pub(super) marked: bool,
}

/// What a pattern found.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Verdict {
    /// How sure it is that the sentence defines the term. May leave 0 to 1; the caller clamps it.
    pub(super) confidence: f64,
    /// The part of the text that says what the term is, when a label stands before it.
    pub(super) body: Option<Range<usize>>,
}
