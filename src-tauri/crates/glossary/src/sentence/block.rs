//! Finds the blocks of a text: paragraphs with their wrapped lines, headings, list items, table rows. Code fences,
//! front matter, rules and empty lines are no blocks.

/// Lines that belong together.
pub(super) struct Block {
    /// The content of its lines, without list marks, quote marks and heading marks.
    pub(super) lines: Vec<Line>,
    /// It is a heading.
    pub(super) heading: bool,
    /// It is one sentence whatever it holds: a heading or a table row.
    pub(super) whole: bool,
}

/// The content of one line of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) number: u32,
}

/// Lines longer than this (bytes) are paragraphs of their own: nobody wraps there.
const WRAPPED: usize = 500;
/// A block is cut behind this many bytes of one line, or this many lines, so that a caller can stop within a huge one.
const LARGE_LINE: usize = 64 * 1024;
const MANY_LINES: usize = 500;
/// Front matter ends within this many lines, or the rule at the top of the file is only a rule.
const FRONT_MATTER: usize = 200;

pub(super) struct Blocks<'a> {
    text: &'a str,
    at: usize,
    number: u32,
    /// Markers of fences that are known never to close, so that the search for the end stays linear.
    endless: [bool; 2],
}

enum Kind {
    Blank,
    Rule,
    Fence { marker: char, length: usize },
    Heading,
    Item,
    Row,
    Prose,
}

impl<'a> Blocks<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut blocks = Self {
            text,
            at: 0,
            number: 1,
            endless: [false; 2],
        };
        blocks.skip_front_matter();
        blocks
    }

    pub(super) fn next(&mut self) -> Option<Block> {
        loop {
            let line = self.line()?;
            let (kind, line) = classify(self.text, line);
            match kind {
                Kind::Blank | Kind::Rule => {}
                Kind::Fence { marker, length } => {
                    if !self.skip_fence(marker, length) {
                        return Some(self.paragraph(line, false));
                    }
                }
                Kind::Heading => {
                    return Some(Block {
                        lines: vec![line],
                        heading: true,
                        whole: true,
                    });
                }
                Kind::Row => {
                    if !is_table_rule(&self.text[line.start..line.end]) {
                        return Some(Block {
                            lines: vec![line],
                            heading: false,
                            whole: true,
                        });
                    }
                }
                Kind::Item => return Some(self.paragraph(line, true)),
                Kind::Prose => return Some(self.paragraph(line, false)),
            }
        }
    }

    /// The next line without its break, and moves behind it.
    fn line(&mut self) -> Option<Line> {
        if self.at >= self.text.len() {
            return None;
        }
        let start = self.at;
        let limit = self.text.floor_char_boundary(start + LARGE_LINE);
        let Some(end) = self.text[start..limit].find('\n').map(|found| start + found) else {
            let rest = limit == self.text.len();
            // The rest of a line that is cut comes as a line of the same number.
            let end = if rest {
                limit
            } else {
                start + natural_cut(&self.text[start..limit])
            };
            let line = Line {
                start,
                end,
                number: self.number,
            };
            self.at = end;
            self.number += u32::from(rest);
            return Some(line);
        };
        let line = Line {
            start,
            end,
            number: self.number,
        };
        self.at = end + 1;
        self.number += 1;
        Some(line)
    }

    fn rewind(&mut self, line: Line) {
        self.at = line.start;
        self.number = line.number;
    }

    fn skip_front_matter(&mut self) {
        let Some(first) = self.line() else { return };
        if self.text[first.start..first.end].trim_end() == "---" {
            for _ in 0..FRONT_MATTER {
                let Some(line) = self.line() else { break };
                let content = self.text[line.start..line.end].trim_end();
                if content == "---" || content == "..." {
                    return;
                }
                // A paragraph of prose under a rule is not `key: value`.
                if content.is_empty() || content.starts_with('#') {
                    break;
                }
            }
        }
        self.rewind(first);
    }

    /// Moves behind the closing fence. False when there is none: then the fence is a line like any other.
    fn skip_fence(&mut self, marker: char, length: usize) -> bool {
        let known = usize::from(marker == '~');
        if self.endless[known] {
            return false;
        }
        let back = Line {
            start: self.at,
            end: self.at,
            number: self.number,
        };
        while let Some(line) = self.line() {
            let content = self.text[line.start..line.end].trim();
            if content.chars().count() >= length && content.chars().all(|c| c == marker) {
                return true;
            }
        }
        self.endless[known] = true;
        self.rewind(back);
        false
    }

    /// Gathers the lines that continue `first`.
    fn paragraph(&mut self, first: Line, item: bool) -> Block {
        let mut lines = vec![first];
        let mut last = first;
        let mut alone = true;
        while last.end - last.start <= WRAPPED && !(lines.len() >= MANY_LINES && ends_sentence(self.text, last)) {
            let Some(raw) = self.line() else { break };
            let (kind, line) = classify(self.text, raw);
            match kind {
                Kind::Prose => {
                    if lines.len() == 1 && !item && is_title(self.text, first) && starts_anew(self.text, line) {
                        alone = true;
                        self.rewind(raw);
                        break;
                    }
                    alone = false;
                    lines.push(line);
                    last = line;
                }
                Kind::Rule if lines.len() == 1 && !item && is_underline(self.text, raw) => {
                    return Block {
                        lines,
                        heading: true,
                        whole: true,
                    };
                }
                _ => {
                    self.rewind(raw);
                    break;
                }
            }
        }
        let heading = alone && !item && is_title(self.text, first);
        Block {
            lines,
            heading,
            whole: heading,
        }
    }
}

