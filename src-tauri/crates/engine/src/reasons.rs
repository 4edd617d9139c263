//! Reasons, without words: why a result is not what a run would make now, and why the results of two runs differ.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::Message;
use crate::runs::Stage;

/// Why results are out of date, incomplete, or not what other results were.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reason {
    /// Nothing was made yet.
    NotRun,
    /// Files are new.
    DocumentsAdded {
        /// Number of them.
        count: u32,
        /// A few of their paths.
        examples: Vec<String>,
    },
    /// Files have another content.
    DocumentsChanged {
        /// Number of them.
        count: u32,
        /// A few of their paths.
        examples: Vec<String>,
    },
    /// Files are gone.
    DocumentsRemoved {
        /// Number of them.
        count: u32,
        /// A few of their paths.
        examples: Vec<String>,
    },
    /// Documents that the researcher leaves out now: by name, by a pattern, by language, by size.
    DocumentsExcluded {
        /// Number of them.
        count: u32,
        /// A few of their paths.
        examples: Vec<String>,
    },
    /// Files that he left out and does not any more.
    DocumentsIncluded {
        /// Number of them.
        count: u32,
        /// A few of their paths.
        examples: Vec<String>,
    },
    /// Terms were required, excluded or merged, or are so no longer.
    TermsEdited,
    /// Issues were answered in a way that the refined glossary does not follow yet.
    IssuesAnswered,
    /// The settings are others.
    SettingsChanged,
    /// The rules of the engine are others.
    EngineChanged,
    /// Another model is asked, or with other settings, or none any more.
    ModelChanged,
    /// A new version of this program asks the model otherwise.
    PromptsChanged,
    /// The model chooses from other categories of the project's own, or there are none any more.
    CategoriesChanged,
    /// Another definition by the model was wished for, or is so no longer.
    DefinitionWanted,
    /// A stage has no result.
    StageMissing {
        /// The stage.
        stage: Stage,
    },
    /// The result of a stage was made from one that is not current any more.
    Outdated {
        /// The stage.
        stage: Stage,
    },
    /// Units could not be done.
    UnitsMissing {
        /// Number of them.
        count: u32,
    },
    /// The folder cannot be read, so nobody knows what changed in it.
    FolderUnreadable {
        /// What is wrong with it.
        message: Message,
    },
}

/// Why one row differs between the results of two runs: the nearest cause that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum DiffCause {
    /// Documents were added, changed or removed.
    Documents,
    /// The researcher decided about the term or the issue.
    Decision,
    /// The settings were changed.
    Settings,
    /// The rules of the engine changed.
    Engine,
    /// Another model was asked, or otherwise.
    Model,
    /// None of these.
    Unknown,
}
