//! "Test connection": what works, step by step, and what to do about the first thing that does not.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::ask::Asking;
use crate::client::Client;
use crate::dialect::habits::JsonMode;
use crate::error::{Fault, ModelError, Wait};
use crate::prompt::{Model, Prompt, Schema};
use crate::usage::Usage;

/// Longest reply to the test, with the thoughts of a model that reasons, in tokens.
const REPLY_TOKENS: u32 = 1_024;

/// What was found out about a server and a model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Check {
    /// How far it went.
    pub passed: Passed,
    /// How the model was got to answer in JSON.
    pub json: Option<JsonMode>,
    /// Time of a request in which no model takes part: the way there and back.
    pub latency: Option<Duration>,
    /// Time of a small question, with loading the model if that was necessary.
    pub answer: Option<Duration>,
    /// Why it went no further.
    pub error: Option<ModelError>,
    /// What it cost.
    pub usage: Usage,
}

/// The last step that worked; each one needs those before it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Passed {
    /// None.
    #[default]
    Nothing,
    /// A server answers.
    Reachable,
    /// It accepts the key, or needs none.
    Authorised,
    /// It has the model.
    ModelKnown,
    /// The model answers in JSON: everything works.
    Everything,
}

impl Client {
    /// Tries the server with a small question, once. A `model` without a name is not asked, so that the server alone is
    /// tried.
    pub async fn check(&self, model: &Model, stop: &CancellationToken) -> Check {
        let mut check = Check::default();
        let start = Instant::now();
        match self.models(stop).await {
            Ok(_) => {
                check.latency = Some(start.elapsed());
                check.passed = Passed::Authorised;
            }
            // Not every server has a list. Whether it has the model is for the question to find out.
            Err(error) if matches!(error.fault, Fault::WrongPath | Fault::Unsupported) && !model.name.is_empty() => {}
            Err(error) => {
                check.passed = passed(&error);
                check.error = Some(error);
                return check;
            }
        }
        if model.name.is_empty() {
            return check;
        }
        // What it could not do one day it may have learnt since.
        self.shared.known.forget(&model.name);
        let prompt = prompt(model);
        let asking = Asking::new(self, model, &prompt, stop).once();
        let answer = asking.answer(|json| {
            let works = json["works"].as_bool();
            works.ok_or_else(|| "the member \"works\" is missing".to_owned())
        });
        match answer.await {
            Ok(answer) => {
                check.passed = Passed::Everything;
                check.json = Some(self.json_mode(&model.name));
                // Without the wait for its turn, while others ask this server too.
                check.answer = Some(answer.usage.time);
                check.usage = answer.usage;
            }
            Err(error) => {
                check.passed = check.passed.max(passed(&error));
                check.usage = error.usage;
                check.error = Some(error);
            }
        }
        check
    }
}

/// What has worked when a call fails like this.
fn passed(error: &ModelError) -> Passed {
    match &error.fault {
        Fault::BadUrl { .. }
        | Fault::Unreachable
        | Fault::UnknownHost
        | Fault::Tls
        | Fault::Cancelled
        | Fault::Unsupported
        | Fault::TimedOut {
            wait: Wait::Connect, ..
        } => Passed::Nothing,
        Fault::UnknownModel { .. } | Fault::NoCredit => Passed::Authorised,
        Fault::NoJson | Fault::BadReply { .. } | Fault::ContextTooLong { .. } => Passed::ModelKnown,
        _ => Passed::Reachable,
    }
}

fn prompt(model: &Model) -> Prompt {
    Prompt {
        system: "You test a connection.".to_owned(),
        user: "Answer with the JSON object {\"works\": true}.".to_owned(),
        schema: Schema {
            name: "test".to_owned(),
            value: json!({
                "type": "object",
                "properties": { "works": { "type": "boolean" } },
                "required": ["works"],
                "additionalProperties": false,
            }),
        },
        reply_tokens: REPLY_TOKENS.min(model.context / 2),
        whole: false,
    }
}
