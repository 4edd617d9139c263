//! What each command does.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use genglossary_engine::{
    CancelOutcome, Engine, Error, Event, LogQuery, LogRecord, NoSink, Program, Result, RunStatus, RunView, Scope,
    StopReason, Trigger, data_folder,
};
use serde_json::json;
use tokio::sync::mpsc::{self, UnboundedReceiver};

use crate::arguments::{Arguments, Command, ModelArguments, categories_of};
use crate::models;
use crate::pauses::{self, Question};
use crate::progress::{ChannelSink, Progress};
use crate::words::Words;

/// How often a followed log is looked at.
const FOLLOW_EVERY: Duration = Duration::from_millis(200);
const LOG_PAGE: u32 = 1_000;
/// A run that was asked to stop does so in this time, or does not stop by itself.
const STOP_LIMIT: Duration = Duration::from_mins(1);
/// How long a forced stop may take to be stored.
const FORCE_LIMIT: Duration = Duration::from_secs(10);

pub(crate) async fn execute(arguments: Arguments) -> Result<ExitCode> {
    let json = arguments.json;
    match arguments.command {
        Command::Run {
            folder,
            scope,
            out,
            categories,
            model,
        } => run(&folder, scope.into(), out, &categories, model, json).await,
        Command::Resume { run } => take_up(&run, Again::Resume, json).await,
        Command::Retry { run } => take_up(&run, Again::Retry, json).await,
        Command::Runs { folder, limit } => runs(folder.as_deref(), limit, json).await,
        Command::Log { run, follow } => log(&run, follow, json).await,
        Command::Export { folder, out } => export(&folder, &out, json).await,
        Command::Models { command } => models::execute(command, json).await,
        Command::Continue { run, more, no_limit } => pauses::go_on(&run, more, no_limit, json).await,
        Command::Cancel { run } => cancel(&run, json).await,
    }
}

/// The exit code for an error that kept a command from its work.
pub(crate) fn exit_of_error(error: &Error) -> ExitCode {
    match error {
        Error::RunActive { .. } => ExitCode::from(4),
        Error::ExportFormat(_) => ExitCode::from(2),
        _ => ExitCode::FAILURE,
    }
}

/// Prints one value on standard output. A closed pipe is the reader's choice and no error.
pub(crate) fn print_json(value: &impl serde::Serialize) {
    if let Ok(text) = serde_json::to_string(value) {
        print_line(&text);
    }
}

pub(crate) fn print_line(line: &str) {
    if let Err(error) = writeln!(std::io::stdout(), "{line}") {
        std::process::exit(i32::from(error.kind() != std::io::ErrorKind::BrokenPipe));
    }
}

pub(crate) fn home() -> Result<PathBuf> {
    data_folder().ok_or_else(|| Error::DataFolder {
        path: PathBuf::new(),
        source: std::io::Error::new(std::io::ErrorKind::NotFound, "no home folder"),
    })
}

async fn run(
    folder: &Path,
    scope: Scope,
    out: Option<PathBuf>,
    categories: &[String],
    model: ModelArguments,
    json: bool,
) -> Result<ExitCode> {
    // A format that does not exist is better known before the work than after it.
    if let Some(out) = &out
        && !matches!(extension(out).as_deref(), Some("md" | "markdown" | "tsv" | "json"))
    {
        return Err(Error::ExportFormat(out.clone()));
    }
    let (sender, events) = mpsc::unbounded_channel();
    let engine = Engine::open_for(Program::CommandLine, &home()?, ChannelSink(sender)).await?;
    let project = engine.project_for_folder(folder).await?;
    let mut settings = engine.project_settings(&project.id).await?;
    let before = settings.clone();
    settings.categories = categories_of(categories, settings.categories);
    settings.model = match model.applied_to(settings.model) {
        Ok(model) => model,
        Err(argument) => {
            eprintln!("genglossary: {}", Words::of_environment().needs_engine(argument));
            return Ok(ExitCode::from(2));
        }
    };
    if settings != before {
        engine.set_project_settings(&project.id, settings).await?;
    }
    attend(&engine, json);
    let stops = Stops::listen()?;
    let run = engine.start_run(&project.id, scope, Trigger::User, &request()).await?;
    follow(&engine, events, stops, run, out, json).await
}

/// Where there is a terminal, a run asks before it spends more than its budget.
fn attend(engine: &Engine, json: bool) {
    if pauses::can_ask(json) {
        engine.attend();
    }
}

