//! A connection from its first request to its end.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::net::tcp::OwnedWriteHalf;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::dialect::{self, Dialect, Route};
use crate::glossary::untagged;
use crate::script::{Fault, RetryAfter, Rule, When};
use crate::{Call, Request, State, http};

const JSON: &str = "application/json";
const HTML: &str = "text/html; charset=utf-8";
const PAGE: &str = "<!doctype html>\n<title>Welcome</title>";

/// Serves until it is dropped, and with it every connection.
pub(crate) async fn accept(listener: TcpListener, state: Arc<State>) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((socket, _)) = listener.accept().await else {
            continue;
        };
        while connections.try_join_next().is_some() {}
        state.count(|counts| counts.sockets += 1);
        let open = Counted {
            state: Arc::clone(&state),
            is_call: false,
        };
        connections.spawn(async move {
            // A client that goes away is what many tests are about.
            let _ = connection(socket, &open.state).await;
            drop(open);
        });
    }
}

/// Counts a connection or a call as open until it is dropped.
struct Counted {
    state: Arc<State>,
    is_call: bool,
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.state.count(|counts| {
            let open = if self.is_call {
                &mut counts.open
            } else {
                &mut counts.sockets
            };
            *open -= 1;
        });
    }
}

async fn connection(socket: TcpStream, state: &Arc<State>) -> io::Result<()> {
    socket.set_nodelay(true)?;
    let (mut from, mut to) = socket.into_split();
    let mut pending = Vec::new();
    while let Some(request) = http::read(&mut from, &mut pending).await? {
        let last = request
            .headers
            .iter()
            .any(|(name, value)| name == "connection" && value == "close");
        let keep = tokio::select! {
            keep = respond(&mut to, request, state) => keep?,
            () = http::closed(&mut from) => false,
        };
        if !keep || last {
            break;
        }
    }
    Ok(())
}

/// Answers a request. False if the connection is to be closed after it.
async fn respond(to: &mut OwnedWriteHalf, request: Request, state: &Arc<State>) -> io::Result<bool> {
    let script = &state.script;
    let route = dialect::route(&request);
    if !matches!(route, Route::Counts | Route::Requests) {
        state.requests().push(request.clone());
    }
    if let Some(target) = &script.redirect {
        http::reply(to, 307, JSON, &[("location", format!("{target}{}", request.path))], "").await?;
        return Ok(true);
    }
    if script.page && !matches!(route, Route::Counts | Route::Requests) {
        http::reply(to, 200, HTML, &[], PAGE).await?;
        return Ok(true);
    }
    if let Some(sentence) = &script.forbids {
        let body = dialect::error(Dialect::OpenAi, "forbidden", sentence);
        http::reply(to, 403, JSON, &[], &body).await?;
        return Ok(true);
    }
    if let Some(key) = &script.key {
        let given = |(name, value): &(String, String)| match name.as_str() {
            "authorization" => value.strip_prefix("Bearer ") == Some(key),
            "api-key" => value == key,
            _ => false,
        };
        if !request.headers.iter().any(given) {
            let sentence = format!("Incorrect API key provided: {}.", given_key(&request));
            let body = dialect::error(Dialect::OpenAi, "invalid_api_key", &sentence);
            http::reply(to, 401, JSON, &[], &body).await?;
            return Ok(true);
        }
    }
    match route {
        Route::Chat(dialect) => return chat(to, dialect, &request, state).await,
        Route::Models(dialect) => http::reply(to, 200, JSON, &[], &dialect::models(dialect, &state.models())).await?,
        Route::Show if state.has(&named(&request)) => http::reply(to, 200, JSON, &[], &dialect::show()).await?,
        Route::Show => unknown_model(to, Dialect::Ollama, &named(&request)).await?,
        Route::Pull => {
            let model = named(&request);
            let gets = script.pulls.contains(&model) || state.has(&model);
            http::head(to, "application/x-ndjson").await?;
            for step in dialect::pull(gets, script.pull_steps) {
                http::chunk(to, step.as_bytes()).await?;
                sleep(Duration::from_millis(script.pull_ms)).await;
            }
            if gets && !state.has(&model) {
                state.pulled(model);
            }
            http::chunk(to, b"").await?;
        }
        Route::Counts => {
            let counts = serde_json::to_string(&*state.counts.borrow())?;
            http::reply(to, 200, JSON, &[], &counts).await?;
        }
        Route::Requests => {
            let requests = serde_json::to_string(&*state.requests())?;
            http::reply(to, 200, JSON, &[], &requests).await?;
        }
        Route::Unknown => http::reply(to, 404, "text/plain", &[], "404 page not found").await?,
    }
    Ok(true)
}

