//! The current glossary as a file: Markdown to read, TSV for a spreadsheet, JSON for everything. The formats are the
//! pure crate's; this gathers what goes in, with the researcher's decisions on top.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Write as _;
use std::path::Path;

use glossary::export::{self, Export, Exported, ExportedDocument, ResolvedIssue};
use glossary::{Entry, Language, Occurrence, Term, normalise};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::blocking::blocking;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::runs::Stage;
use crate::store::{generations, results};

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ExportReport {
    /// The file.
    pub path: String,
    /// Number of glossary entries, or of terms, in it.
    pub entries: u32,
}

impl Engine {
    /// Writes the current glossary to `path`. The extension names the format: `.md`, `.tsv` or `.json`. The file is
    /// replaced in one step: who looks sees the old one or the new one, whole.
    pub async fn export(&self, project_id: &str, path: &Path) -> Result<ExportReport> {
        let extension = path
            .extension()
            .map(|extension| extension.to_string_lossy().to_lowercase());
        let needed = match extension.as_deref() {
            Some("md" | "markdown" | "json") => Stage::Refine,
            Some("tsv") => Stage::Extract,
            _ => return Err(Error::ExportFormat(path.to_owned())),
        };
        let export = self.gather_whole(project_id, needed).await?;
        let (text, entries) = match extension.as_deref() {
            Some("tsv") => (export::tsv(&export.terms), export.terms.len()),
            Some("json") => (export::json(&export), export.entries.len()),
            _ => (
                export::markdown(&export, main_language(&export.entries)),
                export.entries.len(),
            ),
        };
        let target = path.to_owned();
        blocking(move || replace(&target, &text))
            .await?
            .map_err(|error| Error::ExportFailed {
                path: path.to_owned(),
                detail: error.to_string(),
            })?;
        Ok(ExportReport {
            path: path.display().to_string(),
            entries: entries as u32,
        })
    }

    /// Reads again when a run ended meanwhile: what it replaced may be gone, and half of each is no glossary.
    async fn gather_whole(&self, project_id: &str, needed: Stage) -> Result<Export> {
        loop {
            let current = generations::current(self.store(), project_id).await?;
            let export = self.gather(project_id, needed, &current).await;
            if generations::current(self.store(), project_id).await? == current {
                return export;
            }
        }
    }

    async fn gather(&self, project_id: &str, needed: Stage, current: &BTreeMap<Stage, i64>) -> Result<Export> {
        let project = self.project(project_id).await?.summary.name;
        if !current.contains_key(&needed) {
            return Err(Error::NoInput(needed));
        }
        let extract = *current.get(&Stage::Extract).ok_or(Error::NoInput(Stage::Extract))?;
        let load = generations::input(self.store(), extract)
            .await?
            .ok_or(Error::NoInput(Stage::Load))?;
        let documents = results::read_documents(self.store(), load, &[]).await?;
        let mut terms = results::read_terms(self.store(), extract).await?;
        let texts: Vec<&str> = documents.iter().map(|document| &*document.hash).collect();
        let found = results::read_found(self.store(), extract, &terms, &texts).await?;
        let mut occurrences: Vec<_> = found.into_iter().map(|found| found.occurrences).collect();
        let excluded: HashSet<String> = self.excluded_keys(project_id).await?.into_iter().collect();
        leave_out(&mut terms, &mut occurrences, &excluded);
        let mut entries = match current.get(&Stage::Refine) {
            Some(&refine) => results::read_entries(self.store(), refine).await?,
            None => Vec::new(),
        };
        entries.retain(|entry| !excluded.contains(&entry.key));
        let wishes = self.wishes(project_id).await?;
        let mut issues = self.settled_issues(project_id).await?;
        issues.retain(|resolved| !excluded.contains(&resolved.issue.key));
        for ResolvedIssue { issue, .. } in &mut issues {
            if let Some(name) = wishes.get(&issue.key).and_then(|wish| wish.name.clone()) {
                issue.term = name;
            }
        }
        let documents = documents
            .into_iter()
            .zip(occurrences)
            .map(|(document, occurrences)| ExportedDocument {
                path: document.document.path.clone(),
                language: document.document.language,
                occurrences,
            })
            .collect();
        Ok(Export {
            project,
            documents,
            terms: terms.into_iter().map(|term| wishes.of_term(term)).collect(),
            entries: entries.into_iter().map(|entry| wishes.of_entry(entry)).collect(),
            issues,
        })
    }

