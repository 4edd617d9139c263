//! Turns a piece of a document into running text: inline Markdown and HTML marks go, wrapped lines are joined. Remembers
//! where each byte went, so that an occurrence found in the document can be found again here.

/// Running text made of a piece of a document.
pub(super) struct Clean {
    /// The text.
    pub(super) text: String,
    /// For each byte of the piece, and for its end, the offset in `text`.
    map: Vec<u32>,
}

impl Clean {
    /// The offset in `text` of an offset in the piece.
    pub(super) fn offset(&self, raw: usize) -> usize {
        self.map.get(raw).map_or(self.text.len(), |at| *at as usize)
    }
}

/// Cleans one piece. Runs in linear time; `piece` is at most as long as a `u32` can count.
pub(super) fn clean(piece: &str) -> Clean {
    let dropped = dropped_spans(piece);
    let mut dropped = dropped.iter().peekable();
    let mut out = Clean {
        text: String::with_capacity(piece.len()),
        map: Vec::with_capacity(piece.len() + 1),
    };
    let mut chars = piece.char_indices().peekable();
    let mut previous = None;
    // White space is written when the next visible character comes, because what stands there decides how much.
    let mut gap = Gap::None;
    while let Some((at, c)) = chars.next() {
        while dropped.next_if(|(_, end)| *end <= at).is_some() {}
        let inside = dropped.peek().is_some_and(|(start, end)| (*start..*end).contains(&at));
        let next = chars.peek().map(|(_, c)| *c);
        let keep = if inside {
            None
        } else if c == '\n' {
            gap = Gap::Line;
            None
        } else if c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}' {
            gap = gap.max(if c == '\u{3000}' { Gap::Wide } else { Gap::Space });
            None
        } else if gap == Gap::Line && c == '>' {
            // The mark of a quoted paragraph on a continued line.
            None
        } else if previous != Some('\\') && is_mark(c, previous, next)
            || (c == '\\' && next.is_some_and(|n| n.is_ascii_punctuation()))
        {
            None
        } else {
            Some(c)
        };
        if let Some(c) = keep {
            gap.write(&mut out.text, c);
            gap = Gap::None;
            out.map.extend(std::iter::repeat_n(out.text.len() as u32, c.len_utf8()));
            out.text.push(c);
        } else {
            out.map.extend(std::iter::repeat_n(out.text.len() as u32, c.len_utf8()));
        }
        if !inside {
            previous = Some(c);
        }
    }
    out.map.push(out.text.len() as u32);
    out
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    None,
    Wide,
    Space,
    Line,
}

impl Gap {
    fn write(self, text: &mut String, next: char) {
        let Some(last) = text.chars().next_back() else { return };
        let joins = match self {
            Self::None => true,
            // A line break or a wide space between Japanese characters is layout, not a space between words.
            Self::Line | Self::Wide => is_wide(last) && is_wide(next),
            Self::Space => false,
        };
        if !joins {
            text.push(' ');
        }
    }
}

/// A character that is written without spaces around it.
pub(super) fn is_wide(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ff9f}')
}

/// Emphasis and code marks: `*`, `_`, `` ` `` where they touch a word from outside.
fn is_mark(c: char, previous: Option<char>, next: Option<char>) -> bool {
    let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && !is_wide(c));
    let blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
    match c {
        '`' => true,
        // `2 * 3` and `a*b` are not emphasis; `**bold**` and `*it*` are.
        '*' | '_' => !(blank(previous) && blank(next) || word(previous) && word(next)),
        _ => false,
    }
}

/// Byte spans that no reader sees: link targets and brackets, images, footnote marks, tags.
fn dropped_spans(piece: &str) -> Vec<(usize, usize)> {
    let bytes = piece.as_bytes();
    let mut spans = Vec::new();
    let mut open: Option<usize> = None;
    let mut at = 0;
    // Once a closing sign has not been found, it is not looked for again: the walk stays linear.
    let mut parenthesis_left = true;
    let mut tag_left = true;
    while at < bytes.len() {
        match bytes[at] {
            b'[' => {
                open = Some(at);
                at += 1;
            }
            b']' => {
                let start = open.take();
                let closing = match bytes.get(at + 1) {
                    Some(b'(') if parenthesis_left => Some(b')'),
                    Some(b'[') => Some(b']'),
                    _ => None,
                };
                if let (Some(start), Some(closing)) = (start, closing) {
                    let found = bytes[at + 1..]
                        .iter()
                        .position(|b| *b == closing)
                        .map(|found| at + 2 + found);
                    if let Some(end) = found {
                        let image = start > 0 && bytes[start - 1] == b'!';
                        if image {
                            spans.push((start - 1, end));
                        } else {
                            spans.push((start, start + 1));
                            spans.push((at, end));
                        }
                        at = end;
                        continue;
                    }
                    parenthesis_left &= closing != b')';
                } else if let Some(start) = start
                    && bytes.get(start + 1) == Some(&b'^')
                {
                    spans.push((start, at + 1));
                }
                at += 1;
            }
            b'<' if tag_left => {
                let name = bytes.get(at + 1).map(|b| {
                    if *b == b'/' {
                        bytes.get(at + 2).copied().unwrap_or(b' ')
                    } else {
                        *b
                    }
                });
                if name.is_some_and(|b| b.is_ascii_alphabetic()) {
                    let rest = &bytes[at + 1..];
                    match rest.iter().position(|b| matches!(b, b'>' | b'<')) {
                        Some(found) if rest[found] == b'>' => {
                            // `<https://…>` is a link that a reader does see.
                            let inside = &rest[..found];
                            if !inside.windows(3).any(|w| w == b"://") || inside.contains(&b' ') {
                                spans.push((at, at + found + 2));
                            }
                            at += found + 2;
                            continue;
                        }
                        Some(_) => {}
                        None => tag_left = false,
                    }
                }
                at += 1;
            }
            _ => at += 1,
        }
    }
    spans.sort_unstable();
    spans
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn marks_go_and_words_stay() {
        for (raw, text) in [
            (
                "An **API gateway** is a\n  *tool* that",
                "An API gateway is a tool that",
            ),
            ("**[Pod](/pod/)** is `small`", "Pod is small"),
            ("see [text][ref] and [^1] ![alt](x.png) end", "see text and end"),
            ("2 * 3 and a*b and snake_case", "2 * 3 and a*b and snake_case"),
            ("a <b>bold</b> word<br/>", "a bold word"),
            ("quoted\n> text goes", "quoted text goes"),
            ("コンテナは\n**実行**単位\u{3000}です", "コンテナは実行単位です"),
            ("escaped \\* star", "escaped * star"),
            ("array[0] (note) x < y > z", "array[0] (note) x < y > z"),
            ("see <https://example.org/>", "see <https://example.org/>"),
        ] {
            assert_eq!(clean(raw).text, text, "{raw:?}");
        }
    }

    #[test]
    fn offsets_lead_to_the_same_words() {
        let raw = "The **[Pod](/x)** is\n> a `unit`";
        let cleaned = clean(raw);
        for word in ["The", "Pod", "is", "unit"] {
            let at = raw.find(word).unwrap();
            let (start, end) = (cleaned.offset(at), cleaned.offset(at + word.len()));
            assert_eq!(&cleaned.text[start..end], word);
        }
        assert_eq!(cleaned.offset(usize::MAX), cleaned.text.len());
    }

    #[test]
    fn hostile_marks_are_read_in_linear_time() {
        for unit in ["[", "](", "<a", "[x](", "[^", "*_`", "\\"] {
            let text = unit.repeat(200_000);
            let _ = clean(&text);
        }
    }
}
