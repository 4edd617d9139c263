//! The desktop app: an engine, a window, and the wires between them.

pub mod desktop;
pub mod ipc;
pub mod sink;
pub mod state;

use std::path::PathBuf;

use genglossary_engine::data_folder;
use tauri::{Manager as _, RunEvent, Runtime};

use crate::desktop::Desktop;
use crate::sink::WindowSink;
use crate::state::AppState;

/// Opens the window and runs until it is closed. `folder` is the project to show first.
///
/// # Errors
/// When the webview cannot be started.
pub fn run(folder: Option<PathBuf>) -> tauri::Result<()> {
    let home = data_folder().unwrap_or_default();
    let app = builder(tauri::Builder::default(), home, folder).build(tauri::generate_context!())?;
    app.run(|app, event| {
        if let RunEvent::Ready = event {
            desktop::start(app);
        }
        desktop::on_event(app, &event);
    });
    Ok(())
}

/// Everything but the platform: the same wiring under a real webview and under a test. `home` is the data folder. Whoever
/// runs the app hands its events to [`desktop::on_event`].
pub fn builder<R: Runtime>(builder: tauri::Builder<R>, home: PathBuf, folder: Option<PathBuf>) -> tauri::Builder<R> {
    let contract = ipc::contract::<R>();
    builder
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_shell::init())
        .invoke_handler(contract.invoke_handler())
        .setup(move |app| {
            contract.mount_events(app);
            app.manage(Desktop::default());
            app.manage(AppState::new(home, WindowSink(app.handle().clone()), folder));
            Ok(())
        })
}
