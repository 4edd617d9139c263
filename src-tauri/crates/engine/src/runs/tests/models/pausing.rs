//! A budget that is spent pauses the run, and somebody lets it go on or stops it.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use super::ledger::priced;
use super::*;
use crate::runs::tests::gate::until;
use crate::runs::tests::processes::Other;
use crate::{
    AppSettings, CancelOutcome, ContinueOutcome, Engine, Error, Event, Owner, Pause, RunStatus, RunView, Scope,
};

/// Waits until a run waits for somebody's word, after the pause that began at `after`.
async fn paused(engine: &Engine, run: &str, after: &str) -> Pause {
    let mut found = None;
    until("the run waits", async || {
        let view = engine.run(run).await.unwrap();
        assert_eq!((view.error.as_ref(), view.status.is_final()), (None, false));
        found = view.paused.filter(|pause| pause.since.as_str() > after);
        found.is_some()
    })
    .await;
    found.unwrap()
}

/// A project whose model costs one for each token, and may cost so much.
async fn costly(bench: &Bench, server: &ModelServer, budget: f32, parallel: u32) -> String {
    let project = bench.project("p").await;
    let model = ask(bench, &project, &server.url()).await;
    let model = ModelSettings {
        parallel,
        ..priced(&model, Some(budget))
    };
    set(bench, &project, model).await;
    project
}

