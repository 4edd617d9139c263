//! What is deleted is out of sight at once, comes back whole, and goes for good a while later.

use crate::testing::Bench;
use crate::{Error, RunStatus, Scope, clock, logs};

/// Makes every deletion so old that nobody can take it back.
async fn age(bench: &Bench) {
    let long_ago = clock::format(jiff::Timestamp::now() - super::UNDO * 2);
    let mut tx = bench.engine.store().write().await.unwrap();
    for table in ["project", "run"] {
        let statement = format!("UPDATE {table} SET deleted_at = ? WHERE deleted_at IS NOT NULL");
        sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(&long_ago)
            .execute(&mut *tx)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
}

async fn rows(bench: &Bench, table: &str) -> i64 {
    let statement = format!("SELECT count(*) FROM {table}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(statement))
        .fetch_one(bench.engine.store().reader())
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_project_is_gone_from_every_list_and_comes_back_as_it_was() {
    let bench = Bench::new().await;
    let engine = &bench.engine;
    let project = bench.project("seeds").await;
    let run = bench.completed(&project, Scope::Full).await;
    let before = bench.results(&project).await;
    engine.delete_project(&project).await.unwrap();
    assert!(engine.list_projects().await.unwrap().is_empty());
    assert_eq!(engine.list_runs(None, 0, 10).await.unwrap().total, 0);
    assert!(matches!(engine.project(&project).await, Err(Error::ProjectNotFound(_))));
    assert!(matches!(
        engine.project_settings(&project).await,
        Err(Error::ProjectNotFound(_))
    ));
    assert!(matches!(
        engine.rename_project(&project, "x").await,
        Err(Error::ProjectNotFound(_))
    ));
    assert!(matches!(engine.run(&run.id).await, Err(Error::RunNotFound(_))));
    assert!(matches!(engine.find_run(&run.id).await, Err(Error::RunNotFound(_))));
    let folder = bench.documents_of("seeds");
    assert!(engine.find_project(&folder).await.unwrap().is_none());
    let start = engine
        .start_run(&project, Scope::Full, crate::Trigger::User, "one")
        .await;
    assert!(matches!(start, Err(Error::ProjectNotFound(_))));
    let again = engine.delete_project(&project).await;
    assert!(matches!(again, Err(Error::ProjectNotFound(_))));

    engine.tidy().await.unwrap();
    assert_eq!(engine.restore_project(&project).await.unwrap().name, "seeds");
    assert_eq!(bench.results(&project).await, before, "nothing is lost");
    assert!(!bench.log(&run.id).await.is_empty());
}

/// S3, E6: the run is stopped first, and nothing of it is left at work.
#[tokio::test(flavor = "multi_thread")]
async fn deleting_a_project_stops_its_run_first() {
    let bench = Bench::new().await;
    let project = bench.project("seeds").await;
    let run = bench.start(&project, Scope::Full).await;
    bench.engine.delete_project(&project).await.unwrap();
    bench.settled().await;
    assert!(bench.engine.list_active_runs().await.unwrap().is_empty());
    bench.engine.restore_project(&project).await.unwrap();
    let ended = bench.engine.run(&run.id).await.unwrap();
    assert!(
        matches!(ended.status, RunStatus::Cancelled | RunStatus::Completed),
        "{:?}: completion wins over a late stop",
        ended.status
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_deleted_long_ago_leaves_nothing_behind() {
    let bench = Bench::new().await;
    let (gone, kept) = (bench.project("gone").await, bench.project("kept").await);
    let run = bench.completed(&gone, Scope::Full).await;
    bench.completed(&kept, Scope::Full).await;
    let results = bench.results(&kept).await;
    bench.engine.delete_project(&gone).await.unwrap();
    age(&bench).await;
    bench.engine.tidy().await.unwrap();
    for (table, left) in [("project", 1), ("run", 1), ("promotion", 1), ("generation", 5)] {
        assert_eq!(rows(&bench, table).await, left, "{table}");
    }
    assert!(!logs::path(&bench.home, &run.id).exists());
    let restored = bench.engine.restore_project(&gone).await;
    assert!(matches!(restored, Err(Error::ProjectNotFound(_))));
    assert!(
        bench.documents_of("gone").join("guide/seeds.md").exists(),
        "documents are never touched"
    );
    assert_eq!(bench.results(&kept).await, results);
}

/// Also when a crash came between two steps of the clean-up: half a project never comes back.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_being_purged_cannot_be_brought_back() {
    let bench = Bench::new().await;
    let project = bench.project("seeds").await;
    bench.completed(&project, Scope::Full).await;
    bench.engine.delete_project(&project).await.unwrap();
    age(&bench).await;
    let restored = bench.engine.restore_project(&project).await;
    assert!(matches!(restored, Err(Error::ProjectNotFound(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_folder_of_a_deleted_project_can_have_a_new_one() {
    let bench = Bench::new().await;
    let old = bench.project("seeds").await;
    bench.completed(&old, Scope::Full).await;
    bench.engine.delete_project(&old).await.unwrap();
    let folder = bench.documents_of("seeds");
    let new = bench.engine.create_project("new", &folder).await.unwrap();
    assert_ne!(new.id, old);
    assert!(new.last_run.is_none());
    let restored = bench.engine.restore_project(&old).await;
    assert!(
        matches!(restored, Err(Error::ProjectNotFound(_))),
        "one folder is one project"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_duplicate_has_the_settings_and_decisions_and_no_runs() {
    let bench = Bench::new().await;
    let project = bench.project("seeds").await;
    bench.completed(&project, Scope::Full).await;
    let mut settings = bench.engine.project_settings(&project).await.unwrap();
    settings.max_terms = Some(7);
    bench
        .engine
        .set_project_settings(&project, settings.clone())
        .await
        .unwrap();
    bench.engine.require_term(&project, "cold room").await.unwrap();
    let folder = bench.documents("copy");
    let copy = bench.engine.duplicate_project(&project, "copy", &folder).await.unwrap();
    assert_eq!(bench.engine.project_settings(&copy.id).await.unwrap(), settings);
    assert!(copy.last_run.is_none() && copy.counts.terms.is_none());
    let decided = sqlx::query_scalar!("SELECT text FROM decision WHERE project_id = ?", copy.id)
        .fetch_all(bench.engine.store().reader())
        .await
        .unwrap();
    assert_eq!(decided, ["cold room"]);
    let same = bench.documents_of("seeds");
    let refused = bench.engine.duplicate_project(&project, "again", &same).await;
    assert!(
        matches!(refused, Err(Error::FolderInUse { .. })),
        "one folder is one project"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_run_whose_results_are_current_cannot_be_deleted() {
    let bench = Bench::new().await;
    let project = bench.project("seeds").await;
    let run = bench.completed(&project, Scope::Full).await;
    let refused = bench.engine.delete_run(&run.id).await;
    assert!(matches!(refused, Err(Error::RunIsCurrent(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_an_older_run_takes_its_log_and_leaves_the_current_results() {
    let bench = Bench::new().await;
    let project = bench.project("seeds").await;
    let old = bench.completed(&project, Scope::Full).await;
    bench.change("seeds");
    // It is made from the documents and terms of the older run's successor, and reviews what was there before.
    let newer = bench.completed(&project, Scope::Full).await;
    let last = bench.completed(&project, Scope::Refine).await;
    let before = bench.results(&project).await;
    for run in [&old, &newer] {
        bench.engine.delete_run(&run.id).await.unwrap();
        assert!(matches!(bench.engine.run(&run.id).await, Err(Error::RunNotFound(_))));
    }
    let detail = bench.engine.project(&project).await.unwrap();
    assert_eq!(detail.current_run.as_ref(), Some(&last.id));
    assert!(detail.previous.is_none(), "nobody is offered what was deleted");
    let restored = bench.engine.restore_results(&project, &old.id).await;
    assert!(matches!(restored, Err(Error::RunNotFound(_))));
    bench.engine.restore_run(&newer.id).await.unwrap();
    assert!(!bench.log(&newer.id).await.is_empty());
    bench.engine.delete_run(&newer.id).await.unwrap();

    age(&bench).await;
    bench.engine.tidy().await.unwrap();
    assert!(!logs::path(&bench.home, &old.id).exists());
    assert_eq!(
        bench.results(&project).await,
        before,
        "current results are never touched"
    );
    assert_eq!(bench.engine.list_runs(Some(&project), 0, 10).await.unwrap().total, 1);
    let late = bench.engine.restore_run(&newer.id).await;
    assert!(matches!(late, Err(Error::RunNotFound(_))));
    // Of the oldest run nothing is left; the other still holds the documents that the current terms were found in.
    assert_eq!(rows(&bench, "run").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_active_run_is_pinned_but_not_deleted() {
    let bench = Bench::new().await;
    let project = bench.project("seeds").await;
    let run = bench.start(&project, Scope::Full).await;
    let active = bench.engine.delete_run(&run.id).await;
    let pinned = bench.engine.pin_run(&run.id, true).await.unwrap();
    assert!(matches!(active, Err(Error::RunActive { .. } | Error::RunIsCurrent(_))));
    assert!(pinned.pinned);
    bench.settled().await;
    let ended = bench.engine.run(&run.id).await.unwrap();
    assert!(
        ended.pinned && ended.revision >= pinned.revision,
        "the end knows of the pin"
    );
}
