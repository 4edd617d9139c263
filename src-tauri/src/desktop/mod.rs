//! The app on the desktop, around its window: how it closes, its tray icon, its notifications, the progress on its
//! icon, and a machine that stays awake while it works.
//!
//! The rules are values without a window ([`close`], [`board`], [`notify::is_news`], [`words`]); what is left is thin.
//! Where a desktop lacks something, the app works without it.

pub mod asked;
pub mod awake;
pub mod board;
pub mod close;
pub mod compositing;
pub mod menu;
pub mod notify;
pub mod ollama;
pub mod painter;
pub mod reveal;
pub mod signals;
pub mod taskbar;
pub mod tray;
pub mod words;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError, mpsc};
use std::time::{Duration, Instant};

use genglossary_engine::{AppSettings, CloseChoice, Engine, RunView, StopReason};
use tauri::{AppHandle, Manager as _, RunEvent, Runtime, WebviewWindow, WindowEvent};
use tauri_plugin_deep_link::DeepLinkExt as _;
use tauri_plugin_dialog::{DialogExt as _, MessageDialogButtons, MessageDialogKind, MessageDialogResult};
use tauri_specta::Event as _;

use crate::sink::CloseRequested;
use crate::state::AppState;
use board::{Board, Look};
use close::{Action, Cause, CloseAnswer, CloseRequest, Closing, Input, LINGER, PAGE_LIMIT};
use painter::{Bell, Painter};
use tray::Tray;
use words::{Language, Word};

/// The label of the window.
pub const MAIN: &str = "main";

/// How long the app waits at its exit for runs that nobody stopped before.
const EXIT_LIMIT: Duration = Duration::from_secs(4);

/// How long the app waits at its exit for the database to close.
const FLUSH_LIMIT: Duration = Duration::from_secs(1);

/// What the researcher wants of the desktop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wishes {
    /// The language of the shell.
    pub language: Language,
    /// What closing the window means while runs are active.
    pub close: CloseChoice,
    /// Notifications at the end of runs.
    pub notify: bool,
    /// No sleep of the machine during runs.
    pub keep_awake: bool,
    /// Size of everything in a window, in percent.
    pub text_size: u32,
}

impl From<&AppSettings> for Wishes {
    fn from(settings: &AppSettings) -> Self {
        Self {
            language: Language::of(settings.language),
            close: settings.background,
            notify: settings.notify,
            keep_awake: settings.keep_awake,
            text_size: settings.text_size,
        }
    }
}

/// What the shell knows besides the engine. Managed by Tauri.
pub struct Desktop {
    closing: Mutex<Closing>,
    board: Mutex<Board>,
    wishes: Mutex<Wishes>,
    /// The window has the keyboard.
    focused: AtomicBool,
    /// The app is in the background, but its window is only minimised.
    minimised: AtomicBool,
    bell: OnceLock<mpsc::Sender<Bell>>,
    has_tray: AtomicBool,
    /// The runs were asked to stop and had their time.
    stopped: AtomicBool,
    ollama: ollama::Ollama,
}

impl Default for Desktop {
    fn default() -> Self {
        Self {
            closing: Mutex::default(),
            board: Mutex::default(),
            wishes: Mutex::new(Wishes::from(&AppSettings::default())),
            focused: AtomicBool::default(),
            minimised: AtomicBool::default(),
            bell: OnceLock::default(),
            has_tray: AtomicBool::default(),
            stopped: AtomicBool::default(),
            ollama: ollama::Ollama::default(),
        }
    }
}

impl Desktop {
    /// Takes in the settings as they are stored.
    fn remember(&self, settings: &AppSettings) {
        *lock(&self.wishes) = Wishes::from(settings);
        self.ring(Bell::Look);
    }

    /// What the researcher wants, as far as it was read.
    pub fn wishes(&self) -> Wishes {
        *lock(&self.wishes)
    }

    /// How the runs are.
    pub fn look(&self) -> Look {
        lock(&self.board).look()
    }

    /// Whether the app runs without its window.
    pub fn in_background(&self) -> bool {
        lock(&self.closing).in_background()
    }

    fn is_active(&self) -> bool {
        lock(&self.board).is_active()
    }

