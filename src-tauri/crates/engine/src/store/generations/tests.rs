use super::{collect_texts, remove_slice, remove_texts};
use crate::store::{Store, promotions};
use crate::testing::{Bench, Observer};
use crate::{Engine, Error, Scope};

/// Everything that goes after a run with results.
async fn collect(store: &Store, project_id: &str) -> crate::Result<()> {
    super::collect(store, project_id).await?;
    collect_texts(store).await
}

/// Completes a run on documents that no run before it has seen.
async fn run_on_something_new(bench: &Bench, project: &str, number: usize) -> String {
    let folder = bench.engine.project_folder(project).await.unwrap();
    let text = format!("A gradiometer is a device that measures {number} gradients.\n");
    std::fs::write(folder.join("new.txt"), text).unwrap();
    bench.completed(project, Scope::Full).await.id
}

async fn count(store: &Store, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(store.reader()).await.unwrap()
}

async fn execute(store: &Store, sql: &'static str, run: &str) {
    let mut tx = store.write().await.unwrap();
    sqlx::query(sql).bind(run).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
}

async fn generations_of(store: &Store, run: &str) -> Vec<String> {
    sqlx::query_scalar("SELECT stage FROM generation WHERE run_id = ? ORDER BY id")
        .bind(run)
        .fetch_all(store.reader())
        .await
        .unwrap()
}

/// Number of results that belong to no set that is kept.
async fn loose(store: &Store) -> i64 {
    let loose = "SELECT count(*) FROM generation WHERE id NOT IN (SELECT generation_id FROM promotion_generation)";
    count(store, loose).await
}

/// Makes the results of a run what a collection has to remove.
async fn give_up(store: &Store, run: &str) {
    execute(store, "DELETE FROM promotion WHERE run_id = ?", run).await;
}

/// A run like the last one, in another state and without results.
async fn insert_run(store: &Store, status: &'static str) -> String {
    let id = uuid::Uuid::now_v7().to_string();
    let mut tx = store.write().await.unwrap();
    sqlx::query(
        "INSERT INTO run (id, project_id, request_id, scope, trigger, status, engine, settings, settings_hash,
             app_version, owner_pid, owner_started, heartbeat_at, created_at)
         SELECT ?1, project_id, ?1, scope, trigger, ?2, engine, settings, settings_hash, app_version, owner_pid,
             owner_started, heartbeat_at, created_at FROM run ORDER BY id DESC LIMIT 1",
    )
    .bind(&id)
    .bind(status)
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    id
}

