//! Japanese text as morphemes. The dictionary is IPADIC, compiled by the build script and embedded: it is read in place,
//! so loading costs a millisecond and its pages are shared and loaded on demand. This crate knows nothing of terms.

mod class;

use std::borrow::Cow;
use std::sync::LazyLock;

use lindera::mode::Mode;
use lindera::segmenter::Segmenter;
use lindera::worker::SegmentWorker;

pub use class::Class;

/// One morpheme of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Morpheme {
    /// Byte offset of its first byte in the text that was analysed.
    pub start: usize,
    /// Byte offset behind it.
    pub end: usize,
    /// Its word class.
    pub class: Class,
    /// False when the dictionary does not hold it and the class is a guess from its characters.
    pub known: bool,
    /// Its reading in katakana, when the dictionary gives one.
    pub reading: Option<&'static str>,
}

/// Splits texts into morphemes. Keeps buffers between calls: one for each thread.
pub struct Analyser {
    worker: SegmentWorker,
}

impl Default for Analyser {
    fn default() -> Self {
        Self::new()
    }
}

impl Analyser {
    /// Makes an analyser over the shared dictionary.
    pub fn new() -> Self {
        Self {
            worker: SEGMENTER.new_worker(),
        }
    }

    /// The morphemes of `text` in order. White space is left out.
    ///
    /// The cost is linear in the text, but nothing can stop it midway: give it a few kilobytes at a time.
    pub fn morphemes(&mut self, text: &str) -> Vec<Morpheme> {
        // The analyser fails on a broken dictionary only, and a test loads ours; no morphemes is then the honest answer.
        let Ok(tokens) = self.worker.segment(text) else {
            return Vec::new();
        };
        tokens
            .iter()
            .map(|token| {
                let known = token.word_id.is_system();
                let id = token.word_id.id() as usize;
                let mut details = if known {
                    SEGMENTER.dictionary.word_details_iter(id)
                } else {
                    SEGMENTER.dictionary.unknown_word_details_iter(id)
                };
                let class = Class::of_letter(details.next().unwrap_or_default());
                let reading = if known {
                    details.next().filter(|reading| *reading != "*")
                } else {
                    None
                };
                Morpheme {
                    start: token.byte_start,
                    end: token.byte_end,
                    class,
                    known,
                    reading,
                }
            })
            .collect()
    }
}

/// The reading of `text` in katakana: of every morpheme the reading, or the morpheme itself where there is none.
pub fn reading(text: &str) -> String {
    Analyser::new()
        .morphemes(text)
        .into_iter()
        .map(|morpheme| {
            morpheme.reading.map_or_else(
                || Cow::Owned(text[morpheme.start..morpheme.end].to_owned()),
                Cow::Borrowed,
            )
        })
        .collect()
}

static SEGMENTER: LazyLock<Segmenter> = LazyLock::new(|| {
    let dictionary =
        embedded::load().expect("the build script compiled this dictionary with the same version of the crate");
    Segmenter::new(Mode::Normal, dictionary, None).max_grouping_len(Some(40))
});

mod embedded {
    use std::sync::Arc;

    use lindera_dictionary::LinderaResult;
    use lindera_dictionary::dictionary::Dictionary;
    use lindera_dictionary::dictionary::character_definition::CharacterDefinition;
    use lindera_dictionary::dictionary::connection_cost_matrix::ConnectionCostMatrix;
    use lindera_dictionary::dictionary::metadata::Metadata;
    use lindera_dictionary::dictionary::prefix_dictionary::PrefixDictionary;
    use lindera_dictionary::dictionary::unknown_dictionary::UnknownDictionary;
    use lindera_dictionary::include_bytes_aligned;

    macro_rules! part {
        ($name:literal) => {
            include_bytes_aligned!(concat!(env!("OUT_DIR"), "/ipadic/", $name))
        };
    }

    static CHARACTERS: &[u8] = part!("char_def.bin");
    static COSTS: &[u8] = part!("matrix.mtx");
    static TRIE: &[u8] = part!("dict.trie");
    static VALUE_INDEX: &[u8] = part!("dict.valsidx");
    static VALUES: &[u8] = part!("dict.vals");
    static UNKNOWN: &[u8] = part!("unk.bin");
    static WORD_INDEX: &[u8] = part!("dict.wordsidx");
    static WORDS: &[u8] = part!("dict.words");
    static METADATA: &[u8] = part!("metadata.json");

    /// The dictionary over the embedded bytes, without a copy of the large parts.
    pub(super) fn load() -> LinderaResult<Dictionary> {
        let metadata = Metadata::load(METADATA)?;
        metadata.validate_format_version()?;
        Ok(Dictionary {
            prefix_dictionary: Arc::new(PrefixDictionary::load(TRIE, VALUE_INDEX, VALUES, WORD_INDEX, WORDS)?),
            connection_cost_matrix: Arc::new(ConnectionCostMatrix::load(COSTS)?),
            character_definition: Arc::new(CharacterDefinition::load(CHARACTERS)?),
            unknown_dictionary: Arc::new(UnknownDictionary::load(UNKNOWN)?),
            metadata: Arc::new(metadata),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn surfaces(text: &str) -> Vec<(&str, Class)> {
        Analyser::new()
            .morphemes(text)
            .into_iter()
            .map(|m| (&text[m.start..m.end], m.class))
            .collect()
    }

    #[test]
    fn the_embedded_dictionary_loads_and_splits() {
        assert_eq!(
            surfaces("分散システムを管理する"),
            [
                ("分散", Class::VerbalNoun),
                ("システム", Class::Noun),
                ("を", Class::Particle),
                ("管理", Class::VerbalNoun),
                ("する", Class::Verb)
            ]
        );
    }

    #[test]
    fn an_unknown_word_is_marked_as_such() {
        let morphemes = Analyser::new().morphemes("オブザーバビリティ");
        assert!(morphemes.iter().any(|m| !m.known), "{morphemes:?}");
    }

    #[test]
    fn a_known_word_has_its_reading() {
        assert_eq!(reading("東京"), "トウキョウ");
    }

    #[test]
    fn every_class_has_a_letter_of_its_own() {
        for class in [Class::Noun, Class::Particle, Class::Letter, Class::Other] {
            assert_eq!(Class::of_letter(&class.letter().to_string()), class);
        }
    }

    #[test]
    fn any_text_is_taken() {
        for text in ["", " ", "\u{0}", "🦀", "か\u{3099}", "　", "a\tb\n"] {
            Analyser::new().morphemes(text);
        }
    }
}
