//! Definitions of one term that cannot both hold: another number for the same attribute, or a claim and its negation.
//! Two documents that simply stress different things do not contradict each other, so the two definitions must agree in
//! most of their words.

use std::collections::{BTreeMap, BTreeSet};

use crate::lexicon::{Token, tokens};
use crate::{Entry, Evidence};

/// Share of content words (of both definitions together) that must agree before a number counts as the same attribute's.
const ALIKE_FOR_NUMBERS: f64 = 0.3;
/// The same before a negation counts.
const ALIKE_FOR_POLARITY: f64 = 0.45;

/// The chosen definition and the first alternative from another document that clashes with it.
pub(super) fn find(entry: &Entry) -> Option<(Evidence, Evidence)> {
    let chosen = entry.evidence.first()?;
    let first = Claims::of(entry.definition.as_deref()?);
    entry
        .alternatives
        .iter()
        .filter(|other| other.evidence.document != chosen.document)
        .find(|other| first.clashes(&Claims::of(&other.definition)))
        .map(|other| (chosen.clone(), other.evidence.clone()))
}

/// Whether an entry holds definitions of several documents.
pub(super) fn is_possible(entry: &Entry) -> bool {
    let chosen = entry.evidence.first();
    entry.definition.is_some()
        && chosen.is_some_and(|chosen| {
            let mut others = entry.alternatives.iter();
            others.any(|other| other.evidence.document != chosen.document)
        })
}

/// What a definition claims, as far as claims can be compared.
struct Claims {
    /// Content words, or runs of kanji and katakana.
    content: BTreeSet<String>,
    /// Values by attribute: the unit or noun that is counted, or the verb that a year belongs to.
    numbers: BTreeMap<String, BTreeSet<String>>,
    /// Values of a unit behind one preposition: `at 5 °C`, `of 7 %`.
    measured: BTreeMap<String, BTreeSet<String>>,
    /// Content words under a negation.
    denied: BTreeSet<String>,
}

impl Claims {
    fn of(text: &str) -> Self {
        if text.chars().any(|c| matches!(c, 'ぁ'..='ヿ')) {
            japanese(text)
        } else {
            english(text)
        }
    }

    fn clashes(&self, other: &Self) -> bool {
        let alike = self.alike(other);
        let number = alike >= ALIKE_FOR_NUMBERS
            && self.numbers.iter().any(|(attribute, values)| {
                other
                    .numbers
                    .get(attribute)
                    .is_some_and(|others| values.len() == 1 && others.len() == 1 && values != others)
            });
        let denies = |a: &Self, b: &Self| {
            a.denied
                .iter()
                .any(|word| b.content.contains(word) && !b.denied.contains(word))
        };
        let polarity =
            alike >= ALIKE_FOR_POLARITY && (denies(self, other) || denies(other, self) || self.opposes(other));
        let measure = self.measured.iter().any(|(place, values)| {
            let others = other.measured.get(place);
            others.is_some_and(|others| values.len() == 1 && others.len() == 1 && values != others)
        });
        number || polarity || measure
    }

    /// Shared content words by all content words (Jaccard).
    fn alike(&self, other: &Self) -> f64 {
        let shared = self.content.intersection(&other.content).count();
        let all = self.content.union(&other.content).count();
        if all == 0 { 0.0 } else { shared as f64 / all as f64 }
    }

    /// One says a word, the other its opposite, and neither says both.
    fn opposes(&self, other: &Self) -> bool {
        let only = |a: &Self, b: &Self| a.content.difference(&b.content).cloned().collect::<Vec<_>>();
        let (here, there) = (only(self, other), only(other, self));
        // With more loose ends than this the definitions differ in too much.
        here.len() <= 4 && there.len() <= 4 && here.iter().any(|a| there.iter().any(|b| are_opposites(a, b)))
    }
}

