//! What the engine reports as a code, the interface has words for, in both languages.

use std::collections::HashMap;

use genglossary_engine::{Error, SkippedFile};

type Messages = HashMap<String, String>;

fn languages() -> [(&'static str, Messages); 2] {
    let read = |text| serde_json::from_str(text).expect("a message file holds texts by key");
    [
        ("en", read(include_str!("../ui/messages/en.json"))),
        ("ja", read(include_str!("../ui/messages/ja.json"))),
    ]
}

#[test]
fn every_error_code_has_a_sentence_for_what_happened_and_for_what_to_do() {
    for (language, messages) in languages() {
        for code in Error::CODES.into_iter().chain(Error::MODEL_CODES).chain(["unknown"]) {
            for part in ["what", "do"] {
                let key = format!("error.{code}.{part}");
                assert!(
                    messages.get(&key).is_some_and(|text| !text.trim().is_empty()),
                    "{language} lacks {key}"
                );
            }
        }
    }
}

#[test]
fn every_reason_for_leaving_a_file_out_has_words() {
    for (language, messages) in languages() {
        for reason in SkippedFile::REASONS {
            let key = format!("skipped.{reason}");
            assert!(
                messages.get(&key).is_some_and(|text| !text.trim().is_empty()),
                "{language} lacks {key}"
            );
        }
    }
}
