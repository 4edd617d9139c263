//! Candidates of all documents, the written variants of one expression put together under their key.

use super::spellings::{Listed, Spellings};
use super::{Form, Kind};
use crate::{Category, Language, Stop, Stopped, Variant, frequency, normalise};

/// One expression in all its written forms.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) key: String,
    /// The written forms with their counts, most frequent first.
    pub(super) variants: Vec<Variant>,
    pub(super) kind: Option<Kind>,
    /// Its occurrences as a candidate, all forms together.
    pub(super) count: u32,
    pub(super) initial: u32,
    pub(super) names: u32,
    pub(super) topics: u32,
    pub(super) documents: u32,
    /// Where the morphemes of the first variant end; empty for English.
    pub(super) ends: Vec<u16>,
}

impl Group {
    /// The most frequent form as it is written.
    pub(super) fn main(&self) -> &str {
        self.variants.first().map_or("", |variant| variant.text.as_str())
    }

    /// The words (English) or morphemes (Japanese) of the most frequent form, folded for statistics.
    pub(super) fn parts(&self) -> Vec<String> {
        if self.ends.is_empty() {
            return self.main().split(' ').map(str::to_lowercase).collect();
        }
        let mut start = 0;
        let mut parts = Vec::with_capacity(self.ends.len());
        for end in self.ends.iter().map(|end| usize::from(*end)) {
            if let Some(part) = self.main().get(start..end) {
                parts.push(super::japanese::fold(part.trim()));
            }
            start = end;
        }
        parts
    }

    /// The form to show: the most frequent one, or its singular unless that is rare, in lower case when its capitals
    /// only come from where it stands.
    pub(super) fn headword(&self) -> String {
        let main = self.singular().unwrap_or_else(|| self.main());
        if !main.contains(|c: char| c.is_ascii_uppercase()) || self.is_name() || has_inner_capital(main) {
            return main.to_owned();
        }
        let lower = main.to_lowercase();
        let written = self
            .variants
            .iter()
            .find(|variant| variant.text == lower)
            .map_or(0, |variant| variant.count);
        let titles_only = self.initial == self.count && (main.contains(' ') || written > 0);
        // Wherever a capital would say something, there is none.
        let inside = self.count.saturating_sub(self.initial);
        let never_inside = written > 0 && written >= inside;
        let explained = self.kind.is_none() && is_sentence_case(main);
        if written * 4 >= self.count || never_inside || (titles_only || explained) && is_english(main) {
            lower
        } else {
            main.to_owned()
        }
    }

    /// The singular of the most frequent form, if it is a plural and the singular a third as frequent.
    fn singular(&self) -> Option<&str> {
        let main = self.variants.first().filter(|variant| variant.text.ends_with('s'))?;
        let shorter = |text: &str| text.len() < main.text.len() && (!text.ends_with('s') || text.ends_with("ss"));
        self.variants
            .iter()
            .find(|variant| variant.text.is_ascii() && shorter(&variant.text) && variant.count * 3 >= main.count)
            .map(|variant| variant.text.as_str())
    }

    pub(super) fn is_name(&self) -> bool {
        self.names * 2 > self.count
    }

    pub(super) fn category(&self) -> Category {
        if is_short_form(self.main()) {
            Category::Abbreviation
        } else if self.is_name() {
            Category::Name
        } else {
            Category::Concept
        }
    }
}

/// The key under which a form is listed; nothing for what no list should hold.
pub(super) fn key(form: &str, language: Language) -> Option<String> {
    let noise = match language {
        Language::English => is_noise(form),
        Language::Japanese => is_japanese_noise(form),
    };
    if noise {
        None
    } else if is_shouted(form) {
        Some(normalise::key(&form.to_lowercase()))
    } else {
        Some(normalise::key(form))
    }
}

