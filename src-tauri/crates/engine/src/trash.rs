//! What the researcher deleted: out of sight at once, brought back on request, and gone for good a while later.

use std::time::Duration;

use jiff::Timestamp;

use crate::clock;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::events::Event;
use crate::logs;
use crate::projects::ProjectSummary;
use crate::runs::{RunView, record};
use crate::store::generations;

/// A deletion can be taken back for so long at least.
pub(crate) const UNDO: Duration = Duration::from_mins(10);
/// A run of a project that is deleted gets so long to reach a safe point.
const STOP_LIMIT: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(20);

impl Engine {
    /// Deletes a project with its runs, results, decisions and logs; its folder is not touched. An active run is stopped
    /// first. [`Engine::restore_project`] takes it back for a while.
    /// Fails with [`Error::RunActive`] when a run of another process does not stop.
    pub async fn delete_project(&self, project_id: &str) -> Result<()> {
        self.project_folder(project_id).await?;
        self.recover_runs().await?;
        if let Some(run) = record::active(self.store(), project_id).await? {
            self.stop_for_good(project_id, &run).await?;
        }
        let now = clock::now();
        let mut tx = self.store().write().await?;
        record::refuse_active(&mut tx, project_id).await?;
        let deleted = sqlx::query!(
            "UPDATE project SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL",
            now,
            project_id
        )
        .execute(&mut *tx)
        .await?
        .rows_affected();
        if deleted == 0 {
            return Err(Error::ProjectNotFound(project_id.to_owned()));
        }
        tx.commit().await?;
        self.scans().forget(project_id);
        self.project_changed(project_id);
        self.tidy_in(UNDO);
        Ok(())
    }

    /// Takes back a deletion. Fails with [`Error::ProjectNotFound`] when the project is gone for good.
    pub async fn restore_project(&self, project_id: &str) -> Result<ProjectSummary> {
        let since = last_chance();
        let mut tx = self.store().write().await?;
        let restored = sqlx::query!(
            "UPDATE project SET deleted_at = NULL WHERE id = ? AND deleted_at > ?",
            project_id,
            since
        )
        .execute(&mut *tx)
        .await?
        .rows_affected();
        if restored == 0 {
            return Err(Error::ProjectNotFound(project_id.to_owned()));
        }
        tx.commit().await?;
        self.project_changed(project_id);
        Ok(self.project(project_id).await?.summary)
    }

    /// Deletes a run that has ended, with its log and those of its results that nothing else needs.
    /// [`Engine::restore_run`] takes it back for a while.
    /// Fails with [`Error::RunActive`] and, when its results are the current ones, with [`Error::RunIsCurrent`].
    pub async fn delete_run(&self, run_id: &str) -> Result<()> {
        self.recover_runs().await?;
        let run = self.run(run_id).await?;
        let now = clock::now();
        let mut tx = self.store().write().await?;
        let row = sqlx::query!(
            r#"SELECT status IN ('pending', 'running') AS "active!: bool",
                 id IS (SELECT run_id FROM promotion p WHERE p.project_id = run.project_id ORDER BY p.id DESC LIMIT 1)
                     AS "current!: bool"
               FROM run WHERE id = ?"#,
            run_id
        )
        .fetch_one(&mut *tx)
        .await?;
        if row.active {
            return Err(Error::RunActive { run: run.id });
        }
        if row.current {
            return Err(Error::RunIsCurrent(run.id));
        }
        sqlx::query!("UPDATE run SET deleted_at = ? WHERE id = ?", now, run_id)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        self.project_changed(&run.project_id);
        self.tidy_in(UNDO);
        Ok(())
    }

    /// Takes back the deletion of a run. Fails with [`Error::RunNotFound`] when it is gone for good.
    pub async fn restore_run(&self, run_id: &str) -> Result<RunView> {
        let since = last_chance();
        let mut tx = self.store().write().await?;
        let restored = sqlx::query!(
            "UPDATE run SET deleted_at = NULL WHERE id = ? AND deleted_at > ?",
            run_id,
            since
        )
        .execute(&mut *tx)
        .await?
        .rows_affected();
        if restored == 0 {
            return Err(Error::RunNotFound(run_id.to_owned()));
        }
        tx.commit().await?;
        let run = self.run(run_id).await?;
        self.project_changed(&run.project_id);
        Ok(run)
    }

    /// Pins a run, so that it and its log stay for ever, or lets it go with the others again.
    pub async fn pin_run(&self, run_id: &str, pinned: bool) -> Result<RunView> {
        let mut tx = self.store().write().await?;
        let changed = sqlx::query!(
            "UPDATE run SET pinned = ?, revision = revision + 1 WHERE id = ? AND deleted_at IS NULL",
            pinned,
            run_id
        )
        .execute(&mut *tx)
        .await?
        .rows_affected();
        if changed == 0 {
            return Err(Error::RunNotFound(run_id.to_owned()));
        }
        tx.commit().await?;
        if let Some(live) = self.runs().get(run_id) {
            live.update(self.events(), |view| view.pinned = pinned);
            return Ok(live.view());
        }
        let run = self.run(run_id).await?;
        self.events().emit(Event::RunChanged(Box::new(run.clone())));
        Ok(run)
    }

