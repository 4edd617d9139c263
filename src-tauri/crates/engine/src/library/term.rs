//! One term, with the decisions about it.

use glossary::Variant;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::terms::{TermRef, TermRow};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::runs::Stage;
use crate::store::{generations, results};

/// Everything about a term but its occurrences.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct TermDetail {
    /// The term.
    pub row: TermRow,
    /// Its written forms, most frequent first.
    pub variants: Vec<Variant>,
    /// The model that chose the category.
    pub judge: Option<String>,
    /// A model was asked about the terms and gave this one no category.
    pub unjudged: bool,
    /// The full form of an abbreviation.
    pub expansion: Option<String>,
    /// The researcher's note.
    pub note: Option<String>,
    /// Added by the researcher.
    pub manual: bool,
    /// The form that the engine shows, when the researcher chose another one.
    pub original: Option<String>,
    /// The researcher chose the category.
    pub own_category: bool,
    /// The name that stands for the concept, when that is another one.
    pub primary: Option<TermRef>,
    /// The names that this one stands for.
    pub synonyms: Vec<TermRef>,
}

impl TermDetail {
    fn of(row: TermRow) -> Self {
        Self {
            row,
            variants: Vec::new(),
            judge: None,
            unjudged: false,
            expansion: None,
            note: None,
            manual: false,
            original: None,
            own_category: false,
            primary: None,
            synonyms: Vec::new(),
        }
    }
}

impl Engine {
    /// One term with the decisions about it.
    pub async fn term(&self, project_id: &str, key: &str) -> Result<TermDetail> {
        let generation = generations::current(self.store(), project_id)
            .await?
            .get(&Stage::Extract)
            .copied();
        let decision = sqlx::query!(
            r#"SELECT d.text, d.manual AS "manual: bool", d.verdict, d.category, d.note, d.name, d.synonym_of,
                 coalesce(p.name, (SELECT text FROM term WHERE generation_id = ?2 AND key = d.synonym_of), p.text,
                   d.synonym_of) AS "primary_text: String"
               FROM decision d LEFT JOIN decision p ON p.project_id = ?1 AND p.key = d.synonym_of
               WHERE d.project_id = ?1 AND d.key = ?3"#,
            project_id,
            generation,
            key
        )
        .fetch_optional(self.store().reader())
        .await?;
        let term = sqlx::query!(
            r#"SELECT text, language, category, score, documents, occurrences, variants, judge, expansion,
                 judge IS NULL AND (SELECT basis ->> '$.model' FROM generation WHERE id = ?1) IS NOT NULL
                   AS "unjudged!: bool"
               FROM term WHERE generation_id = ?1 AND key = ?2"#,
            generation,
            key
        )
        .fetch_optional(self.store().reader())
        .await?;
        let mut detail = match (term, &decision) {
            (Some(term), _) => TermDetail {
                variants: serde_json::from_str(&term.variants)?,
                judge: term.judge,
                unjudged: term.unjudged,
                expansion: term.expansion,
                ..TermDetail::of(TermRow {
                    language: results::parse(&term.language)?,
                    category: term.category,
                    score: term.score,
                    documents: term.documents as u32,
                    occurrences: term.occurrences as u32,
                    ..TermRow::undecided(key, term.text)
                })
            },
            (None, Some(decision)) if decision.verdict.is_some() => {
                TermDetail::of(TermRow::undecided(key, decision.text.clone()))
            }
            _ => return Err(Error::TermNotFound(key.to_owned())),
        };
        detail.synonyms = self.members(project_id, generation, key).await?;
        let Some(decision) = decision else { return Ok(detail) };
        detail.own_category = decision.category.is_some();
        let row = &mut detail.row;
        row.edited = decision.category.is_some() || decision.note.is_some() || decision.name.is_some();
        row.verdict = decision.verdict.as_deref().map(results::parse).transpose()?;
        // What is excluded is not sent, and of what the researcher worked at not every answer counts.
        detail.unjudged = false;
        if let Some(category) = decision.category {
            row.category = category;
        }
        if let Some(name) = decision.name {
            detail.original = Some(std::mem::replace(&mut row.text, name));
        }
        row.synonym_of = decision.primary_text;
        detail.primary = decision
            .synonym_of
            .zip(row.synonym_of.clone())
            .map(|(key, text)| TermRef { key, text });
        detail.note = decision.note;
        detail.manual = decision.manual;
        Ok(detail)
    }

    /// The names that stand behind a term.
    async fn members(&self, project_id: &str, generation: Option<i64>, key: &str) -> Result<Vec<TermRef>> {
        Ok(sqlx::query_as!(
            TermRef,
            r#"SELECT d.key, coalesce(d.name, (SELECT text FROM term t WHERE t.generation_id = ? AND t.key = d.key), d.text)
                 AS "text!: String"
               FROM decision d WHERE d.project_id = ? AND d.synonym_of = ? ORDER BY d.key"#,
            generation,
            project_id,
            key
        )
        .fetch_all(self.store().reader())
        .await?)
    }
}
