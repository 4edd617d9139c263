//! The run manager: starts, supervises and stops runs, and tells what became of them.
//!
//! The database decides, memory follows: a start is an insert that only one can win, a stop is a flag that the owner
//! reads, an end is a guarded update. So the rules hold across windows and across processes.

mod context;
mod live;
mod missing;
mod model;
mod owner;
mod pause;
mod pulse;
mod queue;
pub(crate) mod record;
mod recovery;
mod suspend;
#[cfg(test)]
mod tests;
mod unit;
pub(crate) mod view;
mod watch;
mod worker;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch as channel;

pub(crate) use context::{Break, StageContext, StopFlag};
pub(crate) use live::Live;
pub use model::{
    CancelOutcome, MissingUnit, Owner, RunDetail, RunOrder, RunSort, RunStatus, RunView, Scope, Stage, StageStatus,
    StageView, StatusChange, StopReason, Trigger, Waiting,
};
use owner::Process;
pub use owner::Program;
pub use pause::{ContinueOutcome, LARGEST_BUDGET, Pause};
use record::{NewRun, Transition};
pub(crate) use recovery::Health;
pub(crate) use unit::{Undone, Unit, from_bytes, to_bytes};

use crate::blocking::blocking;
use crate::clock;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::events::{Event, ProjectRef};
use crate::library::Page;
use crate::logs::{self, LogHits, LogOutline, LogOutlineQuery, LogPage, LogQuery, LogReader, LogSearch};
use crate::models::ModelSettings;

/// The active runs of this process.
#[derive(Debug)]
pub(crate) struct Runs {
    active: Mutex<HashMap<String, Arc<Live>>>,
    /// Number of active runs; who waits for a run to end watches it.
    count: channel::Sender<usize>,
    /// Changes when a waiting run may have got its turn.
    queue: channel::Sender<()>,
    /// What a test does to the next worker.
    #[cfg(test)]
    pub(crate) fault: tests::Fault,
    /// How long a test lets the machine sleep.
    #[cfg(test)]
    pub(crate) sleep: Mutex<Duration>,
}

impl Default for Runs {
    fn default() -> Self {
        Self {
            active: Mutex::default(),
            count: channel::Sender::new(0),
            queue: channel::Sender::new(()),
            #[cfg(test)]
            fault: tests::Fault::default(),
            #[cfg(test)]
            sleep: Mutex::default(),
        }
    }
}

impl Runs {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Live>>> {
        self.active.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn get(&self, run_id: &str) -> Option<Arc<Live>> {
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

    /// Tells the waiting runs of this process to look at the queue.
    pub(crate) fn wake_queue(&self) {
        self.queue.send_replace(());
    }

    fn queue_news(&self) -> channel::Receiver<()> {
        self.queue.subscribe()
    }
}

/// The engine's name in run records. A later version of its rules gets another one.
pub(crate) const EMBEDDED: &str = "embedded/3";

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
        let begun = self.begin_run(project_id, scope, trigger, request_id, None).await;
        begun.map_err(|error| self.noted(error))
    }

    /// Takes up a run that was stopped, failed or was interrupted: a new run of the same scope, in which the units that
    /// were finished are not done again. Idempotent by `request_id`, as [`Engine::start_run`].
    /// Fails with [`Error::NothingToResume`] for a run that finished.
    pub async fn resume_run(&self, run_id: &str, request_id: &str) -> Result<RunView> {
        let nothing = |run| Error::NothingToResume { run };
        let unfinished = [RunStatus::Cancelled, RunStatus::Failed, RunStatus::Interrupted];
        self.take_up(run_id, request_id, &unfinished, nothing).await
    }

    /// Does the units that a partial run could not do: a new run of the same scope, in which the others are not done
    /// again. Idempotent by `request_id`. Fails with [`Error::NothingToRetry`] for a run that misses nothing.
    pub async fn retry_missing(&self, run_id: &str, request_id: &str) -> Result<RunView> {
        let nothing = |run| Error::NothingToRetry { run };
        self.take_up(run_id, request_id, &[RunStatus::Partial], nothing).await
    }

