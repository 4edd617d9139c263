//! Whose turn it is. So many runs may be at work at once, of all projects and processes; the others wait in the order
//! in which they were accepted. The database keeps the queue, and each run looks there for its turn.

use sqlx::{Sqlite, SqliteExecutor, Transaction};

use super::model::{RunStatus, Waiting};
use super::record::{self, Change, Transition};
use crate::error::{Error, Result};

/// What a pending run finds in the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Turn {
    /// It is at work now.
    Begun,
    /// It has to wait.
    Waits(Waiting),
    /// Somebody asked it to stop, at that time.
    Stopped(String),
    /// Somebody ended it.
    Over(RunStatus),
}

/// Where a run stands. Runs that are being stopped are not waited for, nor those that wait for somebody's word; a row id is the order of acceptance, because
/// rows are only added at the end.
pub(crate) async fn look(database: impl SqliteExecutor<'_>, run_id: &str) -> Result<Turn> {
    let row = sqlx::query!(
        r#"SELECT status, cancel_requested_at,
             (SELECT count(*) FROM run r WHERE r.status IN ('pending', 'running') AND r.status = 'running'
                 AND r.paused IS NULL) AS "running!: i64",
             coalesce((SELECT value ->> 'parallel_runs' FROM setting WHERE key = 'app'), 2) AS "limit!: i64",
             (SELECT count(*) FROM run r WHERE r.status IN ('pending', 'running') AND r.status = 'pending'
                 AND r.cancel_requested_at IS NULL AND r.rowid < run.rowid) AS "ahead!: i64"
           FROM run WHERE id = ?"#,
        run_id
    )
    .fetch_optional(database)
    .await?
    .ok_or_else(|| Error::RunNotFound(run_id.to_owned()))?;
    let status = record::known(&row.status, RunStatus::from_text)?;
    Ok(match (status, row.cancel_requested_at) {
        (RunStatus::Pending, Some(at)) => Turn::Stopped(at),
        (RunStatus::Pending, None) => Turn::Waits(Waiting {
            running: row.running as u32,
            limit: row.limit as u32,
            ahead: row.ahead as u32,
        }),
        (status, _) => Turn::Over(status),
    })
}

/// Lets a run begin if it is its turn. The check and the change are one transaction, so that two processes never
/// take the last place both.
pub(crate) async fn begin(tx: &mut Transaction<'_, Sqlite>, run_id: &str) -> Result<Turn> {
    match look(&mut **tx, run_id).await? {
        Turn::Waits(waiting) if waiting.is_over() => {
            match record::transition(tx, run_id, &Change::to(RunStatus::Running)).await? {
                Transition::Updated => Ok(Turn::Begun),
                Transition::Refused(status) => Ok(Turn::Over(status)),
                Transition::NotFound => Err(Error::RunNotFound(run_id.to_owned())),
            }
        }
        turn => Ok(turn),
    }
}
