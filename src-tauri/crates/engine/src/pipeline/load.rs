//! Files become documents: listed, read, decoded, stored.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use glossary::Document;
use glossary::decode;

use super::Work;
use super::files::{self, FoundFile};
use crate::error::Error;
use crate::logs::LogLevel;
use crate::runs::Break;
use crate::store::results::{self, Skipped, StoredDocument};

/// Documents of one write.
const CHUNK: usize = 64;

enum Loaded {
    Document { stored: StoredDocument, replaced: u32 },
    Skipped(Skipped),
}

pub(super) async fn run(work: &Work<'_>) -> Result<(), Break> {
    let folder = work.engine.project_folder(&work.run.project_id).await?;
    let largest = u64::from(work.settings.max_file_mb) << 20;
    let context = work.context.clone();
    let listing = folder.clone();
    let (files, mut skipped) = work
        .context
        .blocking(move || files::list(&listing, largest, context.stop(), &mut |path| context.at(path)))
        .await?;
    work.context.total(files.len() + skipped.len());
    for skip in &skipped {
        report(work, skip);
        work.context.tick();
    }

    let mut hasher = blake3::Hasher::new();
    let mut documents = 0;
    for files in files.chunks(CHUNK) {
        work.context.check()?;
        let files = Arc::new(files.to_vec());
        let loaded = work
            .context
            .units(files, |file| &file.path, move |_, file, _| Ok(read(file, largest)))
            .await?;
        let mut stored = Vec::new();
        for loaded in loaded {
            match loaded {
                Loaded::Skipped(skip) => {
                    report(work, &skip);
                    skipped.push(skip);
                }
                Loaded::Document {
                    stored: document,
                    replaced,
                } => {
                    let path = &document.document.path;
                    if replaced > 0 {
                        let message = format!(
                            "{replaced} characters are not valid {}; replaced by U+FFFD",
                            document.encoding
                        );
                        work.context.log(LogLevel::Warn, path, message);
                    }
                    let message = format!("read, {} bytes, {}", document.bytes, document.encoding);
                    work.context.log(LogLevel::Debug, path, message);
                    hasher
                        .update(path.as_bytes())
                        .update(&[0])
                        .update(document.hash.as_bytes());
                    stored.push(document);
                }
            }
        }
        results::write_documents(work.engine.store(), work.generation, documents, &stored).await?;
        documents += stored.len();
    }
    if documents == 0 {
        return Err(Error::NoDocuments {
            folder,
            skipped: skipped.len() as u32,
        }
        .into());
    }
    skipped.sort_by(|a, b| a.path.cmp(&b.path));
    results::write_skipped(work.engine.store(), work.generation, &skipped).await?;
    work.engine
        .set_documents_hash(&work.run.id, &hasher.finalize().to_hex())
        .await?;
    work.info(format!("{documents} documents, {} files skipped", skipped.len()));
    Ok(())
}

fn report(work: &Work<'_>, skip: &Skipped) {
    // A file that could not be read, or is not what its name says, is worth a look; an image is not.
    let level = match skip.reason {
        "hidden" | "unsupported" | "link" => LogLevel::Debug,
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
    let skip = |reason, detail| {
        Loaded::Skipped(Skipped {
            path: file.path.clone(),
            reason,
            detail,
        })
    };
    let bytes = match read_bytes(&file.location, largest) {
        Ok(bytes) => bytes,
        Err(error) => return skip("unreadable", Some(error.to_string())),
    };
    if bytes.len() as u64 > largest {
        return skip("too_large", Some(bytes.len().to_string()));
    }
    let Ok(decoded) = decode::decode(&bytes) else {
        return skip("binary", None);
    };
    if decoded.text.trim().is_empty() {
        return skip("empty", None);
    }
    let language = decode::detect_language(&decoded.text);
    let document = Document {
        path: file.path.clone(),
        text: decoded.text,
        language,
    };
    let hash = blake3::hash(document.text.as_bytes()).to_hex().to_string();
    let stored = StoredDocument {
        document,
        hash,
        encoding: decoded.encoding,
        bytes: bytes.len() as u64,
    };
    Loaded::Document {
        stored,
        replaced: decoded.replaced,
    }
}

/// Reads at most one byte more than `largest`: a file may have grown since it was listed.
fn read_bytes(path: &Path, largest: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(largest + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
