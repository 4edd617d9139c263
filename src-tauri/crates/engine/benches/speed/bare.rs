//! The pure crate alone: the same work as a full run, without store, log, progress and stops. What a run costs beyond
//! this is the price of the engine around it.

use std::path::{Path, PathBuf};
use std::time::Instant;

use glossary::define::{self, Context};
use glossary::extract::{self, Options};
use glossary::occurrences::{self, Counts, Matcher};
use glossary::review::Reviewer;
use glossary::{Document, Entry, Stop, Term, decode, refine};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::measure;

/// The cost of the bare work, in the words of [`measure::Cost`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct BareCost {
    pub(crate) wall: f64,
    pub(crate) cpu: f64,
    pub(crate) stages: Vec<(String, f64)>,
}

struct Never;

impl Stop for Never {
    fn requested(&self) -> bool {
        false
    }
}

pub(crate) fn run(folder: &Path) -> Result<BareCost, Box<dyn std::error::Error>> {
    let (before, began) = (measure::cpu(), Instant::now());
    let mut times = vec![began];

    let documents: Vec<Document> = files(folder)?
        .into_par_iter()
        .filter_map(|path| load(folder, &path))
        .collect();
    times.push(Instant::now());

    let candidates = documents
        .par_iter()
        .map(|d| extract::candidates(d, &Never))
        .collect::<Result<Vec<_>, _>>()?;
    let mut terms = extract::rank(&candidates, &[], &Options::default(), &Never)?;
    drop(candidates);
    let matcher = Matcher::new(&terms);
    let found = documents
        .par_iter()
        .map(|d| matcher.find(d, &Never))
        .collect::<Result<Vec<_>, _>>()?;
    let counts: Vec<Counts> = documents
        .par_iter()
        .zip(&found)
        .map(|(document, found)| Counts::new(document, found))
        .collect();
    occurrences::tally(&mut terms, &documents.iter().zip(&counts).collect::<Vec<_>>());
    times.push(Instant::now());

    let contexts = documents
        .par_iter()
        .zip(&found)
        .map(|(document, found)| define::contexts(document, &terms, found, &Never))
        .collect::<Result<Vec<_>, _>>()?;
    let entries = defined(&terms, &contexts);
    times.push(Instant::now());

    let reviewer = Reviewer::new(&entries, &terms);
    let issues: Vec<_> = (0..entries.len())
        .into_par_iter()
        .map(|index| reviewer.review(&entries, index))
        .collect::<Vec<_>>()
        .concat();
    times.push(Instant::now());

    refine::refine(&entries, &issues, &refine::Rulings::default(), &Never)?;
    times.push(Instant::now());

    let stages = measure::stages().into_iter().map(str::to_owned);
    Ok(BareCost {
        wall: began.elapsed().as_secs_f64(),
        cpu: measure::cpu() - before,
        stages: stages
            .zip(times.windows(2).map(|pair| (pair[1] - pair[0]).as_secs_f64()))
            .collect(),
    })
}

fn defined(terms: &[Term], contexts: &[Vec<Context>]) -> Vec<Entry> {
    let mut by_term: Vec<Vec<&Context>> = vec![Vec::new(); terms.len()];
    for context in contexts.iter().flatten() {
        by_term[context.term as usize].push(context);
    }
    let mut entries: Vec<Entry> = terms
        .par_iter()
        .zip(&by_term)
        .map(|(term, contexts)| define::define(term, contexts))
        .collect();
    define::link(&mut entries, terms);
    entries
}

fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

fn load(folder: &Path, path: &Path) -> Option<Document> {
    let text = decode::decode(&std::fs::read(path).ok()?).ok()?.text;
    let language = decode::detect_language(&text);
    Some(Document {
        path: path.strip_prefix(folder).ok()?.display().to_string(),
        text,
        language,
    })
}
