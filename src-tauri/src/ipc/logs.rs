//! The logs of runs.

use genglossary_engine::{LogHits, LogOutline, LogOutlineQuery, LogPage, LogQuery, LogSearch};
use tauri::{AppHandle, Manager as _, Runtime, State, WebviewUrl, WebviewWindowBuilder};

use super::error::{IpcError, IpcResult};
use crate::desktop;
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

/// The next part of what a search finds in the log of a run.
///
/// # Errors
/// `run_not_found`, `log_unreadable`.
#[tauri::command]
#[specta::specta]
pub async fn search_log(state: State<'_, AppState>, run_id: String, query: LogSearch) -> IpcResult<LogHits> {
    Ok(state.engine().await?.search_log(&run_id, query).await?)
}

/// Where the log of a run has errors and warnings, and where its stages begin.
///
/// # Errors
/// `run_not_found`, `log_unreadable`.
#[tauri::command]
#[specta::specta]
pub async fn outline_log(state: State<'_, AppState>, run_id: String, query: LogOutlineQuery) -> IpcResult<LogOutline> {
    Ok(state.engine().await?.outline_log(&run_id, query).await?)
}

/// Shows the log of a run in a window of its own, the same one for the same run.
///
/// # Errors
/// `run_not_found`, `internal`.
#[tauri::command]
#[specta::specta]
pub async fn open_log_window<R: Runtime>(
    app: AppHandle<R>,
    state: State<'_, AppState>,
    run_id: String,
    title: String,
) -> IpcResult<()> {
    let run = state.engine().await?.run(&run_id).await?;
    let label = format!("log-{}", run.id);
    let shown = match app.get_webview_window(&label) {
        Some(window) => window.unminimize().and_then(|()| window.set_focus()),
        None => WebviewWindowBuilder::new(
            &app,
            &label,
            WebviewUrl::App(format!("index.html#/log/{}", run.id).into()),
        )
        .title(title)
        .inner_size(1000.0, 640.0)
        .min_inner_size(640.0, 320.0)
        .build()
        .map(|window| desktop::zoom(&app, &window)),
    };
    shown.map_err(|error| IpcError::internal(&error))
}
