//! Keeps the machine from falling asleep by itself while runs are active. Who closes the lid or chooses to suspend is
//! obeyed; the display may turn dark.

use super::words::{Language, Word};

/// The hold on the machine, as long as it is needed. The system lets go of it too when the process ends.
#[derive(Default)]
pub struct Awake {
    held: Option<system::Hold>,
    /// The system refused for this stretch of work: it is asked again for the next one.
    refused: bool,
}

impl Awake {
    /// Takes hold of the machine, or lets it go. A system that does not allow it is a line in the log.
    pub fn keep(&mut self, wanted: bool, language: Language) {
        if !wanted {
            self.held = None;
            self.refused = false;
        } else if self.held.is_none() && !self.refused {
            match system::hold(language.say(Word::Working)) {
                Ok(hold) => self.held = Some(hold),
                Err(error) => {
                    self.refused = true;
                    tracing::info!(%error, "the machine may fall asleep during the run");
                }
            }
        }
    }
}

/// Two services, because either may be missing or deaf: the desktop portal, which the desktops follow, and the login
/// manager, which suspends machines without a desktop. Both let go when their connection closes.
#[cfg(target_os = "linux")]
mod system {
    use std::time::Duration;

    use dbus::arg::{OwnedFd, PropMap, Variant};
    use dbus::blocking::Connection;

    const LIMIT: Duration = Duration::from_secs(5);
    /// The portal's flag for "do not suspend".
    const SUSPEND: u32 = 4;

    pub(super) struct Hold {
        _portal: Option<Connection>,
        _login: Option<OwnedFd>,
    }

    pub(super) fn hold(why: &str) -> Result<Hold, dbus::Error> {
        match (portal(why), login(why)) {
            (Err(_), Err(error)) => Err(error),
            (portal, login) => Ok(Hold {
                _portal: portal.ok(),
                _login: login.ok(),
            }),
        }
    }

    fn portal(why: &str) -> Result<Connection, dbus::Error> {
        let connection = Connection::new_session()?;
        let mut options = PropMap::new();
        options.insert("reason".to_owned(), Variant(Box::new(why.to_owned())));
        let portal = connection.with_proxy(
            "org.freedesktop.portal.Desktop",
            "/org/freedesktop/portal/desktop",
            LIMIT,
        );
        let asked = portal.method_call("org.freedesktop.portal.Inhibit", "Inhibit", ("", SUSPEND, options));
        let (_request,): (dbus::Path<'static>,) = asked?;
        Ok(connection)
    }

    fn login(why: &str) -> Result<OwnedFd, dbus::Error> {
        let connection = Connection::new_system()?;
        let manager = connection.with_proxy("org.freedesktop.login1", "/org/freedesktop/login1", LIMIT);
        let what = ("idle", "GenGlossary", why, "block");
        let (lock,): (OwnedFd,) = manager.method_call("org.freedesktop.login1.Manager", "Inhibit", what)?;
        Ok(lock)
    }
}

#[cfg(any(windows, target_os = "macos"))]
mod system {
    pub(super) use keepawake::KeepAwake as Hold;

    pub(super) fn hold(why: &str) -> keepawake::Result<Hold> {
        keepawake::Builder::default()
            .idle(true)
            .reason(why)
            .app_name("GenGlossary")
            .create()
    }
}
