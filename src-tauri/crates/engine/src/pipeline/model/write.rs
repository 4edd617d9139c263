//! A model writes the definitions, each from sentences that the documents have. What the rules found stays as the next
//! best one; a term whose question failed keeps it as its definition.

use std::sync::Arc;

use genglossary_models::{Model, Prompt, estimate_tokens};
use glossary::define::Context;
use glossary::{Entry, Evidence, Language};
use serde_json::Value;

use super::{Question, ask};
use crate::models::ModelSettings;
use crate::models::prompts::define::{self as prompts, Written};
use crate::pipeline::Work;
use crate::runs::{Break, Stage};
use crate::store::units::UnitKeyBuilder;

/// Most sentences that a model gets to define a term from. More make a longer answer, not a better one.
const SENTENCES: usize = 8;
/// A sentence of which so much is known already says nothing new.
const SAME: f64 = 0.8;

/// Another answer needs some chance: at the temperature 0 every seed gives the same one.
const VARIED: f32 = 0.7;

/// A concept and the sentences that it is to be defined from.
pub(in crate::pipeline) struct Writing {
    /// Index of the entry.
    pub(in crate::pipeline) entry: usize,
    term: String,
    names: Vec<String>,
    language: Language,
    sentences: Vec<Evidence>,
    /// How often the researcher wished for another answer.
    tries: u32,
}

impl Writing {
    /// The question for an entry, if the documents have a sentence with it: the defining ones first, then those that
    /// differ most, as many as fit into the context of the model. `others` are entries of the same concept, whose
    /// sentences are among `contexts`.
    pub(in crate::pipeline) fn new(
        entry: usize,
        given: &Entry,
        others: &[&Entry],
        contexts: &[&Context],
        settings: &ModelSettings,
    ) -> Option<Self> {
        let language = settings.output.of(given.language);
        let mut names = given.synonyms.clone();
        for name in others
            .iter()
            .flat_map(|other| std::iter::once(&other.term).chain(&other.synonyms))
        {
            if *name != given.term && !names.contains(name) {
                names.push(name.clone());
            }
        }
        let taken = prompts::tokens(language, &given.term, &names);
        let sentences = chosen(contexts, settings.context.saturating_sub(taken), SENTENCES);
        (!sentences.is_empty()).then(|| Self {
            entry,
            term: given.term.clone(),
            names,
            language,
            sentences,
            tries: 0,
        })
    }
}

impl Writing {
    /// The same question, for another answer than the first so many.
    pub(in crate::pipeline) fn again(self, tries: u32) -> Self {
        Self { tries, ..self }
    }
}

