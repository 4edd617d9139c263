//! Projects: list, create, rename, delete, settings.

use std::path::Path;

use genglossary_engine::{Error, ProjectDetail, ProjectSettings, ProjectSummary};
use tauri::{AppHandle, Runtime, State};
use tauri_plugin_shell::ShellExt as _;

use super::error::{IpcError, IpcResult};
use crate::sample;
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

/// Deletes a project with its runs, results, decisions and logs; an active run is stopped first. Its folder is not
/// touched. `restore_project` takes it back for ten minutes.
///
/// # Errors
/// `project_not_found`, `run_active` when the run of another process does not stop.
#[tauri::command]
#[specta::specta]
pub async fn delete_project(state: State<'_, AppState>, project_id: String) -> IpcResult<()> {
    Ok(state.engine().await?.delete_project(&project_id).await?)
}

/// Brings a deleted project back as it was.
///
/// # Errors
/// `project_not_found` when it is gone for good.
#[tauri::command]
#[specta::specta]
pub async fn restore_project(state: State<'_, AppState>, project_id: String) -> IpcResult<ProjectSummary> {
    Ok(state.engine().await?.restore_project(&project_id).await?)
}

/// Creates a project on another folder with the settings and the decisions of this one.
///
/// # Errors
/// Those of `create_project`, `project_not_found`.
#[tauri::command]
#[specta::specta]
pub async fn duplicate_project(
    state: State<'_, AppState>,
    project_id: String,
    name: String,
    folder: String,
) -> IpcResult<ProjectSummary> {
    Ok(state
        .engine()
        .await?
        .duplicate_project(&project_id, &name, Path::new(folder.trim()))
        .await?)
}

/// The project that a folder has, if it has one.
///
/// # Errors
/// When it cannot be read.
#[tauri::command]
#[specta::specta]
pub async fn find_project(state: State<'_, AppState>, folder: String) -> IpcResult<Option<ProjectSummary>> {
    Ok(state.engine().await?.find_project(Path::new(folder.trim())).await?)
}

/// The sample project; made under `name` when there is none.
///
/// # Errors
/// `name_empty`, `data_folder_read_only`.
#[tauri::command]
#[specta::specta]
pub async fn open_sample(state: State<'_, AppState>, name: String) -> IpcResult<ProjectSummary> {
    let engine = state.engine().await?;
    let folder = sample::folder(engine.home()).map_err(|source| Error::DataFolder {
        path: engine.home().join("sample"),
        source,
    })?;
    match engine.find_project(&folder).await? {
        Some(project) => Ok(project),
        None => Ok(engine.create_project(&name, &folder).await?),
    }
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
        return Err(Error::FolderNotFound(folder).into());
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
