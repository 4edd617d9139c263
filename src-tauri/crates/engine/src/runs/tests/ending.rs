use crate::runs::record::{self, Change, Transition};
use crate::testing::{Bench, terms_by};
use crate::{
    CancelOutcome, EntryFilter, EntryQuery, Event, RunStatus, RunView, Scope, Stage, StageStatus, TermEdit, TermQuery,
    TermSort, Verdict,
};

fn is(run: &RunView, stage: Stage, status: StageStatus) -> bool {
    run.stages
        .iter()
        .any(|view| view.stage == stage && view.status == status)
}

/// E1
#[tokio::test(flavor = "multi_thread")]
async fn a_final_status_is_never_overwritten() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let run = bench.completed(&project, Scope::Load).await;
    for next in [
        RunStatus::Failed,
        RunStatus::Cancelled,
        RunStatus::Running,
        RunStatus::Completed,
    ] {
        let mut tx = bench.engine.store().write().await.unwrap();
        let outcome = record::transition(&mut tx, &run.id, &Change::to(next)).await.unwrap();
        assert_eq!(outcome, Transition::Refused(RunStatus::Completed));
        tx.commit().await.unwrap();
    }
    let detail = bench.engine.run_detail(&run.id).await.unwrap();
    let told: Vec<_> = detail.history.iter().map(|change| change.status).collect();
    assert_eq!(
        told,
        [RunStatus::Pending, RunStatus::Running, RunStatus::Completed],
        "refused changes leave no trace"
    );
}

/// E1
#[tokio::test(flavor = "multi_thread")]
async fn a_pending_run_cannot_complete() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let run = bench.completed(&project, Scope::Load).await;
    let mut tx = bench.engine.store().write().await.unwrap();
    sqlx::query("UPDATE run SET status = 'pending'")
        .execute(&mut *tx)
        .await
        .unwrap();
    let outcome = record::transition(&mut tx, &run.id, &Change::to(RunStatus::Completed))
        .await
        .unwrap();
    assert_eq!(outcome, Transition::Refused(RunStatus::Pending));
}

/// E2, one order: everything was done when the stop came.
#[tokio::test(flavor = "multi_thread")]
async fn completion_wins_over_a_late_stop() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    bench.stop_when(|run| is(run, Stage::Refine, StageStatus::Completed));
    let run = bench.completed(&project, Scope::Full).await;
    assert!(!run.cancelling, "the end says nothing of the stop that came too late");
    assert_eq!(
        bench.engine.cancel_run(&run.id).await.unwrap(),
        CancelOutcome::AlreadyFinished
    );
}

/// E2, the other order, and E7: a stop during a stage, each of them.
#[tokio::test(flavor = "multi_thread")]
async fn a_stop_during_any_stage_takes_effect_and_changes_nothing() {
    for stage in Stage::ALL {
        let bench = Bench::new().await;
        let project = bench.project("p").await;
        bench.completed(&project, Scope::Full).await;
        let before = bench.results(&project).await;
        let first = bench.engine.list_runs(Some(&project), 0, 1).await.unwrap().rows[0]
            .id
            .clone();
        bench.stop_when(move |run| run.id != first && is(run, stage, StageStatus::Running));
        std::fs::write(
            bench.documents("p").join("new.txt"),
            "A gradiometer is a device that measures gradients.\n",
        )
        .unwrap();
        let run = bench.run(&project, Scope::Full).await;
        assert_eq!(run.status, RunStatus::Cancelled, "{stage:?}");
        assert_eq!(run.error, None, "E3: a stop is not a failure");
        assert!(
            is(&run, stage, StageStatus::Cancelled),
            "D12: {stage:?} is not drawn as completed"
        );
        assert_eq!(
            bench.results(&project).await,
            before,
            "E8: the results are as they were"
        );
        let history = bench.engine.run_detail(&run.id).await.unwrap().history;
        assert_eq!(
            history.last().map(|change| change.stage),
            Some(Some(stage)),
            "the history names the stage"
        );
        let log = bench.log(&run.id).await;
        assert!(
            log.iter().all(|record| record.level != crate::LogLevel::Error),
            "E3: no error in the log"
        );
        bench.completed(&project, Scope::Full).await;
        assert!(
            bench.results(&project).await.contains("gradiometer"),
            "a new run may start and finds the new file"
        );
    }
}

