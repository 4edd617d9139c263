//! Files become documents: listed, read, decoded, stored. A file that looks as it did when it was read is not read again.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::Path;
use std::sync::Arc;

use glossary::{Document, Language, Stop, decode};
use serde::{Deserialize, Serialize};

use super::Work;
use super::basis::Basis;
use super::files::{self, FoundFile};
use crate::error::Error;
use crate::library::documents::SkippedFile;
use crate::logs::LogLevel;
use crate::runs::{Break, Stage, StopFlag, Undone, Unit, from_bytes, to_bytes};
use crate::store::results::{self, DocumentRecord, HashedDocument, Skipped};
use crate::store::units::UnitKeyBuilder;

/// One file that is read.
struct ReadFile {
    largest: u64,
    /// Hashes of the texts that are stored.
    texts: HashSet<String>,
}

/// What a file turned out to be.
#[derive(Serialize, Deserialize)]
enum Loaded {
    Document(Facts),
    /// Reason and detail.
    Skipped(String, Option<String>),
    /// The system refused to read it.
    Unreadable(String),
    /// It was there when the folder was listed, and is not now.
    Gone(String),
}

#[derive(Serialize, Deserialize)]
struct Facts {
    hash: String,
    language: Language,
    encoding: String,
    bytes: u64,
    lines: u64,
    /// Characters that could not be decoded.
    replaced: u32,
    /// Nothing when it is stored already.
    #[serde(skip)]
    text: Option<String>,
}

impl Unit for ReadFile {
    type Item = FoundFile;
    type Output = Loaded;
    const KIND: &'static str = "file/1";

    fn name<'a>(&'a self, file: &'a FoundFile) -> &'a str {
        &file.path
    }

    fn depends(&self, file: &FoundFile, key: &mut UnitKeyBuilder) {
        key.text(&file.path).value(&(file.bytes, file.modified, self.largest));
    }

    fn work(&self, file: &FoundFile, _: &StopFlag) -> Result<Loaded, Undone> {
        Ok(read(file, self.largest))
    }

    fn pack(&self, file: &FoundFile, loaded: &Loaded) -> Option<Vec<u8>> {
        let settled = file.modified != 0 && !matches!(loaded, Loaded::Unreadable(_) | Loaded::Gone(_));
        settled.then(|| to_bytes(loaded)).flatten()
    }

    fn text<'a>(&self, loaded: &'a Loaded) -> Option<(&'a str, &'a str)> {
        match loaded {
            Loaded::Document(facts) => Some((&facts.hash, facts.text.as_deref()?)),
            Loaded::Skipped(..) | Loaded::Unreadable(_) | Loaded::Gone(_) => None,
        }
    }

    fn unpack(&self, file: &FoundFile, bytes: &[u8]) -> Option<Loaded> {
        let loaded: Loaded = from_bytes(bytes)?;
        let there = match &loaded {
            Loaded::Document(facts) => self.texts.contains(&facts.hash),
            Loaded::Skipped(..) | Loaded::Unreadable(_) | Loaded::Gone(_) => true,
        };
        (there && file.modified != 0).then_some(loaded)
    }
}

pub(super) async fn run(work: &Work<'_>) -> Result<i64, Break> {
    let store = work.engine.store();
    let folder = work.engine.project_folder(&work.run.project_id).await?;
    let rules = Arc::new(work.engine.rules(&work.run.project_id, work.settings).await?);
    let largest = rules.largest;
    let context = work.context.clone();
    let (listing, listed_by) = (folder.clone(), Arc::clone(&rules));
    let (files, mut skipped) = work
        .context
        .blocking(move || files::list(&listing, &listed_by, context.stop(), &mut |path| context.at(path)))
        .await?;
    work.context.total(files.len() + skipped.len());
    for skip in &skipped {
        report(work, skip);
        work.context.ticks(1);
    }

    let texts = results::known_texts(store).await?;
    let files = Arc::new(files);
    let loaded = work
        .context
        .units(ReadFile { largest, texts }, Arc::clone(&files))
        .await?;
    let mut documents = Vec::new();
    for (file, loaded) in files.iter().zip(loaded) {
        match loaded.and_then(Arc::into_inner) {
            Some(Loaded::Document(facts)) if !rules.reads(facts.language) => {
                let skip = Skipped {
                    path: file.path.clone(),
                    reason: "language",
                    detail: Some(results::text(facts.language)?),
                };
                report(work, &skip);
                skipped.push(skip);
            }
            Some(Loaded::Document(facts)) => documents.push((file, facts)),
            Some(Loaded::Skipped(reason, detail)) => {
                let known = SkippedFile::REASONS.iter().find(|known| **known == reason);
                let skip = Skipped {
                    path: file.path.clone(),
                    reason: known.copied().unwrap_or("unsupported"),
                    detail,
                };
                report(work, &skip);
                skipped.push(skip);
            }
            Some(Loaded::Unreadable(detail)) => {
                skipped.push(unreadable(file, &detail));
                let path = file.path.clone();
                let error = Error::FileUnreadable { path, detail };
                work.context.missing(&file.path, &error);
            }
            Some(Loaded::Gone(detail)) => {
                let skip = unreadable(file, &detail);
                report(work, &skip);
                skipped.push(skip);
            }
            // A unit that broke off has said so.
            None => {}
        }
    }
    if documents.is_empty() {
        return Err(Error::NoDocuments {
            folder,
            skipped: skipped.len() as u32,
        }
        .into());
    }
    skipped.sort_by(|a, b| a.path.cmp(&b.path));
    let basis = Basis::of_documents(documents.iter().map(|(file, facts)| (&*file.path, &*facts.hash)))?;
    work.note_documents(&basis.key()).await?;
    // What was seen in the folder before is what this run has read.
    work.engine.scans().forget(&work.run.project_id);
    work.info(format!(
        "{} documents, {} files skipped",
        documents.len(),
        skipped.len()
    ));
    if work.context.missing_items().is_empty()
        && let Some(generation) = work.adopt(Stage::Load, None, &basis).await?
    {
        let records: Vec<_> = documents.into_iter().map(|(file, facts)| record(file, facts)).collect();
        results::refresh_documents(work.context, generation, &records).await?;
        results::write_skipped(work.context, generation, &skipped).await?;
        return Ok(generation);
    }
    let generation = work.create(Stage::Load, None).await?;
    write(work, generation, documents).await?;
    results::write_skipped(work.context, generation, &skipped).await?;
    work.seal(generation, &basis).await?;
    Ok(generation)
}

