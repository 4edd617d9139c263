//! Model servers: which models they have, whether they work, and their keys.

use genglossary_engine::{
    CallFilter, KeyPlace, ModelCall, ModelCalls, ModelCheck, ModelProvider, ModelRow, ModelServer, ModelSettings,
    PullView,
};
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

/// Where the key of the server of these settings is, and whether it runs on this machine. It is not asked.
///
/// # Errors
/// None.
#[tauri::command]
#[specta::specta]
pub async fn get_model_server(state: State<'_, AppState>, settings: ModelSettings) -> IpcResult<ModelServer> {
    Ok(state.engine().await?.model_server(settings).await?)
}

/// Has the server of these settings get their model. `pull_changed` tells how far it is, and of its end.
///
/// # Errors
/// `pull_active` while it gets another one; `invalid_settings`, `model_bad_address`.
#[tauri::command]
#[specta::specta]
pub async fn start_pull(state: State<'_, AppState>, settings: ModelSettings) -> IpcResult<PullView> {
    Ok(state.engine().await?.start_pull(settings).await?)
}

/// Stops what the server of this address gets. What is there is kept.
///
/// # Errors
/// None.
#[tauri::command]
#[specta::specta]
pub async fn cancel_pull(state: State<'_, AppState>, server: String) -> IpcResult<()> {
    state.engine().await?.cancel_pull(&server);
    Ok(())
}

/// The pulls that go on.
///
/// # Errors
/// None.
#[tauri::command]
#[specta::specta]
pub async fn list_pulls(state: State<'_, AppState>) -> IpcResult<Vec<PullView>> {
    Ok(state.engine().await?.pulls_going_on())
}

/// The calls of a run that were kept, in the order in which they ended, and the answers that were known before.
///
/// # Errors
/// None besides those of the database.
#[tauri::command]
#[specta::specta]
pub async fn list_model_calls(
    state: State<'_, AppState>,
    run_id: String,
    filter: CallFilter,
    offset: u32,
    limit: u32,
) -> IpcResult<ModelCalls> {
    let engine = state.engine().await?;
    Ok(engine.list_model_calls(&run_id, filter, offset, limit).await?)
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
