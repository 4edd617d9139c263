//! A model that writes the definitions, named on the command line.

use genglossary_model_server::{Call, ModelServer, Script, agree};
use serde_json::json;

use crate::bench::Bench;

/// The arguments of a run that asks the model of a server.
fn run_with<'a>(url: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let asks = [
        "run",
        "seeds",
        "--engine",
        "openai",
        "--base-url",
        url,
        "--model",
        "writer",
    ];
    [&asks[..], more].concat()
}

#[test]
fn the_model_that_is_named_writes_the_definitions_of_this_run_and_the_next() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let answer = |call: &Call| agree(call, |_| "What a model wrote.".to_owned()).to_string();
    let script = Script {
        models: vec!["writer".to_owned()],
        ..Script::default()
    };
    let server = runtime.block_on(ModelServer::with(script, answer)).unwrap();
    let bench = Bench::new();
    bench.short("seeds");
    let url = server.url();
    let named = run_with(&url, &["--parallel", "2", "--timeout", "20"]);
    let done = bench
        .ok(&[&named[..], &["--out", "seeds.md", "--json"]].concat())
        .json();
    assert_eq!(
        (&done["run"]["engine"], &done["run"]["model"]),
        (&json!("openai/1"), &json!("writer"))
    );
    let glossary = std::fs::read_to_string(bench.path("seeds.md")).unwrap();
    assert!(glossary.contains("What a model wrote."), "{glossary}");
    let calls = server.counts().calls;
    assert!(calls > 0 && server.counts().most_open <= 2);

    let again = bench.ok(&["run", "seeds", "--json"]).json();
    assert_eq!(again["run"]["model"], "writer", "the project keeps it");
    assert_eq!(server.counts().calls, calls, "nothing is asked twice");
    let plain = bench.ok(&["run", "seeds", "--engine", "embedded", "--json"]).json();
    assert_eq!(plain["run"]["model"], json!(null));

    let refused = bench.run(&["run", "seeds", "--model", "writer"]);
    assert_eq!(refused.code, Some(2));
    assert!(
        refused.err.contains("--model") && refused.err.contains("--engine"),
        "{refused:?}"
    );
    drop(server);
    std::fs::write(
        bench.path("seeds").join("new.md"),
        "A moon seed is a seed. The moon seed is old.",
    )
    .unwrap();
    let down = bench.run(&named);
    assert_eq!(down.code, Some(1));
    assert!(
        down.err.contains(&url) && down.err.contains("Start the model server"),
        "{down:?}"
    );
}

/// C1: an answer that was there when the process was killed is not asked for again.
#[test]
fn a_killed_run_is_taken_up_without_a_question_that_was_answered() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let script = Script {
        latency_ms: 300,
        ..Script::default()
    };
    let server = runtime.block_on(ModelServer::start(script)).unwrap();
    let bench = Bench::new();
    bench.sample("seeds");
    let url = server.url();
    let running = bench.start(&run_with(&url, &["--parallel", "8"]));
    runtime.block_on(server.until(|counts| counts.calls >= 40));
    running.signal("KILL");
    running.finish();
    let known = server.counts();
    let run = bench.runs()[0]["id"].as_str().unwrap().to_owned();
    bench.ok(&["resume", &run]);
    let questions = {
        let mut bodies: Vec<String> = server.requests().into_iter().map(|request| request.body).collect();
        let term = |body: &String| {
            let body: serde_json::Value = serde_json::from_str(body).unwrap();
            let user = body["messages"][1]["content"].as_str().unwrap().to_owned();
            user.lines().next().unwrap().to_owned()
        };
        bodies.retain(|body| body.contains("messages"));
        let mut terms: Vec<String> = bodies.iter().map(term).collect();
        terms.sort();
        terms.dedup();
        terms.len() as u32
    };
    let repeated = server.counts().calls - questions;
    // Those that were open when it was killed, and those that were answered in its last hundredth of a second.
    assert!(
        known.calls >= 40 && repeated <= 16,
        "{repeated} of {} were asked again",
        known.calls
    );
}

