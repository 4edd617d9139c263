//! Why a result is not what a run would make now, and why two results differ.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::Message;
use crate::runs::Stage;

/// Something that changed. Documents are named by their paths, at most a few of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reason {
    /// Nothing was made yet.
    NotRun,
    /// The folder holds documents that were not there.
    DocumentsAdded {
        /// How many.
        count: u32,
        /// Some of them.
        examples: Vec<String>,
    },
    /// Documents have another text.
    DocumentsChanged {
        /// How many.
        count: u32,
        /// Some of them.
        examples: Vec<String>,
    },
    /// Documents are gone.
    DocumentsRemoved {
        /// How many.
        count: u32,
        /// Some of them.
        examples: Vec<String>,
    },
    /// The researcher requires or excludes other terms.
    TermsEdited,
    /// The settings of the project are others.
    SettingsChanged,
    /// The rules of the engine are others.
    EngineChanged,
    /// A stage never finished.
    StageMissing {
        /// The stage.
        stage: Stage,
    },
    /// A stage has a newer result than this one was made from.
    Outdated {
        /// The stage whose result is old.
        stage: Stage,
    },
    /// Units of work could not be done.
    UnitsMissing {
        /// How many.
        count: u32,
    },
    /// The folder cannot be looked at.
    FolderUnreadable {
        /// Why.
        message: Message,
    },
}

/// Why one row differs between the results of two runs: the nearest cause that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum DiffCause {
    /// Documents were added, changed or removed.
    Documents,
    /// The researcher required or excluded the term, or does so no longer.
    Decision,
    /// The settings were changed.
    Settings,
    /// The rules of the engine changed.
    Engine,
    /// None of these.
    Unknown,
}
