//! What the researcher answers to issues. An answer is stored by what the issue says, so every later review that finds the
//! same finds the answer.

use std::collections::HashMap;

use glossary::review::{Reviewer, identity};
use glossary::{Finding, Issue, Ruling, normalise};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::blocking::blocking;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::library::decisions::{Change, Draft, Field};
use crate::store::{generations, results};

/// What the researcher answers to an issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum IssueAnswer {
    /// The entries are one concept under the name of this key.
    Merge {
        /// The key of the name that stands for it.
        primary: String,
    },
    /// The first of two statements holds.
    First,
    /// The second of two statements holds.
    Second,
    /// The missing term shall have an entry.
    Require,
    /// The term does not belong into the glossary.
    Exclude,
    /// The researcher writes the definition.
    Define {
        /// The definition.
        definition: String,
    },
    /// There is nothing to put right.
    Dismiss {
        /// Why.
        reason: Option<String>,
    },
    /// Takes the answer back.
    Reopen,
}

impl Engine {
    /// Answers these issues of the current review alike. The change can be taken back. Some answers take effect at once,
    /// others with the next run; all of them hold in every later review that finds the same.
    pub async fn answer_issues(&self, project_id: &str, ids: &[String], answer: &IssueAnswer) -> Result<Change> {
        let not_found = |id: &String| Error::IssueNotFound(id.clone());
        let missing = || {
            ids.first()
                .map_or_else(|| Error::IssueNotFound(String::new()), not_found)
        };
        let (review, _) = self.current_review(project_id).await?.ok_or_else(missing)?;
        let mut issues = Vec::with_capacity(ids.len());
        for id in ids {
            issues.push(self.issue(review, id).await?);
        }
        results::identify_issues(self.store(), review).await?;
        let mut draft = Draft::begin(self, project_id).await?;
        for (id, issue) in ids.iter().zip(&issues) {
            draft.answer(self, id, issue, answer).await?;
        }
        draft.commit(self).await
    }

    async fn issue(&self, review: i64, id: &str) -> Result<Issue> {
        let missing = || Error::IssueNotFound(id.to_owned());
        let ordinal: i64 = id.parse().map_err(|_| missing())?;
        let row = sqlx::query!(
            "SELECT key, term, severity, finding FROM issue WHERE generation_id = ? AND ordinal = ?",
            review,
            ordinal
        )
        .fetch_optional(self.store().reader())
        .await?
        .ok_or_else(missing)?;
        Ok(Issue {
            term: row.term,
            key: row.key,
            severity: results::severity_of(row.severity),
            finding: serde_json::from_str(&row.finding)?,
        })
    }

    /// Reviews the glossary as it stands now, with the researcher's definitions and exclusions and without what an answer
    /// has settled by decree, and says whether the issue is still found.
    pub async fn recheck_issue(&self, project_id: &str, id: &str) -> Result<bool> {
        let missing = || Error::IssueNotFound(id.to_owned());
        let (review, _) = self.current_review(project_id).await?.ok_or_else(missing)?;
        let issue = self.issue(review, id).await?;
        let define = generations::input(self.store(), review).await?.ok_or_else(missing)?;
        let extract = generations::input(self.store(), define).await?.ok_or_else(missing)?;
        let mut entries = results::read_entries(self.store(), define).await?;
        let terms = results::read_terms(self.store(), extract).await?;
        let own = sqlx::query!(
            r#"SELECT key, definition, verdict IS 'excluded' AS "excluded!: bool" FROM decision
               WHERE project_id = ? AND (definition IS NOT NULL OR verdict = 'excluded')"#,
            project_id
        )
        .fetch_all(self.store().reader())
        .await?;
        let own: HashMap<String, (Option<String>, bool)> = own
            .into_iter()
            .map(|row| (row.key, (row.definition, row.excluded)))
            .collect();
        if let Finding::Judged { .. } = issue.finding {
            // What a model found, rules do not find again: it holds as long as the entry is as the model saw it.
            return Ok(!own.contains_key(&issue.key));
        }
        blocking(move || {
            entries.retain(|entry| !own.get(&entry.key).is_some_and(|(_, excluded)| *excluded));
            for entry in &mut entries {
                if let Some((Some(definition), _)) = own.get(&entry.key) {
                    entry.definition = Some(definition.clone());
                    // The documents say other things; what the researcher wrote is not from them.
                    entry.alternatives.clear();
                    entry.evidence.clear();
                }
            }
            let wanted = identity(&issue);
            let reviewer = Reviewer::new(&entries, &terms);
            (0..reviewer.len()).any(|at| {
                reviewer
                    .review(&entries, at)
                    .iter()
                    .any(|found| identity(found) == wanted)
            })
        })
        .await
    }
}

