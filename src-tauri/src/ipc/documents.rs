//! Documents and their texts, and the files of the folder.

use genglossary_engine::{
    DocumentInfo, DocumentLayout, DocumentPage, DocumentPlace, DocumentRow, DocumentTarget, FileCounts, FileQuery,
    FileRow, Page,
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

/// A page of the files of a project's folder, with what they are to the last run.
///
/// # Errors
/// `project_not_found`.
#[tauri::command]
#[specta::specta]
pub async fn list_files(state: State<'_, AppState>, project_id: String, query: FileQuery) -> IpcResult<Page<FileRow>> {
    Ok(state.engine().await?.list_files(&project_id, &query).await?)
}

/// How many files are in each state.
///
/// # Errors
/// `project_not_found`.
#[tauri::command]
#[specta::specta]
pub async fn count_files(state: State<'_, AppState>, project_id: String) -> IpcResult<FileCounts> {
    Ok(state.engine().await?.count_files(&project_id).await?)
}

/// Leaves files out of the documents, from the next run on.
///
/// # Errors
/// `project_not_found`.
#[tauri::command]
#[specta::specta]
pub async fn exclude_files(state: State<'_, AppState>, project_id: String, paths: Vec<String>) -> IpcResult<()> {
    Ok(state.engine().await?.exclude_files(&project_id, &paths).await?)
}

/// Takes files back that were left out.
///
/// # Errors
/// `project_not_found`.
#[tauri::command]
#[specta::specta]
pub async fn include_files(state: State<'_, AppState>, project_id: String, paths: Vec<String>) -> IpcResult<()> {
    Ok(state.engine().await?.include_files(&project_id, &paths).await?)
}
