//! Where a term stands in the documents.

use glossary::concordance;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::{PAGE_LIMIT, Page};
use crate::engine::Engine;
use crate::error::Result;
use crate::runs::Stage;
use crate::store::{generations, results};

/// One occurrence in its context.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct OccurrenceRow {
    /// Path of the document.
    pub document: String,
    /// Line, from 1.
    pub line: u32,
    /// Byte offset in the document's text.
    pub start: u32,
    /// The text before it, in its sentence.
    pub before: String,
    /// The term as it stands there.
    pub hit: String,
    /// The text after it, in its sentence.
    pub after: String,
    /// Number of occurrences of the term in this document.
    pub in_document: u32,
}

impl Engine {
    /// Occurrences of a term in context, by document, in the order of the text.
    pub async fn list_occurrences(
        &self,
        project_id: &str,
        key: &str,
        offset: u32,
        limit: u32,
    ) -> Result<Page<OccurrenceRow>> {
        let Some(&generation) = generations::current(self.store(), project_id)
            .await?
            .get(&Stage::Extract)
        else {
            return Ok(Page::empty(offset));
        };
        let load = generations::input(self.store(), generation).await?;
        let held = results::read_places(self.store(), load, generation, key).await?;
        let total: usize = held.iter().map(|document| document.places.len()).sum();
        let (mut skip, mut left) = (offset as usize, limit.min(PAGE_LIMIT) as usize);
        let mut page = Vec::new();
        for document in &held {
            let places = document.places.iter().skip(skip).take(left);
            skip = skip.saturating_sub(document.places.len());
            left -= places.len();
            if places.len() > 0 {
                page.push((document, places));
            }
        }
        let shown: Vec<i64> = page.iter().map(|(document, _)| document.ordinal).collect();
        let shown = serde_json::to_string(&shown)?;
        let texts = sqlx::query!(
            "SELECT path, text FROM document JOIN document_text USING (hash)
             WHERE generation_id = ? AND ordinal IN (SELECT value FROM json_each(?)) ORDER BY ordinal",
            load,
            shown
        )
        .fetch_all(self.store().reader())
        .await?;
        if texts.len() != page.len() {
            return Err(sqlx::Error::RowNotFound.into());
        }
        let mut rows = Vec::new();
        for ((document, places), row) in page.into_iter().zip(texts) {
            rows.extend(places.map(|&[start, end, line]| {
                let context = concordance::around(&row.text, start as usize, end as usize);
                OccurrenceRow {
                    document: row.path.clone(),
                    line,
                    start,
                    before: context.before,
                    hit: context.hit,
                    after: context.after,
                    in_document: document.places.len() as u32,
                }
            }));
        }
        Ok(Page {
            rows,
            total: total as u32,
            offset,
        })
    }
}
