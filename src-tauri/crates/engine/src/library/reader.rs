//! A document for reading: its text by pages of rows, with the terms that stand in them. The text is the one that the
//! last run read; what became of the file since is said beside it.

mod view;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use glossary::occurrences::Matcher;
use glossary::page::{self, Markup, Measure, Row, Rows};
use glossary::{Category, Document, Language, Occurrence, Term, Variant};
pub use view::*;

use super::PAGE_LIMIT;
use super::decisions::Verdict;
use crate::blocking::blocking;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::pipeline::{Never, text_hash, text_of};
use crate::runs::Stage;
use crate::store::generations;
use crate::store::results::{self, DocumentPlaces};

/// The documents that were looked at last.
#[derive(Default)]
pub(crate) struct Readings(Mutex<Vec<Arc<Reading>>>);

/// How many are kept: going to and fro between two documents costs nothing.
const KEPT: usize = 2;

/// A document with all that its pages are made of.
struct Reading {
    load: i64,
    of: ReadingKey,
    text: String,
    language: Language,
    /// Nothing when no terms were extracted from this text.
    places: Option<DocumentPlaces>,
    rows: Mutex<Vec<(Measure, Arc<Rows>)>>,
}

/// What a reading is of. The numbers of results are given out again when results go, so they are not enough.
#[derive(Debug, PartialEq, Eq)]
struct ReadingKey {
    project_id: String,
    path: String,
    hash: String,
    extract: Option<i64>,
    /// When the terms were extracted.
    extracted_at: Option<String>,
}

impl Engine {
    /// A document that the last run read.
    pub async fn document(&self, project_id: &str, path: &str) -> Result<DocumentInfo> {
        let reading = self.reading(project_id, path).await?;
        let row = sqlx::query!(
            "SELECT encoding, bytes, lines, hash, modified FROM document WHERE generation_id = ? AND path = ?",
            reading.load,
            path
        )
        .fetch_one(self.store().reader())
        .await?;
        let location = self.project_folder(project_id).await?.join(path);
        let (bytes, hash) = (row.bytes as u64, row.hash);
        let change = blocking(move || change(&location, bytes, row.modified, &hash)).await?;
        Ok(DocumentInfo {
            path: path.to_owned(),
            language: reading.language,
            encoding: row.encoding,
            bytes: row.bytes as u32,
            lines: row.lines as u32,
            markdown: is_markdown(path),
            change,
            occurrences: reading.places.as_ref().map(|places| places.occurrences.len() as u32),
        })
    }

    /// A page of a document, with the terms and the places of `search` in it.
    pub async fn read_document(
        &self,
        project_id: &str,
        path: &str,
        layout: DocumentLayout,
        offset: u32,
        limit: u32,
        search: &str,
    ) -> Result<DocumentPage> {
        let reading = self.reading(project_id, path).await?;
        let rows = reading.rows(layout).await?;
        let text = reading.text.as_str();
        let end = (offset as usize).saturating_add(limit.min(PAGE_LIMIT) as usize);
        let shown: Vec<Row> = (offset as usize..end.min(rows.len()))
            .filter_map(|index| rows.row(text, index))
            .collect();
        let (Some(first), Some(last)) = (shown.first(), shown.last()) else {
            return Ok(DocumentPage {
                rows: Vec::new(),
                total: rows.len() as u32,
                offset,
                terms: Vec::new(),
            });
        };
        let (from, to) = (first.span.start, last.span.end);
        let mut terms = Vec::new();
        let mut found = reading.between(from, to);
        self.name_terms(project_id, &reading, &mut found, &mut terms).await?;
        found.extend(self.waiting_terms(project_id, &reading, from, to, &mut terms).await?);
        found.sort_unstable_by_key(|found| (found.start, found.end));
        let hits = if search.trim().is_empty() {
            Vec::new()
        } else {
            let window = from.saturating_sub(MARGIN)..(to + MARGIN).min(text.len());
            let window = text.floor_char_boundary(window.start)..text.ceil_char_boundary(window.end);
            let hits = page::find(&text[window.clone()], search).into_iter();
            hits.map(|hit| (window.start + hit.start, window.start + hit.end))
                .collect()
        };
        let rows_shown = shown
            .iter()
            .map(|row| text_row(text, &rows, row, &found, &hits))
            .collect();
        Ok(DocumentPage {
            rows: rows_shown,
            total: rows.len() as u32,
            offset,
            terms,
        })
    }

