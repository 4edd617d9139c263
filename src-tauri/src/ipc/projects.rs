//! Projects: list, create, rename, delete, settings.

use std::path::Path;

use genglossary_engine::{ProjectDetail, ProjectSettings, ProjectSummary};
use tauri::{AppHandle, Runtime, State};
use tauri_plugin_shell::ShellExt as _;

use super::error::{IpcError, IpcResult};
use crate::state::AppState;

/// All projects, the one with the newest run first.
///
/// # Errors
/// When they cannot be read.
#[tauri::command]
#[specta::specta]
pub async fn list_projects(state: State<'_, AppState>) -> IpcResult<Vec<ProjectSummary>> {
    Ok(state.engine().await?.list_projects().await?)
}

/// Creates a project on a folder that no other project has.
///
/// # Errors
/// `name_empty`, `folder_not_found`, `folder_not_a_directory`, `folder_in_use`.
#[tauri::command]
#[specta::specta]
pub async fn create_project(state: State<'_, AppState>, name: String, folder: String) -> IpcResult<ProjectSummary> {
    Ok(state
        .engine()
        .await?
        .create_project(&name, Path::new(folder.trim()))
        .await?)
}

/// Gives a project another name.
///
/// # Errors
/// `project_not_found`, `name_empty`.
#[tauri::command]
#[specta::specta]
pub async fn rename_project(state: State<'_, AppState>, project_id: String, name: String) -> IpcResult<ProjectSummary> {
    Ok(state.engine().await?.rename_project(&project_id, &name).await?)
}

/// Deletes a project with its runs, results, decisions and logs. Its folder is not touched.
///
/// # Errors
/// `project_not_found`, `run_active`.
#[tauri::command]
#[specta::specta]
pub async fn delete_project(state: State<'_, AppState>, project_id: String) -> IpcResult<()> {
    Ok(state.engine().await?.delete_project(&project_id).await?)
}

/// One project with its state.
///
/// # Errors
/// `project_not_found`.
#[tauri::command]
#[specta::specta]
pub async fn get_project(state: State<'_, AppState>, project_id: String) -> IpcResult<ProjectDetail> {
    Ok(state.engine().await?.project(&project_id).await?)
}

/// The settings of a project.
///
/// # Errors
/// `project_not_found`.
#[tauri::command]
#[specta::specta]
pub async fn get_project_settings(state: State<'_, AppState>, project_id: String) -> IpcResult<ProjectSettings> {
    Ok(state.engine().await?.project_settings(&project_id).await?)
}

/// Stores the settings of a project; they count from the next run on.
///
/// # Errors
/// `project_not_found`, `invalid_settings`.
#[tauri::command]
#[specta::specta]
pub async fn set_project_settings(
    state: State<'_, AppState>,
    project_id: String,
    settings: ProjectSettings,
) -> IpcResult<ProjectSettings> {
    Ok(state
        .engine()
        .await?
        .set_project_settings(&project_id, settings)
        .await?)
}

/// Shows the folder of a project in the system's file manager. The page names a project, never a path.
///
/// # Errors
/// `project_not_found`, `folder_not_found`, `internal`.
#[tauri::command]
#[specta::specta]
pub async fn open_folder<R: Runtime>(
    app: AppHandle<R>,
    state: State<'_, AppState>,
    project_id: String,
) -> IpcResult<()> {
    let folder = state.engine().await?.project_folder(&project_id).await?;
    if !folder.is_dir() {
        return Err(genglossary_engine::Error::FolderNotFound(folder).into());
    }
    show_folder(&app, &folder)
}

/// Shows a folder in the system's file manager.
pub(super) fn show_folder<R: Runtime>(app: &AppHandle<R>, folder: &Path) -> IpcResult<()> {
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    };
    let opened = app.shell().command(opener).arg(folder).spawn();
    opened.map(|_| ()).map_err(|error| IpcError::internal(&error))
}
