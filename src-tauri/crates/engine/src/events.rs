//! What the engine tells while it works. It pushes through one small trait; who listens is not its business.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::logs::LogRecord;
use crate::models::PullView;
use crate::runs::{RunStatus, RunView};

/// Something that a viewer may want to know at once.
#[derive(Debug, Clone)]
pub enum Event {
    /// A run has another status, stage or progress. Status changes come at once, progress at most ten times a second.
    RunChanged(Box<RunView>),
    /// New records of a log. They are on disk already.
    LogAppended(LogTail),
    /// A log is complete, and its run has ended.
    LogEnded(LogEnd),
    /// Results or decisions of a project are different now.
    ProjectChanged(ProjectRef),
    /// A pull of a model is further, or has ended. At most five times a second, and at its end.
    PullChanged(PullView),
}

/// New records of the log of one run, in order, a few kilobytes at most.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct LogTail {
    /// Project of the run.
    pub project_id: String,
    /// The run.
    pub run_id: String,
    /// The records.
    pub records: Vec<LogRecord>,
    /// Number of records in the log up to the last of these.
    pub total: u32,
}

/// The end of the log of one run.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct LogEnd {
    /// Project of the run.
    pub project_id: String,
    /// The run.
    pub run_id: String,
    /// The status that was stored.
    pub status: RunStatus,
    /// Number of records in the log.
    pub total: u32,
}

/// Names a project.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct ProjectRef {
    /// The project.
    pub project_id: String,
}

/// Where events go. Called from several threads; should return soon. A panic inside it is caught and harms no run.
pub trait EventSink: Send + Sync + 'static {
    /// Takes one event.
    fn emit(&self, event: Event);
}

impl EventSink for Box<dyn EventSink> {
    fn emit(&self, event: Event) {
        (**self).emit(event);
    }
}

/// A sink for callers that need no events.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoSink;

impl EventSink for NoSink {
    fn emit(&self, _event: Event) {}
}

/// The sink as the engine uses it: one observer that throws does not stop the work.
#[derive(Clone)]
pub(crate) struct Events(std::sync::Arc<dyn EventSink>);

impl Events {
    pub(crate) fn new(sink: impl EventSink) -> Self {
        Self(std::sync::Arc::new(sink))
    }

    pub(crate) fn emit(&self, event: Event) {
        let sink = std::panic::AssertUnwindSafe(&self.0);
        if std::panic::catch_unwind(|| sink.emit(event)).is_err() {
            tracing::error!("an observer of the engine's events panicked");
        }
    }
}
