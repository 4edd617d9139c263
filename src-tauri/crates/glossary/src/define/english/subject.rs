//! Whether a term stands where the subject of a definition stands, and what has to be skipped to reach the verb.

use super::words::{ANNOUNCERS, ARTICLES, CARRIERS, INSERTERS, INTRODUCERS, SUBORDINATORS, VERBS};
use super::{Article, strip_last, tokens};

/// A term as the subject of a clause.
pub(super) struct Subject {
    /// What stands before it.
    pub(super) article: Article,
    /// What the position costs.
    pub(super) discount: f64,
    /// Nothing but an article stands before it.
    pub(super) opens: bool,
}

/// Whether what stands before the term lets it be the subject of a main clause.
pub(super) fn subject(before: &str) -> Option<Subject> {
    let mut rest = before
        .trim_end()
        .trim_end_matches(['"', '“', '‘', '\'', '«'])
        .trim_end();
    let mut article = Article::None;
    if let Some(left) = strip_last(rest, &["of"]).and_then(|left| strip_last(left, ANNOUNCERS)) {
        article = Article::Announced;
        rest = left;
    } else if let Some(left) = strip_last(rest, ANNOUNCERS) {
        article = Article::Announced;
        rest = left;
    }
    if let Some(left) = strip_last(rest, ARTICLES) {
        if article == Article::None {
            article = if rest.ends_with("the") {
                Article::Definite
            } else {
                Article::Indefinite
            };
        }
        rest = left;
    }
    let rest = rest.trim_end().trim_end_matches(['"', '“', '(']).trim_end();
    let made = |discount: f64| {
        Some(Subject {
            article,
            discount,
            opens: rest.is_empty(),
        })
    };
    if rest.is_empty() || rest.chars().all(|c| c.is_ascii_digit() || ".):-•— ".contains(c)) {
        return made(0.0);
    }
    let first = tokens(rest).next().map_or("", |(_, word)| word);
    if let Some(clause) = rest.strip_suffix(',') {
        let words = clause.split_whitespace().count();
        if SUBORDINATORS.contains(&first) {
            return None;
        }
        if INTRODUCERS.contains(&first) && words <= 16 {
            return made(0.03);
        }
        // "A software characteristic, portability is".
        return (words <= 5 && !has_verb(clause))
            .then_some(())
            .and_then(|()| made(0.05));
    }
    if rest.ends_with([':', ';', '—', '–', '.']) {
        return made(0.15);
    }
    // "A (digital) certificate is".
    if let Some(open) = rest
        .rfind('(')
        .filter(|open| rest.ends_with(')') && rest.len() - open < 30)
    {
        let left = rest[..open].trim_end();
        return (left.is_empty() || ARTICLES.contains(&left))
            .then_some(())
            .and_then(|()| made(0.03));
    }
    if [
        "and",
        "but",
        "so",
        "thus",
        "therefore",
        "hence",
        "here",
        "modern",
        "traditional",
        "then",
    ]
    .contains(&rest)
    {
        return made(0.05);
    }
    for tail in [", and", ", but", ", while", ", whereas", ", or", "; and", "; however,"] {
        if rest.ends_with(tail) {
            return made(0.15);
        }
    }
    None
}

