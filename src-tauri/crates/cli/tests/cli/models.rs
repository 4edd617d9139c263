//! A model that writes the definitions, named on the command line.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use genglossary_model_server::{Asks, Call, Fault, ModelServer, Rule, Script, When, agree, sort, untagged};
use serde_json::json;

use crate::bench::{Bench, finished};

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

#[test]
fn the_projects_own_categories_are_arguments_of_a_run_and_the_project_keeps_them() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let answer = |call: &Call| match call.asks() {
        Asks::Categories => sort(call, |_| "facility").to_string(),
        _ => agree(call, |_| "What a model wrote.".to_owned()).to_string(),
    };
    let script = Script {
        models: vec!["writer".to_owned()],
        ..Script::default()
    };
    let server = runtime.block_on(ModelServer::with(script, answer)).unwrap();
    let bench = Bench::new();
    bench.short("seeds");
    let url = server.url();
    let more = [
        "--category",
        "facility=rooms and machines",
        "--category",
        "plant part",
        "--out",
        "terms.tsv",
    ];
    bench.ok(&run_with(&url, &more));
    let table = std::fs::read_to_string(bench.path("terms.tsv")).unwrap();
    assert!(table.lines().skip(1).all(|row| row.contains("\tfacility\t")), "{table}");
    let asked = server.requests();
    let asked = asked.iter().find(|request| request.body.contains("rooms and machines"));
    assert!(asked.unwrap().body.contains("plant part"));
    let calls = server.counts().calls;
    bench.ok(&["run", "seeds"]);
    assert_eq!(server.counts().calls, calls, "the project keeps them");

    for (name, said) in [("Person", "Every project has"), ("FACILITY", "two categories")] {
        let refused = bench.run(&["run", "seeds", "--category", "facility", "--category", name]);
        assert_eq!(refused.code, Some(1));
        assert!(refused.err.contains(said) && refused.err.contains(name), "{refused:?}");
    }
    assert_eq!(server.counts().calls, calls);
    bench.run(&["run", "seeds", "--category", ""]);
    let last = server.requests().pop().unwrap();
    assert!(
        last.body.contains("categories") && !last.body.contains("plant part"),
        "they are gone"
    );
}

/// C1: an answer that was there when the process was killed is not asked for again. One of its last moment may be: it has
/// to get to the disk.
#[test]
fn a_killed_run_is_taken_up_without_a_question_that_was_answered() {
    const MOMENT: Duration = Duration::from_millis(200);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let script = Script {
        latency_ms: 400,
        ..Script::default()
    };
    let answered = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&answered);
    let answer = move |call: &Call| {
        told.lock()
            .unwrap()
            .push((untagged(&call.body.to_string()), Instant::now()));
        agree(call, |_| "What a model wrote.".to_owned()).to_string()
    };
    let server = runtime.block_on(ModelServer::with(script, answer)).unwrap();
    let bench = Bench::new();
    bench.sample("seeds");
    let url = server.url();
    let running = bench.start(&run_with(&url, &["--parallel", "8"]));
    runtime.block_on(server.until(|counts| counts.calls >= 40));
    // So that the answers that came last are older than a moment, and the next ones are not there yet.
    std::thread::sleep(MOMENT + MOMENT / 4);
    let killed = Instant::now();
    running.signal("KILL");
    running.finish();
    runtime.block_on(server.until(|counts| counts.sockets == 0));
    let before = server.requests().len();
    let settled: HashSet<String> = {
        let answered = answered.lock().unwrap();
        let old = answered
            .iter()
            .filter(|(_, at)| killed.saturating_duration_since(*at) > MOMENT);
        old.map(|(question, _)| question.clone()).collect()
    };
    assert!(settled.len() >= 24, "{} of 40 were answered", settled.len());

    let run = bench.runs()[0]["id"].as_str().unwrap().to_owned();
    bench.ok(&["resume", &run]);
    let requests = server.requests();
    let asked = requests[before..].iter().filter(|request| request.method == "POST");
    let asked: Vec<String> = asked.map(|request| untagged(&request.body)).collect();
    assert!(asked.len() > 8, "{} questions were left", asked.len());
    let again: Vec<&String> = asked.iter().filter(|asked| settled.contains(*asked)).collect();
    assert!(again.is_empty(), "answered, and asked again: {again:#?}");
}

