//! Model servers: which models they have, whether they work, and their keys.

use genglossary_engine::{KeyPlace, ModelCall, ModelCallRow, ModelCheck, ModelProvider, ModelRow, ModelSettings, Page};
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

/// The calls of a run that were kept, in the order in which they ended.
///
/// # Errors
/// None besides those of the database.
#[tauri::command]
#[specta::specta]
pub async fn list_model_calls(
    state: State<'_, AppState>,
    run_id: String,
    offset: u32,
    limit: u32,
) -> IpcResult<Page<ModelCallRow>> {
    Ok(state.engine().await?.list_model_calls(&run_id, offset, limit).await?)
}

/// What was said in a call of a run.
///
/// # Errors
/// `call_not_found`.
#[tauri::command]
#[specta::specta]
pub async fn get_model_call(state: State<'_, AppState>, run_id: String, id: String) -> IpcResult<ModelCall> {
    Ok(state.engine().await?.model_call(&run_id, &id).await?)
}