fn are_opposites(a: &str, b: &str) -> bool {
    const PAIRS: [(&str, &str); 21] = [
        ("maximum", "minimum"),
        ("increase", "decrease"),
        ("internal", "external"),
        ("static", "dynamic"),
        ("mandatory", "optional"),
        ("required", "optional"),
        ("permanent", "temporary"),
        ("public", "private"),
        ("always", "never"),
        ("open", "closed"),
        ("single", "multiple"),
        ("with", "without"),
        ("増加", "減少"),
        ("静的", "動的"),
        ("必須", "任意"),
        ("有線", "無線"),
        ("最大", "最小"),
        ("内部", "外部"),
        ("永続的", "一時的"),
        ("公開", "秘密"),
        ("上昇", "低下"),
    ];
    let prefixed = |x: &str, y: &str| {
        ["un", "non", "de", "im", "in", "a", "dis", "非", "不", "無", "未"]
            .iter()
            .any(|prefix| {
                x.strip_prefix(prefix)
                    .is_some_and(|rest| rest == y && rest.chars().count() >= if rest.is_ascii() { 5 } else { 2 })
            })
    };
    let emptied = |x: &str, y: &str| {
        x.strip_suffix("less")
            .is_some_and(|stem| y.strip_suffix("ful") == Some(stem))
    };
    emptied(a, b)
        || emptied(b, a)
        || PAIRS.iter().any(|(x, y)| (*x, *y) == (a, b) || (*x, *y) == (b, a))
        || prefixed(a, b)
        || prefixed(b, a)
}

pub(super) const SMALL: [&str; 44] = [
    "a", "an", "the", "of", "in", "on", "for", "to", "and", "or", "but", "by", "from", "as", "at", "that", "which",
    "who", "this", "it", "its", "is", "are", "was", "were", "be", "been", "ha", "have", "had", "can", "may", "will",
    "doe", "do", "did", "i", "wa", "not", "no", "also", "their", "they", "so",
];

fn english(text: &str) -> Claims {
    let tokens = tokens(text);
    let mut claims = Claims {
        content: BTreeSet::new(),
        numbers: BTreeMap::new(),
        measured: BTreeMap::new(),
        denied: BTreeSet::new(),
    };
    for (at, token) in tokens.iter().enumerate() {
        let word = token.word.as_str();
        if let Some(value) = number(word) {
            if let Some(unit) = unit(&text[token.end..]) {
                let signed = format!("{}{value}", sign(&text[..token.start]));
                let leads = at.checked_sub(1).and_then(|before| tokens.get(before));
                if let Some(word) = leads.filter(|word| PREPOSITIONS.contains(&word.word.as_str())) {
                    let measured = claims.measured.entry(format!("{} {unit}", word.word)).or_default();
                    measured.insert(signed.clone());
                }
                claims.numbers.entry(unit).or_default().insert(signed);
            } else if let Some(attribute) = attribute(&tokens, at) {
                claims.numbers.entry(attribute).or_default().insert(value);
            }
            continue;
        }
        let negation = ["not", "never", "cannot", "without"].contains(&word)
            || word == "t"
                && at > 0
                && ["don", "doesn", "isn", "aren", "can", "won"].contains(&tokens[at - 1].word.as_str())
            || word == "no" && tokens.get(at + 1).is_some_and(|next| next.word != "longer");
        if negation {
            let next = tokens[at + 1..]
                .iter()
                .take(3)
                .find(|next| !SMALL.contains(&next.word.as_str()));
            claims.denied.extend(next.map(|next| stem(&next.word)));
        }
        if !SMALL.contains(&word) && !negation {
            claims.content.insert(stem(word));
        }
    }
    claims
}

const PREPOSITIONS: [&str; 10] = [
    "of", "at", "to", "by", "below", "above", "under", "over", "within", "than",
];

/// The unit sign right behind a number: `%`, `°C`, `€`.
fn unit(behind: &str) -> Option<String> {
    let behind = behind.trim_start_matches([' ', '\u{a0}', '\u{202f}']);
    match behind.chars().next()? {
        sign @ ('%' | '‰' | '€' | '$' | '£' | '¥') => Some(sign.to_string()),
        '％' => Some("%".to_owned()),
        '℃' => Some("°c".to_owned()),
        '℉' => Some("°f".to_owned()),
        '°' => Some(behind.chars().take(2).flat_map(char::to_lowercase).collect()),
        _ => None,
    }
}

/// The minus right before a number, whatever dash it is written with. Between two numbers it is a range.
fn sign(before: &str) -> &'static str {
    let left = before.trim_end_matches(['-', '\u{2212}', '\u{2013}']);
    let minus = left.len() < before.len() && !left.ends_with(char::is_alphanumeric);
    if minus { "-" } else { "" }
}

