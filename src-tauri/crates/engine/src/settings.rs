//! Settings of the app and of a project.

use std::collections::BTreeMap;
use std::path::Path;

use std::collections::{BTreeSet, HashSet};

use glossary::{Language, normalise};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use specta::Type;

use crate::blocking::blocking;
use crate::categories::{self, OwnCategory};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::models::ModelSettings;
use crate::pipeline::patterns;

/// The language of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum UiLanguage {
    /// As the system says.
    #[default]
    System,
    /// English.
    En,
    /// Japanese.
    Ja,
}

/// The colours of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Dark ink on a light page.
    Light,
    /// Light ink on a dark page.
    Dark,
}

/// What closing the window does while runs are active.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum CloseChoice {
    /// Asks.
    #[default]
    Ask,
    /// The runs go on without a window.
    Background,
    /// The runs are stopped.
    Stop,
}

/// Settings of the app, the same for all projects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct AppSettings {
    /// Language of the interface.
    pub language: UiLanguage,
    /// Colours of the interface.
    pub theme: Theme,
    /// Definitions in the sans-serif face.
    pub sans_reading: bool,
    /// Size of all text, in percent. 80 to 200.
    pub text_size: u32,
    /// Shortcuts that are not the usual ones, by command; an empty one is none.
    pub shortcuts: BTreeMap<String, String>,
    /// The most runs at work at once, of all projects and processes. 1 to 8.
    pub parallel_runs: u32,
    /// Tells of the end of a run when the window is not in front.
    pub notify: bool,
    /// Keeps the machine awake while a run is at work.
    pub keep_awake: bool,
    /// What closing the window does while runs are active.
    pub background: CloseChoice,
    /// Runs that ended so many days ago are removed, with their logs. 1 to 3650.
    pub keep_days: u32,
    /// The most that the logs of all runs take together, in MiB. 10 to 100,000.
    pub keep_logs_mb: u32,
}

impl Default for AppSettings {
    fn default() -> Self {
        Self {
            language: UiLanguage::default(),
            theme: Theme::default(),
            sans_reading: false,
            text_size: 100,
            shortcuts: BTreeMap::new(),
            parallel_runs: 2,
            notify: true,
            keep_awake: true,
            background: CloseChoice::default(),
            keep_days: 90,
            keep_logs_mb: 1_000,
        }
    }
}

/// More shortcuts, and longer ones, than there can be commands and keys.
const SHORTCUTS: usize = 200;
const SHORTCUT_LIMIT: usize = 64;

impl AppSettings {
    fn check(&self) -> Result<()> {
        let bounded = |text: &String| text.len() <= SHORTCUT_LIMIT;
        if !(1..=8).contains(&self.parallel_runs) {
            return Err(Error::InvalidSettings("parallel_runs"));
        }
        if !(80..=200).contains(&self.text_size) {
            return Err(Error::InvalidSettings("text_size"));
        }
        if self.shortcuts.len() > SHORTCUTS || !self.shortcuts.iter().all(|(id, keys)| bounded(id) && bounded(keys)) {
            return Err(Error::InvalidSettings("shortcuts"));
        }
        if !(1..=3_650).contains(&self.keep_days) {
            return Err(Error::InvalidSettings("keep_days"));
        }
        if !(10..=100_000).contains(&self.keep_logs_mb) {
            return Err(Error::InvalidSettings("keep_logs_mb"));
        }
        Ok(())
    }
}

/// Which documents are read, by their main language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum DocumentLanguages {
    /// All of them.
    #[default]
    Both,
    /// English ones.
    English,
    /// Japanese ones.
    Japanese,
}

impl DocumentLanguages {
    /// The only language that is read.
    pub(crate) fn only(self) -> Option<Language> {
        match self {
            Self::Both => None,
            Self::English => Some(Language::English),
            Self::Japanese => Some(Language::Japanese),
        }
    }
}

/// Settings of a project. A run keeps those that it started with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ProjectSettings {
    /// Larger files are skipped and reported. In MiB, 1 to 500.
    pub max_file_mb: u32,
    /// The most terms to keep; nothing lets the engine find the cut.
    pub max_terms: Option<u32>,
    /// Terms with fewer occurrences are left out. From 1.
    pub min_occurrences: u32,
    /// Only files that one of these patterns matches are read; all of them without a pattern.
    pub include: Vec<String>,
    /// Files and folders that one of these patterns matches are left out.
    pub exclude: Vec<String>,
    /// Documents in another language are left out.
    pub languages: DocumentLanguages,
    /// Words and terms that are never listed, unless they are required.
    pub stop_words: Vec<String>,
    /// The project's own categories, at most 20. With a model, it sorts terms into them.
    pub categories: Vec<OwnCategory>,
    /// The model that writes the definitions; without one they are sentences of the documents.
    pub model: Option<ModelSettings>,
}

