//! A model reviews the entries, a batch at a time, each batch beside the entries that are close to it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use genglossary_models::Prompt;
use glossary::{Entry, Finding, Issue, Language, normalise};
use serde_json::Value;

use super::batch::{Item, batches};
use super::{Question, ask, shortened};
use crate::models::prompts::check::{self as prompts, Found, Shown};
use crate::models::{ModelSettings, OutputLanguage};
use crate::pipeline::Work;
use crate::runs::{Break, Stage};
use crate::store::units::UnitKeyBuilder;

/// Sentences behind a definition that are shown.
const SENTENCES: usize = 2;
/// Entries beside a batch that are shown for comparison.
const NEIGHBOURS: usize = 24;
/// Entries that one entry brings along because they end alike.
const ALIKE: usize = 2;

/// An entry in a question.
#[derive(Debug, Clone)]
struct Shelved {
    /// Index of the entry.
    entry: usize,
    language: Language,
    key: String,
    term: String,
    definition: String,
    sentences: Vec<String>,
}

impl Shelved {
    /// The entry; nothing for one without a definition.
    fn new(at: usize, entry: &Entry, output: OutputLanguage) -> Option<Self> {
        let definition = entry.definition.as_ref()?;
        let quotes = entry.evidence.iter().map(|evidence| &evidence.quote);
        let sentences = quotes.filter(|quote| *quote != definition).take(SENTENCES);
        Some(Self {
            entry: at,
            language: output.of(entry.language),
            key: entry.key.clone(),
            term: entry.term.clone(),
            sentences: sentences.map(|quote| shortened(quote)).collect(),
            definition: shortened(definition),
        })
    }

    fn shown(&self) -> Shown<'_> {
        Shown {
            term: &self.term,
            definition: &self.definition,
            sentences: self.sentences.iter().map(String::as_str).collect(),
        }
    }
}

impl Item for Shelved {
    fn language(&self) -> Language {
        self.language
    }

    fn key(&self) -> &str {
        &self.key
    }

    fn name(&self) -> &str {
        &self.term
    }

    fn tokens(&self) -> u32 {
        prompts::tokens_of(&self.shown())
    }
}

/// A batch of entries to review, then their neighbours.
pub(in crate::pipeline) struct Checking {
    name: String,
    language: Language,
    entries: Vec<Shelved>,
    /// How many of them are to be reviewed.
    count: usize,
}

impl Question for Checking {
    type Answer = Vec<Found>;
    const KIND: &'static str = "checked entries/2";
    const STAGE: Stage = Stage::Review;

    fn name(&self) -> &str {
        &self.name
    }

    fn depends(&self, key: &mut UnitKeyBuilder) {
        key.text(prompts::words(self.language)).value(&self.count);
        for entry in &self.entries {
            key.text(&entry.term).text(&entry.definition).value(&entry.sentences);
        }
    }

    fn prompt(&self) -> Prompt {
        let shown: Vec<Shown<'_>> = self.entries.iter().map(Shelved::shown).collect();
        prompts::prompt(self.language, &shown, self.count)
    }

    fn read(&self, json: &Value) -> Result<Vec<Found>, String> {
        prompts::read(json, self.count, self.entries.len())
    }

    fn fits(&self, found: &Vec<Found>) -> bool {
        let others = found.iter().flat_map(|found| &found.others);
        found.iter().all(|found| (found.entry as usize) < self.count)
            && others.into_iter().all(|other| (*other as usize) < self.entries.len())
    }

    fn told(&self, found: &Vec<Found>) -> String {
        format!("{} problems in {} entries", found.len(), self.count)
    }
}

/// The questions about all entries that have a definition. `issues` are those that the rules found: what they name is
/// close to each other.
pub(in crate::pipeline) fn questions(
    entries: &[Entry],
    issues: &[Issue],
    excluded: &HashSet<String>,
    settings: &ModelSettings,
) -> Vec<Checking> {
    let neighbours = Neighbours::new(entries, issues, excluded, settings.output);
    let shelve = |(at, entry)| Shelved::new(at, entry, settings.output);
    let mut shelved: Vec<Shelved> = entries.iter().enumerate().filter_map(shelve).collect();
    shelved.retain(|entry| !excluded.contains(&entry.key));
    // The order of the list follows the ranks, which move with every document.
    shelved.sort_by(|a, b| (a.language, &a.key).cmp(&(b.language, &b.key)));
    let room = |language| settings.context.saturating_sub(prompts::tokens(language));
    // A third of the room is for those that they are compared with.
    let batches = batches(&shelved, |language| room(language) / 3 * 2).into_iter();
    batches
        .map(|batch| {
            let mut shown = batch.items.to_vec();
            neighbours.join(&mut shown, entries, room(batch.language).saturating_sub(batch.tokens));
            Checking {
                name: batch.name(),
                language: batch.language,
                entries: shown,
                count: batch.items.len(),
            }
        })
        .collect()
}