    fn ring(&self, bell: Bell) {
        if let Some(painter) = self.bell.get() {
            // A painter that is gone leaves the desktop as it is.
            let _gone = painter.send(bell);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Begins to show things on the desktop, and to hear signals. On the main thread, once the event loop runs.
pub fn start<R: Runtime>(app: &AppHandle<R>) {
    let desktop = app.state::<Desktop>();
    let (bell, bells) = mpsc::channel();
    let tray = Tray::new(app);
    desktop.has_tray.store(tray.is_some(), Ordering::Relaxed);
    let painter = Painter::new(app.clone(), tray);
    let spawned = std::thread::Builder::new()
        .name("desktop".to_owned())
        .spawn(move || painter.work(&bells));
    match spawned {
        Ok(_) => _ = desktop.bell.set(bell),
        Err(error) => tracing::warn!(%error, "the desktop shows nothing of the runs"),
    }
    tauri::async_runtime::spawn(signals::watch(app.clone()));
    // macOS hands a link to the app that runs; elsewhere it is the argument of a second start.
    if cfg!(target_os = "macos") {
        let handle = app.clone();
        app.deep_link().on_open_url(move |event| {
            for url in event.urls() {
                asked::open(&handle, Some(asked::Asked::parse(url.as_str().as_ref(), "".as_ref())));
            }
        });
    }
}

/// Takes in what the event loop tells.
pub fn on_event<R: Runtime>(app: &AppHandle<R>, event: &RunEvent) {
    match event {
        RunEvent::WindowEvent { label, event, .. } if label == MAIN => match event {
            WindowEvent::CloseRequested { api, .. } => {
                let desktop = app.state::<Desktop>();
                let close = Input::Close {
                    active: desktop.is_active(),
                    choice: desktop.wishes().close,
                };
                let action = lock(&desktop.closing).step(close);
                // Closing the last window is how the app quits.
                if action == Some(Action::Quit) {
                    close_others(app);
                } else {
                    api.prevent_close();
                    perform(app, action);
                }
            }
            WindowEvent::Focused(focused) => on_focus(app, *focused),
            _ => (),
        },
        #[cfg(target_os = "macos")]
        RunEvent::Reopen { .. } => show(app),
        RunEvent::Exit => shut_down(app),
        _ => (),
    }
}

/// A run has another status, stage or progress.
pub fn observe<R: Runtime>(app: &AppHandle<R>, run: &RunView) {
    let Some(desktop) = app.try_state::<Desktop>() else {
        return;
    };
    let news = lock(&desktop.board).observe(run, Instant::now());
    desktop.ring(Bell::Look);
    let Some(news) = news else { return };
    let last = news.last;
    desktop.ring(Bell::News {
        news: Box::new(news),
        watched: desktop.focused.load(Ordering::Relaxed) && !desktop.in_background(),
    });
    if last {
        step(app, Input::Idle);
    }
}

/// The page's answer to [`CloseRequested`].
pub fn answer<R: Runtime>(app: &AppHandle<R>, answer: CloseAnswer) {
    let active = app.state::<Desktop>().is_active();
    step(app, Input::Answer { answer, active });
}

/// The tray's Quit.
pub fn quit_requested<R: Runtime>(app: &AppHandle<R>) {
    let desktop = app.state::<Desktop>();
    let (active, choice) = (desktop.is_active(), desktop.wishes().close);
    step(app, Input::Quit { active, choice });
}

/// Takes in the settings as they are stored, and draws every window in the size that they want.
pub fn remember<R: Runtime>(app: &AppHandle<R>, settings: &AppSettings) {
    app.state::<Desktop>().remember(settings);
    for window in app.webview_windows().values() {
        zoom(app, window);
    }
}

/// Draws a window in the size that the settings want.
pub fn zoom<R: Runtime>(app: &AppHandle<R>, window: &WebviewWindow<R>) {
    let size = app.state::<Desktop>().wishes().text_size;
    if let Err(error) = window.set_zoom(f64::from(size) / 100.0) {
        tracing::warn!(%error, "the size of the text stays");
    }
}

/// Asks all runs to stop; the app goes on.
pub fn cancel_all<R: Runtime>(app: &AppHandle<R>) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let runs = lock(&app.state::<Desktop>().board).runs();
        let Some(engine) = app.state::<AppState>().opened_engine().cloned() else {
            return;
        };
        for run in runs {
            if let Err(error) = engine.cancel_run(&run.id).await {
                tracing::warn!(run = run.id, %error, "the run could not be asked to stop");
            }
        }
    });
}

/// Brings the window to the front, wherever it was.
pub fn show<R: Runtime>(app: &AppHandle<R>) {
    if let Some(window) = app.get_webview_window(MAIN) {
        let shown = window.show().and_then(|()| window.unminimize());
        if let Err(error) = shown.and_then(|()| window.set_focus()) {
            tracing::warn!(%error, "the window does not come to the front");
        }
    }
    step(app, Input::Seen);
    app.state::<Desktop>().ring(Bell::Look);
}

/// Takes in what happened on the way out, and does what follows.
pub fn step<R: Runtime>(app: &AppHandle<R>, input: Input) {
    let action = lock(&app.state::<Desktop>().closing).step(input);
    perform(app, action);
}

fn perform<R: Runtime>(app: &AppHandle<R>, action: Option<Action>) {
    match action {
        Some(Action::AskPage(turn)) => ask_page(app, turn),
        Some(Action::AskSystem) => ask_system(app),
        Some(Action::Hide) => hide(app),
        Some(Action::Linger(turn)) => later(app, LINGER, move |desktop| Input::Lingered {
            turn,
            active: desktop.is_active(),
        }),
        Some(Action::Stop(cause)) => stop(app, cause),
        Some(Action::Quit) => quit(app),
        None => (),
    }
}

fn later<R: Runtime>(app: &AppHandle<R>, delay: Duration, input: impl FnOnce(&Desktop) -> Input + Send + 'static) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(delay).await;
        let input = input(&app.state::<Desktop>());
        step(&app, input);
    });
}

