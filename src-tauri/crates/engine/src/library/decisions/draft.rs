//! Every decision of the researcher is written here and nowhere else, together with what it replaced: that is what undo
//! puts back. A decision is a row of values; a change is a list of values that became others.

use std::collections::{BTreeMap, BTreeSet};

use glossary::reading;
use serde::{Deserialize, Serialize};
use specta::Type;
use sqlx::{Sqlite, Transaction};

use crate::clock;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::runs::Stage;
use crate::store::{generations, results};

/// Changes of a project that can be taken back; older ones are forgotten, not undone.
const KEPT_CHANGES: u32 = 1_000;

/// What a decision became, and how to take that back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Change {
    /// What undo takes; nothing when everything was so already.
    pub id: Option<String>,
    /// Number of terms and issues that it changed.
    pub count: u32,
}

/// One thing that can be decided about a term or an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::library) enum Field {
    /// The researcher added the term.
    Manual,
    Verdict,
    Category,
    Note,
    Definition,
    Name,
    SynonymOf,
    /// How often another definition was wished for.
    Tries,
    /// Of an issue.
    Ruling,
    /// Of an issue that was dismissed.
    Reason,
}

/// What is decided, by field. What is not in it is not decided.
type Values = BTreeMap<Field, String>;

/// A term or an issue that is being decided about.
struct Subject {
    /// The text of the term, or the keys of the terms that the ruling decided about.
    about: String,
    before: Values,
    now: Values,
}

/// Decisions under the write lock, from their reading to their writing: nobody decides in between.
pub(in crate::library) struct Draft {
    tx: Transaction<'static, Sqlite>,
    project_id: String,
    terms: BTreeMap<String, Subject>,
    issues: BTreeMap<String, Subject>,
}

impl Draft {
    pub(in crate::library) async fn begin(engine: &Engine, project_id: &str) -> Result<Self> {
        engine.project_folder(project_id).await?;
        Ok(Self {
            tx: engine.store().write().await?,
            project_id: project_id.to_owned(),
            terms: BTreeMap::new(),
            issues: BTreeMap::new(),
        })
    }

    /// Reads what is decided about these terms. Fails for one that is neither in a current result nor decided about.
    pub(in crate::library) async fn read(&mut self, engine: &Engine, keys: &[String]) -> Result<()> {
        let current = generations::current(engine.store(), &self.project_id).await?;
        let of = |stage| current.get(&stage).copied();
        let (terms, defined, refined) = (of(Stage::Extract), of(Stage::Define), of(Stage::Refine));
        let wanted = serde_json::to_string(keys)?;
        let known = sqlx::query!(
            r#"WITH wanted AS MATERIALIZED (SELECT CAST(value AS TEXT) AS wish FROM json_each(?2))
               SELECT wish AS "key!: String", coalesce(
                 (SELECT text FROM decision WHERE project_id = ?1 AND key = wish),
                 (SELECT text FROM term WHERE generation_id = ?3 AND key = wish),
                 (SELECT term FROM entry WHERE generation_id = ?5 AND key = wish),
                 (SELECT term FROM entry WHERE generation_id = ?4 AND key = wish)) AS "text: String"
               FROM wanted"#,
            self.project_id,
            wanted,
            terms,
            defined,
            refined
        )
        .fetch_all(&mut *self.tx)
        .await?;
        for row in known {
            let text = row.text.ok_or_else(|| Error::TermNotFound(row.key.clone()))?;
            self.add(row.key, text);
        }
        self.read_values(&wanted).await
    }

    /// A term that need not be anywhere yet.
    pub(in crate::library) async fn read_new(&mut self, key: &str, text: &str) -> Result<()> {
        self.add(key.to_owned(), text.to_owned());
        self.read_values(&serde_json::to_string(&[key])?).await
    }

    /// Those who stand behind one of these terms.
    pub(in crate::library) async fn read_members(&mut self, primaries: &[String]) -> Result<()> {
        let wanted = serde_json::to_string(primaries)?;
        let members = sqlx::query!(
            "SELECT key, text FROM decision WHERE project_id = ?
                 AND synonym_of IN (SELECT value FROM json_each(?))",
            self.project_id,
            wanted
        )
        .fetch_all(&mut *self.tx)
        .await?;
        let keys: Vec<String> = members.iter().map(|row| row.key.clone()).collect();
        for row in members {
            self.add(row.key, row.text);
        }
        self.read_values(&serde_json::to_string(&keys)?).await
    }

