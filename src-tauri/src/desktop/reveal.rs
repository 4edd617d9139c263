//! Shows a file in the system's file manager.

use std::path::Path;

use tauri::{AppHandle, Runtime};
use tauri_plugin_shell::ShellExt as _;

use crate::ipc::error::{IpcError, IpcResult};

/// Shows a file beside the others of its folder; where the file manager cannot, the folder alone.
///
/// # Errors
/// When nothing can be shown.
pub async fn file<R: Runtime>(app: &AppHandle<R>, location: &Path) -> IpcResult<()> {
    #[cfg(target_os = "linux")]
    {
        let wanted = location.to_owned();
        let shown = tauri::async_runtime::spawn_blocking(move || show_item(&wanted)).await;
        if shown.is_ok_and(|shown| shown.is_ok()) {
            return Ok(());
        }
    }
    let (opener, arguments) = if cfg!(target_os = "macos") {
        ("open", vec!["-R".into(), location.as_os_str().to_owned()])
    } else if cfg!(windows) {
        let mut select = std::ffi::OsString::from("/select,");
        select.push(location);
        ("explorer", vec![select])
    } else {
        let folder = location.parent().unwrap_or(location);
        ("xdg-open", vec![folder.as_os_str().to_owned()])
    };
    let opened = app.shell().command(opener).args(arguments).spawn();
    opened.map(|_| ()).map_err(|error| IpcError::internal(&error))
}

/// The file managers of Linux desktops share one interface for this
/// (<https://www.freedesktop.org/wiki/Specifications/file-manager-interface/>).
#[cfg(target_os = "linux")]
fn show_item(location: &Path) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    const PATIENCE: std::time::Duration = std::time::Duration::from_secs(2);
    let address = tauri::Url::from_file_path(location).map_err(|()| "no absolute path")?;
    let bus = dbus::blocking::Connection::new_session()?;
    let manager = bus.with_proxy(
        "org.freedesktop.FileManager1",
        "/org/freedesktop/FileManager1",
        PATIENCE,
    );
    let items = (vec![address.as_str()], "");
    let () = manager.method_call("org.freedesktop.FileManager1", "ShowItems", items)?;
    Ok(())
}
