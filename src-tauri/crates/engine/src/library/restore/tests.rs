use std::sync::Mutex;

use crate::store::promotions;
use crate::testing::Bench;
use crate::{Error, Event, RunStatus, Scope, Stage, StageStatus, TermEdit, Verdict};

async fn add_document(bench: &Bench, project: &str) {
    let folder = bench.engine.project_folder(project).await.unwrap();
    let text = "A gradiometer is a device that measures gradients. The gradiometer is kept in the drying room.\n";
    std::fs::write(folder.join("new.txt"), text).unwrap();
}

/// E8
#[tokio::test(flavor = "multi_thread")]
async fn restored_results_are_byte_identical_and_restoring_twice_toggles() {
    let bench = Bench::new().await;
    let (engine, project) = (&bench.engine, bench.project("p").await);
    let first = bench.completed(&project, Scope::Full).await.id;
    let old = bench.results(&project).await;
    assert_eq!(promotions::previous(engine.store(), &project).await.unwrap(), None);
    add_document(&bench, &project).await;
    let second = bench.completed(&project, Scope::Full).await.id;
    let new = bench.results(&project).await;
    assert_ne!(old, new);

    for (run, other, results) in [
        (&first, &second, &old),
        (&second, &first, &new),
        (&first, &second, &old),
    ] {
        let previous = promotions::previous(engine.store(), &project).await.unwrap();
        assert_eq!(previous.as_ref(), Some(run), "what would be restored");
        let told = bench.observer.events().len();
        engine.restore_results(&project, run).await.unwrap();
        assert!(
            matches!(&bench.observer.events()[told..], [Event::ProjectChanged(changed)] if changed.project_id == project),
            "who looks is told"
        );
        assert_eq!(&bench.results(&project).await, results);
        assert_eq!(
            promotions::current(engine.store(), &project).await.unwrap(),
            Some((run.clone(), true))
        );
        let previous = promotions::previous(engine.store(), &project).await.unwrap();
        assert_eq!(previous.as_ref(), Some(other), "what was replaced can be restored");
    }
}

/// A set may lack stages: what was never made then must not stay current.
#[tokio::test(flavor = "multi_thread")]
async fn a_restored_set_is_complete_and_nothing_else_stays_current() {
    let bench = Bench::new().await;
    let (engine, project) = (&bench.engine, bench.project("p").await);
    let load = bench.completed(&project, Scope::Load).await.id;
    let full = bench.completed(&project, Scope::Full).await.id;
    let whole = bench.results(&project).await;
    let detail = engine.restore_results(&project, &load).await.unwrap();
    assert_eq!(detail.summary.counts.documents, Some(3));
    assert_eq!(detail.summary.counts.terms, None);
    assert_eq!(detail.stale, Stage::ALL[1..]);
    engine.restore_results(&project, &full).await.unwrap();
    assert_eq!(bench.results(&project).await, whole);
}

#[tokio::test(flavor = "multi_thread")]
async fn restoring_what_is_current_changes_nothing() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let run = bench.completed(&project, Scope::Full).await.id;
    bench.engine.restore_results(&project, &run).await.unwrap();
    let current = promotions::current(bench.engine.store(), &project).await.unwrap();
    assert_eq!(current, Some((run, false)));
}

