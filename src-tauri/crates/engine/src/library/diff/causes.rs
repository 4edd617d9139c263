//! Why two sets of results differ: what they depend on is compared, then each row gets the nearest cause.

use std::collections::{BTreeMap, HashMap, HashSet};

use glossary::review::identity;
use glossary::{Alternative, Evidence, Finding, Issue, Severity};
use sqlx::SqliteConnection;

use super::rows::Row;
use super::{DiffRow, Pair};
use crate::error::Result;
use crate::pipeline::{CATEGORIES, MODEL, PROMPTS, TRIES};
use crate::reasons::{DiffCause, Reason};
use crate::runs::Stage;

/// The most paths that a reason names.
const EXAMPLES: usize = 3;

/// What is not as it was.
#[allow(clippy::struct_excessive_bools, reason = "each is one thing that results depend on")]
pub(super) struct Causes {
    added: Vec<String>,
    changed: Vec<String>,
    removed: Vec<String>,
    required: bool,
    excluded: bool,
    synonyms: bool,
    answers: bool,
    tries: bool,
    categories: bool,
    settings: bool,
    engine: bool,
    model: bool,
    prompts: bool,
}

impl Causes {
    pub(super) async fn find(snapshot: &mut SqliteConnection, pair: &Pair<'_>) -> Result<Self> {
        let mut causes = Self {
            added: Vec::new(),
            changed: Vec::new(),
            removed: Vec::new(),
            required: false,
            excluded: false,
            synonyms: compare(pair, "synonyms").unwrap_or(false),
            answers: compare(pair, "answers").unwrap_or(false),
            tries: comes_or_goes(pair, TRIES),
            categories: comes_or_goes(pair, CATEGORIES),
            settings: compare(pair, "settings")
                .unwrap_or_else(|| any_differs(pair, |generation| &generation.settings_hash)),
            engine: compare(pair, "engine").unwrap_or_else(|| any_differs(pair, |generation| &generation.engine)),
            model: comes_or_goes(pair, MODEL) && !one_hash(pair),
            prompts: comes_or_goes(pair, PROMPTS),
        };
        causes.compare_documents(snapshot, pair).await?;
        let (required, excluded) = (compare(pair, "required"), compare(pair, "excluded"));
        let decided = match (required, excluded) {
            (Some(_), Some(_)) => false,
            _ => decided_between(snapshot, pair).await?,
        };
        causes.required = required.unwrap_or(decided);
        causes.excluded = excluded.unwrap_or(decided);
        Ok(causes)
    }

    async fn compare_documents(&mut self, snapshot: &mut SqliteConnection, pair: &Pair<'_>) -> Result<()> {
        let (before, after) = (pair.before.documents(), pair.after.documents());
        if before == after {
            return Ok(());
        }
        let mut earlier: BTreeMap<String, String> = documents(snapshot, before).await?.into_iter().collect();
        for (path, hash) in documents(snapshot, after).await? {
            match earlier.remove(&path) {
                None => self.added.push(path),
                Some(known) if known != hash => self.changed.push(path),
                Some(_) => {}
            }
        }
        self.removed.extend(earlier.into_keys());
        Ok(())
    }

    /// The causes of the whole diff.
    pub(super) fn reasons(&self) -> Vec<Reason> {
        let count = |paths: &[String]| paths.len() as u32;
        let examples = |paths: &[String]| paths.iter().take(EXAMPLES).cloned().collect();
        let mut reasons = Vec::new();
        if !self.added.is_empty() {
            reasons.push(Reason::DocumentsAdded {
                count: count(&self.added),
                examples: examples(&self.added),
            });
        }
        if !self.changed.is_empty() {
            reasons.push(Reason::DocumentsChanged {
                count: count(&self.changed),
                examples: examples(&self.changed),
            });
        }
        if !self.removed.is_empty() {
            reasons.push(Reason::DocumentsRemoved {
                count: count(&self.removed),
                examples: examples(&self.removed),
            });
        }
        if self.required || self.excluded || self.synonyms {
            reasons.push(Reason::TermsEdited);
        }
        if self.answers {
            reasons.push(Reason::IssuesAnswered);
        }
        if self.tries {
            reasons.push(Reason::DefinitionWanted);
        }
        if self.categories && !self.model {
            reasons.push(Reason::CategoriesChanged);
        }
        if self.settings {
            reasons.push(Reason::SettingsChanged);
        }
        if self.engine {
            reasons.push(Reason::EngineChanged);
        }
        if self.model {
            reasons.push(Reason::ModelChanged);
        } else if self.prompts {
            reasons.push(Reason::PromptsChanged);
        }
        reasons
    }

