//! Documents, and the files that were left out.

use genglossary_engine::{DocumentRow, Page, SkippedFile};
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