impl Default for ProjectSettings {
    fn default() -> Self {
        Self {
            max_file_mb: 50,
            max_terms: None,
            min_occurrences: 1,
            include: Vec::new(),
            exclude: Vec::new(),
            languages: DocumentLanguages::default(),
            stop_words: Vec::new(),
            categories: Vec::new(),
            model: None,
        }
    }
}

impl ProjectSettings {
    fn check(&self) -> Result<()> {
        if !(1..=500).contains(&self.max_file_mb) {
            return Err(Error::InvalidSettings("max_file_mb"));
        }
        if self.max_terms.is_some_and(|terms| !(1..=1_000_000).contains(&terms)) {
            return Err(Error::InvalidSettings("max_terms"));
        }
        if !(1..=1_000_000).contains(&self.min_occurrences) {
            return Err(Error::InvalidSettings("min_occurrences"));
        }
        if self.include.len() + self.exclude.len() > MOST_PATTERNS {
            return Err(Error::InvalidSettings("patterns"));
        }
        if self.stop_words.len() > MOST_STOP_WORDS {
            return Err(Error::InvalidSettings("stop_words"));
        }
        patterns(&self.include)?;
        patterns(&self.exclude)?;
        categories::check(&self.categories)?;
        self.model.as_ref().map_or(Ok(()), ModelSettings::check)
    }

    /// Without white space around, empty lines, and what is said twice.
    fn tidied(mut self) -> Self {
        for list in [&mut self.include, &mut self.exclude, &mut self.stop_words] {
            let mut seen = HashSet::new();
            let lines = std::mem::take(list).into_iter().map(|line| line.trim().to_owned());
            *list = lines
                .filter(|line| !line.is_empty() && seen.insert(line.clone()))
                .collect();
        }
        self.categories = categories::tidied(self.categories);
        self.model = self.model.map(ModelSettings::tidied);
        self
    }

    /// Keys of the stop words, in order.
    pub(crate) fn stop_keys(&self) -> Vec<String> {
        let keys: BTreeSet<String> = self.stop_words.iter().map(|word| normalise::key(word)).collect();
        keys.into_iter().filter(|key| !key.is_empty()).collect()
    }
}

/// More patterns than this are a list of files.
const MOST_PATTERNS: usize = 200;
const MOST_STOP_WORDS: usize = 10_000;

impl ProjectSettings {
    /// The settings as they are stored, with defaults for those that are newer than what was stored.
    pub(crate) fn stored(json: &str) -> Result<Self> {
        let mut stored: Value = serde_json::from_str(json)?;
        if let Some(Value::Object(model)) = stored.get_mut("model") {
            ModelSettings::complete(model)?;
        }
        with_defaults(stored)
    }
}

/// Reads settings that an older version may have stored with fewer fields.
fn with_defaults<T: Default + Serialize + DeserializeOwned>(stored: Value) -> Result<T> {
    let mut settings = serde_json::to_value(T::default())?;
    if let (Some(settings), Value::Object(stored)) = (settings.as_object_mut(), stored) {
        settings.extend(stored);
    }
    Ok(serde_json::from_value(settings)?)
}

const APP: &str = "app";

/// Room that the data folder takes on the disk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, Type)]
pub struct DataSize {
    /// The database and its journal, in bytes.
    pub database: f64,
    /// The logs of all runs, in bytes.
    pub logs: f64,
    /// Everything in the folder, backups too, in bytes.
    pub all: f64,
}

/// Bytes of the files below a folder whose names are wanted. What cannot be read counts for nothing.
fn size(folder: &Path, wanted: &dyn Fn(&str) -> bool) -> f64 {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return 0.0;
    };
    entries
        .flatten()
        .filter(|entry| wanted(&entry.file_name().to_string_lossy()))
        .map(|entry| match entry.metadata() {
            Ok(data) if data.is_dir() => size(&entry.path(), wanted),
            Ok(data) => data.len() as f64,
            Err(_) => 0.0,
        })
        .sum()
}

impl Engine {
    /// The settings of the app; defaults where nothing was set.
    pub async fn app_settings(&self) -> Result<AppSettings> {
        let value = sqlx::query_scalar!("SELECT value FROM setting WHERE key = ?", APP)
            .fetch_optional(self.store().reader())
            .await?;
        value.map_or_else(
            || Ok(AppSettings::default()),
            |json| with_defaults(serde_json::from_str(&json)?),
        )
    }

