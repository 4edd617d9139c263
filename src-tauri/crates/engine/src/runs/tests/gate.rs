//! Holds runs in the middle of their work, as code does that blocks.

use std::collections::HashSet;
use std::sync::{Arc, Condvar, Mutex};

use crate::testing::Bench;
use crate::{Event, RunStatus};

#[derive(Default)]
struct State {
    held: HashSet<String>,
    open: bool,
}

/// Holds each run at the moment in which its work begins, until the gate is opened.
#[derive(Clone, Default)]
pub(super) struct Gate(Arc<(Mutex<State>, Condvar)>);

impl Gate {
    /// Holds the first `most` runs that come to it.
    pub(super) fn new(bench: &Bench, most: usize) -> Self {
        let gate = Self::default();
        let this = gate.clone();
        bench.observer.on_event(move |event| {
            // The first time that a run is told to be running, its worker tells it.
            if let Event::RunChanged(run) = event
                && run.status == RunStatus::Running
            {
                tokio::task::block_in_place(|| this.pass(&run.id, most));
            }
        });
        gate
    }

    fn pass(&self, run: &str, most: usize) {
        let (state, news) = &*self.0;
        let mut state = state.lock().unwrap();
        if state.open || state.held.len() == most || !state.held.insert(run.to_owned()) {
            return;
        }
        news.notify_all();
        drop(news.wait_while(state, |state| !state.open).unwrap());
    }

    /// Waits until so many runs are held.
    pub(super) async fn holds(&self, count: usize) {
        let this = self.clone();
        let wait = move || {
            let (state, news) = &*this.0;
            drop(
                news.wait_while(state.lock().unwrap(), |state| state.held.len() < count)
                    .unwrap(),
            );
        };
        tokio::task::spawn_blocking(wait).await.unwrap();
    }

    pub(super) fn open(&self) {
        self.0.0.lock().unwrap().open = true;
        self.0.1.notify_all();
    }
}

/// Waits until `true`, at most so long that a test that hangs is noticed.
pub(super) async fn until(what: &str, mut is_true: impl AsyncFnMut() -> bool) {
    for _ in 0..3_000 {
        if is_true().await {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("never came true: {what}");
}
