//! Definitions whose words do not come from the sentences that they cite. A model is told to say only what the sentences
//! say; where next to none of its words is among theirs, it said something else, or said it so freely that a person
//! should look.
//!
//! The limits are set so that definitions which put a sentence into other words pass (the tests hold two dozen), and were
//! tried on a glossary of computing and on the sample project: of definitions beside the sentences on another term, which
//! share the subject's words, six in ten are found in English, and nine in ten in Japanese, where other words for a thing
//! mostly have a character in common.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

use super::contradiction::{SMALL, stem};
use crate::Entry;
use crate::lexicon::tokens;

/// Fewer words say too little to be judged.
const ENOUGH: usize = 6;
/// In English one word in so many has to be among those of the sentences.
const SHARE: usize = 12;
/// In Japanese one kanji or word in so many.
const SHARE_JAPANESE: usize = 4;
/// Letters by which words that are derived from each other are known: `metabolic`, `metabolism`.
const ROOT: usize = 5;
/// Words that are told.
const TOLD: usize = 8;

/// What the definition of an entry says without its sources; nothing for one that no model wrote.
pub(super) fn find(entry: &Entry) -> Option<Vec<String>> {
    entry.writer.as_ref()?;
    let names = std::iter::once(&entry.term).chain(&entry.synonyms);
    let quotes = entry.evidence.iter().map(|evidence| &*evidence.quote);
    unsupported(entry.definition.as_deref()?, names.map(String::as_str), quotes, ENOUGH)
}

/// The words of `definition` that are not in `quotes`, if next to none is; nothing where that cannot be told. The names
/// of the term count for neither side, nor do quotes in another language. A definition of fewer than `least` words (or
/// kanji) is not judged.
pub fn unsupported<'a>(
    definition: &str,
    names: impl Iterator<Item = &'a str>,
    quotes: impl Iterator<Item = &'a str>,
    least: usize,
) -> Option<Vec<String>> {
    let japanese = is_japanese(definition);
    let mut quotes = quotes.filter(|quote| is_japanese(quote) == japanese).peekable();
    quotes.peek()?;
    let (words, share) = if japanese {
        (japanese_words as fn(&str) -> Vec<Word>, SHARE_JAPANESE)
    } else {
        (english_words as fn(&str) -> Vec<Word>, SHARE)
    };
    let marks = |text| words(text).into_iter().flat_map(|word| word.marks);
    let named: BTreeSet<String> = names.flat_map(marks).collect();
    let quoted: BTreeSet<String> = quotes.flat_map(marks).collect();
    let said = words(definition);
    let all: BTreeSet<&String> = said.iter().flat_map(|word| &word.marks).collect();
    let all: Vec<&&String> = all.iter().filter(|mark| !named.contains(**mark)).collect();
    let supported = all.iter().filter(|mark| quoted.contains(***mark)).count();
    if all.len() < least || supported * share >= all.len() {
        return None;
    }
    let is_own = |word: &&Word| {
        let mut marks = word.marks.iter();
        marks.all(|mark| !quoted.contains(mark) && !named.contains(mark))
    };
    let mut told: Vec<String> = Vec::new();
    for word in said.iter().filter(is_own) {
        if told.len() < TOLD && !told.contains(&word.text) {
            told.push(word.text.clone());
        }
    }
    Some(told)
}

/// A word that means something, and what it is known by.
struct Word {
    text: String,
    marks: Vec<String>,
}

fn english_words(text: &str) -> Vec<Word> {
    let means = |word: &&crate::lexicon::Token| !word.word.is_empty() && !SMALL.contains(&word.word.as_str());
    let tokens = tokens(text);
    let tokens = tokens.iter().filter(means);
    tokens
        .map(|token| Word {
            text: text[token.start..token.end].to_owned(),
            marks: vec![stem(&token.word).chars().take(ROOT).collect()],
        })
        .collect()
}

/// Kanji are marks of their own, since a word is often said by another one with the same kanji. Hiragana is mostly grammar.
fn japanese_words(text: &str) -> Vec<Word> {
    #[derive(PartialEq, Clone, Copy)]
    enum Kind {
        Kanji,
        Katakana,
        Latin,
        Other,
    }
    let mut words: Vec<Word> = Vec::new();
    let mut before = Kind::Other;
    for c in text.nfkc().flat_map(char::to_lowercase) {
        let kind = match c {
            '一'..='鿿' | '々' => Kind::Kanji,
            'ァ'..='ヺ' | 'ー' => Kind::Katakana,
            'ぁ'..='ゟ' => Kind::Other,
            c if c.is_alphanumeric() => Kind::Latin,
            _ => Kind::Other,
        };
        let last = words.last_mut().filter(|_| kind == before);
        match (kind, last) {
            (Kind::Other, _) => {}
            (Kind::Kanji, Some(word)) => {
                word.text.push(c);
                word.marks.push(c.to_string());
            }
            (_, Some(word)) => {
                word.text.push(c);
                word.marks = vec![word.text.trim_end_matches('ー').to_owned()];
            }
            (_, None) => words.push(Word {
                text: c.to_string(),
                marks: vec![c.to_string()],
            }),
        }
        before = kind;
    }
    words
}

/// Whether a text is Japanese, by its letters: one with a foreign name in it is still what the rest is.
pub fn is_japanese(text: &str) -> bool {
    let count = |is: fn(char) -> bool| text.chars().filter(|c| is(*c)).count();
    let japanese = count(|c| matches!(c, 'ぁ'..='ゟ' | 'ァ'..='ヺ' | '一'..='鿿' | '々'));
    // A word takes about three times as many letters of the alphabet.
    japanese > 0 && japanese * 3 >= count(|c| c.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::is_japanese;

    #[test]
    fn a_foreign_name_does_not_make_a_text_foreign() {
        for text in ["乾燥させた種子", "Kubernetes は CNCF のプロジェクト", "pH を測る器具"] {
            assert!(is_japanese(text), "{text}");
        }
        for text in [
            "A room (ドライルーム) where seeds are kept dry.",
            "The word 種 alone",
            "A seed・bank",
            "",
        ] {
            assert!(!is_japanese(text), "{text}");
        }
    }
}
