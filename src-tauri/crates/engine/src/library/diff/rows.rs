//! The differences themselves, found by the database: only a page of them is ever in memory.

use glossary::decode::detect_language;
use sqlx::SqliteConnection;

use super::{DiffRow, Review};
use crate::error::Result;
use crate::reasons::DiffCause;
use crate::store::results;

/// A difference whose cause is not looked for yet.
pub(super) struct Row {
    pub(super) key: String,
    pub(super) term: String,
    language: Option<String>,
    before: Option<String>,
    after: Option<String>,
    pub(super) finding: Option<String>,
    severity: Option<i64>,
}

impl Row {
    pub(super) fn because(self, cause: DiffCause) -> Result<DiffRow> {
        Ok(DiffRow {
            language: match &self.language {
                Some(language) => results::parse(language)?,
                None => detect_language(&self.term),
            },
            key: self.key,
            term: self.term,
            before: self.before,
            after: self.after,
            finding: self.finding.as_deref().map(serde_json::from_str).transpose()?,
            severity: self.severity.map(results::severity_of),
            cause,
        })
    }
}

/// Number of terms that only the later of two lists has.
pub(super) async fn count_terms(
    snapshot: &mut SqliteConnection,
    (before, after): (Option<i64>, Option<i64>),
) -> Result<u32> {
    if before == after {
        return Ok(0);
    }
    let count = sqlx::query_scalar!(
        "SELECT count(*) FROM term a WHERE a.generation_id = ?2
             AND NOT EXISTS (SELECT 1 FROM term b WHERE b.generation_id = ?1 AND b.key = a.key)",
        before,
        after
    )
    .fetch_one(snapshot)
    .await?;
    Ok(count as u32)
}

/// Those terms, best first.
pub(super) async fn terms(
    snapshot: &mut SqliteConnection,
    (before, after): (Option<i64>, Option<i64>),
    limit: u32,
    offset: u32,
) -> Result<Vec<Row>> {
    if before == after {
        return Ok(Vec::new());
    }
    Ok(sqlx::query_as!(
        Row,
        r#"SELECT a.key, a.text AS term, a.language AS "language?", NULL AS "before: String", NULL AS "after: String",
             NULL AS "finding: String", NULL AS "severity: i64"
           FROM term a WHERE a.generation_id = ?2
             AND NOT EXISTS (SELECT 1 FROM term b WHERE b.generation_id = ?1 AND b.key = a.key)
           ORDER BY a.rank LIMIT ?3 OFFSET ?4"#,
        before,
        after,
        limit,
        offset
    )
    .fetch_all(snapshot)
    .await?)
}

/// Numbers of definitions that differ.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Definitions {
    pub(super) changed: u32,
    pub(super) added: u32,
    pub(super) removed: u32,
}

impl Definitions {
    pub(super) fn sum(self) -> u32 {
        self.changed + self.added + self.removed
    }
}

/// How many definitions two glossaries do not share.
pub(super) async fn count_definitions(
    snapshot: &mut SqliteConnection,
    (before, after): (Option<i64>, Option<i64>),
) -> Result<Definitions> {
    if before == after {
        return Ok(Definitions::default());
    }
    let later = sqlx::query!(
        r#"SELECT coalesce(sum(b.definition IS NOT NULL), 0) AS "changed!: i64",
             coalesce(sum(b.definition IS NULL), 0) AS "added!: i64"
           FROM entry a LEFT JOIN entry_row b
             ON b.series = (SELECT series FROM generation WHERE id = ?1) AND b.born <= ?1 AND b.died > ?1 AND b.key = a.key
           WHERE a.generation_id = ?2 AND a.definition IS NOT NULL AND a.definition IS NOT b.definition"#,
        before,
        after
    )
    .fetch_one(&mut *snapshot)
    .await?;
    let removed = sqlx::query_scalar!(
        "SELECT count(*) FROM entry b LEFT JOIN entry_row a
             ON a.series = (SELECT series FROM generation WHERE id = ?2) AND a.born <= ?2 AND a.died > ?2 AND a.key = b.key
         WHERE b.generation_id = ?1 AND b.definition IS NOT NULL AND a.definition IS NULL",
        before,
        after
    )
    .fetch_one(snapshot)
    .await?;
    Ok(Definitions {
        changed: later.changed as u32,
        added: later.added as u32,
        removed: removed as u32,
    })
}