/// E4: the lock lasts longer than one statement waits for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_another_process_keeps_locked_does_not_turn_a_success_into_a_failure() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let (path, locked) = (bench.home.join("genglossary.db"), std::sync::Once::new());
    bench.observer.on_event(move |event| {
        if let Event::RunChanged(run) = event
            && is(run, Stage::Refine, StageStatus::Completed)
        {
            let (path, (held, holds)) = (path.clone(), std::sync::mpsc::channel());
            locked.call_once(move || {
                std::thread::spawn(move || hold_the_write_lock(&path, &held));
                holds.recv().unwrap();
            });
        }
    });
    let run = bench.completed(&project, Scope::Full).await;
    assert_eq!(run.error, None);
    assert!(
        bench.results(&project).await.contains("drying"),
        "the results became current"
    );
}

fn hold_the_write_lock(path: &std::path::Path, held: &std::sync::mpsc::Sender<()>) {
    use sqlx::Connection as _;

    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let mut other = sqlx::SqliteConnection::connect(&format!("sqlite://{}", path.display()))
            .await
            .unwrap();
        sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
        held.send(()).unwrap();
        tokio::time::sleep(crate::store::BUSY_TIMEOUT + std::time::Duration::from_secs(2)).await;
        sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
        other.close().await.unwrap();
    });
}

/// E4: the end is refused for good. It is reported as such, and nobody is told that the run goes on.
#[tokio::test(flavor = "multi_thread")]
async fn an_end_that_cannot_be_stored_is_told_all_the_same() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let mut tx = bench.engine.store().write().await.unwrap();
    let refuse = "CREATE TRIGGER refuse BEFORE UPDATE OF finished_at ON run WHEN NEW.finished_at IS NOT NULL
                  BEGIN SELECT RAISE(ABORT, 'refused'); END";
    sqlx::query(refuse).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    let run = bench.start(&project, Scope::Load).await;
    bench.settled().await;
    let last = bench.observer.views(&run.id).pop().unwrap();
    assert_eq!(last.status, RunStatus::Failed);
    assert!(
        last.finished_at.is_some()
            && last
                .error
                .is_some_and(|error| error.detail.unwrap().contains("refused"))
    );
    let told = |event: &Event| matches!(event, Event::LogEnded(end) if end.status == RunStatus::Failed);
    assert!(bench.observer.events().iter().any(told));
}

/// E5
#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn not_found_finished_and_stopping_are_three_answers() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let gate = super::gate::Gate::new(&bench, 1);
    let run = bench.start(&project, Scope::Load).await;
    gate.holds(1).await;
    for _ in 0..2 {
        assert_eq!(
            bench.engine.cancel_run(&run.id).await.unwrap(),
            CancelOutcome::Cancelling
        );
    }
    gate.open();
    bench.settled().await;
    assert!(matches!(
        bench.engine.cancel_run("nothing").await,
        Err(crate::Error::RunNotFound(_))
    ));
    assert_eq!(
        bench.engine.cancel_run(&run.id).await.unwrap(),
        CancelOutcome::AlreadyFinished
    );
}

/// E8
#[tokio::test(flavor = "multi_thread")]
async fn a_failed_run_leaves_every_result_as_it_was() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    bench.completed(&project, Scope::Full).await;
    let before = bench.results(&project).await;
    bench.change("p");
    // The run gets as far as the definitions and finds the term list broken.
    let mut tx = bench.engine.store().write().await.unwrap();
    sqlx::query("CREATE TRIGGER broken BEFORE INSERT ON entry_row BEGIN SELECT RAISE(ABORT, 'broken'); END")
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let run = bench.run(&project, Scope::Full).await;
    assert_eq!(run.status, RunStatus::Failed);
    assert!(
        is(&run, Stage::Define, StageStatus::Failed),
        "D12: a failed stage is not drawn as completed"
    );
    assert!(is(&run, Stage::Review, StageStatus::Waiting));
    assert_eq!(bench.results(&project).await, before);
}

