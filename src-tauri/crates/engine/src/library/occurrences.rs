//! Where a term stands in the documents.

use std::sync::{Arc, Mutex, PoisonError};

use glossary::concordance;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::{PAGE_LIMIT, Page};
use crate::engine::Engine;
use crate::error::Result;
use crate::runs::Stage;
use crate::store::generations;
use crate::store::results::{self, Held};

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

/// Where the term stands that was asked for last. Whoever scrolls through its occurrences asks for page after page, and the
/// places of all terms have to be gone through to find those of one.
#[derive(Debug, Default)]
pub(crate) struct LastTerm(Mutex<Option<(TermPlaces, Arc<Vec<Held>>)>>);

/// A term of a result. The numbers of results are given out again when results go, so they are not enough.
#[derive(Debug, Clone, PartialEq, Eq)]
struct TermPlaces {
    key: String,
    generation: i64,
    extracted_at: String,
}

impl LastTerm {
    fn get(&self, of: &TermPlaces) -> Option<Arc<Vec<Held>>> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.as_ref()
            .filter(|(known, _)| known == of)
            .map(|(_, held)| Arc::clone(held))
    }

    fn keep(&self, of: TermPlaces, held: &Arc<Vec<Held>>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((of, Arc::clone(held)));
    }
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
        let made = sqlx::query!("SELECT input_id, created_at FROM generation WHERE id = ?", generation)
            .fetch_one(self.store().reader())
            .await?;
        let load = made.input_id;
        let of = TermPlaces {
            key: key.to_owned(),
            generation,
            extracted_at: made.created_at,
        };
        let held = if let Some(known) = self.last_term().get(&of) {
            known
        } else {
            let held = Arc::new(results::read_places(self.store(), load, generation, key).await?);
            self.last_term().keep(of, &held);
            held
        };
        let total: usize = held.iter().map(|document| document.places.len()).sum();
        let (mut skip, mut left) = (offset as usize, limit.min(PAGE_LIMIT) as usize);
        let mut page = Vec::new();
        for document in &*held {
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

#[cfg(test)]
mod tests {
    use crate::testing::Bench;
    use crate::{Scope, TermQuery, TermSort};

    #[tokio::test(flavor = "multi_thread")]
    async fn every_page_is_of_the_term_and_of_the_result_that_are_asked_for() {
        let bench = Bench::new().await;
        let project = bench.project("p").await;
        bench.completed(&project, Scope::Full).await;
        let query = TermQuery {
            offset: 0,
            limit: 50,
            search: String::new(),
            sort: TermSort::Occurrences,
            descending: true,
            language: None,
            category: None,
            verdict: None,
        };
        for round in 0..3 {
            let terms = bench.engine.list_terms(&project, &query).await.unwrap().rows;
            for term in &terms {
                let mut found = 0;
                for offset in (0..term.occurrences).step_by(2) {
                    let page = bench.engine.list_occurrences(&project, &term.key, offset, 2).await;
                    let page = page.unwrap();
                    assert_eq!(page.total, term.occurrences, "{} in round {round}", term.text);
                    for row in &page.rows {
                        assert_eq!(glossary::normalise::key(&row.hit), term.key, "round {round}");
                    }
                    found += page.rows.len() as u32;
                }
                assert_eq!(found, term.occurrences, "{} in round {round}", term.text);
            }
            // Another result, the same terms in other numbers.
            let seeds = "Seeds keep. Dry seeds keep for longer. Seeds are dried.\n".repeat(round + 1);
            bench.write("p", &format!("more-{round}.md"), &seeds);
            bench.completed(&project, Scope::Full).await;
        }
    }
}
