//! What changed between the results that stood after one run and those that stood after another, and why.
//!
//! The researcher's own definitions are no result of a run, so they are not compared.

mod causes;
mod rows;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use glossary::{Finding, Language, Severity};
use serde::{Deserialize, Serialize};
use specta::Type;
use sqlx::SqliteConnection;

use super::{PAGE_LIMIT, Page};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::reasons::{DiffCause, Reason};
use crate::runs::{RunView, Stage};

use causes::Causes;

/// A list of a diff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum DiffKind {
    /// Terms that only the later results have.
    TermsAdded,
    /// Terms that only the earlier results have.
    TermsRemoved,
    /// Entries whose definition came, went or changed.
    Definitions,
    /// Issues that are open no longer.
    IssuesFixed,
    /// Issues that were not open before.
    IssuesNew,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct DiffRow {
    /// Key of the term that it is about.
    pub key: String,
    /// The term.
    pub term: String,
    /// Its language.
    pub language: Language,
    /// For definitions: the earlier one.
    pub before: Option<String>,
    /// For definitions: the later one.
    pub after: Option<String>,
    /// For issues: what is or was wrong.
    pub finding: Option<Finding>,
    /// For issues: how much it matters.
    pub severity: Option<Severity>,
    /// Why.
    pub cause: DiffCause,
}

/// How the results of two runs differ, in numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct RunDiff {
    /// The run of the earlier results.
    pub before: RunView,
    /// The run of the later results.
    pub after: RunView,
    /// What the results depend on and what is not as it was.
    pub causes: Vec<Reason>,
    /// Terms that only the later results have.
    pub terms_added: u32,
    /// Terms that only the earlier results have.
    pub terms_removed: u32,
    /// Terms with another definition.
    pub definitions_changed: u32,
    /// Terms that had no definition and have one.
    pub definitions_added: u32,
    /// Terms that had a definition and have none.
    pub definitions_removed: u32,
    /// Issues that are open no longer.
    pub issues_fixed: u32,
    /// Issues that were not open before.
    pub issues_new: u32,
}

impl Engine {
    /// How the results that stood after one run differ from those that stood after another.
    pub async fn diff_runs(&self, before_run_id: &str, after_run_id: &str) -> Result<RunDiff> {
        let (before, after) = (self.run(before_run_id).await?, self.run(after_run_id).await?);
        // One transaction sees one state: results that are removed meanwhile are there to its end.
        let mut snapshot = self.store().reader().begin().await?;
        let pair = Pair::read(&mut snapshot, &before, &after).await?;
        let causes = Causes::find(&mut snapshot, &pair).await?;
        let (terms, reviews) = (pair.of(Stage::Extract), pair.reviews());
        let definitions = rows::count_definitions(&mut snapshot, pair.entries()).await?;
        Ok(RunDiff {
            before,
            after,
            causes: causes.reasons(),
            terms_added: rows::count_terms(&mut snapshot, terms).await?,
            terms_removed: rows::count_terms(&mut snapshot, swap(terms)).await?,
            definitions_changed: definitions.changed,
            definitions_added: definitions.added,
            definitions_removed: definitions.removed,
            issues_fixed: rows::count_issues(&mut snapshot, swap(reviews)).await?,
            issues_new: rows::count_issues(&mut snapshot, reviews).await?,
        })
    }

    /// A page of one list of a diff: terms best first, definitions in the order of the glossary, issues gravest first.
    pub async fn list_diff(
        &self,
        before_run_id: &str,
        after_run_id: &str,
        kind: DiffKind,
        offset: u32,
        limit: u32,
    ) -> Result<Page<DiffRow>> {
        let (before, after) = (self.run(before_run_id).await?, self.run(after_run_id).await?);
        let mut snapshot = self.store().reader().begin().await?;
        let pair = Pair::read(&mut snapshot, &before, &after).await?;
        let (terms, reviews, limit) = (pair.of(Stage::Extract), pair.reviews(), limit.min(PAGE_LIMIT));
        let (total, rows) = match kind {
            DiffKind::TermsAdded => (
                rows::count_terms(&mut snapshot, terms).await?,
                rows::terms(&mut snapshot, terms, limit, offset).await?,
            ),
            DiffKind::TermsRemoved => (
                rows::count_terms(&mut snapshot, swap(terms)).await?,
                rows::terms(&mut snapshot, swap(terms), limit, offset).await?,
            ),
            DiffKind::Definitions => (
                rows::count_definitions(&mut snapshot, pair.entries()).await?.sum(),
                rows::definitions(&mut snapshot, pair.entries(), limit, offset).await?,
            ),
            DiffKind::IssuesFixed => (
                rows::count_issues(&mut snapshot, swap(reviews)).await?,
                rows::issues(&mut snapshot, swap(reviews), limit, offset).await?,
            ),
            DiffKind::IssuesNew => (
                rows::count_issues(&mut snapshot, reviews).await?,
                rows::issues(&mut snapshot, reviews, limit, offset).await?,
            ),
        };
        let causes = Causes::find(&mut snapshot, &pair).await?;
        Ok(Page {
            rows: causes.explain(&mut snapshot, &pair, rows).await?,
            total,
            offset,
        })
    }
}

