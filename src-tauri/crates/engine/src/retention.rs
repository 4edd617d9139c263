//! What goes by itself: runs and logs that are old, logs that are too large together, and what was deleted.
//!
//! It works in the background, a while after the start and after every run, in small transactions that each decide
//! anew. So it may break off anywhere, and two processes may do it at once.

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;

use crate::blocking::blocking;
use crate::clock;
use crate::engine::Engine;
use crate::error::{Error, Result};

/// The start of the app is over by then.
pub(crate) const AFTER_START: Duration = Duration::from_secs(20);
/// After a run, the results come first.
pub(crate) const AFTER_RUN: Duration = Duration::from_secs(3);
/// Runs that one transaction removes.
const SLICE: i64 = 200;
/// A log without a run is removed when nobody has written to it for so long: its run may be about to be stored.
const STRAY: Duration = Duration::from_hours(1);

/// A log on the disk.
struct LogFile {
    run_id: String,
    bytes: u64,
    written: SystemTime,
}

impl Engine {
    /// Tidies in the background, after `delay`. It keeps nothing alive and ends with the engine.
    pub(crate) fn tidy_in(&self, delay: Duration) {
        let (engine, mut closed) = (self.downgrade(), self.closed());
        tokio::spawn(async move {
            if tokio::time::timeout(delay, closed.wait_for(|closed| *closed))
                .await
                .is_ok()
            {
                return;
            }
            let Some(engine) = engine.upgrade() else { return };
            tokio::select! {
                tidied = engine.tidy() => if let Err(error) = tidied {
                    tracing::warn!(%error, "what is old could not be removed");
                },
                () = async { _ = closed.wait_for(|closed| *closed).await.is_ok() } => {}
            }
        });
    }

    /// Removes what was deleted and what is older or larger than the settings allow. Pinned runs, the last successful run
    /// of each project, runs whose results are kept, and runs that have not ended stay.
    pub async fn tidy(&self) -> Result<()> {
        let settings = self.app_settings().await?;
        self.purge().await?;
        self.forget_runs(settings.keep_days).await?;
        let logs = self.logs_on_disk().await?;
        let logs = self.remove_strays(logs).await?;
        self.shrink_logs(logs, u64::from(settings.keep_logs_mb) << 20).await
    }

    async fn forget_runs(&self, days: u32) -> Result<()> {
        let before = clock::format(Timestamp::now() - Duration::from_hours(24) * days);
        loop {
            let mut tx = self.store().write().await?;
            let forgotten = sqlx::query_scalar!(
                r#"WITH stood AS (
                     SELECT id, project_id, run_id, (SELECT group_concat(generation_id) FROM promotion_generation
                         WHERE promotion_id = promotion.id) AS members FROM promotion
                   ), needed AS (SELECT max(id) AS id FROM stood GROUP BY project_id, members)
                   DELETE FROM run WHERE id IN (
                     SELECT id FROM run WHERE deleted_at IS NULL AND finished_at < ?1 AND pinned = 0
                         AND NOT EXISTS (SELECT 1 FROM generation WHERE run_id = run.id)
                         AND id NOT IN (SELECT run_id FROM promotion WHERE id IN (SELECT id FROM needed))
                         AND id NOT IN (SELECT max(id) FROM run
                             WHERE status IN ('completed', 'partial') AND deleted_at IS NULL GROUP BY project_id)
                     ORDER BY finished_at LIMIT ?2)
                   RETURNING id AS "id!""#,
                before,
                SLICE
            )
            .fetch_all(&mut *tx)
            .await?;
            tx.commit().await?;
            if forgotten.is_empty() {
                return Ok(());
            }
            for run in &forgotten {
                self.remove_log(run);
            }
        }
    }

    async fn logs_on_disk(&self) -> Result<Vec<LogFile>> {
        let folder = self.home().join("logs");
        blocking(move || list(&folder))
            .await?
            .map_err(|source| Error::DataFolder {
                path: self.home().join("logs"),
                source,
            })
    }

    /// Removes the logs of runs that are not known any more: the process may have died between the two.
    async fn remove_strays(&self, logs: Vec<LogFile>) -> Result<Vec<LogFile>> {
        let known: HashSet<String> = sqlx::query_scalar!("SELECT id FROM run")
            .fetch_all(self.store().reader())
            .await?
            .into_iter()
            .collect();
        let (kept, strays): (Vec<_>, Vec<_>) = logs.into_iter().partition(|log| known.contains(&log.run_id));
        for log in strays {
            if log.written.elapsed().is_ok_and(|age| age > STRAY) {
                self.remove_log(&log.run_id);
            }
        }
        Ok(kept)
    }

    /// Removes the oldest logs until all together are small enough. The runs stay and say that their log is gone.
    async fn shrink_logs(&self, logs: Vec<LogFile>, most: u64) -> Result<()> {
        let mut excess = logs.iter().map(|log| log.bytes).sum::<u64>().saturating_sub(most);
        if excess == 0 {
            return Ok(());
        }
        let oldest = sqlx::query_scalar!(
            "SELECT id FROM run WHERE finished_at IS NOT NULL AND pinned = 0 AND log_removed_at IS NULL
                 AND id NOT IN (SELECT max(id) FROM run
                     WHERE status IN ('completed', 'partial') AND deleted_at IS NULL GROUP BY project_id)
             ORDER BY finished_at"
        )
        .fetch_all(self.store().reader())
        .await?;
        for run in oldest {
            let Some(log) = logs.iter().find(|log| log.run_id == run) else {
                continue;
            };
            let now = clock::now();
            let mut tx = self.store().write().await?;
            sqlx::query!(
                "UPDATE run SET log_removed_at = ?, revision = revision + 1 WHERE id = ? AND pinned = 0",
                now,
                run
            )
            .execute(&mut *tx)
            .await?;
            tx.commit().await?;
            self.remove_log(&run);
            excess = excess.saturating_sub(log.bytes);
            if excess == 0 {
                break;
            }
        }
        Ok(())
    }
}

fn list(folder: &PathBuf) -> std::io::Result<Vec<LogFile>> {
    let mut logs = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(run_id) = name.to_str().and_then(|name| name.strip_suffix(".log")) else {
            continue;
        };
        // It may be gone by now.
        if let Ok(metadata) = entry.metadata() {
            logs.push(LogFile {
                run_id: run_id.to_owned(),
                bytes: metadata.len(),
                written: metadata.modified()?,
            });
        }
    }
    Ok(logs)
}

#[cfg(test)]
mod tests;
