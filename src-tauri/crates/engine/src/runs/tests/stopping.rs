use std::time::Duration;

use super::gate::{Gate, until};
use crate::runs::record::{self, Change, Sign, Transition};
use crate::testing::Bench;
use crate::{CancelOutcome, Event, RunStatus, Scope, Stage, StageStatus, StopReason};

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn a_worker_that_is_stuck_is_given_up_and_writes_nothing_any_more() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let gate = Gate::new(&bench, 1);
    let stuck = bench.start(&project, Scope::Full).await;
    gate.holds(1).await;
    assert_eq!(
        bench.engine.cancel_run(&stuck.id).await.unwrap(),
        CancelOutcome::Cancelling
    );
    let view = bench.engine.run(&stuck.id).await.unwrap();
    assert!(view.cancelling && view.cancel_requested_at.is_some());
    assert_eq!(
        bench.engine.force_stop_run(&stuck.id).await.unwrap(),
        CancelOutcome::Cancelling
    );
    let forced = bench.engine.run(&stuck.id).await.unwrap();
    assert_eq!(
        (forced.status, forced.stop_reason.as_deref()),
        (RunStatus::Cancelled, Some("forced"))
    );
    assert!(forced.finished_at.is_some() && forced.error.is_none());
    assert_eq!(
        bench.engine.force_stop_run(&stuck.id).await.unwrap(),
        CancelOutcome::AlreadyFinished
    );
    let mut tx = bench.engine.store().write().await.unwrap();
    assert!(!record::still_active(&mut tx, &stuck.id).await.unwrap());
    drop(tx);

    let next = bench.completed(&project, Scope::Full).await;
    let (results, log) = (bench.results(&project).await, bench.log(&stuck.id).await);
    let told = bench.observer.views(&stuck.id).len();
    gate.open();
    // Time for the stuck worker to do what it still would.
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(bench.log(&stuck.id).await, log, "its log is closed");
    assert_eq!(
        bench.observer.views(&stuck.id).len(),
        told,
        "nothing more is told of it"
    );
    assert_eq!(bench.engine.run(&stuck.id).await.unwrap(), forced);
    assert_eq!(bench.results(&project).await, results);
    let ends: Vec<_> = bench
        .observer
        .events()
        .into_iter()
        .filter_map(|event| match event {
            Event::LogEnded(end) if end.run_id == stuck.id => Some((end.status, end.total as usize)),
            _ => None,
        })
        .collect();
    assert_eq!(
        ends,
        [(RunStatus::Cancelled, log.len())],
        "one end, with the stored status"
    );
    assert_eq!(bench.engine.list_active_runs().await.unwrap(), []);
    assert_ne!(next.id, stuck.id);
}

/// E2: both orders of the last moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn of_a_stop_and_an_end_at_the_same_moment_the_stored_end_counts() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let gate = Gate::new(&bench, 1);
    let run = bench.start(&project, Scope::Load).await.id;
    gate.holds(1).await;
    let store = bench.engine.store();
    // The request is stored first, then the end of the work: everything was done, so it is completed.
    let asked = record::request_cancel(store, &run, "2026-01-01T00:00:00.000Z").await;
    assert_eq!(asked.unwrap(), Transition::Updated);
    let mut tx = store.write().await.unwrap();
    let done = record::transition(&mut tx, &run, &Change::to(RunStatus::Completed)).await;
    assert_eq!(done.unwrap(), Transition::Updated);
    // The other order: what is completed is not cancelled, and the request finds it ended.
    let late = record::transition(&mut tx, &run, &Change::to(RunStatus::Cancelled)).await;
    assert_eq!(late.unwrap(), Transition::Refused(RunStatus::Completed));
    tx.commit().await.unwrap();
    let late = record::request_cancel(store, &run, "2026-01-01T00:00:01.000Z").await;
    assert_eq!(late.unwrap(), Transition::Refused(RunStatus::Completed));
    assert_eq!(record::heartbeat(store, &run, &[], 0, &[]).await.unwrap(), Sign::Over);
    assert_eq!(record::look(store, &run).await.unwrap(), Sign::Over);
    gate.open();
    bench.settled().await;
    let run = bench.engine.run(&run).await.unwrap();
    assert_eq!(
        (run.status, run.cancelling, run.stop_reason),
        (RunStatus::Completed, false, None),
        "the worker's own end comes too late as well"
    );
}

