//! What a stage gets from the run manager: its log, its progress, and the word to stop.

use std::sync::Arc;

use glossary::{Stop, Stopped};
use rayon::prelude::*;
use tokio_util::sync::CancellationToken;

use super::live::Live;
use super::model::{Stage, StageStatus};
use crate::clock;
use crate::error::Error;
use crate::events::Events;
use crate::logs::{Log, LogLevel};

/// Why a stage did not finish.
#[derive(Debug)]
pub(crate) enum Break {
    /// Somebody asked to stop. Not a failure.
    Cancelled,
    /// It could not go on.
    Failed(Error),
}

impl From<Stopped> for Break {
    fn from(_: Stopped) -> Self {
        Self::Cancelled
    }
}

impl From<Error> for Break {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// The run manager, as seen from inside a stage.
#[derive(Debug, Clone)]
pub(crate) struct StageContext {
    stage: Stage,
    live: Arc<Live>,
    log: Log,
    stop: StopFlag,
}

/// The cancellation token as the pure crate wants it.
#[derive(Debug, Clone)]
pub(crate) struct StopFlag(CancellationToken);

impl Stop for StopFlag {
    fn requested(&self) -> bool {
        self.0.is_cancelled()
    }
}

impl StageContext {
    /// Marks the stage as running.
    pub(crate) fn begin(stage: Stage, live: &Arc<Live>, log: &Log, events: &Events) -> Self {
        live.stage(stage, |view| {
            view.status = StageStatus::Running;
            view.started_at = Some(clock::now());
        });
        live.update(events, |_| {});
        let stop = StopFlag(live.token().clone());
        Self {
            stage,
            live: Arc::clone(live),
            log: log.clone(),
            stop,
        }
    }

    /// Marks the stage as completed: n of n, also when units were skipped.
    pub(crate) fn complete(self, events: &Events) {
        self.live.stage(self.stage, |view| {
            view.status = StageStatus::Completed;
            view.done = view.total;
            view.item = None;
            view.finished_at = Some(clock::now());
        });
        self.live.update(events, |_| {});
    }

    /// Says how many units there are.
    pub(crate) fn total(&self, total: usize) {
        self.live.stage(self.stage, |view| view.total = total as u32);
    }

    /// Says what is worked at.
    pub(crate) fn at(&self, item: &str) {
        self.live.stage(self.stage, |view| view.item = Some(item.to_owned()));
    }

    /// Says that one more unit is done or skipped.
    pub(crate) fn tick(&self) {
        self.live
            .stage(self.stage, |view| view.done = (view.done + 1).min(view.total));
    }

    pub(crate) fn log(&self, level: LogLevel, item: &str, message: impl Into<String>) {
        self.log.write(level, Some(self.stage), item, message);
    }

    pub(crate) fn stop(&self) -> &StopFlag {
        &self.stop
    }

    /// Ends the stage here if somebody asked to stop.
    pub(crate) fn check(&self) -> Result<(), Break> {
        if self.stop.requested() {
            Err(Break::Cancelled)
        } else {
            Ok(())
        }
    }

    /// Does the units of a stage in parallel. The results stand in the order of the items, whatever the thread count.
    /// Between two units, and inside of one where `work` asks, a stop takes effect.
    pub(crate) async fn units<T, R>(
        &self,
        items: Arc<Vec<T>>,
        name: impl Fn(&T) -> &str + Send + Sync + 'static,
        work: impl Fn(usize, &T, &StopFlag) -> Result<R, Stopped> + Send + Sync + 'static,
    ) -> Result<Vec<R>, Break>
    where
        T: Send + Sync + 'static,
        R: Send + 'static,
    {
        let context = self.clone();
        self.blocking(move || {
            items
                .par_iter()
                .enumerate()
                .map(|(index, item)| {
                    context.check()?;
                    context.at(name(item));
                    let result = work(index, item, &context.stop)?;
                    context.tick();
                    Ok(result)
                })
                .collect()
        })
        .await
    }

    /// Runs work that keeps a core busy away from the tasks that answer the interface.
    pub(crate) async fn blocking<R: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<R, Break> + Send + 'static,
    ) -> Result<R, Break> {
        match tokio::task::spawn_blocking(work).await {
            Ok(result) => result,
            Err(error) => Err(Break::Failed(panicked(error))),
        }
    }
}

/// The message of a task that panicked.
pub(crate) fn panicked(error: tokio::task::JoinError) -> Error {
    let said = match error.try_into_panic() {
        Ok(panic) => panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "panic without a message".to_owned()),
        Err(error) => error.to_string(),
    };
    Error::Internal(said)
}
