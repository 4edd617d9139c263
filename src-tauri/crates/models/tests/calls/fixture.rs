//! What the tests share: a client of a scripted server, and a question whose answer is known.

use std::time::Duration;

use genglossary_model_server::{Fault, ModelServer, Rule, Script, When};
use genglossary_models::{Answer, Client, Key, Limits, Model, ModelError, Prompt, Provider, Schema, Server, lenient};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

pub(crate) const KEY: &str = "sk-test-0123456789abcdef";
pub(crate) const PROVIDERS: [Provider; 3] = [Provider::Ollama, Provider::OpenAi, Provider::Azure];

/// Limits that no test has to wait for.
pub(crate) fn limits() -> Limits {
    Limits {
        parallel: 4,
        connect: Duration::from_secs(5),
        first_byte: Duration::from_secs(20),
        total: Duration::from_secs(30),
        reply_bytes: 1 << 20,
        tries: 3,
        back_off: Duration::from_millis(5),
    }
}

pub(crate) fn server_at(provider: Provider, url: impl Into<String>) -> Server {
    Server {
        provider,
        base_url: url.into(),
        api_version: None,
        key: Some(Key::new(KEY).expect("the key of the tests is one")),
    }
}

pub(crate) fn client(provider: Provider, server: &ModelServer) -> Client {
    with_limits(provider, server, limits())
}

pub(crate) fn with_limits(provider: Provider, server: &ModelServer, limits: Limits) -> Client {
    Client::new(server_at(provider, server.url()), limits).expect("the server has an address")
}

pub(crate) fn model() -> Model {
    Model {
        name: "m".to_owned(),
        temperature: 0.2,
        seed: Some(7),
        context: 4096,
        keep_alive: Duration::from_mins(10),
    }
}

/// A question about `text`. The server answers with two of its words.
pub(crate) fn prompt(text: &str) -> Prompt {
    Prompt {
        system: "You find terms.".to_owned(),
        user: text.to_owned(),
        schema: Schema {
            name: "terms".to_owned(),
            value: json!({
                "type": "object",
                "properties": { "terms": { "type": "array", "items": { "type": "string" } } },
                "required": ["terms"],
                "additionalProperties": false,
            }),
        },
        reply_tokens: 100,
        whole: false,
    }
}

/// Reads the answer to [`prompt`].
pub(crate) fn terms(json: &Value) -> Result<Vec<String>, String> {
    let terms = lenient::list(json, "terms").ok_or("the list \"terms\" is missing")?;
    Ok(terms.iter().filter_map(lenient::text).collect())
}

pub(crate) async fn ask(client: &Client) -> Result<Answer<Vec<String>>, ModelError> {
    let stop = CancellationToken::new();
    client.ask(&model(), &prompt("用語集 glossary"), &stop, terms).await
}

/// The answer to what [`ask`] asks.
pub(crate) fn expected() -> Vec<String> {
    vec!["用語集".to_owned(), "glossary".to_owned()]
}

pub(crate) async fn start(script: Script) -> ModelServer {
    ModelServer::start(script).await.expect("a port is free")
}

/// A server whose calls fail as `faults` say while `when` holds.
pub(crate) fn failing(when: When, faults: Vec<Fault>) -> Script {
    Script {
        rules: vec![Rule { when, faults }],
        ..Script::default()
    }
}