/// E15: the history says why.
#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn a_stop_for_the_end_of_the_process_says_so() {
    for reason in [StopReason::Closing, StopReason::Signal, StopReason::User] {
        let bench = Bench::new().await;
        let project = bench.project("p").await;
        let gate = Gate::new(&bench, 1);
        let run = bench.start(&project, Scope::Full).await.id;
        gate.holds(1).await;
        let engine = bench.engine.clone();
        let stop = tokio::spawn(async move { engine.stop_all(Duration::from_mins(1), reason).await });
        until("it is asked", async || bench.engine.run(&run).await.unwrap().cancelling).await;
        gate.open();
        assert!(stop.await.unwrap());
        let detail = bench.engine.run_detail(&run).await.unwrap();
        assert_eq!(detail.run.status, RunStatus::Cancelled);
        assert_eq!(detail.run.stop_reason, Some(reason.as_text()));
        let last = detail.history.last().unwrap();
        let actor = if reason == StopReason::User { "user" } else { "system" };
        assert_eq!(
            (last.reason.clone(), last.actor.as_str()),
            (Some(reason.as_text()), actor)
        );
    }
}

/// S4
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_panics_at_once_ends_as_a_failed_run() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    bench.engine.runs().fault.set(|| panic!("a broken worker"));
    let run = bench.run(&project, Scope::Full).await;
    let error = run.error.expect("a failed run says why");
    assert_eq!(
        (run.status, error.detail.as_deref()),
        (RunStatus::Failed, Some("a broken worker"))
    );
    assert!(run.finished_at.is_some());
    assert!(run.stages.iter().all(|stage| stage.status == StageStatus::Waiting));
    let ended = |event: &Event| matches!(event, Event::LogEnded(end) if end.status == RunStatus::Failed);
    assert!(bench.observer.events().iter().any(ended), "the end is told");
    bench.completed(&project, Scope::Full).await;
}

/// A panic in the middle of a run: that stage is the one that failed, and the glossary of before stays.
#[tokio::test(flavor = "multi_thread")]
async fn a_stage_that_panics_fails_its_run_and_changes_nothing() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    bench.completed(&project, Scope::Full).await;
    let before = bench.results(&project).await;
    bench.change("p");
    bench
        .engine
        .runs()
        .fault
        .set_in(Stage::Review, || panic!("a broken review"));
    let run = bench.run(&project, Scope::Full).await;
    let error = run.error.expect("a failed run says why");
    assert_eq!(
        (run.status, error.detail.as_deref()),
        (RunStatus::Failed, Some("a broken review"))
    );
    let status = |stage: Stage| run.stages.iter().find(|view| view.stage == stage).unwrap().status;
    assert_eq!(
        [Stage::Define, Stage::Review, Stage::Refine].map(status),
        [StageStatus::Completed, StageStatus::Failed, StageStatus::Waiting]
    );
    assert_eq!(bench.results(&project).await, before);
    bench.completed(&project, Scope::Full).await;
    assert_ne!(bench.results(&project).await, before);
}

/// S4: the worker cannot even begin its log.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_without_a_place_for_its_log_fails_and_names_the_place() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let logs = bench.home.join("logs");
    std::fs::remove_dir_all(&logs).unwrap();
    std::fs::write(&logs, "in the way").unwrap();
    let run = bench.run(&project, Scope::Load).await;
    let error = run.error.unwrap();
    assert_eq!(
        (run.status, error.code.as_str()),
        (RunStatus::Failed, "data_folder_read_only")
    );
    assert!(error.params["path"].contains(&run.id));
    std::fs::remove_file(&logs).unwrap();
    std::fs::create_dir(&logs).unwrap();
    bench.completed(&project, Scope::Load).await;
}

/// S5: no connection that the worker could use can be opened. The one that is open tells the end.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_cannot_open_the_database_fails_through_another_connection() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let (database, away) = (bench.home.join("genglossary.db"), bench.home.join("away.db"));
    let (readers, from, to) = (bench.engine.store().reader().clone(), database.clone(), away.clone());
    bench.engine.runs().fault.set(move || {
        let close_all = async {
            let mut all = Vec::new();
            while all.len() < readers.options().get_max_connections() as usize {
                all.push(readers.acquire().await.unwrap());
            }
            std::fs::rename(from, to).unwrap();
            for reader in all {
                reader.close().await.unwrap();
            }
        };
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(close_all));
    });
    let run = bench.start(&project, Scope::Full).await.id;
    bench.settled().await;
    let ended = bench.observer.views(&run).pop().unwrap();
    assert_eq!(
        (ended.status, ended.error.map(|error| error.code)),
        (RunStatus::Failed, Some("data_folder_read_only".to_owned()))
    );
    assert!(bench.engine.runs().get(&run).is_none(), "nothing is left of it");
    std::fs::rename(away, database).unwrap();
    let stored = bench.engine.run(&run).await.unwrap();
    assert_eq!(stored.status, RunStatus::Failed);
    assert!(stored.error.is_some() && stored.finished_at.is_some());
    bench.completed(&project, Scope::Full).await;
}
