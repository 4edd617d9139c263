//! The files of a project, its folder, and the viewer of its documents.

use serde_json::{Value, json};

use crate::bench::{Bench, text};

/// The last run read the sample documents.
pub(crate) fn the_viewer(bench: &Bench, project: &str) {
    let path = "faq.txt";
    let document = |mut arguments: Value| {
        arguments["projectId"] = json!(project);
        arguments["path"] = json!(path);
        arguments
    };
    let info = bench.ok("get_document", document(json!({})));
    assert_eq!((&info["change"], &info["markdown"]), (&json!("none"), &json!(false)));
    assert!(info["occurrences"].as_u64().unwrap() > 0, "{info}");
    let gone = json!({ "projectId": project, "path": "../faq.txt" });
    bench.fails("get_document", gone, "document_not_found");

    let layout = json!({ "columns": 30, "rendered": true });
    let page = json!({ "layout": layout, "offset": 0, "limit": 50, "search": "the" });
    let page = bench.ok("read_document", document(page));
    assert!(
        page["total"].as_u64().unwrap() > 5 && page["rows"][0]["line"] == 1,
        "{page}"
    );
    assert!(
        page["rows"]
            .as_array()
            .unwrap()
            .iter()
            .any(|row| row["hits"] != json!([]))
    );
    let key = text(&page, "/terms/0/key");
    let target = json!({ "kind": "term", "key": key, "from": null, "backward": false });
    let found = bench.ok(
        "find_in_document",
        document(json!({ "layout": layout, "target": target })),
    );
    assert_eq!(found["position"], 1, "{found}");

    let mark = |words: &str| json!({ "projectId": project, "text": words, "verdict": "required" });
    let marked = bench.ok("mark_term", mark("a word of mine"));
    let term = bench.ok("get_term", json!({ "projectId": project, "key": marked["key"] }));
    assert_eq!(
        (&term["row"]["verdict"], &term["manual"]),
        (&json!("required"), &json!(true))
    );
    bench.fails("mark_term", mark(" "), "empty_term");
}

/// What the researcher does with files. Leaves the folder as it was.
pub(crate) fn the_folder(bench: &Bench, project: &str) {
    let count = || bench.ok("count_files", json!({ "projectId": project }));
    let query = |state: Value| {
        json!({
            "projectId": project,
            "query": {
                "offset": 0, "limit": 50, "search": "", "state": state, "sort": "size", "descending": true
            }
        })
    };
    let watch = |project: Value| bench.ok("watch_folder", json!({ "projectId": project }));
    assert_eq!(watch(json!(project)), json!(true));
    let before = count();
    assert_eq!(before["watched"], true);
    let all = bench.ok("list_files", query(Value::Null));
    let states = |all: &Value| -> Vec<Value> {
        let rows = all["rows"].as_array().unwrap();
        rows.iter().map(|row| row["state"].clone()).collect()
    };
    assert_eq!(
        all["rows"][0]["path"], "fieldwork/photo.png",
        "the largest first: {all}"
    );
    assert!(
        states(&all)
            .iter()
            .all(|state| state == "unchanged" || state == "skipped"),
        "{all}"
    );

    let paths = json!({ "projectId": project, "paths": ["faq.txt"] });
    bench.ok("exclude_files", paths.clone());
    assert_eq!(bench.ok("list_files", query(json!("excluded")))["total"], 1);
    let plan = bench.ok("get_plan", json!({ "projectId": project }));
    let excluded = json!({ "kind": "documents_excluded", "count": 1, "examples": ["faq.txt"] });
    assert!(plan["reasons"].as_array().unwrap().contains(&excluded), "{plan}");
    bench.ok("include_files", paths);

    // What is dropped on the project is copied and taken back.
    let dropped = bench.path().join("dropped.md");
    std::fs::write(&dropped, "A cold room is a room that is kept cold.").unwrap();
    let planned = bench.ok("plan_copy", json!({ "projectId": project, "sources": [dropped] }));
    assert_eq!(
        (&planned[0]["state"], &planned[0]["target"]),
        (&json!("new"), &json!("dropped.md"))
    );
    let copy = |target: &str| json!({ "projectId": project, "orders": [{ "source": dropped, "target": target }] });
    let report = bench.ok("copy_files", copy("dropped.md"));
    assert_eq!(
        bench.ok("list_files", query(json!("new")))["rows"][0]["path"],
        "dropped.md"
    );
    bench.fails("copy_files", copy("dropped.md"), "copy_failed");
    bench.fails("copy_files", copy("../outside.md"), "copy_failed");
    let undo = json!({ "projectId": project, "receipt": report["receipt"] });
    assert_eq!(bench.ok("undo_copy", undo)["removed"], 1);

    bench.ok("reveal_file", json!({ "projectId": project, "path": "faq.txt" }));
    for outside in ["../file", "/etc/passwd", "", "none.txt"] {
        bench.fails(
            "reveal_file",
            json!({ "projectId": project, "path": outside }),
            "file_not_found",
        );
    }

    let patterns = json!({ "projectId": project, "patterns": ["*.txt", "[a"] });
    let counted = bench.ok("count_matches", patterns);
    assert!(
        counted[0]["files"].as_u64().unwrap() > 0 && counted[1]["error"].is_string(),
        "{counted}"
    );
    let mut settings = bench.ok("get_project_settings", json!({ "projectId": project }));
    settings["exclude"] = json!(["[a"]);
    let set = json!({ "projectId": project, "settings": settings });
    assert_eq!(
        bench.fails("set_project_settings", set, "bad_pattern")["params"]["pattern"],
        "[a"
    );

    let here = bench.ok("get_project", json!({ "projectId": project }))["summary"]["folder"].clone();
    let elsewhere = bench.documents("elsewhere");
    let folder = |folder: &Value| json!({ "projectId": project, "folder": folder });
    let check = bench.ok("check_folder", folder(&json!(elsewhere)));
    assert!(check["found"].as_u64().unwrap() > 0, "{check}");
    let missing = json!(bench.path().join("nowhere"));
    bench.fails("check_folder", folder(&missing), "folder_not_found");
    assert_eq!(
        bench.ok("relocate_project", folder(&json!(elsewhere)))["folder"],
        json!(elsewhere)
    );
    bench.ok("relocate_project", folder(&here));
    assert_eq!(watch(Value::Null), json!(false));
}
