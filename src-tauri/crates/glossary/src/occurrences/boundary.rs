//! Whether a match is a word of its own or a piece of a longer one. Latin script tells by the characters beside it,
//! Japanese needs the dictionary: 京都 stands in 東京都 by accident, コンテナ in コンテナ化 by right.

use glossary_dictionary::Analyser;
use rustc_hash::FxHashMap;

use crate::english::joins;

/// The boundaries of words in a window of a text. The Japanese ones are computed when the first match asks.
pub(super) struct Boundaries<'a> {
    text: &'a str,
    start: usize,
    window: &'a str,
    japanese: Option<Japanese>,
}

impl<'a> Boundaries<'a> {
    /// For `window`, which begins at byte `start` of `text`.
    pub(super) fn new(text: &'a str, start: usize, window: &'a str) -> Self {
        Self {
            text,
            start,
            window,
            japanese: None,
        }
    }

    /// Whether `text[from..to]` begins and ends with a word.
    pub(super) fn hold(&mut self, from: usize, to: usize) -> bool {
        let word = &self.text[from..to];
        let (Some(first), Some(last)) = (word.chars().next(), word.chars().next_back()) else {
            return false;
        };
        let before = self.text[..from].chars().next_back();
        let after = self.text[to..].chars().next();
        if !latin_start(self.text, from, first) || !latin_end(self.text, to, word, last) {
            return false;
        }
        let left = before.is_some_and(is_japanese) && is_japanese(first);
        let right = after.is_some_and(is_japanese) && is_japanese(last);
        if !left && !right {
            return true;
        }
        let (start, window) = (self.start, self.window);
        let japanese = self.japanese.get_or_insert_with(|| Japanese::new(window));
        (!left || japanese.is_boundary(window, from - start, true))
            && (!right || japanese.is_boundary(window, to - start, false))
    }
}

/// Whether no match that begins at byte `from` is refused for the characters before it in Latin script.
pub(super) fn may_start(text: &str, from: usize) -> bool {
    text[from..]
        .chars()
        .next()
        .is_some_and(|first| latin_start(text, from, first))
}

/// Whether a match that ends at byte `to` need not be refused for the characters behind it in Latin script.
pub(super) fn may_end(text: &str, to: usize) -> bool {
    // A long match is refused by fewer signs than a short one.
    let long = "long";
    text[..to]
        .chars()
        .next_back()
        .is_some_and(|last| latin_end(text, to, long, last))
}

/// The start of a match against the character before it.
fn latin_start(text: &str, from: usize, first: char) -> bool {
    let mut before = text[..from].chars().rev();
    let Some(near) = before.next() else { return true };
    if is_japanese(first) {
        return true;
    }
    if !first.is_alphanumeric() {
        // `.NET` is no part of `ASP.NET`.
        return !is_latin(near);
    }
    if is_latin(near) || near == '_' {
        return false;
    }
    let far = before.next().unwrap_or(' ');
    // `NET` is no part of `.NET`.
    let dotted = near == '.' && !far.is_alphanumeric() && first.is_ascii_uppercase();
    !(dotted || !matches!(near, '-' | '\u{2010}' | '\u{2011}' | '/') && joins(far, near, first))
}

/// The end of a match against the character behind it.
fn latin_end(text: &str, to: usize, word: &str, last: char) -> bool {
    let mut after = text[to..].chars();
    let Some(near) = after.next() else { return true };
    if is_japanese(last) {
        return true;
    }
    if !last.is_alphanumeric() {
        return !(is_latin(near) || matches!(near, '+' | '#') && matches!(last, '+' | '#'));
    }
    if is_latin(near) || near == '_' {
        return false;
    }
    // `C` is no part of `C++`.
    if matches!(near, '+' | '#') && word.len() <= 2 {
        return false;
    }
    let far = after.next().unwrap_or(' ');
    let possessive = matches!(near, '\'' | '’') && far == 's' && !after.next().is_some_and(char::is_alphanumeric);
    possessive || matches!(near, '-' | '\u{2010}' | '\u{2011}' | '/') || !joins(last, near, far)
}

/// Letters and digits that are written with spaces between words.
pub(super) fn is_latin(c: char) -> bool {
    c.is_alphanumeric() && !is_japanese(c)
}

fn is_japanese(c: char) -> bool {
    matches!(c, '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9f}' | '\u{20000}'..='\u{3ffff}')
}

/// The morphemes of a window.
struct Japanese {
    analyser: Analyser,
    /// Start, end, and whether the dictionary holds it; in order.
    morphemes: Vec<(u32, u32, bool)>,
    /// Pieces of unknown words that were looked up on their own.
    pieces: FxHashMap<String, bool>,
}

impl Japanese {
    fn new(window: &str) -> Self {
        let mut analyser = Analyser::new();
        let morphemes = analyser
            .morphemes(window)
            .iter()
            .map(|m| (m.start as u32, m.end as u32, m.known))
            .collect();
        Self {
            analyser,
            morphemes,
            pieces: FxHashMap::default(),
        }
    }

    /// Whether a word begins (or ends) at byte `at` of the window.
    fn is_boundary(&mut self, window: &str, at: usize, begins: bool) -> bool {
        let index = self.morphemes.partition_point(|(_, end, _)| (*end as usize) <= at);
        let Some((start, end, known)) = self.morphemes.get(index).copied() else {
            return true;
        };
        let (start, end) = (start as usize, end as usize);
        if at <= start {
            return true;
        }
        // Inside a word that the dictionary holds the match is an accident. A word that it does not hold is a compound
        // when the rest of it is made of words.
        if known {
            return false;
        }
        let rest = if begins { &window[start..at] } else { &window[at..end] };
        if let Some(known) = self.pieces.get(rest) {
            return *known;
        }
        let small = rest.starts_with(['ー', 'ァ', 'ィ', 'ゥ', 'ェ', 'ォ', 'ッ', 'ャ', 'ュ', 'ョ', 'ン']);
        let words = !small
            && self.analyser.morphemes(rest).iter().all(|morpheme| {
                let characters = rest[morpheme.start..morpheme.end].chars().count();
                morpheme.known && characters >= 2 || characters >= 4
            });
        self.pieces.insert(rest.to_owned(), words);
        words
    }
}
