//! Terms get a provisional definition from the documents' own sentences.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use glossary::define::{self, Context};
use glossary::occurrences;
use glossary::{Entry, Occurrence};
use rayon::prelude::*;

use super::carried::Entries;
use super::write::{self, Question};
use super::{Work, ask};
use crate::logs::LogLevel;
use crate::runs::{Break, Stage, StageContext, StopFlag, Undone, Unit};
use crate::store::results::{self, Found, HashedDocument, Terms};
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
struct Said {
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

/// An entry weighs as much as so many bytes of text.
const ROOM: usize = 400;

/// The definition of one term.
struct Definition {
    terms: Arc<Terms>,
    /// What each document says.
    said: Arc<Vec<Option<Arc<Said>>>>,
    log: StageContext,
}

/// What the documents say of a term.
fn contexts<'a>(said: &'a [Option<Arc<Said>>], subject: &Subject) -> Vec<&'a Context> {
    let context = |(document, at): &(u32, u32)| said[*document as usize].as_ref()?.contexts.get(*at as usize);
    subject.contexts.iter().filter_map(context).collect()
}

/// A term and where the documents speak of it.
struct Subject {
    /// Index of the term.
    term: usize,
    /// Index of a document and of a context in it.
    contexts: Vec<(u32, u32)>,
    /// The sum of the hashes of these contexts: their order does not matter.
    sources: u64,
}

impl Unit for Definition {
    type Item = Subject;
    type Output = Entry;
    const KIND: &'static str = "definition/2";
    const KEPT: bool = false;

    fn name<'a>(&'a self, subject: &'a Subject) -> &'a str {
        &self.terms.list[subject.term].text
    }

    fn depends(&self, subject: &Subject, key: &mut UnitKeyBuilder) {
        let term = &self.terms.list[subject.term];
        key.text(&term.key)
            .text(&term.text)
            .bytes(&[term.language as u8, term.category as u8])
            .bytes(&subject.sources.to_le_bytes());
    }

    fn room(&self, _: &Subject) -> Option<usize> {
        Some(ROOM)
    }

    fn work(&self, subject: &Subject, _: &StopFlag) -> Result<Entry, Undone> {
        let term = &self.terms.list[subject.term];
        let entry = define::define(term, &contexts(&self.said, subject));
        self.log.log(LogLevel::Debug, &term.text, told(&entry));
        Ok(entry)
    }
}

/// The terms that get an entry, best first, each with what the documents say of it.
fn subjects(
    terms: &Terms,
    excluded: &HashSet<String>,
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
        if !excluded.contains(&terms.list[subject.term].key) {
            ranked.push(Subject {
                contexts: std::mem::take(&mut subject.contexts),
                ..*subject
            });
        }
    }
    ranked
}

pub(super) async fn run(work: &Work<'_>, generation: i64) -> Result<(), Break> {
    let store = work.engine.store();
    let alive = ask(results::alive_entries(store.clone(), generation));
    let extract = work.input(Stage::Extract)?;
    let documents = work
        .carried
        .documents(store, work.source(Stage::Extract).await?)
        .await?;
    let terms = work.carried.terms(store, extract).await?;
    let found = work.carried.found(store, extract).await?;
    let excluded: HashSet<String> = work.decisions.excluded.iter().cloned().collect();
    let kept = terms.list.iter().filter(|term| !excluded.contains(&term.key)).count();
    let asks = work.settings.model.is_some();
    work.context.total(documents.len() + kept * (1 + usize::from(asks)));

    let items = Arc::new((0..documents.len()).collect());
    let unit = Contexts {
        documents,
        found: Arc::clone(&found),
        terms: Arc::clone(&terms),
    };
    let said = Arc::new(work.context.units(unit, items).await?);
    let (unit, subjects) = {
        let (terms, said, log) = (Arc::clone(&terms), Arc::clone(&said), work.context.clone());
        work.context
            .blocking(move || {
                let subjects = subjects(&terms, &excluded, &found, &said);
                let unit = Definition { terms, said, log };
                Ok((unit, Arc::new(subjects)))
            })
            .await?
    };
    let entries = work.context.units(unit, Arc::clone(&subjects)).await?;
    let model = &work.settings.model;
    let (entries, questions) = {
        let (terms, model) = (Arc::clone(&terms), model.clone());
        work.context
            .blocking(move || {
                // A term whose definition broke off stays in the glossary, without one.
                let entry = |(entry, subject): (&Option<Arc<Entry>>, &Subject)| match entry {
                    Some(entry) => Entry::clone(entry),
                    None => define::define(&terms.list[subject.term], &[]),
                };
                let entries: Vec<Entry> = entries.par_iter().zip(&*subjects).map(entry).collect();
                let question = |(at, (entry, subject)): (usize, (&Entry, &Subject))| {
                    Question::new(at, entry, &contexts(&said, subject), model.as_ref()?)
                };
                let asked = entries.par_iter().zip(&*subjects).enumerate();
                let questions: Vec<Question> = asked.filter_map(question).collect();
                Ok((entries, questions))
            })
            .await?
    };
    work.context.check()?;
    let entries = match model {
        Some(model) => {
            // There is nothing to ask about a term that no sentence has.
            work.context.ticks(entries.len() - questions.len());
            write::run(work, model, entries, questions).await?
        }
        None => entries,
    };
    let entries = work
        .context
        .blocking(move || {
            let mut entries = entries;
            define::link(&mut entries, &terms.ranked());
            Ok(Arc::new(Entries::new(entries)))
        })
        .await?;
    work.context.check()?;
    let list = &entries.list;
    let rows: Vec<(&Entry, bool)> = list.iter().map(|entry| (entry, false)).collect();
    results::write_entries(work.context, generation, alive.await?, &rows, &entries.hashes).await?;
    let defined = list.iter().filter(|entry| entry.definition.is_some()).count();
    work.info(format!("{defined} of {} terms have a definition", list.len()));
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
