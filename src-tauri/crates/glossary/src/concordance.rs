//! A term in its context, as a concordance shows it (keyword in context).

/// The three parts of a line of a concordance. White space is folded to single spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What stands before the keyword in its sentence, at most about 240 bytes.
    pub before: String,
    /// The keyword as it stands in the text.
    pub hit: String,
    /// What stands behind it in its sentence, at most about 240 bytes.
    pub after: String,
}

const REACH: usize = 240;

/// The context of `text[start..end]`. Offsets that are no char boundaries, or lie outside, are moved to the nearest
/// that do.
pub fn around(text: &str, start: usize, end: usize) -> Line {
    let start = text.floor_char_boundary(start);
    let end = text.ceil_char_boundary(end).max(start);
    let from = text.floor_char_boundary(start.saturating_sub(REACH));
    let to = text.ceil_char_boundary(end.saturating_add(REACH));
    let (before, after) = (&text[from..start], &text[end..to]);
    let begin = last_break(before);
    let stop = first_break(after);
    let mut line = Line {
        before: fold(&before[begin.unwrap_or(0)..]),
        hit: fold(&text[start..end]),
        after: fold(&after[..stop.unwrap_or(after.len())]),
    };
    line.before = line.before.trim_start().to_owned();
    line.after = line.after.trim_end().to_owned();
    if begin.is_none() && from > 0 {
        line.before.insert(0, '…');
    }
    if stop.is_none() && to < text.len() {
        line.after.push('…');
    }
    line
}

/// Behind the last end of a sentence or paragraph.
fn last_break(text: &str) -> Option<usize> {
    breaks(text).last()
}

fn first_break(text: &str) -> Option<usize> {
    breaks(text).next()
}

/// Offsets behind the ends of sentences: 。！？ anywhere, . ! ? before white space, an empty line, a line that begins
/// with a Markdown mark.
fn breaks(text: &str) -> impl Iterator<Item = usize> {
    let bytes = text.as_bytes();
    text.char_indices().filter_map(move |(at, char)| {
        let behind = at + char.len_utf8();
        let next = bytes.get(behind).copied();
        let ends = match char {
            '。' | '！' | '？' => true,
            '.' | '!' | '?' => next.is_some_and(|next| next.is_ascii_whitespace()),
            '\n' => next.is_none_or(|next| matches!(next, b'\n' | b'#' | b'-' | b'*' | b'|' | b'>' | b'+')),
            _ => false,
        };
        ends.then_some(behind)
    })
}

fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for char in text.chars() {
        let char = if char.is_whitespace() || char.is_control() {
            ' '
        } else {
            char
        };
        if char != ' ' || !folded.ends_with(' ') {
            folded.push(char);
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, hit: &str) -> (String, String, String) {
        let start = text.find(hit).unwrap();
        let line = around(text, start, start + hit.len());
        (line.before, line.hit, line.after)
    }

    fn parts(before: &str, hit: &str, after: &str) -> (String, String, String) {
        (before.into(), hit.into(), after.into())
    }

    #[test]
    fn the_context_is_the_sentence_across_line_ends() {
        let text = "First one. The seed\nbank keeps an accession\nat 3.5 percent. Last.";
        assert_eq!(
            line(text, "accession"),
            parts("The seed bank keeps an ", "accession", " at 3.5 percent.")
        );
    }

    #[test]
    fn japanese_sentences_end_at_their_full_stop() {
        assert_eq!(
            line("前の文。種子は乾燥させる。次。", "乾燥"),
            parts("種子は", "乾燥", "させる。")
        );
    }

    #[test]
    fn a_long_line_is_cut_on_both_sides_and_says_so() {
        let text = format!("{}KEY{}", "あ".repeat(500), "い".repeat(500));
        let (before, hit, after) = line(&text, "KEY");
        assert!(before.starts_with('…') && after.ends_with('…') && hit == "KEY");
        assert!(before.len() < 300 && after.len() < 300);
    }

    #[test]
    fn any_offsets_are_safe() {
        let text = "語";
        for start in 0..6 {
            for end in 0..6 {
                around(text, start, end);
            }
        }
    }
}
