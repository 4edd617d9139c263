//! What to look for: the written forms of a term, and those that its documents may hold although no candidate had them.

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::fold::fold;
use crate::{Category, Term, frequency, normalise};

/// One form to look for.
pub(super) struct Pattern {
    /// Folded, see [`fold`].
    pub(super) text: String,
    pub(super) term: u32,
    pub(super) case: Case,
}

/// Which letters a match must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    /// Any: a common term.
    Any,
    /// At least two capitals, or one for a single letter: a short form that may be another word in small letters.
    Capitals,
    /// A capital at the start: a name that is a common word, too.
    Initial,
}

impl Case {
    pub(super) fn fits(self, written: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Capitals => {
                let capitals = written.chars().filter(|c| c.is_uppercase()).count();
                capitals >= 2 || capitals == written.chars().filter(|c| c.is_alphabetic()).count()
            }
            Self::Initial => written.starts_with(char::is_uppercase),
        }
    }
}

/// The patterns of all terms, each text once. Where two terms share one, the better term has it.
pub(super) fn patterns(terms: &[Term]) -> Vec<Pattern> {
    let mut claimed = Claimed::default();
    let cases: Vec<Case> = terms.par_iter().map(case).collect();
    // The forms that a term is written in come before those that are made up for another.
    let written: Vec<Vec<String>> = terms.par_iter().map(written_forms).collect();
    for (index, texts) in written.iter().enumerate() {
        for text in texts {
            claimed.claim(text.clone(), index, cases[index]);
        }
    }
    let known = &claimed.known;
    let made: Vec<Vec<String>> = terms
        .par_iter()
        .zip(&written)
        .map(|(term, texts)| made_up(term, texts, known))
        .collect();
    for (index, forms) in made.into_iter().enumerate() {
        for form in forms {
            claimed.claim(form, index, cases[index]);
        }
    }
    claimed.patterns
}

/// The folded forms that a term is written in, each once. Most variants differ in case only.
fn written_forms(term: &Term) -> Vec<String> {
    let mut texts: Vec<String> = Vec::with_capacity(term.variants.len() + 1);
    for form in std::iter::once(&term.text).chain(term.variants.iter().map(|variant| &variant.text)) {
        let text = fold(form);
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts
}

/// Other forms with the key of the term that are not known.
fn made_up(term: &Term, texts: &[String], known: &FxHashSet<String>) -> Vec<String> {
    let (mut forms, mut made, mut room) = (Vec::new(), Vec::new(), String::new());
    for text in texts {
        inflections(text, &mut forms);
        for form in forms.drain(..) {
            if form != *text && !known.contains(&form) && normalise::is_key(&term.key, &form, &mut room) {
                made.push(form);
            }
        }
    }
    made
}

/// The patterns so far.
#[derive(Default)]
struct Claimed {
    patterns: Vec<Pattern>,
    known: FxHashSet<String>,
}

impl Claimed {
    /// Gives a form to a term unless another has it.
    fn claim(&mut self, text: String, term: usize, case: Case) {
        if !text.trim().is_empty() && self.known.insert(text.clone()) {
            self.patterns.push(Pattern {
                text,
                term: term as u32,
                case,
            });
        }
    }
}

/// The bytes of the longest pattern.
pub(super) fn longest(patterns: &[Pattern]) -> usize {
    patterns.iter().map(|pattern| pattern.text.len()).max().unwrap_or(0)
}

/// How a match counts among the variants of a term: with single spaces, and as the headword itself when only the capital
/// at the start of a sentence differs.
pub(super) fn written(text: &str, headword: &str) -> String {
    let form = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (mut left, mut right) = (form.chars(), headword.chars());
    let same_letter = match (left.next(), right.next()) {
        (Some(a), Some(b)) => a == b || a.to_lowercase().eq(b.to_lowercase()),
        _ => false,
    };
    let starts_small = headword.starts_with(char::is_lowercase);
    if same_letter && starts_small && left.as_str() == right.as_str() {
        headword.to_owned()
    } else {
        form
    }
}

fn case(term: &Term) -> Case {
    let mut forms = std::iter::once(&term.text).chain(term.variants.iter().map(|variant| &variant.text));
    let capitals = |text: &str| text.chars().filter(|c| c.is_uppercase()).count();
    let single = term.text.chars().count() == 1;
    if term.text.is_ascii() && !term.text.contains(' ') {
        if forms.clone().all(|text| capitals(text) >= if single { 1 } else { 2 }) && term.text.len() <= 8 {
            return Case::Capitals;
        }
        let common =
            frequency::zipf(crate::Language::English, &term.text.to_lowercase()).is_some_and(|zipf| zipf > 4.0);
        if common && term.category == Category::Name && forms.all(|text| text.starts_with(char::is_uppercase)) {
            return Case::Initial;
        }
    }
    Case::Any
}

/// Forms that may have the same key: the other number, with and without the last long vowel, spaces at the seams or none.
fn inflections(text: &str, forms: &mut Vec<String>) {
    if text.ends_with(|c: char| c.is_ascii_alphabetic()) {
        numbers(text, "", forms);
        // `points of failure`: the head stands before the preposition.
        if let Some((head, rest)) = text.split_once(" of ") {
            numbers(head, &format!(" of {rest}"), forms);
        }
    }
    if let Some(stem) = text.strip_suffix('ー') {
        forms.push(stem.to_owned());
    } else if text.ends_with(|c| matches!(c, 'ァ'..='ヺ')) {
        forms.push(format!("{text}ー"));
    }
    let own = forms.len();
    respaced(text, forms);
    for at in 0..own {
        let form = std::mem::take(&mut forms[at]);
        respaced(&form, forms);
        forms[at] = form;
    }
}

/// A form without its spaces, and with spaces where its scripts meet.
fn respaced(text: &str, into: &mut Vec<String>) {
    if text.contains(' ') {
        into.push(text.replace(' ', ""));
    }
    into.extend(spaced(text));
}

/// A mixed term with a space at each seam of Latin and Japanese script.
fn spaced(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let mut spaced = String::with_capacity(text.len() + 4);
    let mut before = ' ';
    for c in text.chars() {
        if before != ' ' && c != ' ' && before.is_ascii_alphanumeric() != c.is_ascii_alphanumeric() {
            spaced.push(' ');
        }
        spaced.push(c);
        before = c;
    }
    (spaced != text).then_some(spaced)
}

/// The words before `rest` in singular and plural.
fn numbers(text: &str, rest: &str, into: &mut Vec<String>) {
    for ending in ["s", "es"] {
        into.push(format!("{text}{ending}{rest}"));
        if let Some(stem) = text.strip_suffix(ending) {
            into.push(format!("{stem}{rest}"));
        }
    }
    if let Some(stem) = text.strip_suffix('y') {
        into.push(format!("{stem}ies{rest}"));
    }
    if let Some(stem) = text.strip_suffix("ies") {
        into.push(format!("{stem}y{rest}"));
    }
}
