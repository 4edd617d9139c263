//! How long a researcher waits before the app answers: after a crash with a long log, and with a long history.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use genglossary_engine::{Engine, LogQuery, NoSink, RunStatus, Scope, Trigger};
use sqlx::SqlitePool;
use sqlx::sqlite::SqliteConnectOptions;

use crate::Outcome;

const LIMIT: Duration = Duration::from_mins(5);
/// Lines of the log of the run that crashed.
pub(crate) const LINES: usize = 1_000_000;
pub(crate) const PROJECTS: usize = 50;
pub(crate) const RUNS: usize = 10_000;

async fn database(home: &Path) -> Outcome<SqlitePool> {
    let options = SqliteConnectOptions::new().filename(home.join("genglossary.db"));
    Ok(SqlitePool::connect_with(options).await?)
}

fn request() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// Opening the data folder after a crash, until the run is known as interrupted; and the first page of its log.
pub(crate) struct Crash {
    pub(crate) recovered: Duration,
    pub(crate) first_page: Duration,
}

pub(crate) async fn crash(folder: &Path, home: &Path) -> Outcome<Crash> {
    let engine = Engine::open(home, NoSink).await?;
    let project = engine.project_for_folder(folder).await?.id;
    let run = engine
        .start_run(&project, Scope::Full, Trigger::User, &request())
        .await?
        .id;
    engine.wait_until_idle(LIMIT).await;
    engine.close().await;
    // The process is killed: its run stays `running`, and nobody with its identity is alive.
    let database = database(home).await?;
    sqlx::query(
        "UPDATE run SET status = 'running', finished_at = NULL, owner_pid = 1, owner_started = 1, owner_boot = 'gone'",
    )
    .execute(&database)
    .await?;
    database.close().await;
    let mut log = std::fs::File::options()
        .append(true)
        .open(home.join("logs").join(format!("{run}.log")))?;
    let mut lines = String::new();
    for number in 0..LINES {
        writeln!(
            lines,
            "2026-11-18T15:21:09.120Z\tinfo\tdefine\tterm {number}\tdefined, confidence 0.86, notes/{number}.md:7"
        )?;
        if lines.len() > 1 << 20 {
            log.write_all(lines.as_bytes())?;
            lines.clear();
        }
    }
    log.write_all(lines.as_bytes())?;
    drop(log);

    let began = Instant::now();
    let engine = Engine::open(home, NoSink).await?;
    let found = engine.run(&run).await?;
    let recovered = began.elapsed();
    if found.status != RunStatus::Interrupted {
        return Err(format!("the run is {:?}", found.status).into());
    }
    let began = Instant::now();
    let query = LogQuery {
        from: 0,
        limit: 100,
        levels: None,
    };
    let page = engine.read_log(&run, query).await?;
    let first_page = began.elapsed();
    if (page.total as usize) < LINES {
        return Err(format!("the log has {} records", page.total).into());
    }
    engine.close().await;
    Ok(Crash { recovered, first_page })
}

/// Opening the data folder and reading what the list of projects shows.
pub(crate) async fn home(folder: &Path, home: &Path) -> Outcome<Duration> {
    let engine = Engine::open(home, NoSink).await?;
    for number in 0..PROJECTS {
        let own = home.join(format!("documents-{number}"));
        std::fs::create_dir_all(&own)?;
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                std::fs::copy(entry.path(), own.join(entry.file_name()))?;
            }
        }
        let project = engine.project_for_folder(&own).await?.id;
        engine
            .start_run(&project, Scope::Full, Trigger::User, &request())
            .await?;
        engine.wait_until_idle(LIMIT).await;
    }
    engine.close().await;
    let database = database(home).await?;
    // Each run many times over, as if it had been made again and again.
    let copies = (RUNS / PROJECTS - 1) as i64;
    for statement in [
        "INSERT INTO run (id, project_id, request_id, scope, trigger, status, stage, engine, model, settings,
             settings_hash, documents_hash, app_version, owner_pid, owner_started, heartbeat_at, created_at, started_at,
             finished_at, cancel_requested_at, error, revision, owner_boot, owner_kind, resumes, suspended_ms, missing)
         SELECT substr(r.id, 1, 24) || printf('%012d', n.value), project_id, r.id || n.value, scope, trigger,
             status, stage, engine, model, settings, settings_hash, documents_hash, app_version, owner_pid,
             owner_started, heartbeat_at, created_at, started_at, finished_at, cancel_requested_at, error, revision,
             owner_boot, owner_kind, resumes, suspended_ms, missing
         FROM run r, generate_series(1, ?1) n",
        "INSERT INTO run_stage SELECT substr(s.run_id, 1, 24) || printf('%012d', n.value), position, stage, status, done,
             total, item, started_at, finished_at, reused, missing, suspended_ms
         FROM run_stage s, generate_series(1, ?1) n",
        "INSERT INTO run_status_history (run_id, status, stage, at, reason, actor)
         SELECT substr(h.run_id, 1, 24) || printf('%012d', n.value), status, stage, at, reason, actor
         FROM run_status_history h, generate_series(1, ?1) n",
    ] {
        // The numbers 1 to ?1; the table-valued function of that name is an extension that is not always there.
        let statement = statement.replace(
            "generate_series(1, ?1) n",
            "(WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < ?1) SELECT value FROM n) n",
        );
        sqlx::query(sqlx::AssertSqlSafe(statement)).bind(copies).execute(&database).await?;
    }
    let runs: i64 = sqlx::query_scalar("SELECT count(*) FROM run")
        .fetch_one(&database)
        .await?;
    database.close().await;
    if runs as usize != RUNS {
        return Err(format!("there are {runs} runs").into());
    }
    let mut best = Duration::MAX;
    for _ in 0..crate::REPEATS {
        let began = Instant::now();
        let engine = Engine::open(home, NoSink).await?;
        let projects = engine.list_projects().await?;
        let active = engine.list_active_runs().await?;
        serde_json::to_string(&(&projects, &active))?;
        best = best.min(began.elapsed());
        if projects.len() != PROJECTS {
            return Err(format!("there are {} projects", projects.len()).into());
        }
        engine.close().await;
    }
    Ok(best)
}
