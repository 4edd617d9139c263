//! What is different in the folder since the documents were read: what a run would read, leave out and miss.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use glossary::{Language, decode};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::blocking::blocking;
use crate::engine::Engine;
use crate::error::{Message, Result};
use crate::pipeline::{FoundFile, Never, RULED, Rules, list_files, text_hash, text_of};
use crate::reasons::Reason;
use crate::runs::{Break, Stage};
use crate::store::{generations, results};

/// Paths that a reason names.
const EXAMPLES: usize = 3;
/// Files that look changed are read to be sure, up to this many bytes together; the others count as changed.
const READ: u64 = 50 << 20;

/// What a file is to the last run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum FileState {
    /// A run would read it, and none did.
    New,
    /// It says something else than it did.
    Changed,
    /// It is gone.
    Removed,
    /// It says what it did.
    Unchanged,
    /// The researcher leaves it out.
    Excluded,
    /// It is no document.
    Skipped,
}

/// A file of the folder, or one that was there.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SeenFile {
    pub(crate) path: String,
    pub(crate) state: FileState,
    /// Why it is left out or no document.
    pub(crate) reason: Option<&'static str>,
    pub(crate) detail: Option<String>,
    /// Size now; for a file that is gone the size it had.
    pub(crate) bytes: u64,
    /// As the last run read it.
    pub(crate) read: Option<ReadFile>,
}

/// A document as the last run read it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ReadFile {
    pub(crate) language: Language,
    pub(crate) encoding: String,
    pub(crate) lines: u32,
    /// Different terms and occurrences in it; nothing before terms were extracted from this very set of documents.
    pub(crate) counts: Option<(u32, u32)>,
}

/// The difference between a folder and the documents that were read from it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Scan {
    /// The results that the folder was compared with: documents and terms.
    pub(crate) load: Option<i64>,
    extract: Option<i64>,
    /// What the researcher said about the files.
    rules: String,
    /// Files that look like documents.
    pub(crate) documents: u32,
    /// In the order of their paths.
    pub(crate) files: Arc<Vec<SeenFile>>,
    added: Vec<String>,
    changed: Vec<String>,
    removed: Vec<String>,
    /// Files that a rule left out and none does now.
    included: u32,
    pub(crate) unreadable: Option<Message>,
}

impl Scan {
    /// Documents that a run would have to read.
    pub(crate) fn changes(&self) -> u32 {
        (self.added.len() + self.changed.len()) as u32 + self.included
    }

