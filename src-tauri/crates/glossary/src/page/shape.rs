//! Markup that is drawn as what it means: ruby in the Aozora and the HTML way, and as much Markdown as a line tells.
//! It only ever names parts of the text. No HTML passes through, nothing is loaded, and what is not understood stays
//! as it is written.

use std::ops::Range;

use super::{Markup, RowKind};

/// A part of a text that is drawn otherwise than it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// Where it stands, in bytes.
    pub span: Range<usize>,
    /// How it is drawn.
    pub kind: ShapeKind,
    /// The reading of a ruby, the target of a link, the code of an invisible character.
    pub note: Option<String>,
}

/// How a part of a text is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShapeKind {
    /// Not at all: it is markup.
    Hidden,
    /// Strong.
    Strong,
    /// Emphasised.
    Emphasis,
    /// Struck out.
    Strike,
    /// Code.
    Code,
    /// The text of a link.
    Link,
    /// The words that stand for a picture.
    Image,
    /// The base of a ruby.
    Ruby,
    /// A character that nobody sees and that may turn the direction of the text.
    Invisible,
}

/// The kind of a line of Markdown, outside of code.
pub(super) fn kind(line: &str) -> RowKind {
    let trimmed = line.trim_start();
    let level = trimmed.len() - trimmed.trim_start_matches('#').len();
    if (1..=6).contains(&level) && trimmed[level..].starts_with([' ', '\u{3000}', '\t']) {
        return RowKind::Heading(level as u8);
    }
    match trimmed.as_bytes().first() {
        Some(b'>') => RowKind::Quote,
        Some(b'|') => RowKind::Code,
        Some(mark @ (b'-' | b'*' | b'_')) => {
            let marks = trimmed.bytes().filter(|byte| byte == mark).count();
            let only = trimmed.bytes().all(|byte| byte == *mark || byte.is_ascii_whitespace());
            if only && marks >= 3 {
                RowKind::Rule
            } else {
                RowKind::Text
            }
        }
        _ => RowKind::Text,
    }
}

/// The shapes of a piece of a line, in the order of their places. `head` says that the piece begins the line.
pub(super) fn shapes(text: &str, piece: Range<usize>, kind: RowKind, markup: Markup, head: bool) -> Vec<Shape> {
    let mut scan = Scan {
        text,
        markdown: markup == Markup::Markdown && kind != RowKind::Code,
        ruby: markup != Markup::Source && kind != RowKind::Code,
        found: Vec::new(),
        no_closer: Vec::new(),
    };
    let mut start = piece.start;
    if head && scan.markdown {
        let line = &text[piece.clone()];
        let indent = line.len() - line.trim_start().len();
        let marks = match kind {
            RowKind::Heading(level) => level as usize + 1,
            RowKind::Quote => 1 + usize::from(line[indent..].starts_with("> ")),
            _ => 0,
        };
        if marks > 0 {
            let behind = text.ceil_char_boundary(start + indent + marks);
            scan.add(start..behind, ShapeKind::Hidden, None);
            start = behind;
        }
    }
    scan.inline(start..piece.end, 0);
    scan.found
        .sort_by_key(|shape| (shape.span.start, std::cmp::Reverse(shape.span.end)));
    scan.found
}

struct Scan<'a> {
    text: &'a str,
    markdown: bool,
    ruby: bool,
    found: Vec<Shape>,
    /// Marks that nothing closes, and the place from which that is known: looked for once, not once for each mark.
    no_closer: Vec<(&'static str, usize)>,
}

/// Marks stand in each other up to this depth.
const DEPTH: usize = 4;
/// The longest text of a link or a ruby, in bytes.
const REACH: usize = 2_000;

