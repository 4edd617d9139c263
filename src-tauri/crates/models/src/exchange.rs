//! One attempt as a debug view shows it.

use std::sync::Arc;
use std::time::Duration;

use crate::error::ModelError;
use crate::prompt::Message;

/// An attempt to get an answer: what was sent, what came back, and what was made of it.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// The model that was asked.
    pub model: String,
    /// Name of the schema of the answer.
    pub schema: String,
    /// The conversation, the last turn being the question.
    pub messages: Arc<[Message]>,
    /// What the model said, as far as it came, without the key should it hold it.
    pub reply: String,
    /// The HTTP status, if there was one.
    pub status: Option<u16>,
    /// Tokens of the conversation.
    pub tokens_in: u32,
    /// Tokens of the reply.
    pub tokens_out: u32,
    /// Whether the tokens are estimated.
    pub estimated: bool,
    /// How long it took.
    pub time: Duration,
    /// Which attempt of its question this is, from 1.
    pub attempt: u32,
    /// What is wrong with it, if it gave no answer. Other attempts may follow.
    pub error: Option<ModelError>,
}

/// Somebody who is told of every attempt.
pub(crate) type Observer = Arc<dyn Fn(&Exchange) + Send + Sync>;
