//! A run that has spent its budget: the question on a terminal, and the answer from anywhere else.

use std::io::IsTerminal as _;
use std::process::ExitCode;

use genglossary_engine::{
    ContinueOutcome, Engine, LARGEST_BUDGET, NoSink, Pause, Program, Result, RunView, StageStatus, StageView,
};
use serde_json::json;
use tokio::sync::mpsc::{self, UnboundedReceiver};

use crate::commands::{home, print_json, print_line};
use crate::progress::Progress;
use crate::words::Words::{self, English, Japanese};

/// Whether somebody can be asked: who pipes or wants JSON cannot.
pub(crate) fn can_ask(json: bool) -> bool {
    !json && std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// What somebody typed.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Answer {
    Yes,
    No,
    Amount(f64),
}

impl Answer {
    /// Nothing for what is neither.
    fn of(line: &str) -> Option<Self> {
        match line.trim().to_lowercase().as_str() {
            "y" | "yes" | "はい" => Some(Self::Yes),
            "" | "n" | "no" | "いいえ" => Some(Self::No),
            amount => {
                let amount = amount.parse().ok();
                amount
                    .filter(|amount| *amount > 0.0 && *amount <= LARGEST_BUDGET)
                    .map(Self::Amount)
            }
        }
    }
}

/// The question that stands, if one does.
pub(crate) struct Question {
    words: Words,
    asked: Option<Pause>,
    lines: Option<UnboundedReceiver<String>>,
}

impl Question {
    pub(crate) fn new(words: Words) -> Self {
        Self {
            words,
            asked: None,
            lines: None,
        }
    }

    /// Asks once for each pause, and says when it is over, whoever ended it.
    pub(crate) fn show(&mut self, run: &RunView, progress: &mut Progress) {
        // Whoever said no is not asked again while the run stops.
        let paused = run.paused.as_ref().filter(|_| !run.cancelling);
        if paused == self.asked.as_ref() {
            return;
        }
        self.asked = paused.cloned();
        if let Some(pause) = paused {
            let lines = self.lines.get_or_insert_with(typed);
            // What was typed before the question is no answer to it.
            while lines.try_recv().is_ok() {}
            progress.ask(&self.words.asks(run, pause));
        } else if !run.status.is_final() && !run.cancelling {
            progress.asked(self.words.goes_on());
        } else {
            progress.asked("");
        }
    }

    /// Waits for an answer to the question that stands; for ever while none does. Gives it to the run.
    /// An answer that cannot be given is no reason to leave the run: the question stands.
    pub(crate) async fn answered(&mut self, engine: &Engine, run_id: &str, progress: &mut Progress) {
        if let Err(error) = self.give(engine, run_id, progress).await {
            progress.ask(&format!(
                "{} {}",
                self.words.error(&error.message()),
                self.words.ask_again()
            ));
        }
    }

    async fn give(&mut self, engine: &Engine, run_id: &str, progress: &mut Progress) -> Result<()> {
        let (Some(pause), Some(lines)) = (&self.asked, &mut self.lines) else {
            return std::future::pending().await;
        };
        // The end of the input is no consent.
        let line = lines.recv().await.unwrap_or_default();
        let more = match Answer::of(&line) {
            Some(Answer::Yes) => pause.again,
            Some(Answer::Amount(amount)) => amount,
            Some(Answer::No) => {
                engine.cancel_run(run_id).await?;
                self.lines = None;
                self.asked = None;
                progress.asked(&self.words.resume_with(run_id));
                return Ok(());
            }
            None => {
                progress.ask(self.words.ask_again());
                return Ok(());
            }
        };
        engine.continue_run(run_id, &pause.since, Some(more)).await?;
        Ok(())
    }
}

/// What is said of a pause.
impl Words {
    /// The question of a run that has spent its budget.
    pub(crate) fn asks(self, run: &RunView, pause: &Pause) -> String {
        let at_work = run.stages.iter().find(|stage| stage.status == StageStatus::Running);
        let at = at_work.map_or_else(String::new, |stage| {
            let StageView { done, total, .. } = stage;
            format!("{} {done} / {total}", self.stage(stage.stage))
        });
        let Pause { budget, again, .. } = pause;
        match self {
            English => format!("The budget of {budget} is spent. {at}\nSpend another {again}? y, N, or an amount:"),
            Japanese => {
                format!("予算{budget}を使い切りました。{at}\nさらに{again}を使いますか？ y、N、または金額：")
            }
        }
    }

    pub(crate) fn ask_again(self) -> &'static str {
        self.pick("y, N, or an amount above 0:", "y、N、または0より大きい金額：")
    }

    pub(crate) fn goes_on(self) -> &'static str {
        self.pick("goes on", "続行します")
    }

    pub(crate) fn resume_with(self, id: &str) -> String {
        match self {
            English => format!("every answer is kept; go on with: genglossary resume {id}"),
            Japanese => format!("答えはすべて残っています。続行：genglossary resume {id}"),
        }
    }

    pub(crate) fn continued(self, outcome: ContinueOutcome) -> &'static str {
        match outcome {
            ContinueOutcome::Continued => self.goes_on(),
            ContinueOutcome::NotPaused => self.pick(
                "the run does not wait for more budget",
                "この実行は予算の追加を待っていません",
            ),
        }
    }
}

/// The lines that are typed from now on.
fn typed() -> UnboundedReceiver<String> {
    let (sender, lines) = mpsc::unbounded_channel();
    // Nobody can wait for the end of this thread: it waits for the next line.
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(std::result::Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    lines
}

/// Lets a run go on that waits, whichever process it belongs to.
pub(crate) async fn go_on(run: &str, more: Option<f64>, no_limit: bool, json: bool) -> Result<ExitCode> {
    let engine = Engine::open_for(Program::CommandLine, &home()?, NoSink).await?;
    let run = engine.find_run(run).await?;
    let paused = engine.run(&run).await?.paused;
    let outcome = match paused {
        Some(pause) => {
            let more = (!no_limit).then(|| more.unwrap_or(pause.again));
            engine.continue_run(&run, &pause.since, more).await?
        }
        None => ContinueOutcome::NotPaused,
    };
    if json {
        print_json(&json!({ "outcome": outcome, "run": engine.run(&run).await? }));
    } else {
        print_line(Words::of_environment().continued(outcome));
    }
    engine.close().await;
    Ok(match outcome {
        ContinueOutcome::Continued => ExitCode::SUCCESS,
        ContinueOutcome::NotPaused => ExitCode::FAILURE,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_yes_or_an_amount_is_consent() {
        assert_eq!(Answer::of(" Y \n"), Some(Answer::Yes));
        assert_eq!(Answer::of("2.5"), Some(Answer::Amount(2.5)));
        for no in ["", "\n", "n", "No"] {
            assert_eq!(Answer::of(no), Some(Answer::No), "{no:?}");
        }
        for neither in ["0", "-1", "nan", "inf", "1e10", "perhaps"] {
            assert_eq!(Answer::of(neither), None, "{neither}");
        }
    }
}
