//! Entries, issues, and what was done about them.

use glossary::reading;
use glossary::review::identity;
use glossary::{Category, Entry, Evidence, Finding, Issue, Resolution, Severity};
use rayon::prelude::*;
use serde::Serialize;

use super::versions::{Alive, RowHash, alive, outlive};
use super::{CHUNK, parse};
use crate::error::{Error, Result};
use crate::runs::{Break, StageContext};
use crate::store::Store;

/// Hash of all that an entry says, see [`RowHash`].
pub(crate) fn hash_entry(entry: &Entry, changed: bool) -> i64 {
    let mut hash = RowHash::new();
    hash.text(&entry.key)
        .text(&entry.term)
        .option(entry.definition.as_deref())
        .option(entry.writer.as_deref())
        .number(entry.language as u64)
        .text(entry.category.name())
        .number(entry.confidence.to_bits())
        .number(u64::from(changed));
    let evidence = |hash: &mut RowHash, evidence: &Evidence| {
        hash.text(&evidence.document)
            .text(&evidence.quote)
            .number(u64::from(evidence.line))
            .number(u64::from(evidence.start) << 32 | u64::from(evidence.end));
    };
    for source in &entry.evidence {
        evidence(&mut hash, source);
    }
    for other in &entry.alternatives {
        hash.text(&other.definition)
            .option(other.writer.as_deref())
            .number(other.confidence.to_bits());
        evidence(&mut hash, &other.evidence);
    }
    for names in [&entry.synonyms, &entry.related] {
        hash.number(names.len() as u64);
        for name in names {
            hash.text(name);
        }
    }
    hash.finish()
}

/// The entries that are alive in the series of a result.
pub(crate) async fn alive_entries(store: Store, generation: i64) -> Result<Alive> {
    Ok(alive!(store, "entry_row", "ordinal", generation))
}

/// Stores the entries of a glossary, in order, each with whether it differs from the provisional one, and the hash of both.
pub(crate) async fn write_entries(
    context: &StageContext,
    generation: i64,
    alive: Alive,
    entries: &[(&Entry, bool)],
    hashes: &[i64],
) -> Result<(), Break> {
    let mut tx = context.write().await?;
    let delta = outlive!(&mut *tx, "entry_row", "ordinal", generation, alive, hashes);
    for fresh in delta.fresh.chunks(CHUNK) {
        let row = |(index, ordinal): &(usize, i64)| EntryWritten {
            ordinal: *ordinal,
            hash: hashes[*index],
            sort: reading::sort_key(&entries[*index].0.term),
            entry: entries[*index].0,
            changed: entries[*index].1,
        };
        let json = serde_json::to_string(&fresh.par_iter().map(row).collect::<Vec<_>>())?;
        sqlx::query!(
            "INSERT INTO entry_row (series, ordinal, born, hash, key, term, language, category, definition, confidence,
                 evidence, alternatives, synonyms, related, changed, sort, writer)
             SELECT g.series, value ->> 'ordinal', g.id, value ->> 'hash', value ->> 'key', value ->> 'term',
                 value ->> 'language', value ->> 'category', value ->> 'definition', value ->> 'confidence',
                 value -> 'evidence', value -> 'alternatives', value -> 'synonyms', value -> 'related',
                 value ->> 'changed', value ->> 'sort', value ->> 'writer'
             FROM generation g CROSS JOIN json_each(?2) WHERE g.id = ?1",
            generation,
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
    ordinal: i64,
    hash: i64,
    sort: String,
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
    pub(crate) writer: Option<String>,
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
            writer: row.writer,
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
        "SELECT key, term, language, category, definition, writer, confidence, evidence, alternatives, synonyms, related
         FROM entry WHERE generation_id = ? ORDER BY ordinal",
        generation
    )
    .fetch_all(store.reader())
    .await?;
    rows.into_iter().map(Entry::try_from).collect()
}

#[derive(Serialize)]
struct IssueWritten<'a> {
    ordinal: i64,
    hash: i64,
    key: &'a str,
    term: &'a str,
    severity: i64,
    kind: &'static str,
    finding: &'a Finding,
    identity: String,
}

