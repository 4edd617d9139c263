//! Writes and reads whole results of stages. Rows travel as one JSON array per statement: SQLite unpacks it about as
//! fast as it can insert, while a statement per row would cost a message to the database thread each.

mod documents;
mod entries;
mod terms;
#[cfg(test)]
mod tests;
mod versions;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) use documents::*;
pub(crate) use entries::*;
pub(crate) use terms::*;
pub(crate) use versions::Alive;

use crate::error::{Error, Result};

/// Rows of one statement.
const CHUNK: usize = 5_000;

/// The serde name of a unit variant, as it stands in a column.
pub(crate) fn text<T: Serialize>(value: T) -> Result<String> {
    match serde_json::to_value(value)? {
        serde_json::Value::String(text) => Ok(text),
        other => Err(Error::Internal(format!("not a name: {other}"))),
    }
}

/// The value with that serde name.
pub(crate) fn parse<T: DeserializeOwned>(text: &str) -> Result<T> {
    Ok(serde_json::from_value(serde_json::Value::String(text.to_owned()))?)
}