/// Whether the term stands where a second name of the subject stands: "Y (X) is", "Y, also known as X, is", "Y or X is".
pub(super) fn other_name(before: &str) -> Option<f64> {
    let rest = before.trim_end().trim_end_matches(['"', '“', '‘']).trim_end();
    let rest = strip_last(rest, ARTICLES).unwrap_or(rest).trim_end();
    let mut rest = rest;
    let mut led = false;
    loop {
        let shorter = strip_last(
            rest,
            &[
                "or",
                "also",
                "known",
                "as",
                "called",
                "often",
                "sometimes",
                "commonly",
                "usually",
                "abbreviated",
                "referred",
                "to",
                "aka",
                "a.k.a",
                "i.e",
                "simply",
                "formerly",
                "termed",
                "short",
                "abbr",
                "for",
                "acronym",
                "widely",
                "more",
            ],
        );
        match shorter {
            Some(left) => {
                // `as`, `to` and `for` lead to a name only behind a word that does.
                led |= !["as", "to", "for"].iter().any(|w| rest.trim_end().ends_with(w));
                rest = left.trim_end();
            }
            None => break,
        }
    }
    let opened = rest.ends_with(['(', ',', '—']);
    if !opened && !led {
        return None;
    }
    if rest.ends_with(',') && !led {
        return None;
    }
    let name = rest.trim_end_matches(['(', ',', '—', ' ']);
    let name_words = name.rsplit(", ").next().unwrap_or(name);
    let introduced = name.len() == name_words.len()
        || tokens(name)
            .next()
            .is_some_and(|(_, first)| INTRODUCERS.contains(&first));
    let short = name_words.split_whitespace().count() <= 7;
    (introduced && short && !name_words.is_empty() && !has_verb(name_words)).then_some(0.05)
}

fn has_verb(text: &str) -> bool {
    tokens(text).any(|(_, word)| VERBS.contains(&word))
}

/// What follows the subject when quotes, a plural ending, brackets, other names and insertions are taken away, and what
/// that costs.
pub(super) fn behind_subject(after: &str) -> (&str, f64) {
    let mut rest = after;
    let mut discount = 0.0;
    if let Some(left) = rest.strip_prefix("es").or_else(|| rest.strip_prefix('s'))
        && !left.starts_with(char::is_alphanumeric)
    {
        rest = left;
    }
    for _ in 0..5 {
        let trimmed = rest.trim_start().trim_start_matches(['"', '”', '’', '»']).trim_start();
        rest = trimmed;
        if let Some(inner) = trimmed.strip_prefix('(').or_else(|| trimmed.strip_prefix('[')) {
            match inner.find([')', ']']) {
                Some(end) if end <= 120 => rest = &inner[end + 1..],
                _ => break,
            }
        } else if let Some(inner) = trimmed.strip_prefix(',') {
            let inner = inner.trim_start();
            let first = tokens(inner).next().map_or("", |(_, word)| word);
            match inner.find([',', '—']) {
                Some(end) if INSERTERS.contains(&first) && end <= 120 && !inner[..end].contains(". ") => {
                    rest = &inner[end..];
                    if let Some(left) = rest.strip_prefix(',') {
                        // A second insertion begins with a comma of its own; keep this one for it.
                        let next = tokens(left).next().map_or("", |(_, word)| word);
                        if !INSERTERS.contains(&next) || !left.contains(',') {
                            rest = left;
                        }
                    } else {
                        rest = &inner[end + '—'.len_utf8()..];
                    }
                }
                _ => break,
            }
        } else if let Some(inner) = trimmed.strip_prefix("— ").or_else(|| trimmed.strip_prefix("– ")) {
            let first = tokens(inner).next().map_or("", |(_, word)| word);
            match inner.find(['—', '–']) {
                Some(end) if INSERTERS.contains(&first) && end <= 160 => {
                    rest = inner[end..].trim_start_matches(['—', '–']);
                }
                _ => break,
            }
        } else if let Some(inner) = trimmed.strip_prefix("or ") {
            let verb = tokens(inner)
                .take(6)
                .find(|(_, word)| VERBS.contains(word) || *word == "(" || *word == ",");
            match verb {
                Some((at, _)) if at > 0 => rest = &inner[at..],
                _ => break,
            }
        } else {
            let Some((at, word)) = tokens(trimmed).next() else {
                break;
            };
            if at == 0 && CARRIERS.contains(&word) && discount == 0.0 {
                discount = 0.12;
                rest = &trimmed[word.len()..];
            } else {
                break;
            }
        }
    }
    (rest.trim_start(), discount)
}
