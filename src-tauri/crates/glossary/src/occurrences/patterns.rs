//! What to look for: the written forms of a term, and those that its documents may hold although no candidate had them.

use std::cmp::Ordering;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::fold::fold;
use super::vocabulary::grams_of;
use crate::{Category, Term, frequency, normalise};

/// One form to look for.
pub(super) struct Pattern {
    /// Folded, see [`fold`].
    pub(super) text: Arc<str>,
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

/// The forms of one term. They depend on nothing but the term.
pub(super) struct Forms {
    pub(super) key: String,
    /// Its text and its variants, as they were when the forms were made.
    of: Vec<String>,
    category: Category,
    case: Case,
    /// The folded forms that it is written in, each once. Most variants differ in case only.
    written: Vec<Form>,
    /// Other forms with its key.
    made: Vec<Form>,
}

/// A form with what an index wants to know of it.
pub(super) struct Form {
    /// Folded, see [`fold`].
    pub(super) text: Arc<str>,
    /// What it adds to the hash of a document that may hold it.
    pub(super) digest: u128,
    /// The grams that it needs.
    pub(super) grams: Vec<u32>,
}

impl Forms {
    fn new(term: &Term) -> Self {
        let of: Vec<String> = spellings(term).map(str::to_owned).collect();
        let mut written: Vec<String> = Vec::with_capacity(of.len());
        for form in &of {
            let text = fold(form);
            if !written.contains(&text) {
                written.push(text);
            }
        }
        let (mut forms, mut made, mut room) = (Vec::new(), Vec::new(), String::new());
        for text in &written {
            inflections(text, &mut forms);
            for form in forms.drain(..) {
                if !written.contains(&form) && !made.contains(&form) && normalise::is_key(&term.key, &form, &mut room) {
                    made.push(form);
                }
            }
        }
        let case = case(term);
        let shaped = |texts: Vec<String>| {
            let texts = texts.into_iter().filter(|text| !text.trim().is_empty());
            texts.map(|text| Form::new(&text, &term.key, case)).collect()
        };
        Self {
            key: term.key.clone(),
            of,
            category: term.category.clone(),
            case,
            written: shaped(written),
            made: shaped(made),
        }
    }

    /// Whether they are the forms of this term.
    pub(super) fn fit(&self, term: &Term) -> bool {
        self.key == term.key && self.category == term.category && spellings(term).eq(self.of.iter().map(String::as_str))
    }
}

/// The text of a term and its variants.
fn spellings(term: &Term) -> impl Iterator<Item = &str> {
    std::iter::once(term.text.as_str()).chain(term.variants.iter().map(|variant| variant.text.as_str()))
}

impl Form {
    fn new(text: &str, key: &str, case: Case) -> Self {
        let mut grams = Vec::new();
        grams_of(text, &mut grams);
        Self {
            text: text.into(),
            digest: digest(text, key, case),
            grams,
        }
    }
}

/// The forms of all terms; those in `known` need not be made again.
pub(super) fn forms(terms: &[Term], known: &[Arc<Forms>]) -> Vec<Arc<Forms>> {
    let known: FxHashMap<&str, &Arc<Forms>> = known.iter().map(|forms| (&*forms.key, forms)).collect();
    let forms = |term: &Term| {
        let known = known.get(&*term.key).filter(|known| known.fit(term));
        known.map_or_else(|| Arc::new(Forms::new(term)), |known| Arc::clone(known))
    };
    terms.par_iter().map(forms).collect()
}

/// What to look for, each text once.
pub(super) struct Patterns<'a> {
    /// With the forms behind them.
    pub(super) all: Vec<(Pattern, &'a Form)>,
    /// Pairs of terms with a common form, which the first of them has because it is the better one.
    pub(super) contested: Vec<(u32, u32)>,
}

/// The patterns of all terms. Where two terms share one, the better term has it; the forms that a term is written in come
/// before those that are made up for another.
pub(super) fn patterns<'a>(terms: &[Term], forms: &'a [Arc<Forms>]) -> Patterns<'a> {
    let mut order: Vec<u32> = (0..terms.len() as u32).collect();
    order.par_sort_unstable_by(|a, b| better(&terms[*a as usize], &terms[*b as usize]));
    let mut patterns = Patterns {
        all: Vec::with_capacity(forms.len() * 4),
        contested: Vec::new(),
    };
    let mut taken: FxHashMap<&str, (usize, u32)> = FxHashMap::default();
    let parts: [fn(&Forms) -> &[Form]; 2] = [|forms| &forms.written, |forms| &forms.made];
    for (number, part) in parts.into_iter().enumerate() {
        for &term in &order {
            let forms = &forms[term as usize];
            for form in part(forms) {
                match taken.entry(&form.text) {
                    Entry::Vacant(free) => {
                        free.insert((number, term));
                        let (text, case) = (Arc::clone(&form.text), forms.case);
                        patterns.all.push((Pattern { text, term, case }, form));
                    }
                    Entry::Occupied(taken) => {
                        let (of, owner) = *taken.get();
                        if of == number && owner != term {
                            patterns.contested.push((owner, term));
                        }
                    }
                }
            }
        }
    }
    patterns
}

/// Which of two terms has a form that both claim comes first: the one with the higher score, else with the first key.
pub(super) fn better(a: &Term, b: &Term) -> Ordering {
    b.score.total_cmp(&a.score).then_with(|| a.key.cmp(&b.key))
}

/// All of a pattern that a search depends on, as FNV-1a with 128 bits (Fowler, Noll, Vo). Stored hashes depend on it.
fn digest(text: &str, key: &str, case: Case) -> u128 {
    let bytes = text.bytes().chain([0xff]).chain(key.bytes());
    let hash = bytes
        .chain([0xff, case as u8])
        .fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128, |hash, byte| {
            (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
        });
    mix(hash)
}

/// Spreads every bit over the others, so that sums of such numbers tell sets apart.
pub(super) fn mix(hash: u128) -> u128 {
    let mixed = (hash ^ (hash >> 61)).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    mixed ^ (mixed >> 67)
}

/// The bytes of the longest pattern.
pub(super) fn longest<'a>(patterns: impl Iterator<Item = &'a Pattern>) -> usize {
    patterns.map(|pattern| pattern.text.len()).max().unwrap_or(0)
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
