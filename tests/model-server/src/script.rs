//! What a server does: how fast, how many at once, what it understands, and when it fails how.

use serde::{Deserialize, Serialize};

use crate::spoil::Spoil;

/// The behaviour of a server. Each field has a default, so that a script in JSON says what is special alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Script {
    /// The port; 0 for any free one.
    pub port: u16,
    /// Time from a question to the start of its answer, in milliseconds.
    pub latency_ms: u64,
    /// Models that it can get; from then on it has them.
    pub pulls: Vec<String>,
    /// Number of steps in which the bytes of a pull come.
    pub pull_steps: u32,
    /// Time between two steps of a pull, in milliseconds.
    pub pull_ms: u64,
    /// Most calls at the same time; more get status 429.
    pub parallel: Option<u32>,
    /// What these are told.
    pub retry_after: Option<RetryAfter>,
    /// The key that a request has to have, as a bearer token or as `api-key`; others get status 401.
    pub key: Option<String>,
    /// Status 403 with this sentence, for every request.
    pub forbids: Option<String>,
    /// Whether it is something else than a model server: each path has a page for browsers.
    pub page: bool,
    /// The models that it has; others get status 404. Any, if there are none.
    pub models: Vec<String>,
    /// The best way in which it keeps to JSON; a request that asks for more gets status 400.
    pub json: Json,
    /// Parameters that it refuses with status 400, by name.
    pub refuses: Vec<String>,
    /// Whether it streams its answers.
    pub stream: bool,
    /// Whether it tells the tokens.
    pub counts_tokens: bool,
    /// Tokens that its models think before they answer. With no room for more, the answer is empty.
    pub thinks: u32,
    /// Where every request is sent instead, with status 307.
    pub redirect: Option<String>,
    /// When it fails, and how. The first rule that fits counts.
    pub rules: Vec<Rule>,
    /// Decides which calls are hit by [`When::Share`].
    pub seed: u64,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            port: 0,
            latency_ms: 0,
            pulls: Vec::new(),
            pull_steps: 4,
            pull_ms: 0,
            parallel: None,
            retry_after: None,
            key: None,
            forbids: None,
            page: false,
            models: Vec::new(),
            json: Json::Schema,
            refuses: Vec::new(),
            stream: true,
            counts_tokens: true,
            thinks: 0,
            redirect: None,
            rules: Vec::new(),
            seed: 0,
        }
    }
}

/// How well a server keeps to JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Json {
    /// Not at all.
    Text,
    /// It makes objects.
    Object,
    /// It keeps to a schema.
    Schema,
}

/// The value of a `Retry-After` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryAfter {
    /// A number of seconds.
    Seconds(u32),
    /// The date that is so many seconds from now.
    Date(u32),
}

/// Calls that fail, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// Which calls.
    pub when: When,
    /// How: one of these, chosen by the seed.
    pub faults: Vec<Fault>,
}

/// Which calls a rule is for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// All.
    Always,
    /// The first so many.
    First(u32),
    /// Those with these numbers, from 1.
    Calls(Vec<u32>),
    /// This share of them, from 0 to 1. Which these are follows from the seed, the question and how often it came, so that
    /// the order in which calls arrive changes nothing.
    Share(f64),
    /// Those whose conversation holds this text.
    Prompt(String),
}

/// How a call fails.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// With this status.
    Status {
        /// The status.
        code: u16,
        /// How long to wait.
        retry_after: Option<RetryAfter>,
    },
    /// With this status and this body.
    Error {
        /// The status.
        code: u16,
        /// The body, as it is.
        body: String,
    },
    /// It never answers.
    Hang,
    /// It answers half and never goes on.
    HangInBody,
    /// It answers a few bytes at a time, with so many milliseconds between them.
    Drip {
        /// The pause.
        pause_ms: u64,
    },
    /// It closes the connection instead of answering.
    CutBeforeHead,
    /// It closes the connection after the headers.
    CutAfterHead,
    /// It closes the connection in the middle of the answer.
    CutInBody,
    /// It ends the answer in the middle, as if it were complete.
    EndEarly,
    /// It tells of an error in the middle of the answer.
    ErrorInBody,
    /// It says that the answer is plain text.
    WrongType,
    /// It answers with a page for browsers.
    Page,
    /// It answers with so many bytes.
    Huge {
        /// How many.
        bytes: usize,
    },
    /// Its answer is not UTF-8.
    NotUtf8,
    /// Its answer is empty.
    Empty,
    /// It says this instead.
    Say(String),
    /// Its answer is spoilt.
    Spoil(Spoil),
}

impl Fault {
    /// One of every kind. Who asks sets a limit on time for those that hang, and one below 2 MiB for the huge one.
    pub fn every() -> Vec<Self> {
        let status = |code| Self::Status {
            code,
            retry_after: None,
        };
        let mut faults = vec![
            status(429),
            status(500),
            status(502),
            status(503),
            Self::Status {
                code: 429,
                retry_after: Some(RetryAfter::Seconds(0)),
            },
            Self::Hang,
            Self::HangInBody,
            Self::Drip { pause_ms: 1 },
            Self::CutBeforeHead,
            Self::CutAfterHead,
            Self::CutInBody,
            Self::EndEarly,
            Self::ErrorInBody,
            Self::WrongType,
            Self::Page,
            Self::Huge { bytes: 2 << 20 },
            Self::NotUtf8,
            Self::Empty,
        ];
        faults.extend(Spoil::EVERY.map(Self::Spoil));
        faults
    }
}
