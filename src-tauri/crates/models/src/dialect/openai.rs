//! Chat completions, of `OpenAI` and of Azure: server-sent events, each with a piece of the reply
//! (<https://platform.openai.com/docs/api-reference/chat-streaming>), or one JSON object from servers that do not stream.

use serde_json::{Value, json};

use super::habits::{Habits, JsonMode};
use super::refusal::sentence;
use super::{Problem, Question, Reply, count};
use crate::error::Fault;

pub(super) fn body(question: &Question<'_>, habits: Habits) -> Value {
    let mut body = json!({
        "model": question.model.name,
        "messages": super::messages(question, habits.json),
        "stream": true,
    });
    let limit = if habits.new_token_limit {
        "max_completion_tokens"
    } else {
        "max_tokens"
    };
    body[limit] = question.reply_tokens.into();
    if habits.temperature {
        body["temperature"] = json!(question.model.temperature);
    }
    if let Some(seed) = question.model.seed.filter(|_| habits.seed) {
        body["seed"] = seed.into();
    }
    if habits.stream_options {
        body["stream_options"] = json!({ "include_usage": true });
    }
    match habits.json {
        JsonMode::Schema => {
            let schema = json!({ "name": question.schema.name, "strict": true, "schema": question.schema.value });
            body["response_format"] = json!({ "type": "json_schema", "json_schema": schema });
        }
        JsonMode::Object => body["response_format"] = json!({ "type": "json_object" }),
        JsonMode::Text => {}
    }
    body
}

/// Puts the events of a reply together.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    pub(super) reply: Reply,
    done: bool,
    /// Lines that are no event: a reply in one piece.
    plain: String,
}

impl Lines {
    pub(super) fn line(&mut self, line: &str) -> Result<(), Problem> {
        if let Some(data) = line.strip_prefix("data:") {
            let data = data.trim();
            if data == "[DONE]" {
                self.done = true;
                return Ok(());
            }
            return self.part(data, "delta");
        }
        // The other fields of the event stream, and comments that keep it alive.
        let field = ["event:", "id:", "retry:", ":"]
            .iter()
            .any(|name| line.starts_with(name));
        if !field && !line.trim().is_empty() {
            self.plain.push_str(line);
            self.plain.push('\n');
        }
        Ok(())
    }

    pub(super) fn finish(&mut self) -> Result<Reply, Problem> {
        if !self.done && !self.plain.is_empty() {
            let plain = std::mem::take(&mut self.plain);
            self.part(&plain, "message")?;
            // In one piece it is complete, whether or not it says why it ends.
            self.done = true;
        }
        if !self.done {
            return Err(Problem::broken("it broke off"));
        }
        Ok(std::mem::take(&mut self.reply))
    }

    /// Takes an object whose choices hold text under `name`.
    fn part(&mut self, text: &str, name: &str) -> Result<(), Problem> {
        let Ok(part) = serde_json::from_str::<Value>(text) else {
            return Err(Problem::broken("it is not what a model server sends"));
        };
        if part.get("error").is_some_and(|error| !error.is_null()) {
            return Err(Problem {
                fault: Fault::ServerFault,
                said: sentence(&part),
            });
        }
        if let Some(usage) = part.get("usage").filter(|usage| usage.is_object()) {
            self.reply.tokens_in = count(&usage["prompt_tokens"]);
            self.reply.tokens_out = count(&usage["completion_tokens"]);
        }
        let choice = &part["choices"][0];
        if let Some(text) = choice[name]["content"].as_str() {
            self.reply.text.push_str(text);
        }
        if let Some(refusal) = choice[name]["refusal"].as_str().filter(|text| !text.is_empty()) {
            return Err(Problem {
                fault: Fault::Refused,
                said: Some(refusal.to_owned()),
            });
        }
        match choice["finish_reason"].as_str() {
            Some("content_filter") => {
                return Err(Problem {
                    fault: Fault::Refused,
                    said: Some("The content filter stopped the answer.".to_owned()),
                });
            }
            Some(reason) => {
                self.done = true;
                self.reply.cut = reason == "length";
            }
            None => {}
        }
        Ok(())
    }
}