/// Taking back the results of a run that found everything as it was would change nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_changed_nothing_is_not_what_restore_offers() {
    let bench = Bench::new().await;
    let (store, project) = (bench.engine.store(), bench.project("p").await);
    let first = bench.completed(&project, Scope::Full).await.id;
    add_document(&bench, &project).await;
    let second = bench.completed(&project, Scope::Full).await.id;
    let third = bench.completed(&project, Scope::Full).await.id;
    assert!(promotions::is_kept(store, &second).await.unwrap());
    let current = promotions::current(store, &project).await.unwrap();
    assert_eq!(current, Some((third, false)));
    assert_eq!(promotions::previous(store, &project).await.unwrap(), Some(first));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_restored_while_a_run_is_active() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let first = bench.completed(&project, Scope::Full).await.id;
    add_document(&bench, &project).await;
    let answers = std::sync::Arc::new(Mutex::new(Vec::new()));
    let (engine, told, run) = (bench.engine.clone(), answers.clone(), first.clone());
    bench.observer.on_event(move |event| {
        let Event::RunChanged(view) = event else { return };
        let defining = |stage: &crate::StageView| stage.stage == Stage::Define && stage.status == StageStatus::Running;
        if view.status == RunStatus::Running && view.stages.iter().any(defining) {
            let restore = engine.restore_results(&view.project_id, &run);
            let answer = tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(restore));
            told.lock().unwrap().push((view.id.clone(), answer));
        }
    });
    let second = bench.completed(&project, Scope::Full).await.id;
    let answers = std::mem::take(&mut *answers.lock().unwrap());
    assert!(!answers.is_empty());
    for (active, answer) in answers {
        assert_eq!(active, second);
        assert!(
            matches!(&answer, Err(Error::RunActive { run }) if *run == second),
            "{answer:?}"
        );
    }
    let current = promotions::current(bench.engine.store(), &project).await.unwrap();
    assert_eq!(current, Some((second, false)));
}

/// E9
#[tokio::test(flavor = "multi_thread")]
async fn what_the_researcher_decided_survives_a_restore() {
    let bench = Bench::new().await;
    let (engine, project) = (&bench.engine, bench.project("p").await);
    let first = bench.completed(&project, Scope::Full).await.id;
    add_document(&bench, &project).await;
    bench.completed(&project, Scope::Full).await;
    let (category, note) = (Some("object".to_owned()), Some("see the handbook".to_owned()));
    bench.judge(&project, "accession", Some(Verdict::Required)).await;
    bench
        .decide(&project, &["accession"], TermEdit::Category { category })
        .await;
    bench.decide(&project, &["accession"], TermEdit::Note { note }).await;
    bench.define(&project, "accession", "What the gene bank numbers.").await;
    let added = engine.require_term(&project, "cold chain").await.unwrap().key;
    engine.restore_results(&project, &first).await.unwrap();
    let term = engine.term(&project, "accession").await.unwrap();
    assert_eq!(term.row.verdict, Some(Verdict::Required));
    assert_eq!(term.row.category, "object");
    assert_eq!(term.note.as_deref(), Some("see the handbook"));
    let entry = engine.entry(&project, Stage::Refine, "accession").await.unwrap();
    assert_eq!(entry.edited.as_deref(), Some("What the gene bank numbers."));
    let added = engine.term(&project, &added).await.unwrap();
    assert!(added.manual);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_results_of_this_project_that_are_kept_can_be_restored() {
    let bench = Bench::new().await;
    let (engine, project, other) = (&bench.engine, bench.project("p").await, bench.project("q").await);
    let run = bench.completed(&project, Scope::Full).await.id;
    let before = bench.results(&project).await;
    bench.remove("p");
    let failed = bench.run(&project, Scope::Full).await;
    assert_eq!(failed.status, RunStatus::Failed);
    let answer = engine.restore_results(&project, &failed.id).await;
    assert!(
        matches!(&answer, Err(Error::ResultsGone(gone)) if *gone == failed.id),
        "{answer:?}"
    );
    for (project, run) in [(&other, run.as_str()), (&project, "none")] {
        let answer = engine.restore_results(project, run).await;
        assert!(matches!(&answer, Err(Error::RunNotFound(_))), "{answer:?}");
    }
    let answer = engine.restore_results("none", &run).await;
    assert!(matches!(&answer, Err(Error::ProjectNotFound(_))), "{answer:?}");
    assert_eq!(bench.results(&project).await, before);
    let message = Error::ResultsGone("r".to_owned()).message();
    assert_eq!(
        (message.code.as_str(), message.params["run"].as_str()),
        ("results_gone", "r")
    );
}
