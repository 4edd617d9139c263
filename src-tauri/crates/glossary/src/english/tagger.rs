//! Parts of speech for English words: the usual tag of each word, rules for words that no table holds, and Brill's
//! transformations (E. Brill, "A simple rule-based part of speech tagger", 1992) over the result. The tables are those of
//! `harper-brill`; `scripts/tagger.py` makes them and describes their format.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// The parts of speech of Universal Dependencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Tag {
    Adjective,
    Adposition,
    Adverb,
    Auxiliary,
    Coordinator,
    Determiner,
    Interjection,
    Noun,
    Number,
    Particle,
    Pronoun,
    ProperNoun,
    Punctuation,
    Subordinator,
    Symbol,
    Verb,
}

/// Tags the words and signs of one sentence. `lower` holds them in lower case.
pub(crate) fn tag(words: &[&str], lower: &[String]) -> Vec<Tag> {
    let mut inside = false;
    let mut tags: Vec<Tag> = words
        .iter()
        .zip(lower)
        .map(|(word, lower)| {
            let is_word = word.contains(char::is_alphanumeric);
            let tag = match lower.as_str() {
                "'s" | "’s" => Tag::Particle,
                _ if is_word => usual(word, lower, inside),
                _ => Tag::Punctuation,
            };
            inside = is_word;
            tag
        })
        .collect();
    for patch in &TABLES.patches {
        for at in 0..tags.len() {
            if tags[at] == patch.from
                && patch
                    .conditions
                    .iter()
                    .all(|condition| condition.holds(lower, &tags, at))
            {
                tags[at] = patch.to;
            }
        }
    }
    tags
}

/// The tag of a word by itself. `inside` is true when another word stands directly before it.
fn usual(word: &str, lower: &str, inside: bool) -> Tag {
    if let Some(tag) = TABLES.words.get(lower) {
        return *tag;
    }
    if word.starts_with(|c: char| c.is_ascii_digit()) && !word.contains(char::is_alphabetic) {
        return Tag::Number;
    }
    let capital = word.starts_with(char::is_uppercase);
    if capital && (inside || word.chars().filter(|c| c.is_uppercase()).count() > 1) {
        return Tag::ProperNoun;
    }
    unknown(lower)
}

/// The tag of a word that no table holds, by its form.
fn unknown(word: &str) -> Tag {
    if let Some((_, last)) = word.rsplit_once('-') {
        let head = TABLES.words.get(last).copied().unwrap_or_else(|| unknown(last));
        return match head {
            Tag::Verb if last.ends_with("ed") || last.ends_with("ing") => Tag::Adjective,
            Tag::Noun | Tag::Adjective | Tag::Adverb | Tag::ProperNoun => head,
            _ => Tag::Noun,
        };
    }
    for prefix in [
        "non", "un", "re", "anti", "multi", "micro", "macro", "over", "under", "sub", "super", "inter", "hyper", "pre",
    ] {
        if let Some(tag) = word
            .strip_prefix(prefix)
            .filter(|rest| rest.len() > 3)
            .and_then(|rest| TABLES.words.get(rest))
        {
            return *tag;
        }
    }
    let ends = |endings: &[&str]| {
        endings
            .iter()
            .any(|ending| word.len() > ending.len() + 2 && word.ends_with(ending))
    };
    let base = |cut: usize, tail: &str| {
        TABLES
            .words
            .get(format!("{}{tail}", &word[..word.len() - cut]).as_str())
            .copied()
    };
    if word.is_ascii() {
        if word.len() > 3 && word.ends_with('s') && !word.ends_with("ss") {
            let stem = base(1, "").or_else(|| word.ends_with("es").then(|| base(2, "")).flatten());
            let stem = stem.or_else(|| word.ends_with("ies").then(|| base(3, "y")).flatten());
            if let Some(tag @ (Tag::Noun | Tag::Verb | Tag::ProperNoun)) = stem {
                return tag;
            }
        }
        if ends(&["ly"]) {
            return if base(2, "") == Some(Tag::Noun) {
                Tag::Adjective
            } else {
                Tag::Adverb
            };
        }
        if ends(&["ed", "ize", "ise", "izes", "ises", "ify", "ifies"]) {
            return Tag::Verb;
        }
        if ends(&["ing"]) {
            return Tag::Verb;
        }
        if ends(&[
            "ous", "ful", "ive", "al", "ic", "able", "ible", "less", "ary", "ish", "ical", "ular", "oid", "ant", "ent",
        ]) && !ends(&["ment", "icant"])
        {
            return Tag::Adjective;
        }
    }
    Tag::Noun
}

struct Tables {
    words: FxHashMap<&'static str, Tag>,
    patches: Vec<Patch>,
}

struct Patch {
    from: Tag,
    to: Tag,
    conditions: Vec<Condition>,
}

