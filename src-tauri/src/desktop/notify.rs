//! The notification at the end of a run, or when it waits for an answer. A click on it shows the window and that run.
//!
//! Sent from a thread of its own, which waits for the click: where no service shows notifications, nothing waits for
//! one, and nobody is told of it but the log.

use std::time::Duration;

use genglossary_engine::{RunStatus, RunView};
use notify_rust::{Notification, NotificationResponse};
use tauri::{AppHandle, Runtime};
use tauri_specta::Event as _;

use super::board::News;
use super::words::{Language, Word};
use crate::sink::{OpenRun, RunRef};

/// A run that took longer is worth a word also to who looks at the window.
const LONG: Duration = Duration::from_secs(30);

/// Whether the end of a run, or its question, is news: it was long, or nobody looks at the window. Who stopped a run knows
/// that it ended.
pub fn is_news(run: &RunView, lasted: Duration, watched: bool) -> bool {
    let says = run.paused.is_some() || run.status.is_final() && run.status != RunStatus::Cancelled;
    says && (lasted >= LONG || !watched)
}

/// Tells the researcher that a run ended, or waits for an answer.
pub fn tell<R: Runtime>(app: &AppHandle<R>, news: News, language: Language) {
    let Some(text) = language.news(&news.run) else {
        return;
    };
    let app = app.clone();
    let spawned = std::thread::Builder::new()
        .name("notification".to_owned())
        .spawn(move || {
            let run = RunRef {
                project_id: news.run.project_id,
                run_id: news.run.id,
                seq: None,
            };
            match show(&app, &news.run.project_name, &text, language) {
                Ok(true) => open(&app, run),
                Ok(false) => (),
                Err(error) => tracing::info!(%error, "no notification was shown"),
            }
        });
    if let Err(error) = spawned {
        tracing::warn!(%error, "no notification was shown");
    }
}

/// Shows the window and has the page go to the run.
fn open<R: Runtime>(app: &AppHandle<R>, run: RunRef) {
    super::show(app);
    if let Err(error) = OpenRun(run).emit(app) {
        tracing::warn!(%error, "an event did not reach the window");
    }
}

/// Shows a notification and waits until it is gone. True if it was clicked.
fn show<R: Runtime>(
    app: &AppHandle<R>,
    title: &str,
    text: &str,
    language: Language,
) -> Result<bool, notify_rust::error::Error> {
    let mut notification = Notification::new();
    notification.appname("GenGlossary").summary(title).body(text);
    platform(app, &mut notification, language);
    let mut clicked = false;
    notification
        .show()?
        .wait_for_response(|response: &NotificationResponse| {
            clicked = matches!(
                response,
                NotificationResponse::Default | NotificationResponse::Action(_)
            );
        })?;
    Ok(clicked)
}

/// On this platform a notification can only be clicked when it names an action for that.
#[cfg(not(any(windows, target_os = "macos")))]
fn platform<R: Runtime>(_app: &AppHandle<R>, notification: &mut Notification, language: Language) {
    notification
        .icon("genglossary-desktop")
        .action("default", language.say(Word::Open));
}

/// The system shows a notification under the name of an app that it knows: the installed one.
#[cfg(windows)]
fn platform<R: Runtime>(app: &AppHandle<R>, notification: &mut Notification, _language: Language) {
    use tauri::Manager as _;
    if !tauri::is_dev() {
        notification.app_id(&app.config().identifier);
    }
}

/// The system shows a notification under the name of an app that it knows: the installed one.
#[cfg(target_os = "macos")]
fn platform<R: Runtime>(app: &AppHandle<R>, _notification: &mut Notification, _language: Language) {
    use tauri::Manager as _;
    if !tauri::is_dev()
        && let Err(error) = notify_rust::set_application(&app.config().identifier)
    {
        tracing::debug!(%error, "notifications carry another name");
    }
}

#[cfg(test)]
mod tests {
    use super::super::board::tests::{paused, run};
    use super::*;

    #[test]
    fn the_end_of_a_run_is_news_when_it_was_long_or_nobody_looks() {
        let short = Duration::from_secs(29);
        for status in ["completed", "partial", "failed", "interrupted"] {
            let run = run("a", status, 1, &[]);
            assert!(!is_news(&run, short, true), "{status}: it is on the screen");
            assert!(is_news(&run, short, false), "{status}: nobody looks");
            assert!(is_news(&run, LONG, true), "{status}: it was long");
        }
        assert!(
            !is_news(&run("a", "cancelled", 1, &[]), LONG, false),
            "who stopped it knows"
        );
        assert!(!is_news(&run("a", "running", 1, &[]), LONG, false), "it has not ended");
        let waits = paused("a", 1);
        assert!(is_news(&waits, short, false) && is_news(&waits, LONG, true));
        assert!(!is_news(&waits, short, true), "the page asks already");
    }
}