    /// Where something stands in a document; nothing when it does not.
    pub async fn find_in_document(
        &self,
        project_id: &str,
        path: &str,
        layout: DocumentLayout,
        target: &DocumentTarget,
    ) -> Result<Option<DocumentPlace>> {
        let reading = self.reading(project_id, path).await?;
        let rows = reading.rows(layout).await?;
        let text = &reading.text;
        let alone = |start: usize| DocumentPlace {
            row: rows.at(start) as u32,
            start: start as u32,
            end: start as u32,
            position: 1,
            total: 1,
        };
        Ok(match target {
            DocumentTarget::Line { line } => {
                let row = rows.row(text, rows.of_line(*line as usize));
                row.map(|row| alone(row.span.start))
            }
            DocumentTarget::Start { start } => Some(alone(text.floor_char_boundary(*start as usize))),
            DocumentTarget::Term { key, from, backward } => {
                let places = self.places_of(project_id, &reading, key).await?;
                next(&places, *from, *backward).map(|place| place.at(&rows))
            }
            DocumentTarget::Text {
                text: wanted,
                from,
                backward,
            } => {
                let (reading, wanted) = (Arc::clone(&reading), wanted.clone());
                let places = blocking(move || page::find(&reading.text, &wanted)).await?;
                let places: Vec<_> = places.iter().map(|hit| (hit.start as u32, hit.end as u32)).collect();
                next(&places, *from, *backward).map(|place| place.at(&rows))
            }
        })
    }

    async fn reading(&self, project_id: &str, path: &str) -> Result<Arc<Reading>> {
        let not_found = || Error::DocumentNotFound(path.to_owned());
        let current = generations::current(self.store(), project_id).await?;
        let Some(&load) = current.get(&Stage::Load) else {
            self.project_folder(project_id).await?;
            return Err(not_found());
        };
        let extract = current.get(&Stage::Extract).copied();
        let row = sqlx::query!(
            r#"SELECT hash, language, (SELECT created_at FROM generation WHERE id = ?3) AS "extracted_at: String"
               FROM document WHERE generation_id = ?1 AND path = ?2"#,
            load,
            path,
            extract
        )
        .fetch_optional(self.store().reader())
        .await?
        .ok_or_else(not_found)?;
        let of = ReadingKey {
            project_id: project_id.to_owned(),
            path: path.to_owned(),
            hash: row.hash.clone(),
            extract,
            extracted_at: row.extracted_at,
        };
        if let Some(known) = self.readings().get(load, &of) {
            return Ok(known);
        }
        let text = sqlx::query_scalar!("SELECT text FROM document_text WHERE hash = ?", row.hash)
            .fetch_one(self.store().reader())
            .await?;
        let places = match extract {
            Some(extract) => {
                // Terms speak of the documents that they were found in.
                let source = generations::input(self.store(), extract).await?;
                let same = sqlx::query_scalar!(
                    "SELECT count(*) FROM document WHERE generation_id = ? AND path = ? AND hash = ?",
                    source,
                    path,
                    row.hash
                )
                .fetch_one(self.store().reader())
                .await?;
                if same > 0 {
                    Some(results::read_document_places(self.store(), extract, path).await?)
                } else {
                    None
                }
            }
            None => None,
        };
        let reading = Arc::new(Reading {
            load,
            of,
            text,
            language: results::parse(&row.language)?,
            places,
            rows: Mutex::default(),
        });
        self.readings().put(&reading);
        Ok(reading)
    }

