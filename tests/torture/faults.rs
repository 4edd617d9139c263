//! Files that somebody else holds, and folders that may not be written.

use std::collections::BTreeMap;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use crate::bench::{Bench, Home};
use crate::database::{Database, Look};
use crate::{documents, say};

/// E4
#[test]
fn a_database_that_is_locked_for_seconds_delays_a_run_and_no_more() {
    let bench = Bench::new();
    bench.generated(200);
    let (home, undisturbed) = (bench.home("home"), bench.home("undisturbed"));
    undisturbed.complete();
    let mut running = home.start();
    home.until_units(&mut running, 1);
    let mut other = Database::open(&home.path).unwrap();
    other.execute("BEGIN IMMEDIATE").unwrap();
    std::thread::sleep(Duration::from_secs(3));
    other.execute("COMMIT").unwrap();
    drop(other);
    let done = running.finish();
    assert_eq!((done.code, &*done.status()), (Some(0), "completed"), "{done:?}");
    assert!(home.glossary() == undisturbed.glossary());
    assert!(Look::at(&home.path).outputs() == Look::at(&undisturbed.path).outputs());
}

/// E4: also when it is locked in the very moment of the start.
#[test]
fn a_database_that_is_locked_for_seconds_delays_a_start_and_no_more() {
    let bench = Bench::new();
    bench.generated(20);
    let home = bench.home("home");
    home.complete();
    let mut other = Database::open(&home.path).unwrap();
    other.execute("BEGIN IMMEDIATE").unwrap();
    let running = home.start();
    std::thread::sleep(Duration::from_secs(3));
    other.execute("COMMIT").unwrap();
    drop(other);
    let done = running.finish();
    assert_eq!((done.code, &*done.status()), (Some(0), "completed"), "{done:?}");
}

/// All files below a folder, except for what SQLite and the lock leave beside the data.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut contents = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let (path, name) = {
            let entry = entry.unwrap();
            (entry.path(), entry.file_name().to_string_lossy().into_owned())
        };
        if path.is_dir() {
            let below = self::contents(&path).into_iter();
            contents.extend(below.map(|(file, bytes)| (format!("{name}/{file}"), bytes)));
        } else if !["genglossary.lock", "genglossary.open"].contains(&name.as_str())
            && !name.ends_with("-shm")
            && !name.ends_with("-wal")
        {
            contents.insert(name, std::fs::read(path).unwrap());
        }
    }
    contents
}

/// A finished glossary, documents that would change it, and what may not be written.
fn bound(bench: &Bench) -> Option<(Home, String)> {
    bench.generated(20);
    let home = bench.home("home");
    home.complete();
    let glossary = home.glossary().unwrap();
    documents::put(
        &bench.documents().join("more.md"),
        "A torture test is a test that kills the program. The torture test was repeated.\n",
    );
    let bound = home.bound_by_permissions();
    if bound.is_none() {
        say("skipped: nothing here keeps this user from writing");
    }
    bound.map(|home| (home, glossary))
}

fn allow(path: &Path, mode: u32) {
    std::fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Once it may write again, a data folder that was closed to it is as it was, and works.
fn assert_unharmed(home: &Home, glossary: &str, runs: usize) {
    assert_eq!(home.glossary().as_deref(), Some(glossary));
    home.complete();
    Database::open(&home.path).unwrap().check();
    let look = Look::at(&home.path);
    assert_eq!(look.runs.len(), runs);
    assert!(look.runs.iter().all(|run| !run.is_active()));
    assert!(home.glossary().unwrap() != glossary, "the new document counts");
}

/// E4
#[test]
fn a_data_folder_that_may_not_be_written_is_named_and_left_alone() {
    let bench = Bench::new();
    let Some((home, glossary)) = bound(&bench) else { return };
    let before = contents(&home.path);
    let closed = |modes: [(&Path, u32, u32); 2]| {
        for (path, closed, _) in modes {
            allow(path, closed);
        }
        let done = home.run();
        for (path, _, open) in modes {
            allow(path, open);
        }
        done
    };
    let database = home.path.join("genglossary.db");
    let mut unclear = Vec::new();
    for (what, modes) in [
        ("folder", [(&*home.path, 0o555, 0o755), (&*database, 0o644, 0o644)]),
        (
            "folder and file",
            [(&*home.path, 0o555, 0o755), (&*database, 0o444, 0o644)],
        ),
        ("file", [(&*home.path, 0o755, 0o755), (&*database, 0o444, 0o644)]),
    ] {
        let done = closed(modes);
        if (done.code, &*done.error()) != (Some(1), "data_folder_read_only") {
            unclear.push(format!("{what}: {done:?}"));
        }
        let named = done.json()["error"]["params"]["path"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        if !named.starts_with(home.path.to_str().unwrap()) {
            unclear.push(format!("{what}: it names {named:?} and not the data folder"));
        }
        assert!(contents(&home.path) == before, "{what}: nothing has changed");
    }
    assert_unharmed(&home, &glossary, 2);
    assert!(unclear.is_empty(), "it says what is the matter: {unclear:#?}");

    let inside = bench.home("closed").path;
    std::fs::create_dir(&inside).unwrap();
    allow(&inside, 0o555);
    let new = home.at(inside.join("home"));
    let mut command = new.command(&["--json", "run", new.documents.to_str().unwrap()]);
    let done = crate::bench::finished(command.current_dir("/"));
    assert_eq!(
        (done.code, &*done.error()),
        (Some(1), "data_folder_read_only"),
        "{done:?}"
    );
    assert!(!new.path.exists());
}

/// E4: the run is there before its log is.
#[test]
fn a_log_that_may_not_be_written_fails_the_run_and_leaves_the_glossary() {
    let bench = Bench::new();
    let Some((home, glossary)) = bound(&bench) else { return };
    let logs = home.path.join("logs");
    allow(&logs, 0o555);
    let done = home.run();
    allow(&logs, 0o755);
    assert_eq!(
        (done.code, &*done.status(), &*done.error()),
        (Some(1), "failed", "data_folder_read_only"),
        "{done:?}"
    );
    assert_unharmed(&home, &glossary, 3);
}
