//! Where the data lives.

use std::path::PathBuf;

/// Environment variable that moves the data folder of app and command line.
pub const HOME_VARIABLE: &str = "GENGLOSSARY_HOME";

/// The data folder: [`HOME_VARIABLE`] when set, else the platform's place for application data.
pub fn data_folder() -> Option<PathBuf> {
    if let Some(home) = std::env::var_os(HOME_VARIABLE).filter(|home| !home.is_empty()) {
        return Some(PathBuf::from(home));
    }
    platform_data_folder().map(|folder| folder.join("GenGlossary"))
}

#[cfg(target_os = "macos")]
fn platform_data_folder() -> Option<PathBuf> {
    std::env::home_dir().map(|home| home.join("Library/Application Support"))
}

#[cfg(windows)]
fn platform_data_folder() -> Option<PathBuf> {
    std::env::var_os("APPDATA").map(PathBuf::from)
}

#[cfg(not(any(target_os = "macos", windows)))]
fn platform_data_folder() -> Option<PathBuf> {
    // XDG Base Directory Specification: a relative value is to be ignored.
    std::env::var_os("XDG_DATA_HOME")
        .map(PathBuf::from)
        .filter(|folder| folder.is_absolute())
        .or_else(|| std::env::home_dir().map(|home| home.join(".local/share")))
}