    /// Lets the occurrences refer to the terms of the page.
    async fn name_terms(
        &self,
        project_id: &str,
        reading: &Reading,
        found: &mut Vec<Occurrence>,
        terms: &mut Vec<MarkedTerm>,
    ) -> Result<()> {
        let Some(places) = &reading.places else { return Ok(()) };
        let numbers: BTreeSet<u32> = found.iter().map(|found| found.term).collect();
        let keys: BTreeMap<&str, u32> = numbers
            .into_iter()
            .filter_map(|number| Some((places.keys.get(number as usize)?.as_str(), number)))
            .collect();
        let json = serde_json::to_string(&keys.keys().collect::<Vec<_>>())?;
        let rows = sqlx::query!(
            r#"SELECT t.key AS "key!: String", t.text AS "text!: String", t.language AS "language!: String", d.verdict
               FROM json_each(?1) wanted
               CROSS JOIN term t ON t.generation_id = ?2 AND t.key = wanted.value
               LEFT JOIN decision d ON d.project_id = ?3 AND d.key = t.key"#,
            json,
            reading.of.extract,
            project_id
        )
        .fetch_all(self.store().reader())
        .await?;
        let mut shown = BTreeMap::new();
        for row in rows {
            shown.insert(keys.get(row.key.as_str()).copied(), terms.len() as u32);
            terms.push(MarkedTerm {
                key: row.key,
                text: row.text,
                language: results::parse(&row.language)?,
                verdict: row.verdict.as_deref().map(results::parse).transpose()?,
            });
        }
        found.retain_mut(|found| {
            let place = shown.get(&Some(found.term));
            found.term = place.copied().unwrap_or_default();
            place.is_some()
        });
        Ok(())
    }

    /// The terms that the researcher requires and that no run has looked for yet, where they stand in a part of the text.
    async fn waiting_terms(
        &self,
        project_id: &str,
        reading: &Reading,
        from: usize,
        to: usize,
        terms: &mut Vec<MarkedTerm>,
    ) -> Result<Vec<Occurrence>> {
        let waiting = self.waiting(project_id, reading.of.extract).await?;
        if waiting.is_empty() {
            return Ok(Vec::new());
        }
        let matcher = Matcher::new(&waiting);
        let start = reading.text.floor_char_boundary(from.saturating_sub(MARGIN));
        let end = reading.text.ceil_char_boundary((to + MARGIN).min(reading.text.len()));
        let part = Document {
            path: String::new(),
            text: reading.text[start..end].to_owned(),
            language: reading.language,
        };
        let mut found = matcher.find(&part, &Never).unwrap_or_default();
        let mut places = BTreeMap::new();
        for found in &mut found {
            let term = &waiting[found.term as usize];
            found.term = *places.entry(found.term).or_insert_with(|| {
                terms.push(MarkedTerm {
                    key: term.key.clone(),
                    text: term.text.clone(),
                    language: term.language,
                    verdict: Some(Verdict::Required),
                });
                terms.len() as u32 - 1
            });
            (found.start, found.end) = (found.start + start as u32, found.end + start as u32);
        }
        Ok(found)
    }

    async fn waiting(&self, project_id: &str, extract: Option<i64>) -> Result<Vec<Term>> {
        let rows = sqlx::query!(
            "SELECT key, text FROM decision d WHERE project_id = ?1 AND verdict = 'required'
                 AND NOT EXISTS (SELECT 1 FROM term t WHERE t.generation_id = ?2 AND t.key = d.key)",
            project_id,
            extract
        )
        .fetch_all(self.store().reader())
        .await?;
        let term = |key: String, text: String| Term {
            language: glossary::decode::detect_language(&text),
            category: Category::Concept,
            score: 0.0,
            documents: 0,
            occurrences: 0,
            variants: vec![Variant {
                text: text.clone(),
                count: 0,
            }],
            judge: None,
            expansion: None,
            key,
            text,
        };
        Ok(rows.into_iter().map(|row| term(row.key, row.text)).collect())
    }

