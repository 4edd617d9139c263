//! Documents, and the files that are none.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use glossary::{Document, Language};
use serde::Serialize;

use super::{CHUNK, parse};
use crate::error::Result;
use crate::library::documents::SkippedFile;
use crate::runs::{Break, StageContext};
use crate::store::Store;

/// A document and the hash of its text.
#[derive(Debug, Clone)]
pub(crate) struct HashedDocument {
    pub(crate) document: Document,
    pub(crate) hash: String,
}

impl HashedDocument {
    /// Its path and the hash of its text: with the same ones it is the same document.
    pub(crate) fn name(&self) -> (&str, &str) {
        (&self.document.path, &self.hash)
    }
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
    let size = if new.len() > TEXTS { TEXTS } else { CHUNK };
    for (chunk, rows) in documents.chunks(size).enumerate() {
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
        let (json, first) = (serde_json::to_string(rows)?, (chunk * size) as i64);
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

/// Notes how the files of documents look now whose texts are the same: another time, another encoding.
pub(crate) async fn refresh_documents(
    context: &StageContext,
    generation: i64,
    documents: &[DocumentRecord],
) -> Result<(), Break> {
    let mut tx = context.write().await?;
    let known = sqlx::query_scalar!(
        "SELECT modified FROM document WHERE generation_id = ? ORDER BY ordinal",
        generation
    )
    .fetch_all(&mut *tx)
    .await?;
    for (ordinal, (document, modified)) in documents.iter().zip(known).enumerate() {
        if document.modified == modified {
            continue;
        }
        let (ordinal, bytes) = (ordinal as i64, document.bytes as i64);
        sqlx::query!(
            "UPDATE document SET encoding = ?, bytes = ?, modified = ? WHERE generation_id = ? AND ordinal = ?",
            document.encoding,
            bytes,
            document.modified,
            generation,
            ordinal
        )
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await?;
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

/// The documents of a load generation, in order. Those that are at hand in `known` are not read again.
pub(crate) async fn read_documents(
    store: &Store,
    generation: i64,
    known: &[Arc<HashedDocument>],
) -> Result<Vec<Arc<HashedDocument>>> {
    let known: HashMap<(&str, &str), &Arc<HashedDocument>> = known.iter().map(|known| (known.name(), known)).collect();
    let rows = sqlx::query!(
        "SELECT path, language, hash FROM document WHERE generation_id = ? ORDER BY ordinal",
        generation
    )
    .fetch_all(store.reader())
    .await?;
    let missing: Vec<&str> = rows
        .iter()
        .filter(|row| !known.contains_key(&(&*row.path, &*row.hash)))
        .map(|row| &*row.hash)
        .collect();
    let missing = serde_json::to_string(&missing)?;
    let texts = sqlx::query!(
        "SELECT hash, text FROM document_text WHERE hash IN (SELECT value FROM json_each(?))",
        missing
    )
    .fetch_all(store.reader())
    .await?;
    let texts: HashMap<String, String> = texts.into_iter().map(|row| (row.hash, row.text)).collect();
    rows.into_iter()
        .map(|row| {
            if let Some(known) = known.get(&(&*row.path, &*row.hash)) {
                return Ok(Arc::clone(known));
            }
            let text = texts.get(&row.hash).ok_or(sqlx::Error::RowNotFound)?;
            Ok(Arc::new(HashedDocument {
                document: Document {
                    path: row.path,
                    text: text.clone(),
                    language: parse::<Language>(&row.language)?,
                },
                hash: row.hash,
            }))
        })
        .collect()
}
