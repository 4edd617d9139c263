//! Which files of a folder a run reads, as far as the researcher says: patterns, single files that are left out, the
//! largest size, the languages.

use std::collections::HashSet;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use glossary::Language;

use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::settings::ProjectSettings;

/// Reasons that are the researcher's own: a file that was left out for one of them is a document when he says so.
pub(crate) const RULED: [&str; 4] = ["excluded", "pattern", "language", "too_large"];

/// What the researcher says about the files of a project.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    pub(crate) largest: u64,
    /// Nothing: everything.
    include: Option<GlobSet>,
    exclude: GlobSet,
    excluded: HashSet<String>,
    /// The only language that is read.
    only: Option<Language>,
    /// Two rules of one stamp are the same.
    stamp: String,
}

impl Rules {
    pub(crate) fn new(settings: &ProjectSettings, excluded: Vec<String>) -> Result<Self> {
        let stamp = serde_json::to_string(&(
            settings.max_file_mb,
            &settings.include,
            &settings.exclude,
            settings.languages,
            &excluded,
        ))?;
        Ok(Self {
            largest: u64::from(settings.max_file_mb) << 20,
            include: (!settings.include.is_empty())
                .then(|| patterns(&settings.include))
                .transpose()?,
            exclude: patterns(&settings.exclude)?,
            excluded: excluded.into_iter().collect(),
            only: settings.languages.only(),
            stamp,
        })
    }

    /// Every text file of a folder.
    pub(crate) fn open() -> Self {
        Self::up_to(u64::MAX >> 1)
    }

    /// Every text file of a folder that is not larger.
    pub(crate) fn up_to(largest: u64) -> Self {
        Self {
            largest,
            ..Self::default()
        }
    }

    /// Nothing but the size leaves a file out.
    pub(crate) fn is_open(&self) -> bool {
        self.include.is_none() && self.exclude.is_empty() && self.excluded.is_empty() && self.only.is_none()
    }

    pub(crate) fn stamp(&self) -> &str {
        &self.stamp
    }

    /// Why a file is left out before anybody opens it.
    pub(crate) fn leaves_out(&self, path: &str) -> Option<&'static str> {
        if self.excluded.contains(path) {
            Some("excluded")
        } else if self.exclude.is_match(path) || self.include.as_ref().is_some_and(|include| !include.is_match(path)) {
            Some("pattern")
        } else {
            None
        }
    }

    /// Nothing of the folder is read.
    pub(crate) fn prunes(&self, folder: &str) -> bool {
        !self.exclude.is_empty() && self.exclude.is_match(folder)
    }

    pub(crate) fn reads(&self, language: Language) -> bool {
        self.only.is_none_or(|only| only == language)
    }

    /// Why a document that was read is left out now.
    pub(crate) fn drops(&self, path: &str, bytes: u64, language: Language) -> Option<&'static str> {
        match self.leaves_out(path) {
            None if bytes > self.largest => Some("too_large"),
            None if !self.reads(language) => Some("language"),
            reason => reason,
        }
    }

    /// Whether a file that was left out for one of the reasons in [`RULED`] is read now.
    pub(crate) fn takes_back(&self, path: &str, reason: &str, detail: Option<&str>) -> bool {
        if !RULED.contains(&reason) || self.leaves_out(path).is_some() {
            return false;
        }
        match reason {
            "too_large" => detail
                .and_then(|bytes| bytes.parse::<u64>().ok())
                .is_some_and(|bytes| bytes <= self.largest),
            "language" => match detail {
                Some("english") => self.reads(Language::English),
                Some("japanese") => self.reads(Language::Japanese),
                _ => false,
            },
            _ => true,
        }
    }
}

/// Compiles patterns. `*.md` means files of any folder, `drafts` a folder and all below it, `/notes.txt` only the one at
/// the top.
pub(crate) fn patterns(patterns: &[String]) -> Result<GlobSet> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        for glob in compile(pattern)? {
            set.add(glob);
        }
    }
    set.build().map_err(|error| bad(&patterns.join(" "), &error))
}

fn compile(pattern: &str) -> Result<[globset::Glob; 2]> {
    let name = pattern.trim().trim_end_matches('/');
    let anchored = match name.strip_prefix('/') {
        Some(name) => name.to_owned(),
        None if name.contains('/') => name.to_owned(),
        None => format!("**/{name}"),
    };
    let build = |text: &str| {
        GlobBuilder::new(text)
            .literal_separator(true)
            .case_insensitive(true)
            .build()
            .map_err(|error| bad(pattern, &error))
    };
    Ok([build(&anchored)?, build(&format!("{anchored}/**"))?])
}

