//! The rules of the numbers. Runs are inserted as they would have been stored, so that their times are known.

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::testing::Bench;
use crate::{AppSettings, Error, RunOrder, RunSort, RunStatus, Stage, Trigger};

const SECOND: i64 = 1_000;
const HOUR: i64 = 3_600 * SECOND;

/// A run that ended.
struct Past<'a> {
    project: &'a str,
    status: &'a str,
    scope: &'a str,
    trigger: &'a str,
    engine: &'a str,
    /// Milliseconds from its end to now.
    ago: i64,
    /// Milliseconds from its start to its end.
    took: i64,
    suspended: i64,
}

impl<'a> Past<'a> {
    fn new(project: &'a str, status: &'a str, took: i64) -> Self {
        Self {
            project,
            status,
            scope: "full",
            trigger: "user",
            engine: "embedded/1",
            ago: HOUR,
            took,
            suspended: 0,
        }
    }

    async fn store(self, bench: &Bench) -> String {
        let id = uuid::Uuid::now_v7().to_string();
        let end = Timestamp::now() - SignedDuration::from_millis(self.ago);
        let start = end - SignedDuration::from_millis(self.took);
        let (start, end) = (clock::format(start), clock::format(end));
        let finished = (!matches!(self.status, "pending" | "running")).then_some(&end);
        let mut tx = bench.engine.store().write().await.unwrap();
        sqlx::query!(
            "INSERT INTO run (id, project_id, request_id, scope, trigger, status, engine, settings, settings_hash,
                 app_version, owner_pid, owner_started, heartbeat_at, created_at, started_at, finished_at, suspended_ms)
             VALUES (?1, ?2, ?1, ?3, ?4, ?5, ?6, '{}', '', '', 1, 1, ?7, ?8, ?8, ?9, ?10)",
            id,
            self.project,
            self.scope,
            self.trigger,
            self.status,
            self.engine,
            end,
            start,
            finished,
            self.suspended
        )
        .execute(&mut *tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
        id
    }
}

async fn past(bench: &Bench, project: &str, status: &str, took: i64) -> String {
    Past::new(project, status, took).store(bench).await
}

async fn month(bench: &Bench) -> Dashboard {
    bench.engine.dashboard(Window::Month, None).await.unwrap()
}

fn everything() -> HistoryQuery {
    HistoryQuery {
        window: Window::Month,
        project_id: None,
        statuses: vec![],
        trigger: None,
        scope: None,
        engine: None,
        order: None,
        offset: 0,
        limit: 50,
    }
}

async fn history(bench: &Bench, query: HistoryQuery) -> Vec<String> {
    let page = bench.engine.list_history(&query).await.unwrap();
    assert_eq!(page.total as usize, page.rows.len(), "the count and the rows agree");
    page.rows.into_iter().map(|run| run.id).collect()
}

/// D11: no data is not 0 %.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_of_two_months_breaks_no_number() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    Past::new(&project, "completed", 60 * 24 * HOUR).store(&bench).await;
    let board = bench.engine.dashboard(Window::Month, None).await.unwrap();
    assert_eq!(board.durations[0].all.median_ms, u32::MAX, "as long as can be told");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_runs_there_is_no_rate_and_no_duration() {
    let bench = Bench::new().await;
    bench.project("seeds").await;
    let found = month(&bench).await;
    assert_eq!(
        (found.ended, found.running, found.waiting),
        (EndedCounts::default(), 0, 0)
    );
    assert_eq!(found.durations, []);
    assert_eq!(found.limit, AppSettings::default().parallel_runs);
}

/// D11: a real 0 % has a denominator.
#[tokio::test(flavor = "multi_thread")]
async fn runs_that_all_failed_are_counted_as_such() {
    let bench = Bench::new().await;
    let project = bench.project("seeds").await;
    for status in ["failed", "failed", "interrupted"] {
        past(&bench, &project, status, SECOND).await;
    }
    let expected = EndedCounts {
        failed: 2,
        interrupted: 1,
        ..EndedCounts::default()
    };
    assert_eq!(month(&bench).await.ended, expected);
}

