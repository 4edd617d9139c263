//! How wide a character is, roughly, in a reading face; and where a row may end.

use super::shape::{Shape, ShapeKind};

/// A full-width character.
pub(super) const EM: u32 = 100;
/// The widest byte: a capital M.
pub(super) const WIDEST: u32 = 95;

/// Widths of the characters of a piece of text, in order, after its shapes.
pub(super) struct Drawn<'a> {
    text: &'a str,
    shapes: &'a [Shape],
    next: usize,
}

impl<'a> Drawn<'a> {
    pub(super) fn new(text: &'a str, shapes: &'a [Shape]) -> Self {
        Self { text, shapes, next: 0 }
    }

    /// The width of the character at a byte, and whether a row may not end before it.
    pub(super) fn of(&mut self, at: usize, c: char, fixed: bool) -> (u32, bool) {
        // Shapes may stand in each other, so only those that end before are passed over.
        while self.shapes.get(self.next).is_some_and(|shape| shape.span.end <= at) {
            self.next += 1;
        }
        let (mut wide, mut joined) = (of(c, fixed), false);
        for shape in &self.shapes[self.next..] {
            if shape.span.start > at {
                break;
            }
            if shape.span.end <= at {
                continue;
            }
            match shape.kind {
                ShapeKind::Hidden => return (0, true),
                ShapeKind::Invisible => wide = 3 * EM,
                ShapeKind::Ruby => {
                    joined |= at > shape.span.start;
                    if at == shape.span.start {
                        wide += overhang(
                            &self.text[shape.span.clone()],
                            shape.note.as_deref().unwrap_or_default(),
                        );
                    }
                }
                _ => {}
            }
        }
        (wide, joined)
    }
}

/// How much wider the reading is than what it stands above.
fn overhang(base: &str, reading: &str) -> u32 {
    let sum = |text: &str| text.chars().map(|c| of(c, false)).sum::<u32>();
    (sum(reading) / 2).saturating_sub(sum(base))
}

fn of(c: char, fixed: bool) -> u32 {
    match c {
        '\t' => 2 * EM,
        ' '..='~' if fixed => 50,
        ' ' => 27,
        'i' | 'j' | 'l' | '!' | '\'' | ',' | '.' | ':' | ';' | '|' => 29,
        'f' | 'r' | 's' | 't' | 'I' | '(' | ')' | '[' | ']' | '-' | '"' | '`' | '/' | '\\' => 42,
        'm' | 'M' | 'W' | '@' | '%' => WIDEST,
        'w' | 'A'..='Z' | '&' => 74,
        '0'..='9' | 'a'..='z' | '#'..='~' => 57,
        '\u{300}'..='\u{36f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{20d0}'..='\u{20ff}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{1f3fb}'..='\u{1f3ff}'
        | '\u{e0100}'..='\u{e01ef}'
        | '\u{3099}'
        | '\u{309a}' => 0,
        '\u{ff61}'..='\u{ffdc}' => 50,
        c if is_wide(c) => EM,
        '\u{80}'..='\u{2fff}' => 64,
        _ => EM,
    }
}

fn is_wide(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{115f}' | '\u{2460}'..='\u{24ff}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe4f}' | '\u{ff01}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}' | '\u{1f300}'..='\u{1faff}' | '\u{20000}'..='\u{3fffd}')
}

/// Characters that never begin a row (JIS X 4051, the usual choice).
const NEVER_FIRST: &str = "、。，．・：；？！ゝゞヽヾ々〻ー）］｝〕〉》」』】〙〗»’”ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶ‐゠–〜,.:;?!)]}";
/// Characters that never end one.
const NEVER_LAST: &str = "（［｛〔〈《「『【〘〖«‘“([{";

/// Whether a row may end between two characters.
pub(super) fn may_break(before: char, c: char) -> bool {
    if c.is_ascii() && before.is_ascii() {
        return match before {
            ' ' | '\t' => !c.is_ascii_whitespace(),
            '-' | '/' => c.is_ascii_alphanumeric(),
            _ => false,
        };
    }
    if before.is_whitespace() {
        return !c.is_whitespace();
    }
    let wide = is_wide(before) || is_wide(c) || matches!(before, '—' | '–');
    wide && of(c, false) > 0 && !c.is_whitespace() && !NEVER_FIRST.contains(c) && !NEVER_LAST.contains(before)
}
