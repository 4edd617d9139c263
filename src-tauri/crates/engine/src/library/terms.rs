//! The terms of a project.

use glossary::Language;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::decisions::{Verdict, language_of};
use super::heads::{Head, heads};
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
    /// By reading: Japanese in the order of the fifty sounds, everything else by its letters.
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
    /// The researcher changed its name or category or wrote a note.
    pub edited: bool,
    /// The name that stands for the concept, when that is another one.
    pub synonym_of: Option<String>,
}

/// A term that another one names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct TermRef {
    /// Identifies it in its project.
    pub key: String,
    /// The form that is shown.
    pub text: String,
}

impl TermRow {
    pub(super) fn undecided(key: &str, text: String) -> Self {
        Self {
            key: key.to_owned(),
            language: language_of(&text),
            text,
            category: "concept".to_owned(),
            score: 0.0,
            documents: 0,
            occurrences: 0,
            verdict: None,
            edited: false,
            synonym_of: None,
        }
    }
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
    synonym_of: Option<String>,
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
            synonym_of: row.synonym_of,
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
            r#"SELECT key, coalesce(name, text) AS "text!: String",
                 CASE WHEN text GLOB '*[ぁ-んァ-ヶ一-龠]*' THEN 'japanese' ELSE 'english' END AS "language!: String",
                 coalesce(category, 'concept') AS "category!: String", 0.0 AS "score!: f64",
                 0 AS "documents!: i64", 0 AS "occurrences!: i64", verdict,
                 (category IS NOT NULL OR note IS NOT NULL OR name IS NOT NULL) AS "edited!: bool",
                 (SELECT coalesce(p.name, p.text) FROM decision p WHERE p.project_id = ?1 AND p.key = d.synonym_of)
                   AS "synonym_of: String"
               FROM decision d
               WHERE project_id = ?1 AND verdict = 'required'
                 AND (text LIKE ?3 ESCAPE '\' OR name LIKE ?3 ESCAPE '\')
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
                   WHERE t.generation_id = ?2 AND (t.text LIKE ?3 ESCAPE '\' OR d.name LIKE ?3 ESCAPE '\')
                     AND (?4 IS NULL OR t.language = ?4)
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

    /// How many sort keys begin with each sign, in the order of the signs.
    async fn firsts(&self, store: &Store) -> Result<Vec<(String, i64)>> {
        let rows = sqlx::query!(
            r#"SELECT substr(coalesce(d.sort, t.sort), 1, 1) AS "first!: String", count(*) AS "rows!: i64"
               FROM term t LEFT JOIN decision d ON d.project_id = ?1 AND d.key = t.key
               WHERE t.generation_id = ?2 AND (?3 = '%' OR t.text LIKE ?3 ESCAPE '\' OR d.name LIKE ?3 ESCAPE '\')
                 AND (?4 IS NULL OR t.language = ?4)
                 AND (?5 IS NULL OR coalesce(d.category, t.category) = ?5) AND (?6 IS NULL OR d.verdict = ?6)
               GROUP BY 1 ORDER BY 1"#,
            self.project_id,
            self.generation,
            self.pattern,
            self.language,
            self.category,
            self.verdict
        )
        .fetch_all(store.reader())
        .await?;
        Ok(rows.into_iter().map(|row| (row.first, row.rows)).collect())
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
            (($($page:tt)+), ($($order:tt)+)) => {
                sqlx::query_as!(
                    Record,
                    "WITH page AS MATERIALIZED (" + $($page)+ + r#" LIMIT ?7 OFFSET ?8)
                       SELECT t.key, coalesce(d.name, t.text) AS "text!: String", t.language,
                         coalesce(d.category, t.category) AS "category!: String",
                         t.score, t.documents, t.occurrences, d.verdict,
                         (d.category IS NOT NULL OR d.note IS NOT NULL OR d.name IS NOT NULL) AS "edited!: bool",
                         coalesce(p.name, (SELECT text FROM term WHERE generation_id = ?2 AND key = d.synonym_of), p.text,
                           d.synonym_of) AS "synonym_of: String"
                       FROM page
                       CROSS JOIN term t ON t.generation_id = ?2 AND t.rank = page.rank
                       LEFT JOIN decision d ON d.project_id = ?1 AND d.key = t.key
                       LEFT JOIN decision p ON p.project_id = ?1 AND p.key = d.synonym_of
                       ORDER BY "# + $($order)+,
                    self.project_id, self.generation, self.pattern, self.language, self.category, self.verdict,
                    limit, offset
                )
                .fetch_all(store.reader())
                .await
            };
            ($order:tt) => {
                if self.is_open() {
                    page!(("SELECT t.rank FROM term t WHERE t.generation_id = ?2 ORDER BY " + $order), ($order))
                } else {
                    page!(
                        ("SELECT t.rank FROM term t LEFT JOIN decision d ON d.project_id = ?1 AND d.key = t.key
                          WHERE t.generation_id = ?2 AND (t.text LIKE ?3 ESCAPE '\\' OR d.name LIKE ?3 ESCAPE '\\')
                            AND (?4 IS NULL OR t.language = ?4) AND (?5 IS NULL OR coalesce(d.category, t.category) = ?5)
                            AND (?6 IS NULL OR d.verdict = ?6) ORDER BY " + $order),
                        ($order)
                    )
                }
            };
        }
        // A term with a name of the researcher's stands where that name does: two ordered lists are merged.
        macro_rules! by_reading {
            ($down:tt) => {
                if self.is_open() {
                    page!(
                        ("SELECT t.rank, t.sort FROM term t WHERE t.generation_id = ?2 AND t.rank NOT IN (
                            SELECT t.rank FROM decision d JOIN term t ON t.generation_id = ?2 AND t.key = d.key
                            WHERE d.project_id = ?1 AND d.name IS NOT NULL)
                          UNION ALL
                          SELECT t.rank, d.sort FROM decision d JOIN term t ON t.generation_id = ?2 AND t.key = d.key
                          WHERE d.project_id = ?1 AND d.name IS NOT NULL
                          ORDER BY 2 " + $down + ", 1 " + $down),
                        ("page.sort " + $down + ", page.rank " + $down)
                    )
                } else {
                    page!(
                        ("SELECT t.rank, t.sort FROM term t
                          LEFT JOIN decision d ON d.project_id = ?1 AND d.key = t.key
                          WHERE t.generation_id = ?2 AND d.name IS NULL AND t.text LIKE ?3 ESCAPE '\\'
                            AND (?4 IS NULL OR t.language = ?4) AND (?5 IS NULL OR coalesce(d.category, t.category) = ?5)
                            AND (?6 IS NULL OR d.verdict = ?6)
                          UNION ALL
                          SELECT t.rank, d.sort FROM decision d JOIN term t ON t.generation_id = ?2 AND t.key = d.key
                          WHERE d.project_id = ?1 AND d.name IS NOT NULL
                            AND (t.text LIKE ?3 ESCAPE '\\' OR d.name LIKE ?3 ESCAPE '\\')
                            AND (?4 IS NULL OR t.language = ?4) AND (?5 IS NULL OR coalesce(d.category, t.category) = ?5)
                            AND (?6 IS NULL OR d.verdict = ?6)
                          ORDER BY 2 " + $down + ", 1 " + $down),
                        ("page.sort " + $down + ", page.rank " + $down)
                    )
                }
            };
        }
        let rows = match (sort, descending) {
            // The best score has the lowest rank.
            (TermSort::Score, true) => page!("t.rank"),
            (TermSort::Score, false) => page!("t.rank DESC"),
            (TermSort::Term, true) => by_reading!("DESC"),
            (TermSort::Term, false) => by_reading!(""),
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

    /// Where each letter or row of kana begins among the terms that `query` lists; nothing in another order than by
    /// reading.
    pub async fn term_heads(&self, project_id: &str, query: &TermQuery) -> Result<Vec<Head>> {
        if query.sort != TermSort::Term {
            return Ok(Vec::new());
        }
        let current = generations::current(self.store(), project_id).await?;
        let language = query.language.map(results::text).transpose()?;
        let verdict = query.verdict.map(results::text).transpose()?;
        let filter = TermFilter {
            project_id,
            generation: current.get(&Stage::Extract).copied(),
            pattern: pattern(&query.search),
            language: language.as_deref(),
            category: query.category.as_deref(),
            verdict: verdict.as_deref(),
        };
        let waiting = filter.waiting(self.store()).await?.len() as u32;
        let mut firsts = filter.firsts(self.store()).await?;
        if query.descending {
            firsts.reverse();
        }
        Ok(heads(firsts, waiting))
    }
}
