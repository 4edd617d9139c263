//! What was done once is not done again: resuming, incremental runs, and runs that have nothing to do.

use crate::testing::Bench;
use crate::{ProjectState, Reason, RunStatus, RunView, Scope, Stage};

fn computed(run: &RunView) -> u32 {
    run.stages.iter().map(|stage| stage.total - stage.reused).sum()
}

fn stage(run: &RunView, stage: Stage) -> (u32, u32) {
    let view = run.stages.iter().find(|view| view.stage == stage).unwrap();
    (view.total, view.reused)
}

async fn units(bench: &Bench) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM unit")
        .fetch_one(bench.engine.store().reader())
        .await
        .unwrap()
}

/// Files that were written a moment ago are read again: their time does not say yet that nothing else was written.
async fn settle() {
    tokio::time::sleep(std::time::Duration::from_millis(120)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_identical_run_computes_nothing() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    settle().await;
    let first = bench.completed(&project, Scope::Full).await;
    assert_eq!(
        computed(&first),
        first.stages.iter().map(|stage| stage.total).sum::<u32>()
    );
    let (kept, results) = (units(&bench).await, bench.results(&project).await);
    let second = bench.completed(&project, Scope::Full).await;
    assert_eq!(computed(&second), 0, "{second:#?}");
    assert!(
        second
            .stages
            .iter()
            .all(|stage| stage.total > 0 && stage.done == stage.total),
        "W8"
    );
    assert_eq!(units(&bench).await, kept);
    assert!(bench.results(&project).await == results, "the same bytes");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_changed_document_costs_the_units_of_one_document() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    settle().await;
    bench.completed(&project, Scope::Full).await;
    bench.write(
        "p",
        "notes/seeds.md",
        "The drying room was full. Every accession went through the drying room before the germination test. \
         A germination test is a test that counts how many seeds germinate. The germination test takes 15 days.\n",
    );
    settle().await;
    let run = bench.completed(&project, Scope::Full).await;
    assert_eq!(stage(&run, Stage::Load), (3, 2));
    let (total, reused) = stage(&run, Stage::Extract);
    assert_eq!((total, total - reused), (6, 2), "its candidates and its occurrences");
    // What is incremental is the same as what is not.
    let fresh = Bench::new().await;
    let again = fresh.project("p").await;
    let changed = std::fs::read_to_string(bench.documents_of("p").join("notes/seeds.md")).unwrap();
    fresh.write("p", "notes/seeds.md", &changed);
    fresh.completed(&again, Scope::Full).await;
    assert!(
        bench.results(&project).await == fresh.results(&again).await,
        "the same bytes"
    );
}

/// D2
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_added_is_named_by_the_badge_and_read_by_the_next_run() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    bench.completed(&project, Scope::Full).await;
    let plan = bench.engine.plan(&project).await.unwrap();
    assert_eq!((plan.state, plan.scope), (ProjectState::UpToDate, None));
    assert!(plan.reasons.is_empty());
    bench.change("p");
    let plan = bench.engine.plan(&project).await.unwrap();
    assert_eq!((plan.state, plan.scope), (ProjectState::NeedsRerun, Some(Scope::Full)));
    assert_eq!(
        plan.reasons,
        [Reason::DocumentsAdded {
            count: 1,
            examples: vec!["guide/new.md".to_owned()]
        }]
    );
    let full = plan.scopes.iter().find(|scope| scope.scope == Scope::Full).unwrap();
    assert!(full.estimate.is_some_and(|estimate| estimate.from_ms <= estimate.to_ms));
    bench.completed(&project, Scope::Full).await;
    let plan = bench.engine.plan(&project).await.unwrap();
    assert_eq!((plan.state, plan.reasons), (ProjectState::UpToDate, vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_changed_and_one_that_went_are_told_apart_from_one_that_was_touched() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    bench.completed(&project, Scope::Full).await;
    let folder = bench.documents_of("p");
    // Written again with the same text: another time, the same document.
    let same = std::fs::read_to_string(folder.join("guide/seeds.md")).unwrap();
    bench.write("p", "guide/seeds.md", &same);
    let plan = bench.engine.plan(&project).await.unwrap();
    assert_eq!(plan.state, ProjectState::UpToDate);
    bench.write("p", "guide/seeds.md", &format!("{same}\nMore."));
    std::fs::remove_file(folder.join("notes/seeds.md")).unwrap();
    let plan = bench.engine.plan(&project).await.unwrap();
    let changed = Reason::DocumentsChanged {
        count: 1,
        examples: vec!["guide/seeds.md".to_owned()],
    };
    let removed = Reason::DocumentsRemoved {
        count: 1,
        examples: vec!["notes/seeds.md".to_owned()],
    };
    assert_eq!(plan.reasons, [changed, removed]);
}

#[tokio::test(flavor = "multi_thread")]
async fn edited_terms_and_settings_ask_for_the_smallest_run_that_repairs_them() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    settle().await;
    bench.completed(&project, Scope::Full).await;
    let engine = &bench.engine;
    bench
        .judge(&project, "dryingroom", Some(crate::Verdict::Excluded))
        .await;
    let plan = engine.plan(&project).await.unwrap();
    assert_eq!(
        (plan.scope, plan.reasons),
        (Some(Scope::FromTerms), vec![Reason::TermsEdited])
    );
    engine.require_term(&project, "passport data").await.unwrap();
    let settings = crate::ProjectSettings {
        max_terms: Some(5),
        ..engine.project_settings(&project).await.unwrap()
    };
    engine.set_project_settings(&project, settings).await.unwrap();
    let plan = engine.plan(&project).await.unwrap();
    assert_eq!(plan.scope, Some(Scope::Full));
    assert!(plan.reasons.contains(&Reason::TermsEdited) && plan.reasons.contains(&Reason::SettingsChanged));
    let run = bench.completed(&project, Scope::Full).await;
    assert_eq!(stage(&run, Stage::Load), (3, 3), "the documents are the same");
    assert_eq!(engine.plan(&project).await.unwrap().state, ProjectState::UpToDate);
}

/// What a stopped run has finished, the next one does not do again.
#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_run_is_taken_up_where_it_was() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    settle().await;
    bench.stop_when(|run| {
        let begun = |view: &crate::StageView| view.stage == Stage::Define && view.started_at.is_some();
        run.stages.iter().any(begun)
    });
    let first = bench.run(&project, Scope::Full).await;
    assert_eq!(first.status, RunStatus::Cancelled);
    let kept = units(&bench).await;
    assert!(kept > 0);
    let second = bench.completed(&project, Scope::Full).await;
    for done in [Stage::Load, Stage::Extract] {
        let (total, reused) = stage(&second, done);
        assert_eq!(total, reused, "{done:?}");
    }
    let fresh = Bench::new().await;
    let again = fresh.project("p").await;
    settle().await;
    let whole = fresh.completed(&again, Scope::Full).await;
    assert_eq!(units(&bench).await, units(&fresh).await, "nothing is kept twice");
    assert_eq!(
        computed(&first) + computed(&second),
        computed(&whole),
        "nothing is done twice"
    );
    assert!(
        bench.results(&project).await == fresh.results(&again).await,
        "the same bytes"
    );
}

