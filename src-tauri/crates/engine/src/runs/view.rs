//! Runs as callers see them, read from the database.

use sqlx::SqliteExecutor;

use super::model::{Owner, RunDetail, RunOrder, RunStatus, RunView, Scope, Stage, StatusChange, StopReason, Trigger};
use super::owner::{Process, Program};
use super::record::known;
use crate::error::{Error, Result};
use crate::models;
use crate::settings::ProjectSettings;
use crate::store::{Store, results};

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
    resumes: Option<String>,
    missing: i64,
    suspended_ms: i64,
    owner_boot: String,
    owner_pid: i64,
    owner_started: i64,
    owner_kind: String,
    reason: Option<String>,
    has_results: bool,
    pinned: bool,
    has_log: bool,
    waiting: Option<String>,
    paused: Option<String>,
    stages: String,
}

impl TryFrom<Row> for RunView {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let status = known(&row.status, RunStatus::from_text)?;
        let process = Process {
            boot: row.owner_boot,
            pid: row.owner_pid,
            started: row.owner_started,
        };
        let owner = match known(&row.owner_kind, Program::from_text)? {
            _ if process.is_this() => Owner::This,
            Program::App => Owner::App,
            Program::CommandLine => Owner::CommandLine,
        };
        let stopped = matches!(status, RunStatus::Cancelled | RunStatus::Interrupted);
        let stop_reason = row
            .reason
            .filter(|reason| stopped && StopReason::from_text(reason).is_some());
        Ok(Self {
            id: row.id,
            project_id: row.project_id,
            project_name: row.project_name,
            scope: known(&row.scope, Scope::from_text)?,
            trigger: known(&row.trigger, Trigger::from_text)?,
            status,
            cancelling: row.cancel_requested_at.is_some() && !status.is_final(),
            cancel_requested_at: row.cancel_requested_at,
            stop_reason,
            resumes: row.resumes,
            owner,
            waiting: row.waiting.map(|json| serde_json::from_str(&json)).transpose()?,
            paused: row.paused.map(|json| serde_json::from_str(&json)).transpose()?,
            engine: row.engine,
            model: row.model,
            app_version: row.app_version,
            created_at: row.created_at,
            started_at: row.started_at,
            finished_at: row.finished_at,
            suspended_ms: row.suspended_ms as u32,
            stages: serde_json::from_str(&row.stages)?,
            missing: row.missing as u32,
            has_results: row.has_results,
            pinned: row.pinned,
            has_log: row.has_log,
            error: row.error.map(|json| serde_json::from_str(&json)).transpose()?,
            revision: row.revision as u32,
        })
    }
}

/// Runs with all that a view shows. What a pending run waits for is counted as [`super::queue`] counts it.
macro_rules! select_runs {
    ($tail:literal $(, $argument:expr)*) => {
        sqlx::query_as!(
            Row,
            r#"SELECT run.id, run.project_id, project.name AS project_name, run.scope, run.trigger, run.status,
                 run.engine, run.model, run.app_version, run.created_at, run.started_at, run.finished_at,
                 run.cancel_requested_at, run.error, run.revision, run.resumes, run.missing, run.suspended_ms, run.paused,
                 run.owner_boot, run.owner_pid, run.owner_started, run.owner_kind,
                 (SELECT reason FROM run_status_history h WHERE h.run_id = run.id ORDER BY h.id DESC LIMIT 1)
                     AS "reason: String",
                 EXISTS (SELECT 1 FROM promotion p JOIN promotion_generation g ON g.promotion_id = p.id
                     WHERE p.run_id = run.id) AS "has_results!: bool",
                 run.pinned AS "pinned: bool", run.log_removed_at IS NULL AS "has_log!: bool",
                 CASE run.status WHEN 'pending' THEN json_object(
                     'running', (SELECT count(*) FROM run r WHERE r.status IN ('pending', 'running')
                         AND r.status = 'running' AND r.paused IS NULL),
                     'limit', coalesce((SELECT value ->> 'parallel_runs' FROM setting WHERE key = 'app'), 2),
                     'ahead', (SELECT count(*) FROM run r WHERE r.status IN ('pending', 'running')
                         AND r.status = 'pending' AND r.cancel_requested_at IS NULL AND r.rowid < run.rowid)) END
                     AS "waiting: String",
                 (SELECT json_group_array(json_object('stage', stage, 'status', status, 'done', done, 'total', total,
                      'reused', reused, 'missing', missing, 'item', item, 'started_at', started_at,
                      'finished_at', finished_at, 'suspended_ms', suspended_ms))
                  FROM (SELECT * FROM run_stage WHERE run_id = run.id ORDER BY position)) AS "stages!: String"
               FROM run JOIN project ON project.id = run.project_id "# + $tail
            $(, $argument)*
        )
    };
}

