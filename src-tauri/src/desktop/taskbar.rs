//! The progress on the icon of the app in the taskbar, the dock or the launcher.

use tauri::{AppHandle, Runtime};

use super::board::Badge;

/// Paints the icon.
#[derive(Default)]
pub struct Taskbar {
    #[cfg(target_os = "linux")]
    bus: launcher::Bus,
}

impl Taskbar {
    /// Has the icon show `badge`.
    #[cfg(target_os = "linux")]
    pub fn paint<R: Runtime>(&mut self, app: &AppHandle<R>, badge: Badge) {
        self.bus.tell(&app.package_info().name, badge);
    }

    /// Has the icon show `badge`.
    #[cfg(not(target_os = "linux"))]
    pub fn paint<R: Runtime>(&mut self, app: &AppHandle<R>, badge: Badge) {
        use tauri::Manager as _;
        use tauri::window::{ProgressBarState, ProgressBarStatus};

        let (status, progress) = match badge {
            Badge::None => (ProgressBarStatus::None, None),
            Badge::Indeterminate => (ProgressBarStatus::Indeterminate, None),
            Badge::Percent(percent) => (ProgressBarStatus::Normal, Some(u64::from(percent))),
            Badge::Error => (ProgressBarStatus::Error, Some(100)),
        };
        let state = ProgressBarState {
            status: Some(status),
            progress,
        };
        if let Some(window) = app.get_webview_window(super::MAIN)
            && let Err(error) = window.set_progress_bar(state)
        {
            tracing::debug!(%error, "the icon shows no progress");
        }
    }
}

/// The launcher protocol that docks and taskbars of Linux desktops listen to. It is one signal on the message bus; the
/// library that Tauri would load for it exists on few machines.
#[cfg(target_os = "linux")]
mod launcher {
    use dbus::Message;
    use dbus::arg::{PropMap, Variant};
    use dbus::blocking::Connection;
    use dbus::channel::Sender as _;

    use super::Badge;

    const PATH: &str = "/com/canonical/unity/launcherentry/1";
    const INTERFACE: &str = "com.canonical.Unity.LauncherEntry";

    /// The session's message bus, once it was needed. Where there is none, nobody is told.
    #[derive(Default)]
    pub(super) enum Bus {
        #[default]
        Unknown,
        Open(Connection),
        Missing,
    }

    impl Bus {
        pub(super) fn tell(&mut self, app: &str, badge: Badge) {
            if matches!(self, Self::Unknown) {
                *self = Connection::new_session().map_or(Self::Missing, Self::Open);
            }
            let Self::Open(connection) = self else { return };
            let signal = Message::new_signal(PATH, INTERFACE, "Update");
            let sent = signal.map(|signal| {
                let signal = signal.append2(format!("application://{app}.desktop"), properties(badge));
                connection.send(signal)
            });
            if !matches!(sent, Ok(Ok(_))) {
                tracing::debug!("the icon shows no progress");
            }
        }
    }

    /// The protocol has no word for work without a count, and `urgent` for what wants to be looked at.
    pub(super) fn properties(badge: Badge) -> PropMap {
        let (progress, visible) = match badge {
            Badge::None => (0.0, false),
            Badge::Indeterminate => (0.0, true),
            Badge::Percent(percent) => (f64::from(percent) / 100.0, true),
            Badge::Error => (1.0, true),
        };
        let mut properties = PropMap::new();
        properties.insert("progress".to_owned(), Variant(Box::new(progress)));
        properties.insert("progress-visible".to_owned(), Variant(Box::new(visible)));
        properties.insert("urgent".to_owned(), Variant(Box::new(badge == Badge::Error)));
        properties
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use dbus::arg::prop_cast;

    use super::*;

    #[test]
    fn the_launcher_shows_progress_while_there_is_work_and_asks_for_a_look_after_a_failure() {
        for (badge, progress, visible, urgent) in [
            (Badge::None, 0.0, false, false),
            (Badge::Indeterminate, 0.0, true, false),
            (Badge::Percent(43), 0.43, true, false),
            (Badge::Error, 1.0, true, true),
        ] {
            let properties = launcher::properties(badge);
            assert_eq!(prop_cast(&properties, "progress"), Some(&progress), "{badge:?}");
            assert_eq!(prop_cast(&properties, "progress-visible"), Some(&visible), "{badge:?}");
            assert_eq!(prop_cast(&properties, "urgent"), Some(&urgent), "{badge:?}");
        }
    }
}
