//! The questions of a glossary, and the answers of a model that has nothing to object to.

use serde_json::{Value, json};

use crate::Call;

/// What a question asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// The categories of expressions.
    Categories,
    /// The definition of a term.
    Definition,
    /// What is wrong with entries.
    Issues,
    /// A definition that settles what is wrong with one.
    Mending,
    /// Something else.
    Other,
}

impl Call {
    /// What it asks for, by the shape of the answer.
    pub fn asks(&self) -> Asks {
        let has = |member: &str| {
            let schema = self.schema.as_ref();
            schema.is_some_and(|schema| schema["properties"].get(member).is_some())
        };
        match () {
            () if has("terms") => Asks::Categories,
            () if has("issues") => Asks::Issues,
            () if has("settled") => Asks::Mending,
            () if has("definition") => Asks::Definition,
            () => Asks::Other,
        }
    }

    /// The term that it is about; empty for a question about many.
    pub fn term(&self) -> &str {
        let named = |line| {
            ["Term: ", "用語: "]
                .iter()
                .find_map(|head| str::strip_prefix(line, *head))
        };
        self.user.lines().find_map(named).unwrap_or_default()
    }

    /// What stands behind its numbers, from 1.
    pub fn numbered(&self) -> Vec<&str> {
        let lines = self.user.lines().filter(|line| line.starts_with('['));
        lines.filter_map(|line| Some(line.split_once("] ")?.1)).collect()
    }
}

/// A question without the digits of the tag around its material, which are others every time it is asked.
pub fn untagged(question: &str) -> String {
    const TAG: &str = "material-";
    let mut parts = question.split(TAG);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + TAG + part.trim_start_matches(|c: char| c.is_ascii_hexdigit())
    })
}

/// Sorts every expression, adds none.
pub fn sort(call: &Call, category: impl Fn(&str) -> &'static str) -> Value {
    let terms = call.numbered().into_iter().zip(1..);
    let terms: Vec<Value> = terms
        .map(|(text, number)| json!({ "number": number, "category": category(text) }))
        .collect();
    json!({ "terms": terms, "added": [] })
}

/// Takes every expression for a term, finds nothing wrong with any entry, and defines every term as `define` does, from
/// the first sentence.
pub fn agree(call: &Call, define: impl Fn(&Call) -> String) -> Value {
    match call.asks() {
        Asks::Categories => sort(call, |_| "concept"),
        Asks::Definition => json!({ "definition": define(call), "sources": [1], "confidence": 0.9 }),
        Asks::Issues => json!({ "issues": [] }),
        Asks::Mending => json!({ "definition": "", "sources": [], "settled": [], "confidence": 0 }),
        Asks::Other => serde_json::from_str(&crate::answer(call)).unwrap_or_default(),
    }
}
