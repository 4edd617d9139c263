//! The words a run is told in: stages, scopes, states, and the views that callers get.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::owner::Program;
use super::pause::Pause;
use crate::error::Message;
use crate::models::ModelUse;
use crate::settings::ProjectSettings;

/// A step of the pipeline, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Files become documents.
    Load,
    /// Documents give terms.
    Extract,
    /// Terms get a provisional definition.
    Define,
    /// The provisional glossary is checked.
    Review,
    /// What the review found is put right where rules can.
    Refine,
}

impl Stage {
    /// All stages in order.
    pub const ALL: [Self; 5] = [Self::Load, Self::Extract, Self::Define, Self::Review, Self::Refine];

    /// The name in the log, the database and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Load => "load",
            Self::Extract => "extract",
            Self::Define => "define",
            Self::Review => "review",
            Self::Refine => "refine",
        }
    }

    /// The stage whose result this one reads.
    pub fn input(self) -> Option<Self> {
        match self {
            Self::Load => None,
            Self::Extract => Some(Self::Load),
            Self::Define => Some(Self::Extract),
            Self::Review => Some(Self::Define),
            Self::Refine => Some(Self::Review),
        }
    }
}

/// What a run covers: always a range of stages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Everything, from the files on.
    Full,
    /// From the terms that are there: define, review, refine.
    FromTerms,
    /// From the definitions that are there: review, refine.
    ProvisionalToRefined,
    /// Only load.
    Load,
    /// Only extract.
    Extract,
    /// Only define.
    Define,
    /// Only review.
    Review,
    /// Only refine.
    Refine,
}

impl Scope {
    /// The stages, in order.
    pub fn stages(self) -> &'static [Stage] {
        let (first, last) = match self {
            Self::Full => (0, 4),
            Self::FromTerms => (2, 4),
            Self::ProvisionalToRefined => (3, 4),
            Self::Load => (0, 0),
            Self::Extract => (1, 1),
            Self::Define => (2, 2),
            Self::Review => (3, 3),
            Self::Refine => (4, 4),
        };
        &Stage::ALL[first..=last]
    }
}

/// Where a run is in its life. The last five are final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// Accepted; its work has not begun.
    Pending,
    /// At work.
    Running,
    /// Everything done.
    Completed,
    /// Finished, but some units could not be done.
    Partial,
    /// Could not finish.
    Failed,
    /// Stopped on request.
    Cancelled,
    /// Its process died.
    Interrupted,
}

impl RunStatus {
    /// Will never change again.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Pending | Self::Running)
    }

    /// The states that may become `self`. Everything else is refused by the database statement itself.
    pub(crate) fn predecessors(self) -> &'static [Self] {
        match self {
            Self::Pending => &[],
            Self::Running => &[Self::Pending],
            Self::Completed | Self::Partial => &[Self::Running],
            Self::Failed | Self::Cancelled | Self::Interrupted => &[Self::Pending, Self::Running],
        }
    }
}

/// Where a stage is in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum StageStatus {
    /// Not begun.
    Waiting,
    /// At work.
    Running,
    /// Done.
    Completed,
    /// Broke off.
    Failed,
    /// Stopped on request.
    Cancelled,
}

/// Who started a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// The researcher.
    User,
    /// The app itself.
    System,
}

/// An order of a list of runs. Those that are equal in it stand newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct RunOrder {
    /// By what.
    pub sort: RunSort,
    /// Largest first.
    pub descending: bool,
}

/// What runs are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum RunSort {
    /// By the name of the project.
    Project,
    /// Those at work first, then those that went wrong, then those that went well.
    Status,
    /// From all stages to a single one.
    Scope,
    /// By who started it.
    Trigger,
    /// By its start, or when it was asked for while it waits.
    Started,
    /// By how long it took, or takes so far; without the sleep of the machine.
    Duration,
    /// By the number of finished stages.
    Stages,
    /// By the number of finished units.
    Units,
}

/// Why a run was stopped before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// The researcher asked for it.
    User,
    /// The app was closed.
    Closing,
    /// The process was told to end.
    Signal,
    /// The researcher did not want to wait for work that did not stop when it was asked.
    Forced,
}

/// Whose work a run is, seen from this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// This very process.
    This,
    /// Another process of the app.
    App,
    /// The command line.
    CommandLine,
}

/// What a pending run waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Waiting {
    /// Runs at work, of all projects and processes.
    pub running: u32,
    /// The most that may be at work at once.
    pub limit: u32,
    /// Runs that wait and came before.
    pub ahead: u32,
}

impl Waiting {
    /// Nothing to wait for: it is its turn.
    pub(crate) fn is_over(self) -> bool {
        self.running < self.limit && self.ahead == 0
    }
}

/// A unit of work that could not be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct MissingUnit {
    /// The stage that it belongs to.
    pub stage: Stage,
    /// What it was about: a document, a term.
    pub item: String,
    /// Why.
    pub error: Message,
}

/// Implements the text form of an enum by its serde name: one list of names for database, IPC and command line.
macro_rules! text_form {
    ($($name:ident),*) => {$(
        impl $name {
            /// The name in the database and on the command line.
            pub fn as_text(self) -> String {
                match serde_json::to_value(self) {
                    Ok(serde_json::Value::String(text)) => text,
                    _ => unreachable!("a unit variant serialises to a string"),
                }
            }

            /// The value with that name.
            pub fn from_text(text: &str) -> Option<Self> {
                serde_json::from_value(serde_json::Value::String(text.to_owned())).ok()
            }
        }
    )*};
}
text_form!(Stage, Scope, RunStatus, StageStatus, Trigger, StopReason, Program);

