//! What happened over all projects: how many runs ended how, how long they took, and the runs behind each number.
//!
//! Every number has one definition. A window holds the runs that *ended* in it, so the history beside a number shows
//! exactly the runs that it counts. Runs that are active are never in a denominator. A duration is that of a completed
//! run: one that broke off or was stopped says nothing of how long the work takes.

mod groups;
mod history;
pub(crate) mod stats;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use specta::Type;

pub use groups::{Group, Groups};
pub use history::{HistoryQuery, UsualStage, UsualStages};

use crate::clock;
use crate::engine::Engine;
use crate::error::Result;
use crate::runs::{RunStatus, Scope, record};
use stats::{Durations, durations};

/// The time that a dashboard looks back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// 24 hours.
    Day,
    /// 7 days.
    Week,
    /// 30 days.
    Month,
    /// 90 days.
    Quarter,
}

impl Window {
    fn length(self) -> SignedDuration {
        SignedDuration::from_hours(match self {
            Self::Day => 24,
            Self::Week => 7 * 24,
            Self::Month => 30 * 24,
            Self::Quarter => 90 * 24,
        })
    }

    /// The slices that a trend is drawn in: 24 to 30 of them.
    fn slice(self) -> SignedDuration {
        SignedDuration::from_hours(match self {
            Self::Day => 1,
            Self::Week => 6,
            Self::Month => 24,
            Self::Quarter => 72,
        })
    }

    /// Where it begins when it ends at `now`.
    pub(crate) fn since(self, now: Timestamp) -> Timestamp {
        now - self.length()
    }
}

/// Runs that ended, by how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[allow(missing_docs, reason = "the names say it")]
pub struct EndedCounts {
    pub completed: u32,
    pub partial: u32,
    pub failed: u32,
    pub cancelled: u32,
    pub interrupted: u32,
}

impl EndedCounts {
    fn of(&mut self, status: RunStatus) -> Option<&mut u32> {
        match status {
            RunStatus::Completed => Some(&mut self.completed),
            RunStatus::Partial => Some(&mut self.partial),
            RunStatus::Failed => Some(&mut self.failed),
            RunStatus::Cancelled => Some(&mut self.cancelled),
            RunStatus::Interrupted => Some(&mut self.interrupted),
            RunStatus::Pending | RunStatus::Running => None,
        }
    }
}

/// How long the completed runs of one scope and engine took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ScopeDurations {
    /// What the runs covered.
    pub scope: Scope,
    /// The engine that did the work.
    pub engine: String,
    /// Its model, for engines that have one.
    pub model: Option<String>,
    /// Over the whole window.
    pub all: Durations,
    /// Slice by slice, oldest first; slices in which none completed are left out.
    pub trend: Vec<TrendPoint>,
}

/// One slice of a trend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct TrendPoint {
    /// Where the slice begins, UTC.
    pub from: String,
    /// Where it ends, UTC.
    pub to: String,
    /// Of the runs that completed in it.
    pub durations: Durations,
}

/// The numbers of a dashboard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Dashboard {
    /// Where the window begins, UTC.
    pub since: String,
    /// Where it ends, UTC: now.
    pub until: String,
    /// Runs that ended in the window.
    pub ended: EndedCounts,
    /// Runs at work now.
    pub running: u32,
    /// Runs that wait for somebody's word now.
    pub paused: u32,
    /// Runs that wait for their turn now.
    pub waiting: u32,
    /// The most that may be at work at once, over all projects.
    pub limit: u32,
    /// Durations, the scope and engine with the most runs first.
    pub durations: Vec<ScopeDurations>,
}

impl Engine {
    /// The numbers of a window, of one project or of all.
    pub async fn dashboard(&self, window: Window, project_id: Option<&str>) -> Result<Dashboard> {
        self.dashboard_at(Timestamp::now(), window, project_id).await
    }

