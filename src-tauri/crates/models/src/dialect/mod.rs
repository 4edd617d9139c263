//! How a question is put to each kind of server, and how its reply is read line by line as it comes.
//!
//! [`ollama`] and [`openai`] know their API; [`habits`] what a server was found not to understand; [`refusal`] what its
//! errors mean.

pub(crate) mod habits;
pub(crate) mod ollama;
pub(crate) mod openai;
pub(crate) mod refusal;

use reqwest::Url;
use serde_json::Value;

use crate::error::Fault;
use crate::prompt::{Message, Model, Role, Schema};
use crate::server::{AZURE_API_VERSION, Address, Provider, Server};
use habits::{Habits, JsonMode};

/// A conversation that a server is to go on with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Question<'a> {
    pub model: &'a Model,
    pub messages: &'a [Message],
    pub schema: &'a Schema,
    pub reply_tokens: u32,
}

/// What a model said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Reply {
    pub text: String,
    pub tokens_in: Option<u32>,
    pub tokens_out: Option<u32>,
    /// Whether it stopped since it reached the limit of tokens.
    pub cut: bool,
}

/// What is wrong with a reply, and what the server says about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub fault: Fault,
    pub said: Option<String>,
}

impl Problem {
    fn broken(problem: &str) -> Self {
        Self {
            fault: Fault::Broken {
                problem: problem.to_owned(),
            },
            said: None,
        }
    }
}

/// Reads a reply.
#[derive(Debug)]
pub(crate) enum Reader {
    Ollama(ollama::Lines),
    OpenAi(openai::Lines),
}

impl Reader {
    pub(crate) fn new(provider: Provider) -> Self {
        match provider {
            Provider::Ollama => Self::Ollama(ollama::Lines::default()),
            Provider::OpenAi | Provider::Azure => Self::OpenAi(openai::Lines::default()),
        }
    }

    /// Takes the next line of the body.
    pub(crate) fn line(&mut self, line: &str) -> Result<(), Problem> {
        match self {
            Self::Ollama(lines) => lines.line(line),
            Self::OpenAi(lines) => lines.line(line),
        }
    }

    /// The body ended.
    pub(crate) fn finish(&mut self) -> Result<Reply, Problem> {
        match self {
            Self::Ollama(lines) => lines.finish(),
            Self::OpenAi(lines) => lines.finish(),
        }
    }

    /// What was said so far.
    pub(crate) fn heard(&self) -> &str {
        match self {
            Self::Ollama(lines) => &lines.reply.text,
            Self::OpenAi(lines) => &lines.reply.text,
        }
    }
}

/// Where a conversation is sent to.
pub(crate) fn chat_url(server: &Server, address: &Address, model: &str) -> Url {
    match server.provider {
        Provider::Ollama => address.join(&["api", "chat"]),
        Provider::OpenAi => address.join(&["chat", "completions"]),
        Provider::Azure => {
            let mut url = address.join(&["openai", "deployments", model, "chat", "completions"]);
            let version = server.api_version.as_deref().unwrap_or(AZURE_API_VERSION);
            url.query_pairs_mut().append_pair("api-version", version);
            url
        }
    }
}

/// What is sent.
pub(crate) fn body(provider: Provider, question: &Question<'_>, habits: Habits) -> Value {
    match provider {
        Provider::Ollama => ollama::body(question, habits),
        Provider::OpenAi | Provider::Azure => openai::body(question, habits),
    }
}

/// The conversation as it is sent: a server that is not told the schema has it in its rules.
fn messages(question: &Question<'_>, json: JsonMode) -> Vec<Message> {
    let mut messages = question.messages.to_vec();
    if json != JsonMode::Schema {
        let rule = format!(
            "Answer with one JSON object and nothing else: no explanation, no code fence. It must fit this JSON schema:\n{}",
            question.schema.value
        );
        match messages.first_mut().filter(|message| message.role == Role::System) {
            Some(system) => {
                system.content.push_str("\n\n");
                system.content.push_str(&rule);
            }
            None => messages.insert(0, Message::new(Role::System, rule)),
        }
    }
    messages
}

/// A count in a reply, as far as it is one.
fn count(value: &Value) -> Option<u32> {
    value.as_u64().map(|count| u32::try_from(count).unwrap_or(u32::MAX))
}
