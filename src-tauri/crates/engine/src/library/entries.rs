//! The entries of the provisional and of the refined glossary, with the researcher's own definitions on top.

use std::collections::{BTreeMap, BTreeSet};

use glossary::{Entry, Evidence, Language, normalise};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::heads::{Head, heads};
use super::issues::IssueRow;
use super::terms::TermRef;
use super::{PAGE_LIMIT, Page, pattern};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::runs::Stage;
use crate::store::results::{self, EntryRecord};
use crate::store::{Store, generations};

/// Which entries to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum EntryFilter {
    /// All.
    All,
    /// Those that the refinement changed.
    Changed,
    /// Those with a definition of the researcher's own.
    Edited,
    /// Those without any definition.
    Undefined,
}

/// Which part of a glossary to list.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct EntryQuery {
    /// Position of the first row.
    pub offset: u32,
    /// The most rows.
    pub limit: u32,
    /// Part of a term or a definition; empty for all.
    pub search: String,
    /// Which entries.
    pub filter: EntryFilter,
}

/// An entry in a list.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct EntryRow {
    /// Identifies the entry in its glossary.
    pub key: String,
    /// The headword.
    pub term: String,
    /// Its language.
    pub language: Language,
    /// The definition that counts.
    pub definition: Option<String>,
    /// Confidence of the engine's definition, 0 to 1.
    #[specta(type = u32)] // a plain number: it is never NaN
    pub confidence: f64,
    /// The refinement changed it.
    pub changed: bool,
    /// The definition is the researcher's own.
    pub edited: bool,
    /// The name that stands for the concept, when that is another one: the next refinement merges them.
    pub synonym_of: Option<String>,
}

/// Number of entries under each filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[allow(missing_docs, reason = "the names are those of the filters")]
pub struct EntryCounts {
    pub all: u32,
    pub changed: u32,
    pub edited: u32,
    pub undefined: u32,
}

/// Everything about an entry.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct EntryDetail {
    /// The entry as the engine made it.
    pub entry: Entry,
    /// The headword that is shown.
    pub name: String,
    /// The category that counts: the engine's, or the researcher's own word.
    pub category: String,
    /// The researcher's note.
    pub note: Option<String>,
    /// The definition before the refinement, for a refined entry.
    pub provisional: Option<String>,
    /// The researcher's own definition; it counts.
    pub edited: Option<String>,
    /// Whether each quote of the evidence stands in its document as it was read last.
    pub found: Vec<bool>,
    /// Other names of the concept, as they are shown.
    pub synonyms: Vec<String>,
    /// Headwords that the definition mentions, as they are shown.
    pub related: Vec<TermRef>,
    /// The name that stands for the concept, when that is another one: the next refinement merges them.
    pub primary: Option<TermRef>,
    /// Number of documents the term occurs in, under any of the names that the researcher merged.
    pub documents: u32,
    /// Number of its occurrences.
    pub occurrences: u32,
    /// What the review found about it.
    pub issues: Vec<IssueRow>,
    /// The model that can be asked for another definition; nothing when the documents alone define this project's terms.
    pub model: Option<String>,
}

/// An entry as a list reads it.
struct Listed {
    key: String,
    term: String,
    language: String,
    definition: Option<String>,
    confidence: f64,
    edited: bool,
    changed: bool,
    synonym_of: Option<String>,
    /// Entries of the whole list, as far as somebody counted them.
    total: Option<i64>,
}

/// The generations that an entry list is made of.
#[derive(Debug, Clone, Copy)]
struct Sources {
    /// Of the entries.
    entries: i64,
    /// Of the provisional entries that a refined glossary was made from.
    provisional: Option<i64>,
    /// Of the terms behind them.
    terms: Option<i64>,
}

impl Sources {
    async fn find(store: &Store, project_id: &str, stage: Stage) -> Result<Option<Self>> {
        let current = generations::current(store, project_id).await?;
        let Some(&entries) = current.get(&stage) else {
            return Ok(None);
        };
        let provisional = match (stage, generations::input(store, entries).await?) {
            (Stage::Refine, Some(review)) => generations::input(store, review).await?,
            _ => None,
        };
        let terms = generations::input(store, provisional.unwrap_or(entries)).await?;
        Ok(Some(Self {
            entries,
            provisional,
            terms,
        }))
    }
}

impl TryFrom<Listed> for EntryRow {
    type Error = Error;

    fn try_from(row: Listed) -> Result<Self> {
        Ok(Self {
            key: row.key,
            term: row.term,
            language: results::parse(&row.language)?,
            definition: row.definition,
            confidence: row.confidence,
            changed: row.changed,
            edited: row.edited,
            synonym_of: row.synonym_of,
        })
    }
}

