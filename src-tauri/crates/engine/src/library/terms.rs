//! The terms of a project and where they stand.

use glossary::{Language, Variant, concordance};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::decisions::Verdict;
use super::{PAGE_LIMIT, Page, pattern};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::runs::Stage;
use crate::store::{Store, generations, results};

/// The order of a term list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum TermSort {
    /// Best first when descending.
    Score,
    /// By the term's text.
    Term,
    /// By number of documents.
    Documents,
    /// By number of occurrences.
    Occurrences,
}

/// Which terms to list.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct TermQuery {
    /// Position of the first row.
    pub offset: u32,
    /// The most rows.
    pub limit: u32,
    /// Part of a term; empty for all.
    pub search: String,
    /// The order.
    pub sort: TermSort,
    /// Largest first.
    pub descending: bool,
    /// Only this language.
    pub language: Option<Language>,
    /// Only this category.
    pub category: Option<String>,
    /// Only terms with this verdict.
    pub verdict: Option<Verdict>,
}

/// A term in a list.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct TermRow {
    /// Identifies the term in its project.
    pub key: String,
    /// The form that is shown.
    pub text: String,
    /// Its language.
    pub language: Language,
    /// `concept`, `abbreviation`, `name`, or the researcher's own word.
    pub category: String,
    /// Termhood, 0 to 1.
    #[specta(type = u32)] // a plain number: it is never NaN
    pub score: f64,
    /// Number of documents it occurs in.
    pub documents: u32,
    /// Number of its occurrences.
    pub occurrences: u32,
    /// What the researcher decided.
    pub verdict: Option<Verdict>,
    /// The researcher changed its category or wrote a note.
    pub edited: bool,
}

/// Everything about a term but its occurrences.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct TermDetail {
    /// The term.
    pub row: TermRow,
    /// Its written forms, most frequent first.
    pub variants: Vec<Variant>,
    /// The full form of an abbreviation.
    pub expansion: Option<String>,
    /// The researcher's note.
    pub note: Option<String>,
    /// Added by the researcher.
    pub manual: bool,
}

/// One occurrence in its context.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct OccurrenceRow {
    /// Path of the document.
    pub document: String,
    /// Line, from 1.
    pub line: u32,
    /// The text before it, in its sentence.
    pub before: String,
    /// The term as it stands there.
    pub hit: String,
    /// The text after it, in its sentence.
    pub after: String,
    /// Number of occurrences of the term in this document.
    pub in_document: u32,
}

struct Record {
    key: String,
    text: String,
    language: String,
    category: String,
    score: f64,
    documents: i64,
    occurrences: i64,
    verdict: Option<String>,
    edited: bool,
}

impl TryFrom<Record> for TermRow {
    type Error = Error;

    fn try_from(row: Record) -> Result<Self> {
        Ok(Self {
            key: row.key,
            text: row.text,
            language: results::parse(&row.language)?,
            category: row.category,
            score: row.score,
            documents: row.documents as u32,
            occurrences: row.occurrences as u32,
            verdict: row.verdict.as_deref().map(results::parse).transpose()?,
            edited: row.edited,
        })
    }
}

/// Which terms of which generation.
struct TermFilter<'a> {
    project_id: &'a str,
    generation: Option<i64>,
    pattern: String,
    language: Option<&'a str>,
    category: Option<&'a str>,
    verdict: Option<&'a str>,
}