    pub(super) fn reasons(&self) -> Vec<Reason> {
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

fn counted(paths: &[String]) -> (u32, Vec<String>) {
    (paths.len() as u32, paths.iter().take(EXAMPLES).cloned().collect())
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

/// A document as it was read, and how its file looked.
struct Known {
    hash: String,
    bytes: u64,
    modified: i64,
    read: ReadFile,
}

/// A file that was left out.
struct Left {
    reason: String,
    detail: Option<String>,
}

impl Engine {
    /// The last look at the folder, if it still says how things are, or else a new one.
    pub(crate) async fn look(&self, project_id: &str) -> Result<Scan> {
        let settings = self.project_settings(project_id).await?;
        let rules = self.rules(project_id, &settings).await?;
        let (load, extract) = self.compared(project_id).await?;
        if let Some(scan) = self.scans().get(project_id)
            && (scan.load, scan.extract, scan.rules.as_str()) == (load, extract, rules.stamp())
        {
            return Ok(scan);
        }
        let scan = self.scan(project_id).await?;
        self.scans().put(project_id, scan.clone());
        Ok(scan)
    }

    /// The documents that were read last, and the terms of these very documents.
    async fn compared(&self, project_id: &str) -> Result<(Option<i64>, Option<i64>)> {
        let current = generations::current(self.store(), project_id).await?;
        let load = current.get(&Stage::Load).copied();
        let extract = match current.get(&Stage::Extract) {
            Some(&extract) if generations::input(self.store(), extract).await? == load => Some(extract),
            _ => None,
        };
        Ok((load, extract))
    }

    /// Compares the folder of a project with the documents that were read from it.
    pub(super) async fn scan(&self, project_id: &str) -> Result<Scan> {
        let folder = self.project_folder(project_id).await?;
        let settings = self.project_settings(project_id).await?;
        let rules = self.rules(project_id, &settings).await?;
        let (load, extract) = self.compared(project_id).await?;
        let rows = sqlx::query!(
            r#"SELECT d.path, d.hash, language, encoding, bytes, lines, modified, terms AS "terms?", occurrences AS "occurrences?"
               FROM document d LEFT JOIN document_terms t
                 ON t.series = (SELECT series FROM generation WHERE id = ?2) AND t.document = d.hash
                 AND t.born <= ?2 AND t.died > ?2
               WHERE d.generation_id = ?1"#,
            load,
            extract
        )
        .fetch_all(self.store().reader())
        .await?;
        let mut known = HashMap::with_capacity(rows.len());
        for row in rows {
            let counts = (
                row.terms.unwrap_or_default() as u32,
                row.occurrences.unwrap_or_default() as u32,
            );
            let document = Known {
                hash: row.hash,
                bytes: row.bytes as u64,
                modified: row.modified,
                read: ReadFile {
                    language: results::parse(&row.language)?,
                    encoding: row.encoding,
                    lines: row.lines as u32,
                    counts: extract.map(|_| counts),
                },
            };
            known.insert(row.path, document);
        }
        // What a run left out need not be offered as new: an image that is called .txt, an empty file.
        let left = sqlx::query!(
            "SELECT path, reason, detail FROM skipped_file WHERE generation_id = ?",
            load
        )
        .fetch_all(self.store().reader())
        .await?
        .into_iter()
        .map(|row| {
            let left = Left {
                reason: row.reason,
                detail: row.detail,
            };
            (row.path, left)
        })
        .collect();
        let stamp = rules.stamp().to_owned();
        let scan = blocking(move || compare(&folder, &rules, known, &left)).await?;
        Ok(Scan {
            load,
            extract,
            rules: stamp,
            ..scan
        })
    }

    /// What the researcher changed about the files since the last run: documents that are left out now, and files that
    /// are not any more.
    pub(super) async fn ruled(&self, project_id: &str, load: i64) -> Result<Vec<Reason>> {
        let settings = self.project_settings(project_id).await?;
        let rules = self.rules(project_id, &settings).await?;
        let (largest, limited) = (rules.largest as i64, !rules.is_open());
        let rows = sqlx::query!(
            "SELECT path, bytes, language FROM document WHERE generation_id = ?1 AND (?2 OR bytes > ?3) ORDER BY path",
            load,
            limited,
            largest
        )
        .fetch_all(self.store().reader())
        .await?;
        let mut dropped = Vec::new();
        for row in rows {
            let language = results::parse(&row.language)?;
            if rules.drops(&row.path, row.bytes as u64, language).is_some() {
                dropped.push(row.path);
            }
        }
        let left = sqlx::query!(
            "SELECT path, reason, detail FROM skipped_file
             WHERE generation_id = ? AND reason IN ('excluded', 'pattern', 'language', 'too_large') ORDER BY path",
            load
        )
        .fetch_all(self.store().reader())
        .await?;
        let included: Vec<String> = left
            .into_iter()
            .filter(|row| rules.takes_back(&row.path, &row.reason, row.detail.as_deref()))
            .map(|row| row.path)
            .collect();
        let mut reasons = Vec::new();
        if !dropped.is_empty() {
            let (count, examples) = counted(&dropped);
            reasons.push(Reason::DocumentsExcluded { count, examples });
        }
        if !included.is_empty() {
            let (count, examples) = counted(&included);
            reasons.push(Reason::DocumentsIncluded { count, examples });
        }
        Ok(reasons)
    }
}

fn compare(folder: &Path, rules: &Rules, mut known: HashMap<String, Known>, left: &HashMap<String, Left>) -> Scan {
    let (found, skipped) = match list_files(folder, rules, &Never, &mut |_| {}) {
        Ok(listed) => listed,
        Err(Break::Failed(error)) => {
            return Scan {
                unreadable: Some(error.message()),
                ..Scan::default()
            };
        }
        Err(Break::Cancelled) => return Scan::default(),
    };
    let mut scan = Scan::default();
    let mut files = Vec::with_capacity(found.len() + skipped.len());
    let mut budget = READ;
    for file in found {
        let before = known.remove(&file.path);
        let (state, reason, detail) = state_of(&file, before.as_ref(), left, rules, &mut budget);
        match state {
            FileState::New if back(&file.path, left) => scan.included += 1,
            FileState::New => scan.added.push(file.path.clone()),
            FileState::Changed => scan.changed.push(file.path.clone()),
            _ => {}
        }
        scan.documents += u32::from(!matches!(state, FileState::Skipped | FileState::Excluded));
        files.push(SeenFile {
            path: file.path,
            state,
            reason,
            detail,
            bytes: file.bytes,
            read: before.map(|before| before.read),
        });
    }
    for skip in skipped {
        let before = known.remove(&skip.path);
        let metadata = std::fs::symlink_metadata(folder.join(&skip.path)).ok();
        let bytes = metadata.filter(std::fs::Metadata::is_file).map_or(0, |file| file.len());
        let ruled = matches!(skip.reason, "excluded" | "pattern");
        // Too large for the limit of now, which is a rule, or because it grew.
        let limited = skip.reason == "too_large" && before.as_ref().is_some_and(|before| before.bytes > rules.largest);
        if before.is_some() && !ruled && !limited {
            scan.removed.push(skip.path.clone());
        }
        files.push(SeenFile {
            state: if ruled { FileState::Excluded } else { FileState::Skipped },
            path: skip.path,
            reason: Some(skip.reason),
            detail: skip.detail,
            bytes,
            read: before.map(|before| before.read),
        });
    }
    for (path, before) in known {
        // What stands in a folder that is left out is not listed, and yet it is there.
        let reason = rules.leaves_out(&path);
        if reason.is_none() {
            scan.removed.push(path.clone());
        }
        files.push(SeenFile {
            path,
            state: if reason.is_some() {
                FileState::Excluded
            } else {
                FileState::Removed
            },
            reason,
            detail: None,
            bytes: before.bytes,
            read: Some(before.read),
        });
    }
    files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    scan.added.sort_unstable();
    scan.changed.sort_unstable();
    scan.removed.sort_unstable();
    scan.files = Arc::new(files);
    scan
}

type Judged = (FileState, Option<&'static str>, Option<String>);

/// What a file that looks like a document is, by what was read before and, where that may be old, by what it says.
fn state_of(
    file: &FoundFile,
    before: Option<&Known>,
    left: &HashMap<String, Left>,
    rules: &Rules,
    budget: &mut u64,
) -> Judged {
    let mut text = || {
        *budget = budget.checked_sub(file.bytes)?;
        Some(text_of(&file.location, rules.largest))
    };
    let language = |language: Language| {
        let name = results::text(language).ok();
        (FileState::Excluded, Some("language"), name)
    };
    if let Some(before) = before {
        let looks_same = before.modified == file.modified && before.bytes == file.bytes && file.modified != 0;
        let same = looks_same || matches!(text(), Some(Some(text)) if text_hash(&text) == before.hash);
        return match same {
            true if !rules.reads(before.read.language) => language(before.read.language),
            true => (FileState::Unchanged, None, None),
            false => (FileState::Changed, None, None),
        };
    }
    // Not for a rule of the researcher's, but for what it is: then it may have become something else.
    let Some(known) = left
        .get(&file.path)
        .filter(|known| !matches!(&*known.reason, "excluded" | "pattern"))
    else {
        return (FileState::New, None, None);
    };
    let same = || (FileState::Skipped, reason_of(&known.reason), known.detail.clone());
    match text() {
        Some(Some(text)) => {
            let found = decode::detect_language(&text);
            match (rules.reads(found), back(&file.path, left)) {
                (false, _) => language(found),
                (true, true) => (FileState::New, None, None),
                (true, false) => (FileState::Changed, None, None),
            }
        }
        Some(None) | None => same(),
    }
}

/// Whether the last run left a file out because of a rule: it itself, or a folder that holds it.
fn back(path: &str, left: &HashMap<String, Left>) -> bool {
    let ruled = |path: &str| left.get(path).is_some_and(|left| RULED.contains(&&*left.reason));
    let mut folders = path.match_indices('/').map(|(at, _)| &path[..at]);
    ruled(path) || folders.any(ruled)
}

fn reason_of(reason: &str) -> Option<&'static str> {
    let mut known = crate::library::documents::SkippedFile::REASONS.into_iter();
    known.find(|known| *known == reason)
}
