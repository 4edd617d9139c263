//! Every command of the contract through the app's own invoke handler, on a real engine. What is sent and what comes
//! back is checked against the generated bindings.
#![allow(clippy::unwrap_used, reason = "in a test, a panic is the report")]

mod bench;
#[cfg(target_os = "linux")]
mod bus;
mod close;
mod contract;
#[cfg(target_os = "linux")]
mod dashboard;
#[cfg(target_os = "linux")]
mod desktop;
mod files;
mod history;
#[cfg(target_os = "linux")]
mod models;
#[cfg(target_os = "linux")]
mod notification;
#[cfg(target_os = "linux")]
mod session;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::bench::{Bench, text};

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
    let error = bench.fails(
        "create_project",
        create("p", &bench.path().join("seeds")),
        "folder_in_use",
    );
    assert_eq!(error["params"]["project"], "seeds");
    bench.fails(
        "rename_project",
        json!({ "projectId": project, "name": "  " }),
        "name_empty",
    );

    for (field, value) in [
        ("max_file_mb", json!(0)),
        ("max_file_mb", json!(501)),
        ("max_terms", json!(0)),
        ("min_occurrences", json!(0)),
    ] {
        let mut settings = bench.ok("get_project_settings", json!({ "projectId": project }));
        settings[field] = value;
        let arguments = json!({ "projectId": project, "settings": settings });
        assert_eq!(
            bench.fails("set_project_settings", arguments, "invalid_settings")["params"]["field"],
            field
        );
    }

    for (name, code) in [
        ("x".repeat(41).as_str(), "category_long"),
        ("spe\u{200b}cies", "category_hidden"),
        ("Person", "category_built_in"),
        ("SPECIES", "category_taken"),
    ] {
        let mut settings = bench.ok("get_project_settings", json!({ "projectId": project }));
        settings["categories"] = json!([{ "name": "species", "about": "" }, { "name": name, "about": "" }]);
        let arguments = json!({ "projectId": project, "settings": settings });
        assert_eq!(
            bench.fails("set_project_settings", arguments, code)["params"]["category"],
            name
        );
    }

    let path = bench.path().join("glossary.md");
    let export = |path: &std::path::Path| json!({ "projectId": project, "path": path });
    assert_eq!(
        bench.fails("export_glossary", export(&path), "no_input")["params"]["stage"],
        "refine"
    );
    let run = bench.run(&project, "extract", "too early");
    assert_eq!(
        (&run["status"], &run["error"]["code"]),
        (&json!("failed"), &json!("no_input"))
    );

    assert_eq!(bench.run(&project, "full", "all")["status"], "completed");
    bench.fails(
        "export_glossary",
        export(&bench.path().join("glossary.docx")),
        "export_format",
    );
    bench.fails(
        "export_glossary",
        export(&bench.path().join("glossary")),
        "export_format",
    );
    for target in [bench.path().join("missing/glossary.md"), file.join("glossary.md")] {
        let error = bench.fails("export_glossary", export(&target), "export_failed");
        assert_eq!(text(&error, "/params/path"), target.display().to_string());
        assert!(error["detail"].is_string(), "the system's own words: {error}");
    }

    let none = json!({ "projectId": project, "key": "none" });
    assert_eq!(
        bench.fails("get_term", none, "term_not_found")["params"]["term"],
        "none"
    );
    let entry = json!({ "projectId": project, "stage": "refine", "key": "none" });
    assert_eq!(
        bench.fails("get_entry", entry, "entry_not_found")["params"]["term"],
        "none"
    );
    let edit = json!({ "projectId": project, "keys": ["none"], "edit": { "kind": "definition", "definition": "x" } });
    bench.fails("decide_terms", edit, "term_not_found");
    let undo = json!({ "projectId": project, "changeId": "none" });
    bench.fails("undo_change", undo, "change_gone");
    let dismiss = json!({ "projectId": project, "ids": ["none"], "answer": { "kind": "dismiss", "reason": null } });
    bench.fails("answer_issues", dismiss, "issue_not_found");
    bench.fails(
        "recheck_issue",
        json!({ "projectId": project, "id": "none" }),
        "issue_not_found",
    );
    bench.fails(
        "require_term",
        json!({ "projectId": project, "text": " \u{3000} " }),
        "empty_term",
    );
    for command in ["cancel_run", "get_run"] {
        assert_eq!(
            bench.fails(command, json!({ "runId": "none" }), "run_not_found")["params"]["run"],
            "none"
        );
    }
    let go_on = |more: f64| json!({ "runId": "none", "since": "2026-01-01T00:00:00.000Z", "more": more });
    bench.fails("continue_run", go_on(1.0), "run_not_found");
    bench.fails("continue_run", go_on(0.0), "invalid_settings");
    let log = json!({ "from": 0, "limit": 1, "levels": null });
    bench.fails("read_log", json!({ "runId": "none", "query": log }), "run_not_found");

    std::fs::remove_dir_all(bench.path().join("seeds")).unwrap();
    bench.fails("open_folder", json!({ "projectId": project }), "folder_not_found");
    let run = bench.run(&project, "full", "gone");
    assert_eq!(
        (&run["status"], &run["error"]["code"]),
        (&json!("failed"), &json!("folder_not_found"))
    );
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
            "get_term" => _ = bench.fails(command, arguments, "term_not_found"),
            "get_entry" => _ = bench.fails(command, arguments, "entry_not_found"),
            "answer_issues" | "recheck_issue" => _ = bench.fails(command, arguments, "issue_not_found"),
            "count_issues" | "get_term_heads" | "get_entry_heads" => {
                assert_eq!(bench.ok(command, arguments), json!([]));
            }
            "list_categories" => _ = bench.fails(command, arguments, "project_not_found"),
            "count_entries" => assert_eq!(bench.ok(command, arguments)["all"], 0),
            list if list.starts_with("list_") && list != "list_files" => {
                assert_eq!(
                    bench.ok(command, arguments),
                    json!({ "rows": [], "total": 0, "offset": 0 }),
                    "{list}"
                );
            }
            "export_glossary" => {
                arguments["path"] = json!(bench.path().join("x.md"));
                bench.fails(command, arguments, "project_not_found");
            }
            _ => assert_eq!(
                bench.fails(command, arguments, "project_not_found")["params"]["project"],
                "none"
            ),
        }
    }
}

