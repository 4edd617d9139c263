//! Getting models: an Ollama server loads one at a time, whoever looks at it meanwhile.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use genglossary_models::{ModelError, Pull};
use serde::{Deserialize, Serialize};
use specta::Type;
use tokio_util::sync::CancellationToken;

use super::settings::ModelSettings;
use crate::engine::Engine;
use crate::error::{Error, Message, Result};
use crate::events::Event;

/// Progress is told no more often than this.
const TELL_EVERY: Duration = Duration::from_millis(200);

/// How a pull is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum PullState {
    /// The server gets the model.
    Active,
    /// The server has the model.
    Done,
    /// It was stopped. The server keeps what it got, and goes on from there the next time.
    Cancelled,
    /// It failed.
    Failed,
}

/// A model that a server gets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PullView {
    /// The address of the server, as the settings have it.
    pub server: String,
    /// The model.
    pub model: String,
    /// How it is.
    pub state: PullState,
    /// What the server does, in its words; empty before it said anything.
    pub status: String,
    /// Bytes that are there, of the parts known so far.
    #[specta(type = u32)] // a plain number: it is never NaN
    pub completed: f64,
    /// Bytes of the parts known so far; 0 before there are any.
    #[specta(type = u32)]
    pub total: f64,
    /// Why it failed.
    pub error: Option<Message>,
}

/// The pulls that go on, by the address of their server.
#[derive(Debug, Default)]
pub(crate) struct Pulls(Mutex<HashMap<String, Active>>);

#[derive(Debug)]
struct Active {
    view: PullView,
    stop: CancellationToken,
}

impl Pulls {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Active>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks all of them to stop.
    pub(crate) fn stop(&self) {
        self.lock().values().for_each(|active| active.stop.cancel());
    }
}

impl Engine {
    /// Has the server of these settings get their model, and returns at once; [`Event::PullChanged`] tells the rest. The same
    /// question again is answered with the pull that goes on.
    /// Fails with [`Error::PullActive`] while the server gets another model.
    pub async fn start_pull(&self, settings: ModelSettings) -> Result<PullView> {
        let settings = settings.tidied();
        if settings.model.is_empty() {
            return Err(Error::InvalidSettings("model"));
        }
        let client = self.client(&settings).await?;
        let server = settings.base_url.trim_end_matches('/').to_owned();
        let view = PullView {
            server: server.clone(),
            model: settings.model.clone(),
            state: PullState::Active,
            status: String::new(),
            completed: 0.0,
            total: 0.0,
            error: None,
        };
        let stop = CancellationToken::new();
        {
            let mut pulls = self.pulls().lock();
            if let Some(active) = pulls.get(&server) {
                return if active.view.model == settings.model {
                    Ok(active.view.clone())
                } else {
                    let model = active.view.model.clone();
                    Err(Error::PullActive { server, model })
                };
            }
            let active = Active {
                view: view.clone(),
                stop: stop.clone(),
            };
            pulls.insert(server.clone(), active);
        }
        self.events().emit(Event::PullChanged(view.clone()));
        let engine = self.clone();
        tokio::spawn(async move {
            let mut told = Instant::now();
            let pulled = client.pull(&settings.model, &stop, |step| {
                engine.pull_went_on(&server, step, &mut told);
            });
            let outcome = pulled.await;
            engine.pull_ended(&server, outcome);
        });
        Ok(view)
    }

    /// Stops what the server of this address gets, if it gets anything, and closes the connection. What is there is kept.
    pub fn cancel_pull(&self, server: &str) {
        if let Some(active) = self.pulls().lock().get(server) {
            active.stop.cancel();
        }
    }

    /// The pulls that go on.
    pub fn pulls_going_on(&self) -> Vec<PullView> {
        self.pulls().lock().values().map(|active| active.view.clone()).collect()
    }

    fn pull_went_on(&self, server: &str, step: Pull, told: &mut Instant) {
        let mut pulls = self.pulls().lock();
        let Some(Active { view, .. }) = pulls.get_mut(server) else {
            return;
        };
        let news = view.status != step.status || told.elapsed() >= TELL_EVERY;
        view.status = step.status;
        view.completed = step.completed as f64;
        view.total = step.total as f64;
        if news {
            *told = Instant::now();
            let view = view.clone();
            drop(pulls);
            self.events().emit(Event::PullChanged(view));
        }
    }

    fn pull_ended(&self, server: &str, outcome: std::result::Result<(), ModelError>) {
        let Some(Active { mut view, .. }) = self.pulls().lock().remove(server) else {
            return;
        };
        (view.state, view.error) = match outcome {
            Ok(()) => (PullState::Done, None),
            Err(error) if error.is_cancelled() => (PullState::Cancelled, None),
            Err(error) => (PullState::Failed, Some(Error::Model(error).message())),
        };
        self.events().emit(Event::PullChanged(view));
    }
}

#[cfg(test)]
mod tests;
