//! What the review found and what became of it.

mod answers;

use glossary::export::ResolvedIssue;
use glossary::{Finding, Resolution, Ruling, Severity, normalise};
use serde::{Deserialize, Serialize};
use specta::Type;

pub use answers::IssueAnswer;

use super::terms::TermRef;
use super::{PAGE_LIMIT, Page, pattern};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::runs::Stage;
use crate::store::{generations, results};

/// Whether an issue wants an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum IssueState {
    /// It does.
    Open,
    /// A rule or the researcher put it right, or the next run will.
    Resolved,
    /// The researcher says that there is nothing to put right.
    Dismissed,
}

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
    /// Only issues in this state.
    pub state: Option<IssueState>,
}

/// An issue and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct IssueRow {
    /// Identifies the issue in its review.
    pub id: String,
    /// Headword of the entry it is about, as it is shown.
    pub term: String,
    /// Key of that entry.
    pub key: String,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong.
    pub finding: Finding,
    /// What became of it.
    pub state: IssueState,
    /// What the refinement did; nothing before it has run on this review.
    pub resolution: Option<Resolution>,
    /// What the researcher answered.
    pub ruling: Option<Ruling>,
    /// Why the researcher dismissed it.
    pub reason: Option<String>,
    /// The term is excluded.
    pub excluded: bool,
    /// A definition by the researcher settles it.
    pub definable: bool,
    /// There is one.
    pub defined: bool,
    /// The terms it is about, the one it is filed under first.
    pub terms: Vec<TermRef>,
}

/// Number of issues of one kind, severity and state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct IssueCount {
    /// The kind of finding.
    pub kind: String,
    /// How much they matter.
    pub severity: Severity,
    /// What became of them.
    pub state: IssueState,
    /// How many.
    pub count: u32,
}

struct Record {
    ordinal: i64,
    term: String,
    key: String,
    severity: i64,
    finding: String,
    state: String,
    resolution: Option<String>,
    ruling: Option<String>,
    reason: Option<String>,
    excluded: bool,
    defined: bool,
}

impl TryFrom<Record> for IssueRow {
    type Error = Error;

    fn try_from(row: Record) -> Result<Self> {
        let finding: Finding = serde_json::from_str(&row.finding)?;
        let mut terms = vec![TermRef {
            key: row.key.clone(),
            text: row.term.clone(),
        }];
        for text in finding.others() {
            let key = normalise::key(text);
            if terms.iter().all(|term| term.key != key) {
                terms.push(TermRef {
                    key,
                    text: text.clone(),
                });
            }
        }
        Ok(Self {
            terms,
            id: row.ordinal.to_string(),
            term: row.term,
            key: row.key,
            severity: results::severity_of(row.severity),
            definable: finding.is_settled_by_definition(),
            finding,
            state: results::parse(&row.state)?,
            resolution: row.resolution.as_deref().map(results::parse).transpose()?,
            ruling: row.ruling.as_deref().map(results::parse).transpose()?,
            reason: row.reason,
            excluded: row.excluded,
            defined: row.defined,
        })
    }
}

