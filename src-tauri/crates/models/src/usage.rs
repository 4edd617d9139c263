//! What a question cost.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What one or more questions cost, answered or not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens of the prompts.
    pub tokens_in: u32,
    /// Tokens of the replies.
    pub tokens_out: u32,
    /// Whether some of the tokens are estimated, since the server did not count them or broke off.
    pub estimated: bool,
    /// Requests that were sent.
    pub calls: u32,
    /// Of these, how many were sent because an earlier one failed or its answer could not be used.
    pub retries: u32,
    /// Time that the requests took, without the waits between them.
    pub time: Duration,
}

impl std::ops::AddAssign for Usage {
    fn add_assign(&mut self, more: Self) {
        self.tokens_in = self.tokens_in.saturating_add(more.tokens_in);
        self.tokens_out = self.tokens_out.saturating_add(more.tokens_out);
        self.estimated = self.estimated || more.estimated;
        self.calls = self.calls.saturating_add(more.calls);
        self.retries = self.retries.saturating_add(more.retries);
        self.time = self.time.saturating_add(more.time);
    }
}

/// A value that a model gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer<T> {
    /// The value.
    pub value: T,
    /// What it cost, with the attempts that failed.
    pub usage: Usage,
    /// Whether the model had to be shown its mistake first.
    pub repaired: bool,
    /// Whether the reply broke off, so that the value is what came before.
    pub truncated: bool,
}
