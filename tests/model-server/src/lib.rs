//! A language-model server for tests, over real sockets. It speaks Ollama's API and chat completions (with Azure's paths), says
//! what its [`Script`] or a closure tells it to say, fails as the script tells it to, and knows afterwards what it was asked.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! use genglossary_model_server::{Fault, ModelServer, Rule, Script, When};
//!
//! let script = Script {
//!     rules: vec![Rule { when: When::Calls(vec![2]), faults: vec![Fault::CutInBody] }],
//!     ..Script::default()
//! };
//! let server = ModelServer::start(script).await.unwrap();
//! // … ask at server.url() …
//! assert_eq!(server.counts().calls, 0);
//! # }
//! ```
//!
//! `script` says what it may do, `serve` does it on each connection, `http` reads and writes the bytes, `dialect` knows the
//! two APIs, `answer` makes up an answer that fits a schema, `spoil` writes JSON as models do. The program of the same
//! name runs it for tests that are not in Rust.

mod answer;
mod dialect;
mod glossary;
mod http;
mod script;
mod serve;
mod spoil;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use answer::answer;
pub use glossary::{Asks, agree, sort, untagged};
pub use script::{Fault, Json, RetryAfter, Rule, Script, When};
pub use spoil::Spoil;

/// A question as the server understood it.
#[derive(Debug, Clone)]
pub struct Call {
    /// Counts the questions that were let in, from 1.
    pub number: u32,
    /// The model.
    pub model: String,
    /// The rules.
    pub system: String,
    /// The first turn of the user: the question itself, also when the model is shown a mistake.
    pub user: String,
    /// The whole request.
    pub body: Value,
    /// The schema, if the request has one.
    pub schema: Option<Value>,
}

/// Makes the text of an answer.
pub type Answerer = Arc<dyn Fn(&Call) -> String + Send + Sync>;

/// What happened so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Questions that were let in.
    pub calls: u32,
    /// Questions that were turned away, since too many were open.
    pub turned_away: u32,
    /// Calls that are open now.
    pub open: u32,
    /// Most calls that were open at the same time.
    pub most_open: u32,
    /// Connections that stand now.
    pub sockets: u32,
    /// Calls that ended in a fault of the script.
    pub faults: u32,
}

/// A request as it came.
#[derive(Debug, Clone, Serialize)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Names, in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body as text.
    pub body: String,
}

/// A running server; it ends when this is dropped.
#[derive(Debug)]
pub struct ModelServer {
    address: SocketAddr,
    state: Arc<State>,
    accepts: JoinHandle<()>,
}

/// What all connections share.
pub(crate) struct State {
    script: Script,
    answer: Answerer,
    counts: watch::Sender<Counts>,
    requests: Mutex<Vec<Request>>,
    /// How often each question came, so that the second attempt of a question has a fate of its own.
    seen: Mutex<std::collections::HashMap<u64, u32>>,
    /// Models that it got.
    pulled: Mutex<Vec<String>>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State")
            .field("script", &self.script)
            .finish_non_exhaustive()
    }
}

impl ModelServer {
    /// Starts a server on a free port of this machine, which makes up answers that fit the schemas it is asked for.
    pub async fn start(script: Script) -> io::Result<Self> {
        Self::with(script, answer).await
    }

    /// Starts a server that gives the answers of `answer`.
    pub async fn with(script: Script, answer: impl Fn(&Call) -> String + Send + Sync + 'static) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", script.port)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State {
            script,
            answer: Arc::new(answer),
            counts: watch::Sender::default(),
            requests: Mutex::default(),
            seen: Mutex::default(),
            pulled: Mutex::default(),
        });
        let accepts = tokio::spawn(serve::accept(listener, Arc::clone(&state)));
        Ok(Self {
            address,
            state,
            accepts,
        })
    }

    /// Where it is, without a path: the base URL for Ollama and Azure, and for chat completions too.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What happened so far.
    pub fn counts(&self) -> Counts {
        *self.state.counts.borrow()
    }

    /// Waits until `happened` is true of the counts, however long that takes.
    pub async fn until(&self, happened: impl FnMut(&Counts) -> bool) -> Counts {
        let mut counts = self.state.counts.subscribe();
        // The sender lives as long as this server.
        counts
            .wait_for(happened)
            .await
            .map(|counts| *counts)
            .unwrap_or_default()
    }

    /// Every request so far, in the order in which they came.
    pub fn requests(&self) -> Vec<Request> {
        self.state.requests().clone()
    }
}

impl Drop for ModelServer {
    fn drop(&mut self) {
        self.accepts.abort();
    }
}

impl State {
    fn requests(&self) -> std::sync::MutexGuard<'_, Vec<Request>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The models that it has; none means any.
    fn models(&self) -> Vec<String> {
        let pulled = self.pulled.lock().unwrap_or_else(PoisonError::into_inner);
        [&self.script.models[..], &pulled].concat()
    }

    fn has(&self, model: &str) -> bool {
        let models = self.models();
        (models.is_empty() && self.script.pulls.is_empty()) || models.iter().any(|known| known == model)
    }

    fn pulled(&self, model: String) {
        self.pulled.lock().unwrap_or_else(PoisonError::into_inner).push(model);
    }

    fn count(&self, change: impl FnOnce(&mut Counts)) {
        self.counts.send_modify(change);
    }
}
