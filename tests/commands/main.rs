//! Every command of the contract through the app's own invoke handler, on a real engine. What is sent and what comes
//! back is checked against the generated bindings.

mod bench;
mod contract;

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::{Value, json};

use crate::bench::{Bench, text};

/// The test below starts itself again with this variable and a file manager of its own.
const FILE_MANAGER: &str = "GENGLOSSARY_TEST_FILE_MANAGER";

/// The whole session runs in a process whose `xdg-open` only notes what it was asked to show.
#[cfg(target_os = "linux")]
#[test]
fn every_command_of_the_contract_answers_as_the_bindings_promise() {
    use std::os::unix::fs::PermissionsExt as _;

    if let Some(shown) = std::env::var_os(FILE_MANAGER) {
        return session(std::path::Path::new(&shown));
    }
    let folder = tempfile::tempdir().unwrap();
    let (opener, shown) = (folder.path().join("xdg-open"), folder.path().join("shown"));
    std::fs::write(&opener, format!("#!/bin/sh\nprintf %s \"$1\" > '{0}.new'\nmv '{0}.new' '{0}'\n", shown.display()))
        .unwrap();
    std::fs::set_permissions(&opener, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let session = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "every_command_of_the_contract_answers_as_the_bindings_promise", "--nocapture"])
        .env("PATH", format!("{}:{path}", folder.path().display()))
        .env(FILE_MANAGER, &shown)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&session.stdout).into_owned() + &String::from_utf8_lossy(&session.stderr);
    assert!(session.status.success() && said.contains("1 passed"), "{said}");
}

#[cfg(target_os = "linux")]
fn session(shown: &std::path::Path) {
    let bench = Bench::new();
    the_app_and_its_settings(&bench);
    let project = a_project_and_its_settings(&bench);
    a_run_and_its_log(&bench, &project);
    documents(&bench, &project);
    terms(&bench, &project);
    entries_and_issues(&bench, &project);
    exports(&bench, &project);

    bench.ok("open_folder", json!({ "projectId": project }));
    let folder = text(&bench.ok("get_project", json!({ "projectId": project })), "/summary/folder");
    while !shown.exists() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert_eq!(std::fs::read_to_string(shown).unwrap(), folder, "the file manager gets the folder of the project");

    bench.ok("delete_project", json!({ "projectId": project }));
    assert_eq!(bench.ok("list_projects", json!({})), json!([]));
    assert!(std::path::Path::new(&folder).join("faq.txt").exists(), "a deleted project keeps its documents");

    let all: BTreeSet<String> = bench.contract.commands.keys().cloned().collect();
    assert_eq!(bench.answered(), all, "a command without a test");
}

