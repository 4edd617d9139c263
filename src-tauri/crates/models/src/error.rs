//! What can go wrong with a call, in a sentence that says what happened and what to do.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::usage::Usage;

/// A call failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelError {
    /// What happened.
    pub fault: Fault,
    /// The address that was asked: scheme, host, port and path. Never the key, a user or a query. Empty for a base URL that
    /// is none, since it may hold a secret in any place.
    pub server: Box<str>,
    /// The HTTP status, if the server gave one.
    pub status: Option<u16>,
    /// What the server, or the system, says itself: at most [`ModelError::LONGEST_SENTENCE`] characters, without the key.
    pub said: Option<Box<str>>,
    pub(crate) usage: Usage,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The address cannot be one of a server.
    BadUrl {
        /// What is wrong with it.
        problem: String,
    },
    /// Nobody answers there: no server at the port, no way to the host.
    Unreachable,
    /// There is no host of this name, or no network to ask for it.
    UnknownHost,
    /// No secure connection: an unknown or expired certificate, or a server that speaks plain HTTP.
    Tls,
    /// 401 without a key: the server asks for one.
    NoKey,
    /// 401: the key is wrong, or not valid any more.
    Unauthorised,
    /// 403: the server knows who asks, and does not allow it.
    Forbidden,
    /// The account has no credit left.
    NoCredit,
    /// The server does not have the model.
    UnknownModel {
        /// Its name.
        model: String,
    },
    /// The server answers, but has nothing at this path or sends elsewhere.
    WrongPath,
    /// Something else answers there: a page for browsers, or another service.
    NotAServer,
    /// The provider has no such function.
    Unsupported,
    /// The server refuses this request.
    Refused,
    /// The server has too much to do, also after the last attempt.
    Overloaded,
    /// The server failed, also in the last attempt.
    ServerFault,
    /// The server took longer than the limit.
    TimedOut {
        /// Which limit.
        wait: Wait,
        /// The limit.
        limit: Duration,
    },
    /// The reply is larger than the limit.
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// Prompt and reply do not fit into the context of the model. Nothing was sent, unless the server says so itself.
    ContextTooLong {
        /// Tokens of prompt and reply together, if they were counted here.
        needed: Option<u32>,
        /// Tokens that the model takes.
        context: u32,
    },
    /// The reply broke off, is empty, or is not what such a server sends.
    Broken {
        /// What is wrong with it.
        problem: String,
    },
    /// The model answered without any JSON, also when it was shown so.
    NoJson,
    /// The model's JSON is not an answer to the question, also when it was shown what is wrong.
    BadReply {
        /// What is wrong.
        problem: String,
    },
    /// Somebody asked to stop.
    Cancelled,
}

/// The limits on time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wait {
    /// Until the connection stands.
    Connect,
    /// Until the first byte of the reply.
    FirstByte,
    /// Between two pieces of the reply.
    Silence,
    /// For the whole reply.
    Total,
}

impl ModelError {
    /// Longest sentence of a server that is kept, in characters.
    pub const LONGEST_SENTENCE: usize = 300;

    pub(crate) fn new(fault: Fault, server: impl Into<Box<str>>) -> Self {
        Self {
            fault,
            server: server.into(),
            status: None,
            said: None,
            usage: Usage::default(),
        }
    }

    /// What the question cost although it has no answer.
    pub fn usage(&self) -> Usage {
        self.usage
    }

    /// Whether somebody asked to stop, so that nothing failed.
    pub fn is_cancelled(&self) -> bool {
        self.fault == Fault::Cancelled
    }

    /// Whether every other call would fail too, since the server, the network or the settings are at fault. Otherwise it
    /// is this one question.
    pub fn is_final(&self) -> bool {
        match &self.fault {
            Fault::BadUrl { .. }
            | Fault::Unreachable
            | Fault::UnknownHost
            | Fault::Tls
            | Fault::NoKey
            | Fault::Unauthorised
            | Fault::Forbidden
            | Fault::NoCredit
            | Fault::UnknownModel { .. }
            | Fault::WrongPath
            | Fault::Unsupported => true,
            Fault::TimedOut { wait, .. } => *wait == Wait::Connect,
            _ => false,
        }
    }

    /// A stable name of what happened, for who translates it.
    pub fn code(&self) -> &'static str {
        match &self.fault {
            Fault::BadUrl { .. } => "bad_url",
            Fault::Unreachable => "unreachable",
            Fault::UnknownHost => "unknown_host",
            Fault::Tls => "tls",
            Fault::NoKey => "no_key",
            Fault::Unauthorised => "unauthorised",
            Fault::Forbidden => "forbidden",
            Fault::NoCredit => "no_credit",
            Fault::UnknownModel { .. } => "unknown_model",
            Fault::WrongPath => "wrong_path",
            Fault::NotAServer => "not_a_server",
            Fault::Unsupported => "unsupported",
            Fault::Refused => "refused",
            Fault::Overloaded => "overloaded",
            Fault::ServerFault => "server_fault",
            Fault::TimedOut { .. } => "timed_out",
            Fault::TooLarge { .. } => "too_large",
            Fault::ContextTooLong { .. } => "context_too_long",
            Fault::Broken { .. } => "broken",
            Fault::NoJson => "no_json",
            Fault::BadReply { .. } => "bad_reply",
            Fault::Cancelled => "cancelled",
        }
    }

    /// Every code of [`ModelError::code`].
    pub const CODES: [&'static str; 22] = [
        "bad_url",
        "unreachable",
        "unknown_host",
        "tls",
        "no_key",
        "unauthorised",
        "forbidden",
        "no_credit",
        "unknown_model",
        "wrong_path",
        "not_a_server",
        "unsupported",
        "refused",
        "overloaded",
        "server_fault",
        "timed_out",
        "too_large",
        "context_too_long",
        "broken",
        "no_json",
        "bad_reply",
        "cancelled",
    ];

    /// Whether another attempt may go better.
    pub(crate) fn may_pass(&self) -> bool {
        matches!(
            self.fault,
            Fault::Unreachable
                | Fault::UnknownHost
                | Fault::NotAServer
                | Fault::Overloaded
                | Fault::ServerFault
                | Fault::TimedOut { .. }
                | Fault::TooLarge { .. }
                | Fault::Broken { .. }
        )
    }
}

