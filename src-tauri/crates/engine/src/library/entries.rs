//! The entries of the provisional and of the refined glossary, with the researcher's own definitions on top.

use glossary::{Entry, Language};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::issues::IssueRow;
use super::{PAGE_LIMIT, Page, pattern};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::runs::Stage;
use crate::store::results::{self, EntryRecord};
use crate::store::{Store, generations};

/// Which entries to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum EntryFilter {
    /// All.
    All,
    /// Those that the refinement changed.
    Changed,
    /// Those with a definition of the researcher's own.
    Edited,
    /// Those without any definition.
    Undefined,
}

/// Which part of a glossary to list.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct EntryQuery {
    /// Position of the first row.
    pub offset: u32,
    /// The most rows.
    pub limit: u32,
    /// Part of a term or a definition; empty for all.
    pub search: String,
    /// Which entries.
    pub filter: EntryFilter,
}

/// An entry in a list.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct EntryRow {
    /// Identifies the entry in its glossary.
    pub key: String,
    /// The headword.
    pub term: String,
    /// Its language.
    pub language: Language,
    /// The definition that counts.
    pub definition: Option<String>,
    /// Confidence of the engine's definition, 0 to 1.
    #[specta(type = u32)] // a plain number: it is never NaN
    pub confidence: f64,
    /// The refinement changed it.
    pub changed: bool,
    /// The definition is the researcher's own.
    pub edited: bool,
}

/// Number of entries under each filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[allow(missing_docs, reason = "the names are those of the filters")]
pub struct EntryCounts {
    pub all: u32,
    pub changed: u32,
    pub edited: u32,
    pub undefined: u32,
}

/// Everything about an entry.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct EntryDetail {
    /// The entry as the engine made it.
    pub entry: Entry,
    /// The definition before the refinement, for a refined entry.
    pub provisional: Option<String>,
    /// The researcher's own definition; it counts.
    pub edited: Option<String>,
    /// Number of documents the term occurs in.
    pub documents: u32,
    /// Number of its occurrences.
    pub occurrences: u32,
    /// What the review found about it.
    pub issues: Vec<IssueRow>,
}

/// The generations that an entry list is made of.
#[derive(Debug, Clone, Copy)]
struct Sources {
    /// Of the entries.
    entries: i64,
    /// Of the provisional entries that a refined glossary was made from.
    provisional: Option<i64>,
    /// Of the terms behind them.
    terms: Option<i64>,
}

impl Sources {
    async fn find(store: &Store, project_id: &str, stage: Stage) -> Result<Option<Self>> {
        let current = generations::current(store, project_id).await?;
        let Some(&entries) = current.get(&stage) else {
            return Ok(None);
        };
        let provisional = match (stage, generations::input(store, entries).await?) {
            (Stage::Refine, Some(review)) => generations::input(store, review).await?,
            _ => None,
        };
        let terms = generations::input(store, provisional.unwrap_or(entries)).await?;
        Ok(Some(Self {
            entries,
            provisional,
            terms,
        }))
    }
}

