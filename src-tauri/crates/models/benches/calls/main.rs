//! Speed of the calls, against the budgets that the product promises. The server is on this machine and answers after a
//! time that is known; what a call takes beyond that is the client's. Ratios compare times of this very run.
//!
//!     cargo bench -p genglossary-models

#![allow(clippy::print_stdout, reason = "it prints a table")]

#[allow(dead_code, reason = "this bench needs a part of it")]
#[path = "../../../engine/benches/speed/table.rs"]
mod table;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use genglossary_model_server::{Fault, ModelServer, Rule, Script, When};
use genglossary_models::{Client, Limits, Model, ModelError, Prompt, Provider, Schema, Server, Usage, lenient};
use serde_json::{Value, json};
use table::Table;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const CALLS: u32 = 600;
const PARALLEL: usize = 8;
const LATENCY_MS: u64 = 200;

#[tokio::main]
async fn main() -> Outcome<ExitCode> {
    let mut table = Table::default();
    let plain = parallel(&mut table).await?;
    faults(&mut table, plain).await?;
    one_at_a_time(&mut table).await?;
    cancel(&mut table).await?;
    overhead(&mut table).await?;
    Ok(if table.finish() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Many calls at once; the time that they took.
async fn parallel(table: &mut Table) -> Outcome<Duration> {
    table.title(&format!("{CALLS} calls of {LATENCY_MS} ms, {PARALLEL} in parallel"));
    let server = ModelServer::start(latency(LATENCY_MS)).await?;
    let (took, _) = ask_all(&client(&server, limits())?, CALLS).await?;
    let ideal = f64::from(CALLS) / PARALLEL as f64 * LATENCY_MS as f64;
    table.budget(
        "all answered, at most 1.1 x the ideal time",
        millis(took),
        "ms",
        ideal * 1.1,
    );
    Ok(took)
}

/// The same with faults; `plain` is the time without.
async fn faults(table: &mut Table, plain: Duration) -> Outcome<()> {
    table.title("The same, and 10 % of the calls fail in a way of their own");
    let server = ModelServer::start(Script {
        rules: vec![Rule {
            when: When::Share(0.1),
            faults: Fault::every(),
        }],
        ..latency(LATENCY_MS)
    })
    .await?;
    // A server that hangs is given up after five times what an answer takes.
    let limits = Limits {
        first_byte: Duration::from_secs(1),
        total: Duration::from_secs(3),
        reply_bytes: 1 << 20,
        ..limits()
    };
    let (took, usage) = ask_all(&client(&server, limits)?, CALLS).await?;
    let faults = server.counts().faults;
    table.note(&format!(
        "{faults} faults of {} kinds, {} calls more",
        Fault::every().len(),
        usage.retries
    ));
    table.budget(
        "all answered, at most 1.4 x the time without",
        millis(took),
        "ms",
        millis(plain) * 1.4,
    );
    Ok(())
}

async fn one_at_a_time(table: &mut Table) -> Outcome<()> {
    const CALLS: u32 = 100;
    table.title(&format!("{CALLS} calls of 50 ms to a server that allows one at a time"));
    let script = Script {
        parallel: Some(1),
        ..latency(50)
    };
    let server = ModelServer::start(script.clone()).await?;
    let one = Limits {
        parallel: 1,
        ..limits()
    };
    let (sequential, _) = ask_all(&client(&server, one)?, CALLS).await?;
    let server = ModelServer::start(script).await?;
    let (took, _) = ask_all(&client(&server, limits())?, CALLS).await?;
    table.note(&format!("turned away {} times", server.counts().turned_away));
    table.value("one after the other", millis(sequential), "ms");
    table.budget(
        &format!("{PARALLEL} in parallel, at most 1.05 x that"),
        millis(took),
        "ms",
        millis(sequential) * 1.05,
    );
    Ok(())
}

async fn cancel(table: &mut Table) -> Outcome<()> {
    table.title(&format!("Cancel with {PARALLEL} calls of 10 s in flight"));
    let server = ModelServer::start(latency(10_000)).await?;
    let client = client(&server, limits())?;
    let stop = CancellationToken::new();
    let mut asked = JoinSet::new();
    for number in 0..PARALLEL as u32 {
        let (client, stop) = (client.clone(), stop.clone());
        asked.spawn(async move {
            ask(&client, number, &stop)
                .await
                .is_err_and(|error| error.is_cancelled())
        });
    }
    server.until(|counts| counts.open == PARALLEL as u32).await;
    let start = Instant::now();
    stop.cancel();
    if !asked.join_all().await.into_iter().all(|cancelled| cancelled) {
        return Err("a call was not cancelled".into());
    }
    table.budget("all returned", millis(start.elapsed()), "ms", 500.0);
    server.until(|counts| counts.sockets == 0).await;
    table.budget("all sockets closed", millis(start.elapsed()), "ms", 500.0);
    Ok(())
}

/// What the client itself takes.
async fn overhead(table: &mut Table) -> Outcome<()> {
    table.title(&format!("{CALLS} calls of 0 ms, {PARALLEL} in parallel"));
    let server = ModelServer::start(latency(0)).await?;
    let (took, _) = ask_all(&client(&server, limits())?, CALLS).await?;
    table.value("all answered", millis(took), "ms");
    table.value("each", millis(took) * 1_000.0 / f64::from(CALLS), "us");
    Ok(())
}

fn latency(latency_ms: u64) -> Script {
    Script {
        latency_ms,
        seed: 1,
        ..Script::default()
    }
}

fn limits() -> Limits {
    Limits {
        parallel: PARALLEL,
        ..Limits::default()
    }
}

fn client(server: &ModelServer, limits: Limits) -> Result<Client, ModelError> {
    let server = Server {
        provider: Provider::OpenAi,
        base_url: server.url(),
        api_version: None,
        key: None,
    };
    Client::new(server, limits)
}

/// Asks `count` questions at once, and gives the time and the cost of all.
async fn ask_all(client: &Client, count: u32) -> Outcome<(Duration, Usage)> {
    let start = Instant::now();
    let mut asked = JoinSet::new();
    for number in 0..count {
        let client = client.clone();
        asked.spawn(async move { ask(&client, number, &CancellationToken::new()).await });
    }
    let mut usage = Usage::default();
    for answer in asked.join_all().await {
        usage += answer?;
    }
    Ok((start.elapsed(), usage))
}

async fn ask(client: &Client, number: u32, stop: &CancellationToken) -> Result<Usage, ModelError> {
    let model = Model {
        name: "m".to_owned(),
        temperature: 0.0,
        seed: Some(1),
        context: 8_192,
        keep_alive: Duration::from_mins(10),
    };
    let prompt = Prompt {
        system: "You define terms.".to_owned(),
        user: format!("Question {number}: 用語 glossary document 定義"),
        schema: Schema {
            name: "terms".to_owned(),
            value: schema(),
        },
        reply_tokens: 500,
        whole: false,
    };
    let read = |json: &Value| {
        let terms = lenient::list(json, "terms").ok_or("the list \"terms\" is missing")?;
        let terms: Vec<String> = terms.iter().filter_map(|term| lenient::text(&term["term"])).collect();
        if terms.is_empty() {
            Err("there are no terms".to_owned())
        } else {
            Ok(terms)
        }
    };
    Ok(client.ask(&model, &prompt, stop, read).await?.usage)
}

fn schema() -> Value {
    let text = json!({ "type": "string" });
    let term = json!({
        "type": "object",
        "properties": { "term": text, "definition": text, "confidence": { "type": "number" } },
        "required": ["term", "definition", "confidence"],
        "additionalProperties": false,
    });
    json!({
        "type": "object",
        "properties": { "terms": { "type": "array", "items": term } },
        "required": ["terms"],
        "additionalProperties": false,
    })
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}