async fn write(work: &Work<'_>, generation: i64, documents: Vec<(&FoundFile, Facts)>) -> Result<(), Break> {
    let mut records = Vec::with_capacity(documents.len());
    let earlier = work.carried.earlier.iter().map(|document| (document.name(), document));
    let earlier: HashMap<(&str, &str), &Arc<HashedDocument>> = earlier.collect();
    // What was read now, and all documents as far as they are in memory.
    let (mut read, mut known) = (Vec::new(), Vec::with_capacity(documents.len()));
    for (file, facts) in documents {
        if let Some(text) = &facts.text {
            if facts.replaced > 0 {
                let message = format!(
                    "{} characters are not valid {}; replaced by U+FFFD",
                    facts.replaced, facts.encoding
                );
                work.context.log(LogLevel::Warn, &file.path, message);
            }
            let message = format!("read, {} bytes, {}", facts.bytes, facts.encoding);
            work.context.log(LogLevel::Debug, &file.path, message);
            let document = Arc::new(HashedDocument {
                document: Document {
                    path: file.path.clone(),
                    text: text.clone(),
                    language: facts.language,
                },
                hash: facts.hash.clone(),
            });
            read.push(Arc::clone(&document));
            known.push(document);
        } else if let Some(document) = earlier.get(&(&*file.path, &*facts.hash)) {
            known.push(Arc::clone(document));
        }
        records.push(record(file, facts));
    }
    let texts: Vec<_> = read.iter().map(|read| (&*read.hash, &*read.document.text)).collect();
    results::write_documents(work.context, generation, &records, &texts).await?;
    if known.len() == records.len() {
        work.carried.documents.put(generation, &Arc::new(known));
    }
    Ok(())
}

fn record(file: &FoundFile, facts: Facts) -> DocumentRecord {
    DocumentRecord {
        path: file.path.clone(),
        hash: facts.hash,
        language: facts.language,
        encoding: facts.encoding,
        bytes: facts.bytes,
        lines: facts.lines,
        modified: file.modified,
    }
}

fn unreadable(file: &FoundFile, detail: &str) -> Skipped {
    Skipped {
        path: file.path.clone(),
        reason: "unreadable",
        detail: Some(detail.to_owned()),
    }
}

fn report(work: &Work<'_>, skip: &Skipped) {
    // A file that could not be read, or is not what its name says, is worth a look; an image is not.
    let level = match skip.reason {
        "hidden" | "unsupported" | "link" | "excluded" | "pattern" | "language" => LogLevel::Debug,
        "secret" | "outside" => LogLevel::Info,
        _ => LogLevel::Warn,
    };
    let detail = skip
        .detail
        .as_deref()
        .map(|detail| format!(": {detail}"))
        .unwrap_or_default();
    work.context
        .log(level, &skip.path, format!("skipped, {}{detail}", skip.reason));
}

fn read(file: &FoundFile, largest: u64) -> Loaded {
    let bytes = match read_bytes(&file.location, largest) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Loaded::Gone(error.to_string()),
        Err(error) => return Loaded::Unreadable(error.to_string()),
    };
    if bytes.len() as u64 > largest {
        return Loaded::Skipped("too_large".to_owned(), Some(bytes.len().to_string()));
    }
    let Ok(decoded) = decode::decode(&bytes) else {
        return Loaded::Skipped("binary".to_owned(), None);
    };
    if decoded.text.trim().is_empty() {
        return Loaded::Skipped("empty".to_owned(), None);
    }
    Loaded::Document(Facts {
        hash: text_hash(&decoded.text),
        language: decode::detect_language(&decoded.text),
        encoding: decoded.encoding.to_owned(),
        bytes: bytes.len() as u64,
        lines: decoded.text.lines().count() as u64,
        replaced: decoded.replaced,
        text: Some(decoded.text),
    })
}

/// The hash by which a text is known.
pub(crate) fn text_hash(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex().to_string()
}

/// The text of a file, if a run would take it as a document.
pub(crate) fn text_of(location: &Path, largest: u64) -> Option<String> {
    let bytes = read_bytes(location, largest).ok()?;
    if bytes.len() as u64 > largest {
        return None;
    }
    let text = decode::decode(&bytes).ok()?.text;
    (!text.trim().is_empty()).then_some(text)
}

/// Nobody stops what is done at once.
pub(crate) struct Never;

impl Stop for Never {
    fn requested(&self) -> bool {
        false
    }
}

/// Reads at most one byte more than `largest`: a file may have grown since it was listed.
fn read_bytes(path: &Path, largest: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(largest + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