/// A result of a stage of `run`, made from the newest one.
async fn insert_generation(store: &Store, run: &str, stage: &'static str, key: Option<&'static str>) {
    let mut tx = store.write().await.unwrap();
    sqlx::query(
        "INSERT INTO generation (project_id, run_id, stage, input_id, created_at, key)
         SELECT project_id, ?1, ?2, CASE ?2 WHEN 'load' THEN NULL ELSE (SELECT max(id) FROM generation) END, created_at, ?3
         FROM run WHERE id = ?1",
    )
    .bind(run)
    .bind(stage)
    .bind(key)
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_five_sets_of_results_are_kept_and_older_ones_are_gone() {
    let bench = Bench::new().await;
    let (store, project) = (bench.engine.store(), bench.project("p").await);
    let (mut runs, mut results) = (Vec::new(), Vec::new());
    for number in 0..7 {
        runs.push(run_on_something_new(&bench, &project, number).await);
        results.push(bench.results(&project).await);
    }
    for (index, run) in runs.iter().enumerate() {
        assert_eq!(
            promotions::is_kept(store, run).await.unwrap(),
            index >= 2,
            "run {index}"
        );
    }
    assert_eq!(loose(store).await, 0);
    assert_eq!(
        count(
            store,
            "SELECT count(*) FROM document_text WHERE text LIKE '%gradiometer%'"
        )
        .await,
        5,
        "texts go with the last document that has them"
    );
    for gone in &runs[..2] {
        let answer = bench.engine.restore_results(&project, gone).await;
        assert!(
            matches!(&answer, Err(Error::ResultsGone(run)) if run == gone),
            "{answer:?}"
        );
    }
    // The current set does not push out another one when it becomes current again.
    for index in [2, 6, 2, 6, 3, 4, 5] {
        bench.engine.restore_results(&project, &runs[index]).await.unwrap();
        collect(store, &project).await.unwrap();
        assert_eq!(bench.results(&project).await, results[index], "run {index}");
    }
    assert_eq!(loose(store).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collection_that_broke_off_is_finished_by_another_process() {
    let bench = Bench::new().await;
    let (store, project) = (bench.engine.store(), bench.project("p").await);
    let first = run_on_something_new(&bench, &project, 1).await;
    let second = run_on_something_new(&bench, &project, 2).await;
    let older = bench.results(&project).await;
    let third = run_on_something_new(&bench, &project, 3).await;
    let current = bench.results(&project).await;
    give_up(store, &first).await;
    let rows = "SELECT (SELECT count(*) FROM term_row) + (SELECT count(*) FROM document_terms)
        + (SELECT count(*) FROM entry_row) + (SELECT count(*) FROM issue_row) + (SELECT count(*) FROM document)";
    let before = count(store, rows).await;
    for _ in 0..5 {
        assert!(
            remove_slice(store, &project, 1).await.unwrap(),
            "there is more to remove"
        );
        assert_eq!(bench.results(&project).await, current);
    }
    let left = count(store, rows).await;
    assert!(
        left < before && left >= before - 5,
        "{before} to {left}: no slice is larger than asked"
    );
    assert!(loose(store).await > 0, "it broke off in the middle");

    let other = Engine::open(&bench.home, Observer::default()).await.unwrap();
    collect(other.store(), &project).await.unwrap();
    assert_eq!(loose(store).await, 0);
    for (run, kept) in [(&first, false), (&second, true), (&third, true)] {
        assert_eq!(promotions::is_kept(store, run).await.unwrap(), kept);
    }
    assert_eq!(
        count(
            store,
            "SELECT count(*) FROM document_text WHERE hash NOT IN (SELECT hash FROM document)"
        )
        .await,
        0
    );
    assert_eq!(bench.results(&project).await, current);
    bench.engine.restore_results(&project, &second).await.unwrap();
    assert_eq!(bench.results(&project).await, older);
    let settled = count(store, rows).await;
    collect(store, &project).await.unwrap();
    assert_eq!(count(store, rows).await, settled, "once more changes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_may_collect_at_once() {
    let bench = Bench::new().await;
    let (store, project) = (bench.engine.store(), bench.project("p").await);
    let first = run_on_something_new(&bench, &project, 1).await;
    let second = run_on_something_new(&bench, &project, 2).await;
    let third = run_on_something_new(&bench, &project, 3).await;
    let current = bench.results(&project).await;
    give_up(store, &first).await;
    give_up(store, &second).await;
    let other = Engine::open(&bench.home, Observer::default()).await.unwrap();
    let sweep = |store: Store| {
        let project = project.clone();
        tokio::spawn(async move {
            while remove_slice(&store, &project, 7).await.unwrap() {
                tokio::task::yield_now().await;
            }
            remove_texts(&store, 1).await.unwrap();
        })
    };
    let (here, there) = tokio::join!(sweep(store.clone()), sweep(other.store().clone()));
    here.unwrap();
    there.unwrap();
    assert_eq!(loose(store).await, 0);
    assert!(promotions::is_kept(store, &third).await.unwrap());
    assert_eq!(count(store, "SELECT count(*) FROM document_text").await, 4);
    assert_eq!(bench.results(&project).await, current);
}

/// Somebody else can write between two slices.
#[tokio::test(flavor = "multi_thread")]
async fn a_collection_leaves_the_writer_to_others_between_its_slices() {
    let bench = Bench::new().await;
    let (store, project) = (bench.engine.store(), bench.project("p").await);
    let first = run_on_something_new(&bench, &project, 1).await;
    run_on_something_new(&bench, &project, 2).await;
    give_up(store, &first).await;
    let mut renamed = 0;
    while remove_slice(store, &project, 1).await.unwrap() {
        renamed += 1;
        let name = format!("p{renamed}");
        let summary = bench.engine.rename_project(&project, &name).await.unwrap();
        assert_eq!(summary.name, name);
    }
    assert!(renamed > 3, "{renamed}");
}

/// C1: what a stopped run finished is there for the run that takes it up.
#[tokio::test(flavor = "multi_thread")]
async fn finished_stages_of_a_stopped_run_wait_for_the_next_completed_one() {
    let bench = Bench::new().await;
    let (store, project) = (bench.engine.store(), bench.project("p").await);
    let first = run_on_something_new(&bench, &project, 1).await;
    let older = run_on_something_new(&bench, &project, 2).await;
    let stopped = insert_run(store, "cancelled").await;
    insert_generation(store, &stopped, "load", Some("a")).await;
    insert_generation(store, &stopped, "extract", Some("b")).await;
    insert_generation(store, &stopped, "define", None).await;
    collect(store, &project).await.unwrap();
    assert_eq!(
        generations_of(store, &stopped).await,
        ["load", "extract"],
        "what is not finished is of no use"
    );
    bench.engine.restore_results(&project, &first).await.unwrap();
    bench.engine.restore_results(&project, &older).await.unwrap();
    collect(store, &project).await.unwrap();
    assert_eq!(
        generations_of(store, &stopped).await,
        ["load", "extract"],
        "restored results are not newer than it"
    );
    run_on_something_new(&bench, &project, 3).await;
    assert!(generations_of(store, &stopped).await.is_empty());
}

/// A run may have found results by their keys, and nothing tells of it before its end.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_a_run_may_have_found_goes_while_it_is_active() {
    let bench = Bench::new().await;
    let (store, project) = (bench.engine.store(), bench.project("p").await);
    let stopped = {
        run_on_something_new(&bench, &project, 1).await;
        let stopped = insert_run(store, "failed").await;
        insert_generation(store, &stopped, "load", Some("a")).await;
        stopped
    };
    let first = run_on_something_new(&bench, &project, 2).await;
    assert!(generations_of(store, &stopped).await.is_empty());
    insert_generation(store, &stopped, "load", Some("a")).await;
    let active = insert_run(store, "running").await;
    insert_generation(store, &active, "load", None).await;
    let seen = "INSERT INTO document_text (hash, text) VALUES (?, 'a text without a document')";
    execute(store, seen, "h").await;
    let texts = "SELECT count(*) FROM document_text WHERE hash = 'h'";
    collect(store, &project).await.unwrap();
    assert_eq!(count(store, texts).await, 1);
    assert_eq!(generations_of(store, &stopped).await, ["load"]);
    assert_eq!(generations_of(store, &active).await, ["load"]);
    assert!(promotions::is_kept(store, &first).await.unwrap());
    execute(store, "UPDATE run SET status = 'failed' WHERE id = ?", &active).await;
    collect(store, &project).await.unwrap();
    assert!(generations_of(store, &stopped).await.is_empty());
    assert!(generations_of(store, &active).await.is_empty());
    assert_eq!(count(store, texts).await, 0);
}
