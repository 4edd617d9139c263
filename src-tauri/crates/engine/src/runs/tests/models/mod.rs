//! Runs that ask a model, over real sockets.

mod definitions;
mod stages;

use genglossary_model_server::{Call, ModelServer, Script};
use serde_json::json;

use crate::testing::Bench;
use crate::{ModelProvider, ModelSettings, ProjectSettings, Stage};

const KEY: &str = "sk-test-0123456789abcdef";

/// What a question asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asks {
    Categories,
    Definition,
    Issues,
    Mending,
}

fn asks(call: &Call) -> Asks {
    let members = call.schema.as_ref().unwrap()["properties"].as_object().unwrap();
    match () {
        () if members.contains_key("terms") => Asks::Categories,
        () if members.contains_key("issues") => Asks::Issues,
        () if members.contains_key("settled") => Asks::Mending,
        () => Asks::Definition,
    }
}

/// The term that a definition is asked for.
fn term(call: &Call) -> &str {
    let named = |line| {
        ["Term: ", "用語: "]
            .iter()
            .find_map(|head| str::strip_prefix(line, *head))
    };
    call.user.lines().find_map(named).unwrap_or_default()
}

/// What stands behind the numbers of a question, from 1.
fn numbered(call: &Call) -> Vec<&str> {
    let lines = call.user.lines().filter(|line| line.starts_with('['));
    lines.map(|line| line.split_once("] ").unwrap().1).collect()
}

/// Writes a definition from the first sentence.
fn writes(call: &Call) -> String {
    let definition = format!("What the documents call {}.", term(call));
    json!({ "definition": definition, "sources": [1], "confidence": 0.9 }).to_string()
}

fn script() -> Script {
    Script {
        key: Some(KEY.to_owned()),
        models: vec!["writer".to_owned()],
        ..Script::default()
    }
}

/// Finds nothing wrong with terms and entries, and writes definitions.
fn agrees(call: &Call) -> String {
    match asks(call) {
        Asks::Categories => sorts(call, |_| "concept"),
        Asks::Definition => writes(call),
        Asks::Issues => json!({ "issues": [] }).to_string(),
        Asks::Mending => json!({ "definition": "", "sources": [], "settled": [], "confidence": 0 }).to_string(),
    }
}

/// Sorts every expression.
fn sorts(call: &Call, category: impl Fn(&str) -> &'static str) -> String {
    let terms = numbered(call).into_iter().zip(1..);
    let terms: Vec<_> = terms
        .map(|(text, number)| json!({ "number": number, "category": category(text) }))
        .collect();
    json!({ "terms": terms, "added": [] }).to_string()
}

async fn server(script: Script) -> ModelServer {
    ModelServer::with(script, agrees).await.unwrap()
}

/// Has the project ask a server.
async fn ask(bench: &Bench, project: &str, url: &str) -> ModelSettings {
    let model = ModelSettings {
        base_url: url.to_owned(),
        model: "writer".to_owned(),
        timeout_s: 30,
        ..ModelSettings::usual(ModelProvider::OpenAi)
    };
    bench.engine.set_model_key(&model, Some(KEY)).await.unwrap();
    set(bench, project, model.clone()).await;
    model
}

async fn set(bench: &Bench, project: &str, model: ModelSettings) {
    let settings = ProjectSettings {
        model: Some(model),
        ..bench.engine.project_settings(project).await.unwrap()
    };
    bench.engine.set_project_settings(project, settings).await.unwrap();
}

/// Questions for definitions that a run asked, and those that an earlier one had asked already.
async fn defined(bench: &Bench, run: &str) -> (u32, u32) {
    let detail = bench.engine.run_detail(run).await.unwrap();
    let used = detail.model_use.iter().find(|used| used.stage == Stage::Define);
    used.map_or((0, 0), |used| (used.questions, used.cached))
}

/// Questions that a run asked, and those that an earlier one had asked already.
async fn asked(bench: &Bench, run: &str) -> (u32, u32) {
    let detail = bench.engine.run_detail(run).await.unwrap();
    let used = detail.model_use.iter();
    used.fold((0, 0), |(questions, cached), used| {
        (questions + used.questions, cached + used.cached)
    })
}