/// D11: who is at work has neither succeeded nor failed.
#[tokio::test(flavor = "multi_thread")]
async fn active_runs_are_in_no_denominator() {
    let bench = Bench::new().await;
    let (one, other, third) = (
        bench.project("one").await,
        bench.project("other").await,
        bench.project("third").await,
    );
    past(&bench, &one, "completed", SECOND).await;
    past(&bench, &one, "running", SECOND).await;
    past(&bench, &other, "pending", SECOND).await;
    past(&bench, &third, "running", SECOND).await;
    let found = month(&bench).await;
    assert_eq!(found.ended.completed, 1);
    assert_eq!((found.running, found.waiting), (2, 1));
    assert_eq!(found.durations[0].all.runs, 1);
    assert_eq!(history(&bench, everything()).await.len(), 1);
}

/// D11: a run that broke off says nothing of how long the work takes.
#[tokio::test(flavor = "multi_thread")]
async fn durations_are_those_of_completed_runs() {
    let bench = Bench::new().await;
    let project = bench.project("seeds").await;
    for took in 1..=10 {
        past(&bench, &project, "completed", took * SECOND).await;
    }
    for status in ["interrupted", "cancelled", "failed", "partial"] {
        past(&bench, &project, status, 100 * HOUR).await;
    }
    let found = month(&bench).await;
    let expected = Durations {
        runs: 10,
        median_ms: 5_000,
        p90_ms: 9_000,
    };
    assert_eq!(found.durations.len(), 1);
    assert_eq!(found.durations[0].all, expected);
}

