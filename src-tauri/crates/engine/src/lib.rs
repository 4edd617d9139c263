//! Projects, runs, results and logs.
//!
//! Everything that lasts lives here: the store (one SQLite database), the run manager, the pipeline that drives the
//! pure `glossary` crate, and the logs. It knows no window, no webview and no terminal: it tells the outside through
//! one [`EventSink`], and the desktop shell and the command line are two callers of the same [`Engine`].

mod blocking;
mod categories;
mod clock;
mod dashboard;
mod engine;
mod error;
mod events;
mod export;
mod folder_watch;
mod home;
mod library;
mod logs;
mod models;
mod pipeline;
mod plan;
mod projects;
mod reasons;
mod retention;
mod runs;
mod settings;
mod store;
#[cfg(test)]
mod testing;
mod trash;

pub use categories::OwnCategory;
pub use dashboard::stats::Durations;
pub use dashboard::{
    Dashboard, EndedCounts, Group, Groups, HistoryQuery, ScopeDurations, TrendPoint, UsualStage, UsualStages, Window,
};
pub use engine::Engine;
pub use error::{Error, Message, Result};
pub use events::{Event, EventSink, LogEnd, LogTail, NoSink, ProjectRef};
pub use export::ExportReport;
pub use home::{HOME_VARIABLE, data_folder};
pub use library::Page;
pub use library::copies::{CopyItem, CopyOrder, CopyReport, CopyState, CopyUndone};
pub use library::decisions::{Change, TermEdit, TextDecision, Verdict};
pub use library::diff::{DiffKind, DiffRow, RunDiff};
pub use library::documents::{DocumentRow, SkippedFile};
pub use library::entries::{EntryCounts, EntryDetail, EntryFilter, EntryQuery, EntryRow};
pub use library::files::{FileCounts, FileQuery, FileRow, FileSort, FolderCheck, PatternCount};
pub use library::heads::Head;
pub use library::issues::{IssueAnswer, IssueCount, IssueQuery, IssueRow, IssueState};
pub use library::occurrences::OccurrenceRow;
pub use library::reader::{
    DocumentInfo, DocumentLayout, DocumentPage, DocumentPlace, DocumentTarget, FileChange, MarkedTerm, RowHit, RowKind,
    RowMark, RowShape, ShapeKind, TextRow,
};
pub use library::term::TermDetail;
pub use library::terms::{TermQuery, TermRef, TermRow, TermSort};
pub use logs::{
    LogCounts, LogHit, LogHits, LogLevel, LogOutline, LogOutlineQuery, LogPage, LogQuery, LogRecord, LogSearch,
    LogStage,
};
pub use models::{
    CallFilter, JsonForm, KeyPlace, ModelCall, ModelCallRow, ModelCalls, ModelCheck, ModelProvider, ModelRow,
    ModelServer, ModelSettings, ModelStep, ModelTurn, ModelUse, OutputLanguage, PullState, PullView, use_keychain,
};
pub use plan::{Estimate, FileState, Plan, Questions, ScopePlan};
pub use projects::{Counts, ProjectDetail, ProjectState, ProjectSummary};
pub use reasons::{DiffCause, Reason};
pub use runs::{
    CancelOutcome, ContinueOutcome, LARGEST_BUDGET, MissingUnit, Owner, Pause, Program, RunDetail, RunOrder, RunSort,
    RunStatus, RunView, Scope, Stage, StageStatus, StageView, StatusChange, StopReason, Trigger, Waiting,
};
pub use settings::{AppSettings, CloseChoice, DataSize, DocumentLanguages, ProjectSettings, Theme, UiLanguage};
