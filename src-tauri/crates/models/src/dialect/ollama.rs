//! Ollama's chat: a JSON object per line, the last with the counts
//! (<https://github.com/ollama/ollama/blob/main/docs/api.md#generate-a-chat-completion>).

use serde_json::{Value, json};

use super::habits::{Habits, JsonMode};
use super::refusal::sentence;
use super::{Problem, Question, Reply, count};
use crate::error::Fault;

pub(super) fn body(question: &Question<'_>, habits: Habits) -> Value {
    let mut options = json!({
        "num_ctx": question.model.context,
        "num_predict": question.reply_tokens,
        "temperature": question.model.temperature,
    });
    if let Some(seed) = question.model.seed {
        options["seed"] = seed.into();
    }
    let mut body = json!({
        "model": question.model.name,
        "messages": super::messages(question, habits.json),
        "options": options,
        // No `think`: with it off, Ollama ignores the format for some models (<https://github.com/ollama/ollama/issues/14645>).
        "keep_alive": format!("{}s", question.model.keep_alive.as_secs()),
        "stream": true,
    });
    match habits.json {
        JsonMode::Schema => body["format"] = question.schema.value.clone(),
        JsonMode::Object => body["format"] = "json".into(),
        JsonMode::Text => {}
    }
    body
}

/// Puts the lines of a reply together.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    pub(super) reply: Reply,
    done: bool,
}

impl Lines {
    pub(super) fn line(&mut self, line: &str) -> Result<(), Problem> {
        if line.trim().is_empty() {
            return Ok(());
        }
        let part: Value = serde_json::from_str(line).map_err(|_| Problem::broken("a line of it is not JSON"))?;
        if part.get("error").is_some() {
            return Err(Problem {
                fault: Fault::ServerFault,
                said: sentence(&part),
            });
        }
        if let Some(text) = part["message"]["content"].as_str() {
            self.reply.text.push_str(text);
        }
        if part["done"] == true {
            self.done = true;
            self.reply.cut = part["done_reason"] == "length";
            self.reply.tokens_in = count(&part["prompt_eval_count"]);
            self.reply.tokens_out = count(&part["eval_count"]);
        }
        Ok(())
    }

    pub(super) fn finish(&mut self) -> Result<Reply, Problem> {
        if !self.done {
            return Err(Problem::broken("it broke off"));
        }
        Ok(std::mem::take(&mut self.reply))
    }
}
