//! A model writes the definitions, each from sentences that the documents have. What the rules found stays as the next
//! best one; a term whose question failed keeps it as its definition.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use genglossary_models::{Client, Fault, Model, estimate_tokens};
use glossary::define::Context;
use glossary::{Entry, Evidence, Language};
use serde_json::Value;
use tokio::runtime::Handle;

use super::Work;
use crate::error::Error;
use crate::logs::LogLevel;
use crate::models::prompts::{self, Written};
use crate::models::{Asked, ModelSettings};
use crate::runs::{Break, Stage, StageContext, StopFlag, Undone, Unit, from_bytes, to_bytes};
use crate::store::units::UnitKeyBuilder;

/// Most sentences that a model gets to define a term from. More make a longer answer, not a better one.
const SENTENCES: usize = 8;
/// A sentence of which so much is known already says nothing new.
const SAME: f64 = 0.8;
/// An entry weighs as much in memory as so many bytes of text.
const ROOM: usize = 400;
/// Another answer needs some chance: at the temperature 0 every seed gives the same one.
const VARIED: f32 = 0.7;
/// So many questions in a row in which the server failed are not the questions' fault.
const HOPELESS: u32 = 12;

/// A term and the sentences that it is to be defined from.
pub(super) struct Question {
    /// Index of the entry.
    pub(super) entry: usize,
    language: Language,
    sentences: Vec<Evidence>,
}

impl Question {
    /// The question for an entry, if the documents have a sentence with it: the defining ones first, then those that
    /// differ most, as many as fit into the context of the model.
    pub(super) fn new(entry: usize, given: &Entry, contexts: &[&Context], settings: &ModelSettings) -> Option<Self> {
        let language = settings.output.of(given.language);
        let mut ranked: Vec<&Context> = contexts.to_vec();
        ranked.sort_by(|a, b| {
            b.confidence
                .total_cmp(&a.confidence)
                .then_with(|| a.evidence.document.cmp(&b.evidence.document))
                .then_with(|| a.evidence.start.cmp(&b.evidence.start))
        });
        let taken = prompts::define_tokens(language, &given.term, &given.synonyms);
        let mut room = settings.context.saturating_sub(taken);
        let mut sentences: Vec<Evidence> = Vec::new();
        for context in ranked {
            let quote = &context.evidence.quote;
            // The number in front of it.
            let tokens = estimate_tokens(quote) + 4;
            let known = sentences.iter().any(|known| says_nothing_new(quote, &known.quote));
            // Of one that does not fit alone, the researcher is to hear that the context is too short.
            if known || (tokens > room && !sentences.is_empty()) {
                continue;
            }
            room = room.saturating_sub(tokens);
            sentences.push(context.evidence.clone());
            if sentences.len() == SENTENCES {
                break;
            }
        }
        (!sentences.is_empty()).then_some(Self {
            entry,
            language,
            sentences,
        })
    }
}

/// Whether `fresh` has little that `known` has not, by their pairs of characters, which suits both languages. A long
/// sentence says more than a short one that is part of it.
fn says_nothing_new(fresh: &str, known: &str) -> bool {
    let pairs = |text: &str| {
        let folded: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
        let mut pairs: Vec<[char; 2]> = folded.array_windows().copied().collect();
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    };
    let (fresh, known) = (pairs(fresh), pairs(known));
    let shared = fresh.iter().filter(|pair| known.binary_search(pair).is_ok()).count();
    shared as f64 >= SAME * fresh.len() as f64
}

/// The definition of one term, by a model.
struct Writing {
    settings: ModelSettings,
    client: Client,
    model: Model,
    entries: Arc<Vec<Entry>>,
    /// How often another answer was wished for, by the key of the term.
    tries: BTreeMap<String, u32>,
    context: StageContext,
    runtime: Handle,
    /// Questions in a row in which the server failed.
    in_vain: AtomicU32,
}

impl Writing {
    /// The model as it is asked for a term: after a wish for another answer, so that it gives another one.
    fn model(&self, entry: &Entry) -> Model {
        let mut model = self.model.clone();
        if let Some(tries) = self.tries.get(&entry.key) {
            model.seed = model.seed.map(|seed| seed.wrapping_add(*tries));
            model.temperature = model.temperature.max(VARIED);
        }
        model
    }
}

impl Unit for Writing {
    type Item = Question;
    type Output = Written;
    const KIND: &'static str = "written definition/1";
    /// An answer took long, and may have been paid for: a crash must not cost it.
    const KEPT_AFTER: Duration = Duration::from_millis(10);

    fn name<'a>(&'a self, question: &'a Question) -> &'a str {
        &self.entries[question.entry].term
    }

    fn depends(&self, question: &Question, key: &mut UnitKeyBuilder) {
        let entry = &self.entries[question.entry];
        key.text(prompts::define_words(question.language))
            .value(&self.settings.parameters())
            .text(&entry.term)
            .value(&entry.synonyms);
        for sentence in &question.sentences {
            key.text(&sentence.quote);
        }
        if let Some(tries) = self.tries.get(&entry.key) {
            key.value(tries);
        }
    }

    fn room(&self, _: &Question) -> Option<usize> {
        Some(ROOM)
    }

