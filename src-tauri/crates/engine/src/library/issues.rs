//! What the review found, and what became of it.

use glossary::{Finding, Resolution, Severity};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::{PAGE_LIMIT, Page, pattern};
use crate::engine::Engine;
use crate::error::Result;
use crate::runs::Stage;
use crate::store::{generations, results};

/// Which issues to list.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct IssueQuery {
    /// Position of the first row.
    pub offset: u32,
    /// The most rows.
    pub limit: u32,
    /// Part of a term; empty for all.
    pub search: String,
    /// Only this kind of finding.
    pub kind: Option<String>,
    /// Only this severity.
    pub severity: Option<Severity>,
    /// Only open ones, or only resolved ones.
    pub open: Option<bool>,
}

/// An issue and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct IssueRow {
    /// Identifies the issue in its review.
    pub id: String,
    /// Headword of the entry it is about.
    pub term: String,
    /// Key of that entry.
    pub key: String,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong.
    pub finding: Finding,
    /// What the refinement did; nothing before it has run on this review.
    pub resolution: Option<Resolution>,
}

struct Record {
    ordinal: i64,
    term: String,
    key: String,
    severity: i64,
    finding: String,
    resolution: Option<String>,
}

impl TryFrom<Record> for IssueRow {
    type Error = crate::error::Error;

    fn try_from(row: Record) -> Result<Self> {
        Ok(Self {
            id: row.ordinal.to_string(),
            term: row.term,
            key: row.key,
            severity: results::severity_of(row.severity),
            finding: serde_json::from_str(&row.finding)?,
            resolution: row.resolution.as_deref().map(results::parse).transpose()?,
        })
    }
}

impl Engine {
    /// Current review, and the current refinement if it was made from that review.
    pub(crate) async fn current_review(&self, project_id: &str) -> Result<Option<(i64, Option<i64>)>> {
        let current = generations::current(self.store(), project_id).await?;
        let Some(&review) = current.get(&Stage::Review) else {
            return Ok(None);
        };
        let refine = match current.get(&Stage::Refine) {
            Some(&refine) if generations::input(self.store(), refine).await? == Some(review) => Some(refine),
            _ => None,
        };
        Ok(Some((review, refine)))
    }

    /// Issues, gravest first.
    pub async fn list_issues(&self, project_id: &str, query: &IssueQuery) -> Result<Page<IssueRow>> {
        let Some((review, refine)) = self.current_review(project_id).await? else {
            return Ok(Page::empty(query.offset));
        };
        let (pattern, limit) = (pattern(&query.search), query.limit.min(PAGE_LIMIT));
        let severity = query.severity.map(results::severity_rank);
        let total = sqlx::query_scalar!(
            r#"SELECT count(*) FROM issue i
               LEFT JOIN resolution r ON r.generation_id = ?1 AND r.issue = i.ordinal
               WHERE i.generation_id = ?2 AND (?3 = '%' OR i.term LIKE ?3 ESCAPE '\') AND (?4 IS NULL OR i.kind = ?4)
                 AND (?5 IS NULL OR i.severity = ?5)
                 AND (?6 IS NULL OR ?6 = (coalesce(r.resolution, 'open') = 'open'))"#,
            refine,
            review,
            pattern,
            query.kind,
            severity,
            query.open
        )
        .fetch_one(self.store().reader());
        // First which rows stand on the page, then what they show: sorting whole rows is slower. CROSS JOIN
        // keeps SQLite from reading the whole list to find its rows on the page.
        let rows = sqlx::query_as!(
            Record,
            r#"WITH page AS MATERIALIZED (
                 SELECT i.ordinal, r.resolution FROM issue i
                 LEFT JOIN resolution r ON r.generation_id = ?1 AND r.issue = i.ordinal
                 WHERE i.generation_id = ?2 AND (?3 = '%' OR i.term LIKE ?3 ESCAPE '\') AND (?4 IS NULL OR i.kind = ?4)
                   AND (?5 IS NULL OR i.severity = ?5)
                   AND (?6 IS NULL OR ?6 = (coalesce(r.resolution, 'open') = 'open'))
                 ORDER BY i.severity DESC, i.ordinal LIMIT ?7 OFFSET ?8)
               SELECT i.ordinal AS "ordinal!", i.term, i.key, i.severity, i.finding, page.resolution AS "resolution?: String"
               FROM page CROSS JOIN issue i ON i.generation_id = ?2 AND i.ordinal = page.ordinal
               ORDER BY i.severity DESC, i.ordinal"#,
            refine,
            review,
            pattern,
            query.kind,
            severity,
            query.open,
            limit,
            query.offset
        )
        .fetch_all(self.store().reader());
        let (total, rows) = tokio::try_join!(total, rows)?;
        let rows = rows.into_iter().map(IssueRow::try_from).collect::<Result<_>>()?;
        Ok(Page {
            rows,
            total: total as u32,
            offset: query.offset,
        })
    }

    /// All issues of one entry, gravest first.
    pub(crate) async fn issues_of(&self, project_id: &str, key: &str) -> Result<Vec<IssueRow>> {
        let Some((review, refine)) = self.current_review(project_id).await? else {
            return Ok(Vec::new());
        };
        let rows = sqlx::query_as!(
            Record,
            r#"SELECT i.ordinal, i.term, i.key, i.severity, i.finding, r.resolution AS "resolution?" FROM issue i
               LEFT JOIN resolution r ON r.generation_id = ?1 AND r.issue = i.ordinal
               WHERE i.generation_id = ?2 AND i.key = ?3 ORDER BY i.severity DESC, i.ordinal"#,
            refine,
            review,
            key
        )
        .fetch_all(self.store().reader())
        .await?;
        rows.into_iter().map(IssueRow::try_from).collect()
    }
}
