//! Entries, issues and the export.

use std::path::Path;

use genglossary_engine::{
    EntryCounts, EntryDetail, EntryQuery, EntryRow, ExportReport, IssueQuery, IssueRow, Page, Stage,
};
use tauri::State;

use super::error::IpcResult;
use crate::state::AppState;

/// A page of the provisional (`define`) or refined (`refine`) glossary.
///
/// # Errors
/// When it cannot be read.
#[tauri::command]
#[specta::specta]
pub async fn list_entries(
    state: State<'_, AppState>,
    project_id: String,
    stage: Stage,
    query: EntryQuery,
) -> IpcResult<Page<EntryRow>> {
    Ok(state.engine().await?.list_entries(&project_id, stage, &query).await?)
}

/// How many entries each filter lists.
///
/// # Errors
/// When they cannot be counted.
#[tauri::command]
#[specta::specta]
pub async fn count_entries(state: State<'_, AppState>, project_id: String, stage: Stage) -> IpcResult<EntryCounts> {
    Ok(state.engine().await?.count_entries(&project_id, stage).await?)
}

/// One entry.
///
/// # Errors
/// `entry_not_found`.
#[tauri::command]
#[specta::specta]
pub async fn get_entry(
    state: State<'_, AppState>,
    project_id: String,
    stage: Stage,
    key: String,
) -> IpcResult<EntryDetail> {
    Ok(state.engine().await?.entry(&project_id, stage, &key).await?)
}

/// Stores the researcher's own definition, or takes it back.
///
/// # Errors
/// `entry_not_found`.
#[tauri::command]
#[specta::specta]
pub async fn edit_definition(
    state: State<'_, AppState>,
    project_id: String,
    key: String,
    definition: Option<String>,
) -> IpcResult<EntryDetail> {
    Ok(state
        .engine()
        .await?
        .edit_definition(&project_id, &key, definition.as_deref())
        .await?)
}

/// A page of the issues, gravest first.
///
/// # Errors
/// When they cannot be read.
#[tauri::command]
#[specta::specta]
pub async fn list_issues(
    state: State<'_, AppState>,
    project_id: String,
    query: IssueQuery,
) -> IpcResult<Page<IssueRow>> {
    Ok(state.engine().await?.list_issues(&project_id, &query).await?)
}

/// Writes the glossary to a file whose extension names the format.
///
/// # Errors
/// `no_input`, `export_format`, `export_failed`.
#[tauri::command]
#[specta::specta]
pub async fn export_glossary(state: State<'_, AppState>, project_id: String, path: String) -> IpcResult<ExportReport> {
    Ok(state.engine().await?.export(&project_id, Path::new(&path)).await?)
}
