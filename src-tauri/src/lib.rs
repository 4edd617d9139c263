//! The desktop app: an engine, a window, and the wires between them.

pub mod ipc;
pub mod sink;
pub mod state;

use std::path::PathBuf;
use std::time::Duration;

use genglossary_engine::{StopReason, data_folder};
use tauri::{AppHandle, Manager, RunEvent, Runtime};

use crate::sink::WindowSink;
use crate::state::AppState;

/// How long the app waits at its exit for runs to stop.
const EXIT_LIMIT: Duration = Duration::from_secs(5);

/// Opens the window and runs until it is closed. `folder` is the project to show first.
///
/// # Errors
/// When the webview cannot be started.
pub fn run(folder: Option<PathBuf>) -> tauri::Result<()> {
    let home = data_folder().unwrap_or_default();
    let app = builder(tauri::Builder::default(), home, folder).build(tauri::generate_context!())?;
    app.run(|app, event| {
        if let RunEvent::Exit = event {
            shut_down(app);
        }
    });
    Ok(())
}

/// Everything but the platform: the same wiring under a real webview and under a test. `home` is the data folder.
pub fn builder<R: Runtime>(builder: tauri::Builder<R>, home: PathBuf, folder: Option<PathBuf>) -> tauri::Builder<R> {
    let contract = ipc::contract::<R>();
    builder
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_shell::init())
        .invoke_handler(contract.invoke_handler())
        .setup(move |app| {
            contract.mount_events(app);
            app.manage(AppState::new(home, WindowSink(app.handle().clone()), folder));
            Ok(())
        })
}

/// Stops what still runs, so that nothing is left half-way, and closes the database.
fn shut_down<R: Runtime>(app: &AppHandle<R>) {
    if let Some(engine) = app.state::<AppState>().opened_engine() {
        tauri::async_runtime::block_on(async {
            if !engine.stop_all(EXIT_LIMIT, StopReason::Closing).await {
                tracing::warn!("a run did not stop in time");
            }
            engine.close().await;
        });
    }
}
