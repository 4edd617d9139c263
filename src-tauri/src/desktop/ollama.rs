//! The Ollama of this machine, where it is installed and does not run: the app starts exactly `ollama serve`, keeps the
//! end of its output, and stops it when it is asked to or ends itself. One that somebody else started is left alone.
//!
//! The page cannot name a program or an argument: it asks for the start with a command of its own, and has no permission
//! of the shell plugin (`docs/adr/0010-the-page-starts-no-programs.md`).

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use genglossary_engine::{Engine, ModelSettings};
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::async_runtime::Receiver;
use tauri::{AppHandle, Manager as _, Runtime};
use tauri_plugin_shell::ShellExt as _;
use tauri_plugin_shell::process::{CommandChild, CommandEvent};
use tauri_specta::Event as _;

use super::{Desktop, lock};
use crate::sink::OllamaChanged;

/// Lines of output that are kept.
const LINES: usize = 1_000;
/// Longest line that is kept, in characters.
const LINE: usize = 1_000;
/// New output is told no more often than this.
const TELL_EVERY: Duration = Duration::from_millis(250);
/// How long it may take until it answers.
const START_LIMIT: Duration = Duration::from_secs(30);
/// How often it is asked meanwhile.
const ASK_EVERY: Duration = Duration::from_millis(200);

/// The Ollama of this machine, as the settings of a model see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct OllamaView {
    /// Where the program is, if it is installed and could serve at the address of the settings.
    pub program: Option<String>,
    /// Somebody listens at the address of the settings, or it is none of this machine.
    pub answers: bool,
    /// This app started it, and it runs.
    pub running: bool,
    /// Number of the next line of its output.
    pub lines: u32,
}

/// The end of its output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct OllamaLog {
    /// Lines before these, which are not kept.
    pub dropped: u32,
    /// The lines.
    pub lines: Vec<String>,
}

/// Why it does not run.
#[derive(Debug)]
pub enum StartError {
    /// It is not installed, or the address is not one of this machine.
    NotHere,
    /// It could not be started, ended, or does not answer. With its last words.
    Failed(String),
}

/// What the shell knows of it.
#[derive(Debug, Default)]
pub(super) struct Ollama {
    child: Mutex<Option<CommandChild>>,
    log: Mutex<Log>,
}

#[derive(Debug, Default)]
struct Log {
    lines: VecDeque<String>,
    dropped: u32,
}

impl Log {
    fn push(&mut self, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        let text = text.trim_end();
        if text.is_empty() {
            return;
        }
        self.lines.push_back(text.chars().take(LINE).collect());
        if self.lines.len() > LINES {
            self.lines.pop_front();
            self.dropped += 1;
        }
    }

    fn next(&self) -> u32 {
        self.dropped + self.lines.len() as u32
    }
}

impl Ollama {
    async fn view(&self, settings: &ModelSettings) -> OllamaView {
        let address = settings.local_ollama();
        let answers = match &address {
            Some(address) => tokio::net::TcpStream::connect(address).await.is_ok(),
            None => true,
        };
        let program = address.and_then(|_| program());
        OllamaView {
            program: program.map(|path| path.display().to_string()),
            answers,
            running: lock(&self.child).is_some(),
            lines: lock(&self.log).next(),
        }
    }

    fn last_words(&self) -> String {
        lock(&self.log).lines.back().cloned().unwrap_or_default()
    }

    /// Ends it with everything that it started.
    fn stop(&self) {
        let child = lock(&self.child).take();
        if let Some(Err(error)) = child.map(CommandChild::kill) {
            tracing::warn!(%error, "Ollama goes on");
        }
    }
}

/// Where the program is: on the PATH, or where its installers put it. An app that is started from the desktop often has a
/// PATH without them.
fn program() -> Option<PathBuf> {
    let name = if cfg!(windows) { "ollama.exe" } else { "ollama" };
    let path = std::env::var_os("PATH").unwrap_or_default();
    let usual: &[&str] = if cfg!(target_os = "macos") {
        &[
            "/usr/local/bin",
            "/opt/homebrew/bin",
            "/Applications/Ollama.app/Contents/Resources",
        ]
    } else if cfg!(windows) {
        &[]
    } else {
        &["/usr/local/bin", "/usr/bin", "/snap/bin"]
    };
    let of_user = std::env::var_os("LOCALAPPDATA").map(|folder| PathBuf::from(folder).join("Programs/Ollama"));
    let folders = std::env::split_paths(&path).filter(|folder| folder.is_absolute());
    let folders = folders.chain(usual.iter().map(PathBuf::from)).chain(of_user);
    folders
        .map(|folder| folder.join(name))
        .find(|program| is_program(program))
}

