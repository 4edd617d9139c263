//! The cases a run manager gets wrong, each as a test on real SQLite files. The numbers are those of the project's
//! list of cases: S starting, E ending, W watching, D data.

mod ending;
mod reusing;
mod starting;
mod watching;
