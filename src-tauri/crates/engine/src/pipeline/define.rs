//! Terms get a provisional definition from the documents' own sentences.

use std::sync::Arc;

use glossary::Term;
use glossary::define::{self, Context};

use super::Work;
use crate::logs::LogLevel;
use crate::runs::{Break, Stage};
use crate::store::results;

pub(super) async fn run(work: &Work<'_>) -> Result<(), Break> {
    let store = work.engine.store();
    let documents = results::read_documents(store, work.source(Stage::Extract).await?).await?;
    let generation = work.input(Stage::Extract)?;
    let terms = Arc::new(results::read_terms(store, generation).await?);
    let occurrences = results::read_occurrences(store, generation, documents.len()).await?;
    let excluded = super::excluded(work).await?;
    let kept: Vec<usize> = (0..terms.len())
        .filter(|&index| !excluded.contains(&terms[index].key))
        .collect();
    work.context.total(documents.len() + kept.len());

    let documents = Arc::new(documents.into_iter().zip(occurrences).collect::<Vec<_>>());
    let contexts = {
        let terms = Arc::clone(&terms);
        work.context
            .units(
                documents,
                |(document, _)| &document.path,
                move |_, (document, occurrences), stop| define::contexts(document, &terms, occurrences, stop),
            )
            .await?
    };
    let mut by_term: Vec<Vec<Context>> = vec![Vec::new(); terms.len()];
    for context in contexts.into_iter().flatten() {
        if let Some(contexts) = by_term.get_mut(context.term as usize) {
            contexts.push(context);
        }
    }
    let units: Vec<(Term, Vec<Context>)> = kept
        .into_iter()
        .map(|index| (terms[index].clone(), std::mem::take(&mut by_term[index])))
        .collect();
    let log = work.context.clone();
    let entries = work
        .context
        .units(
            Arc::new(units),
            |(term, _)| &term.text,
            move |_, (term, contexts), _| {
                let entry = define::define(term, &contexts.iter().collect::<Vec<_>>());
                let message = match (&entry.definition, entry.evidence.first()) {
                    (Some(_), Some(source)) => {
                        format!(
                            "defined, confidence {:.2}, {}:{}",
                            entry.confidence, source.document, source.line
                        )
                    }
                    _ => "no definition found in the documents".to_owned(),
                };
                log.log(LogLevel::Debug, &term.text, message);
                Ok(entry)
            },
        )
        .await?;
    let entries = {
        let terms = Arc::clone(&terms);
        work.context
            .blocking(move || {
                let mut entries = entries;
                define::link(&mut entries, &terms);
                Ok(entries)
            })
            .await?
    };
    work.context.check()?;
    results::write_entries(store, work.generation, &entries, None).await?;
    let defined = entries.iter().filter(|entry| entry.definition.is_some()).count();
    work.info(format!("{defined} of {} terms have a definition", entries.len()));
    Ok(())
}
