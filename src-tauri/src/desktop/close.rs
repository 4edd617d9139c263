//! What happens when the researcher, or the system, wants the app to end: a state machine without a window, so that
//! every rule can be tested. It is told what happened and answers what to do.
//!
//! A window without runs closes at once. With runs, the page asks; a page that does not show the question in time is
//! taken to be broken, and a dialog of the system asks instead. In the background the app ends by itself a while after
//! its last run, unless somebody looked at it again: the while is for the click on the notification.

use std::time::Duration;

use genglossary_engine::RunView;
use serde::{Deserialize, Serialize};
use specta::Type;

/// How long the page may take to show the question.
pub const PAGE_LIMIT: Duration = Duration::from_secs(2);

/// How long the app stays after its last run in the background.
pub const LINGER: Duration = Duration::from_mins(1);

/// What the page is asked when the window closes while runs are active.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct CloseRequest {
    /// The active runs.
    pub runs: Vec<RunView>,
}

/// What the page answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum CloseAnswer {
    /// The question is on the screen; the answer follows.
    Asking,
    /// Close the window, keep running.
    Background,
    /// Stop the runs at a safe point and quit.
    Stop,
    /// Do nothing.
    Stay,
}

/// What to do without asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CloseChoice {
    /// Ask each time.
    #[default]
    Ask,
    /// As [`CloseAnswer::Background`].
    Background,
    /// As [`CloseAnswer::Stop`].
    Stop,
}

/// What happened. `active`: whether runs of this process are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// The main window is to close.
    Close {
        /// Whether runs are active.
        active: bool,
        /// What the settings say.
        choice: CloseChoice,
    },
    /// The tray's Quit.
    Quit {
        /// Whether runs are active.
        active: bool,
        /// What the settings say.
        choice: CloseChoice,
    },
    /// The page, or the dialog, answered.
    Answer {
        /// The answer.
        answer: CloseAnswer,
        /// Whether runs are still active.
        active: bool,
    },
    /// [`PAGE_LIMIT`] is over for the question of this turn.
    Unanswered(u32),
    /// The last active run ended.
    Idle,
    /// [`LINGER`] is over for the wait of this turn.
    Lingered {
        /// The turn.
        turn: u32,
        /// Whether a run is active again.
        active: bool,
    },
    /// Somebody sees the window.
    Seen,
    /// The system wants the process to end.
    Signal,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Have the page ask. Say [`Input::Unanswered`] of this turn after [`PAGE_LIMIT`].
    AskPage(u32),
    /// Ask with a dialog of the system.
    AskSystem,
    /// Take the window out of sight.
    Hide,
    /// Say [`Input::Lingered`] of this turn after [`LINGER`].
    Linger(u32),
    /// Stop all runs, then quit.
    Stop(Cause),
    /// Quit: nothing is at work.
    Quit,
}

/// Why all runs stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The researcher closes the app.
    Closing,
    /// The system ends the process.
    Signal,
}

impl Cause {
    /// How long the runs may take.
    pub fn limit(self) -> Duration {
        match self {
            Self::Closing => Duration::from_secs(10),
            Self::Signal => Duration::from_secs(4),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Open,
    /// The question is open; `shown` once somebody is known to show it, `system` when that is the dialog.
    Asking {
        shown: bool,
        system: bool,
    },
    Background,
    Stopping,
}

/// Where the app is on its way out.
#[derive(Debug, Default)]
pub struct Closing {
    state: State,
    /// Counts questions and waits, so that the timer of an old one changes nothing.
    turn: u32,
}

impl Closing {
    /// Whether the app runs without its window.
    pub fn in_background(&self) -> bool {
        self.state == State::Background
    }

    /// Takes in what happened.
    pub fn step(&mut self, input: Input) -> Option<Action> {
        match (self.state, input) {
            (_, Input::Signal) => self.go(State::Stopping, Action::Stop(Cause::Signal)),
            (State::Stopping, _) => None,

            (_, Input::Close { active: false, .. } | Input::Quit { active: false, .. }) => self.quit(),
            (State::Asking { system: true, .. }, Input::Close { .. } | Input::Quit { .. }) => None,
            // The page may have lost the question in a reload. It shows one question, however often it is told.
            (State::Asking { .. }, Input::Close { .. } | Input::Quit { .. }) => self.ask(),
            (_, Input::Close { choice, .. }) => self.choose(choice),
            // Who says Quit does not want the app to go on.
            (_, Input::Quit { choice, .. }) => self.choose(match choice {
                CloseChoice::Background => CloseChoice::Ask,
                other => other,
            }),

            (State::Asking { system, .. }, Input::Answer { answer, active }) => match answer {
                CloseAnswer::Asking => {
                    self.state = State::Asking { shown: true, system };
                    None
                }
                CloseAnswer::Stay => {
                    self.state = State::Open;
                    None
                }
                // The runs ended while the question was open: nothing is left to keep or to stop.
                CloseAnswer::Background | CloseAnswer::Stop if !active => self.quit(),
                CloseAnswer::Background => self.choose(CloseChoice::Background),
                CloseAnswer::Stop => self.choose(CloseChoice::Stop),
            },
            (
                State::Asking {
                    shown: false,
                    system: false,
                },
                Input::Unanswered(turn),
            ) if turn == self.turn => {
                let asking = State::Asking {
                    shown: true,
                    system: true,
                };
                self.go(asking, Action::AskSystem)
            }

            (State::Background, Input::Idle) => {
                self.turn += 1;
                Some(Action::Linger(self.turn))
            }
            (State::Background, Input::Lingered { turn, active: false }) if turn == self.turn => self.quit(),
            (State::Background, Input::Seen) => {
                self.state = State::Open;
                None
            }
            _ => None,
        }
    }

    fn choose(&mut self, choice: CloseChoice) -> Option<Action> {
        match choice {
            CloseChoice::Ask => self.ask(),
            CloseChoice::Background => self.go(State::Background, Action::Hide),
            CloseChoice::Stop => self.go(State::Stopping, Action::Stop(Cause::Closing)),
        }
    }

    fn ask(&mut self) -> Option<Action> {
        self.turn += 1;
        let asking = State::Asking {
            shown: false,
            system: false,
        };
        self.go(asking, Action::AskPage(self.turn))
    }

    fn quit(&mut self) -> Option<Action> {
        self.go(State::Stopping, Action::Quit)
    }

    #[allow(clippy::unnecessary_wraps, reason = "what a step answers")]
    fn go(&mut self, state: State, action: Action) -> Option<Action> {
        self.state = state;
        Some(action)
    }
}

#[cfg(test)]
#[path = "close_tests.rs"]
mod tests;