    fn add(&mut self, key: String, about: String) {
        self.terms.entry(key).or_insert(Subject {
            about,
            before: Values::new(),
            now: Values::new(),
        });
    }

    async fn read_values(&mut self, wanted: &str) -> Result<()> {
        let rows = sqlx::query!(
            r#"SELECT key, json_object('manual', iif(manual, '1', NULL), 'verdict', verdict, 'category', category,
                 'note', note, 'definition', definition, 'name', name, 'synonym_of', synonym_of,
                 'tries', CAST(tries AS TEXT)) AS "values!: String"
               FROM decision WHERE project_id = ? AND key IN (SELECT value FROM json_each(?))"#,
            self.project_id,
            wanted
        )
        .fetch_all(&mut *self.tx)
        .await?;
        for row in rows {
            // What this draft holds already may have been changed by it.
            if let Some(subject) = self
                .terms
                .get_mut(&row.key)
                .filter(|s| s.before.is_empty() && s.now.is_empty())
            {
                subject.before = values(&row.values)?;
                subject.now = subject.before.clone();
            }
        }
        Ok(())
    }

    /// Reads what is decided about an issue whose ruling decides about these terms.
    pub(in crate::library) async fn read_issue(&mut self, identity: &str, terms: &[String]) -> Result<()> {
        let row = sqlx::query!(
            r#"SELECT json_object('ruling', ruling, 'reason', reason) AS "values!: String"
               FROM issue_decision WHERE project_id = ? AND identity = ?"#,
            self.project_id,
            identity
        )
        .fetch_optional(&mut *self.tx)
        .await?;
        let before = row.map(|row| values(&row.values)).transpose()?.unwrap_or_default();
        let subject = Subject {
            about: serde_json::to_string(terms)?,
            now: before.clone(),
            before,
        };
        self.issues.entry(identity.to_owned()).or_insert(subject);
        Ok(())
    }

    pub(in crate::library) fn project_id(&self) -> &str {
        &self.project_id
    }

    pub(in crate::library) fn get(&self, key: &str, field: Field) -> Option<&str> {
        self.terms.get(key)?.now.get(&field).map(String::as_str)
    }

    pub(in crate::library) fn get_issue(&self, identity: &str, field: Field) -> Option<&str> {
        self.issues.get(identity)?.now.get(&field).map(String::as_str)
    }

    /// Decides about a term that was read.
    pub(in crate::library) fn set(&mut self, key: &str, field: Field, value: Option<String>) {
        if let Some(subject) = self.terms.get_mut(key) {
            put(&mut subject.now, field, value);
        }
    }

    /// Decides about an issue that was read.
    pub(in crate::library) fn set_issue(&mut self, identity: &str, field: Field, value: Option<String>) {
        if let Some(subject) = self.issues.get_mut(identity) {
            put(&mut subject.now, field, value);
        }
    }

    pub(in crate::library) fn keys(&self) -> Vec<String> {
        self.terms.keys().cloned().collect()
    }

    /// Writes what became different, with what it was, and tells who looks.
    pub(in crate::library) async fn commit(mut self, engine: &Engine) -> Result<Change> {
        self.reopen_answers().await?;
        let terms = fields("term", &self.terms);
        let issues = fields("issue", &self.issues);
        let count: BTreeSet<(&str, &str)> = terms.iter().chain(&issues).map(|f| (f.subject, f.key)).collect();
        let count = count.len() as u32;
        if count == 0 {
            return Ok(Change { id: None, count });
        }
        let id = uuid::Uuid::now_v7().to_string();
        let now = clock::now();
        let written = serde_json::to_string(&terms.iter().chain(&issues).collect::<Vec<_>>())?;
        sqlx::query!(
            "INSERT INTO decision_change (id, project_id, at) VALUES (?, ?, ?)",
            id,
            self.project_id,
            now
        )
        .execute(&mut *self.tx)
        .await?;
        sqlx::query!(
            "INSERT INTO decision_change_field (change_id, subject, key, field, before, after)
             SELECT ?1, value ->> 'subject', value ->> 'key', value ->> 'field', value ->> 'before', value ->> 'after'
             FROM json_each(?2)",
            id,
            written
        )
        .execute(&mut *self.tx)
        .await?;
        sqlx::query!(
            "DELETE FROM decision_change WHERE project_id = ?1 AND id <= (
                 SELECT id FROM decision_change WHERE project_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
            self.project_id,
            KEPT_CHANGES
        )
        .execute(&mut *self.tx)
        .await?;
        self.write().await?;
        self.tx.commit().await?;
        engine.project_changed(&self.project_id);
        Ok(Change { id: Some(id), count })
    }

    async fn write(&mut self) -> Result<()> {
        let now = clock::now();
        let terms: Vec<_> = self
            .terms
            .iter()
            .filter(|(_, s)| s.before != s.now)
            .map(Written::term)
            .collect();
        let json = serde_json::to_string(&terms)?;
        // A verdict has the time of the verdict: the comparison of two runs asks what stood between them.
        sqlx::query!(
            "INSERT INTO decision (project_id, key, text, manual, verdict, category, note, definition, name, sort,
                 synonym_of, tries, decided_at)
             SELECT ?1, value ->> 'key', value ->> 'about', value ->> '$.now.manual' IS NOT NULL,
                 value ->> '$.now.verdict', value ->> '$.now.category', value ->> '$.now.note',
                 value ->> '$.now.definition', value ->> '$.now.name', value ->> 'sort', value ->> '$.now.synonym_of',
                 value ->> '$.now.tries', ?3
             FROM json_each(?2) WHERE true
             ON CONFLICT (project_id, key) DO UPDATE SET manual = excluded.manual, verdict = excluded.verdict,
                 category = excluded.category, note = excluded.note, definition = excluded.definition,
                 name = excluded.name, sort = excluded.sort, synonym_of = excluded.synonym_of,
                 tries = excluded.tries,
                 decided_at = iif(verdict IS excluded.verdict AND synonym_of IS excluded.synonym_of, decided_at,
                     excluded.decided_at)",
            self.project_id,
            json,
            now
        )
        .execute(&mut *self.tx)
        .await?;
        let issues: Vec<_> = self
            .issues
            .iter()
            .filter(|(_, s)| s.before != s.now)
            .map(Written::issue)
            .collect();
        let json = serde_json::to_string(&issues)?;
        sqlx::query!(
            "INSERT INTO issue_decision (project_id, identity, ruling, reason, terms, decided_at)
             SELECT ?1, value ->> 'key', value ->> '$.now.ruling', value ->> '$.now.reason', value ->> 'about', ?3
             FROM json_each(?2) WHERE true
             ON CONFLICT (project_id, identity) DO UPDATE SET ruling = excluded.ruling, reason = excluded.reason,
                 terms = excluded.terms, decided_at = excluded.decided_at",
            self.project_id,
            json,
            now
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// An answer that merged or required terms holds as long as they are so: what takes that back opens the issue.
    async fn reopen_answers(&mut self) -> Result<()> {
        let moved = |subject: &Subject, field| subject.before.get(&field) != subject.now.get(&field);
        if !self
            .terms
            .values()
            .any(|s| moved(s, Field::SynonymOf) || moved(s, Field::Verdict))
        {
            return Ok(());
        }
        let answers = sqlx::query!(
            "SELECT identity, ruling, terms FROM issue_decision WHERE project_id = ? AND ruling IN ('merge', 'require')",
            self.project_id
        )
        .fetch_all(&mut *self.tx)
        .await?;
        for answer in answers {
            let terms: Vec<String> = serde_json::from_str(&answer.terms)?;
            if self.issues.contains_key(&answer.identity) || !terms.iter().any(|key| self.terms.contains_key(key)) {
                continue;
            }
            for key in &terms {
                self.read_new(key, key).await?;
            }
            let holds = if answer.ruling.as_deref() == Some("require") {
                terms
                    .iter()
                    .all(|key| self.get(key, Field::Verdict) == Some("required"))
            } else {
                let head = |key: &String| self.get(key, Field::SynonymOf).unwrap_or(key).to_owned();
                terms.iter().map(head).collect::<BTreeSet<_>>().len() < 2
            };
            if !holds {
                self.read_issue(&answer.identity, &terms).await?;
                self.set_issue(&answer.identity, Field::Ruling, None);
            }
        }
        Ok(())
    }
}