    async fn wishes(&self, project_id: &str) -> Result<Wishes> {
        let rows = sqlx::query!(
            "SELECT key, text, name, category, note, definition, synonym_of FROM decision WHERE project_id = ?",
            project_id
        )
        .fetch_all(self.store().reader())
        .await?;
        let texts: HashMap<String, String> = rows
            .iter()
            .map(|row| (row.key.clone(), row.name.clone().unwrap_or_else(|| row.text.clone())))
            .collect();
        let shown = |key: String| texts.get(&key).cloned().unwrap_or(key);
        Ok(Wishes(
            rows.into_iter()
                .map(|row| {
                    let wish = Wish {
                        name: row.name,
                        category: row.category,
                        note: row.note,
                        definition: row.definition,
                        synonym_of: row.synonym_of.map(shown),
                    };
                    (row.key, wish)
                })
                .collect(),
        ))
    }
}

/// What the researcher wrote about a term.
#[derive(Default)]
struct Wish {
    name: Option<String>,
    category: Option<String>,
    note: Option<String>,
    definition: Option<String>,
    /// As it is shown.
    synonym_of: Option<String>,
}

/// The same of all terms, by key.
struct Wishes(HashMap<String, Wish>);

impl Wishes {
    fn get(&self, key: &str) -> Option<&Wish> {
        self.0.get(key)
    }

    fn of_term(&self, mut term: Term) -> Exported<Term> {
        let Some(wish) = self.get(&term.key) else {
            return term.into();
        };
        if let Some(name) = &wish.name {
            term.text.clone_from(name);
        }
        Exported {
            value: term,
            category: wish.category.clone(),
            note: wish.note.clone(),
            synonym_of: wish.synonym_of.clone(),
        }
    }

    fn of_entry(&self, mut entry: Entry) -> Exported<Entry> {
        for text in entry.synonyms.iter_mut().chain(&mut entry.related) {
            if let Some(name) = self.get(&normalise::key(text)).and_then(|wish| wish.name.as_ref()) {
                text.clone_from(name);
            }
        }
        let Some(wish) = self.get(&entry.key) else {
            return entry.into();
        };
        if let Some(name) = &wish.name {
            let before = std::mem::replace(&mut entry.term, name.clone());
            entry.synonyms.retain(|synonym| synonym != name);
            if !entry.synonyms.contains(&before) {
                entry.synonyms.insert(0, before);
            }
        }
        if let Some(definition) = &wish.definition {
            entry.definition = Some(definition.clone());
            entry.confidence = 1.0;
        }
        Exported {
            value: entry,
            category: wish.category.clone(),
            note: wish.note.clone(),
            synonym_of: wish.synonym_of.clone(),
        }
    }
}

/// Leaves out excluded terms, and lets the occurrences point to the places of the others.
fn leave_out(terms: &mut Vec<Term>, occurrences: &mut [Vec<Occurrence>], excluded: &HashSet<String>) {
    let mut places = Vec::with_capacity(terms.len());
    let mut next = 0;
    for term in terms.iter() {
        let kept = !excluded.contains(&term.key);
        places.push(kept.then_some(next));
        next += u32::from(kept);
    }
    terms.retain(|term| !excluded.contains(&term.key));
    for found in occurrences {
        found.retain_mut(
            |occurrence| match places.get(occurrence.term as usize).copied().flatten() {
                Some(place) => {
                    occurrence.term = place;
                    true
                }
                None => false,
            },
        );
    }
}

/// The language that most entries have.
fn main_language(entries: &[Exported<Entry>]) -> Language {
    let japanese = entries
        .iter()
        .filter(|entry| entry.value.language == Language::Japanese)
        .count();
    if japanese * 2 > entries.len() {
        Language::Japanese
    } else {
        Language::English
    }
}

fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".genglossary-").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    #[cfg(unix)]
    {
        // A temporary file is private; what a person exports is as readable as any file that they make.
        use std::os::unix::fs::PermissionsExt as _;
        file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
    }
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
