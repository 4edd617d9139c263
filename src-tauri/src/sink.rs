//! Engine events become typed Tauri events.

use genglossary_engine as engine;
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::{AppHandle, Runtime};
use tauri_specta::Event as _;

use crate::desktop::{self, close::CloseRequest};
use crate::ipc::error::IpcError;

/// A run has another status, stage or progress.
#[derive(Debug, Clone, Serialize, Deserialize, Type, tauri_specta::Event)]
pub struct RunChanged(pub engine::RunView);

/// New records of a log.
#[derive(Debug, Clone, Serialize, Deserialize, Type, tauri_specta::Event)]
pub struct LogAppended(pub engine::LogTail);

/// A log is complete.
#[derive(Debug, Clone, Serialize, Deserialize, Type, tauri_specta::Event)]
pub struct LogEnded(pub engine::LogEnd);

/// Results or decisions of a project changed.
#[derive(Debug, Clone, Serialize, Deserialize, Type, tauri_specta::Event)]
pub struct ProjectChanged(pub engine::ProjectRef);

/// A pull of a model is further, or has ended.
#[derive(Debug, Clone, Serialize, Deserialize, Type, tauri_specta::Event)]
pub struct PullChanged(pub engine::PullView);

/// The Ollama that this app started said something, or started, or ended. What it is now is asked for.
#[derive(Debug, Clone, Serialize, Deserialize, Type, tauri_specta::Event)]
pub struct OllamaChanged(pub ());

/// The window is to close while runs are active. The page shows the question, says so with `answer_close`, and then
/// answers it with the same command.
#[derive(Debug, Clone, Serialize, Deserialize, Type, tauri_specta::Event)]
pub struct CloseRequested(pub CloseRequest);

/// The page shows a run: its notification was clicked, or a link names it.
#[derive(Debug, Clone, Serialize, Deserialize, Type, tauri_specta::Event)]
pub struct OpenRun(pub RunRef);

/// The page shows a project: a second start named its folder.
#[derive(Debug, Clone, Serialize, Deserialize, Type, tauri_specta::Event)]
pub struct OpenProject(pub engine::ProjectRef);

/// The settings are other ones: a window of a log looks and speaks like the one in which they were set.
#[derive(Debug, Clone, Serialize, Deserialize, Type, tauri_specta::Event)]
pub struct SettingsChanged(pub engine::AppSettings);

/// What a second start or a link asked for cannot be shown.
#[derive(Debug, Clone, Serialize, Deserialize, Type, tauri_specta::Event)]
pub struct OpenFailed(pub IpcError);

/// Names a run, and perhaps a place in its log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct RunRef {
    /// Its project.
    pub project_id: String,
    /// The run.
    pub run_id: String,
    /// Number of a record of its log.
    pub seq: Option<u32>,
}

/// Sends the engine's events to every window, and tells the desktop.
pub struct WindowSink<R: Runtime>(pub AppHandle<R>);

impl<R: Runtime> Clone for WindowSink<R> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<R: Runtime> engine::EventSink for WindowSink<R> {
    fn emit(&self, event: engine::Event) {
        let sent = match event {
            engine::Event::RunChanged(run) => {
                desktop::observe(&self.0, &run);
                RunChanged(*run).emit(&self.0)
            }
            engine::Event::LogAppended(records) => LogAppended(records).emit(&self.0),
            engine::Event::LogEnded(end) => LogEnded(end).emit(&self.0),
            engine::Event::ProjectChanged(project) => ProjectChanged(project).emit(&self.0),
            engine::Event::PullChanged(pull) => PullChanged(pull).emit(&self.0),
        };
        if let Err(error) = sent {
            tracing::warn!(%error, "an event did not reach the window");
        }
    }
}
