//! The calls of a run, where the researcher wants to see them, and the answers among them that were known before.

use genglossary_models::{Exchange, Message as Turn};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::clock;
use crate::engine::Engine;
use crate::error::{Error, Message, Result};
use crate::library::PAGE_LIMIT;
use crate::runs::Stage;
use crate::store::Store;
use crate::store::results;
use crate::store::units::UnitKey;

/// Which calls of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum CallFilter {
    /// All.
    All,
    /// Those that were sent.
    Asked,
    /// The answers that were known before.
    Known,
}

/// A part of the calls of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ModelCalls {
    /// The calls.
    pub rows: Vec<ModelCallRow>,
    /// Calls of the run that were sent.
    pub asked: u32,
    /// Answers of the run that were known before.
    pub known: u32,
    /// Position of the first of the rows.
    pub offset: u32,
}

/// A call in a list, or an answer that was known before: that one took nothing.
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
    /// The answer was known before: nothing was sent.
    pub known: bool,
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
    /// Of an answer that was known before: when it came, if that call is still kept. Its words are below.
    pub asked_at: Option<String>,
    /// What was sent; nothing when it is not kept.
    pub messages: Vec<ModelTurn>,
    /// What came back, as far as it came.
    pub reply: String,
}

/// Keeps a call.
pub(crate) async fn save(
    store: &Store,
    run_id: &str,
    stage: Stage,
    item: &str,
    key: UnitKey,
    call: &Exchange,
) -> Result<()> {
    let (stage, at, key) = (stage.name(), clock::now(), key.as_bytes());
    let messages: &[Turn] = &call.messages;
    let messages = serde_json::to_string(messages)?;
    let error = call.error.clone().map(|error| Error::Model(error).message());
    let error = error.map(|error| serde_json::to_string(&error)).transpose()?;
    let time = i64::try_from(call.time.as_millis()).unwrap_or(i64::MAX);
    let mut tx = store.write().await?;
    sqlx::query!(
        "INSERT INTO model_call (run_id, stage, item, at, attempt, status, tokens_in, tokens_out, estimated, time_ms,
             messages, reply, error, key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
        error,
        key
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Notes answers that were known before, all at once.
pub(crate) async fn save_known(
    store: &Store,
    run_id: &str,
    stage: Stage,
    answers: impl Iterator<Item = (&str, UnitKey)>,
) -> Result<()> {
    let answers: Vec<(&str, String)> = answers.map(|(item, key)| (item, key.hex())).collect();
    if answers.is_empty() {
        return Ok(());
    }
    let (stage, at, json) = (stage.name(), clock::now(), serde_json::to_string(&answers)?);
    let mut tx = store.write().await?;
    sqlx::query!(
        "INSERT INTO model_call (run_id, stage, item, at, attempt, tokens_in, tokens_out, estimated, time_ms, messages,
             reply, key, known)
         SELECT ?1, ?2, value ->> 0, ?3, 0, 0, 0, 0, 0, '', '', unhex(value ->> 1), 1 FROM json_each(?4)",
        run_id,
        stage,
        at,
        json
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
    known: i64,
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
            known: row.known == 1,
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
    /// The calls of a run that were kept, in the order in which they ended. The answers that a stage knew before come where
    /// it began to ask.
    pub async fn list_model_calls(
        &self,
        run_id: &str,
        filter: CallFilter,
        offset: u32,
        limit: u32,
    ) -> Result<ModelCalls> {
        let limit = limit.min(PAGE_LIMIT);
        let known = match filter {
            CallFilter::All => None,
            CallFilter::Asked => Some(0),
            CallFilter::Known => Some(1),
        };
        let counts = sqlx::query!(
            r#"SELECT count(*) - coalesce(sum(known), 0) AS "asked!: i64", coalesce(sum(known), 0) AS "known!: i64"
               FROM model_call WHERE run_id = ?"#,
            run_id
        )
        .fetch_one(self.store().reader());
        let rows = sqlx::query_as!(
            Record,
            "SELECT id, stage, item, at, known, attempt, status, tokens_in, tokens_out, estimated, time_ms, error
             FROM model_call WHERE run_id = ?1 AND (?2 IS NULL OR known = ?2) ORDER BY id LIMIT ?3 OFFSET ?4",
            run_id,
            known,
            limit,
            offset
        )
        .fetch_all(self.store().reader());
        let (counts, rows) = tokio::try_join!(counts, rows)?;
        Ok(ModelCalls {
            rows: rows.into_iter().map(ModelCallRow::try_from).collect::<Result<_>>()?,
            asked: counts.asked as u32,
            known: counts.known as u32,
            offset,
        })
    }

    /// What was said in a call of a run. For an answer that was known before: in the call that it came from, if that is
    /// still kept.
    pub async fn model_call(&self, run_id: &str, id: &str) -> Result<ModelCall> {
        let missing = || Error::CallNotFound(id.to_owned());
        let number: i64 = id.parse().map_err(|_| missing())?;
        let row = sqlx::query_as!(
            Record,
            "SELECT id, stage, item, at, known, attempt, status, tokens_in, tokens_out, estimated, time_ms, error
             FROM model_call WHERE run_id = ? AND id = ?",
            run_id,
            number
        )
        .fetch_optional(self.store().reader())
        .await?
        .ok_or_else(missing)?;
        let known = row.known == 1;
        let said = if known {
            // The newest that has an answer: one that was asked in vain says nothing of it.
            sqlx::query_as!(
                Said,
                "SELECT c.at, c.messages, c.reply FROM model_call c JOIN run r ON r.id = c.run_id
                 WHERE c.key = (SELECT key FROM model_call WHERE id = ?1) AND c.known = 0 AND c.error IS NULL
                     AND r.deleted_at IS NULL AND r.project_id = (SELECT project_id FROM run WHERE id = ?2)
                 ORDER BY c.id DESC LIMIT 1",
                number,
                run_id
            )
            .fetch_optional(self.store().reader())
            .await?
        } else {
            let said = sqlx::query_as!(Said, "SELECT at, messages, reply FROM model_call WHERE id = ?", number)
                .fetch_optional(self.store().reader())
                .await?;
            Some(said.ok_or_else(missing)?)
        };
        let (asked_at, messages, reply) = match said {
            Some(said) => (
                known.then_some(said.at),
                serde_json::from_str(&said.messages)?,
                said.reply,
            ),
            None => (None, Vec::new(), String::new()),
        };
        Ok(ModelCall {
            row: row.try_into()?,
            asked_at,
            messages,
            reply,
        })
    }
}

/// The words of a call.
struct Said {
    at: String,
    messages: String,
    reply: String,
}
