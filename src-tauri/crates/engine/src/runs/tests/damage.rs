use std::io::{Seek as _, SeekFrom, Write as _};

use super::gate::until;
use crate::testing::{Bench, Observer};
use crate::{Engine, Error, RunStatus, Scope, Trigger, Verdict};

async fn execute(bench: &Bench, sql: &'static str) {
    let mut tx = bench.engine.store().write().await.unwrap();
    sqlx::query(sql).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
}

/// Writes nonsense over the first page of the term list.
async fn damage(bench: &Bench) {
    let page: i64 = sqlx::query_scalar("SELECT rootpage FROM sqlite_schema WHERE name = 'term_row'")
        .fetch_one(bench.engine.store().reader())
        .await
        .unwrap();
    let size: i64 = sqlx::query_scalar("PRAGMA page_size")
        .fetch_one(bench.engine.store().reader())
        .await
        .unwrap();
    bench.engine.close().await;
    let mut file = std::fs::File::options()
        .write(true)
        .open(bench.home.join("genglossary.db"))
        .unwrap();
    file.seek(SeekFrom::Start(((page - 1) * size) as u64)).unwrap();
    file.write_all(&vec![0xA5; size as usize]).unwrap();
}

/// C4 after a crash: the database is looked at before the next run may write to it.
#[tokio::test(flavor = "multi_thread")]
async fn no_run_starts_on_a_database_that_a_crash_damaged() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let run = bench.completed(&project, Scope::Full).await;
    execute(
        &bench,
        "UPDATE run SET status = 'running', finished_at = NULL, owner_boot = 'an earlier boot'",
    )
    .await;
    damage(&bench).await;
    let next = Engine::open(&bench.home, Observer::default()).await.unwrap();
    assert_eq!(next.run(&run.id).await.unwrap().status, RunStatus::Interrupted);
    let refused = next
        .start_run(&project, Scope::Load, Trigger::User, "next")
        .await
        .unwrap_err();
    let message = refused.message();
    assert_eq!(message.code, "database_damaged");
    assert_eq!(
        message.params["path"],
        next.home().join("genglossary.db").display().to_string()
    );
    assert_eq!(next.damage(), Some(message));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_that_damaged_nothing_keeps_nobody_from_starting() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    bench.completed(&project, Scope::Full).await;
    execute(
        &bench,
        "UPDATE run SET status = 'running', finished_at = NULL, owner_boot = 'an earlier boot'",
    )
    .await;
    bench.completed(&project, Scope::Full).await;
    assert_eq!(bench.engine.damage(), None);
}

/// A crash leaves a write-ahead log behind, also when no run was active.
#[tokio::test(flavor = "multi_thread")]
async fn the_database_is_checked_after_every_crash_and_only_then() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    bench.completed(&project, Scope::Full).await;
    let log = bench.home.join("genglossary.db-wal");
    assert!(std::fs::metadata(&log).unwrap().len() > 0);
    let beside = Engine::open(&bench.home, Observer::default()).await.unwrap();
    assert!(!beside.store().is_after_crash(), "who has it open is alive");
    beside.close().await;
    damage(&bench).await;
    let after_close = Engine::open(&bench.home, Observer::default()).await.unwrap();
    assert!(!after_close.store().is_after_crash());
    after_close.close().await;
    drop((after_close, beside));
    assert!(!log.exists());

    // A torn first record: the process was killed in the middle of it, and nobody else is there.
    std::fs::write(log, [0; 100]).unwrap();
    let home = bench.home.clone();
    let _folder = bench.leave();
    let next = Engine::open(&home, Observer::default()).await.unwrap();
    let refused = next.start_run(&project, Scope::Load, Trigger::User, "next").await;
    assert!(matches!(refused, Err(Error::DatabaseDamaged { .. })), "{refused:?}");
}

/// Damage that is met later than at the start is known from then on.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_meets_damage_says_so_and_no_other_starts() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    bench.completed(&project, Scope::Full).await;
    // Without a term that is excluded there would be nothing to do, and no damage to meet.
    bench.judge(&project, "accession", Some(Verdict::Excluded)).await;
    damage(&bench).await;
    let next = Engine::open(&bench.home, Observer::default()).await.unwrap();
    let run = next
        .start_run(&project, Scope::FromTerms, Trigger::User, "next")
        .await
        .unwrap();
    until("the run ends", async || {
        next.run(&run.id).await.unwrap().status.is_final()
    })
    .await;
    let run = next.run(&run.id).await.unwrap();
    assert_eq!(
        (run.status, run.error.map(|error| error.code).as_deref()),
        (RunStatus::Failed, Some("database_damaged"))
    );
    let refused = next.start_run(&project, Scope::Load, Trigger::User, "more").await;
    assert!(matches!(refused, Err(Error::DatabaseDamaged { .. })), "{refused:?}");
}

#[tokio::test]
async fn what_the_disk_refuses_is_no_defect() {
    let bench = Bench::new().await;
    let code = |error: sqlx::Error| Error::from(error).message().code;
    let mut reader = bench.engine.store().connect().await.unwrap();
    let refused = sqlx::query("DELETE FROM run").execute(&mut reader).await.unwrap_err();
    assert_eq!(code(refused), "data_folder_read_only");
    let mut tx = bench.engine.store().write().await.unwrap();
    sqlx::query("PRAGMA max_page_count = 1")
        .execute(&mut *tx)
        .await
        .unwrap();
    let fill = "INSERT INTO document_text (hash, text) VALUES ('x', hex(zeroblob(10000000)))";
    let full = sqlx::query(fill).execute(&mut *tx).await.unwrap_err();
    assert_eq!(code(full), "disk_full");
    let missing = sqlx::query("SELECT * FROM nothing")
        .execute(&mut *tx)
        .await
        .unwrap_err();
    assert_eq!(code(missing), "internal", "a defect stays one");
}
