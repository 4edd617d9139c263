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

/// Where the term stands that was asked for last. Whoever scrolls through its occurrences asks for page after page.
#[derive(Debug, Default)]
pub(crate) struct LastTerm(Mutex<Option<Arc<TermPlaces>>>);

/// Where a term stands in the documents of a result, as far as somebody has asked.
#[derive(Debug)]
pub(crate) struct TermPlaces {
    key: String,
    /// The numbers of results are given out again when results go, so the time is needed as well.
    result: (i64, String),
    /// Occurrences in all documents.
    total: u32,
    /// Ordinals of the documents that may hold it, in order.
    holders: Vec<i64>,
    /// So many of these have been looked at, and so they hold it.
    seen: usize,
    held: Vec<Held>,
}

impl TermPlaces {
    /// Occurrences in the documents that have been looked at.
    fn found(&self) -> usize {
        self.held.iter().map(|held| held.places.len()).sum()
    }
}

/// Documents that are looked at first, before twice as many.
const FIRST: usize = 64;

impl LastTerm {
    fn get(&self, key: &str, result: &(i64, String)) -> Option<Arc<TermPlaces>> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = last
            .as_ref()
            .filter(|known| known.key == key && known.result == *result)?;
        Some(Arc::clone(known))
    }

    fn keep(&self, places: &Arc<TermPlaces>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(places));
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
        let result = (generation, made.created_at);
        let limit = limit.min(PAGE_LIMIT);
        let wanted = offset.saturating_add(limit);
        let places = self.term_places(load, result, key, wanted).await?;
        let (held, total) = (&places.held, places.total);
        let (mut skip, mut left) = (offset as usize, limit as usize);
        let mut page = Vec::new();
        for document in held {
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
        Ok(Page { rows, total, offset })
    }

    /// Where a term stands, up to so many occurrences.
    async fn term_places(
        &self,
        load: Option<i64>,
        result: (i64, String),
        key: &str,
        wanted: u32,
    ) -> Result<Arc<TermPlaces>> {
        let (store, generation) = (self.store(), result.0);
        let known = self.last_term().get(key, &result);
        let is_enough = |places: &TermPlaces| {
            places.seen == places.holders.len() || places.found() >= wanted.min(places.total) as usize
        };
        if let Some(known) = known.as_ref().filter(|known| is_enough(known)) {
            return Ok(Arc::clone(known));
        }
        let mut places = if let Some(known) = known {
            TermPlaces {
                key: known.key.clone(),
                result,
                holders: known.holders.clone(),
                held: known.held.clone(),
                ..*known
            }
        } else {
            let total = sqlx::query_scalar!(
                "SELECT occurrences FROM term WHERE generation_id = ? AND key = ?",
                generation,
                key
            )
            .fetch_optional(store.reader());
            let holders = results::read_holders(store, load, generation, key);
            let (total, holders) = (total.await?, holders.await?);
            TermPlaces {
                key: key.to_owned(),
                result,
                total: total.unwrap_or_default() as u32,
                holders,
                seen: 0,
                held: Vec::new(),
            }
        };
        while !is_enough(&places) {
            let next = places.seen.max(FIRST).min(places.holders.len() - places.seen);
            let documents = &places.holders[places.seen..places.seen + next];
            let held = results::read_places(store, load, generation, key, documents).await?;
            places.held.extend(held);
            places.seen += next;
        }
        let places = Arc::new(places);
        self.last_term().keep(&places);
        Ok(places)
    }
}

#[cfg(test)]
mod tests {
    use super::OccurrenceRow;
    use crate::testing::{Bench, terms_by};
    use crate::{Scope, TermSort};

    #[tokio::test(flavor = "multi_thread")]
    async fn every_page_is_of_the_term_and_of_the_result_that_are_asked_for() {
        let bench = Bench::new().await;
        let project = bench.project("p").await;
        bench.completed(&project, Scope::Full).await;
        let query = terms_by(TermSort::Occurrences, 50);
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

    #[tokio::test(flavor = "multi_thread")]
    async fn a_term_is_found_in_the_first_of_many_documents_and_in_the_last() {
        let bench = Bench::new().await;
        let project = bench.project("p").await;
        for number in 0..150 {
            let more = if number == 149 {
                "A gradiometer measures. The gradiometer drifts. Each gradiometer is calibrated.\n"
            } else {
                ""
            };
            let text = format!("Dry seeds keep, as report {number} says.\n{more}");
            bench.write("p", &format!("{number:03}.md"), &text);
        }
        bench.completed(&project, Scope::Full).await;
        let frequent = bench
            .engine
            .list_terms(&project, &terms_by(TermSort::Occurrences, 50))
            .await
            .unwrap()
            .rows;
        let frequent = &*frequent[0].key;
        let page = async |key: &str, offset| bench.engine.list_occurrences(&project, key, offset, 10).await.unwrap();
        let (rare, total) = (page("gradiometer", 0).await, page(frequent, 0).await.total);
        assert_eq!((rare.total, &*rare.rows[0].document), (3, "149.md"));
        assert!(total >= 150, "{total}");
        let mut all = Vec::new();
        for offset in (0..total).step_by(10) {
            all.extend(page(frequent, offset).await.rows);
        }
        assert_eq!(all.len(), total as usize);
        // From the middle, when nothing is known of the documents before.
        page("gradiometer", 0).await;
        let middle = page(frequent, 120).await.rows;
        let places = |rows: &[OccurrenceRow]| -> Vec<(String, u32)> {
            rows.iter().map(|row| (row.document.clone(), row.start)).collect()
        };
        assert_eq!(places(&middle), places(&all[120..130]));
        assert!(page(frequent, total).await.rows.is_empty() && page("nothing", 0).await.total == 0);
    }
}
