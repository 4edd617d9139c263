//! English text as tagged words. Small on purpose: enough grammar to find noun phrases, none to understand them.

mod tagger;

pub(crate) use tagger::{Tag, tag};

/// One word or sign of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    /// Byte offset of its first byte in the sentence.
    pub(crate) start: usize,
    /// Byte offset behind it.
    pub(crate) end: usize,
    /// False for punctuation.
    pub(crate) word: bool,
}

/// The words and signs of `text`. `TCP/IP`, `node.js`, `C++`, `.NET`, `R&D` and `on-site` are one word each; the ending
/// of the possessive is a sign.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(text.len() / 5);
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if c.is_whitespace() {
            at += c.len_utf8();
        } else if let Some(end) = word_end(text, at) {
            tokens.push(Token {
                start: at,
                end,
                word: true,
            });
            at = end;
        } else {
            let end = if is_possessive(&text[at..]) {
                at + c.len_utf8() + 1
            } else {
                at + c.len_utf8()
            };
            tokens.push(Token {
                start: at,
                end,
                word: false,
            });
            at = end;
        }
    }
    tokens
}

/// Whether `sign` keeps the words on its two sides together, as in `node.js`, `TCP/IP` or `R&D`.
pub(crate) fn joins(before: char, sign: char, after: char) -> bool {
    let alphanumeric = before.is_alphanumeric() && after.is_alphanumeric();
    match sign {
        '-' | '\u{2010}' | '\u{2011}' | '_' | '\'' | '’' => alphanumeric,
        // A capital after a full stop begins a sentence whose space was lost, except in `ASP.NET`.
        '.' => {
            before.is_ascii_digit() && after.is_ascii_digit()
                || alphanumeric && after.is_lowercase()
                || before.is_ascii_uppercase() && after.is_ascii_uppercase()
        }
        '/' | '&' | '+' | '@' => {
            (before.is_ascii_uppercase() || before.is_ascii_digit())
                && (after.is_ascii_uppercase() || after.is_ascii_digit())
        }
        _ => false,
    }
}

/// The end of the word that begins at `start`, or nothing when no word begins there.
fn word_end(text: &str, start: usize) -> Option<usize> {
    let mut chars = text[start..].char_indices().peekable();
    let (_, first) = chars.next()?;
    // `.NET`, but neither the full stop of a sentence whose space was lost nor that of a numbered heading.
    let dotted = first == '.'
        && !text[..start].ends_with(|c: char| c.is_alphanumeric() || c == ')')
        && text[start + 1..].chars().take_while(char::is_ascii_uppercase).count() > 1;
    if !first.is_alphanumeric() && !dotted {
        return None;
    }
    let mut before = first;
    let mut end = start + first.len_utf8();
    while let Some((offset, c)) = chars.next() {
        let at = start + offset;
        let joined = chars.peek().is_some_and(|(_, after)| joins(before, c, *after)) && !is_possessive(&text[at..]);
        if c.is_alphanumeric() || is_mark(c) || joined {
            end = at + c.len_utf8();
        } else {
            // `C++`, `C#`, `A*`: signs that belong to a name of one or two letters.
            let name = &text[start..end];
            if name.len() <= 2 && name.starts_with(|c: char| c.is_ascii_uppercase()) {
                for suffix in ["++", "#"] {
                    if text[end..].starts_with(suffix) && !text[end + suffix.len()..].starts_with(char::is_alphanumeric)
                    {
                        return Some(end + suffix.len());
                    }
                }
            }
            break;
        }
        before = c;
    }
    // The last full stop of initials belongs to them: `U.S.`
    let name = &text[start..end];
    let initials =
        name.len() >= 3 && name.split('.').all(|letter| letter.len() == 1) && !name.contains(char::is_numeric);
    if initials && text[end..].starts_with('.') {
        Some(end + 1)
    } else {
        Some(end)
    }
}

/// Combining marks belong to the letter before them.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

fn is_possessive(text: &str) -> bool {
    let mut chars = text.chars();
    matches!(chars.next(), Some('\'' | '’'))
        && chars.next() == Some('s')
        && !chars.next().is_some_and(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        tokens(text)
            .into_iter()
            .map(|token| &text[token.start..token.end])
            .collect()
    }

    #[test]
    fn names_with_signs_are_one_word() {
        assert_eq!(
            words("Use C++, C#, .NET, ASP.NET, node.js and TCP/IP."),
            [
                "Use", "C++", ",", "C#", ",", ".NET", ",", "ASP.NET", ",", "node.js", "and", "TCP/IP", "."
            ]
        );
        assert_eq!(
            words("R&D on-site 3.5 U.S. law"),
            ["R&D", "on-site", "3.5", "U.S.", "law"]
        );
    }

    #[test]
    fn alternatives_and_lost_spaces_are_two_words() {
        assert_eq!(words("and/or"), ["and", "/", "or"]);
        assert_eq!(words("end.The"), ["end", ".", "The"]);
        assert_eq!(words("1.SCOPE"), ["1", ".", "SCOPE"]);
    }

    #[test]
    fn the_possessive_is_no_part_of_the_word() {
        assert_eq!(words("the horse's leg"), ["the", "horse", "'s", "leg"]);
        assert_eq!(words("don’t"), ["don’t"]);
    }

    #[test]
    fn odd_text_is_taken() {
        for text in [
            "",
            ".",
            "'",
            "’s",
            "...",
            "\u{301}",
            "🦀🦀",
            "a\u{301}b",
            "+",
            ".N",
            "A.",
            "-a-",
        ] {
            words(text);
        }
    }
}
