//! What one document contributes to the entries as a few bytes, to be stored beside the document. A quote is a piece of the
//! document and most names and definitions are pieces of the quote: only their places are stored.

use rustc_hash::FxHashMap;

use super::Context;
use crate::varint::{Reader, put, put_text};
use crate::{Document, Evidence};

/// The sentence is written out instead of taken from the document.
const OTHER_QUOTE: u64 = 1;
/// The path is written out.
const OTHER_PATH: u64 = 2;

/// The contexts of `document` as bytes, about six for each that is a mere mention. Any list comes back from
/// [`unpack_contexts`] as it was, bit for bit; what is no piece of the document takes more room.
///
/// Terms are stored as they are numbered, see [`occurrences::pack`](crate::occurrences::pack).
pub fn pack_contexts(document: &Document, contexts: &[Context]) -> Vec<u8> {
    // Several terms stand in one sentence, and few sentences of different confidence are in one document.
    let mut sentences: Vec<&Evidence> = Vec::new();
    let mut sentence_of: FxHashMap<(u32, u32, u32, &str, &str), u64> = FxHashMap::default();
    let mut confidences: Vec<u64> = Vec::new();
    let mut confidence_of: FxHashMap<u64, u64> = FxHashMap::default();
    let mut rows = Vec::with_capacity(contexts.len() * 6);
    let mut term = 0_u32;
    for context in contexts {
        let evidence = &context.evidence;
        let quote = evidence.quote.as_str();
        let place = (
            evidence.start,
            evidence.end,
            evidence.line,
            evidence.document.as_str(),
            quote,
        );
        let sentence = *sentence_of.entry(place).or_insert_with(|| {
            sentences.push(evidence);
            sentences.len() as u64 - 1
        });
        let bits = context.confidence.to_bits();
        let confidence = *confidence_of.entry(bits).or_insert_with(|| {
            confidences.push(bits);
            confidences.len() as u64 - 1
        });
        put(&mut rows, u64::from(context.term.wrapping_sub(term)));
        term = context.term;
        put(&mut rows, sentence);
        put(&mut rows, confidence);
        put(
            &mut rows,
            (context.names.len() as u64) << 1 | u64::from(context.definition.is_some()),
        );
        for text in context.definition.iter().chain(&context.names) {
            put_piece(&mut rows, quote, text);
        }
    }
    let mut bytes = Vec::with_capacity(rows.len() + sentences.len() * 6 + confidences.len() * 8 + 8);
    put(&mut bytes, sentences.len() as u64);
    let (mut start, mut line) = (0_u32, 0_u32);
    for evidence in sentences {
        let own_quote = piece(document, evidence.start, evidence.end) == Some(evidence.quote.as_str());
        let own_path = evidence.document == document.path;
        let kind = if own_quote { 0 } else { OTHER_QUOTE } | if own_path { 0 } else { OTHER_PATH };
        put(&mut bytes, kind);
        put(&mut bytes, u64::from(evidence.start.wrapping_sub(start)));
        put(&mut bytes, u64::from(evidence.end.wrapping_sub(evidence.start)));
        put(&mut bytes, u64::from(evidence.line.wrapping_sub(line)));
        (start, line) = (evidence.start, evidence.line);
        if !own_quote {
            put_text(&mut bytes, &evidence.quote);
        }
        if !own_path {
            put_text(&mut bytes, &evidence.document);
        }
    }
    put(&mut bytes, confidences.len() as u64);
    for confidence in confidences {
        bytes.extend_from_slice(&confidence.to_le_bytes());
    }
    put(&mut bytes, contexts.len() as u64);
    bytes.append(&mut rows);
    bytes
}

/// The contexts that [`pack_contexts`] made bytes of, with the same document. Nothing when the bytes are not its work or
/// do not fit the document.
pub fn unpack_contexts(document: &Document, bytes: &[u8]) -> Option<Vec<Context>> {
    let mut reader = Reader::new(bytes);
    let count = reader.length()?;
    let mut sentences = Vec::with_capacity(count);
    let (mut start, mut line) = (0_u32, 0_u32);
    for _ in 0..count {
        let kind = reader.number()?;
        start = start.wrapping_add(reader.small()?);
        let end = start.wrapping_add(reader.small()?);
        line = line.wrapping_add(reader.small()?);
        let quote = if kind & OTHER_QUOTE == 0 {
            piece(document, start, end)?
        } else {
            reader.text()?
        };
        let path = if kind & OTHER_PATH == 0 {
            document.path.as_str()
        } else {
            reader.text()?
        };
        sentences.push((start, end, line, quote, path));
    }
    let count = reader.length()?;
    let mut confidences = Vec::with_capacity(count);
    for _ in 0..count {
        confidences.push(f64::from_le_bytes(reader.bytes()?));
    }
    let count = reader.length()?;
    let mut contexts = Vec::with_capacity(count);
    let mut term = 0_u32;
    for _ in 0..count {
        term = term.wrapping_add(reader.small()?);
        let (start, end, line, quote, path) = *sentences.get(reader.small()? as usize)?;
        let confidence = *confidences.get(reader.small()? as usize)?;
        let texts = reader.number()?;
        let definition = match texts & 1 {
            0 => None,
            _ => Some(take_piece(&mut reader, quote)?),
        };
        let names = (0..texts >> 1)
            .map(|_| take_piece(&mut reader, quote))
            .collect::<Option<Vec<String>>>()?;
        contexts.push(Context {
            term,
            definition,
            confidence,
            evidence: Evidence {
                document: path.to_owned(),
                line,
                start,
                end,
                quote: quote.to_owned(),
            },
            names,
        });
    }
    reader.ends().then_some(contexts)
}

