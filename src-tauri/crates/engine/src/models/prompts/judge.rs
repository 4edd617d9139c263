//! Which of many expressions are terms, and of what category; and which terms beside them nobody found.

use std::fmt::Write as _;

use genglossary_models::{Prompt, estimate_tokens, lenient};
use glossary::{Category, Language};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{AROUND_TOKENS, LONG_REPLY_TOKENS, number, object, question, visible, words};

words!("judge");

/// The categories that a model chooses from.
const CATEGORIES: [Category; 7] = [
    Category::Concept,
    Category::Abbreviation,
    Category::Person,
    Category::Place,
    Category::Organisation,
    Category::Title,
    Category::Common,
];
/// Terms that one answer may add.
const ADDED: usize = 5;
/// Longest term that is added, in characters.
const LONGEST_TERM: usize = 60;

/// What a model says of a batch of expressions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Judged {
    /// The category of each expression, in their order; nothing for one that it forgot.
    pub(crate) categories: Vec<Option<Category>>,
    /// Terms that stand in the sentences and are none of the expressions.
    pub(crate) added: Vec<String>,
}

/// An expression and sentences with it.
#[derive(Debug, Clone)]
pub(crate) struct Expression<'a> {
    pub(crate) text: &'a str,
    pub(crate) sentences: Vec<&'a str>,
}

/// Asks for the categories of expressions.
pub(crate) fn prompt(language: Language, expressions: &[Expression<'_>]) -> Prompt {
    let mut material = Vec::new();
    for (expression, number) in expressions.iter().zip(1..) {
        material.push(format!("[{number}] {}", visible(expression.text)));
        material.extend(expression.sentences.iter().map(|text| format!("  - {}", visible(text))));
    }
    let names = CATEGORIES.map(Category::name);
    let term = object(json!({ "number": { "type": "integer" }, "category": { "enum": names, "type": "string" } }));
    let schema = object(json!({
        "terms": { "type": "array", "items": term },
        "added": { "type": "array", "items": { "type": "string" } },
    }));
    question(words(language), &material, "categories", schema, LONG_REPLY_TOKENS)
}

/// How many tokens the question takes without its expressions.
pub(crate) fn tokens(language: Language) -> u32 {
    estimate_tokens(words(language)) + LONG_REPLY_TOKENS + AROUND_TOKENS
}

/// How many tokens an expression takes, its number and the marks in front of its sentences too.
pub(crate) fn tokens_of(expression: &Expression<'_>) -> u32 {
    let sentences: u32 = expression.sentences.iter().map(|text| estimate_tokens(text) + 6).sum();
    estimate_tokens(expression.text) + 6 + sentences
}

/// The answer to the [question](prompt), or what is wrong with it.
pub(crate) fn read(json: &Value, expressions: &[Expression<'_>]) -> Result<Judged, String> {
    let terms = lenient::list(json, "terms").ok_or("the list \"terms\" is missing")?;
    let names = CATEGORIES.map(Category::name);
    let mut categories = vec![None; expressions.len()];
    for term in terms {
        let at = term.get("number").and_then(|value| number(value, expressions.len()));
        let category = term.get("category").and_then(|value| lenient::one_of(value, &names));
        // The first word counts: a list that repeats itself has lost its way.
        if let (Some(at), Some(category)) = (at, category) {
            categories[at as usize].get_or_insert(CATEGORIES[category]);
        }
    }
    if categories.iter().all(Option::is_none) {
        return Err(format!(
            "\"terms\" holds no expression with a number from 1 to {} and one of the categories {}",
            expressions.len(),
            names.join(", ")
        ));
    }
    let added = lenient::list(json, "added").unwrap_or_default();
    let added = added.iter().filter_map(lenient::text).map(|text| visible(&text));
    let mut seen = String::new();
    for sentence in expressions.iter().flat_map(|expression| &expression.sentences) {
        let _ = writeln!(seen, "{}", visible(sentence));
    }
    let is_fresh = |text: &String| {
        (2..=LONGEST_TERM).contains(&text.chars().count())
            && text.chars().any(char::is_alphabetic)
            // A model that makes a term up has not read it.
            && stands_in(&seen, text)
            && expressions.iter().all(|expression| expression.text != text)
    };
    let mut fresh: Vec<String> = added.filter(is_fresh).take(ADDED).collect();
    fresh.sort_unstable();
    fresh.dedup();
    Ok(Judged {
        categories,
        added: fresh,
    })
}

/// Whether a text has this one, and not as a part of a word.
fn stands_in(text: &str, found: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphanumeric();
    text.match_indices(found).any(|(start, _)| {
        let (before, behind) = (&text[..start], &text[start + found.len()..]);
        let apart = |mine: Option<char>, other: Option<char>| !(mine.is_some_and(letter) && other.is_some_and(letter));
        apart(found.chars().next(), before.chars().next_back())
            && apart(found.chars().next_back(), behind.chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expressions() -> Vec<Expression<'static>> {
        [
            ("seed vault", vec!["A seed vault is a room with a drying rack."]),
            ("room", vec![]),
            ("Vavilov", vec!["Vavilov collected seeds."]),
        ]
        .into_iter()
        .map(|(text, sentences)| Expression { text, sentences })
        .collect()
    }

    #[test]
    fn expressions_stand_numbered_before_their_sentences() {
        let prompt = prompt(Language::English, &expressions());
        let wanted = "[1] seed vault\n  - A seed vault is a room with a drying rack.\n[2] room\n[3] Vavilov\n  - Vav";
        assert!(prompt.user.contains(wanted), "{}", prompt.user);
        assert_eq!(
            prompt.schema.value["properties"]["terms"]["items"]["required"][0],
            "category"
        );
    }

    /// D4
    #[test]
    fn categories_are_read_tolerantly_and_what_is_forgotten_stays_open() {
        let read = |json: Value| read(&json, &expressions());
        let judged = read(json!({
            "terms": [
                { "number": "1", "category": "Concept" },
                { "number": 3, "category": "person" },
                { "number": 3, "category": "place" },
                { "number": 9, "category": "place" },
                { "number": 2, "category": "verb" },
            ],
            "added": ["drying rack", "drying rack", "drying ra", "gene bank", "seed vault", 7],
        }))
        .unwrap();
        assert_eq!(
            judged.categories,
            [Some(Category::Concept), None, Some(Category::Person)]
        );
        assert_eq!(judged.added, ["drying rack"], "only what the sentences have");
        for bad in [
            json!({}),
            json!({ "terms": [] }),
            json!({ "terms": [{ "number": 4, "category": "concept" }] }),
        ] {
            assert!(read(bad.clone()).is_err(), "{bad}");
        }
    }
}
