//! The run manager: starts, supervises and stops runs, and tells what became of them.
//!
//! The database decides, memory follows: a start is an insert that only one can win, a stop is a flag that the owner
//! reads, an end is a guarded update. So the rules hold across windows and across processes.

mod context;
mod live;
mod model;
mod owner;
pub(crate) mod record;
#[cfg(test)]
mod tests;
mod unit;
mod worker;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

pub(crate) use context::{Break, StageContext, StopFlag};
pub(crate) use live::Live;
pub use model::{
    CancelOutcome, MissingUnit, RunDetail, RunStatus, RunView, Scope, Stage, StageStatus, StageView, StatusChange,
    Trigger,
};
use owner::Owner;
use record::{Change, NewRun, Transition};
pub(crate) use unit::{Unit, from_bytes, to_bytes};

use crate::clock;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::events::{Event, ProjectRef};
use crate::library::Page;
use crate::logs::{self, LogPage, LogQuery};

/// The active runs of this process.
#[derive(Debug)]
pub(crate) struct Runs {
    active: Mutex<HashMap<String, Arc<Live>>>,
    /// Number of active runs; who waits for a run to end watches it.
    count: watch::Sender<usize>,
}

impl Default for Runs {
    fn default() -> Self {
        Self {
            active: Mutex::default(),
            count: watch::Sender::new(0),
        }
    }
}

impl Runs {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Live>>> {
        self.active.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, run_id: &str) -> Option<Arc<Live>> {
        self.lock().get(run_id).cloned()
    }

    fn insert(&self, run_id: &str, live: &Arc<Live>) {
        let mut active = self.lock();
        active.insert(run_id.to_owned(), Arc::clone(live));
        self.count.send_replace(active.len());
    }

    fn remove(&self, run_id: &str) {
        let mut active = self.lock();
        active.remove(run_id);
        self.count.send_replace(active.len());
    }
}

/// The owner of a run shows every two seconds that it lives.
const SIGN_OF_LIFE: Duration = Duration::from_secs(10);

/// The engine's name in run records. A later version of its rules gets another one.
pub(crate) const EMBEDDED: &str = "embedded/1";

impl Engine {
    /// Starts a run of `scope` and returns at once. `request_id` names the request: the same one again returns the
    /// run that it started. Fails with [`Error::RunActive`] while the project has an active run, here or in another process.
    pub async fn start_run(
        &self,
        project_id: &str,
        scope: Scope,
        trigger: Trigger,
        request_id: &str,
    ) -> Result<RunView> {
        self.recover_runs().await?;
        let settings = serde_json::to_string(&self.project_settings(project_id).await?)?;
        let id = uuid::Uuid::now_v7().to_string();
        let run = NewRun {
            id: &id,
            project_id,
            request_id,
            scope,
            trigger,
            engine: EMBEDDED,
            settings: &settings,
            owner: Owner::this(),
        };
        let mut tx = self.store().write().await?;
        if let Some(known) = record::insert(&mut tx, &run).await? {
            drop(tx);
            return self.run(&known).await;
        }
        // Nothing may fail between the commit and the worker: a row without one would block the project.
        let view = record::get_from(&mut *tx, &id).await?;
        tx.commit().await?;

        let live = Arc::new(Live::new(view));
        self.runs().insert(&id, &live);
        live.update(self.events(), |_| {});
        let view = live.view();
        worker::spawn(self.clone(), live);
        Ok(view)
    }

    /// Asks a run to stop, whoever owns it. Takes effect within a second.
    pub async fn cancel_run(&self, run_id: &str) -> Result<CancelOutcome> {
        self.recover_runs().await?;
        match record::request_cancel(self.store(), run_id).await? {
            Transition::NotFound => Err(Error::RunNotFound(run_id.to_owned())),
            Transition::Refused(_) => Ok(CancelOutcome::AlreadyFinished),
            Transition::Updated => {
                if let Some(live) = self.runs().get(run_id) {
                    live.cancel(self.events());
                }
                Ok(CancelOutcome::Cancelling)
            }
        }
    }

