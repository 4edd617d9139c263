//! The app itself: what it is, where its data lives, how it looks.

use genglossary_engine::AppSettings;
use serde::Serialize;
use specta::Type;
use tauri::{AppHandle, Runtime, State};

use super::error::{IpcError, IpcResult};
use crate::desktop::close::CloseAnswer;
use crate::desktop::{self, Desktop};
use crate::state::AppState;

/// About this app.
#[derive(Debug, Clone, Serialize, Type)]
pub struct AppInfo {
    /// Its version.
    pub version: String,
    /// Where its data lives.
    pub data_dir: String,
    /// The project to show first, when a folder was named at the start.
    pub open_project: Option<String>,
    /// Why the folder that was named at the start cannot be shown.
    pub open_error: Option<IpcError>,
}

/// About this app.
///
/// # Errors
/// When the data folder could not be opened.
#[tauri::command]
#[specta::specta]
pub async fn get_app_info(state: State<'_, AppState>) -> IpcResult<AppInfo> {
    let engine = state.engine().await?;
    let opened = match state.folder() {
        Some(folder) => Some(engine.project_for_folder(folder).await.map_err(IpcError::from)),
        None => None,
    };
    let (open_project, open_error) = match opened {
        Some(Ok(project)) => (Some(project.id), None),
        Some(Err(error)) => (None, Some(error)),
        None => (None, None),
    };
    Ok(AppInfo {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        data_dir: state.home().display().to_string(),
        open_project,
        open_error,
    })
}

/// Language, colours, reading face.
///
/// # Errors
/// When the settings cannot be read.
#[tauri::command]
#[specta::specta]
pub async fn get_settings(state: State<'_, AppState>, desktop: State<'_, Desktop>) -> IpcResult<AppSettings> {
    let settings = state.engine().await?.app_settings().await?;
    desktop.remember(&settings);
    Ok(settings)
}

/// Stores language, colours, reading face.
///
/// # Errors
/// When they cannot be stored.
#[tauri::command]
#[specta::specta]
pub async fn set_settings(
    state: State<'_, AppState>,
    desktop: State<'_, Desktop>,
    settings: AppSettings,
) -> IpcResult<AppSettings> {
    let settings = state.engine().await?.set_app_settings(settings).await?;
    desktop.remember(&settings);
    Ok(settings)
}

/// The answer to `close_requested`: first `asking`, as soon as the question is on the screen, then what the researcher
/// chose. An answer that nobody asked for does nothing.
///
/// # Errors
/// None.
#[tauri::command]
#[specta::specta]
pub async fn answer_close<R: Runtime>(app: AppHandle<R>, answer: CloseAnswer) -> IpcResult<()> {
    desktop::answer(&app, answer);
    Ok(())
}
