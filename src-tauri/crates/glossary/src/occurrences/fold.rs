//! A text in the form in which terms are looked for, with the way back to the bytes of the original.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A folded text: lower case, normal width, one space for white space and for the hyphen inside a compound.
pub(super) struct Folded {
    pub(super) text: String,
    /// For each byte of `text`: where its character begins in the original, and where it ends.
    places: Vec<(u32, u32)>,
}

impl Folded {
    pub(super) fn new(original: &str) -> Self {
        let mut text = String::with_capacity(original.len());
        let mut places = Vec::with_capacity(original.len());
        each(original, |c, start, end| {
            text.push(c);
            places.extend(std::iter::repeat_n((start as u32, end as u32), c.len_utf8()));
        });
        Self { text, places }
    }

    /// Where the original of the byte `at` begins.
    pub(super) fn start(&self, at: usize) -> usize {
        self.places.get(at).map_or(0, |place| place.0 as usize)
    }

    /// Where the original of the byte before `end` ends.
    pub(super) fn end(&self, end: usize) -> usize {
        end.checked_sub(1)
            .and_then(|last| self.places.get(last))
            .map_or(0, |place| place.1 as usize)
    }
}

/// A term in the form of a folded text.
pub(crate) fn fold(term: &str) -> String {
    let term = term.trim();
    let mut text = String::with_capacity(term.len());
    each(term, |c, _, _| text.push(c));
    text
}

/// Calls `push` with each character of the folded text, and where the original of it begins and ends.
fn each(original: &str, mut push: impl FnMut(char, usize, usize)) {
    let mut chars = original.char_indices().peekable();
    let mut before = ' ';
    while let Some((at, c)) = chars.next() {
        let mut end = at + c.len_utf8();
        if c.is_whitespace() {
            let mut breaks = u32::from(c == '\n');
            while let Some((next, space)) = chars.next_if(|(_, c)| c.is_whitespace()) {
                breaks += u32::from(space == '\n');
                end = next + space.len_utf8();
            }
            // Terms do not reach over an empty line.
            push(if breaks > 1 { '\n' } else { ' ' }, at, end);
            before = ' ';
            continue;
        }
        if is_invisible(c) {
            continue;
        }
        let marked = chars.peek().is_some_and(|(_, next)| is_mark(*next));
        if c.is_ascii() && !marked {
            let joins = c == '-' && joins_words(before, chars.peek().map_or(' ', |(_, next)| *next));
            push(if joins { ' ' } else { c.to_ascii_lowercase() }, at, end);
            before = c;
            continue;
        }
        if !marked && is_plain(c) {
            push(c, at, end);
            before = c;
            continue;
        }
        let mut cluster = String::from(c);
        while let Some((next, mark)) = chars.next_if(|(_, next)| is_mark(*next)) {
            cluster.push(mark);
            end = next + mark.len_utf8();
        }
        let after = chars.peek().map_or(' ', |(_, next)| *next);
        for c in cluster.nfkc().map(sign) {
            let joins = c == '-' && joins_words(before, after);
            for c in if joins { ' ' } else { c }.to_lowercase() {
                push(c, at, end);
            }
            before = c;
        }
    }
}

/// Kana and Han characters that fold to themselves.
fn is_plain(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fe}' | '\u{4e00}'..='\u{9fff}' | '、' | '。' | '「' | '」')
}

fn is_mark(c: char) -> bool {
    !c.is_ascii() && !is_plain(c) && (is_combining_mark(c) || matches!(c, '\u{ff9e}' | '\u{ff9f}'))
}

/// Whether a character may leave nothing of its own in a folded text.
pub(super) fn vanishes(c: char) -> bool {
    is_mark(c) || is_invisible(c)
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

/// A hyphen between two letters, or a letter and a digit, stands for a space.
fn joins_words(before: char, after: char) -> bool {
    before.is_alphanumeric() && after.is_alphanumeric() && !(before.is_ascii_digit() && after.is_ascii_digit())
}

fn sign(c: char) -> char {
    match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{2018}' | '\u{2019}' | '\u{02bc}' => '\'',
        '\u{2022}' | '\u{00b7}' => '・',
        other => other,
    }
}