/// Which entries are close to each other.
struct Neighbours<'a> {
    places: HashMap<&'a str, usize>,
    /// By how their headwords end.
    alike: HashMap<String, Vec<usize>>,
    /// What the rules found an entry to have to do with.
    named: HashMap<&'a str, Vec<&'a str>>,
    /// By their keys, what is not sent.
    excluded: &'a HashSet<String>,
    output: OutputLanguage,
}

impl<'a> Neighbours<'a> {
    fn new(entries: &'a [Entry], issues: &'a [Issue], excluded: &'a HashSet<String>, output: OutputLanguage) -> Self {
        let mut alike: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, entry) in entries.iter().enumerate() {
            alike.entry(tail(&entry.key)).or_default().push(at);
        }
        // Not in the order of the ranks, which move.
        for places in alike.values_mut() {
            places.sort_by(|a, b| entries[*a].key.cmp(&entries[*b].key));
        }
        let mut named: HashMap<&str, Vec<&str>> = HashMap::new();
        for issue in issues {
            let others = issue.finding.others().iter().map(String::as_str);
            named.entry(&issue.key).or_default().extend(others);
        }
        Self {
            places: entries
                .iter()
                .enumerate()
                .map(|(at, entry)| (&*entry.term, at))
                .collect(),
            alike,
            named,
            excluded,
            output,
        }
    }

    /// Adds the neighbours of a batch, nearest first, as many as there is room for.
    fn join(&self, batch: &mut Vec<Shelved>, entries: &[Entry], mut room: u32) {
        let mut known: HashSet<usize> = batch.iter().map(|entry| entry.entry).collect();
        let own: Vec<usize> = batch.iter().map(|entry| entry.entry).collect();
        let of_rules = own
            .iter()
            .flat_map(|at| self.named.get(&*entries[*at].key).into_iter().flatten().copied());
        let related = own.iter().flat_map(|at| &entries[*at].related).map(String::as_str);
        let places = of_rules
            .chain(related)
            .filter_map(|term| self.places.get(term).copied());
        let alike = own.iter().flat_map(|at| {
            let others = self.alike.get(&tail(&entries[*at].key)).into_iter().flatten();
            others.copied().filter(move |other| other != at).take(ALIKE)
        });
        let mut more: Vec<Shelved> = Vec::new();
        for at in places.chain(alike) {
            if more.len() == NEIGHBOURS {
                break;
            }
            if !known.insert(at) || self.excluded.contains(&entries[at].key) {
                continue;
            }
            // Their definition is what counts here.
            let Some(mut entry) = Shelved::new(at, &entries[at], self.output) else {
                continue;
            };
            entry.sentences.clear();
            let tokens = prompts::tokens_of(&entry.shown());
            if tokens <= room {
                room -= tokens;
                more.push(entry);
            }
        }
        more.sort_by(|a, b| a.key.cmp(&b.key));
        batch.extend(more);
    }
}

/// How a key ends: its last word, or its last two characters where there are no words.
fn tail(key: &str) -> String {
    let word = key.rsplit(' ').next().unwrap_or(key);
    if word.is_ascii() {
        return word.to_owned();
    }
    let mut last: Vec<char> = word.chars().rev().take(2).collect();
    last.reverse();
    last.into_iter().collect()
}

/// Asks the model of the project, and returns the issues together with those that the rules found, by entry. What both
/// found is the rules', which can show it.
pub(in crate::pipeline) async fn run(
    work: &Work<'_>,
    settings: &ModelSettings,
    entries: &[Entry],
    issues: Vec<Vec<Issue>>,
    questions: Vec<Checking>,
) -> Result<Vec<Vec<Issue>>, Break> {
    let questions = Arc::new(questions);
    let answers = ask(work, settings, &questions).await?;
    let mut issues = issues;
    let mut known: HashSet<(&str, Vec<String>)> = issues.iter().flatten().map(about).collect();
    for (question, answer) in questions.iter().zip(&answers) {
        for found in answer.iter().flat_map(|answer| answer.iter()) {
            let at = question.entries[found.entry as usize].entry;
            let others = found
                .others
                .iter()
                .map(|other| question.entries[*other as usize].term.clone());
            let issue = Issue {
                term: entries[at].term.clone(),
                key: entries[at].key.clone(),
                severity: found.severity,
                finding: Finding::Judged {
                    problem: found.problem,
                    others: others.collect(),
                    says: found.says.clone(),
                    proposal: found.proposal.clone(),
                    by: settings.model.clone(),
                },
            };
            if known.insert(about(&issue)) {
                issues[at].push(issue);
            }
        }
    }
    Ok(issues)
}

/// What an issue is about, whoever found it and under whichever of its terms it is filed.
fn about(issue: &Issue) -> (&'static str, Vec<String>) {
    let others = issue.finding.others().iter().map(|term| normalise::key(term));
    let mut keys: Vec<String> = others.chain([issue.key.clone()]).collect();
    keys.sort_unstable();
    keys.dedup();
    (issue.finding.kind(), keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headwords_that_end_alike_are_close() {
        assert_eq!(tail("seed vault"), "vault");
        assert_eq!(tail("種子貯蔵庫"), "蔵庫");
        assert_eq!(tail("庫"), "庫");
        assert_eq!(tail(""), "");
    }
}
