//! Runs in the database. Every change of a status is one statement that names the states it may come from, and writes
//! a row of history in the same transaction.

use sqlx::{Sqlite, SqliteExecutor, Transaction};

use super::model::{RunDetail, RunStatus, RunView, Scope, Stage, StageView, StatusChange, Trigger};
use super::owner::Owner;
use crate::clock;
use crate::error::{Error, Message, Result};
use crate::store::Store;

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
    pub(crate) settings: &'a str,
    pub(crate) owner: Owner,
}

/// Inserts a pending run, unless its request is known or the project has an active run.
/// `Ok(Some(id))` is the run that this request started before.
pub(crate) async fn insert(tx: &mut Transaction<'_, Sqlite>, run: &NewRun<'_>) -> Result<Option<String>> {
    let known = sqlx::query_scalar!("SELECT id FROM run WHERE request_id = ?", run.request_id)
        .fetch_optional(&mut **tx)
        .await?;
    if let Some(id) = known {
        return Ok(Some(id));
    }
    let active = sqlx::query_scalar!(
        "SELECT id FROM run WHERE project_id = ? AND status IN ('pending', 'running')",
        run.project_id
    )
    .fetch_optional(&mut **tx)
    .await?;
    if let Some(active) = active {
        return Err(Error::RunActive { run: active });
    }
    let (scope, trigger, now) = (run.scope.as_text(), run.trigger.as_text(), clock::now());
    let hash = blake3::hash(run.settings.as_bytes()).to_hex().to_string();
    let version = env!("CARGO_PKG_VERSION");
    sqlx::query!(
        "INSERT INTO run (id, project_id, request_id, scope, trigger, status, engine, settings, settings_hash,
             app_version, owner_pid, owner_started, heartbeat_at, created_at)
         VALUES (?, ?, ?, ?, ?, 'pending', ?, ?, ?, ?, ?, ?, ?, ?)",
        run.id,
        run.project_id,
        run.request_id,
        scope,
        trigger,
        run.engine,
        run.settings,
        hash,
        version,
        run.owner.pid,
        run.owner.started,
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

/// Stores where the stages of a run are.
pub(crate) async fn save_stages(tx: &mut Transaction<'_, Sqlite>, run_id: &str, stages: &[StageView]) -> Result<()> {
    let json = serde_json::to_string(stages)?;
    sqlx::query!(
        "UPDATE run_stage SET status = new.value ->> 'status', done = new.value ->> 'done',
             total = new.value ->> 'total', reused = new.value ->> 'reused',
             missing = new.value ->> 'missing', item = new.value ->> 'item',
             started_at = new.value ->> 'started_at', finished_at = new.value ->> 'finished_at'
         FROM json_each(?) AS new WHERE run_id = ? AND position = new.key",
        json,
        run_id
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Ends the stages that were at work when the process died.
pub(crate) async fn break_stages(tx: &mut Transaction<'_, Sqlite>, run_id: &str, at: &str) -> Result<()> {
    sqlx::query!(
        "UPDATE run_stage SET status = 'failed', finished_at = ? WHERE run_id = ? AND status = 'running'",
        at,
        run_id
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Whether a run has not ended yet: what a worker asks before it writes.
pub(crate) async fn still_active(tx: &mut Transaction<'_, Sqlite>, run_id: &str) -> Result<bool> {
    let active = sqlx::query_scalar!(
        "SELECT id FROM run WHERE id = ? AND status IN ('pending', 'running')",
        run_id
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(active.is_some())
}

/// Asks a run to stop. The flag is what counts; its owner, this process or another, reads it.
pub(crate) async fn request_cancel(store: &Store, run_id: &str) -> Result<Transition> {
    let now = clock::now();
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

/// Shows that the owner lives, stores the progress, and tells whether somebody asked to stop.
pub(crate) async fn heartbeat(store: &Store, run_id: &str, stages: Option<&[StageView]>) -> Result<bool> {
    let now = clock::now();
    let mut tx = store.write().await?;
    let cancel = sqlx::query_scalar!(
        "UPDATE run SET heartbeat_at = ?, revision = revision + 1 WHERE id = ? RETURNING cancel_requested_at",
        now,
        run_id
    )
    .fetch_optional(&mut *tx)
    .await?
    .flatten();
    if let Some(stages) = stages {
        save_stages(&mut tx, run_id, stages).await?;
    }
    tx.commit().await?;
    Ok(cancel.is_some())
}

/// Whether somebody asked the run to stop.
pub(crate) async fn cancel_requested(store: &Store, run_id: &str) -> Result<bool> {
    let at = sqlx::query_scalar!("SELECT cancel_requested_at FROM run WHERE id = ?", run_id)
        .fetch_optional(store.reader())
        .await?;
    Ok(at.flatten().is_some())
}

struct Row {
    id: String,
    project_id: String,
    project_name: String,
    scope: String,
    trigger: String,
    status: String,
    engine: String,
    model: Option<String>,
    app_version: String,
    created_at: String,
    started_at: Option<String>,
    finished_at: Option<String>,
    cancel_requested_at: Option<String>,
    error: Option<String>,
    revision: i64,
    stages: String,
}

impl TryFrom<Row> for RunView {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let status = known(&row.status, RunStatus::from_text)?;
        Ok(Self {
            id: row.id,
            project_id: row.project_id,
            project_name: row.project_name,
            scope: known(&row.scope, Scope::from_text)?,
            trigger: known(&row.trigger, Trigger::from_text)?,
            status,
            cancelling: row.cancel_requested_at.is_some() && !status.is_final(),
            engine: row.engine,
            model: row.model,
            app_version: row.app_version,
            created_at: row.created_at,
            started_at: row.started_at,
            finished_at: row.finished_at,
            stages: serde_json::from_str(&row.stages)?,
            error: row.error.map(|json| serde_json::from_str(&json)).transpose()?,
            revision: row.revision as u32,
        })
    }
}

/// One run.
pub(crate) async fn get(store: &Store, run_id: &str) -> Result<RunView> {
    get_from(store.reader(), run_id).await
}

/// One run, as a transaction sees it.
pub(crate) async fn get_from(database: impl SqliteExecutor<'_>, run_id: &str) -> Result<RunView> {
    let row = sqlx::query_as!(
        Row,
        r#"SELECT run.id, project_id, project.name AS project_name, scope, trigger, status, engine, model, app_version,
             run.created_at, started_at, finished_at, cancel_requested_at, error, revision,
             (SELECT json_group_array(json_object('stage', stage, 'status', status, 'done', done, 'total', total,
                  'reused', reused, 'missing', missing, 'item', item, 'started_at', started_at, 'finished_at', finished_at))
              FROM (SELECT * FROM run_stage WHERE run_id = run.id ORDER BY position)) AS "stages!: String"
           FROM run JOIN project ON project.id = project_id WHERE run.id = ?"#,
        run_id
    )
    .fetch_optional(database)
    .await?;
    row.ok_or_else(|| Error::RunNotFound(run_id.to_owned()))?.try_into()
}

/// The runs of a project, or of all projects, newest first.
pub(crate) async fn list(store: &Store, project_id: Option<&str>, offset: u32, limit: u32) -> Result<Vec<RunView>> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT run.id, project_id, project.name AS project_name, scope, trigger, status, engine, model, app_version,
             run.created_at, started_at, finished_at, cancel_requested_at, error, revision,
             (SELECT json_group_array(json_object('stage', stage, 'status', status, 'done', done, 'total', total,
                  'reused', reused, 'missing', missing, 'item', item, 'started_at', started_at, 'finished_at', finished_at))
              FROM (SELECT * FROM run_stage WHERE run_id = run.id ORDER BY position)) AS "stages!: String"
           FROM run JOIN project ON project.id = project_id
           WHERE ?1 IS NULL OR project_id = ?1 ORDER BY run.id DESC LIMIT ?2 OFFSET ?3"#,
        project_id,
        limit,
        offset
    )
    .fetch_all(store.reader())
    .await?;
    rows.into_iter().map(RunView::try_from).collect()
}

/// Number of runs of a project, or of all.
pub(crate) async fn count(store: &Store, project_id: Option<&str>) -> Result<u32> {
    let count = sqlx::query_scalar!(
        "SELECT count(*) FROM run WHERE ?1 IS NULL OR project_id = ?1",
        project_id
    )
    .fetch_one(store.reader())
    .await?;
    Ok(count as u32)
}

/// One run with its history.
pub(crate) async fn detail(store: &Store, run_id: &str) -> Result<RunDetail> {
    let run = get(store, run_id).await?;
    let rows = sqlx::query!(
        "SELECT status, stage, at, reason, actor FROM run_status_history WHERE run_id = ? ORDER BY id",
        run_id
    )
    .fetch_all(store.reader())
    .await?;
    let history = rows
        .into_iter()
        .map(|row| {
            Ok(StatusChange {
                status: known(&row.status, RunStatus::from_text)?,
                stage: row.stage.as_deref().and_then(Stage::from_text),
                at: row.at,
                reason: row.reason,
                actor: row.actor,
            })
        })
        .collect::<Result<_>>()?;
    Ok(RunDetail { run, history })
}

/// The one run whose id is `name` or ends with it.
pub(crate) async fn find(store: &Store, name: &str) -> Result<String> {
    let mut ids = sqlx::query_scalar!(
        "SELECT id FROM run WHERE length(?1) >= 4 AND substr(id, -length(?1)) = ?1 LIMIT 2",
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

/// Active runs with their owners and last signs of life.
pub(crate) async fn active_owners(store: &Store) -> Result<Vec<(String, Owner, String)>> {
    let rows = sqlx::query!(
        "SELECT id, owner_pid, owner_started, heartbeat_at FROM run WHERE status IN ('pending', 'running')"
    )
    .fetch_all(store.reader())
    .await?;
    let owned = |row: (i64, i64)| Owner {
        pid: row.0,
        started: row.1,
    };
    Ok(rows
        .into_iter()
        .map(|row| (row.id, owned((row.owner_pid, row.owner_started)), row.heartbeat_at))
        .collect())
}

fn known<T>(text: &str, parse: fn(&str) -> Option<T>) -> Result<T> {
    parse(text).ok_or_else(|| Error::Internal(format!("unknown value in the database: {text}")))
}
