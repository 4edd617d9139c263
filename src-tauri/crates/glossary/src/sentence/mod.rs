//! Cuts a document into sentences that keep their place in it. Knows just enough Markdown to leave code out, to keep
//! headings, list items and table rows apart and to join wrapped lines, and ends sentences the English and the Japanese
//! way. It runs in linear time and never returns a piece longer than [`LONGEST`] bytes, whatever the text.

mod block;
mod boundary;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use block::{Block, Blocks};

/// The longest piece in bytes that [`sentences`] returns. Prose stays far below it; what does not is cut at a space or,
/// without one, between two characters.
pub const LONGEST: usize = 2_000;

/// One sentence, heading, list item or table row of a text, without white space at its ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sentence {
    /// Byte offset of its first byte in the text.
    pub start: usize,
    /// Byte offset behind its last byte. `text[start..end]` may hold line breaks and inline marks.
    pub end: usize,
    /// Line on which it begins, from 1.
    pub line: u32,
    /// True for the first sentence of a paragraph, list item, table row or heading.
    pub paragraph_start: bool,
    /// True for a heading: marked as one, or a short line of its own that ends like one.
    pub heading: bool,
}

/// The sentences of a text in order. Code fences and front matter are left out.
pub fn sentences(text: &str) -> impl Iterator<Item = Sentence> {
    Sentences {
        text,
        blocks: Blocks::new(text),
        ready: VecDeque::new(),
    }
}

struct Sentences<'a> {
    text: &'a str,
    blocks: Blocks<'a>,
    ready: VecDeque<Sentence>,
}

impl Iterator for Sentences<'_> {
    type Item = Sentence;

    fn next(&mut self) -> Option<Sentence> {
        loop {
            if let Some(sentence) = self.ready.pop_front() {
                return Some(sentence);
            }
            let block = self.blocks.next()?;
            split(self.text, &block, &mut self.ready);
        }
    }
}

/// Cuts one block. A heading or a table row is one sentence unless it is too long.
fn split(text: &str, block: &Block, ready: &mut VecDeque<Sentence>) {
    let mut piece = Piece {
        text,
        heading: block.heading,
        first: true,
        start: None,
        room: None,
    };
    let mut state = boundary::State::default();
    for (index, line) in block.lines.iter().enumerate() {
        let after_line = block.lines.get(index + 1).map(|next| &text[next.start..next.end]);
        let mut resume = line.start;
        for (offset, c) in text[line.start..line.end].char_indices() {
            let at = line.start + offset;
            if at < resume {
                continue;
            }
            ready.extend(piece.take(at, c, line.number));
            let Some((start, _)) = piece.start else { continue };
            if !block.whole && state.ends(&text[start..line.end], at - start, c, after_line) {
                resume = boundary::behind_closers(&text[..line.end], at + c.len_utf8());
                ready.extend(piece.finish(resume));
                state = boundary::State::default();
            }
        }
        piece.room_at_line_end(line.end, line.number);
    }
    if let Some(last) = block.lines.last() {
        ready.extend(piece.finish(last.end));
    }
}

/// The sentence that is being read.
struct Piece<'a> {
    text: &'a str,
    heading: bool,
    first: bool,
    /// Its first byte and the line of it.
    start: Option<(usize, u32)>,
    /// The last place where it may be cut when it grows too long, and the line there.
    room: Option<(usize, u32)>,
}

impl Piece<'_> {
    /// Takes one character; returns a sentence when the length forces a cut before it.
    fn take(&mut self, at: usize, c: char, line: u32) -> Option<Sentence> {
        let Some((start, _)) = self.start else {
            if !c.is_whitespace() {
                self.start = Some((at, line));
            }
            return None;
        };
        let mut cut = None;
        if at + c.len_utf8() - start > LONGEST {
            let (place, place_line) = self
                .room
                .filter(|(room, _)| *room > start + LONGEST / 2)
                .unwrap_or((at, line));
            cut = self.finish(place);
            let rest = &self.text[place..at];
            let blank = rest.len() - rest.trim_start().len();
            if place + blank < at || !c.is_whitespace() {
                self.start = Some((place + blank, place_line));
            }
        }
        if c.is_whitespace() {
            self.room = Some((at, line));
        } else if matches!(c, '、' | '，' | ',' | ';' | '|') {
            self.room = Some((at + c.len_utf8(), line));
        }
        cut
    }

    fn room_at_line_end(&mut self, end: usize, line: u32) {
        if self.start.is_some() {
            self.room = Some((end, line));
        }
    }

    /// Ends the sentence before `end`.
    fn finish(&mut self, end: usize) -> Option<Sentence> {
        self.room = None;
        let (start, line) = self.start.take()?;
        let trimmed = self.text.get(start..end)?.trim_end();
        if trimmed.is_empty() {
            return None;
        }
        let sentence = Sentence {
            start,
            end: start + trimmed.len(),
            line,
            paragraph_start: self.first,
            heading: self.heading,
        };
        self.first = false;
        Some(sentence)
    }
}
