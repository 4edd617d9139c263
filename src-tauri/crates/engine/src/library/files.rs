//! The files of a project's folder and what they are to the last run; and which of them the researcher leaves out.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::path::{Component, Path, PathBuf};

use glossary::Language;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::{PAGE_LIMIT, Page};
use crate::blocking::blocking;
use crate::clock;
use crate::engine::Engine;
use crate::error::{Error, Message, Result};
use crate::pipeline::{Never, Rules, list_files, patterns};
use crate::plan::{FileState, SeenFile};
use crate::runs::Break;

/// The order of a list of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum FileSort {
    Path,
    State,
    Language,
    Size,
    Lines,
    Terms,
    Occurrences,
}

/// Which files to list.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct FileQuery {
    /// Position of the first row.
    pub offset: u32,
    /// The most rows.
    pub limit: u32,
    /// Part of a path; empty for all.
    pub search: String,
    /// Only files in this state.
    pub state: Option<FileState>,
    /// The order.
    pub sort: FileSort,
    /// Largest first.
    pub descending: bool,
}

/// A file in a list.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct FileRow {
    /// Path inside the project's folder.
    pub path: String,
    /// What it is to the last run.
    pub state: FileState,
    /// Why it is left out or no document.
    pub reason: Option<String>,
    /// Size in bytes for `too_large`, what the system said for `unreadable`, the language for `language`.
    pub detail: Option<String>,
    /// Size in bytes; of a file that is gone the size it had.
    pub bytes: u32,
    /// Its main language, once a run has read it.
    pub language: Option<Language>,
    /// How it was encoded; likewise.
    pub encoding: Option<String>,
    /// Number of lines; likewise.
    pub lines: Option<u32>,
    /// Number of different terms in it, once terms were extracted.
    pub terms: Option<u32>,
    /// Number of occurrences in it; likewise.
    pub occurrences: Option<u32>,
}

/// How many files are in each state.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
pub struct FileCounts {
    /// A run would read them and none did.
    pub new: u32,
    /// They say something else than they did.
    pub changed: u32,
    /// They are gone.
    pub removed: u32,
    /// They say what they did.
    pub unchanged: u32,
    /// The researcher leaves them out.
    pub excluded: u32,
    /// They are no documents.
    pub skipped: u32,
    /// Changes of the folder are seen as they happen.
    pub watched: bool,
    /// Why the folder cannot be read.
    pub unreadable: Option<Message>,
}

/// How many files a pattern matches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct PatternCount {
    /// The pattern.
    pub pattern: String,
    /// Text files in the folder that it matches.
    pub files: u32,
    /// What is wrong with it.
    pub error: Option<String>,
}

/// What a folder would mean to a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct FolderCheck {
    /// The folder, an absolute path.
    pub folder: String,
    /// Files in it that look like documents.
    pub documents: u32,
    /// Documents of the last run that are in it.
    pub found: u32,
    /// Documents of the last run that are not.
    pub missing: u32,
}

impl Engine {
    /// A page of the files.
    pub async fn list_files(&self, project_id: &str, query: &FileQuery) -> Result<Page<FileRow>> {
        let scan = self.look(project_id).await?;
        let search = query.search.trim().to_lowercase();
        let mut files: Vec<&SeenFile> = scan
            .files
            .iter()
            .filter(|file| query.state.is_none_or(|state| file.state == state))
            .filter(|file| search.is_empty() || file.path.to_lowercase().contains(&search))
            .collect();
        files.sort_by(|a, b| {
            let order = by(query.sort, a, b);
            if query.descending { order.reverse() } else { order }
        });
        let shown = files.iter().skip(query.offset as usize);
        let rows = shown.take(query.limit.min(PAGE_LIMIT) as usize).map(|file| row(file));
        Ok(Page {
            rows: rows.collect(),
            total: files.len() as u32,
            offset: query.offset,
        })
    }

    /// How many files are in each state.
    pub async fn count_files(&self, project_id: &str) -> Result<FileCounts> {
        let scan = self.look(project_id).await?;
        let mut counts = FileCounts {
            watched: self.folder_watch().is_on(project_id),
            unreadable: scan.unreadable.clone(),
            ..FileCounts::default()
        };
        for file in scan.files.iter() {
            *match file.state {
                FileState::New => &mut counts.new,
                FileState::Changed => &mut counts.changed,
                FileState::Removed => &mut counts.removed,
                FileState::Unchanged => &mut counts.unchanged,
                FileState::Excluded => &mut counts.excluded,
                FileState::Skipped => &mut counts.skipped,
            } += 1;
        }
        Ok(counts)
    }

