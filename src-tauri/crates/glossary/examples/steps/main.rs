//! Times each step over a folder of text files, best of a few rounds, and can write down what each step returned, so
//! that two versions of the code can be compared byte by byte.
//!
//! `cargo run --release -p glossary --example steps -- FOLDER [OUTPUT_FOLDER]`
#![allow(clippy::print_stdout, reason = "the table is what this program is for")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{fs, io};

use glossary::define::{self, Context};
use glossary::extract::{self, Options};
use glossary::occurrences::{self, Counts, Matcher, TermIndex, Vocabulary};
use glossary::review::Reviewer;
use glossary::{Document, Stop, decode, refine};
use serde::Serialize;

/// Each step is run so often.
const ROUNDS: usize = 5;

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1).map(PathBuf::from);
    let folder = arguments.next().unwrap_or_else(|| "examples/seed-bank".into());
    let output = arguments.next();
    let documents = documents(&folder)?;
    println!("{} documents", documents.len());
    let candidates: Vec<_> = time(1, "candidates", || {
        let found = documents.iter().map(|document| extract::candidates(document, &Never));
        found.map(|found| found.expect("nothing stops it")).collect()
    });
    let ranked = time(ROUNDS, "rank", || {
        let mut ranked = extract::rank(&candidates, &[], &Options::default(), &Never).expect("nothing stops it");
        ranked.sort_by(|a, b| a.key.cmp(&b.key));
        ranked
    });
    let matcher = time(ROUNDS, "Matcher::new", || Matcher::new(&ranked));
    let found: Vec<_> = time(2, "Matcher::find", || {
        let found = documents.iter().map(|document| matcher.find(document, &Never));
        found.map(|found| found.expect("nothing stops it")).collect()
    });
    let pairs: Vec<_> = documents.iter().zip(found.iter().map(Vec::as_slice)).collect();
    let counts: Vec<Counts> = time(ROUNDS, "Counts::new", || {
        pairs
            .iter()
            .map(|(document, found)| Counts::new(document, found))
            .collect()
    });
    let counted: Vec<_> = documents.iter().zip(&counts).collect();
    let terms = time(ROUNDS, "tally (and a copy of the terms)", || {
        let mut terms = ranked.clone();
        occurrences::tally(&mut terms, &counted);
        terms
    });
    let contexts: Vec<Vec<Context>> = time(2, "contexts", || {
        let contexts = pairs
            .iter()
            .map(|(document, found)| define::contexts(document, &terms, found, &Never));
        contexts.map(|contexts| contexts.expect("nothing stops it")).collect()
    });
    let mut of_term: Vec<Vec<&Context>> = vec![Vec::new(); terms.len()];
    for context in contexts.iter().flatten() {
        of_term[context.term as usize].push(context);
    }
    let defined: Vec<_> = time(ROUNDS, "define", || {
        let defined = terms.iter().zip(&of_term);
        defined.map(|(term, contexts)| define::define(term, contexts)).collect()
    });
    let entries = time(ROUNDS, "link (and a copy of the entries)", || {
        let mut entries = defined.clone();
        define::link(&mut entries, &terms);
        entries
    });
    let reviewer = time(ROUNDS, "Reviewer::new", || Reviewer::new(&entries, &terms));
    let issues: Vec<_> = time(ROUNDS, "review", || {
        (0..reviewer.len())
            .flat_map(|at| reviewer.review(&entries, at))
            .collect()
    });
    let refined = time(ROUNDS, "refine", || {
        refine::refine(&entries, &issues, &refine::Rulings::default(), &Never).expect("nothing stops it")
    });
    let vocabularies: Vec<Vocabulary> = time(2, "Vocabulary::new", || documents.iter().map(Vocabulary::new).collect());
    let packed: Vec<_> = vocabularies.iter().map(Vocabulary::pack).collect();
    time(ROUNDS, "Vocabulary::unpack", || {
        packed
            .iter()
            .map(|bytes| Vocabulary::unpack(bytes))
            .collect::<Option<Vec<_>>>()
    });
    let index = time(ROUNDS, "TermIndex::new", || TermIndex::new(&terms));
    let relevant: Vec<_> = time(ROUNDS, "TermIndex::relevant", || {
        vocabularies
            .iter()
            .map(|vocabulary| index.relevant(vocabulary))
            .collect()
    });
    if let Some(vocabulary) = vocabularies.first() {
        time(ROUNDS, "TermIndex::matcher for one document", || {
            index.matcher(&[vocabulary])
        });
    }
    time(ROUNDS, "TermIndex::matcher for all documents", || {
        index.matcher(&vocabularies.iter().collect::<Vec<_>>())
    });
    let packed_found: Vec<_> = time(ROUNDS, "pack occurrences", || {
        found.iter().map(|found| occurrences::pack(found)).collect()
    });
    let again: Option<Vec<_>> = time(ROUNDS, "unpack occurrences", || {
        packed_found.iter().map(|bytes| occurrences::unpack(bytes)).collect()
    });
    assert_eq!(again.as_ref(), Some(&found), "what was packed comes back");
    let packed_contexts: Vec<_> = time(ROUNDS, "pack contexts", || {
        let pairs = documents.iter().zip(&contexts);
        pairs
            .map(|(document, contexts)| define::pack_contexts(document, contexts))
            .collect()
    });
    let again: Option<Vec<_>> = time(ROUNDS, "unpack contexts", || {
        let pairs = documents.iter().zip(&packed_contexts);
        pairs
            .map(|(document, bytes)| define::unpack_contexts(document, bytes))
            .collect()
    });
    assert_eq!(again.as_ref(), Some(&contexts), "what was packed comes back");
    let bytes = |packed: &[Vec<u8>]| packed.iter().map(Vec::len).sum::<usize>();
    println!(
        "bytes: {} of vocabularies, {} of occurrences, {} of contexts, {} of text; {} relevant terms",
        bytes(&packed),
        bytes(&packed_found),
        bytes(&packed_contexts),
        documents.iter().map(|document| document.text.len()).sum::<usize>(),
        relevant.iter().map(|relevant| relevant.terms.len()).sum::<usize>()
    );
    println!(
        "{} terms, {} occurrences, {} contexts, {} issues, {} refined",
        terms.len(),
        found.iter().map(Vec::len).sum::<usize>(),
        contexts.iter().map(Vec::len).sum::<usize>(),
        issues.len(),
        refined.entries.len()
    );
    if let Some(output) = output {
        fs::create_dir_all(&output)?;
        write(&output, "candidates", &candidates)?;
        write(&output, "ranked", &ranked)?;
        write(&output, "found", &found)?;
        write(&output, "terms", &terms)?;
        write(&output, "contexts", &contexts)?;
        write(&output, "entries", &entries)?;
        write(&output, "issues", &issues)?;
        write(&output, "refined", &refined)?;
    }
    Ok(())
}

