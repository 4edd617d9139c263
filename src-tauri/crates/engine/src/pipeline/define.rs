//! Terms get a provisional definition from the documents' own sentences.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use glossary::{Entry, Term, define};
use rayon::prelude::*;

use super::carried::Entries;
use super::contexts::{self, Said, Subject};
use super::model::write::{self, Writing};
use super::{Work, ask};
use crate::logs::LogLevel;
use crate::runs::{Break, Stage, StageContext, StopFlag, Undone, Unit};
use crate::store::results::{self, Terms};
use crate::store::units::UnitKeyBuilder;

/// An entry weighs as much as so many bytes of text.
const ROOM: usize = 400;

/// The definition of one term.
struct Definition {
    terms: Arc<Terms>,
    /// What each document says.
    said: Arc<Vec<Option<Arc<Said>>>>,
    log: StageContext,
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
            .bytes(&[term.language as u8])
            .text(term.category.name())
            .bytes(&subject.sources.to_le_bytes());
    }

    fn room(&self, _: &Subject) -> Option<usize> {
        Some(ROOM)
    }

    fn work(&self, subject: &Subject, _: &StopFlag) -> Result<Entry, Undone> {
        let term = &self.terms.list[subject.term];
        let entry = define::define(term, &contexts::of(&self.said, subject));
        self.log.log(LogLevel::Debug, &term.text, told(&entry));
        Ok(entry)
    }
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
    let out = move |term: &Term| excluded.contains(&term.key) || term.is_left_out();
    let kept = terms.list.iter().filter(|term| !out(term)).count();
    let asks = work.settings.model.is_some();
    work.context.total(documents.len() + kept * (1 + usize::from(asks)));

    let said = contexts::gather(work, &documents, &found, &terms).await?;
    let (unit, subjects) = {
        let (terms, said, log) = (Arc::clone(&terms), Arc::clone(&said), work.context.clone());
        work.context
            .blocking(move || {
                let subjects = contexts::subjects(&terms, out, &found, &said);
                let unit = Definition { terms, said, log };
                Ok((unit, Arc::new(subjects)))
            })
            .await?
    };
    let entries = work.context.units(unit, Arc::clone(&subjects)).await?;
    let model = &work.settings.model;
    let (entries, questions) = {
        let (terms, model, groups) = (Arc::clone(&terms), model.clone(), work.decisions.groups.clone());
        let tries = work.decisions.tries.clone();
        work.context
            .blocking(move || {
                // A term whose definition broke off stays in the glossary, without one.
                let entry = |(entry, subject): (&Option<Arc<Entry>>, &Subject)| match entry {
                    Some(entry) => Entry::clone(entry),
                    None => define::define(&terms.list[subject.term], &[]),
                };
                let entries: Vec<Entry> = entries.par_iter().zip(&*subjects).map(entry).collect();
                let Some(model) = model else {
                    return Ok((entries, Vec::new()));
                };
                let concepts = concepts(&entries, &groups);
                let question = |concept: &Vec<usize>| {
                    let (first, others) = concept.split_first()?;
                    let others: Vec<&Entry> = others.iter().map(|at| &entries[*at]).collect();
                    let said = concept.iter().flat_map(|at| contexts::of(&said, &subjects[*at]));
                    let asked = Writing::new(*first, &entries[*first], &others, &said.collect::<Vec<_>>(), &model)?;
                    let tries = tries.get(&entries[*first].key);
                    Some(asked.again(tries.copied().unwrap_or(0)))
                };
                let questions: Vec<Writing> = concepts.par_iter().filter_map(question).collect();
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

/// The entries by concept: those that the researcher takes for one stand together, the name that stands for it first. The
/// others keep what the rules found; the refinement merges them.
fn concepts(entries: &[Entry], groups: &[Vec<String>]) -> Vec<Vec<usize>> {
    if groups.is_empty() {
        return (0..entries.len()).map(|at| vec![at]).collect();
    }
    let places: HashMap<&str, usize> = entries
        .iter()
        .enumerate()
        .map(|(at, entry)| (&*entry.key, at))
        .collect();
    let mut concept_of: Vec<Option<usize>> = vec![None; entries.len()];
    let mut concepts: Vec<Vec<usize>> = Vec::with_capacity(entries.len());
    for group in groups {
        let members = group.iter().filter_map(|key| places.get(key.as_str()));
        let members: Vec<usize> = members.copied().filter(|at| concept_of[*at].is_none()).collect();
        for at in &members {
            concept_of[*at] = Some(concepts.len());
        }
        concepts.push(members);
    }
    concepts.extend(
        (0..entries.len())
            .filter(|at| concept_of[*at].is_none())
            .map(|at| vec![at]),
    );
    concepts.sort_unstable();
    concepts
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
