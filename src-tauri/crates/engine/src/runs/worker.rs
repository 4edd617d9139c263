//! The life of one run: its turn, log, status, stages, promotion, end.
//!
//! Results become current in the same transaction that makes the run completed, so a run that fails or is stopped
//! changes nothing. The log is on disk before the final status is stored, and the end is told after that.

use std::sync::Arc;
use std::time::Duration;

use super::context::Break;
use super::live::Live;
use super::model::{CancelOutcome, MissingUnit, RunStatus, RunView, StageStatus, StopReason};
use super::pulse::pulse;
use super::queue::{self, Turn};
use super::record::{self, Change, Transition};
use super::view;
use crate::blocking::panicked;
use crate::clock;
use crate::engine::Engine;
use crate::error::{Error, Message, Result};
use crate::events::{Event, LogEnd};
use crate::logs::{self, Log, LogLevel, LogWriter};
use crate::models;
use crate::pipeline::{self, Produced};
use crate::retention;
use crate::store::{generations, units};

/// A run that waits looks this often whether another process left it its turn. In this process it is woken at once.
const QUEUE_EVERY: Duration = Duration::from_millis(300);
/// The end of a run is offered this often to a database that somebody else keeps locked.
const END_TRIES: u32 = 6;
/// A forced stop waits this long for an end that is being written already.
const FORCE_WAIT: Duration = Duration::from_secs(5);

/// Runs the worker of a run in the background.
pub(super) fn spawn(engine: Engine, live: Arc<Live>) {
    tokio::spawn(async move {
        let run_id = live.view().id;
        // A task of its own, so that a panic anywhere in the work ends as a failed run and not as a stuck one.
        let work = tokio::spawn(live_through(engine.clone(), Arc::clone(&live)));
        if let Err(error) = work.await {
            let error = panicked(error);
            tracing::error!(run = run_id, %error, "the worker of a run panicked");
            end(&engine, &live, Outcome::Failed(error)).await;
        }
        // Nobody waits for what is tidied up, except who closes the engine.
        let cleaning = engine.cleaning().read().await;
        engine.runs().remove(&run_id);
        clean_up(&engine, &live.view()).await;
        drop(cleaning);
        if let Err(error) = engine.store().fold().await {
            tracing::debug!(run = run_id, %error, "the write-ahead log is left for another time");
        }
    });
}

enum Outcome {
    Done {
        produced: Vec<Produced>,
        missing: Vec<MissingUnit>,
    },
    Cancelled,
    Failed(Error),
}

async fn live_through(engine: Engine, live: Arc<Live>) {
    let view = live.view();
    let path = logs::path(engine.home(), &view.id);
    let log = match LogWriter::create(&path, &view.project_id, &view.id, engine.events().clone()) {
        Ok(writer) => {
            let log = writer.log();
            live.keep_log(writer);
            log
        }
        Err(error) => return end(&engine, &live, Outcome::Failed(error)).await,
    };
    let pulse = tokio::spawn(pulse(engine.clone(), Arc::clone(&live)));
    let work = tokio::spawn(work(engine.clone(), Arc::clone(&live), log));
    live.keep_work(work.abort_handle());
    let outcome = match work.await {
        Ok(Ok(produced)) => Outcome::Done {
            produced,
            missing: live.missing(),
        },
        Ok(Err(Break::Cancelled)) => Outcome::Cancelled,
        Ok(Err(Break::Failed(error))) => Outcome::Failed(error),
        // Only a forced stop does that, and it writes the end itself unless the database refuses.
        Err(error) if error.is_cancelled() => Outcome::Cancelled,
        Err(error) => Outcome::Failed(panicked(error)),
    };
    pulse.abort();
    end(&engine, &live, outcome).await;
}

