//! The runs behind the numbers, and what is usual for a run.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::Window;
use super::stats::nearest_rank;
use crate::clock;
use crate::engine::Engine;
use crate::error::Result;
use crate::library::Page;
use crate::runs::{RunOrder, RunStatus, RunView, Scope, Stage, Trigger, view};

/// The most rows of a page.
const PAGE_LIMIT: u32 = 500;
/// Completed runs that tell what is usual, the newest ones.
const USUAL_RUNS: i64 = 100;

/// Which of the runs that ended in a window.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct HistoryQuery {
    /// The time to look back.
    pub window: Window,
    /// Only of this project.
    pub project_id: Option<String>,
    /// Only those that ended like this; all when there is none.
    pub statuses: Vec<RunStatus>,
    /// Only those that were started like this.
    pub trigger: Option<Trigger>,
    /// Only those of this scope.
    pub scope: Option<Scope>,
    /// Only those of this engine.
    pub engine: Option<String>,
    /// The order; nothing for the last one to end first.
    pub order: Option<RunOrder>,
    /// Position of the first row.
    pub offset: u32,
    /// The most rows.
    pub limit: u32,
}

/// How long one stage usually takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct UsualStage {
    /// The stage.
    pub stage: Stage,
    /// Median in milliseconds (nearest rank).
    pub median_ms: u32,
}

/// What is usual for runs like one: of its project, scope and engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct UsualStages {
    /// Completed runs that it was made from.
    pub runs: u32,
    /// Stages in order; none when there is no such run.
    pub stages: Vec<UsualStage>,
}

impl Engine {
    /// Runs of all projects that ended in a window.
    pub async fn list_history(&self, query: &HistoryQuery) -> Result<Page<RunView>> {
        let since = clock::format(query.window.since(Timestamp::now()));
        let text = |statuses: &[RunStatus]| serde_json::to_string(statuses);
        let filter = view::Which {
            since: Some(&since),
            project_id: query.project_id.as_deref(),
            statuses: (!query.statuses.is_empty())
                .then(|| text(&query.statuses))
                .transpose()?,
            trigger: query.trigger.map(Trigger::as_text),
            scope: query.scope.map(Scope::as_text),
            engine: query.engine.as_deref(),
        };
        let (offset, limit) = (query.offset, query.limit.min(PAGE_LIMIT));
        Ok(Page {
            rows: match query.order {
                Some(order) => view::sorted(self.store(), &filter, order, offset, limit).await?,
                None => view::ended(self.store(), &filter, offset, limit).await?,
            },
            total: view::count_ended(self.store(), &filter).await?,
            offset: query.offset,
        })
    }

    /// How long the stages of other runs like this one took.
    pub async fn usual_stages(&self, run_id: &str) -> Result<UsualStages> {
        self.run(run_id).await?;
        let rows = sqlx::query!(
            r#"SELECT s.stage AS "stage!: String", json_group_array(min(4294967295, max(0, CAST(round(
                     (julianday(s.finished_at) - julianday(s.started_at)) * 86400000.0) AS INTEGER) - s.suspended_ms)))
                     AS "durations!: String"
               FROM run_stage s WHERE s.status = 'completed' AND s.run_id IN (
                 SELECT r.id FROM run r JOIN run this ON this.id = ?1
                 WHERE r.project_id = this.project_id AND r.scope = this.scope AND r.engine = this.engine
                   AND r.model IS this.model AND r.status = 'completed' AND r.deleted_at IS NULL AND r.id <> this.id
                 ORDER BY r.id DESC LIMIT ?2)
               GROUP BY s.stage ORDER BY min(s.position)"#,
            run_id,
            USUAL_RUNS
        )
        .fetch_all(self.store().reader())
        .await?;
        let mut usual = UsualStages {
            runs: 0,
            stages: Vec::with_capacity(rows.len()),
        };
        for row in rows {
            let mut values: Vec<u32> = serde_json::from_str(&row.durations)?;
            values.sort_unstable();
            usual.runs = usual.runs.max(values.len() as u32);
            usual.stages.extend(nearest_rank(&values, 50).and_then(|median_ms| {
                let stage = Stage::from_text(&row.stage)?;
                Some(UsualStage { stage, median_ms })
            }));
        }
        Ok(usual)
    }
}
