//! Whether the layers of a page are composed by the graphics processor, or the page is painted as a whole.

/// On a machine without a graphics processor the main one would compose the layers of a page, which takes more time and
/// some seventy megabytes more memory than to paint the page as a whole.
#[cfg(target_os = "linux")]
pub(crate) fn choose(webview: &tauri::Webview) {
    use webkit2gtk::{HardwareAccelerationPolicy, SettingsExt as _, WebViewExt as _};

    let is_processor = |entry: std::fs::DirEntry| entry.file_name().to_string_lossy().starts_with("renderD");
    let processors = std::fs::read_dir("/dev/dri").map(|found| found.flatten().any(is_processor));
    if processors.unwrap_or(false) {
        return;
    }
    let chosen = webview.with_webview(|webview| {
        if let Some(settings) = webview.inner().settings() {
            settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
        }
    });
    if let Err(error) = chosen {
        tracing::debug!(%error, "the page is painted as it comes");
    }
}

/// Elsewhere the webview chooses well by itself.
#[cfg(not(target_os = "linux"))]
pub(crate) fn choose(_: &tauri::Webview) {}