fn time<T>(rounds: usize, step: &str, work: impl Fn() -> T) -> T {
    let mut best = Duration::MAX;
    for _ in 1..rounds {
        let began = Instant::now();
        drop(work());
        best = best.min(began.elapsed());
    }
    let began = Instant::now();
    let result = work();
    best = best.min(began.elapsed());
    println!("{:>9.2} ms  {step}", best.as_secs_f64() * 1e3);
    result
}

fn write<T: Serialize>(folder: &Path, name: &str, value: &T) -> io::Result<()> {
    fs::write(folder.join(name).with_extension("json"), serde_json::to_vec(value)?)
}

/// The documents of a folder and the folders in it, in the order of their paths; what is no text is passed over.
fn documents(folder: &Path) -> io::Result<Vec<Document>> {
    let mut documents = Vec::new();
    let mut paths: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(path) = paths.pop() {
        if path.is_dir() {
            for entry in fs::read_dir(path)? {
                paths.push(entry?.path());
            }
        } else if path.extension().is_some_and(|end| end == "md" || end == "txt")
            && let Ok(decoded) = decode::decode(&fs::read(&path)?)
        {
            documents.push(Document {
                path: path.to_string_lossy().into_owned(),
                language: decode::detect_language(&decoded.text),
                text: decoded.text,
            });
        }
    }
    documents.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(documents)
}

/// Nothing stops a measurement.
struct Never;

impl Stop for Never {
    fn requested(&self) -> bool {
        false
    }
}
