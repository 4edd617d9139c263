//! GenGlossary, the desktop app: `genglossary-desktop [FOLDER]` shows the project of a folder.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::path::PathBuf;

fn main() -> tauri::Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env().add_directive(tracing::Level::WARN.into()))
        .with_writer(std::io::stderr)
        .init();
    genglossary_desktop::run(std::env::args_os().nth(1).map(PathBuf::from))
}
