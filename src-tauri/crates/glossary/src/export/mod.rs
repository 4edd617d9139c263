//! Writes a glossary in the formats that leave the program: Markdown to read, TSV for a spreadsheet, JSON for everything.

mod markdown;
mod table;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::{Entry, Issue, Language, Occurrence, Resolution, Term};

pub use markdown::markdown;
pub use table::tsv;

/// Everything there is to tell about a project's glossary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Export {
    /// Name of the project.
    pub project: String,
    /// The documents in the order of their paths.
    pub documents: Vec<ExportedDocument>,
    /// The terms, best first.
    pub terms: Vec<Term>,
    /// The entries in glossary order.
    pub entries: Vec<Entry>,
    /// What the review found, and what became of it.
    pub issues: Vec<ResolvedIssue>,
}

/// A document as an export names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportedDocument {
    /// Path inside the project's folder.
    pub path: String,
    /// Main language of the text.
    pub language: Language,
    /// Where the terms stand in it; `term` indexes into [`Export::terms`].
    pub occurrences: Vec<Occurrence>,
}

/// An issue, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResolvedIssue {
    /// The issue.
    #[serde(flatten)]
    pub issue: Issue,
    /// What refinement did about it. [`Resolution::Open`] before refinement.
    pub resolution: Resolution,
}

/// Everything as indented JSON, with a line break at the end.
pub fn json(export: &Export) -> String {
    let mut text = serde_json::to_string_pretty(export).unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}"));
    text.push('\n');
    text
}
