//! Promotions: every set of results that ever was current, oldest first. The last one of a project is what is current.
//! A promotion is in the table exactly as long as all its generations are kept.

use sqlx::{Sqlite, Transaction};

use super::Store;
use crate::clock;
use crate::error::Result;

/// Notes that what is current now is so from now on, as the result of `run_id`.
pub(crate) async fn append(
    tx: &mut Transaction<'_, Sqlite>,
    project_id: &str,
    run_id: &str,
    restored: bool,
) -> Result<()> {
    let now = clock::now();
    let promotion = sqlx::query!(
        "INSERT INTO promotion (project_id, run_id, restored, at) VALUES (?, ?, ?, ?)",
        project_id,
        run_id,
        restored,
        now
    )
    .execute(&mut **tx)
    .await?
    .last_insert_rowid();
    sqlx::query!(
        "INSERT INTO promotion_generation (promotion_id, stage, generation_id)
         SELECT ?, stage, generation_id FROM current_generation WHERE project_id = ?",
        promotion,
        project_id
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Makes the results that stood after `run_id` current again. False if they are not kept any more.
pub(crate) async fn restore(tx: &mut Transaction<'_, Sqlite>, project_id: &str, run_id: &str) -> Result<bool> {
    let latest = sqlx::query!(
        "SELECT id, run_id FROM promotion WHERE project_id = ? ORDER BY id DESC LIMIT 1",
        project_id
    )
    .fetch_optional(&mut **tx)
    .await?;
    if latest.is_some_and(|latest| latest.run_id == run_id) {
        return Ok(true);
    }
    let kept = sqlx::query_scalar!(
        "SELECT id FROM promotion WHERE run_id = ? AND project_id = ? ORDER BY id DESC LIMIT 1",
        run_id,
        project_id
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(kept) = kept else {
        return Ok(false);
    };
    sqlx::query!("DELETE FROM current_generation WHERE project_id = ?", project_id)
        .execute(&mut **tx)
        .await?;
    sqlx::query!(
        "INSERT INTO current_generation (project_id, stage, generation_id)
         SELECT ?, stage, generation_id FROM promotion_generation WHERE promotion_id = ?",
        project_id,
        kept
    )
    .execute(&mut **tx)
    .await?;
    append(tx, project_id, run_id, true).await?;
    Ok(true)
}

/// The run whose results are current, and whether they were taken back.
pub(crate) async fn current(store: &Store, project_id: &str) -> Result<Option<(String, bool)>> {
    let row = sqlx::query!(
        r#"SELECT run_id, restored AS "restored: bool" FROM promotion WHERE project_id = ? ORDER BY id DESC LIMIT 1"#,
        project_id
    )
    .fetch_optional(store.reader())
    .await?;
    Ok(row.map(|row| (row.run_id, row.restored)))
}

/// The run whose results were current before the present ones. Runs that found everything as it was are passed over:
/// taking back their results would change nothing.
pub(crate) async fn previous(store: &Store, project_id: &str) -> Result<Option<String>> {
    Ok(sqlx::query_scalar!(
        "SELECT run_id FROM promotion p WHERE project_id = ?1
             AND EXISTS (SELECT 1 FROM run WHERE run.id = p.run_id AND run.deleted_at IS NULL) AND (
             (SELECT count(*) FROM promotion_generation g WHERE g.promotion_id = p.id)
                 <> (SELECT count(*) FROM current_generation WHERE project_id = ?1)
             OR EXISTS (SELECT 1 FROM current_generation c WHERE c.project_id = ?1 AND NOT EXISTS
                 (SELECT 1 FROM promotion_generation g WHERE g.promotion_id = p.id AND g.stage = c.stage
                     AND g.generation_id = c.generation_id)))
         ORDER BY id DESC LIMIT 1",
        project_id
    )
    .fetch_optional(store.reader())
    .await?)
}

/// Whether the results that stood after a run are kept: only then can they be restored or compared.
#[cfg(test)]
pub(crate) async fn is_kept(store: &Store, run_id: &str) -> Result<bool> {
    Ok(
        sqlx::query_scalar!("SELECT id FROM promotion WHERE run_id = ? LIMIT 1", run_id)
            .fetch_optional(store.reader())
            .await?
            .is_some(),
    )
}
