//! GenGlossary, the desktop app: `genglossary-desktop [FOLDER | LINK]` shows the project of a folder, or a run.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> tauri::Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env().add_directive(tracing::Level::WARN.into()))
        .with_writer(std::io::stderr)
        .init();
    genglossary_engine::use_keychain();
    genglossary_desktop::run(std::env::args_os().nth(1).as_deref())
}
