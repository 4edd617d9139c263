use std::collections::HashSet;
use std::path::Path;

use super::gate::Gate;
use crate::testing::{Bench, terms_by};
use crate::{
    Engine, Event, LogQuery, LogRecord, NoSink, RunStatus, Scope, Stage, StageStatus, TermEdit, TermSort, Window,
};

/// Reads a log as a viewer does: page by page, until it is complete.
async fn watch(engine: Engine, run: String, page: u32) -> Vec<LogRecord> {
    let mut records: Vec<LogRecord> = Vec::new();
    loop {
        let query = LogQuery {
            from: records.len() as u32,
            limit: page,
            levels: None,
        };
        let page = engine.read_log(&run, query).await.unwrap();
        let read = page.records.len();
        records.extend(page.records);
        if page.ended.is_some() && records.len() as u32 == page.total {
            return records;
        }
        if read == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }
}

/// W1, W2, W3
#[tokio::test(flavor = "multi_thread")]
async fn every_viewer_sees_the_whole_log_whenever_it_comes() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let run = bench.start(&project, Scope::Full).await.id;
    let early = tokio::spawn(watch(bench.engine.clone(), run.clone(), 3));
    let other_process = Engine::open(&bench.home, NoSink).await.unwrap();
    let other = tokio::spawn(watch(other_process, run.clone(), 1000));
    bench.settled().await;
    let (early, other) = (early.await.unwrap(), other.await.unwrap());
    let late = watch(bench.engine.clone(), run.clone(), 7).await;
    assert!(late.len() > 10, "the log tells of every document and term");
    assert_eq!(early, late);
    assert_eq!(other, late);
    assert!(
        late.iter()
            .enumerate()
            .all(|(index, record)| record.seq as usize == index + 1),
        "numbers without gaps"
    );

    // The live tail is the same log: nothing lost, nothing twice, and its end comes last.
    let mut told = Vec::new();
    let mut ended = None;
    for event in bench.observer.events() {
        match event {
            Event::LogAppended(log) if log.run_id == run => {
                assert!(ended.is_none(), "no record after the end");
                told.extend(log.records);
            }
            Event::LogEnded(end) if end.run_id == run => ended = Some(end),
            _ => {}
        }
    }
    assert_eq!(told, late);
    let ended = ended.expect("the end is told");
    assert_eq!((ended.status, ended.total as usize), (RunStatus::Completed, late.len()));
}

/// W4
#[tokio::test(flavor = "multi_thread")]
async fn viewers_that_never_read_keep_nobody_from_the_whole_log() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let gate = Gate::new(&bench, 1);
    let run = bench.start(&project, Scope::Full).await.id;
    gate.holds(1).await;
    let mut idle = Vec::new();
    for _ in 0..20 {
        let viewer = Engine::open(&bench.home, NoSink).await.unwrap();
        let query = LogQuery {
            from: 0,
            limit: 1,
            levels: None,
        };
        viewer.read_log(&run, query).await.unwrap();
        idle.push(viewer);
    }
    let reading = tokio::spawn(watch(bench.engine.clone(), run.clone(), 50));
    gate.open();
    bench.settled().await;
    let read = reading.await.unwrap();
    assert_eq!(bench.engine.run(&run).await.unwrap().status, RunStatus::Completed);
    let late = idle.pop().unwrap();
    assert_eq!(
        watch(late, run.clone(), 1000).await,
        read,
        "who reads late finds all of it"
    );
}

/// W5. That the answers come within 50 ms is measured: `cargo bench -p genglossary-engine --bench speed -- watched`.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn everything_else_answers_while_a_run_is_stuck_and_is_watched() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    bench.completed(&project, Scope::Full).await;
    bench.change("p");
    let gate = Gate::new(&bench, 1);
    let run = bench.start(&project, Scope::Full).await.id;
    gate.holds(1).await;
    let viewers: Vec<_> = (0..10)
        .map(|_| tokio::spawn(watch(bench.engine.clone(), run.clone(), 10)))
        .collect();
    let engine = &bench.engine;
    let everything = async {
        engine.list_projects().await.unwrap();
        engine.project(&project).await.unwrap();
        engine.plan(&project).await.unwrap();
        engine.app_settings().await.unwrap();
        engine.project_settings(&project).await.unwrap();
        engine.list_active_runs().await.unwrap();
        engine.list_documents(&project, 0, 10, "").await.unwrap();
        let terms = terms_by(TermSort::Score, 10);
        let term = engine.list_terms(&project, &terms).await.unwrap().rows.remove(0);
        engine.list_occurrences(&project, &term.key, 0, 10).await.unwrap();
        bench.engine.dashboard(Window::Month, None).await.unwrap();
        bench
            .decide(
                &project,
                &[&term.key],
                TermEdit::Note {
                    note: Some("looked at".to_owned()),
                },
            )
            .await;
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), everything)
        .await
        .expect("nobody waits for the run");
    assert_eq!(engine.run(&run).await.unwrap().status, RunStatus::Running);
    gate.open();
    bench.settled().await;
    for viewer in viewers {
        assert!(!viewer.await.unwrap().is_empty());
    }
}