/// Every question reached the server once.
fn asked_once(server: &ModelServer) -> usize {
    let questions = server
        .requests()
        .into_iter()
        .filter(|request| request.body.contains("messages"));
    // The tag around the text of the documents is another one for each call.
    let untagged = |body: String| {
        let mut words = body.split("material-");
        let first = words.next().unwrap_or_default().to_owned();
        words.fold(first, |all, word| all + word.get(32..).unwrap_or_default())
    };
    let all: Vec<String> = questions.map(|request| untagged(request.body)).collect();
    let distinct: HashSet<&String> = all.iter().collect();
    assert_eq!(distinct.len(), all.len(), "a question was asked twice");
    all.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_has_spent_its_budget_waits_for_a_word_and_goes_on_where_it_was() {
    let bench = Bench::new().await;
    let server = server(script()).await;
    // The first question spends it.
    let project = costly(&bench, &server, 1.0, 1).await;
    let run = bench.start(&project, Scope::Full).await.id;
    let first = paused(&bench.engine, &run, "").await;
    assert!((first.budget - 1.0).abs() < 1e-9 && first.spent > 1.0, "{first:?}");
    assert_eq!(server.counts().calls, 1);
    // It is a running run for everybody, and everybody is told that it waits.
    let stored = bench.engine.list_active_runs().await.unwrap();
    assert_eq!(
        (stored[0].status, stored[0].paused.as_ref()),
        (RunStatus::Running, Some(&first))
    );
    let told = bench.observer.views(&run);
    assert!(told.iter().any(|view| view.paused.as_ref() == Some(&first)));
    // The time in which it waits is no work of its.
    tokio::time::sleep(Duration::from_millis(1_300)).await;
    assert_eq!(server.counts().calls, 1, "nothing is asked meanwhile");
    let beat = bench.engine.list_runs(None, 0, 1).await.unwrap().rows.remove(0);
    assert_eq!(beat.paused.as_ref(), Some(&first), "its heart beats on");

    for wrong in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e10] {
        let refused = bench.engine.continue_run(&run, &first.since, Some(wrong)).await;
        assert!(matches!(refused, Err(Error::InvalidSettings("budget"))), "{wrong}");
    }
    let go_on = async |pause: &Pause, more| bench.engine.continue_run(&run, &pause.since, more).await.unwrap();
    assert_eq!(go_on(&first, Some(1.0)).await, ContinueOutcome::Continued);
    // S6: a double click allows nothing twice.
    assert_eq!(go_on(&first, Some(1.0)).await, ContinueOutcome::NotPaused);
    let second = paused(&bench.engine, &run, &first.since).await;
    assert_eq!(server.counts().calls, 2);
    assert!((second.budget - first.spent - 1.0).abs() < 1e-6, "{first:?} {second:?}");
    assert_eq!(
        go_on(&first, None).await,
        ContinueOutcome::NotPaused,
        "a late answer to another pause"
    );
    assert_eq!(server.counts().calls, 2);
    assert_eq!(go_on(&second, None).await, ContinueOutcome::Continued);
    bench.settled().await;

    let detail = bench.engine.run_detail(&run).await.unwrap();
    assert_eq!((detail.run.status, detail.run.paused), (RunStatus::Completed, None));
    let (questions, cached) = asked(&bench, &run).await;
    assert_eq!((server.counts().calls, cached), (questions, 0), "none lost");
    assert_eq!(asked_once(&server), questions as usize, "none twice");
    assert_eq!(
        go_on(&second, None).await,
        ContinueOutcome::NotPaused,
        "E5: it has ended"
    );
    let unknown = bench.engine.continue_run("nothing", &second.since, None).await;
    assert!(matches!(unknown, Err(Error::RunNotFound(_))), "E5");
    // The work of the run and of the stage, without the wait.
    assert!(
        (1_300..60_000).contains(&detail.run.suspended_ms),
        "{}",
        detail.run.suspended_ms
    );
    let extract = detail
        .run
        .stages
        .iter()
        .find(|stage| stage.stage == Stage::Extract)
        .unwrap();
    assert_eq!(extract.suspended_ms, detail.run.suspended_ms);
    let log: Vec<String> = bench.log(&run).await.into_iter().map(|record| record.message).collect();
    let said = |what: &str| log.iter().filter(|line| line.contains(what)).count();
    assert_eq!(
        (said("the budget of"), said("goes on, as somebody said in the app")),
        (2, 2),
        "{log:?}"
    );
    let history: Vec<RunStatus> = detail.history.iter().map(|change| change.status).collect();
    assert_eq!(history, [RunStatus::Pending, RunStatus::Running, RunStatus::Completed]);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_are_under_way_when_the_budget_is_spent_are_finished_and_kept() {
    let bench = Bench::new().await;
    let slow = Script {
        latency_ms: 100,
        ..script()
    };
    let server = server(slow).await;
    let project = costly(&bench, &server, 1.0, 4).await;
    let run = bench.start(&project, Scope::Full).await.id;
    paused(&bench.engine, &run, "").await;
    server.until(|counts| counts.open == 0).await;
    let before = server.counts().calls;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(server.counts().calls, before);
    assert!((1..=4).contains(&before), "{before}");
    // Allowed as much again and again, it comes to its end, and every answer was paid for once.
    let mut after = String::new();
    loop {
        let view = bench.engine.run(&run).await.unwrap();
        if view.status.is_final() {
            assert_eq!(view.status, RunStatus::Completed, "{:?}", view.error);
            break;
        }
        if let Some(pause) = view.paused.filter(|pause| pause.since > after) {
            let outcome = bench
                .engine
                .continue_run(&run, &pause.since, Some(2_000.0))
                .await
                .unwrap();
            assert_eq!(outcome, ContinueOutcome::Continued);
            after = pause.since;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    bench.settled().await;
    let (questions, cached) = asked(&bench, &run).await;
    assert_eq!((server.counts().calls, cached), (questions, 0));
    assert_eq!(asked_once(&server), questions as usize);
}

/// E6 in a pause.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_waits_is_stopped_at_once_and_what_it_asked_is_not_asked_again() {
    let bench = Bench::new().await;
    let server = server(script()).await;
    let project = costly(&bench, &server, 1.0, 2).await;
    let run = bench.start(&project, Scope::Full).await.id;
    let pause = paused(&bench.engine, &run, "").await;
    let start = Instant::now();
    assert_eq!(bench.engine.cancel_run(&run).await.unwrap(), CancelOutcome::Cancelling);
    let late = bench.engine.continue_run(&run, &pause.since, None).await.unwrap();
    assert_eq!(late, ContinueOutcome::NotPaused, "it is being stopped");
    bench.settled().await;
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    let stopped = bench.engine.run(&run).await.unwrap();
    assert_eq!((stopped.status, stopped.paused), (RunStatus::Cancelled, None));
    assert!(stopped.error.is_none());
    let known = server.counts().calls;

    let again = bench.engine.resume_run(&run, "again").await.unwrap().id;
    let pause = paused(&bench.engine, &again, "").await;
    assert!((pause.budget - 1.0).abs() < 1e-9, "it meets the budget anew");
    bench.engine.continue_run(&again, &pause.since, None).await.unwrap();
    bench.settled().await;
    assert_eq!(bench.engine.run(&again).await.unwrap().status, RunStatus::Completed);
    let (questions, cached) = asked(&bench, &again).await;
    assert_eq!((server.counts().calls, cached), (known + questions, known));
    assert_eq!(asked_once(&server), (known + questions) as usize);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_waits_keeps_no_other_from_its_turn() {
    let bench = Bench::new().await;
    let settings = AppSettings {
        parallel_runs: 1,
        ..AppSettings::default()
    };
    bench.engine.set_app_settings(settings).await.unwrap();
    let server = server(script()).await;
    let project = costly(&bench, &server, 1.0, 1).await;
    let run = bench.start(&project, Scope::Full).await.id;
    let pause = paused(&bench.engine, &run, "").await;
    let other = bench.project("other").await;
    let other = bench.start(&other, Scope::Full).await.id;
    until("the other one is done", async || {
        bench.engine.run(&other).await.unwrap().status == RunStatus::Completed
    })
    .await;
    let waits = bench.engine.run(&run).await.unwrap();
    assert_eq!(waits.paused, Some(pause));
    bench.engine.cancel_run(&run).await.unwrap();
    bench.settled().await;
}

/// A run of another process that waits, as this one sees it.
async fn elsewhere(bench: &Bench, project: &str) -> (Other, RunView) {
    let other = Other::start(&bench.home, project);
    other.release();
    let mut found = None;
    until("the run of the other process waits", async || {
        let rows = bench.engine.list_runs(None, 0, 1).await.unwrap().rows;
        found = rows.into_iter().next().filter(|run| run.paused.is_some());
        found.is_some()
    })
    .await;
    (other, found.unwrap())
}

/// A server without a key: another process has no keychain to find it in.
fn open() -> Script {
    Script { key: None, ..script() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_of_another_process_waits_and_goes_on_by_a_word_from_this_one() {
    let bench = Bench::new().await;
    let server = server(open()).await;
    let project = costly(&bench, &server, 1.0, 2).await;
    bench.engine.watch();
    let (other, run) = elsewhere(&bench, &project).await;
    assert_eq!((run.owner, run.status), (Owner::CommandLine, RunStatus::Running));
    let since = run.paused.unwrap().since;
    let is_told =
        |event: &Event| matches!(event, Event::RunChanged(view) if view.id == run.id && view.paused.is_some());
    until("it is told", async || bench.observer.events().iter().any(is_told)).await;
    let start = Instant::now();
    let known = server.counts().calls;
    let outcome = bench.engine.continue_run(&run.id, &since, None).await.unwrap();
    assert_eq!(outcome, ContinueOutcome::Continued);
    server.until(|counts| counts.calls > known).await;
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    tokio::task::spawn_blocking(move || other.go()).await.unwrap();
    let (questions, _) = asked(&bench, &run.id).await;
    let done = bench.engine.run(&run.id).await.unwrap();
    assert_eq!((done.status, done.paused), (RunStatus::Completed, None));
    assert_eq!(server.counts().calls, questions);
    assert_eq!(asked_once(&server), questions as usize);
    let log = bench.log(&run.id).await;
    assert!(
        log.iter()
            .any(|record| record.message.contains("said in the app: without a limit"))
    );
    bench.engine.close().await;
}

/// C1 in a pause.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_process_dies_while_it_waits_is_interrupted_and_is_taken_up_with_what_is_left() {
    let bench = Bench::new().await;
    let server = server(open()).await;
    let project = costly(&bench, &server, 1.0, 1).await;
    let (other, run) = elsewhere(&bench, &project).await;
    // Its last sign of life comes after the beginning of the wait.
    tokio::time::sleep(Duration::from_millis(2_300)).await;
    other.kill();
    let again = bench.engine.resume_run(&run.id, "again").await.unwrap().id;
    let dead = bench.engine.run(&run.id).await.unwrap();
    assert_eq!((dead.status, dead.paused.as_ref()), (RunStatus::Interrupted, None));
    assert!((1_000..10_000).contains(&dead.suspended_ms), "{}", dead.suspended_ms);
    let extract = dead.stages.iter().find(|stage| stage.stage == Stage::Extract).unwrap();
    assert_eq!(extract.suspended_ms, dead.suspended_ms);
    let late = bench
        .engine
        .continue_run(&run.id, &run.paused.unwrap().since, None)
        .await
        .unwrap();
    assert_eq!(late, ContinueOutcome::NotPaused);

    let pause = paused(&bench.engine, &again, "").await;
    assert_eq!(
        server.counts().calls,
        2,
        "one question more, and the budget is spent again"
    );
    bench.engine.continue_run(&again, &pause.since, None).await.unwrap();
    bench.settled().await;
    let (questions, cached) = asked(&bench, &again).await;
    assert_eq!((server.counts().calls, cached), (1 + questions, 1));
    assert_eq!(asked_once(&server), (1 + questions) as usize);
}