    /// Gives each row its cause. What the researcher decided about the very term comes first, because nothing else
    /// can bring or take an entry for sure; then the documents that the term was read in; then what is the same for all.
    pub(super) async fn explain(
        &self,
        snapshot: &mut SqliteConnection,
        pair: &Pair<'_>,
        rows: Vec<Row>,
    ) -> Result<Vec<DiffRow>> {
        let keys = serde_json::to_string(&rows.iter().map(|row| row.key.as_str()).collect::<Vec<_>>())?;
        let mut decided = if self.required || self.excluded {
            self.decided(snapshot, pair, &keys).await?
        } else {
            HashSet::new()
        };
        if self.synonyms {
            decided.extend(merged(snapshot, pair, &keys).await?);
        }
        let answered = if self.answers {
            answered(snapshot, pair).await?
        } else {
            HashSet::new()
        };
        let names = names(snapshot, pair, &keys).await?;
        let touched: HashSet<&str> = [&self.added, &self.changed, &self.removed]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect();
        let sources = if touched.is_empty() {
            HashMap::new()
        } else {
            sources(snapshot, pair, &keys).await?
        };
        let rest = if self.settings || self.categories {
            DiffCause::Settings
        } else if self.engine {
            DiffCause::Engine
        } else if self.model || self.prompts {
            DiffCause::Model
        } else if self.tries {
            DiffCause::Decision
        } else if touched.is_empty() {
            DiffCause::Unknown
        } else {
            DiffCause::Documents
        };
        rows.into_iter()
            .map(|mut row| {
                let is_touched = |document: &String| touched.contains(document.as_str());
                let answered = !answered.is_empty() && row.identity()?.is_some_and(|what| answered.contains(&what));
                let cause = if decided.contains(&row.key) || answered {
                    DiffCause::Decision
                } else if sources.get(&row.key).is_some_and(|read| read.iter().any(is_touched))
                    || row.clashing()?.iter().any(is_touched)
                {
                    DiffCause::Documents
                } else {
                    rest
                };
                if let Some(name) = names.get(&row.key) {
                    row.term.clone_from(name);
                }
                row.because(cause)
            })
            .collect()
    }

    /// Those of `keys` that were required or excluded between the two results, or were so no longer.
    async fn decided(&self, snapshot: &mut SqliteConnection, pair: &Pair<'_>, keys: &str) -> Result<HashSet<String>> {
        let (defined_before, defined_after) = pair.of(Stage::Define);
        let (terms_before, terms_after) = (pair.before.input(Stage::Define), pair.after.input(Stage::Define));
        let (listed_before, listed_after) = pair.of(Stage::Extract);
        // Only the last decision about a term is stored. But a term was excluded if it got no entry, and it was not
        // required if it is not in the list.
        let rows = sqlx::query!(
            r#"SELECT d.key, d.decided_at, d.verdict IS 'required' AS "required!: bool",
                 (?3 IS NOT NULL AND EXISTS (SELECT 1 FROM term WHERE generation_id = ?5 AND key = d.key)
                     AND NOT EXISTS (SELECT 1 FROM entry WHERE generation_id = ?3 AND key = d.key)) AS "out_before!: bool",
                 (?4 IS NOT NULL AND EXISTS (SELECT 1 FROM term WHERE generation_id = ?6 AND key = d.key)
                     AND NOT EXISTS (SELECT 1 FROM entry WHERE generation_id = ?4 AND key = d.key)) AS "out_after!: bool",
                 EXISTS (SELECT 1 FROM term WHERE generation_id = ?7 AND key = d.key) AS "in_before!: bool",
                 EXISTS (SELECT 1 FROM term WHERE generation_id = ?8 AND key = d.key) AS "in_after!: bool"
               FROM decision d WHERE d.project_id = ?1 AND d.key IN (SELECT value FROM json_each(?2))"#,
            pair.project_id,
            keys,
            defined_before,
            defined_after,
            terms_before,
            terms_after,
            listed_before,
            listed_after
        )
        .fetch_all(snapshot)
        .await?;
        let (from, to) = between(pair);
        Ok(rows
            .into_iter()
            .filter(|row| {
                let excluded = self.excluded && row.out_before != row.out_after;
                let required = self.required
                    && match (row.in_before, row.in_after) {
                        (false, true) => row.required && row.decided_at.as_str() <= to,
                        (true, false) => {
                            !row.required && row.decided_at.as_str() > from && row.decided_at.as_str() <= to
                        }
                        _ => false,
                    };
                excluded || required
            })
            .map(|row| row.key)
            .collect())
    }
}

