//! The desktop app: an engine, a window, and the wires between them.

pub mod desktop;
pub mod ipc;
pub mod sample;
pub mod sink;
pub mod state;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use genglossary_engine::data_folder;
use tauri::{Manager as _, RunEvent, Runtime};
use tauri_plugin_window_state::StateFlags;

use crate::desktop::{Desktop, asked::Asked};
use crate::sink::WindowSink;
use crate::state::AppState;

/// Opens the window and runs until it is closed. `argument` is what to show first: a folder or a link.
///
/// # Errors
/// When the webview cannot be started.
pub fn run(argument: Option<&OsStr>) -> tauri::Result<()> {
    let home = data_folder().unwrap_or_default();
    let here = std::env::current_dir().unwrap_or_default();
    let asked = argument.map(|argument| Asked::parse(argument, &here));
    let app = builder(on_desktop(tauri::Builder::default(), &home), home, asked).build(tauri::generate_context!())?;
    app.run(|app, event| {
        if let RunEvent::Ready = event {
            desktop::start(app);
        }
        desktop::on_event(app, &event);
    });
    Ok(())
}

/// What needs a real desktop: one app for a data folder, links, and windows that open where they were closed.
fn on_desktop(builder: tauri::Builder<tauri::Wry>, home: &Path) -> tauri::Builder<tauri::Wry> {
    let place = blake3::hash(home.as_os_str().as_encoded_bytes()).to_hex();
    let second_start = |app: &tauri::AppHandle, arguments: Vec<String>, here: String| {
        let asked = arguments
            .get(1)
            .map(|argument| Asked::parse(OsStr::new(argument), Path::new(&here)));
        desktop::asked::open(app, asked);
    };
    let kept = StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED;
    let windows = tauri_plugin_window_state::Builder::new()
        .with_state_flags(kept)
        .with_filename(home.join("windows.json").to_string_lossy())
        // All windows with a log share one place.
        .map_label(|label| label.split('-').next().unwrap_or(label));
    builder
        .plugin(
            tauri_plugin_single_instance::Builder::new()
                .callback(second_start)
                .dbus_id(format!("com.genglossary.h{}", &place[..16]))
                .build(),
        )
        .plugin(tauri_plugin_deep_link::init())
        .plugin(windows.build())
        .plugin(
            tauri::plugin::Builder::<tauri::Wry>::new("compositing")
                .on_webview_ready(|webview| desktop::compositing::choose(&webview))
                .build(),
        )
}

/// Everything but the platform: the same wiring under a real webview and under a test. `home` is the data folder. Whoever
/// runs the app hands its events to [`desktop::on_event`].
pub fn builder<R: Runtime>(builder: tauri::Builder<R>, home: PathBuf, asked: Option<Asked>) -> tauri::Builder<R> {
    let contract = ipc::contract::<R>();
    builder
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_shell::init())
        .invoke_handler(contract.invoke_handler())
        .on_menu_event(|app, event| desktop::menu::chosen(app, &event))
        .setup(move |app| {
            contract.mount_events(app);
            app.manage(Desktop::default());
            app.manage(AppState::new(home, WindowSink(app.handle().clone()), asked));
            Ok(())
        })
}
