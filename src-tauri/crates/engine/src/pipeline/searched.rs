//! What a search came to, in memory for the next run. Most changes of a document leave the list of terms as it is, and all
//! other documents.

use std::collections::HashMap;
use std::sync::Arc;

use glossary::occurrences::{self, Counts, Relevant, TermIndex};
use glossary::{Document, Term};

use crate::store::results::{Found, HashedDocument, Terms};

/// Under which name it is remembered.
pub(super) const SEARCHED: &str = "searched";

/// The terms that were searched for, and where they were found.
pub(super) struct Searched {
    pub(super) index: Arc<TermIndex>,
    terms: Arc<Terms>,
    /// By the hash of the text of the document.
    pub(super) documents: HashMap<String, Known>,
}

/// What a list of terms is to one document.
#[derive(Clone)]
pub(super) struct Known {
    pub(super) relevant: Arc<Relevant>,
    pub(super) found: Arc<Found>,
    pub(super) counts: Arc<Counts>,
    /// Documents with this text.
    times: usize,
}

impl Known {
    pub(super) fn new(relevant: &Arc<Relevant>, found: Found, counts: Counts) -> Self {
        Self {
            relevant: Arc::clone(relevant),
            found: Arc::new(found),
            counts: Arc::new(counts),
            times: 0,
        }
    }
}

impl Searched {
    /// `searched` are the indices of the documents with what is known of them.
    pub(super) fn new(
        index: Arc<TermIndex>,
        terms: &Arc<Terms>,
        documents: &[Arc<HashedDocument>],
        searched: Vec<(usize, Known)>,
    ) -> Self {
        let mut known: HashMap<String, Known> = HashMap::with_capacity(searched.len());
        for (at, found) in searched {
            let first = Known { times: 0, ..found };
            known.entry(documents[at].hash.clone()).or_insert(first).times += 1;
        }
        Self {
            index,
            terms: Arc::clone(terms),
            documents: known,
        }
    }

    /// The counts of the documents that came or went since.
    fn changed<'a>(&'a self, documents: &[Arc<HashedDocument>], searched: &'a [(usize, Known)]) -> Vec<&'a Counts> {
        let mut changed = Vec::new();
        let mut times: HashMap<&str, usize> = HashMap::with_capacity(searched.len());
        for (at, known) in searched {
            let hash = &*documents[*at].hash;
            let now = times.entry(hash).or_default();
            *now += 1;
            if self.documents.get(hash).is_none_or(|before| before.times < *now) {
                changed.push(&*known.counts);
            }
        }
        let gone = |(hash, known): &(&String, &Known)| times.get(&***hash).copied().unwrap_or_default() < known.times;
        changed.extend(self.documents.iter().filter(gone).map(|(_, known)| &*known.counts));
        changed
    }
}

/// Sets documents, occurrences and variants of each term from what was found. `before` is the last search for the same
/// terms.
pub(super) fn tally(
    terms: &mut [Term],
    documents: &[Arc<HashedDocument>],
    searched: &[(usize, Known)],
    before: Option<&Searched>,
) {
    let counts: Vec<(&Document, &Counts)> = searched
        .iter()
        .map(|(at, known)| (&documents[*at].document, &*known.counts))
        .collect();
    match before {
        Some(before) => {
            let changed = before.changed(documents, searched);
            occurrences::tally_next(terms, &counts, &before.terms.list, &changed);
        }
        None => occurrences::tally(terms, &counts),
    }
}
