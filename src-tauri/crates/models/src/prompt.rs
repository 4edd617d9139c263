//! What is asked: the model, the prompt, the shape of the answer, and whether it fits.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::Fault;

/// A model and how it answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// Its name at the server; with Azure the name of the deployment.
    pub name: String,
    /// 0 for the likeliest answer, higher for more varied ones. Left out for models that refuse it.
    pub temperature: f32,
    /// The same seed gives the same answer, where the server can. Left out for models that refuse it.
    pub seed: Option<u32>,
    /// Room for prompt and reply together, in tokens. Ollama reserves memory for it.
    pub context: u32,
    /// How long Ollama keeps the model in its memory after a call, since loading it again takes longer than most calls.
    pub keep_alive: Duration,
}

/// The shape of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    /// A name of letters, digits, `_` and `-`, at most 64 of them.
    pub name: String,
    /// A JSON schema of an object. For `OpenAI`'s strict mode every object lists all its properties in `required` and
    /// says `"additionalProperties": false`
    /// (<https://platform.openai.com/docs/guides/structured-outputs#supported-schemas>).
    pub value: Value,
}

/// A question.
#[derive(Debug, Clone, PartialEq)]
pub struct Prompt {
    /// What the model is and does.
    pub system: String,
    /// What it is asked.
    pub user: String,
    /// The shape of the answer.
    pub schema: Schema,
    /// Longest reply, in tokens.
    pub reply_tokens: u32,
    /// Whether what a list leaves out is an answer too, so that half of one is none. Otherwise what a reply held before it
    /// broke off counts.
    pub whole: bool,
}

/// Who says something in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The rules.
    System,
    /// The one who asks.
    User,
    /// The model.
    Assistant,
}

/// One turn of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Who says it.
    pub role: Role,
    /// What is said.
    pub content: String,
}

impl Message {
    pub(crate) fn new(role: Role, content: impl Into<String>) -> Self {
        Self {
            role,
            content: content.into(),
        }
    }
}

impl Prompt {
    pub(crate) fn messages(&self) -> Vec<Message> {
        let said = [(Role::System, &self.system), (Role::User, &self.user)];
        let said = said.into_iter().filter(|(_, text)| !text.is_empty());
        said.map(|(role, text)| Message::new(role, text)).collect()
    }
}

/// A number of tokens that `text` hardly exceeds, for the budget of a context.
///
/// Tokenisers differ, so this errs to the high side: a token per character outside ASCII, which is what Japanese costs in
/// the vocabularies of current models at worst on average, and one per three characters of ASCII, where English has about
/// four (<https://help.openai.com/en/articles/4936856-what-are-tokens-and-how-to-count-them>). Digits and punctuation
/// count as tokens of their own, since tables and code consist of them.
pub fn estimate_tokens(text: &str) -> u32 {
    let (mut letters, mut others) = (0_usize, 0_usize);
    for c in text.chars() {
        if c.is_ascii_alphabetic() || c == ' ' {
            letters += 1;
        } else {
            others += 1;
        }
    }
    u32::try_from(letters.div_ceil(3) + others).unwrap_or(u32::MAX)
}

/// Tokens of a conversation with the marks that chat templates put around each turn.
pub(crate) fn estimate_messages(messages: &[Message]) -> u32 {
    const MARKS: u32 = 8;
    messages.iter().fold(MARKS, |sum, message| {
        sum.saturating_add(estimate_tokens(&message.content))
            .saturating_add(MARKS)
    })
}

/// Refuses a conversation that leaves no room for the reply: servers cut such a prompt without a word.
pub(crate) fn check_budget(model: &Model, messages: &[Message], reply_tokens: u32) -> Result<(), Fault> {
    let needed = estimate_messages(messages).saturating_add(reply_tokens);
    if needed > model.context {
        return Err(Fault::ContextTooLong {
            needed: Some(needed),
            context: model.context,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn japanese_costs_a_token_per_character_and_english_one_per_three() {
        assert_eq!(estimate_tokens(""), 0);
        assert_eq!(estimate_tokens("用語集"), 3);
        assert_eq!(estimate_tokens("glossary"), 3);
        assert_eq!(estimate_tokens("3.14"), 4);
    }
}
