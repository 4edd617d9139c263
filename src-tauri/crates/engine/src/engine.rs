//! The engine: one data folder, opened once, shared by everything that asks.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use genglossary_models::Servers;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::error::{Error, Result};
use crate::events::{EventSink, Events};
use crate::folder_watch::FolderWatch;
use crate::library::copies::Copies;
use crate::library::occurrences::LastTerm;
use crate::library::reader::Readings;
use crate::logs::LogReader;
use crate::models::{Keys, Pulls};
use crate::plan::Scans;
use crate::runs::{Health, Program, Runs};
use crate::store::Store;
use crate::store::recall::Recall;

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
    readings: Readings,
    last_term: LastTerm,
    recall: Recall,
    keys: Keys,
    servers: Servers,
    pulls: Pulls,
    copies: Copies,
    folder_watch: FolderWatch,
    program: Program,
    /// Somebody can answer when a run asks.
    attended: AtomicBool,
    health: watch::Sender<Health>,
    watcher: Mutex<Option<JoinHandle<()>>>,
    /// Held by whoever tidies up after a run.
    cleaning: tokio::sync::RwLock<()>,
    closed: watch::Sender<bool>,
    /// Runs tell nothing and keep no units.
    unobserved: AtomicBool,
}

/// An engine that somebody else keeps alive.
pub(crate) struct WeakEngine(Weak<Inner>);

impl WeakEngine {
    /// The engine, while somebody has it.
    pub(crate) fn upgrade(&self) -> Option<Engine> {
        self.0.upgrade().map(Engine)
    }
}

impl Engine {
    /// Opens the data folder `home` for the app, creating what is missing. Runs of processes that died are settled
    /// before this returns. Must be called inside a Tokio runtime.
    pub async fn open(home: &Path, sink: impl EventSink) -> Result<Self> {
        Self::open_for(Program::App, home, sink).await
    }

    /// Opens the data folder `home` as [`Engine::open`] does, for a program of that kind.
    pub async fn open_for(program: Program, home: &Path, sink: impl EventSink) -> Result<Self> {
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
            readings: Readings::default(),
            last_term: LastTerm::default(),
            recall: Recall::default(),
            keys: Keys::default(),
            servers: Servers::default(),
            pulls: Pulls::default(),
            copies: Copies::default(),
            folder_watch: FolderWatch::default(),
            unobserved: AtomicBool::new(false),
            program,
            attended: AtomicBool::new(program == Program::App),
            health: watch::Sender::default(),
            watcher: Mutex::default(),
            cleaning: tokio::sync::RwLock::default(),
            closed: watch::Sender::default(),
        }));
        if engine.0.store.is_after_crash() {
            engine.check_database();
        }
        engine.recover_runs().await.map_err(|error| engine.noted(error))?;
        Ok(engine)
    }

    /// Lets runs work without progress, log and unit memo. For measuring what these cost, and for nothing else.
    #[doc(hidden)]
    pub fn run_unobserved(&self) {
        self.0.unobserved.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_unobserved(&self) -> bool {
        self.0.unobserved.load(Ordering::Relaxed)
    }

    /// Somebody can answer when a run of this process asks whether it may spend more than its budget. So it is in the
    /// app; without this, a run of the command line ends there as failed.
    pub fn attend(&self) {
        self.0.attended.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_attended(&self) -> bool {
        self.0.attended.load(Ordering::Relaxed)
    }

    /// The data folder.
    pub fn home(&self) -> &Path {
        &self.0.home
    }

    /// Closes the database. Nothing else may be called afterwards.
    pub async fn close(&self) {
        self.0.closed.send_replace(true);
        self.folder_watch().stop();
        self.pulls().stop();
        let watcher = self.watcher().take();
        if let Some(watcher) = watcher {
            // It has a connection of its own, and only the last one that closes tidies up.
            let _ = watcher.await;
        }
        let _cleaned = self.0.cleaning.write().await;
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

    pub(crate) fn copies(&self) -> &Copies {
        &self.0.copies
    }

    pub(crate) fn folder_watch(&self) -> &FolderWatch {
        &self.0.folder_watch
    }

    pub(crate) fn readings(&self) -> &Readings {
        &self.0.readings
    }

    pub(crate) fn last_term(&self) -> &LastTerm {
        &self.0.last_term
    }

    pub(crate) fn recall(&self) -> &Recall {
        &self.0.recall
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.0.keys
    }

    /// The model servers that were asked since it was opened.
    pub(crate) fn servers(&self) -> &Servers {
        &self.0.servers
    }

    pub(crate) fn pulls(&self) -> &Pulls {
        &self.0.pulls
    }

    pub(crate) fn log_reader(&self) -> &LogReader {
        &self.0.logs
    }

    /// What kind of program this is.
    pub(crate) fn program(&self) -> Program {
        self.0.program
    }

    pub(crate) fn health(&self) -> &watch::Sender<Health> {
        &self.0.health
    }

    /// The task that watches the runs of other processes.
    pub(crate) fn watcher(&self) -> MutexGuard<'_, Option<JoinHandle<()>>> {
        self.0.watcher.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn cleaning(&self) -> &tokio::sync::RwLock<()> {
        &self.0.cleaning
    }

    /// Becomes true when the engine is closed.
    pub(crate) fn closed(&self) -> watch::Receiver<bool> {
        self.0.closed.subscribe()
    }

    pub(crate) fn downgrade(&self) -> WeakEngine {
        WeakEngine(Arc::downgrade(&self.0))
    }
}
