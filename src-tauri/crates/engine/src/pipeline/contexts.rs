//! What the documents say of each term: the sentences that speak of it, and how well they define it.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use glossary::define::{self, Context};
use glossary::{Occurrence, Term, occurrences};

use super::Work;
use crate::runs::{Break, StopFlag, Undone, Unit};
use crate::store::results::{Found, HashedDocument, Terms};
use crate::store::units::UnitKeyBuilder;

/// What one document says about the terms that occur in it. An item is the index of a document. Terms are numbered by
/// their place among those that occur in it: what it says does not depend on the others.
struct Contexts {
    documents: Arc<Vec<Arc<HashedDocument>>>,
    found: Arc<Vec<Arc<Found>>>,
    terms: Arc<Terms>,
}

impl Contexts {
    /// The occurrences in a document, numbered so.
    fn occurrences(&self, document: usize) -> Vec<Occurrence> {
        let found = &self.found[document];
        let occurrence = |occurrence: &Occurrence| Occurrence {
            term: found.terms.partition_point(|term| *term < occurrence.term) as u32,
            ..*occurrence
        };
        found.occurrences.iter().map(occurrence).collect()
    }
}

/// What a document says, each context with a hash of all that is in it.
pub(super) struct Said {
    contexts: Vec<Context>,
    digests: Vec<u64>,
}

impl Said {
    fn new(contexts: Vec<Context>) -> Self {
        Self {
            digests: contexts.iter().map(digest).collect(),
            contexts,
        }
    }
}

/// Only this process compares it with others.
fn digest(context: &Context) -> u64 {
    let Context {
        term: _,
        definition,
        confidence,
        evidence,
        names,
    } = context;
    let mut hasher = DefaultHasher::new();
    (definition, confidence.to_bits(), names).hash(&mut hasher);
    (
        &evidence.document,
        &evidence.quote,
        evidence.line,
        evidence.start,
        evidence.end,
    )
        .hash(&mut hasher);
    hasher.finish()
}

impl Unit for Contexts {
    type Item = usize;
    type Output = Said;
    const KIND: &'static str = "contexts/2";

    fn name<'a>(&'a self, document: &'a usize) -> &'a str {
        &self.documents[*document].document.path
    }

    fn depends(&self, document: &usize, key: &mut UnitKeyBuilder) {
        let (read, found) = (&self.documents[*document], &self.found[*document]);
        // Evidence names the document by its path.
        key.text(&read.document.path).text(&read.hash).text(&found.hash);
        // A result of an earlier version does not say what its occurrences depend on.
        if found.hash.is_empty() {
            key.bytes(&occurrences::pack(&self.occurrences(*document)));
        }
    }

    fn room(&self, document: &usize) -> Option<usize> {
        Some(self.documents[*document].document.text.len())
    }

    fn work(&self, document: &usize, stop: &StopFlag) -> Result<Said, Undone> {
        let terms = &self.terms.list[..self.found[*document].terms.len()];
        let contexts = define::contexts(
            &self.documents[*document].document,
            terms,
            &self.occurrences(*document),
            stop,
        )?;
        Ok(Said::new(contexts))
    }

    fn pack(&self, document: &usize, said: &Said) -> Option<Vec<u8>> {
        Some(define::pack_contexts(
            &self.documents[*document].document,
            &said.contexts,
        ))
    }

    fn unpack(&self, document: &usize, bytes: &[u8]) -> Option<Said> {
        define::unpack_contexts(&self.documents[*document].document, bytes).map(Said::new)
    }
}

/// What the documents say of a term.
pub(super) fn of<'a>(said: &'a [Option<Arc<Said>>], subject: &Subject) -> Vec<&'a Context> {
    let context = |(document, at): &(u32, u32)| said[*document as usize].as_ref()?.contexts.get(*at as usize);
    subject.contexts.iter().filter_map(context).collect()
}

/// A term and where the documents speak of it.
pub(super) struct Subject {
    /// Index of the term.
    pub(super) term: usize,
    /// Index of a document and of a context in it.
    contexts: Vec<(u32, u32)>,
    /// The sum of the hashes of these contexts: their order does not matter.
    pub(super) sources: u64,
}

/// The terms that get an entry, best first, each with what the documents say of it. `excluded` says which get none.
pub(super) fn subjects(
    terms: &Terms,
    excluded: impl Fn(&Term) -> bool,
    found: &[Arc<Found>],
    said: &[Option<Arc<Said>>],
) -> Vec<Subject> {
    let subject = |term| Subject {
        term,
        contexts: Vec::new(),
        sources: 0,
    };
    let mut subjects: Vec<Subject> = (0..terms.list.len()).map(subject).collect();
    for (document, (found, said)) in found.iter().zip(said).enumerate() {
        // What could not be read is no source.
        let Some(Said { contexts, digests }) = said.as_deref() else {
            continue;
        };
        for (at, (context, digest)) in contexts.iter().zip(digests).enumerate() {
            if let Some(number) = found.terms.get(context.term as usize) {
                let subject = &mut subjects[*number as usize];
                subject.contexts.push((document as u32, at as u32));
                subject.sources = subject.sources.wrapping_add(*digest);
            }
        }
    }
    let mut ranked: Vec<Subject> = Vec::with_capacity(subjects.len());
    for at in &terms.order {
        let subject = &mut subjects[*at as usize];
        if !excluded(&terms.list[subject.term]) {
            ranked.push(Subject {
                contexts: std::mem::take(&mut subject.contexts),
                ..*subject
            });
        }
    }
    ranked
}

/// What each document says; nothing for one that could not be read.
pub(super) async fn gather(
    work: &Work<'_>,
    documents: &Arc<Vec<Arc<HashedDocument>>>,
    found: &Arc<Vec<Arc<Found>>>,
    terms: &Arc<Terms>,
) -> Result<Arc<Vec<Option<Arc<Said>>>>, Break> {
    let items = Arc::new((0..documents.len()).collect());
    let unit = Contexts {
        documents: Arc::clone(documents),
        found: Arc::clone(found),
        terms: Arc::clone(terms),
    };
    Ok(Arc::new(work.context.units(unit, items).await?))
}
