//! Documents give terms: candidates of each document, one ranking over all, then every occurrence of every term.

use std::sync::Arc;

use glossary::extract::{self, Options};
use glossary::occurrences::{self, Matcher};

use super::Work;
use crate::runs::{Break, Stage};
use crate::store::results;

pub(super) async fn run(work: &Work<'_>) -> Result<(), Break> {
    let store = work.engine.store();
    let documents = Arc::new(results::read_documents(store, work.input(Stage::Load)?).await?);
    // Each document is visited twice: for its candidates, and for the occurrences of what was kept.
    work.context.total(documents.len() * 2);
    let candidates = work
        .context
        .units(
            Arc::clone(&documents),
            |document| &document.path,
            |_, document, stop| extract::candidates(document, stop),
        )
        .await?;
    let required = work.engine.required_terms(&work.run.project_id).await?;
    let options = Options {
        max_terms: work.settings.max_terms,
        min_occurrences: work.settings.min_occurrences,
    };
    let stop = work.context.stop().clone();
    let required_count = required.len();
    let terms = work
        .context
        .blocking(move || Ok(extract::rank(&candidates, &required, &options, &stop)?))
        .await?;
    work.context.check()?;

    let matcher = {
        let terms = terms.clone();
        work.context
            .blocking(move || Ok(Arc::new(Matcher::new(&terms))))
            .await?
    };
    let found = work
        .context
        .units(
            Arc::clone(&documents),
            |document| &document.path,
            move |_, document, stop| matcher.find(document, stop),
        )
        .await?;
    let (terms, found) = work
        .context
        .blocking(move || {
            let mut terms = terms;
            let pairs: Vec<_> = documents.iter().zip(found.iter().map(Vec::as_slice)).collect();
            occurrences::tally(&mut terms, &pairs);
            Ok((terms, found))
        })
        .await?;
    work.context.check()?;
    results::write_terms(store, work.generation, &terms).await?;
    results::write_occurrences(store, work.generation, &found, work.context).await?;
    results::write_document_counts(store, work.generation, &found).await?;
    let total: usize = found.iter().map(Vec::len).sum();
    work.info(format!(
        "{} terms ({required_count} required), {total} occurrences",
        terms.len()
    ));
    Ok(())
}