/// What is asked of a list of entries.
struct Question<'a> {
    project_id: &'a str,
    generation: i64,
    pattern: &'a str,
    filter: &'a str,
}

// The entries that a question asks for, with what they are sorted by. ?1 is the project, ?2 the glossary, ?3 the pattern,
// ?4 the filter.
macro_rules! found {
    ($query:ident, ($($row:ty)?), ($($select:tt)+), $question:expr $(, $value:expr)*) => {
        sqlx::$query!(
            $($row,)?
            r"WITH found AS (
                SELECT e.ordinal, coalesce(d.sort, e.sort) AS sort
                FROM entry e LEFT JOIN decision d ON d.project_id = ?1 AND d.key = e.key
                WHERE e.generation_id = ?2 AND d.verdict IS NOT 'excluded'
                  AND (?3 = '%' OR e.term LIKE ?3 ESCAPE '\' OR d.name LIKE ?3 ESCAPE '\'
                    OR coalesce(d.definition, e.definition) LIKE ?3 ESCAPE '\')
                  AND CASE ?4 WHEN 'changed' THEN e.changed
                      WHEN 'edited' THEN d.definition IS NOT NULL
                      WHEN 'undefined' THEN coalesce(d.definition, e.definition) IS NULL
                      ELSE 1 END)" + $($select)+,
            $question.project_id,
            $question.generation,
            $question.pattern,
            $question.filter
            $(, $value)*
        )
    };
}

