//! Earlier results become the current ones again.

use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::projects::ProjectDetail;
use crate::runs::record;
use crate::store::promotions;

impl Engine {
    /// Makes the results that stood after a run the current ones again. Nothing is lost by it: what they replace can be
    /// restored in the same way. Refused with [`Error::RunActive`] while a run of the project is active, and with
    /// [`Error::ResultsGone`] when they are not kept any more.
    pub async fn restore_results(&self, project_id: &str, run_id: &str) -> Result<ProjectDetail> {
        self.project_folder(project_id).await?;
        self.recover_runs().await?;
        let mut tx = self.store().write().await?;
        // A run that is active would replace at its end what was restored, and was made from what is current now.
        record::refuse_active(&mut tx, project_id).await?;
        let known = sqlx::query_scalar!(
            "SELECT id FROM run WHERE id = ? AND project_id = ? AND deleted_at IS NULL",
            run_id,
            project_id
        )
        .fetch_optional(&mut *tx)
        .await?;
        if known.is_none() {
            return Err(Error::RunNotFound(run_id.to_owned()));
        }
        if !promotions::restore(&mut tx, project_id, run_id).await? {
            return Err(Error::ResultsGone(run_id.to_owned()));
        }
        tx.commit().await?;
        self.project_changed(project_id);
        self.project(project_id).await
    }
}

#[cfg(test)]
mod tests;
