//! The cases a run manager gets wrong, each as a test on real SQLite files. The numbers are those of the project's
//! list of cases: S starting, E ending, C crashing, W watching, D data.

mod damage;
mod ending;
mod gate;
mod incremental;
mod models;
mod owners;
mod processes;
mod queue;
mod resuming;
mod reusing;
mod starting;
mod state_machine;
mod stopping;
mod units;
mod watching;

use super::Stage;

/// What a test does to the next worker, before its work begins, or once it has begun a stage.
#[derive(Default)]
pub(crate) struct Fault(std::sync::Mutex<Option<(Option<Stage>, Strike)>>);

type Strike = Box<dyn FnOnce() + Send>;

impl Fault {
    fn set(&self, fault: impl FnOnce() + Send + 'static) {
        *self.0.lock().unwrap() = Some((None, Box::new(fault)));
    }

    fn set_in(&self, stage: Stage, fault: impl FnOnce() + Send + 'static) {
        *self.0.lock().unwrap() = Some((Some(stage), Box::new(fault)));
    }

    pub(super) fn strike(&self, stage: Option<Stage>) {
        let fault = self.0.lock().unwrap().take_if(|(at, _)| *at == stage);
        if let Some((_, fault)) = fault {
            fault();
        }
    }
}

impl std::fmt::Debug for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fault")
    }
}
