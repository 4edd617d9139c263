//! What the researcher decided. No run writes here; what a run needs of it, it reads.

use glossary::normalise;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::terms::TermDetail;
use crate::clock;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::store::results;

/// Whether a term belongs into the glossary. One of the two or none, so nothing can be both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Always in, also when the engine would cut it.
    Required,
    /// Never in.
    Excluded,
}

/// What was decided about a piece of text, and what held before.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct TextDecision {
    /// The term that the text is.
    pub detail: TermDetail,
    /// The verdict that it replaced.
    pub before: Option<Verdict>,
}

/// The whole decision about a term. What is nothing is not decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Decision {
    /// In or out.
    pub verdict: Option<Verdict>,
    /// The researcher's category.
    pub category: Option<String>,
    /// The researcher's note.
    pub note: Option<String>,
}

impl Engine {
    /// Stores a decision about a term that is there.
    pub async fn decide_term(&self, project_id: &str, key: &str, decision: &Decision) -> Result<TermDetail> {
        let text = self.term(project_id, key).await?.row.text;
        let verdict = decision.verdict.map(results::text).transpose()?;
        let category = filled(decision.category.as_deref());
        let note = filled(decision.note.as_deref());
        let now = clock::now();
        let mut tx = self.store().write().await?;
        sqlx::query!(
            "INSERT INTO decision (project_id, key, text, verdict, category, note, decided_at)
             VALUES (?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (project_id, key) DO UPDATE SET verdict = excluded.verdict, category = excluded.category,
                 note = excluded.note, decided_at = excluded.decided_at",
            project_id,
            key,
            text,
            verdict,
            category,
            note,
            now
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        self.project_changed(project_id);
        match self.term(project_id, key).await {
            // A term of the researcher's own that is required no longer is gone; the answer still says what it was.
            Err(Error::TermNotFound(_)) => Ok(TermDetail {
                row: super::terms::TermRow {
                    key: key.to_owned(),
                    language: glossary::decode::detect_language(&text),
                    text,
                    category: category.unwrap_or("concept").to_owned(),
                    score: 0.0,
                    documents: 0,
                    occurrences: 0,
                    verdict: decision.verdict,
                    edited: note.is_some(),
                },
                variants: Vec::new(),
                expansion: None,
                note: note.map(str::to_owned),
                manual: true,
            }),
            detail => detail,
        }
    }

    /// Adds a term that the engine did not find: it is required from now on.
    pub async fn add_term(&self, project_id: &str, text: &str) -> Result<TermDetail> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let key = normalise::key(&text);
        if key.is_empty() {
            return Err(Error::EmptyTerm);
        }
        self.project_folder(project_id).await?;
        let now = clock::now();
        let mut tx = self.store().write().await?;
        sqlx::query!(
            "INSERT INTO decision (project_id, key, text, manual, verdict, decided_at)
             VALUES (?, ?, ?, 1, 'required', ?)
             ON CONFLICT (project_id, key) DO UPDATE SET verdict = 'required', decided_at = excluded.decided_at",
            project_id,
            key,
            text,
            now
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        self.project_changed(project_id);
        self.term(project_id, &key).await
    }

    /// Decides about a text that stands in a document, whether it is a term or not: required, it is one from now on.
    pub async fn mark_term(&self, project_id: &str, text: &str, verdict: Verdict) -> Result<TextDecision> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let key = normalise::key(&text);
        if key.is_empty() {
            return Err(Error::EmptyTerm);
        }
        self.project_folder(project_id).await?;
        let (known, before) = match self.term(project_id, &key).await {
            Ok(detail) => (true, detail.row.verdict),
            Err(Error::TermNotFound(_)) => (false, None),
            Err(error) => return Err(error),
        };
        let (manual, verdict, now) = (!known, results::text(verdict)?, clock::now());
        let mut tx = self.store().write().await?;
        sqlx::query!(
            "INSERT INTO decision (project_id, key, text, manual, verdict, decided_at) VALUES (?, ?, ?, ?, ?, ?)
             ON CONFLICT (project_id, key) DO UPDATE SET verdict = excluded.verdict, decided_at = excluded.decided_at",
            project_id,
            key,
            text,
            manual,
            verdict,
            now
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        self.project_changed(project_id);
        let detail = self.term(project_id, &key).await?;
        Ok(TextDecision { detail, before })
    }

    /// Texts of the terms that must be in, in a stable order.
    pub(crate) async fn required_terms(&self, project_id: &str) -> Result<Vec<String>> {
        Ok(sqlx::query_scalar!(
            "SELECT text FROM decision WHERE project_id = ? AND verdict = 'required' ORDER BY key",
            project_id
        )
        .fetch_all(self.store().reader())
        .await?)
    }

    /// Keys of the terms that must be out.
    pub(crate) async fn excluded_keys(&self, project_id: &str) -> Result<Vec<String>> {
        Ok(sqlx::query_scalar!(
            "SELECT key FROM decision WHERE project_id = ? AND verdict = 'excluded' ORDER BY key",
            project_id
        )
        .fetch_all(self.store().reader())
        .await?)
    }

    /// Stores the researcher's own definition, which wins over every other; nothing takes it back.
    pub async fn edit_definition(
        &self,
        project_id: &str,
        key: &str,
        definition: Option<&str>,
    ) -> Result<super::entries::EntryDetail> {
        let entry = self.entry(project_id, crate::runs::Stage::Refine, key).await?;
        let definition = filled(definition);
        let now = clock::now();
        let mut tx = self.store().write().await?;
        sqlx::query!(
            "INSERT INTO decision (project_id, key, text, definition, decided_at) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (project_id, key) DO UPDATE SET definition = excluded.definition,
                 decided_at = excluded.decided_at",
            project_id,
            key,
            entry.entry.term,
            definition,
            now
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        self.project_changed(project_id);
        self.entry(project_id, crate::runs::Stage::Refine, key).await
    }
}

/// What was written, unless it is only white space.
fn filled(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}
