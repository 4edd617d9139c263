//! The cases a run manager gets wrong, each as a test on real SQLite files. The numbers are those of the project's
//! list of cases: S starting, E ending, C crashing, W watching, D data.

mod breaking;
mod damage;
mod ending;
mod gate;
mod incremental;
mod owners;
mod processes;
mod queue;
mod resuming;
mod reusing;
mod starting;
mod state_machine;
mod stopping;
mod watching;
