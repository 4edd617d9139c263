//! Runs: start, stop, look.

use genglossary_engine::{
    CancelOutcome, ContinueOutcome, MissingUnit, Page, RunDetail, RunOrder, RunView, Scope, Trigger,
};
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

/// Lets a run go on that has spent its budget: `more` may be spent from now on, or anything. `since` names the pause that
/// this answers; the same answer twice allows nothing twice.
///
/// # Errors
/// `run_not_found`, `invalid_settings` for an amount that is none.
#[tauri::command]
#[specta::specta]
pub async fn continue_run(
    state: State<'_, AppState>,
    run_id: String,
    since: String,
    more: Option<f64>,
) -> IpcResult<ContinueOutcome> {
    Ok(state.engine().await?.continue_run(&run_id, &since, more).await?)
}

/// Runs of a project, newest first or in another order.
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
    order: Option<RunOrder>,
) -> IpcResult<Page<RunView>> {
    let engine = state.engine().await?;
    Ok(match order {
        Some(order) => engine.list_sorted_runs(Some(&project_id), order, offset, limit).await?,
        None => engine.list_runs(Some(&project_id), offset, limit).await?,
    })
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

/// Takes a run up again that was stopped, failed or broke off: a new run of the same scope that keeps its finished units.
/// The same `request_id` again returns the run that it started.
///
/// # Errors
/// `run_not_found`, `run_active`, `nothing_to_resume`.
#[tauri::command]
#[specta::specta]
pub async fn resume_run(state: State<'_, AppState>, run_id: String, request_id: String) -> IpcResult<RunView> {
    Ok(state.engine().await?.resume_run(&run_id, &request_id).await?)
}

/// Does the units that a run could not do, and nothing else. The same `request_id` again returns the run that it started.
///
/// # Errors
/// `run_not_found`, `run_active`, `nothing_to_retry`.
#[tauri::command]
#[specta::specta]
pub async fn retry_missing(state: State<'_, AppState>, run_id: String, request_id: String) -> IpcResult<RunView> {
    Ok(state.engine().await?.retry_missing(&run_id, &request_id).await?)
}

/// The units that a run could not do, with the reason.
///
/// # Errors
/// `run_not_found`.
#[tauri::command]
#[specta::specta]
pub async fn list_missing(
    state: State<'_, AppState>,
    run_id: String,
    offset: u32,
    limit: u32,
) -> IpcResult<Page<MissingUnit>> {
    Ok(state.engine().await?.list_missing(&run_id, offset, limit).await?)
}

/// Ends a run that does not react to a stop. What it had finished is kept.
///
/// # Errors
/// `run_not_found`.
#[tauri::command]
#[specta::specta]
pub async fn force_stop_run(state: State<'_, AppState>, run_id: String) -> IpcResult<CancelOutcome> {
    Ok(state.engine().await?.force_stop_run(&run_id).await?)
}

/// The active runs of all projects: those at work first, then the queue in its order.
///
/// # Errors
/// When they cannot be read.
#[tauri::command]
#[specta::specta]
pub async fn list_active_runs(state: State<'_, AppState>) -> IpcResult<Vec<RunView>> {
    Ok(state.engine().await?.list_active_runs().await?)
}

/// Pins a run, so that it and its log stay however old they get, or lets it go with the others again.
///
/// # Errors
/// `run_not_found`.
#[tauri::command]
#[specta::specta]
pub async fn pin_run(state: State<'_, AppState>, run_id: String, pinned: bool) -> IpcResult<RunView> {
    Ok(state.engine().await?.pin_run(&run_id, pinned).await?)
}

/// Deletes a run that has ended, with its log. Results that are current are never touched. `restore_run` takes it back
/// for ten minutes.
///
/// # Errors
/// `run_not_found`, `run_active`, `run_is_current`.
#[tauri::command]
#[specta::specta]
pub async fn delete_run(state: State<'_, AppState>, run_id: String) -> IpcResult<()> {
    Ok(state.engine().await?.delete_run(&run_id).await?)
}

/// Brings a deleted run back.
///
/// # Errors
/// `run_not_found` when it is gone for good.
#[tauri::command]
#[specta::specta]
pub async fn restore_run(state: State<'_, AppState>, run_id: String) -> IpcResult<RunView> {
    Ok(state.engine().await?.restore_run(&run_id).await?)
}
