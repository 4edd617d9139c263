//! What is old goes, and what somebody may still need stays.

use crate::testing::Bench;
use crate::{AppSettings, Error, RunView, Scope, clock, logs};

async fn age(bench: &Bench, run: &str, days: u32) {
    let then = clock::format(jiff::Timestamp::now() - std::time::Duration::from_hours(24) * days);
    let mut tx = bench.engine.store().write().await.unwrap();
    sqlx::query!(
        "UPDATE run SET started_at = ?1, finished_at = ?1 WHERE id = ?2",
        then,
        run
    )
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

/// Runs that found everything as it was: they left nothing but their record and log.
async fn idle_runs(bench: &Bench, project: &str, count: usize) -> Vec<RunView> {
    bench.completed(project, Scope::Full).await;
    let mut runs = Vec::new();
    for _ in 0..count {
        runs.push(bench.completed(project, Scope::Full).await);
    }
    runs
}

async fn is_known(bench: &Bench, run: &RunView) -> bool {
    let known = bench.engine.run(&run.id).await.is_ok();
    assert_eq!(
        known,
        logs::path(&bench.home, &run.id).exists(),
        "a record and its log go together"
    );
    known
}

#[tokio::test(flavor = "multi_thread")]
async fn old_runs_go_with_their_logs_and_young_ones_stay() {
    let bench = Bench::new().await;
    let project = bench.project("seeds").await;
    let runs = idle_runs(&bench, &project, 3).await;
    age(&bench, &runs[0].id, 91).await;
    age(&bench, &runs[1].id, 89).await;
    bench.engine.tidy().await.unwrap();
    assert!(!is_known(&bench, &runs[0]).await);
    assert!(is_known(&bench, &runs[1]).await);
    assert!(is_known(&bench, &runs[2]).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn pinned_runs_the_last_successful_one_and_kept_results_stay_however_old() {
    let bench = Bench::new().await;
    let project = bench.project("seeds").await;
    let first = bench.completed(&project, Scope::Full).await;
    let runs = idle_runs(&bench, &project, 3).await;
    bench.remove("seeds");
    let failed = bench.run(&project, Scope::Full).await;
    let before = bench.results(&project).await;
    bench.engine.pin_run(&runs[0].id, true).await.unwrap();
    for run in [&first, &runs[0], &runs[1], &runs[2], &failed] {
        age(&bench, &run.id, 1_000).await;
    }
    bench.engine.tidy().await.unwrap();
    assert!(
        !is_known(&bench, &first).await,
        "a later run has taken over its results"
    );
    assert!(is_known(&bench, &runs[0]).await, "it is pinned");
    assert!(!is_known(&bench, &runs[1]).await);
    assert!(is_known(&bench, &runs[2]).await, "the last successful run");
    assert!(!is_known(&bench, &failed).await);
    assert_eq!(bench.results(&project).await, before);
    bench.engine.pin_run(&runs[0].id, false).await.unwrap();
    bench.engine.tidy().await.unwrap();
    assert!(!is_known(&bench, &runs[0]).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn results_that_can_be_restored_keep_their_run() {
    let bench = Bench::new().await;
    let project = bench.project("seeds").await;
    let first = bench.completed(&project, Scope::Full).await;
    let before = bench.results(&project).await;
    bench.change("seeds");
    bench.completed(&project, Scope::Full).await;
    age(&bench, &first.id, 1_000).await;
    bench.engine.tidy().await.unwrap();
    assert!(is_known(&bench, &first).await);
    bench.engine.restore_results(&project, &first.id).await.unwrap();
    assert_eq!(bench.results(&project).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_has_not_ended_stays() {
    let bench = Bench::new().await;
    let project = bench.project("seeds").await;
    let run = bench.start(&project, Scope::Full).await;
    bench.engine.tidy().await.unwrap();
    assert!(bench.engine.run(&run.id).await.is_ok());
    bench.settled().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_researcher_says_how_long() {
    let bench = Bench::new().await;
    let project = bench.project("seeds").await;
    let runs = idle_runs(&bench, &project, 2).await;
    age(&bench, &runs[0].id, 8).await;
    let settings = AppSettings {
        keep_days: 7,
        ..AppSettings::default()
    };
    bench.engine.set_app_settings(settings).await.unwrap();
    bench.engine.tidy().await.unwrap();
    assert!(!is_known(&bench, &runs[0]).await);
    for (wrong, field) in [
        (
            AppSettings {
                keep_days: 0,
                ..AppSettings::default()
            },
            "keep_days",
        ),
        (
            AppSettings {
                keep_logs_mb: 9,
                ..AppSettings::default()
            },
            "keep_logs_mb",
        ),
    ] {
        let refused = bench.engine.set_app_settings(wrong).await;
        assert!(matches!(refused, Err(Error::InvalidSettings(said)) if said == field));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn when_all_logs_are_too_large_the_oldest_go_and_their_runs_say_so() {
    let bench = Bench::new().await;
    let project = bench.project("seeds").await;
    let runs = idle_runs(&bench, &project, 4).await;
    bench.engine.pin_run(&runs[0].id, true).await.unwrap();
    for (run, days) in runs.iter().zip([4, 3, 2, 1]) {
        age(&bench, &run.id, days).await;
        let log = std::fs::File::options()
            .append(true)
            .open(logs::path(&bench.home, &run.id));
        log.unwrap().set_len(6 << 20).unwrap();
    }
    let settings = AppSettings {
        keep_logs_mb: 19,
        ..AppSettings::default()
    };
    bench.engine.set_app_settings(settings).await.unwrap();
    bench.engine.tidy().await.unwrap();
    let kept: Vec<bool> = runs
        .iter()
        .map(|run| logs::path(&bench.home, &run.id).exists())
        .collect();
    assert_eq!(kept, [true, false, true, true], "the oldest that is not pinned");
    let view = bench.engine.run(&runs[1].id).await.unwrap();
    assert!(!view.has_log);
    let query = crate::LogQuery {
        from: 0,
        limit: 1,
        levels: None,
    };
    let log = bench.engine.read_log(&runs[1].id, query).await;
    assert!(
        matches!(log, Err(Error::LogRemoved(_))),
        "a log that is gone is not an empty one"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_without_a_run_goes_when_nobody_has_written_to_it_for_an_hour() {
    let bench = Bench::new().await;
    let (old, young) = (logs::path(&bench.home, "old"), logs::path(&bench.home, "young"));
    for path in [&old, &young] {
        std::fs::write(path, "x").unwrap();
    }
    let file = std::fs::File::options().write(true).open(&old).unwrap();
    file.set_modified(std::time::SystemTime::now() - super::STRAY * 2)
        .unwrap();
    bench.engine.tidy().await.unwrap();
    assert!(!old.exists());
    assert!(young.exists(), "its run may be about to be stored");
}
