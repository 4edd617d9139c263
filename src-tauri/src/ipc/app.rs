//! The app itself: what it is, where its data lives, how it looks.

use genglossary_engine::{AppSettings, DataSize, Message};
use serde::Serialize;
use specta::Type;
use tauri::{AppHandle, Runtime, State};
use tauri_specta::Event as _;

use super::error::{IpcError, IpcResult};
use crate::desktop;
use crate::desktop::asked::Found;
use crate::desktop::close::CloseAnswer;
use crate::sink::{RunRef, SettingsChanged};
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
    /// The run to show first, when a link was given at the start.
    pub open_run: Option<RunRef>,
    /// Why what was named at the start cannot be shown.
    pub open_error: Option<IpcError>,
    /// What is wrong with the database, when it is damaged.
    pub damaged: Option<Message>,
}

/// About this app.
///
/// # Errors
/// When the data folder could not be opened.
#[tauri::command]
#[specta::specta]
pub async fn get_app_info(state: State<'_, AppState>) -> IpcResult<AppInfo> {
    let engine = state.engine().await?;
    let (mut open_project, mut open_run, mut open_error) = (None, None, None);
    if let Some(asked) = state.asked() {
        match asked.find(engine).await {
            Ok(Found::Project(id)) => open_project = Some(id),
            Ok(Found::Run(run)) => open_run = Some(run),
            Err(error) => open_error = Some(error),
        }
    }
    Ok(AppInfo {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        data_dir: state.home().display().to_string(),
        open_project,
        open_run,
        open_error,
        damaged: engine.damage(),
    })
}

/// Language, colours, reading face.
///
/// # Errors
/// When the settings cannot be read.
#[tauri::command]
#[specta::specta]
pub async fn get_settings<R: Runtime>(app: AppHandle<R>, state: State<'_, AppState>) -> IpcResult<AppSettings> {
    let settings = state.engine().await?.app_settings().await?;
    desktop::remember(&app, &settings);
    Ok(settings)
}

/// Stores language, colours, reading face.
///
/// # Errors
/// When they cannot be stored.
#[tauri::command]
#[specta::specta]
pub async fn set_settings<R: Runtime>(
    app: AppHandle<R>,
    state: State<'_, AppState>,
    settings: AppSettings,
) -> IpcResult<AppSettings> {
    let settings = state.engine().await?.set_app_settings(settings).await?;
    desktop::remember(&app, &settings);
    // They are stored: a window that cannot be told finds them when it opens again.
    if let Err(error) = SettingsChanged(settings.clone()).emit(&app) {
        tracing::warn!(%error, "the windows could not be told of other settings");
    }
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

/// What the app is made of.
#[derive(Debug, Clone, Serialize, Type)]
pub struct About {
    /// Version of Tauri.
    pub tauri: String,
    /// Version of the system's webview, when it tells.
    pub webview: Option<String>,
    /// The terms of the app.
    pub licence: String,
    /// The terms of the dictionaries and word lists in it.
    pub notice: String,
}

/// Versions and licences.
///
/// # Errors
/// None.
#[tauri::command]
#[specta::specta]
pub async fn get_about() -> IpcResult<About> {
    Ok(About {
        tauri: tauri::VERSION.to_owned(),
        webview: tauri::webview_version().ok(),
        licence: include_str!("../../../LICENSE").to_owned(),
        notice: include_str!("../../../NOTICE").to_owned(),
    })
}

/// How much room the data takes.
///
/// # Errors
/// When the data folder could not be opened.
#[tauri::command]
#[specta::specta]
pub async fn get_data_size(state: State<'_, AppState>) -> IpcResult<DataSize> {
    Ok(state.engine().await?.data_size().await?)
}

/// Shows the data folder in the system's file manager.
///
/// # Errors
/// `internal`.
#[tauri::command]
#[specta::specta]
pub async fn open_data_folder<R: Runtime>(app: AppHandle<R>, state: State<'_, AppState>) -> IpcResult<()> {
    super::projects::show_folder(&app, state.home())
}
