//! What the researcher decided about terms. No run writes here; what a run needs of it, it reads.

mod draft;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use glossary::{Category, Language, normalise};
use serde::{Deserialize, Serialize};
use specta::Type;

pub use draft::Change;
pub(in crate::library) use draft::{Draft, Field};

use crate::categories;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::runs::Stage;
use crate::store::{generations, results};

/// Whether a term belongs into the glossary. One of the two or none, so nothing can be both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Always in, also when the engine would cut it.
    Required,
    /// Never in.
    Excluded,
}

/// What was decided about a text that is a term from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct TextDecision {
    /// Identifies the term in its project.
    pub key: String,
    /// How to take it back.
    pub change: Change,
}

/// One thing to decide about one or many terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TermEdit {
    /// In, out, or as the engine finds.
    Verdict {
        /// Nothing takes the decision back.
        verdict: Option<Verdict>,
    },
    /// What kind of thing they name.
    Category {
        /// Nothing takes the engine's again.
        category: Option<String>,
    },
    /// What the researcher wants to remember.
    Note {
        /// Nothing removes it.
        note: Option<String>,
    },
    /// The form that is shown.
    Rename {
        /// Nothing takes the engine's again.
        name: Option<String>,
    },
    /// What they mean. It wins over every other, and no run replaces it.
    Definition {
        /// Nothing takes the engine's again.
        definition: Option<String>,
    },
    /// The project's model is to write another definition; the next run from the terms on asks for it, and for nothing
    /// that it was asked before.
    Redefine,
    /// They are names of one concept.
    Merge {
        /// Key of the name that stands for it.
        primary: String,
    },
    /// They stand for themselves again; what stood behind one of them, too.
    Split,
}

impl Engine {
    /// Decides one thing about all these terms at once. The change can be taken back.
    pub async fn decide_terms(&self, project_id: &str, keys: &[String], edit: &TermEdit) -> Result<Change> {
        if let TermEdit::Rename { name: Some(name) } = edit {
            self.refuse_taken_name(project_id, keys, name).await?;
        }
        let mut draft = Draft::begin(self, project_id).await?;
        draft.read(self, keys).await?;
        draft.edit(self, keys, edit).await?;
        draft.commit(self).await
    }

    /// Adds a term that the engine did not find: it is required from now on.
    pub async fn require_term(&self, project_id: &str, text: &str) -> Result<TextDecision> {
        let text = one_line(text);
        let key = normalise::key(&text);
        if key.is_empty() {
            return Err(Error::EmptyTerm);
        }
        let mut draft = Draft::begin(self, project_id).await?;
        draft.require_new(&key, &text).await?;
        let change = draft.commit(self).await?;
        Ok(TextDecision { key, change })
    }

    /// Decides about a text that stands in a document, whether it is a term or not: required, it is one from now on.
    pub async fn mark_term(&self, project_id: &str, text: &str, verdict: Verdict) -> Result<TextDecision> {
        let text = one_line(text);
        let key = normalise::key(&text);
        if key.is_empty() {
            return Err(Error::EmptyTerm);
        }
        let known = match self.term(project_id, &key).await {
            Ok(_) => true,
            Err(Error::TermNotFound(_)) => false,
            Err(error) => return Err(error),
        };
        let mut draft = Draft::begin(self, project_id).await?;
        draft.read_new(&key, &text).await?;
        if !known {
            draft.set(&key, Field::Manual, Some("1".to_owned()));
        }
        draft.set(&key, Field::Verdict, Some(results::text(verdict)?));
        let change = draft.commit(self).await?;
        Ok(TextDecision { key, change })
    }