impl TermFilter<'_> {
    fn is_open(&self) -> bool {
        self.pattern == "%" && self.language.is_none() && self.category.is_none() && self.verdict.is_none()
    }

    /// Terms that are required and that no run has looked for yet.
    async fn waiting(&self, store: &Store) -> Result<Vec<Record>> {
        let rows = sqlx::query_as!(
            Record,
            r#"SELECT key, text, CASE WHEN text GLOB '*[ぁ-んァ-ヶ一-龠]*' THEN 'japanese' ELSE 'english' END AS "language!: String",
                 coalesce(category, 'concept') AS "category!: String", 0.0 AS "score!: f64",
                 0 AS "documents!: i64", 0 AS "occurrences!: i64", verdict,
                 (category IS NOT NULL OR note IS NOT NULL) AS "edited!: bool"
               FROM decision d
               WHERE project_id = ?1 AND verdict = 'required' AND text LIKE ?3 ESCAPE '\'
                 AND NOT EXISTS (SELECT 1 FROM term t WHERE t.generation_id = ?2 AND t.key = d.key)
                 AND (?5 IS NULL OR coalesce(category, 'concept') = ?5) AND (?6 IS NULL OR verdict = ?6)
                 AND (?4 IS NULL OR ?4 = CASE WHEN text GLOB '*[ぁ-んァ-ヶ一-龠]*' THEN 'japanese' ELSE 'english' END)
               ORDER BY text"#,
            self.project_id,
            self.generation,
            self.pattern,
            self.language,
            self.category,
            self.verdict
        )
        .fetch_all(store.reader())
        .await?;
        Ok(rows)
    }

    async fn count(&self, store: &Store) -> Result<u32> {
        let count = if self.is_open() {
            sqlx::query_scalar!("SELECT count(*) FROM term WHERE generation_id = ?", self.generation)
                .fetch_one(store.reader())
                .await?
        } else {
            sqlx::query_scalar!(
                r#"SELECT count(*) FROM term t LEFT JOIN decision d ON d.project_id = ?1 AND d.key = t.key
                   WHERE t.generation_id = ?2 AND t.text LIKE ?3 ESCAPE '\' AND (?4 IS NULL OR t.language = ?4)
                     AND (?5 IS NULL OR coalesce(d.category, t.category) = ?5) AND (?6 IS NULL OR d.verdict = ?6)"#,
                self.project_id,
                self.generation,
                self.pattern,
                self.language,
                self.category,
                self.verdict
            )
            .fetch_one(store.reader())
            .await?
        };
        Ok(count as u32)
    }

    /// First which rows stand on the page, then what they show: a list without a filter is read from an index alone,
    /// which a statement that names other columns could not. The order is part of the statement for the same reason.
    async fn page(
        &self,
        store: &Store,
        sort: TermSort,
        descending: bool,
        limit: u32,
        offset: u32,
    ) -> Result<Vec<Record>> {
        macro_rules! page {
            ($filter:tt, $order:tt) => {
                sqlx::query_as!(
                    Record,
                    r#"WITH page AS MATERIALIZED (SELECT t.rank FROM term t "# + $filter + " ORDER BY " + $order + r#"
                         LIMIT ?7 OFFSET ?8)
                       SELECT t.key, t.text, t.language, coalesce(d.category, t.category) AS "category!: String",
                         t.score, t.documents, t.occurrences, d.verdict,
                         (d.category IS NOT NULL OR d.note IS NOT NULL) AS "edited!: bool"
                       FROM page
                       CROSS JOIN term t ON t.generation_id = ?2 AND t.rank = page.rank
                       LEFT JOIN decision d ON d.project_id = ?1 AND d.key = t.key
                       ORDER BY "# + $order,
                    self.project_id, self.generation, self.pattern, self.language, self.category, self.verdict,
                    limit, offset
                )
                .fetch_all(store.reader())
                .await
            };
            ($order:tt) => {
                if self.is_open() {
                    page!("WHERE t.generation_id = ?2", $order)
                } else {
                    page!(
                        "LEFT JOIN decision d ON d.project_id = ?1 AND d.key = t.key
                         WHERE t.generation_id = ?2 AND t.text LIKE ?3 ESCAPE '\\' AND (?4 IS NULL OR t.language = ?4)
                           AND (?5 IS NULL OR coalesce(d.category, t.category) = ?5) AND (?6 IS NULL OR d.verdict = ?6)",
                        $order
                    )
                }
            };
        }
        let rows = match (sort, descending) {
            // The best score has the lowest rank.
            (TermSort::Score, true) => page!("t.rank"),
            (TermSort::Score, false) => page!("t.rank DESC"),
            (TermSort::Term, true) => page!("t.text COLLATE NOCASE DESC, t.rank"),
            (TermSort::Term, false) => page!("t.text COLLATE NOCASE, t.rank"),
            (TermSort::Documents, true) => page!("t.documents DESC, t.rank"),
            (TermSort::Documents, false) => page!("t.documents, t.rank"),
            (TermSort::Occurrences, true) => page!("t.occurrences DESC, t.rank"),
            (TermSort::Occurrences, false) => page!("t.occurrences, t.rank"),
        };
        Ok(rows?)
    }
}