fn swap<T>((before, after): (T, T)) -> (T, T) {
    (after, before)
}

/// A result of one stage, and what it was made of.
struct Generation {
    id: i64,
    input: Option<i64>,
    created_at: String,
    /// The hash of each thing that it depends on, by name; nothing if nobody noted it.
    basis: Option<BTreeMap<String, serde_json::Value>>,
    engine: String,
    settings_hash: String,
}

/// The results that stood after a run.
struct Results {
    generations: BTreeMap<Stage, Generation>,
    /// When they became current for the first time.
    since: String,
}

impl Results {
    async fn read(snapshot: &mut SqliteConnection, run: &RunView) -> Result<Self> {
        let since = sqlx::query_scalar!(
            r#"SELECT min(at) AS "at: String" FROM promotion WHERE run_id = ?"#,
            run.id
        )
        .fetch_one(&mut *snapshot)
        .await?
        .ok_or_else(|| Error::ResultsGone(run.id.clone()))?;
        let rows = sqlx::query!(
            "SELECT g.id, g.stage, g.input_id, g.created_at, g.basis, run.engine, run.settings_hash
             FROM promotion_generation p JOIN generation g ON g.id = p.generation_id JOIN run ON run.id = g.run_id
             WHERE p.promotion_id = (SELECT max(id) FROM promotion WHERE run_id = ?)",
            run.id
        )
        .fetch_all(&mut *snapshot)
        .await?;
        let mut generations = BTreeMap::new();
        for row in rows {
            let generation = Generation {
                id: row.id,
                input: row.input_id,
                created_at: row.created_at,
                basis: row.basis.as_deref().map(serde_json::from_str).transpose()?,
                engine: row.engine,
                settings_hash: row.settings_hash,
            };
            generations.extend(Stage::from_text(&row.stage).map(|stage| (stage, generation)));
        }
        Ok(Self { generations, since })
    }

    fn id(&self, stage: Stage) -> Option<i64> {
        self.generations.get(&stage).map(|generation| generation.id)
    }

    fn input(&self, stage: Stage) -> Option<i64> {
        self.generations.get(&stage).and_then(|generation| generation.input)
    }

    /// The documents that the terms were found in, which may be older than the newest ones.
    fn documents(&self) -> Option<i64> {
        self.input(Stage::Extract).or_else(|| self.id(Stage::Load))
    }

    /// The review, with the refinement only if that was made from it.
    fn review(&self) -> Review {
        let issues = self.id(Stage::Review);
        Review {
            issues,
            resolutions: self
                .id(Stage::Refine)
                .filter(|_| issues.is_some() && self.input(Stage::Refine) == issues),
            entries: self.input(Stage::Review),
        }
    }
}

/// The generations that say which issues are open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Review {
    issues: Option<i64>,
    resolutions: Option<i64>,
    entries: Option<i64>,
}

/// Two sets of results of one project.
struct Pair<'a> {
    project_id: &'a str,
    before: Results,
    after: Results,
}

impl<'a> Pair<'a> {
    async fn read(snapshot: &mut SqliteConnection, before: &'a RunView, after: &RunView) -> Result<Self> {
        if before.project_id != after.project_id {
            return Err(Error::DifferentProjects);
        }
        Ok(Self {
            project_id: &before.project_id,
            before: Results::read(snapshot, before).await?,
            after: Results::read(snapshot, after).await?,
        })
    }

    fn of(&self, stage: Stage) -> (Option<i64>, Option<i64>) {
        (self.before.id(stage), self.after.id(stage))
    }

    /// The refined entries if both have them, else the provisional ones: a glossary is compared with its like.
    fn entries(&self) -> (Option<i64>, Option<i64>) {
        match self.of(Stage::Refine) {
            refined @ (Some(_), Some(_)) => refined,
            _ => self.of(Stage::Define),
        }
    }

    fn reviews(&self) -> (Review, Review) {
        (self.before.review(), self.after.review())
    }
}
