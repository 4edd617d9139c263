//! Writes and reads whole results of stages. Rows travel as one JSON array per statement: SQLite unpacks it about as
//! fast as it can insert, while a statement per row would cost a message to the database thread each.

use std::collections::{HashMap, HashSet};

use glossary::{Category, Document, Entry, Issue, Language, Occurrence, Resolution, Severity, Term};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Store;
use crate::error::{Error, Result};
use crate::library::documents::SkippedFile;
use crate::runs::{Break, StageContext};

/// Rows of one statement.
const CHUNK: usize = 5_000;

/// A document and the hash of its text.
#[derive(Debug, Clone)]
pub(crate) struct HashedDocument {
    pub(crate) document: Document,
    pub(crate) hash: String,
}

/// A row of the table `document`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct DocumentRecord {
    pub(crate) path: String,
    pub(crate) hash: String,
    pub(crate) language: Language,
    pub(crate) encoding: String,
    pub(crate) bytes: u64,
    pub(crate) lines: u64,
    /// Nanoseconds since 1970; 0 when the file was too young to tell a later change from this one.
    pub(crate) modified: i64,
}

/// A file that was left out.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Skipped {
    pub(crate) path: String,
    pub(crate) reason: &'static str,
    pub(crate) detail: Option<String>,
}

/// The serde name of a unit variant, as it stands in a column.
pub(crate) fn text<T: Serialize>(value: T) -> Result<String> {
    match serde_json::to_value(value)? {
        serde_json::Value::String(text) => Ok(text),
        other => Err(Error::Internal(format!("not a name: {other}"))),
    }
}

/// The value with that serde name.
pub(crate) fn parse<T: DeserializeOwned>(text: &str) -> Result<T> {
    Ok(serde_json::from_value(serde_json::Value::String(text.to_owned()))?)
}

/// Texts of one write.
const TEXTS: usize = 64;

/// Which texts are stored.
pub(crate) async fn known_texts(store: &Store) -> Result<HashSet<String>> {
    let hashes = sqlx::query_scalar!("SELECT hash FROM document_text")
        .fetch_all(store.reader())
        .await?;
    Ok(hashes.into_iter().collect())
}

