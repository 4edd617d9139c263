//! Documents that are made up, yet read like the papers of a laboratory: headings, definitions, running text, lists.
//! They depend on their number alone, so two measurements see the same bytes.

use std::fmt::Write as _;
use std::path::Path;

use crate::words::{Vocabulary, english, japanese};

/// What to make.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Corpus {
    /// Number of documents; every other one is Japanese.
    pub(crate) documents: usize,
    /// Size of each in bytes.
    pub(crate) bytes: usize,
    /// Every term is as frequent as any other, so that the list of terms becomes long. Otherwise a few terms are
    /// frequent and most are rare, as in any real text.
    pub(crate) wide: bool,
}

impl Corpus {
    /// Writes the documents into `folder`, which is created. Returns their size in bytes.
    pub(crate) fn write(&self, folder: &Path) -> std::io::Result<u64> {
        let mut bytes = 0;
        for number in 0..self.documents {
            let (section, vocabulary) = if number % 2 == 0 {
                ("reports", english())
            } else {
                ("報告", japanese())
            };
            let folder = folder.join(format!("{section}-{:02}", number / 50));
            std::fs::create_dir_all(&folder)?;
            let text = Writer {
                random: Random(number as u64),
                corpus: *self,
                number,
                drawn: 0,
                vocabulary,
            }
            .document();
            bytes += text.len() as u64;
            std::fs::write(folder.join(format!("{number:04}.md")), text)?;
        }
        Ok(bytes)
    }
}

/// `SplitMix64` (Steele, Lea, Flood 2014).
#[derive(Debug, Clone)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`; 0 if that is 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

struct Writer {
    random: Random,
    corpus: Corpus,
    number: usize,
    /// Terms used so far.
    drawn: usize,
    vocabulary: &'static Vocabulary,
}

impl Writer {
    fn document(mut self) -> String {
        let words = self.vocabulary;
        let title = self.term();
        let mut text = format!("# {}\n", self.fill(words.title, &title));
        while text.len() < self.corpus.bytes {
            let subject = self.term();
            let _ = write!(text, "\n## {}\n\n", self.fill(words.title, &subject));
            if self.random.below(3) == 0 {
                let definition = self.random.pick(words.definitions);
                text.push_str(&self.fill(definition, &subject));
                text.push_str(words.gap);
            }
            let list = self.random.below(4) == 0;
            for _ in 0..6 + self.random.below(4) {
                let sentence = self.random.pick(words.sentences);
                // A text speaks of its subject more than of anything else.
                let about = if self.random.below(2) == 0 {
                    subject.clone()
                } else {
                    self.term()
                };
                if list {
                    text.push_str("- ");
                }
                text.push_str(&self.fill(sentence, &about));
                text.push_str(if list { "\n" } else { words.gap });
            }
            text.push('\n');
        }
        text
    }

    /// Puts terms, a word and a number into the places of a template: `{t}` is `about`, `{u}` another term.
    fn fill(&mut self, template: &str, about: &str) -> String {
        let mut text = template.replace("{t}", about);
        if text.contains("{u}") {
            text = text.replace("{u}", &self.term());
        }
        let number = (1 + self.random.below(90)).to_string();
        text = text
            .replace("{n}", &number)
            .replace("{w}", self.random.pick(self.vocabulary.kinds));
        let first = text.chars().next().map_or(0, char::len_utf8);
        text[..first].to_uppercase() + &text[first..]
    }

    fn term(&mut self) -> String {
        let index = if self.corpus.wide {
            // Every document goes on where the one before stopped, and half of the terms of that come once more.
            self.number / 2 * 40 + self.drawn % 80
        } else {
            // Density 1/x: the frequencies of Zipf's law, over 4,000 terms.
            let x = (self.random.next() >> 11) as f64 / (1_u64 << 53) as f64;
            4_000_f64.powf(x) as usize
        };
        self.drawn += 1;
        self.vocabulary.term(index)
    }
}