    fn work(&self, question: &Question, stop: &StopFlag) -> Result<Written, Undone> {
        let entry = &self.entries[question.entry];
        let sentences: Vec<&str> = question
            .sentences
            .iter()
            .map(|sentence| sentence.quote.as_str())
            .collect();
        let prompt = prompts::define(question.language, &entry.term, &entry.synonyms, &sentences);
        let read = |json: &Value| prompts::read_definition(json, sentences.len());
        let model = self.model(entry);
        let ledger = self.context.ledger();
        let asked = self.client.ask(&model, &prompt, stop.token(), read);
        match self.runtime.block_on(asked) {
            Ok(answer) => {
                self.in_vain.store(0, Ordering::Relaxed);
                ledger.count(Stage::Define, answer.usage, Asked::Answered);
                self.context.log(LogLevel::Debug, &entry.term, told(&answer.value));
                Ok(answer.value)
            }
            Err(error) if error.is_cancelled() => {
                ledger.count(Stage::Define, error.usage(), Asked::Stopped);
                Err(Undone::Stopped)
            }
            Err(error) => {
                ledger.count(Stage::Define, error.usage(), Asked::Failed);
                // What the server refuses, or answers badly, says nothing of the other questions.
                let of_server = matches!(
                    error.fault,
                    Fault::TimedOut { .. } | Fault::Overloaded | Fault::ServerFault | Fault::Broken { .. }
                );
                let in_vain = if of_server {
                    self.in_vain.fetch_add(1, Ordering::Relaxed) + 1
                } else {
                    0
                };
                let hopeless = error.is_final() || in_vain >= HOPELESS;
                let error = Error::Model(error);
                Err(if hopeless {
                    Undone::Hopeless(error)
                } else {
                    Undone::Missing(error)
                })
            }
        }
    }

    fn pack(&self, _: &Question, written: &Written) -> Option<Vec<u8>> {
        to_bytes(written)
    }

    fn unpack(&self, question: &Question, bytes: &[u8]) -> Option<Written> {
        let written: Written = from_bytes(bytes)?;
        let known = |source: &u32| (*source as usize) < question.sentences.len();
        written.sources.iter().all(known).then_some(written)
    }
}

/// Has the model of the project write the definitions of `entries`.
pub(super) async fn run(
    work: &Work<'_>,
    settings: &ModelSettings,
    entries: Vec<Entry>,
    questions: Vec<Question>,
) -> Result<Vec<Entry>, Break> {
    if questions.is_empty() {
        return Ok(entries);
    }
    // A keychain that is locked asks the researcher first.
    let asked = work
        .context
        .stop()
        .token()
        .run_until_cancelled(work.engine.key(settings));
    let (key, _) = asked.await.ok_or(Break::Cancelled)??;
    let (entries, questions) = (Arc::new(entries), Arc::new(questions));
    let unit = Writing {
        client: settings.client(key)?,
        model: settings.model(),
        settings: settings.clone(),
        entries: Arc::clone(&entries),
        tries: work.decisions.tries.clone(),
        context: work.context.clone(),
        runtime: Handle::current(),
        in_vain: AtomicU32::new(0),
    };
    work.info(format!(
        "asks {} for {} definitions, {} at the same time",
        settings.model,
        questions.len(),
        settings.parallel
    ));
    let before = work.context.reused_in_all();
    let waiting = work.context.waiting(settings.parallel as usize)?;
    let written = waiting.units(unit, Arc::clone(&questions)).await;
    let cached = work.context.reused_in_all() - before;
    work.context.ledger().count_cached(Stage::Define, cached);
    let written = written?;
    let mut entries = Arc::unwrap_or_clone(entries);
    for (question, written) in questions.iter().zip(&written) {
        if let Some(written) = written {
            put(
                &mut entries[question.entry],
                written,
                &question.sentences,
                &settings.model,
            );
        }
    }
    Ok(entries)
}

/// Makes what was written the definition. The one that the rules found is the next best one.
fn put(entry: &mut Entry, written: &Written, sentences: &[Evidence], model: &str) {
    let Some(text) = &written.text else { return };
    let sources = written
        .sources
        .iter()
        .filter_map(|source| sentences.get(*source as usize));
    let writer = Some(model.to_owned());
    let found = entry.define_anew(text.clone(), writer, written.confidence, sources.cloned().collect());
    if let Some(found) = found {
        entry.alternatives.insert(0, found);
    }
}

fn told(written: &Written) -> String {
    match &written.text {
        Some(_) => format!(
            "written from {} sentences, confidence {:.2}",
            written.sources.len(),
            written.confidence
        ),
        None => "the sentences do not say what it is".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_that_says_the_same_again_is_left_out() {
        for (fresh, known, nothing_new) in [
            ("The drying room is cold!", "The drying room is cold.", true),
            ("The drying room is cold.", "It is true: the drying room is cold.", true),
            ("A seed vault is a room kept at -18 degrees.", "Seed vault", false),
            (
                "A seed vault is a room kept at -18 degrees.",
                "The drying room is cold.",
                false,
            ),
            ("含水率は乾燥室で下げる", "含水率は乾燥室で下げる。", true),
            ("乾燥室は湿度を保つ部屋である。", "乾燥室", false),
        ] {
            assert_eq!(says_nothing_new(fresh, known), nothing_new, "{fresh} / {known}");
        }
    }
}
