//! How English sentences define a term: patterns around one occurrence, each with a confidence, in the tradition of
//! lexico-syntactic definition patterns (Hearst 1992; Navigli & Velardi 2010 for the corpus they are judged on). The
//! numbers are set by hand so that 0.5 is the point where a reader would accept the sentence as a definition.

mod naming;
mod predicate;
mod subject;
mod words;

use std::ops::Range;

use super::sight::{Sight, Verdict};
use naming::{apposition, defining_act, naming};
use subject::{behind_subject, other_name, subject};
use words::{ARTICLES, FUNCTION, LOOSE_TIES, VERBS};

/// How well the sentence defines the term that the sight is on, or nothing when no pattern holds.
pub(super) fn score(sight: &Sight<'_>) -> Option<Verdict> {
    let text = sight.text;
    if text.trim_end_matches(['"', ')', '”', ' ']).ends_with('?') {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    let (before, after) = (&lower[..sight.start], &lower[sight.end..]);
    if touches_word(before, after) {
        return None;
    }
    let mut best = None;
    let mut offer = |confidence: f64, body: Option<Range<usize>>| {
        if best.as_ref().is_none_or(|b: &Verdict| confidence > b.confidence) {
            best = Some(Verdict { confidence, body });
        }
    };
    if let Some(subject) = subject(before) {
        let (rest, discount) = behind_subject(after);
        if let Some(says) = predicate::score(rest, sight, subject.article) {
            offer(says - discount - subject.discount, None);
        }
        if subject.opens
            && sight.paragraph_start
            && let Some((confidence, body)) = labelled(&lower, rest, sight)
        {
            offer(confidence - subject.discount, Some(body));
        }
    }
    if let Some(discount) = other_name(before) {
        let (rest, more) = behind_subject(after.trim_start().trim_start_matches([')', ',', '"', '”', '—']));
        if let Some(says) = predicate::score(rest, sight, Article::None) {
            offer(says - discount - more, None);
        }
    }
    if let Some(confidence) = naming(before, after) {
        offer(confidence, None);
    }
    if let Some(confidence) = apposition(before, after) {
        offer(confidence, None);
    }
    if let Some(confidence) = defining_act(before, after) {
        offer(confidence, None);
    }
    let mut verdict = best?;
    verdict.confidence += circumstances(sight, &lower);
    (verdict.confidence > 0.0).then_some(verdict)
}

/// Spans that could be what a sentence defines: runs of content words, at most five long.
pub(super) fn noun_phrases(text: &str) -> Vec<Range<usize>> {
    let lower = text.to_ascii_lowercase();
    let mut spans: Vec<Range<usize>> = Vec::new();
    let mut open: Option<(Range<usize>, usize)> = None;
    for (start, word) in tokens(&lower) {
        let end = start + word.len();
        let breaks = FUNCTION.contains(&word) || VERBS.contains(&word) || !word.starts_with(char::is_alphanumeric);
        match (&mut open, breaks) {
            (_, true) => spans.extend(open.take().map(|(span, _)| span)),
            (Some((span, count)), false) if *count < 5 && lower[span.end..start].trim().is_empty() => {
                span.end = end;
                *count += 1;
            }
            (_, false) => {
                spans.extend(open.take().map(|(span, _)| span));
                open = Some((start..end, 1));
            }
        }
    }
    spans.extend(open.map(|(span, _)| span));
    // "law of inertia": two runs with nothing but `of` between them make a third.
    let joined: Vec<Range<usize>> = spans
        .windows(2)
        .filter(|pair| matches!(lower[pair[0].end..pair[1].start].trim(), "of" | "of the"))
        .map(|pair| pair[0].start..pair[1].end)
        .collect();
    spans.extend(joined);
    spans.retain(|span| lower[span.clone()].chars().any(char::is_alphabetic));
    spans
}

/// Which article stands before the term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Article {
    None,
    Indefinite,
    Definite,
    /// "The term X": the sentence speaks of the word.
    Announced,
}