fn the_app_and_its_settings(bench: &Bench) {
    let info = bench.ok("get_app_info", json!({}));
    assert_eq!(info["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(text(&info, "/data_dir"), bench.path().join("home").display().to_string());
    assert_eq!(info["open_project"], Value::Null);

    assert_eq!(bench.ok("get_settings", json!({}))["theme"], "system");
    let settings = json!({ "language": "ja", "theme": "dark", "sans_reading": true });
    assert_eq!(bench.ok("set_settings", json!({ "settings": settings })), settings);
    assert_eq!(bench.ok("get_settings", json!({})), settings);
}

fn a_project_and_its_settings(bench: &Bench) -> String {
    assert_eq!(bench.ok("list_projects", json!({})), json!([]));
    let project = bench.project("seeds");
    let renamed = bench.ok("rename_project", json!({ "projectId": project, "name": " Seed bank 種子銀行 " }));
    assert_eq!(renamed["name"], "Seed bank 種子銀行");
    let detail = bench.ok("get_project", json!({ "projectId": project }));
    assert_eq!((&detail["summary"]["state"], &detail["active_run"]), (&json!("not_run"), &Value::Null));
    assert_eq!(bench.ok("list_projects", json!({})), json!([detail["summary"]]));

    let mut settings = bench.ok("get_project_settings", json!({ "projectId": project }));
    settings["max_file_mb"] = json!(7);
    bench.ok("set_project_settings", json!({ "projectId": project, "settings": settings }));
    assert_eq!(bench.ok("get_project_settings", json!({ "projectId": project })), settings);
    project
}

fn a_run_and_its_log(bench: &Bench, project: &str) {
    let release = bench.hold_the_next_run();
    let start = json!({ "projectId": project, "scope": "full", "requestId": "the first" });
    let run = bench.ok("start_run", start.clone());
    assert_eq!(bench.ok("start_run", start)["id"], run["id"], "S6: one request is one run");
    assert_eq!(bench.ok("cancel_run", json!({ "runId": run["id"] })), "cancelling");
    drop(release);
    bench.settled();
    let stopped = bench.ok("get_run", json!({ "runId": run["id"] }));
    assert_eq!((&stopped["run"]["status"], &stopped["run"]["error"]), (&json!("cancelled"), &Value::Null));
    assert_eq!(bench.ok("cancel_run", json!({ "runId": run["id"] })), "already_finished");

    let run = bench.run(project, "full", "the second");
    assert_eq!(run["status"], "completed", "{run}");
    let runs = bench.ok("list_runs", json!({ "projectId": project, "offset": 0, "limit": 1 }));
    assert_eq!((&runs["total"], &runs["rows"]), (&json!(2), &json!([run])), "newest first, as many as asked for");

    let query = json!({ "from": 0, "limit": 2, "levels": ["info"] });
    let page = bench.ok("read_log", json!({ "runId": run["id"], "query": query }));
    assert_eq!((&page["ended"], page["records"].as_array().unwrap().len()), (&json!("completed"), 2));
    assert_eq!(page["matching"], page["counts"]["info"]);
    assert!(page["matching"].as_u64() < page["total"].as_u64(), "the filter leaves records out");
}

fn documents(bench: &Bench, project: &str) {
    let list = |search: &str| {
        bench.ok("list_documents", json!({ "projectId": project, "offset": 0, "limit": 100, "search": search }))
    };
    let (all, some) = (list(""), list("drying"));
    assert_eq!(all["total"], all["rows"].as_array().unwrap().len());
    assert_eq!(some["total"], 2, "two files of one name in two folders: {some}");
    assert!(all["rows"][0]["occurrences"].as_u64() > Some(0));
    let skipped = bench.ok("list_skipped", json!({ "projectId": project, "offset": 0, "limit": 100 }));
    let secret = json!({ "path": ".env", "reason": "secret", "detail": null });
    assert!(skipped["rows"].as_array().unwrap().contains(&secret), "{skipped}");
}

fn terms(bench: &Bench, project: &str) {
    let query = |verdict: Option<&str>| {
        json!({
            "offset": 0, "limit": u32::MAX, "search": "", "sort": "score", "descending": true, "language": null,
            "category": null, "verdict": verdict,
        })
    };
    let all = bench.ok("list_terms", json!({ "projectId": project, "query": query(None) }));
    let rows = all["rows"].as_array().unwrap();
    assert!(rows.len() > 100 && rows.is_sorted_by(|a, b| a["score"].as_f64() >= b["score"].as_f64()), "best first");
    let (key, count) = (text(&rows[0], "/key"), &rows[0]["occurrences"]);
    let term = bench.ok("get_term", json!({ "projectId": project, "key": key }));
    assert_eq!(term["row"], rows[0]);
    let found =
        bench.ok("list_occurrences", json!({ "projectId": project, "key": key, "offset": 0, "limit": 1000 }));
    assert_eq!((&found["total"], found["rows"].as_array().map(Vec::len)), (count, count.as_u64().map(|n| n as usize)));

    let decision = json!({ "verdict": "excluded", "category": "Room", "note": "Ask Ito. 「要確認」" });
    let decided = bench.ok("decide_term", json!({ "projectId": project, "key": key, "decision": decision }));
    assert_eq!((&decided["row"]["verdict"], &decided["row"]["category"]), (&json!("excluded"), &json!("Room")));
    assert_eq!(decided["note"], "Ask Ito. 「要確認」");
    let excluded = bench.ok("list_terms", json!({ "projectId": project, "query": query(Some("excluded")) }));
    assert_eq!(excluded["rows"], json!([decided["row"]]));

    let added = bench.ok("add_term", json!({ "projectId": project, "text": "  moon   seed " }));
    assert_eq!((&added["row"]["text"], &added["manual"]), (&json!("moon seed"), &json!(true)));
    let required = bench.ok("list_terms", json!({ "projectId": project, "query": query(Some("required")) }));
    assert_eq!(required["total"], 1);
}

fn entries_and_issues(bench: &Bench, project: &str) {
    let list = |stage: &str, filter: &str| {
        let query = json!({ "offset": 0, "limit": 1000, "search": "", "filter": filter });
        bench.ok("list_entries", json!({ "projectId": project, "stage": stage, "query": query }))
    };
    for stage in ["define", "refine"] {
        let counts = bench.ok("count_entries", json!({ "projectId": project, "stage": stage }));
        for filter in ["all", "changed", "edited", "undefined"] {
            assert_eq!(list(stage, filter)["total"], counts[filter], "{stage}, {filter}");
        }
    }
    let key = text(&list("refine", "all"), "/rows/0/key");
    let entry = bench.ok("get_entry", json!({ "projectId": project, "stage": "refine", "key": key }));
    assert_eq!((&entry["entry"]["key"], &entry["edited"]), (&json!(key), &Value::Null));
    let edit = |definition: Value| {
        bench.ok("edit_definition", json!({ "projectId": project, "key": key, "definition": definition }))
    };
    assert_eq!(edit(json!("A word of my own."))["edited"], "A word of my own.");
    assert_eq!(list("refine", "edited")["rows"][0]["definition"], "A word of my own.");
    assert_eq!(edit(Value::Null)["edited"], Value::Null, "taken back");

    let query = json!({ "offset": 0, "limit": 1000, "search": "", "kind": null, "severity": null, "open": null });
    let issues = bench.ok("list_issues", json!({ "projectId": project, "query": query }));
    let rows = issues["rows"].as_array().unwrap();
    let kinds: BTreeSet<_> = rows.iter().map(|row| text(row, "/finding/kind")).collect();
    assert!(kinds.len() >= 3, "the sample documents have issues of several kinds: {kinds:?}");
    let narrow = json!({
        "offset": 0, "limit": 1000, "search": "", "kind": "undefined", "severity": null, "open": true,
    });
    let narrow = bench.ok("list_issues", json!({ "projectId": project, "query": narrow }));
    let same = rows.iter().filter(|row| row["finding"]["kind"] == "undefined" && row["resolution"] == "open");
    assert_eq!(narrow["total"], same.count());
}

fn exports(bench: &Bench, project: &str) {
    for name in ["glossary.md", "terms.tsv", "all.json"] {
        let path = bench.path().join(name);
        let report = bench.ok("export_glossary", json!({ "projectId": project, "path": path }));
        assert_eq!(text(&report, "/path"), path.display().to_string());
        assert!(report["entries"].as_u64() > Some(0));
        assert!(!std::fs::read_to_string(&path).unwrap().contains(&bench.path().display().to_string()), "D8");
    }
}

#[test]
fn every_failure_of_a_command_has_its_code_and_parameters() {
    let bench = Bench::new();
    let project = bench.project("seeds");
    let file = bench.path().join("file");
    let nowhere = bench.path().join("nowhere");
    let create = |name: &str, folder: &std::path::Path| json!({ "name": name, "folder": folder });

    bench.fails("create_project", create(" \t", &nowhere), "name_empty");
    let error = bench.fails("create_project", create("p", &nowhere), "folder_not_found");
    assert_eq!(text(&error, "/params/folder"), nowhere.display().to_string());
    bench.fails("create_project", create("p", &file), "folder_not_a_directory");
    let error = bench.fails("create_project", create("p", &bench.path().join("seeds")), "folder_in_use");
    assert_eq!(error["params"]["project"], "seeds");
    bench.fails("rename_project", json!({ "projectId": project, "name": "  " }), "name_empty");

    for (field, value) in [
        ("max_file_mb", json!(0)), ("max_file_mb", json!(501)), ("max_terms", json!(0)), ("min_occurrences", json!(0)),
    ] {
        let mut settings = bench.ok("get_project_settings", json!({ "projectId": project }));
        settings[field] = value;
        let arguments = json!({ "projectId": project, "settings": settings });
        assert_eq!(bench.fails("set_project_settings", arguments, "invalid_settings")["params"]["field"], field);
    }

    let path = bench.path().join("glossary.md");
    let export = |path: &std::path::Path| json!({ "projectId": project, "path": path });
    assert_eq!(bench.fails("export_glossary", export(&path), "no_input")["params"]["stage"], "refine");
    let run = bench.run(&project, "extract", "too early");
    assert_eq!((&run["status"], &run["error"]["code"]), (&json!("failed"), &json!("no_input")));

    assert_eq!(bench.run(&project, "full", "all")["status"], "completed");
    bench.fails("export_glossary", export(&bench.path().join("glossary.docx")), "export_format");
    bench.fails("export_glossary", export(&bench.path().join("glossary")), "export_format");
    for target in [bench.path().join("missing/glossary.md"), file.join("glossary.md")] {
        let error = bench.fails("export_glossary", export(&target), "export_failed");
        assert_eq!(text(&error, "/params/path"), target.display().to_string());
        assert!(error["detail"].is_string(), "the system's own words: {error}");
    }

    let none = json!({ "projectId": project, "key": "none" });
    assert_eq!(bench.fails("get_term", none, "term_not_found")["params"]["term"], "none");
    let decision = json!({ "verdict": "excluded", "category": null, "note": null });
    let decide = json!({ "projectId": project, "key": "none", "decision": decision });
    bench.fails("decide_term", decide, "term_not_found");
    let entry = json!({ "projectId": project, "stage": "refine", "key": "none" });
    assert_eq!(bench.fails("get_entry", entry, "entry_not_found")["params"]["term"], "none");
    let edit = json!({ "projectId": project, "key": "none", "definition": "x" });
    bench.fails("edit_definition", edit, "entry_not_found");
    bench.fails("add_term", json!({ "projectId": project, "text": " \u{3000} " }), "empty_term");
    for command in ["cancel_run", "get_run"] {
        assert_eq!(bench.fails(command, json!({ "runId": "none" }), "run_not_found")["params"]["run"], "none");
    }
    let log = json!({ "from": 0, "limit": 1, "levels": null });
    bench.fails("read_log", json!({ "runId": "none", "query": log }), "run_not_found");

    std::fs::remove_dir_all(bench.path().join("seeds")).unwrap();
    bench.fails("open_folder", json!({ "projectId": project }), "folder_not_found");
    let run = bench.run(&project, "full", "gone");
    assert_eq!((&run["status"], &run["error"]["code"]), (&json!("failed"), &json!("folder_not_found")));
    bench.ok("export_glossary", export(&path));
}

/// The samples name a project that does not exist. Whoever answers nevertheless says that there is nothing.
#[test]
fn a_project_that_is_gone_is_an_error_or_an_empty_list_and_never_somebody_elses() {
    let bench = Bench::new();
    let project = bench.project("seeds");
    assert_eq!(bench.run(&project, "full", "all")["status"], "completed");
    for (command, promised) in &bench.contract.commands {
        if promised.arguments.iter().all(|(name, _)| name != "projectId") {
            continue;
        }
        let mut arguments = Value::Object(bench.contract.sample(command));
        if command == "set_project_settings" {
            arguments["settings"] = bench.ok("get_project_settings", json!({ "projectId": project }));
        }
        match command.as_str() {
            "get_term" | "decide_term" => _ = bench.fails(command, arguments, "term_not_found"),
            "get_entry" | "edit_definition" => _ = bench.fails(command, arguments, "entry_not_found"),
            "count_entries" => assert_eq!(bench.ok(command, arguments)["all"], 0),
            list if list.starts_with("list_") => {
                assert_eq!(bench.ok(command, arguments), json!({ "rows": [], "total": 0, "offset": 0 }), "{list}");
            }
            "export_glossary" => {
                arguments["path"] = json!(bench.path().join("x.md"));
                bench.fails(command, arguments, "project_not_found");
            }
            _ => assert_eq!(bench.fails(command, arguments, "project_not_found")["params"]["project"], "none"),
        }
    }
}

#[test]
fn a_start_and_a_deletion_during_a_run_name_the_run_that_is_active() {
    let bench = Bench::new();
    let project = bench.project("seeds");
    let release = bench.hold_the_next_run();
    let start = |request: &str| json!({ "projectId": project, "scope": "full", "requestId": request });
    let run = bench.ok("start_run", start("first"));
    let error = bench.fails("start_run", start("second"), "run_active");
    assert_eq!(error["params"]["run"], run["id"]);
    let error = bench.fails("delete_project", json!({ "projectId": project }), "run_active");
    assert_eq!(error["params"]["run"], run["id"]);
    let detail = bench.ok("get_project", json!({ "projectId": project }));
    assert_eq!((&detail["summary"]["state"], &detail["active_run"]["id"]), (&json!("running"), &run["id"]));
    drop(release);
    bench.settled();
    assert_eq!(bench.ok("get_run", json!({ "runId": run["id"] }))["run"]["status"], "completed");
    bench.ok("delete_project", json!({ "projectId": project }));
}

#[test]
fn without_a_data_folder_every_command_says_so() {
    let bench = Bench::with_home("file/home");
    for command in bench.contract.commands.keys() {
        let error = bench.fails(command, Value::Object(bench.contract.sample(command)), "data_folder_read_only");
        assert_eq!(text(&error, "/params/path"), bench.path().join("file/home").display().to_string());
        assert!(error["detail"].is_string(), "{error}");
    }
}

#[test]
fn arguments_of_a_wrong_type_are_refused_by_name_and_do_nothing() {
    let bench = Bench::new();
    let project = bench.project("seeds");
    let before = bench.ok("get_project", json!({ "projectId": project }));
    let mut refused = 0;
    for (command, promised) in &bench.contract.commands {
        for (name, _) in &promised.arguments {
            let mut arguments = Value::Object(bench.contract.sample(command));
            if arguments.get("projectId").is_some() {
                arguments["projectId"] = json!(project);
            }
            for wrong in [json!([[]]), json!(true), json!(-1)] {
                arguments[name] = wrong;
                let error = bench.invoke(command, arguments.clone()).expect_err(command);
                let said = error.as_str().unwrap_or_else(|| panic!("{command} {arguments}: {error}"));
                assert!(said.contains(&format!("`{name}`")) && said.contains(command), "{said}");
                refused += 1;
            }
        }
    }
    assert!(refused > 100, "every argument of every command");
    for (command, argument, wrong) in [
        ("start_run", "scope", json!("everything")),
        ("list_runs", "limit", json!(u64::from(u32::MAX) + 1)),
        ("list_entries", "stage", json!("Refine")),
    ] {
        let mut arguments = Value::Object(bench.contract.sample(command));
        arguments[argument] = wrong;
        let error = bench.invoke(command, arguments).expect_err(command);
        assert!(error.as_str().is_some_and(|said| said.contains(argument)), "{error}");
    }
    assert!(bench.invoke("no_such_command", json!({})).is_err());
    assert_eq!(bench.ok("get_project", json!({ "projectId": project })), before);
}

#[test]
fn a_run_is_told_in_typed_events_and_its_end_comes_last() {
    let bench = Bench::new();
    let events = bench.events();
    let project = bench.project("seeds");
    let run = bench.run(&project, "full", "all");
    let events = events.lock().unwrap().clone();
    for (name, payload) in &events {
        let promised = &bench.contract.events[name];
        bench.contract.check(payload, promised).unwrap_or_else(|problem| panic!("{name}: {problem}"));
    }
    let of = |wanted: &str| -> Vec<&Value> {
        events.iter().filter(|(name, _)| name == wanted).map(|(_, payload)| payload).collect()
    };
    let told: BTreeSet<_> = events.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(told, bench.contract.events.keys().cloned().collect(), "every event of the contract");

    let views = of("run-changed");
    assert_eq!(views.first().map(|view| &view["status"]), Some(&json!("pending")));
    assert_eq!(views.last(), Some(&&run), "the last view is what is stored");
    assert!(views.is_sorted_by(|a, b| a["revision"].as_u64() < b["revision"].as_u64()));

    let mut records = Vec::new();
    for tail in of("log-appended") {
        assert_eq!((&tail["project_id"], &tail["run_id"]), (&json!(project), &run["id"]));
        records.extend(tail["records"].as_array().unwrap().clone());
    }
    // A burst of records is counted and not carried: the view reads them from the log.
    assert!(records.is_sorted_by(|a, b| a["seq"].as_u64() < b["seq"].as_u64()));
    for record in &records {
        let query = json!({ "from": record["seq"].as_u64().unwrap() - 1, "limit": 1, "levels": null });
        let page = bench.ok("read_log", json!({ "runId": run["id"], "query": query }));
        assert_eq!(&page["records"][0], record, "an event carries the record of the log");
    }

    let ends = of("log-ended");
    assert_eq!(ends.len(), 1);
    assert_eq!((&ends[0]["run_id"], &ends[0]["status"]), (&run["id"], &json!("completed")));
    assert_eq!(ends[0]["total"], records.last().unwrap()["seq"], "the tail reaches the end");
    let end = events.iter().position(|(name, _)| name == "log-ended").unwrap();
    assert!(events[end..].iter().all(|(name, _)| name == "log-ended" || name == "project-changed"));
}
