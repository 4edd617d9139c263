//! The life of one run: log, status, stages, promotion, end.
//!
//! Results become current in the same transaction that makes the run completed, so a run that fails or is stopped
//! changes nothing. The log is on disk before the final status is stored, and the end is told after that.

use std::sync::Arc;
use std::time::Duration;

use super::context::{Break, panicked};
use super::live::Live;
use super::model::{RunStatus, StageStatus};
use super::record::{self, Change, Transition};
use crate::engine::Engine;
use crate::error::{Error, Message, Result};
use crate::events::{Event, LogEnd};
use crate::logs::{self, Log, LogLevel, LogWriter};
use crate::pipeline::{self, Produced};
use crate::store::generations;

/// Progress is told this often at most.
const NEWS_EVERY: Duration = Duration::from_millis(100);
/// A stop that another process asked for is noticed within this time.
const LOOK_EVERY: u32 = 3;
/// Signs of life and progress are stored this often, in looks.
const BEAT_EVERY: u32 = 20;
/// The end of a run is offered this often to a database that somebody else keeps locked.
const END_TRIES: u32 = 6;

/// Runs the worker of a run in the background.
pub(super) fn spawn(engine: Engine, live: Arc<Live>) {
    tokio::spawn(async move {
        let run_id = live.view().id;
        // A task of its own, so that a panic anywhere in the work ends as a failed run and not as a stuck one.
        let work = tokio::spawn(live_through(engine.clone(), Arc::clone(&live)));
        if let Err(error) = work.await {
            let error = panicked(error);
            tracing::error!(run = run_id, %error, "the worker of a run panicked");
            end(&engine, &live, Outcome::Failed(error), 0).await;
        }
        engine.runs().remove(&run_id);
    });
}

enum Outcome {
    Done(Vec<Produced>),
    Cancelled,
    Failed(Error),
}

async fn live_through(engine: Engine, live: Arc<Live>) {
    let view = live.view();
    let path = logs::path(engine.home(), &view.id);
    let writer = match LogWriter::create(&path, &view.project_id, &view.id, engine.events().clone()) {
        Ok(writer) => writer,
        Err(error) => return end(&engine, &live, Outcome::Failed(error), 0).await,
    };
    let log = writer.log();
    let pulse = tokio::spawn(pulse(engine.clone(), Arc::clone(&live)));
    let work = tokio::spawn(work(engine.clone(), Arc::clone(&live), log.clone()));
    let outcome = match work.await {
        Ok(Ok(produced)) => Outcome::Done(produced),
        Ok(Err(Break::Cancelled)) => Outcome::Cancelled,
        Ok(Err(Break::Failed(error))) => Outcome::Failed(error),
        Err(error) => Outcome::Failed(panicked(error)),
    };
    pulse.abort();
    write_end(&log, &live, &outcome);
    drop(log);
    let written = tokio::task::spawn_blocking(move || writer.finish()).await;
    let (outcome, total) = match written.unwrap_or_else(|error| Err(std::io::Error::other(error))) {
        Ok(total) => (outcome, total),
        // A completed run promises its log.
        Err(source) if matches!(outcome, Outcome::Done(_)) => (Outcome::Failed(Error::DataFolder { path, source }), 0),
        Err(_) => (outcome, 0),
    };
    end(&engine, &live, outcome, total).await;
}

async fn work(engine: Engine, live: Arc<Live>, log: Log) -> Result<Vec<Produced>, Break> {
    let run = live.view();
    let mut tx = engine.store().write().await?;
    let started = record::transition(&mut tx, &run.id, &Change::to(RunStatus::Running)).await?;
    tx.commit().await.map_err(Error::from)?;
    if started != Transition::Updated {
        return Err(Break::Failed(Error::Internal(format!(
            "the run could not begin: {started:?}"
        ))));
    }
    let stored = record::get(engine.store(), &run.id).await?;
    live.update(engine.events(), |view| {
        view.status = RunStatus::Running;
        view.started_at = stored.started_at;
    });
    log.write(
        LogLevel::Info,
        None,
        "",
        format!(
            "run {} started: {}, engine {}, version {}",
            run.id,
            run.scope.as_text(),
            run.engine,
            run.app_version
        ),
    );
    // A stop that came before there was anybody to hear it is in the database only.
    if record::cancel_requested(engine.store(), &run.id).await? {
        live.cancel(engine.events());
        return Err(Break::Cancelled);
    }
    pipeline::run(&engine, &live, &log).await
}