    /// Stops a run and waits for its end, by force if it must be.
    async fn stop_for_good(&self, project_id: &str, run_id: &str) -> Result<()> {
        self.cancel_run(run_id).await?;
        if !self.has_ended(project_id, run_id).await? {
            self.force_stop_run(run_id).await?;
            self.has_ended(project_id, run_id).await?;
        }
        Ok(())
    }

    /// Waits until nobody works at the run any more, here or elsewhere. False when that takes too long.
    async fn has_ended(&self, project_id: &str, run_id: &str) -> Result<bool> {
        let deadline = tokio::time::Instant::now() + STOP_LIMIT;
        while tokio::time::Instant::now() < deadline {
            let active = record::active(self.store(), project_id).await?;
            if active.as_deref() != Some(run_id) {
                return Ok(true);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(false)
    }

    /// Removes for good what was deleted so long ago that nobody can take it back any more.
    pub(crate) async fn purge(&self) -> Result<()> {
        let before = last_chance();
        let projects = sqlx::query_scalar!("SELECT id FROM project WHERE deleted_at <= ?", before)
            .fetch_all(self.store().reader())
            .await?;
        for project in projects {
            self.purge_project(&project).await?;
        }
        let runs = sqlx::query!("SELECT id, project_id FROM run WHERE deleted_at <= ?", before)
            .fetch_all(self.store().reader())
            .await?;
        for run in runs {
            self.purge_run(&run.project_id, &run.id).await?;
        }
        Ok(())
    }

    /// Removes a deleted project. It may break off anywhere: it is out of sight, and the next time goes on.
    pub(crate) async fn purge_project(&self, project_id: &str) -> Result<()> {
        let mut tx = self.store().write().await?;
        // From here on there is no way back.
        let dead = sqlx::query!(
            "UPDATE project SET deleted_at = '' WHERE id = ?1 AND deleted_at IS NOT NULL
                 AND NOT EXISTS (SELECT 1 FROM run WHERE project_id = ?1 AND status IN ('pending', 'running'))",
            project_id
        )
        .execute(&mut *tx)
        .await?
        .rows_affected();
        if dead == 0 {
            return Ok(());
        }
        sqlx::query!("DELETE FROM promotion WHERE project_id = ?", project_id)
            .execute(&mut *tx)
            .await?;
        sqlx::query!("DELETE FROM current_generation WHERE project_id = ?", project_id)
            .execute(&mut *tx)
            .await?;
        sqlx::query!("UPDATE generation SET key = NULL WHERE project_id = ?", project_id)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        // In slices, so that nobody waits long for the database.
        generations::collect(self.store(), project_id).await?;
        let mut tx = self.store().write().await?;
        let runs = sqlx::query_scalar!("SELECT id FROM run WHERE project_id = ?", project_id)
            .fetch_all(&mut *tx)
            .await?;
        sqlx::query!("DELETE FROM generation WHERE project_id = ?", project_id)
            .execute(&mut *tx)
            .await?;
        sqlx::query!("DELETE FROM project WHERE id = ?", project_id)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        generations::collect_texts(self.store()).await?;
        for run in runs {
            self.remove_log(&run);
        }
        Ok(())
    }

    /// Removes a deleted run. A result that something else was made from stays, and its run with it, out of sight.
    async fn purge_run(&self, project_id: &str, run_id: &str) -> Result<()> {
        let now = clock::now();
        let mut tx = self.store().write().await?;
        let dead = sqlx::query!(
            "UPDATE run SET log_removed_at = coalesce(log_removed_at, ?) WHERE id = ? AND deleted_at IS NOT NULL",
            now,
            run_id
        )
        .execute(&mut *tx)
        .await?
        .rows_affected();
        if dead == 0 {
            return Ok(());
        }
        sqlx::query!(
            "DELETE FROM promotion WHERE run_id = ?1
                 AND id <> (SELECT max(id) FROM promotion p WHERE p.project_id = promotion.project_id)",
            run_id
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        self.remove_log(run_id);
        generations::collect(self.store(), project_id).await?;
        let mut tx = self.store().write().await?;
        sqlx::query!(
            "DELETE FROM run WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM generation WHERE run_id = ?1)
                 AND NOT EXISTS (SELECT 1 FROM promotion WHERE run_id = ?1)",
            run_id
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Removes the log of a run, if there is one.
    pub(crate) fn remove_log(&self, run_id: &str) {
        self.log_reader().forget(run_id);
        let path = logs::path(self.home(), run_id);
        if let Err(error) = std::fs::remove_file(&path) {
            tracing::debug!(path = %path.display(), %error, "no log to remove");
        }
    }
}

/// What was deleted later than this can still be brought back.
fn last_chance() -> String {
    clock::format(Timestamp::now() - UNDO)
}

#[cfg(test)]
mod tests;