fn is_program(path: &std::path::Path) -> bool {
    let Ok(data) = path.metadata() else { return false };
    #[cfg(unix)]
    let runs = std::os::unix::fs::PermissionsExt::mode(&data.permissions()) & 0o111 != 0;
    #[cfg(not(unix))]
    let runs = true;
    data.is_file() && runs
}

/// How it is, for these settings.
pub async fn view<R: Runtime>(app: &AppHandle<R>, settings: &ModelSettings) -> OllamaView {
    app.state::<Desktop>().ollama.view(settings).await
}

/// The end of its output.
pub fn log<R: Runtime>(app: &AppHandle<R>) -> OllamaLog {
    let desktop = app.state::<Desktop>();
    let log = lock(&desktop.ollama.log);
    OllamaLog {
        dropped: log.dropped,
        lines: log.lines.iter().cloned().collect(),
    }
}

/// Starts it for the address of these settings, and waits until it answers there. One that this app started before is not
/// started again.
///
/// # Errors
/// When it is not installed, cannot be started, ends, or does not answer in time.
pub async fn start<R: Runtime>(
    app: &AppHandle<R>,
    engine: &Engine,
    settings: &ModelSettings,
) -> Result<(), StartError> {
    let address = settings.local_ollama().ok_or(StartError::NotHere)?;
    let program = program().ok_or(StartError::NotHere)?;
    let desktop = app.state::<Desktop>();
    {
        let mut child = lock(&desktop.ollama.child);
        if child.is_none() {
            let command = app.shell().command(program).arg("serve").env("OLLAMA_HOST", address);
            // It starts programs of its own, which end with it.
            let command = command.set_process_group(true).kill_on_drop(true);
            let (events, started) = command.spawn().map_err(|error| StartError::Failed(error.to_string()))?;
            tauri::async_runtime::spawn(listen(app.clone(), events, started.pid()));
            *child = Some(started);
        }
    }
    tell(app);
    let since = Instant::now();
    while engine.list_models(settings.clone()).await.is_err() {
        let running = lock(&desktop.ollama.child).is_some();
        if !running || since.elapsed() > START_LIMIT {
            return Err(StartError::Failed(desktop.ollama.last_words()));
        }
        tokio::time::sleep(ASK_EVERY).await;
    }
    Ok(())
}

/// Ends it, if this app started it, since the app ends.
pub fn end<R: Runtime>(app: &AppHandle<R>) {
    app.state::<Desktop>().ollama.stop();
}

/// Ends it, if this app started it.
pub fn stop<R: Runtime>(app: &AppHandle<R>) {
    end(app);
    tell(app);
}

/// Keeps what it says until it ends.
async fn listen<R: Runtime>(app: AppHandle<R>, mut events: Receiver<CommandEvent>, pid: u32) {
    let mut told = Instant::now();
    let mut waiting = false;
    loop {
        let event = if waiting {
            let rest = TELL_EVERY.saturating_sub(told.elapsed());
            let Ok(event) = tokio::time::timeout(rest, events.recv()).await else {
                tell(&app);
                (told, waiting) = (Instant::now(), false);
                continue;
            };
            event
        } else {
            events.recv().await
        };
        let desktop = app.state::<Desktop>();
        match event {
            Some(CommandEvent::Stdout(line) | CommandEvent::Stderr(line)) => {
                lock(&desktop.ollama.log).push(&line);
                waiting = true;
            }
            Some(CommandEvent::Error(error)) => {
                lock(&desktop.ollama.log).push(error.as_bytes());
                waiting = true;
            }
            Some(CommandEvent::Terminated(end)) => {
                let how = end
                    .code
                    .map_or("stopped".to_owned(), |code| format!("exit code {code}"));
                lock(&desktop.ollama.log).push(format!("[ollama serve: {how}]").as_bytes());
                // Another one may have been started meanwhile.
                let mut child = lock(&desktop.ollama.child);
                if child.as_ref().is_some_and(|child| child.pid() == pid) {
                    *child = None;
                }
                drop(child);
                return tell(&app);
            }
            Some(_) => (),
            None => return tell(&app),
        }
    }
}

fn tell<R: Runtime>(app: &AppHandle<R>) {
    if let Err(error) = OllamaChanged(()).emit(app) {
        tracing::warn!(%error, "an event did not reach the window");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_keeps_the_end_of_what_was_said_and_counts_the_rest() {
        let mut log = Log::default();
        for line in 0..LINES + 5 {
            log.push(format!("line {line}\n").as_bytes());
        }
        log.push(b"\n");
        assert_eq!((log.lines.len(), log.dropped, log.next()), (LINES, 5, LINES as u32 + 5));
        assert_eq!(log.lines.front().map(String::as_str), Some("line 5"));
        log.push("長".repeat(LINE + 1).as_bytes());
        assert_eq!(log.lines.back().map(|line| line.chars().count()), Some(LINE));
    }
}
