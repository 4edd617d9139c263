//! The real program, killed, locked out, starved of disk and raced against itself. Whatever happens to a run, nothing
//! that was finished is lost, nothing that was kept is done again, and the glossary that was there stays as it was.
//!
//! `cargo test` tries a few times; `make torture` tries often:
//!
//! - `TORTURE=200`: kills at so many random points, in all
//! - `RACE=10000`: rounds of the start race
//! - `TORTURE_SEED=…`: the seed that an earlier summary named
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "in a test, a panic is the report")]

mod bench;
mod crash;
mod database;
mod dice;
mod documents;
mod faults;
mod full;
mod partial;
mod race;
mod stopping;

use std::io::Write as _;

/// A number from the environment.
fn asked<T: std::str::FromStr>(variable: &str) -> Option<T> {
    std::env::var(variable).ok()?.parse().ok()
}

/// Says a line that is seen also when the test passes.
fn say(line: &str) {
    // Only what the printing macros write is held back.
    let _ = writeln!(std::io::stderr(), "torture: {line}");
}
