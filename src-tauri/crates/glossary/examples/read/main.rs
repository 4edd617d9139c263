//! Prints what a reader gets from a folder of text files: the terms, the definitions, the issues.
//!
//! `cargo run --release -p glossary --example read -- FOLDER`
#![allow(clippy::print_stdout, reason = "the report is what this program is for")]

use std::path::{Path, PathBuf};
use std::{fs, io};

use glossary::define::{self, Context};
use glossary::extract::{self, Options};
use glossary::occurrences::{self, Counts, Matcher};
use glossary::review::Reviewer;
use glossary::{Document, Entry, Resolution, Stop, decode, refine};

fn main() -> io::Result<()> {
    let folder = PathBuf::from(
        std::env::args()
            .nth(1)
            .unwrap_or_else(|| "examples/seed-bank".to_owned()),
    );
    let documents = documents(&folder)?;
    let candidates: Vec<_> = documents
        .iter()
        .map(|document| extract::candidates(document, &Never).expect("nothing stops it"))
        .collect();
    let mut terms = extract::rank(&candidates, &[], &Options::default(), &Never).expect("nothing stops it");
    let matcher = Matcher::new(&terms);
    let found: Vec<_> = documents
        .iter()
        .map(|document| matcher.find(document, &Never).expect("nothing stops it"))
        .collect();
    let pairs: Vec<_> = documents.iter().zip(found.iter().map(Vec::as_slice)).collect();
    let counts: Vec<Counts> = pairs
        .iter()
        .map(|(document, found)| Counts::new(document, found))
        .collect();
    occurrences::tally(&mut terms, &documents.iter().zip(&counts).collect::<Vec<_>>());
    let mut contexts: Vec<Vec<Context>> = vec![Vec::new(); terms.len()];
    for (document, found) in &pairs {
        for context in define::contexts(document, &terms, found, &Never).expect("nothing stops it") {
            contexts[context.term as usize].push(context);
        }
    }
    let mut entries: Vec<Entry> = terms
        .iter()
        .zip(&contexts)
        .map(|(term, contexts)| define::define(term, &contexts.iter().collect::<Vec<_>>()))
        .collect();
    define::link(&mut entries, &terms);
    let reviewer = Reviewer::new(&entries, &terms);
    let issues: Vec<_> = (0..reviewer.len())
        .flat_map(|at| reviewer.review(&entries, at))
        .collect();
    let refined = refine::refine(&entries, &issues, &refine::Rulings::default(), &Never).expect("nothing stops it");

    println!("# {} terms", terms.len());
    for term in &terms {
        println!(
            "{:.3}\t{}\t{:?}\t{} documents\t{} occurrences\t{}",
            term.score,
            term.text,
            term.category,
            term.documents,
            term.occurrences,
            term.expansion.as_deref().unwrap_or_default()
        );
    }
    let defined: Vec<&Entry> = refined
        .entries
        .iter()
        .map(|refined| refined.entry(&entries))
        .filter(|entry| entry.definition.is_some())
        .collect();
    println!("\n# {} entries, {} defined", refined.entries.len(), defined.len());
    for entry in defined {
        println!(
            "{}\t{:.2}\t{}\n\talso {:?}, see {:?}",
            entry.term,
            entry.confidence,
            entry.definition.as_deref().unwrap_or_default(),
            entry.synonyms,
            entry.related
        );
        for other in &entry.alternatives {
            println!("\tor {:.2} {}", other.confidence, other.definition);
        }
    }
    let open = refined.resolutions.iter().filter(|r| **r == Resolution::Open).count();
    println!("\n# {} issues, {open} open", issues.len());
    for (issue, resolution) in issues.iter().zip(&refined.resolutions) {
        println!(
            "{:?}\t{}\t{resolution:?}\t{:?}",
            issue.severity, issue.term, issue.finding
        );
    }
    Ok(())
}

/// The documents of a folder and the folders in it, in the order of their paths; hidden and binary files are passed over.
fn documents(folder: &Path) -> io::Result<Vec<Document>> {
    let mut paths = Vec::new();
    walk(folder, &mut paths)?;
    paths.sort();
    let mut documents = Vec::new();
    for path in paths {
        if let Ok(decoded) = decode::decode(&fs::read(&path)?) {
            documents.push(Document {
                path: path
                    .strip_prefix(folder)
                    .unwrap_or(&path)
                    .to_string_lossy()
                    .into_owned(),
                language: decode::detect_language(&decoded.text),
                text: decoded.text,
            });
        }
    }
    Ok(documents)
}

fn walk(folder: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let hidden = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if hidden {
            continue;
        }
        if path.is_dir() {
            walk(&path, paths)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "md" || extension == "txt")
        {
            paths.push(path);
        }
    }
    Ok(())
}

/// Nothing stops a reading.
struct Never;

impl Stop for Never {
    fn requested(&self) -> bool {
        false
    }
}
