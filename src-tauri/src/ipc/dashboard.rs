//! The dashboard: numbers over all projects, and the runs behind them.

use genglossary_engine::{Dashboard, Groups, HistoryQuery, Page, RunView, UsualStages, Window};
use tauri::State;

use super::error::IpcResult;
use crate::state::AppState;

/// The numbers of a window of time, of one project or of all. A duration is that of completed runs; its percentiles are
/// of the nearest rank.
///
/// # Errors
/// `project_not_found`.
#[tauri::command]
#[specta::specta]
pub async fn get_dashboard(
    state: State<'_, AppState>,
    window: Window,
    project_id: Option<String>,
) -> IpcResult<Dashboard> {
    Ok(state.engine().await?.dashboard(window, project_id.as_deref()).await?)
}

/// The runs behind the numbers: those that ended in the window, the last one first.
///
/// # Errors
/// When they cannot be read.
#[tauri::command]
#[specta::specta]
pub async fn list_history(state: State<'_, AppState>, query: HistoryQuery) -> IpcResult<Page<RunView>> {
    Ok(state.engine().await?.list_history(&query).await?)
}

/// How long the stages of other completed runs of the same project, scope and engine took.
///
/// # Errors
/// `run_not_found`.
#[tauri::command]
#[specta::specta]
pub async fn get_usual_stages(state: State<'_, AppState>, run_id: String) -> IpcResult<UsualStages> {
    Ok(state.engine().await?.usual_stages(&run_id).await?)
}

/// How far the glossary of a project is, by category of the terms and by folder of the documents.
///
/// # Errors
/// `project_not_found`.
#[tauri::command]
#[specta::specta]
pub async fn get_groups(state: State<'_, AppState>, project_id: String) -> IpcResult<Groups> {
    Ok(state.engine().await?.groups(&project_id).await?)
}
