//! A run of this process while it is active: its view, which is ahead of the database, and its cancellation.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch as channel;
use tokio::task::AbortHandle;
use tokio_util::sync::CancellationToken;

use super::model::{MissingUnit, RunView, Stage, StageStatus, StageView, StopReason, Waiting};
use super::pause;
use crate::clock;
use crate::events::{Event, Events};
use crate::logs::{LogLevel, LogWriter};
use crate::models::Ledger;

#[derive(Debug)]
pub(crate) struct Live {
    view: Mutex<RunView>,
    /// Progress that nobody was told of yet.
    news: AtomicBool,
    token: CancellationToken,
    /// Why it is being stopped.
    stop: Mutex<Option<StopReason>>,
    missing: Mutex<Vec<MissingUnit>>,
    ledger: Ledger,
    /// What its calls may cost before it asks the first time.
    budget: f64,
    /// What its calls may cost. Only ever grows.
    allowed: channel::Sender<f64>,
    /// Whoever ends the run takes it and finishes the log.
    log: Mutex<Option<LogWriter>>,
    work: Mutex<Option<AbortHandle>>,
    /// Whether the end is stored. Held while the end is written, so that a run ends once: by its worker or by force.
    ended: tokio::sync::Mutex<bool>,
}

impl Live {
    /// `budget` is what its calls may cost, if there is a limit.
    pub(crate) fn new(view: RunView, budget: Option<f64>) -> Self {
        let budget = budget.unwrap_or(f64::INFINITY);
        Self {
            view: Mutex::new(view),
            news: AtomicBool::new(false),
            token: CancellationToken::new(),
            stop: Mutex::default(),
            missing: Mutex::default(),
            ledger: Ledger::default(),
            budget,
            allowed: channel::Sender::new(budget),
            log: Mutex::default(),
            work: Mutex::default(),
            ended: tokio::sync::Mutex::default(),
        }
    }

    pub(crate) fn view(&self) -> RunView {
        lock(&self.view).clone()
    }

    pub(crate) fn id(&self) -> String {
        lock(&self.view).id.clone()
    }

    pub(crate) fn project_id(&self) -> String {
        lock(&self.view).project_id.clone()
    }

    /// What the run asked of models.
    pub(crate) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// What its calls may cost before it asks the first time.
    pub(super) fn budget(&self) -> f64 {
        self.budget
    }

    /// What its calls may cost; who waits for more watches it.
    pub(super) fn allowed(&self) -> channel::Receiver<f64> {
        self.allowed.subscribe()
    }

    pub(super) fn may_spend(&self) -> f64 {
        *self.allowed.borrow()
    }

    /// Takes in what its calls may cost. True if that is more than before.
    pub(super) fn allow(&self, allowed: f64) -> bool {
        self.allowed.send_if_modified(|before| {
            let more = allowed > *before;
            *before = before.max(allowed);
            more
        })
    }

    pub(crate) fn token(&self) -> &CancellationToken {
        &self.token
    }

    /// Notes why it is about to be stopped. The first reason counts.
    pub(super) fn stop_because(&self, reason: StopReason) {
        lock(&self.stop).get_or_insert(reason);
    }

    /// Stops the work for that reason, asked for at `at`. Only the first call has an effect.
    pub(super) fn cancel(&self, events: &Events, reason: StopReason, at: &str) {
        if !self.token.is_cancelled() {
            self.stop_because(reason);
            self.update(events, |view| {
                view.cancelling = true;
                view.cancel_requested_at.get_or_insert_with(|| at.to_owned());
            });
            self.token.cancel();
        }
    }

    /// Why it was stopped.
    pub(super) fn stop_reason(&self) -> StopReason {
        lock(&self.stop).unwrap_or(StopReason::User)
    }

    /// Changes the view and tells everybody at once. After the end nothing changes any more, whatever a worker that was
    /// given up still says.
    pub(crate) fn update(&self, events: &Events, change: impl FnOnce(&mut RunView)) {
        let view = {
            let mut view = lock(&self.view);
            if view.status.is_final() {
                return;
            }
            change(&mut view);
            view.revision += 1;
            view.clone()
        };
        self.news.store(false, Ordering::Relaxed);
        events.emit(Event::RunChanged(Box::new(view)));
    }

