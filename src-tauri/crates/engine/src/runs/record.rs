//! Runs in the database. Every change of a status is one statement that names the states it may come from, and writes
//! a row of history in the same transaction.

use sqlx::{Sqlite, SqliteExecutor, Transaction};

use super::model::{RunStatus, Scope, Stage, StageView, Trigger};
use super::owner::{Process, Program};
use crate::clock;
use crate::error::{Error, Message, Result};
use crate::models::{self, ModelUse};
use crate::store::Store;

pub(crate) use super::missing::save as save_missing;

/// What became of a requested change of a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transition {
    /// It happened.
    Updated,
    /// There is no such run.
    NotFound,
    /// The run is in another state, from which there is no way.
    Refused(RunStatus),
}

/// A change of a status.
#[derive(Debug, Clone)]
pub(crate) struct Change<'a> {
    pub(crate) to: RunStatus,
    pub(crate) stage: Option<Stage>,
    pub(crate) reason: Option<&'a str>,
    pub(crate) actor: &'a str,
    pub(crate) error: Option<&'a Message>,
    /// Revision of the view in memory, if there is one.
    pub(crate) revision: u32,
    /// When it happened, if not now.
    pub(crate) at: Option<&'a str>,
}

impl Change<'_> {
    pub(crate) fn to(to: RunStatus) -> Self {
        Self {
            to,
            stage: None,
            reason: None,
            actor: "system",
            error: None,
            revision: 0,
            at: None,
        }
    }
}

/// What is stored of a run at its start.
pub(crate) struct NewRun<'a> {
    pub(crate) id: &'a str,
    pub(crate) project_id: &'a str,
    pub(crate) request_id: &'a str,
    pub(crate) scope: Scope,
    pub(crate) trigger: Trigger,
    pub(crate) engine: &'a str,
    /// The model that it asks.
    pub(crate) model: Option<&'a str>,
    pub(crate) settings: &'a str,
    /// The run that it takes up again.
    pub(crate) resumes: Option<&'a str>,
    /// What its calls may cost.
    pub(crate) allowed: Option<f64>,
    pub(crate) owner: &'a Process,
    pub(crate) program: Program,
}

/// Inserts a pending run, unless its request is known or the project has an active run.
/// `Ok(Some(id))` is the run that this request started before.
pub(crate) async fn insert(tx: &mut Transaction<'_, Sqlite>, run: &NewRun<'_>) -> Result<Option<String>> {
    if let Some(id) = requested(&mut **tx, run.request_id).await? {
        return Ok(Some(id));
    }
    let there = sqlx::query_scalar!(
        "SELECT count(*) FROM project WHERE id = ? AND deleted_at IS NULL",
        run.project_id
    )
    .fetch_one(&mut **tx)
    .await?;
    if there == 0 {
        return Err(Error::ProjectNotFound(run.project_id.to_owned()));
    }
    refuse_active(tx, run.project_id).await?;
    let (scope, trigger, now) = (run.scope.as_text(), run.trigger.as_text(), clock::now());
    let hash = blake3::hash(run.settings.as_bytes()).to_hex().to_string();
    let (version, program) = (env!("CARGO_PKG_VERSION"), run.program.as_text());
    sqlx::query!(
        "INSERT INTO run (id, project_id, request_id, scope, trigger, status, engine, model, settings, settings_hash,
             app_version, resumes, allowed, owner_boot, owner_pid, owner_started, owner_kind, heartbeat_at, created_at)
         VALUES (?, ?, ?, ?, ?, 'pending', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        run.id,
        run.project_id,
        run.request_id,
        scope,
        trigger,
        run.engine,
        run.model,
        run.settings,
        hash,
        version,
        run.resumes,
        run.allowed,
        run.owner.boot,
        run.owner.pid,
        run.owner.started,
        program,
        now,
        now
    )
    .execute(&mut **tx)
    .await?;
    for (position, stage) in run.scope.stages().iter().enumerate() {
        let (position, stage) = (position as i64, stage.name());
        sqlx::query!(
            "INSERT INTO run_stage (run_id, position, stage, status) VALUES (?, ?, ?, 'waiting')",
            run.id,
            position,
            stage
        )
        .execute(&mut **tx)
        .await?;
    }
    note(
        tx,
        run.id,
        &Change {
            actor: &trigger,
            ..Change::to(RunStatus::Pending)
        },
        &now,
    )
    .await?;
    Ok(None)
}