/// The keys of all entries that an issue is about.
fn involved(issue: &Issue) -> Vec<String> {
    let mut keys = vec![issue.key.clone()];
    match &issue.finding {
        finding if finding.kind() == "duplicate" => {
            keys.extend(finding.others().iter().map(|other| normalise::key(other)));
        }
        Finding::MissingRelated { related } => keys = vec![normalise::key(related)],
        _ => {}
    }
    keys
}

impl Draft {
    async fn answer(&mut self, engine: &Engine, id: &str, issue: &Issue, answer: &IssueAnswer) -> Result<()> {
        let identity = identity(issue);
        let keys = involved(issue);
        self.read_issue(&identity, &keys).await?;
        // A new answer does not stand beside what an earlier one brought about.
        self.take_back_ruling(engine, &identity, &keys).await?;
        let ruling = match (answer, &issue.finding) {
            (IssueAnswer::Merge { primary }, finding) if finding.kind() == "duplicate" && keys.contains(primary) => {
                self.read(engine, &keys).await?;
                self.merge(engine, &keys, primary).await?;
                Some(Ruling::Merge)
            }
            (IssueAnswer::First, Finding::Contradiction { .. }) => Some(Ruling::First),
            (IssueAnswer::Second, Finding::Contradiction { .. }) => Some(Ruling::Second),
            (IssueAnswer::Require, Finding::MissingRelated { related }) => {
                self.require_new(&normalise::key(related), related).await?;
                Some(Ruling::Require)
            }
            (IssueAnswer::Exclude, _) => {
                self.read(engine, std::slice::from_ref(&issue.key)).await?;
                self.set(&issue.key, Field::Verdict, Some("excluded".to_owned()));
                None
            }
            (IssueAnswer::Define { definition }, _) if !definition.trim().is_empty() => {
                self.read(engine, std::slice::from_ref(&issue.key)).await?;
                self.set(&issue.key, Field::Definition, Some(definition.trim().to_owned()));
                None
            }
            (IssueAnswer::Dismiss { .. }, _) => Some(Ruling::Dismissed),
            (IssueAnswer::Reopen, _) => {
                self.take_back_decree(engine, &identity, issue).await?;
                None
            }
            _ => return Err(Error::IssueNotFound(id.to_owned())),
        };
        let reason = match answer {
            IssueAnswer::Dismiss { reason } => reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty()),
            _ => None,
        };
        self.set_issue(&identity, Field::Ruling, ruling.map(results::text).transpose()?);
        self.set_issue(&identity, Field::Reason, reason.map(str::to_owned));
        Ok(())
    }

    /// Takes back what the answer to an issue has decided about its terms.
    async fn take_back_ruling(&mut self, engine: &Engine, identity: &str, keys: &[String]) -> Result<()> {
        let field = match self.get_issue(identity, Field::Ruling) {
            Some("merge") => Field::SynonymOf,
            Some("require") => Field::Verdict,
            _ => return Ok(()),
        };
        self.read(engine, keys).await?;
        for key in keys {
            self.set(key, field, None);
        }
        Ok(())
    }

    /// Takes back the decision about its term that settles an issue nobody answered. What settles another issue stays.
    async fn take_back_decree(&mut self, engine: &Engine, identity: &str, issue: &Issue) -> Result<()> {
        if self.get_issue(identity, Field::Ruling).is_some() {
            return Ok(());
        }
        self.read(engine, std::slice::from_ref(&issue.key)).await?;
        if self.get(&issue.key, Field::Verdict) == Some("excluded") {
            self.set(&issue.key, Field::Verdict, None);
        } else if issue.finding.is_settled_by_definition() {
            self.set(&issue.key, Field::Definition, None);
        }
        Ok(())
    }
}