/// One run, unless it was deleted.
pub(crate) async fn get(store: &Store, run_id: &str) -> Result<RunView> {
    let row = select_runs!(
        "WHERE run.id = ? AND run.deleted_at IS NULL AND project.deleted_at IS NULL",
        run_id
    )
    .fetch_optional(store.reader())
    .await?;
    row.ok_or_else(|| Error::RunNotFound(run_id.to_owned()))?.try_into()
}

/// One run, whatever became of it, as a transaction sees it.
pub(crate) async fn get_from(database: impl SqliteExecutor<'_>, run_id: &str) -> Result<RunView> {
    let row = select_runs!("WHERE run.id = ?", run_id)
        .fetch_optional(database)
        .await?;
    row.ok_or_else(|| Error::RunNotFound(run_id.to_owned()))?.try_into()
}

/// The runs of a project, or of all projects, newest first.
pub(crate) async fn list(store: &Store, project_id: Option<&str>, offset: u32, limit: u32) -> Result<Vec<RunView>> {
    let rows = select_runs!(
        "WHERE run.deleted_at IS NULL AND project.deleted_at IS NULL AND (?1 IS NULL OR run.project_id = ?1) ORDER BY run.id DESC LIMIT ?2 OFFSET ?3",
        project_id,
        limit,
        offset
    )
    .fetch_all(store.reader())
    .await?;
    rows.into_iter().map(RunView::try_from).collect()
}

/// The active runs of all projects: those at work in the order of their start, then the queue in its order.
pub(crate) async fn active(store: &Store) -> Result<Vec<RunView>> {
    let rows =
        select_runs!("WHERE run.status IN ('pending', 'running') ORDER BY run.status DESC, run.started_at, run.rowid")
            .fetch_all(store.reader())
            .await?;
    rows.into_iter().map(RunView::try_from).collect()
}

/// Number of runs of a project, or of all.
pub(crate) async fn count(store: &Store, project_id: Option<&str>) -> Result<u32> {
    let count = sqlx::query_scalar!(
        "SELECT count(*) FROM run JOIN project ON project.id = run.project_id
         WHERE run.deleted_at IS NULL AND project.deleted_at IS NULL AND (?1 IS NULL OR run.project_id = ?1)",
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
    let settings = sqlx::query_scalar!("SELECT settings FROM run WHERE id = ?", run_id)
        .fetch_one(store.reader())
        .await?;
    Ok(RunDetail {
        model_use: models::of_run(store, run_id).await?,
        run,
        history,
        settings: ProjectSettings::stored(&settings)?,
    })
}

/// Which runs; what is nothing does not matter.
#[derive(Debug, Default)]
pub(crate) struct Which<'a> {
    /// Those that ended since this time.
    pub(crate) since: Option<&'a str>,
    pub(crate) project_id: Option<&'a str>,
    /// JSON list of statuses.
    pub(crate) statuses: Option<String>,
    pub(crate) trigger: Option<String>,
    pub(crate) scope: Option<String>,
    pub(crate) engine: Option<&'a str>,
}

