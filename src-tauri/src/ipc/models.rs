//! Model servers: which models they have, whether they work, and their keys.

use genglossary_engine::{KeyPlace, ModelCheck, ModelProvider, ModelRow, ModelSettings};
use tauri::State;

use super::error::IpcResult;
use crate::state::AppState;

/// The usual settings for a server of this kind.
///
/// # Errors
/// None.
#[tauri::command]
#[specta::specta]
pub async fn get_usual_model(provider: ModelProvider) -> IpcResult<ModelSettings> {
    Ok(ModelSettings::usual(provider))
}

/// The models that the server of these settings has.
///
/// # Errors
/// `model_…`: why it does not tell.
#[tauri::command]
#[specta::specta]
pub async fn list_models(state: State<'_, AppState>, settings: ModelSettings) -> IpcResult<Vec<ModelRow>> {
    Ok(state.engine().await?.list_models(settings).await?)
}

/// Tries the server and the model of these settings. What does not work is part of the answer.
///
/// # Errors
/// `invalid_settings`, `model_bad_address`.
#[tauri::command]
#[specta::specta]
pub async fn check_model(state: State<'_, AppState>, settings: ModelSettings) -> IpcResult<ModelCheck> {
    Ok(state.engine().await?.check_model(settings).await?)
}

/// Keeps the key of the server of these settings, or forgets it without one, and says where it is now. A key goes in and
/// never comes out.
///
/// # Errors
/// `bad_key`.
#[tauri::command]
#[specta::specta]
pub async fn set_model_key(
    state: State<'_, AppState>,
    settings: ModelSettings,
    key: Option<String>,
) -> IpcResult<KeyPlace> {
    Ok(state.engine().await?.set_model_key(&settings, key.as_deref()).await?)
}

/// Where the key of the server of these settings is.
#[tauri::command]
#[specta::specta]
pub async fn get_model_key_place(state: State<'_, AppState>, settings: ModelSettings) -> IpcResult<KeyPlace> {
    Ok(state.engine().await?.model_key_place(&settings).await?)
}
