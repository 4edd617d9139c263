//! What a server was found not to understand, so that it is asked in a way that it does. Learnt from its refusals, kept
//! per model for as long as the server is known.

use serde::{Deserialize, Serialize};

use crate::server::Provider;

/// How well a server keeps to the shape of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JsonMode {
    /// It takes a JSON schema and keeps to it.
    Schema,
    /// It can be told to answer in JSON; the schema is in the prompt.
    Object,
    /// It can only be asked to answer in JSON; the schema is in the prompt.
    Text,
}

/// What can be asked of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each stands for one parameter, and any of them may be refused"
)]
pub(crate) struct Habits {
    pub json: JsonMode,
    /// Whether the limit of tokens has its newer name, `max_completion_tokens`. Every server knows the older one,
    /// `max_tokens`, except for the newer models of `OpenAI`, which name the other when they refuse it.
    pub new_token_limit: bool,
    pub temperature: bool,
    pub seed: bool,
    pub stream_options: bool,
    /// Whether the model thinks for so long that its reply needs all the room there is.
    pub thinks: bool,
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            json: JsonMode::Schema,
            new_token_limit: false,
            temperature: true,
            seed: true,
            stream_options: true,
            thinks: false,
        }
    }
}

impl Habits {
    /// What to ask instead after a refusal with `status` that says `said`, or nothing when it is not about how it was
    /// asked. Each answer leaves out more than the one before, so asking again comes to an end.
    pub(crate) fn after(self, provider: Provider, status: u16, said: &str) -> Option<Self> {
        // Some servers fail over a schema that they do not understand instead of refusing it.
        if !matches!(status, 400 | 404 | 422 | 500 | 501) {
            return None;
        }
        let names = |words: &[&str]| words.iter().any(|word| has_word(said, word));
        let format: &[&str] = match provider {
            Provider::Ollama => &["format", "grammar"],
            Provider::OpenAi | Provider::Azure => &[
                "response_format",
                "json_schema",
                "json_object",
                "json mode",
                "grammar",
                "schema",
            ],
        };
        let mut habits = self;
        if self.json != JsonMode::Text && names(format) {
            habits.json = if self.json == JsonMode::Schema {
                JsonMode::Object
            } else {
                JsonMode::Text
            };
        } else if !self.new_token_limit && names(&["max_tokens"]) && names(&["max_completion_tokens"]) {
            habits.new_token_limit = true;
        } else if self.temperature && names(&["temperature"]) {
            habits.temperature = false;
        } else if self.seed && names(&["seed"]) {
            habits.seed = false;
        } else if self.stream_options && names(&["stream_options", "include_usage"]) {
            habits.stream_options = false;
        } else {
            return None;
        }
        Some(habits)
    }
}

/// Whether `text` holds `word` with nothing around it that would make it another one.
fn has_word(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let text = text.to_lowercase();
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(part) && !after.is_some_and(part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_refuses_by_name_is_not_asked_again() {
        let first = Habits::default();
        let object = first.after(Provider::OpenAi, 400, "'response_format.type' must be json_object");
        let object = object.unwrap();
        assert_eq!(object.json, JsonMode::Object);
        let text = object.after(Provider::OpenAi, 422, "body.response_format: extra field");
        assert_eq!(text.unwrap().json, JsonMode::Text);
        let said = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.";
        assert!(first.after(Provider::OpenAi, 400, said).unwrap().new_token_limit);
        let said = "Unsupported value: 'temperature' does not support 0.2 with this model.";
        assert!(!first.after(Provider::Azure, 400, said).unwrap().temperature);
        let said = "json: cannot unmarshal object into Go struct field ChatRequest.format of type string";
        assert_eq!(first.after(Provider::Ollama, 400, said).unwrap().json, JsonMode::Object);
    }

    #[test]
    fn other_refusals_change_nothing() {
        let first = Habits::default();
        assert_eq!(first.after(Provider::OpenAi, 400, "the prompt exceeded 10 words"), None);
        assert_eq!(first.after(Provider::OpenAi, 401, "no response_format for you"), None);
    }

    #[test]
    fn leaving_out_comes_to_an_end() {
        let everything = "response_format max_tokens max_completion_tokens temperature seed stream_options";
        let mut habits = Habits::default();
        let mut steps = 0;
        while let Some(next) = habits.after(Provider::OpenAi, 400, everything) {
            habits = next;
            steps += 1;
        }
        assert_eq!(steps, 6);
    }
}
