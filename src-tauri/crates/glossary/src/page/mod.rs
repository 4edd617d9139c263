//! A document set for reading: its text in rows of one height, so that any part of a large text can be shown without
//! the rest. Rows are cut by estimated widths and by the rules of both scripts (no 。at the head of a row); a line of
//! megabytes is many rows. Offsets are bytes of the text; what goes to a screen counts in UTF-16 (see [`utf16`]).

mod find;
mod shape;
#[cfg(test)]
mod tests;
mod width;

use std::ops::Range;

pub use find::find;
pub use shape::{Shape, ShapeKind};

/// How much of the markup of a text is shown as what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Markup {
    /// Nothing: the text as it is.
    Source,
    /// Ruby.
    Plain,
    /// Ruby and Markdown.
    Markdown,
}

/// How a text is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Measure {
    /// Full-width characters in a row.
    pub columns: u32,
    /// What becomes of its markup.
    pub markup: Markup,
}

/// What kind of line a row belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// Running text.
    Text,
    /// A heading of this level, 1 to 6.
    Heading(u8),
    /// A quotation.
    Quote,
    /// Code, front matter, a row of a table: set in a face of one width.
    Code,
    /// A line that divides.
    Rule,
}

/// A row of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Where it stands in the text, without the line break.
    pub span: Range<usize>,
    /// Its line, from 1.
    pub line: u32,
    /// The first row of its line.
    pub first: bool,
    /// What kind of line it belongs to.
    pub kind: RowKind,
}

/// A line is looked at in pieces of this size: what a piece costs does not depend on the length of the line.
const PIECE: usize = 8 << 10;

/// The rows of a text. Knows where they begin, not what they say.
#[derive(Debug)]
pub struct Rows {
    measure: Measure,
    /// The first byte of each row.
    starts: Vec<u32>,
    /// The first row of each line.
    lines: Vec<u32>,
    /// Lines inside code fences and front matter, the fences included; counted from 0.
    verbatim: Vec<Range<u32>>,
    end: usize,
}

