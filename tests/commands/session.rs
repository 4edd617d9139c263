//! One session of a researcher that uses every command there is.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::{Value, json};

use crate::bench::{Bench, text};
use crate::dashboard::{what_is_deleted_comes_back, what_the_dashboard_says};
use crate::files::{the_folder, the_viewer};
use crate::history::what_runs_leave;
use crate::models::a_model;

/// The test below starts itself again with this variable and a file manager of its own.
const FILE_MANAGER: &str = "GENGLOSSARY_TEST_FILE_MANAGER";

/// The whole session runs in a process whose `xdg-open` only notes what it was asked to show.
#[test]
fn every_command_of_the_contract_answers_as_the_bindings_promise() {
    use std::os::unix::fs::PermissionsExt as _;

    if let Some(shown) = std::env::var_os(FILE_MANAGER) {
        return session(std::path::Path::new(&shown));
    }
    let folder = tempfile::tempdir().unwrap();
    let (opener, shown) = (folder.path().join("xdg-open"), folder.path().join("shown"));
    std::fs::write(
        &opener,
        format!(
            "#!/bin/sh\nprintf %s \"$1\" > '{0}.new'\nmv '{0}.new' '{0}'\n",
            shown.display()
        ),
    )
    .unwrap();
    let ollama = folder.path().join("ollama");
    std::fs::write(&ollama, "#!/bin/sh\ntest \"$*\" = serve && exec sleep 600\n").unwrap();
    for program in [&opener, &ollama] {
        std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = std::env::var("PATH").unwrap_or_default();
    let session = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "session::every_command_of_the_contract_answers_as_the_bindings_promise",
            "--nocapture",
        ])
        .env("PATH", format!("{}:{path}", folder.path().display()))
        .env(FILE_MANAGER, &shown)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&session.stdout).into_owned() + &String::from_utf8_lossy(&session.stderr);
    assert!(session.status.success() && said.contains("1 passed"), "{said}");
}

fn session(shown: &std::path::Path) {
    let bench = Bench::new();
    the_app_and_its_settings(&bench);
    let project = a_project_and_its_settings(&bench);
    a_run_and_its_log(&bench, &project);
    what_runs_leave(&bench, &project);
    what_the_dashboard_says(&bench, &project);
    what_is_deleted_comes_back(&bench, &project);
    documents(&bench, &project);
    the_folder(&bench, &project);
    terms(&bench, &project);
    entries_and_issues(&bench, &project);
    exports(&bench, &project);
    the_viewer(&bench, &project);
    a_model(&bench, &project);

    bench.ok("open_folder", json!({ "projectId": project }));
    let folder = text(
        &bench.ok("get_project", json!({ "projectId": project })),
        "/summary/folder",
    );
    is_told(shown, &folder);
    bench.ok("open_data_folder", json!({}));
    is_told(shown, &bench.path().join("home").display().to_string());

    bench.ok("delete_project", json!({ "projectId": project }));
    let others = bench.ok("list_projects", json!({}));
    let others: Vec<_> = others.as_array().unwrap().iter().map(|other| &other["name"]).collect();
    assert_eq!(others, ["Sample", "copy"]);
    assert!(
        std::path::Path::new(&folder).join("faq.txt").exists(),
        "a deleted project keeps its documents"
    );

    let all: BTreeSet<String> = bench.contract.commands.keys().cloned().collect();
    assert_eq!(bench.answered(), all, "a command without a test");
}

/// Waits until the file manager was asked to show this. It is a process of its own; nobody waits for it but this.
fn is_told(shown: &std::path::Path, wanted: &str) {
    let told = || std::fs::read_to_string(shown).unwrap_or_default();
    let mut looks = 0..6_000;
    while told() != wanted && looks.next().is_some() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert_eq!(told(), wanted, "the file manager gets the folder");
}