impl Engine {
    /// Takes a change back: every value is what it was before it. Refused when a later decision changed one of them.
    pub async fn undo_change(&self, project_id: &str, change_id: &str) -> Result<Change> {
        let mut draft = Draft::begin(self, project_id).await?;
        let changed = sqlx::query!(
            r#"SELECT f.subject, f.key, f.field, f.before, f.after FROM decision_change c
               JOIN decision_change_field f ON f.change_id = c.id WHERE c.project_id = ? AND c.id = ?"#,
            project_id,
            change_id
        )
        .fetch_all(&mut *draft.tx)
        .await?;
        if changed.is_empty() {
            return Err(Error::ChangeGone(change_id.to_owned()));
        }
        let of_terms: Vec<&str> = changed
            .iter()
            .filter(|row| row.subject == "term")
            .map(|row| &*row.key)
            .collect();
        for key in &of_terms {
            draft.add((*key).to_owned(), (*key).to_owned());
        }
        draft.read_values(&serde_json::to_string(&of_terms)?).await?;
        for row in &changed {
            let field: Field = results::parse(&row.field)?;
            if row.subject == "issue" {
                draft.read_issue_terms(&row.key).await?;
            }
            let subjects = if row.subject == "issue" {
                &mut draft.issues
            } else {
                &mut draft.terms
            };
            let Some(subject) = subjects.get_mut(&row.key) else {
                continue;
            };
            if subject.before.get(&field) != row.after.as_ref() {
                return Err(Error::DecidedSince(row.key.clone()));
            }
            put(&mut subject.now, field, row.before.clone());
        }
        let count = changed
            .iter()
            .map(|row| (&row.subject, &row.key))
            .collect::<BTreeSet<_>>()
            .len() as u32;
        draft.write().await?;
        sqlx::query!("DELETE FROM decision_change WHERE id = ?", change_id)
            .execute(&mut *draft.tx)
            .await?;
        draft.tx.commit().await?;
        self.project_changed(project_id);
        Ok(Change { id: None, count })
    }
}