async fn work(engine: Engine, live: Arc<Live>, log: Log) -> Result<Vec<Produced>, Break> {
    #[cfg(test)]
    engine.runs().fault.strike(None);
    let run = live.view();
    wait_for_turn(&engine, &live, &log).await?;
    let stored = view::get(engine.store(), &run.id).await?;
    live.update(engine.events(), |view| {
        view.status = RunStatus::Running;
        view.started_at = stored.started_at;
        view.waiting = None;
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
    if let Some(earlier) = &run.resumes {
        log.write(LogLevel::Info, None, "", format!("takes up run {earlier}"));
    }
    pipeline::run(&engine, &live, &log).await
}

/// Waits until the run may begin, and begins it.
async fn wait_for_turn(engine: &Engine, live: &Live, log: &Log) -> Result<(), Break> {
    let run_id = live.view().id;
    let mut news = engine.runs().queue_news();
    let mut said = false;
    loop {
        news.mark_unchanged();
        match take_turn(engine, &run_id).await {
            Ok(Turn::Begun) => {
                // The next in the queue may find a place too.
                engine.runs().wake_queue();
                return Ok(());
            }
            Ok(Turn::Waits(waiting)) => {
                live.wait(engine.events(), waiting);
                if !std::mem::replace(&mut said, true) {
                    let [running, limit, ahead] = [waiting.running, waiting.limit, waiting.ahead];
                    let message = format!("waits: {running} of {limit} runs are at work, {ahead} waited before");
                    log.write(LogLevel::Info, None, "", message);
                }
            }
            // A stop that came before there was anybody to hear it is in the database only.
            Ok(Turn::Stopped(at)) => {
                live.cancel(engine.events(), StopReason::User, &at);
                return Err(Break::Cancelled);
            }
            Ok(Turn::Over(status)) => {
                let what = format!("the run could not begin: it is {}", status.as_text());
                return Err(Break::Failed(Error::Internal(what)));
            }
            Err(error) if error.is_busy() => tracing::warn!(run = run_id, %error, "the queue is locked; once more"),
            Err(error) => return Err(Break::Failed(error)),
        }
        tokio::select! {
            () = live.token().cancelled() => return Err(Break::Cancelled),
            _ = news.changed() => {}
            () = tokio::time::sleep(QUEUE_EVERY) => {
                // Who died must not keep its place.
                if let Err(error) = engine.recover_runs().await {
                    tracing::warn!(%error, "dead runs could not be looked for");
                }
            }
        }
    }
}

/// Looks before it asks for the write lock: most looks find nothing.
async fn take_turn(engine: &Engine, run_id: &str) -> Result<Turn> {
    let turn = queue::look(engine.store().reader(), run_id).await?;
    if !matches!(&turn, Turn::Waits(waiting) if waiting.is_over()) {
        return Ok(turn);
    }
    let mut tx = engine.store().write().await?;
    let turn = queue::begin(&mut tx, run_id).await?;
    tx.commit().await?;
    Ok(turn)
}

/// Ends a run whose work does not stop. What it still does goes nowhere: its log is closed, its view is final, and the
/// database knows the run as ended.
pub(super) async fn force(engine: &Engine, live: &Live) -> Result<CancelOutcome> {
    let Ok(mut ended) = tokio::time::timeout(FORCE_WAIT, live.ending()).await else {
        return Ok(CancelOutcome::Cancelling);
    };
    if *ended {
        return Ok(CancelOutcome::AlreadyFinished);
    }
    live.abandon_work();
    insist(|| store_end(engine, live, RunStatus::Cancelled, StopReason::Forced, None, &[], &[])).await?;
    *ended = true;
    let writer = live.take_log();
    let last = "stopped by force; what was still at work is given up and nothing was changed";
    let closing = tokio::task::spawn_blocking(move || close_log(writer, LogLevel::Warn, None, last));
    // A disk that hangs may be why the work did.
    let total = match tokio::time::timeout(FORCE_WAIT, closing).await {
        Ok(Ok(Ok(total))) => total,
        _ => 0,
    };
    tell_end(engine, live, RunStatus::Cancelled, None, total).await;
    engine.runs().remove(&live.view().id);
    Ok(CancelOutcome::Cancelling)
}

/// Writes the last record of a log and ends it. Returns the number of its records.
fn close_log(
    writer: Option<LogWriter>,
    level: LogLevel,
    stage: Option<super::Stage>,
    last: &str,
) -> std::io::Result<u32> {
    let Some(writer) = writer else { return Ok(0) };
    writer.log().write(level, stage, "", last);
    writer.finish()
}

/// Stores the end and tells it, unless somebody did.
async fn end(engine: &Engine, live: &Live, outcome: Outcome) {
    let mut ended = live.ending().await;
    if *ended {
        return;
    }
    *ended = true;
    let run = live.view();
    let (level, stage, last) = match &outcome {
        Outcome::Done { missing, .. } if missing.is_empty() => (
            LogLevel::Info,
            None,
            "all stages done; the results become current".to_owned(),
        ),
        Outcome::Done { missing, .. } => (
            LogLevel::Warn,
            None,
            format!(
                "all stages done, {} units are missing; the results become current",
                missing.len()
            ),
        ),
        Outcome::Cancelled => (
            LogLevel::Info,
            None,
            "stopped on request; nothing was changed".to_owned(),
        ),
        Outcome::Failed(error) => (LogLevel::Error, live.current_stage(), error.to_string()),
    };
    let writer = live.take_log();
    let closed = tokio::task::spawn_blocking(move || close_log(writer, level, stage, &last)).await;
    let closed = closed.unwrap_or_else(|error| Err(std::io::Error::other(error)));
    let total = *closed.as_ref().unwrap_or(&0);
    let outcome = match (closed, outcome) {
        // A completed run promises its log.
        (Err(source), Outcome::Done { .. }) if source.kind() == std::io::ErrorKind::StorageFull => {
            Outcome::Failed(Error::DiskFull)
        }
        (Err(source), Outcome::Done { .. }) => Outcome::Failed(Error::DataFolder {
            path: logs::path(engine.home(), &run.id),
            source,
        }),
        (_, outcome) => outcome,
    };
    let (mut status, mut message, produced, missing) = match outcome {
        Outcome::Done { produced, missing } if missing.is_empty() => (RunStatus::Completed, None, produced, missing),
        Outcome::Done { produced, missing } => (RunStatus::Partial, None, produced, missing),
        Outcome::Cancelled => (RunStatus::Cancelled, None, vec![], vec![]),
        Outcome::Failed(error) => (RunStatus::Failed, Some(engine.noted(error).message()), vec![], vec![]),
    };
    let reason = live.stop_reason();
    let write = || store_end(engine, live, status, reason, message.as_ref(), &produced, &missing);
    if let Err(error) = insist(write).await {
        tracing::error!(run = run.id, %error, "the end of a run could not be stored");
        // The results did not become current, so the run is not completed, whatever it did.
        (status, message) = (RunStatus::Failed, Some(engine.noted(error).message()));
        let write = || store_end(engine, live, status, reason, message.as_ref(), &[], &[]);
        if let Err(error) = insist(write).await {
            tracing::error!(run = run.id, %error, "the failure of a run could not be stored either");
        }
    }
    tell_end(engine, live, status, message, total).await;
}

async fn tell_end(engine: &Engine, live: &Live, mut status: RunStatus, message: Option<Message>, total: u32) {
    engine.runs().wake_queue();
    let run = live.view();
    let stored = view::get_from(engine.store().reader(), &run.id).await;
    if let Ok(stored) = stored
        && stored.status.is_final()
    {
        status = stored.status;
        live.settle(engine.events(), stored);
    } else {
        // The row still says that the run is active. Nobody works at it, so the next recovery settles it.
        tracing::error!(run = run.id, "the end of a run is not in the database");
        live.update(engine.events(), |view| {
            view.status = status;
            view.error = message;
            view.finished_at = Some(clock::now());
        });
    }
    engine.events().emit(Event::LogEnded(LogEnd {
        project_id: run.project_id.clone(),
        run_id: run.id.clone(),
        status,
        total,
    }));
    engine.project_changed(&run.project_id);
    engine.tidy_in(retention::AFTER_RUN);
}

/// Removes what the end of a run made superfluous.
async fn clean_up(engine: &Engine, run: &RunView) {
    if let Err(error) = generations::collect(engine.store(), &run.project_id).await {
        tracing::warn!(run = run.id, %error, "old results could not be removed");
    }
    if matches!(run.status, RunStatus::Completed | RunStatus::Partial)
        && let Err(error) = generations::collect_texts(engine.store()).await
    {
        tracing::warn!(run = run.id, %error, "old texts could not be removed");
    }
    if let Err(error) = units::prune(engine.store()).await {
        tracing::warn!(run = run.id, %error, "old units could not be removed");
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
    stopped: StopReason,
    message: Option<&Message>,
    produced: &[Produced],
    missing: &[MissingUnit],
) -> Result<()> {
    live.end_pause();
    let run = live.view();
    let stages = live.end_stages(match status {
        RunStatus::Completed | RunStatus::Partial => StageStatus::Completed,
        RunStatus::Cancelled => StageStatus::Cancelled,
        _ => StageStatus::Failed,
    });
    let stopped = (status == RunStatus::Cancelled).then_some(stopped);
    let reason = stopped
        .map(StopReason::as_text)
        .or_else(|| message.map(|message| message.code.clone()));
    let change = Change {
        stage: live.current_stage(),
        error: message,
        reason: reason.as_deref(),
        actor: match stopped {
            Some(StopReason::User | StopReason::Forced) => "user",
            _ => "system",
        },
        revision: run.revision,
        ..Change::to(status)
    };
    let mut tx = engine.store().write().await?;
    match record::transition(&mut tx, &run.id, &change).await? {
        Transition::Updated => {
            record::save_progress(&mut tx, &run.id, &stages, run.suspended_ms).await?;
            record::save_missing(&mut tx, &run.id, missing).await?;
            models::save(&mut tx, &run.id, &live.ledger().totals()).await?;
            generations::promote(&mut tx, &run.project_id, &run.id, produced).await?;
            tx.commit().await?;
            Ok(())
        }
        // Already final: the first end counts.
        Transition::Refused(_) => Ok(()),
        Transition::NotFound => Err(Error::RunNotFound(run.id)),
    }
}
