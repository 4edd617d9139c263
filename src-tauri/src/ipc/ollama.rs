//! The Ollama of this machine. The page says that it is to run, never what is started.

use std::collections::BTreeMap;

use genglossary_engine::ModelSettings;
use tauri::{AppHandle, Runtime, State};

use super::error::{IpcError, IpcResult};
use crate::desktop::ollama::{self, OllamaLog, OllamaView, StartError};
use crate::state::AppState;

/// Whether it is installed and could serve at the address of these settings, and whether this app runs it.
///
/// # Errors
/// None.
#[tauri::command]
#[specta::specta]
pub async fn get_ollama<R: Runtime>(app: AppHandle<R>, settings: ModelSettings) -> IpcResult<OllamaView> {
    Ok(ollama::view(&app, &settings).await)
}

/// Starts it, and answers when it does.
///
/// # Errors
/// `ollama_not_here`, `ollama_failed`.
#[tauri::command]
#[specta::specta]
pub async fn start_ollama<R: Runtime>(
    app: AppHandle<R>,
    state: State<'_, AppState>,
    settings: ModelSettings,
) -> IpcResult<OllamaView> {
    let started = ollama::start(&app, state.engine().await?, &settings).await;
    let (code, detail) = match started {
        Ok(()) => return Ok(ollama::view(&app, &settings).await),
        Err(StartError::NotHere) => ("ollama_not_here", None),
        Err(StartError::Failed(said)) => ("ollama_failed", Some(said).filter(|said| !said.is_empty())),
    };
    Err(IpcError {
        code: code.to_owned(),
        params: BTreeMap::new(),
        detail,
    })
}

/// Ends it, if this app started it.
///
/// # Errors
/// None.
#[tauri::command]
#[specta::specta]
pub async fn stop_ollama<R: Runtime>(app: AppHandle<R>) -> IpcResult<()> {
    ollama::stop(&app);
    Ok(())
}

/// The end of its output.
///
/// # Errors
/// None.
#[tauri::command]
#[specta::specta]
pub async fn read_ollama_log<R: Runtime>(app: AppHandle<R>) -> IpcResult<OllamaLog> {
    Ok(ollama::log(&app))
}
