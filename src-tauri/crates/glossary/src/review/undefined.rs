//! Terms that the documents use and never define. Every list of terms holds many that need no definition, so only what
//! is frequent and spread is reported, the most important first, and only as much as a person can work through.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::normalise::key;
use crate::{Category, Entry, Finding, Severity, Term};

/// Occurrences and documents from which on a missing definition is a hole in the glossary.
const HOLE: (u32, u32) = (5, 3);
/// From which on it is worth a look.
const WORTH: (u32, u32) = (4, 2);
/// From which on it is worth a hint.
const HINT: (u32, u32) = (3, 1);
/// Of so many entries one may be reported for the lack of a definition.
const SHARE: usize = 6;
/// But never fewer than this.
const AT_LEAST: usize = 12;

pub(super) fn find(entries: &[Entry], terms: &FxHashMap<&str, &Term>) -> Vec<(usize, Severity, Finding)> {
    // Another name of a defined entry is explained there.
    let defined = || entries.iter().filter(|entry| entry.definition.is_some());
    let mut explained: FxHashSet<String> = defined()
        .flat_map(|entry| &entry.synonyms)
        .map(|name| key(name))
        .collect();
    explained.extend(defined().filter_map(|entry| {
        let term = terms.get(entry.key.as_str())?;
        term.expansion.as_deref().map(key)
    }));
    let headwords: FxHashSet<&str> = defined().map(|entry| entry.key.as_str()).collect();
    let present: FxHashSet<&str> = entries.iter().map(|entry| entry.key.as_str()).collect();
    let mut partner: FxHashMap<&str, &Term> = FxHashMap::default();
    for term in terms.values().filter(|term| present.contains(term.key.as_str())) {
        let full = term.expansion.as_deref().and_then(|full| terms.get(key(full).as_str()));
        if let Some(full) = full.filter(|full| present.contains(full.key.as_str())) {
            partner.insert(&term.key, full);
            partner.insert(&full.key, term);
        }
    }
    let mut found: Vec<(usize, Severity, u32, f64)> = entries
        .iter()
        .enumerate()
        .filter(|(_, entry)| entry.definition.is_none() && entry.category != Category::Name)
        .filter(|(_, entry)| !explained.contains(&entry.key))
        .filter_map(|(at, entry)| {
            let term = terms.get(entry.key.as_str())?;
            let full = term
                .expansion
                .as_deref()
                .is_some_and(|full| headwords.contains(key(full).as_str()));
            let reaches = |(occurrences, documents)| term.occurrences >= occurrences && term.documents >= documents;
            let severity = if reaches(HOLE) {
                Severity::High
            } else if reaches(WORTH) {
                Severity::Medium
            } else if reaches(HINT) {
                Severity::Low
            } else {
                return None;
            };
            // Of a short and a full form the more frequent one speaks for both.
            let less = partner
                .get(entry.key.as_str())
                .is_some_and(|other| (other.occurrences, &term.key) > (term.occurrences, &other.key));
            (!full && !less).then_some((at, severity, term.occurrences, term.score))
        })
        .collect();
    found.sort_by(|a, b| b.1.cmp(&a.1).then(b.3.total_cmp(&a.3)).then(a.0.cmp(&b.0)));
    found.truncate((entries.len() / SHARE).max(AT_LEAST));
    found
        .into_iter()
        .map(|(at, severity, occurrences, _)| (at, severity, Finding::Undefined { occurrences }))
        .collect()
}
