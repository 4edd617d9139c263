//! What models are asked, one file for each kind of question. The words are in text files beside them, one for each
//! language that a model writes in; a change of the words makes what was answered to the old ones unknown.
//!
//! Text from documents is data. It stands between two lines with a tag that nobody can know beforehand, without
//! characters that nobody sees, and never among the instructions.

pub(crate) mod check;
pub(crate) mod define;
pub(crate) mod judge;
pub(crate) mod rewrite;

use std::borrow::Cow;

use genglossary_models::{Prompt, Schema};
use glossary::Language;
use serde_json::Value;

use crate::runs::Stage;

/// Tokens of a definition and the JSON around it, with the thoughts of a model that reasons.
const REPLY_TOKENS: u32 = 1_024;
/// Tokens of the answer to a question about many terms at once.
const LONG_REPLY_TOKENS: u32 = 2_048;
/// The tags, the schema where it is said in words, and the marks of the conversation.
const AROUND_TOKENS: u32 = 640;
/// What the lines around the material begin with; digits that nobody knows follow.
const TAG: &str = "material-";
/// Longest definition, in characters. Two sentences have far fewer.
const LONGEST: usize = 800;

/// The words of a kind of question in both languages.
macro_rules! words {
    ($name:literal) => {
        /// The words of the question.
        pub(crate) fn words(language: glossary::Language) -> &'static str {
            match language {
                Language::English => include_str!(concat!($name, ".en.txt")),
                Language::Japanese => include_str!(concat!($name, ".ja.txt")),
            }
        }
    };
}
use words;

/// The words of what a stage asks; nothing for a stage that asks nothing.
pub(crate) fn of(stage: Stage) -> Option<[Cow<'static, str>; 2]> {
    const LANGUAGES: [Language; 2] = [Language::English, Language::Japanese];
    let words = match stage {
        Stage::Load => return None,
        Stage::Extract => return Some(LANGUAGES.map(|language| judge::rules(language, false).into())),
        Stage::Define => define::words,
        Stage::Review => check::words,
        Stage::Refine => rewrite::words,
    };
    Some(LANGUAGES.map(|language| words(language).into()))
}

/// A question whose `material` stands between two lines with a tag. `words` name it `{tag}`.
fn question(words: &str, material: &[String], name: &str, schema: Value, reply_tokens: u32) -> Prompt {
    let tag = format!("{TAG}{}", uuid::Uuid::new_v4().simple());
    Prompt {
        system: words.replace("{tag}", &tag),
        user: format!("{tag} begin\n{}\n{tag} end\n", material.join("\n")),
        schema: Schema {
            name: name.to_owned(),
            value: schema,
        },
        reply_tokens,
        whole: false,
    }
}

/// The schema of an object with these members, all of them required.
fn object(members: Value) -> Value {
    let required: Vec<&String> = members
        .as_object()
        .into_iter()
        .flat_map(|members| members.keys())
        .collect();
    let mut schema = serde_json::json!({
        "type": "object",
        "required": required,
        "additionalProperties": false,
    });
    schema["properties"] = members;
    schema
}

/// The numbers in a list of an answer, from 0 and below `count`, each once. Others are left out.
fn numbers(json: &Value, name: &str, count: usize) -> Vec<u32> {
    let mut found: Vec<u32> = Vec::new();
    for value in genglossary_models::lenient::list(json, name).unwrap_or_default() {
        if let Some(number) = number(value, count).filter(|number| !found.contains(number)) {
            found.push(number);
        }
    }
    found
}

/// A number from 1 to `count`, from 0.
fn number(value: &Value, count: usize) -> Option<u32> {
    let number = genglossary_models::lenient::number(value)?;
    (1.0..=count as f64).contains(&number).then(|| number as u32 - 1)
}

/// A sentence or two that a model wrote, or what is wrong with it; nothing for an empty one.
fn prose(value: &Value, what: &str) -> Result<Option<String>, String> {
    let text = genglossary_models::lenient::text(value).map(|text| visible(&text));
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let length = text.chars().count();
    if length > LONGEST {
        return Err(format!("the {what} has {length} characters; it may have two sentences"));
    }
    if is_of_the_rules(&text) {
        return Err(format!("the {what} repeats the rules"));
    }
    if holds_tag(&text) {
        return Err(format!("the {what} quotes the lines around the material"));
    }
    Ok(Some(text))
}

/// Whether a text is a part of what a model is told to do. A short one may be so by chance.
fn is_of_the_rules(text: &str) -> bool {
    const BY_CHANCE: usize = 16;
    let all = [
        judge::words,
        judge::own_words,
        define::words,
        check::words,
        rewrite::words,
    ];
    let rules = all
        .iter()
        .flat_map(|words| [words(Language::English), words(Language::Japanese)]);
    text.chars().count() > BY_CHANCE && rules.into_iter().any(|rules| rules.contains(text))
}

/// Whether a text holds a tag as [`question`] makes them. The word alone is one that documents have.
fn holds_tag(text: &str) -> bool {
    text.split(TAG).skip(1).any(|rest| {
        let digits = rest.chars().take_while(char::is_ascii_hexdigit).count();
        digits >= 32
    })
}

/// Whether nobody sees a character that is no control: it has no width, or turns the direction of writing.
pub(crate) fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' |
        '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// A text on one line, without characters that nobody sees: controls, zero-width and those that turn the direction of
/// writing (<https://www.unicode.org/reports/tr36/>).
fn visible(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !is_unseen(*c) && !c.is_control())
        .collect();
    text.split(' ')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