fn the_app_and_its_settings(bench: &Bench) {
    let about = bench.ok("get_about", json!({}));
    assert!(text(&about, "/licence").contains("Apache License"));
    assert!(text(&about, "/notice").contains("IPADIC"));
    let size = bench.ok("get_data_size", json!({}));
    assert!(size["database"].as_f64().unwrap() > 0.0 && size["all"].as_f64() >= size["database"].as_f64());
    let info = bench.ok("get_app_info", json!({}));
    assert_eq!(info["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(
        text(&info, "/data_dir"),
        bench.path().join("home").display().to_string()
    );
    assert_eq!(info["open_project"], Value::Null);

    assert_eq!(bench.ok("get_settings", json!({}))["theme"], "system");
    let settings = json!({
        "language": "ja", "theme": "dark", "sans_reading": true, "parallel_runs": 3, "notify": false,
        "keep_awake": true, "background": "stop", "keep_days": 30, "keep_logs_mb": 200, "text_size": 125, "shortcuts": {},
    });
    assert_eq!(bench.ok("set_settings", json!({ "settings": settings })), settings);
    assert_eq!(bench.ok("get_settings", json!({})), settings);
    assert_eq!(
        bench.ok("answer_close", json!({ "answer": "stop" })),
        Value::Null,
        "an answer that nobody asked for does nothing"
    );
}

fn a_project_and_its_settings(bench: &Bench) -> String {
    assert_eq!(bench.ok("list_projects", json!({})), json!([]));
    let project = bench.project("seeds");
    let renamed = bench.ok(
        "rename_project",
        json!({ "projectId": project, "name": " Seed bank 種子銀行 " }),
    );
    assert_eq!(renamed["name"], "Seed bank 種子銀行");
    let detail = bench.ok("get_project", json!({ "projectId": project }));
    assert_eq!(
        (&detail["summary"]["state"], &detail["active_run"]),
        (&json!("not_run"), &Value::Null)
    );
    assert_eq!(bench.ok("list_projects", json!({})), json!([detail["summary"]]));

    let mut settings = bench.ok("get_project_settings", json!({ "projectId": project }));
    settings["max_file_mb"] = json!(7);
    bench.ok(
        "set_project_settings",
        json!({ "projectId": project, "settings": settings }),
    );
    assert_eq!(
        bench.ok("get_project_settings", json!({ "projectId": project })),
        settings
    );
    project
}

fn a_run_and_its_log(bench: &Bench, project: &str) {
    bench.lengthen("seeds");
    let start = json!({ "projectId": project, "scope": "full", "requestId": "the first" });
    let run = bench.ok("start_run", start.clone());
    assert_eq!(
        bench.ok("start_run", start)["id"],
        run["id"],
        "S6: one request is one run"
    );
    assert_eq!(bench.ok("cancel_run", json!({ "runId": run["id"] })), "cancelling");
    bench.settled();
    bench.shorten("seeds");
    let stopped = bench.ok("get_run", json!({ "runId": run["id"] }));
    assert_eq!(
        (&stopped["run"]["status"], &stopped["run"]["error"]),
        (&json!("cancelled"), &Value::Null)
    );
    assert_eq!(
        bench.ok("cancel_run", json!({ "runId": run["id"] })),
        "already_finished"
    );

    let run = bench.run(project, "full", "the second");
    assert_eq!(run["status"], "completed", "{run}");
    let runs = bench.ok(
        "list_runs",
        json!({ "projectId": project, "offset": 0, "limit": 1, "order": null }),
    );
    assert_eq!(
        (&runs["total"], &runs["rows"]),
        (&json!(2), &json!([run])),
        "newest first, as many as asked for"
    );

    let query = json!({ "from": 0, "limit": 2, "levels": ["info"] });
    let page = bench.ok("read_log", json!({ "runId": run["id"], "query": query }));
    assert_eq!(
        (&page["ended"], page["records"].as_array().unwrap().len()),
        (&json!("completed"), 2)
    );
    assert_eq!(page["matching"], page["counts"]["info"]);
    assert!(
        page["matching"].as_u64() < page["total"].as_u64(),
        "the filter leaves records out"
    );

    let item = text(&page, "/records/0/message");
    let search = json!({ "text": item.to_uppercase(), "match_case": false, "regex": false, "levels": null,
        "after": 0 });
    let found = bench.ok("search_log", json!({ "runId": run["id"], "query": search }));
    assert!(
        found["hits"]
            .as_array()
            .unwrap()
            .iter()
            .any(|hit| hit["seq"] == page["records"][0]["seq"]),
        "{found}"
    );
    let outline = bench.ok(
        "outline_log",
        json!({ "runId": run["id"], "query": { "levels": null, "parts": 100 } }),
    );
    let stages: Vec<_> = outline["stages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|stage| &stage["stage"])
        .collect();
    assert_eq!(stages, ["load", "extract", "define", "review", "refine"]);
    // Asked for twice, it is one window.
    for _ in 0..2 {
        bench.ok("open_log_window", json!({ "runId": run["id"], "title": "Log" }));
    }
}

fn documents(bench: &Bench, project: &str) {
    let list = |search: &str| {
        bench.ok(
            "list_documents",
            json!({ "projectId": project, "offset": 0, "limit": 100, "search": search }),
        )
    };
    let (all, some) = (list(""), list("drying"));
    assert_eq!(all["total"], all["rows"].as_array().unwrap().len());
    assert_eq!(some["total"], 2, "two files of one name in two folders: {some}");
    assert!(all["rows"][0]["occurrences"].as_u64() > Some(0));
    let query = json!({
        "offset": 0, "limit": 100, "search": ".env", "state": "skipped", "sort": "path", "descending": false,
    });
    let skipped = bench.ok("list_files", json!({ "projectId": project, "query": query }));
    let secret = &skipped["rows"][0];
    assert_eq!(
        (&secret["path"], &secret["reason"], &secret["detail"]),
        (&json!(".env"), &json!("secret"), &Value::Null),
        "{skipped}"
    );
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
    assert!(
        rows.len() > 100 && rows.is_sorted_by(|a, b| a["score"].as_f64() >= b["score"].as_f64()),
        "best first"
    );
    let mut by_reading = query(None);
    by_reading["sort"] = json!("term");
    let heads = bench.ok("get_term_heads", json!({ "projectId": project, "query": by_reading }));
    assert!(heads.as_array().unwrap().len() > 5, "{heads}");
    let (key, count) = (text(&rows[0], "/key"), &rows[0]["occurrences"]);
    let term = bench.ok("get_term", json!({ "projectId": project, "key": key }));
    assert_eq!(term["row"], rows[0]);
    let found = bench.ok(
        "list_occurrences",
        json!({ "projectId": project, "key": key, "offset": 0, "limit": 1000 }),
    );
    assert_eq!(
        (&found["total"], found["rows"].as_array().map(Vec::len)),
        (count, count.as_u64().map(|n| n as usize))
    );

    for edit in [
        json!({ "kind": "verdict", "verdict": "excluded" }),
        json!({ "kind": "category", "category": "Room" }),
        json!({ "kind": "note", "note": "Ask Ito. 「要確認」" }),
    ] {
        bench.ok(
            "decide_terms",
            json!({ "projectId": project, "keys": [key], "edit": edit }),
        );
    }
    let decided = bench.ok("get_term", json!({ "projectId": project, "key": key }));
    assert_eq!(
        (&decided["row"]["verdict"], &decided["row"]["category"]),
        (&json!("excluded"), &json!("Room"))
    );
    assert_eq!(decided["note"], "Ask Ito. 「要確認」");
    let excluded = bench.ok(
        "list_terms",
        json!({ "projectId": project, "query": query(Some("excluded")) }),
    );
    assert_eq!(excluded["rows"], json!([decided["row"]]));

    let added = bench.ok(
        "require_term",
        json!({ "projectId": project, "text": "  moon   seed " }),
    );
    let added = bench.ok("get_term", json!({ "projectId": project, "key": added["key"] }));
    assert_eq!(
        (&added["row"]["text"], &added["manual"]),
        (&json!("moon seed"), &json!(true))
    );
    let categories = bench.ok("list_categories", json!({ "projectId": project }));
    assert_eq!(categories, json!(["concept", "abbreviation", "name", "Room"]));
    let other = bench.ok("require_term", json!({ "projectId": project, "text": "sun seed" }));
    bench.ok(
        "undo_change",
        json!({ "projectId": project, "changeId": other["change"]["id"] }),
    );
    let required = bench.ok(
        "list_terms",
        json!({ "projectId": project, "query": query(Some("required")) }),
    );
    assert_eq!(required["total"], 1);
}

fn entries_and_issues(bench: &Bench, project: &str) {
    let list = |stage: &str, filter: &str| {
        let query = json!({ "offset": 0, "limit": 1000, "search": "", "filter": filter });
        bench.ok(
            "list_entries",
            json!({ "projectId": project, "stage": stage, "query": query }),
        )
    };
    for stage in ["define", "refine"] {
        let counts = bench.ok("count_entries", json!({ "projectId": project, "stage": stage }));
        for filter in ["all", "changed", "edited", "undefined"] {
            assert_eq!(list(stage, filter)["total"], counts[filter], "{stage}, {filter}");
        }
    }
    let query = json!({ "offset": 0, "limit": 0, "search": "", "filter": "all" });
    let heads = bench.ok(
        "get_entry_heads",
        json!({ "projectId": project, "stage": "refine", "query": query }),
    );
    assert!(heads.as_array().unwrap().len() > 5 && heads[0]["at"] == 0, "{heads}");
    let key = text(&list("refine", "all"), "/rows/0/key");
    let entry = bench.ok(
        "get_entry",
        json!({ "projectId": project, "stage": "refine", "key": key }),
    );
    assert_eq!((&entry["entry"]["key"], &entry["edited"]), (&json!(key), &Value::Null));
    let edit = |definition: Value| {
        let edit = json!({ "kind": "definition", "definition": definition });
        bench.ok(
            "decide_terms",
            json!({ "projectId": project, "keys": [key], "edit": edit }),
        )
    };
    let change = edit(json!("A word of my own."));
    assert_eq!(list("refine", "edited")["rows"][0]["definition"], "A word of my own.");
    assert_eq!(list("define", "edited")["rows"][0]["definition"], "A word of my own.");
    bench.ok("undo_change", json!({ "projectId": project, "changeId": change["id"] }));
    assert_eq!(list("refine", "edited")["total"], 0, "taken back");

    let query = json!({ "offset": 0, "limit": 1000, "search": "", "kind": null, "severity": null, "state": null });
    let issues = bench.ok("list_issues", json!({ "projectId": project, "query": query }));
    let rows = issues["rows"].as_array().unwrap();
    let kinds: BTreeSet<_> = rows.iter().map(|row| text(row, "/finding/kind")).collect();
    assert!(
        kinds.len() >= 3,
        "the sample documents have issues of several kinds: {kinds:?}"
    );
    let narrow = json!({
        "offset": 0, "limit": 1000, "search": "", "kind": "undefined", "severity": null, "state": "open",
    });
    let narrow = bench.ok("list_issues", json!({ "projectId": project, "query": narrow }));
    let same = rows
        .iter()
        .filter(|row| row["finding"]["kind"] == "undefined" && row["state"] == "open");
    assert_eq!(narrow["total"], same.count());
    let open = rows.iter().find(|row| row["state"] == "open").unwrap();
    let answer = json!({ "kind": "dismiss", "reason": "known" });
    let change = bench.ok(
        "answer_issues",
        json!({ "projectId": project, "ids": [open["id"]], "answer": answer }),
    );
    let again = json!({ "projectId": project, "id": open["id"] });
    assert_eq!(bench.ok("recheck_issue", again), true, "a dismissal puts nothing right");
    let counts = bench.ok("count_issues", json!({ "projectId": project }));
    let dismissed = counts
        .as_array()
        .unwrap()
        .iter()
        .find(|count| count["state"] == "dismissed");
    assert_eq!(dismissed.unwrap()["count"], 1);
    bench.ok("undo_change", json!({ "projectId": project, "changeId": change["id"] }));
}

fn exports(bench: &Bench, project: &str) {
    for name in ["glossary.md", "terms.tsv", "all.json"] {
        let path = bench.path().join(name);
        let report = bench.ok("export_glossary", json!({ "projectId": project, "path": path }));
        assert_eq!(text(&report, "/path"), path.display().to_string());
        assert!(report["entries"].as_u64() > Some(0));
        assert!(
            !std::fs::read_to_string(&path)
                .unwrap()
                .contains(&bench.path().display().to_string()),
            "D8"
        );
    }
}
