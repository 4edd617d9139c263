//! The one value that Tauri manages.

use std::path::{Path, PathBuf};

use genglossary_engine::{Engine, EventSink, Result};
use tokio::sync::OnceCell;

use crate::desktop::asked::Asked;
use crate::ipc::error::IpcResult;

/// The engine, opened when it is first needed. When that fails, the window is there to say why, and the next call
/// tries again: the researcher may have made the folder writable meanwhile.
pub struct AppState {
    engine: OnceCell<Engine>,
    home: PathBuf,
    sink: Box<dyn Fn() -> Box<dyn EventSink> + Send + Sync>,
    asked: Option<Asked>,
}

impl AppState {
    /// The state of an app whose data lives in `home`. `asked` is what to show first.
    pub fn new<S: EventSink + Clone + Sync>(home: PathBuf, sink: S, asked: Option<Asked>) -> Self {
        let sink = Box::new(move || Box::new(sink.clone()) as Box<dyn EventSink>);
        Self {
            engine: OnceCell::new(),
            home,
            sink,
            asked,
        }
    }

    /// The engine.
    ///
    /// # Errors
    /// Why it cannot be opened.
    pub async fn engine(&self) -> IpcResult<&Engine> {
        let open = || async {
            let engine = Engine::open(&self.home, (self.sink)()).await?;
            engine.watch();
            Ok(engine)
        };
        let opened: Result<&Engine> = self.engine.get_or_try_init(open).await;
        Ok(opened.inspect_err(|error| tracing::error!(%error, "the data folder cannot be opened"))?)
    }

    /// The engine if it was ever needed.
    pub fn opened_engine(&self) -> Option<&Engine> {
        self.engine.get()
    }

    /// The data folder.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// What to show first.
    pub fn asked(&self) -> Option<&Asked> {
        self.asked.as_ref()
    }
}
