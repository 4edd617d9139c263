//! Asks language models for JSON, over whatever server has them: Ollama, `OpenAI`, Azure, LM Studio, llama.cpp, vLLM.
//! It knows no project, no run and no database: a [`Prompt`] goes in, a value comes out, or an error that says what to do.
//!
//! The way of a question through [`Client::ask`]:
//!
//! 1. `prompt`: prompt and reply have to fit into the context, or nothing is sent.
//! 2. `gate`: it waits for its turn. A server that says that it is too much gets fewer calls at the same time. Clients of
//!    one server share this, and what is learnt in step 3, when [`Servers`] made them.
//! 3. `dialect`: it is put into the words of the server, leaving out what that server was found not to understand.
//! 4. `wire`: it is sent, and the reply read as it streams in, within the [`Limits`] on time and size.
//! 5. `ask`: an attempt that failed for a reason that may pass is made again after a wait (`patience`).
//! 6. [`parse`](mod@parse): the JSON is found in the reply, also in one that is wrapped, sloppy or cut off.
//! 7. `read`, which the caller gives, makes the value of it, with the helpers in [`lenient`].
//! 8. `ask`: a model whose answer cannot be used is shown why, once.
//! 9. Every attempt is told to who observes, and its cost is counted, whether or not there is an answer.
//! 10. A cancelled question drops what it is doing at any of these points, which closes its connection.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//!
//! use genglossary_models::{Client, Limits, Model, Prompt, Provider, Schema, Server, lenient};
//!
//! let server = Server { provider: Provider::Ollama, base_url: "http://localhost:11434".into(), api_version: None, key: None };
//! let client = Client::new(server, Limits::default())?;
//! let model = Model { name: "qwen3:8b".into(), temperature: 0.0, seed: Some(1), context: 8192, keep_alive: Duration::from_mins(10) };
//! let schema = serde_json::json!({
//!     "type": "object",
//!     "properties": { "terms": { "type": "array", "items": { "type": "string" } } },
//!     "required": ["terms"],
//!     "additionalProperties": false,
//! });
//! let prompt = Prompt {
//!     system: "You find terms.".into(),
//!     user: "Which terms are in this text? …".into(),
//!     schema: Schema { name: "terms".into(), value: schema },
//!     reply_tokens: 500,
//!     whole: false,
//! };
//! let stop = tokio_util::sync::CancellationToken::new();
//! let answer = client.ask(&model, &prompt, &stop, |json| {
//!     let terms = lenient::list(json, "terms").ok_or("the list \"terms\" is missing")?;
//!     Ok(terms.iter().filter_map(lenient::text).collect::<Vec<_>>())
//! });
//! println!("{:?}", answer.await?.value);
//! # Ok(())
//! # }
//! ```

mod ask;
mod catalog;
mod check;
mod client;
mod dialect;
mod error;
mod exchange;
mod gate;
mod known;
pub mod lenient;
mod limits;
pub mod parse;
mod patience;
mod prompt;
mod server;
mod usage;
mod wire;

pub use catalog::{ModelInfo, Pull};
pub use check::{Check, Passed};
pub use client::Client;
pub use dialect::habits::JsonMode;
pub use error::{Fault, ModelError, Wait};
pub use exchange::Exchange;
pub use known::Servers;
pub use limits::Limits;
pub use parse::{Parsed, parse};
pub use prompt::{Message, Model, Prompt, Role, Schema, estimate_tokens};
pub use server::{AZURE_API_VERSION, BadKey, Key, Provider, Server};
pub use usage::{Answer, Usage};
