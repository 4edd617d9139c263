//! Models: their settings, servers, keys and calls.

use genglossary_model_server::{ModelServer, Script};
use serde_json::{Value, json};

use crate::bench::Bench;

/// A server that nobody runs: what can be said of it, and that a key is not told again.
pub(crate) fn a_model(bench: &Bench, project: &str) {
    let mut model = bench.ok("get_usual_model", json!({ "provider": "openai" }));
    assert_eq!(
        bench.ok("get_model_server", json!({ "settings": model })),
        json!({ "key": "nowhere", "local": false }),
        "a test reads no keychain"
    );
    let key = json!({ "settings": model, "key": "sk-0123456789" });
    assert_eq!(bench.ok("set_model_key", key), "memory");
    bench.fails("set_model_key", json!({ "settings": model, "key": "a b" }), "bad_key");
    let server = tauri::async_runtime::block_on(ModelServer::start(Script::default())).unwrap();
    model["base_url"] = json!(server.url());
    model["model"] = json!("writer");
    bench.ok("list_models", json!({ "settings": model }));
    assert_eq!(bench.ok("check_model", json!({ "settings": model }))["passed"], "works");
    a_pull(bench, &server);
    its_calls(bench, project, &model);
    its_categories(bench, project);
    its_budget(bench, project, &model);
    drop(server);
    let run = "019ab3f2-7c4e-7000-8000-000000000000";
    let calls = bench.ok(
        "list_model_calls",
        json!({ "runId": run, "filter": "all", "offset": 0, "limit": 10 }),
    );
    assert_eq!(
        calls["asked"], 0,
        "calls are kept only where somebody wants to see them"
    );
    bench.fails("get_model_call", json!({ "runId": run, "id": "1" }), "call_not_found");

    let mut settings = bench.ok("get_project_settings", json!({ "projectId": project }));
    settings["model"] = model.clone();
    let stored = bench.ok(
        "set_project_settings",
        json!({ "projectId": project, "settings": settings }),
    );
    assert!(!stored.to_string().contains("0123456789"));
    model["base_url"] = json!("http://me:secret@localhost");
    let refused = bench.fails("check_model", json!({ "settings": model }), "model_bad_address");
    assert!(!refused.to_string().contains("secret"), "{refused}");
}

/// Has the project ask the model, with these of its settings changed.
fn asks(bench: &Bench, project: &str, model: &Value, changed: &[(&str, Value)]) {
    let mut settings = bench.ok("get_project_settings", json!({ "projectId": project }));
    settings["model"] = model.clone();
    for (field, value) in changed {
        settings["model"][*field] = value.clone();
    }
    bench.ok(
        "set_project_settings",
        json!({ "projectId": project, "settings": settings }),
    );
}

/// A run that asks a model and keeps its calls.
fn its_calls(bench: &Bench, project: &str, model: &Value) {
    asks(bench, project, model, &[("keep_calls", json!(true))]);
    let run = bench.ok(
        "start_run",
        json!({ "projectId": project, "scope": "full", "requestId": "asks" }),
    );
    bench.settled();
    let calls = bench.ok(
        "list_model_calls",
        json!({ "runId": run["id"], "filter": "all", "offset": 0, "limit": 1 }),
    );
    let first = &calls["rows"][0];
    assert_eq!(first["stage"], "extract", "{calls}");
    let call = bench.ok("get_model_call", json!({ "runId": run["id"], "id": first["id"] }));
    assert_eq!(call["messages"][0]["role"], "system", "{call}");
}

/// A run that has spent its budget waits, and goes on when somebody says so.
fn its_budget(bench: &Bench, project: &str, model: &Value) {
    let spends = [("seed", json!(7)), ("price_in", json!(1e6)), ("budget", json!(0.5))];
    asks(bench, project, model, &spends);
    let run = bench.ok(
        "start_run",
        json!({ "projectId": project, "scope": "full", "requestId": "spends" }),
    );
    let paused = Bench::until("the run waits", || {
        let detail = bench.ok("get_run", json!({ "runId": run["id"] }));
        Some(detail["run"]["paused"].clone()).filter(Value::is_object)
    });
    assert_eq!((&paused["budget"], &paused["again"]), (&json!(0.5), &json!(0.5)));
    let dashboard = bench.ok("get_dashboard", json!({ "window": "day", "projectId": project }));
    assert_eq!((&dashboard["running"], &dashboard["paused"]), (&json!(0), &json!(1)));
    let go_on = json!({ "runId": run["id"], "since": paused["since"], "more": null });
    assert_eq!(bench.ok("continue_run", go_on.clone()), "continued");
    bench.settled();
    assert_eq!(bench.ok("continue_run", go_on), "not_paused");
    let done = bench.ok("get_run", json!({ "runId": run["id"] }));
    assert_eq!(done["run"]["status"], "completed", "{done}");
}

/// Categories of the project's own: kept with its settings, offered for its terms, and a reason to ask the model again.
fn its_categories(bench: &Bench, project: &str) {
    let mut settings = bench.ok("get_project_settings", json!({ "projectId": project }));
    settings["categories"] = json!([{ "name": "  species ", "about": "kinds of plants" }]);
    let arguments = json!({ "projectId": project, "settings": settings });
    let stored = bench.ok("set_project_settings", arguments);
    let kept = json!([{ "name": "species", "about": "kinds of plants" }]);
    assert_eq!(stored["categories"], kept);
    let offered = bench.ok("list_categories", json!({ "projectId": project }));
    assert!(offered.as_array().unwrap().contains(&json!("species")), "{offered}");
    let plan = bench.ok("get_plan", json!({ "projectId": project }));
    let reasons = plan["reasons"].as_array().unwrap();
    assert!(reasons.contains(&json!({ "kind": "categories_changed" })), "{plan}");
    settings["categories"] = json!([]);
    bench.ok(
        "set_project_settings",
        json!({ "projectId": project, "settings": settings }),
    );
}

/// A model that a server gets, and the Ollama of this machine: here one that says nothing, beside a server that answers.
fn a_pull(bench: &Bench, server: &ModelServer) {
    let mut model = bench.ok("get_usual_model", json!({ "provider": "ollama" }));
    model["base_url"] = json!(server.url());
    model["model"] = json!("new");
    let pull = bench.ok("start_pull", json!({ "settings": model }));
    assert_eq!((&pull["state"], &pull["model"]), (&json!("active"), &json!("new")));
    bench.ok("cancel_pull", json!({ "server": pull["server"] }));
    bench.ok("list_pulls", json!({}));

    let is = |view: &Value| {
        (
            view["program"].is_string(),
            view["answers"] == true,
            view["running"] == true,
        )
    };
    let view = bench.ok("get_ollama", json!({ "settings": model }));
    assert_eq!(is(&view), (true, true, false));
    let view = bench.ok("start_ollama", json!({ "settings": model }));
    assert_eq!(is(&view), (true, true, true));
    bench.ok("stop_ollama", json!({}));
    bench.ok("read_ollama_log", json!({}));
    model["base_url"] = json!("http://ollama.example:11434");
    let view = bench.ok("get_ollama", json!({ "settings": model }));
    assert_eq!(is(&view), (false, true, false), "another machine is none of ours");
    bench.fails("start_ollama", json!({ "settings": model }), "ollama_not_here");
}
