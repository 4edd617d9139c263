//! The models of a server.

use std::process::ExitCode;

use genglossary_engine::{Engine, Event, ModelRow, ModelSettings, NoSink, Program, PullState, PullView, Result};
use tokio::sync::mpsc;

use crate::arguments::{ModelsCommand, ServerName};
use crate::commands::{Stops, home, print_json, print_line};
use crate::progress::ChannelSink;
use crate::words::Words;

pub(crate) async fn execute(command: ModelsCommand, json: bool) -> Result<ExitCode> {
    match command {
        ModelsCommand::List { engine, base_url } => list(engine.settings(base_url), json).await,
        ModelsCommand::Pull { model, base_url } => {
            let settings = ServerName::Ollama.settings(base_url);
            pull(ModelSettings { model, ..settings }, json).await
        }
    }
}

async fn list(settings: ModelSettings, json: bool) -> Result<ExitCode> {
    let engine = Engine::open_for(Program::CommandLine, &home()?, NoSink).await?;
    let models = engine.list_models(settings).await?;
    if json {
        print_json(&models);
    } else {
        for model in &models {
            print_line(&line_of(model));
        }
    }
    engine.close().await;
    Ok(ExitCode::SUCCESS)
}

fn line_of(model: &ModelRow) -> String {
    let size = model.bytes.map(|bytes| format!("{:.1} GB", bytes / 1e9));
    let context = model.context.map(|context| context.to_string());
    let facts = [&model.parameters, &model.quantisation, &size, &context];
    let facts = facts.map(|fact| fact.as_deref().unwrap_or("-"));
    format!("{}\t{}", model.name, facts.join("\t"))
}

async fn pull(settings: ModelSettings, json: bool) -> Result<ExitCode> {
    let words = Words::of_environment();
    let (sender, mut events) = mpsc::unbounded_channel();
    let engine = Engine::open_for(Program::CommandLine, &home()?, ChannelSink(sender)).await?;
    let mut stops = Stops::listen()?;
    let mut pull = engine.start_pull(settings).await?;
    let mut said = String::new();
    while pull.state == PullState::Active {
        tokio::select! {
            event = events.recv() => if let Some(Event::PullChanged(next)) = event { pull = next },
            () = stops.next() => engine.cancel_pull(&pull.server),
        }
        let line = progress(&pull);
        if !json && line != said {
            eprintln!("{line}");
            said = line;
        }
    }
    engine.close().await;
    if json {
        print_json(&pull);
    } else {
        eprintln!("{}", words.pulled(&pull));
    }
    Ok(match pull.state {
        PullState::Done => ExitCode::SUCCESS,
        PullState::Cancelled => ExitCode::from(130),
        _ => ExitCode::FAILURE,
    })
}

/// What the server does, with a tenth of the bytes as the smallest step.
fn progress(pull: &PullView) -> String {
    let tenths = (pull.completed * 10.0 / pull.total.max(1.0)).floor();
    if pull.total > 0.0 {
        format!("{}  {:.0} % / {:.1} GB", pull.status, tenths * 10.0, pull.total / 1e9)
    } else {
        pull.status.clone()
    }
}
