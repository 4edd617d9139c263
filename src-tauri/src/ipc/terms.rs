//! Terms, their occurrences, and the researcher's decisions about them.

use genglossary_engine::{
    Change, Head, OccurrenceRow, Page, TermDetail, TermEdit, TermQuery, TermRow, TextDecision, Verdict,
};
use tauri::State;

use super::error::IpcResult;
use crate::state::AppState;

/// A page of the terms.
///
/// # Errors
/// When they cannot be read.
#[tauri::command]
#[specta::specta]
pub async fn list_terms(state: State<'_, AppState>, project_id: String, query: TermQuery) -> IpcResult<Page<TermRow>> {
    Ok(state.engine().await?.list_terms(&project_id, &query).await?)
}

/// One term.
///
/// # Errors
/// `term_not_found`.
#[tauri::command]
#[specta::specta]
pub async fn get_term(state: State<'_, AppState>, project_id: String, key: String) -> IpcResult<TermDetail> {
    Ok(state.engine().await?.term(&project_id, &key).await?)
}

/// Occurrences of a term in context.
///
/// # Errors
/// When they cannot be read.
#[tauri::command]
#[specta::specta]
pub async fn list_occurrences(
    state: State<'_, AppState>,
    project_id: String,
    key: String,
    offset: u32,
    limit: u32,
) -> IpcResult<Page<OccurrenceRow>> {
    Ok(state
        .engine()
        .await?
        .list_occurrences(&project_id, &key, offset, limit)
        .await?)
}

/// Decides about a text that stands in a document, whether it is a term or not.
///
/// # Errors
/// `project_not_found`, `empty_term`.
#[tauri::command]
#[specta::specta]
pub async fn mark_term(
    state: State<'_, AppState>,
    project_id: String,
    text: String,
    verdict: Verdict,
) -> IpcResult<TextDecision> {
    Ok(state.engine().await?.mark_term(&project_id, &text, verdict).await?)
}

/// Adds a term that the engine did not find.
///
/// # Errors
/// `project_not_found`, `empty_term`.
#[tauri::command]
#[specta::specta]
pub async fn require_term(state: State<'_, AppState>, project_id: String, text: String) -> IpcResult<TextDecision> {
    Ok(state.engine().await?.require_term(&project_id, &text).await?)
}

/// Where each letter or row of kana begins in the list of terms; nothing in another order than by reading.
///
/// # Errors
/// When they cannot be read.
#[tauri::command]
#[specta::specta]
pub async fn get_term_heads(state: State<'_, AppState>, project_id: String, query: TermQuery) -> IpcResult<Vec<Head>> {
    Ok(state.engine().await?.term_heads(&project_id, &query).await?)
}

/// Decides one thing about all these terms at once.
///
/// # Errors
/// `project_not_found`, `term_not_found`, `name_taken`, `no_model`.
#[tauri::command]
#[specta::specta]
pub async fn decide_terms(
    state: State<'_, AppState>,
    project_id: String,
    keys: Vec<String>,
    edit: TermEdit,
) -> IpcResult<Change> {
    Ok(state.engine().await?.decide_terms(&project_id, &keys, &edit).await?)
}

/// Takes a change of decisions back.
///
/// # Errors
/// `change_gone`, `decided_since`.
#[tauri::command]
#[specta::specta]
pub async fn undo_change(state: State<'_, AppState>, project_id: String, change_id: String) -> IpcResult<Change> {
    Ok(state.engine().await?.undo_change(&project_id, &change_id).await?)
}

/// The categories that a term can have.
///
/// # Errors
/// When they cannot be read.
#[tauri::command]
#[specta::specta]
pub async fn list_categories(state: State<'_, AppState>, project_id: String) -> IpcResult<Vec<String>> {
    Ok(state.engine().await?.list_categories(&project_id).await?)
}
