//! Shows on the desktop what the runs do: icon, tray, notifications, and no sleep. One thread, because services of the
//! desktop may be slow, and neither the engine nor the window waits for them.

use std::sync::mpsc::Receiver;
use std::time::Duration;

use tauri::{AppHandle, Manager as _, Runtime};

use super::Desktop;
use super::awake::Awake;
use super::board::{Look, News};
use super::menu;
use super::notify;
use super::taskbar::Taskbar;
use super::tray::Tray;
use super::words::Language;

/// The desktop is painted five times a second at most.
const TICK: Duration = Duration::from_millis(200);

/// What the painter is told.
pub enum Bell {
    /// Something that is shown may be different.
    Look,
    /// A run ended, or began to wait, while somebody looked, or not.
    News {
        /// The run.
        news: Box<News>,
        /// Whether somebody looked.
        watched: bool,
    },
}

/// Everything that is on the desktop.
pub struct Painter<R: Runtime> {
    app: AppHandle<R>,
    tray: Option<Tray<R>>,
    taskbar: Taskbar,
    awake: Awake,
    shown: Option<(Look, bool, Language)>,
}

impl<R: Runtime> Painter<R> {
    /// A painter that has painted nothing.
    pub fn new(app: AppHandle<R>, tray: Option<Tray<R>>) -> Self {
        Self {
            app,
            tray,
            taskbar: Taskbar::default(),
            awake: Awake::default(),
            shown: None,
        }
    }

    /// Paints until nobody rings any more.
    pub fn work(mut self, bells: &Receiver<Bell>) {
        while let Ok(bell) = bells.recv() {
            self.hear(bell);
            std::thread::sleep(TICK);
            for bell in bells.try_iter() {
                self.hear(bell);
            }
            self.paint();
        }
    }

    fn hear(&self, bell: Bell) {
        let Bell::News { news, watched } = bell else { return };
        let wishes = self.app.state::<Desktop>().wishes();
        if wishes.notify && notify::is_news(&news.run, news.lasted, watched) {
            notify::tell(&self.app, *news, wishes.language);
        }
    }

    fn paint(&mut self) {
        let desktop = self.app.state::<Desktop>();
        let (look, hidden, wishes) = (desktop.look(), desktop.in_background(), desktop.wishes());
        // What waits for a word may wait while the machine sleeps.
        self.awake
            .keep(wishes.keep_awake && look.runs > look.paused, wishes.language);
        let shown = (look, hidden, wishes.language);
        let before = self.shown.replace(shown);
        if before == Some(shown) {
            return;
        }
        if before.is_none_or(|(before, ..)| before.badge != look.badge) {
            self.taskbar.paint(&self.app, look.badge);
        }
        if before.is_none_or(|(.., before)| before != wishes.language) {
            menu::paint(&self.app, wishes.language);
        }
        if let Some(tray) = &self.tray {
            tray.paint(look, hidden, wishes.language);
        }
    }
}
