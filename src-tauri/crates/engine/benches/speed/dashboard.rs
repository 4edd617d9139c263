//! The dashboard over many projects and runs: its numbers, and pages of the history behind them.

use std::path::Path;
use std::time::{Duration, Instant};

use genglossary_engine::{Engine, HistoryQuery, NoSink, RunStatus, Scope, Window};
use serde::Serialize;
use sqlx::SqlitePool;
use sqlx::sqlite::SqliteConnectOptions;

use crate::Outcome;

const ROUNDS: usize = 40;
const ROWS: u32 = 50;

/// Which budget an answer has.
pub(crate) enum Kind {
    Numbers,
    Page,
}

pub(crate) struct Timing {
    pub(crate) what: &'static str,
    pub(crate) kind: Kind,
    pub(crate) p95: Duration,
}

/// `home` holds projects and runs that were all made just now.
pub(crate) async fn measure(home: &Path) -> Outcome<Vec<Timing>> {
    spread(home).await?;
    let engine = Engine::open(home, NoSink).await?;
    let project = engine.list_projects().await?.swap_remove(0).id;
    let board = |window, project| {
        let engine = engine.clone();
        async move { engine.dashboard(window, project).await }
    };
    let history = |query: HistoryQuery| {
        let engine = engine.clone();
        async move { engine.list_history(&query).await }
    };
    let all = engine.dashboard(Window::Quarter, None).await?;
    let total = engine.list_history(&page(0)).await?.total;
    if all.ended.completed < 9_000 || total != all.ended.completed {
        return Err(format!("the dashboard counts {:?}, the history {total}", all.ended).into());
    }
    let failed = HistoryQuery {
        statuses: vec![RunStatus::Failed],
        scope: Some(Scope::Review),
        ..page(0)
    };
    let (numbers, pages) = (|| Kind::Numbers, || Kind::Page);
    let run = engine.list_history(&page(0)).await?.rows.swap_remove(0).id;
    let timings = vec![
        timed("numbers of all projects, 90 days", numbers(), || {
            board(Window::Quarter, None)
        })
        .await?,
        timed("numbers of one project, 90 days", numbers(), || {
            board(Window::Quarter, Some(&*project))
        })
        .await?,
        timed("first page of the history", pages(), || history(page(0))).await?,
        timed("last page of the history", pages(), || history(page(total - ROWS))).await?,
        timed("a filter that finds nothing", pages(), || history(failed.clone())).await?,
        timed("what is usual for one run", pages(), || engine.usual_stages(&run)).await?,
        timed("one project by group", pages(), || engine.groups(&project)).await?,
    ];
    engine.close().await;
    Ok(timings)
}

/// Moves the runs apart, evenly over 89 days.
async fn spread(home: &Path) -> Outcome<()> {
    let options = SqliteConnectOptions::new().filename(home.join("genglossary.db"));
    let database = SqlitePool::connect_with(options).await?;
    let earlier = |column: &str| {
        format!("strftime('%Y-%m-%dT%H:%M:%fZ', {column}, '-' || ((run.rowid * 7919) % 7689600) || ' seconds')")
    };
    let runs = format!(
        "UPDATE run SET started_at = {}, finished_at = {}",
        earlier("started_at"),
        earlier("finished_at")
    );
    sqlx::query(sqlx::AssertSqlSafe(runs)).execute(&database).await?;
    database.close().await;
    Ok(())
}

fn page(offset: u32) -> HistoryQuery {
    HistoryQuery {
        window: Window::Quarter,
        project_id: None,
        statuses: vec![],
        trigger: None,
        scope: None,
        engine: None,
        order: None,
        offset,
        limit: ROWS,
    }
}

pub(crate) async fn timed<T: Serialize, F: Future<Output = genglossary_engine::Result<T>>>(
    what: &'static str,
    kind: Kind,
    ask: impl Fn() -> F,
) -> Outcome<Timing> {
    let mut times = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let began = Instant::now();
        serde_json::to_string(&ask().await?)?;
        times.push(began.elapsed());
    }
    times.sort_unstable();
    let p95 = times[(ROUNDS * 95).div_ceil(100) - 1];
    Ok(Timing { what, kind, p95 })
}
