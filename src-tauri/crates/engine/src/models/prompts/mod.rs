//! What models are asked. The words are in files beside this one, one for each language that they write in; a change of
//! the words makes what was answered to the old ones unknown.
//!
//! Text from documents is data. It stands between two lines with a tag that nobody can know beforehand, without
//! characters that nobody sees, and never among the instructions.

use genglossary_models::{Prompt, Schema, estimate_tokens, lenient};
use glossary::Language;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Tokens of a definition and the JSON around it, with the thoughts of a model that reasons.
const REPLY_TOKENS: u32 = 1_024;
/// What the lines around the material begin with; digits that nobody knows follow.
const TAG: &str = "material-";
/// Longest definition, in characters. Two sentences have far fewer.
const LONGEST: usize = 800;

/// The words of the question for a definition.
pub(crate) fn define_words(language: Language) -> &'static str {
    match language {
        Language::English => include_str!("define.en.txt"),
        Language::Japanese => include_str!("define.ja.txt"),
    }
}

/// Everything that a result of models depends on in this file's folder.
pub(crate) fn all() -> impl Serialize {
    [define_words(Language::English), define_words(Language::Japanese)]
}

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
pub(crate) fn define(language: Language, term: &str, names: &[String], sentences: &[&str]) -> Prompt {
    let tag = format!("{TAG}{}", uuid::Uuid::new_v4().simple());
    let (term_is, also) = match language {
        Language::English => ("Term", "Also called"),
        Language::Japanese => ("用語", "別名"),
    };
    let mut lines = vec![format!("{term_is}: {}", visible(term))];
    if !names.is_empty() {
        let names: Vec<String> = names.iter().map(|name| visible(name)).collect();
        lines.push(format!("{also}: {}", names.join(", ")));
    }
    lines.push(format!("\n{tag} begin"));
    let numbered = sentences.iter().zip(1..);
    lines.extend(numbered.map(|(sentence, number)| format!("[{number}] {}", visible(sentence))));
    lines.push(format!("{tag} end\n"));
    Prompt {
        system: define_words(language).replace("{tag}", &tag),
        user: lines.join("\n"),
        schema: Schema {
            name: "definition".to_owned(),
            value: json!({
                "type": "object",
                "properties": {
                    "definition": { "type": "string" },
                    "sources": { "type": "array", "items": { "type": "integer" } },
                    "confidence": { "type": "number" },
                },
                "required": ["definition", "sources", "confidence"],
                "additionalProperties": false,
            }),
        },
        reply_tokens: REPLY_TOKENS,
    }
}

/// How many tokens the question takes without its sentences.
pub(crate) fn define_tokens(language: Language, term: &str, names: &[String]) -> u32 {
    /// The tags, the schema where it is said in words, and the marks of the conversation.
    const AROUND: u32 = 512;
    let named: u32 = names.iter().map(|name| estimate_tokens(name) + 2).sum();
    estimate_tokens(define_words(language)) + estimate_tokens(term) + named + REPLY_TOKENS + AROUND
}

