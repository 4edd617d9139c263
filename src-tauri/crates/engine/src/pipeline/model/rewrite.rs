//! A model mends the entries that the review found something wrong with, all that is wrong with one at once.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use genglossary_models::{Prompt, estimate_tokens};
use glossary::define::Headwords;
use glossary::review;
use glossary::{DuplicateReason, Entry, Evidence, Finding, Issue, Language, Problem, Refined, Resolution};
use serde_json::Value;

use super::{Question, ask, shortened, write};
use crate::logs::LogLevel;
use crate::models::ModelSettings;
use crate::models::prompts::rewrite::{self as prompts, Broken, Mended};
use crate::pipeline::{Decisions, Work};
use crate::runs::{Break, Stage};
use crate::store::units::UnitKeyBuilder;

/// Most sentences that a definition is mended from.
const SENTENCES: usize = 8;
/// Most other entries that are shown beside it.
const OTHERS: usize = 4;
/// Most problems of one entry that are put to a model at once.
const PROBLEMS: usize = 6;

/// An entry and what is wrong with it.
pub(in crate::pipeline) struct Mending {
    /// Its place among the refined entries.
    at: usize,
    term: String,
    definition: String,
    language: Language,
    /// The place of each issue, and what is wrong in a sentence.
    problems: Vec<(usize, String)>,
    /// Other entries: headword and definition.
    others: Vec<(String, String)>,
    sentences: Vec<Evidence>,
}

impl Mending {
    fn broken(&self) -> Broken<'_> {
        Broken {
            term: &self.term,
            definition: &self.definition,
            problems: self.problems.iter().map(|(_, problem)| problem.clone()).collect(),
            others: self.others.iter().map(|(term, text)| (&**term, &**text)).collect(),
            sentences: self.sentences.iter().map(|sentence| &*sentence.quote).collect(),
        }
    }
}

impl Mending {
    /// What a new definition says without the sentences that it names, however short it is: there is one that it would
    /// replace. One in another language than the question is none.
    fn unsupported(&self, mended: &Mended) -> Option<Vec<String>> {
        let text = mended.written.text.as_deref()?;
        if review::is_japanese(text) != (self.language == Language::Japanese) {
            return Some(vec![text.to_owned()]);
        }
        let sources = mended.written.sources.iter();
        let quotes = sources.filter_map(|source| self.sentences.get(*source as usize));
        review::unsupported(
            text,
            std::iter::once(&*self.term),
            quotes.map(|sentence| &*sentence.quote),
            1,
        )
    }
}

impl Question for Mending {
    type Answer = Mended;
    const KIND: &'static str = "mended definition/1";
    const STAGE: Stage = Stage::Refine;

    fn name(&self) -> &str {
        &self.term
    }

    fn depends(&self, key: &mut UnitKeyBuilder) {
        key.text(prompts::words(self.language))
            .text(&self.term)
            .text(&self.definition)
            .value(&self.others);
        for (_, problem) in &self.problems {
            key.text(problem);
        }
        key.value(&self.sentences.len());
        for sentence in &self.sentences {
            key.text(&sentence.quote);
        }
    }

    fn prompt(&self) -> Prompt {
        prompts::prompt(self.language, &self.broken())
    }

    fn read(&self, json: &Value) -> Result<Mended, String> {
        prompts::read(json, self.problems.len(), self.sentences.len())
    }

    fn fits(&self, mended: &Mended) -> bool {
        let sources = mended.written.sources.iter();
        sources
            .into_iter()
            .all(|source| (*source as usize) < self.sentences.len())
            && mended
                .settled
                .iter()
                .all(|settled| (*settled as usize) < self.problems.len())
    }

    fn told(&self, mended: &Mended) -> String {
        match &mended.written.text {
            Some(_) => format!("{} of {} problems settled", mended.settled.len(), self.problems.len()),
            None => "the sentences settle none of its problems".to_owned(),
        }
    }
}

/// The questions about all entries with open issues that another definition can settle.
pub(in crate::pipeline) fn questions(
    entries: &[&Entry],
    issues: &[Issue],
    resolutions: &[Resolution],
    decisions: &Decisions,
    settings: &ModelSettings,
) -> Vec<Mending> {
    let ruled = issues.iter().zip(resolutions);
    let ruled = ruled.filter(|(_, done)| matches!(done, Resolution::First | Resolution::Second));
    // What the researcher chose or wrote stays; what is excluded is not sent.
    let mut kept: HashSet<&str> = ruled.map(|(issue, _)| &*issue.key).collect();
    let defined = decisions.own.iter().filter(|(_, defined)| *defined).map(|(key, _)| key);
    kept.extend(defined.chain(&decisions.excluded).map(String::as_str));
    let mut open: BTreeMap<&str, Vec<(usize, &Issue)>> = BTreeMap::new();
    for (at, issue) in issues.iter().enumerate() {
        if resolutions[at] == Resolution::Open && is_mended_by_words(&issue.finding) && !kept.contains(&*issue.key) {
            open.entry(&issue.key).or_default().push((at, issue));
        }
    }
    if open.is_empty() {
        return Vec::new();
    }
    let by_term: BTreeMap<&str, &Entry> = entries.iter().map(|entry| (&*entry.term, *entry)).collect();
    let mending = |(at, entry): (usize, &&Entry)| {
        let issues = open.get(&*entry.key)?;
        let definition = entry.definition.clone()?;
        let language = settings.output.of(entry.language);
        let problem = |(at, issue): &(usize, &Issue)| (*at, said(&issue.finding, language));
        let mut others: Vec<(String, String)> = Vec::new();
        for name in issues.iter().flat_map(|(_, issue)| issue.finding.others()) {
            let other = by_term
                .get(name.as_str())
                .filter(|other| other.key != entry.key && !decisions.excluded.contains(&other.key));
            if let Some((other, text)) = other.and_then(|other| Some((other, other.definition.as_ref()?)))
                && others.len() < OTHERS
                && others.iter().all(|(term, _)| *term != other.term)
            {
                others.push((other.term.clone(), shortened(text)));
            }
        }
        let mut mending = Mending {
            at,
            term: entry.term.clone(),
            definition,
            language,
            problems: issues.iter().take(PROBLEMS).map(problem).collect(),
            others,
            sentences: Vec::new(),
        };
        let taken = prompts::tokens(language, &mending.broken());
        mending.sentences = sentences(entry, settings.context.saturating_sub(taken));
        (!mending.sentences.is_empty()).then_some(mending)
    };
    entries.iter().enumerate().filter_map(mending).collect()
}

