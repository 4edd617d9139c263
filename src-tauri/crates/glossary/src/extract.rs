//! Which expressions of the documents are terms. Every document is read once and on its own ([`candidates`]), which is the
//! expensive and repeatable part; [`rank()`] then weighs what all of them hold together. Nothing here knows where the
//! documents come from.

mod acronym;
mod counter;
mod english;
mod group;
mod japanese;
mod packed;
mod rank;
mod score;
mod sift;
mod spellings;

use glossary_dictionary::Analyser;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::{Document, Language, Stop, Stopped, frequency};

pub use rank::{Ranker, rank};

/// Everything that one document contributes to the ranking. A unit that can be stored and taken up again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DocumentCandidates {
    /// What its English sentences hold.
    pub(crate) english: Harvest,
    /// What its Japanese sentences hold.
    pub(crate) japanese: Harvest,
}

/// How long the list may become.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    /// At most so many terms; without it the size of the corpus decides.
    pub max_terms: Option<u32>,
    /// Terms with fewer occurrences are left out.
    pub min_occurrences: u32,
    /// Keys of terms that are not listed, unless they are required.
    pub unlisted: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_terms: None,
            min_occurrences: 1,
            unlisted: Vec::new(),
        }
    }
}

/// The candidates of one document. Each sentence is read in its own language, whatever the main one of the document.
///
/// Asks `stop` at least every 64 KB of text.
pub fn candidates(document: &Document, stop: &dyn Stop) -> Result<DocumentCandidates, Stopped> {
    let (mut english, mut japanese) = (Collector::default(), Collector::default());
    // Loading the dictionary and its buffers is left out where there is nothing for it to do.
    let mut analyser = None;
    for piece in pieces(&document.text) {
        for (at, sentence) in crate::sentence::sentences(piece).enumerate() {
            if at % 16 == 0 && stop.requested() {
                return Err(Stopped);
            }
            let sentence = &piece[sentence.start..sentence.end];
            match language(sentence, document.language) {
                Language::English => {
                    english.pairs.append(&mut acronym::pairs(sentence));
                    english::collect(sentence, &mut english);
                }
                Language::Japanese => {
                    japanese.pairs.append(&mut acronym::pairs(sentence));
                    let morphemes = analyser.get_or_insert_with(Analyser::new).morphemes(sentence);
                    japanese::collect(sentence, &morphemes, &mut japanese);
                }
            }
        }
        if stop.requested() {
            return Err(Stopped);
        }
    }
    Ok(DocumentCandidates {
        english: english.finish(),
        japanese: japanese.finish(),
    })
}

/// The language of a sentence: Japanese when kana stand in it, or Han in a Japanese document. A name in Latin script
/// alone on its line belongs to the language around it.
fn language(sentence: &str, around: Language) -> Language {
    const ALONE: usize = 6;
    let (mut japanese, mut other) = (0, 0);
    for c in sentence.chars() {
        match c {
            '\u{3041}'..='\u{30ff}' | '\u{ff66}'..='\u{ff9f}' => japanese += 1,
            '\u{3400}'..='\u{9fff}' if around == Language::Japanese => japanese += 1,
            c if c.is_alphabetic() => other += 1,
            _ => {}
        }
    }
    match around {
        Language::English if japanese > other => Language::Japanese,
        Language::Japanese if japanese * 20 < other && sentence.split_whitespace().count() > ALONE => Language::English,
        around => around,
    }
}

/// What the sentences of one language in one document hold.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Harvest {
    /// Words (English, lower case) or morphemes (Japanese) with their counts, sorted.
    pub(crate) words: Vec<(String, u32)>,
    /// The candidates, sorted by text and kind.
    pub(crate) forms: Vec<Form>,
    /// Short forms that the sentences explain, sorted.
    pub(crate) pairs: Vec<acronym::Pair>,
}

/// One candidate as it is written in one document. There are many: it is stored as a row without names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Row", from = "Row")]
pub(crate) struct Form {
    /// The expression, with single spaces.
    pub(crate) text: String,
    pub(crate) kind: Kind,
    pub(crate) count: u32,
    /// How many of them begin a sentence, where a capital says nothing.
    pub(crate) initial: u32,
    /// How many of them the analyser took for a proper name.
    pub(crate) names: u32,
    /// How many of them stand where a text introduces what it speaks about: `X is a`, Xとは, 「X」.
    pub(crate) topics: u32,
    /// Japanese only: where its morphemes end, in bytes.
    pub(crate) ends: Vec<u16>,
}