impl Rows {
    /// Sets a text of less than 4 GB. Takes linear time, whatever the text.
    pub fn new(text: &str, measure: Measure) -> Self {
        let mut rows = Self {
            measure,
            starts: Vec::with_capacity(text.len() / 64 + 1),
            lines: Vec::new(),
            verbatim: Vec::new(),
            end: text.len(),
        };
        let mut fence = Fence::default();
        let mut start = 0;
        for (number, line) in text.split_inclusive('\n').enumerate() {
            let span = start..start + line.trim_end_matches('\n').len();
            start += line.len();
            if measure.markup == Markup::Markdown {
                fence.step(number as u32, &text[span.clone()], &mut rows.verbatim);
            }
            rows.lines.push(rows.starts.len() as u32);
            let kind = rows.kind(number as u32, &text[span.clone()], fence.is_open());
            rows.set(text, span, kind);
        }
        fence.close(rows.lines.len() as u32, &mut rows.verbatim);
        rows
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether the text is empty.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// The number of lines.
    pub fn lines(&self) -> usize {
        self.lines.len()
    }

    /// The row that holds a byte, the last one for a byte behind the end.
    pub fn at(&self, byte: usize) -> usize {
        self.starts
            .partition_point(|&start| start as usize <= byte)
            .saturating_sub(1)
    }

    /// The first row of a line, counted from 1; the last line for one that is not there.
    pub fn of_line(&self, line: usize) -> usize {
        let last = self.lines.len().saturating_sub(1);
        self.lines
            .get(line.saturating_sub(1).min(last))
            .map_or(0, |&row| row as usize)
    }

    /// A row of the text that was set.
    pub fn row(&self, text: &str, index: usize) -> Option<Row> {
        let start = *self.starts.get(index)? as usize;
        let next = self.starts.get(index + 1).map_or(self.end, |&next| next as usize);
        let line = self.lines.partition_point(|&first| first as usize <= index) - 1;
        let span = start..start + text[start..next].trim_end_matches('\n').len();
        Some(Row {
            first: self.lines[line] as usize == index,
            kind: self.kind_of(text, line),
            line: line as u32 + 1,
            span,
        })
    }

    /// What is drawn otherwise than it is written in a row: parts of the row, in order, by their bytes in the text.
    pub fn shapes(&self, text: &str, row: &Row) -> Vec<Shape> {
        let line = self.line_span(text, row.line as usize - 1);
        let mut found = Vec::new();
        for piece in pieces(text, line.clone()) {
            if piece.end > row.span.start && piece.start < row.span.end.max(row.span.start + 1) {
                let head = piece.start == line.start;
                found.extend(shape::shapes(text, piece, row.kind, self.measure.markup, head));
            }
        }
        found.retain(|shape| shape.span.end > row.span.start && shape.span.start < row.span.end);
        for shape in &mut found {
            shape.span = shape.span.start.max(row.span.start)..shape.span.end.min(row.span.end);
        }
        found
    }

    fn line_span(&self, text: &str, line: usize) -> Range<usize> {
        let start_of = |line: usize| self.lines.get(line).map(|&row| self.starts[row as usize] as usize);
        let start = start_of(line).unwrap_or(self.end);
        let end = start_of(line + 1).unwrap_or(self.end);
        start..start + text[start..end].trim_end_matches('\n').len()
    }

    fn kind_of(&self, text: &str, line: usize) -> RowKind {
        let at = self.verbatim.partition_point(|lines| lines.end <= line as u32);
        let verbatim = self
            .verbatim
            .get(at)
            .is_some_and(|lines| lines.contains(&(line as u32)));
        let span = self.line_span(text, line);
        self.kind(line as u32, &text[span], verbatim)
    }

    fn kind(&self, _line: u32, text: &str, verbatim: bool) -> RowKind {
        match self.measure.markup {
            Markup::Markdown if verbatim => RowKind::Code,
            Markup::Markdown => shape::kind(text),
            Markup::Source | Markup::Plain => RowKind::Text,
        }
    }

    /// Cuts one line into rows.
    fn set(&mut self, text: &str, line: Range<usize>, kind: RowKind) {
        self.starts.push(line.start as u32);
        let limit = self.measure.columns.max(1) * width::EM;
        // No byte is wider than the widest letter.
        if line.len() as u32 <= limit / width::WIDEST {
            return;
        }
        let fixed = kind == RowKind::Code;
        let (mut used, mut row, mut room, mut before) = (0, line.start, None, '\n');
        for piece in pieces(text, line.clone()) {
            let head = piece.start == line.start;
            let shapes = shape::shapes(text, piece.clone(), kind, self.measure.markup, head);
            let mut drawn = width::Drawn::new(text, &shapes);
            for (offset, c) in text[piece.clone()].char_indices() {
                let at = piece.start + offset;
                let (wide, joined) = drawn.of(at, c, fixed);
                if !joined && width::may_break(before, c) {
                    room = Some((at, used));
                }
                // White space hangs over the end of a row.
                if wide > 0 && used + wide > limit && at > row && !c.is_whitespace() {
                    let (cut, behind) = room.filter(|(cut, _)| *cut > row).unwrap_or((at, used));
                    self.starts.push(cut as u32);
                    used -= behind;
                    row = cut;
                    room = None;
                }
                used += wide;
                if wide > 0 {
                    before = c;
                }
            }
        }
    }
}

/// The number of UTF-16 units before a byte of a text.
pub fn utf16(text: &str, byte: usize) -> u32 {
    let byte = text.floor_char_boundary(byte);
    text[..byte].chars().map(|c| c.len_utf16() as u32).sum()
}

fn pieces(text: &str, line: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut start = line.start;
    std::iter::from_fn(move || {
        (start < line.end).then(|| {
            let end = text.floor_char_boundary((start + PIECE).min(line.end));
            let piece = start..end;
            start = end;
            piece
        })
    })
}

/// Where code begins and ends in Markdown.
#[derive(Default)]
struct Fence {
    /// The first line, the mark and its length.
    open: Option<(u32, char, usize)>,
    /// The line that closes belongs to it.
    closing: bool,
}

impl Fence {
    fn is_open(&self) -> bool {
        self.open.is_some()
    }

    fn step(&mut self, number: u32, line: &str, found: &mut Vec<Range<u32>>) {
        if self.closing {
            self.close(number, found);
            self.closing = false;
        }
        let trimmed = line.trim_start();
        match self.open {
            Some((_, '-', _)) => self.closing = matches!(line.trim_end(), "---" | "..."),
            Some((_, mark, length)) => {
                let run = trimmed.len() - trimmed.trim_start_matches(mark).len();
                self.closing = run >= length && trimmed.trim_end().len() == run;
            }
            None if number == 0 && line.trim_end() == "---" => self.open = Some((0, '-', 3)),
            None => {
                let mark = trimmed.chars().next().filter(|mark| matches!(mark, '`' | '~'));
                let Some(mark) = mark else { return };
                let run = trimmed.len() - trimmed.trim_start_matches(mark).len();
                if run >= 3 && line.len() - trimmed.len() < 4 {
                    self.open = Some((number, mark, run));
                }
            }
        }
    }

    fn close(&mut self, behind: u32, found: &mut Vec<Range<u32>>) {
        if let Some((first, ..)) = self.open.take() {
            found.push(first..behind);
        }
    }
}
