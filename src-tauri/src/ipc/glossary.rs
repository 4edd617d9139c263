//! Entries, issues and the export.

use std::path::Path;

use genglossary_engine::{
    Change, EntryCounts, EntryDetail, EntryQuery, EntryRow, ExportReport, Head, IssueAnswer, IssueCount, IssueQuery,
    IssueRow, Page, Stage,
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

/// Where each letter or row of kana begins in the list of entries.
///
/// # Errors
/// When they cannot be read.
#[tauri::command]
#[specta::specta]
pub async fn get_entry_heads(
    state: State<'_, AppState>,
    project_id: String,
    stage: Stage,
    query: EntryQuery,
) -> IpcResult<Vec<Head>> {
    Ok(state.engine().await?.entry_heads(&project_id, stage, &query).await?)
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

/// How many issues there are of each kind, severity and state.
///
/// # Errors
/// When they cannot be counted.
#[tauri::command]
#[specta::specta]
pub async fn count_issues(state: State<'_, AppState>, project_id: String) -> IpcResult<Vec<IssueCount>> {
    Ok(state.engine().await?.count_issues(&project_id).await?)
}

/// Answers these issues alike.
///
/// # Errors
/// `issue_not_found`.
#[tauri::command]
#[specta::specta]
pub async fn answer_issues(
    state: State<'_, AppState>,
    project_id: String,
    ids: Vec<String>,
    answer: IssueAnswer,
) -> IpcResult<Change> {
    Ok(state.engine().await?.answer_issues(&project_id, &ids, &answer).await?)
}

/// Whether an issue is still found in the glossary as it stands now.
///
/// # Errors
/// `issue_not_found`.
#[tauri::command]
#[specta::specta]
pub async fn recheck_issue(state: State<'_, AppState>, project_id: String, id: String) -> IpcResult<bool> {
    Ok(state.engine().await?.recheck_issue(&project_id, &id).await?)
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
