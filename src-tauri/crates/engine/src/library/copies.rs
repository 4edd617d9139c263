//! Files that the researcher drops on a project: copied into its folder, never over another file, and taken out again
//! when he thinks better of it.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use specta::Type;

use super::files::is_inside;
use crate::blocking::blocking;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::pipeline::{Never, Rules, is_text_name, list_files};
use crate::runs::Break;

/// What copying a file would meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum CopyState {
    /// Nothing.
    New,
    /// The same file is there already.
    Same,
    /// Another file has the name.
    Conflict,
    /// It is no text document, or cannot be read.
    Unsupported,
}

/// A file that may be copied into the folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct CopyItem {
    /// Where it is, an absolute path.
    pub source: String,
    /// Its path inside the project's folder.
    pub target: String,
    /// A name that is free, beside the one that is taken.
    pub free: Option<String>,
    /// Its size in bytes.
    pub bytes: u32,
    /// What copying it would meet.
    pub state: CopyState,
}

/// A file to copy.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct CopyOrder {
    /// Where it is, an absolute path.
    pub source: String,
    /// Its path inside the project's folder.
    pub target: String,
}

/// What was copied.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct CopyReport {
    /// Names this copy, to take it back.
    pub receipt: String,
    /// Paths inside the folder.
    pub copied: Vec<String>,
}

/// What taking a copy back did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct CopyUndone {
    /// Number of files that were removed.
    pub removed: u32,
    /// Paths of those that were changed meanwhile, and stay.
    pub kept: Vec<String>,
}

/// The copies of this session, by receipt.
#[derive(Debug, Default)]
pub(crate) struct Copies(Mutex<HashMap<String, Copied>>);

#[derive(Debug, Default)]
struct Copied {
    folder: PathBuf,
    /// Path inside the folder and hash of the content.
    files: Vec<(String, blake3::Hash)>,
    /// Folders that were made for them, outermost first.
    folders: Vec<PathBuf>,
}

impl Engine {
    /// What copying files and folders into the folder of a project would do.
    pub async fn plan_copy(&self, project_id: &str, sources: Vec<String>) -> Result<Vec<CopyItem>> {
        let folder = self.real_folder(project_id).await?;
        blocking(move || {
            let mut items = Vec::new();
            for source in sources {
                collect(&folder, Path::new(&source), &mut items)?;
            }
            Ok(items)
        })
        .await?
    }

    /// Copies files into the folder of a project: all of them, or none. Nothing is written over.
    pub async fn copy_files(&self, project_id: &str, orders: Vec<CopyOrder>) -> Result<CopyReport> {
        let folder = self.real_folder(project_id).await?;
        let copied = blocking(move || {
            let mut copied = Copied {
                folder,
                ..Copied::default()
            };
            for order in &orders {
                if let Err(error) = copied.add(order) {
                    copied.take_back();
                    return Err(error);
                }
            }
            Ok(copied)
        })
        .await??;
        let receipt = uuid::Uuid::now_v7().to_string();
        let paths = copied.files.iter().map(|(path, _)| path.clone()).collect();
        self.copies().lock().insert(receipt.clone(), copied);
        self.scans().forget(project_id);
        self.project_changed(project_id);
        Ok(CopyReport { receipt, copied: paths })
    }

    /// Removes the files of a copy from the folder, unless they were changed meanwhile.
    pub async fn undo_copy(&self, project_id: &str, receipt: &str) -> Result<CopyUndone> {
        self.project_folder(project_id).await?;
        let Some(copied) = self.copies().lock().remove(receipt) else {
            return Ok(CopyUndone::default());
        };
        let undone = blocking(move || copied.take_back()).await?;
        self.scans().forget(project_id);
        self.project_changed(project_id);
        Ok(undone)
    }

    async fn real_folder(&self, project_id: &str) -> Result<PathBuf> {
        let folder = self.project_folder(project_id).await?;
        folder.canonicalize().map_err(|_| Error::FolderNotFound(folder))
    }
}