// Issues with what was decided about them. What a definition settles is what `Finding::is_settled_by_definition` says. ?1 is the project, ?2 the review, ?3 the refinement that was made from it. The
// answers are few and are found by what the issues say; most issues have none.
macro_rules! issues {
    ($query:ident, ($($row:ty)?), $select:tt, $project:expr, $review:expr, $refine:expr $(, $value:expr)*) => {
        sqlx::$query!(
            $($row,)?
            "WITH answered AS MATERIALIZED (
                 SELECT n.ordinal, x.ruling, x.reason FROM issue_decision x
                 CROSS JOIN issue n ON n.generation_id = ?2 AND n.identity = x.identity
                 WHERE x.project_id = ?1 AND x.ruling IS NOT NULL),
               stated AS (
                 SELECT i.ordinal, i.key, i.kind, i.severity, x.ruling, x.reason, d.name,
                   CASE WHEN ?3 IS NOT NULL THEN coalesce(r.resolution, 'open') END AS resolution,
                   d.verdict IS 'excluded' AS excluded,
                   d.definition IS NOT NULL AND i.definable AS defined,
                   CASE WHEN x.ruling IS 'dismissed' THEN 'dismissed'
                     WHEN x.ruling IS NOT NULL OR d.verdict IS 'excluded'
                       OR d.definition IS NOT NULL AND i.definable
                       OR r.resolution IN ('merged', 'replaced', 'rewritten') THEN 'resolved'
                     ELSE 'open' END AS state, i.term
                 FROM (SELECT *, (finding ->> '$.kind') NOT IN ('duplicate', 'missing_related') AS definable FROM issue) i
                 LEFT JOIN resolution r ON r.generation_id = ?3 AND r.issue = i.ordinal
                 LEFT JOIN decision d ON d.project_id = ?1 AND d.key = i.key
                 LEFT JOIN answered x ON x.ordinal = i.ordinal
                 WHERE i.generation_id = ?2)" + $select,
            $project,
            $review,
            $refine
            $(, $value)*
        )
    };
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
        let state = query.state.map(results::text).transpose()?;
        let total = issues!(
            query_scalar,
            (),
            r" SELECT count(*) FROM stated s WHERE (?4 = '%' OR s.term LIKE ?4 ESCAPE '\' OR s.name LIKE ?4 ESCAPE '\')
                 AND (?5 IS NULL OR s.kind = ?5) AND (?6 IS NULL OR s.severity = ?6) AND (?7 IS NULL OR s.state = ?7)",
            project_id,
            review,
            refine,
            pattern,
            query.kind,
            severity,
            state
        )
        .fetch_one(self.store().reader());
        // First which rows stand on the page, then what they show: sorting whole rows is slower. CROSS JOIN
        // keeps SQLite from reading the whole list to find its rows on the page.
        let rows = issues!(
            query_as,
            (Record),
            r#", page AS MATERIALIZED (SELECT * FROM stated
                 WHERE (?4 = '%' OR term LIKE ?4 ESCAPE '\' OR name LIKE ?4 ESCAPE '\')
                   AND (?5 IS NULL OR kind = ?5) AND (?6 IS NULL OR severity = ?6) AND (?7 IS NULL OR state = ?7)
                 ORDER BY severity DESC, ordinal LIMIT ?8 OFFSET ?9)
               SELECT s.ordinal AS "ordinal!: i64", coalesce(s.name, s.term) AS "term!: String", s.key AS "key!: String",
                 s.severity AS "severity!: i64", i.finding, s.state AS "state!: String",
                 s.resolution AS "resolution?: String", s.ruling AS "ruling?: String", s.reason AS "reason?: String",
                 s.excluded AS "excluded!: bool", s.defined AS "defined!: bool"
               FROM page s CROSS JOIN issue i ON i.generation_id = ?2 AND i.ordinal = s.ordinal
               ORDER BY s.severity DESC, s.ordinal"#,
            project_id,
            review,
            refine,
            pattern,
            query.kind,
            severity,
            state,
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

    /// How many issues there are of each kind, severity and state. What does not occur is not listed.
    pub async fn count_issues(&self, project_id: &str) -> Result<Vec<IssueCount>> {
        let Some((review, refine)) = self.current_review(project_id).await? else {
            return Ok(Vec::new());
        };
        let rows = issues!(
            query,
            (),
            r#" SELECT s.kind AS "kind!: String", s.severity AS "severity!: i64", s.state AS "state!: String",
                 count(*) AS "count!: i64" FROM stated s GROUP BY s.kind, s.severity, s.state"#,
            project_id,
            review,
            refine
        )
        .fetch_all(self.store().reader())
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(IssueCount {
                    kind: row.kind,
                    severity: results::severity_of(row.severity),
                    state: results::parse(&row.state)?,
                    count: row.count as u32,
                })
            })
            .collect()
    }

    /// Number of issues that want an answer; nothing before a review has run.
    pub(crate) async fn count_open_issues(&self, project_id: &str) -> Result<Option<u32>> {
        if self.current_review(project_id).await?.is_none() {
            return Ok(None);
        }
        let counts = self.count_issues(project_id).await?;
        let open = counts.iter().filter(|count| count.state == IssueState::Open);
        Ok(Some(open.map(|count| count.count).sum()))
    }

    /// All issues of one entry, gravest first.
    pub(crate) async fn issues_of(&self, project_id: &str, key: &str) -> Result<Vec<IssueRow>> {
        let Some((review, refine)) = self.current_review(project_id).await? else {
            return Ok(Vec::new());
        };
        let rows = issues!(
            query_as,
            (Record),
            r#" SELECT s.ordinal AS "ordinal!: i64", coalesce(s.name, s.term) AS "term!: String", s.key AS "key!: String",
                 s.severity AS "severity!: i64", i.finding, s.state AS "state!: String",
                 s.resolution AS "resolution?: String", s.ruling AS "ruling?: String", s.reason AS "reason?: String",
                 s.excluded AS "excluded!: bool", s.defined AS "defined!: bool"
               FROM stated s JOIN issue i ON i.generation_id = ?2 AND i.ordinal = s.ordinal
               WHERE s.key = ?4 ORDER BY s.severity DESC, s.ordinal"#,
            project_id,
            review,
            refine,
            key
        )
        .fetch_all(self.store().reader())
        .await?;
        rows.into_iter().map(IssueRow::try_from).collect()
    }

    /// All issues of the current review with what became of each, in the order of the review.
    pub(crate) async fn settled_issues(&self, project_id: &str) -> Result<Vec<ResolvedIssue>> {
        let Some((review, refine)) = self.current_review(project_id).await? else {
            return Ok(Vec::new());
        };
        let states = issues!(
            query,
            (),
            r#" SELECT s.state AS "state!: String", s.resolution AS "resolution?: String", s.ruling AS "ruling?: String"
               FROM stated s ORDER BY s.ordinal"#,
            project_id,
            review,
            refine
        )
        .fetch_all(self.store().reader())
        .await?;
        let issues = results::read_issues(self.store(), review).await?;
        issues
            .into_iter()
            .zip(states)
            .map(|(issue, row)| {
                let ruling = row.ruling.as_deref().map(results::parse).transpose()?;
                let done: Option<Resolution> = row.resolution.as_deref().map(results::parse).transpose()?;
                let resolution = match (results::parse(&row.state)?, ruling) {
                    (IssueState::Open, _) => Resolution::Open,
                    (IssueState::Dismissed, _) => Resolution::Dismissed,
                    (IssueState::Resolved, Some(Ruling::First)) => Resolution::First,
                    (IssueState::Resolved, Some(Ruling::Second)) => Resolution::Second,
                    (IssueState::Resolved, Some(Ruling::Require)) => Resolution::Added,
                    (IssueState::Resolved, Some(Ruling::Merge)) => Resolution::Merged,
                    // The researcher's own definition, if no rule was faster.
                    (IssueState::Resolved, _) => {
                        done.filter(|r| *r != Resolution::Open).unwrap_or(Resolution::Replaced)
                    }
                };
                Ok(ResolvedIssue { issue, resolution })
            })
            .collect()
    }

    /// Whether the refinement does not follow what is decided about the issues: it did what was dismissed since, or it
    /// followed an answer that was taken back.
    pub(crate) async fn answers_wait(&self, project_id: &str) -> Result<bool> {
        let Some((review, refine)) = self.current_review(project_id).await? else {
            return Ok(false);
        };
        // A model mends more than rules do.
        let asks = self.project_settings(project_id).await?.model.is_some();
        let waits = issues!(
            query_scalar,
            (),
            r#" SELECT EXISTS (SELECT 1 FROM stated s WHERE
                 s.ruling = 'dismissed' AND s.resolution IN ('replaced', 'rewritten', 'first', 'second')
                 OR s.ruling = 'dismissed' AND s.kind = 'duplicate' AND s.resolution = 'merged'
                 OR s.ruling = 'first' AND s.resolution = 'second'
                 OR s.ruling = 'second' AND s.resolution <> 'second'
                 OR s.ruling IS NULL AND s.resolution = 'second'
                 OR s.ruling IS NULL AND s.resolution = 'dismissed' AND (s.kind IN ('circular', 'duplicate')
                   OR ?4 AND s.kind NOT IN ('undefined', 'unnecessary')))
               AS "waits!: bool""#,
            project_id,
            review,
            refine,
            asks
        )
        .fetch_one(self.store().reader())
        .await?;
        Ok(waits)
    }

    /// What the researcher answered, by what the issues say, in a stable order.
    pub(crate) async fn rulings(&self, project_id: &str) -> Result<Vec<(String, Ruling)>> {
        let rows = sqlx::query!(
            r#"SELECT identity, ruling AS "ruling!" FROM issue_decision
               WHERE project_id = ? AND ruling IS NOT NULL ORDER BY identity"#,
            project_id
        )
        .fetch_all(self.store().reader())
        .await?;
        rows.into_iter()
            .map(|row| Ok((row.identity, results::parse(&row.ruling)?)))
            .collect()
    }
}
