//! The ledger of a run: what asking models took.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use genglossary_models::Usage;
use serde::{Deserialize, Serialize};
use specta::Type;
use sqlx::{Sqlite, Transaction};

use super::settings::ModelSettings;
use crate::error::{Error, Result};
use crate::runs::Stage;
use crate::store::Store;

/// What asking a model took in one stage of a run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Type)]
pub struct ModelUse {
    /// The stage.
    pub stage: Stage,
    /// Questions that were answered in this run.
    pub questions: u32,
    /// Questions that an earlier run had answered already: nothing was sent.
    pub cached: u32,
    /// Questions without an answer.
    pub failed: u32,
    /// Questions that were answered once the model had been shown what was wrong with its first answer.
    pub repaired: u32,
    /// Answers that broke off before their end, of which what came counts.
    pub truncated: u32,
    /// Requests that were sent.
    pub calls: u32,
    /// Of these, how many because an earlier one failed or its answer could not be used.
    pub retries: u32,
    /// Tokens of the prompts.
    pub tokens_in: u32,
    /// Tokens of the replies.
    pub tokens_out: u32,
    /// Some of the tokens are estimated: the server did not count them.
    pub estimated: bool,
    /// Time of all requests together, in milliseconds; those at the same time count each.
    pub time_ms: u32,
    /// What they cost, at the price that was set; nothing without one.
    #[specta(type = Option<u32>)] // a plain number: it is never NaN
    pub cost: Option<f64>,
}

/// What became of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// It has an answer.
    Answered {
        /// The model had to be shown its mistake first.
        repaired: bool,
        /// The answer broke off before its end.
        truncated: bool,
    },
    /// It has none.
    Failed,
    /// Somebody asked to stop before it had one.
    Stopped,
}

/// What the stages of a run asked so far.
#[derive(Debug, Default)]
pub(crate) struct Ledger(Mutex<BTreeMap<Stage, ModelUse>>);

impl Ledger {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Stage, ModelUse>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, stage: Stage, change: impl FnOnce(&mut ModelUse)) {
        change(self.lock().entry(stage).or_insert(ModelUse {
            stage,
            questions: 0,
            cached: 0,
            failed: 0,
            repaired: 0,
            truncated: 0,
            calls: 0,
            retries: 0,
            tokens_in: 0,
            tokens_out: 0,
            estimated: false,
            time_ms: 0,
            cost: None,
        }));
    }

    /// Counts a question, and what it took.
    pub(crate) fn count(&self, stage: Stage, usage: Usage, cost: Option<f64>, asked: Asked) {
        self.change(stage, |total| {
            total.cost = cost.map(|cost| total.cost.unwrap_or(0.0) + cost).or(total.cost);
            match asked {
                Asked::Answered { repaired, truncated } => {
                    total.questions += 1;
                    total.repaired += u32::from(repaired);
                    total.truncated += u32::from(truncated);
                }
                Asked::Failed => total.failed += 1,
                Asked::Stopped => {}
            }
            total.calls = total.calls.saturating_add(usage.calls);
            total.retries = total.retries.saturating_add(usage.retries);
            total.tokens_in = total.tokens_in.saturating_add(usage.tokens_in);
            total.tokens_out = total.tokens_out.saturating_add(usage.tokens_out);
            total.estimated |= usage.estimated;
            let time = u32::try_from(usage.time.as_millis()).unwrap_or(u32::MAX);
            total.time_ms = total.time_ms.saturating_add(time);
        });
    }

    /// Counts questions that need not be asked again.
    pub(crate) fn count_cached(&self, stage: Stage, questions: u32) {
        if questions == 0 {
            return;
        }
        self.change(stage, |total| total.cached += questions);
    }

    /// What all of it cost.
    pub(crate) fn spent(&self) -> f64 {
        self.lock().values().filter_map(|total| total.cost).sum()
    }

    /// What is counted so far, in the order of the stages.
    pub(crate) fn totals(&self) -> Vec<ModelUse> {
        self.lock().values().copied().collect()
    }
}

/// Stores what a run asked.
pub(crate) async fn save(tx: &mut Transaction<'_, Sqlite>, run_id: &str, totals: &[ModelUse]) -> Result<()> {
    if totals.is_empty() {
        return Ok(());
    }
    let json = serde_json::to_string(totals)?;
    sqlx::query!(
        "INSERT OR REPLACE INTO model_use (run_id, stage, questions, cached, failed, calls, retries, tokens_in,
             tokens_out, estimated, time_ms, cost, repaired, truncated)
         SELECT ?1, value ->> 'stage', value ->> 'questions', value ->> 'cached', value ->> 'failed', value ->> 'calls',
             value ->> 'retries', value ->> 'tokens_in', value ->> 'tokens_out', value ->> 'estimated',
             value ->> 'time_ms', value ->> 'cost', value ->> 'repaired', value ->> 'truncated'
         FROM json_each(?2)",
        run_id,
        json
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What a run asked, in the order of the stages.
pub(crate) async fn of_run(store: &Store, run_id: &str) -> Result<Vec<ModelUse>> {
    let rows = sqlx::query!(
        "SELECT stage, questions, cached, failed, calls, retries, tokens_in, tokens_out, estimated, time_ms, cost,
             repaired, truncated
         FROM model_use WHERE run_id = ?",
        run_id
    )
    .fetch_all(store.reader())
    .await?;
    let mut totals = rows
        .into_iter()
        .map(|row| {
            let stage = Stage::from_text(&row.stage)
                .ok_or_else(|| Error::Internal(format!("there is no stage {}", row.stage)))?;
            Ok(ModelUse {
                stage,
                questions: row.questions as u32,
                cached: row.cached as u32,
                failed: row.failed as u32,
                repaired: row.repaired as u32,
                truncated: row.truncated as u32,
                calls: row.calls as u32,
                retries: row.retries as u32,
                tokens_in: row.tokens_in as u32,
                tokens_out: row.tokens_out as u32,
                estimated: row.estimated == 1,
                time_ms: row.time_ms as u32,
                cost: row.cost,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    totals.sort_by_key(|total| total.stage);
    Ok(totals)
}

/// How many questions each stage had for this model in the newest finished run of a project that asked any, asked or known
/// before. Nothing when there is no such run.
pub(crate) async fn questions(
    store: &Store,
    project_id: &str,
    model: &ModelSettings,
) -> Result<Option<BTreeMap<Stage, u32>>> {
    let (engine, name) = (model.engine(), &model.model);
    let rows = sqlx::query!(
        r#"SELECT u.stage AS "stage!: String", u.questions + u.cached + u.failed AS "questions!: i64", max(r.id) AS "id!: String"
           FROM run r JOIN model_use u ON u.run_id = r.id
           WHERE r.project_id = ? AND r.engine = ? AND r.model = ? AND r.status IN ('completed', 'partial')
           GROUP BY u.stage"#,
        project_id,
        engine,
        name
    )
    .fetch_all(store.reader())
    .await?;
    let stages = rows.into_iter();
    let stages: BTreeMap<Stage, u32> = stages
        .filter_map(|row| Some((Stage::from_text(&row.stage)?, row.questions as u32)))
        .collect();
    Ok(Some(stages).filter(|stages| !stages.is_empty()))
}
