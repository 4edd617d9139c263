//! How long every other question waits while a run waits for a slow model and ten viewers look on.

use std::path::Path;
use std::time::Duration;

use genglossary_engine::{Engine, LogQuery, NoSink, ProjectSettings, RunStatus, Scope, Stage, Trigger, Window};

use crate::dashboard::{Kind, Timing, timed};
use crate::models;
use crate::{Outcome, pages};

const VIEWERS: usize = 10;
/// The model takes so long for an answer.
const LATENCY: Duration = Duration::from_secs(8);
/// A viewer that has read everything looks again after this time.
const LOOK: Duration = Duration::from_millis(50);
const LIMIT: Duration = Duration::from_mins(5);

pub(crate) async fn measure(folder: &Path, home: &Path) -> Outcome<Vec<Timing>> {
    let server = models::server(LATENCY).await?;
    let engine = Engine::open(home, NoSink).await?;
    let project = models::project(&engine, folder, &server.url()).await?;
    let asking = engine.project_settings(&project).await?;
    let plain = ProjectSettings {
        model: None,
        ..asking.clone()
    };
    engine.set_project_settings(&project, plain).await?;
    models::start(&engine, &project).await?;
    engine.wait_until_idle(LIMIT).await;
    engine.set_project_settings(&project, asking).await?;
    let request = uuid::Uuid::now_v7().to_string();
    let run = engine
        .start_run(&project, Scope::FromTerms, Trigger::User, &request)
        .await?
        .id;
    server.until(|counts| counts.open >= models::PARALLEL).await;
    let viewers: Vec<_> = (0..VIEWERS)
        .map(|_| tokio::spawn(look_on(engine.clone(), run.clone())))
        .collect();

    let (engine, project) = (&engine, &*project);
    let terms = pages::terms(0, "");
    let term = engine.list_terms(project, &terms).await?.rows.swap_remove(0).key;
    let (terms, term) = (&terms, &*term);
    let kind = || Kind::Numbers;
    let timings = vec![
        timed("all projects", kind(), || engine.list_projects()).await?,
        timed("a project", kind(), || engine.project(project)).await?,
        timed("its settings", kind(), || engine.project_settings(project)).await?,
        timed("its plan, with a look at the folder", kind(), || engine.plan(project)).await?,
        timed("active runs", kind(), || engine.list_active_runs()).await?,
        timed("the run and what it asked", kind(), || engine.run_detail(&run)).await?,
        timed("a page of documents", kind(), || {
            engine.list_documents(project, 0, 100, "")
        })
        .await?,
        timed("a page of terms", kind(), || engine.list_terms(project, terms)).await?,
        timed("a page of occurrences", kind(), || {
            engine.list_occurrences(project, term, 0, 100)
        })
        .await?,
        timed("an entry", kind(), || engine.entry(project, Stage::Define, term)).await?,
        timed("the dashboard", kind(), || engine.dashboard(Window::Month, None)).await?,
    ];
    if engine.run(&run).await?.status != RunStatus::Running {
        return Err("the run was over before everything was asked".into());
    }
    engine.cancel_run(&run).await?;
    engine.wait_until_idle(LIMIT).await;
    for viewer in viewers {
        viewer.await?;
    }
    engine.close().await;
    Ok(timings)
}

/// Reads the log to its end, and looks whether there is more.
async fn look_on(engine: Engine, run: String) {
    let mut from = 0;
    loop {
        let query = LogQuery {
            from,
            limit: 500,
            levels: None,
        };
        let Ok(page) = engine.read_log(&run, query).await else {
            return;
        };
        from += page.records.len() as u32;
        if page.ended.is_some() && from == page.total {
            return;
        }
        if page.records.is_empty() {
            tokio::time::sleep(LOOK).await;
        }
    }
}
