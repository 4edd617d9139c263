//! Short forms and what they stand for, by the method of A. Schwartz and M. Hearst, "A simple algorithm for identifying
//! abbreviation definitions in biomedical text" (2003), in both directions: `long form (SF)` and `SF (long form)`.

use serde::{Deserialize, Serialize};

/// A short form and its long form, as they stand in a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Pair {
    pub(crate) short: String,
    pub(crate) long: String,
}

/// The pairs that a sentence gives.
pub(crate) fn pairs(sentence: &str) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (open, sign) in sentence.char_indices().filter(|(_, c)| matches!(c, '(' | '（')) {
        let inside = open + sign.len_utf8();
        let Some(length) = sentence[inside..].find([')', '）', '(', '（']) else {
            continue;
        };
        let parts: Vec<&str> = sentence[inside..inside + length]
            .split([';', ',', '、', '；', ':', '：'])
            .map(|part| part.trim().trim_matches(['"', '“', '”', '「', '」', '\'']).trim())
            .collect();
        // `(Continuous Integration, CI)` and `(CI, Continuous Integration)` hold both.
        if let [first, second, ..] = parts[..] {
            for (short, long) in [(first, second), (second, first)] {
                if is_short_form(short) && long_form(short, long).as_deref() == Some(long) {
                    pairs.push(Pair {
                        short: short.to_owned(),
                        long: long.to_owned(),
                    });
                }
            }
        }
        let content = parts.first().copied().unwrap_or_default();
        let before = sentence[..open]
            .trim_end()
            .trim_end_matches(['"', '“', '”', '」', '』']);
        if is_short_form(content) {
            if let Some(long) = long_form(content, before) {
                pairs.push(Pair {
                    short: content.to_owned(),
                    long,
                });
            }
        } else if let Some(short) = last_word(before).filter(|word| is_short_form(word)) {
            // The other direction: the whole content must be the long form.
            let words = content.split_whitespace().count();
            if words <= limit(short) && long_form(short, content).as_deref() == Some(content) {
                pairs.push(Pair {
                    short: short.to_owned(),
                    long: content.to_owned(),
                });
            }
        }
    }
    pairs
}

/// Two to ten characters, one or two words, a letter, and a first character that is a letter or digit.
fn is_short_form(text: &str) -> bool {
    let characters = text.chars().count();
    (2..=10).contains(&characters)
        && text.split_whitespace().count() <= 2
        && text.is_ascii()
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().filter(char::is_ascii_uppercase).count() * 2
            >= text.chars().filter(char::is_ascii_alphabetic).count()
        && text.contains(|c: char| c.is_ascii_uppercase())
}

/// The most words that the long form of `short` can have.
fn limit(short: &str) -> usize {
    let length = short.chars().count();
    (length + 5).min(length * 2)
}

/// The shortest end of `text` that holds the characters of `short` in order, the first of them at the start of a word.
fn long_form(short: &str, text: &str) -> Option<String> {
    let window = text
        .rmatch_indices(char::is_whitespace)
        .nth(limit(short).saturating_sub(1))
        .map_or(0, |(at, _)| at);
    let text = text[window..].trim_start();
    let characters: Vec<char> = short
        .chars()
        .filter(|c| c.is_alphanumeric())
        .map(|c| c.to_ascii_lowercase())
        .collect();
    // A plural s of the short form needs no counterpart of its own.
    let wanted = match characters.split_last() {
        Some(('s', rest)) if short.ends_with('s') && rest.len() >= 2 => rest,
        _ => &characters[..],
    };
    let letters: Vec<(usize, char)> = text
        .char_indices()
        .map(|(at, c)| (at, c.to_ascii_lowercase()))
        .collect();
    let mut place = letters.len();
    for (index, c) in wanted.iter().enumerate().rev() {
        loop {
            place = place.checked_sub(1)?;
            let starts = place == 0 || !letters[place - 1].1.is_alphanumeric();
            if letters[place].1 == *c && (index > 0 || starts) {
                break;
            }
        }
    }
    let start = text[..letters.get(place)?.0]
        .rfind(char::is_whitespace)
        .map_or(0, |at| at + 1);
    let long = text[start..].trim_start_matches(['"', '“', '(', '「']).trim();
    let words = long.split_whitespace().count();
    let fits =
        words <= limit(short) && long.chars().count() > short.chars().count() && !long.contains(['(', ')', '（', '）']);
    let repeats = long.split_whitespace().any(|word| word == short);
    (fits && !repeats && long.is_ascii()).then(|| long.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn last_word(text: &str) -> Option<&str> {
    let start = text
        .char_indices()
        .rev()
        .take_while(|(_, c)| c.is_ascii_alphanumeric() || matches!(c, '-' | '/' | '&'))
        .last()
        .map(|(at, _)| at)?;
    Some(&text[start..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(sentence: &str) -> Vec<(String, String)> {
        pairs(sentence)
            .into_iter()
            .map(|pair| (pair.short, pair.long))
            .collect()
    }

    fn pair(short: &str, long: &str) -> Vec<(String, String)> {
        vec![(short.to_owned(), long.to_owned())]
    }

    #[test]
    fn the_short_form_in_parentheses_takes_the_words_before() {
        assert_eq!(
            found("We use role-based access control (RBAC) here."),
            pair("RBAC", "role-based access control")
        );
        assert_eq!(
            found("the European Court of Justice (ECJ)"),
            pair("ECJ", "European Court of Justice")
        );
        assert_eq!(found("of virtual machines (VMs) and"), pair("VMs", "virtual machines"));
    }

    #[test]
    fn the_long_form_in_parentheses_belongs_to_the_word_before() {
        assert_eq!(
            found("mTLS uses TLS (Transport Layer Security)."),
            pair("TLS", "Transport Layer Security")
        );
        assert_eq!(
            found("CI（Continuous Integration）とは"),
            pair("CI", "Continuous Integration")
        );
        assert_eq!(
            found("継続的統合（Continuous Integration、CI）"),
            pair("CI", "Continuous Integration")
        );
    }

    #[test]
    fn other_parentheses_give_nothing() {
        for sentence in [
            "the rotor (see Figure 2)",
            "a horse (Equus)",
            "(",
            "()",
            "((",
            "A (B",
            "value (IV) of",
            "日本(JP)",
        ] {
            assert_eq!(found(sentence), [], "{sentence}");
        }
    }
}
