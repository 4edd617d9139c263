//! How common a word is in general language: the reference that tells a word of the subject from a word of everyday. The
//! lists come from `wordfreq`; `scripts/frequencies.py` makes them and describes their format.

use std::sync::LazyLock;

use crate::Language;

/// The Zipf value of `word` (lower case): log10 of its occurrences in a billion words; 3 is once in a million. Nothing
/// for a word that is not among the hundred thousand most frequent.
pub(crate) fn zipf(language: Language, word: &str) -> Option<f64> {
    let list = match language {
        Language::English => &ENGLISH,
        Language::Japanese => &JAPANESE,
    };
    list.get(word)
}

/// About where the lists end: the Zipf value to assume for a word that they do not hold.
pub(crate) const UNLISTED: f64 = 1.5;

static ENGLISH: LazyLock<List> = LazyLock::new(|| List::new(include_bytes!("../data/frequency-en.bin")));
static JAPANESE: LazyLock<List> = LazyLock::new(|| List::new(include_bytes!("../data/frequency-ja.bin")));

/// Entries in one block; the first of each is written out in full.
const BLOCK: usize = 64;

/// A front-coded, sorted list of words, searched in place.
struct List {
    bytes: &'static [u8],
    /// Where each block begins.
    blocks: Vec<u32>,
}

impl List {
    fn new(bytes: &'static [u8]) -> Self {
        let mut blocks = Vec::new();
        let (mut at, mut entry) = (0, 0);
        while let Some(length) = bytes.get(at + 1) {
            if entry % BLOCK == 0 {
                blocks.push(at as u32);
            }
            entry += 1;
            at += 3 + usize::from(*length);
        }
        Self { bytes, blocks }
    }

    fn get(&self, word: &str) -> Option<f64> {
        let word = word.as_bytes();
        let first = |at: u32| {
            let at = at as usize;
            &self.bytes[at + 2..at + 2 + usize::from(self.bytes[at + 1])]
        };
        let block = self.blocks.partition_point(|at| first(*at) <= word).checked_sub(1)?;
        let mut at = self.blocks[block] as usize;
        let end = self
            .blocks
            .get(block + 1)
            .map_or(self.bytes.len(), |next| *next as usize);
        // Bytes of `word` that the entry before shares with it. An entry that shares less with its predecessor than
        // that lies behind `word`, one that shares more cannot differ in a new way.
        let mut matched = 0;
        while at < end {
            let shared = usize::from(self.bytes[at]);
            let length = usize::from(self.bytes[at + 1]);
            let rest = &self.bytes[at + 2..at + 2 + length];
            if shared < matched {
                return None;
            }
            if shared == matched {
                let same = rest.iter().zip(&word[matched..]).take_while(|(a, b)| a == b).count();
                matched += same;
                if same == length && matched == word.len() {
                    return Some(f64::from(self.bytes[at + 2 + length]) / 25.0);
                }
                let beyond = match (rest.get(same), word.get(matched)) {
                    (Some(theirs), Some(ours)) => theirs > ours,
                    (Some(_), None) => true,
                    (None, _) => false,
                };
                if beyond {
                    return None;
                }
            }
            at += 3 + length;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_words_are_common_and_rare_words_rare() {
        let english = |word| zipf(Language::English, word);
        assert!(english("the").expect("listed") > 7.0);
        assert!(english("turbine").expect("listed") < 4.0);
        assert!(english("turbine").expect("listed") > 2.0);
        assert_eq!(english("kubernetesish"), None);
        assert_eq!(english(""), None);
        assert!(zipf(Language::Japanese, "時間").expect("listed") > 5.0);
        assert!(zipf(Language::Japanese, "分散").expect("listed") < 4.5);
    }

    #[test]
    fn every_listed_word_is_found_and_its_neighbours_are_not() {
        for list in [&*ENGLISH, &*JAPANESE] {
            let (mut at, mut word, mut found) = (0, Vec::new(), 0);
            while at < list.bytes.len() {
                let (shared, length) = (usize::from(list.bytes[at]), usize::from(list.bytes[at + 1]));
                word.truncate(shared);
                word.extend_from_slice(&list.bytes[at + 2..at + 2 + length]);
                let value = f64::from(list.bytes[at + 2 + length]) / 25.0;
                let text = std::str::from_utf8(&word).expect("the list holds UTF-8");
                assert_eq!(list.get(text), Some(value), "{text}");
                assert_eq!(list.get(&format!("{text}\u{1}")), None, "nothing stands behind {text}");
                at += 3 + length;
                found += 1;
            }
            assert!(found > 90_000, "only {found} words");
        }
    }
}
