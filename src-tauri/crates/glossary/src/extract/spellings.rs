//! What a written form comes to, whatever document it stands in. To compare texts costs more than all the counting, so
//! every text has a number, and what is known of it stays while the same documents are ranked again and again.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Form, Harvest, group};
use crate::Language;

/// Texts and their numbers, in the order in which they were first seen.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    numbers: FxHashMap<Arc<str>, u32>,
    texts: Vec<Arc<str>>,
}

impl Numbers {
    /// The number of a text, and whether it is new.
    fn take(&mut self, text: &str) -> (u32, bool) {
        if let Some(known) = self.numbers.get(text) {
            return (*known, false);
        }
        let (text, next): (Arc<str>, u32) = (text.into(), self.texts.len() as u32);
        self.numbers.insert(Arc::clone(&text), next);
        self.texts.push(text);
        (next, true)
    }

    pub(super) fn get(&self, text: &str) -> Option<usize> {
        self.numbers.get(text).map(|number| *number as usize)
    }

    pub(super) fn text(&self, number: usize) -> &str {
        &self.texts[number]
    }

    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }
}

/// The texts of one document by their numbers, in its order.
#[derive(Debug)]
pub(super) struct Numbered {
    pub(super) forms: Vec<u32>,
    pub(super) words: Vec<u32>,
}

/// A document with its texts by numbers.
#[derive(Debug, Clone)]
pub(super) struct Listed<'a> {
    pub(super) harvest: &'a Harvest,
    pub(super) numbered: Arc<Numbered>,
}

/// The texts of one language.
#[derive(Debug, Default)]
pub(super) struct Spellings {
    pub(super) forms: Numbers,
    /// The number of the key of each form; nothing for one that no list should hold.
    key_of: Vec<Option<u32>>,
    pub(super) keys: Numbers,
    pub(super) words: Numbers,
    documents: FxHashMap<String, Arc<Numbered>>,
    /// Documents that were read into it.
    read: usize,
}

impl Spellings {
    /// Takes in documents, each under a name that no other content ever has. Documents of before are forgotten, their
    /// texts are not until there are many of them.
    pub(super) fn read<'a>(&mut self, documents: &[(&str, &'a Harvest)], language: Language) -> Vec<Listed<'a>> {
        if self.read > 4 * documents.len() + 1_000 {
            *self = Self::default();
        }
        let fresh = documents.iter().filter(|(name, _)| !self.documents.contains_key(*name));
        let fresh: Vec<(&str, &Harvest)> = fresh.copied().collect();
        self.read += fresh.len();
        let (forms, words, keys, key_of) = (&mut self.forms, &mut self.words, &mut self.keys, &mut self.key_of);
        let mut form = |form: &Form| {
            let (number, new) = forms.take(&form.text);
            if new {
                let key = group::key(&form.text, language);
                key_of.push(key.map(|key| keys.take(&key).0));
            }
            number
        };
        let mut word = |(word, _): &(String, u32)| words.take(word).0;
        let (forms, words): (Vec<Vec<u32>>, Vec<Vec<u32>>) = rayon::join(
            || {
                fresh
                    .iter()
                    .map(|(_, harvest)| harvest.forms.iter().map(&mut form).collect())
                    .collect()
            },
            || {
                fresh
                    .iter()
                    .map(|(_, harvest)| harvest.words.iter().map(&mut word).collect())
                    .collect()
            },
        );
        for ((name, _), (forms, words)) in fresh.iter().zip(forms.into_iter().zip(words)) {
            self.documents
                .insert((*name).to_owned(), Arc::new(Numbered { forms, words }));
        }
        let listed = documents.iter().map(|(name, harvest)| Listed {
            harvest,
            numbered: Arc::clone(&self.documents[*name]),
        });
        let listed: Vec<Listed<'_>> = listed.collect();
        let here: FxHashSet<&str> = documents.iter().map(|(name, _)| *name).collect();
        self.documents.retain(|name, _| here.contains(name.as_str()));
        listed
    }

    /// The number of the key of a form; nothing for one that no list should hold.
    pub(super) fn key_of(&self, form: usize) -> Option<usize> {
        self.key_of[form].map(|key| key as usize)
    }
}