impl Draft {
    /// An issue that was decided about once.
    async fn read_issue_terms(&mut self, identity: &str) -> Result<()> {
        let terms = sqlx::query_scalar!(
            "SELECT terms FROM issue_decision WHERE project_id = ? AND identity = ?",
            self.project_id,
            identity
        )
        .fetch_optional(&mut *self.tx)
        .await?;
        let terms: Vec<String> = terms
            .map(|json| serde_json::from_str(&json))
            .transpose()?
            .unwrap_or_default();
        self.read_issue(identity, &terms).await
    }
}

/// One value that became another.
#[derive(Serialize)]
struct Changed<'a> {
    subject: &'static str,
    key: &'a str,
    field: Field,
    before: Option<&'a String>,
    after: Option<&'a String>,
}

/// A row as it is written.
#[derive(Serialize)]
struct Written<'a> {
    key: &'a str,
    about: &'a str,
    now: &'a Values,
    sort: Option<String>,
}

impl<'a> Written<'a> {
    fn term((key, subject): (&'a String, &'a Subject)) -> Self {
        Self {
            sort: subject.now.get(&Field::Name).map(|name| reading::sort_key(name)),
            ..Self::issue((key, subject))
        }
    }

    fn issue((key, subject): (&'a String, &'a Subject)) -> Self {
        Self {
            key,
            about: &subject.about,
            now: &subject.now,
            sort: None,
        }
    }
}

fn fields<'a>(subject: &'static str, subjects: &'a BTreeMap<String, Subject>) -> Vec<Changed<'a>> {
    let mut changed = Vec::new();
    for (key, Subject { before, now, .. }) in subjects {
        let both: BTreeSet<Field> = before.keys().chain(now.keys()).copied().collect();
        changed.extend(both.into_iter().filter_map(|field| {
            let (before, after) = (before.get(&field), now.get(&field));
            (before != after).then_some(Changed {
                subject,
                key,
                field,
                before,
                after,
            })
        }));
    }
    changed
}

fn values(json: &str) -> Result<Values> {
    let all: BTreeMap<Field, Option<String>> = serde_json::from_str(json)?;
    Ok(all
        .into_iter()
        .filter_map(|(field, value)| Some((field, value?)))
        .collect())
}

fn put(values: &mut Values, field: Field, value: Option<String>) {
    match value {
        Some(value) => values.insert(field, value),
        None => values.remove(&field),
    };
}
