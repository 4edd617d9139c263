//! Runs the server with a script, and prints where it is:
//!
//!     genglossary-model-server [SCRIPT]
//!
//! The script is a JSON file or JSON itself; see `Script`. `GET /_counts` and `GET /_requests` tell what happened. It runs
//! until it is ended.

#![allow(clippy::print_stdout, reason = "it prints where the server is")]

use std::error::Error;

use genglossary_model_server::{ModelServer, Script};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let script = match std::env::args().nth(1) {
        None => Script::default(),
        Some(text) if text.trim_start().starts_with('{') => serde_json::from_str(&text)?,
        Some(file) => serde_json::from_str(&std::fs::read_to_string(file)?)?,
    };
    let server = ModelServer::start(script).await?;
    println!("{}", server.url());
    std::future::pending::<()>().await;
    Ok(())
}
