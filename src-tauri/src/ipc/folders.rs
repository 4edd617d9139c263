//! The folder of a project: where it is, what is copied into it, what changes in it.

use std::path::Path;

use genglossary_engine::{CopyItem, CopyOrder, CopyReport, CopyUndone, FolderCheck, PatternCount, ProjectSummary};
use tauri::{AppHandle, Runtime, State};

use super::error::IpcResult;
use crate::desktop::reveal;
use crate::state::AppState;

/// Watches the folder of the project that is open, or none. Answers whether changes are seen.
///
/// # Errors
/// `project_not_found`.
#[tauri::command]
#[specta::specta]
pub async fn watch_folder(state: State<'_, AppState>, project_id: Option<String>) -> IpcResult<bool> {
    Ok(state.engine().await?.watch_folder(project_id.as_deref()).await?)
}

/// Shows a file of a project in the system's file manager. The page names a project and a path inside its folder.
///
/// # Errors
/// `project_not_found`, `folder_not_found`, `file_not_found`, `internal`.
#[tauri::command]
#[specta::specta]
pub async fn reveal_file<R: Runtime>(
    app: AppHandle<R>,
    state: State<'_, AppState>,
    project_id: String,
    path: String,
) -> IpcResult<()> {
    let location = state.engine().await?.file_location(&project_id, &path).await?;
    reveal::file(&app, &location).await
}

/// What another folder would mean to a project.
///
/// # Errors
/// `project_not_found`, `folder_not_found`, `folder_not_a_directory`, `folder_in_use`.
#[tauri::command]
#[specta::specta]
pub async fn check_folder(state: State<'_, AppState>, project_id: String, folder: String) -> IpcResult<FolderCheck> {
    let engine = state.engine().await?;
    Ok(engine.check_folder(&project_id, Path::new(folder.trim())).await?)
}

/// Gives a project another folder.
///
/// # Errors
/// `project_not_found`, `folder_not_found`, `folder_not_a_directory`, `folder_in_use`, `run_active`.
#[tauri::command]
#[specta::specta]
pub async fn relocate_project(
    state: State<'_, AppState>,
    project_id: String,
    folder: String,
) -> IpcResult<ProjectSummary> {
    let engine = state.engine().await?;
    Ok(engine.relocate_project(&project_id, Path::new(folder.trim())).await?)
}

/// How many text files of the folder each pattern matches, and what is wrong with a pattern.
///
/// # Errors
/// `project_not_found`, `folder_not_found`.
#[tauri::command]
#[specta::specta]
pub async fn count_matches(
    state: State<'_, AppState>,
    project_id: String,
    patterns: Vec<String>,
) -> IpcResult<Vec<PatternCount>> {
    Ok(state.engine().await?.count_matches(&project_id, patterns).await?)
}

/// What copying files and folders into the folder of a project would do.
///
/// # Errors
/// `project_not_found`, `folder_not_found`.
#[tauri::command]
#[specta::specta]
pub async fn plan_copy(
    state: State<'_, AppState>,
    project_id: String,
    sources: Vec<String>,
) -> IpcResult<Vec<CopyItem>> {
    Ok(state.engine().await?.plan_copy(&project_id, sources).await?)
}

/// Copies files into the folder of a project: all of them, or none. Nothing is written over.
///
/// # Errors
/// `project_not_found`, `folder_not_found`, `copy_failed`.
#[tauri::command]
#[specta::specta]
pub async fn copy_files(
    state: State<'_, AppState>,
    project_id: String,
    orders: Vec<CopyOrder>,
) -> IpcResult<CopyReport> {
    Ok(state.engine().await?.copy_files(&project_id, orders).await?)
}

/// Removes the files of a copy from the folder, unless they were changed meanwhile.
///
/// # Errors
/// `project_not_found`.
#[tauri::command]
#[specta::specta]
pub async fn undo_copy(state: State<'_, AppState>, project_id: String, receipt: String) -> IpcResult<CopyUndone> {
    Ok(state.engine().await?.undo_copy(&project_id, &receipt).await?)
}
