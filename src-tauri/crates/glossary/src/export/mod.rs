//! Writes a glossary in the formats that leave the program: Markdown to read, TSV for a spreadsheet, JSON for everything.

mod markdown;
mod table;
#[cfg(test)]
mod tests;

use serde::ser::Error as _;
use serde::{Deserialize, Serialize, Serializer};

use crate::{Entry, Issue, Language, Occurrence, Resolution, Term};

pub use markdown::markdown;
pub use table::tsv;

/// Everything there is to tell about a project's glossary.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Export {
    /// Name of the project.
    pub project: String,
    /// The documents in the order of their paths.
    pub documents: Vec<ExportedDocument>,
    /// The terms, best first.
    pub terms: Vec<Exported<Term>>,
    /// The entries in glossary order.
    pub entries: Vec<Exported<Entry>>,
    /// What the review found, and what became of it.
    pub issues: Vec<ResolvedIssue>,
}

/// A term or an entry with what the researcher wrote about it. A name of the researcher's stands in the value itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Exported<T> {
    /// The term or the entry.
    pub value: T,
    /// The researcher's category; it counts.
    pub category: Option<String>,
    /// The researcher's note.
    pub note: Option<String>,
    /// The name that stands for the concept, when the researcher chose another one.
    pub synonym_of: Option<String>,
}

impl<T> From<T> for Exported<T> {
    fn from(value: T) -> Self {
        Self {
            value,
            category: None,
            note: None,
            synonym_of: None,
        }
    }
}

impl<T: Serialize> Serialize for Exported<T> {
    /// One object: the category that counts in the place of the other, and the rest if there is any.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut value = serde_json::to_value(&self.value).map_err(S::Error::custom)?;
        let own = [
            ("category", &self.category),
            ("note", &self.note),
            ("synonym_of", &self.synonym_of),
        ];
        for (name, text) in own {
            if let (Some(text), Some(object)) = (text, value.as_object_mut()) {
                object.insert(name.to_owned(), text.as_str().into());
            }
        }
        value.serialize(serializer)
    }
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
