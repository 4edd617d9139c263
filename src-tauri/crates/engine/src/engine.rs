//! The engine: one data folder, opened once, shared by everything that asks.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::events::{EventSink, Events};
use crate::logs::LogReader;
use crate::plan::Scans;
use crate::runs::Runs;
use crate::store::Store;

/// Projects, runs and results of one data folder. Cheap to clone; all clones are the same engine.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    home: PathBuf,
    store: Store,
    events: Events,
    runs: Runs,
    logs: LogReader,
    scans: Scans,
}

impl Engine {
    /// Opens the data folder `home`, creating what is missing. Runs of processes that died are settled before this
    /// returns. Must be called inside a Tokio runtime.
    pub async fn open(home: &Path, sink: impl EventSink) -> Result<Self> {
        let failed = |source| Error::DataFolder {
            path: home.to_owned(),
            source,
        };
        std::fs::create_dir_all(home).map_err(failed)?;
        let home = home.canonicalize().map_err(failed)?;
        let store = Store::open(&home).await?;
        let engine = Self(Arc::new(Inner {
            home,
            store,
            events: Events::new(sink),
            runs: Runs::default(),
            logs: LogReader::default(),
            scans: Scans::default(),
        }));
        engine.recover_runs().await?;
        Ok(engine)
    }

    /// The data folder.
    pub fn home(&self) -> &Path {
        &self.0.home
    }

    /// Closes the database. Nothing else may be called afterwards.
    pub async fn close(&self) {
        self.0.store.close().await;
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(crate) fn events(&self) -> &Events {
        &self.0.events
    }

    pub(crate) fn runs(&self) -> &Runs {
        &self.0.runs
    }

    pub(crate) fn scans(&self) -> &Scans {
        &self.0.scans
    }

    pub(crate) fn log_reader(&self) -> &LogReader {
        &self.0.logs
    }
}