    /// Leaves files out of the documents, from the next run on.
    pub async fn exclude_files(&self, project_id: &str, paths: &[String]) -> Result<()> {
        self.project_folder(project_id).await?;
        let (json, now) = (serde_json::to_string(paths)?, clock::now());
        let mut tx = self.store().write().await?;
        sqlx::query!(
            "INSERT OR IGNORE INTO excluded_file (project_id, path, decided_at)
             SELECT ?1, value, ?3 FROM json_each(?2) WHERE value <> ''",
            project_id,
            json,
            now
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        self.project_changed(project_id);
        Ok(())
    }

    /// Takes files back that were left out.
    pub async fn include_files(&self, project_id: &str, paths: &[String]) -> Result<()> {
        self.project_folder(project_id).await?;
        let json = serde_json::to_string(paths)?;
        let mut tx = self.store().write().await?;
        sqlx::query!(
            "DELETE FROM excluded_file WHERE project_id = ?1 AND path IN (SELECT value FROM json_each(?2))",
            project_id,
            json
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        self.project_changed(project_id);
        Ok(())
    }

    /// Where a file of the project is. Never outside of its folder, whatever the path says.
    pub async fn file_location(&self, project_id: &str, path: &str) -> Result<PathBuf> {
        let folder = self.project_folder(project_id).await?;
        let gone = || Error::FileNotFound(path.to_owned());
        if !is_inside(path) {
            return Err(gone());
        }
        let folder = folder.canonicalize().map_err(|_| Error::FolderNotFound(folder))?;
        let location = folder.join(path).canonicalize().map_err(|_| gone())?;
        if location.starts_with(&folder) {
            Ok(location)
        } else {
            Err(gone())
        }
    }

    /// How many text files of the folder each pattern matches.
    pub async fn count_matches(&self, project_id: &str, wanted: Vec<String>) -> Result<Vec<PatternCount>> {
        let folder = self.project_folder(project_id).await?;
        let paths = text_files(folder).await?;
        let count = |pattern: String| match patterns(std::slice::from_ref(&pattern)) {
            Ok(set) => PatternCount {
                files: paths.iter().filter(|path| set.is_match(path)).count() as u32,
                pattern,
                error: None,
            },
            Err(error) => PatternCount {
                files: 0,
                pattern,
                error: error.message().detail,
            },
        };
        Ok(wanted.into_iter().map(count).collect())
    }

    /// What another folder would mean to a project.
    pub async fn check_folder(&self, project_id: &str, folder: &Path) -> Result<FolderCheck> {
        let folder = self.free_folder(project_id, folder).await?;
        let paths = text_files(folder.clone()).await?;
        let known = self.known_paths(project_id).await?;
        let found = known.iter().filter(|path| paths.contains(*path)).count();
        Ok(FolderCheck {
            folder: folder.display().to_string(),
            documents: paths.len() as u32,
            found: found as u32,
            missing: (known.len() - found) as u32,
        })
    }
}

/// Paths of the text files in a folder, whatever the rules of a project.
async fn text_files(folder: PathBuf) -> Result<HashSet<String>> {
    let listed = blocking(move || list_files(&folder, &Rules::open(), &Never, &mut |_| {})).await?;
    match listed {
        Ok((files, _)) => Ok(files.into_iter().map(|file| file.path).collect()),
        Err(Break::Failed(error)) => Err(error),
        Err(Break::Cancelled) => Ok(HashSet::new()),
    }
}

/// Whether a path stays below the folder that it starts in.
pub(super) fn is_inside(path: &str) -> bool {
    let path = Path::new(path);
    path.components().next().is_some() && path.components().all(|part| matches!(part, Component::Normal(_)))
}

fn by(sort: FileSort, a: &SeenFile, b: &SeenFile) -> Ordering {
    let language = |file: &SeenFile| file.read.as_ref().map(|read| read.language);
    let lines = |file: &SeenFile| file.read.as_ref().map(|read| read.lines);
    let counts = |file: &SeenFile| file.read.as_ref().and_then(|read| read.counts);
    match sort {
        FileSort::Path => a.path.cmp(&b.path),
        FileSort::State => a.state.cmp(&b.state),
        FileSort::Language => language(a).cmp(&language(b)),
        FileSort::Size => a.bytes.cmp(&b.bytes),
        FileSort::Lines => lines(a).cmp(&lines(b)),
        FileSort::Terms => counts(a).cmp(&counts(b)),
        FileSort::Occurrences => counts(a).map(|(_, all)| all).cmp(&counts(b).map(|(_, all)| all)),
    }
}

fn row(file: &SeenFile) -> FileRow {
    let read = file.read.as_ref();
    let counts = read.and_then(|read| read.counts);
    FileRow {
        path: file.path.clone(),
        state: file.state,
        reason: file.reason.map(str::to_owned),
        detail: file.detail.clone(),
        bytes: u32::try_from(file.bytes).unwrap_or(u32::MAX),
        language: read.map(|read| read.language),
        encoding: read.map(|read| read.encoding.clone()),
        lines: read.map(|read| read.lines),
        terms: counts.map(|(terms, _)| terms),
        occurrences: counts.map(|(_, occurrences)| occurrences),
    }
}

#[cfg(test)]
mod tests;
