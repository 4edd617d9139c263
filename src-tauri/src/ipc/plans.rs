//! What a project needs, what a run changed, and the way back.

use genglossary_engine::{DiffKind, DiffRow, Page, Plan, ProjectDetail, RunDiff};
use tauri::State;

use super::error::IpcResult;
use crate::state::AppState;

/// What is out of date in a project, why, and the smallest run that would repair it. Scans the folder.
///
/// # Errors
/// `project_not_found`.
#[tauri::command]
#[specta::specta]
pub async fn get_plan(state: State<'_, AppState>, project_id: String) -> IpcResult<Plan> {
    Ok(state.engine().await?.plan(&project_id).await?)
}

/// Makes the results that stood after a run current again.
///
/// # Errors
/// `project_not_found`, `run_not_found`, `results_gone`, `run_active`.
#[tauri::command]
#[specta::specta]
pub async fn restore_results(
    state: State<'_, AppState>,
    project_id: String,
    run_id: String,
) -> IpcResult<ProjectDetail> {
    Ok(state.engine().await?.restore_results(&project_id, &run_id).await?)
}

/// What is different between the results of two runs, counted, and what caused it.
///
/// # Errors
/// `run_not_found`, `results_gone`, `different_projects`.
#[tauri::command]
#[specta::specta]
pub async fn diff_runs(state: State<'_, AppState>, before_run_id: String, after_run_id: String) -> IpcResult<RunDiff> {
    Ok(state.engine().await?.diff_runs(&before_run_id, &after_run_id).await?)
}

/// A page of the differences of one kind between the results of two runs.
///
/// # Errors
/// `run_not_found`, `results_gone`, `different_projects`.
#[tauri::command]
#[specta::specta]
pub async fn list_diff(
    state: State<'_, AppState>,
    before_run_id: String,
    after_run_id: String,
    kind: DiffKind,
    offset: u32,
    limit: u32,
) -> IpcResult<Page<DiffRow>> {
    Ok(state
        .engine()
        .await?
        .list_diff(&before_run_id, &after_run_id, kind, offset, limit)
        .await?)
}
