//! The one value that Tauri manages.

use std::path::PathBuf;

use genglossary_engine::{Engine, Error};

use crate::ipc::error::IpcError;

/// The engine, or why it could not be opened: the window comes up in either case and can say so.
pub struct AppState {
    engine: Result<Engine, Error>,
    home: PathBuf,
    open_project: Option<String>,
}

impl AppState {
    /// The state around an opened engine. `open_project` is the project to show first.
    pub fn new(engine: Result<Engine, Error>, home: PathBuf, open_project: Option<String>) -> Self {
        Self {
            engine,
            home,
            open_project,
        }
    }

    /// The engine.
    ///
    /// # Errors
    /// Why it could not be opened.
    pub fn engine(&self) -> Result<&Engine, IpcError> {
        self.engine.as_ref().map_err(IpcError::from)
    }

    /// The data folder.
    pub fn home(&self) -> &std::path::Path {
        &self.home
    }

    /// The project to show at the start.
    pub fn open_project(&self) -> Option<&str> {
        self.open_project.as_deref()
    }
}
