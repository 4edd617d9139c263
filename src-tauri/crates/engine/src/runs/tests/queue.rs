use super::gate::{Gate, until};
use crate::testing::Bench;
use crate::{AppSettings, Error, Event, RunStatus, Scope, Waiting};

fn settings(parallel_runs: u32) -> AppSettings {
    AppSettings {
        parallel_runs,
        ..AppSettings::default()
    }
}

async fn five(bench: &Bench) -> Vec<String> {
    let mut runs = Vec::new();
    for name in ["a", "b", "c", "d", "e"] {
        let project = bench.project(name).await;
        runs.push(bench.start(&project, Scope::Load).await.id);
    }
    runs
}

async fn active(bench: &Bench) -> Vec<(String, RunStatus)> {
    let active = bench.engine.list_active_runs().await.unwrap();
    active.into_iter().map(|run| (run.id, run.status)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn runs_begin_in_the_order_in_which_they_came_and_two_at_a_time() {
    let bench = Bench::new().await;
    let gate = Gate::new(&bench, 5);
    let runs = five(&bench).await;
    gate.holds(2).await;
    let waits = |ahead| {
        Some(Waiting {
            running: 2,
            limit: 2,
            ahead,
        })
    };
    for (run, ahead) in runs[2..].iter().zip(0..) {
        until("the view says what the run waits for", async || {
            bench.engine.run(run).await.unwrap().waiting == waits(ahead)
        })
        .await;
        let stored = super::super::view::get(bench.engine.store(), run).await.unwrap();
        assert_eq!(stored.waiting, waits(ahead), "another process sees the same");
    }
    let order = [
        RunStatus::Running,
        RunStatus::Running,
        RunStatus::Pending,
        RunStatus::Pending,
        RunStatus::Pending,
    ];
    let expected: Vec<_> = runs.iter().cloned().zip(order).collect();
    assert_eq!(active(&bench).await, expected, "those at work, then the queue");
    gate.open();
    bench.settled().await;
    let mut begun = Vec::new();
    let mut at_work: i32 = 0;
    for event in bench.observer.events() {
        match event {
            Event::RunChanged(run) if run.status == RunStatus::Running && !begun.contains(&run.id) => {
                assert_eq!(run.waiting, None);
                begun.push(run.id);
                at_work += 1;
            }
            Event::LogEnded(_) => at_work -= 1,
            _ => {}
        }
    }
    assert_eq!(at_work, 0);
    let mut stored = Vec::new();
    for run in &runs {
        let run = bench.engine.run(run).await.unwrap();
        assert_eq!((run.status, run.waiting), (RunStatus::Completed, None));
        stored.push((run.started_at.unwrap(), run.finished_at.unwrap()));
    }
    assert!(
        stored.is_sorted_by_key(|(started, _)| started),
        "first come, first served: {stored:?}"
    );
    for (started, _) in &stored {
        let at_once = stored
            .iter()
            .filter(|(from, to)| from < started && started < to)
            .count();
        assert!(at_once < 2, "two at a time: {stored:?}");
    }
}

/// E3 in the queue
#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn a_run_that_waits_is_stopped_at_once_and_the_next_moves_up() {
    let bench = Bench::new().await;
    let gate = Gate::new(&bench, 5);
    let runs = five(&bench).await;
    gate.holds(2).await;
    bench.engine.cancel_run(&runs[2]).await.unwrap();
    until("the waiting run is cancelled while the others are held", async || {
        bench.engine.run(&runs[2]).await.unwrap().status == RunStatus::Cancelled
    })
    .await;
    let history = bench.engine.run_detail(&runs[2]).await.unwrap().history;
    let statuses: Vec<_> = history.iter().map(|change| change.status).collect();
    assert_eq!(statuses, [RunStatus::Pending, RunStatus::Cancelled], "it never began");
    until("the next one moved up", async || {
        let waiting = bench.engine.run(&runs[3]).await.unwrap().waiting;
        waiting.is_some_and(|waiting| waiting.ahead == 0)
    })
    .await;
    assert!(
        bench
            .log(&runs[2])
            .await
            .iter()
            .any(|record| record.message.contains("2 of 2 runs")),
        "the log says why it waited"
    );
    gate.open();
    bench.settled().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn a_higher_limit_takes_effect_at_once_and_an_impossible_one_is_refused() {
    let bench = Bench::new().await;
    for wrong in [0, 9] {
        let refused = bench.engine.set_app_settings(settings(wrong)).await;
        assert!(matches!(refused, Err(Error::InvalidSettings("parallel_runs"))));
    }
    bench.engine.set_app_settings(settings(1)).await.unwrap();
    let gate = Gate::new(&bench, 5);
    let runs = five(&bench).await;
    gate.holds(1).await;
    assert_eq!(active(&bench).await[1].1, RunStatus::Pending);
    bench.engine.set_app_settings(settings(3)).await.unwrap();
    gate.holds(3).await;
    let at_work: Vec<_> = active(&bench).await.into_iter().take(3).collect();
    let expected: Vec<_> = runs[..3].iter().map(|run| (run.clone(), RunStatus::Running)).collect();
    assert_eq!(at_work, expected);
    gate.open();
    bench.settled().await;
}

/// S1 for different projects: the last free place is taken once.
#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn the_last_place_is_never_taken_twice() {
    let bench = Bench::new().await;
    bench.engine.set_app_settings(settings(1)).await.unwrap();
    let gate = Gate::new(&bench, 5);
    let runs = five(&bench).await;
    gate.holds(1).await;
    for run in &runs[1..] {
        let mut tx = bench.engine.store().write().await.unwrap();
        let turn = super::super::queue::begin(&mut tx, run).await.unwrap();
        assert!(matches!(turn, super::super::queue::Turn::Waits(_)), "{turn:?}");
    }
    gate.open();
    bench.settled().await;
}