/// A server that has one model and can get another, at a step in `pull_ms`.
fn ollama(runtime: &tokio::runtime::Runtime, pull_ms: u64) -> ModelServer {
    let script = Script {
        models: vec!["old:1b".to_owned()],
        pulls: vec!["new:8b".to_owned()],
        pull_ms,
        ..Script::default()
    };
    runtime.block_on(ModelServer::start(script)).unwrap()
}

#[test]
fn a_server_gets_a_model_and_lists_it() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = ollama(&runtime, 0);
    let url = server.url();
    let bench = Bench::new();
    let list = || bench.ok(&["models", "list", "--base-url", &url]).out;
    assert_eq!(list(), "old:1b\t7.6B\tQ4_K_M\t4.7 GB\t32768\n");
    let pulled = bench.ok(&["models", "pull", "new:8b", "--base-url", &url]);
    assert!(pulled.err.contains("pulling manifest"), "{pulled:?}");
    assert!(pulled.err.contains("100 % / 4.7 GB"), "{pulled:?}");
    assert!(pulled.err.ends_with(&format!("{url} has new:8b.\n")), "{pulled:?}");
    assert!(list().starts_with("new:8b\t"));

    let unknown = bench.run(&["models", "pull", "nobody", "--base-url", &url, "--json"]);
    assert_eq!(unknown.code, Some(1));
    assert_eq!(unknown.json()["error"]["code"], "model_unknown");
}

/// The settings that only Ollama has go with the others.
#[test]
fn the_time_that_a_model_stays_loaded_is_told_to_the_server() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = ollama(&runtime, 0);
    let (url, bench) = (server.url(), Bench::new());
    bench.short("seeds");
    let asks = [
        "run",
        "seeds",
        "--engine",
        "ollama",
        "--base-url",
        &url,
        "--model",
        "old:1b",
    ];
    bench.run(&[&asks[..], &["--keep-alive", "3"]].concat());
    let asked = server.requests();
    let chat = asked.iter().find(|request| request.path == "/api/chat").unwrap();
    assert!(chat.body.contains("\"keep_alive\":\"180s\""), "{}", chat.body);
}

#[test]
fn a_pull_is_stopped_by_ctrl_c_and_did_not_fail() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = ollama(&runtime, 60_000);
    let (url, bench) = (server.url(), Bench::new());
    let mut pull = bench.start(&["models", "pull", "new:8b", "--base-url", &url]);
    pull.until("pulling manifest");
    pull.signal("INT");
    let stopped = pull.finish();
    assert_eq!(stopped.code, Some(130));
    assert!(stopped.err.contains("new:8b: stopped."), "{stopped:?}");
    runtime.block_on(server.until(|counts| counts.sockets == 0));
}

/// Where nobody can be asked, a run that has spent its budget ends, and says how to go on.
#[test]
fn without_a_terminal_a_run_that_has_spent_its_budget_fails_with_every_answer_kept() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(ModelServer::start(Script::default())).unwrap();
    let (url, bench) = (server.url(), Bench::new());
    bench.short("seeds");
    let spends = ["--parallel", "1", "--price-in", "1000000", "--budget", "0.1"];
    let spent = bench.run(&run_with(&url, &spends));
    assert_eq!(spent.code, Some(1), "{spent:?}");
    let run = bench.runs()[0].clone();
    assert_eq!(
        (&run["status"], &run["error"]["code"]),
        (&json!("failed"), &json!("budget_spent"))
    );
    let hint = format!("genglossary resume {}", run["id"].as_str().unwrap());
    assert!(
        spent.err.contains("budget of 0.1") && spent.err.contains(&hint),
        "{spent:?}"
    );
    assert_eq!(server.counts().calls, 1);
    let plain = bench.run(&["continue", run["id"].as_str().unwrap()]);
    assert_eq!(
        (plain.code, plain.out.as_str()),
        (Some(1), "the run does not wait for more budget\n")
    );
    assert_eq!(bench.run(&["continue", "nothing"]).code, Some(1));
    // One question more is one answer more.
    assert_eq!(bench.run(&["resume", run["id"].as_str().unwrap()]).code, Some(1));
    assert_eq!(server.counts().calls, 2);
}

