//! The candidates of an English document: every noun phrase and what is nested in it, and adjectives and verbs that stand
//! for concepts by themselves. Which of them are terms is decided in [`super::rank`].

use super::{Collector, Kind, Place};
use crate::english::{Tag, Token, tag, tokens};

/// The longest candidate, in words.
const LONGEST: usize = 6;
/// A sentence shorter than this, in words, is too short to tell its language.
const TELLING: usize = 6;

/// Collects the candidates of one sentence.
pub(super) fn collect(sentence: &str, collector: &mut Collector) {
    let tokens = tokens(sentence);
    let words: Vec<&str> = tokens.iter().map(|token| &sentence[token.start..token.end]).collect();
    let lower: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    if is_foreign(&tokens, &lower, collector) {
        return;
    }
    let tags = tag(&words, &lower);
    for (token, word) in tokens.iter().zip(&lower) {
        if token.word {
            collector.word(word);
        }
    }
    let roles = roles(&lower, &words, &tags, &tokens);
    let phrases = Phrases {
        sentence,
        tokens: &tokens,
        words: &words,
        lower: &lower,
        tags: &tags,
        roles: &roles,
    };
    for (start, end) in runs(&roles) {
        phrases.nested(start, end, collector);
        phrases.with_preposition(start, end, collector);
    }
    for at in 0..words.len() {
        phrases.single(at, collector);
    }
}

/// What a word can be in a noun phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Not part of one.
    Outside,
    /// A noun: it can stand anywhere.
    Head,
    /// It can stand before a noun.
    Modifier,
    /// A participle: it can stand before the nouns, but behind one it begins a clause.
    Participle,
    /// A verb in -ing behind a noun, with nothing that could be its object: a noun like any other.
    Gerund,
}

fn roles(lower: &[String], words: &[&str], tags: &[Tag], tokens: &[Token]) -> Vec<Role> {
    (0..words.len())
        .map(|at| {
            let word = words[at];
            let before = at.checked_sub(1).map(|at| tags[at]);
            // `a lot of` is none, `seed lot` is one.
            let lot = matches!(lower[at].as_str(), "lot" | "lots") && matches!(before, Some(Tag::Noun));
            if !tokens[at].word || is_stop_word(&lower[at]) && !lot || is_noise(word) {
                return Role::Outside;
            }
            match tags[at] {
                Tag::Noun | Tag::ProperNoun => Role::Head,
                Tag::Adjective => Role::Modifier,
                Tag::Verb if word.ends_with("ing") => {
                    let behind_noun = matches!(before, Some(Tag::Noun | Tag::ProperNoun));
                    let object = matches!(
                        tags.get(at + 1),
                        Some(
                            Tag::Determiner
                                | Tag::Pronoun
                                | Tag::Noun
                                | Tag::ProperNoun
                                | Tag::Adjective
                                | Tag::Adposition
                                | Tag::Particle
                                | Tag::Number
                        )
                    );
                    if behind_noun && !object {
                        Role::Gerund
                    } else {
                        Role::Participle
                    }
                }
                Tag::Verb if word.ends_with("ed") => Role::Participle,
                // `the drag coefficient`, `a steady lift`: the tables know the verb only.
                Tag::Verb if matches!(before, Some(Tag::Determiner | Tag::Adjective)) => Role::Head,
                _ => Role::Outside,
            }
        })
        .collect()
}

/// The stretches of words that can make up one noun phrase each.
fn runs(roles: &[Role]) -> Vec<(usize, usize)> {
    let mut runs = Vec::new();
    let mut start = 0;
    for at in 0..=roles.len() {
        let role = roles.get(at).copied().unwrap_or(Role::Outside);
        let clause = role == Role::Participle && at > start && matches!(roles[at - 1], Role::Head | Role::Gerund);
        if role == Role::Outside || clause {
            if at > start {
                runs.push((start, at));
            }
            start = if clause { at } else { at + 1 };
        }
    }
    runs
}

struct Phrases<'a> {
    sentence: &'a str,
    tokens: &'a [Token],
    words: &'a [&'a str],
    lower: &'a [String],
    tags: &'a [Tag],
    roles: &'a [Role],
}