/// How a run is taken up.
#[derive(Clone, Copy)]
enum Again {
    Resume,
    Retry,
}

async fn take_up(run: &str, again: Again, json: bool) -> Result<ExitCode> {
    let (sender, events) = mpsc::unbounded_channel();
    let engine = Engine::open_for(Program::CommandLine, &home()?, ChannelSink(sender)).await?;
    let run = engine.find_run(run).await?;
    attend(&engine, json);
    let stops = Stops::listen()?;
    let run = match again {
        Again::Resume => engine.resume_run(&run, &request()).await?,
        Again::Retry => engine.retry_missing(&run, &request()).await?,
    };
    follow(&engine, events, stops, run, None, json).await
}

fn request() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// Shows a run of this process until its end.
async fn follow(
    engine: &Engine,
    mut events: UnboundedReceiver<Event>,
    mut stops: Stops,
    run: RunView,
    out: Option<PathBuf>,
    json: bool,
) -> Result<ExitCode> {
    let words = Words::of_environment();
    let mut progress = Progress::new(words, json);
    let mut question = Question::new(words);
    progress.begin(&run);
    let mut stopping = false;
    let run = loop {
        tokio::select! {
            event = events.recv() => match event {
                Some(event) => {
                    if let Event::RunChanged(view) = &event && view.id == run.id {
                        question.show(view, &mut progress);
                    }
                    if let Some(ended) = progress.take(event, &run.id) { break ended }
                }
                None => break engine.run(&run.id).await?,
            },
            () = question.answered(engine, &run.id, &mut progress) => {}
            () = stops.next() => {
                if std::mem::replace(&mut stopping, true) {
                    leave(engine, &run.id, &mut progress).await;
                }
                progress.stopping();
                let engine = engine.clone();
                tokio::spawn(async move { engine.stop_all(STOP_LIMIT, StopReason::Signal).await });
            }
        }
    };
    progress.end(&run);
    engine.wait_until_idle(Duration::from_secs(10)).await;
    let mut report = None;
    if let Some(out) = out.filter(|_| run.status == RunStatus::Completed || run.status == RunStatus::Partial) {
        report = Some(engine.export(&run.project_id, &out).await?);
    }
    let counts = engine.project(&run.project_id).await?.summary.counts;
    if json {
        print_json(&json!({ "run": run, "counts": counts, "export": report }));
    } else {
        if let Some(report) = report {
            print_line(&words.exported(&report));
        }
        if let Some(error) = &run.error {
            eprintln!("genglossary: {}", words.error(error));
            if error.code == "budget_spent" {
                eprintln!("{}", words.resume_with(&run.id));
            }
        }
    }
    engine.close().await;
    Ok(match run.status {
        RunStatus::Completed => ExitCode::SUCCESS,
        RunStatus::Partial => ExitCode::from(3),
        RunStatus::Cancelled => ExitCode::from(130),
        _ => ExitCode::FAILURE,
    })
}

/// Ends the run by force, and then the process: work that does not stop must not keep it.
async fn leave(engine: &Engine, run_id: &str, progress: &mut Progress) -> ! {
    let forced = tokio::time::timeout(FORCE_LIMIT, engine.force_stop_run(run_id)).await;
    if let Ok(Ok(_)) = forced
        && let Ok(run) = engine.run(run_id).await
    {
        progress.end(&run);
    }
    std::process::exit(130);
}

/// Ctrl-C, and the polite signal of a system that shuts down. Listens as long as it lives, so that no signal is lost
/// between two waits.
pub(crate) struct Stops {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(windows)]
    interrupt: tokio::signal::windows::CtrlC,
}

impl Stops {
    #[cfg(unix)]
    pub(crate) fn listen() -> Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let failed = |error: std::io::Error| Error::Internal(error.to_string());
        let interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
        let terminate = signal(SignalKind::terminate()).map_err(failed)?;
        Ok(Self { interrupt, terminate })
    }

    #[cfg(windows)]
    pub(crate) fn listen() -> Result<Self> {
        let interrupt = tokio::signal::windows::ctrl_c().map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Self { interrupt })
    }

    /// Waits for the next one.
    pub(crate) async fn next(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        #[cfg(windows)]
        self.interrupt.recv().await;
    }
}

