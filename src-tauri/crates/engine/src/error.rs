//! What can go wrong, as a code that a caller can branch on, its parameters, and a detail for the curious.
//! The interface words the codes; nothing here is a sentence for the researcher.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use genglossary_models::{Fault, ModelError};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::runs::Stage;
use crate::store::DATABASE;

/// Result of an engine call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error without words: the interface translates `code` and fills in `params`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Message {
    /// Stable name of what happened.
    pub code: String,
    /// Values that the sentence needs.
    pub params: BTreeMap<String, String>,
    /// What the system said, in its own words; for the detail view and the log.
    pub detail: Option<String>,
}

/// Why the engine could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such project.
    #[error("project {0} not found")]
    ProjectNotFound(String),
    /// There is no such run.
    #[error("run {0} not found")]
    RunNotFound(String),
    /// The project's current results have no such term.
    #[error("term {0} not found")]
    TermNotFound(String),
    /// The project's current results have no such entry.
    #[error("entry {0} not found")]
    EntryNotFound(String),
    /// The last run read no such document.
    #[error("document {0} not found")]
    DocumentNotFound(String),
    /// The folder holds no such file.
    #[error("file {0} not found")]
    FileNotFound(String),
    /// A file could not be copied into the folder.
    #[error("cannot copy {path}: {detail}")]
    CopyFailed {
        /// Its path inside the folder.
        path: String,
        /// Why.
        detail: String,
    },
    /// A pattern for files cannot be understood.
    #[error("pattern {pattern}: {detail}")]
    BadPattern {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        detail: String,
    },
    /// What a log is searched for is no regular expression, or one that is too large.
    #[error("no regular expression: {0}")]
    BadSearch(String),
    /// A name is empty or only white space.
    #[error("the name is empty")]
    NameEmpty,
    /// A term to add is empty or only white space.
    #[error("the term is empty")]
    EmptyTerm,
    /// Another term is shown under this name.
    #[error("{0} is the name of another term")]
    NameTaken(String),
    /// A definition by a model is wished for, and the project has no model.
    #[error("the project has no model")]
    NoModel,
    /// The model's calls have cost as much as a run may.
    #[error("the budget of {budget} is spent: {spent}")]
    BudgetSpent {
        /// What they cost.
        spent: f64,
        /// What they may cost.
        budget: f64,
    },
    /// A call that is not kept.
    #[error("call {0} is not kept")]
    CallNotFound(String),
    /// The review has no such issue, or the answer is none to it.
    #[error("issue {0} cannot be answered so")]
    IssueNotFound(String),
    /// A change of decisions that is not kept, or was taken back already.
    #[error("change {0} is not kept")]
    ChangeGone(String),
    /// A change cannot be taken back alone: something it decided was decided again.
    #[error("{0} was decided again since")]
    DecidedSince(String),
    /// The documents folder does not exist or cannot be reached.
    #[error("folder {} not found", .0.display())]
    FolderNotFound(PathBuf),
    /// The path names something that is not a folder.
    #[error("{} is not a folder", .0.display())]
    FolderNotADirectory(PathBuf),
    /// Another project has this folder.
    #[error("folder {} belongs to project {project}", folder.display())]
    FolderInUse {
        /// The folder.
        folder: PathBuf,
        /// Name of the project that has it.
        project: String,
    },
    /// The project has an active run.
    #[error("run {run} is active")]
    RunActive {
        /// Its id.
        run: String,
    },
    /// The results that stood after a run are not kept any more, or there never were any.
    #[error("the results of run {0} are not kept")]
    ResultsGone(String),
    /// The results of a run are the current ones, so it cannot be deleted.
    #[error("the results of run {0} are the current ones")]
    RunIsCurrent(String),
    /// Two runs of different projects have nothing to compare.
    #[error("the runs belong to different projects")]
    DifferentProjects,
    /// The run finished, so there is nothing to take up.
    #[error("run {run} has nothing to resume")]
    NothingToResume {
        /// Its id.
        run: String,
    },
    /// The run misses no unit.
    #[error("run {run} has nothing to retry")]
    NothingToRetry {
        /// Its id.
        run: String,
    },
    /// A setting is out of range.
    #[error("setting {0} is out of range")]
    InvalidSettings(&'static str),
    /// The folder holds nothing that can be read.
    #[error("no readable documents in {} ({skipped} files skipped)", folder.display())]
    NoDocuments {
        /// The folder.
        folder: PathBuf,
        /// Number of files that were left out.
        skipped: u32,
    },
    /// A project has as many categories of its own as it can.
    #[error("a project has at most {0} categories of its own")]
    CategoriesFull(usize),
    /// A category has the name of one that every project has.
    #[error("every project has the category {0}")]
    CategoryBuiltIn(String),
    /// Its name or its line holds characters that nobody sees.
    #[error("the category {0:?} holds characters that nobody sees")]
    CategoryHidden(String),
    /// The name of a category, or its line, is too long.
    #[error("the category {0} has a name or a line that is too long")]
    CategoryLong(String),
    /// Two categories have the same name.
    #[error("two categories are called {0}")]
    CategoryTaken(String),
    /// A stage needs the result of another one that never ran.
    #[error("stage {} has no result yet", .0.name())]
    NoInput(Stage),
    /// A unit of work broke off.
    #[error("a unit of work broke off: {0}")]
    UnitFailed(String),
    /// A file is there and cannot be read.
    #[error("cannot read {path}: {detail}")]
    FileUnreadable {
        /// Its path inside the folder.
        path: String,
        /// Why.
        detail: String,
    },
    /// The data folder cannot be written.
    #[error("cannot write to the data folder {}: {source}", path.display())]
    DataFolder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The database was written by a newer version of the app.
    #[error("the database has version {found}, this app knows {known}")]
    DatabaseNewer {
        /// Version of the database.
        found: i64,
        /// Newest version that this app knows.
        known: i64,
    },
    /// The database file is not a database, or is damaged.
    #[error("the database {} is damaged: {detail}", path.display())]
    DatabaseDamaged {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        detail: String,
    },
    /// The disk is full.
    #[error("the disk is full")]
    DiskFull,
    /// The log of a run cannot be read.
    #[error("cannot read the log {}: {source}", path.display())]
    LogUnreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The log of a run was removed: it was old, or all logs together were too large.
    #[error("the log of run {0} is not kept any more")]
    LogRemoved(String),
    /// The glossary could not be written.
    #[error("cannot write {}: {detail}", path.display())]
    ExportFailed {
        /// The target.
        path: PathBuf,
        /// Why.
        detail: String,
    },
    /// The target's extension names no known format.
    #[error("no export format for {}", .0.display())]
    ExportFormat(PathBuf),
    /// The database refused.
    #[error("database: {0}")]
    Database(sqlx::Error),
    /// A text that no key of a server can be.
    #[error("this cannot be a key")]
    BadKey,
    /// A server gets another model already.
    #[error("{server} gets {model} already")]
    PullActive {
        /// The server.
        server: String,
        /// The model that it gets.
        model: String,
    },
    /// A model, or its server, did not do what it was asked.
    #[error("{0}")]
    Model(ModelError),
    /// A defect of the app.
    #[error("internal: {0}")]
    Internal(String),
}

