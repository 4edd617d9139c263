//! Finds what the documents themselves say a term means. Every definition is a sentence of a document, kept with the
//! place it comes from; where no sentence defines the term, the entry says so and shows the best contexts. Nothing is
//! ever made up.

mod clean;
mod english;
mod gather;
mod japanese;
mod link;
mod names;
mod packed;
mod sight;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::{Alternative, Entry, Evidence, Language, Term};

pub use gather::contexts;
pub use link::{Headwords, link};
pub use packed::{pack_contexts, unpack_contexts};

/// The confidence from which a sentence counts as a definition.
pub const THRESHOLD: f64 = 0.5;
/// How many other definitions an entry keeps.
const ALTERNATIVES: usize = 3;
/// How much surer a sentence in another language than the term's must be to be preferred.
const FOREIGN: f64 = 0.4;
/// How many contexts an entry without a definition shows.
const CONTEXTS: usize = 3;

/// A sentence of one document that speaks of one term, and how well it defines it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Context {
    /// Index of the term in the list that the contexts were gathered for.
    pub term: u32,
    /// What the sentence offers as a definition: the sentence as running text, or the part behind a label. Nothing when
    /// it only mentions the term.
    pub definition: Option<String>,
    /// From 0 to 1: how sure it is that the sentence defines the term. From [`THRESHOLD`] on it is a definition.
    pub confidence: f64,
    /// The sentence.
    pub evidence: Evidence,
    /// Other names that the sentence gives to the term.
    pub names: Vec<String>,
}

/// The entry of one term, from what all documents contribute to it. The order of `contexts` does not matter.
pub fn define(term: &Term, contexts: &[&Context]) -> Entry {
    // A reader of one language has little of a definition in the other.
    let foreign = |context: &Context| {
        let text = context.definition.as_deref().unwrap_or(&context.evidence.quote);
        is_japanese(text) != (term.language == Language::Japanese)
    };
    let worth = |context: &Context| context.confidence - if foreign(context) { FOREIGN } else { 0.0 };
    let mut ranked: Vec<(f64, &Context)> = contexts.iter().map(|context| (worth(context), *context)).collect();
    ranked.sort_by(|(left, a), (right, b)| {
        right
            .total_cmp(left)
            .then_with(|| a.evidence.document.cmp(&b.evidence.document))
            .then_with(|| a.evidence.start.cmp(&b.evidence.start))
    });
    let ranked: Vec<&Context> = ranked.into_iter().map(|(_, context)| context).collect();
    let mut definitions: Vec<(&Context, &str)> = Vec::new();
    for context in ranked.iter().filter(|context| context.confidence >= THRESHOLD) {
        if let Some(text) = context.definition.as_deref()
            && definitions.iter().all(|(_, known)| !same_words(known, text))
        {
            definitions.push((context, text));
        }
        if definitions.len() > ALTERNATIVES {
            break;
        }
    }
    let (definition, confidence, evidence) = match definitions.first() {
        Some((context, text)) => (
            Some((*text).to_owned()),
            context.confidence,
            vec![context.evidence.clone()],
        ),
        None => (
            None,
            0.0,
            ranked
                .iter()
                .take(CONTEXTS)
                .map(|context| context.evidence.clone())
                .collect(),
        ),
    };
    let mut synonyms: Vec<String> = Vec::new();
    for name in ranked.iter().flat_map(|context| &context.names) {
        if !synonyms.contains(name) && crate::normalise::key(name) != term.key {
            synonyms.push(name.clone());
        }
    }
    Entry {
        term: term.text.clone(),
        key: term.key.clone(),
        language: term.language,
        category: term.category.clone(),
        definition,
        writer: None,
        confidence,
        evidence,
        alternatives: definitions
            .iter()
            .skip(1)
            .map(|(context, text)| Alternative {
                definition: (*text).to_owned(),
                writer: None,
                confidence: context.confidence,
                evidence: context.evidence.clone(),
            })
            .collect(),
        synonyms,
        related: Vec::new(),
    }
}

/// The highest confidence with which a sentence defines any of the noun phrases in it, from 0 to 1. For judging the
/// patterns on sentences whose term is not known.
pub fn definitional(sentence: &str, language: Language) -> f64 {
    let text = clean::clean(sentence).text;
    let spans = match language {
        Language::English => english::noun_phrases(&text),
        Language::Japanese => japanese::noun_phrases(&text),
    };
    spans
        .into_iter()
        .filter_map(|span| gather::verdict(&text, span, true))
        .fold(0.0, |best, found| found.confidence.max(best))
        .clamp(0.0, 1.0)
}

/// Kana stand in it.
fn is_japanese(text: &str) -> bool {
    !text.is_ascii() && text.chars().any(|c| matches!(c, 'ぁ'..='ヿ'))
}

/// Two definitions that differ in case, space and punctuation only.
fn same_words(left: &str, right: &str) -> bool {
    fn words(text: &str) -> impl Iterator<Item = char> {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
    }
    words(left).eq(words(right))
}
