//! A page of a document as it goes to the screen.

use glossary::page::{self, Row, Rows};
use glossary::{Language, Occurrence};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::library::decisions::Verdict;

/// Further than this before a page no term and no search begins that reaches into it.
pub(super) const MARGIN: usize = 1_000;

/// What became of a file since it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum FileChange {
    /// It says what it said.
    None,
    /// It says something else now.
    Changed,
    /// It is gone, or cannot be read.
    Removed,
}

/// A document as the last run read it.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct DocumentInfo {
    /// Path inside the project's folder.
    pub path: String,
    /// Its main language.
    pub language: Language,
    /// How it was encoded.
    pub encoding: String,
    /// Size of the file in bytes.
    pub bytes: u32,
    /// Number of lines.
    pub lines: u32,
    /// It is Markdown.
    pub markdown: bool,
    /// What became of the file since.
    pub change: FileChange,
    /// Number of places where terms stand; nothing before terms were extracted from this very text.
    pub occurrences: Option<u32>,
}

/// How a document is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct DocumentLayout {
    /// Full-width characters in a row, 8 to 200.
    pub columns: u32,
    /// Ruby and Markdown are drawn as what they mean.
    pub rendered: bool,
}

/// A page of a document.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct DocumentPage {
    /// The rows, at most as many as were asked for.
    pub rows: Vec<TextRow>,
    /// Number of rows in the whole document.
    pub total: u32,
    /// Number of the first row, from 0.
    pub offset: u32,
    /// The terms that stand in these rows. Marks refer to their places here.
    pub terms: Vec<MarkedTerm>,
}

/// A row of a document. All places in it are counted in UTF-16 units, as the screen counts.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct TextRow {
    /// Its line, from 1.
    pub line: u32,
    /// The first row of its line.
    pub first: bool,
    /// What kind of line it belongs to.
    pub kind: RowKind,
    /// The level of a heading.
    pub level: u32,
    /// Its first byte in the document.
    pub start: u32,
    /// What is written in it.
    pub text: String,
    /// The terms in it.
    pub marks: Vec<RowMark>,
    /// What is drawn otherwise than it is written.
    pub shapes: Vec<RowShape>,
    /// Places of the search.
    pub hits: Vec<RowHit>,
}

/// A term in a row, or the part of it that stands in the row.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct RowMark {
    /// Where it begins.
    pub from: u32,
    /// Where it ends.
    pub to: u32,
    /// Which term of the page.
    pub term: u32,
    /// The first byte of the occurrence in the document.
    pub start: u32,
}

/// A place of the search in a row.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct RowHit {
    /// Where it begins.
    pub from: u32,
    /// Where it ends.
    pub to: u32,
}

/// A part of a row that is drawn otherwise than it is written.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct RowShape {
    /// Where it begins.
    pub from: u32,
    /// Where it ends.
    pub to: u32,
    /// How it is drawn.
    pub kind: ShapeKind,
    /// The reading of a ruby, the target of a link, the code of an invisible character.
    pub note: Option<String>,
}

/// What kind of line a row belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum RowKind {
    Text,
    Heading,
    Quote,
    Code,
    Rule,
}

/// How a part of a row is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum ShapeKind {
    Hidden,
    Strong,
    Emphasis,
    Strike,
    Code,
    Link,
    Image,
    Ruby,
    Invisible,
}

/// A term that stands in a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct MarkedTerm {
    /// Identifies the term in its project.
    pub key: String,
    /// The form that is shown.
    pub text: String,
    /// Its language.
    pub language: Language,
    /// What the researcher decided.
    pub verdict: Option<Verdict>,
}

/// A place in a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DocumentTarget {
    /// The beginning of a line, from 1.
    Line {
        /// The line.
        line: u32,
    },
    /// A byte.
    Start {
        /// The byte.
        start: u32,
    },
    /// The next occurrence of a term, or the one before; behind the last comes the first.
    Term {
        /// The term.
        key: String,
        /// The byte to look from; nothing for the first, or the last.
        from: Option<u32>,
        /// Towards the beginning.
        backward: bool,
    },
    /// The next place of a text, or the one before. Case and width do not count.
    Text {
        /// The text.
        text: String,
        /// The byte to look from; nothing for the first, or the last.
        from: Option<u32>,
        /// Towards the beginning.
        backward: bool,
    },
}

/// A place that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct DocumentPlace {
    /// Its row, from 0.
    pub row: u32,
    /// Its first byte.
    pub start: u32,
    /// The byte behind it.
    pub end: u32,
    /// Which one it is, from 1.
    pub position: u32,
    /// How many there are.
    pub total: u32,
}

/// A row with the terms and the hits in it; both in the order of the text.
pub(super) fn text_row(text: &str, rows: &Rows, row: &Row, found: &[Occurrence], hits: &[(usize, usize)]) -> TextRow {
    let (start, end) = (row.span.start, row.span.end);
    let written = &text[start..end];
    let place = |byte: usize| page::utf16(written, byte.clamp(start, end) - start);
    let inside = |from: usize, to: usize| from < end && to > start;
    let (kind, level) = match row.kind {
        page::RowKind::Text => (RowKind::Text, 0),
        page::RowKind::Heading(level) => (RowKind::Heading, u32::from(level)),
        page::RowKind::Quote => (RowKind::Quote, 0),
        page::RowKind::Code => (RowKind::Code, 0),
        page::RowKind::Rule => (RowKind::Rule, 0),
    };
    let first = found.partition_point(|found| (found.start as usize) < start.saturating_sub(MARGIN));
    let near = found[first..].iter().take_while(|found| (found.start as usize) < end);
    let marks = near
        .filter(|found| inside(found.start as usize, found.end as usize))
        .map(|found| RowMark {
            from: place(found.start as usize),
            to: place(found.end as usize),
            term: found.term,
            start: found.start,
        })
        .collect();
    let shapes = rows
        .shapes(text, row)
        .into_iter()
        .map(|shape| RowShape {
            from: place(shape.span.start),
            to: place(shape.span.end),
            kind: shape_kind(shape.kind),
            note: shape.note,
        })
        .collect();
    let hits = hits.iter().filter(|(from, to)| inside(*from, *to));
    TextRow {
        line: row.line,
        first: row.first,
        kind,
        level,
        start: start as u32,
        marks,
        shapes,
        hits: hits
            .map(|(from, to)| RowHit {
                from: place(*from),
                to: place(*to),
            })
            .collect(),
        text: written.to_owned(),
    }
}

fn shape_kind(kind: page::ShapeKind) -> ShapeKind {
    match kind {
        page::ShapeKind::Hidden => ShapeKind::Hidden,
        page::ShapeKind::Strong => ShapeKind::Strong,
        page::ShapeKind::Emphasis => ShapeKind::Emphasis,
        page::ShapeKind::Strike => ShapeKind::Strike,
        page::ShapeKind::Code => ShapeKind::Code,
        page::ShapeKind::Link => ShapeKind::Link,
        page::ShapeKind::Image => ShapeKind::Image,
        page::ShapeKind::Ruby => ShapeKind::Ruby,
        page::ShapeKind::Invisible => ShapeKind::Invisible,
    }
}