/// Changes the status of a run inside a transaction.
pub(crate) async fn transition(
    tx: &mut Transaction<'_, Sqlite>,
    run_id: &str,
    change: &Change<'_>,
) -> Result<Transition> {
    let now = change.at.map_or_else(clock::now, str::to_owned);
    let to = change.to.as_text();
    let from = serde_json::to_string(change.to.predecessors())?;
    let stage = change.stage.map(Stage::name);
    let error = change.error.map(serde_json::to_string).transpose()?;
    let (starts, ends) = (change.to == RunStatus::Running, change.to.is_final());
    let changed = sqlx::query!(
        "UPDATE run SET status = ?1, stage = coalesce(?2, stage), error = ?3, revision = max(revision, ?9) + 1,
             started_at = CASE WHEN ?4 THEN ?5 ELSE started_at END,
             finished_at = CASE WHEN ?6 THEN ?5 ELSE finished_at END,
             paused = CASE WHEN ?6 THEN NULL ELSE paused END,
             heartbeat_at = CASE WHEN ?4 THEN ?5 ELSE heartbeat_at END
         WHERE id = ?7 AND status IN (SELECT value FROM json_each(?8))",
        to,
        stage,
        error,
        starts,
        now,
        ends,
        run_id,
        from,
        change.revision
    )
    .execute(&mut **tx)
    .await?
    .rows_affected();
    if changed == 1 {
        note(tx, run_id, change, &now).await?;
        return Ok(Transition::Updated);
    }
    let status = sqlx::query_scalar!("SELECT status FROM run WHERE id = ?", run_id)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(match status {
        None => Transition::NotFound,
        Some(status) => Transition::Refused(known(&status, RunStatus::from_text)?),
    })
}