enum Condition {
    Word(isize, &'static str),
    Tagged(isize, Tag),
    Any(isize, Tag),
    Between(Tag, Tag),
}

impl Condition {
    fn holds(&self, words: &[String], tags: &[Tag], at: usize) -> bool {
        match self {
            Self::Word(relative, word) => at
                .checked_add_signed(*relative)
                .and_then(|at| words.get(at))
                // The tables were learned with this test, so it stays although equality was meant.
                .is_some_and(|other| other.starts_with(word) || word.starts_with(other.as_str())),
            Self::Tagged(relative, tag) => at.checked_add_signed(*relative).and_then(|at| tags.get(at)) == Some(tag),
            Self::Any(relative, tag) => at.checked_add_signed(*relative).is_some_and(|far| {
                let range = far.min(at)..far.max(at).min(tags.len());
                tags.get(range).is_some_and(|tags| tags.contains(tag))
            }),
            Self::Between(left, right) => {
                at.checked_sub(1).and_then(|at| tags.get(at)) == Some(left) && tags.get(at + 1) == Some(right)
            }
        }
    }
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let mut tables = Tables {
        words: FxHashMap::default(),
        patches: Vec::new(),
    };
    for line in include_str!("../../data/tagger-en.txt").lines() {
        let mut fields = line.split(' ');
        match fields.next() {
            Some("WORDS") => {
                if let Some(tag) = fields.next().and_then(parse) {
                    tables.words.extend(fields.map(|word| (word, tag)));
                }
            }
            Some("PATCH") => {
                if let (Some(from), Some(to)) = (fields.next().and_then(parse), fields.next().and_then(parse)) {
                    let mut conditions: Vec<Condition> = fields.filter_map(condition).collect();
                    // All must hold; those about tags are the fastest to check.
                    conditions.sort_by_key(|condition| matches!(condition, Condition::Word(..)));
                    tables.patches.push(Patch { from, to, conditions });
                }
            }
            _ => {}
        }
    }
    tables
});

fn condition(text: &'static str) -> Option<Condition> {
    let (left, right) = text.split_once('=')?;
    let kind = left.get(..1)?;
    let relative = || left.get(1..)?.parse::<isize>().ok();
    Some(match kind {
        "w" => Condition::Word(relative()?, right),
        "t" => Condition::Tagged(relative()?, parse(right)?),
        "a" => Condition::Any(relative()?, parse(right)?),
        "s" => {
            let (before, after) = right.split_once(',')?;
            Condition::Between(parse(before)?, parse(after)?)
        }
        _ => return None,
    })
}

fn parse(tag: &str) -> Option<Tag> {
    Some(match tag {
        "ADJ" => Tag::Adjective,
        "ADP" => Tag::Adposition,
        "ADV" => Tag::Adverb,
        "AUX" => Tag::Auxiliary,
        "CCONJ" => Tag::Coordinator,
        "DET" => Tag::Determiner,
        "INTJ" => Tag::Interjection,
        "NOUN" => Tag::Noun,
        "NUM" => Tag::Number,
        "PART" => Tag::Particle,
        "PRON" => Tag::Pronoun,
        "PROPN" => Tag::ProperNoun,
        "PUNCT" => Tag::Punctuation,
        "SCONJ" => Tag::Subordinator,
        "SYM" => Tag::Symbol,
        "VERB" => Tag::Verb,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(sentence: &str) -> Vec<Tag> {
        let words: Vec<&str> = sentence.split(' ').collect();
        let lower: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
        tag(&words, &lower)
    }

    #[test]
    fn the_tables_are_complete() {
        let lines = include_str!("../../data/tagger-en.txt").lines();
        assert_eq!(
            TABLES.patches.len(),
            lines.filter(|line| line.starts_with("PATCH")).count()
        );
        assert!(TABLES.words.len() > 20_000);
    }

    #[test]
    fn a_plain_sentence_is_tagged() {
        assert_eq!(
            tags("The rotor is a large generator ."),
            [
                Tag::Determiner,
                Tag::Noun,
                Tag::Auxiliary,
                Tag::Determiner,
                Tag::Adjective,
                Tag::Noun,
                Tag::Punctuation
            ]
        );
    }

    #[test]
    fn unknown_words_are_told_by_their_form() {
        for (word, tag) in [
            ("axisymmetrical", Tag::Adjective),
            ("hyperscalers", Tag::Noun),
            ("containerize", Tag::Verb),
            ("cloud-based", Tag::Adjective),
            ("quuxly", Tag::Adverb),
            ("nacelle", Tag::Noun),
        ] {
            assert_eq!(unknown(word), tag, "{word}");
        }
        assert_eq!(usual("Vestas", "vestas", true), Tag::ProperNoun);
    }
}
