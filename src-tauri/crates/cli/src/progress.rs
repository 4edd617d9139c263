//! The progress of a run: a bar on a terminal, plain lines otherwise.

use std::collections::HashMap;
use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use genglossary_engine::{Event, EventSink, RunView, Stage, StageStatus, StageView, Waiting};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::sync::mpsc::UnboundedSender;

use crate::words::Words;

/// Hands the engine's events to the command that waits for them.
pub(crate) struct ChannelSink(pub(crate) UnboundedSender<Event>);

impl EventSink for ChannelSink {
    fn emit(&self, event: Event) {
        // The log is not shown while a run goes on, so its records need not be kept.
        if let Event::RunChanged(_) | Event::LogEnded(_) | Event::PullChanged(_) = event {
            let _ = self.0.send(event);
        }
    }
}

pub(crate) struct Progress {
    words: Words,
    silent: bool,
    bar: Option<ProgressBar>,
    shown: HashMap<Stage, StageStatus>,
    last: Option<RunView>,
    waiting: Option<Waiting>,
}

impl Progress {
    pub(crate) fn new(words: Words, json: bool) -> Self {
        let bar = (!json && std::io::stderr().is_terminal()).then(|| {
            let style =
                ProgressStyle::with_template("{prefix:<12} {wide_bar} {pos}/{len} {elapsed_precise}  {msg:30!}");
            let bar = ProgressBar::new(0);
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        Self {
            words,
            silent: json,
            bar,
            shown: HashMap::new(),
            last: None,
            waiting: None,
        }
    }

    pub(crate) fn begin(&mut self, run: &RunView) {
        self.say(&self.words.started(run));
        self.show(run);
    }

    /// Shows what an event tells. Returns the run once its log is complete: the last thing that is told of it.
    pub(crate) fn take(&mut self, event: Event, run_id: &str) -> Option<RunView> {
        match event {
            Event::RunChanged(run) if run.id == run_id => {
                self.show(&run);
                None
            }
            Event::LogEnded(end) if end.run_id == run_id => self.last.take(),
            _ => None,
        }
    }

    /// Asks on the terminal; the bar stays away until there is an answer.
    pub(crate) fn ask(&self, question: &str) {
        if let Some(bar) = &self.bar {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        let _ = write!(std::io::stderr(), "{question} ");
    }

    /// Says what became of the question.
    pub(crate) fn asked(&self, what: &str) {
        write_line(what);
        if let Some(bar) = &self.bar {
            bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    pub(crate) fn stopping(&self) {
        self.say(self.words.stopping());
    }

    pub(crate) fn end(&mut self, run: &RunView) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        self.say(&self.words.ended(run));
        if run.resumes.is_some() {
            let reused = run.stages.iter().map(|stage| stage.reused).sum();
            self.say(&self.words.reused(reused));
        }
        if run.missing > 0 {
            self.say(&self.words.missing(run));
        }
    }

    fn show(&mut self, run: &RunView) {
        // A run with a free place waits for nothing but its first look at the queue.
        let waiting = run
            .waiting
            .filter(|waiting| waiting.ahead > 0 || waiting.running >= waiting.limit);
        if let Some(waiting) = waiting.filter(|waiting| self.waiting != Some(*waiting)) {
            self.say(&self.words.waiting(waiting));
        }
        self.waiting = waiting;
        for stage in &run.stages {
            let before = self.shown.insert(stage.stage, stage.status);
            if before != Some(stage.status) && stage.status != StageStatus::Waiting {
                self.say_stage(stage);
            }
            if stage.status == StageStatus::Running
                && let Some(bar) = &self.bar
            {
                bar.set_prefix(self.words.stage(stage.stage).to_owned());
                bar.set_length(u64::from(stage.total));
                bar.set_position(u64::from(stage.done));
                bar.set_message(stage.item.clone().unwrap_or_default());
            }
        }
        self.last = Some(run.clone());
    }

    fn say_stage(&self, stage: &StageView) {
        if stage.status == StageStatus::Running {
            if self.bar.is_none() {
                self.say(&self.words.stage_started(stage.stage));
            }
        } else {
            self.say(&self.words.stage_ended(stage));
        }
    }

    fn say(&self, line: &str) {
        match &self.bar {
            _ if self.silent => {}
            Some(bar) => bar.suspend(|| write_line(line)),
            None => write_line(line),
        }
    }
}

/// Nobody reading the progress is no reason to end the run.
fn write_line(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