    async fn dashboard_at(&self, now: Timestamp, window: Window, project_id: Option<&str>) -> Result<Dashboard> {
        if let Some(project) = project_id {
            self.project_folder(project).await?;
        }
        let since = clock::format(window.since(now));
        let (running, paused, waiting) = self.count_active(project_id).await?;
        Ok(Dashboard {
            until: clock::format(now),
            ended: self.count_ended(&since, project_id).await?,
            running,
            paused,
            waiting,
            limit: self.app_settings().await?.parallel_runs,
            durations: self.durations(now, window, project_id).await?,
            since,
        })
    }

    async fn count_active(&self, project_id: Option<&str>) -> Result<(u32, u32, u32)> {
        let row = sqlx::query!(
            r#"SELECT coalesce(sum(status = 'running' AND paused IS NULL), 0) AS "running!: i64",
                 count(paused) AS "paused!: i64",
                 coalesce(sum(status = 'pending'), 0) AS "waiting!: i64"
               FROM run WHERE status IN ('pending', 'running') AND (?1 IS NULL OR project_id = ?1)"#,
            project_id
        )
        .fetch_one(self.store().reader())
        .await?;
        Ok((row.running as u32, row.paused as u32, row.waiting as u32))
    }

    async fn count_ended(&self, since: &str, project_id: Option<&str>) -> Result<EndedCounts> {
        let rows = sqlx::query!(
            r#"SELECT status, count(*) AS "count!: i64" FROM run
               WHERE deleted_at IS NULL AND finished_at >= ?1 AND (?2 IS NULL OR project_id = ?2)
                 AND project_id NOT IN (SELECT id FROM project WHERE deleted_at IS NOT NULL)
               GROUP BY status"#,
            since,
            project_id
        )
        .fetch_all(self.store().reader())
        .await?;
        let mut counts = EndedCounts::default();
        for row in rows {
            if let Some(count) = counts.of(record::known(&row.status, RunStatus::from_text)?) {
                *count = row.count as u32;
            }
        }
        Ok(counts)
    }

    /// The database groups, and one list of numbers per group comes out of it: a row for each run would cost ten times
    /// as much as what is done with it.
    async fn durations(&self, now: Timestamp, window: Window, project_id: Option<&str>) -> Result<Vec<ScopeDurations>> {
        let (begin, slice) = (window.since(now), window.slice());
        let (since, seconds) = (clock::format(begin), slice.as_secs());
        let rows = sqlx::query!(
            r#"SELECT scope, engine, model,
                 CAST((julianday(finished_at) - julianday(?1)) * 86400.0 AS INTEGER) / ?3 AS "slice!: i64",
                 json_group_array(min(duration_ms, 4294967295)) AS "durations!: String"
               FROM run
               WHERE deleted_at IS NULL AND finished_at >= ?1 AND status = 'completed' AND duration_ms IS NOT NULL
                 AND (?2 IS NULL OR project_id = ?2)
                 AND project_id NOT IN (SELECT id FROM project WHERE deleted_at IS NOT NULL)
               GROUP BY 1, 2, 3, 4"#,
            since,
            project_id,
            seconds
        )
        .fetch_all(self.store().reader())
        .await?;
        let mut groups: BTreeMap<_, (Vec<u32>, Vec<TrendPoint>)> = BTreeMap::new();
        for row in rows {
            let values: Vec<u32> = serde_json::from_str(&row.durations)?;
            let from = begin + slice * row.slice as i32;
            let group = groups.entry((row.scope, row.engine, row.model)).or_default();
            group.0.extend(&values);
            group.1.extend(durations(values).map(|durations| TrendPoint {
                from: clock::format(from),
                to: clock::format((from + slice).min(now)),
                durations,
            }));
        }
        let mut found = Vec::with_capacity(groups.len());
        for ((scope, engine, model), (values, trend)) in groups {
            let Some(all) = durations(values) else { continue };
            found.push(ScopeDurations {
                scope: record::known(&scope, Scope::from_text)?,
                engine,
                model,
                all,
                trend,
            });
        }
        found.sort_by_key(|group| std::cmp::Reverse(group.all.runs));
        Ok(found)
    }
}
