//! Stopping, by every way there is, and what is left afterwards.

use crate::bench::{Bench, Running};

/// A finished glossary of a folder, and a run in its midst that would change it.
fn in_the_midst(bench: &Bench) -> (String, Running) {
    bench.short("seeds");
    bench.ok(&["run", "seeds"]);
    let before = bench.glossary("seeds");
    bench.lengthen("seeds");
    let mut running = bench.start(&["run", "seeds", "--out", "new.md"]);
    running.until("Terms…");
    (before, running)
}

fn status_of(bench: &Bench, run: &str) -> String {
    let runs = bench.runs();
    let run = runs
        .iter()
        .find(|row| row["id"] == run)
        .unwrap_or_else(|| panic!("{run} in {runs:?}"));
    run["status"].as_str().unwrap().to_owned()
}

#[test]
fn a_signal_stops_the_run_and_leaves_the_glossary_as_it_was() {
    for signal in ["INT", "TERM"] {
        let bench = Bench::new();
        let (before, running) = in_the_midst(&bench);
        let run = running.run();
        running.signal(signal);
        let done = running.finish();
        assert_eq!((done.code, done.out.as_str()), (Some(130), ""), "{signal}: {done:?}");
        assert!(
            done.err.contains("stopping") && done.err.contains("stopped; the glossary is as it was"),
            "{done:?}"
        );
        assert!(!bench.path("new.md").exists(), "a stopped run exports nothing");
        assert_eq!(status_of(&bench, &run), "cancelled");
        assert_eq!(bench.glossary("seeds"), before);
    }
}

#[test]
fn a_second_signal_does_not_wait_and_leaves_nothing_half_way() {
    let bench = Bench::new();
    let (before, mut running) = in_the_midst(&bench);
    let run = running.run();
    running.signal("INT");
    running.until("stopping");
    running.signal("INT");
    let done = running.finish();
    assert_eq!((done.code, done.out.as_str()), (Some(130), ""), "{done:?}");
    assert!(done.err.contains("the glossary is as it was"), "{done:?}");
    assert_eq!(status_of(&bench, &run), "cancelled");
    assert_eq!(bench.glossary("seeds"), before);
}

#[test]
fn a_run_is_stopped_from_another_process_and_its_log_is_followed_to_the_end() {
    let bench = Bench::new();
    let (before, running) = in_the_midst(&bench);
    let run = running.run();
    let follower = bench.start(&["log", &run, "--follow", "--json"]);
    let done = bench.ok(&["cancel", &run]);
    assert_eq!(done.out, "stopped; the glossary is as it was\n");
    let stopped = running.finish();
    assert_eq!(stopped.code, Some(130), "{stopped:?}");
    assert_eq!(status_of(&bench, &run), "cancelled");
    assert_eq!(bench.glossary("seeds"), before);
    let followed = follower.finish();
    assert_eq!(
        followed.code,
        Some(0),
        "the end of the run is the end of the log: {followed:?}"
    );
    assert_eq!(
        followed.out,
        bench.ok(&["log", &run, "--json"]).out,
        "nothing lost, nothing twice"
    );
    let again = bench.ok(&["cancel", &run]);
    assert_eq!(again.out, "the run had ended before: cancelled\n");
}

#[test]
fn a_second_run_during_the_first_is_refused_with_the_id_of_the_first() {
    let bench = Bench::new();
    let (_, running) = in_the_midst(&bench);
    let run = running.run();
    let second = bench.run(&["run", "seeds"]);
    assert_eq!((second.code, second.out.as_str()), (Some(4), ""), "{second:?}");
    assert!(
        second.err.contains(&format!("genglossary cancel {run}")),
        "says what to do: {second:?}"
    );
    let second = bench.run(&["run", "seeds", "--json"]);
    assert_eq!(
        (second.code, second.json()["error"]["params"]["run"].as_str()),
        (Some(4), Some(run.as_str()))
    );
    assert_eq!(
        status_of(&bench, &run),
        "running",
        "a process that looks does not disturb the one that works"
    );
    bench.short("other");
    bench.ok(&["run", "other"]);
    running.signal("INT");
    assert_eq!(running.finish().code, Some(130));
}

/// C1 and C2
#[test]
fn a_killed_run_is_interrupted_and_the_next_one_succeeds() {
    let bench = Bench::new();
    let (before, running) = in_the_midst(&bench);
    let run = running.run();
    running.signal("KILL");
    // Nobody has waited for the dead process yet, as after a crash under a parent that does not care.
    let of_killed = |runs: Vec<serde_json::Value>| runs.into_iter().find(|row| row["id"] == *run);
    let mut looks = (0..1_000).map(|_| of_killed(bench.runs()).expect("the run is listed"));
    let killed = looks
        .find(|row| row["status"] != "running")
        .expect("the next process finds the dead one");
    assert_eq!(running.finish().code, None, "a signal ended it");
    assert_eq!(killed["status"], "interrupted");
    assert!(
        killed["finished_at"].as_str() >= killed["started_at"].as_str(),
        "it ended at its last sign of life"
    );
    assert_eq!(bench.glossary("seeds"), before);
    let log = bench.ok(&["log", &run, "--follow"]).out;
    assert!(log.contains("started: full"), "its log is there and ends: {log}");
    bench.shorten("seeds");
    bench.ok(&["run", "seeds", "--out", "new.md"]);
    assert_eq!(bench.glossary("seeds"), before, "the same documents, the same glossary");
    let statuses: Vec<_> = bench
        .runs()
        .iter()
        .map(|run| run["status"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(statuses, ["completed", "interrupted", "completed"]);
}
