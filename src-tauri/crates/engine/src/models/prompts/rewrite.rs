//! A definition that settles what a review found wrong with the one that is there.

use genglossary_models::{Prompt, estimate_tokens};
use glossary::Language;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::define::{headword, numbered};
use super::{AROUND_TOKENS, REPLY_TOKENS, define, numbers, object, question, visible, words};

words!("rewrite");

/// What there is to mend.
#[derive(Debug, Clone)]
pub(crate) struct Broken<'a> {
    pub(crate) term: &'a str,
    pub(crate) definition: &'a str,
    /// What is wrong, in sentences.
    pub(crate) problems: Vec<String>,
    /// Other entries: headword and definition.
    pub(crate) others: Vec<(&'a str, &'a str)>,
    pub(crate) sentences: Vec<&'a str>,
}

/// What a model made of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Mended {
    pub(crate) written: define::Written,
    /// The problems that it settles, from 0.
    pub(crate) settled: Vec<u32>,
}

/// Asks for the definition.
pub(crate) fn prompt(language: Language, broken: &Broken<'_>) -> Prompt {
    let [definition, problems, others, sentences] = match language {
        Language::English => ["Definition", "Problems", "Other entries", "Sentences"],
        Language::Japanese => ["定義", "問題", "ほかの項目", "文"],
    };
    let mut material = vec![
        headword(language, broken.term),
        format!("{definition}: {}", visible(broken.definition)),
        format!("\n{problems}:"),
    ];
    material.extend(numbered(
        &broken.problems.iter().map(String::as_str).collect::<Vec<_>>(),
    ));
    if !broken.others.is_empty() {
        material.push(format!("\n{others}:"));
        let other = |(term, definition): &(&str, &str)| format!("- {}: {}", visible(term), visible(definition));
        material.extend(broken.others.iter().map(other));
    }
    material.push(format!("\n{sentences}:"));
    material.extend(numbered(&broken.sentences));
    let schema = object(json!({
        "definition": { "type": "string" },
        "sources": { "type": "array", "items": { "type": "integer" } },
        "settled": { "type": "array", "items": { "type": "integer" } },
        "confidence": { "type": "number" },
    }));
    question(words(language), &material, "mended_definition", schema, REPLY_TOKENS)
}

/// How many tokens the question takes without its sentences.
pub(crate) fn tokens(language: Language, broken: &Broken<'_>) -> u32 {
    let said = broken.problems.iter().map(|text| estimate_tokens(text) + 6);
    let others = broken.others.iter();
    let others = others.map(|(term, text)| estimate_tokens(term) + estimate_tokens(text) + 6);
    let own = estimate_tokens(broken.term) + estimate_tokens(broken.definition);
    estimate_tokens(words(language)) + own + said.chain(others).sum::<u32>() + REPLY_TOKENS + AROUND_TOKENS
}

/// The answer to the [question](prompt), or what is wrong with it.
pub(crate) fn read(json: &Value, problems: usize, sentences: usize) -> Result<Mended, String> {
    let written = define::read(json, sentences)?;
    let settled = numbers(json, "settled", problems);
    if written.text.is_some() && settled.is_empty() {
        return Err(format!(
            "\"settled\" names no problem; it has to name those from 1 to {problems} that the definition settles, or the \
             definition has to be empty"
        ));
    }
    Ok(Mended { written, settled })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn term_problems_other_entries_and_sentences_are_shown() {
        let broken = Broken {
            term: "vault",
            definition: "A vault.",
            problems: vec!["It explains itself.".to_owned()],
            others: vec![("cellar", "A room below a house.")],
            sentences: vec!["A vault is a cold room."],
        };
        let prompt = prompt(Language::English, &broken);
        let wanted = "Term: vault\nDefinition: A vault.\n\nProblems:\n[1] It explains itself.\n\nOther entries:\n- cellar: A \
                      room below a house.\n\nSentences:\n[1] A vault is a cold room.\n";
        assert!(prompt.user.contains(wanted), "{}", prompt.user);
        let said = [prompt.system.as_str(), &prompt.user, &prompt.schema.value.to_string()];
        let taken = said.iter().map(|text| estimate_tokens(text)).sum::<u32>() + prompt.reply_tokens;
        assert!(taken < tokens(Language::English, &broken) + 20);
    }

    /// D4
    #[test]
    fn a_definition_has_to_settle_something_or_be_empty() {
        let read = |json: Value| read(&json, 2, 3);
        let mended =
            read(json!({ "definition": "A cold room.", "sources": [1], "settled": [2, 5], "confidence": 1 })).unwrap();
        assert_eq!(mended.settled, [1]);
        let nothing = read(json!({ "definition": "", "sources": [], "settled": [], "confidence": 0 })).unwrap();
        assert_eq!(nothing.written.text, None);
        assert!(read(json!({ "definition": "A room.", "sources": [1], "settled": [] })).is_err());
        assert!(read(json!({ "definition": "A room.", "sources": [], "settled": [1] })).is_err());
    }
}
