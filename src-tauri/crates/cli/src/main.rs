//! `genglossary`: the same engine as the app's, from a terminal.
//!
//! Results go to standard output, progress and messages to standard error, so that both can be piped on their own.

mod arguments;
mod commands;
mod models;
mod pauses;
mod progress;
mod words;

use std::process::ExitCode;

use clap::Parser as _;

use crate::arguments::Arguments;
use crate::words::Words;

/// What is still at work at the end gets so long.
const SHUTDOWN: std::time::Duration = std::time::Duration::from_secs(5);

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "error".into()))
        .with_writer(std::io::stderr)
        .init();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("genglossary: {error}");
            return ExitCode::FAILURE;
        }
    };
    genglossary_engine::use_keychain();
    let json = arguments.json;
    let exit = match runtime.block_on(commands::execute(arguments)) {
        Ok(exit) => exit,
        Err(error) => {
            let message = error.message();
            if json {
                commands::print_json(&serde_json::json!({ "error": message }));
            } else {
                eprintln!("genglossary: {}", Words::of_environment().error(&message));
            }
            commands::exit_of_error(&error)
        }
    };
    // Work that nobody waits for any more does not keep the program.
    runtime.shutdown_timeout(SHUTDOWN);
    exit
}