/// Stores documents in order, with the texts that are new, given by their hashes.
pub(crate) async fn write_documents(
    context: &StageContext,
    generation: i64,
    documents: &[DocumentRecord],
    texts: &[(&str, &str)],
) -> Result<(), Break> {
    // A text and the row that needs it are written in one transaction, or somebody could clean up in between.
    let new: HashMap<&str, &str> = texts.iter().copied().collect();
    for (chunk, rows) in documents.chunks(TEXTS).enumerate() {
        let mut tx = context.write().await?;
        for row in rows {
            let Some(text) = new.get(&*row.hash) else { continue };
            sqlx::query!(
                "INSERT OR IGNORE INTO document_text (hash, text) VALUES (?, ?)",
                row.hash,
                text
            )
            .execute(&mut *tx)
            .await?;
        }
        let (json, first) = (serde_json::to_string(rows)?, (chunk * TEXTS) as i64);
        sqlx::query!(
            "INSERT INTO document (generation_id, ordinal, path, hash, language, encoding, bytes, lines, modified)
             SELECT ?1, ?2 + key, value ->> 'path', value ->> 'hash', value ->> 'language', value ->> 'encoding',
                 value ->> 'bytes', value ->> 'lines', value ->> 'modified' FROM json_each(?3)",
            generation,
            first,
            json
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Stores what was left out.
///
/// The list replaces the one before: a result that is taken over keeps its documents, and yet the folder may hold other
/// files that are none.
pub(crate) async fn write_skipped(context: &StageContext, generation: i64, skipped: &[Skipped]) -> Result<(), Break> {
    debug_assert!(skipped.iter().all(|skip| SkippedFile::REASONS.contains(&skip.reason)));
    let mut tx = context.write().await?;
    sqlx::query!("DELETE FROM skipped_file WHERE generation_id = ?", generation)
        .execute(&mut *tx)
        .await?;
    for (chunk, rows) in skipped.chunks(CHUNK).enumerate() {
        let (json, first) = (serde_json::to_string(rows)?, (chunk * CHUNK) as i64);
        sqlx::query!(
            "INSERT INTO skipped_file (generation_id, ordinal, path, reason, detail)
             SELECT ?1, ?2 + key, value ->> 'path', value ->> 'reason', value ->> 'detail' FROM json_each(?3)",
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

/// The documents of a load generation, in order.
pub(crate) async fn read_documents(store: &Store, generation: i64) -> Result<Vec<HashedDocument>> {
    let rows = sqlx::query!(
        "SELECT path, language, hash, text FROM document JOIN document_text USING (hash)
         WHERE generation_id = ? ORDER BY ordinal",
        generation
    )
    .fetch_all(store.reader())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(HashedDocument {
                document: Document {
                    path: row.path,
                    text: row.text,
                    language: parse::<Language>(&row.language)?,
                },
                hash: row.hash,
            })
        })
        .collect()
}

/// Stores terms, best first.
pub(crate) async fn write_terms(context: &StageContext, generation: i64, terms: &[Term]) -> Result<(), Break> {
    let mut tx = context.write().await?;
    for (chunk, rows) in terms.chunks(CHUNK).enumerate() {
        let (json, first) = (serde_json::to_string(rows)?, (chunk * CHUNK) as i64);
        sqlx::query!(
            "INSERT INTO term (generation_id, rank, key, text, language, category, score, documents, occurrences,
                 variants, expansion)
             SELECT ?1, ?2 + key, value ->> 'key', value ->> 'text', value ->> 'language', value ->> 'category',
                 value ->> 'score', value ->> 'documents', value ->> 'occurrences', value -> 'variants',
                 value ->> 'expansion' FROM json_each(?3)",
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

/// The terms of an extract generation, best first.
pub(crate) async fn read_terms(store: &Store, generation: i64) -> Result<Vec<Term>> {
    let rows = sqlx::query!(
        "SELECT key, text, language, category, score, documents, occurrences, variants, expansion
         FROM term WHERE generation_id = ? ORDER BY rank",
        generation
    )
    .fetch_all(store.reader())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Term {
                text: row.text,
                key: row.key,
                language: parse(&row.language)?,
                category: parse(&row.category)?,
                score: row.score,
                documents: row.documents as u32,
                occurrences: row.occurrences as u32,
                variants: serde_json::from_str(&row.variants)?,
                expansion: row.expansion,
            })
        })
        .collect()
}

/// Document (ordinal in the load generation), start, end, line of one occurrence.
pub(crate) type Posting = [u32; 4];

/// Terms of one write.
const POSTINGS: usize = 2_000;

/// Stores the occurrences of `terms` terms, given by document. There may be millions, so a stop is heard in between.
pub(crate) async fn write_occurrences(
    context: &StageContext,
    generation: i64,
    terms: usize,
    found: &[Vec<Occurrence>],
) -> Result<(), Break> {
    let mut postings: Vec<Vec<Posting>> = vec![Vec::new(); terms];
    for (document, found) in found.iter().enumerate() {
        for o in found {
            if let Some(posting) = postings.get_mut(o.term as usize) {
                posting.push([document as u32, o.start, o.end, o.line]);
            }
        }
    }
    for (chunk, postings) in postings.chunks(POSTINGS).enumerate() {
        let (json, first) = (serde_json::to_string(postings)?, (chunk * POSTINGS) as i64);
        let mut tx = context.write().await?;
        sqlx::query!(
            "INSERT INTO posting (generation_id, rank, occurrences)
             SELECT ?1, ?2 + key, value FROM json_each(?3)",
            generation,
            first,
            json
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Stores how many terms and occurrences each document holds, so that a list of documents need not count them.
pub(crate) async fn write_document_counts(
    context: &StageContext,
    generation: i64,
    found: &[Vec<Occurrence>],
) -> Result<(), Break> {
    let counts: Vec<[usize; 2]> = found
        .iter()
        .map(|found| [found.iter().map(|o| o.term).collect::<HashSet<_>>().len(), found.len()])
        .collect();
    let json = serde_json::to_string(&counts)?;
    let mut tx = context.write().await?;
    sqlx::query!(
        "INSERT INTO document_count (generation_id, document, terms, occurrences)
         SELECT ?1, key, value ->> 0, value ->> 1 FROM json_each(?2)",
        generation,
        json
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// The occurrences of an extract generation, by document, in the order of the text.
pub(crate) async fn read_occurrences(store: &Store, generation: i64, documents: usize) -> Result<Vec<Vec<Occurrence>>> {
    let rows = sqlx::query!(
        "SELECT rank, occurrences FROM posting WHERE generation_id = ?",
        generation
    )
    .fetch_all(store.reader())
    .await?;
    let mut found = vec![Vec::new(); documents];
    for row in rows {
        let postings: Vec<Posting> = serde_json::from_str(&row.occurrences)?;
        for [document, start, end, line] in postings {
            if let Some(found) = found.get_mut(document as usize) {
                found.push(Occurrence {
                    term: row.rank as u32,
                    line,
                    start,
                    end,
                });
            }
        }
    }
    for found in &mut found {
        found.sort_unstable_by_key(|o| (o.start, o.end, o.term));
    }
    Ok(found)
}

/// The occurrences of one term, by document and place.
pub(crate) async fn read_posting(store: &Store, generation: i64, key: &str) -> Result<Vec<Posting>> {
    let json = sqlx::query_scalar!(
        "SELECT p.occurrences FROM term t JOIN posting p ON p.generation_id = t.generation_id AND p.rank = t.rank
         WHERE t.generation_id = ? AND t.key = ?",
        generation,
        key
    )
    .fetch_optional(store.reader())
    .await?;
    json.map_or_else(|| Ok(Vec::new()), |json| Ok(serde_json::from_str(&json)?))
}

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
