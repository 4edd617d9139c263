//! The JSON in what a model said. Models are asked for JSON and nothing else, and some send it in a code fence, between
//! sentences, after their thoughts, with a comma too many, or without its end.
//!
//! JSON that is valid comes through unchanged. Otherwise the longest object or list in the text is taken, however sloppily
//! it is written.

mod tolerant;

use serde_json::Value;

/// Most places at which JSON is looked for in one text.
const PLACES: usize = 200;

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The value, with nothing in it that is only half there: a text or number without its end is left out.
    pub value: Value,
    /// Whether the text ended before the value did.
    pub truncated: bool,
}

/// The JSON in `text`: an object or a list, or any value if the text is nothing else. `None` if there is none.
pub fn parse(text: &str) -> Option<Parsed> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if let Ok(value) = serde_json::from_str(text) {
        return Some(Parsed {
            value,
            truncated: false,
        });
    }
    if text.starts_with("<think") {
        return longest(after_thoughts(text).unwrap_or_default());
    }
    let answer = after_thoughts(text).and_then(longest);
    answer.or_else(|| longest(text))
}

/// The longest value that begins anywhere in `text`.
fn longest(text: &str) -> Option<Parsed> {
    let mut best: Option<(usize, Parsed)> = None;
    let mut from = 0;
    for _ in 0..PLACES {
        let Some(at) = text[from..].find(['{', '[']).map(|at| from + at) else {
            break;
        };
        let Some((length, parsed)) = tolerant::read(&text[at..]) else {
            from = at + 1;
            continue;
        };
        from = at + length;
        let longer = best.as_ref().is_none_or(|(other, _)| length > *other);
        if longer && !is_empty_rest(&parsed) {
            best = Some((length, parsed));
        }
    }
    best.map(|(_, parsed)| parsed)
}

/// A brace in a sentence looks like an object that broke off before it held anything.
fn is_empty_rest(parsed: &Parsed) -> bool {
    let empty = match &parsed.value {
        Value::Object(members) => members.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    };
    parsed.truncated && empty
}

