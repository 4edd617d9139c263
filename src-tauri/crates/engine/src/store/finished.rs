//! Finished results and what they were made from. A stage whose inputs, settings and rules are those of a result that is
//! still there takes that result.

use sqlx::{Sqlite, Transaction};

use super::Store;
use crate::error::Result;
use crate::pipeline::Basis;
use crate::runs::Stage;

/// A finished result of a stage.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Finished {
    pub(crate) generation: i64,
    /// Units that it took.
    pub(crate) units: u32,
}

/// Takes the finished result with this key into a run, if there is one. It then belongs to that run, so nobody removes it.
pub(crate) async fn adopt(
    tx: &mut Transaction<'_, Sqlite>,
    project_id: &str,
    run_id: &str,
    stage: Stage,
    input: Option<i64>,
    key: &str,
) -> Result<Option<Finished>> {
    let stage = stage.name();
    let row = sqlx::query!(
        r#"UPDATE generation SET run_id = ?1 WHERE id = (
             SELECT max(id) FROM generation WHERE project_id = ?2 AND stage = ?3 AND key = ?4 AND input_id IS ?5)
         RETURNING id AS "id!: i64", units AS "units!: i64""#,
        run_id,
        project_id,
        stage,
        key,
        input
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| Finished {
        generation: row.id,
        units: row.units as u32,
    }))
}

/// Notes that a result is finished and what it was made from. Nobody may take a result with `missing` units for the
/// whole, so it gets no key; the stages behind it still depend on what it holds.
pub(crate) async fn seal(
    tx: &mut Transaction<'_, Sqlite>,
    generation: i64,
    basis: &Basis,
    units: u32,
    missing: &[String],
) -> Result<()> {
    let whole = basis.key();
    let json = serde_json::to_string(basis)?;
    let (key, output) = if missing.is_empty() {
        (Some(&whole), whole.clone())
    } else {
        let missing = blake3::hash(serde_json::to_string(missing)?.as_bytes()).to_hex();
        (None, format!("{whole}-{missing}"))
    };
    sqlx::query!(
        "UPDATE generation SET key = ?, basis = ?, output = ?, units = ? WHERE id = ?",
        key,
        json,
        output,
        units,
        generation
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What is known of how a result was made.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    pub(crate) input: Option<i64>,
    /// What the stages that read it depend on; nothing for results of a version that did not note it.
    pub(crate) output: Option<String>,
    pub(crate) basis: Option<Basis>,
    /// All units are in it.
    pub(crate) whole: bool,
    pub(crate) units: u32,
}

/// How a result was made.
pub(crate) async fn origin(store: &Store, generation: i64) -> Result<Option<Origin>> {
    let row = sqlx::query!(
        "SELECT input_id, key, basis, output, units FROM generation WHERE id = ?",
        generation
    )
    .fetch_optional(store.reader())
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Origin {
        input: row.input_id,
        output: row.output,
        basis: row.basis.map(|json| serde_json::from_str(&json)).transpose()?,
        whole: row.key.is_some(),
        units: row.units as u32,
    }))
}