/// What a number counts: the word behind it, or the verb and preposition before a year.
fn attribute(tokens: &[Token], at: usize) -> Option<String> {
    let next = tokens.get(at + 1).map(|token| token.word.as_str()).unwrap_or_default();
    if !next.is_empty() && !SMALL.contains(&next) && number(next).is_none() {
        return Some(stem(next));
    }
    let before = |back: usize| {
        at.checked_sub(back)
            .and_then(|index| tokens.get(index))
            .map(|token| token.word.as_str())
    };
    let year = tokens[at].word.len() == 4 && tokens[at].word.bytes().all(|b| b.is_ascii_digit());
    match (before(1), before(2)) {
        (Some("in"), Some(verb)) if year && !SMALL.contains(&verb) => Some(format!("in {}", stem(verb))),
        _ => None,
    }
}

fn number(word: &str) -> Option<String> {
    const WORDS: [&str; 12] = [
        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    ];
    if word.bytes().all(|b| b.is_ascii_digit()) && !word.is_empty() {
        return Some(word.to_owned());
    }
    // "one" is more often a pronoun than a number.
    WORDS
        .iter()
        .position(|w| *w == word)
        .filter(|at| *at > 0)
        .map(|at| (at + 1).to_string())
}

/// A rough stem, so that `guarantees`, `guaranteed` and `guarantee` meet.
pub(super) fn stem(word: &str) -> String {
    if word.ends_with("ss") {
        return word.to_owned();
    }
    let cut = ["ing", "ed", "es", "e", "s"]
        .iter()
        .find_map(|end| word.strip_suffix(end))
        .filter(|stem| stem.len() >= 4);
    cut.unwrap_or(word).to_owned()
}

fn japanese(text: &str) -> Claims {
    let mut claims = Claims {
        content: BTreeSet::new(),
        numbers: BTreeMap::new(),
        measured: BTreeMap::new(),
        denied: BTreeSet::new(),
    };
    let runs = runs(text);
    for (at, (kind, run)) in runs.iter().enumerate() {
        let next = runs.get(at + 1);
        match kind {
            Kind::Number => {
                let unit = match next {
                    Some((Kind::Word | Kind::Latin, unit)) => Some(unit.clone()),
                    Some((Kind::Other, sign)) => unit(sign),
                    Some((Kind::Kana, kana)) if kana.starts_with('つ') => Some("つ".to_owned()),
                    _ => None,
                };
                if let Some(unit) = unit {
                    claims.numbers.entry(unit).or_default().insert(run.clone());
                }
            }
            Kind::Word | Kind::Latin => {
                claims.content.insert(run.clone());
                if let Some((Kind::Kana, kana)) = next {
                    let start: String = kana.chars().take(8).collect();
                    if ["ない", "ません", "ずに", "なく"].iter().any(|no| start.contains(no))
                        && !start.contains("なければ")
                    {
                        claims.denied.insert(run.clone());
                    }
                }
            }
            Kind::Kana | Kind::Other => {}
        }
    }
    claims
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Word,
    Latin,
    Number,
    Kana,
    Other,
}

/// The text in runs of one kind of character. Kanji numbers count as numbers where a counter can follow.
fn runs(text: &str) -> Vec<(Kind, String)> {
    let mut runs: Vec<(Kind, String)> = Vec::new();
    let mut previous = Kind::Other;
    for c in unicode_normalization::UnicodeNormalization::nfkc(text) {
        let (kind, c) = match c {
            '0'..='9' => (Kind::Number, c),
            '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' if previous != Kind::Word => (
                Kind::Number,
                "一二三四五六七八九"
                    .chars()
                    .position(|n| n == c)
                    .map_or(c, |at| char::from(b'1' + at as u8)),
            ),
            'ァ'..='ヺ' | 'ー' | '一'..='鿿' | '々' => (Kind::Word, c),
            'ぁ'..='ん' => (Kind::Kana, c),
            c if c.is_alphanumeric() => (Kind::Latin, c.to_ascii_lowercase()),
            c if c.is_whitespace() => continue,
            c => (Kind::Other, c),
        };
        match runs.last_mut() {
            Some((last, run)) if *last == kind => run.push(c),
            _ => runs.push((kind, c.to_string())),
        }
        previous = kind;
    }
    runs
}