/// What a request gave as its key, which careless servers repeat.
fn given_key(request: &Request) -> &str {
    let given = request
        .headers
        .iter()
        .find(|(name, _)| name == "authorization" || name == "api-key");
    given.map_or("none", |(_, value)| value.trim_start_matches("Bearer "))
}

fn named(request: &Request) -> String {
    let body: serde_json::Value = serde_json::from_str(&request.body).unwrap_or_default();
    body["model"].as_str().unwrap_or_default().to_owned()
}

async fn unknown_model(to: &mut OwnedWriteHalf, dialect: Dialect, model: &str) -> io::Result<()> {
    let body = dialect::error(dialect, "model_not_found", &format!("model '{model}' not found"));
    http::reply(to, 404, JSON, &[], &body).await
}

async fn chat(to: &mut OwnedWriteHalf, dialect: Dialect, request: &Request, state: &Arc<State>) -> io::Result<bool> {
    let script = &state.script;
    let Some(mut call) = dialect::call(dialect, request) else {
        http::reply(
            to,
            400,
            JSON,
            &[],
            &dialect::error(dialect, "invalid", "the body is not JSON"),
        )
        .await?;
        return Ok(true);
    };
    if !state.has(&call.model) {
        unknown_model(to, dialect, &call.model).await?;
        return Ok(true);
    }
    if let Some(objection) = dialect::objection(dialect, script, &call) {
        let body = dialect::error(dialect, "invalid_request_error", &objection);
        http::reply(to, 400, JSON, &[], &body).await?;
        return Ok(true);
    }
    let mut let_in = false;
    state.count(|counts| {
        let_in = script.parallel.is_none_or(|most| counts.open < most);
        if let_in {
            counts.calls += 1;
            counts.open += 1;
            counts.most_open = counts.most_open.max(counts.open);
            call.number = counts.calls;
        } else {
            counts.turned_away += 1;
        }
    });
    if !let_in {
        status(to, dialect, 429, script.retry_after).await?;
        return Ok(true);
    }
    let open = Counted {
        state: Arc::clone(state),
        is_call: true,
    };
    sleep(Duration::from_millis(script.latency_ms)).await;
    let fault = fault(state, &call, &request.body);
    if fault.is_some() {
        state.count(|counts| counts.faults += 1);
    }
    let said = (state.answer)(&call);
    // Whoever hears the end of the answer may ask the next question, so the call is over before.
    answer(to, dialect, &call, fault, said, open).await
}