/// E9
#[tokio::test(flavor = "multi_thread")]
async fn what_the_researcher_decided_survives_a_successful_run() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let engine = &bench.engine;
    bench.completed(&project, Scope::Full).await;
    let [kept, out, edited] = &best_terms(&bench, &project, None).await[..3] else {
        panic!("three terms at least")
    };
    let added = engine.require_term(&project, "one number").await.unwrap().key;
    let (category, note) = (Some("Room".into()), Some("Ask Ito.".into()));
    bench.judge(&project, kept, Some(Verdict::Required)).await;
    bench.decide(&project, &[kept], TermEdit::Category { category }).await;
    bench.decide(&project, &[kept], TermEdit::Note { note }).await;
    bench.judge(&project, out, Some(Verdict::Excluded)).await;
    bench.define(&project, edited, "What the seed bank keeps.").await;

    bench.completed(&project, Scope::Full).await;
    let term = engine.term(&project, kept).await.unwrap();
    assert_eq!(
        (term.row.verdict, term.row.category.as_str()),
        (Some(Verdict::Required), "Room")
    );
    assert_eq!(term.note.as_deref(), Some("Ask Ito."));
    let added = engine.term(&project, &added).await.unwrap();
    assert!(
        added.manual && added.row.occurrences > 0,
        "the added term was looked for in the documents"
    );
    let entry = engine.entry(&project, Stage::Refine, edited).await.unwrap();
    assert_eq!(entry.edited.as_deref(), Some("What the seed bank keeps."));
    assert!(
        engine.entry(&project, Stage::Refine, out).await.is_err(),
        "excluded means out of the glossary"
    );
    let excluded = best_terms(&bench, &project, Some(Verdict::Excluded)).await;
    assert_eq!(excluded, std::slice::from_ref(out), "and stays visible among the terms");
    let markdown = bench.home.join("glossary.md");
    engine.export(&project, &markdown).await.unwrap();
    let markdown = std::fs::read_to_string(markdown).unwrap();
    assert!(markdown.contains("What the seed bank keeps."));
}

async fn best_terms(bench: &Bench, project: &str, verdict: Option<Verdict>) -> Vec<String> {
    let query = TermQuery {
        verdict,
        ..terms_by(TermSort::Score, 10)
    };
    let page = bench.engine.list_terms(project, &query).await.unwrap();
    page.rows.into_iter().map(|row| row.key).collect()
}

/// E12 and D11
#[tokio::test(flavor = "multi_thread")]
async fn no_issues_is_said_only_after_a_review_that_ran() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    assert_eq!(
        bench.engine.project(&project).await.unwrap().summary.counts.issues,
        None,
        "not run is not 0"
    );
    bench.stop_when(|run| is(run, Stage::Review, StageStatus::Running));
    bench.run(&project, Scope::Full).await;
    assert_eq!(
        bench.engine.project(&project).await.unwrap().summary.counts.issues,
        None,
        "stopped is not 0 either"
    );
    bench.completed(&project, Scope::Full).await;
    assert!(
        bench
            .engine
            .project(&project)
            .await
            .unwrap()
            .summary
            .counts
            .issues
            .is_some()
    );
}

/// E13
#[tokio::test(flavor = "multi_thread")]
async fn without_issues_the_refined_glossary_is_the_provisional_one() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    bench.only("p", "a.md", "A seed vault is a cellar that keeps frozen seeds.\n");
    let run = bench.completed(&project, Scope::Full).await;
    let issues = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM issue_row");
    let issues = issues.fetch_one(bench.engine.store().reader()).await.unwrap();
    let refine = run.stages.iter().find(|stage| stage.stage == Stage::Refine).unwrap();
    assert_eq!(
        (issues, refine.total, refine.reused),
        (0, 1, 0),
        "refined, and nothing to do"
    );
    let all = EntryQuery {
        offset: 0,
        limit: 1000,
        search: String::new(),
        filter: EntryFilter::All,
    };
    let terms = |stage| {
        let (engine, project, all) = (bench.engine.clone(), project.clone(), all.clone());
        async move {
            let page = engine.list_entries(&project, stage, &all).await.unwrap();
            let mut rows: Vec<_> = page.rows.into_iter().map(|row| (row.key, row.definition)).collect();
            rows.sort();
            rows
        }
    };
    let provisional = terms(Stage::Define).await;
    assert!(!provisional.is_empty());
    assert_eq!(terms(Stage::Refine).await, provisional);
}