impl Row {
    /// What the issue says, if it is one.
    fn identity(&self) -> Result<Option<String>> {
        let Some(finding) = &self.finding else { return Ok(None) };
        Ok(Some(identity(&Issue {
            term: self.term.clone(),
            key: self.key.clone(),
            severity: Severity::Low,
            finding: serde_json::from_str(finding)?,
        })))
    }

    /// The documents that a contradiction is between.
    fn clashing(&self) -> Result<Vec<String>> {
        let finding = self.finding.as_deref().map(serde_json::from_str).transpose()?;
        Ok(match finding {
            Some(Finding::Contradiction { first, second }) => vec![first.document, second.document],
            _ => Vec::new(),
        })
    }
}

/// Those of `keys` that the researcher merged with others or took apart from them.
async fn merged(snapshot: &mut SqliteConnection, pair: &Pair<'_>, keys: &str) -> Result<Vec<String>> {
    let (from, _) = between(pair);
    Ok(sqlx::query_scalar!(
        "SELECT key FROM decision d WHERE d.project_id = ?1 AND d.key IN (SELECT value FROM json_each(?2))
             AND (d.synonym_of IS NOT NULL OR d.decided_at > ?3
               OR EXISTS (SELECT 1 FROM decision m WHERE m.project_id = ?1 AND m.synonym_of = d.key))",
        pair.project_id,
        keys,
        from
    )
    .fetch_all(snapshot)
    .await?)
}

/// What the researcher ever answered, by what the issues say.
async fn answered(snapshot: &mut SqliteConnection, pair: &Pair<'_>) -> Result<HashSet<String>> {
    let identities = sqlx::query_scalar!(
        "SELECT identity FROM issue_decision WHERE project_id = ?",
        pair.project_id
    )
    .fetch_all(snapshot)
    .await?;
    Ok(identities.into_iter().collect())
}

/// The researcher's names for these terms.
async fn names(snapshot: &mut SqliteConnection, pair: &Pair<'_>, keys: &str) -> Result<HashMap<String, String>> {
    let rows = sqlx::query!(
        r#"SELECT key, name AS "name!" FROM decision WHERE project_id = ? AND name IS NOT NULL
           AND key IN (SELECT value FROM json_each(?))"#,
        pair.project_id,
        keys
    )
    .fetch_all(snapshot)
    .await?;
    Ok(rows.into_iter().map(|row| (row.key, row.name)).collect())
}

/// Whether a thing that results depend on has another hash. Nothing if no two results say what it was.
fn compare(pair: &Pair<'_>, name: &str) -> Option<bool> {
    Stage::ALL
        .into_iter()
        .filter_map(|stage| {
            let before = pair.before.generations.get(&stage)?;
            let after = pair.after.generations.get(&stage)?;
            if before.id == after.id {
                return before.basis.as_ref()?.contains_key(name).then_some(false);
            }
            Some(before.basis.as_ref()?.get(name)? != after.basis.as_ref()?.get(name)?)
        })
        .reduce(|differs, other| differs || other)
}