type Row = (String, Kind, u32, u32, u32, u32, Vec<u16>);

impl From<Form> for Row {
    fn from(form: Form) -> Self {
        (
            form.text,
            form.kind,
            form.count,
            form.initial,
            form.names,
            form.topics,
            form.ends,
        )
    }
}

impl From<Row> for Form {
    fn from((text, kind, count, initial, names, topics, ends): Row) -> Self {
        Self {
            text,
            kind,
            count,
            initial,
            names,
            topics,
            ends,
        }
    }
}

/// The grammar of a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) enum Kind {
    /// A noun or noun phrase.
    #[serde(rename = "n")]
    Phrase,
    /// Two noun phrases with a preposition between them.
    #[serde(rename = "p")]
    Prepositional,
    /// A single adjective.
    #[serde(rename = "a")]
    Adjective,
    /// A single verb.
    #[serde(rename = "v")]
    Verb,
}

/// What the place of one candidate tells about it.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    /// It begins a sentence.
    initial: bool,
    /// The analyser took it for a proper name.
    name: bool,
    /// The text introduces it here.
    topic: bool,
}

/// What is known of one word of a document.
#[derive(Default)]
struct Word {
    count: u32,
    /// Whether general English uses it, once somebody asked.
    common: Option<bool>,
}

/// Gathers what the sentences of one language hold.
#[derive(Default)]
struct Collector {
    words: FxHashMap<String, Word>,
    forms: FxHashMap<(String, Kind), Form>,
    pairs: Vec<acronym::Pair>,
}

impl Collector {
    /// Counts a word for the statistics.
    fn word(&mut self, word: &str) {
        if let Some(known) = self.words.get_mut(word) {
            known.count += 1;
        } else {
            self.words.insert(word.to_owned(), Word { count: 1, common: None });
        }
    }

    /// Whether general English uses a word, more than once in half a million words.
    fn is_common(&mut self, word: &str) -> bool {
        let known = match self.words.get_mut(word) {
            Some(known) => known,
            None => self.words.entry(word.to_owned()).or_default(),
        };
        *known
            .common
            .get_or_insert_with(|| frequency::zipf(Language::English, word).is_some_and(|zipf| zipf > 3.2))
    }

    fn form(&mut self, text: String, kind: Kind, ends: &[u16], place: Place) {
        let form = self.forms.entry((text, kind)).or_insert_with_key(|(text, kind)| Form {
            text: text.clone(),
            kind: *kind,
            count: 0,
            initial: 0,
            names: 0,
            topics: 0,
            ends: ends.to_vec(),
        });
        form.count += 1;
        form.initial += u32::from(place.initial);
        form.names += u32::from(place.name);
        form.topics += u32::from(place.topic);
    }

    fn finish(self) -> Harvest {
        let mut words: Vec<(String, u32)> = self
            .words
            .into_iter()
            .filter(|(_, word)| word.count > 0)
            .map(|(text, word)| (text, word.count))
            .collect();
        words.sort_unstable();
        let mut forms: Vec<Form> = self.forms.into_values().collect();
        forms.sort_unstable_by(|a, b| (&a.text, a.kind).cmp(&(&b.text, b.kind)));
        let mut pairs = self.pairs;
        pairs.sort_unstable();
        Harvest { words, forms, pairs }
    }
}

/// The most bytes that are read between two looks at the stop request.
const PIECE: usize = 64 * 1024;

/// Cuts a text into pieces that are read one after the other, at the end of a paragraph, line or word when there is one.
pub(crate) fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = if rest.len() <= PIECE {
            rest.len()
        } else {
            let window = &rest[..rest.floor_char_boundary(PIECE)];
            let behind = |at: Option<usize>, length: usize| at.map(|at| at + length).filter(|end| *end > PIECE / 2);
            behind(window.rfind("\n\n"), 2)
                .or_else(|| behind(window.rfind('\n'), 1))
                .or_else(|| behind(window.rfind('。'), '。'.len_utf8()))
                .or_else(|| behind(window.rfind(' '), 1))
                .unwrap_or(window.len())
        };
        let (piece, behind) = rest.split_at(end);
        rest = behind;
        Some(piece)
    })
}

#[cfg(test)]
mod tests;
