//! Runs that wait for others, and runs that are taken up again.

use crate::bench::Bench;

/// The run of a folder, as the list shows it.
fn run_in(bench: &Bench, folder: &str) -> serde_json::Value {
    let runs = bench.runs();
    let run = runs.iter().find(|run| run["project_name"] == folder);
    run.unwrap_or_else(|| panic!("{folder} in {runs:?}")).clone()
}

#[test]
fn a_third_run_waits_says_why_and_goes_on_when_one_of_the_others_ends() {
    let bench = Bench::new();
    let mut at_work = Vec::new();
    for folder in ["a", "b"] {
        bench.short(folder);
        bench.lengthen(folder);
        let mut running = bench.start(&["run", folder]);
        running.until("Files…");
        at_work.push(running);
    }
    bench.short("c");
    bench.short("d");
    let mut waits = bench.start(&["run", "c"]);
    waits.until("waiting: 2 of 2 runs are at work, 0 came before");
    let mut last = bench.start(&["run", "d"]);
    last.until("waiting: 2 of 2 runs are at work, 1 came before");
    assert_eq!(run_in(&bench, "c")["status"], "pending");
    let stopped = bench.ok(&["cancel", &waits.run()]);
    assert_eq!(stopped.out, "stopped; the glossary is as it was\n");
    assert_eq!(waits.finish().code, Some(130));
    last.until("0 came before");
    for running in at_work {
        running.signal("INT");
        assert_eq!(running.finish().code, Some(130));
    }
    let done = last.finish();
    assert_eq!(done.code, Some(0), "{done:?}");
}

#[test]
fn a_stopped_run_is_taken_up_once_and_a_finished_one_is_not() {
    let bench = Bench::new();
    bench.short("seeds");
    bench.lengthen("seeds");
    let mut running = bench.start(&["run", "seeds"]);
    running.until("Files…");
    running.signal("INT");
    let run = running.run();
    assert_eq!(running.finish().code, Some(130));
    assert_eq!(run_in(&bench, "seeds")["stop_reason"], "signal");
    let nothing = bench.run(&["retry", &run]);
    assert_eq!(nothing.code, Some(1));
    assert!(nothing.err.contains("misses nothing"), "{nothing:?}");

    bench.shorten("seeds");
    let done = bench.ok(&["resume", &run]);
    assert!(done.err.contains("units were done before and used again"), "{done:?}");
    let resumed = run_in(&bench, "seeds");
    assert_eq!(
        (&resumed["resumes"], &resumed["owner"]),
        (&run.into(), &"command_line".into())
    );
    let nothing = bench.run(&["resume", resumed["id"].as_str().unwrap(), "--json"]);
    assert_eq!(
        (nothing.code, nothing.json()["error"]["code"].as_str()),
        (Some(1), Some("nothing_to_resume"))
    );
}
