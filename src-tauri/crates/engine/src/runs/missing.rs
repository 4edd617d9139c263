//! Units of work that a run could not do: listed, so that nothing is left out in silence.

use sqlx::{Sqlite, Transaction};

use super::model::{MissingUnit, Stage};
use super::record::known;
use super::view;
use crate::engine::Engine;
use crate::error::Result;
use crate::library::Page;

/// Stores the units that a run could not do, and their number. Replaces what was stored before.
pub(crate) async fn save(tx: &mut Transaction<'_, Sqlite>, run_id: &str, missing: &[MissingUnit]) -> Result<()> {
    let (json, count) = (serde_json::to_string(missing)?, missing.len() as i64);
    sqlx::query!("DELETE FROM missing_unit WHERE run_id = ?", run_id)
        .execute(&mut **tx)
        .await?;
    sqlx::query!(
        "INSERT INTO missing_unit (run_id, ordinal, stage, item, error)
         SELECT ?, key, value ->> 'stage', value ->> 'item', value -> 'error' FROM json_each(?)",
        run_id,
        json
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!("UPDATE run SET missing = ? WHERE id = ?", count, run_id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

impl Engine {
    /// The units that a run could not do, in the order in which it met them. They are known when it has ended.
    pub async fn list_missing(&self, run_id: &str, offset: u32, limit: u32) -> Result<Page<MissingUnit>> {
        let run = view::get(self.store(), run_id).await?;
        let rows = sqlx::query!(
            "SELECT stage, item, error FROM missing_unit WHERE run_id = ? ORDER BY ordinal LIMIT ? OFFSET ?",
            run_id,
            limit,
            offset
        )
        .fetch_all(self.store().reader())
        .await?;
        let unit = |stage: &str, item, error: &str| -> Result<MissingUnit> {
            Ok(MissingUnit {
                stage: known(stage, Stage::from_text)?,
                item,
                error: serde_json::from_str(error)?,
            })
        };
        Ok(Page {
            rows: rows
                .into_iter()
                .map(|row| unit(&row.stage, row.item, &row.error))
                .collect::<Result<_>>()?,
            total: run.missing,
            offset,
        })
    }
}
