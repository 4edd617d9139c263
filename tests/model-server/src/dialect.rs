//! The two APIs: questions as they come, answers as they go.

use serde_json::{Value, json};

use crate::script::{Json, Script};
use crate::{Call, Request};

/// Size of every model.
const BYTES: u64 = 4_683_075_272;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Ollama,
    OpenAi,
}

/// What a request asks for.
pub(crate) enum Route {
    Chat(Dialect),
    Models(Dialect),
    Show,
    Pull,
    Counts,
    Requests,
    Unknown,
}

pub(crate) fn route(request: &Request) -> Route {
    let path = request.path.split('?').next().unwrap_or_default();
    match (request.method.as_str(), path) {
        ("POST", "/api/chat") => Route::Chat(Dialect::Ollama),
        ("GET", "/api/tags") => Route::Models(Dialect::Ollama),
        ("POST", "/api/show") => Route::Show,
        ("POST", "/api/pull") => Route::Pull,
        ("POST", "/v1/chat/completions") => Route::Chat(Dialect::OpenAi),
        ("GET", "/v1/models") => Route::Models(Dialect::OpenAi),
        ("POST", path) if deployment(path).is_some() && request.path.contains("?api-version=") => {
            Route::Chat(Dialect::OpenAi)
        }
        ("GET", "/_counts") => Route::Counts,
        ("GET", "/_requests") => Route::Requests,
        _ => Route::Unknown,
    }
}

/// The deployment in a path of Azure, which is the model.
fn deployment(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("/openai/deployments/")?;
    rest.strip_suffix("/chat/completions")
}

/// The question in a request; its number is given when it is let in.
pub(crate) fn call(dialect: Dialect, request: &Request) -> Option<Call> {
    let body: Value = serde_json::from_str(&request.body).ok()?;
    let said = |role: &str| {
        let mut messages = body["messages"].as_array().into_iter().flatten();
        let first = messages.find(|message| message["role"] == role);
        first
            .and_then(|message| message["content"].as_str())
            .unwrap_or_default()
            .to_owned()
    };
    let schema = match dialect {
        Dialect::Ollama => Some(&body["format"]).filter(|format| format.is_object()),
        Dialect::OpenAi => body["response_format"]["json_schema"].get("schema"),
    };
    let path = request.path.split('?').next().unwrap_or_default();
    let model = deployment(path).or(body["model"].as_str()).unwrap_or_default();
    Some(Call {
        number: 0,
        model: model.to_owned(),
        system: said("system"),
        user: said("user"),
        // Who may not send the schema has it in the rules.
        schema: schema.cloned().or_else(|| {
            let system = said("system");
            let start = system.find("JSON schema:")? + "JSON schema:".len();
            serde_json::Deserializer::from_str(&system[start..])
                .into_iter()
                .next()?
                .ok()
        }),
        body,
    })
}

/// What a server with this script finds wrong with a question: the sentence of its status 400.
pub(crate) fn objection(dialect: Dialect, script: &Script, call: &Call) -> Option<String> {
    let asked = match dialect {
        Dialect::Ollama => match &call.body["format"] {
            Value::Object(_) => Json::Schema,
            Value::String(_) => Json::Object,
            _ => Json::Text,
        },
        Dialect::OpenAi => match call.body["response_format"]["type"].as_str() {
            Some("json_schema") => Json::Schema,
            Some("json_object") => Json::Object,
            _ => Json::Text,
        },
    };
    if asked > script.json {
        return Some(match dialect {
            Dialect::Ollama => "invalid format: it cannot be used with this model".to_owned(),
            Dialect::OpenAi => "'response_format' of this type is not supported with this model.".to_owned(),
        });
    }
    let refused = script
        .refuses
        .iter()
        .find(|name| call.body.get(name.as_str()).is_some())?;
    Some(match refused.as_str() {
        "max_tokens" => {
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
                .to_owned()
        }
        name => format!("Unsupported parameter: '{name}' is not supported with this model."),
    })
}

/// An error in the words of the API.
pub(crate) fn error(dialect: Dialect, code: &str, sentence: &str) -> String {
    match dialect {
        Dialect::Ollama => json!({ "error": sentence }),
        Dialect::OpenAi => json!({ "error": { "message": sentence, "type": code, "code": code, "param": null } }),
    }
    .to_string()
}