/// Whether SQLite found no room: for the data (`SQLITE_FULL`), or for the memory that its connections share
/// (`SQLITE_IOERR_SHMSIZE`).
fn is_full(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    matches!(code.as_deref(), Some("13" | "4874"))
}

/// The primary result code of SQLite (<https://www.sqlite.org/rescode.html>): the low byte of what it said.
fn primary_code(error: &sqlx::Error) -> Option<u32> {
    let code = error.as_database_error()?.code()?;
    code.parse::<u32>().ok().map(|code| code & 0xff)
}

impl From<sqlx::Error> for Error {
    /// Tells what the researcher can do something about from a defect. The paths are without their folder, which a
    /// statement does not know: [`Error::in_home`] adds it.
    fn from(error: sqlx::Error) -> Self {
        match primary_code(&error) {
            _ if is_full(&error) => Self::DiskFull,
            // SQLITE_CORRUPT, SQLITE_NOTADB
            Some(11 | 26) => Self::DatabaseDamaged {
                path: PathBuf::from(DATABASE),
                detail: error.to_string(),
            },
            // SQLITE_READONLY, SQLITE_CANTOPEN: no right to write
            Some(8 | 14) => Self::DataFolder {
                path: PathBuf::new(),
                source: std::io::Error::new(std::io::ErrorKind::PermissionDenied, error.to_string()),
            },
            // SQLITE_IOERR
            Some(10) => Self::DataFolder {
                path: PathBuf::new(),
                source: std::io::Error::other(error.to_string()),
            },
            _ => Self::Database(error),
        }
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Internal(format!("stored JSON: {error}"))
    }
}

