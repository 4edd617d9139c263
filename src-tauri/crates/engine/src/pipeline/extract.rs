//! Documents give terms: candidates of each document, one ranking over all, then every occurrence of every term.

use std::sync::Arc;

use glossary::extract::{self, DocumentCandidates, Options};
use glossary::occurrences::{self, Matcher};
use glossary::{Occurrence, Stopped, Term};

use super::Work;
use crate::runs::{Break, Stage, StopFlag, Unit, from_bytes, to_bytes};
use crate::store::results::{self, HashedDocument};
use crate::store::units::UnitKeyBuilder;

/// The candidates of one document.
struct Candidates;

impl Unit for Candidates {
    type Item = HashedDocument;
    type Output = DocumentCandidates;
    const KIND: &'static str = "candidates/1";

    fn name<'a>(&'a self, document: &'a HashedDocument) -> &'a str {
        &document.document.path
    }

    fn depends(&self, document: &HashedDocument, key: &mut UnitKeyBuilder) {
        key.text(&document.hash).value(&document.document.language);
    }

    fn work(&self, document: &HashedDocument, stop: &StopFlag) -> Result<DocumentCandidates, Stopped> {
        extract::candidates(&document.document, stop)
    }

    fn pack(&self, _: &HashedDocument, candidates: &DocumentCandidates) -> Option<Vec<u8>> {
        to_bytes(candidates)
    }

    fn unpack(&self, _: &HashedDocument, bytes: &[u8]) -> Option<DocumentCandidates> {
        from_bytes(bytes)
    }
}

/// The occurrences of all terms in one document.
struct Occurrences {
    matcher: Arc<Matcher>,
    /// Hash of what is looked for.
    terms: blake3::Hash,
}

impl Occurrences {
    fn new(terms: &[Term]) -> Self {
        let forms = terms
            .iter()
            .map(|term| (&term.text, &term.key, term.category, &term.variants))
            .collect::<Vec<_>>();
        Self {
            matcher: Arc::new(Matcher::new(terms)),
            terms: blake3::hash(&serde_json::to_vec(&forms).unwrap_or_default()),
        }
    }
}

impl Unit for Occurrences {
    type Item = HashedDocument;
    type Output = Vec<Occurrence>;
    const KIND: &'static str = "occurrences/1";

    fn name<'a>(&'a self, document: &'a HashedDocument) -> &'a str {
        &document.document.path
    }

    fn depends(&self, document: &HashedDocument, key: &mut UnitKeyBuilder) {
        key.text(&document.hash).bytes(self.terms.as_bytes());
    }

    fn work(&self, document: &HashedDocument, stop: &StopFlag) -> Result<Vec<Occurrence>, Stopped> {
        self.matcher.find(&document.document, stop)
    }

    fn pack(&self, _: &HashedDocument, occurrences: &Vec<Occurrence>) -> Option<Vec<u8>> {
        to_bytes(occurrences)
    }

    fn unpack(&self, _: &HashedDocument, bytes: &[u8]) -> Option<Vec<Occurrence>> {
        from_bytes(bytes)
    }
}

pub(super) async fn run(work: &Work<'_>, generation: i64) -> Result<(), Break> {
    let store = work.engine.store();
    let documents = work.carried.documents(store, work.input(Stage::Load)?).await?;
    // Each document is visited twice: for its candidates, and for the occurrences of what was kept.
    work.context.total(documents.len() * 2);
    let candidates = work.context.units(Candidates, Arc::clone(&documents)).await?;
    let required = work.engine.required_terms(&work.run.project_id).await?;
    let options = Options {
        max_terms: work.settings.max_terms,
        min_occurrences: work.settings.min_occurrences,
    };
    let stop = work.context.stop().clone();
    let required_count = required.len();
    let terms = work
        .context
        .blocking(move || {
            let candidates: Vec<_> = candidates.into_iter().flatten().collect();
            Ok(extract::rank(&candidates, &required, &options, &stop)?)
        })
        .await?;
    work.context.check()?;

    let (terms, unit) = work
        .context
        .blocking(move || {
            let unit = Occurrences::new(&terms);
            Ok((terms, unit))
        })
        .await?;
    let found = work.context.units(unit, Arc::clone(&documents)).await?;
    let (terms, found) = work
        .context
        .blocking(move || {
            let (mut terms, found) = (
                terms,
                found.into_iter().map(Option::unwrap_or_default).collect::<Vec<_>>(),
            );
            let pairs: Vec<_> = documents
                .iter()
                .map(|document| &document.document)
                .zip(found.iter().map(Vec::as_slice))
                .collect();
            occurrences::tally(&mut terms, &pairs);
            Ok((Arc::new(terms), Arc::new(found)))
        })
        .await?;
    work.context.check()?;
    results::write_terms(work.context, generation, &terms).await?;
    results::write_occurrences(work.context, generation, terms.len(), &found).await?;
    results::write_document_counts(work.context, generation, &found).await?;
    let total: usize = found.iter().map(Vec::len).sum();
    work.info(format!(
        "{} terms ({required_count} required), {total} occurrences",
        terms.len()
    ));
    work.carried.terms.put(generation, &terms);
    work.carried.occurrences.put(generation, &found);
    Ok(())
}