    /// A run as it is now.
    pub async fn run(&self, run_id: &str) -> Result<RunView> {
        if let Some(live) = self.runs().get(run_id) {
            return Ok(live.view());
        }
        record::get(self.store(), run_id).await
    }

    /// The full id of a run that is named by its id or by an end of it that no other run has.
    pub async fn find_run(&self, name: &str) -> Result<String> {
        record::find(self.store(), name).await
    }

    /// A run and its status history.
    pub async fn run_detail(&self, run_id: &str) -> Result<RunDetail> {
        let mut detail = record::detail(self.store(), run_id).await?;
        if let Some(live) = self.runs().get(run_id) {
            detail.run = live.view();
        }
        Ok(detail)
    }

    /// Runs of a project, or of all, newest first.
    pub async fn list_runs(&self, project_id: Option<&str>, offset: u32, limit: u32) -> Result<Page<RunView>> {
        let mut rows = record::list(self.store(), project_id, offset, limit).await?;
        for row in &mut rows {
            if let Some(live) = self.runs().get(&row.id) {
                *row = live.view();
            }
        }
        Ok(Page {
            rows,
            total: record::count(self.store(), project_id).await?,
            offset,
        })
    }

    /// A window of the log of a run, running or ended.
    pub async fn read_log(&self, run_id: &str, query: LogQuery) -> Result<LogPage> {
        // The status comes before the records: a log that is called complete then really is.
        let run = record::get(self.store(), run_id).await?;
        let ended = run.status.is_final().then_some(run.status);
        let (engine, run_id) = (self.clone(), run_id.to_owned());
        let read = move || {
            engine
                .log_reader()
                .read(&run_id, &logs::path(engine.home(), &run_id), &query, ended)
        };
        tokio::task::spawn_blocking(read).await.map_err(context::panicked)?
    }

    /// Waits until no run of this process is active, at most `limit`. True if so.
    pub async fn wait_until_idle(&self, limit: Duration) -> bool {
        let mut count = self.runs().count.subscribe();
        tokio::time::timeout(limit, count.wait_for(|count| *count == 0))
            .await
            .is_ok()
    }

    /// Asks all runs of this process to stop, and waits until they have, at most `limit`.
    pub async fn stop_all(&self, limit: Duration) -> bool {
        let active: Vec<String> = self.runs().lock().keys().cloned().collect();
        for run in active {
            if let Err(error) = self.cancel_run(&run).await {
                tracing::warn!(run, %error, "the run could not be asked to stop");
            }
        }
        self.wait_until_idle(limit).await
    }

    /// Whether somebody works at a run. A recent sign of life counts beside the pid, because a clock that was set moves
    /// the start of every process; a run of this process that has neither a worker nor a recent sign is dead.
    fn is_worked_at(&self, run: &str, owner: Owner, heartbeat: &str) -> bool {
        self.runs().get(run).is_some()
            || (clock::is_within(heartbeat, SIGN_OF_LIFE) && owner.pid_exists())
            || (owner.pid != Owner::this().pid && owner.is_alive())
    }

    /// Marks the runs that nobody works at as interrupted, at the time of their last sign of life.
    pub(crate) async fn recover_runs(&self) -> Result<()> {
        for (run, owner, heartbeat) in record::active_owners(self.store()).await? {
            if self.is_worked_at(&run, owner, &heartbeat) {
                continue;
            }
            let mut tx = self.store().write().await?;
            let change = Change {
                reason: Some("the process that ran it ended"),
                at: Some(&heartbeat),
                ..Change::to(RunStatus::Interrupted)
            };
            record::transition(&mut tx, &run, &change).await?;
            record::break_stages(&mut tx, &run, &heartbeat).await?;
            tx.commit().await?;
            tracing::warn!(run, "found a run whose process had died");
        }
        Ok(())
    }

    /// Tells that results or decisions of a project changed.
    pub(crate) fn project_changed(&self, project_id: &str) {
        self.events().emit(Event::ProjectChanged(ProjectRef {
            project_id: project_id.to_owned(),
        }));
    }
}