/// The lines of an answer, and its content type.
pub(crate) fn lines(dialect: Dialect, script: &Script, call: &Call, text: &str) -> (&'static str, Vec<String>) {
    let tokens_in = call.body["messages"].to_string().len() / 4;
    let tokens_out = text.len() / 4;
    let limits = [
        &call.body["options"]["num_predict"],
        &call.body["max_tokens"],
        &call.body["max_completion_tokens"],
    ];
    let limit = limits.into_iter().find_map(Value::as_u64).unwrap_or(u64::MAX);
    let (text, end) = if limit <= u64::from(script.thinks) {
        ("", "length")
    } else {
        (text, "stop")
    };
    match dialect {
        Dialect::Ollama => {
            let part = |text: &str| json!({ "message": { "role": "assistant", "content": text }, "done": false });
            let mut lines: Vec<Value> = pieces(text).map(part).collect();
            let mut end =
                json!({ "message": { "role": "assistant", "content": "" }, "done": true, "done_reason": end });
            if script.counts_tokens {
                end["prompt_eval_count"] = tokens_in.into();
                end["eval_count"] = tokens_out.into();
            }
            lines.push(end);
            let lines = lines.iter().map(|line| format!("{line}\n"));
            ("application/x-ndjson", lines.collect())
        }
        Dialect::OpenAi if script.stream && call.body["stream"] == true => {
            let choice = |choice: Value| json!({ "object": "chat.completion.chunk", "choices": [choice] });
            let part = |text: &str| choice(json!({ "index": 0, "delta": { "content": text }, "finish_reason": null }));
            let mut parts: Vec<Value> = pieces(text).map(part).collect();
            parts.push(choice(json!({ "index": 0, "delta": {}, "finish_reason": end })));
            if script.counts_tokens && call.body["stream_options"]["include_usage"] == true {
                let usage = json!({ "prompt_tokens": tokens_in, "completion_tokens": tokens_out });
                parts.push(json!({ "object": "chat.completion.chunk", "choices": [], "usage": usage }));
            }
            let events = parts.iter().map(|part| format!("data: {part}\n\n"));
            let events = [": a comment\n\n".to_owned()].into_iter().chain(events);
            let lines = events.chain(["data: [DONE]\n\n".to_owned()]);
            ("text/event-stream", lines.collect())
        }
        Dialect::OpenAi => {
            let message = json!({ "role": "assistant", "content": text });
            let mut whole = json!({
                "object": "chat.completion",
                "choices": [{ "index": 0, "message": message, "finish_reason": end }],
            });
            if script.counts_tokens {
                whole["usage"] = json!({ "prompt_tokens": tokens_in, "completion_tokens": tokens_out });
            }
            ("application/json", vec![format!("{whole:#}")])
        }
    }
}

/// The text in the pieces in which it is streamed: cut anywhere, as tokens are.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let length = if text.len() < 10_000 { 12 } else { 1_000 };
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = rest.char_indices().nth(length).map_or(rest.len(), |(end, _)| end);
        let (piece, more) = rest.split_at(end);
        rest = more;
        (!piece.is_empty()).then_some(piece)
    })
}

/// The list of models.
pub(crate) fn models(dialect: Dialect, models: &[String]) -> String {
    let models = models.iter();
    match dialect {
        Dialect::Ollama => {
            let model = |name: &String| {
                json!({
                    "name": name,
                    "model": name,
                    "size": BYTES,
                    "details": { "parameter_size": "7.6B", "quantization_level": "Q4_K_M" },
                })
            };
            json!({ "models": models.map(model).collect::<Vec<_>>() })
        }
        Dialect::OpenAi => {
            let model = |name: &String| json!({ "id": name, "object": "model", "max_model_len": 32768 });
            json!({ "object": "list", "data": models.map(model).collect::<Vec<_>>() })
        }
    }
    .to_string()
}

/// What Ollama says of one model.
pub(crate) fn show() -> String {
    json!({
        "details": { "parameter_size": "7.6B", "quantization_level": "Q4_K_M" },
        "model_info": { "general.architecture": "qwen2", "qwen2.context_length": 32768 },
    })
    .to_string()
}

/// The steps of a pull. The model is not known where there is nothing to pull.
pub(crate) fn pull(known: bool, steps: u32) -> Vec<String> {
    let mut said = vec![json!({ "status": "pulling manifest" })];
    if known {
        let part = |step: u32| {
            let completed = BYTES * u64::from(step) / u64::from(steps.max(1));
            json!({ "status": "pulling 2bada8a74506", "digest": "sha256:2bada8a74506", "total": BYTES, "completed": completed })
        };
        said.extend((0..=steps).map(part));
        let rest = ["verifying sha256 digest", "writing manifest", "success"];
        said.extend(rest.map(|status| json!({ "status": status })));
    } else {
        said.push(json!({ "error": "pull model manifest: file does not exist" }));
    }
    said.iter().map(|step| format!("{step}\n")).collect()
}
