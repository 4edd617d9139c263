//! What is different in the folder since the documents were read.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::engine::Engine;
use crate::error::{Error, Message, Result};
use crate::pipeline::{Never, list_files, text_hash, text_of};
use crate::reasons::Reason;
use crate::runs::{Break, Stage};
use crate::store::generations;

/// Paths that a reason names.
const EXAMPLES: usize = 3;
/// Files that look changed are read to be sure, up to this many bytes together; the others count as changed.
const READ: u64 = 50 << 20;

/// The difference between a folder and the documents that were read from it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Scan {
    /// The result that the folder was compared with.
    pub(crate) load: Option<i64>,
    /// Files that look like documents.
    pub(crate) documents: u32,
    added: Vec<String>,
    changed: Vec<String>,
    removed: Vec<String>,
    unreadable: Option<Message>,
}

impl Scan {
    /// Documents that a run would have to read.
    pub(crate) fn changes(&self) -> u32 {
        (self.added.len() + self.changed.len()) as u32
    }

    pub(super) fn reasons(&self) -> Vec<Reason> {
        let counted = |paths: &[String]| (paths.len() as u32, paths.iter().take(EXAMPLES).cloned().collect());
        let mut reasons = Vec::new();
        if let Some(message) = self.unreadable.clone() {
            reasons.push(Reason::FolderUnreadable { message });
        }
        if !self.added.is_empty() {
            let (count, examples) = counted(&self.added);
            reasons.push(Reason::DocumentsAdded { count, examples });
        }
        if !self.changed.is_empty() {
            let (count, examples) = counted(&self.changed);
            reasons.push(Reason::DocumentsChanged { count, examples });
        }
        if !self.removed.is_empty() {
            let (count, examples) = counted(&self.removed);
            reasons.push(Reason::DocumentsRemoved { count, examples });
        }
        reasons
    }
}

/// The last look at the folder of each project.
#[derive(Debug, Default)]
pub(crate) struct Scans(Mutex<HashMap<String, Scan>>);

impl Scans {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Scan>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn get(&self, project_id: &str) -> Option<Scan> {
        self.lock().get(project_id).cloned()
    }

    pub(crate) fn put(&self, project_id: &str, scan: Scan) {
        self.lock().insert(project_id.to_owned(), scan);
    }

    /// A run read the folder anew, or the project is gone: what was seen before says nothing any more.
    pub(crate) fn forget(&self, project_id: &str) {
        self.lock().remove(project_id);
    }
}

/// A document as it was read.
struct Known {
    hash: String,
    bytes: u64,
    modified: i64,
}

impl Engine {
    /// Compares the folder of a project with the documents that were read from it.
    pub(super) async fn scan(&self, project_id: &str) -> Result<Scan> {
        let folder = self.project_folder(project_id).await?;
        let largest = u64::from(self.project_settings(project_id).await?.max_file_mb) << 20;
        let load = generations::current(self.store(), project_id)
            .await?
            .get(&Stage::Load)
            .copied();
        let rows = sqlx::query!(
            "SELECT path, hash, bytes, modified FROM document WHERE generation_id = ?",
            load
        )
        .fetch_all(self.store().reader())
        .await?;
        let known = rows
            .into_iter()
            .map(|row| {
                let known = Known {
                    hash: row.hash,
                    bytes: row.bytes as u64,
                    modified: row.modified,
                };
                (row.path, known)
            })
            .collect();
        // What a run left out need not be offered as new: an image that is called .txt, an empty file.
        let skipped = sqlx::query_scalar!("SELECT path FROM skipped_file WHERE generation_id = ?", load)
            .fetch_all(self.store().reader())
            .await?;
        let skipped: HashSet<String> = skipped.into_iter().collect();
        let scan = tokio::task::spawn_blocking(move || compare(&folder, largest, known, &skipped))
            .await
            .map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Scan { load, ..scan })
    }
}

fn compare(folder: &Path, largest: u64, mut known: HashMap<String, Known>, skipped: &HashSet<String>) -> Scan {
    let files = match list_files(folder, largest, &Never, &mut |_| {}) {
        Ok((files, _)) => files,
        Err(Break::Failed(error)) => {
            return Scan {
                unreadable: Some(error.message()),
                ..Scan::default()
            };
        }
        Err(Break::Cancelled) => return Scan::default(),
    };
    let mut scan = Scan {
        documents: files.len() as u32,
        ..Scan::default()
    };
    let mut read = 0;
    for file in files {
        let same = match known.remove(&file.path) {
            Some(known) if known.modified == file.modified && known.bytes == file.bytes && file.modified != 0 => true,
            Some(known) => {
                read += file.bytes;
                read <= READ && text_of(&file.location, largest).is_some_and(|text| text_hash(&text) == known.hash)
            }
            None if skipped.contains(&file.path) => {
                read += file.bytes;
                read > READ || text_of(&file.location, largest).is_none()
            }
            None => {
                scan.added.push(file.path);
                continue;
            }
        };
        if !same {
            scan.changed.push(file.path);
        }
    }
    scan.removed = known.into_keys().collect();
    scan.removed.sort();
    scan
}
