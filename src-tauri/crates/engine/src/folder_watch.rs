//! Sees at once what changes in the folder of the project that is open. A change is followed by a look at the folder
//! ([`Engine::plan`]), which tells of what it finds; while nothing happens, nothing is done. Where the system cannot watch,
//! the look at the return to the window remains.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use walkdir::WalkDir;

use crate::blocking::blocking;
use crate::engine::{Engine, WeakEngine};
use crate::error::Result;

/// The folder must be quiet for so long before it is looked at ...
const QUIET: Duration = Duration::from_millis(300);
/// ... but a look is not put off for longer than this.
const LONGEST: Duration = Duration::from_secs(2);

/// The folder that is watched, if any.
#[derive(Default)]
pub(crate) struct FolderWatch(Mutex<Option<Watching>>);

struct Watching {
    project_id: String,
    folder: PathBuf,
    alive: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl FolderWatch {
    fn lock(&self) -> MutexGuard<'_, Option<Watching>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether changes of the project's folder are seen.
    pub(crate) fn is_on(&self, project_id: &str) -> bool {
        let watching = self.lock();
        watching
            .as_ref()
            .is_some_and(|watching| watching.project_id == project_id && watching.alive.load(Ordering::Relaxed))
    }

    pub(crate) fn stop(&self) {
        self.lock().take();
    }
}

impl Engine {
    /// Watches the folder of this project and no other, or none. Called again it makes good for a folder that was gone
    /// and is back. True when changes are seen from now on.
    pub async fn watch_folder(&self, project_id: Option<&str>) -> Result<bool> {
        let Some(project_id) = project_id else {
            self.folder_watch().stop();
            return Ok(false);
        };
        let folder = self.project_folder(project_id).await?;
        {
            let mut watching = self.folder_watch().lock();
            if let Some(now) = &*watching
                && (now.project_id == project_id && now.folder == folder && now.alive.load(Ordering::Relaxed))
            {
                return Ok(true);
            }
            watching.take();
        }
        let changed = Arc::new(Notify::new());
        let (root, told) = (folder.clone(), Arc::clone(&changed));
        let seen = blocking(move || Seen::begin(root, told)).await?;
        let seen = match seen {
            Ok(seen) => seen,
            Err(error) => {
                tracing::warn!(%error, "the folder is not watched");
                return Ok(false);
            }
        };
        let alive = Arc::new(AtomicBool::new(true));
        let (engine, project) = (self.downgrade(), project_id.to_owned());
        let task = tokio::spawn(follow(engine, project, seen, changed, Arc::clone(&alive)));
        *self.folder_watch().lock() = Some(Watching {
            project_id: project_id.to_owned(),
            folder,
            alive,
            task,
        });
        Ok(true)
    }
}

async fn follow(engine: WeakEngine, project_id: String, seen: Seen, changed: Arc<Notify>, alive: Arc<AtomicBool>) {
    let mut seen = Some(seen);
    while let Some(watched) = seen.take() {
        changed.notified().await;
        let last = Instant::now() + LONGEST;
        while Instant::now() < last {
            tokio::select! {
                () = changed.notified() => {}
                () = sleep(QUIET) => break,
            }
        }
        let again = tokio::task::spawn_blocking(move || watched.again()).await;
        seen = again.ok().flatten();
        if seen.is_none() {
            // What was watched is not the folder of this name any more.
            alive.store(false, Ordering::Relaxed);
        }
        let Some(engine) = engine.upgrade() else { break };
        // During a run nobody looks: its end does.
        let idle = engine
            .project(&project_id)
            .await
            .is_ok_and(|project| project.active_run.is_none());
        if idle && let Err(error) = engine.plan(&project_id).await {
            tracing::warn!(%error, "the folder that changed cannot be looked at");
        }
    }
    alive.store(false, Ordering::Relaxed);
}

/// A watcher of a folder and all below it.
struct Seen {
    root: PathBuf,
    watcher: RecommendedWatcher,
}

/// On Linux the kernel watches single folders, and so the hidden ones, the links and those that cannot be read are left
/// alone one by one. The other systems watch a whole tree at once.
const ONE_BY_ONE: bool = cfg!(target_os = "linux");

impl Seen {
    fn begin(root: PathBuf, changed: Arc<Notify>) -> notify::Result<Self> {
        let inside = root.clone();
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            if event.is_ok_and(|event| matters(&inside, &event)) {
                changed.notify_one();
            }
        })?;
        let mut seen = Self { root, watcher };
        let mode = if ONE_BY_ONE {
            RecursiveMode::NonRecursive
        } else {
            RecursiveMode::Recursive
        };
        seen.watcher.watch(&seen.root, mode)?;
        seen.watch_below();
        Ok(seen)
    }

    /// After a change: folders may be new. Nothing when the folder itself is gone.
    fn again(mut self) -> Option<Self> {
        self.root.is_dir().then(|| {
            self.watch_below();
            self
        })
    }

    /// A folder that is watched already is not watched twice by that.
    fn watch_below(&mut self) {
        if !ONE_BY_ONE {
            return;
        }
        let below = WalkDir::new(&self.root)
            .min_depth(1)
            .into_iter()
            .filter_entry(|entry| entry.file_type().is_dir() && !is_hidden(entry.file_name()));
        for folder in below.flatten() {
            if let Err(error) = self.watcher.watch(folder.path(), RecursiveMode::NonRecursive) {
                tracing::debug!(%error, "a folder is not watched");
            }
        }
    }
}

/// Whether something happened that a run could see.
fn matters(root: &Path, event: &notify::Event) -> bool {
    let hidden = |path: &PathBuf| {
        let inside = path.strip_prefix(root);
        inside.is_ok_and(|inside| inside.components().any(|part| is_hidden(part.as_os_str())))
    };
    !matches!(event.kind, EventKind::Access(_)) && (event.paths.is_empty() || !event.paths.iter().all(hidden))
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}
