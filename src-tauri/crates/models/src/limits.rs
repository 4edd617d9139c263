//! How long, how much and how often: the bounds of every call.

use std::time::Duration;

/// Bounds of the calls to one server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most calls at the same time, at least 1. A server that says it is too much gets fewer. Clients that
    /// [`Servers`](crate::Servers) made share the server: of their numbers the largest counts for all of them together.
    pub parallel: usize,
    /// Longest time until a connection stands.
    pub connect: Duration,
    /// Longest silence: until the first byte of a reply, and between two pieces of it. A server that has to load a model
    /// first is silent for long.
    pub first_byte: Duration,
    /// Longest time of one attempt, from its start to the end of the reply.
    pub total: Duration,
    /// Largest reply, in bytes as they come from the server: a streamed reply, with the thoughts of the model, is about
    /// fifty times its text.
    pub reply_bytes: usize,
    /// Most attempts for one question, at least 1.
    pub tries: u32,
    /// Wait before the second attempt; it doubles with each further one. See [`Limits::LONGEST_WAIT`].
    pub back_off: Duration,
}

impl Limits {
    /// No wait between two attempts is longer, whatever a server asks for.
    pub const LONGEST_WAIT: Duration = Duration::from_mins(1);

    /// Limits with which one can reckon: at least one call and one attempt, and no time beyond what a clock can tell.
    pub(crate) fn sane(self) -> Self {
        const LONGEST: Duration = Duration::from_hours(24 * 365);
        Self {
            parallel: self.parallel.max(1),
            connect: self.connect.min(LONGEST),
            first_byte: self.first_byte.min(LONGEST),
            total: self.total.min(LONGEST),
            reply_bytes: self.reply_bytes,
            tries: self.tries.max(1),
            back_off: self.back_off.min(Self::LONGEST_WAIT),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            parallel: 4,
            connect: Duration::from_secs(10),
            first_byte: Duration::from_mins(3),
            total: Duration::from_mins(10),
            reply_bytes: 32 << 20,
            tries: 5,
            back_off: Duration::from_millis(250),
        }
    }
}