/// The sentences that a model gets, those that define first: at most so many, and as fit into so many tokens.
pub(super) fn chosen(contexts: &[&Context], mut room: u32, most: usize) -> Vec<Evidence> {
    let mut ranked: Vec<&Context> = contexts.to_vec();
    ranked.sort_by(|a, b| {
        b.confidence
            .total_cmp(&a.confidence)
            .then_with(|| a.evidence.document.cmp(&b.evidence.document))
            .then_with(|| a.evidence.start.cmp(&b.evidence.start))
    });
    let mut sentences: Vec<Evidence> = Vec::new();
    for context in &ranked {
        let quote = &context.evidence.quote;
        // The number in front of it.
        let tokens = estimate_tokens(quote) + 4;
        let known = sentences.iter().any(|known| says_nothing_new(quote, &known.quote));
        if known || tokens > room {
            continue;
        }
        room -= tokens;
        sentences.push(context.evidence.clone());
        if sentences.len() == most {
            break;
        }
    }
    if sentences.is_empty() {
        // Where not one fits, the researcher is to hear that the context is too short.
        sentences.extend(ranked.first().map(|context| context.evidence.clone()));
    }
    sentences
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

impl Question for Writing {
    type Answer = Written;
    const KIND: &'static str = "written definition/2";
    const STAGE: Stage = Stage::Define;

    fn name(&self) -> &str {
        &self.term
    }

    fn depends(&self, key: &mut UnitKeyBuilder) {
        key.text(prompts::words(self.language))
            .text(&self.term)
            .value(&self.names);
        for sentence in &self.sentences {
            key.text(&sentence.quote);
        }
        if self.tries > 0 {
            key.value(&self.tries);
        }
    }

    fn model(&self, usual: &Model) -> Model {
        let mut model = usual.clone();
        if self.tries > 0 {
            model.seed = model.seed.map(|seed| seed.wrapping_add(self.tries));
            model.temperature = model.temperature.max(VARIED);
        }
        model
    }

    fn prompt(&self) -> Prompt {
        let sentences: Vec<&str> = self.sentences.iter().map(|sentence| sentence.quote.as_str()).collect();
        prompts::prompt(self.language, &self.term, &self.names, &sentences)
    }

    fn read(&self, json: &Value) -> Result<Written, String> {
        prompts::read(json, self.sentences.len())
    }

    fn fits(&self, written: &Written) -> bool {
        let known = |source: &u32| (*source as usize) < self.sentences.len();
        written.sources.iter().all(known)
    }

    fn told(&self, written: &Written) -> String {
        match &written.text {
            Some(_) => format!(
                "written from {} sentences, confidence {:.2}",
                written.sources.len(),
                written.confidence
            ),
            None => "the sentences do not say what it is".to_owned(),
        }
    }
}

/// Has the model of the project write the definitions of `entries`.
pub(in crate::pipeline) async fn run(
    work: &Work<'_>,
    settings: &ModelSettings,
    mut entries: Vec<Entry>,
    questions: Vec<Writing>,
) -> Result<Vec<Entry>, Break> {
    let questions = Arc::new(questions);
    let written = ask(work, settings, &questions).await?;
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

/// Makes what was written the definition. The one that was there is the next best one.
pub(super) fn put(entry: &mut Entry, written: &Written, sentences: &[Evidence], model: &str) {
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

    /// A sentence that defines its term as surely as `confidence` says.
    fn context(at: u32, confidence: f64, quote: &str) -> Context {
        Context {
            term: 0,
            definition: None,
            names: Vec::new(),
            confidence,
            evidence: Evidence {
                document: "a.md".to_owned(),
                line: at,
                start: at,
                end: at,
                quote: quote.to_owned(),
            },
        }
    }

    #[test]
    fn defining_sentences_come_first_then_those_that_say_something_new_as_many_as_fit() {
        let contexts = [
            context(1, 0.1, "The vault was opened on Monday by two visitors."),
            context(2, 0.2, "The vault was opened on Monday by two visitors!"),
            context(3, 0.9, "A vault is a cold room below the ground."),
            context(4, 0.1, "Frost on the door tells that a seal is broken."),
            context(5, 0.6, "The vault keeps seeds at minus 18 degrees."),
        ];
        let contexts: Vec<&Context> = contexts.iter().collect();
        let lines = |room, most| -> Vec<u32> {
            let chosen = chosen(&contexts, room, most);
            chosen.iter().map(|evidence| evidence.line).collect()
        };
        assert_eq!(
            lines(u32::MAX, 8),
            [3, 5, 2, 4],
            "the one that says the same again is left out"
        );
        assert_eq!(lines(u32::MAX, 2), [3, 5]);
        let cost = |at: usize| estimate_tokens(&contexts[at].evidence.quote) + 4;
        assert_eq!(lines(cost(2) + cost(4), 8), [3, 5], "what fits");
        assert_eq!(lines(cost(2) + cost(4) - 1, 8).first(), Some(&3), "the best one first");
        for room in [cost(2), cost(2) + cost(3), 60, 200] {
            let chosen = chosen(&contexts, room, 8);
            let taken: u32 = chosen.iter().map(|evidence| estimate_tokens(&evidence.quote) + 4).sum();
            assert!(taken <= room, "{taken} of {room}");
        }
        assert_eq!(
            lines(0, 8),
            [3],
            "where not one fits, the client says that the context is too short"
        );
    }
}