/// All candidates of the documents, which are read in one language, in the order of their keys.
pub(super) fn groups(documents: &[Listed<'_>], spellings: &Spellings, stop: &dyn Stop) -> Result<Vec<Group>, Stopped> {
    let mut known: Vec<Option<usize>> = vec![None; spellings.forms.len()];
    let mut forms: Vec<Known<'_>> = Vec::new();
    let mut by_key: Vec<Option<usize>> = vec![None; spellings.keys.len()];
    let mut groups: Vec<Group> = Vec::new();
    let mut kinds: Vec<[u32; 4]> = Vec::new();
    let mut last_document: Vec<usize> = Vec::new();
    for (number, Listed { harvest, numbered }) in documents.iter().enumerate() {
        if stop.requested() {
            return Err(Stopped);
        }
        for (form, text) in harvest.forms.iter().zip(&numbered.forms) {
            let text = *text as usize;
            let Some(key) = spellings.key_of(text) else { continue };
            let place = *known[text].get_or_insert_with(|| {
                let group = *by_key[key].get_or_insert_with(|| {
                    groups.push(Group {
                        key: spellings.keys.text(key).to_owned(),
                        ..Group::default()
                    });
                    kinds.push([0; 4]);
                    last_document.push(usize::MAX);
                    groups.len() - 1
                });
                forms.push(Known { group, count: 0, form });
                forms.len() - 1
            });
            let known = &mut forms[place];
            known.count += form.count;
            let id = known.group;
            let group = &mut groups[id];
            group.count += form.count;
            group.initial += form.initial;
            group.names += form.names;
            group.topics += form.topics;
            if last_document[id] != number {
                last_document[id] = number;
                group.documents += 1;
            }
            kinds[id][form.kind as usize] += form.count;
        }
    }
    forms.sort_unstable_by(|a, b| {
        let most = || b.count.cmp(&a.count);
        a.group
            .cmp(&b.group)
            .then_with(most)
            .then_with(|| a.form.text.cmp(&b.form.text))
    });
    for Known { group, count, form } in forms {
        let group = &mut groups[group];
        if group.variants.is_empty() {
            group.ends.clone_from(&form.ends);
        }
        group.variants.push(Variant {
            text: form.text.clone(),
            count,
        });
    }
    for (group, kinds) in groups.iter_mut().zip(&kinds) {
        let order = [Kind::Phrase, Kind::Prepositional, Kind::Adjective, Kind::Verb];
        group.kind = order
            .into_iter()
            .max_by_key(|kind| (kinds[*kind as usize], std::cmp::Reverse(*kind)));
    }
    groups.retain(|group| !group.key.is_empty());
    groups.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    Ok(groups)
}

/// One written form in all documents.
struct Known<'a> {
    group: usize,
    count: u32,
    /// As it stands in the first document that holds it.
    form: &'a Form,
}

/// A capital at the very beginning and nowhere else.
fn is_sentence_case(text: &str) -> bool {
    text.contains(' ') && !text.chars().skip(1).any(char::is_uppercase)
}

/// General English knows every word: it is no name such as *Primula veris*.
fn is_english(text: &str) -> bool {
    text.to_lowercase()
        .split([' ', '-'])
        .all(|word| frequency::zipf(Language::English, word).is_some_and(|zipf| zipf > 1.5))
}

/// An acronym or the like by its form: short, one word, mostly capitals.
pub(super) fn is_short_form(text: &str) -> bool {
    let letters = text.chars().filter(char::is_ascii_alphabetic).count();
    let capitals = text.chars().filter(char::is_ascii_uppercase).count();
    (2..=8).contains(&text.len())
        && text.is_ascii()
        && !text.contains([' ', '.'])
        && capitals >= 2
        && capitals * 2 >= letters
}

/// A heading in capitals, where an S may well be a plural. A short form it is not: that is one short word.
fn is_shouted(text: &str) -> bool {
    text.is_ascii()
        && !text.contains(|c: char| c.is_ascii_lowercase())
        && text.split([' ', '-']).any(|word| word.len() > 5)
}

/// What no list of terms should hold whatever its score: addresses, numbers, single letters, remains of a layout.
fn is_noise(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let special = text.ends_with(['+', '#']) || text.starts_with('.');
    if special {
        return text.chars().filter(|c| c.is_alphabetic()).count() == 0;
    }
    if letters < 2 || text.len() < 3 && !is_short_form(text) {
        return true;
    }
    let address = ["www", "http", "@"].iter().any(|sign| text.contains(sign))
        || [".com", ".org", ".net", ".htm", ".html", ".pdf"]
            .iter()
            .any(|end| text.ends_with(end));
    let fragment = text
        .split(' ')
        .any(|word| word.chars().filter(|c| c.is_alphabetic()).count() < 2);
    let mixed = !text.contains([' ', '-'])
        && text.contains(|c: char| c.is_ascii_digit())
        && !text.starts_with(|c: char| c.is_ascii_alphabetic());
    address || fragment || mixed
}

fn is_japanese_noise(text: &str) -> bool {
    let mut characters = text.chars();
    let first = characters.next();
    let single = characters.next().is_none() && !first.is_some_and(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    let hiragana = text.chars().all(|c| matches!(c, '\u{3041}'..='\u{309f}'));
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let address = ["www", "http", "://", "@"].iter().any(|sign| text.contains(sign));
    single || hiragana || letters == 0 || text.is_ascii() && letters < 2 && !text.ends_with(['+', '#']) || address
}

/// A capital behind the first letter of a word: `mTLS`, `DevOps`, `JSON`.
fn has_inner_capital(text: &str) -> bool {
    text.split([' ', '-'])
        .any(|word| word.chars().skip(1).any(|c| c.is_ascii_uppercase()))
}
