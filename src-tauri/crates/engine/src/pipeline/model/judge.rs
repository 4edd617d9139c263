//! A model sorts the terms: of what category each one is, which are none of the subject's, and which are missing.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use genglossary_models::Prompt;
use glossary::{Category, Language, Term, normalise};
use serde_json::Value;

use super::batch::{Item, batches};
use super::write::chosen;
use super::{Question, ask, shortened};
use crate::categories::OwnCategory;
use crate::logs::LogLevel;
use crate::models::ModelSettings;
use crate::models::prompts::judge::{self as prompts, Expression, Judged};
use crate::pipeline::{Decisions, Work, contexts};
use crate::runs::{Break, Stage};
use crate::store::results::{Found, HashedDocument, Terms};
use crate::store::units::UnitKeyBuilder;

/// Sentences that a term is judged by.
const SENTENCES: usize = 2;
/// A term that is forgotten so many times is kept as it is.
const ROUNDS: usize = 2;

/// A term and sentences with it.
#[derive(Debug, Clone)]
struct Candidate {
    /// Index of the term.
    term: usize,
    key: String,
    text: String,
    language: Language,
    sentences: Vec<String>,
}

impl Candidate {
    fn expression(&self) -> Expression<'_> {
        Expression {
            text: &self.text,
            sentences: self.sentences.iter().map(String::as_str).collect(),
        }
    }
}

impl Item for Candidate {
    fn language(&self) -> Language {
        self.language
    }

    fn key(&self) -> &str {
        &self.key
    }

    fn name(&self) -> &str {
        &self.text
    }

    fn tokens(&self) -> u32 {
        prompts::tokens_of(&self.expression())
    }
}

/// A batch of terms.
struct Judging {
    name: String,
    language: Language,
    /// The project's own categories.
    own: Arc<Vec<OwnCategory>>,
    candidates: Vec<Candidate>,
    /// The model has forgotten all of them before, and may do so again.
    again: bool,
}

impl Judging {
    fn expressions(&self) -> Vec<Expression<'_>> {
        self.candidates.iter().map(Candidate::expression).collect()
    }
}

impl Question for Judging {
    type Answer = Judged;
    const KIND: &'static str = "judged terms/1";
    const STAGE: Stage = Stage::Extract;

    fn name(&self) -> &str {
        &self.name
    }

    fn depends(&self, key: &mut UnitKeyBuilder) {
        key.text(&prompts::rules(self.language, !self.own.is_empty()));
        if !self.own.is_empty() {
            key.value(&*self.own);
        }
        if self.again {
            key.text("again");
        }
        for candidate in &self.candidates {
            key.text(&candidate.text).value(&candidate.sentences);
        }
    }

    fn prompt(&self) -> Prompt {
        prompts::prompt(self.language, &self.own, &self.expressions())
    }

    fn read(&self, json: &Value) -> Result<Judged, String> {
        prompts::read(json, &self.own, &self.expressions(), self.again)
    }

    fn fits(&self, judged: &Judged) -> bool {
        judged.categories.len() == self.candidates.len()
    }

    fn told(&self, judged: &Judged) -> String {
        let out = judged
            .categories
            .iter()
            .filter(|category| **category == Some(Category::Common));
        let forgotten = judged.categories.iter().filter(|category| category.is_none());
        format!(
            "{} judged, {} left out, {} forgotten, {} added",
            judged.categories.len(),
            out.count(),
            forgotten.count(),
            judged.added.len()
        )
    }
}

/// What a model says of a list of terms.
pub(in crate::pipeline) struct Judgement {
    /// By the keys of the terms. Those without one are not judged.
    categories: HashMap<String, Category>,
    /// Terms to look for besides.
    pub(in crate::pipeline) added: Vec<String>,
}

impl Judgement {
    /// The terms with their categories. A term that the researcher requires or worked at is never left out, one that the
    /// model added itself neither.
    pub(in crate::pipeline) fn apply(&self, terms: &Terms, decisions: &Decisions, model: &str) -> Terms {
        let kept = decisions
            .required
            .iter()
            .chain(&self.added)
            .map(|text| normalise::key(text));
        let own = decisions.own.iter().map(|(key, _)| key);
        let worked_at = decisions.groups.iter().flatten().chain(own);
        let kept: HashSet<String> = kept.chain(worked_at.cloned()).collect();
        let judge = |term: &Term| {
            let mut term = term.clone();
            match self.categories.get(&term.key) {
                Some(Category::Common) if kept.contains(&term.key) => {}
                Some(category) => {
                    term.category = category.clone();
                    term.judge = Some(model.to_owned());
                }
                None => {}
            }
            term
        };
        Terms {
            list: terms.list.iter().map(judge).collect(),
            order: terms.order.clone(),
        }
    }
}