/// A stage of a run, with its progress.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct StageView {
    /// The stage.
    pub stage: Stage,
    /// Where it is.
    pub status: StageStatus,
    /// Units done, skipped ones included.
    pub done: u32,
    /// Units in all; 0 until they are counted.
    pub total: u32,
    /// Units whose output was stored before: they were not computed again.
    pub reused: u32,
    /// Units that could not be done.
    pub missing: u32,
    /// What it is at.
    pub item: Option<String>,
    /// UTC.
    pub started_at: Option<String>,
    /// UTC.
    pub finished_at: Option<String>,
    /// Time in the middle of it in which nothing could go on, as for the run.
    pub suspended_ms: u32,
}

/// A run as a caller sees it. Times are UTC, RFC 3339 with milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[allow(clippy::struct_excessive_bools, reason = "they are independent facts")]
pub struct RunView {
    /// `UUIDv7`.
    pub id: String,
    /// The project.
    pub project_id: String,
    /// The name of the project.
    pub project_name: String,
    /// What it covers.
    pub scope: Scope,
    /// Who started it.
    pub trigger: Trigger,
    /// Where it is.
    pub status: RunStatus,
    /// A stop was requested and takes effect.
    pub cancelling: bool,
    /// When it was requested.
    pub cancel_requested_at: Option<String>,
    /// Why it was stopped: the name of a [`StopReason`].
    pub stop_reason: Option<String>,
    /// The run that this one takes up again.
    pub resumes: Option<String>,
    /// Whose work it is.
    pub owner: Owner,
    /// What it waits for, while it is pending.
    pub waiting: Option<Waiting>,
    /// What it waits for in the middle of its work, while it is running.
    pub paused: Option<Pause>,
    /// The engine that did the work.
    pub engine: String,
    /// Its model, for engines that have one.
    pub model: Option<String>,
    /// Version of the app that ran it.
    pub app_version: String,
    /// When it was accepted.
    pub created_at: String,
    /// When its work began.
    pub started_at: Option<String>,
    /// When it ended.
    pub finished_at: Option<String>,
    /// Time in the middle of it in which nothing could go on: the machine slept, or it was paused. Not part of its
    /// duration. The pause that it is in is added when it is over.
    pub suspended_ms: u32,
    /// Its stages in order.
    pub stages: Vec<StageView>,
    /// Units that could not be done.
    pub missing: u32,
    /// Its results are still kept.
    pub has_results: bool,
    /// It stays, and so does its log, however old it gets.
    pub pinned: bool,
    /// Its log is still kept.
    pub has_log: bool,
    /// Why it failed.
    pub error: Option<Message>,
    /// Grows with every change; of two views of one run the higher one is newer.
    pub revision: u32,
}

impl RunView {
    /// Adds a time in which nothing could go on to the run and to the stage that is at work.
    pub(super) fn suspend(&mut self, milliseconds: u32) {
        self.suspended_ms = self.suspended_ms.saturating_add(milliseconds);
        let at_work = |stage: &&mut StageView| stage.status == StageStatus::Running;
        for stage in self.stages.iter_mut().filter(at_work) {
            stage.suspended_ms = stage.suspended_ms.saturating_add(milliseconds);
        }
    }
}

/// One change of the status of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct StatusChange {
    /// The new status.
    pub status: RunStatus,
    /// The stage it was in.
    pub stage: Option<Stage>,
    /// When, UTC.
    pub at: String,
    /// Why, if there is more to say.
    pub reason: Option<String>,
    /// Who caused it: `user`, `system`.
    pub actor: String,
}

/// A run and its life.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct RunDetail {
    /// The run.
    pub run: RunView,
    /// Its status changes, first one first.
    pub history: Vec<StatusChange>,
    /// The settings that it was started with.
    pub settings: ProjectSettings,
    /// What it asked of models, by stage.
    pub model_use: Vec<ModelUse>,
}

/// The answer to a request to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum CancelOutcome {
    /// It takes effect now.
    Cancelling,
    /// The run had ended before.
    AlreadyFinished,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_is_a_range_whose_stages_follow_each_other() {
        for scope in [
            Scope::Full,
            Scope::FromTerms,
            Scope::ProvisionalToRefined,
            Scope::Load,
            Scope::Refine,
        ] {
            let stages = scope.stages();
            assert!(
                stages.windows(2).all(|pair| pair[1].input() == Some(pair[0])),
                "{scope:?}"
            );
        }
        assert_eq!(Scope::FromTerms.stages(), [Stage::Define, Stage::Review, Stage::Refine]);
    }

    /// E1: final states are final, and only a running run completes.
    #[test]
    fn nothing_follows_a_final_state() {
        let all = [
            "pending",
            "running",
            "completed",
            "partial",
            "failed",
            "cancelled",
            "interrupted",
        ]
        .map(|name| RunStatus::from_text(name).unwrap());
        for next in all {
            assert!(next.predecessors().iter().all(|status| !status.is_final()), "{next:?}");
        }
        assert_eq!(RunStatus::Completed.predecessors(), [RunStatus::Running]);
        assert_eq!(
            RunStatus::Failed.predecessors(),
            [RunStatus::Pending, RunStatus::Running]
        );
    }
}