/// What stands in every file below a folder that holds one of these texts.
fn holding(folder: &Path, secrets: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holding(&path, secrets));
            continue;
        }
        // A file of SQLite may go between two looks.
        let bytes = std::fs::read(&path).unwrap_or_default();
        let has = |secret: &&str| bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
        if secrets.iter().any(has) {
            found.push(path);
        }
    }
    found
}

/// D8: the key of the environment goes to the server, and nowhere else.
#[test]
fn the_key_of_the_environment_reaches_the_server_and_no_file_and_no_output() {
    const KEY: &str = "sk-right-0123456789abcdef";
    const WRONG: &str = "sk-wrong-0123456789abcdef";
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let answer = |call: &Call| agree(call, |_| "What a model wrote.".to_owned()).to_string();
    // A server that says the key where it says anything of its own.
    let fails = Fault::Error {
        code: 500,
        body: json!({ "error": { "message": format!("no luck with Bearer {KEY}") } }).to_string(),
    };
    let script = Script {
        key: Some(KEY.to_owned()),
        latency_ms: 40,
        rules: vec![Rule {
            when: When::First(2),
            faults: vec![fails],
        }],
        ..Script::default()
    };
    let server = runtime.block_on(ModelServer::with(script, answer)).unwrap();
    let bench = Bench::new();
    bench.sample("seeds");
    let (url, home) = (server.url(), bench.path("home"));
    let arguments = run_with(&url, &["--out", "seeds.json", "--json"]);
    let with = |key: &str| {
        let mut command = bench.command(&arguments);
        command.env("GENGLOSSARY_API_KEY", key);
        command
    };
    let secrets = [KEY, WRONG];

    let refused = finished(&mut with(WRONG));
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert_eq!(refused.json()["run"]["error"]["code"], "model_key", "{refused:?}");
    let mut done = std::thread::scope(|scope| {
        let run = scope.spawn(|| finished(&mut with(KEY)));
        runtime.block_on(server.until(|counts| counts.calls >= 8));
        // In the middle of the run, while what it wrote last is in the log of the database.
        assert!(home.join("genglossary.db-wal").exists());
        assert_eq!(holding(&home, &secrets), Vec::<PathBuf>::new());
        assert!(!holding(&home, &[url.as_str()]).is_empty(), "what is there is found");
        run.join().unwrap()
    });
    assert_eq!(done.code, Some(0), "{done:?}");
    done.out.push_str(&refused.out);
    done.err.push_str(&refused.err);
    let run = bench.runs()[0]["id"].as_str().unwrap().to_owned();
    done.out.push_str(&bench.ok(&["log", &run]).out);
    let glossary = std::fs::read_to_string(bench.path("seeds.json")).unwrap();
    assert!(glossary.contains("What a model wrote."));
    for said in [&done.out, &done.err] {
        assert!(secrets.iter().all(|secret| !said.contains(secret)), "{said}");
    }
    for name in ["seeds.md", "seeds.tsv"] {
        bench.ok(&["export", "seeds", "--out", name]);
    }
    assert_eq!(
        holding(&bench.path("."), &secrets),
        Vec::<PathBuf>::new(),
        "data folder, logs and exports"
    );

    let bearer = ("authorization".to_owned(), format!("Bearer {KEY}"));
    let asked = server.requests();
    let right = asked.iter().filter(|request| request.headers.contains(&bearer)).count() as u32;
    assert!(right > 8 && right >= server.counts().calls);
    assert!(
        asked
            .iter()
            .all(|request| !request.body.contains(KEY) && !request.path.contains(KEY))
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

    /// A run on a terminal, each of whose questions costs more than its budget.
    fn spending(runtime: &tokio::runtime::Runtime) -> (ModelServer, Bench, Terminal) {
        let server = runtime.block_on(ModelServer::start(Script::default())).unwrap();
        let bench = Bench::new();
        bench.short("seeds");
        let spends = ["--parallel", "1", "--price-in", "1000000", "--budget", "0.5"];
        let run = Terminal::start(&bench, &run_with(&server.url(), &spends));
        (server, bench, run)
    }

    #[test]
    fn on_a_terminal_a_run_that_has_spent_its_budget_asks_and_goes_on_by_what_is_typed_there_or_said_elsewhere() {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let (server, bench, mut run) = spending(&runtime);
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
        let (server, bench, mut run) = spending(&runtime);
        run.until("Spend another 0.5?");
        run.types("\n");
        run.until("go on with: genglossary resume");
        assert_eq!(run.code(), Some(130));
        assert_eq!(bench.runs()[0]["status"], "cancelled");
        assert_eq!(server.counts().calls, 1);
    }
}