#[test]
fn a_start_during_a_run_names_the_run_that_is_active_and_a_deletion_stops_it() {
    let bench = Bench::new();
    let project = bench.project("seeds");
    bench.lengthen("seeds");
    let start = |request: &str| json!({ "projectId": project, "scope": "full", "requestId": request });
    let run = bench.ok("start_run", start("first"));
    let error = bench.fails("start_run", start("second"), "run_active");
    assert_eq!(error["params"]["run"], run["id"]);
    let error = bench.fails("delete_run", json!({ "runId": run["id"] }), "run_active");
    assert_eq!(error["params"]["run"], run["id"]);
    let detail = bench.ok("get_project", json!({ "projectId": project }));
    assert_eq!(
        (&detail["summary"]["state"], &detail["active_run"]["id"]),
        (&json!("running"), &run["id"])
    );
    bench.ok("delete_project", json!({ "projectId": project }));
    bench.fails("get_run", json!({ "runId": run["id"] }), "run_not_found");
    bench.ok("restore_project", json!({ "projectId": project }));
    let stopped = bench.ok("get_run", json!({ "runId": run["id"] }));
    assert_eq!(stopped["run"]["status"], "cancelled");
    bench.fails("restore_project", json!({ "projectId": project }), "project_not_found");
}

#[test]
fn without_a_data_folder_every_command_says_so() {
    let bench = Bench::with_home("file/home");
    // Who wants to leave may, whatever is broken; what the app is made of, and where its
    // folder is, can be seen then too.
    for command in bench.contract.commands.keys().filter(|command| {
        ![
            "answer_close",
            "get_about",
            "get_ollama",
            "get_usual_model",
            "open_data_folder",
            "read_ollama_log",
            "stop_ollama",
        ]
        .contains(&command.as_str())
    }) {
        let error = bench.fails(
            command,
            Value::Object(bench.contract.sample(command)),
            "data_folder_read_only",
        );
        assert_eq!(
            text(&error, "/params/path"),
            bench.path().join("file/home").display().to_string()
        );
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
        for (name, wanted) in &promised.arguments {
            let is_wrong = |value: &Value| bench.contract.check(value, wanted).is_err();
            let mut arguments = Value::Object(bench.contract.sample(command));
            if arguments.get("projectId").is_some() {
                arguments["projectId"] = json!(project);
            }
            for wrong in [json!([[]]), json!(true), json!(-1)]
                .into_iter()
                // An amount is any number, and it is the engine that refuses one below nothing.
                .filter(|value| is_wrong(value) || (value.is_number() && name != "more"))
            {
                arguments[name] = wrong;
                let error = bench.invoke(command, arguments.clone()).expect_err(command);
                let said = error
                    .as_str()
                    .unwrap_or_else(|| panic!("{command} {arguments}: {error}"));
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
fn a_run_is_told_in_typed_events_from_its_start_to_its_end() {
    let bench = Bench::new();
    let events = bench.events();
    let project = bench.project("seeds");
    let run = bench.run(&project, "full", "all");
    let mut settings = bench.ok("get_settings", json!({}));
    settings["theme"] = json!("dark");
    bench.ok("set_settings", json!({ "settings": settings }));
    let mut model = bench.ok("get_usual_model", json!({ "provider": "ollama" }));
    model["base_url"] = json!("http://127.0.0.1:9");
    model["model"] = json!("m");
    bench.ok("start_pull", json!({ "settings": model }));
    bench.ok("stop_ollama", json!({}));
    bench.deliver();
    let events = events.lock().unwrap().clone();
    for (name, payload) in &events {
        let promised = &bench.contract.events[name];
        bench
            .contract
            .check(payload, promised)
            .unwrap_or_else(|problem| panic!("{name}: {problem}"));
    }
    let of = |wanted: &str| -> Vec<&Value> {
        events
            .iter()
            .filter(|(name, _)| name == wanted)
            .map(|(_, payload)| payload)
            .collect()
    };
    let told: BTreeSet<_> = events.iter().map(|(name, _)| name.clone()).collect();
    let of_the_window = ["close-requested", "open-failed", "open-project", "open-run"];
    let promised = bench.contract.events.keys();
    assert_eq!(
        told,
        promised
            .filter(|name| !of_the_window.contains(&name.as_str()))
            .cloned()
            .collect(),
        "every event of the contract"
    );

    assert_eq!(of("settings-changed"), [&settings], "every window hears of them");
    let mut views = of("run-changed");
    views.sort_by_key(|view| view["revision"].as_u64());
    assert_eq!(views.first().map(|view| &view["status"]), Some(&json!("pending")));
    assert_eq!(views.last(), Some(&&run), "the last view is what is stored");

    let mut records = Vec::new();
    for tail in of("log-appended") {
        assert_eq!((&tail["project_id"], &tail["run_id"]), (&json!(project), &run["id"]));
        records.extend(tail["records"].as_array().unwrap().clone());
    }
    // A burst of records is counted and not carried: the view reads them from the log.
    records.sort_by_key(|record| record["seq"].as_u64());
    for record in &records {
        let query = json!({ "from": record["seq"].as_u64().unwrap() - 1, "limit": 1, "levels": null });
        let page = bench.ok("read_log", json!({ "runId": run["id"], "query": query }));
        assert_eq!(&page["records"][0], record, "an event carries the record of the log");
    }

    let ends = of("log-ended");
    assert_eq!(ends.len(), 1);
    assert_eq!(
        (&ends[0]["run_id"], &ends[0]["status"]),
        (&run["id"], &json!("completed"))
    );
    assert_eq!(
        ends[0]["total"],
        records.last().unwrap()["seq"],
        "the tail reaches the end"
    );
}