/// Tells the progress, listens for a stop from elsewhere, and shows that this process lives.
async fn pulse(engine: Engine, live: Arc<Live>) {
    let run_id = live.view().id;
    let mut ticks = tokio::time::interval(NEWS_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for beat in 0_u32.. {
        ticks.tick().await;
        live.tell_news(engine.events());
        let asked = if beat % BEAT_EVERY == BEAT_EVERY - 1 {
            record::heartbeat(engine.store(), &run_id, Some(&live.stages())).await
        } else if beat % LOOK_EVERY == 0 {
            record::cancel_requested(engine.store(), &run_id).await
        } else {
            continue;
        };
        match asked {
            Ok(true) => live.cancel(engine.events()),
            Ok(false) => {}
            Err(error) => tracing::warn!(run = run_id, %error, "a sign of life could not be stored"),
        }
    }
}

fn write_end(log: &Log, live: &Live, outcome: &Outcome) {
    match outcome {
        Outcome::Done(_) => log.write(LogLevel::Info, None, "", "all stages done; the results become current"),
        Outcome::Cancelled => log.write(LogLevel::Info, None, "", "stopped on request; nothing was changed"),
        Outcome::Failed(error) => log.write(LogLevel::Error, live.current_stage(), "", format!("{error}")),
    }
}

/// Stores the end and tells it.
async fn end(engine: &Engine, live: &Live, outcome: Outcome, log_total: u32) {
    let run = live.view();
    let (mut status, mut message) = match &outcome {
        Outcome::Done(_) => (RunStatus::Completed, None),
        Outcome::Cancelled => (RunStatus::Cancelled, None),
        Outcome::Failed(error) => (RunStatus::Failed, Some(error.message())),
    };
    let produced = if let Outcome::Done(produced) = outcome {
        produced
    } else {
        Vec::new()
    };
    if let Err(error) = insist(|| store_end(engine, live, status, message.as_ref(), &produced)).await {
        tracing::error!(run = run.id, %error, "the end of a run could not be stored");
        // The results did not become current, so the run is not completed, whatever it did.
        (status, message) = (RunStatus::Failed, Some(error.message()));
        if let Err(error) = insist(|| store_end(engine, live, status, message.as_ref(), &[])).await {
            tracing::error!(run = run.id, %error, "the failure of a run could not be stored either");
        }
    }
    match record::get(engine.store(), &run.id).await {
        Ok(stored) => {
            status = stored.status;
            live.settle(engine.events(), stored);
        }
        Err(error) => {
            tracing::error!(run = run.id, %error, "the end of a run cannot be read back");
            live.update(engine.events(), |view| {
                view.status = status;
                view.error = message;
            });
        }
    }
    engine.events().emit(Event::LogEnded(LogEnd {
        project_id: run.project_id.clone(),
        run_id: run.id.clone(),
        status,
        total: log_total,
    }));
    engine.project_changed(&run.project_id);
    if let Err(error) = generations::collect(engine.store(), &run.project_id).await {
        tracing::warn!(run = run.id, %error, "old results could not be removed");
    }
}

/// Tries a write again while another process keeps the database locked: that is no failure of the run.
async fn insist<F: Future<Output = Result<()>>>(write: impl Fn() -> F) -> Result<()> {
    let mut outcome = write().await;
    for _ in 1..END_TRIES {
        match &outcome {
            Err(error) if error.is_busy() => tracing::warn!(%error, "the database is locked; once more"),
            _ => break,
        }
        outcome = write().await;
    }
    outcome
}

async fn store_end(
    engine: &Engine,
    live: &Live,
    status: RunStatus,
    message: Option<&Message>,
    produced: &[Produced],
) -> Result<()> {
    let run = live.view();
    let stages = live.end_stages(match status {
        RunStatus::Completed => StageStatus::Completed,
        RunStatus::Cancelled => StageStatus::Cancelled,
        _ => StageStatus::Failed,
    });
    let change = Change {
        stage: live.current_stage(),
        error: message,
        reason: message.map(|message| message.code.as_str()),
        actor: if status == RunStatus::Cancelled {
            "user"
        } else {
            "system"
        },
        revision: run.revision,
        ..Change::to(status)
    };
    let mut tx = engine.store().write().await?;
    record::save_stages(&mut tx, &run.id, &stages).await?;
    match record::transition(&mut tx, &run.id, &change).await? {
        Transition::Updated => {
            generations::promote(&mut tx, &run.project_id, &run.id, produced).await?;
            tx.commit().await?;
            Ok(())
        }
        // Already final: the first end counts.
        Transition::Refused(_) => Ok(()),
        Transition::NotFound => Err(Error::RunNotFound(run.id)),
    }
}