impl Error {
    /// Every code of [`Error::message`]. Who words them is tested against this list.
    pub const CODES: [&'static str; 48] = [
        "project_not_found",
        "run_not_found",
        "term_not_found",
        "entry_not_found",
        "document_not_found",
        "file_not_found",
        "copy_failed",
        "bad_pattern",
        "bad_search",
        "name_empty",
        "empty_term",
        "no_model",
        "budget_spent",
        "call_not_found",
        "name_taken",
        "issue_not_found",
        "change_gone",
        "decided_since",
        "folder_not_found",
        "folder_not_a_directory",
        "folder_in_use",
        "run_active",
        "results_gone",
        "run_is_current",
        "different_projects",
        "nothing_to_resume",
        "nothing_to_retry",
        "invalid_settings",
        "categories_full",
        "category_built_in",
        "category_hidden",
        "category_long",
        "category_taken",
        "no_documents",
        "no_input",
        "unit_failed",
        "file_unreadable",
        "data_folder_read_only",
        "database_newer",
        "database_damaged",
        "disk_full",
        "log_unreadable",
        "log_removed",
        "export_failed",
        "export_format",
        "bad_key",
        "pull_active",
        "internal",
    ];
    /// Every code of the message of an [`Error::Model`].
    pub const MODEL_CODES: [&'static str; 17] = [
        "model_address",
        "model_bad_address",
        "model_busy",
        "model_context",
        "model_credit",
        "model_forbidden",
        "model_key",
        "model_no_host",
        "model_no_json",
        "model_no_key",
        "model_no_server",
        "model_refused",
        "model_reply",
        "model_slow",
        "model_tls",
        "model_unknown",
        "model_unreachable",
    ];

    /// The error as the interface gets it.
    pub fn message(&self) -> Message {
        let (code, params, detail): (&str, Vec<(&str, String)>, Option<String>) = match self {
            Self::ProjectNotFound(id) => ("project_not_found", vec![("project", id.clone())], None),
            Self::RunNotFound(id) => ("run_not_found", vec![("run", id.clone())], None),
            Self::TermNotFound(key) => ("term_not_found", vec![("term", key.clone())], None),
            Self::EntryNotFound(key) => ("entry_not_found", vec![("term", key.clone())], None),
            Self::DocumentNotFound(path) => ("document_not_found", vec![("path", path.clone())], None),
            Self::FileNotFound(path) => ("file_not_found", vec![("path", path.clone())], None),
            Self::CopyFailed { path, detail } => ("copy_failed", vec![("path", path.clone())], Some(detail.clone())),
            Self::BadPattern { pattern, detail } => {
                ("bad_pattern", vec![("pattern", pattern.clone())], Some(detail.clone()))
            }
            Self::BadSearch(why) => ("bad_search", vec![("why", why.clone())], None),
            Self::NameEmpty => ("name_empty", vec![], None),
            Self::EmptyTerm => ("empty_term", vec![], None),
            Self::NoModel => ("no_model", vec![], None),
            Self::BudgetSpent { spent, budget } => (
                "budget_spent",
                vec![("spent", format!("{spent:.4}")), ("budget", format!("{budget}"))],
                None,
            ),
            Self::CallNotFound(id) => ("call_not_found", vec![("call", id.clone())], None),
            Self::NameTaken(name) => ("name_taken", vec![("term", name.clone())], None),
            Self::IssueNotFound(id) => ("issue_not_found", vec![("issue", id.clone())], None),
            Self::ChangeGone(id) => ("change_gone", vec![("change", id.clone())], None),
            Self::DecidedSince(key) => ("decided_since", vec![("term", key.clone())], None),
            Self::FolderNotFound(path) => ("folder_not_found", vec![("folder", shown(path))], None),
            Self::FolderNotADirectory(path) => ("folder_not_a_directory", vec![("folder", shown(path))], None),
            Self::FolderInUse { folder, project } => (
                "folder_in_use",
                vec![("folder", shown(folder)), ("project", project.clone())],
                None,
            ),
            Self::RunActive { run } => ("run_active", vec![("run", run.clone())], None),
            Self::ResultsGone(run) => ("results_gone", vec![("run", run.clone())], None),
            Self::RunIsCurrent(run) => ("run_is_current", vec![("run", run.clone())], None),
            Self::DifferentProjects => ("different_projects", vec![], None),
            Self::NothingToResume { run } => ("nothing_to_resume", vec![("run", run.clone())], None),
            Self::NothingToRetry { run } => ("nothing_to_retry", vec![("run", run.clone())], None),
            Self::InvalidSettings(field) => ("invalid_settings", vec![("field", (*field).to_owned())], None),
            Self::CategoriesFull(most) => ("categories_full", vec![("most", most.to_string())], None),
            Self::CategoryBuiltIn(name) => ("category_built_in", vec![("category", name.clone())], None),
            Self::CategoryHidden(name) => ("category_hidden", vec![("category", name.clone())], None),
            Self::CategoryLong(name) => ("category_long", vec![("category", name.clone())], None),
            Self::CategoryTaken(name) => ("category_taken", vec![("category", name.clone())], None),
            Self::NoDocuments { folder, skipped } => (
                "no_documents",
                vec![("folder", shown(folder)), ("skipped", skipped.to_string())],
                None,
            ),
            Self::NoInput(stage) => ("no_input", vec![("stage", stage.name().to_owned())], None),
            Self::UnitFailed(detail) => ("unit_failed", vec![], Some(detail.clone())),
            Self::FileUnreadable { path, detail } => {
                ("file_unreadable", vec![("path", path.clone())], Some(detail.clone()))
            }
            Self::DataFolder { path, source } => (
                "data_folder_read_only",
                vec![("path", shown(path))],
                Some(source.to_string()),
            ),
            Self::DatabaseNewer { found, known } => (
                "database_newer",
                vec![("found", found.to_string()), ("known", known.to_string())],
                None,
            ),
            Self::DatabaseDamaged { path, detail } => {
                ("database_damaged", vec![("path", shown(path))], Some(detail.clone()))
            }
            Self::DiskFull => ("disk_full", vec![], None),
            Self::LogUnreadable { path, source } => {
                ("log_unreadable", vec![("path", shown(path))], Some(source.to_string()))
            }
            Self::LogRemoved(run) => ("log_removed", vec![("run", run.clone())], None),
            Self::ExportFailed { path, detail } => ("export_failed", vec![("path", shown(path))], Some(detail.clone())),
            Self::ExportFormat(path) => ("export_format", vec![("path", shown(path))], None),
            Self::BadKey => ("bad_key", vec![], None),
            Self::PullActive { server, model } => (
                "pull_active",
                vec![("server", server.clone()), ("model", model.clone())],
                None,
            ),
            Self::Model(error) => return model_message(error),
            Self::Database(error) => ("internal", vec![], Some(error.to_string())),
            Self::Internal(detail) => ("internal", vec![], Some(detail.clone())),
        };
        let params = params
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        Message {
            code: code.to_owned(),
            params,
            detail,
        }
    }

