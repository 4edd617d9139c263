//! What a session sees of its past over all projects, and how it brings back what it deleted.

use serde_json::{Value, json};

use crate::bench::{Bench, text};

/// Runs of the project were made before: completed ones, one that was stopped.
pub(crate) fn what_the_dashboard_says(bench: &Bench, project: &str) {
    let seen = |project: Value| bench.ok("get_dashboard", json!({ "window": "day", "projectId": project }));
    let all = seen(Value::Null);
    let ended = |board: &Value| -> u64 {
        let counts = board["ended"].as_object().unwrap().values();
        counts.map(|count| count.as_u64().unwrap()).sum()
    };
    assert_eq!(all["ended"], seen(json!(project))["ended"], "there is only one project");
    assert_eq!((&all["running"], &all["waiting"]), (&json!(0), &json!(0)));
    assert!(all["ended"]["completed"].as_u64() > Some(0) && all["ended"]["cancelled"].as_u64() > Some(0));
    bench.fails(
        "get_dashboard",
        json!({ "window": "day", "projectId": "none" }),
        "project_not_found",
    );

    let mut query = json!({ "window": "day", "project_id": null, "statuses": [], "trigger": null, "scope": null,
        "engine": null, "order": { "sort": "duration", "descending": true }, "offset": 0, "limit": 50 });
    let history = |query: &Value| bench.ok("list_history", json!({ "query": query }));
    assert_eq!(history(&query)["total"], ended(&all), "the runs behind the numbers");
    query["statuses"] = json!(["completed"]);
    query["project_id"] = json!(project);
    let completed = history(&query);
    assert_eq!(completed["total"], all["ended"]["completed"]);
    let run = text(&completed, "/rows/0/id");
    let usual = bench.ok("get_usual_stages", json!({ "runId": run }));
    assert!(usual["stages"][0]["median_ms"].is_u64(), "{usual}");
    bench.fails("get_usual_stages", json!({ "runId": "none" }), "run_not_found");
    query["project_id"] = json!("none");
    assert_eq!(history(&query)["total"], 0);

    let groups = bench.ok("get_groups", json!({ "projectId": project }));
    assert!(groups["categories"][0]["total"].as_u64() > Some(0), "{groups}");
    assert!(groups["folders"].to_string().contains("手順書"), "{groups}");
}

pub(crate) fn what_is_deleted_comes_back(bench: &Bench, project: &str) {
    let detail = bench.ok("get_project", json!({ "projectId": project }));
    let current = text(&detail, "/current_run");
    bench.fails("delete_run", json!({ "runId": current }), "run_is_current");
    let runs = bench.ok(
        "list_runs",
        json!({ "projectId": project, "offset": 0, "limit": 50, "order": null }),
    );
    let other = runs["rows"]
        .as_array()
        .unwrap()
        .iter()
        .find(|run| run["id"] != json!(current));
    let other = text(other.unwrap(), "/id");
    assert_eq!(
        bench.ok("pin_run", json!({ "runId": other, "pinned": true }))["pinned"],
        true
    );
    bench.ok("delete_run", json!({ "runId": other }));
    bench.fails("get_run", json!({ "runId": other }), "run_not_found");
    bench.fails("pin_run", json!({ "runId": other, "pinned": false }), "run_not_found");
    assert_eq!(bench.ok("restore_run", json!({ "runId": other }))["pinned"], true);
    bench.fails("restore_run", json!({ "runId": other }), "run_not_found");

    bench.ok("delete_project", json!({ "projectId": project }));
    let folder = text(&detail, "/summary/folder");
    assert_eq!(bench.ok("find_project", json!({ "folder": folder })), Value::Null);
    let restored = bench.ok("restore_project", json!({ "projectId": project }));
    assert_eq!(restored["counts"], detail["summary"]["counts"]);
    assert_eq!(
        bench.ok("find_project", json!({ "folder": folder }))["id"],
        json!(project)
    );

    let copy = json!({ "projectId": project, "name": "copy", "folder": bench.documents("copy") });
    let copied = bench.ok("duplicate_project", copy.clone());
    assert_eq!(copied["last_run"], Value::Null);
    bench.fails("duplicate_project", copy, "folder_in_use");
    let settings = |project: &Value| bench.ok("get_project_settings", json!({ "projectId": project }));
    assert_eq!(settings(&copied["id"]), settings(&json!(project)));

    let sample = bench.ok("open_sample", json!({ "name": "Sample" }));
    assert!(text(&sample, "/folder").starts_with(&bench.path().join("home").display().to_string()));
    let again = bench.ok("open_sample", json!({ "name": "Another" }));
    assert_eq!(again["id"], sample["id"], "there is one sample");
}