/// The program with a terminal of its own.
#[cfg(target_os = "linux")]
mod terminal {
    use std::fs::File;
    use std::io::{Read as _, Write as _};
    use std::process::{Child, Stdio};

    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

    use super::*;

    struct Terminal {
        child: Child,
        screen: File,
        said: String,
        /// So much of it was looked at.
        read: usize,
    }

    impl Terminal {
        fn start(bench: &Bench, arguments: &[&str]) -> Self {
            let screen = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
            grantpt(&screen).unwrap();
            unlockpt(&screen).unwrap();
            let name = ptsname(&screen, Vec::new()).unwrap();
            let side = || {
                File::options()
                    .read(true)
                    .write(true)
                    .open(name.to_str().unwrap())
                    .unwrap()
            };
            let child = bench
                .command(arguments)
                .stdin(Stdio::from(side()))
                .stdout(Stdio::from(side()))
                .stderr(Stdio::from(side()))
                .spawn()
                .unwrap();
            Self {
                child,
                screen: File::from(screen),
                said: String::new(),
                read: 0,
            }
        }

        /// Reads what it shows up to `text`.
        fn until(&mut self, text: &str) {
            let mut bytes = [0; 4096];
            loop {
                if let Some(at) = self.said[self.read..].find(text) {
                    self.read += at + text.len();
                    return;
                }
                let read = self.screen.read(&mut bytes).unwrap_or(0);
                assert!(read > 0, "it ended without showing {text}: {}", self.said);
                self.said.push_str(&String::from_utf8_lossy(&bytes[..read]));
            }
        }

        fn types(&mut self, line: &str) {
            self.screen.write_all(line.as_bytes()).unwrap();
        }

        fn code(&mut self) -> Option<i32> {
            // Its last words need a reader.
            let mut bytes = [0; 4096];
            while self.screen.read(&mut bytes).is_ok_and(|read| read > 0) {}
            self.child.wait().unwrap().code()
        }
    }

    #[test]
    fn on_a_terminal_a_run_that_has_spent_its_budget_asks_and_goes_on_by_what_is_typed_there_or_said_elsewhere() {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let server = runtime.block_on(ModelServer::start(Script::default())).unwrap();
        let (url, bench) = (server.url(), Bench::new());
        bench.short("seeds");
        let spends = ["--parallel", "1", "--price-in", "1000000", "--budget", "0.5"];
        let mut run = Terminal::start(&bench, &run_with(&url, &spends));
        run.until("The budget of 0.5 is spent.");
        run.until("Spend another 0.5? y, N, or an amount:");
        assert_eq!(server.counts().calls, 1);
        run.types("perhaps\n");
        run.until("y, N, or an amount above 0:");
        run.types("y\n");
        run.until("Spend another 0.5?");
        assert_eq!(server.counts().calls, 2);
        let id = bench.runs()[0]["id"].as_str().unwrap().to_owned();
        assert!(bench.ok(&["runs"]).out.contains("\tpaused\t"));
        // Another process says how much more.
        bench.ok(&["continue", &id, "--more", "0.25"]);
        run.until("Spend another 0.5?");
        assert_eq!(server.counts().calls, 3);
        run.types("1000000\n");
        assert_eq!(run.code(), Some(0), "{}", run.said);
        let done = &bench.runs()[0];
        assert_eq!((&done["id"], &done["status"]), (&json!(id), &json!("completed")));
    }

    #[test]
    fn no_stops_a_run_that_asks_and_says_how_to_go_on() {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let server = runtime.block_on(ModelServer::start(Script::default())).unwrap();
        let (url, bench) = (server.url(), Bench::new());
        bench.short("seeds");
        let spends = ["--parallel", "1", "--price-in", "1000000", "--budget", "0.5"];
        let mut run = Terminal::start(&bench, &run_with(&url, &spends));
        run.until("Spend another 0.5?");
        run.types("\n");
        run.until("go on with: genglossary resume");
        assert_eq!(run.code(), Some(130));
        assert_eq!(bench.runs()[0]["status"], "cancelled");
        assert_eq!(server.counts().calls, 1);
    }
}