/// Runs in an order of the caller's. First which rows stand on the page, then what
/// they show: sorting needs little of a run.
pub(crate) async fn sorted(
    store: &Store,
    filter: &Which<'_>,
    order: RunOrder,
    offset: u32,
    limit: u32,
) -> Result<Vec<RunView>> {
    let (sort, descending) = (results::text(order.sort)?, order.descending);
    let rows = select_runs!(
        "JOIN (SELECT id AS page_id, value FROM (
             SELECT r.id, CASE ?9
                 WHEN 'project' THEN lower(p.name)
                 WHEN 'status' THEN instr(',running,pending,failed,interrupted,partial,cancelled,completed,',
                     ',' || r.status || ',')
                 WHEN 'scope' THEN instr(
                     ',full,from_terms,provisional_to_refined,load,extract,define,review,refine,',
                     ',' || r.scope || ',')
                 WHEN 'trigger' THEN r.trigger || r.owner_kind
                 WHEN 'started' THEN coalesce(r.started_at, r.created_at)
                 WHEN 'duration' THEN (julianday(coalesce(r.finished_at, r.paused ->> 'since', 'now')) - julianday(r.started_at)) * 86400000.0
                     - r.suspended_ms
                 WHEN 'stages' THEN (SELECT count(*) FROM run_stage s WHERE s.run_id = r.id AND s.status = 'completed')
                 WHEN 'units' THEN (SELECT sum(s.done) FROM run_stage s WHERE s.run_id = r.id) END AS value
             FROM run r JOIN project p ON p.id = r.project_id
             WHERE r.deleted_at IS NULL AND p.deleted_at IS NULL AND (?1 IS NULL OR r.finished_at >= ?1)
                 AND (?2 IS NULL OR r.project_id = ?2)
                 AND (?3 IS NULL OR r.status IN (SELECT value FROM json_each(?3)))
                 AND (?4 IS NULL OR r.trigger = ?4) AND (?5 IS NULL OR r.scope = ?5) AND (?6 IS NULL OR r.engine = ?6))
             ORDER BY value IS NULL, iif(?10, value, NULL) DESC, value, id DESC LIMIT ?7 OFFSET ?8) ON page_id = run.id
         ORDER BY value IS NULL, iif(?10, value, NULL) DESC, value, run.id DESC",
        filter.since,
        filter.project_id,
        filter.statuses,
        filter.trigger,
        filter.scope,
        filter.engine,
        limit,
        offset,
        sort,
        descending
    )
    .fetch_all(store.reader())
    .await?;
    rows.into_iter().map(RunView::try_from).collect()
}

/// Runs that ended, the last one first.
pub(crate) async fn ended(store: &Store, filter: &Which<'_>, offset: u32, limit: u32) -> Result<Vec<RunView>> {
    let rows = select_runs!(
        "WHERE run.deleted_at IS NULL AND project.deleted_at IS NULL AND run.finished_at >= ?1
             AND (?2 IS NULL OR run.project_id = ?2)
             AND (?3 IS NULL OR run.status IN (SELECT value FROM json_each(?3)))
             AND (?4 IS NULL OR run.trigger = ?4) AND (?5 IS NULL OR run.scope = ?5) AND (?6 IS NULL OR run.engine = ?6)
         ORDER BY run.finished_at DESC, run.id DESC LIMIT ?7 OFFSET ?8",
        filter.since,
        filter.project_id,
        filter.statuses,
        filter.trigger,
        filter.scope,
        filter.engine,
        limit,
        offset
    )
    .fetch_all(store.reader())
    .await?;
    rows.into_iter().map(RunView::try_from).collect()
}

/// Number of those runs.
pub(crate) async fn count_ended(store: &Store, filter: &Which<'_>) -> Result<u32> {
    let count = sqlx::query_scalar!(
        "SELECT count(*) FROM run WHERE deleted_at IS NULL AND finished_at >= ?1
             AND project_id NOT IN (SELECT id FROM project WHERE deleted_at IS NOT NULL)
             AND (?2 IS NULL OR project_id = ?2)
             AND (?3 IS NULL OR status IN (SELECT value FROM json_each(?3)))
             AND (?4 IS NULL OR trigger = ?4) AND (?5 IS NULL OR scope = ?5) AND (?6 IS NULL OR engine = ?6)",
        filter.since,
        filter.project_id,
        filter.statuses,
        filter.trigger,
        filter.scope,
        filter.engine
    )
    .fetch_one(store.reader())
    .await?;
    Ok(count as u32)
}
