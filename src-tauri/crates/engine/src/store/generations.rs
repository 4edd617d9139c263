//! Generations: each stage of a run writes its result beside the current one. What is current changes only at the end
//! of a run, all stages in one transaction.

use std::collections::BTreeMap;
use std::time::Duration;

use sqlx::{Sqlite, Transaction};

use super::{Store, promotions};
use crate::clock;
use crate::error::Result;
use crate::pipeline::Produced;
use crate::runs::Stage;

/// This many different sets of results of a project are kept, the current one among them.
const KEPT_SETS: u32 = 5;
/// Rows that one transaction removes: whoever else wants to write waits for no more than these.
const SLICE: u32 = 5_000;
/// Texts that one transaction removes: a text may be megabytes.
const TEXT_SLICE: usize = 200;
/// After a slice the write lock is free for so long. Another process only looks for it from time to time.
const PAUSE: Duration = Duration::from_millis(10);

/// Begins the result of a stage.
pub(crate) async fn create(
    tx: &mut Transaction<'_, Sqlite>,
    project_id: &str,
    run_id: &str,
    stage: Stage,
    input: Option<i64>,
) -> Result<i64> {
    let (stage, now) = (stage.name(), clock::now());
    sqlx::query!(
        "INSERT OR IGNORE INTO series (project_id, stage) VALUES (?, ?)",
        project_id,
        stage
    )
    .execute(&mut **tx)
    .await?;
    let id = sqlx::query!(
        "INSERT INTO generation (project_id, run_id, stage, input_id, created_at, series)
         VALUES (?1, ?2, ?3, ?4, ?5, (SELECT id FROM series WHERE project_id = ?1 AND stage = ?3))",
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

/// Makes the results of a run the current ones, beside those of the stages that it did not touch.
pub(crate) async fn promote(
    tx: &mut Transaction<'_, Sqlite>,
    project_id: &str,
    run_id: &str,
    produced: &[Produced],
) -> Result<()> {
    if produced.is_empty() {
        return Ok(());
    }
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
    promotions::append(tx, project_id, run_id, false).await
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

/// Removes what nobody can need any more: all but the last [`KEPT_SETS`] sets of results, and what runs without an end
/// left behind, unless a later run can take it up.
///
/// It is done in slices, each a transaction of its own that decides anew what may go. So it may break off anywhere, and
/// two processes may do it at once.
pub(crate) async fn collect(store: &Store, project_id: &str) -> Result<()> {
    while remove_slice(store, project_id, SLICE).await? {
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

/// Removes the texts that no document has. Not after a run without results: the files that it has read are known by
/// their texts, and the next run need not read them again.
pub(crate) async fn collect_texts(store: &Store) -> Result<()> {
    remove_texts(store, TEXT_SLICE).await
}

/// Removes at most `slice` rows. True if there may be more.
async fn remove_slice(store: &Store, project_id: &str, slice: u32) -> Result<bool> {
    let mut tx = store.write().await?;
    condemn(&mut tx, project_id).await?;
    // What is condemned has neither a key nor a promotion. What is made from something is newer than that, so it
    // goes first.
    let condemned = sqlx::query_scalar!(
        "WITH RECURSIVE kept (id) AS (
             SELECT generation_id FROM current_generation WHERE project_id = ?1
             UNION
             SELECT generation_id FROM promotion_generation JOIN promotion ON promotion.id = promotion_id
                 WHERE project_id = ?1
             UNION
             SELECT generation.id FROM generation JOIN run ON run.id = run_id WHERE generation.project_id = ?1
                 AND (key IS NOT NULL OR status IN ('pending', 'running'))
             UNION
             SELECT input_id FROM generation JOIN kept ON generation.id = kept.id WHERE input_id IS NOT NULL
         )
         SELECT id FROM generation WHERE project_id = ?1 AND id NOT IN (SELECT id FROM kept) ORDER BY id DESC",
        project_id
    )
    .fetch_all(&mut *tx)
    .await?;
    let mut left = slice;
    for generation in condemned {
        left -= remove_rows(&mut tx, generation, left).await?;
        if left == 0 {
            tx.commit().await?;
            return Ok(true);
        }
        sqlx::query!("DELETE FROM generation WHERE id = ?", generation)
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    Ok(false)
}

/// Takes the promotions and the keys from results that are not kept: from then on nobody can find them.
///
/// Nothing is condemned while a run is active. It may have found results by their keys that nothing but its end will
/// tell of, and what is kept changes at its end only.
async fn condemn(tx: &mut Transaction<'_, Sqlite>, project_id: &str) -> Result<()> {
    let active = sqlx::query_scalar!(
        "SELECT count(*) FROM run WHERE project_id = ? AND status IN ('pending', 'running')",
        project_id
    )
    .fetch_one(&mut **tx)
    .await?;
    if active > 0 {
        return Ok(());
    }
    // One set that was current several times, or after several runs, is one set.
    sqlx::query!(
        "WITH stood AS (
             SELECT id, (SELECT group_concat(generation_id) FROM promotion_generation WHERE promotion_id = promotion.id)
                 AS members FROM promotion WHERE project_id = ?1
         ), kept AS (
             SELECT members FROM stood WHERE members IS NOT NULL GROUP BY members ORDER BY max(id) DESC LIMIT ?2
         )
         DELETE FROM promotion WHERE project_id = ?1
             AND id NOT IN (SELECT id FROM stood WHERE members IN (SELECT members FROM kept))",
        project_id,
        KEPT_SETS
    )
    .execute(&mut **tx)
    .await?;
    // A finished stage of a run that was started after the last one with results can still be taken up.
    sqlx::query!(
        "WITH RECURSIVE kept (id) AS (
             SELECT generation_id FROM current_generation WHERE project_id = ?1
             UNION
             SELECT generation_id FROM promotion_generation JOIN promotion ON promotion.id = promotion_id
                 WHERE project_id = ?1
             UNION
             SELECT id FROM generation WHERE project_id = ?1 AND key IS NOT NULL AND run_id > coalesce(
                 (SELECT max(run_id) FROM promotion WHERE project_id = ?1 AND restored = 0), '')
             UNION
             SELECT input_id FROM generation JOIN kept ON generation.id = kept.id WHERE input_id IS NOT NULL
         )
         UPDATE generation SET key = NULL
         WHERE project_id = ?1 AND key IS NOT NULL AND id NOT IN (SELECT id FROM kept)",
        project_id
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Removes at most `limit` rows that are part of this generation alone and tells how many there were.
async fn remove_rows(tx: &mut Transaction<'_, Sqlite>, generation: i64, limit: u32) -> Result<u32> {
    let mut left = limit;
    macro_rules! remove {
        ($table:tt, $place:tt) => {
            if left > 0 {
                left -= sqlx::query!(
                    "DELETE FROM "
                        + $table
                        + " WHERE generation_id = ?1 AND ("
                        + $place
                        + ") IN (SELECT "
                        + $place
                        + " FROM "
                        + $table
                        + " WHERE generation_id = ?1 LIMIT ?2)",
                    generation,
                    left
                )
                .execute(&mut **tx)
                .await?
                .rows_affected() as u32;
            }
        };
    }
    remove!("resolution", "issue");
    remove!("skipped_file", "ordinal");
    remove!("document", "ordinal");
    let series = sqlx::query!(
        r#"SELECT g.series AS "series!: i64",
             (SELECT max(id) FROM generation WHERE series = g.series AND id < g.id) AS "before?: i64",
             (SELECT min(id) FROM generation WHERE series = g.series AND id > g.id) AS "behind?: i64"
           FROM generation g WHERE g.id = ? AND g.series IS NOT NULL"#,
        generation
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(series) = series else { return Ok(limit - left) };
    let (before, behind) = (series.before.unwrap_or(0), series.behind);
    macro_rules! remove_versions {
        ($table:tt, $place:tt) => {
            if left > 0 {
                let rows = match behind {
                    // In the middle only rows that have died can be of this generation alone.
                    Some(behind) => sqlx::query!(
                            "DELETE FROM " + $table + " WHERE series = ?1 AND (" + $place + ", born) IN (SELECT " + $place
                                + ", born FROM " + $table
                                + " WHERE series = ?1 AND died > ?2 AND died <= ?3 AND died < 2147483647 AND born > ?2 LIMIT ?4)",
                            series.series,
                            before,
                            behind,
                            left
                        )
                        .execute(&mut **tx)
                        .await?
                        .rows_affected(),
                    None => sqlx::query!(
                            "DELETE FROM " + $table + " WHERE series = ?1 AND (" + $place + ", born) IN (SELECT " + $place
                                + ", born FROM " + $table + " WHERE series = ?1 AND born > ?2 LIMIT ?3)",
                            series.series,
                            before,
                            left
                        )
                        .execute(&mut **tx)
                        .await?
                        .rows_affected(),
                };
                left -= rows as u32;
            }
            if left > 0 && behind.is_none() {
                // What the last generation had ended is alive again.
                left -= (sqlx::query!(
                    "UPDATE " + $table + " SET died = 2147483647 WHERE series = ?1 AND (" + $place + ", born) IN (SELECT "
                        + $place + ", born FROM " + $table + " WHERE series = ?1 AND died > ?2 AND died < 2147483647 LIMIT ?3)",
                    series.series,
                    before,
                    left
                )
                .execute(&mut **tx)
                .await?
                .rows_affected() as u32)
                    .min(left);
            }
        };
    }
    remove_versions!("issue_row", "ordinal");
    remove_versions!("entry_row", "ordinal");
    remove_versions!("document_terms", "document");
    remove_versions!("term_row", "rank");
    Ok(limit - left)
}

/// Removes the texts that no document has. While any run is active they stay: it may have seen one of them, and then does
/// not store it with its document.
async fn remove_texts(store: &Store, slice: usize) -> Result<()> {
    let unused = sqlx::query_scalar!(
        "SELECT hash FROM document_text t WHERE NOT EXISTS (SELECT 1 FROM document d WHERE d.hash = t.hash)"
    )
    .fetch_all(store.reader())
    .await?;
    for (index, hashes) in unused.chunks(slice).enumerate() {
        if index > 0 {
            tokio::time::sleep(PAUSE).await;
        }
        let hashes = serde_json::to_string(hashes)?;
        let mut tx = store.write().await?;
        // A document may have come meanwhile, and a run that is active may count on a text that is there.
        sqlx::query!(
            "DELETE FROM document_text WHERE hash IN (SELECT value FROM json_each(?))
                 AND NOT EXISTS (SELECT 1 FROM document d WHERE d.hash = document_text.hash)
                 AND NOT EXISTS (SELECT 1 FROM run WHERE status IN ('pending', 'running'))",
            hashes
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