impl Copies {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Copied>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Copied {
    fn add(&mut self, order: &CopyOrder) -> Result<()> {
        let failed = |error: &std::io::Error| Error::CopyFailed {
            path: order.target.clone(),
            detail: error.to_string(),
        };
        let refused = || failed(&std::io::ErrorKind::InvalidInput.into());
        if !is_inside(&order.target) || !is_text_name(&order.target) {
            return Err(refused());
        }
        let target = self.folder.join(&order.target);
        let mut missing: Vec<&Path> = Vec::new();
        let mut parent = target.parent();
        while let Some(folder) = parent.filter(|folder| !folder.exists()) {
            missing.push(folder);
            parent = folder.parent();
        }
        // A link on the way would lead out of the folder.
        let real = parent.and_then(|parent| parent.canonicalize().ok());
        if !real.is_some_and(|real| real.starts_with(&self.folder)) {
            return Err(refused());
        }
        let content = fs::read(&order.source).map_err(|error| failed(&error))?;
        for folder in missing.into_iter().rev() {
            fs::create_dir(folder).map_err(|error| failed(&error))?;
            self.folders.push(folder.to_owned());
        }
        let mut file = File::create_new(&target).map_err(|error| failed(&error))?;
        if let Err(error) = file.write_all(&content) {
            // Half a file is not what was copied.
            let _ = fs::remove_file(&target);
            return Err(failed(&error));
        }
        self.files.push((order.target.clone(), blake3::hash(&content)));
        Ok(())
    }

    fn take_back(&self) -> CopyUndone {
        let mut undone = CopyUndone::default();
        for (path, hash) in &self.files {
            let location = self.folder.join(path);
            // What cannot be read is gone already.
            let Ok(content) = fs::read(&location) else { continue };
            if blake3::hash(&content) == *hash && fs::remove_file(&location).is_ok() {
                undone.removed += 1;
            } else {
                undone.kept.push(path.clone());
            }
        }
        for folder in self.folders.iter().rev() {
            // Only an empty one goes.
            let _ = fs::remove_dir(folder);
        }
        undone
    }
}

/// The files of a source: itself, or what a folder holds.
fn collect(folder: &Path, source: &Path, items: &mut Vec<CopyItem>) -> Result<()> {
    let name = source.file_name().map(|name| name.to_string_lossy().into_owned());
    let (Ok(metadata), Some(name)) = (fs::metadata(source), name) else {
        items.push(item(source, String::new(), 0, CopyState::Unsupported));
        return Ok(());
    };
    // What is in the folder needs no copy.
    if source.canonicalize().is_ok_and(|real| real.starts_with(folder)) {
        items.push(item(source, name, metadata.len(), CopyState::Same));
        return Ok(());
    }
    if metadata.is_file() {
        items.push(judged(folder, source, name, metadata.len()));
        return Ok(());
    }
    match list_files(source, &Rules::open(), &Never, &mut |_| {}) {
        Ok((files, _)) => {
            for file in files {
                let target = format!("{name}/{}", file.path);
                items.push(judged(folder, &file.location, target, file.bytes));
            }
            Ok(())
        }
        Err(Break::Failed(error)) => Err(error),
        Err(Break::Cancelled) => Ok(()),
    }
}

fn judged(folder: &Path, source: &Path, target: String, bytes: u64) -> CopyItem {
    let there = folder.join(&target);
    let state = match fs::symlink_metadata(&there) {
        _ if !is_text_name(&target) => CopyState::Unsupported,
        Err(_) => CopyState::New,
        Ok(_) if same(&there, source) => CopyState::Same,
        Ok(_) => CopyState::Conflict,
    };
    let free = (state == CopyState::Conflict).then(|| free_name(folder, &target));
    CopyItem {
        free,
        ..item(source, target, bytes, state)
    }
}

fn item(source: &Path, target: String, bytes: u64, state: CopyState) -> CopyItem {
    CopyItem {
        source: source.display().to_string(),
        target,
        free: None,
        bytes: u32::try_from(bytes).unwrap_or(u32::MAX),
        state,
    }
}

fn same(a: &Path, b: &Path) -> bool {
    let length = |path: &Path| fs::metadata(path).map(|metadata| metadata.len()).ok();
    length(a).is_some() && length(a) == length(b) && matches!((fs::read(a), fs::read(b)), (Ok(a), Ok(b)) if a == b)
}

/// `name (2).md`, or the next number that is free.
fn free_name(folder: &Path, target: &str) -> String {
    let (stem, ending) = target.rsplit_once('.').unwrap_or((target, ""));
    let mut number = 2_u32;
    loop {
        let name = format!("{stem} ({number}).{ending}");
        if fs::symlink_metadata(folder.join(&name)).is_err() {
            return name;
        }
        number += 1;
    }
}