/// Where to cut a line that is too long: behind a stop, else at a space, else at its end, looking at the last part only.
fn natural_cut(text: &str) -> usize {
    let from = text.floor_char_boundary(text.len() - text.len().min(LARGE_LINE / 8));
    let last = |found: Option<usize>, behind: usize| found.map(|at| from + at + behind).filter(|at| *at > 0);
    let tail = &text[from..];
    last(tail.rfind(". "), 1)
        .max(last(tail.rfind('。'), '。'.len_utf8()))
        .or_else(|| last(tail.rfind(' '), 1))
        .unwrap_or(text.len())
}

fn ends_sentence(text: &str, line: Line) -> bool {
    text[line.start..line.end]
        .trim_end()
        .ends_with(['.', '!', '?', '。', '！', '？'])
}

/// What a line is, and its content without the marks that say so.
fn classify(text: &str, line: Line) -> (Kind, Line) {
    let mut start = line.start;
    let raw = &text[line.start..line.end];
    let mut content = raw.trim_start();
    // Quote marks do not change what a line is.
    while let Some(rest) = content.strip_prefix('>') {
        content = rest.trim_start();
    }
    start += raw.len() - content.len();
    let content = content.trim_end();
    let end = start + content.len();
    let here = |skip: usize| Line {
        start: (start + skip).min(end),
        end,
        number: line.number,
    };
    let Some(first) = content.chars().next() else {
        return (Kind::Blank, here(0));
    };

    if matches!(first, '`' | '~') {
        let length = content.chars().take_while(|c| *c == first).count();
        if length >= 3 && !content[length..].contains(first) {
            return (Kind::Fence { marker: first, length }, here(0));
        }
    }
    if is_rule(content) {
        return (Kind::Rule, here(0));
    }
    if first == '#' {
        let level = content.bytes().take_while(|b| *b == b'#').count();
        let rest = &content[level..];
        if level <= 6 && (rest.is_empty() || rest.starts_with([' ', '\t', '\u{3000}']) || level >= 2) {
            let inner = rest.trim_start();
            let skip = content.len() - inner.len();
            let closed = inner.trim_end_matches('#');
            // `# C#` is about C#; only marks behind a space close a heading.
            let inner = if closed.is_empty() || closed.ends_with(char::is_whitespace) {
                closed.trim_end()
            } else {
                inner
            };
            let end = start + skip + inner.len();
            return (
                Kind::Heading,
                Line {
                    start: (start + skip).min(end),
                    end,
                    number: line.number,
                },
            );
        }
    }
    if first == '|' && content.len() > 1 {
        return (Kind::Row, here(0));
    }
    if let Some(skip) = item_mark(content) {
        return (Kind::Item, here(skip));
    }
    (Kind::Prose, here(0))
}

