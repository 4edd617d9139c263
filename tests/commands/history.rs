//! What a session does with its runs afterwards: plans, takes up, restores, compares.

use std::process::Command;

use serde_json::{Value, json};

use crate::bench::{Bench, text};

/// Two runs were made before; the first was stopped, the last one completed.
pub(crate) fn what_runs_leave(bench: &Bench, project: &str) {
    let page = |command: &str, mut arguments: Value| {
        arguments["offset"] = json!(0);
        arguments["limit"] = json!(50);
        bench.ok(command, arguments)
    };
    let runs = page(
        "list_runs",
        json!({ "projectId": project, "order": { "sort": "started", "descending": true } }),
    )["rows"]
        .clone();
    let (last, stopped) = (text(&runs, "/0/id"), text(&runs, "/1/id"));
    assert_eq!(bench.ok("list_active_runs", json!({})), json!([]));
    assert_eq!(
        bench.ok("force_stop_run", json!({ "runId": last })),
        "already_finished",
        "E5"
    );

    let plan = || bench.ok("get_plan", json!({ "projectId": project }));
    let fresh = plan();
    assert_eq!(
        (&fresh["state"], &fresh["reasons"], &fresh["scope"]),
        (&json!("up_to_date"), &json!([]), &Value::Null)
    );
    assert!(fresh["scopes"][0]["estimate"]["to_ms"].is_u64(), "{fresh}");
    let added = bench.path().join("seeds/cold.txt");
    let sentence = "A frost chamber is a room that is kept below zero. The frost chamber is full. ";
    std::fs::write(&added, sentence.repeat(3)).unwrap();
    let stale = plan();
    assert_eq!(
        (&stale["state"], &stale["scope"], &stale["reasons"]),
        (
            &json!("needs_rerun"),
            &json!("full"),
            &json!([{ "kind": "documents_added", "count": 1, "examples": ["cold.txt"] }])
        )
    );

    let resume = json!({ "runId": stopped, "requestId": "the third" });
    let resumed = bench.ok("resume_run", resume.clone());
    assert_eq!(resumed["resumes"], json!(stopped));
    assert_eq!(
        bench.ok("resume_run", resume)["id"],
        resumed["id"],
        "S6: one request is one run"
    );
    bench.settled();
    let third = text(&resumed, "/id");
    let done = bench.ok("get_run", json!({ "runId": third }))["run"].clone();
    assert_eq!(
        (&done["status"], &done["has_results"]),
        (&json!("completed"), &json!(true))
    );
    bench.fails(
        "resume_run",
        json!({ "runId": third, "requestId": "again" }),
        "nothing_to_resume",
    );

    let compared = json!({ "beforeRunId": last, "afterRunId": third });
    let diff = bench.ok("diff_runs", compared.clone());
    assert!(diff["terms_added"].as_u64() >= Some(1), "{diff}");
    let mut asked = compared;
    asked["kind"] = json!("terms_added");
    let rows = page("list_diff", asked);
    assert!(rows["rows"].to_string().contains("frost chamber"), "{rows}");
    bench.fails(
        "diff_runs",
        json!({ "beforeRunId": stopped, "afterRunId": third }),
        "results_gone",
    );

    let restored = bench.ok("restore_results", json!({ "projectId": project, "runId": last }));
    assert_eq!(
        (&restored["current_run"], &restored["restored"]),
        (&json!(last), &json!(true))
    );
    assert_eq!(restored["previous"]["id"], json!(third), "the way back is open");
    std::fs::remove_file(added).unwrap();
    assert_eq!(plan()["state"], "up_to_date");

    bench.fails(
        "retry_missing",
        json!({ "runId": third, "requestId": "again" }),
        "nothing_to_retry",
    );
    assert_eq!(page("list_missing", json!({ "runId": third }))["total"], 0);
    // A run that could not read a document.
    let database = bench.path().join("home/genglossary.db");
    let partial = format!("UPDATE run SET status = 'partial', missing = 1 WHERE id = '{third}'");
    let changed = Command::new("sqlite3").arg(database).arg(partial).status().unwrap();
    assert!(changed.success());
    let retried = bench.ok("retry_missing", json!({ "runId": third, "requestId": "the fourth" }));
    bench.settled();
    assert_eq!(
        bench.ok("get_run", json!({ "runId": retried["id"] }))["run"]["status"],
        "completed"
    );
}
