//! Work that keeps a thread busy, away from the tasks that answer the interface.

use std::any::Any;

use tokio::task::JoinError;

use crate::error::{Error, Result};

/// Does the work on a thread of its own and waits for it.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(panicked)
}

/// The message of a task that panicked.
pub(crate) fn panicked(error: JoinError) -> Error {
    Error::Internal(match error.try_into_panic() {
        Ok(panic) => said(panic.as_ref()),
        Err(error) => error.to_string(),
    })
}

/// What a panic said.
pub(crate) fn said(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "panic without a message".to_owned())
}
