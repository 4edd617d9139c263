//! The icon in the tray: how the runs are, and the way back to a window that was hidden. It is there while runs are
//! active or the window is hidden.

use tauri::menu::{Menu, MenuItem, PredefinedMenuItem};
use tauri::tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Runtime};

use super::board::Look;
use super::words::{Language, Word};

/// The icon and the texts of its menu.
pub struct Tray<R: Runtime> {
    icon: TrayIcon<R>,
    state: MenuItem<R>,
    words: [(MenuItem<R>, Word); 3],
}

impl<R: Runtime> Tray<R> {
    /// Creates the icon, out of sight. Nothing where the system has no tray.
    pub fn new(app: &AppHandle<R>) -> Option<Self> {
        if !platform::has_library() {
            tracing::info!("no library for tray icons: there is no tray icon");
            return None;
        }
        // The library is loaded by a crate that panics when the loader refuses it.
        let built = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| Self::build(app)));
        match built {
            Ok(Ok(tray)) => Some(tray),
            Ok(Err(error)) => {
                tracing::info!(%error, "there is no tray icon");
                None
            }
            Err(_) => {
                tracing::info!("the library for tray icons cannot be loaded: there is no tray icon");
                None
            }
        }
    }

    fn build(app: &AppHandle<R>) -> tauri::Result<Self> {
        let language = Language::default();
        let item = |id: &str, enabled| MenuItem::with_id(app, id, "", enabled, None::<&str>);
        let state = item("state", false)?;
        let words = [
            (item("show", true)?, Word::Show),
            (item("stop", true)?, Word::StopAll),
            (item("quit", true)?, Word::Quit),
        ];
        let [(show, _), (stop, _), (quit, _)] = &words;
        let line = || PredefinedMenuItem::separator(app);
        let menu = Menu::with_items(app, &[&state, &line()?, show, stop, &line()?, quit])?;
        let mut builder = TrayIconBuilder::with_id("main")
            .menu(&menu)
            .tooltip(language.state(Look::default()))
            .show_menu_on_left_click(cfg!(target_os = "macos"))
            .on_menu_event(|app, event| match event.id().as_ref() {
                "show" => super::show(app),
                "stop" => super::cancel_all(app),
                "quit" => super::quit_requested(app),
                _ => (),
            })
            .on_tray_icon_event(|icon, event| {
                if let TrayIconEvent::Click {
                    button: MouseButton::Left,
                    button_state: MouseButtonState::Up,
                    ..
                } = event
                    && !cfg!(target_os = "macos")
                {
                    super::show(icon.app_handle());
                }
            });
        if let Some(icon) = app.default_window_icon() {
            builder = builder.icon(icon.clone());
        }
        let icon = builder.build(app)?;
        icon.set_visible(false)?;
        Ok(Self { icon, state, words })
    }

    /// Shows how the runs are.
    pub fn paint(&self, look: Look, hidden: bool, language: Language) {
        if let Err(error) = self.try_paint(look, hidden, language) {
            tracing::debug!(%error, "the tray icon is not up to date");
        }
    }

    fn try_paint(&self, look: Look, hidden: bool, language: Language) -> tauri::Result<()> {
        let state = language.state(look);
        self.state.set_text(&state)?;
        for (item, word) in &self.words {
            item.set_text(language.say(*word))?;
        }
        self.words[1].0.set_enabled(look.runs > 0)?;
        let end = if hidden { language.say(Word::ClosesAtEnd) } else { "" };
        self.icon.set_tooltip(Some(format!("{state}\n{end}").trim_end()))?;
        self.icon.set_visible(look.runs > 0 || hidden)
    }
}

/// Whether somebody shows tray icons, so that a hidden window can be found again.
pub fn is_shown() -> bool {
    platform::has_host()
}

#[cfg(target_os = "linux")]
mod platform {
    use std::path::Path;
    use std::time::Duration;

    use dbus::blocking::Connection;

    const LIBRARIES: [&str; 2] = ["libayatana-appindicator3.so.1", "libappindicator3.so.1"];

    /// Whether the loader would find a library for tray icons. Asked without loading it.
    pub(super) fn has_library() -> bool {
        let cache = std::fs::read("/etc/ld.so.cache").unwrap_or_default();
        let paths = std::env::var_os("LD_LIBRARY_PATH").unwrap_or_default();
        LIBRARIES.iter().any(|library| {
            cached(&cache, library).any(|path| Path::new(path).exists())
                || std::env::split_paths(&paths).any(|folder| folder.join(library).exists())
        })
    }

    /// The paths that the loader's cache holds for a library: texts between zeros.
    pub(super) fn cached<'a>(cache: &'a [u8], library: &str) -> impl Iterator<Item = &'a str> {
        let end = format!("/{library}");
        cache
            .split(|byte| *byte == 0)
            .filter_map(|text| std::str::from_utf8(text).ok())
            .filter(move |text| text.starts_with('/') && text.ends_with(&end))
    }

    /// Whether the desktop shows the icons that the library offers.
    pub(super) fn has_host() -> bool {
        let asked = Connection::new_session().and_then(|connection| {
            let bus = connection.with_proxy("org.freedesktop.DBus", "/org/freedesktop/DBus", Duration::from_secs(1));
            let name = ("org.kde.StatusNotifierWatcher",);
            bus.method_call("org.freedesktop.DBus", "NameHasOwner", name)
        });
        asked.is_ok_and(|(owned,): (bool,)| owned)
    }
}

#[cfg(not(target_os = "linux"))]
mod platform {
    pub(super) fn has_library() -> bool {
        true
    }

    pub(super) fn has_host() -> bool {
        true
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::platform::cached;

    #[test]
    fn the_loaders_cache_names_the_libraries_that_are_there() {
        let cache =
            b"ld.so-1.7.0\0\x05\0libappindicator3.so.1\0/usr/lib/libappindicator3.so.1\0\xff\xfe\0/lib/libc.so.6\0";
        let found: Vec<_> = cached(cache, "libappindicator3.so.1").collect();
        assert_eq!(found, ["/usr/lib/libappindicator3.so.1"]);
        assert_eq!(cached(cache, "libayatana-appindicator3.so.1").count(), 0);
        assert_eq!(cached(b"", "libc.so.6").count(), 0, "no cache");
    }
}
