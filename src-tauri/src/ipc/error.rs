//! The one error of all commands.

use std::collections::BTreeMap;

use genglossary_engine::{Error, Message};
use serde::{Deserialize, Serialize};
use specta::Type;

/// What went wrong: a code for the interface to word, its parameters, and what the system said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct IpcError {
    /// Stable name of what happened.
    pub code: String,
    /// Values that the sentence needs.
    pub params: BTreeMap<String, String>,
    /// The system's own words.
    pub detail: Option<String>,
}

impl From<&Error> for IpcError {
    fn from(error: &Error) -> Self {
        let Message { code, params, detail } = error.message();
        Self { code, params, detail }
    }
}

impl From<Error> for IpcError {
    fn from(error: Error) -> Self {
        Self::from(&error)
    }
}

impl IpcError {
    /// An error of the shell itself.
    pub fn internal(error: &dyn std::error::Error) -> Self {
        Self {
            code: "internal".to_owned(),
            params: BTreeMap::new(),
            detail: Some(error.to_string()),
        }
    }
}

/// What a command returns.
pub type IpcResult<T> = Result<T, IpcError>;