fn hash_issue(issue: &Issue) -> Result<i64> {
    let mut hash = RowHash::new();
    hash.text(&issue.key)
        .text(&issue.term)
        .number(issue.severity as u64)
        .text(&serde_json::to_string(&issue.finding)?);
    Ok(hash.finish())
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

/// The issues that are alive in the series of a result.
pub(crate) async fn alive_issues(store: Store, generation: i64) -> Result<Alive> {
    Ok(alive!(store, "issue_row", "ordinal", generation))
}

/// Stores the issues of a review, in order.
pub(crate) async fn write_issues(
    context: &StageContext,
    generation: i64,
    alive: Alive,
    issues: &[Issue],
) -> Result<(), Break> {
    let mut tx = context.write().await?;
    let hashes = issues.iter().map(hash_issue).collect::<Result<Vec<i64>>>()?;
    let delta = outlive!(&mut *tx, "issue_row", "ordinal", generation, alive, &hashes);
    for fresh in delta.fresh.chunks(CHUNK) {
        let row = |(index, ordinal): &(usize, i64)| {
            let issue = &issues[*index];
            IssueWritten {
                ordinal: *ordinal,
                hash: hashes[*index],
                key: &issue.key,
                term: &issue.term,
                severity: severity_rank(issue.severity),
                kind: issue.finding.kind(),
                finding: &issue.finding,
                identity: identity(issue),
            }
        };
        let json = serde_json::to_string(&fresh.iter().map(row).collect::<Vec<_>>())?;
        sqlx::query!(
            "INSERT INTO issue_row (series, ordinal, born, hash, key, term, severity, kind, finding, identity)
             SELECT g.series, value ->> 'ordinal', g.id, value ->> 'hash', value ->> 'key', value ->> 'term',
                 value ->> 'severity', value ->> 'kind', value -> 'finding', value ->> 'identity'
             FROM generation g CROSS JOIN json_each(?2) WHERE g.id = ?1",
            generation,
            json
        )
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Notes what the issues of a review say. Those of an earlier version did not.
pub(crate) async fn identify_issues(store: &Store, generation: i64) -> Result<()> {
    let unknown = sqlx::query!(
        "SELECT ordinal, key, term, severity, finding FROM issue WHERE generation_id = ? AND identity IS NULL",
        generation
    )
    .fetch_all(store.reader())
    .await?;
    if unknown.is_empty() {
        return Ok(());
    }
    let mut identities = Vec::with_capacity(unknown.len());
    for row in unknown {
        let issue = Issue {
            term: row.term,
            key: row.key,
            severity: severity_of(row.severity),
            finding: serde_json::from_str(&row.finding)?,
        };
        identities.push((row.ordinal, identity(&issue)));
    }
    let json = serde_json::to_string(&identities)?;
    let mut tx = store.write().await?;
    sqlx::query!(
        "UPDATE issue_row SET identity = said.identity
         FROM (SELECT value ->> 0 AS ordinal, value ->> 1 AS identity FROM json_each(?2)) AS said
         WHERE series = (SELECT series FROM generation WHERE id = ?1) AND issue_row.ordinal = said.ordinal
             AND born <= ?1 AND died > ?1",
        generation,
        json
    )
    .execute(&mut *tx)
    .await?;
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

/// Stores what a refinement did about each issue of `review`. What it left open, as most, has no row.
pub(crate) async fn write_resolutions(
    context: &StageContext,
    generation: i64,
    review: i64,
    resolutions: &[Resolution],
) -> Result<(), Break> {
    if resolutions.iter().all(|resolution| *resolution == Resolution::Open) {
        return Ok(());
    }
    let mut tx = context.write().await?;
    let ordinals = sqlx::query_scalar!(
        r#"SELECT json_group_array(ordinal) AS "ordinals!: String"
           FROM (SELECT ordinal FROM issue WHERE generation_id = ? ORDER BY ordinal)"#,
        review
    )
    .fetch_one(&mut *tx)
    .await?;
    let ordinals: Vec<i64> = serde_json::from_str(&ordinals)?;
    let done = ordinals
        .iter()
        .zip(resolutions)
        .filter(|(_, done)| **done != Resolution::Open);
    let json = serde_json::to_string(&done.collect::<Vec<_>>())?;
    sqlx::query!(
        "INSERT INTO resolution (generation_id, issue, resolution)
         SELECT ?1, value ->> 0, value ->> 1 FROM json_each(?2)",
        generation,
        json
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// What a refinement did about the issues of the review that it was made from, in their order.
#[cfg(test)]
pub(crate) async fn read_resolutions(store: &Store, generation: i64) -> Result<Vec<Resolution>> {
    let rows = sqlx::query_scalar!(
        "SELECT resolution FROM resolution WHERE generation_id = ? ORDER BY issue",
        generation
    )
    .fetch_all(store.reader())
    .await?;
    rows.iter().map(|resolution| parse(resolution)).collect()
}
