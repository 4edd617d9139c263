//! Two real processes on one data folder.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Once;
use std::time::Duration;

use super::gate::until;
use crate::testing::{Bench, Observer};
use crate::{AppSettings, Engine, Event, LogQuery, Owner, Program, RunStatus, RunView, Scope, Stage, Trigger};

const HOME: &str = "GENGLOSSARY_TEST_HOME";
const PROJECT: &str = "GENGLOSSARY_TEST_PROJECT";

/// Another process that runs a project and stops in the middle until it may go on.
pub(super) struct Other {
    child: Child,
    go: PathBuf,
}

impl Other {
    pub(super) fn start(home: &Path, project: &str) -> Self {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "runs::tests::processes::the_other_process", "--nocapture"])
            .env(HOME, home)
            .env(PROJECT, project)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self {
            child,
            go: home.join("go"),
        }
    }

    /// Lets it go on.
    pub(super) fn release(&self) {
        std::fs::write(&self.go, "").unwrap();
    }

    /// Lets it go on and waits for its end.
    pub(super) fn go(mut self) {
        self.release();
        assert!(self.child.wait().unwrap().success());
    }

    pub(super) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// What the tests below run in another process. As a test by itself it does nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_other_process() {
    let (Some(home), Ok(project)) = (std::env::var_os(HOME), std::env::var(PROJECT)) else {
        return;
    };
    let (home, observer, held) = (PathBuf::from(home), Observer::default(), Once::new());
    let go = home.join("go");
    observer.on_event(move |event| {
        if matches!(event, Event::RunChanged(run) if run.status == RunStatus::Running) {
            held.call_once(|| {
                tokio::task::block_in_place(|| {
                    while !go.exists() {
                        std::thread::sleep(Duration::from_millis(10));
                    }
                });
            });
        }
    });
    let engine = Engine::open_for(Program::CommandLine, &home, observer).await.unwrap();
    engine.attend();
    engine
        .start_run(&project, Scope::Full, Trigger::User, "the other process")
        .await
        .unwrap();
    assert!(engine.wait_until_idle(Duration::from_mins(1)).await);
    engine.close().await;
}

async fn seen(bench: &Bench, status: RunStatus) -> RunView {
    until("the run of the other process is seen", async || {
        bench
            .engine
            .list_runs(None, 0, 1)
            .await
            .unwrap()
            .rows
            .first()
            .is_some_and(|run| run.status == status)
    })
    .await;
    bench.engine.list_runs(None, 0, 1).await.unwrap().rows.remove(0)
}

/// W1 to W3 and W6 across processes
#[tokio::test(flavor = "multi_thread")]
async fn a_run_of_another_process_is_told_as_it_happens_and_once() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    bench.engine.watch();
    bench.engine.watch();
    let other = Other::start(&bench.home, &project);
    let run = seen(&bench, RunStatus::Running).await;
    assert_eq!(run.owner, Owner::CommandLine);
    until("its work is told while it goes on", async || {
        bench
            .observer
            .views(&run.id)
            .iter()
            .any(|view| view.status == RunStatus::Running)
    })
    .await;
    other.go();
    let ended = |event: &Event| matches!(event, Event::LogEnded(end) if end.run_id == run.id);
    until("its end is told", async || {
        let events = bench.observer.events();
        let end = events.iter().position(ended);
        end.is_some_and(|end| {
            events[end..]
                .iter()
                .any(|event| matches!(event, Event::ProjectChanged(_)))
        })
    })
    .await;
    let own = bench.completed(&project, Scope::Load).await;
    // Two more looks: nothing is told twice.
    tokio::time::sleep(Duration::from_millis(1_200)).await;

    let views = bench.observer.views(&run.id);
    assert!(views.windows(2).all(|pair| pair[0].revision < pair[1].revision));
    assert_eq!(views.last().map(|view| view.status), Some(RunStatus::Completed));
    for id in [&run.id, &own.id] {
        let query = LogQuery {
            from: 0,
            limit: 1000,
            levels: None,
        };
        let log = bench.engine.read_log(id, query).await.unwrap().records;
        let events = bench.observer.events();
        let mut told = Vec::new();
        for event in &events {
            if let Event::LogAppended(tail) = event
                && tail.run_id == *id
            {
                assert!(serde_json::to_string(tail).unwrap().len() < 8 * 1024);
                told.extend(tail.records.clone());
            }
        }
        assert_eq!(told, log, "nothing lost, nothing twice");
        let ends = events
            .iter()
            .filter(|event| matches!(event, Event::LogEnded(end) if end.run_id == *id));
        assert_eq!(ends.count(), 1);
    }
    bench.engine.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_waits_for_one_of_another_process_and_takes_the_place_of_one_that_died() {
    let bench = Bench::new().await;
    let (a, b) = (bench.project("a").await, bench.project("b").await);
    let settings = AppSettings {
        parallel_runs: 1,
        ..AppSettings::default()
    };
    bench.engine.set_app_settings(settings).await.unwrap();
    for dies in [false, true] {
        let other = Other::start(&bench.home, &a);
        let theirs = seen(&bench, RunStatus::Running).await;
        let ours = bench.start(&b, Scope::Load).await;
        until("ours waits", async || {
            let waiting = bench.engine.run(&ours.id).await.unwrap().waiting;
            waiting.is_some_and(|waiting| waiting.running == 1 && waiting.limit == 1)
        })
        .await;
        let order: Vec<_> = bench.engine.list_active_runs().await.unwrap();
        let order: Vec<_> = order.iter().map(|run| (run.id.as_str(), run.owner)).collect();
        assert_eq!(
            order,
            [
                (theirs.id.as_str(), Owner::CommandLine),
                (ours.id.as_str(), Owner::This)
            ]
        );
        let end = if dies {
            other.kill();
            RunStatus::Interrupted
        } else {
            other.go();
            RunStatus::Completed
        };
        bench.settled().await;
        assert_eq!(bench.engine.run(&ours.id).await.unwrap().status, RunStatus::Completed);
        let theirs = bench.engine.run_detail(&theirs.id).await.unwrap();
        assert_eq!(theirs.run.status, end);
        let _ = std::fs::remove_file(bench.home.join("go"));
        // The next process sends the same request.
        let mut tx = bench.engine.store().write().await.unwrap();
        sqlx::query("UPDATE run SET request_id = id")
            .execute(&mut *tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
}

/// C1 and C2 for the app that is open meanwhile
#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_killed_is_noticed_without_anybody_asking() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    bench.engine.watch();
    let other = Other::start(&bench.home, &project);
    let run = seen(&bench, RunStatus::Running).await;
    other.kill();
    until("its end is told", async || {
        let told = |event: &Event| matches!(event, Event::LogEnded(end) if end.status == RunStatus::Interrupted);
        bench.observer.events().iter().any(told)
    })
    .await;
    let run = bench.engine.run(&run.id).await.unwrap();
    assert!(run.finished_at >= run.started_at);
    assert!(
        run.stages
            .iter()
            .all(|stage| stage.stage != Stage::Refine || stage.finished_at.is_none())
    );
    bench.completed(&project, Scope::Load).await;
    bench.engine.close().await;
}