impl Phrases<'_> {
    /// All noun phrases inside the run of words `start..end`.
    fn nested(&self, start: usize, end: usize, collector: &mut Collector) {
        for first in start..end {
            for last in first..end.min(first + LONGEST) {
                if matches!(self.roles[last], Role::Head) || self.roles[last] == Role::Gerund && last > first {
                    self.add(first, last + 1, Kind::Phrase, collector);
                }
            }
        }
    }

    /// `abuse of functions`: the run, `of`, and the run behind it. Only whole runs: their parts are nested phrases.
    fn with_preposition(&self, start: usize, end: usize, collector: &mut Collector) {
        if self.words.get(end) != Some(&"of") || self.roles[end - 1] != Role::Head {
            return;
        }
        let Some((0, length)) = runs(&self.roles[end + 1..]).first().copied() else {
            return;
        };
        let last = end + 1 + length;
        if self.roles[last - 1] != Role::Head {
            return;
        }
        for first in start..end {
            if last - first <= LONGEST {
                self.add(first, last, Kind::Prepositional, collector);
            }
        }
    }

    /// A single adjective or verb.
    fn single(&self, at: usize, collector: &mut Collector) {
        if !self.tokens[at].word || is_stop_word(&self.lower[at]) || self.roles[at] == Role::Head {
            return;
        }
        match self.tags[at] {
            Tag::Adjective => self.add(at, at + 1, Kind::Adjective, collector),
            Tag::Verb => self.add(at, at + 1, Kind::Verb, collector),
            _ => {}
        }
    }

    fn add(&self, first: usize, end: usize, kind: Kind, collector: &mut Collector) {
        let words = &self.words[first..end];
        // White space between the words may be a line break; what else stands there is no phrase.
        if words.len() > 1 {
            let glued = self.tokens[first..end].windows(2).all(|pair| {
                let between = &self.sentence[pair[0].end..pair[1].start];
                !between.is_empty() && between.chars().all(char::is_whitespace)
            });
            if !glued {
                return;
            }
        }
        let initial = first == 0 || !self.tokens[first - 1].word;
        let name = self.tags[first..end].iter().all(|tag| *tag == Tag::ProperNoun);
        collector.form(
            words.join(" "),
            kind,
            &[],
            Place {
                initial,
                name,
                topic: self.is_topic(first, end),
            },
        );
    }

    /// The subject of a sentence that says what it is: `A rotor is`, `Rotors are`, `The term rotor refers to`.
    fn is_topic(&self, first: usize, end: usize) -> bool {
        let opens = match first {
            0 => true,
            1 => self.tags[0] == Tag::Determiner,
            _ => false,
        };
        opens && matches!(self.words.get(end), Some(&("is" | "are" | "means" | "refers" | "(")))
    }
}

/// Words (lower case) that are nouns or adjectives to the tagger and never part of a term, or only by accident.
fn is_stop_word(word: &str) -> bool {
    const STOP: &[&str] = &[
        "able",
        "all",
        "another",
        "any",
        "anyone",
        "anything",
        "available",
        "aware",
        "best",
        "better",
        "both",
        "certain",
        "considerable",
        "couple",
        "different",
        "due",
        "each",
        "easy",
        "enough",
        "entire",
        "etc",
        "ever",
        "every",
        "everyone",
        "everything",
        "example",
        "examples",
        "few",
        "fig",
        "figure",
        "following",
        "further",
        "good",
        "great",
        "hereinafter",
        "important",
        "instance",
        "kind",
        "kinds",
        "larger",
        "last",
        "later",
        "latter",
        "least",
        "less",
        "likely",
        "lot",
        "lots",
        "many",
        "more",
        "most",
        "much",
        "necessary",
        "next",
        "none",
        "nothing",
        "one",
        "ones",
        "only",
        "other",
        "others",
        "own",
        "particular",
        "possible",
        "previous",
        "recent",
        "same",
        "several",
        "shall",
        "similar",
        "smaller",
        "someone",
        "something",
        "sort",
        "sorts",
        "such",
        "unable",
        "usual",
        "various",
        "way",
        "ways",
        "well",
        "whole",
        "yes",
    ];
    STOP.binary_search(&word).is_ok()
}

/// Formula symbols, variables and remains of a layout: letters of other scripts, or a short word without a vowel that is
/// no abbreviation.
fn is_noise(word: &str) -> bool {
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    let foreign = word.chars().any(|c| c.is_alphabetic() && (c as u32) >= 0x250);
    let vowel = word.chars().any(|c| !c.is_ascii() || "aeiouyAEIOUY".contains(c));
    let lower = word.chars().filter(|c| c.is_lowercase()).count();
    foreign || letters == 0 || !vowel && letters < 5 && lower * 2 > letters && !word.contains(['+', '#'])
}

/// Whether a sentence is long enough to tell, and hardly any of its words are English.
fn is_foreign(tokens: &[Token], lower: &[String], collector: &mut Collector) -> bool {
    let (mut all, mut english) = (0, 0);
    for (token, word) in tokens.iter().zip(lower) {
        if token.word && word.contains(char::is_alphabetic) {
            all += 1;
            english += usize::from(collector.is_common(word));
        }
    }
    all >= TELLING && english * 10 < all * 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stop_words_are_sorted() {
        for word in ["able", "etc", "more", "yes", "such"] {
            assert!(is_stop_word(word), "{word} must be found");
        }
        assert!(!is_stop_word("turbine"));
    }
}