    /// The categories that a term can have: those by form, those that a model chose, the project's own in their order,
    /// then the words that the researcher gave by hand.
    pub async fn list_categories(&self, project_id: &str) -> Result<Vec<String>> {
        let used = sqlx::query_scalar!(
            r#"SELECT category AS "category!: String" FROM (
                 SELECT DISTINCT 0 AS own, category FROM term
                 WHERE generation_id = (SELECT generation_id FROM current_generation
                                        WHERE project_id = ?1 AND stage = 'extract') AND judge IS NOT NULL
                 UNION SELECT 1, category FROM decision WHERE project_id = ?1 AND category IS NOT NULL)
               WHERE category NOT IN ('concept', 'abbreviation', 'name')
               GROUP BY category ORDER BY min(own), category"#,
            project_id
        )
        .fetch_all(self.store().reader())
        .await?;
        let own = self.project_settings(project_id).await?.categories;
        let own: Vec<String> = own.into_iter().map(|category| category.name).collect();
        let is_built_in = |name: &String| results::parse::<Category>(name).is_ok_and(|known| known.own().is_none());
        let (built_in, words): (Vec<_>, Vec<_>) = used.into_iter().partition(is_built_in);
        let words: Vec<String> = words.into_iter().filter(|word| !own.contains(word)).collect();
        let by_form = ["concept", "abbreviation", "name"].map(str::to_owned).to_vec();
        Ok([by_form, built_in, own, words].concat())
    }

    /// Texts of the terms that must be in, in a stable order.
    pub(crate) async fn required_terms(&self, project_id: &str) -> Result<Vec<String>> {
        Ok(sqlx::query_scalar!(
            "SELECT text FROM decision WHERE project_id = ? AND verdict = 'required' ORDER BY key",
            project_id
        )
        .fetch_all(self.store().reader())
        .await?)
    }

    /// Keys of the terms that the researcher defined, renamed or sorted, and whether defined.
    pub(crate) async fn own_keys(&self, project_id: &str) -> Result<Vec<(String, bool)>> {
        let rows = sqlx::query!(
            r#"SELECT key, definition IS NOT NULL AS "defined!: bool" FROM decision WHERE project_id = ?
               AND (definition IS NOT NULL OR name IS NOT NULL OR category IS NOT NULL) ORDER BY key"#,
            project_id
        )
        .fetch_all(self.store().reader())
        .await?;
        Ok(rows.into_iter().map(|row| (row.key, row.defined)).collect())
    }

    /// Keys of the terms that must be out.
    pub(crate) async fn excluded_keys(&self, project_id: &str) -> Result<Vec<String>> {
        Ok(sqlx::query_scalar!(
            "SELECT key FROM decision WHERE project_id = ? AND verdict = 'excluded' ORDER BY key",
            project_id
        )
        .fetch_all(self.store().reader())
        .await?)
    }

    /// How often another definition of a term was wished for, by its key.
    pub(crate) async fn tries(&self, project_id: &str) -> Result<BTreeMap<String, u32>> {
        let rows = sqlx::query!(
            r#"SELECT key, tries AS "tries!: u32" FROM decision WHERE project_id = ? AND tries > 0"#,
            project_id
        )
        .fetch_all(self.store().reader())
        .await?;
        Ok(rows.into_iter().map(|row| (row.key, row.tries)).collect())
    }

    /// Keys of the terms that name one concept, the name that stands for it first, in a stable order.
    pub(crate) async fn synonym_groups(&self, project_id: &str) -> Result<Vec<Vec<String>>> {
        let rows = sqlx::query!(
            r#"SELECT key, synonym_of AS "primary!" FROM decision
               WHERE project_id = ? AND synonym_of IS NOT NULL ORDER BY synonym_of, key"#,
            project_id
        )
        .fetch_all(self.store().reader())
        .await?;
        let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in rows {
            let group = groups
                .entry(row.primary)
                .or_insert_with_key(|primary| vec![primary.clone()]);
            group.push(row.key);
        }
        Ok(groups.into_values().collect())
    }

    /// Two terms under one name are one term: then merging is what is meant.
    async fn refuse_taken_name(&self, project_id: &str, keys: &[String], name: &str) -> Result<()> {
        let (name, folded) = (one_line(name), normalise::key(name));
        let terms = generations::current(self.store(), project_id)
            .await?
            .get(&Stage::Extract)
            .copied();
        let own = serde_json::to_string(keys)?;
        let other = sqlx::query_scalar!(
            r#"SELECT text AS "text!: String" FROM term WHERE generation_id = ?1 AND key = ?2
                 AND key NOT IN (SELECT value FROM json_each(?5))
               UNION ALL
               SELECT name FROM decision WHERE project_id = ?3 AND name = ?4
                 AND key NOT IN (SELECT value FROM json_each(?5))"#,
            terms,
            folded,
            project_id,
            name,
            own
        )
        .fetch_optional(self.store().reader())
        .await?;
        other.map_or(Ok(()), |other| Err(Error::NameTaken(other)))
    }
}

