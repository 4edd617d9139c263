//! Runs: start, stop, look.

use genglossary_engine::{CancelOutcome, Page, RunDetail, RunView, Scope, Trigger};
use tauri::State;

use super::error::IpcResult;
use crate::state::AppState;

/// Starts a run and returns at once. The same `request_id` again returns the run that it started.
///
/// # Errors
/// `project_not_found`, `run_active`.
#[tauri::command]
#[specta::specta]
pub async fn start_run(
    state: State<'_, AppState>,
    project_id: String,
    scope: Scope,
    request_id: String,
) -> IpcResult<RunView> {
    Ok(state
        .engine()
        .await?
        .start_run(&project_id, scope, Trigger::User, &request_id)
        .await?)
}

/// Asks a run to stop.
///
/// # Errors
/// `run_not_found`.
#[tauri::command]
#[specta::specta]
pub async fn cancel_run(state: State<'_, AppState>, run_id: String) -> IpcResult<CancelOutcome> {
    Ok(state.engine().await?.cancel_run(&run_id).await?)
}

/// Runs of a project, newest first.
///
/// # Errors
/// When they cannot be read.
#[tauri::command]
#[specta::specta]
pub async fn list_runs(
    state: State<'_, AppState>,
    project_id: String,
    offset: u32,
    limit: u32,
) -> IpcResult<Page<RunView>> {
    Ok(state
        .engine()
        .await?
        .list_runs(Some(&project_id), offset, limit)
        .await?)
}

/// One run with its status history.
///
/// # Errors
/// `run_not_found`.
#[tauri::command]
#[specta::specta]
pub async fn get_run(state: State<'_, AppState>, run_id: String) -> IpcResult<RunDetail> {
    Ok(state.engine().await?.run_detail(&run_id).await?)
}
