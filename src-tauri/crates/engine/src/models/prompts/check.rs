//! What is wrong with many entries at once.

use genglossary_models::{Prompt, estimate_tokens, lenient};
use glossary::{Language, Problem, Severity};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{AROUND_TOKENS, LONG_REPLY_TOKENS, number, numbers, object, prose, question, visible, words};

words!("check");

/// Most problems of one entry that are worth a reader's time.
const PROBLEMS: usize = 2;

/// Most other entries that a problem is about.
const OTHERS: usize = 4;

/// An entry as it is shown.
#[derive(Debug, Clone)]
pub(crate) struct Shown<'a> {
    pub(crate) term: &'a str,
    pub(crate) definition: &'a str,
    pub(crate) sentences: Vec<&'a str>,
}

/// Something that a model found wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Found {
    /// The entry, from 0.
    pub(crate) entry: u32,
    pub(crate) problem: Problem,
    /// Other entries that it concerns, from 0.
    pub(crate) others: Vec<u32>,
    pub(crate) severity: Severity,
    /// One sentence on it.
    pub(crate) says: String,
    /// A better definition.
    pub(crate) proposal: Option<String>,
}

const SEVERITIES: [(&str, Severity); 3] = [
    ("low", Severity::Low),
    ("medium", Severity::Medium),
    ("high", Severity::High),
];

/// Asks what is wrong with the first `count` of `entries`.
pub(crate) fn prompt(language: Language, entries: &[Shown<'_>], count: usize) -> Prompt {
    let mut material = Vec::new();
    for (entry, number) in entries.iter().zip(1..) {
        material.push(format!(
            "[{number}] {}: {}",
            visible(entry.term),
            visible(entry.definition)
        ));
        material.extend(entry.sentences.iter().map(|text| format!("  - {}", visible(text))));
    }
    let problems = Problem::ALL.map(Problem::name);
    let severities = SEVERITIES.map(|(name, _)| name);
    let issue = object(json!({
        "entry": { "type": "integer" },
        "problem": { "enum": problems, "type": "string" },
        "others": { "type": "array", "items": { "type": "integer" } },
        "severity": { "enum": severities, "type": "string" },
        "says": { "type": "string" },
        "proposal": { "type": "string" },
    }));
    let schema = object(json!({ "issues": { "type": "array", "items": issue } }));
    let words = words(language).replace("{count}", &count.to_string());
    Prompt {
        // An entry that is not in the list has nothing wrong with it.
        whole: true,
        ..question(&words, &material, "issues", schema, LONG_REPLY_TOKENS)
    }
}

/// How many tokens the question takes without its entries.
pub(crate) fn tokens(language: Language) -> u32 {
    estimate_tokens(words(language)) + LONG_REPLY_TOKENS + AROUND_TOKENS
}

/// How many tokens an entry takes.
pub(crate) fn tokens_of(entry: &Shown<'_>) -> u32 {
    let sentences: u32 = entry.sentences.iter().map(|text| estimate_tokens(text) + 6).sum();
    estimate_tokens(entry.term) + estimate_tokens(entry.definition) + 8 + sentences
}

/// The answer to the [question](prompt), or what is wrong with it. There were `all` entries, `count` of them to review.
pub(crate) fn read(json: &Value, count: usize, all: usize) -> Result<Vec<Found>, String> {
    let issues = lenient::list(json, "issues").ok_or("the list \"issues\" is missing")?;
    let (problems, severities) = (Problem::ALL.map(Problem::name), SEVERITIES.map(|(name, _)| name));
    let mut found: Vec<Found> = Vec::new();
    let mut wrong = None;
    for issue in issues {
        let entry = issue.get("entry").and_then(|value| number(value, count));
        let problem = issue.get("problem").and_then(|value| lenient::one_of(value, &problems));
        let says = issue
            .get("says")
            .map_or(Ok(None), |value| prose(value, "sentence on it"));
        let (entry, problem, says) = match (entry, problem, says) {
            (Some(entry), Some(problem), Ok(Some(says))) => (entry, Problem::ALL[problem], says),
            (None, ..) => {
                wrong.get_or_insert(format!("\"entry\" has to be a number from 1 to {count}"));
                continue;
            }
            (_, None, _) => {
                wrong.get_or_insert(format!("\"problem\" has to be one of {}", problems.join(", ")));
                continue;
            }
            (.., says) => {
                wrong.get_or_insert(says.err().unwrap_or_else(|| "\"says\" is empty".to_owned()));
                continue;
            }
        };
        let mut others = numbers(issue, "others", all);
        others.retain(|other| *other != entry);
        others.truncate(OTHERS);
        // These are about two entries, or about nothing.
        let pair = matches!(problem, Problem::Duplicate | Problem::MissingRelated);
        let known = found.iter().filter(|known| known.entry == entry);
        let again = known.clone().any(|known| known.problem == problem);
        if (pair && others.is_empty()) || again || known.count() >= PROBLEMS {
            continue;
        }
        let severity = issue
            .get("severity")
            .and_then(|value| lenient::one_of(value, &severities));
        let proposal = issue.get("proposal").map_or(Ok(None), |value| prose(value, "proposal"));
        found.push(Found {
            entry,
            problem,
            others,
            severity: severity.map_or(Severity::Medium, |at| SEVERITIES[at].1),
            says,
            proposal: proposal.unwrap_or_default(),
        });
    }
    match wrong {
        // Of a list that has something to it, the rest is not worth another question.
        Some(wrong) if found.is_empty() => Err(wrong),
        _ => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entries_to_review_come_first_and_the_rules_say_how_many_they_are() {
        let entry = |term, sentences| Shown {
            term,
            definition: "A room.",
            sentences,
        };
        let entries = [entry("vault", vec!["A vault is a room."]), entry("cellar", vec![])];
        let prompt = prompt(Language::English, &entries, 1);
        assert!(prompt.system.contains("from 1 to 1;"));
        assert!(
            prompt
                .user
                .contains("[1] vault: A room.\n  - A vault is a room.\n[2] cellar: A room.\n")
        );
    }

    /// D4
    #[test]
    fn an_answer_keeps_what_makes_sense() {
        let read = |json: Value| read(&json, 2, 3);
        assert_eq!(read(json!({ "issues": [] })).unwrap(), []);
        let issue = |entry: Value, problem: &str, others: Value| json!({ "entry": entry, "problem": problem, "others": others, "severity": "HIGH", "says": "So.", "proposal": "" });
        let found = read(json!({ "issues": [
            issue(json!("2"), "Missing related", json!([2, 3, 3, 8])),
            issue(json!(1), "duplicate", json!([1])),
            issue(json!(3), "unclear", json!([])),
            issue(json!(1), "unclear", json!([])),
            issue(json!(1), "unclear", json!([])),
        ] }))
        .unwrap();
        let named: Vec<_> = found.iter().map(|found| (found.entry, found.problem)).collect();
        assert_eq!(named, [(1, Problem::MissingRelated), (0, Problem::Unclear)]);
        assert_eq!(found[0].others, [2]);
        assert_eq!((found[0].severity, &found[0].proposal), (Severity::High, &None));
        for bad in [json!({}), json!({ "issues": [issue(json!(3), "unclear", json!([]))] })] {
            assert!(read(bad.clone()).is_err(), "{bad}");
        }
    }
}
