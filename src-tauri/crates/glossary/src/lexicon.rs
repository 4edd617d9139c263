//! Finds many names in a short text at once, longest first, whatever their case, number or width. Made for definitions,
//! which mention other headwords; the occurrences in whole documents are the matcher's work.

use rustc_hash::FxHashMap;
use unicode_normalization::UnicodeNormalization;

use crate::normalise::singular;

/// A set of names, each with a number that the owner gave it.
#[derive(Debug, Default)]
pub(crate) struct Lexicon {
    words: FxHashMap<String, u32>,
    steps: FxHashMap<(u32, u32), u32>,
    ends: FxHashMap<u32, u32>,
    nodes: u32,
}

/// A name found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hit {
    /// The number of the name.
    pub(crate) name: u32,
    /// Byte offset in the text.
    pub(crate) start: usize,
    /// Byte offset behind it.
    pub(crate) end: usize,
}

/// A word, or one Japanese character.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    /// The word in lower case and singular; empty for a Japanese character.
    pub(crate) word: String,
    /// The Japanese character.
    pub(crate) sign: Option<char>,
    /// Byte offsets in the text.
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// It follows the token before it without anything between.
    glued: bool,
}

impl Lexicon {
    /// The names with their numbers, taken in their order. The first number given to a name stays.
    pub(crate) fn of<'a>(names: impl IntoIterator<Item = (&'a str, u32)>) -> Self {
        let mut lexicon = Self::default();
        for (name, number) in names {
            lexicon.insert(name, number);
        }
        lexicon
    }

    /// Adds a name. The first number given to a name stays.
    pub(crate) fn insert(&mut self, name: &str, number: u32) {
        self.insert_tokens(&tokens(name), number);
    }

    /// Adds the name that consists of these tokens.
    pub(crate) fn insert_tokens(&mut self, tokens: &[Token], number: u32) {
        if tokens.is_empty() {
            return;
        }
        let mut node = 0;
        for token in tokens {
            let id = if let Some(c) = token.sign {
                u32::from(c) | 0x8000_0000
            } else if let Some(known) = self.words.get(&token.word) {
                *known
            } else {
                let next = self.words.len() as u32;
                self.words.insert(token.word.clone(), next);
                next
            };
            let fresh = self.nodes + 1;
            node = *self.steps.entry((node, id)).or_insert(fresh);
            self.nodes = self.nodes.max(node);
        }
        self.ends.entry(node).or_insert(number);
    }

    /// The names in a text from left to right, the longest at each place, none overlapping.
    pub(crate) fn find(&self, text: &str) -> Vec<Hit> {
        self.find_tokens(&tokens(text))
    }

    /// The same in a text that consists of these tokens.
    pub(crate) fn find_tokens(&self, tokens: &[Token]) -> Vec<Hit> {
        let mut hits = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            match self.longest(tokens, at) {
                Some((name, last)) => {
                    hits.push(Hit {
                        name,
                        start: tokens[at].start,
                        end: tokens[last].end,
                    });
                    at = last + 1;
                }
                None => at += 1,
            }
        }
        hits
    }

    fn longest(&self, tokens: &[Token], from: usize) -> Option<(u32, usize)> {
        if tokens[from].glued && is_inner(tokens, from) {
            return None;
        }
        let mut node = 0;
        let mut best = None;
        for (at, token) in tokens.iter().enumerate().skip(from) {
            let id = match token.sign {
                Some(c) => u32::from(c) | 0x8000_0000,
                None => match self.words.get(&token.word) {
                    Some(id) => *id,
                    None => break,
                },
            };
            let Some(next) = self.steps.get(&(node, id)) else { break };
            node = *next;
            let inside_word = tokens
                .get(at + 1)
                .is_some_and(|after| after.glued && is_inner(tokens, at + 1));
            if let (Some(number), false) = (self.ends.get(&node), inside_word) {
                best = Some((*number, at));
            }
        }
        best
    }
}

/// Whether the token continues the word that the token before it is part of. Hiragana parts words.
fn is_inner(tokens: &[Token], at: usize) -> bool {
    let hiragana = |token: &Token| token.sign.is_some_and(|c| matches!(c, 'ぁ'..='ん'));
    at > 0 && !hiragana(&tokens[at]) && !hiragana(&tokens[at - 1])
}

/// The words and Japanese characters of a text.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut chars = text.char_indices().peekable();
    let mut previous_end = usize::MAX;
    let mut kana_run = 0_usize;
    while let Some((start, c)) = chars.next() {
        let mut end = start + c.len_utf8();
        if is_japanese(c) {
            let katakana = matches!(c, 'ァ'..='ヺ' | 'ー');
            let continues = previous_end == start;
            kana_run = if katakana {
                if continues { kana_run + 1 } else { 1 }
            } else {
                0
            };
            let run_ends = !chars.peek().is_some_and(|(_, n)| matches!(n, 'ァ'..='ヺ' | 'ー'));
            if c == 'ー' && kana_run > 3 && run_ends {
                // サーバー and サーバ are one name.
                previous_end = end;
                if let Some(last) = tokens.last_mut() {
                    last.end = end;
                }
                continue;
            }
            tokens.push(Token {
                word: String::new(),
                sign: Some(c),
                start,
                end,
                glued: continues,
            });
            previous_end = end;
        } else if c.is_alphanumeric() {
            while let Some((at, next)) = chars.peek().copied() {
                let inner = next.is_alphanumeric() && !is_japanese(next) || matches!(next, '+' | '#');
                if !inner {
                    break;
                }
                end = at + next.len_utf8();
                chars.next();
            }
            let word = &text[start..end];
            let glued = previous_end == start;
            tokens.push(Token {
                word: if word.is_ascii() {
                    singular(word)
                } else {
                    singular(&word.nfkc().collect::<String>())
                },
                sign: None,
                start,
                end,
                glued,
            });
            previous_end = end;
        }
    }
    tokens
}

fn is_japanese(c: char) -> bool {
    matches!(c, 'ぁ'..='ん' | 'ァ'..='ヺ' | 'ー' | '一'..='鿿' | '々' | '〆')
}

#[cfg(test)]
mod tests {
    use super::Lexicon;

    fn found(names: &[&str], text: &str) -> Vec<String> {
        let mut lexicon = Lexicon::default();
        for (number, name) in names.iter().enumerate() {
            lexicon.insert(name, number as u32);
        }
        lexicon
            .find(text)
            .iter()
            .map(|hit| text[hit.start..hit.end].to_owned())
            .collect()
    }

    #[test]
    fn the_longest_name_wins_whatever_its_number_and_case() {
        assert_eq!(
            found(
                &["container", "container image", "image"],
                "Container Images hold containers."
            ),
            ["Container Images", "containers"]
        );
        assert_eq!(found(&["C", "C++"], "C++ is not C."), ["C++", "C"]);
        assert_eq!(found(&["service"], "microservices"), Vec::<String>::new());
    }

    #[test]
    fn a_japanese_name_inside_a_longer_word_is_not_found() {
        assert_eq!(
            found(&["システム", "分散システム"], "分散システムとシステムは"),
            ["分散システム", "システム"]
        );
        assert_eq!(found(&["システム"], "分散システム"), Vec::<String>::new());
        assert_eq!(found(&["サーバー"], "サーバを使う"), ["サーバ"]);
        assert_eq!(found(&["API"], "APIゲートウェイとAPIは"), ["API"]);
    }
}