impl std::error::Error for ModelError {}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let server = &self.server;
        match &self.fault {
            Fault::BadUrl { problem } => write!(f, "The base URL cannot be used: {problem}. Correct it."),
            Fault::Unreachable => write!(
                f,
                "Nobody answers at {server}. Check that the server runs, and that the base URL is right."
            ),
            Fault::Tls => write!(
                f,
                "No secure connection to {server}. Check its certificate, and whether it wants http:// instead."
            ),
            Fault::UnknownHost => write!(
                f,
                "There is no host of the name in {server}. Check its spelling, and the network."
            ),
            Fault::NoKey => write!(f, "{server} asks for a key. Give it one."),
            Fault::Unauthorised => write!(f, "{server} does not accept the key. Check it."),
            Fault::Forbidden => write!(
                f,
                "{server} does not allow this. Check what the key may use, and whom the server lets in."
            ),
            Fault::NoCredit => write!(
                f,
                "The account at {server} has no credit left. Add some, then try again."
            ),
            Fault::UnknownModel { model } => {
                write!(
                    f,
                    "{server} has no model {model:?}. Choose one from its list, or pull it."
                )
            }
            Fault::WrongPath => write!(
                f,
                "{server} answers, but has nothing there. Check the provider and the path of the base URL."
            ),
            Fault::NotAServer => write!(
                f,
                "Something else than a model server answers at {server}. Check the host and the port of the base URL."
            ),
            Fault::Unsupported => write!(f, "{server} has no such function. Other providers have it."),
            Fault::Refused => write!(f, "{server} refuses the request. Change what it objects to."),
            Fault::Overloaded => write!(
                f,
                "{server} has too much to do. Try again later, or with fewer calls at the same time."
            ),
            Fault::ServerFault => write!(f, "{server} failed. Look into its log, then try again."),
            Fault::TimedOut { wait, limit } => {
                let what = match wait {
                    Wait::Connect => "accept a connection",
                    Wait::FirstByte => "begin its answer",
                    Wait::Silence => "go on with its answer",
                    Wait::Total => "finish its answer",
                };
                let seconds = limit.as_secs_f64();
                write!(
                    f,
                    "{server} did not {what} within {seconds} s. Try again, with a longer time-out or a smaller model."
                )
            }
            Fault::TooLarge { limit } => write!(
                f,
                "The answer of {server} is larger than {limit} bytes. Try again, or with another model."
            ),
            Fault::ContextTooLong { needed, context } => {
                match needed {
                    Some(needed) => write!(f, "Prompt and reply need about {needed} tokens")?,
                    None => write!(f, "Prompt and reply are too long for {server}")?,
                }
                write!(
                    f,
                    ", and the context has {context}. Use a longer context, or ask for less at once."
                )
            }
            Fault::Broken { problem } => write!(f, "The answer of {server} cannot be read: {problem}. Try again."),
            Fault::NoJson => write!(
                f,
                "The model at {server} answered without JSON. Try again, or with another model."
            ),
            Fault::BadReply { problem } => write!(
                f,
                "The model at {server} gave no usable answer: {problem}. Try again, or with another model."
            ),
            Fault::Cancelled => f.write_str("The call was cancelled."),
        }?;
        if let Some(status) = self.status.filter(|status| *status != 200) {
            write!(f, " Status {status}.")?;
        }
        match &self.said {
            Some(said) => write!(f, " It says: {said}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every() -> Vec<Fault> {
        let text = || "words".to_owned();
        vec![
            Fault::BadUrl { problem: text() },
            Fault::Unreachable,
            Fault::UnknownHost,
            Fault::Tls,
            Fault::NoKey,
            Fault::Unauthorised,
            Fault::Forbidden,
            Fault::NoCredit,
            Fault::UnknownModel { model: text() },
            Fault::WrongPath,
            Fault::NotAServer,
            Fault::Unsupported,
            Fault::Refused,
            Fault::Overloaded,
            Fault::ServerFault,
            Fault::TimedOut {
                wait: Wait::Total,
                limit: Duration::from_secs(5),
            },
            Fault::TooLarge { limit: 5 },
            Fault::ContextTooLong {
                needed: Some(9),
                context: 5,
            },
            Fault::Broken { problem: text() },
            Fault::NoJson,
            Fault::BadReply { problem: text() },
            Fault::Cancelled,
        ]
    }

    #[test]
    fn the_list_of_codes_is_complete() {
        let codes: Vec<_> = every()
            .into_iter()
            .map(|fault| ModelError::new(fault, "s").code())
            .collect();
        assert_eq!(codes, ModelError::CODES);
    }

    /// E10: the message names the server and what to do.
    #[test]
    fn every_message_says_where_it_happened_and_what_to_do() {
        for fault in every() {
            let error = ModelError::new(fault, "http://host/v1");
            let message = error.to_string();
            let here = !matches!(
                error.fault,
                Fault::BadUrl { .. } | Fault::ContextTooLong { .. } | Fault::Cancelled
            );
            assert!(!here || message.contains("http://host/v1"), "{message}");
            let sentences = message.matches(['.', '?']).count();
            assert!(error.is_cancelled() || sentences >= 2, "{message}");
        }
    }
}
