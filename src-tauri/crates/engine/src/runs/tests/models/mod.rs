//! Runs that ask a model, over real sockets.

mod categories;
mod changes;
mod definitions;
mod faults;
mod hostile;
mod judging;
mod language;
mod ledger;
mod mending;
mod pausing;
mod sharing;

use genglossary_model_server::{Asks, Call, ModelServer, Script, agree, sort};
use glossary::Entry;
use glossary::normalise::key;
use serde_json::json;

use crate::testing::Bench;
use crate::{ModelProvider, ModelSettings, ProjectSettings, Stage};

const KEY: &str = "sk-test-0123456789abcdef";

fn script() -> Script {
    Script {
        key: Some(KEY.to_owned()),
        models: vec!["writer".to_owned()],
        ..Script::default()
    }
}

/// Finds nothing wrong with terms and entries, and writes definitions.
fn agrees(call: &Call) -> String {
    agree(call, |call| format!("What the documents call {}.", call.term())).to_string()
}

async fn server(script: Script) -> ModelServer {
    ModelServer::with(script, agrees).await.unwrap()
}

/// A server with answers of its own.
async fn answering(answer: impl Fn(&Call) -> String + Send + Sync + 'static) -> ModelServer {
    ModelServer::with(script(), answer).await.unwrap()
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

/// What the refined glossary says of a term.
async fn refined_entry(bench: &Bench, project: &str, term: &str) -> Entry {
    let detail = bench.engine.entry(project, Stage::Refine, &key(term)).await;
    detail.unwrap().entry
}
