//! The documents of a project, and the files that were left out.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::{PAGE_LIMIT, Page, pattern};
use crate::engine::Engine;
use crate::error::Result;
use crate::runs::Stage;
use crate::store::{generations, results};

/// A document in a list.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct DocumentRow {
    /// Path inside the project's folder.
    pub path: String,
    /// Its main language.
    pub language: glossary::Language,
    /// How it was encoded.
    pub encoding: String,
    /// Size of the file in bytes.
    pub bytes: u32,
    /// Number of lines.
    pub lines: u32,
    /// Number of different terms in it; nothing before terms were extracted from this very set of documents.
    pub terms: Option<u32>,
    /// Number of occurrences in it; likewise.
    pub occurrences: Option<u32>,
}

/// A file that was left out.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct SkippedFile {
    /// Path inside the project's folder.
    pub path: String,
    /// `hidden`, `secret`, `unsupported`, `binary`, `empty`, `too_large`, `unreadable`, `link` or `outside`; the
    /// researcher's own are `excluded`, `pattern` and `language`.
    pub reason: String,
    /// Size in bytes for `too_large`, what the system said for `unreadable`, the language for `language`.
    pub detail: Option<String>,
}

impl SkippedFile {
    /// Every reason. Who words them is tested against this list.
    pub const REASONS: [&'static str; 12] = [
        "hidden",
        "secret",
        "unsupported",
        "binary",
        "empty",
        "too_large",
        "unreadable",
        "link",
        "outside",
        "excluded",
        "pattern",
        "language",
    ];
}

impl Engine {
    /// Documents in the order of their paths.
    pub async fn list_documents(
        &self,
        project_id: &str,
        offset: u32,
        limit: u32,
        search: &str,
    ) -> Result<Page<DocumentRow>> {
        let current = generations::current(self.store(), project_id).await?;
        let Some(&generation) = current.get(&Stage::Load) else {
            return Ok(Page::empty(offset));
        };
        // Occurrences speak of the documents that they were found in.
        let extract = match current.get(&Stage::Extract) {
            Some(&extract) if generations::input(self.store(), extract).await? == Some(generation) => Some(extract),
            _ => None,
        };
        let (limit, pattern) = (limit.min(PAGE_LIMIT), pattern(search));
        let total = sqlx::query_scalar!(
            r"SELECT count(*) FROM document WHERE generation_id = ? AND path LIKE ? ESCAPE '\'",
            generation,
            pattern
        )
        .fetch_one(self.store().reader())
        .await?;
        // First which documents stand on the page, then what was found in them.
        let rows = sqlx::query!(
            r#"WITH page AS MATERIALIZED (
                 SELECT ordinal, path, hash, language, encoding, bytes, lines FROM document
                 WHERE generation_id = ?1 AND path LIKE ?3 ESCAPE '\' ORDER BY ordinal LIMIT ?4 OFFSET ?5)
               SELECT page.path, language, encoding, bytes, lines, terms AS "terms?", occurrences AS "occurrences?"
               FROM page LEFT JOIN document_terms t
                 ON t.series = (SELECT series FROM generation WHERE id = ?2) AND t.document = page.hash
                 AND t.born <= ?2 AND t.died > ?2
               ORDER BY page.ordinal"#,
            generation,
            extract,
            pattern,
            limit,
            offset
        )
        .fetch_all(self.store().reader())
        .await?;
        let rows = rows
            .into_iter()
            .map(|row| {
                Ok(DocumentRow {
                    path: row.path,
                    language: results::parse(&row.language)?,
                    encoding: row.encoding,
                    bytes: row.bytes as u32,
                    lines: row.lines as u32,
                    terms: extract.map(|_| row.terms.unwrap_or_default() as u32),
                    occurrences: extract.map(|_| row.occurrences.unwrap_or_default() as u32),
                })
            })
            .collect::<Result<_>>()?;
        Ok(Page {
            rows,
            total: total as u32,
            offset,
        })
    }

    /// Files that were left out, in the order of their paths.
    pub async fn list_skipped(&self, project_id: &str, offset: u32, limit: u32) -> Result<Page<SkippedFile>> {
        let current = generations::current(self.store(), project_id).await?;
        let Some(&generation) = current.get(&Stage::Load) else {
            return Ok(Page::empty(offset));
        };
        let total = sqlx::query_scalar!("SELECT count(*) FROM skipped_file WHERE generation_id = ?", generation)
            .fetch_one(self.store().reader())
            .await?;
        let limit = limit.min(PAGE_LIMIT);
        let rows = sqlx::query_as!(
            SkippedFile,
            "SELECT path, reason, detail FROM skipped_file WHERE generation_id = ? ORDER BY ordinal LIMIT ? OFFSET ?",
            generation,
            limit,
            offset
        )
        .fetch_all(self.store().reader())
        .await?;
        Ok(Page {
            rows,
            total: total as u32,
            offset,
        })
    }
}