/// Whether another definition can settle it.
fn is_mended_by_words(finding: &Finding) -> bool {
    match finding {
        Finding::Circular { .. } | Finding::Contradiction { .. } | Finding::Ungrounded { .. } => true,
        Finding::Duplicate { reason, .. } => *reason == DuplicateReason::SameDefinition,
        Finding::Judged { problem, .. } => *problem != Problem::Unnecessary,
        // There is nothing to write from, or nothing to say.
        Finding::Undefined { .. } | Finding::MissingRelated { .. } => false,
    }
}

/// What is wrong, in the language of the question.
fn said(finding: &Finding, language: Language) -> String {
    let english = language == Language::English;
    match finding {
        Finding::Circular { path } if english => format!("The definitions lead in a circle: {}.", path.join(" → ")),
        Finding::Circular { path } => format!("定義が循環している：{}", path.join(" → ")),
        Finding::Contradiction { first, second } if english => {
            let [first, second] = [first, second].map(|side| shortened(&side.quote));
            format!("The documents disagree: “{first}” and “{second}”")
        }
        Finding::Contradiction { first, second } => {
            let [first, second] = [first, second].map(|side| shortened(&side.quote));
            format!("文書が食い違っている：「{first}」と「{second}」")
        }
        Finding::Ungrounded { words } if english => {
            format!("The sentences do not say this: {}.", words.join(", "))
        }
        Finding::Ungrounded { words } => format!("文にない言葉がある：{}", words.join("、")),
        Finding::Judged { says, .. } => says.clone(),
        other if english => format!("It has the same definition as {}.", other.others().join(", ")),
        other => format!("{}と定義が同じである。", other.others().join("、")),
    }
}

/// The sentences of an entry, those of its definition first, as many as fit.
fn sentences(entry: &Entry, mut room: u32) -> Vec<Evidence> {
    let others = entry.alternatives.iter().map(|other| &other.evidence);
    let mut sentences: Vec<Evidence> = Vec::new();
    for evidence in entry.evidence.iter().chain(others) {
        let tokens = estimate_tokens(&evidence.quote) + 4;
        let known = sentences.iter().any(|known| known.quote == evidence.quote);
        if known || sentences.len() == SENTENCES || tokens > room {
            continue;
        }
        room -= tokens;
        sentences.push(evidence.clone());
    }
    if sentences.is_empty() {
        // Where not one fits, the researcher is to hear that the context is too short.
        sentences.extend(entry.evidence.first().cloned());
    }
    sentences
}

/// Has the model of the project mend the entries, and notes which issues that settled.
pub(in crate::pipeline) async fn run(
    work: &Work<'_>,
    settings: &ModelSettings,
    given: &[Entry],
    refined: &mut [Refined],
    resolutions: &mut [Resolution],
    questions: Vec<Mending>,
) -> Result<Vec<usize>, Break> {
    let questions = Arc::new(questions);
    let answers = ask(work, settings, &questions).await?;
    let mut changed = Vec::new();
    for (question, answer) in questions.iter().zip(&answers) {
        let Some(mended) = answer.as_deref().filter(|mended| mended.written.text.is_some()) else {
            continue;
        };
        if let Some(words) = question.unsupported(mended) {
            let words = words.join(", ");
            let message = format!("its new definition is not used: the sentences do not say {words}");
            work.context.log(LogLevel::Warn, &question.term, message);
            continue;
        }
        let mut entry = refined[question.at].entry(given).clone();
        write::put(&mut entry, &mended.written, &question.sentences, &settings.model);
        refined[question.at] = Refined::Other {
            entry: Box::new(entry),
            changed: true,
        };
        changed.push(question.at);
        for settled in &mended.settled {
            resolutions[question.problems[*settled as usize].0] = Resolution::Rewritten;
        }
    }
    if !changed.is_empty() {
        let related: Vec<(usize, Vec<String>)> = {
            let entries: Vec<&Entry> = refined.iter().map(|refined| refined.entry(given)).collect();
            let headwords = Headwords::new(&entries);
            changed.iter().map(|at| (*at, headwords.mentioned(*at))).collect()
        };
        for (at, names) in related {
            if let Refined::Other { entry, .. } = &mut refined[at] {
                entry.related = names;
            }
        }
    }
    Ok(changed)
}