    /// Somebody else has the database locked for longer than a statement waits.
    pub(crate) fn is_busy(&self) -> bool {
        let Self::Database(error) = self else {
            return false;
        };
        // SQLITE_BUSY, SQLITE_LOCKED
        matches!(primary_code(error), Some(5 | 6)) || matches!(error, sqlx::Error::PoolTimedOut)
    }

    /// The error with its path under the data folder `home`, if it has one that is not complete.
    pub(crate) fn in_home(mut self, home: &Path) -> Self {
        if let Self::DatabaseDamaged { path, .. } | Self::DataFolder { path, .. } = &mut self
            && path.is_relative()
        {
            *path = if path.as_os_str().is_empty() {
                home.to_owned()
            } else {
                home.join(&*path)
            };
        }
        self
    }
}

/// What a model or its server did not do. Many ways of failing have one remedy, and one code.
fn model_message(error: &ModelError) -> Message {
    let mut params = BTreeMap::from([("server".to_owned(), error.server.to_string())]);
    let code = match &error.fault {
        // What was typed is not told again: it may hold a secret.
        Fault::BadUrl { .. } => "model_bad_address",
        Fault::WrongPath => "model_address",
        Fault::NotAServer => "model_no_server",
        Fault::Unreachable => "model_unreachable",
        Fault::UnknownHost => "model_no_host",
        Fault::Tls => "model_tls",
        Fault::NoKey => "model_no_key",
        Fault::Unauthorised => "model_key",
        Fault::Forbidden => "model_forbidden",
        Fault::NoCredit => "model_credit",
        Fault::UnknownModel { model } => {
            params.insert("model".to_owned(), model.clone());
            "model_unknown"
        }
        Fault::Unsupported | Fault::Refused | Fault::Cancelled => "model_refused",
        Fault::Overloaded | Fault::ServerFault => "model_busy",
        Fault::TimedOut { limit, .. } => {
            params.insert("seconds".to_owned(), limit.as_secs_f64().to_string());
            "model_slow"
        }
        Fault::ContextTooLong { context, .. } => {
            params.insert("context".to_owned(), context.to_string());
            "model_context"
        }
        Fault::NoJson => "model_no_json",
        Fault::TooLarge { .. } | Fault::Broken { .. } | Fault::BadReply { .. } => "model_reply",
    };
    Message {
        code: code.to_owned(),
        params,
        detail: Some(error.to_string()),
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A code is the first of three values in the big `match`, so the text of this file knows them all.
    #[test]
    fn the_list_of_codes_is_complete() {
        let mut written: Vec<&str> = Vec::new();
        let mut parts = include_str!("error.rs").split("vec![").peekable();
        while let Some(part) = parts.next().filter(|_| parts.peek().is_some()) {
            let code = part
                .trim_end()
                .strip_suffix(',')
                .and_then(|part| part.strip_suffix('"'));
            written.extend(code.and_then(|part| part.rsplit('"').next()));
        }
        written.dedup();
        assert_eq!(written, Error::CODES);
        assert_eq!(Error::NameEmpty.message().code, "name_empty");
    }
}