impl Engine {
    /// A page of the current terms. Terms that are required and wait for the next run come first, without counts.
    pub async fn list_terms(&self, project_id: &str, query: &TermQuery) -> Result<Page<TermRow>> {
        let current = generations::current(self.store(), project_id).await?;
        let generation = current.get(&Stage::Extract).copied();
        let language = query.language.map(results::text).transpose()?;
        let verdict = query.verdict.map(results::text).transpose()?;
        let filter = TermFilter {
            project_id,
            generation,
            pattern: pattern(&query.search),
            language: language.as_deref(),
            category: query.category.as_deref(),
            verdict: verdict.as_deref(),
        };
        let waiting = filter.waiting(self.store()).await?;
        let limit = query.limit.min(PAGE_LIMIT);
        let first = waiting.len() as u32;
        let total = first + filter.count(self.store()).await?;
        let mut rows: Vec<Record> = waiting
            .into_iter()
            .skip(query.offset as usize)
            .take(limit as usize)
            .collect();
        let (left, offset) = (limit - rows.len() as u32, query.offset.saturating_sub(first));
        rows.extend(
            filter
                .page(self.store(), query.sort, query.descending, left, offset)
                .await?,
        );
        let rows = rows.into_iter().map(TermRow::try_from).collect::<Result<_>>()?;
        Ok(Page {
            rows,
            total,
            offset: query.offset,
        })
    }

    /// One term with the decisions about it.
    pub async fn term(&self, project_id: &str, key: &str) -> Result<TermDetail> {
        let generation = generations::current(self.store(), project_id)
            .await?
            .get(&Stage::Extract)
            .copied();
        let decision = sqlx::query!(
            r#"SELECT text, manual AS "manual: bool", verdict, category, note FROM decision
               WHERE project_id = ? AND key = ?"#,
            project_id,
            key
        )
        .fetch_optional(self.store().reader())
        .await?;
        let term = sqlx::query!(
            "SELECT text, language, category, score, documents, occurrences, variants, expansion
             FROM term WHERE generation_id = ? AND key = ?",
            generation,
            key
        )
        .fetch_optional(self.store().reader())
        .await?;
        let found = term.is_some();
        let (row, variants, expansion) = match (term, &decision) {
            (Some(term), _) => (
                TermRow {
                    key: key.to_owned(),
                    text: term.text,
                    language: results::parse(&term.language)?,
                    category: term.category,
                    score: term.score,
                    documents: term.documents as u32,
                    occurrences: term.occurrences as u32,
                    verdict: None,
                    edited: false,
                },
                serde_json::from_str(&term.variants)?,
                term.expansion,
            ),
            (None, Some(decision)) => (
                TermRow {
                    key: key.to_owned(),
                    language: glossary::decode::detect_language(&decision.text),
                    text: decision.text.clone(),
                    category: "concept".to_owned(),
                    score: 0.0,
                    documents: 0,
                    occurrences: 0,
                    verdict: None,
                    edited: false,
                },
                Vec::new(),
                None,
            ),
            (None, None) => return Err(Error::TermNotFound(key.to_owned())),
        };
        let mut detail = TermDetail {
            row,
            variants,
            expansion,
            note: None,
            manual: false,
        };
        if let Some(decision) = decision {
            if !found && decision.verdict.is_none() {
                return Err(Error::TermNotFound(key.to_owned()));
            }
            detail.row.verdict = decision.verdict.as_deref().map(results::parse).transpose()?;
            detail.row.edited = decision.category.is_some() || decision.note.is_some();
            detail.row.category = decision.category.unwrap_or(detail.row.category);
            detail.note = decision.note;
            detail.manual = decision.manual;
        }
        Ok(detail)
    }

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
        let mut rows = Vec::new();
        for document in held {
            let places = document.places.iter().skip(skip).take(left);
            skip = skip.saturating_sub(document.places.len());
            left -= places.len();
            if places.len() == 0 {
                continue;
            }
            let text = sqlx::query_scalar!(
                "SELECT text FROM document JOIN document_text USING (hash) WHERE generation_id = ? AND ordinal = ?",
                load,
                document.ordinal
            )
            .fetch_one(self.store().reader())
            .await?;
            rows.extend(places.map(|&[start, end, line]| {
                let context = concordance::around(&text, start as usize, end as usize);
                OccurrenceRow {
                    document: document.path.clone(),
                    line,
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