fn ask_page<R: Runtime>(app: &AppHandle<R>, turn: u32) {
    show(app);
    let runs = lock(&app.state::<Desktop>().board).runs();
    if let Err(error) = CloseRequested(CloseRequest { runs }).emit(app) {
        tracing::warn!(%error, "an event did not reach the window");
    }
    later(app, PAGE_LIMIT, move |_| Input::Unanswered(turn));
}

fn ask_system<R: Runtime>(app: &AppHandle<R>) {
    tracing::warn!("the page does not answer");
    let language = app.state::<Desktop>().wishes().language;
    let [background, stop, stay] =
        [Word::AskBackground, Word::AskStop, Word::AskStay].map(|word| language.say(word).to_owned());
    let labels = [background.clone(), stop.clone()];
    let mut dialog = app
        .dialog()
        .message(language.say(Word::AskText))
        .title(language.say(Word::AskTitle))
        .kind(MessageDialogKind::Warning)
        .buttons(MessageDialogButtons::YesNoCancelCustom(background, stop, stay));
    if let Some(window) = app.get_webview_window(MAIN) {
        dialog = dialog.parent(&window);
    }
    let app = app.clone();
    dialog.show_with_result(move |result| {
        answer(
            &app,
            match result {
                MessageDialogResult::Yes => CloseAnswer::Background,
                MessageDialogResult::No => CloseAnswer::Stop,
                MessageDialogResult::Custom(label) if label == labels[0] => CloseAnswer::Background,
                MessageDialogResult::Custom(label) if label == labels[1] => CloseAnswer::Stop,
                _ => CloseAnswer::Stay,
            },
        );
    });
}

/// Hides the window where a tray icon brings it back, and minimises it elsewhere.
fn hide<R: Runtime>(app: &AppHandle<R>) {
    let app = app.clone();
    tauri::async_runtime::spawn_blocking(move || {
        let desktop = app.state::<Desktop>();
        let to_tray = desktop.has_tray.load(Ordering::Relaxed) && tray::is_shown();
        desktop.minimised.store(!to_tray, Ordering::Relaxed);
        if let Some(window) = app.get_webview_window(MAIN) {
            let hidden = if to_tray { window.hide() } else { window.minimize() };
            if let Err(error) = hidden {
                tracing::warn!(%error, "the window stays");
            }
        }
        desktop.ring(Bell::Look);
    });
}

fn on_focus<R: Runtime>(app: &AppHandle<R>, focused: bool) {
    let desktop = app.state::<Desktop>();
    desktop.focused.store(focused, Ordering::Relaxed);
    if !focused {
        return;
    }
    if lock(&desktop.board).seen() {
        desktop.ring(Bell::Look);
    }
    // A hidden window comes back through `show` alone: a focus event of its last moment on the screen is no look at it.
    let restored = || {
        let window = app.get_webview_window(MAIN);
        window.is_some_and(|window| window.is_minimized().is_ok_and(|minimised| !minimised))
    };
    if desktop.minimised.load(Ordering::Relaxed) && restored() {
        desktop.minimised.store(false, Ordering::Relaxed);
        step(app, Input::Seen);
        desktop.ring(Bell::Look);
    }
}

fn stop<R: Runtime>(app: &AppHandle<R>, cause: Cause) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if let Some(engine) = app.state::<AppState>().opened_engine().cloned() {
            stop_runs(&engine, cause, cause.limit()).await;
        }
        app.state::<Desktop>().stopped.store(true, Ordering::Relaxed);
        quit(&app);
    });
}

async fn stop_runs(engine: &Engine, cause: Cause, limit: Duration) {
    let reason = match cause {
        Cause::Closing => StopReason::Closing,
        Cause::Signal => StopReason::Signal,
    };
    if !engine.stop_all(limit, reason).await {
        tracing::warn!(?cause, "a run did not stop in time");
    }
}

/// Windows that show a log go with the main one.
fn close_others<R: Runtime>(app: &AppHandle<R>) {
    for (label, window) in app.webview_windows() {
        if label != MAIN && window.destroy().is_err() {
            tracing::warn!(label, "the window stays");
        }
    }
}

/// Closes the window, and with it the app.
fn quit<R: Runtime>(app: &AppHandle<R>) {
    close_others(app);
    match app.get_webview_window(MAIN).map(|window| window.destroy()) {
        Some(Ok(())) => (),
        Some(Err(_)) | None => app.exit(0),
    }
}

/// Stops what still runs, so that nothing is left half-way, and closes the database. Neither can hold up the exit.
fn shut_down<R: Runtime>(app: &AppHandle<R>) {
    ollama::end(app);
    let stopped = app.state::<Desktop>().stopped.load(Ordering::Relaxed);
    let Some(engine) = app.state::<AppState>().opened_engine().cloned() else {
        return;
    };
    tauri::async_runtime::block_on(async {
        let limit = if stopped { Duration::ZERO } else { EXIT_LIMIT };
        stop_runs(&engine, Cause::Closing, limit).await;
        if tokio::time::timeout(FLUSH_LIMIT, engine.close()).await.is_err() {
            tracing::warn!("the database was not closed in time");
        }
    });
}
