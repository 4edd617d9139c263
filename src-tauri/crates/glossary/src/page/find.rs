//! Search as a reader means it: case and width do not count, and a line break is a space.

use std::ops::Range;

/// Every place of `query` in a text, in order, none inside another.
pub fn find(text: &str, query: &str) -> Vec<Range<usize>> {
    let query: Vec<char> = query.trim().chars().map(fold).collect();
    let Some((&first, rest)) = query.split_first() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        if fold(c) != first {
            continue;
        }
        let mut ahead = chars.clone();
        if rest
            .iter()
            .all(|&wanted| ahead.next().is_some_and(|(_, c)| fold(c) == wanted))
        {
            found.push(at..ahead.offset());
            chars = ahead;
        }
    }
    found
}

fn fold(c: char) -> char {
    match c {
        'A'..='Z' => c.to_ascii_lowercase(),
        '\0'..='\u{7f}' if !c.is_ascii_whitespace() => c,
        '\u{ff01}'..='\u{ff5e}' => fold(char::from_u32(c as u32 - 0xfee0).unwrap_or(c)),
        '\u{3041}'..='\u{9fff}' => c,
        c if c.is_whitespace() => ' ',
        c => c.to_lowercase().next().unwrap_or(c),
    }
}
