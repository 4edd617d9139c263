//! Entries that seem to name one concept: spelled alike, short and full form of each other, or defined in the same words.

use std::collections::BTreeSet;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use unicode_normalization::UnicodeNormalization;

use crate::normalise::key;
use crate::{DuplicateReason, Entry, Finding, Severity, Term};

/// Letters and digits that two equal definitions must have to mean something.
const TELLING: usize = 15;

pub(super) fn find(entries: &[Entry], terms: &FxHashMap<&str, &Term>) -> Vec<(usize, Severity, Finding)> {
    let places: FxHashMap<&str, usize> = entries
        .iter()
        .enumerate()
        .map(|(at, entry)| (entry.key.as_str(), at))
        .collect();
    let mut taken: BTreeSet<(usize, usize)> = BTreeSet::new();
    let mut found = Vec::new();
    let mut report = |group: Vec<usize>, reason: DuplicateReason, severity: Severity| {
        let fresh: Vec<usize> = group
            .iter()
            .copied()
            .skip(1)
            .filter(|other| taken.insert((group[0], *other)))
            .collect();
        if !fresh.is_empty() {
            let others = fresh.iter().map(|at| entries[*at].term.clone()).collect();
            found.push((group[0], severity, Finding::Duplicate { others, reason }));
        }
    };

    for group in groups(entries, |entry| Some(loose(&entry.key))) {
        report(group, DuplicateReason::Spelling, Severity::Medium);
    }
    for (at, entry) in entries.iter().enumerate() {
        let full = terms
            .get(entry.key.as_str())
            .and_then(|term| term.expansion.as_deref())
            .map(key);
        let named = entry
            .synonyms
            .iter()
            .filter(|name| is_short_form(&entry.term, name))
            .map(|name| key(name));
        for full in full.into_iter().chain(named) {
            if let Some(other) = places.get(full.as_str()).filter(|other| **other != at) {
                report(
                    vec![at.min(*other), at.max(*other)],
                    DuplicateReason::Abbreviation,
                    Severity::Low,
                );
            }
        }
    }
    for group in groups(entries, |entry| {
        let words = entry.definition.as_deref().and_then(words)?;
        // The same concept in two languages is one thing, a duplicate another.
        Some(format!("{:?} {words}", entry.language))
    }) {
        report(group, DuplicateReason::SameDefinition, Severity::Medium);
    }
    found
}

/// Indices of entries that share a fold, in groups of two and more, in the order of their first members.
fn groups(entries: &[Entry], fold: impl Fn(&Entry) -> Option<String> + Send + Sync) -> Vec<Vec<usize>> {
    let folded: Vec<Option<String>> = entries.par_iter().map(fold).collect();
    let mut groups: FxHashMap<String, Vec<usize>> = FxHashMap::default();
    for (at, folded) in folded.into_iter().enumerate() {
        if let Some(folded) = folded {
            groups.entry(folded).or_default().push(at);
        }
    }
    let mut groups: Vec<Vec<usize>> = groups.into_values().filter(|group| group.len() > 1).collect();
    groups.sort_unstable();
    groups
}

/// A fold that goes further than the key: British and American endings, every long vowel, okurigana.
fn loose(key: &str) -> String {
    if key.is_ascii() {
        return american(key);
    }
    let kanji = key.chars().filter(|c| matches!(c, '一'..='鿿')).count();
    let mut folded = String::with_capacity(key.len());
    for c in key.nfc() {
        match c {
            // 取り消し, 取消し and 取消: with two kanji or more the kana between them only help reading.
            'い' | 'き' | 'し' | 'ち' | 'り' | 'み' | 'え' | 'け' | 'せ' | 'て' | 'め' | 'れ' | 'げ' | 'べ' | 'わ'
            | 'び' | 'ぎ'
                if kanji >= 2 => {}
            // The key has dropped the marks that vary in general usage; one inside a word varies as well.
            'ー' if key.chars().count() > 4 => {}
            'ヅ' => folded.push('ズ'),
            'ヂ' => folded.push('ジ'),
            other => folded.push(other),
        }
    }
    folded
}

fn american(key: &str) -> String {
    if key.len() < 6 {
        return key.to_owned();
    }
    let mut folded = key.to_owned();
    for (british, us) in [
        ("isation", "ization"),
        ("yse", "yze"),
        ("aem", "em"),
        ("oed", "ed"),
        ("iser", "izer"),
        ("ising", "izing"),
        ("ised", "ized"),
        ("our", "or"),
        ("ogue", "og"),
    ] {
        if folded.contains(british) {
            folded = folded.replace(british, us);
        }
    }
    for british in ["centre", "metre", "litre", "theatre", "fibre", "calibre"] {
        if folded.ends_with(british) {
            folded.truncate(folded.len() - "re".len());
            folded.push_str("er");
        }
    }
    folded
}

/// The letters and digits of a definition, when there are enough of them.
fn words(definition: &str) -> Option<String> {
    let words: String = definition
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    (words.chars().count() >= TELLING).then_some(words)
}

/// Whether `short` is made of the initials of `full`, in order: the first and every capital of a short form has to begin
/// a word (Schwartz & Hearst 2003, tightened).
pub(crate) fn is_short_form(short: &str, full: &str) -> bool {
    let letters: Vec<char> = short
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    let initials: Vec<char> = full
        .split(|c: char| !c.is_alphanumeric())
        .filter_map(|word| word.chars().next())
        .flat_map(char::to_lowercase)
        .collect();
    let shouts = short.chars().filter(|c| c.is_uppercase()).count() >= 2;
    if !shouts || letters.len() < 2 || letters.len() > 10 || initials.len() < 2 || short.contains(' ') {
        return false;
    }
    let mut rest = letters.iter();
    let small = ["of", "and", "the", "a", "for", "in", "as"];
    let words: Vec<&str> = full
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .collect();
    let mut matched = 0;
    for word in words {
        let first = word.chars().next().into_iter().flat_map(char::to_lowercase).next();
        if rest.as_slice().first().copied() == first {
            rest.next();
            matched += 1;
        } else if !small.contains(&word.to_lowercase().as_str()) {
            return false;
        }
    }
    rest.as_slice().is_empty() && matched >= 2
}