    /// Says what the run waits for, if that is news.
    pub(super) fn wait(&self, events: &Events, waiting: Waiting) {
        if lock(&self.view).waiting != Some(waiting) {
            self.update(events, |view| view.waiting = Some(waiting));
        }
    }

    /// Takes over the end as it was stored, and tells it: the last thing that is told of a run.
    pub(super) fn settle(&self, events: &Events, mut stored: RunView) {
        {
            let mut view = lock(&self.view);
            // A stop that came too late may have told of a newer view than the one that was stored.
            stored.revision = stored.revision.max(view.revision + 1);
            view.clone_from(&stored);
        }
        self.news.store(false, Ordering::Relaxed);
        events.emit(Event::RunChanged(Box::new(stored)));
    }

    pub(crate) fn stage(&self, stage: Stage, change: impl FnOnce(&mut StageView)) {
        let mut view = lock(&self.view);
        if view.status.is_final() {
            return;
        }
        if let Some(view) = view.stages.iter_mut().find(|view| view.stage == stage) {
            change(view);
        }
        drop(view);
        self.news.store(true, Ordering::Relaxed);
    }

    pub(crate) fn stage_view(&self, stage: Stage) -> Option<StageView> {
        lock(&self.view).stages.iter().find(|view| view.stage == stage).cloned()
    }

    /// Notes a unit that could not be done. The run counts it, and so does its stage.
    pub(crate) fn note_missing(&self, unit: MissingUnit) {
        let stage = unit.stage;
        let (all, of_stage) = {
            let mut missing = lock(&self.missing);
            missing.push(unit);
            let of_stage = missing.iter().filter(|unit| unit.stage == stage).count();
            (missing.len(), of_stage)
        };
        lock(&self.view).missing = all as u32;
        self.stage(stage, |view| view.missing = of_stage as u32);
    }

    /// The units that could not be done, in the order in which they were noted.
    pub(crate) fn missing(&self) -> Vec<MissingUnit> {
        lock(&self.missing).clone()
    }

    /// Adds a time that the machine slept. In a pause it is counted already.
    pub(super) fn slept(&self, slept: Duration) {
        let mut view = lock(&self.view);
        if view.paused.is_none() {
            view.suspend(slept.as_millis() as u32);
        }
        drop(view);
        self.news.store(true, Ordering::Relaxed);
    }

    /// Ends a pause because the run ends.
    pub(super) fn end_pause(&self) {
        pause::end(&mut lock(&self.view));
    }

    /// Writes about the run as a whole, while its log is open.
    pub(super) fn write_log(&self, level: LogLevel, message: String) {
        let log = lock(&self.log).as_ref().map(LogWriter::log);
        if let Some(log) = log {
            log.write(level, self.current_stage(), "", message);
        }
    }

    /// Tells of progress since the last time, if there is any.
    pub(super) fn tell_news(&self, events: &Events) {
        if self.news.load(Ordering::Relaxed) {
            self.update(events, |_| {});
        }
    }

    /// Marks the stages that were at work as ended.
    pub(super) fn end_stages(&self, status: StageStatus) -> Vec<StageView> {
        let mut view = lock(&self.view);
        for stage in view
            .stages
            .iter_mut()
            .filter(|stage| stage.status == StageStatus::Running)
        {
            stage.status = status;
            stage.finished_at = Some(clock::now());
        }
        view.stages.clone()
    }

    /// The stage it is in, or the last that it was in.
    pub(super) fn current_stage(&self) -> Option<Stage> {
        lock(&self.view)
            .stages
            .iter()
            .rev()
            .find(|stage| stage.status != StageStatus::Waiting)
            .map(|stage| stage.stage)
    }

    pub(super) fn keep_log(&self, log: LogWriter) {
        *lock(&self.log) = Some(log);
    }

    pub(super) fn take_log(&self) -> Option<LogWriter> {
        lock(&self.log).take()
    }

    pub(super) fn keep_work(&self, work: AbortHandle) {
        *lock(&self.work) = Some(work);
    }

    /// Lets go of the work. Code that blocks goes on, but nobody waits for it any more.
    pub(super) fn abandon_work(&self) {
        if let Some(work) = lock(&self.work).take() {
            work.abort();
        }
    }

    /// The right to end the run, and whether somebody did.
    pub(super) async fn ending(&self) -> tokio::sync::MutexGuard<'_, bool> {
        self.ended.lock().await
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