async fn runs(folder: Option<&Path>, limit: u32, json: bool) -> Result<ExitCode> {
    let engine = Engine::open_for(Program::CommandLine, &home()?, NoSink).await?;
    let project = match folder {
        Some(folder) => Some(
            engine
                .find_project(folder)
                .await?
                .ok_or_else(|| Error::ProjectNotFound(folder.display().to_string()))?,
        ),
        None => None,
    };
    let runs = engine
        .list_runs(project.as_ref().map(|project| &*project.id), 0, limit)
        .await?
        .rows;
    if json {
        print_json(&runs);
    } else {
        let words = Words::of_environment();
        if runs.is_empty() {
            eprintln!("{}", words.no_runs());
        }
        for run in &runs {
            print_line(&line_of(run, words));
        }
    }
    engine.close().await;
    Ok(ExitCode::SUCCESS)
}

fn line_of(run: &RunView, words: Words) -> String {
    let error = run
        .error
        .as_ref()
        .map(|error| format!("\t{}", words.error(error)))
        .unwrap_or_default();
    format!(
        "{}\t{}\t{}\t{}\t{}{error}",
        run.id,
        if run.paused.is_some() {
            "paused".to_owned()
        } else {
            run.status.as_text()
        },
        run.scope.as_text(),
        run.started_at.as_deref().unwrap_or(&run.created_at),
        run.project_name
    )
}

async fn log(run: &str, follow: bool, json: bool) -> Result<ExitCode> {
    let engine = Engine::open_for(Program::CommandLine, &home()?, NoSink).await?;
    let run = engine.find_run(run).await?;
    let mut from = 0;
    let mut stops = None;
    loop {
        let page = engine
            .read_log(
                &run,
                LogQuery {
                    from,
                    limit: LOG_PAGE,
                    levels: None,
                },
            )
            .await?;
        for record in &page.records {
            if json {
                print_json(record);
            } else {
                print_line(&line_of_record(record));
            }
        }
        from += page.records.len() as u32;
        if from >= page.total && (page.ended.is_some() || !follow) {
            break;
        }
        if page.records.is_empty() {
            // Until there is something to wait for, Ctrl-C ends the process as it always does.
            let stops = match &mut stops {
                Some(stops) => stops,
                none => none.insert(Stops::listen()?),
            };
            tokio::select! {
                () = tokio::time::sleep(FOLLOW_EVERY) => {}
                () = stops.next() => break,
            }
        }
    }
    engine.close().await;
    Ok(ExitCode::SUCCESS)
}

fn line_of_record(record: &LogRecord) -> String {
    let LogRecord {
        time,
        level,
        stage,
        item,
        message,
        ..
    } = record;
    // One record stays one line, whatever it quotes.
    let flat = |text: &str| text.replace(['\n', '\r', '\t'], " ");
    format!(
        "{time}  {:<5}  {stage:<7}  {}{}{}",
        level.name(),
        flat(item),
        if item.is_empty() { "" } else { ": " },
        flat(message)
    )
}

async fn export(folder: &Path, out: &Path, json: bool) -> Result<ExitCode> {
    let engine = Engine::open_for(Program::CommandLine, &home()?, NoSink).await?;
    let project = engine
        .find_project(folder)
        .await?
        .ok_or_else(|| Error::ProjectNotFound(folder.display().to_string()))?;
    let report = engine.export(&project.id, out).await?;
    if json {
        print_json(&report);
    } else {
        print_line(&Words::of_environment().exported(&report));
    }
    engine.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn cancel(run: &str, json: bool) -> Result<ExitCode> {
    let engine = Engine::open_for(Program::CommandLine, &home()?, NoSink).await?;
    let run = engine.find_run(run).await?;
    let outcome = engine.cancel_run(&run).await?;
    let mut ended = engine.run(&run).await?;
    // Whoever owns the run looks for the request several times a second.
    for _ in 0..50 {
        if ended.status.is_final() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        ended = engine.run(&run).await?;
    }
    if json {
        print_json(&json!({ "outcome": outcome, "run": ended }));
    } else {
        print_line(&Words::of_environment().cancelled(outcome, &ended));
    }
    engine.close().await;
    Ok(
        if outcome == CancelOutcome::AlreadyFinished || ended.status.is_final() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        },
    )
}

fn extension(path: &Path) -> Option<String> {
    path.extension()
        .map(|extension| extension.to_string_lossy().to_lowercase())
}
