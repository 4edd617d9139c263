//! Models that a project asks: its settings, the key of their server, the prompts, and what asking them takes.
//! How a server is spoken to is the business of `genglossary-models`.

pub(crate) mod calls;
mod keys;
pub(crate) mod prompts;
mod pull;
mod server;
mod settings;
mod usage;

pub use calls::{CallFilter, ModelCall, ModelCallRow, ModelCalls, ModelTurn};
pub(crate) use keys::Keys;
pub use keys::{KeyPlace, use_keychain};
pub(crate) use pull::Pulls;
pub use pull::{PullState, PullView};
pub use server::{JsonForm, ModelCheck, ModelRow, ModelServer, ModelStep};
pub use settings::{ModelProvider, ModelSettings, OutputLanguage};
pub use usage::ModelUse;
pub(crate) use usage::{Asked, Ledger, of_run, questions, save};
