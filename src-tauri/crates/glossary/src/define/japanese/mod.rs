//! How Japanese sentences define a term: Xとは…, …をXと呼ぶ, X：…, Xは…のことである. The confidences are set by hand on
//! the same scale as the English ones: 0.5 is the point where a reader would accept the sentence as a definition.

mod naming;
mod predicate;
mod subject;

use std::ops::Range;

use super::sight::{Sight, Verdict};
use naming::naming;
use predicate::predicate;
use subject::{behind_subject, subject};

/// How well the sentence defines the term that the sight is on, or nothing when no pattern holds.
pub(super) fn score(sight: &Sight<'_>) -> Option<Verdict> {
    let text = sight.text;
    let closed = without_remark(text.trim_end_matches(STOPS)).trim_end_matches(STOPS);
    if closed.ends_with(['?', '？']) || closed.ends_with("か") && !closed.ends_with("ほか") {
        return None;
    }
    let (before, after) = (&text[..sight.start], &text[sight.end..]);
    if is_part(before, after) {
        return None;
    }
    let mut best = None;
    let mut offer = |confidence: f64, body: Option<Range<usize>>| {
        if best.as_ref().is_none_or(|b: &Verdict| confidence > b.confidence) {
            best = Some(Verdict { confidence, body });
        }
    };
    let subject = subject(before);
    let (rest, announced) = behind_subject(after, before);
    if let Some(discount) = subject {
        if let Some(says) = predicate(rest, closed, sight) {
            offer(says + announced - discount, None);
        }
        if discount == 0.0
            && sight.paragraph_start
            && let Some((confidence, body)) = labelled(text, rest, sight.marked)
        {
            offer(confidence, Some(body));
        }
    }
    if let Some(confidence) = naming(before, after) {
        offer(confidence, None);
    }
    let mut verdict = best?;
    verdict.confidence += circumstances(sight, closed);
    (verdict.confidence > 0.0).then_some(verdict)
}

/// Spans that could be what a sentence defines: runs of kanji, katakana, Latin letters and digits.
pub(super) fn noun_phrases(text: &str) -> Vec<Range<usize>> {
    let mut spans: Vec<Range<usize>> = Vec::new();
    for (at, c) in text.char_indices().filter(|(_, c)| is_word(*c)) {
        match spans.last_mut() {
            Some(span) if span.end == at => span.end = at + c.len_utf8(),
            _ => spans.push(at..at + c.len_utf8()),
        }
    }
    spans
}

/// Characters that can stand inside a term, so that a term beside one of them is part of a longer word.
fn is_word(c: char) -> bool {
    matches!(c, 'ァ'..='ヺ' | 'ー' | '一'..='鿿' | '々' | 'ａ'..='ｚ' | 'Ａ'..='Ｚ' | '０'..='９')
        || c.is_ascii_alphanumeric()
}

const STOPS: [char; 9] = ['。', '.', '．', '」', '』', ' ', '!', '！', '、'];

/// The sentence without a remark in brackets at its end.
fn without_remark(text: &str) -> &str {
    if !text.ends_with(['）', ')']) {
        return text;
    }
    let open = text.rfind(['（', '(']).unwrap_or(text.len());
    let left = text[..open].trim_end();
    if left.is_empty() { text } else { left }
}

fn is_part(before: &str, after: &str) -> bool {
    before.chars().next_back().is_some_and(is_word) || after.chars().next().is_some_and(|c| is_word(c) && c != '等')
}

fn ends_in(text: &str, endings: &[&str]) -> bool {
    endings.iter().any(|ending| text.ends_with(ending))
}

/// "X：…", "X — …" at the beginning of a paragraph or list item. The body is what follows the sign.
fn labelled(text: &str, rest: &str, marked: bool) -> Option<(f64, Range<usize>)> {
    let trimmed = rest.trim_start();
    let body = ["：", ":", "――", "—", "–", "… ", "= ", "＝", "| "]
        .iter()
        .find_map(|sign| trimmed.strip_prefix(sign))?
        .trim();
    let length = body.chars().count();
    // A row of a table with more than two columns holds data.
    if length < 8 || body.trim_end_matches(['|', ' ']).contains(" | ") {
        return None;
    }
    let mut confidence = if length >= 12 { 0.64 } else { 0.54 };
    if marked {
        confidence += 0.12;
    }
    let end = text.trim_end().trim_end_matches('|').trim_end().len();
    let start = body.as_ptr() as usize - text.as_ptr() as usize;
    (start < end).then_some((confidence, start..end))
}

fn circumstances(sight: &Sight<'_>, closed: &str) -> f64 {
    let length = closed.chars().count();
    let mut sum = 0.0;
    if sight.paragraph_start {
        sum += 0.04;
    }
    if sight.headed {
        sum += 0.08;
    }
    if sight.document_start {
        sum += 0.03;
    }
    if length > 300 {
        sum -= 0.2;
    } else if length > 200 {
        sum -= 0.06;
    } else if length < 14 {
        sum -= 0.15;
    } else if length < 18 && !closed.contains("とは") {
        sum -= 0.08;
    }
    if ["そのため", "したがって", "これにより", "よって", "つまり", "このように"]
        .iter()
        .any(|start| closed.starts_with(start))
    {
        sum -= 0.15;
    }
    if sight.focal {
        sum += 0.03;
    }
    if ["例えば", "たとえば", "しかし", "ただし", "なお"]
        .iter()
        .any(|start| closed.starts_with(start))
    {
        sum -= 0.12;
    }
    if ends_in(closed, &["でした", "だった", "であった", "ました"]) {
        sum -= 0.2;
    }
    sum
}