/// The text of a document between two offsets.
fn piece(document: &Document, start: u32, end: u32) -> Option<&str> {
    document.text.get(start as usize..end as usize)
}

/// A text as the place in `quote` where it stands, or as it is: one more than the offset and the length, or zero.
fn put_piece(into: &mut Vec<u8>, quote: &str, text: &str) {
    if let Some(at) = quote.find(text) {
        put(into, at as u64 + 1);
        put(into, text.len() as u64);
    } else {
        put(into, 0);
        put_text(into, text);
    }
}

fn take_piece(reader: &mut Reader<'_>, quote: &str) -> Option<String> {
    let text = match reader.small()? as usize {
        0 => reader.text()?,
        at => {
            let length = reader.small()? as usize;
            quote.get(at - 1..(at - 1).checked_add(length)?)?
        }
    };
    Some(text.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Language;

    fn document(text: &str) -> Document {
        Document {
            path: "notes/a.md".to_owned(),
            text: text.to_owned(),
            language: Language::English,
        }
    }

    fn context(document: &Document, term: u32, start: usize, end: usize) -> Context {
        Context {
            term,
            definition: None,
            confidence: 0.0,
            evidence: Evidence {
                document: document.path.clone(),
                line: 1,
                start: start as u32,
                end: end as u32,
                quote: document.text[start..end].to_owned(),
            },
            names: Vec::new(),
        }
    }

    #[test]
    fn a_mention_takes_a_few_bytes_and_a_definition_hardly_more() {
        let document = document(&"A pod, also called a cell, is a group of\ncontainers. ".repeat(50));
        let mut contexts: Vec<Context> = (0..300)
            .map(|at| context(&document, at, 52 * (at as usize % 40), 52 * (at as usize % 40) + 51))
            .collect();
        contexts[7].definition = Some("A pod, also called a cell, is a group of containers.".to_owned());
        contexts[7].confidence = 0.875;
        contexts[7].names = vec!["cell".to_owned(), "another name".to_owned()];
        let bytes = pack_contexts(&document, &contexts);
        assert!(bytes.len() < 300 * 6 + 200, "{} bytes", bytes.len());
        assert_eq!(unpack_contexts(&document, &bytes), Some(contexts));
    }

    #[test]
    fn what_is_no_piece_of_the_document_comes_back_too() {
        let here = document("A pod is a group.");
        let mut foreign = context(&here, 3, 0, 17);
        foreign.evidence.quote = "Something else.".to_owned();
        foreign.evidence.document = "other.md".to_owned();
        foreign.evidence.end = u32::MAX;
        foreign.confidence = f64::MIN_POSITIVE;
        let contexts = vec![context(&here, 9, 2, 5), foreign, context(&here, 1, 0, 17)];
        let bytes = pack_contexts(&here, &contexts);
        assert_eq!(unpack_contexts(&here, &bytes), Some(contexts));
    }

    #[test]
    fn cut_bytes_and_a_shorter_document_are_refused() {
        let document = document("A pod is a group. Another sentence.");
        let bytes = pack_contexts(&document, &[context(&document, 0, 18, 35)]);
        for end in 0..bytes.len() {
            assert_eq!(unpack_contexts(&document, &bytes[..end]), None, "cut at {end}");
        }
        let mut shorter = document.clone();
        shorter.text.truncate(20);
        assert_eq!(unpack_contexts(&shorter, &bytes), None);
        assert_eq!(unpack_contexts(&document, &[0xff; 40]), None);
    }

    proptest! {
        #[test]
        fn any_contexts_come_back(
            text in "\\PC{0,40}",
            rows in prop::collection::vec(
                (any::<u32>(), prop::option::of("\\PC{0,6}"), any::<f64>(), 0_u32..50, 0_u32..50, "\\PC{0,6}", prop::collection::vec("\\PC{0,3}", 0..3), any::<bool>()),
                0..12,
            ),
        ) {
            let document = document(&text);
            let contexts: Vec<Context> = rows
                .into_iter()
                .map(|(term, definition, confidence, start, end, quote, names, own)| Context {
                    term,
                    definition,
                    confidence,
                    evidence: Evidence {
                        document: if own { document.path.clone() } else { quote.clone() },
                        line: end,
                        start,
                        end,
                        quote: piece(&document, start, end).map_or(quote, str::to_owned),
                    },
                    names,
                })
                .collect();
            let bytes = pack_contexts(&document, &contexts);
            prop_assert_eq!(unpack_contexts(&document, &bytes), Some(contexts));
        }

        #[test]
        fn any_bytes_are_taken(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = unpack_contexts(&document("A pod is a group of containers."), &bytes);
        }
    }
}
