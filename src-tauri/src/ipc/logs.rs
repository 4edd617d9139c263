//! The logs of runs.

use genglossary_engine::{LogPage, LogQuery};
use tauri::State;

use super::error::IpcResult;
use crate::state::AppState;

/// A window of the log of a run, running or ended.
///
/// # Errors
/// `run_not_found`, `log_unreadable`.
#[tauri::command]
#[specta::specta]
pub async fn read_log(state: State<'_, AppState>, run_id: String, query: LogQuery) -> IpcResult<LogPage> {
    Ok(state.engine().await?.read_log(&run_id, query).await?)
}