    /// Where a term stands in a document.
    async fn places_of(&self, project_id: &str, reading: &Arc<Reading>, key: &str) -> Result<Vec<(u32, u32)>> {
        let places = |found: &[Occurrence], term: u32| -> Vec<(u32, u32)> {
            let of_term = found.iter().filter(|found| found.term == term);
            of_term.map(|found| (found.start, found.end)).collect()
        };
        if let Some(known) = &reading.places
            && let Some(term) = known.keys.iter().position(|known| known == key)
        {
            return Ok(places(&known.occurrences, term as u32));
        }
        let mut waiting = self.waiting(project_id, reading.of.extract).await?;
        waiting.retain(|term| term.key == key);
        if waiting.is_empty() {
            return Ok(Vec::new());
        }
        let reading = Arc::clone(reading);
        blocking(move || {
            let document = Document {
                path: String::new(),
                text: reading.text.clone(),
                language: reading.language,
            };
            let found = Matcher::new(&waiting).find(&document, &Never).unwrap_or_default();
            places(&found, 0)
        })
        .await
    }
}

impl Readings {
    fn get(&self, load: i64, of: &ReadingKey) -> Option<Arc<Reading>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|known| known.load == load && known.of == *of)?;
        kept[at..].rotate_left(1);
        kept.last().cloned()
    }

    fn put(&self, reading: &Arc<Reading>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == KEPT {
            kept.remove(0);
        }
        kept.push(Arc::clone(reading));
    }
}

impl Reading {
    /// The document set in this way. The last two ways are kept: the source and what it means.
    async fn rows(self: &Arc<Self>, layout: DocumentLayout) -> Result<Arc<Rows>> {
        let markup = match layout.rendered {
            false => Markup::Source,
            true if is_markdown(&self.of.path) => Markup::Markdown,
            true => Markup::Plain,
        };
        let measure = Measure {
            columns: layout.columns.clamp(8, 200),
            markup,
        };
        let lock = || self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, rows)) = lock().iter().find(|(known, _)| *known == measure) {
            return Ok(Arc::clone(rows));
        }
        let reading = Arc::clone(self);
        let rows = Arc::new(blocking(move || Rows::new(&reading.text, measure)).await?);
        let mut kept = lock();
        if kept.len() == KEPT {
            kept.remove(0);
        }
        kept.push((measure, Arc::clone(&rows)));
        Ok(rows)
    }

    /// What stands in a part of the text.
    fn between(&self, from: usize, to: usize) -> Vec<Occurrence> {
        let found = self.places.as_ref().map_or(&[][..], |places| &places.occurrences);
        let first = found.partition_point(|found| (found.start as usize) < from.saturating_sub(MARGIN));
        let near = found[first..].iter().take_while(|found| (found.start as usize) < to);
        near.filter(|found| found.end as usize > from).copied().collect()
    }
}

/// One of several places.
struct Place {
    start: u32,
    end: u32,
    index: usize,
    total: usize,
}

impl Place {
    fn at(&self, rows: &Rows) -> DocumentPlace {
        DocumentPlace {
            row: rows.at(self.start as usize) as u32,
            start: self.start,
            end: self.end,
            position: self.index as u32 + 1,
            total: self.total as u32,
        }
    }
}

/// The place that comes next in this direction, around the end.
fn next(places: &[(u32, u32)], from: Option<u32>, backward: bool) -> Option<Place> {
    let total = places.len();
    let last = total.checked_sub(1)?;
    let index = match (from, backward) {
        (None, false) => 0,
        (None, true) => last,
        (Some(from), false) => places.partition_point(|place| place.0 <= from) % total,
        (Some(from), true) => places
            .partition_point(|place| place.0 < from)
            .checked_sub(1)
            .unwrap_or(last),
    };
    let (start, end) = places[index];
    Some(Place {
        start,
        end,
        index,
        total,
    })
}

fn is_markdown(path: &str) -> bool {
    let ending = Path::new(path).extension().map(std::ffi::OsStr::to_ascii_lowercase);
    ending.is_some_and(|ending| ending == "md" || ending == "markdown")
}

fn change(location: &Path, bytes: u64, modified: i64, hash: &str) -> FileChange {
    let Ok((now, time)) = crate::pipeline::look(location) else {
        return FileChange::Removed;
    };
    if (now, time) == (bytes, modified) && modified != 0 {
        return FileChange::None;
    }
    match text_of(location, now) {
        Some(text) if text_hash(&text) == hash => FileChange::None,
        _ => FileChange::Changed,
    }
}

#[cfg(test)]
mod tests;