async fn answer(
    to: &mut OwnedWriteHalf,
    dialect: Dialect,
    call: &Call,
    fault: Option<Fault>,
    mut said: String,
    open: Counted,
) -> io::Result<bool> {
    match &fault {
        Some(Fault::Status { code, retry_after }) => {
            drop(open);
            status(to, dialect, *code, *retry_after).await?;
            return Ok(true);
        }
        Some(Fault::Error { code, body }) => {
            drop(open);
            http::reply(to, *code, JSON, &[], body).await?;
            return Ok(true);
        }
        Some(Fault::Page) => {
            drop(open);
            http::reply(to, 200, HTML, &[], PAGE).await?;
            return Ok(true);
        }
        Some(Fault::Hang) => std::future::pending().await,
        Some(Fault::CutBeforeHead) => return Ok(false),
        Some(Fault::Huge { bytes }) => said = "x".repeat(*bytes),
        Some(Fault::Empty) => said.clear(),
        Some(Fault::Say(text)) => said.clone_from(text),
        Some(Fault::Spoil(spoil)) => said = spoil.apply(&said),
        _ => {}
    }
    let (kind, lines) = dialect::lines(dialect, &open.state.script, call, &said);
    let kind = if fault == Some(Fault::WrongType) {
        "text/plain"
    } else {
        kind
    };
    http::head(to, kind).await?;
    let body = lines.concat();
    let half = &body.as_bytes()[..body.len() / 2];
    match fault {
        Some(Fault::CutAfterHead) => return Ok(false),
        Some(Fault::CutInBody) => {
            http::chunk(to, half).await?;
            return Ok(false);
        }
        Some(Fault::HangInBody) => {
            http::chunk(to, half).await?;
            std::future::pending::<()>().await;
        }
        Some(Fault::EndEarly) => http::chunk(to, lines[0].as_bytes()).await?,
        Some(Fault::ErrorInBody) => {
            let error = dialect::error(dialect, "server_error", "the model runner stopped");
            let prefix = if dialect == Dialect::OpenAi { "data: " } else { "" };
            let text = format!("{}{prefix}{error}\n\n", lines[0]);
            http::chunk(to, text.as_bytes()).await?;
        }
        Some(Fault::Drip { pause_ms }) => {
            for bytes in body.as_bytes().chunks(8) {
                http::chunk(to, bytes).await?;
                sleep(Duration::from_millis(pause_ms)).await;
            }
        }
        Some(Fault::NotUtf8) => http::chunk(to, &[half, b"\xff\xfe\n"].concat()).await?,
        _ => {
            // In pieces, so that a line does not end where a piece does.
            for bytes in body.as_bytes().chunks(1_000) {
                http::chunk(to, bytes).await?;
            }
        }
    }
    drop(open);
    http::chunk(to, b"").await?;
    Ok(true)
}

async fn status(to: &mut OwnedWriteHalf, dialect: Dialect, code: u16, after: Option<RetryAfter>) -> io::Result<()> {
    let wait = after.map(|after| match after {
        RetryAfter::Seconds(seconds) => seconds.to_string(),
        RetryAfter::Date(seconds) => {
            let then = Timestamp::now().saturating_add(SignedDuration::from_secs(seconds.into()));
            then.unwrap_or(Timestamp::MAX)
                .strftime("%a, %d %b %Y %H:%M:%S GMT")
                .to_string()
        }
    });
    let headers: Vec<_> = wait.into_iter().map(|wait| ("retry-after", wait)).collect();
    let sentence = if code == 429 {
        "too many requests"
    } else {
        "the server cannot do it now"
    };
    http::reply(to, code, JSON, &headers, &dialect::error(dialect, "status", sentence)).await
}

/// What happens to a call.
fn fault(state: &State, call: &Call, body: &str) -> Option<Fault> {
    let mut hasher = DefaultHasher::new();
    (state.script.seed, untagged(body)).hash(&mut hasher);
    let question = hasher.finish();
    let mut seen = state.seen.lock().unwrap_or_else(PoisonError::into_inner);
    let times = seen.entry(question).or_default();
    *times += 1;
    times.hash(&mut hasher);
    let dice = hasher.finish();
    let hit = |rule: &&Rule| match &rule.when {
        When::Always => true,
        When::First(count) => call.number <= *count,
        When::Calls(numbers) => numbers.contains(&call.number),
        When::Share(share) => ((dice >> 32) as f64) < share * f64::from(u32::MAX),
        When::Prompt(text) => call.body["messages"].to_string().contains(text) || call.user.contains(text),
    };
    let rule = state.script.rules.iter().find(hit)?;
    let choice = (dice as u32 as usize).checked_rem(rule.faults.len())?;
    Some(rule.faults[choice].clone())
}
