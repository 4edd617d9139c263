//! A run of this process while it is active: its view, which is ahead of the database, and its cancellation.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

use super::model::{MissingUnit, RunView, Stage, StageStatus, StageView};
use crate::clock;
use crate::events::{Event, Events};

#[derive(Debug)]
pub(crate) struct Live {
    view: Mutex<RunView>,
    /// Progress that nobody was told of yet.
    news: AtomicBool,
    token: CancellationToken,
    missing: Mutex<Vec<MissingUnit>>,
}

impl Live {
    pub(crate) fn new(view: RunView) -> Self {
        Self {
            view: Mutex::new(view),
            news: AtomicBool::new(false),
            token: CancellationToken::new(),
            missing: Mutex::default(),
        }
    }

    pub(crate) fn view(&self) -> RunView {
        self.lock().clone()
    }

    pub(crate) fn id(&self) -> String {
        self.lock().id.clone()
    }

    pub(crate) fn project_id(&self) -> String {
        self.lock().project_id.clone()
    }

    /// Notes a unit that could not be done.
    pub(crate) fn note_missing(&self, unit: MissingUnit) {
        self.missing.lock().unwrap_or_else(PoisonError::into_inner).push(unit);
    }

    /// The units that could not be done.
    pub(crate) fn missing(&self) -> Vec<MissingUnit> {
        self.missing.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn token(&self) -> &CancellationToken {
        &self.token
    }

    /// Stops the work. Only the first call has an effect.
    pub(crate) fn cancel(&self, events: &Events) {
        if !self.token.is_cancelled() {
            self.update(events, |view| view.cancelling = !view.status.is_final());
            self.token.cancel();
        }
    }

    /// Changes the view and tells everybody at once.
    pub(crate) fn update(&self, events: &Events, change: impl FnOnce(&mut RunView)) {
        let view = {
            let mut view = self.lock();
            change(&mut view);
            view.revision += 1;
            view.clone()
        };
        self.news.store(false, Ordering::Relaxed);
        events.emit(Event::RunChanged(Box::new(view)));
    }

    /// Takes over the end as it was stored, and tells it: the last thing that is told of a run.
    pub(crate) fn settle(&self, events: &Events, mut stored: RunView) {
        {
            let mut view = self.lock();
            // A stop that came too late may have told of a newer view than the one that was stored.
            stored.revision = stored.revision.max(view.revision + 1);
            view.clone_from(&stored);
        }
        self.news.store(false, Ordering::Relaxed);
        events.emit(Event::RunChanged(Box::new(stored)));
    }

    pub(crate) fn stage(&self, stage: Stage, change: impl FnOnce(&mut StageView)) {
        let mut view = self.lock();
        if let Some(view) = view.stages.iter_mut().find(|view| view.stage == stage) {
            change(view);
        }
        drop(view);
        self.news.store(true, Ordering::Relaxed);
    }

    pub(crate) fn stage_view(&self, stage: Stage) -> Option<StageView> {
        self.lock().stages.iter().find(|view| view.stage == stage).cloned()
    }

    /// Tells of progress since the last time, if there is any.
    pub(crate) fn tell_news(&self, events: &Events) {
        if self.news.load(Ordering::Relaxed) {
            self.update(events, |_| {});
        }
    }

    /// Marks the stages that were at work as ended.
    pub(crate) fn end_stages(&self, status: StageStatus) -> Vec<StageView> {
        let mut view = self.lock();
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

    pub(crate) fn stages(&self) -> Vec<StageView> {
        self.lock().stages.clone()
    }

    /// The stage it is in, or the last that it was in.
    pub(crate) fn current_stage(&self) -> Option<Stage> {
        self.lock()
            .stages
            .iter()
            .rev()
            .find(|stage| stage.status != StageStatus::Waiting)
            .map(|stage| stage.stage)
    }

    fn lock(&self) -> MutexGuard<'_, RunView> {
        self.view.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
