//! Terms get a provisional definition from the documents' own sentences.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use glossary::define::{self, Context};
use glossary::occurrences;
use glossary::{Entry, Occurrence, Stopped, Term};
use rayon::prelude::*;

use super::{Work, ask};
use crate::logs::LogLevel;
use crate::runs::{Break, Stage, StageContext, StopFlag, Unit};
use crate::store::results::{self, Found, HashedDocument};
use crate::store::units::UnitKeyBuilder;

/// What one document says about the terms that occur in it.
struct Contexts {
    documents: Arc<Vec<HashedDocument>>,
    found: Arc<Vec<Found>>,
    terms: Arc<Vec<Term>>,
}

/// A document with the terms in it, numbered by themselves: what it says does not depend on the rank of a term.
struct Mentions {
    /// Index of the document.
    document: usize,
    /// Index of each term, in the order of their keys.
    terms: Vec<u32>,
}

impl Mentions {
    /// `place` is the place of each term in the order of the keys.
    fn new(document: usize, found: &Found, place: &[u32]) -> Self {
        let mut numbers: Vec<u32> = found.occurrences.iter().map(|occurrence| occurrence.term).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers.sort_unstable_by_key(|number| place[*number as usize]);
        Self {
            document,
            terms: numbers,
        }
    }

    /// The occurrences, referring to `terms`.
    fn occurrences(&self, found: &Found) -> Vec<Occurrence> {
        let places: HashMap<u32, u32> = self.terms.iter().copied().zip(0..).collect();
        let occurrence = |occurrence: &Occurrence| Occurrence {
            term: places[&occurrence.term],
            ..*occurrence
        };
        found.occurrences.iter().map(occurrence).collect()
    }
}

/// The place of each term in the order of the keys.
fn places(terms: &[Term]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..terms.len() as u32).collect();
    order.par_sort_unstable_by_key(|number| &terms[*number as usize].key);
    let mut places = vec![0; terms.len()];
    for (number, place) in order.into_iter().zip(0..) {
        places[number as usize] = place;
    }
    places
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
    type Item = Mentions;
    type Output = Said;
    const KIND: &'static str = "contexts/2";

    fn name<'a>(&'a self, mentions: &'a Mentions) -> &'a str {
        &self.documents[mentions.document].document.path
    }

    fn depends(&self, mentions: &Mentions, key: &mut UnitKeyBuilder) {
        let (document, found) = (&self.documents[mentions.document], &self.found[mentions.document]);
        // Evidence names the document by its path.
        key.text(&document.document.path).text(&document.hash).text(&found.hash);
        // A result of an earlier version does not say what its occurrences depend on.
        if found.hash.is_empty() {
            key.bytes(&occurrences::pack(&mentions.occurrences(found)));
        }
    }

    fn room(&self, mentions: &Mentions) -> Option<usize> {
        Some(self.documents[mentions.document].document.text.len())
    }

    fn work(&self, mentions: &Mentions, stop: &StopFlag) -> Result<Said, Stopped> {
        let occurrences = mentions.occurrences(&self.found[mentions.document]);
        let document = &self.documents[mentions.document].document;
        let contexts = define::contexts(document, &self.terms[..mentions.terms.len()], &occurrences, stop)?;
        Ok(Said::new(contexts))
    }

    fn pack(&self, mentions: &Mentions, said: &Said) -> Option<Vec<u8>> {
        Some(define::pack_contexts(
            &self.documents[mentions.document].document,
            &said.contexts,
        ))
    }

    fn unpack(&self, mentions: &Mentions, bytes: &[u8]) -> Option<Said> {
        define::unpack_contexts(&self.documents[mentions.document].document, bytes).map(Said::new)
    }
}

/// An entry weighs as much as so many bytes of text.
const ROOM: usize = 400;