fn touches_word(before: &str, after: &str) -> bool {
    let glued = before
        .chars()
        .next_back()
        .is_some_and(|c| c.is_alphanumeric() || c == '-' || c == '_');
    let mut next = after.chars();
    let follows = match next.next() {
        Some('\'' | '’') => next.next() == Some('s'),
        Some('-' | '_' | '/' | 's') => next.next().is_some_and(char::is_alphanumeric),
        Some(c) => c.is_ascii_alphanumeric(),
        None => false,
    };
    glued || follows
}

/// "X: a tool that …", "X - a tool that …" at the beginning of a paragraph or list item. The body is what follows the sign.
fn labelled(lower: &str, rest: &str, sight: &Sight<'_>) -> Option<(f64, Range<usize>)> {
    let body = [":", "- ", "– ", "— ", "| "]
        .iter()
        .find_map(|sign| rest.strip_prefix(sign))?
        .trim();
    let words = body.split_whitespace().count();
    let first = tokens(body).next().map_or("", |(_, word)| word);
    if words < 4 || body.contains(';') || ["i", "we", "you", "see", "no", "yes", "if", "when"].contains(&first) {
        return None;
    }
    // A row of a table with more than two columns holds data. What begins with a preposition is no noun phrase.
    if body.trim_end_matches(['|', ' ']).contains(" | ") || LOOSE_TIES.contains(&first) || first == "and" {
        return None;
    }
    let from = lower.len() - rest.len();
    if !sight.text[from..].chars().any(char::is_lowercase) {
        return None;
    }
    let noun_like =
        ARTICLES.contains(&first) || body.contains(" that ") || body.contains(" which ") || body.contains(" of ");
    if !noun_like && !sight.marked && !body.ends_with('.') {
        return None;
    }
    let mut confidence = if noun_like { 0.62 } else { 0.52 };
    if sight.marked {
        confidence += 0.15;
    }
    let end = lower.trim_end().trim_end_matches('|').trim_end().len();
    let start = body.as_ptr() as usize - lower.as_ptr() as usize;
    (start < end).then_some((confidence, start..end))
}

/// What the sentence as a whole adds or takes.
fn circumstances(sight: &Sight<'_>, lower: &str) -> f64 {
    let words = lower.split_whitespace().count();
    let mut sum = 0.0;
    if sight.paragraph_start {
        sum += 0.04;
    }
    if sight.headed {
        sum += 0.08;
    }
    if sight.focal {
        sum += 0.03;
    }
    if words > 80 {
        sum -= 0.2;
    } else if words > 55 {
        sum -= 0.08;
    } else if words < 6 {
        sum -= 0.25;
    }
    if ["for example", "for instance", "example", "e.g"]
        .iter()
        .any(|start| lower.starts_with(start))
    {
        sum -= 0.3;
    }
    if tokens(lower).any(|(_, w)| ["i", "my", "me"].contains(&w)) {
        sum -= 0.2;
    } else if tokens(lower).any(|(_, w)| ["we", "our", "you", "your", "us"].contains(&w)) {
        sum -= 0.05;
    }
    sum
}

/// Words (with inner dots, hyphens and apostrophes) and single signs, with their offsets.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let trimmed = rest.trim_start();
        let start = text.len() - trimmed.len();
        let first = trimmed.chars().next()?;
        let length = if first.is_alphanumeric() {
            let end = trimmed
                .find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '\'' | '’' | '.')))
                .unwrap_or(trimmed.len());
            trimmed[..end].trim_end_matches(['-', '\'', '’', '.']).len()
        } else {
            first.len_utf8()
        };
        rest = &trimmed[length..];
        Some((start, &trimmed[..length]))
    })
}

/// `text` without its last word when that is one of `words`.
fn strip_last<'a>(text: &'a str, words: &[&str]) -> Option<&'a str> {
    let text = text.trim_end().trim_end_matches('.');
    let start = text
        .rfind(|c: char| !(c.is_alphanumeric() || c == '.' || c == '\''))
        .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    words.contains(&&text[start..]).then(|| &text[..start])
}