/// Whether a thing that only some results depend on is another one, or there on one side alone.
fn comes_or_goes(pair: &Pair<'_>, name: &str) -> bool {
    Stage::ALL.into_iter().any(|stage| {
        let basis = |generations: &'_ BTreeMap<Stage, super::Generation>| {
            let basis = generations.get(&stage)?.basis.as_ref()?;
            Some(basis.get(name).cloned())
        };
        let (before, after) = (basis(&pair.before.generations), basis(&pair.after.generations));
        before.zip(after).is_some_and(|(before, after)| before != after)
    })
}

/// Whether one side is from before the words of the questions had a hash of their own, and both asked a model.
fn one_hash(pair: &Pair<'_>) -> bool {
    Stage::ALL.into_iter().any(|stage| {
        let sides = [&pair.before, &pair.after].map(|side| side.generations.get(&stage)?.basis.as_ref());
        let [Some(before), Some(after)] = sides else {
            return false;
        };
        let both = before.contains_key(MODEL) && after.contains_key(MODEL);
        both && before.contains_key(PROMPTS) != after.contains_key(PROMPTS)
    })
}

/// The same for results without a basis, by what their runs were started with.
fn any_differs(pair: &Pair<'_>, what: impl Fn(&super::Generation) -> &String) -> bool {
    pair.before.generations.iter().any(|(stage, before)| {
        let after = pair.after.generations.get(stage);
        after.is_some_and(|after| what(before) != what(after))
    })
}

/// From when to when a decision lies between the two results.
fn between<'a>(pair: &'a Pair<'_>) -> (&'a str, &'a str) {
    let made = |stage| [pair.before.generations.get(&stage), pair.after.generations.get(&stage)];
    let from = [made(Stage::Extract), made(Stage::Define)]
        .into_iter()
        .flatten()
        .flatten()
        .map(|generation| generation.created_at.as_str())
        .min();
    (
        from.unwrap_or_default(),
        pair.before.since.as_str().max(pair.after.since.as_str()),
    )
}

async fn decided_between(snapshot: &mut SqliteConnection, pair: &Pair<'_>) -> Result<bool> {
    let (from, to) = between(pair);
    let decided = sqlx::query_scalar!(
        "SELECT count(*) FROM decision WHERE project_id = ? AND decided_at > ? AND decided_at <= ?
             AND (verdict IS NOT NULL OR manual)",
        pair.project_id,
        from,
        to
    )
    .fetch_one(snapshot)
    .await?;
    Ok(decided > 0)
}

/// Path and hash of every document, in the order of the paths.
async fn documents(snapshot: &mut SqliteConnection, generation: Option<i64>) -> Result<Vec<(String, String)>> {
    let rows = sqlx::query!(
        "SELECT path, hash FROM document WHERE generation_id = ? ORDER BY ordinal",
        generation
    )
    .fetch_all(snapshot)
    .await?;
    Ok(rows.into_iter().map(|row| (row.path, row.hash)).collect())
}

/// The documents that the entries of `keys` were made from, on either side.
async fn sources(
    snapshot: &mut SqliteConnection,
    pair: &Pair<'_>,
    keys: &str,
) -> Result<HashMap<String, HashSet<String>>> {
    let (define, refine) = (pair.of(Stage::Define), pair.of(Stage::Refine));
    let generations: Vec<i64> = [define.0, define.1, refine.0, refine.1].into_iter().flatten().collect();
    let generations = serde_json::to_string(&generations)?;
    // By key: a page has few of them, a generation many entries.
    let rows = sqlx::query!(
        "SELECT key, evidence, alternatives FROM (SELECT value AS wanted FROM json_each(?1))
         CROSS JOIN (SELECT value AS generation FROM json_each(?2))
         CROSS JOIN entry ON generation_id = generation AND key = wanted",
        keys,
        generations
    )
    .fetch_all(snapshot)
    .await?;
    let mut sources: HashMap<String, HashSet<String>> = HashMap::new();
    for row in rows {
        let evidence: Vec<Evidence> = serde_json::from_str(&row.evidence)?;
        let alternatives: Vec<Alternative> = serde_json::from_str(&row.alternatives)?;
        let read = evidence
            .into_iter()
            .chain(alternatives.into_iter().map(|other| other.evidence));
        sources
            .entry(row.key)
            .or_default()
            .extend(read.map(|evidence| evidence.document));
    }
    Ok(sources)
}