    async fn take_up(
        &self,
        run_id: &str,
        request_id: &str,
        from: &[RunStatus],
        nothing: fn(String) -> Error,
    ) -> Result<RunView> {
        if let Some(known) = record::requested(self.store().reader(), request_id).await? {
            return self.run(&known).await;
        }
        self.recover_runs().await?;
        let run = view::get(self.store(), run_id).await?;
        if !run.status.is_final() {
            return Err(Error::RunActive { run: run.id });
        }
        if !from.contains(&run.status) {
            return Err(nothing(run.id));
        }
        let (project, resumes) = (&run.project_id, Some(&*run.id));
        let begun = self
            .begin_run(project, run.scope, Trigger::User, request_id, resumes)
            .await;
        begun.map_err(|error| self.noted(error))
    }

    async fn begin_run(
        &self,
        project_id: &str,
        scope: Scope,
        trigger: Trigger,
        request_id: &str,
        resumes: Option<&str>,
    ) -> Result<RunView> {
        self.recover_runs().await?;
        self.sound().await?;
        let settings = self.project_settings(project_id).await?;
        let model = settings.model.as_ref();
        let engine = model.map_or(EMBEDDED.to_owned(), ModelSettings::engine);
        let allowed = model.and_then(ModelSettings::budget);
        let model = model.map(|model| model.model.clone());
        let settings = serde_json::to_string(&settings)?;
        let id = uuid::Uuid::now_v7().to_string();
        let run = NewRun {
            id: &id,
            project_id,
            request_id,
            scope,
            trigger,
            engine: &engine,
            model: model.as_deref(),
            settings: &settings,
            resumes,
            allowed,
            owner: Process::this(),
            program: self.program(),
        };
        let mut tx = self.store().write().await?;
        if let Some(known) = record::insert(&mut tx, &run).await? {
            drop(tx);
            return self.run(&known).await;
        }
        // Nothing may fail between the commit and the worker: a row without one would block the project.
        let view = view::get_from(&mut *tx, &id).await?;
        tx.commit().await?;

        let live = Arc::new(Live::new(view, allowed));
        self.runs().insert(&id, &live);
        live.update(self.events(), |_| {});
        let view = live.view();
        worker::spawn(self.clone(), live);
        Ok(view)
    }

    /// Asks a run to stop, whoever owns it. Takes effect within a second.
    pub async fn cancel_run(&self, run_id: &str) -> Result<CancelOutcome> {
        self.stop_run(run_id, StopReason::User).await
    }

    /// Asks a run to stop for that reason. The owner of a run of another process stores its own.
    async fn stop_run(&self, run_id: &str, reason: StopReason) -> Result<CancelOutcome> {
        self.recover_runs().await?;
        let (now, live) = (clock::now(), self.runs().get(run_id));
        // Before anybody can read the request in the database, because that says nothing of the reason.
        if let Some(live) = &live {
            live.stop_because(reason);
        }
        match record::request_cancel(self.store(), run_id, &now).await? {
            Transition::NotFound => Err(Error::RunNotFound(run_id.to_owned())),
            Transition::Refused(_) => Ok(CancelOutcome::AlreadyFinished),
            Transition::Updated => {
                if let Some(live) = live {
                    live.cancel(self.events(), reason, &now);
                }
                Ok(CancelOutcome::Cancelling)
            }
        }
    }

    /// Ends a run of this process at once, although its work does not stop: it is cancelled when this returns, a new
    /// run may start, and what the old one still does counts for nothing. A run of another live process is asked to stop.
    pub async fn force_stop_run(&self, run_id: &str) -> Result<CancelOutcome> {
        let asked = self.stop_run(run_id, StopReason::User).await?;
        match self.runs().get(run_id) {
            Some(live) if asked == CancelOutcome::Cancelling => worker::force(self, &live).await,
            _ => Ok(asked),
        }
    }

    /// A run as it is now.
    pub async fn run(&self, run_id: &str) -> Result<RunView> {
        if let Some(live) = self.runs().get(run_id) {
            return Ok(live.view());
        }
        view::get(self.store(), run_id).await
    }

    /// The full id of a run that is named by its id or by an end of it that no other run has.
    pub async fn find_run(&self, name: &str) -> Result<String> {
        record::find(self.store(), name).await
    }

    /// A run and its status history.
    pub async fn run_detail(&self, run_id: &str) -> Result<RunDetail> {
        let mut detail = view::detail(self.store(), run_id).await?;
        if let Some(live) = self.runs().get(run_id) {
            detail.run = live.view();
            detail.model_use = live.ledger().totals();
        }
        Ok(detail)
    }

