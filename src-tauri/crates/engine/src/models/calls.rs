//! The calls of a run, where the researcher wants to see them.

use genglossary_models::{Exchange, Message as Turn};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::clock;
use crate::engine::Engine;
use crate::error::{Error, Message, Result};
use crate::library::{PAGE_LIMIT, Page};
use crate::runs::Stage;
use crate::store::Store;
use crate::store::results;

/// A call in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ModelCallRow {
    /// Identifies it.
    pub id: String,
    /// The stage that asked.
    pub stage: Stage,
    /// What it is about.
    pub item: String,
    /// When the answer was there.
    pub at: String,
    /// Which attempt of its question it is, from 1.
    pub attempt: u32,
    /// The HTTP status, if there was one.
    pub status: Option<u32>,
    /// Tokens of the prompt.
    pub tokens_in: u32,
    /// Tokens of the reply.
    pub tokens_out: u32,
    /// The tokens are estimated.
    pub estimated: bool,
    /// How long it took, in milliseconds.
    pub time_ms: u32,
    /// Why it gave no answer.
    pub error: Option<Message>,
}

/// One turn of what was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ModelTurn {
    /// `system`, `user` or `assistant`.
    pub role: String,
    /// The words.
    pub content: String,
}

/// All of a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ModelCall {
    /// The call.
    pub row: ModelCallRow,
    /// What was sent.
    pub messages: Vec<ModelTurn>,
    /// What came back, as far as it came.
    pub reply: String,
}

/// Keeps a call.
pub(crate) async fn save(store: &Store, run_id: &str, stage: Stage, item: &str, call: &Exchange) -> Result<()> {
    let (stage, at) = (stage.name(), clock::now());
    let messages: &[Turn] = &call.messages;
    let messages = serde_json::to_string(messages)?;
    let error = call.error.clone().map(|error| Error::Model(error).message());
    let error = error.map(|error| serde_json::to_string(&error)).transpose()?;
    let time = i64::try_from(call.time.as_millis()).unwrap_or(i64::MAX);
    let mut tx = store.write().await?;
    sqlx::query!(
        "INSERT INTO model_call (run_id, stage, item, at, attempt, status, tokens_in, tokens_out, estimated, time_ms,
             messages, reply, error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        run_id,
        stage,
        item,
        at,
        call.attempt,
        call.status,
        call.tokens_in,
        call.tokens_out,
        call.estimated,
        time,
        messages,
        call.reply,
        error
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

struct Record {
    id: i64,
    stage: String,
    item: String,
    at: String,
    attempt: i64,
    status: Option<i64>,
    tokens_in: i64,
    tokens_out: i64,
    estimated: i64,
    time_ms: i64,
    error: Option<String>,
}

impl TryFrom<Record> for ModelCallRow {
    type Error = Error;

    fn try_from(row: Record) -> Result<Self> {
        Ok(Self {
            id: row.id.to_string(),
            stage: results::parse(&row.stage)?,
            item: row.item,
            at: row.at,
            attempt: row.attempt as u32,
            status: row.status.map(|status| status as u32),
            tokens_in: row.tokens_in as u32,
            tokens_out: row.tokens_out as u32,
            estimated: row.estimated == 1,
            time_ms: row.time_ms as u32,
            error: row.error.as_deref().map(serde_json::from_str).transpose()?,
        })
    }
}

impl Engine {
    /// The calls of a run that were kept, in the order in which they ended.
    pub async fn list_model_calls(&self, run_id: &str, offset: u32, limit: u32) -> Result<Page<ModelCallRow>> {
        let limit = limit.min(PAGE_LIMIT);
        let total = sqlx::query_scalar!("SELECT count(*) FROM model_call WHERE run_id = ?", run_id)
            .fetch_one(self.store().reader());
        let rows = sqlx::query_as!(
            Record,
            "SELECT id, stage, item, at, attempt, status, tokens_in, tokens_out, estimated, time_ms, error
             FROM model_call WHERE run_id = ? ORDER BY id LIMIT ? OFFSET ?",
            run_id,
            limit,
            offset
        )
        .fetch_all(self.store().reader());
        let (total, rows) = tokio::try_join!(total, rows)?;
        Ok(Page {
            rows: rows.into_iter().map(ModelCallRow::try_from).collect::<Result<_>>()?,
            total: total as u32,
            offset,
        })
    }

    /// What was said in a call of a run.
    pub async fn model_call(&self, run_id: &str, id: &str) -> Result<ModelCall> {
        let missing = || Error::CallNotFound(id.to_owned());
        let number: i64 = id.parse().map_err(|_| missing())?;
        let row = sqlx::query_as!(
            Record,
            "SELECT id, stage, item, at, attempt, status, tokens_in, tokens_out, estimated, time_ms, error
             FROM model_call WHERE run_id = ? AND id = ?",
            run_id,
            number
        )
        .fetch_optional(self.store().reader())
        .await?
        .ok_or_else(missing)?;
        let said = sqlx::query!("SELECT messages, reply FROM model_call WHERE id = ?", number)
            .fetch_optional(self.store().reader())
            .await?
            .ok_or_else(missing)?;
        Ok(ModelCall {
            row: row.try_into()?,
            messages: serde_json::from_str(&said.messages)?,
            reply: said.reply,
        })
    }
}
