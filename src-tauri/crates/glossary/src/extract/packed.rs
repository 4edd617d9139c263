//! What one document contributes to the ranking as bytes, to be stored beside the document.

use super::acronym::Pair;
use super::{DocumentCandidates, Form, Harvest, Kind};
use crate::varint::{Reader, put, put_text};

const KINDS: [Kind; 4] = [Kind::Phrase, Kind::Prepositional, Kind::Adjective, Kind::Verb];

impl DocumentCandidates {
    /// The candidates as bytes. Any come back from [`DocumentCandidates::unpack`] as they were.
    pub fn pack(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for harvest in [&self.english, &self.japanese] {
            put(&mut bytes, harvest.words.len() as u64);
            for (word, count) in &harvest.words {
                put_text(&mut bytes, word);
                put(&mut bytes, u64::from(*count));
            }
            put(&mut bytes, harvest.forms.len() as u64);
            for form in &harvest.forms {
                put_text(&mut bytes, &form.text);
                bytes.push(form.kind as u8);
                for count in [form.count, form.initial, form.names, form.topics] {
                    put(&mut bytes, u64::from(count));
                }
                put(&mut bytes, form.ends.len() as u64);
                for end in &form.ends {
                    put(&mut bytes, u64::from(*end));
                }
            }
            put(&mut bytes, harvest.pairs.len() as u64);
            for pair in &harvest.pairs {
                put_text(&mut bytes, &pair.short);
                put_text(&mut bytes, &pair.long);
            }
        }
        bytes
    }

    /// The candidates that [`DocumentCandidates::pack`] made bytes of. Nothing when the bytes are not its work.
    pub fn unpack(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let candidates = Self {
            english: harvest(&mut reader)?,
            japanese: harvest(&mut reader)?,
        };
        reader.ends().then_some(candidates)
    }
}

fn harvest(reader: &mut Reader<'_>) -> Option<Harvest> {
    let words = (0..reader.length()?)
        .map(|_| Some((reader.text()?.to_owned(), reader.small()?)))
        .collect::<Option<_>>()?;
    let forms = (0..reader.length()?).map(|_| form(reader)).collect::<Option<_>>()?;
    let pairs = (0..reader.length()?)
        .map(|_| {
            Some(Pair {
                short: reader.text()?.to_owned(),
                long: reader.text()?.to_owned(),
            })
        })
        .collect::<Option<_>>()?;
    Some(Harvest { words, forms, pairs })
}

fn form(reader: &mut Reader<'_>) -> Option<Form> {
    let text = reader.text()?.to_owned();
    let [kind] = reader.bytes()?;
    Some(Form {
        text,
        kind: *KINDS.get(usize::from(kind))?,
        count: reader.small()?,
        initial: reader.small()?,
        names: reader.small()?,
        topics: reader.small()?,
        ends: (0..reader.length()?)
            .map(|_| u16::try_from(reader.number()?).ok())
            .collect::<Option<_>>()?,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::extract::candidates;
    use crate::{Document, Language, Stop};

    struct Never;

    impl Stop for Never {
        fn requested(&self) -> bool {
            false
        }
    }

    fn packed(text: &str, language: Language) -> (DocumentCandidates, Vec<u8>) {
        let document = Document {
            path: "a.md".into(),
            text: text.into(),
            language,
        };
        let found = candidates(&document, &Never).unwrap();
        let bytes = found.pack();
        (found, bytes)
    }

    #[test]
    fn candidates_come_back_and_cut_bytes_are_refused() {
        let english = "A germination test (GT) is a test of dry seeds. The germination test takes time.";
        for (text, language) in [
            (english, Language::English),
            (
                "種子の含水率とは、水分の割合をいう。発芽試験を行う。",
                Language::Japanese,
            ),
        ] {
            let (found, bytes) = packed(text, language);
            assert_eq!(DocumentCandidates::unpack(&bytes), Some(found));
            for end in 0..bytes.len() {
                assert_eq!(DocumentCandidates::unpack(&bytes[..end]), None, "cut at {end}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_candidates_come_back(text in "\\PC{0,200}") {
            for language in [Language::English, Language::Japanese] {
                let (found, bytes) = packed(&text, language);
                prop_assert_eq!(DocumentCandidates::unpack(&bytes), Some(found));
            }
        }

        #[test]
        fn any_bytes_are_taken(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = DocumentCandidates::unpack(&bytes);
        }
    }
}
