//! The end that the system asks for. The first signal stops the runs at a safe point and quits, within [`LIMIT`]; the
//! second ends the process at once.

use std::time::Duration;

use tauri::{AppHandle, Runtime};

use super::close::Input;

/// How long the app may take to end.
const LIMIT: Duration = Duration::from_secs(5);

/// Waits for signals until the process ends.
pub async fn watch<R: Runtime>(app: AppHandle<R>) {
    let mut signals = match Signals::new() {
        Ok(signals) => signals,
        Err(error) => return tracing::warn!(%error, "a signal ends the app without stopping its runs"),
    };
    let code = signals.next().await;
    tracing::info!("a signal: the runs are stopped");
    // A thread, because the runtime and the event loop may be what hangs.
    let ended = app.clone();
    let overdue = std::thread::Builder::new().spawn(move || {
        std::thread::sleep(LIMIT);
        tracing::warn!("the app did not end in time");
        super::ollama::end(&ended);
        std::process::exit(code);
    });
    if let Err(error) = overdue {
        tracing::warn!(%error, "the end has no limit");
    }
    super::step(&app, Input::Signal);
    let code = signals.next().await;
    super::ollama::end(&app);
    std::process::exit(code);
}

#[cfg(unix)]
struct Signals {
    term: tokio::signal::unix::Signal,
    int: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            term: signal(SignalKind::terminate())?,
            int: signal(SignalKind::interrupt())?,
        })
    }

    /// Waits for a signal. Answers the exit code of a process that it ended.
    async fn next(&mut self) -> i32 {
        tokio::select! {
            _ = self.term.recv() => 128 + 15,
            _ = self.int.recv() => 128 + 2,
        }
    }
}

#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    /// Waits for a signal. Answers the exit code of a process that it ended.
    async fn next(&mut self) -> i32 {
        self.0.recv().await;
        1
    }
}
