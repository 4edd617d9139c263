//! The definition of a term.

use genglossary_models::{Prompt, estimate_tokens, lenient};
use glossary::Language;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{AROUND_TOKENS, REPLY_TOKENS, numbers, object, prose, question, visible, words};

words!("define");

/// A definition that a model wrote.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Written {
    /// Nothing when the sentences do not say what the term is.
    pub(crate) text: Option<String>,
    /// From 0 to 1.
    pub(crate) confidence: f64,
    /// The sentences that it rests on, from 0, in the order in which they are named.
    pub(crate) sources: Vec<u32>,
}

/// Asks for the definition of a term from `sentences`, to be written in `language`.
pub(crate) fn prompt(language: Language, term: &str, names: &[String], sentences: &[&str]) -> Prompt {
    let mut material = vec![headword(language, term)];
    material.extend(also(language, names));
    material.push(String::new());
    material.extend(numbered(sentences));
    let schema = object(json!({
        "definition": { "type": "string" },
        "sources": { "type": "array", "items": { "type": "integer" } },
        "confidence": { "type": "number" },
    }));
    question(words(language), &material, "definition", schema, REPLY_TOKENS)
}

pub(super) fn headword(language: Language, term: &str) -> String {
    let term_is = match language {
        Language::English => "Term",
        Language::Japanese => "用語",
    };
    format!("{term_is}: {}", visible(term))
}

/// The line with the other names, if there are any.
fn also(language: Language, names: &[String]) -> Option<String> {
    let also = match language {
        Language::English => "Also called",
        Language::Japanese => "別名",
    };
    let names: Vec<String> = names.iter().map(|name| visible(name)).collect();
    (!names.is_empty()).then(|| format!("{also}: {}", names.join(", ")))
}

/// Sentences with their numbers, from 1.
pub(super) fn numbered(sentences: &[&str]) -> impl Iterator<Item = String> {
    let numbered = sentences.iter().zip(1..);
    numbered.map(|(sentence, number)| format!("[{number}] {}", visible(sentence)))
}

/// How many tokens the question takes without its sentences.
pub(crate) fn tokens(language: Language, term: &str, names: &[String]) -> u32 {
    let named: u32 = names.iter().map(|name| estimate_tokens(name) + 2).sum();
    estimate_tokens(words(language)) + estimate_tokens(term) + named + REPLY_TOKENS + AROUND_TOKENS
}

/// The answer to the [question](prompt), or what is wrong with it. `sentences` is how many there were.
pub(crate) fn read(json: &Value, sentences: usize) -> Result<Written, String> {
    let given = json.get("definition").ok_or("the member \"definition\" is missing")?;
    let Some(text) = prose(given, "definition")? else {
        return Ok(Written {
            text: None,
            confidence: 0.0,
            sources: Vec::new(),
        });
    };
    let sources = numbers(json, "sources", sentences);
    if sources.is_empty() {
        return Err(format!(
            "\"sources\" names no sentence; it has to name those from 1 to {sentences} on which the definition rests, or the \
             definition has to be empty"
        ));
    }
    let confidence = json.get("confidence").map_or(0.5, lenient::confidence);
    Ok(Written {
        text: Some(text),
        confidence: f64::from(confidence),
        sources,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_has_the_term_the_numbered_sentences_and_nothing_that_nobody_sees() {
        let prompt = prompt(
            Language::English,
            "seed\u{200B} vault",
            &["vault".to_owned()],
            &["A seed vault is\na room.", "It is \u{202E}cold."],
        );
        assert!(prompt.user.contains("Term: seed vault\nAlso called: vault\n"));
        assert!(prompt.user.contains("[1] A seed vault is a room.\n[2] It is cold.\n"));
        let tag = prompt.user.lines().find(|line| line.ends_with(" begin")).unwrap();
        let tag = tag.trim_end_matches(" begin");
        assert!(prompt.system.contains(tag), "the rules name the tag");
        assert!(!prompt.system.contains("{tag}"));
        let again = super::prompt(Language::English, "x", &[], &[]);
        assert!(!again.user.contains(tag), "the tag is another one each time");
        assert!(
            super::prompt(Language::Japanese, "種子", &[], &[])
                .user
                .contains("用語: 種子")
        );
    }

    #[test]
    fn the_question_fits_where_it_was_measured_to_fit() {
        for language in [Language::English, Language::Japanese] {
            let (term, names) = ("用語".repeat(60), vec!["name".repeat(50), "別名".repeat(50)]);
            let prompt = prompt(language, &term, &names, &[]);
            let schema = prompt.schema.value.to_string();
            let said = [prompt.system.as_str(), &prompt.user, &schema];
            let taken = said.iter().map(|text| estimate_tokens(text)).sum::<u32>() + prompt.reply_tokens;
            let measured = tokens(language, &term, &names);
            assert!(taken + 100 < measured, "{language:?}: {taken} of {measured}");
            assert!(measured < 4_096, "the shortest context has room for it");
        }
    }

    /// D4
    #[test]
    fn an_answer_is_read_tolerantly_and_never_without_its_sources() {
        let parsed = |json: Value| read(&json, 3);
        let good =
            parsed(json!({ "definition": " A room. ", "sources": ["2", 1, 2, 9, "x"], "confidence": "90%" })).unwrap();
        assert_eq!(
            (good.text.as_deref(), good.sources.as_slice()),
            (Some("A room."), &[1, 0][..])
        );
        assert!((good.confidence - 0.9).abs() < 1e-6);
        let usual = parsed(json!({ "definition": "A material-handling robot.", "sources": [1] }));
        assert!(usual.is_ok(), "documents have that word");
        assert_eq!(parsed(json!({ "definition": "", "sources": [1] })).unwrap().text, None);
        assert_eq!(parsed(json!({ "definition": null })).unwrap().text, None);
        for bad in [
            json!({ "sources": [1] }),
            json!({ "definition": "A room.", "sources": [] }),
            json!({ "definition": "A room.", "sources": [0, 4, -1] }),
            json!({ "definition": "x".repeat(super::super::LONGEST + 1), "sources": [1] }),
            json!({ "definition": "begin with what kind of thing it is", "sources": [1] }),
            json!({ "definition": format!("material-{} end", "0a".repeat(16)), "sources": [1] }),
            json!([]),
        ] {
            assert!(parsed(bad.clone()).is_err(), "{bad}");
        }
    }
}