/// S8, for decisions: what is decided in the middle of a run is for the next one, and the badge says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_term_that_is_required_during_a_run_waits_for_the_next() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let (engine, decided) = (bench.engine.clone(), std::sync::atomic::AtomicBool::new(false));
    let of = project.clone();
    bench.observer.on_event(move |event| {
        let extracting = |run: &RunView| {
            let running = |view: &crate::StageView| view.stage == Stage::Extract && view.started_at.is_some();
            run.status == RunStatus::Running && run.stages.iter().any(running)
        };
        if let crate::Event::RunChanged(run) = event
            && extracting(run)
            && !decided.swap(true, std::sync::atomic::Ordering::Relaxed)
        {
            let add = engine.require_term(&of, "passport data");
            tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(add)).unwrap();
        }
    });
    bench.completed(&project, Scope::Full).await;
    let plan = bench.engine.plan(&project).await.unwrap();
    assert_eq!(
        (plan.scope, plan.reasons),
        (Some(Scope::Full), vec![Reason::TermsEdited])
    );
    let term = bench.engine.term(&project, "passportdata").await.unwrap();
    assert_eq!(term.row.occurrences, 0, "the run did not look for it");
    bench.judge(&project, "passportdata", None).await;
    let plan = bench.engine.plan(&project).await.unwrap();
    assert_eq!(plan.state, ProjectState::UpToDate);
}

/// A file whose text is the same but whose time is another is not read again and again.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_over_touched_files_takes_note_of_their_new_times() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    bench.completed(&project, Scope::Full).await;
    let path = bench.documents_of("p").join("guide/seeds.md");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text).unwrap();
    settle().await;
    let touched = bench.completed(&project, Scope::Full).await;
    assert!(computed(&touched) >= 1, "it is read once");
    let again = bench.completed(&project, Scope::Full).await;
    assert_eq!(computed(&again), 0);
    let stored: i64 = sqlx::query_scalar("SELECT min(modified) FROM document WHERE path = 'guide/seeds.md'")
        .fetch_one(bench.engine.store().reader())
        .await
        .unwrap();
    assert!(stored > 0);
}
