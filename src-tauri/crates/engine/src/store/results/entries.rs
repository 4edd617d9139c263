//! Entries, issues, and what was done about them.

use std::collections::HashMap;

use glossary::{Category, Entry, Issue, Resolution, Severity};
use serde::Serialize;

use super::{CHUNK, parse};
use crate::error::{Error, Result};
use crate::runs::{Break, StageContext};
use crate::store::Store;

/// Stores the entries of a glossary, in order. A refined one notes which entries differ from the `provisional` ones.
pub(crate) async fn write_entries(
    context: &StageContext,
    generation: i64,
    entries: &[Entry],
    provisional: Option<&[Entry]>,
) -> Result<(), Break> {
    let before: Option<HashMap<&str, &Entry>> =
        provisional.map(|entries| entries.iter().map(|entry| (&*entry.key, entry)).collect());
    let same = |new: &Entry, old: &Entry| new.definition == old.definition && new.synonyms == old.synonyms;
    let changed = |entry: &Entry| {
        let known = before.as_ref()?.get(&*entry.key);
        Some(known.is_none_or(|known| !same(entry, known)))
    };
    let mut tx = context.write().await?;
    for (chunk, entries) in entries.chunks(CHUNK).enumerate() {
        let rows: Vec<_> = entries
            .iter()
            .map(|entry| EntryWritten {
                entry,
                changed: changed(entry).unwrap_or_default(),
            })
            .collect();
        let (json, first) = (serde_json::to_string(&rows)?, (chunk * CHUNK) as i64);
        sqlx::query!(
            "INSERT INTO entry (generation_id, ordinal, key, term, language, category, definition, confidence,
                 evidence, alternatives, synonyms, related, changed)
             SELECT ?1, ?2 + new.key, value ->> 'key', value ->> 'term', value ->> 'language', value ->> 'category',
                 value ->> 'definition', value ->> 'confidence', value -> 'evidence', value -> 'alternatives',
                 value -> 'synonyms', value -> 'related', value ->> 'changed'
             FROM json_each(?3) AS new",
            generation,
            first,
            json
        )
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await?;
    Ok(())
}

#[derive(Serialize)]
struct EntryWritten<'a> {
    #[serde(flatten)]
    entry: &'a Entry,
    changed: bool,
}

/// A row of the table `entry` with its JSON columns.
pub(crate) struct EntryRecord {
    pub(crate) key: String,
    pub(crate) term: String,
    pub(crate) language: String,
    pub(crate) category: String,
    pub(crate) definition: Option<String>,
    pub(crate) confidence: f64,
    pub(crate) evidence: String,
    pub(crate) alternatives: String,
    pub(crate) synonyms: String,
    pub(crate) related: String,
}

impl TryFrom<EntryRecord> for Entry {
    type Error = Error;

    fn try_from(row: EntryRecord) -> Result<Self> {
        Ok(Self {
            term: row.term,
            key: row.key,
            language: parse(&row.language)?,
            category: parse::<Category>(&row.category)?,
            definition: row.definition,
            confidence: row.confidence,
            evidence: serde_json::from_str(&row.evidence)?,
            alternatives: serde_json::from_str(&row.alternatives)?,
            synonyms: serde_json::from_str(&row.synonyms)?,
            related: serde_json::from_str(&row.related)?,
        })
    }
}

/// The entries of a define or refine generation, in order.
pub(crate) async fn read_entries(store: &Store, generation: i64) -> Result<Vec<Entry>> {
    let rows = sqlx::query_as!(
        EntryRecord,
        "SELECT key, term, language, category, definition, confidence, evidence, alternatives, synonyms, related
         FROM entry WHERE generation_id = ? ORDER BY ordinal",
        generation
    )
    .fetch_all(store.reader())
    .await?;
    rows.into_iter().map(Entry::try_from).collect()
}

#[derive(Serialize)]
struct IssueRecord<'a> {
    key: &'a str,
    term: &'a str,
    severity: i64,
    finding: serde_json::Value,
}

/// How a severity is stored, so that it sorts.
pub(crate) fn severity_rank(severity: Severity) -> i64 {
    match severity {
        Severity::Low => 1,
        Severity::Medium => 2,
        Severity::High => 3,
    }
}

/// The severity stored as `rank`.
pub(crate) fn severity_of(rank: i64) -> Severity {
    match rank {
        ..=1 => Severity::Low,
        2 => Severity::Medium,
        _ => Severity::High,
    }
}

/// Stores the issues of a review, in order.
pub(crate) async fn write_issues(context: &StageContext, generation: i64, issues: &[Issue]) -> Result<(), Break> {
    let mut tx = context.write().await?;
    for (chunk, rows) in issues.chunks(CHUNK).enumerate() {
        let rows = rows
            .iter()
            .map(|issue| {
                Ok(IssueRecord {
                    key: &issue.key,
                    term: &issue.term,
                    severity: severity_rank(issue.severity),
                    finding: serde_json::to_value(&issue.finding)?,
                })
            })
            .collect::<Result<Vec<_>>>()?;
        let (json, first) = (serde_json::to_string(&rows)?, (chunk * CHUNK) as i64);
        sqlx::query!(
            "INSERT INTO issue (generation_id, ordinal, key, term, severity, kind, finding)
             SELECT ?1, ?2 + key, value ->> 'key', value ->> 'term', value ->> 'severity',
                 value ->> '$.finding.kind', value -> 'finding' FROM json_each(?3)",
            generation,
            first,
            json
        )
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await?;
    Ok(())
}

/// The issues of a review generation, in order.
pub(crate) async fn read_issues(store: &Store, generation: i64) -> Result<Vec<Issue>> {
    let rows = sqlx::query!(
        "SELECT key, term, severity, finding FROM issue WHERE generation_id = ? ORDER BY ordinal",
        generation
    )
    .fetch_all(store.reader())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Issue {
                term: row.term,
                key: row.key,
                severity: severity_of(row.severity),
                finding: serde_json::from_str(&row.finding)?,
            })
        })
        .collect()
}

/// Stores what a refinement did about each issue.
pub(crate) async fn write_resolutions(
    context: &StageContext,
    generation: i64,
    resolutions: &[Resolution],
) -> Result<(), Break> {
    let json = serde_json::to_string(resolutions)?;
    let mut tx = context.write().await?;
    sqlx::query!(
        "INSERT INTO resolution (generation_id, issue, resolution) SELECT ?1, key, value FROM json_each(?2)",
        generation,
        json
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// What a refinement did about each issue, in the order of the issues.
pub(crate) async fn read_resolutions(store: &Store, generation: i64) -> Result<Vec<Resolution>> {
    let rows = sqlx::query_scalar!(
        "SELECT resolution FROM resolution WHERE generation_id = ? ORDER BY issue",
        generation
    )
    .fetch_all(store.reader())
    .await?;
    rows.iter().map(|resolution| parse(resolution)).collect()
}