/// W6
#[tokio::test(flavor = "multi_thread")]
async fn the_end_carries_the_stored_status_and_nothing_says_running_after_it() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let run = bench.completed(&project, Scope::Full).await;
    let views = bench.observer.views(&run.id);
    assert!(
        views.windows(2).all(|pair| pair[0].revision < pair[1].revision),
        "every view is newer than the last"
    );
    let ends = views.iter().position(|view| view.status.is_final()).unwrap();
    assert!(views[ends..].iter().all(|view| view.status == RunStatus::Completed));
    assert_eq!(views.last(), Some(&run), "the last view is what is stored");
}

/// W7
#[tokio::test(flavor = "multi_thread")]
async fn every_event_names_its_project_and_run() {
    let bench = Bench::new().await;
    let (a, b) = (bench.project("a").await, bench.project("b").await);
    let (run_a, run_b) = (
        bench.start(&a, Scope::Full).await.id,
        bench.start(&b, Scope::Full).await.id,
    );
    bench.settled().await;
    let known = HashSet::from([(a.clone(), run_a), (b.clone(), run_b)]);
    let mut refreshed = HashSet::new();
    for event in bench.observer.events() {
        match event {
            Event::RunChanged(run) => assert!(known.contains(&(run.project_id, run.id))),
            Event::LogAppended(log) => assert!(known.contains(&(log.project_id, log.run_id))),
            Event::LogEnded(end) => assert!(known.contains(&(end.project_id, end.run_id))),
            Event::ProjectChanged(project) => _ = refreshed.insert(project.project_id),
            Event::PullChanged(pull) => panic!("{pull:?}"),
        }
    }
    assert_eq!(
        refreshed,
        HashSet::from([a, b]),
        "the end of a run refreshes its project, whoever looks"
    );
}

/// W8
#[tokio::test(flavor = "multi_thread")]
async fn progress_reaches_n_of_n_also_when_files_are_skipped() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let folder = bench.engine.project_folder(&project).await.unwrap();
    std::fs::write(folder.join("photo.png"), "x").unwrap();
    std::fs::write(folder.join("binary.txt"), [0_u8; 64]).unwrap();
    let run = bench.completed(&project, Scope::Full).await;
    for stage in &run.stages {
        assert_eq!(
            (stage.status, stage.done),
            (StageStatus::Completed, stage.total),
            "{:?}",
            stage.stage
        );
    }
    assert_eq!(run.stages[0].total, 5, "three documents and two skipped files");
    let first = bench
        .observer
        .views(&run.id)
        .into_iter()
        .find(|view| view.stages[0].status == StageStatus::Running);
    assert!(
        first.is_some_and(|view| view.stages[0].done == 0),
        "the stage is visible before its first unit is done"
    );
}

/// W9
#[tokio::test(flavor = "multi_thread")]
async fn an_observer_that_panics_stops_nothing() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    bench.observer.on_event(|_| panic!("a broken observer"));
    let run = bench.completed(&project, Scope::Full).await;
    assert!(!bench.log(&run.id).await.is_empty());
}

/// W10
#[tokio::test(flavor = "multi_thread")]
async fn every_record_and_every_status_has_a_utc_time_of_one_format() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let run = bench.completed(&project, Scope::Full).await;
    let history = bench.engine.run_detail(&run.id).await.unwrap().history;
    let times = bench.log(&run.id).await.into_iter().map(|record| record.time);
    let times: Vec<_> = times
        .chain(history.into_iter().map(|change| change.at))
        .chain(run.started_at)
        .collect();
    for time in &times {
        assert!(
            time.len() == 24 && time.ends_with('Z') && time.parse::<jiff::Timestamp>().is_ok(),
            "{time}"
        );
    }
}