/// What comes after the thoughts of a reasoning model, if they end. Some chat templates open them in the prompt, so that
/// only their end is in the reply.
fn after_thoughts(text: &str) -> Option<&str> {
    let end = |mark: &&str| Some(text.rfind(*mark)? + mark.len());
    let end = ["</think>", "</thinking>"].iter().filter_map(end).max()?;
    Some(&text[end..])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// D4: each of these is what some model sends.
    #[test]
    fn json_is_found_however_a_model_wraps_it() {
        let entry = json!({ "terms": [{ "term": "glossary", "sure": 0.5 }] });
        for text in [
            r#"{"terms": [{"term": "glossary", "sure": 0.5}]}"#,
            "\u{feff}{\"terms\": [{\"term\": \"glossary\", \"sure\": 0.5}]}",
            "```json\n{\"terms\": [{\"term\": \"glossary\", \"sure\": 0.5}]}\n```",
            "Sure! Here it is [1]:\n\n{\"terms\": [{\"term\": \"glossary\", \"sure\": 0.5}]}\n\nAnything else?",
            "<think>A list {of what?} or [\"a\"]</think>\n{\"terms\": [{\"term\": \"glossary\", \"sure\": 0.5}]}",
            "Text with </think> in it: {\"terms\": [{\"term\": \"glossary\", \"sure\": 0.5}]} as you asked",
            "so a list, {fine}</think>{\"terms\": [{\"term\": \"glossary\", \"sure\": 0.5}]}",
            "{\"terms\": [{\"term\": \"glossary\", \"sure\": 0.5,},],}",
            "{\"terms\": [ // all of them\n{\"term\": \"glossary\", /* fairly */ \"sure\": 0.5}]}",
            "{'terms': [{'term': 'glossary', 'sure': .5}]}",
            "{terms: [{term: \"glossary\", sure: +0.5}]}",
            "{“terms”: [{“term”: “glossary”, “sure”: 0.50}]}",
            "{\"terms\": [{\"term\": \"glossary\"\n\"sure\": 0.5}]}",
        ] {
            let parsed = parse(text).unwrap_or_else(|| panic!("nothing in {text}"));
            assert_eq!(parsed.value, entry, "{text}");
            assert!(!parsed.truncated, "{text}");
        }
    }

    /// D4: a bare list is given as it is; what to make of it is for who asked.
    #[test]
    fn a_bare_list_comes_as_a_list() {
        let parsed = parse("Here:\n```\n[{\"term\": \"a\"}, {\"term\": \"b\"}]\n```").unwrap();
        assert_eq!(parsed.value, json!([{ "term": "a" }, { "term": "b" }]));
    }

    /// D4: what was said before the end is kept, and nothing that is half said.
    #[test]
    fn a_reply_without_its_end_gives_what_is_complete() {
        for (text, expected) in [
            (r#"{"a": [1, 2, 3"#, json!({ "a": [1, 2] })),
            (
                r#"{"a": [{"b": "whole"}, {"b": "hal"#,
                json!({ "a": [{ "b": "whole" }, {}] }),
            ),
            (r#"{"a": "whole", "b"#, json!({ "a": "whole" })),
            (r#"{"a": "whole", "b":"#, json!({ "a": "whole" })),
            (r#"{"a": "whole", "b": tru"#, json!({ "a": "whole" })),
            (r#"{"a": "whole\"#, json!({})),
            ("```json\n{\"a\": [true,", json!({ "a": [true] })),
        ] {
            match parse(text) {
                Some(parsed) => {
                    assert_eq!(parsed.value, expected, "{text}");
                    assert!(parsed.truncated, "{text}");
                }
                None => assert_eq!(expected, json!({}), "{text}"),
            }
        }
    }

    #[test]
    fn quotes_and_line_breaks_inside_a_text_stay_in_it() {
        for (text, expected) in [
            (r#"{"a": "he said "no" to it"}"#, r#"he said "no" to it"#),
            ("{\"a\": \"one\ntwo\"}", "one\ntwo"),
            (r"{'a': 'it\'s the model's'}", "it's the model's"),
            (
                r#"{"a": "C:\work \u7528\u8a9e \ud83d\ude00 \ud83d",}"#,
                "C:\\work 用語 😀 \u{fffd}",
            ),
        ] {
            let parsed = parse(text).unwrap_or_else(|| panic!("nothing in {text}"));
            assert_eq!(parsed.value, json!({ "a": expected }), "{text}");
        }
    }

    #[test]
    fn sentences_are_no_json() {
        for text in [
            "",
            "   ",
            "I cannot help with that.",
            "<think>hm, {\"a\": 1}",
            "<think>hm, {\"a\": 1}</think>I do not know.",
            "a { b",
            "see [chapter two]",
            "```json\n```",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn deep_nesting_is_refused_and_not_followed() {
        assert_eq!(parse(&"[".repeat(100_000)), None);
        assert_eq!(parse(&"{\"a\":".repeat(100_000)), None);
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
            "[\"'{}\\[\\]:,\\\\/ \n`<>a-c]{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn valid_json_comes_through_unchanged(value in any_json()) {
            for text in [value.to_string(), format!("{value:#}")] {
                let parsed = parse(&text);
                prop_assert_eq!(parsed, Some(Parsed { value: value.clone(), truncated: false }));
            }
        }

        #[test]
        fn valid_json_is_found_in_a_fence(value in any_json()) {
            let value = json!({ "answer": value });
            let parsed = parse(&format!("Here it is:\n```json\n{value}\n```\nThat is all."));
            prop_assert_eq!(parsed, Some(Parsed { value, truncated: false }));
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            parse(&text);
        }

        #[test]
        fn no_broken_json_makes_it_panic(text in "[{}\\[\\]\"':,\\\\/*u0-9eE.+\\- a-f\n“”用]{0,60}") {
            parse(&text);
        }

        #[test]
        fn no_part_of_valid_json_gives_a_text_that_is_not_in_it(value in any_json(), share in 0.0..1.0) {
            let text = value.to_string();
            let end = text.floor_char_boundary((text.len() as f64 * share) as usize);
            if let Some(parsed) = parse(&text[..end]) {
                let mut whole = Vec::new();
                texts(&value, &mut whole);
                let mut found = Vec::new();
                texts(&parsed.value, &mut found);
                if text.starts_with(['{', '[']) && parsed.truncated {
                    prop_assert!(found.iter().all(|text| whole.contains(text)), "{found:?} of {whole:?}");
                }
            }
        }
    }

    fn texts<'a>(value: &'a Value, into: &mut Vec<&'a str>) {
        match value {
            Value::String(text) => into.push(text),
            Value::Array(items) => items.iter().for_each(|item| texts(item, into)),
            Value::Object(members) => members.values().for_each(|member| texts(member, into)),
            _ => {}
        }
    }
}
