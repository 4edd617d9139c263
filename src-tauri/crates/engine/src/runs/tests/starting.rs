use super::gate::Gate;
use crate::testing::{Bench, Observer};
use crate::{Engine, Error, Event, NoSink, ProjectSettings, RunStatus, Scope, Trigger};

/// S1
#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_parallel_starts_one_wins_and_the_rest_learn_its_id() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    // The one that wins is not over before the last has asked.
    let gate = Gate::new(&bench, 1);
    let starts = (0..100).map(|number| {
        let (engine, project) = (bench.engine.clone(), project.clone());
        tokio::spawn(async move {
            engine
                .start_run(&project, Scope::Full, Trigger::User, &format!("request {number}"))
                .await
        })
    });
    let mut won = Vec::new();
    let mut told = Vec::new();
    for start in starts.collect::<Vec<_>>() {
        match start.await.unwrap() {
            Ok(run) => won.push(run.id),
            Err(Error::RunActive { run }) => told.push(run),
            Err(error) => panic!("{error}"),
        }
    }
    gate.open();
    bench.settled().await;
    assert_eq!((won.len(), told.len()), (1, 99));
    assert!(
        told.iter().all(|id| *id == won[0]),
        "every loser is told of the run that won"
    );
    let runs = bench.engine.list_runs(Some(&project), 0, 200).await.unwrap();
    assert_eq!((runs.total, &runs.rows[0].id), (1, &won[0]), "one row");
}

/// S3
#[tokio::test(flavor = "multi_thread")]
async fn a_stop_before_the_worker_begins_takes_effect() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    // Another process asks for the stop while the row is there and the worker is not.
    let home = bench.home.clone();
    bench.observer.on_event(move |event| {
        if let Event::RunChanged(run) = event
            && run.status == RunStatus::Pending
            && run.revision == 1
        {
            let (home, id) = (home.clone(), run.id.clone());
            let other = std::thread::spawn(move || {
                let runtime = tokio::runtime::Runtime::new().unwrap();
                runtime.block_on(async {
                    Engine::open(&home, NoSink)
                        .await
                        .unwrap()
                        .cancel_run(&id)
                        .await
                        .unwrap();
                });
            });
            other.join().unwrap();
        }
    });
    let run = bench.run(&project, Scope::Full).await;
    assert_eq!(run.status, RunStatus::Cancelled);
    assert!(
        run.stages.iter().all(|stage| stage.started_at.is_none()),
        "no stage was begun"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_that_cannot_read_its_input_fails_the_run_with_the_original_error() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    for stage in [Scope::Load, Scope::Extract, Scope::Define] {
        bench.completed(&project, stage).await;
    }
    let mut tx = bench.engine.store().write().await.unwrap();
    sqlx::query("UPDATE entry_row SET evidence = 'not JSON'")
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let run = bench.run(&project, Scope::Review).await;
    assert_eq!(run.status, RunStatus::Failed);
    let error = run.error.expect("a failed run says why");
    assert_eq!(error.code, "internal");
    assert!(
        error.detail.is_some_and(|detail| detail.contains("JSON")),
        "the original error is not masked"
    );
    assert!(run.finished_at.is_some());
}

/// S6
#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_again_returns_the_same_run() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let start = || {
        bench
            .engine
            .start_run(&project, Scope::Full, Trigger::User, "one click")
    };
    let (first, second) = tokio::join!(start(), start());
    let (first, second) = (first.unwrap().id, second.unwrap().id);
    assert_eq!(first, second, "a double click");
    bench.settled().await;
    assert_eq!(
        start().await.unwrap().id,
        first,
        "a page that re-sends it after the end"
    );
    assert_eq!(bench.engine.list_runs(Some(&project), 0, 10).await.unwrap().total, 1);
}

/// S7
#[tokio::test(flavor = "multi_thread")]
async fn two_projects_run_side_by_side_and_never_mix() {
    let bench = Bench::new().await;
    let (a, b) = (bench.project("a").await, bench.project("b").await);
    std::fs::write(
        bench.documents("b").join("only-b.txt"),
        "A zymometer is a device that measures fermentation.\n",
    )
    .unwrap();
    let few = ProjectSettings {
        max_terms: Some(3),
        ..ProjectSettings::default()
    };
    bench.engine.set_project_settings(&a, few).await.unwrap();
    let stopped = a.clone();
    bench.stop_when(move |run| run.project_id == stopped && run.stages[1].done > 0);
    let (run_a, run_b) = (bench.start(&a, Scope::Full).await, bench.start(&b, Scope::Full).await);
    bench.settled().await;
    let [run_a, run_b] = [
        bench.engine.run(&run_a.id).await.unwrap(),
        bench.engine.run(&run_b.id).await.unwrap(),
    ];
    assert_eq!(
        (run_a.status, run_b.status),
        (RunStatus::Cancelled, RunStatus::Completed),
        "stopping one project does not touch the other"
    );
    bench.completed(&a, Scope::Full).await;
    assert!(bench.results(&b).await.contains("zymometer"));
    assert!(!bench.results(&a).await.contains("zymometer"));
    let count = async |project: &str| bench.engine.project(project).await.unwrap().summary.counts.terms;
    assert!(count(&a).await < count(&b).await, "each ran with its own settings");
    for event in bench.observer.events() {
        if let Event::LogAppended(log) = event {
            assert_eq!(
                log.project_id == b,
                log.run_id == run_b.id,
                "records name the project of their run"
            );
        }
    }
}