impl Question<'_> {
    async fn count(&self, store: &Store) -> Result<i64> {
        let count = found!(query_scalar, (), (" SELECT count(*) FROM found"), self);
        Ok(count.fetch_one(store.reader()).await?)
    }

    /// How many sort keys begin with each sign, in the order of the list.
    async fn firsts(&self, store: &Store) -> Result<Vec<(String, i64)>> {
        let firsts = found!(
            query,
            (),
            (r#" SELECT substr(sort, 1, 1) AS "first!: String", count(*) AS "rows!: i64" FROM found GROUP BY 1 ORDER BY 1"#),
            self
        );
        let rows = firsts.fetch_all(store.reader()).await?;
        Ok(rows.into_iter().map(|row| (row.first, row.rows)).collect())
    }

    /// First which rows stand on the page, then what they show: most of a long list is only counted over. A list without a
    /// filter is read from an index alone; with one, what fits is looked for in the order of the rows and sorted then. An
    /// entry with a name of the researcher's stands where that name does: two lists are put together.
    async fn page(&self, store: &Store, limit: u32, offset: u32) -> Result<Vec<Listed>> {
        macro_rules! page {
            ($page:tt, $total:tt) => {
                found!(
                    query_as,
                    (Listed),
                    (", page AS MATERIALIZED (" + $page + r#" LIMIT ?5 OFFSET ?6)
                     SELECT e.key, coalesce(d.name, e.term) AS "term!: String", e.language,
                       coalesce(d.definition, e.definition) AS "definition: String",
                       e.confidence, d.definition IS NOT NULL AS "edited!: bool", e.changed AS "changed: bool",
                       coalesce(p.name, p.text, d.synonym_of) AS "synonym_of: String", "# + $total + r#" AS "total: i64"
                     FROM page
                     CROSS JOIN entry e ON e.generation_id = ?2 AND e.ordinal = page.ordinal
                     LEFT JOIN decision d ON d.project_id = ?1 AND d.key = e.key
                     LEFT JOIN decision p ON p.project_id = ?1 AND p.key = d.synonym_of
                     ORDER BY page.sort, page.ordinal"#),
                    self,
                    limit,
                    offset
                )
                .fetch_all(store.reader())
                .await?
            };
        }
        Ok(if self.pattern == "%" && self.filter == "all" {
            page!(
                "SELECT e.ordinal, e.sort FROM entry e LEFT JOIN decision d ON d.project_id = ?1 AND d.key = e.key
                 WHERE e.generation_id = ?2 AND d.name IS NULL AND d.verdict IS NOT 'excluded'
                 UNION ALL
                 SELECT e.ordinal, d.sort FROM decision d CROSS JOIN entry e ON e.generation_id = ?2 AND e.key = d.key
                 WHERE d.project_id = ?1 AND d.name IS NOT NULL AND d.verdict IS NOT 'excluded'
                 ORDER BY 2, 1",
                "NULL"
            )
        } else {
            page!(
                "SELECT ordinal, sort FROM found ORDER BY sort, ordinal",
                "(SELECT count(*) FROM found)"
            )
        })
    }
}

impl Engine {
    /// A page of the provisional ([`Stage::Define`]) or refined ([`Stage::Refine`]) glossary, without excluded terms.
    pub async fn list_entries(&self, project_id: &str, stage: Stage, query: &EntryQuery) -> Result<Page<EntryRow>> {
        let Some(sources) = Sources::find(self.store(), project_id, stage).await? else {
            return Ok(Page::empty(query.offset));
        };
        let (pattern, limit) = (pattern(&query.search), query.limit.min(PAGE_LIMIT));
        let filter = results::text(query.filter)?;
        let question = Question {
            project_id,
            generation: sources.entries,
            pattern: &pattern,
            filter: &filter,
        };
        let rows = question.page(self.store(), limit, query.offset).await?;
        // Who looks for entries has counted them; behind the end of the list nobody did.
        let total = match rows.first().and_then(|row| row.total) {
            Some(total) => total,
            None if rows.is_empty() && query.offset == 0 => 0,
            None => question.count(self.store()).await?,
        };
        let rows = rows.into_iter().map(EntryRow::try_from).collect::<Result<_>>()?;
        Ok(Page {
            rows,
            total: total as u32,
            offset: query.offset,
        })
    }

    /// Where each letter or row of kana begins among the entries that `query` lists.
    pub async fn entry_heads(&self, project_id: &str, stage: Stage, query: &EntryQuery) -> Result<Vec<Head>> {
        let Some(sources) = Sources::find(self.store(), project_id, stage).await? else {
            return Ok(Vec::new());
        };
        let question = Question {
            project_id,
            generation: sources.entries,
            pattern: &pattern(&query.search),
            filter: &results::text(query.filter)?,
        };
        Ok(heads(question.firsts(self.store()).await?, 0))
    }

    /// How many entries each filter lists.
    pub async fn count_entries(&self, project_id: &str, stage: Stage) -> Result<EntryCounts> {
        let Some(sources) = Sources::find(self.store(), project_id, stage).await? else {
            return Ok(EntryCounts::default());
        };
        let row = sqlx::query!(
            r#"SELECT count(*) AS "all!: i64",
                 coalesce(sum(e.changed), 0) AS "changed!: i64",
                 coalesce(sum(d.definition IS NOT NULL), 0) AS "edited!: i64",
                 coalesce(sum(coalesce(d.definition, e.definition) IS NULL), 0) AS "undefined!: i64"
               FROM entry e
               LEFT JOIN decision d ON d.project_id = ?1 AND d.key = e.key
               WHERE e.generation_id = ?2 AND d.verdict IS NOT 'excluded'"#,
            project_id,
            sources.entries
        )
        .fetch_one(self.store().reader())
        .await?;
        Ok(EntryCounts {
            all: row.all as u32,
            changed: row.changed as u32,
            edited: row.edited as u32,
            undefined: row.undefined as u32,
        })
    }

    /// One entry of the provisional or refined glossary.
    pub async fn entry(&self, project_id: &str, stage: Stage, key: &str) -> Result<EntryDetail> {
        let missing = || Error::EntryNotFound(key.to_owned());
        let sources = Sources::find(self.store(), project_id, stage)
            .await?
            .ok_or_else(missing)?;
        let entry: Entry = self.entry_of(sources.entries, key).await?.ok_or_else(missing)?;
        let provisional = match sources.provisional {
            Some(generation) => self.entry_of(generation, key).await?.and_then(|entry| entry.definition),
            None => None,
        };
        let decision = sqlx::query!(
            r#"SELECT d.category, d.note, d.definition, d.name, d.synonym_of,
                 coalesce(p.name, p.text, d.synonym_of) AS "primary_text: String"
               FROM decision d LEFT JOIN decision p ON p.project_id = ?1 AND p.key = d.synonym_of
               WHERE d.project_id = ?1 AND d.key = ?2"#,
            project_id,
            key
        )
        .fetch_optional(self.store().reader())
        .await?;
        let (category, note, edited, name, primary) = match decision {
            Some(row) => (
                row.category,
                row.note,
                row.definition,
                row.name,
                row.synonym_of
                    .zip(row.primary_text)
                    .map(|(key, text)| TermRef { key, text }),
            ),
            None => (None, None, None, None, None),
        };
        let names = self
            .shown_names(project_id, entry.synonyms.iter().chain(&entry.related))
            .await?;
        let shown = |text: &String| names.get(text).map_or_else(|| text.clone(), |name| name.text.clone());
        let mut synonyms: Vec<String> = entry.synonyms.iter().map(shown).collect();
        if let Some(name) = &name
            && !synonyms.contains(&entry.term)
        {
            // The documents know it by this name.
            synonyms.insert(0, entry.term.clone());
            synonyms.retain(|synonym| synonym != name);
        }
        let related = entry
            .related
            .iter()
            .filter_map(|text| names.get(text).cloned())
            .collect();
        let (documents, occurrences) = self.count_places(project_id, sources.terms, key).await?;
        Ok(EntryDetail {
            name: name.unwrap_or_else(|| entry.term.clone()),
            category: match category {
                Some(category) => category,
                None => entry.category.name().to_owned(),
            },
            note,
            provisional,
            edited,
            found: self.find_quotes(project_id, &entry.evidence).await?,
            synonyms,
            related,
            primary,
            documents,
            occurrences,
            issues: self.issues_of(project_id, key).await?,
            model: self.project_settings(project_id).await?.model.map(|model| model.model),
            entry,
        })
    }

    /// The terms with these texts as they are shown, by text.
    async fn shown_names(
        &self,
        project_id: &str,
        texts: impl Iterator<Item = &String>,
    ) -> Result<BTreeMap<String, TermRef>> {
        let keys: BTreeMap<&String, String> = texts.map(|text| (text, normalise::key(text))).collect();
        let wanted = serde_json::to_string(&keys.values().collect::<Vec<_>>())?;
        let rows = sqlx::query!(
            r#"SELECT key, name AS "name!" FROM decision
               WHERE project_id = ? AND name IS NOT NULL AND key IN (SELECT value FROM json_each(?))"#,
            project_id,
            wanted
        )
        .fetch_all(self.store().reader())
        .await?;
        let names: BTreeMap<String, String> = rows.into_iter().map(|row| (row.key, row.name)).collect();
        Ok(keys
            .into_iter()
            .map(|(text, key)| {
                let shown = names.get(&key).unwrap_or(text).clone();
                (text.clone(), TermRef { key, text: shown })
            })
            .collect())
    }

    /// Whether each quote stands in its document, as that was read last.
    async fn find_quotes(&self, project_id: &str, evidence: &[Evidence]) -> Result<Vec<bool>> {
        let load = generations::current(self.store(), project_id)
            .await?
            .get(&Stage::Load)
            .copied();
        let mut found = Vec::with_capacity(evidence.len());
        for Evidence { document, quote, .. } in evidence {
            let stands = sqlx::query_scalar!(
                r#"SELECT instr(text, ?) > 0 AS "found!: bool" FROM document JOIN document_text USING (hash)
                   WHERE generation_id = ? AND path = ?"#,
                quote,
                load,
                document
            )
            .fetch_optional(self.store().reader())
            .await?;
            found.push(stands.unwrap_or(false));
        }
        Ok(found)
    }

    /// In how many documents and how often a concept is named, by all the names that the researcher merged.
    async fn count_places(&self, project_id: &str, terms: Option<i64>, key: &str) -> Result<(u32, u32)> {
        let rows = sqlx::query!(
            "SELECT t.key, t.documents, t.occurrences FROM term t WHERE t.generation_id = ?1 AND (t.key = ?2
                 OR t.key IN (SELECT key FROM decision WHERE project_id = ?3 AND synonym_of = ?2
                     AND verdict IS NOT 'excluded'))",
            terms,
            key,
            project_id
        )
        .fetch_all(self.store().reader())
        .await?;
        let occurrences = rows.iter().map(|row| row.occurrences as u32).sum();
        let documents = match (&rows[..], terms) {
            ([one], _) => one.documents as u32,
            ([_, _, ..], Some(terms)) => {
                let mut documents = BTreeSet::new();
                let load = generations::input(self.store(), terms).await?;
                for row in &rows {
                    let holders = results::read_holders(self.store(), load, terms, &row.key).await?;
                    let held = results::read_places(self.store(), load, terms, &row.key, &holders).await?;
                    documents.extend(held.into_iter().map(|document| document.ordinal));
                }
                documents.len() as u32
            }
            _ => 0,
        };
        Ok((documents, occurrences))
    }

    async fn entry_of(&self, generation: i64, key: &str) -> Result<Option<Entry>> {
        let row = sqlx::query_as!(
            EntryRecord,
            "SELECT key, term, language, category, definition, writer, confidence, evidence, alternatives, synonyms,
                 related
             FROM entry WHERE generation_id = ? AND key = ?",
            generation,
            key
        )
        .fetch_optional(self.store().reader())
        .await?;
        row.map(Entry::try_from).transpose()
    }
}