fn bad(pattern: &str, error: &globset::Error) -> Error {
    Error::BadPattern {
        pattern: pattern.to_owned(),
        detail: error.kind().to_string(),
    }
}

impl Engine {
    /// What the researcher says about the files of a project now.
    pub(crate) async fn rules(&self, project_id: &str, settings: &ProjectSettings) -> Result<Rules> {
        Rules::new(settings, self.excluded_files(project_id).await?)
    }

    /// Paths of the files that the researcher left out, in order.
    pub(crate) async fn excluded_files(&self, project_id: &str) -> Result<Vec<String>> {
        Ok(sqlx::query_scalar!(
            "SELECT path FROM excluded_file WHERE project_id = ? ORDER BY path",
            project_id
        )
        .fetch_all(self.store().reader())
        .await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::DocumentLanguages;

    fn rules(include: &[&str], exclude: &[&str]) -> Rules {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let settings = ProjectSettings {
            include: owned(include),
            exclude: owned(exclude),
            ..ProjectSettings::default()
        };
        Rules::new(&settings, vec!["b/one.md".to_owned()]).unwrap()
    }

    #[test]
    fn a_pattern_means_what_a_researcher_would_expect() {
        let cases = [
            ("*.md", &["a.md", "x/y.MD"][..], &["a.txt"][..]),
            (
                "drafts",
                &["drafts/a.md", "x/drafts/y/z.md"],
                &["drafts2/a.md", "my drafts.md"],
            ),
            ("drafts/", &["drafts/a.md"], &["a.md"]),
            ("/notes.txt", &["notes.txt"], &["x/notes.txt"]),
            ("x/*.md", &["x/a.md"], &["x/y/a.md", "a.md"]),
            ("x/**/*.md", &["x/y/z/a.md", "x/a.md"], &["y/a.md"]),
            ("記録*", &["記録2024.md", "x/記録/a.md"], &["a.md"]),
            ("{a,b}.txt", &["a.txt", "x/b.txt"], &["c.txt"]),
        ];
        for (pattern, inside, outside) in cases {
            let rules = rules(&[], &[pattern]);
            for path in inside {
                assert_eq!(rules.leaves_out(path), Some("pattern"), "{pattern} {path}");
            }
            for path in outside {
                assert_eq!(rules.leaves_out(path), None, "{pattern} {path}");
            }
        }
        assert!(rules(&[], &["drafts"]).prunes("x/drafts") && !rules(&[], &["drafts"]).prunes("x"));
        let only = rules(&["guide", "*.txt"], &["guide/old"]);
        assert_eq!(only.leaves_out("guide/a.md"), None);
        assert_eq!(
            only.leaves_out("guide/old/a.md"),
            Some("pattern"),
            "what is left out is out"
        );
        assert_eq!(only.leaves_out("other/a.md"), Some("pattern"));
        assert_eq!(only.leaves_out("b/one.md"), Some("excluded"));
    }

    #[test]
    fn a_pattern_that_is_none_is_named() {
        let error = patterns(&["*.md".to_owned(), "[a".to_owned()]).unwrap_err();
        assert!(
            matches!(&error, Error::BadPattern { pattern, .. } if pattern == "[a"),
            "{error}"
        );
        assert_eq!(error.message().params["pattern"], "[a");
    }

    #[test]
    fn what_a_rule_left_out_is_taken_back_when_the_rule_goes() {
        let mut settings = ProjectSettings {
            languages: DocumentLanguages::English,
            ..ProjectSettings::default()
        };
        let rules = Rules::new(&settings, vec![]).unwrap();
        assert_eq!(rules.drops("a.md", 10, Language::Japanese), Some("language"));
        assert_eq!(rules.drops("a.md", 60 << 20, Language::English), Some("too_large"));
        assert!(!rules.takes_back("a.md", "language", Some("japanese")));
        settings.languages = DocumentLanguages::Both;
        let rules = Rules::new(&settings, vec![]).unwrap();
        assert!(rules.takes_back("a.md", "language", Some("japanese")));
        assert!(rules.takes_back("a.md", "excluded", None) && rules.takes_back("a.md", "pattern", None));
        assert!(rules.takes_back("a.md", "too_large", Some("100")));
        assert!(!rules.takes_back("a.md", "binary", None), "no rule of the researcher's");
    }
}