impl Scan<'_> {
    fn add(&mut self, span: Range<usize>, kind: ShapeKind, note: Option<String>) {
        if !span.is_empty() {
            self.found.push(Shape { span, kind, note });
        }
    }

    fn hide(&mut self, start: usize, length: usize) {
        self.add(start..start + length, ShapeKind::Hidden, None);
    }

    fn inline(&mut self, span: Range<usize>, depth: usize) {
        let mut at = span.start;
        let mut base = Base::default();
        while at < span.end {
            let rest = &self.text[at..span.end];
            let Some(c) = rest.chars().next() else { break };
            let behind = match c {
                '<' if self.ruby && starts_with_tag(rest, "ruby") => self.html_ruby(at, rest),
                '《' if self.ruby => self.aozora_ruby(at, rest, &base),
                '\\' if self.markdown => self.escape(at, rest),
                '`' if self.markdown => self.code(at, rest),
                '*' | '_' | '~' if self.markdown && depth < DEPTH => self.emphasis(at, rest, &span, depth),
                '!' | '[' if self.markdown && depth < DEPTH => self.link(at, rest, depth),
                _ => None,
            };
            if let Some(behind) = behind {
                at = behind;
                base = Base::default();
                continue;
            }
            if is_invisible(c) {
                self.add(
                    at..at + c.len_utf8(),
                    ShapeKind::Invisible,
                    Some(format!("U+{:04X}", c as u32)),
                );
            }
            base.step(at, c);
            at += c.len_utf8();
        }
    }

    fn escape(&mut self, at: usize, rest: &str) -> Option<usize> {
        let next = rest[1..].chars().next().filter(char::is_ascii_punctuation)?;
        self.hide(at, 1);
        Some(at + 1 + next.len_utf8())
    }

    fn code(&mut self, at: usize, rest: &str) -> Option<usize> {
        const TICKS: [&str; 3] = ["`", "``", "```"];
        let run = rest.len() - rest.trim_start_matches('`').len();
        let ticks = TICKS.get(run - 1)?;
        let length = self.closer(ticks, at, &rest[run..], |_, _| true)?;
        self.hide(at, run);
        self.add(at + run..at + run + length, ShapeKind::Code, None);
        self.hide(at + run + length, run);
        Some(at + run + length + run)
    }

    /// How far it is to the mark that closes.
    fn closer(
        &mut self,
        mark: &'static str,
        at: usize,
        rest: &str,
        fits: impl Fn(&str, &str) -> bool,
    ) -> Option<usize> {
        if self.no_closer.iter().any(|(known, from)| *known == mark && *from <= at) {
            return None;
        }
        let found = rest
            .match_indices(mark)
            .take(64)
            .find(|(place, _)| *place > 0 && fits(&rest[..*place], &rest[place + mark.len()..]))
            .map(|(place, _)| place);
        if found.is_none() {
            self.no_closer.push((mark, at));
        }
        found
    }

    fn emphasis(&mut self, at: usize, rest: &str, span: &Range<usize>, depth: usize) -> Option<usize> {
        let (mark, kind) = match rest.as_bytes() {
            [b'*', b'*', ..] => ("**", ShapeKind::Strong),
            [b'_', b'_', ..] => ("__", ShapeKind::Strong),
            [b'~', b'~', ..] => ("~~", ShapeKind::Strike),
            [b'*', ..] => ("*", ShapeKind::Emphasis),
            [b'_', ..] => ("_", ShapeKind::Emphasis),
            _ => return None,
        };
        let inside = &rest[mark.len()..];
        // snake_case is a word, and 2 * 3 is no emphasis.
        let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let within = mark.starts_with('_') && word(self.text[span.start..at].chars().next_back());
        if within || inside.starts_with(|c: char| c.is_whitespace() || mark.starts_with(c)) {
            return None;
        }
        let length = self.closer(mark, at, inside, |before, behind| {
            !(before.ends_with(char::is_whitespace) || mark.starts_with('_') && word(behind.chars().next()))
        })?;
        let start = at + mark.len();
        self.hide(at, mark.len());
        self.add(start..start + length, kind, None);
        self.inline(start..start + length, depth + 1);
        self.hide(start + length, mark.len());
        Some(start + length + mark.len())
    }

    fn link(&mut self, at: usize, rest: &str, depth: usize) -> Option<usize> {
        let image = rest.starts_with("![");
        let open = if image { 2 } else { 1 };
        let rest = &rest[..rest.floor_char_boundary(REACH)];
        let inside = rest.strip_prefix(if image { "![" } else { "[" })?;
        let words = inside.find(']')?;
        let target = inside[words..].strip_prefix("](")?;
        let length = target.find(')')?;
        if words == 0 || target[..length].contains(char::is_whitespace) && !target[..length].contains('"') {
            return None;
        }
        let (start, end) = (at + open, at + open + words);
        self.hide(at, open);
        let kind = if image { ShapeKind::Image } else { ShapeKind::Link };
        self.add(start..end, kind, Some(target[..length].to_owned()));
        self.inline(start..end, depth + 1);
        self.hide(end, 2 + length + 1);
        Some(end + 2 + length + 1)
    }

    /// 漢字《かんじ》, or with a bar where the base begins: ｜底本《ていほん》.
    fn aozora_ruby(&mut self, at: usize, rest: &str, base: &Base) -> Option<usize> {
        let inside = &rest['《'.len_utf8()..];
        let inside = &inside[..inside.floor_char_boundary(120)];
        let reading = &inside[..inside.find('》')?];
        let kana = !reading.is_empty()
            && reading
                .chars()
                .all(|c| matches!(c, '\u{3041}'..='\u{30ff}' | ' ' | '\u{3000}'));
        let behind = at + '《'.len_utf8() + reading.len() + '》'.len_utf8();
        let start = match base.bar.filter(|bar| at - bar < 120) {
            Some(bar) => {
                self.hide(bar, '｜'.len_utf8());
                bar + '｜'.len_utf8()
            }
            None if kana => base.han?,
            None => return None,
        };
        self.add(start..at, ShapeKind::Ruby, Some(reading.to_owned()));
        self.add(at..behind, ShapeKind::Hidden, None);
        Some(behind)
    }

    /// `<ruby>漢字<rp>(</rp><rt>かんじ</rt><rp>)</rp></ruby>`, with one base or several.
    fn html_ruby(&mut self, at: usize, rest: &str) -> Option<usize> {
        let rest = &rest[..rest.floor_char_boundary(REACH)];
        let end = find_tag(rest, "/ruby")?;
        let mut base: Option<Range<usize>> = None;
        let mut shown = Vec::new();
        let mut place = rest[..end.start].find('>')? + 1;
        while place < end.start {
            let left = &rest[place..end.start];
            if !left.starts_with('<') {
                let length = left.find('<').unwrap_or(left.len());
                let from = base.map_or(place, |base| base.start);
                base = Some(from..place + length);
                place += length;
                continue;
            }
            let close = left.find('>')? + 1;
            if starts_with_tag(left, "rt") {
                let length = find_tag(&left[close..], "/rt").map_or(left.len() - close, |tag| tag.start);
                shown.push((base.take()?, left[close..close + length].to_owned()));
                place += close + length;
            } else if starts_with_tag(left, "rp") {
                place += find_tag(left, "/rp").map_or(close, |tag| tag.end);
            } else {
                place += close;
            }
        }
        if shown.is_empty() {
            return None;
        }
        let mut from = 0;
        for (base, reading) in shown {
            self.hide(at + from, base.start - from);
            from = base.end;
            self.add(at + base.start..at + base.end, ShapeKind::Ruby, Some(reading));
        }
        self.hide(at + from, end.end - from);
        Some(at + end.end)
    }
}

/// What may be the base of a ruby that begins here.
#[derive(Default)]
struct Base {
    /// The last bar.
    bar: Option<usize>,
    /// The first of the Han characters that stand here.
    han: Option<usize>,
}

impl Base {
    fn step(&mut self, at: usize, c: char) {
        match c {
            '｜' => self.bar = Some(at),
            '》' => self.bar = None,
            _ => {}
        }
        let han = matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3fffd}' | '々' | '〆' | 'ヶ' | '〇');
        self.han = if han { self.han.or(Some(at)) } else { None };
    }
}

fn starts_with_tag(text: &str, name: &str) -> bool {
    let tag = text.as_bytes().get(1..=name.len());
    tag.is_some_and(|tag| tag.eq_ignore_ascii_case(name.as_bytes()))
        && matches!(text.as_bytes().get(name.len() + 1), Some(b'>' | b' '))
}

/// Where a tag of this name stands in a text.
fn find_tag(text: &str, name: &str) -> Option<Range<usize>> {
    text.match_indices('<')
        .map(|(at, _)| at)
        .find(|at| starts_with_tag(&text[*at..], name))
        .and_then(|at| Some(at..at + text[at..].find('>')? + 1))
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