/// C5: a sleep of the machine is not work.
#[tokio::test(flavor = "multi_thread")]
async fn time_that_the_machine_slept_is_not_in_a_duration() {
    let bench = Bench::new().await;
    let project = bench.project("seeds").await;
    let slept = Past {
        suspended: 8 * HOUR,
        ..Past::new(&project, "completed", 8 * HOUR + 3 * SECOND)
    };
    slept.store(&bench).await;
    assert_eq!(month(&bench).await.durations[0].all.median_ms, 3_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn durations_of_different_scopes_and_engines_are_not_mixed() {
    let bench = Bench::new().await;
    let project = bench.project("seeds").await;
    for took in [SECOND, 2 * SECOND, 3 * SECOND] {
        past(&bench, &project, "completed", took).await;
    }
    let of = |scope, engine| Past {
        scope,
        engine,
        ..Past::new(&project, "completed", 9 * SECOND)
    };
    of("review", "embedded/1").store(&bench).await;
    of("full", "ollama/1").store(&bench).await;
    let found = month(&bench).await.durations;
    let groups: Vec<_> = found
        .iter()
        .map(|group| (group.scope, &*group.engine, group.all.runs, group.all.median_ms))
        .collect();
    assert_eq!(groups[0], (Scope::Full, "embedded/1", 3, 2_000), "most runs first");
    assert!(groups.contains(&(Scope::Review, "embedded/1", 1, 9_000)));
    assert!(groups.contains(&(Scope::Full, "ollama/1", 1, 9_000)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_holds_the_runs_that_ended_in_it() {
    let bench = Bench::new().await;
    let project = bench.project("seeds").await;
    let days = [0, 3, 20, 80, 100];
    for ago in days {
        let old = Past {
            ago: ago * 24 * HOUR + HOUR,
            ..Past::new(&project, "completed", SECOND)
        };
        old.store(&bench).await;
    }
    // It began before the window and ended in it.
    Past::new(&project, "completed", 30 * HOUR).store(&bench).await;
    for (window, runs) in [
        (Window::Day, 2),
        (Window::Week, 3),
        (Window::Month, 4),
        (Window::Quarter, 5),
    ] {
        let found = bench.engine.dashboard(window, None).await.unwrap();
        assert_eq!(found.ended.completed, runs, "{window:?}");
        let trend = &found.durations[0].trend;
        assert_eq!(trend.iter().map(|point| point.durations.runs).sum::<u32>(), runs);
        assert!(
            trend.windows(2).all(|pair| pair[0].to <= pair[1].from),
            "slices do not overlap"
        );
        assert!(found.since <= trend[0].from && trend.last().unwrap().to <= found.until);
        let query = HistoryQuery { window, ..everything() };
        assert_eq!(
            history(&bench, query).await.len(),
            runs as usize,
            "the runs behind the number"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_project_is_counted_alone() {
    let bench = Bench::new().await;
    let (one, other) = (bench.project("one").await, bench.project("other").await);
    past(&bench, &one, "completed", SECOND).await;
    past(&bench, &other, "failed", SECOND).await;
    past(&bench, &other, "running", SECOND).await;
    let found = bench.engine.dashboard(Window::Month, Some(&one)).await.unwrap();
    assert_eq!((found.ended.completed, found.ended.failed, found.running), (1, 0, 0));
    let unknown = bench.engine.dashboard(Window::Month, Some("none")).await;
    assert!(matches!(unknown, Err(Error::ProjectNotFound(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_is_filtered_by_everything_a_number_counts() {
    let bench = Bench::new().await;
    let (one, other) = (bench.project("one").await, bench.project("other").await);
    let completed = past(&bench, &one, "completed", SECOND).await;
    let failed = past(&bench, &other, "failed", SECOND).await;
    let system = Past {
        trigger: "system",
        scope: "review",
        engine: "ollama/1",
        ago: 0,
        ..Past::new(&one, "partial", SECOND)
    };
    let system = system.store(&bench).await;
    let newest_first = history(&bench, everything()).await;
    assert_eq!(newest_first[0], system);
    assert_eq!(newest_first.len(), 3);
    let by = |change: fn(&mut HistoryQuery)| {
        let mut query = everything();
        change(&mut query);
        history(&bench, query)
    };
    assert_eq!(
        by(|query| query.statuses = vec![RunStatus::Failed]).await.concat(),
        failed
    );
    let both = by(|query| query.statuses = vec![RunStatus::Failed, RunStatus::Completed]).await;
    assert_eq!(both.len(), 2);
    assert_eq!(by(|query| query.trigger = Some(Trigger::System)).await.concat(), system);
    assert_eq!(by(|query| query.scope = Some(Scope::Review)).await.concat(), system);
    assert_eq!(
        by(|query| query.engine = Some("ollama/1".to_owned())).await.concat(),
        system
    );
    let mut of_other = everything();
    of_other.project_id = Some(other);
    assert_eq!(history(&bench, of_other).await, [failed]);
    let second = HistoryQuery {
        offset: 2,
        limit: 1,
        ..everything()
    };
    let page = bench.engine.list_history(&second).await.unwrap();
    assert_eq!((page.total, page.rows.len(), page.offset), (3, 1, 2));
    assert!([completed, system].contains(&page.rows[0].id) || page.rows[0].project_name == "other");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_is_sorted_by_whatever_is_asked_for_and_equal_runs_stand_newest_first() {
    let bench = Bench::new().await;
    let (one, other) = (bench.project("Alpha").await, bench.project("beta").await);
    let long = past(&bench, &other, "completed", 50 * SECOND).await;
    let short = past(&bench, &one, "failed", 2 * SECOND).await;
    let middle = past(&bench, &one, "completed", 9 * SECOND).await;
    let by = async |sort, descending| {
        let order = Some(RunOrder { sort, descending });
        let query = HistoryQuery { order, ..everything() };
        history(&bench, query).await
    };
    assert_eq!(by(RunSort::Duration, false).await, [&*short, &middle, &long]);
    assert_eq!(by(RunSort::Duration, true).await, [&*long, &middle, &short]);
    assert_eq!(
        by(RunSort::Status, false).await,
        [&*short, &middle, &long],
        "what went wrong first"
    );
    assert_eq!(
        by(RunSort::Project, false).await,
        [&*middle, &short, &long],
        "whatever the case"
    );
    assert_eq!(by(RunSort::Project, true).await, [&*long, &middle, &short]);
    assert_eq!(
        by(RunSort::Scope, true).await,
        [&*middle, &short, &long],
        "all are equal"
    );
    let mut started = by(RunSort::Started, true).await;
    started.reverse();
    assert_eq!(by(RunSort::Started, false).await, started);
    let page = HistoryQuery {
        order: Some(RunOrder {
            sort: RunSort::Duration,
            descending: true,
        }),
        project_id: Some(one.clone()),
        statuses: vec![RunStatus::Completed],
        offset: 0,
        limit: 1,
        ..everything()
    };
    assert_eq!(history(&bench, page).await, [&*middle], "the filter holds");
    // The list of a project has those at work, too.
    let order = RunOrder {
        sort: RunSort::Duration,
        descending: false,
    };
    let listed = bench.engine.list_sorted_runs(Some(&one), order, 1, 10).await.unwrap();
    assert_eq!((listed.total, listed.offset, &listed.rows[0].id), (2, 1, &middle));
    let run = bench.completed(&one, Scope::Full).await.id;
    for sort in [RunSort::Units, RunSort::Stages, RunSort::Trigger] {
        let order = RunOrder { sort, descending: true };
        let listed = bench.engine.list_sorted_runs(Some(&one), order, 0, 10).await.unwrap();
        assert_eq!((listed.rows.len(), &listed.rows[0].id), (3, &run), "{sort:?}");
    }
}

/// What was deleted is in no number, and is back in all of them when it is brought back.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_deleted_is_not_counted() {
    let bench = Bench::new().await;
    let (one, other) = (bench.project("one").await, bench.project("other").await);
    past(&bench, &one, "completed", SECOND).await;
    let gone = past(&bench, &one, "failed", SECOND).await;
    past(&bench, &other, "failed", SECOND).await;
    bench.engine.delete_run(&gone).await.unwrap();
    bench.engine.delete_project(&other).await.unwrap();
    assert_eq!(month(&bench).await.ended.failed, 0);
    assert_eq!(history(&bench, everything()).await.len(), 1);
    bench.engine.restore_run(&gone).await.unwrap();
    bench.engine.restore_project(&other).await.unwrap();
    assert_eq!(month(&bench).await.ended.failed, 2);
    assert_eq!(history(&bench, everything()).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_usual_comes_from_the_other_completed_runs_of_the_same_kind() {
    let bench = Bench::new().await;
    let project = bench.project("seeds").await;
    let first = bench.completed(&project, Scope::Full).await;
    let nothing = bench.engine.usual_stages(&first.id).await.unwrap();
    assert_eq!(
        (nothing.runs, nothing.stages.len()),
        (0, 0),
        "a run is not compared with itself"
    );
    let second = bench.completed(&project, Scope::Full).await;
    bench.completed(&project, Scope::Review).await;
    let usual = bench.engine.usual_stages(&second.id).await.unwrap();
    assert_eq!(usual.runs, 1);
    let stages: Vec<_> = usual.stages.iter().map(|stage| stage.stage).collect();
    assert_eq!(stages, Stage::ALL);
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_add_up_to_the_whole() {
    let bench = Bench::new().await;
    let project = bench.project("seeds").await;
    let nothing = bench.engine.groups(&project).await.unwrap();
    assert_eq!((nothing.categories, nothing.folders), (None, None));
    bench.completed(&project, Scope::Full).await;
    let counts = bench.engine.project(&project).await.unwrap().summary.counts;
    let groups = bench.engine.groups(&project).await.unwrap();
    let categories = groups.categories.unwrap();
    let total = |groups: &[Group]| groups.iter().map(|group| group.total).sum::<u32>();
    assert_eq!(Some(total(&categories)), counts.refined);
    assert_eq!(
        Some(categories.iter().map(|group| group.done).sum::<u32>()),
        counts.defined
    );
    let folders = groups.folders.unwrap();
    let names: Vec<_> = folders.iter().map(|group| &*group.name).collect();
    assert_eq!(names, ["guide", "notes", "手順"]);
    assert_eq!(Some(total(&folders)), counts.documents);
    assert!(folders.iter().all(|folder| folder.done == folder.total));
}
