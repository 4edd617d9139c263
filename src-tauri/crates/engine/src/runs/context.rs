//! What a stage gets from the run manager: its log, its progress, the word to stop, and units of work that are done
//! once.

use std::hash::BuildHasherDefault;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use glossary::{Stop, Stopped};
use rayon::ThreadPool;
use rayon::prelude::*;
use sqlx::{Sqlite, Transaction};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::live::Live;
use super::model::{MissingUnit, Stage, StageStatus};
use super::record;
use super::unit::{Undone, Unit};
use crate::blocking::{panicked, said};
use crate::clock;
use crate::engine::Engine;
use crate::error::Error;
use crate::logs::{Log, LogLevel};
use crate::models::Ledger;
use crate::store::recall::Outputs;
use crate::store::units::{self, ByKey, FinishedUnit, UnitKey};

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

impl From<sqlx::Error> for Break {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<serde_json::Error> for Break {
    fn from(error: serde_json::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// The run manager, as seen from inside a stage.
#[derive(Clone)]
pub(crate) struct StageContext {
    engine: Engine,
    stage: Stage,
    live: Arc<Live>,
    log: Log,
    stop: StopFlag,
    /// The run's own threads: the work of another run, or one that was given up, cannot keep it from its turn.
    threads: Arc<ThreadPool>,
    /// At work while the stage goes on.
    keepers: Arc<Mutex<Vec<Keeper>>>,
    /// Tells nothing and keeps no units, to measure what that costs.
    unobserved: bool,
}

/// The cancellation token as the pure crate wants it.
#[derive(Debug, Clone)]
pub(crate) struct StopFlag(CancellationToken);

impl StopFlag {
    /// For work that waits instead of asking now and then.
    pub(crate) fn token(&self) -> &CancellationToken {
        &self.0
    }
}

impl Stop for StopFlag {
    fn requested(&self) -> bool {
        self.0.is_cancelled()
    }
}

/// Brings finished units into the memo.
type Keeper = JoinHandle<Result<(), Error>>;

/// Cheap units that are told of at once.
const TOLD: usize = 32;

impl StageContext {
    /// Marks the stage as running.
    pub(crate) fn begin(engine: &Engine, stage: Stage, live: &Arc<Live>, log: &Log, threads: &Arc<ThreadPool>) -> Self {
        live.stage(stage, |view| {
            view.status = StageStatus::Running;
            view.started_at = Some(clock::now());
        });
        live.update(engine.events(), |_| {});
        #[cfg(test)]
        engine.runs().fault.strike(Some(stage));
        let stop = StopFlag(live.token().clone());
        Self {
            engine: engine.clone(),
            stage,
            live: Arc::clone(live),
            log: log.clone(),
            stop,
            threads: Arc::clone(threads),
            keepers: Arc::default(),
            unobserved: engine.is_unobserved(),
        }
    }

    /// Marks the stage as completed: n of n, also when units were skipped.
    pub(crate) fn complete(self) {
        self.live.stage(self.stage, |view| {
            view.status = StageStatus::Completed;
            view.done = view.total;
            view.item = None;
            view.finished_at = Some(clock::now());
        });
        self.live.update(self.engine.events(), |_| {});
    }

    /// Says how many units there are.
    pub(crate) fn total(&self, total: usize) {
        self.live.stage(self.stage, |view| view.total = total as u32);
    }

    /// Says that there are so many units more.
    pub(crate) fn more(&self, count: usize) {
        self.live.stage(self.stage, |view| view.total += count as u32);
    }

    /// Says what is worked at.
    pub(crate) fn at(&self, item: &str) {
        if self.unobserved || item.is_empty() {
            return;
        }
        self.live.stage(self.stage, |view| view.item = Some(item.to_owned()));
    }

    /// Says that so many more units are done or skipped.
    pub(crate) fn ticks(&self, count: usize) {
        if self.unobserved {
            return;
        }
        self.live.stage(self.stage, |view| {
            view.done = (view.done + count as u32).min(view.total);
        });
    }

    /// How many units needed no work so far.
    pub(crate) fn reused_in_all(&self) -> u32 {
        self.live.stage_view(self.stage).map_or(0, |view| view.reused)
    }

    /// What the run asked of models.
    pub(crate) fn ledger(&self) -> &Ledger {
        self.live.ledger()
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(super) fn live(&self) -> &Live {
        &self.live
    }

    /// The same stage, for units that wait for a server: so many wait at the same time, however few cores there are.
    pub(crate) fn waiting(&self, at_once: usize) -> Result<Self, Break> {
        let threads = rayon::ThreadPoolBuilder::new()
            .num_threads(at_once)
            .thread_name(|number| format!("wait-{number}"))
            .build()
            .map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Self {
            threads: Arc::new(threads),
            ..self.clone()
        })
    }

    /// How many units there are.
    pub(crate) fn units_in_all(&self) -> u32 {
        self.live.stage_view(self.stage).map_or(0, |view| view.total)
    }

    /// Says that `count` units need no work: their output is known.
    pub(crate) fn reused(&self, count: usize) {
        self.live.stage(self.stage, |view| {
            view.reused += count as u32;
            view.done = (view.done + count as u32).min(view.total);
        });
    }

    /// Says that a unit could not be done. The stage goes on without it, and the run ends as partial.
    pub(crate) fn missing(&self, item: &str, error: &Error) {
        self.log(LogLevel::Error, item, error.to_string());
        self.live.note_missing(MissingUnit {
            stage: self.stage,
            item: item.to_owned(),
            error: error.message(),
        });
    }

    /// The units of this stage that could not be done.
    pub(crate) fn missing_items(&self) -> Vec<String> {
        let of_stage = |unit: MissingUnit| (unit.stage == self.stage).then_some(unit.item);
        self.live.missing().into_iter().filter_map(of_stage).collect()
    }

    pub(crate) fn log(&self, level: LogLevel, item: &str, message: impl Into<String>) {
        if self.unobserved {
            return;
        }
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

    /// A write transaction for results. There is none any more once the run has ended: a worker that was given up
    /// changes nothing.
    pub(crate) async fn write(&self) -> Result<Transaction<'static, Sqlite>, Break> {
        // Another process may keep the database locked for longer than a statement waits. That is no failure.
        let mut tx = loop {
            self.check()?;
            match self.engine.store().write().await {
                Err(error) if error.is_busy() => tracing::warn!(%error, "the database is locked; once more"),
                answer => break answer?,
            }
        };
        if record::still_active(&mut tx, &self.live.id()).await? {
            Ok(tx)
        } else {
            Err(Break::Cancelled)
        }
    }

    /// Does units of work in parallel, each one once: what was finished by this run or an earlier one is taken from the
    /// memo, what is finished now goes there. The results stand in the order of the items, whatever the thread count;
    /// `None` is a unit that could not be done. Between two units, and inside of one where it asks, a stop takes effect.
    pub(crate) async fn units<U: Unit>(
        &self,
        unit: U,
        items: Arc<Vec<U::Item>>,
    ) -> Result<Vec<Option<Arc<U::Output>>>, Break> {
        let unit = Arc::new(unit);
        let keys = if self.unobserved {
            vec![UnitKey::NONE; items.len()]
        } else {
            let (unit, items) = (Arc::clone(&unit), Arc::clone(&items));
            self.blocking(move || {
                Ok(items
                    .par_iter()
                    .map(|item| UnitKey::of(&*unit, item))
                    .collect::<Vec<_>>())
            })
            .await?
        };
        let project_id = self.live.project_id();
        let (mut remembered, mut known) = (Arc::<Outputs<U>>::default(), ByKey::default());
        if !self.unobserved {
            remembered = self.engine.recall().get(&project_id, U::KIND).unwrap_or_default();
            let others = keys.iter().filter(|key| U::KEPT && !remembered.contains_key(key));
            let others: Vec<UnitKey> = others.copied().collect();
            known = units::find(self.engine.store(), &project_id, &others).await?;
        }
        let (sender, receiver) = mpsc::unbounded_channel();
        let (store, over) = (self.engine.store().clone(), CancellationToken::new());
        let keeper = units::keep(
            store,
            project_id.clone(),
            U::KIND,
            U::KEPT_AFTER,
            receiver,
            over.clone(),
        );
        self.keepers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(tokio::spawn(keeper));
        let context = self.clone();
        let done = self
            .blocking(move || {
                let recall = |(item, key): (_, &UnitKey)| {
                    let remembered = remembered.get(key).map(Arc::clone);
                    remembered.or_else(|| known.get(key).and_then(|bytes| unit.unpack(item, bytes)).map(Arc::new))
                };
                let recalled: Vec<_> = items.par_iter().zip(&keys).map(recall).collect();
                let todo: Vec<_> = items
                    .iter()
                    .zip(&recalled)
                    .filter(|(_, output)| output.is_none())
                    .collect();
                let known = todo.is_empty();
                context.reused(items.len() - todo.len());
                let kept = items.iter().zip(&keys).zip(&recalled);
                let kept = kept.filter(|(_, output)| output.is_some());
                unit.known(&kept.map(|((item, key), _)| (item, *key)).collect::<Vec<_>>());
                if !todo.is_empty() {
                    unit.prepare(&todo.iter().map(|(item, _)| *item).collect::<Vec<_>>());
                }
                let one = |item: &U::Item, key: &UnitKey| {
                    let output = context.attempt::<U>(unit.name(item), || unit.work(item, &context.stop))?;
                    if let Some(made) = output.as_ref().filter(|_| !context.unobserved)
                        && let Some(packed) = unit.pack(item, made)
                    {
                        let text = unit.text(made).map(|(hash, text)| (hash.to_owned(), text.to_owned()));
                        let finished = FinishedUnit {
                            key: *key,
                            output: packed,
                            text,
                        };
                        // The keeper is gone after a failed write, and that is what the stage ends with.
                        sender.send(finished).map_err(|_| Break::Cancelled)?;
                    }
                    Ok::<_, Break>(output.map(Arc::new))
                };
                // To tell of each unit that is too cheap to be kept would cost as much as to do it.
                let told = if U::KEPT { 1 } else { TOLD };
                let mut done = recalled;
                items
                    .par_chunks(told)
                    .zip(keys.par_chunks(told))
                    .zip(done.par_chunks_mut(told))
                    // Who has long work must not keep others from what waits behind it.
                    .with_max_len(if U::KEPT { 1 } else { usize::MAX })
                    .try_for_each(|((items, keys), outputs)| {
                        context.check()?;
                        let mut fresh = 0;
                        for ((item, key), output) in items.iter().zip(keys).zip(outputs).filter(|(_, o)| o.is_none()) {
                            if fresh == 0 {
                                context.at(unit.name(item));
                            }
                            *output = one(item, key)?;
                            fresh += 1;
                        }
                        if fresh > 0 {
                            context.ticks(fresh);
                        }
                        Ok::<(), Break>(())
                    })?;
                // What is remembered is all there is to remember.
                let same = known && remembered.len() == keys.len();
                let room = items.iter().map(|item| unit.room(item)).sum::<Option<usize>>();
                Ok((keys, done, room.filter(|_| !same)))
            })
            .await;
        over.cancel();
        let (keys, done, room) = done?;
        if let Some(bytes) = room.filter(|_| !self.unobserved) {
            let mut outputs: Outputs<U> = ByKey::with_capacity_and_hasher(keys.len(), BuildHasherDefault::default());
            let output = |(key, output): (UnitKey, &Option<Arc<_>>)| Some((key, Arc::clone(output.as_ref()?)));
            outputs.extend(keys.into_iter().zip(&done).filter_map(output));
            self.engine
                .recall()
                .keep(&project_id, U::KIND, bytes, Arc::new(outputs));
        }
        Ok(done)
    }

    /// Waits until all that is finished is kept: also what was finished when the stage was stopped or failed.
    pub(crate) async fn settle(&self) -> Result<(), Break> {
        let keepers = std::mem::take(&mut *self.keepers.lock().unwrap_or_else(PoisonError::into_inner));
        let mut kept = Ok(());
        for keeper in keepers {
            kept = kept.and(keeper.await.map_err(panicked).flatten());
        }
        Ok(kept?)
    }

    /// Does the one unit that its stage comes to nothing without.
    pub(crate) async fn whole<U: Unit<Item = ()>>(&self, unit: U) -> Result<Arc<U::Output>, Break> {
        let mut done = self.units(unit, Arc::new(vec![()])).await?;
        let output = done.pop().flatten();
        output.ok_or_else(|| Break::Failed(Error::Internal("a stage was left without its unit".to_owned())))
    }

    /// Does one unit. One that panics is missing; it does not take the others with it.
    fn attempt<U: Unit>(
        &self,
        name: &str,
        work: impl FnOnce() -> Result<U::Output, Undone>,
    ) -> Result<Option<U::Output>, Break> {
        let error = match catch_unwind(AssertUnwindSafe(work)) {
            Ok(Ok(output)) => return Ok(Some(output)),
            Ok(Err(Undone::Stopped)) => return Err(Break::Cancelled),
            Ok(Err(Undone::Hopeless(error))) => return Err(Break::Failed(error)),
            Ok(Err(Undone::Missing(error))) => error,
            Err(panic) => Error::UnitFailed(said(panic.as_ref())),
        };
        if U::WHOLE {
            return Err(Break::Failed(error));
        }
        self.missing(name, &error);
        Ok(None)
    }

    /// Runs work that keeps a core busy away from the tasks that answer the interface.
    pub(crate) async fn blocking<R: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<R, Break> + Send + 'static,
    ) -> Result<R, Break> {
        let threads = Arc::clone(&self.threads);
        match tokio::task::spawn_blocking(move || threads.install(work)).await {
            Ok(result) => result,
            Err(error) => Err(Break::Failed(panicked(error))),
        }
    }
}
