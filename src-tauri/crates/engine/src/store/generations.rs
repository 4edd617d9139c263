//! Generations: each stage of a run writes its result beside the current one. What is current changes only at the end
//! of a run, all stages in one transaction.

use std::collections::BTreeMap;

use sqlx::{Sqlite, Transaction};

use super::Store;
use crate::clock;
use crate::error::Result;
use crate::pipeline::Produced;
use crate::runs::Stage;

/// Begins the result of a stage.
pub(crate) async fn create(
    tx: &mut Transaction<'_, Sqlite>,
    project_id: &str,
    run_id: &str,
    stage: Stage,
    input: Option<i64>,
) -> Result<i64> {
    let (stage, now) = (stage.name(), clock::now());
    let id = sqlx::query!(
        "INSERT INTO generation (project_id, run_id, stage, input_id, created_at) VALUES (?, ?, ?, ?, ?)",
        project_id,
        run_id,
        stage,
        input,
        now
    )
    .execute(&mut **tx)
    .await?
    .last_insert_rowid();
    Ok(id)
}

/// Makes the results of a run the current ones.
pub(crate) async fn promote(tx: &mut Transaction<'_, Sqlite>, project_id: &str, produced: &[Produced]) -> Result<()> {
    for Produced { stage, generation } in produced {
        let stage = stage.name();
        sqlx::query!(
            "INSERT INTO current_generation (project_id, stage, generation_id) VALUES (?, ?, ?)
             ON CONFLICT (project_id, stage) DO UPDATE SET generation_id = excluded.generation_id",
            project_id,
            stage,
            generation
        )
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// The current generation of each stage that has one.
pub(crate) async fn current(store: &Store, project_id: &str) -> Result<BTreeMap<Stage, i64>> {
    let rows = sqlx::query!(
        "SELECT stage, generation_id FROM current_generation WHERE project_id = ?",
        project_id
    )
    .fetch_all(store.reader())
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| Some((Stage::from_text(&row.stage)?, row.generation_id)))
        .collect())
}

/// The generation that `generation` was made from.
pub(crate) async fn input(store: &Store, generation: i64) -> Result<Option<i64>> {
    let input = sqlx::query_scalar!("SELECT input_id FROM generation WHERE id = ?", generation)
        .fetch_optional(store.reader())
        .await?;
    Ok(input.flatten())
}

/// Removes what no current result was made from: replaced results and those of runs that failed or were stopped.
pub(crate) async fn collect(store: &Store, project_id: &str) -> Result<()> {
    let mut tx = store.write().await?;
    let removed = sqlx::query!(
        "WITH RECURSIVE kept (id) AS (
             SELECT generation_id FROM current_generation WHERE project_id = ?1
             UNION
             SELECT input_id FROM generation JOIN kept ON generation.id = kept.id WHERE input_id IS NOT NULL
         )
         DELETE FROM generation WHERE project_id = ?1 AND id NOT IN (SELECT id FROM kept)
             AND run_id IN (SELECT id FROM run WHERE status NOT IN ('pending', 'running'))",
        project_id
    )
    .execute(&mut *tx)
    .await?
    .rows_affected();
    if removed > 0 {
        // Texts that a run in progress has stored and not yet used are safe: it stores both in one transaction.
        sqlx::query!("DELETE FROM document_text WHERE hash NOT IN (SELECT hash FROM document)")
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    Ok(())
}
