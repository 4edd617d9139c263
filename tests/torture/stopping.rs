//! A run that is told to stop: by a signal, and by another process.

use std::time::Instant;

use crate::bench::{Bench, Home, LONG, Running};
use crate::database::{Database, Look};

/// Documents of a run that is stopped in its midst.
const DOCUMENTS: usize = 500;
/// The reading of all of them is kept, and more.
const IN_THE_MIDST: usize = DOCUMENTS + 1;

fn in_the_midst(home: &Home) -> Running {
    let mut running = home.start();
    home.until_units(&mut running, IN_THE_MIDST);
    running
}

/// A stopped run left what it had finished, and the next one completes from there.
fn assert_taken_up(home: &Home, undisturbed: &Home) {
    let stopped = Look::at(&home.path);
    let [run] = &stopped.runs[..] else { panic!("one run") };
    assert_eq!(run.status, "cancelled");
    assert!(stopped.units.len() >= IN_THE_MIDST);
    Database::open(&home.path).unwrap().check();
    assert_eq!(home.glossary(), None, "half a glossary is none");

    home.complete();
    let end = Look::at(&home.path);
    end.assert_keeps(&stopped);
    let counts = &end.runs[1].stages;
    let computed = |stage: &str, steps: i64| counts[stage].computed - steps;
    let new = |kinds: &[&str]| end.count(kinds) - stopped.count(kinds);
    assert_eq!(
        computed("extract", 0),
        new(&["reading/", "occurrences/"]),
        "what was kept is not computed again: {counts:?}"
    );
    let terms = counts["define"].total - DOCUMENTS as i64;
    assert_eq!(computed("define", terms), new(&["contexts/"]), "{counts:?}");
    assert_eq!(computed("load", 0), new(&["file/"]), "{counts:?}");

    undisturbed.complete();
    assert!(home.glossary() == undisturbed.glossary());
    assert!(end.outputs() == Look::at(&undisturbed.path).outputs());
}

#[test]
fn a_run_that_a_signal_stopped_is_taken_up_again() {
    let bench = Bench::new();
    bench.generated(DOCUMENTS);
    let home = bench.home("home");
    let running = in_the_midst(&home);
    running.signal("TERM");
    let done = running.finish();
    assert_eq!((done.code, &*done.status()), (Some(130), "cancelled"), "{done:?}");
    assert_taken_up(&home, &bench.home("undisturbed"));
}

/// E6, from another process.
#[test]
fn a_run_that_another_process_stopped_is_cancelled_within_a_moment_and_taken_up_again() {
    let bench = Bench::new();
    bench.generated(DOCUMENTS);
    let home = bench.home("home");
    let running = in_the_midst(&home);
    let id: Vec<(String,)> = Database::open(&home.path).unwrap().rows("SELECT id FROM run");
    let began = Instant::now();
    let stop = home.ok(&["--json", "cancel", &id[0].0]);
    assert_eq!(stop.json()["outcome"], "cancelling", "{stop:?}");
    assert_eq!(stop.status(), "cancelled", "it waits until the run has ended");
    let done = running.finish();
    assert!(began.elapsed() < LONG);
    assert_eq!((done.code, &*done.status()), (Some(130), "cancelled"), "{done:?}");
    // Between the two moments that are stored there is no start of a process.
    let waited = Database::open(&home.path).unwrap().number(
        "SELECT CAST(1000 * (unixepoch(finished_at, 'subsec') - unixepoch(cancel_requested_at, 'subsec')) AS INTEGER) FROM run",
    );
    assert!((0..=1_500).contains(&waited), "stopped after {waited} ms");
    assert_taken_up(&home, &bench.home("undisturbed"));
}