/// W11
#[tokio::test(flavor = "multi_thread")]
async fn the_log_stays_after_the_end_and_after_a_restart() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let run = bench.completed(&project, Scope::Full).await.id;
    let log = bench.log(&run).await;
    bench.engine.close().await;
    let next = Engine::open(&bench.home, NoSink).await.unwrap();
    assert_eq!(watch(next, run.clone(), 100).await, log);
    let file = std::fs::read_to_string(bench.home.join("logs").join(format!("{run}.log"))).unwrap();
    assert_eq!(
        file.lines().count(),
        log.len(),
        "one line per record, readable with any pager"
    );
}

/// D1
#[tokio::test(flavor = "multi_thread")]
async fn two_files_of_one_name_in_two_folders_are_two_documents() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    bench.completed(&project, Scope::Load).await;
    let page = bench.engine.list_documents(&project, 0, 10, "seeds").await.unwrap();
    let paths: Vec<_> = page.rows.into_iter().map(|row| row.path).collect();
    assert_eq!(paths, ["guide/seeds.md", "notes/seeds.md"]);
}

/// D8 and D13
#[tokio::test(flavor = "multi_thread")]
async fn results_and_logs_name_no_path_outside_the_project() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let run = bench.completed(&project, Scope::Full).await;
    let folder = bench.engine.project_folder(&project).await.unwrap();
    let parent = folder.parent().unwrap().display().to_string();
    assert!(!bench.results(&project).await.contains(&parent));
    assert!(
        bench
            .log(&run.id)
            .await
            .iter()
            .all(|record| !record.message.contains(&parent))
    );
    for event in bench.observer.events() {
        assert!(!format!("{event:?}").contains(&parent), "{event:?}");
    }
    assert!(
        bench.home.starts_with(Path::new(&parent)),
        "the data folder of a test is its own"
    );
}

/// D12
#[tokio::test(flavor = "multi_thread")]
async fn a_stage_is_drawn_as_what_it_is_at_every_moment() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let run = bench.completed(&project, Scope::Full).await;
    for view in bench.observer.views(&run.id) {
        let statuses: Vec<_> = view.stages.iter().map(|stage| stage.status).collect();
        let running = statuses
            .iter()
            .filter(|status| **status == StageStatus::Running)
            .count();
        assert!(running <= 1, "one stage at a time: {statuses:?}");
        let order = |status: &StageStatus| match status {
            StageStatus::Completed => 0,
            StageStatus::Running => 1,
            _ => 2,
        };
        assert!(
            statuses.iter().map(order).is_sorted(),
            "done, then running, then waiting: {statuses:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_badge_names_the_stages_that_a_single_stage_left_behind() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let detail = bench.engine.project(&project).await.unwrap();
    assert_eq!(detail.summary.state, crate::ProjectState::NotRun);
    bench.completed(&project, Scope::Full).await;
    let detail = bench.engine.project(&project).await.unwrap();
    assert_eq!(
        (detail.summary.state, detail.stale),
        (crate::ProjectState::UpToDate, vec![])
    );
    bench.completed(&project, Scope::Extract).await;
    assert_eq!(
        bench.engine.project(&project).await.unwrap().stale,
        [],
        "the same documents give the same terms, and nothing is out of date"
    );
    bench.change("p");
    bench.completed(&project, Scope::Load).await;
    bench.completed(&project, Scope::Extract).await;
    let detail = bench.engine.project(&project).await.unwrap();
    assert_eq!(detail.summary.state, crate::ProjectState::NeedsRerun);
    assert_eq!(detail.stale, [Stage::Define, Stage::Review, Stage::Refine]);
    bench.completed(&project, Scope::FromTerms).await;
    assert_eq!(bench.engine.project(&project).await.unwrap().stale, []);
}

/// The same documents give the same bytes.
#[tokio::test(flavor = "multi_thread")]
async fn two_runs_over_the_same_documents_give_the_same_results() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    bench.completed(&project, Scope::Full).await;
    let first = bench.results(&project).await;
    bench.completed(&project, Scope::Full).await;
    assert_eq!(bench.results(&project).await, first);
}
