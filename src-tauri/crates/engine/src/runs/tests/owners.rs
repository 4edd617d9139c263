use std::time::Duration;

use sqlx::AssertSqlSafe;

use super::gate::{Gate, until};
use crate::runs::owner::Process;
use crate::testing::{Bench, Observer};
use crate::{CancelOutcome, Engine, Error, Owner, RunStatus, Scope, Trigger};

/// A run that another process seems to be at, with a sign of life from long ago.
async fn run_of(bench: &Bench, project: &str, process: &Process) -> String {
    let run = bench.completed(project, Scope::Load).await.id;
    let Process { boot, pid, started } = process;
    let mut tx = bench.engine.store().write().await.unwrap();
    let sql = format!(
        "UPDATE run SET status = 'running', finished_at = NULL, heartbeat_at = '2020-01-01T00:00:00.000Z',
             owner_kind = 'command_line', owner_boot = '{boot}', owner_pid = {pid}, owner_started = {started}
         WHERE id = '{run}'"
    );
    sqlx::query(AssertSqlSafe(sql)).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    run
}

fn sleeper() -> std::process::Child {
    std::process::Command::new("sleep").arg("600").spawn().unwrap()
}

/// C2 and C5: identity decides, not the age of the last sign of life, which is old when the machine slept.
#[tokio::test(flavor = "multi_thread")]
async fn a_live_owner_is_left_alone_however_old_its_last_sign_of_life() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let mut other = sleeper();
    let run = run_of(&bench, &project, &Process::of(other.id())).await;
    let next = Engine::open(&bench.home, Observer::default()).await.unwrap();
    let view = next.run(&run).await.unwrap();
    assert_eq!((view.status, view.owner), (RunStatus::Running, Owner::CommandLine));
    let refused = next.start_run(&project, Scope::Load, Trigger::User, "next").await;
    assert!(matches!(refused, Err(Error::RunActive { run: active }) if active == run));
    assert_eq!(
        next.force_stop_run(&run).await.unwrap(),
        CancelOutcome::Cancelling,
        "nobody but its process can end its work"
    );
    assert!(next.run(&run).await.unwrap().cancel_requested_at.is_some());

    other.kill().unwrap();
    other.wait().unwrap();
    assert_eq!(
        next.force_stop_run(&run).await.unwrap(),
        CancelOutcome::AlreadyFinished,
        "a dead owner is settled on the way"
    );
    let view = next.run(&run).await.unwrap();
    assert_eq!(view.status, RunStatus::Interrupted);
    assert_eq!(view.finished_at.as_deref(), Some("2020-01-01T00:00:00.000Z"));
    assert_eq!(view.stop_reason, None);
}

/// C2
#[tokio::test(flavor = "multi_thread")]
async fn a_later_process_with_the_same_pid_or_of_another_boot_is_not_the_owner() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let mut other = sleeper();
    let process = Process::of(other.id());
    let reused = Process {
        started: process.started - 500,
        ..process.clone()
    };
    let other_boot = Process {
        boot: "an earlier boot".to_owned(),
        ..process
    };
    let own_pid = Process {
        started: Process::this().started - 500,
        ..Process::this().clone()
    };
    for dead in [reused, other_boot, own_pid] {
        let run = run_of(&bench, &project, &dead).await;
        let next = Engine::open(&bench.home, Observer::default()).await.unwrap();
        let view = next.run(&run).await.unwrap();
        assert_eq!(view.status, RunStatus::Interrupted, "{dead:?}");
        assert!(next.start_run(&project, Scope::Load, Trigger::User, &run).await.is_ok());
        assert!(next.wait_until_idle(Duration::from_mins(1)).await);
    }
    other.kill().unwrap();
    other.wait().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_says_whose_run_it_is_and_whether_its_results_are_kept() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let run = bench.completed(&project, Scope::Full).await;
    assert_eq!((run.owner, run.suspended_ms, run.resumes), (Owner::This, 0, None));
    let mut tx = bench.engine.store().write().await.unwrap();
    for sql in [
        "DELETE FROM promotion",
        "INSERT INTO promotion (project_id, run_id, restored, at) SELECT project_id, id, 0, created_at FROM run",
    ] {
        sqlx::query(sql).execute(&mut *tx).await.unwrap();
    }
    tx.commit().await.unwrap();
    assert!(
        !bench.engine.run(&run.id).await.unwrap().has_results,
        "a set that is gone"
    );
    let mut tx = bench.engine.store().write().await.unwrap();
    let set = "INSERT INTO promotion_generation (promotion_id, stage, generation_id)
               SELECT p.id, g.stage, g.id FROM promotion p JOIN generation g ON g.run_id = p.run_id";
    sqlx::query(set).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    assert!(bench.engine.run(&run.id).await.unwrap().has_results);
}

/// C5: what the machine slept belongs to the run and to the stage that it was in.
#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn time_asleep_is_stored_with_the_run() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let gate = Gate::new(&bench, 1);
    let run = bench.start(&project, Scope::Load).await;
    gate.holds(1).await;
    let live = bench.engine.runs().get(&run.id).unwrap();
    live.stage(crate::Stage::Load, |stage| stage.status = crate::StageStatus::Running);
    *bench.engine.runs().sleep.lock().unwrap() = Duration::from_hours(1);
    until("the sleep is noticed", async || live.view().suspended_ms > 0).await;
    gate.open();
    bench.settled().await;
    let run = bench.engine.run(&run.id).await.unwrap();
    // The two clocks are read one after the other.
    let hour = 3_599_990..=3_600_010;
    assert!(hour.contains(&run.suspended_ms), "{}", run.suspended_ms);
    assert_eq!(run.stages[0].suspended_ms, run.suspended_ms);
}