/// S8
#[tokio::test(flavor = "multi_thread")]
async fn settings_that_change_during_a_run_do_not_change_the_run() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let (engine, id) = (bench.engine.clone(), project.clone());
    let changed = std::sync::Once::new();
    bench.observer.on_event(move |event| {
        if let Event::RunChanged(_) = event {
            changed.call_once(|| {
                let settings = ProjectSettings {
                    max_terms: Some(1),
                    ..ProjectSettings::default()
                };
                blocking(async { engine.set_project_settings(&id, settings).await.unwrap() });
            });
        }
    });
    let run = bench.completed(&project, Scope::Full).await;
    let terms = bench
        .engine
        .project(&project)
        .await
        .unwrap()
        .summary
        .counts
        .terms
        .unwrap();
    assert!(terms > 1, "the run kept the settings that it was started with");
    assert_eq!(
        bench.engine.run_settings(&run.id).await.unwrap(),
        ProjectSettings::default()
    );
    bench.completed(&project, Scope::Full).await;
    assert_eq!(
        bench.engine.project(&project).await.unwrap().summary.counts.terms,
        Some(1),
        "the next one has the new"
    );
}

/// S9
#[tokio::test(flavor = "multi_thread")]
async fn a_run_without_documents_fails_says_so_and_changes_nothing() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    bench.completed(&project, Scope::Full).await;
    let before = bench.results(&project).await;
    bench.remove("p");
    let gone = bench.run(&project, Scope::Full).await;
    assert_eq!(
        (gone.status, gone.error.unwrap().code.as_str()),
        (RunStatus::Failed, "folder_not_found")
    );
    let folder = bench.engine.project_folder(&project).await.unwrap();
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("photo.png"), [0x89, b'P', b'N', b'G']).unwrap();
    let empty = bench.run(&project, Scope::Full).await;
    let error = empty.error.unwrap();
    assert_eq!((empty.status, error.code.as_str()), (RunStatus::Failed, "no_documents"));
    assert_eq!(error.params["skipped"], "1");
    assert_eq!(bench.results(&project).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_range_that_starts_in_the_middle_needs_what_lies_before_it() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    for (scope, stage) in [
        (Scope::Extract, "load"),
        (Scope::FromTerms, "extract"),
        (Scope::Refine, "review"),
    ] {
        let error = bench.run(&project, scope).await.error.unwrap();
        assert_eq!(
            (error.code.as_str(), error.params["stage"].as_str()),
            ("no_input", stage)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_of_a_dead_process_is_interrupted_at_its_last_sign_of_life() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let run = bench.completed(&project, Scope::Full).await;
    let mut tx = bench.engine.store().write().await.unwrap();
    sqlx::query("UPDATE run SET status = 'running', finished_at = NULL, owner_started = 1, heartbeat_at = '2020'")
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let next = Engine::open(&bench.home, Observer::default()).await.unwrap();
    let found = next.run(&run.id).await.unwrap();
    assert_eq!(
        (found.status, found.finished_at.as_deref()),
        (RunStatus::Interrupted, Some("2020"))
    );
    let again = next.start_run(&project, Scope::Load, Trigger::User, "next").await;
    assert!(again.is_ok(), "the next start succeeds");
    next.stop_all(std::time::Duration::from_secs(30), crate::StopReason::User)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_dies_while_the_app_is_open_blocks_nothing() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let run = bench.completed(&project, Scope::Full).await;
    let die = "UPDATE run SET status = 'running', finished_at = NULL, heartbeat_at = '2020-01-01T00:00:00.000Z'";
    // First another process, then this one: a row of ours that no worker stands behind.
    for owner in ["owner_started = 1, owner_pid = 1", "owner_pid = owner_pid"] {
        let mut tx = bench.engine.store().write().await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(format!("{die}, {owner} WHERE id = '{}'", run.id)))
            .execute(&mut *tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(
            bench.engine.cancel_run(&run.id).await.unwrap(),
            crate::CancelOutcome::AlreadyFinished,
            "{owner}"
        );
        assert_eq!(bench.engine.run(&run.id).await.unwrap().status, RunStatus::Interrupted);
    }
    bench.completed(&project, Scope::Load).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_forms_of_one_term_at_one_place_are_one_occurrence() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let text = "The U.S. Navy keeps seeds. In the U.S, law differs. U.S. law and the D.C. office, the D.C, agree.\n";
    std::fs::write(bench.documents("p").join("us.txt"), text).unwrap();
    for term in ["U.S.", "D.C.", "seeds"] {
        bench.engine.require_term(&project, term).await.unwrap();
    }
    bench.completed(&project, Scope::Full).await;
}

/// Waits for a future inside an observer, which is called from the worker of the runtime.
fn blocking<T>(future: impl Future<Output = T>) -> T {
    tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(future))
}
