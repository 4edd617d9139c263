//! Results of the version before rows outlived them.

use std::borrow::Cow;

use sqlx::migrate::Migrator;

use super::{read_entries, read_found, read_holders, read_issues, read_places, read_resolutions, read_terms};
use crate::store::{DATABASE, MIGRATOR, Store};

/// A project with two sets of results, as the migrations up to 3 stored them.
const OLD: &str = r#"
    INSERT INTO project VALUES ('p', 'p', '/p', '{}', 'now');
    INSERT INTO run (id, project_id, request_id, scope, trigger, status, engine, settings, settings_hash, app_version,
        owner_pid, owner_started, heartbeat_at, created_at)
        VALUES ('r1', 'p', 'r1', 'full', 'user', 'completed', 'e', '{}', '', '1', 1, 1, 'now', 'now'),
               ('r2', 'p', 'r2', 'full', 'user', 'completed', 'e', '{}', '', '1', 1, 1, 'now', 'now');
    INSERT INTO generation (id, project_id, run_id, stage, input_id, created_at) VALUES
        (1, 'p', 'r1', 'load', NULL, 'now'), (2, 'p', 'r1', 'extract', 1, 'now'), (3, 'p', 'r1', 'define', 2, 'now'),
        (4, 'p', 'r1', 'review', 3, 'now'), (5, 'p', 'r1', 'refine', 4, 'now'), (6, 'p', 'r2', 'extract', 1, 'now');
    INSERT INTO document_text VALUES ('h', 'A pod is a group.'), ('i', 'A pod is a group.
Pod.');
    INSERT INTO document VALUES (1, 0, 'a.md', 'h', 'english', 'utf-8', 17, 1, 0), (1, 1, 'b.md', 'i', 'english', 'utf-8', 22, 2, 0);
    INSERT INTO term VALUES
        (2, 0, 'pod', 'pod', 'english', 'concept', 0.5, 2, 3, '[{"text":"pod","count":3}]', NULL),
        (2, 1, 'group', 'group', 'english', 'concept', 0.25, 1, 1, '[]', NULL),
        (6, 0, 'group', 'group', 'english', 'concept', 0.75, 1, 1, '[]', 'all of them');
    INSERT INTO posting VALUES (2, 0, '[[0,2,5,1],[1,12,15,2],[1,2,5,1]]'), (2, 1, '[[1,11,16,1]]'), (6, 0, '[[0,11,16,1]]');
    INSERT INTO document_count VALUES (2, 0, 1, 1), (2, 1, 2, 3), (6, 0, 1, 1);
    INSERT INTO entry VALUES
        (3, 0, 'pod', 'pod', 'english', 'concept', 'A pod is a group.', 0.9, '[]', '[]', '["pods"]', '[]', 0),
        (3, 1, 'group', 'group', 'english', 'concept', NULL, 0, '[]', '[]', '[]', '[]', 0),
        (5, 0, 'group', 'group', 'english', 'concept', NULL, 0, '[]', '[]', '[]', '[]', 0);
    INSERT INTO issue VALUES
        (4, 0, 'pod', 'pod', 1, 'undefined', '{"kind":"undefined","occurrences":1}'),
        (4, 1, 'group', 'group', 3, 'undefined', '{"kind":"undefined","occurrences":2}');
    INSERT INTO resolution VALUES (5, 0, 'merged'), (5, 1, 'open');
"#;

#[tokio::test(flavor = "multi_thread")]
async fn results_of_the_version_before_lose_nothing() {
    let home = tempfile::tempdir().unwrap();
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(home.path().join(DATABASE))
        .create_if_missing(true);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    let before: Vec<_> = MIGRATOR
        .iter()
        .filter(|migration| migration.version < 4)
        .cloned()
        .collect();
    let before = Migrator {
        migrations: Cow::Owned(before),
        ..Migrator::DEFAULT
    };
    before.run(&pool).await.unwrap();
    sqlx::raw_sql(OLD).execute(&pool).await.unwrap();
    pool.close().await;

    let store = Store::open(home.path()).await.unwrap();
    let backup = home.path().join("genglossary-v3.backup.db");
    assert_eq!(backed_up(&backup).await, ("ok".to_owned(), 3, 3), "as it was before");
    let terms = read_terms(&store, 2).await.unwrap();
    let keys: Vec<&str> = terms.iter().map(|term| term.key.as_str()).collect();
    assert_eq!((&keys[..], terms[0].variants[0].count), (&["pod", "group"][..], 3));
    let later = read_terms(&store, 6).await.unwrap();
    assert_eq!(later.len(), 1);
    assert_eq!(
        (later[0].score, later[0].expansion.as_deref()),
        (0.75, Some("all of them"))
    );
    let found = read_found(&store, 2, &terms, &["h", "i"]).await.unwrap();
    let places: Vec<Vec<[u32; 4]>> = found
        .iter()
        .map(|found| {
            found
                .occurrences
                .iter()
                .map(|o| [o.term, o.start, o.end, o.line])
                .collect()
        })
        .collect();
    assert_eq!(
        places,
        [vec![[0, 2, 5, 1]], vec![[0, 2, 5, 1], [1, 11, 16, 1], [0, 12, 15, 2]]]
    );
    let holders = read_holders(&store, Some(1), 2, "pod").await.unwrap();
    let held = read_places(&store, Some(1), 2, "pod", &holders).await.unwrap();
    let held: Vec<_> = held.iter().map(|held| (held.ordinal, held.places.len())).collect();
    assert_eq!(held, [(0, 1), (1, 2)]);
    let part = read_places(&store, Some(1), 2, "od", &holders).await.unwrap();
    assert!(part.is_empty(), "the end of a term is not the term");
    let counts: Vec<(i64, i64)> =
        sqlx::query_as("SELECT terms, occurrences FROM document_terms WHERE born = 2 ORDER BY document")
            .fetch_all(store.reader())
            .await
            .unwrap();
    assert_eq!(counts, [(1, 1), (2, 3)]);
    let provisional = read_entries(&store, 3).await.unwrap();
    assert_eq!(provisional.len(), 2);
    assert_eq!(provisional[0].definition.as_deref(), Some("A pod is a group."));
    assert_eq!(provisional[0].synonyms, ["pods"]);
    assert_eq!(read_entries(&store, 5).await.unwrap().len(), 1);
    let issues = read_issues(&store, 4).await.unwrap();
    assert_eq!(
        issues.iter().map(|issue| issue.key.as_str()).collect::<Vec<_>>(),
        ["pod", "group"]
    );
    let resolutions = read_resolutions(&store, 5).await.unwrap();
    assert_eq!(resolutions, [glossary::Resolution::Merged, glossary::Resolution::Open]);
    store.close().await;

    // What needs no migration is not backed up again.
    std::fs::remove_file(&backup).unwrap();
    Store::open(home.path()).await.unwrap().close().await;
    let backups = std::fs::read_dir(home.path()).unwrap().filter(|file| {
        let name = file.as_ref().unwrap().file_name();
        name.to_string_lossy().contains("backup")
    });
    assert_eq!(backups.count(), 0);
}

/// What the integrity check of a back-up says, its version, and its number of terms.
async fn backed_up(path: &std::path::Path) -> (String, i64, i64) {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    let one = sqlx::query_as(
        "SELECT (SELECT integrity_check FROM pragma_integrity_check), (SELECT max(version) FROM _sqlx_migrations),
             (SELECT count(*) FROM term)",
    );
    let said = one.fetch_one(&pool).await.unwrap();
    pool.close().await;
    said
}