impl Draft {
    async fn edit(&mut self, engine: &Engine, keys: &[String], edit: &TermEdit) -> Result<()> {
        let (field, value) = match edit {
            TermEdit::Verdict { verdict } => (Field::Verdict, verdict.map(results::text).transpose()?),
            TermEdit::Category { category } => {
                let own = engine.project_settings(self.project_id()).await?.categories;
                let word = filled(category.as_deref());
                (Field::Category, word.map(|word| categories::named(&own, word)))
            }
            TermEdit::Note { note } => (Field::Note, filled(note.as_deref())),
            TermEdit::Definition { definition } => (Field::Definition, filled(definition.as_deref())),
            TermEdit::Rename { name } => (
                Field::Name,
                name.as_deref().map(one_line).filter(|name| !name.is_empty()),
            ),
            TermEdit::Redefine => return self.redefine(engine, keys).await,
            TermEdit::Merge { primary } => return self.merge(engine, keys, primary).await,
            TermEdit::Split => return self.split(keys).await,
        };
        for key in keys {
            self.set(key, field, value.clone());
        }
        Ok(())
    }

    async fn redefine(&mut self, engine: &Engine, keys: &[String]) -> Result<()> {
        // Without a model the documents define the terms, and they say what they said.
        if engine.project_settings(self.project_id()).await?.model.is_none() {
            return Err(Error::NoModel);
        }
        for key in keys {
            let tries: u32 = self.get(key, Field::Tries).and_then(|n| n.parse().ok()).unwrap_or(0);
            self.set(key, Field::Tries, Some((tries + 1).to_string()));
        }
        Ok(())
    }

    /// Lets all of them stand behind `primary`, with those that stood behind one of them.
    pub(in crate::library) async fn merge(&mut self, engine: &Engine, keys: &[String], primary: &str) -> Result<()> {
        self.read(engine, &[primary.to_owned()]).await?;
        self.read_members(keys).await?;
        for key in self.keys() {
            let behind = keys.contains(&key)
                || self
                    .get(&key, Field::SynonymOf)
                    .is_some_and(|of| keys.iter().any(|key| key == of));
            if key == primary {
                self.set(&key, Field::SynonymOf, None);
            } else if behind {
                self.set(&key, Field::SynonymOf, Some(primary.to_owned()));
            }
        }
        Ok(())
    }

    async fn split(&mut self, keys: &[String]) -> Result<()> {
        self.read_members(keys).await?;
        for key in self.keys() {
            self.set(&key, Field::SynonymOf, None);
        }
        Ok(())
    }

    pub(in crate::library) async fn require_new(&mut self, key: &str, text: &str) -> Result<()> {
        self.read_new(key, text).await?;
        let required = Some(results::text(Verdict::Required)?);
        self.set(key, Field::Manual, Some("1".to_owned()));
        self.set(key, Field::Verdict, required);
        Ok(())
    }
}

/// The language of a term that no run has read.
pub(super) fn language_of(text: &str) -> Language {
    glossary::decode::detect_language(text)
}

/// What was written, unless it is only white space.
fn filled(text: Option<&str>) -> Option<String> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