    /// Stores the settings of the app. They take effect at once.
    pub async fn set_app_settings(&self, settings: AppSettings) -> Result<AppSettings> {
        settings.check()?;
        let json = serde_json::to_string(&settings)?;
        let mut tx = self.store().write().await?;
        sqlx::query!(
            "INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            APP,
            json
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        self.runs().wake_queue();
        Ok(settings)
    }

    /// How much room the data takes.
    pub async fn data_size(&self) -> Result<DataSize> {
        let home = self.home().to_owned();
        let measure = move || DataSize {
            database: size(&home, &|name| name.starts_with("genglossary.db")),
            logs: size(&home.join("logs"), &|_| true),
            all: size(&home, &|_| true),
        };
        blocking(measure).await
    }

    /// The settings of a project.
    pub async fn project_settings(&self, project_id: &str) -> Result<ProjectSettings> {
        let json = sqlx::query_scalar!(
            "SELECT settings FROM project WHERE id = ? AND deleted_at IS NULL",
            project_id
        )
        .fetch_optional(self.store().reader())
        .await?
        .ok_or_else(|| Error::ProjectNotFound(project_id.to_owned()))?;
        ProjectSettings::stored(&json)
    }

    /// Stores the settings of a project. A run that is active keeps its own.
    pub async fn set_project_settings(&self, project_id: &str, settings: ProjectSettings) -> Result<ProjectSettings> {
        let settings = settings.tidied();
        settings.check()?;
        let json = serde_json::to_string(&settings)?;
        let mut tx = self.store().write().await?;
        let done = sqlx::query!(
            "UPDATE project SET settings = ? WHERE id = ? AND deleted_at IS NULL",
            json,
            project_id
        )
        .execute(&mut *tx)
        .await?
        .rows_affected();
        tx.commit().await?;
        if done == 0 {
            return Err(Error::ProjectNotFound(project_id.to_owned()));
        }
        self.project_changed(project_id);
        Ok(settings)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_size_of_the_data_counts_what_is_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("logs")).unwrap();
        std::fs::write(folder.path().join("genglossary.db-wal"), [0; 10]).unwrap();
        std::fs::write(folder.path().join("logs/a.log"), [0; 7]).unwrap();
        assert!((size(folder.path(), &|_| true) - 17.0).abs() < 0.5);
        assert!((size(folder.path(), &|name| name.starts_with("genglossary.db")) - 10.0).abs() < 0.5);
        assert!(size(Path::new("/nonexistent"), &|_| true).abs() < 0.5);
    }

    #[test]
    fn settings_out_of_their_bounds_are_refused() {
        let with = |change: &dyn Fn(&mut AppSettings)| {
            let mut settings = AppSettings::default();
            change(&mut settings);
            settings.check().is_ok()
        };
        assert!(with(&|_| ()));
        assert!(with(&|settings| settings.text_size = 150));
        assert!(!with(&|settings| settings.text_size = 20));
        assert!(!with(&|settings| settings.parallel_runs = 0));
        assert!(!with(
            &|settings| _ = settings.shortcuts.insert("x".repeat(65), String::new())
        ));
    }

    #[test]
    fn settings_of_an_older_version_get_the_defaults_of_what_is_new() {
        let read = ProjectSettings::stored(r#"{"max_terms": 7, "gone": true}"#).unwrap();
        assert_eq!(
            read,
            ProjectSettings {
                max_terms: Some(7),
                ..ProjectSettings::default()
            }
        );
        assert!(read.categories.is_empty());
        let kept = OwnCategory {
            name: "species".into(),
            about: "kinds of plants".into(),
        };
        let read = ProjectSettings::stored(r#"{"categories": [{"name": "species", "about": "kinds of plants"}]}"#);
        assert_eq!(read.unwrap().categories, [kept]);
        let model = json!({
            "provider": "ollama", "base_url": "http://nas:11434", "api_version": "", "model": "m", "temperature": 0.5,
            "seed": null, "context": 4096, "parallel": 2, "timeout_s": 60, "output": "japanese",
        });
        let read = ProjectSettings::stored(&json!({ "model": model }).to_string()).unwrap();
        let read = read.model.unwrap();
        assert_eq!((read.keep_alive_min, read.seed, read.timeout_s), (10, None, 60));
        assert!(ProjectSettings::stored("[]").is_ok_and(|read| read == ProjectSettings::default()));
    }
}
