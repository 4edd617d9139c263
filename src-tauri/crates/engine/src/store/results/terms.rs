//! Terms and their occurrences.

use std::collections::HashSet;

use glossary::{Occurrence, Term};

use super::{CHUNK, parse};
use crate::error::Result;
use crate::runs::{Break, StageContext};
use crate::store::Store;

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
        // Each one as a string: SQLite passes it on as it is, and need not take it apart.
        let rows = postings
            .iter()
            .map(serde_json::to_string)
            .collect::<Result<Vec<_>, _>>()?;
        let (json, first) = (serde_json::to_string(&rows)?, (chunk * POSTINGS) as i64);
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
