//! A data folder that cannot be used, a database that cannot be read, a target that cannot be written.

use std::path::Path;

use genglossary_engine::{Engine, Error, NoSink, RunStatus, Scope};
use sqlx::{Connection as _, SqliteConnection};

use crate::bench::{Bench, refusal, results};

/// Permissions do not bind a superuser, so the obstacles are of the kind that stops everybody.
#[tokio::test(flavor = "multi_thread")]
async fn a_data_folder_that_cannot_be_made_or_filled_is_named_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "mine").unwrap();
    let logs_is_a_file = folder.path().join("a");
    std::fs::create_dir(&logs_is_a_file).unwrap();
    std::fs::write(logs_is_a_file.join("logs"), "mine").unwrap();
    let database_is_a_folder = folder.path().join("b");
    std::fs::create_dir_all(database_is_a_folder.join("genglossary.db")).unwrap();
    for home in [&file, &file.join("home"), &logs_is_a_file, &database_is_a_folder] {
        let message = refusal(home).await.message();
        assert_eq!(message.code, "data_folder_read_only", "{}", home.display());
        assert_eq!(Path::new(&message.params["path"]), home);
        assert!(message.detail.is_some(), "the system's own words");
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
    assert_eq!(std::fs::read_to_string(logs_is_a_file.join("logs")).unwrap(), "mine");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_cannot_be_written_fails_the_run_and_keeps_the_glossary() {
    let bench = Bench::new().await;
    let project = bench.finished().await;
    let before = bench.results(&project).await;
    let (logs, aside) = (bench.home().join("logs"), bench.home().join("aside"));
    std::fs::rename(&logs, &aside).unwrap();
    std::fs::write(&logs, "not a folder").unwrap();
    let error = bench.failure(&project).await;
    assert_eq!(error.code, "data_folder_read_only");
    assert_eq!(bench.results(&project).await, before);
    std::fs::remove_file(&logs).unwrap();
    std::fs::rename(&aside, &logs).unwrap();
    assert_eq!(
        bench.run(&project, Scope::Full).await.status,
        RunStatus::Completed,
        "and the next run works"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_a_newer_version_is_refused_and_not_touched() {
    let bench = Bench::new().await;
    let project = bench.finished().await;
    let before = bench.results(&project).await;
    bench.engine.close().await;
    let database = bench.home().join("genglossary.db");
    let known = newest(&database).await;
    change(
        &database,
        "INSERT INTO _sqlx_migrations SELECT 999999, 'later', installed_on, success, checksum,
        execution_time FROM _sqlx_migrations LIMIT 1",
    )
    .await;
    let bytes = std::fs::read(&database).unwrap();
    match refusal(&bench.home()).await {
        Error::DatabaseNewer { found, known: told } => assert_eq!((found, told), (999_999, known)),
        error => panic!("{error}"),
    }
    assert!(
        std::fs::read(&database).unwrap() == bytes,
        "the newer database is as it was"
    );
    change(&database, "DELETE FROM _sqlx_migrations WHERE version = 999999").await;
    let engine = Engine::open(&bench.home(), NoSink).await.unwrap();
    assert_eq!(results(&engine, &project, bench.folder.path()).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_database_is_refused_and_kept_for_who_can_repair_it() {
    let bench = Bench::new().await;
    let project = bench.finished().await;
    let before = bench.results(&project).await;
    bench.engine.close().await;
    let database = bench.home().join("genglossary.db");
    let good = std::fs::read(&database).unwrap();
    let mut torn = good.clone();
    torn[100..4096].fill(0x5a);
    for bad in [
        b"no database at all, but long enough to be looked at ".repeat(200),
        torn,
        good[..5000].to_vec(),
    ] {
        std::fs::write(&database, &bad).unwrap();
        match refusal(&bench.home()).await {
            Error::DatabaseDamaged { path, detail } => {
                assert_eq!(path, database.canonicalize().unwrap());
                assert!(!detail.is_empty());
            }
            error => panic!("{error}"),
        }
        assert!(std::fs::read(&database).unwrap() == bad, "nothing was written over it");
    }
    std::fs::write(&database, good).unwrap();
    let engine = Engine::open(&bench.home(), NoSink).await.unwrap();
    assert_eq!(results(&engine, &project, bench.folder.path()).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_cannot_be_written_leaves_nothing_behind_and_replaces_nothing() {
    let bench = Bench::new().await;
    let project = bench.finished().await;
    let target = bench.folder.path().join("out");
    std::fs::create_dir_all(target.join("taken.md")).unwrap();
    for path in [target.join("missing/glossary.md"), target.join("taken.md")] {
        match bench.engine.export(&project, &path).await.unwrap_err() {
            Error::ExportFailed { path: told, detail } => assert!(told == path && !detail.is_empty()),
            error => panic!("{error}"),
        }
    }
    let left: Vec<_> = std::fs::read_dir(&target)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["taken.md"], "no half-written file");
    let name = target.join("glossary.docx");
    assert!(
        matches!(bench.engine.export(&project, &name).await.unwrap_err(), Error::ExportFormat(path) if path == name)
    );
}

async fn change(database: &Path, statement: &'static str) {
    let mut connection = SqliteConnection::connect(&format!("sqlite://{}", database.display()))
        .await
        .unwrap();
    sqlx::query(statement).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

async fn newest(database: &Path) -> i64 {
    let mut connection = SqliteConnection::connect(&format!("sqlite://{}", database.display()))
        .await
        .unwrap();
    let version = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations")
        .fetch_one(&mut connection)
        .await;
    connection.close().await.unwrap();
    version.unwrap()
}