    /// Runs of a project, or of all, newest first.
    pub async fn list_runs(&self, project_id: Option<&str>, offset: u32, limit: u32) -> Result<Page<RunView>> {
        let mut rows = view::list(self.store(), project_id, offset, limit).await?;
        for row in &mut rows {
            if let Some(live) = self.runs().get(&row.id) {
                *row = live.view();
            }
        }
        Ok(Page {
            rows,
            total: view::count(self.store(), project_id).await?,
            offset,
        })
    }

    /// The same in another order.
    pub async fn list_sorted_runs(
        &self,
        project_id: Option<&str>,
        order: RunOrder,
        offset: u32,
        limit: u32,
    ) -> Result<Page<RunView>> {
        let which = view::Which {
            project_id,
            ..view::Which::default()
        };
        let mut rows = view::sorted(self.store(), &which, order, offset, limit).await?;
        for row in &mut rows {
            if let Some(live) = self.runs().get(&row.id) {
                *row = live.view();
            }
        }
        Ok(Page {
            rows,
            total: view::count(self.store(), project_id).await?,
            offset,
        })
    }

    /// The active runs of all projects and processes: those at work first, then the queue in its order.
    pub async fn list_active_runs(&self) -> Result<Vec<RunView>> {
        let mut rows = view::active(self.store()).await?;
        for row in &mut rows {
            if let Some(live) = self.runs().get(&row.id) {
                *row = live.view();
            }
        }
        Ok(rows)
    }

    /// A window of the log of a run, running or ended.
    pub async fn read_log(&self, run_id: &str, query: LogQuery) -> Result<LogPage> {
        self.with_log(run_id, move |reader, run_id, path, ended| {
            reader.read(run_id, path, &query, ended)
        })
        .await
    }

    /// The next part of what a search finds in the log of a run.
    pub async fn search_log(&self, run_id: &str, query: LogSearch) -> Result<LogHits> {
        self.with_log(run_id, move |reader, run_id, path, ended| {
            reader.search(run_id, path, &query, ended.is_some())
        })
        .await
    }

    /// The log of a run from afar.
    pub async fn outline_log(&self, run_id: &str, query: LogOutlineQuery) -> Result<LogOutline> {
        self.with_log(run_id, move |reader, run_id, path, ended| {
            reader.outline(run_id, path, &query, ended.is_some())
        })
        .await
    }

    async fn with_log<T: Send + 'static>(
        &self,
        run_id: &str,
        ask: impl FnOnce(&LogReader, &str, &Path, Option<RunStatus>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        // The status comes before the records: a log that is called complete then really is.
        let run = view::get(self.store(), run_id).await?;
        if !run.has_log {
            return Err(Error::LogRemoved(run.id));
        }
        let ended = run.status.is_final().then_some(run.status);
        let (engine, run_id) = (self.clone(), run_id.to_owned());
        let read = move || ask(engine.log_reader(), &run_id, &logs::path(engine.home(), &run_id), ended);
        blocking(read).await?
    }

    /// Waits until no run of this process is active, at most `limit`. True if so.
    pub async fn wait_until_idle(&self, limit: Duration) -> bool {
        let mut count = self.runs().count.subscribe();
        tokio::time::timeout(limit, count.wait_for(|count| *count == 0))
            .await
            .is_ok()
    }

    /// Asks all runs of this process to stop for that reason, and waits until they have, at most `limit`. True if they
    /// have.
    pub async fn stop_all(&self, limit: Duration, reason: StopReason) -> bool {
        let active: Vec<(String, Arc<Live>)> = {
            let active = self.runs().lock();
            active.iter().map(|(id, live)| (id.clone(), Arc::clone(live))).collect()
        };
        // The work stops first: a database that somebody keeps locked cannot hold it up.
        let now = clock::now();
        for (_, live) in &active {
            live.stop_because(reason);
            live.cancel(self.events(), reason, &now);
        }
        let asked = async {
            for (run, _) in &active {
                if let Err(error) = self.stop_run(run, reason).await {
                    tracing::warn!(run, %error, "the run could not be asked to stop");
                }
            }
        };
        if tokio::time::timeout(limit, asked).await.is_err() {
            tracing::warn!("the runs could not be asked to stop in time");
        }
        self.wait_until_idle(limit).await
    }

    /// Tells that results or decisions of a project changed.
    pub(crate) fn project_changed(&self, project_id: &str) {
        self.events().emit(Event::ProjectChanged(ProjectRef {
            project_id: project_id.to_owned(),
        }));
    }
}
