//! What a run costs that asks a model in every stage, with a server on this machine that answers at once.

use std::path::Path;
use std::time::{Duration, Instant};

use genglossary_engine::{
    Engine, ModelProvider, ModelSettings, NoSink, ProjectSettings, RunStatus, RunView, Scope, Trigger,
};
use genglossary_model_server::{Asks, Call, ModelServer, Script, agree};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::measure;

/// As many terms as a glossary for people has.
const TERMS: u32 = 460;
pub(crate) const PARALLEL: u32 = 8;
const LIMIT: Duration = Duration::from_mins(5);
/// The time after which the modification time of a file tells a later change from this one.
const SETTLED: Duration = Duration::from_millis(200);
const CHANGED: &str = "reports-00/0000.md";

/// One run: its seconds, and what it asked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Asked {
    pub(crate) wall: f64,
    pub(crate) calls: u32,
}

/// Runs on one folder, one after the other.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Costs {
    pub(crate) first: Asked,
    pub(crate) same: Asked,
    pub(crate) changed: Asked,
    /// Another such change, with a line for every answer that was known.
    pub(crate) kept: Asked,
    /// Most memory that was ever resident, in bytes.
    pub(crate) memory: u64,
}

/// A server that writes a definition at once, or never.
pub(crate) async fn server(latency: Duration) -> std::io::Result<ModelServer> {
    let script = Script {
        latency_ms: latency.as_millis() as u64,
        ..Script::default()
    };
    ModelServer::with(script, |call| answer(call).to_string()).await
}

/// Defines every term, finds something wrong with the first two entries of every question, and mends it.
fn answer(call: &Call) -> Value {
    match call.asks() {
        Asks::Issues => {
            let issue = |entry| {
                json!({ "entry": entry, "problem": "unclear", "others": [], "severity": "medium",
                        "says": "It does not say what it is for.", "proposal": "" })
            };
            json!({ "issues": (1..=call.numbered().len().min(2)).map(issue).collect::<Vec<_>>() })
        }
        Asks::Mending => {
            json!({ "definition": "What is said of it, and what it is for.", "sources": [1], "settled": [1],
                                 "confidence": 0.9 })
        }
        _ => agree(call, |call| format!("What is said of {}.", call.term())),
    }
}

pub(crate) async fn project(engine: &Engine, folder: &Path, url: &str) -> Result<String, Box<dyn std::error::Error>> {
    let project = engine.project_for_folder(folder).await?.id;
    settings(engine, &project, url, false).await?;
    Ok(project)
}

async fn settings(
    engine: &Engine,
    project: &str,
    url: &str,
    keep_calls: bool,
) -> Result<(), Box<dyn std::error::Error>> {
    let model = ModelSettings {
        base_url: url.to_owned(),
        model: "writer".to_owned(),
        parallel: PARALLEL,
        keep_calls,
        ..ModelSettings::usual(ModelProvider::Ollama)
    };
    let settings = ProjectSettings {
        max_terms: Some(TERMS),
        model: Some(model),
        ..ProjectSettings::default()
    };
    engine.set_project_settings(project, settings).await?;
    Ok(())
}

pub(crate) async fn start(engine: &Engine, project: &str) -> Result<RunView, Box<dyn std::error::Error>> {
    let request = uuid::Uuid::now_v7().to_string();
    Ok(engine.start_run(project, Scope::Full, Trigger::User, &request).await?)
}

/// The runs, in a process of their own.
pub(crate) async fn run(folder: &Path, home: &Path, url: &str) -> Result<Costs, Box<dyn std::error::Error>> {
    let engine = Engine::open(home, NoSink).await?;
    let project = project(&engine, folder, url).await?;
    let one = async || -> Result<Asked, Box<dyn std::error::Error>> {
        let began = Instant::now();
        let run = start(&engine, &project).await?;
        engine.wait_until_idle(LIMIT).await;
        let wall = began.elapsed().as_secs_f64();
        let detail = engine.run_detail(&run.id).await?;
        if detail.run.status != RunStatus::Completed {
            return Err(format!("the run ended as {:?}: {:?}", detail.run.status, detail.run.error).into());
        }
        let calls = detail.model_use.iter().map(|used| used.calls).sum();
        Ok(Asked { wall, calls })
    };
    let first = one().await?;
    let memory = measure::peak().unwrap_or_default();
    let same = one().await?;
    let document = folder.join(CHANGED);
    let before = std::fs::read_to_string(&document)?;
    let after = async |sentence: &str| {
        tokio::time::sleep(SETTLED).await;
        std::fs::write(&document, format!("{before}\n\n{sentence}\n"))?;
        one().await
    };
    let changed = after("Nothing else was written down that day.").await;
    settings(&engine, &project, url, true).await?;
    let kept = after("Nothing else was written down that night.").await;
    std::fs::write(&document, &before)?;
    engine.close().await;
    Ok(Costs {
        first,
        same,
        changed: changed?,
        kept: kept?,
        memory,
    })
}

/// From the request to stop until the run is cancelled and every connection closed, with all calls under way.
pub(crate) async fn stop(folder: &Path, home: &Path) -> Result<Duration, Box<dyn std::error::Error>> {
    let server = server(Duration::from_secs(10)).await?;
    let engine = Engine::open(home, NoSink).await?;
    let project = project(&engine, folder, &server.url()).await?;
    let run = start(&engine, &project).await?;
    server.until(|counts| counts.open >= PARALLEL).await;
    let asked = Instant::now();
    engine.cancel_run(&run.id).await?;
    engine.wait_until_idle(LIMIT).await;
    server.until(|counts| counts.sockets == 0).await;
    let took = asked.elapsed();
    if engine.run(&run.id).await?.status != RunStatus::Cancelled {
        return Err("the run was not cancelled".into());
    }
    engine.close().await;
    Ok(took)
}
