//! Documents, and the files that were left out.

use genglossary_engine::{
    DocumentInfo, DocumentLayout, DocumentPage, DocumentPlace, DocumentRow, DocumentTarget, Page, SkippedFile,
};
use tauri::State;

use super::error::IpcResult;
use crate::state::AppState;

/// Documents in the order of their paths.
///
/// # Errors
/// When they cannot be read.
#[tauri::command]
#[specta::specta]
pub async fn list_documents(
    state: State<'_, AppState>,
    project_id: String,
    offset: u32,
    limit: u32,
    search: String,
) -> IpcResult<Page<DocumentRow>> {
    Ok(state
        .engine()
        .await?
        .list_documents(&project_id, offset, limit, &search)
        .await?)
}

/// Files that were left out, with the reason.
///
/// # Errors
/// When they cannot be read.
#[tauri::command]
#[specta::specta]
pub async fn list_skipped(
    state: State<'_, AppState>,
    project_id: String,
    offset: u32,
    limit: u32,
) -> IpcResult<Page<SkippedFile>> {
    Ok(state.engine().await?.list_skipped(&project_id, offset, limit).await?)
}

/// A document as the last run read it.
///
/// # Errors
/// `project_not_found`, `document_not_found`.
#[tauri::command]
#[specta::specta]
pub async fn get_document(state: State<'_, AppState>, project_id: String, path: String) -> IpcResult<DocumentInfo> {
    Ok(state.engine().await?.document(&project_id, &path).await?)
}

/// A page of a document, with the terms and the places of a search in it.
///
/// # Errors
/// `document_not_found`.
#[tauri::command]
#[specta::specta]
pub async fn read_document(
    state: State<'_, AppState>,
    project_id: String,
    path: String,
    layout: DocumentLayout,
    offset: u32,
    limit: u32,
    search: String,
) -> IpcResult<DocumentPage> {
    let engine = state.engine().await?;
    Ok(engine
        .read_document(&project_id, &path, layout, offset, limit, &search)
        .await?)
}

/// Where something stands in a document; nothing when it does not.
///
/// # Errors
/// `document_not_found`.
#[tauri::command]
#[specta::specta]
pub async fn find_in_document(
    state: State<'_, AppState>,
    project_id: String,
    path: String,
    layout: DocumentLayout,
    target: DocumentTarget,
) -> IpcResult<Option<DocumentPlace>> {
    let engine = state.engine().await?;
    Ok(engine.find_in_document(&project_id, &path, layout, &target).await?)
}