/// The definition of one term.
struct Definition {
    terms: Arc<Vec<Term>>,
    /// What each document says.
    said: Vec<Option<Arc<Said>>>,
    log: StageContext,
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
        &self.terms[subject.term].text
    }

    fn depends(&self, subject: &Subject, key: &mut UnitKeyBuilder) {
        let term = &self.terms[subject.term];
        key.text(&term.key)
            .text(&term.text)
            .bytes(&[term.language as u8, term.category as u8])
            .bytes(&subject.sources.to_le_bytes());
    }

    fn room(&self, _: &Subject) -> Option<usize> {
        Some(ROOM)
    }

    fn work(&self, subject: &Subject, _: &StopFlag) -> Result<Entry, Stopped> {
        let term = &self.terms[subject.term];
        let context = |(document, at): &(u32, u32)| self.said[*document as usize].as_ref()?.contexts.get(*at as usize);
        let contexts: Vec<&Context> = subject.contexts.iter().filter_map(context).collect();
        let entry = define::define(term, &contexts);
        self.log.log(LogLevel::Debug, &term.text, told(&entry));
        Ok(entry)
    }

    fn pack(&self, _: &Subject, _: &Entry) -> Option<Vec<u8>> {
        None
    }

    fn unpack(&self, _: &Subject, _: &[u8]) -> Option<Entry> {
        None
    }
}

/// The terms that get an entry, each with what the documents say of it.
fn subjects(
    terms: &[Term],
    excluded: &HashSet<String>,
    mentions: &[Mentions],
    said: &[Option<Arc<Said>>],
) -> Vec<Subject> {
    let subject = |term| Subject {
        term,
        contexts: Vec::new(),
        sources: 0,
    };
    let mut subjects: Vec<Subject> = (0..terms.len()).map(subject).collect();
    for (document, (mentions, said)) in mentions.iter().zip(said).enumerate() {
        // What could not be read is no source.
        let Some(Said { contexts, digests }) = said.as_deref() else {
            continue;
        };
        for (at, (context, digest)) in contexts.iter().zip(digests).enumerate() {
            if let Some(number) = mentions.terms.get(context.term as usize) {
                let subject = &mut subjects[*number as usize];
                subject.contexts.push((document as u32, at as u32));
                subject.sources = subject.sources.wrapping_add(*digest);
            }
        }
    }
    subjects.retain(|subject| !excluded.contains(&terms[subject.term].key));
    subjects
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
    let kept = terms.iter().filter(|term| !excluded.contains(&term.key)).count();
    work.context.total(documents.len() + kept);

    let unit = Contexts {
        documents,
        found: Arc::clone(&found),
        terms: Arc::clone(&terms),
    };
    let (unit, mentions) = {
        let terms = Arc::clone(&terms);
        work.context
            .blocking(move || {
                let place = places(&terms);
                let mention = |(document, found)| Mentions::new(document, found, &place);
                let mentions: Vec<_> = found.par_iter().enumerate().map(mention).collect();
                Ok((unit, Arc::new(mentions)))
            })
            .await?
    };
    let said = work.context.units(unit, Arc::clone(&mentions)).await?;
    let (unit, subjects) = {
        let (terms, log) = (Arc::clone(&terms), work.context.clone());
        work.context
            .blocking(move || {
                let subjects = subjects(&terms, &excluded, &mentions, &said);
                let unit = Definition { terms, said, log };
                Ok((unit, Arc::new(subjects)))
            })
            .await?
    };
    let entries = work.context.units(unit, Arc::clone(&subjects)).await?;
    let entries = {
        let terms = Arc::clone(&terms);
        work.context
            .blocking(move || {
                // A term whose definition broke off stays in the glossary, without one.
                let entry = |(entry, subject): (&Option<Arc<Entry>>, &Subject)| match entry {
                    Some(entry) => Entry::clone(entry),
                    None => define::define(&terms[subject.term], &[]),
                };
                let mut entries: Vec<Entry> = entries.par_iter().zip(&*subjects).map(entry).collect();
                define::link(&mut entries, &terms);
                Ok(Arc::new(entries))
            })
            .await?
    };
    work.context.check()?;
    results::write_entries(work.context, generation, alive.await?, &entries, None).await?;
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