async fn note(tx: &mut Transaction<'_, Sqlite>, run_id: &str, change: &Change<'_>, at: &str) -> Result<()> {
    let (status, stage) = (change.to.as_text(), change.stage.map(Stage::name));
    sqlx::query!(
        "INSERT INTO run_status_history (run_id, status, stage, at, reason, actor) VALUES (?, ?, ?, ?, ?, ?)",
        run_id,
        status,
        stage,
        at,
        change.reason,
        change.actor
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Stores where the stages of a run are, and how long the machine slept meanwhile.
pub(crate) async fn save_progress(
    tx: &mut Transaction<'_, Sqlite>,
    run_id: &str,
    stages: &[StageView],
    suspended_ms: u32,
) -> Result<()> {
    sqlx::query!("UPDATE run SET suspended_ms = ? WHERE id = ?", suspended_ms, run_id)
        .execute(&mut **tx)
        .await?;
    let json = serde_json::to_string(stages)?;
    sqlx::query!(
        "UPDATE run_stage SET status = new.value ->> 'status', done = new.value ->> 'done',
             total = new.value ->> 'total', reused = new.value ->> 'reused',
             missing = new.value ->> 'missing', item = new.value ->> 'item',
             started_at = new.value ->> 'started_at', finished_at = new.value ->> 'finished_at',
             suspended_ms = new.value ->> 'suspended_ms'
         FROM json_each(?) AS new WHERE run_id = ? AND position = new.key",
        json,
        run_id
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Asks a run to stop. The flag is what counts; its owner, this process or another, reads it.
pub(crate) async fn request_cancel(store: &Store, run_id: &str, now: &str) -> Result<Transition> {
    let mut tx = store.write().await?;
    let changed = sqlx::query!(
        "UPDATE run SET cancel_requested_at = coalesce(cancel_requested_at, ?), revision = revision + 1
         WHERE id = ? AND status IN ('pending', 'running')",
        now,
        run_id
    )
    .execute(&mut *tx)
    .await?
    .rows_affected();
    let outcome = if changed == 1 {
        Transition::Updated
    } else {
        let status = sqlx::query_scalar!("SELECT status FROM run WHERE id = ?", run_id)
            .fetch_optional(&mut *tx)
            .await?;
        match status {
            None => Transition::NotFound,
            Some(status) => Transition::Refused(known(&status, RunStatus::from_text)?),
        }
    };
    tx.commit().await?;
    Ok(outcome)
}

/// What the owner of a run learns when it shows that it lives.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Sign {
    /// The run is active; somebody may have asked for its stop, or allowed it more.
    Active {
        /// When its stop was asked for.
        cancel_requested_at: Option<String>,
        /// What it may spend.
        allowed: Option<f64>,
        /// Where that was said last.
        allowed_by: Option<Program>,
    },
    /// Somebody else ended the run.
    Over,
}

/// Shows that the owner lives, stores the progress and the time that the machine slept, and tells what others did.
pub(crate) async fn heartbeat(
    store: &Store,
    run_id: &str,
    stages: &[StageView],
    suspended_ms: u32,
    uses: &[ModelUse],
) -> Result<Sign> {
    let now = clock::now();
    let mut tx = store.write().await?;
    let row = sqlx::query!(
        "UPDATE run SET heartbeat_at = ?, revision = revision + 1
         WHERE id = ? AND status IN ('pending', 'running') 
         RETURNING cancel_requested_at, allowed, allowed_by",
        now,
        run_id
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(Sign::Over) };
    save_progress(&mut tx, run_id, stages, suspended_ms).await?;
    models::save(&mut tx, run_id, uses).await?;
    tx.commit().await?;
    Ok(Sign::Active {
        cancel_requested_at: row.cancel_requested_at,
        allowed: row.allowed,
        allowed_by: row.allowed_by.as_deref().and_then(Program::from_text),
    })
}

/// What others did to a run.
pub(crate) async fn look(store: &Store, run_id: &str) -> Result<Sign> {
    let row = sqlx::query!(
        "SELECT cancel_requested_at, allowed, allowed_by FROM run WHERE id = ? AND status IN ('pending', 'running')",
        run_id
    )
    .fetch_optional(store.reader())
    .await?;
    Ok(row.map_or(Sign::Over, |row| Sign::Active {
        cancel_requested_at: row.cancel_requested_at,
        allowed: row.allowed,
        allowed_by: row.allowed_by.as_deref().and_then(Program::from_text),
    }))
}

/// Whether a run may still write. A worker that was given up asks this in the transaction of each of its writes.
pub(crate) async fn still_active(tx: &mut Transaction<'_, Sqlite>, run_id: &str) -> Result<bool> {
    let active = sqlx::query_scalar!(
        "SELECT count(*) FROM run WHERE id = ? AND status IN ('pending', 'running')",
        run_id
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(active == 1)
}

/// The run that a request started.
pub(crate) async fn requested(database: impl SqliteExecutor<'_>, request_id: &str) -> Result<Option<String>> {
    Ok(
        sqlx::query_scalar!("SELECT id FROM run WHERE request_id = ?", request_id)
            .fetch_optional(database)
            .await?,
    )
}

/// The one run whose id is `name` or ends with it.
pub(crate) async fn find(store: &Store, name: &str) -> Result<String> {
    let mut ids = sqlx::query_scalar!(
        "SELECT run.id FROM run JOIN project ON project.id = project_id
         WHERE length(?1) >= 4 AND substr(run.id, -length(?1)) = ?1
             AND run.deleted_at IS NULL AND project.deleted_at IS NULL LIMIT 2",
        name
    )
    .fetch_all(store.reader())
    .await?;
    match (ids.pop(), ids.pop()) {
        (Some(id), None) => Ok(id),
        _ => Err(Error::RunNotFound(name.to_owned())),
    }
}

/// The active run of a project.
pub(crate) async fn active(store: &Store, project_id: &str) -> Result<Option<String>> {
    Ok(sqlx::query_scalar!(
        "SELECT id FROM run WHERE project_id = ? AND status IN ('pending', 'running')",
        project_id
    )
    .fetch_optional(store.reader())
    .await?)
}

/// Fails with [`Error::RunActive`] while the project has an active run.
pub(crate) async fn refuse_active(tx: &mut Transaction<'_, Sqlite>, project_id: &str) -> Result<()> {
    let active = sqlx::query_scalar!(
        "SELECT id FROM run WHERE project_id = ? AND status IN ('pending', 'running')",
        project_id
    )
    .fetch_optional(&mut **tx)
    .await?;
    active.map_or(Ok(()), |run| Err(Error::RunActive { run }))
}

/// An active run and who works at it.
pub(crate) struct Active {
    pub(crate) id: String,
    pub(crate) process: Process,
    /// Last sign of life.
    pub(crate) heartbeat: String,
}

/// All active runs.
pub(crate) async fn active_owners(store: &Store) -> Result<Vec<Active>> {
    let rows = sqlx::query!(
        "SELECT id, owner_boot, owner_pid, owner_started, heartbeat_at FROM run
         WHERE status IN ('pending', 'running')"
    )
    .fetch_all(store.reader())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Active {
            id: row.id,
            process: Process {
                boot: row.owner_boot,
                pid: row.owner_pid,
                started: row.owner_started,
            },
            heartbeat: row.heartbeat_at,
        })
        .collect())
}

/// Ends a run whose process is dead, at the time of its last sign of life.
pub(crate) async fn interrupt(tx: &mut Transaction<'_, Sqlite>, run_id: &str, at: &str) -> Result<Transition> {
    let change = Change {
        reason: Some("the process that ran it ended"),
        at: Some(at),
        ..Change::to(RunStatus::Interrupted)
    };
    end_pause(tx, run_id, at).await?;
    let outcome = transition(tx, run_id, &change).await?;
    if outcome == Transition::Updated {
        sqlx::query!(
            "UPDATE run_stage SET status = 'failed', finished_at = ? WHERE run_id = ? AND status = 'running'",
            at,
            run_id
        )
        .execute(&mut **tx)
        .await?;
    }
    Ok(outcome)
}

/// Counts the pause that a run is in up to that time as no work, for the run and for the stage that it is in.
async fn end_pause(tx: &mut Transaction<'_, Sqlite>, run_id: &str, at: &str) -> Result<()> {
    sqlx::query!(
        "UPDATE run_stage SET suspended_ms = suspended_ms + (
             SELECT max(0, CAST(round((julianday(?1) - julianday(paused ->> 'since')) * 86400000.0) AS INTEGER))
             FROM run WHERE id = ?2)
         WHERE run_id = ?2 AND status = 'running' AND EXISTS (SELECT 1 FROM run WHERE id = ?2 AND paused IS NOT NULL)",
        at,
        run_id
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "UPDATE run SET suspended_ms = suspended_ms
             + max(0, CAST(round((julianday(?1) - julianday(paused ->> 'since')) * 86400000.0) AS INTEGER))
         WHERE id = ?2 AND paused IS NOT NULL AND status IN ('pending', 'running')",
        at,
        run_id
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A value of the database by its name.
pub(crate) fn known<T>(text: &str, parse: fn(&str) -> Option<T>) -> Result<T> {
    parse(text).ok_or_else(|| Error::Internal(format!("unknown value in the database: {text}")))
}
