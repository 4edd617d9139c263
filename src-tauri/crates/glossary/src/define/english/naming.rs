//! Definitions in which the term is not the subject: it is named at the end, explained in an apposition, or defined by
//! an act of the writer.

use super::words::{self, ANNOUNCERS, ARTICLES, FUNCTION, INTRODUCERS, LOOSE_TIES, SUBORDINATORS, TIES, VERBS};
use super::{strip_last, tokens};

/// "… is called X", "a process known as X", "by X we mean".
pub(super) fn naming(before: &str, after: &str) -> Option<f64> {
    let left = before.trim_end().trim_end_matches(['"', '“', '‘', '\'']).trim_end();
    let left = strip_last(left, ARTICLES).unwrap_or(left);
    let left = left.trim_end().trim_end_matches(['"', '“', '(']).trim_end();
    if strip_last(left, &["by"]).is_some()
        && after
            .trim_start()
            .trim_start_matches(['"', '”', ','])
            .trim_start()
            .starts_with("we mean")
    {
        return Some(0.7);
    }
    let left = if let Some(left) = strip_last(left, &["as"]) {
        strip_last(left, &["known", "defined", "described"])
            .or_else(|| strip_last(left, &["to"]).and_then(|l| strip_last(l, &["referred"])))?
    } else {
        strip_last(
            left,
            &[
                "called", "termed", "named", "dubbed", "labeled", "labelled", "call", "calls", "denoted",
            ],
        )?
    };
    let follows = after
        .trim_start()
        .trim_start_matches(['"', '”', '’', ')', 's'])
        .trim_start();
    let ends = follows.is_empty()
        || follows.starts_with(['.', ',', ';', ':', ')', '(', '—', '–', '"'])
        || tokens(follows)
            .next()
            .is_some_and(|(_, w)| FUNCTION.contains(&w) || VERBS.contains(&w));
    if !ends {
        return None;
    }
    let mut words = tokens(left).map(|(_, word)| word).collect::<Vec<_>>();
    while words
        .last()
        .is_some_and(|w| w.ends_with("ly") || ["also", "often", "sometimes", "now", "then", "so"].contains(w))
    {
        let also = words.pop();
        if also == Some("also") || also == Some("so") {
            // "also called X" names again what has been named before.
            return Some(0.35);
        }
    }
    let said = words.len();
    let passive = words
        .last()
        .is_some_and(|w| ["is", "are", "be", "was", "were", "been", "being"].contains(w));
    if left.trim_end().ends_with(['(', ',']) {
        return Some(0.4);
    }
    if passive {
        let first = words.first().copied().unwrap_or_default();
        // "This is called X": what it is stands in the sentence before.
        let anaphoric = ["this", "it", "these", "they", "that", "such", "which"].contains(&first) && said <= 7;
        // "Newton's first law is called the law of inertia" gives a name; "the perception of frequency is" says what it is.
        let described = words
            .iter()
            .any(|w| TIES.contains(w) || LOOSE_TIES.contains(w) || *w == ",");
        return Some(match (anaphoric, described) {
            (true, _) => 0.3,
            (false, true) => 0.68,
            (false, false) => 0.44,
        });
    }
    // "a process called X" names without saying what; "a group of computers called X" says it.
    let told = words
        .iter()
        .rev()
        .skip(1)
        .take(6)
        .any(|w| *w == "of" || TIES.contains(w));
    let anaphoric = words.first().is_some_and(|w| ["this", "these", "such"].contains(w));
    Some(if told && said >= 5 && !anaphoric { 0.48 } else { 0.38 })
}

/// "X, a …, …", "X, which is a …", "X (a …)", "X, that is, …".
pub(super) fn apposition(before: &str, after: &str) -> Option<f64> {
    let opening = tokens(before).next().map_or("", |(_, word)| word);
    if (INTRODUCERS.contains(&opening) || SUBORDINATORS.contains(&opening)) && !before.contains(',') {
        // "In X, a Y does": the comma ends an introduction.
        return None;
    }
    let rest = after.trim_start().trim_start_matches(['"', '”', '’']).trim_start();
    let rest = match rest.strip_prefix('(').map(|inner| (inner, inner.find(')'))) {
        Some((inner, Some(end))) if end <= 40 && !ARTICLES.iter().any(|a| inner.starts_with(&format!("{a} "))) => {
            inner[end + 1..].trim_start()
        }
        _ => rest,
    };
    let sign = rest.chars().next()?;
    if !",(—–:-".contains(sign) {
        return None;
    }
    let rest = rest[sign.len_utf8()..].trim_start();
    let mut words = tokens(rest).map(|(_, word)| word);
    let first = words.next()?;
    let second = words.next().unwrap_or_default();
    let third = words.next().unwrap_or_default();
    let closing = rest.find([',', ')', '—', ';']).unwrap_or(rest.len());
    let inside = rest[..closing].split_whitespace().count();
    let base = match first {
        // A glossary wants more than this; a search for definitions takes it.
        "a" | "an" => 0.43,
        "the" => 0.37,
        "which" if ["is", "are", "was", "were", "means", "refers", "describes"].contains(&second) => {
            if ["a", "an", "the", "defined", "to"].contains(&third) || second == "means" {
                0.5
            } else if second == "are" && !third.ends_with("ed") && !third.ends_with("ing") {
                0.44
            } else {
                0.34
            }
        }
        "meaning" | "i.e" => 0.41,
        "that" if second == "is" => 0.4,
        _ => return None,
    };
    let judged = words::NO_GENUS.contains(&second) || words::NO_GENUS.contains(&third) && first == "which";
    if inside < 3 || judged {
        return None;
    }
    // A second item of a list looks like an apposition: "a host, a port and".
    let list = rest[closing..].starts_with(", and")
        || rest[closing..].starts_with(", or")
        || rest[..closing].contains(" and a ");
    Some(if list { base - 0.15 } else { base })
}

/// "We define X as …", "the term X is used to describe …", "the definition of X is …".
pub(super) fn defining_act(before: &str, after: &str) -> Option<f64> {
    let left = before.trim_end().trim_end_matches(['"', '“', '‘', '\'']).trim_end();
    let left = strip_last(left, ARTICLES).unwrap_or(left);
    let left = left.trim_end().trim_end_matches(['"', '“']).trim_end();
    let right = after.trim_start().trim_start_matches(['"', '”', '’', 's']).trim_start();
    if strip_last(left, &["define", "defines", "defined", "defining"]).is_some() && right.starts_with("as ") {
        return Some(0.8);
    }
    if strip_last(left, ANNOUNCERS).is_some() {
        let used = [
            "to refer to",
            "to describe",
            "to mean",
            "to denote",
            "is used to",
            "is used for",
            "is applied to",
        ];
        if used.iter().any(|start| right.starts_with(start)) {
            return Some(0.75);
        }
    }
    let of = strip_last(left, &["of"]).and_then(|left| strip_last(left, &["definition"]));
    (of.is_some() && right.starts_with("is ")).then_some(0.6)
}
