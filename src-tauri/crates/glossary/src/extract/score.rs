//! How much a candidate looks like a term of the subject. Everything is measured on the whole corpus; the weights are
//! the same for every corpus.

use std::cell::RefCell;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Kind;
use super::group::Group;
use super::spellings::{Listed, Numbers};
use crate::{Language, frequency};

/// Counts of the words of a corpus.
pub(super) struct Words<'a> {
    numbers: &'a Numbers,
    /// By number.
    counts: Vec<u32>,
    /// All words together.
    pub(super) total: u64,
    language: Language,
    /// The weirdness of the words that somebody asked for.
    known: RefCell<FxHashMap<String, f64>>,
}

impl<'a> Words<'a> {
    pub(super) fn new(documents: &[Listed<'_>], numbers: &'a Numbers, language: Language) -> Self {
        let mut counts = vec![0; numbers.len()];
        let mut total = 0;
        for Listed { harvest, numbered } in documents {
            for ((_, count), word) in harvest.words.iter().zip(&numbered.words) {
                counts[*word as usize] += count;
                total += u64::from(*count);
            }
        }
        Self {
            numbers,
            counts,
            total,
            language,
            known: RefCell::default(),
        }
    }

    fn count(&self, word: &str) -> u32 {
        self.numbers.get(word).map_or(0, |number| self.counts[number])
    }

    /// Weirdness (K. Ahmad, L. Gillam, L. Tostevin, 1999): how much more frequent a word is here than in general
    /// language, as log10 of the ratio. The small constant keeps words that no list holds from beating all others.
    fn weirdness(&self, word: &str) -> f64 {
        if let Some(known) = self.known.borrow().get(word) {
            return *known;
        }
        let value = self.compute_weirdness(word);
        self.known.borrow_mut().insert(word.to_owned(), value);
        value
    }

    fn compute_weirdness(&self, word: &str) -> f64 {
        const SMOOTHING: f64 = 0.1;
        let per_million = |count: u32| f64::from(count) / self.total.max(1) as f64 * 1e6;
        let ratio =
            |count: u32, zipf: f64| ((per_million(count) + SMOOTHING) / (10_f64.powf(zipf - 3.0) + SMOOTHING)).log10();
        let count = self.count(word);
        if let Some(zipf) = frequency::zipf(self.language, word) {
            return ratio(count, zipf);
        }
        // Compounds with a hyphen and Latin phrases are as common as their parts.
        let parts: Vec<&str> = word.split(['-', ' ']).filter(|part| !part.is_empty()).collect();
        if parts.len() > 1 {
            let sum: f64 = parts
                .iter()
                .map(|part| {
                    let zipf = self.listed(part).unwrap_or(frequency::UNLISTED);
                    ratio(self.count(part) + count, zipf)
                })
                .sum();
            return sum / parts.len() as f64;
        }
        ratio(count, self.listed(word).unwrap_or(frequency::UNLISTED))
    }

    /// Latin words in Japanese text are looked up in both lists.
    fn listed(&self, word: &str) -> Option<f64> {
        frequency::zipf(self.language, word).or_else(|| {
            word.is_ascii()
                .then(|| frequency::zipf(Language::English, word))
                .flatten()
        })
    }

    /// Mean and smallest weirdness of the content words among `parts`.
    fn of_parts(&self, parts: &[String]) -> (f64, f64) {
        let values: Vec<f64> = parts
            .iter()
            .filter(|part| !matches!(part.as_str(), "of" | "the" | "and" | "for" | "in" | "to" | "a" | "as"))
            .map(|part| self.weirdness(part))
            .collect();
        if values.is_empty() {
            return (0.0, 0.0);
        }
        (
            values.iter().sum::<f64>() / values.len() as f64,
            values.iter().copied().fold(f64::INFINITY, f64::min),
        )
    }
}

/// The scores of English groups, in their order: weirdness of the words plus C-value plus spread over documents.
pub(super) fn english(groups: &[Group], words: &Words<'_>) -> Vec<f64> {
    let values = c_values(groups);
    groups
        .iter()
        .zip(values)
        .map(|(group, c_value)| {
            let parts = group.parts();
            let (mean, least) = words.of_parts(&parts);
            let grammar = match group.kind {
                Some(Kind::Phrase) | None => 0.0,
                Some(Kind::Adjective) => 0.7,
                Some(Kind::Prepositional) => 1.0,
                Some(Kind::Verb) => 2.0,
            };
            let long = parts.len().saturating_sub(3) as f64 * 0.5;
            mean + 0.5 * least + 0.5 * c_value.max(0.1).ln() + 0.4 * f64::from(group.documents).ln() + topics(group)
                - grammar
                - long
        })
        .collect()
}

/// The scores of Japanese groups, in their order: weirdness of the morphemes plus FLR (H. Nakagawa, T. Mori, "Automatic
/// term recognition based on statistics of compound nouns and their components", 2003).
pub(super) fn japanese(groups: &[Group], words: &Words<'_>) -> Vec<f64> {
    let parts: Vec<Vec<String>> = groups.iter().map(Group::parts).collect();
    // How often each morpheme has a neighbour on its left and right inside a candidate.
    let mut left: FxHashMap<&str, u32> = FxHashMap::default();
    let mut right: FxHashMap<&str, u32> = FxHashMap::default();
    for (group, parts) in groups.iter().zip(&parts) {
        for pair in parts.windows(2) {
            *right.entry(&pair[0]).or_default() += group.count;
            *left.entry(&pair[1]).or_default() += group.count;
        }
    }
    groups
        .iter()
        .zip(&parts)
        .map(|(group, parts)| {
            let (mean, _) = words.of_parts(parts);
            let neighbours = |counts: &FxHashMap<&str, u32>, part: &String| {
                f64::from(counts.get(part.as_str()).copied().unwrap_or(0) + 1).ln()
            };
            let linked: f64 = parts
                .iter()
                .map(|part| neighbours(&left, part) + neighbours(&right, part))
                .sum::<f64>()
                / (2 * parts.len().max(1)) as f64;
            mean + 0.25 * linked + 0.5 * f64::from(group.count).ln() + topics(group)
        })
        .collect()
}

/// A text that introduces an expression takes it for a term.
fn topics(group: &Group) -> f64 {
    0.5 * f64::from(group.topics + 1).ln()
}

/// C-value (K. Frantzi, S. Ananiadou, H. Mima, "Automatic recognition of multi-word terms", 2000), with the length plus
/// one in the logarithm so that single words have a value too.
fn c_values(groups: &[Group]) -> Vec<f64> {
    let mut ids: FxHashMap<&str, u32> = FxHashMap::default();
    for (id, group) in groups.iter().enumerate() {
        for variant in &group.variants {
            ids.insert(&variant.text, id as u32);
        }
    }
    // Frequency and number of the longer candidates around each one.
    let mut around = vec![(0_u64, 0_u32); groups.len()];
    let mut inner: FxHashSet<u32> = FxHashSet::default();
    for (id, group) in groups.iter().enumerate() {
        let text = group.main();
        let starts: Vec<usize> = std::iter::once(0)
            .chain(text.match_indices(' ').map(|(at, _)| at + 1))
            .collect();
        let ends: Vec<usize> = text.match_indices(' ').map(|(at, _)| at).chain([text.len()]).collect();
        inner.clear();
        for (first, start) in starts.iter().enumerate() {
            for (last, end) in ends.iter().enumerate().skip(first) {
                if last - first + 1 < starts.len()
                    && let Some(nested) = ids.get(&text[*start..*end])
                    && *nested != id as u32
                {
                    inner.insert(*nested);
                }
            }
        }
        for nested in &inner {
            let (sum, number) = &mut around[*nested as usize];
            *sum += u64::from(group.count);
            *number += 1;
        }
    }
    groups
        .iter()
        .zip(around)
        .map(|(group, (sum, number))| {
            let nested = if number == 0 {
                0.0
            } else {
                sum as f64 / f64::from(number)
            };
            let length = group.main().split(' ').count() as f64;
            (length + 1.0).log2() * (f64::from(group.count) - nested)
        })
        .collect()
}