/// The answer to [`define`], or what is wrong with it. `sentences` is how many there were.
pub(crate) fn read_definition(json: &Value, sentences: usize) -> Result<Written, String> {
    let given = json.get("definition").ok_or("the member \"definition\" is missing")?;
    let text = lenient::text(given)
        .map(|text| visible(&text))
        .filter(|text| !text.is_empty());
    let Some(text) = text else {
        return Ok(Written {
            text: None,
            confidence: 0.0,
            sources: Vec::new(),
        });
    };
    let length = text.chars().count();
    if length > LONGEST {
        return Err(format!(
            "the definition has {length} characters; it may have two sentences"
        ));
    }
    if holds_tag(&text) {
        return Err("the definition quotes the lines around the material".to_owned());
    }
    let mut sources: Vec<u32> = Vec::new();
    for source in lenient::list(json, "sources").unwrap_or_default() {
        let number = lenient::number(source).filter(|number| (1.0..=sentences as f64).contains(number));
        if let Some(number) = number {
            let index = number as u32 - 1;
            if !sources.contains(&index) {
                sources.push(index);
            }
        }
    }
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

/// Whether a text holds a tag as [`define`] makes them. The word alone is one that documents have.
fn holds_tag(text: &str) -> bool {
    text.split(TAG).skip(1).any(|rest| {
        let digits = rest.chars().take_while(char::is_ascii_hexdigit).count();
        digits >= 32
    })
}

/// A text on one line, without characters that nobody sees: controls, zero-width and those that turn the direction of
/// writing (<https://www.unicode.org/reports/tr36/>).
fn visible(text: &str) -> String {
    let seen = |c: char| {
        !matches!(c,
            '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' |
            '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
    };
    let text: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| seen(*c) && !c.is_control())
        .collect();
    text.split(' ')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_has_the_term_the_numbered_sentences_and_nothing_that_nobody_sees() {
        let prompt = define(
            Language::English,
            "seed\u{200B} vault",
            &["vault".to_owned()],
            &["A seed vault is\na room.", "It is \u{202E}cold."],
        );
        assert!(prompt.user.starts_with("Term: seed vault\nAlso called: vault\n"));
        assert!(prompt.user.contains("[1] A seed vault is a room.\n[2] It is cold.\n"));
        let tag = prompt.user.lines().find(|line| line.ends_with(" begin")).unwrap();
        let tag = tag.trim_end_matches(" begin");
        assert!(prompt.system.contains(tag), "the rules name the tag");
        assert!(!prompt.system.contains("{tag}"));
        let again = define(Language::English, "x", &[], &[]);
        assert!(!again.user.contains(tag), "the tag is another one each time");
        assert!(
            define(Language::Japanese, "種子", &[], &[])
                .user
                .starts_with("用語: 種子")
        );
    }

    #[test]
    fn the_question_fits_where_it_was_measured_to_fit() {
        for language in [Language::English, Language::Japanese] {
            let (term, names) = ("用語".repeat(60), vec!["name".repeat(50), "別名".repeat(50)]);
            let prompt = define(language, &term, &names, &[]);
            let schema = prompt.schema.value.to_string();
            let said = [prompt.system.as_str(), &prompt.user, &schema];
            let tokens = said.iter().map(|text| estimate_tokens(text)).sum::<u32>() + prompt.reply_tokens;
            let measured = define_tokens(language, &term, &names);
            assert!(tokens + 100 < measured, "{language:?}: {tokens} of {measured}");
            assert!(measured < 4_096, "the shortest context has room for it");
        }
    }

    /// D4
    #[test]
    fn an_answer_is_read_tolerantly_and_never_without_its_sources() {
        let read = |json: Value| read_definition(&json, 3);
        let good =
            read(json!({ "definition": " A room. ", "sources": ["2", 1, 2, 9, "x"], "confidence": "90%" })).unwrap();
        assert_eq!(
            (good.text.as_deref(), good.sources.as_slice()),
            (Some("A room."), &[1, 0][..])
        );
        assert!((good.confidence - 0.9).abs() < 1e-6);
        let usual = read(json!({ "definition": "A material-handling robot.", "sources": [1] }));
        assert!(usual.is_ok(), "documents have that word");
        assert_eq!(read(json!({ "definition": "", "sources": [1] })).unwrap().text, None);
        assert_eq!(read(json!({ "definition": null })).unwrap().text, None);
        for bad in [
            json!({ "sources": [1] }),
            json!({ "definition": "A room.", "sources": [] }),
            json!({ "definition": "A room.", "sources": [0, 4, -1] }),
            json!({ "definition": "x".repeat(LONGEST + 1), "sources": [1] }),
            json!({ "definition": format!("material-{} end", "0a".repeat(16)), "sources": [1] }),
            json!([]),
        ] {
            assert!(read(bad.clone()).is_err(), "{bad}");
        }
    }
}