/// Asks the model of the project about `terms`. Those that the researcher excluded are not sent.
pub(in crate::pipeline) async fn run(
    work: &Work<'_>,
    settings: &ModelSettings,
    documents: &Arc<Vec<Arc<HashedDocument>>>,
    terms: &Arc<Terms>,
    found: &Arc<Vec<Arc<Found>>>,
) -> Result<Judgement, Break> {
    work.context.more(documents.len());
    let said = contexts::gather(work, documents, found, terms).await?;
    let excluded: HashSet<String> = work.decisions.excluded.iter().cloned().collect();
    let mut open = {
        let (terms, found) = (Arc::clone(terms), Arc::clone(found));
        work.context
            .blocking(move || {
                let out = |term: &Term| excluded.contains(&term.key);
                let subjects = contexts::subjects(&terms, out, &found, &said);
                let mut candidates: Vec<Candidate> = Vec::with_capacity(subjects.len());
                for subject in &subjects {
                    let term = &terms.list[subject.term];
                    let sentences = chosen(&contexts::of(&said, subject), u32::MAX, SENTENCES);
                    candidates.push(Candidate {
                        term: subject.term,
                        key: term.key.clone(),
                        text: term.text.clone(),
                        language: term.language,
                        sentences: sentences.iter().map(|sentence| shortened(&sentence.quote)).collect(),
                    });
                }
                // Ranks move with every document; the order of the keys does not.
                candidates.sort_unstable_by_key(|candidate| (candidate.language, candidate.term));
                Ok(candidates)
            })
            .await?
    };
    let mut judgement = Judgement {
        categories: HashMap::with_capacity(open.len()),
        added: Vec::new(),
    };
    let own = Arc::new(own_categories(work, settings));
    for round in 0..ROUNDS {
        let questions = Arc::new(questions(&std::mem::take(&mut open), settings, &own, round > 0));
        work.context.more(questions.len());
        let answers = ask(work, settings, &questions).await?;
        for (question, answer) in questions.iter().zip(&answers) {
            let Some(answer) = answer else { continue };
            for (candidate, category) in question.candidates.iter().zip(&answer.categories) {
                match category {
                    Some(category) => _ = judgement.categories.insert(candidate.key.clone(), category.clone()),
                    None => open.push(candidate.clone()),
                }
            }
            judgement.added.extend(answer.added.iter().cloned());
        }
        if open.is_empty() {
            break;
        }
    }
    // What is a term by another name already need not be looked for.
    let known: HashSet<&str> = terms.list.iter().map(|term| &*term.key).collect();
    let excluded: HashSet<&str> = work.decisions.excluded.iter().map(String::as_str).collect();
    let unlisted = work.settings.stop_keys();
    judgement.added.retain(|text| {
        let key = normalise::key(text);
        !known.contains(&*key) && !excluded.contains(&*key) && !unlisted.contains(&key)
    });
    judgement.added.sort_unstable();
    judgement.added.dedup();
    let out = judgement
        .categories
        .values()
        .filter(|category| **category == Category::Common);
    work.info(format!(
        "{} terms judged, {} of them left out, {} not judged",
        judgement.categories.len(),
        out.count(),
        open.len()
    ));
    Ok(judgement)
}

/// The project's own categories, without the lines about them where these would leave the terms no room.
fn own_categories(work: &Work<'_>, settings: &ModelSettings) -> Vec<OwnCategory> {
    const ROOM: u32 = 512;
    let mut own = work.settings.categories.clone();
    let full = |language| prompts::tokens(language, &own).saturating_add(ROOM) > settings.context;
    if !own.is_empty() && [Language::English, Language::Japanese].into_iter().any(full) {
        work.context.log(
            LogLevel::Warn,
            "",
            format!(
                "a context of {} tokens has no room for the lines about the project's own categories: the model gets their names alone",
                settings.context
            ),
        );
        for category in &mut own {
            category.about.clear();
        }
    }
    own
}

/// The candidates in batches.
fn questions(
    candidates: &[Candidate],
    settings: &ModelSettings,
    own: &Arc<Vec<OwnCategory>>,
    again: bool,
) -> Vec<Judging> {
    let room = |language| settings.context.saturating_sub(prompts::tokens(language, own));
    let batches = batches(candidates, room).into_iter();
    batches
        .map(|batch| Judging {
            name: batch.name(),
            language: batch.language,
            own: Arc::clone(own),
            candidates: batch.items.to_vec(),
            again,
        })
        .collect()
}
