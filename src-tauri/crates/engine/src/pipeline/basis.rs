//! What the result of a stage depends on. The same hashes say which result a run may take over, and which results of a
//! project are out of date and why.

use std::collections::BTreeMap;

use glossary::{Language, Ruling};
use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::error::Result;
use crate::models::prompts;
use crate::runs::{EMBEDDED, Stage};
use crate::settings::ProjectSettings;

/// The hash of each thing that a result depends on, by the name of the thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Basis(BTreeMap<String, String>);

/// The rules and their version.
pub(crate) const ENGINE: &str = "engine";
/// The settings of the project that the stage reads.
pub(crate) const SETTINGS: &str = "settings";
/// The paths and texts of all documents.
const DOCUMENTS: &str = "documents";
/// The terms that the researcher wants in.
pub(crate) const REQUIRED: &str = "required";
/// The terms that the researcher wants out.
pub(crate) const EXCLUDED: &str = "excluded";
/// The model that is asked, and how.
pub(crate) const MODEL: &str = "model";
/// The words of the questions to it, and what is read in the answers.
pub(crate) const PROMPTS: &str = "prompts";
/// The project's own categories, and what a model is told of them.
pub(crate) const CATEGORIES: &str = "categories";
/// How often the researcher wished for another definition by the model.
pub(crate) const TRIES: &str = "tries";
/// The terms that the researcher takes for one concept.
pub(crate) const SYNONYMS: &str = "synonyms";
/// What the researcher answered to issues.
pub(crate) const ANSWERS: &str = "answers";

impl Basis {
    fn new() -> Self {
        Self(BTreeMap::from([(ENGINE.to_owned(), EMBEDDED.to_owned())]))
    }

    fn with(mut self, name: &str, value: &impl Serialize) -> Result<Self> {
        let hash = blake3::hash(&serde_json::to_vec(value)?).to_hex().to_string();
        self.0.insert(name.to_owned(), hash);
        Ok(self)
    }

    /// The basis of loaded documents, given by path and hash of the text in the order of the paths.
    pub(crate) fn of_documents<'a>(documents: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self> {
        Self::new().with(DOCUMENTS, &documents.into_iter().collect::<Vec<_>>())
    }

    /// One hash for all of it.
    pub(crate) fn key(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for text in self.0.iter().flat_map(|(name, hash)| [name, hash]) {
            hasher
                .update(&(text.len() as u64).to_le_bytes())
                .update(text.as_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }

    /// The rules that made the result.
    pub(crate) fn engine(&self) -> Option<&str> {
        self.0.get(ENGINE).map(String::as_str)
    }

    /// Whether the result depended on such a thing.
    pub(crate) fn names(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The names of what is different in `other`.
    pub(crate) fn differences<'a>(&'a self, other: &'a Self) -> Vec<&'a str> {
        let names = self
            .0
            .keys()
            .chain(other.0.keys().filter(|name| !self.0.contains_key(*name)));
        names
            .filter(|name| self.0.get(*name) != other.0.get(*name))
            .map(String::as_str)
            .collect()
    }
}

/// Where a basis names the result that a stage reads.
fn input_name(stage: Stage) -> String {
    format!("input:{}", stage.name())
}

/// What the researcher decided that a run depends on, read once.
#[derive(Debug, Clone)]
pub(crate) struct Decisions {
    /// Texts of the terms that must be in, in a stable order.
    pub(crate) required: Vec<String>,
    /// Keys of the terms that must be out, in a stable order.
    pub(crate) excluded: Vec<String>,
    /// Keys of the terms that the researcher defined, renamed or sorted, and whether defined. No result is made from them:
    /// they say what a model leaves alone.
    pub(crate) own: Vec<(String, bool)>,
    /// How often another definition was wished for, by the key of the term.
    pub(crate) tries: BTreeMap<String, u32>,
    /// Keys of the terms that name one concept, the name that stands for it first.
    pub(crate) groups: Vec<Vec<String>>,
    /// What was answered to issues, by what they say.
    pub(crate) rulings: Vec<(String, Ruling)>,
}

impl Engine {
    pub(crate) async fn decisions(&self, project_id: &str) -> Result<Decisions> {
        Ok(Decisions {
            required: self.required_terms(project_id).await?,
            excluded: self.excluded_keys(project_id).await?,
            own: self.own_keys(project_id).await?,
            tries: self.tries(project_id).await?,
            groups: self.synonym_groups(project_id).await?,
            rulings: self.rulings(project_id).await?,
        })
    }
}

impl Basis {
    /// What a result of `stage` would be made from now. `input` is the output hash of the stage before it. Loading has its
    /// own: see [`Basis::of_documents`].
    pub(crate) fn of_stage(
        stage: Stage,
        settings: &ProjectSettings,
        decisions: &Decisions,
        input: &str,
    ) -> Result<Self> {
        let mut basis = Self::new();
        if let Some(before) = stage.input() {
            basis = basis.with(&input_name(before), &input)?;
        }
        let basis = match stage {
            Stage::Extract => {
                let cut = (settings.max_terms, settings.min_occurrences);
                let stop = settings.stop_keys();
                // Results from before there were stop words are those without any.
                let basis = if stop.is_empty() {
                    basis.with(SETTINGS, &cut)?
                } else {
                    basis.with(SETTINGS, &(cut, stop))?
                };
                let basis = basis.with(REQUIRED, &decisions.required)?;
                // Only a model sorts by them.
                match &settings.categories {
                    own if settings.model.is_some() && !own.is_empty() => {
                        let words = [Language::English, Language::Japanese].map(prompts::judge::own_words);
                        basis.with(CATEGORIES, &(own, words))?
                    }
                    _ => basis,
                }
            }
            Stage::Define => {
                let basis = basis.with(EXCLUDED, &decisions.excluded)?;
                // A model defines concepts, and may be asked for other answers; rules define terms.
                let asks = settings.model.is_some();
                let basis = match &decisions.groups {
                    groups if asks && !groups.is_empty() => basis.with(SYNONYMS, groups)?,
                    _ => basis,
                };
                match &decisions.tries {
                    tries if asks && !tries.is_empty() => basis.with(TRIES, tries)?,
                    _ => basis,
                }
            }
            Stage::Refine => basis
                .with(SYNONYMS, &decisions.groups)?
                .with(ANSWERS, &decisions.rulings)?,
            Stage::Load | Stage::Review => basis,
        };
        match (&settings.model, prompts::of(stage)) {
            (Some(model), Some(words)) => basis
                .with(MODEL, &(model.parameters(), model.output))?
                .with(PROMPTS, &words),
            _ => Ok(basis),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_basis_says_what_is_different() {
        let one = Basis::of_documents([("a.md", "1"), ("b.md", "2")]).unwrap();
        let same = Basis::of_documents([("a.md", "1"), ("b.md", "2")]).unwrap();
        let other = Basis::of_documents([("a.md", "1"), ("b.md", "3")]).unwrap();
        assert_eq!(one.key(), same.key());
        assert!(one.differences(&same).is_empty());
        assert_ne!(one.key(), other.key());
        assert_eq!(one.differences(&other), [DOCUMENTS]);
        let more = other.clone().with(SETTINGS, &7).unwrap();
        assert_eq!(other.differences(&more), [SETTINGS]);
        assert_eq!(more.differences(&other), [SETTINGS]);
    }
}
