use super::gate::{Gate, until};
use crate::testing::Bench;
use crate::{Error, Message, MissingUnit, RunStatus, Scope, Stage, StageStatus};

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn a_stopped_run_is_taken_up_by_a_new_one_of_the_same_scope() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    bench.completed(&project, Scope::Load).await;
    let gate = Gate::new(&bench, 1);
    let run = bench.start(&project, Scope::Extract).await;
    gate.holds(1).await;
    let early = bench.engine.resume_run(&run.id, "early").await;
    assert!(matches!(early, Err(Error::RunActive { run: active }) if active == run.id));
    bench.engine.cancel_run(&run.id).await.unwrap();
    gate.open();
    bench.settled().await;

    let again = bench.engine.resume_run(&run.id, "again").await.unwrap();
    assert_eq!((again.resumes.as_ref(), again.scope), (Some(&run.id), Scope::Extract));
    assert_eq!(
        bench.engine.resume_run(&run.id, "again").await.unwrap().id,
        again.id,
        "S6: a double click"
    );
    bench.settled().await;
    assert_eq!(bench.engine.run(&again.id).await.unwrap().status, RunStatus::Completed);
    let nothing = bench.engine.resume_run(&again.id, "more").await;
    assert!(matches!(nothing, Err(Error::NothingToResume { run }) if run == again.id));
    let unknown = bench.engine.resume_run("nothing", "more").await;
    assert!(matches!(unknown, Err(Error::RunNotFound(_))));
}

/// E11 and E14
#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn a_run_with_missing_units_is_partial_lists_them_and_can_be_tried_again() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let gate = Gate::new(&bench, 1);
    let run = bench.start(&project, Scope::Full).await;
    gate.holds(1).await;
    let units: Vec<_> = ["seed \"bank\"", "発芽", "room"]
        .map(|item| MissingUnit {
            stage: Stage::Define,
            item: item.to_owned(),
            error: Message {
                code: "unit_failed".to_owned(),
                params: [("path".to_owned(), "x".to_owned())].into(),
                detail: None,
            },
        })
        .into();
    let live = bench.engine.runs().get(&run.id).unwrap();
    units.iter().cloned().for_each(|unit| live.note_missing(unit));
    gate.open();
    bench.settled().await;

    let run = bench.engine.run(&run.id).await.unwrap();
    assert_eq!((run.status, run.missing), (RunStatus::Partial, 3));
    let define = &run.stages[2];
    assert_eq!((define.status, define.missing), (StageStatus::Completed, 3));
    let page = bench.engine.list_missing(&run.id, 1, 1).await.unwrap();
    assert_eq!((page.total, page.rows), (3, units[1..2].to_vec()));
    assert!(
        bench.results(&project).await.contains("drying"),
        "the rest became current"
    );
    let wrong = bench.engine.resume_run(&run.id, "wrong").await;
    assert!(matches!(wrong, Err(Error::NothingToResume { .. })));

    let again = bench.engine.retry_missing(&run.id, "again").await.unwrap();
    assert_eq!(again.resumes, Some(run.id.clone()));
    until("the retry ends", async || {
        bench.engine.run(&again.id).await.unwrap().status.is_final()
    })
    .await;
    let nothing = bench.engine.retry_missing(&again.id, "more").await;
    assert!(matches!(nothing, Err(Error::NothingToRetry { run }) if run == again.id));
    assert_eq!(bench.engine.list_missing(&again.id, 0, 10).await.unwrap().total, 0);
    bench.settled().await;
}
