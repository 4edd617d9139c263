//! Terms get a provisional definition from the documents' own sentences.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use glossary::define::{self, Context};
use glossary::occurrences;
use glossary::{Entry, Occurrence, Stopped, Term};
use rayon::prelude::*;

use super::Work;
use crate::logs::LogLevel;
use crate::runs::{Break, Stage, StopFlag, Unit};
use crate::store::results::{self, HashedDocument};
use crate::store::units::UnitKeyBuilder;

/// What one document says about the terms that occur in it.
struct Contexts {
    documents: Arc<Vec<HashedDocument>>,
    terms: Arc<Vec<Term>>,
}

/// A document with the terms in it, numbered by themselves: what it says does not depend on the rank of a term.
struct Mentions {
    /// Index of the document.
    document: usize,
    /// Index of each term, in the order of their keys.
    terms: Vec<u32>,
    /// Refer to `terms`.
    occurrences: Vec<Occurrence>,
}

impl Mentions {
    fn new(document: usize, occurrences: &[Occurrence], terms: &[Term]) -> Self {
        let mut numbers: Vec<u32> = occurrences.iter().map(|occurrence| occurrence.term).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers.sort_unstable_by_key(|number| &terms[*number as usize].key);
        let places: HashMap<u32, u32> = numbers.iter().copied().zip(0..).collect();
        let occurrences = occurrences
            .iter()
            .map(|occurrence| Occurrence {
                term: places[&occurrence.term],
                ..*occurrence
            })
            .collect();
        Self {
            document,
            terms: numbers,
            occurrences,
        }
    }
}

impl Unit for Contexts {
    type Item = Mentions;
    type Output = Vec<Context>;
    const KIND: &'static str = "contexts/1";

    fn name<'a>(&'a self, mentions: &'a Mentions) -> &'a str {
        &self.documents[mentions.document].document.path
    }

    fn depends(&self, mentions: &Mentions, key: &mut UnitKeyBuilder) {
        let document = &self.documents[mentions.document];
        // Evidence names the document by its path.
        key.text(&document.document.path)
            .text(&document.hash)
            .bytes(&occurrences::pack(&mentions.occurrences));
    }

    fn work(&self, mentions: &Mentions, stop: &StopFlag) -> Result<Vec<Context>, Stopped> {
        let document = &self.documents[mentions.document].document;
        define::contexts(
            document,
            &self.terms[..mentions.terms.len()],
            &mentions.occurrences,
            stop,
        )
    }

    fn pack(&self, mentions: &Mentions, contexts: &Vec<Context>) -> Option<Vec<u8>> {
        Some(define::pack_contexts(
            &self.documents[mentions.document].document,
            contexts,
        ))
    }

    fn unpack(&self, mentions: &Mentions, bytes: &[u8]) -> Option<Vec<Context>> {
        define::unpack_contexts(&self.documents[mentions.document].document, bytes)
    }
}

pub(super) async fn run(work: &Work<'_>, generation: i64) -> Result<(), Break> {
    let store = work.engine.store();
    let extract = work.input(Stage::Extract)?;
    let documents = work
        .carried
        .documents(store, work.source(Stage::Extract).await?)
        .await?;
    let terms = work.carried.terms(store, extract).await?;
    let found = work.carried.found(store, extract).await?;
    let excluded: HashSet<&String> = work.decisions.excluded.iter().collect();
    let kept: Vec<usize> = (0..terms.len())
        .filter(|&index| !excluded.contains(&terms[index].key))
        .collect();
    work.context.total(documents.len() + kept.len());

    let mentions = {
        let terms = Arc::clone(&terms);
        work.context
            .blocking(move || {
                let mentions = found
                    .par_iter()
                    .enumerate()
                    .map(|(document, found)| Mentions::new(document, &found.occurrences, &terms));
                Ok(Arc::new(mentions.collect::<Vec<_>>()))
            })
            .await?
    };
    let contexts = work
        .context
        .units(
            Contexts {
                documents,
                terms: Arc::clone(&terms),
            },
            Arc::clone(&mentions),
        )
        .await?;
    let mut by_term: Vec<Vec<Context>> = vec![Vec::new(); terms.len()];
    for (contexts, mentions) in contexts.into_iter().zip(mentions.iter()) {
        for mut context in contexts.into_iter().flatten() {
            let Some(&number) = mentions.terms.get(context.term as usize) else {
                continue;
            };
            context.term = number;
            by_term[number as usize].push(context);
        }
    }
    let units: Vec<(Term, Vec<Context>)> = kept
        .into_iter()
        .map(|index| (terms[index].clone(), std::mem::take(&mut by_term[index])))
        .collect();
    let units = Arc::new(units);
    let log = work.context.clone();
    let entries = work
        .context
        .steps(
            Arc::clone(&units),
            |(term, _)| &term.text,
            move |_, (term, contexts), _| {
                let entry = define::define(term, &contexts.iter().collect::<Vec<_>>());
                log.log(LogLevel::Debug, &term.text, told(&entry));
                Ok(entry)
            },
        )
        .await?;
    let entries = {
        let terms = Arc::clone(&terms);
        work.context
            .blocking(move || {
                // A term whose definition broke off stays in the glossary, without one.
                let mut entries: Vec<Entry> = entries
                    .into_iter()
                    .zip(units.iter())
                    .map(|(entry, (term, _))| entry.unwrap_or_else(|| define::define(term, &[])))
                    .collect();
                define::link(&mut entries, &terms);
                Ok(Arc::new(entries))
            })
            .await?
    };
    work.context.check()?;
    results::write_entries(work.context, generation, &entries, None).await?;
    let defined = entries.iter().filter(|entry| entry.definition.is_some()).count();
    work.info(format!("{defined} of {} terms have a definition", entries.len()));
    work.carried.entries.put(generation, &entries);
    Ok(())
}

fn told(entry: &Entry) -> String {
    match (&entry.definition, entry.evidence.first()) {
        (Some(_), Some(source)) => format!(
            "defined, confidence {:.2}, {}:{}",
            entry.confidence, source.document, source.line
        ),
        _ => "no definition found in the documents".to_owned(),
    }
}