/// Those definitions in the order of the later glossary; what it does not define comes last.
pub(super) async fn definitions(
    snapshot: &mut SqliteConnection,
    (before, after): (Option<i64>, Option<i64>),
    limit: u32,
    offset: u32,
) -> Result<Vec<Row>> {
    if before == after {
        return Ok(Vec::new());
    }
    // First which rows stand on the page, then what they show: most of a long list is only counted over.
    Ok(sqlx::query_as!(
        Row,
        r#"WITH page AS MATERIALIZED (
             SELECT ?2 AS source, 0 AS gone, a.ordinal AS ordinal
             FROM entry a LEFT JOIN entry_row b
               ON b.series = (SELECT series FROM generation WHERE id = ?1) AND b.born <= ?1 AND b.died > ?1 AND b.key = a.key
             WHERE a.generation_id = ?2 AND a.definition IS NOT NULL AND a.definition IS NOT b.definition
             UNION ALL
             SELECT ?1, 1, b.ordinal
             FROM entry b LEFT JOIN entry_row a
               ON a.series = (SELECT series FROM generation WHERE id = ?2) AND a.born <= ?2 AND a.died > ?2 AND a.key = b.key
             WHERE b.generation_id = ?1 AND b.definition IS NOT NULL AND a.definition IS NULL
             ORDER BY 2, 3 LIMIT ?3 OFFSET ?4)
           SELECT e.key AS "key!: String", e.term AS "term!: String", e.language AS "language?: String",
             b.definition AS "before?: String", a.definition AS "after?: String", NULL AS "finding: String",
             NULL AS "severity: i64"
           FROM page
           CROSS JOIN entry e ON e.generation_id = page.source AND e.ordinal = page.ordinal
           LEFT JOIN entry_row b
             ON b.series = (SELECT series FROM generation WHERE id = ?1) AND b.born <= ?1 AND b.died > ?1 AND b.key = e.key
           LEFT JOIN entry_row a
             ON a.series = (SELECT series FROM generation WHERE id = ?2) AND a.born <= ?2 AND a.died > ?2 AND a.key = e.key
           ORDER BY page.gone, page.ordinal"#,
        before,
        after,
        limit,
        offset
    )
    .fetch_all(snapshot)
    .await?)
}

// An issue is the same when it says the same of the same entry; counts and places shift with every edit of a document.
// ?1 and ?2 are the earlier review and its refinement, ?3 and ?4 the later ones. The index is named because SQLite
// would rather read the whole earlier review for each issue of the later one.
macro_rules! new_issues {
    ($query:ident, ($($row:ty)?), $select:tt, $tail:tt, $before:expr, $after:expr $(, $value:expr)*) => {
        sqlx::$query!(
            $($row,)?
            $select + r"
               WHERE a.generation_id = ?3
                 AND NOT EXISTS (SELECT 1 FROM resolution r
                     WHERE r.generation_id = ?4 AND r.issue = a.ordinal AND r.resolution <> 'open')
                 AND NOT EXISTS (SELECT 1 FROM issue_row b INDEXED BY issue_row_by_key
                     WHERE b.series = (SELECT series FROM generation WHERE id = ?1) AND b.born <= ?1 AND b.died > ?1
                       AND b.key = a.key AND b.kind = a.kind
                       AND (b.finding = a.finding OR
                         json_remove(b.finding, '$.occurrences', '$.reason', '$.first.line', '$.first.start',
                             '$.first.end', '$.second.line', '$.second.start', '$.second.end')
                         = json_remove(a.finding, '$.occurrences', '$.reason', '$.first.line', '$.first.start',
                             '$.first.end', '$.second.line', '$.second.start', '$.second.end'))
                       AND NOT EXISTS (SELECT 1 FROM resolution r
                         WHERE r.generation_id = ?2 AND r.issue = b.ordinal AND r.resolution <> 'open'))" + $tail,
            $before.issues,
            $before.resolutions,
            $after.issues,
            $after.resolutions
            $(, $value)*
        )
    };
}

/// Number of issues that are open in the later of two reviews only.
pub(super) async fn count_issues(snapshot: &mut SqliteConnection, (before, after): (Review, Review)) -> Result<u32> {
    if before == after {
        return Ok(0);
    }
    let count = new_issues!(query_scalar, (), "SELECT count(*) FROM issue a", "", before, after)
        .fetch_one(snapshot)
        .await?;
    Ok(count as u32)
}

/// Those issues, gravest first.
pub(super) async fn issues(
    snapshot: &mut SqliteConnection,
    (before, after): (Review, Review),
    limit: u32,
    offset: u32,
) -> Result<Vec<Row>> {
    if before == after {
        return Ok(Vec::new());
    }
    Ok(new_issues!(
        query_as,
        (Row),
        r#"SELECT a.key, a.term, e.language AS "language?", NULL AS "before: String", NULL AS "after: String",
             a.finding AS "finding?", a.severity AS "severity?"
           FROM issue a LEFT JOIN entry_row e
             ON e.series = (SELECT series FROM generation WHERE id = ?5) AND e.born <= ?5 AND e.died > ?5 AND e.key = a.key"#,
        " ORDER BY a.severity DESC, a.ordinal LIMIT ?6 OFFSET ?7",
        before,
        after,
        after.entries,
        limit,
        offset
    )
    .fetch_all(snapshot)
    .await?)
}