impl Engine {
    /// A page of the provisional ([`Stage::Define`]) or refined ([`Stage::Refine`]) glossary, without excluded terms.
    pub async fn list_entries(&self, project_id: &str, stage: Stage, query: &EntryQuery) -> Result<Page<EntryRow>> {
        let Some(sources) = Sources::find(self.store(), project_id, stage).await? else {
            return Ok(Page::empty(query.offset));
        };
        let (pattern, limit) = (pattern(&query.search), query.limit.min(PAGE_LIMIT));
        let filter = results::text(query.filter)?;
        let total = sqlx::query_scalar!(
            r#"SELECT count(*) FROM entry e LEFT JOIN decision d ON d.project_id = ?1 AND d.key = e.key
               WHERE e.generation_id = ?2 AND d.verdict IS NOT 'excluded'
                 AND (?3 = '%' OR e.term LIKE ?3 ESCAPE '\' OR coalesce(d.definition, e.definition) LIKE ?3 ESCAPE '\')
                 AND CASE ?4 WHEN 'changed' THEN e.changed
                     WHEN 'edited' THEN d.definition IS NOT NULL
                     WHEN 'undefined' THEN coalesce(d.definition, e.definition) IS NULL
                     ELSE 1 END"#,
            project_id,
            sources.entries,
            pattern,
            filter
        )
        .fetch_one(self.store().reader());
        // First which rows stand on the page, then what they show: most of a long list is only counted over.
        let rows = sqlx::query!(
            r#"WITH page AS MATERIALIZED (
                 SELECT e.ordinal FROM entry e LEFT JOIN decision d ON d.project_id = ?1 AND d.key = e.key
                 WHERE e.generation_id = ?2 AND d.verdict IS NOT 'excluded'
                   AND (?3 = '%' OR e.term LIKE ?3 ESCAPE '\' OR coalesce(d.definition, e.definition) LIKE ?3 ESCAPE '\')
                   AND CASE ?4 WHEN 'changed' THEN e.changed
                       WHEN 'edited' THEN d.definition IS NOT NULL
                       WHEN 'undefined' THEN coalesce(d.definition, e.definition) IS NULL
                       ELSE 1 END
                 ORDER BY e.ordinal LIMIT ?5 OFFSET ?6)
               SELECT e.key, e.term, e.language, coalesce(d.definition, e.definition) AS "definition: String",
                 e.confidence, d.definition IS NOT NULL AS "edited!: bool", e.changed AS "changed: bool"
               FROM page
               CROSS JOIN entry e ON e.generation_id = ?2 AND e.ordinal = page.ordinal
               LEFT JOIN decision d ON d.project_id = ?1 AND d.key = e.key
               ORDER BY e.ordinal"#,
            project_id,
            sources.entries,
            pattern,
            filter,
            limit,
            query.offset
        )
        .fetch_all(self.store().reader());
        let (total, rows) = tokio::try_join!(total, rows)?;
        let rows = rows
            .into_iter()
            .map(|row| {
                Ok(EntryRow {
                    key: row.key,
                    term: row.term,
                    language: results::parse(&row.language)?,
                    definition: row.definition,
                    confidence: row.confidence,
                    changed: row.changed,
                    edited: row.edited,
                })
            })
            .collect::<Result<_>>()?;
        Ok(Page {
            rows,
            total: total as u32,
            offset: query.offset,
        })
    }

    /// How many entries each filter lists.
    pub async fn count_entries(&self, project_id: &str, stage: Stage) -> Result<EntryCounts> {
        let Some(sources) = Sources::find(self.store(), project_id, stage).await? else {
            return Ok(EntryCounts::default());
        };
        let row = sqlx::query!(
            r#"SELECT count(*) AS "all!: i64",
                 coalesce(sum(e.changed), 0) AS "changed!: i64",
                 coalesce(sum(d.definition IS NOT NULL), 0) AS "edited!: i64",
                 coalesce(sum(coalesce(d.definition, e.definition) IS NULL), 0) AS "undefined!: i64"
               FROM entry e
               LEFT JOIN decision d ON d.project_id = ?1 AND d.key = e.key
               WHERE e.generation_id = ?2 AND d.verdict IS NOT 'excluded'"#,
            project_id,
            sources.entries
        )
        .fetch_one(self.store().reader())
        .await?;
        Ok(EntryCounts {
            all: row.all as u32,
            changed: row.changed as u32,
            edited: row.edited as u32,
            undefined: row.undefined as u32,
        })
    }

    /// One entry of the provisional or refined glossary.
    pub async fn entry(&self, project_id: &str, stage: Stage, key: &str) -> Result<EntryDetail> {
        let missing = || Error::EntryNotFound(key.to_owned());
        let sources = Sources::find(self.store(), project_id, stage)
            .await?
            .ok_or_else(missing)?;
        let entry: Entry = self.entry_of(sources.entries, key).await?.ok_or_else(missing)?;
        let provisional = match sources.provisional {
            Some(generation) => self.entry_of(generation, key).await?.and_then(|entry| entry.definition),
            None => None,
        };
        let edited = sqlx::query_scalar!(
            "SELECT definition FROM decision WHERE project_id = ? AND key = ?",
            project_id,
            key
        )
        .fetch_optional(self.store().reader())
        .await?
        .flatten();
        let counts = sqlx::query!(
            "SELECT documents, occurrences FROM term WHERE generation_id = ? AND key = ?",
            sources.terms,
            key
        )
        .fetch_optional(self.store().reader())
        .await?;
        Ok(EntryDetail {
            entry,
            provisional,
            edited,
            documents: counts.as_ref().map_or(0, |counts| counts.documents as u32),
            occurrences: counts.map_or(0, |counts| counts.occurrences as u32),
            issues: self.issues_of(project_id, key).await?,
        })
    }

    async fn entry_of(&self, generation: i64, key: &str) -> Result<Option<Entry>> {
        let row = sqlx::query_as!(
            EntryRecord,
            "SELECT key, term, language, category, definition, confidence, evidence, alternatives, synonyms, related
             FROM entry WHERE generation_id = ? AND key = ?",
            generation,
            key
        )
        .fetch_optional(self.store().reader())
        .await?;
        row.map(Entry::try_from).transpose()
    }
}