/// `---`, `***`, `===`, `- - -`: a rule, or the underline of a heading.
fn is_rule(content: &str) -> bool {
    let Some(first) = content.chars().next() else {
        return false;
    };
    matches!(first, '-' | '=' | '*' | '_')
        && content.chars().all(|c| c == first || c == ' ')
        && content.chars().filter(|c| *c == first).count() >= 3
}

fn is_underline(text: &str, line: Line) -> bool {
    text[line.start..line.end].trim().chars().all(|c| c == '-' || c == '=')
}

/// `|---|:--:|`
fn is_table_rule(content: &str) -> bool {
    content.contains('-') && content.chars().all(|c| matches!(c, '|' | '-' | ':' | ' ' | '\t' | '+'))
}

/// The length of a list mark with the white space behind it.
fn item_mark(content: &str) -> Option<usize> {
    let first = content.chars().next()?;
    let mark = match first {
        '-' | '*' | '+' | '•' | '‣' | '◦' | '–' => first.len_utf8(),
        // Japanese bullets need no space.
        '・' | '●' | '○' | '■' | '□' | '◆' | '◇' | '※' | '①'..='⑳' => {
            return Some(content.len() - content[first.len_utf8()..].trim_start().len());
        }
        '0'..='9' => {
            let digits = content.bytes().take_while(u8::is_ascii_digit).count();
            if digits > 3 || !matches!(content.as_bytes().get(digits), Some(b'.' | b')')) {
                return None;
            }
            digits + 1
        }
        _ => return None,
    };
    let rest = &content[mark..];
    let inner = rest.trim_start();
    (inner.len() < rest.len() || rest.is_empty()).then(|| content.len() - inner.len())
}

/// A line that looks like a title rather than like the beginning of a sentence.
fn is_title(text: &str, line: Line) -> bool {
    const LEANS_ON: [&str; 24] = [
        "a", "an", "the", "of", "in", "on", "for", "to", "and", "or", "is", "are", "was", "with", "by", "that",
        "which", "as", "at", "from", "be", "can", "may", "called",
    ];
    let content = text[line.start..line.end].trim_end_matches(['*', '_']);
    let Some(last) = content.chars().next_back() else {
        return false;
    };
    if content.len() > 120 || ".!?。！？．,;、，；:：…".contains(last) {
        return false;
    }
    // `Term: what it is` is no title, and neither is a definition list entry in bold.
    if content.contains(": ") || content.contains('：') || content.contains(" - ") || content.contains(" – ") {
        return false;
    }
    if content.is_ascii() || !content.chars().any(is_japanese) {
        let words = content.split_whitespace().count();
        let last = content
            .split_whitespace()
            .next_back()
            .unwrap_or_default()
            .to_lowercase();
        let begins_large = content
            .trim_start_matches(['*', '_', '"'])
            .chars()
            .next()
            .is_some_and(|c| !c.is_lowercase());
        words <= 8 && begins_large && !LEANS_ON.contains(&last.as_str())
    } else {
        // A title ends in a noun: hiragana at the end belongs to a sentence that goes on.
        content.chars().count() <= 30
            && !content.contains('は')
            && !content.contains('を')
            && !matches!(last, 'ぁ'..='ん')
    }
}

/// A line that can begin a sentence.
fn starts_anew(text: &str, line: Line) -> bool {
    let content = text[line.start..line.end].trim_start_matches(['*', '_', '"', '(', '「', '（']);
    content
        .chars()
        .next()
        .is_some_and(|c| c.is_uppercase() || is_japanese(c))
}

fn is_japanese(c: char) -> bool {
    matches!(c, 'ぁ'..='ヿ' | '一'..='鿿' | '々' | '〆')
}
