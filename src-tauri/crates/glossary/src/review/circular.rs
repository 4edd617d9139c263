//! Definitions that lead back to their term. A definition that names its own term as its genus says nothing; two that
//! each explain themselves by the other say nothing together. Glossaries are full of entries that merely mention each
//! other, so only mentions that a definition leans on count, and only short cycles.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::Mentions;
use crate::lexicon::{Lexicon, tokens};
use crate::{Entry, Finding, Severity};

/// The longest cycle that is reported. In longer ones each definition still tells something.
const LONGEST: usize = 4;
/// A headword that more than this share of all definitions mention is part of the language of the subject.
const COMMON: f64 = 0.05;
/// But never fewer definitions than this.
const COMMON_AT_LEAST: usize = 12;
/// Steps of the search from one entry; bounds the work whatever the graph looks like.
const STEPS: usize = 2_000;

pub(super) fn find(entries: &[Entry], mentions: &[Mentions]) -> Vec<(usize, Severity, Finding)> {
    let mut found = Vec::new();
    let mut itself = vec![false; entries.len()];
    for (at, entry) in entries.iter().enumerate() {
        if entry
            .definition
            .as_deref()
            .is_some_and(|text| own_genus(text, at, &mentions[at]))
        {
            itself[at] = true;
            found.push((
                at,
                Severity::High,
                Finding::Circular {
                    path: vec![entry.term.clone()],
                },
            ));
        }
    }
    let graph = leaning(entries, mentions, &itself);
    let mut seen: BTreeSet<Vec<usize>> = BTreeSet::new();
    let mut covered = vec![false; entries.len()];
    for start in 0..entries.len() {
        if covered[start] || graph[start].is_empty() {
            continue;
        }
        let Some(cycle) = shortest(&graph, start) else { continue };
        let mut members = cycle.clone();
        members.sort_unstable();
        if !seen.insert(members) {
            continue;
        }
        for member in &cycle {
            covered[*member] = true;
        }
        let severity = if cycle.len() == 2 {
            Severity::Medium
        } else {
            Severity::Low
        };
        let path = cycle.iter().map(|at| entries[*at].term.clone()).collect();
        found.push((start, severity, Finding::Circular { path }));
    }
    found
}

/// Whether a definition names `term` as its own genus.
pub(crate) fn is_about_itself(term: &str, definition: &str) -> bool {
    let mut lexicon = Lexicon::default();
    lexicon.insert(term, 0);
    own_genus(
        definition,
        0,
        &Mentions {
            hits: lexicon.find(definition),
        },
    )
}

fn own_genus(text: &str, own: usize, mentions: &Mentions) -> bool {
    let mut own_hits = mentions.hits.iter().filter(|hit| hit.name as usize == own);
    let Some(first) = own_hits.next() else { return false };
    let behind = &text[first.end..];
    // "The OSI model is a model" defines another thing than the model.
    let ahead = text[..first.start]
        .trim_end()
        .trim_end_matches(['"', '“', '「', '『'])
        .trim_end()
        .to_ascii_lowercase();
    let bare = ["a", "an", "the", "any", "term", "of"]
        .iter()
        .any(|w| ahead == *w || ahead.ends_with(&format!(" {w}")));
    if !(bare || ahead.is_empty() || ahead.ends_with([',', '、', '（', '(']) || ahead.chars().any(is_kana)) {
        return false;
    }
    if !is_subject(behind) {
        // The definition is the part behind a label: "a cache that caches".
        if text.chars().any(is_kana) {
            return ends_sentence(behind) && text[..first.start].chars().count() <= 12;
        }
        let next = tokens(behind)
            .into_iter()
            .next()
            .map(|token| token.word)
            .unwrap_or_default();
        let tied = [
            "", "that", "which", "who", "where", "used", "for", "of", "in", "with", "designed", "made",
        ];
        return ["", "a", "an", "the", "any"].contains(&ahead.as_str()) && tied.contains(&next.as_str());
    }
    own_hits.any(|hit| {
        if text.chars().any(is_kana) {
            // The noun at the end is the genus.
            ends_sentence(&text[hit.end..])
        } else {
            genus_follows(&text[first.end..hit.start])
        }
    })
}

fn is_kana(c: char) -> bool {
    matches!(c, 'ぁ'..='ヿ')
}

/// What follows the subject of a sentence: its verb or topic particle, or something that may stand before that.
fn is_subject(behind: &str) -> bool {
    let behind = behind.trim_start_matches(['"', '”', '’', '」', '』', ' ', 's']);
    let lower = behind.to_ascii_lowercase();
    behind.starts_with(['(', '（', ',', ':', '：', '—', 'は', '、'])
        || ["とは", "という", "を", "と呼", "と は"]
            .iter()
            .any(|start| behind.starts_with(start))
        || [
            "is ",
            "are ",
            "was ",
            "were ",
            "means",
            "mean ",
            "refers",
            "refer ",
            "or ",
            "can be",
            "denotes",
            "describes",
        ]
        .iter()
        .any(|start| lower.starts_with(start))
}

/// The predicate between subject and mention holds a verb, an article and at most two more words: the mention is the genus.
fn genus_follows(between: &str) -> bool {
    let words: Vec<String> = tokens(between).into_iter().map(|token| token.word).collect();
    let verb = words
        .iter()
        .rposition(|w| ["is", "are", "was", "were", "mean", "refer", "i", "wa"].contains(&w.as_str()));
    let Some(verb) = verb else { return false };
    let between = &words[verb + 1..];
    let has = |words: &[&str]| between.iter().any(|w| words.contains(&w.as_str()));
    let kinds = ["kind", "type", "form"];
    let filler = |w: &&String| !["a", "an", "the", "to", "any"].contains(&w.as_str()) && !kinds.contains(&w.as_str());
    between.len() <= 4
        && between.iter().filter(filler).count() <= 2
        && !has(&["for", "in", "that", "which", "with", "by", "from", "used", "on", "not"])
        // "a part of X" has another genus; "a kind of X" has this one.
        && (!has(&["of"]) || has(&kinds))
}

/// Nothing but a copula follows.
fn ends_sentence(behind: &str) -> bool {
    let behind = behind
        .trim_end_matches(['。', '．', '.', ' ', '」', '』'])
        .trim_start_matches(['」', '』', ' ']);
    [
        "",
        "です",
        "である",
        "のこと",
        "のことです",
        "のことである",
        "を指す",
        "を指します",
        "をいう",
        "をいいます",
        "の一種",
        "の一種です",
        "の一種である",
    ]
    .contains(&behind)
}

/// For each entry the entries that its definition leans on.
fn leaning(entries: &[Entry], mentions: &[Mentions], itself: &[bool]) -> Vec<Vec<usize>> {
    let defined = entries.iter().filter(|entry| entry.definition.is_some()).count();
    let mut count: FxHashMap<u32, usize> = FxHashMap::default();
    let mut distinct: Vec<u32> = Vec::new();
    for mention in mentions {
        distinct.clear();
        distinct.extend(mention.hits.iter().map(|hit| hit.name));
        distinct.sort_unstable();
        distinct.dedup();
        for name in &distinct {
            *count.entry(*name).or_default() += 1;
        }
    }
    let common = ((defined as f64 * COMMON) as usize).max(COMMON_AT_LEAST);
    entries
        .iter()
        .enumerate()
        .map(|(at, entry)| {
            let Some(text) = entry.definition.as_deref().filter(|_| !itself[at]) else {
                return Vec::new();
            };
            let core = predicate(text)..core(text);
            let mut leans: Vec<usize> = mentions[at]
                .hits
                .iter()
                .filter(|hit| {
                    hit.name as usize != at && core.contains(&hit.start) && !contrasted(text, hit.start, hit.end)
                })
                .filter(|hit| count.get(&hit.name).is_none_or(|n| *n <= common))
                .map(|hit| hit.name as usize)
                .collect();
            leans.sort_unstable();
            leans.dedup();
            leans
        })
        .collect()
}

/// Where the predicate begins: what stands before it, in the subject or an introduction, is not leant on.
fn predicate(text: &str) -> usize {
    let lower = text.to_ascii_lowercase();
    let verbs: &[&str] = if text.chars().any(is_kana) {
        &["とは", "は、", "は"]
    } else {
        &[
            " is ",
            " are ",
            " was ",
            " were ",
            " means ",
            " mean ",
            " refers to ",
            " refer to ",
            " denotes ",
            " describes ",
            ": ",
        ]
    };
    verbs.iter().filter_map(|verb| lower.find(verb)).min().unwrap_or(0)
}

/// The end of the part of a definition that carries it: what comes after is elaboration.
fn core(text: &str) -> usize {
    let reach = if text.chars().any(is_kana) { 240 } else { 160 };
    let mut end = text.len().min(reach);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    // A second sentence or an example never carries the definition.
    [
        "; ",
        "such as ",
        "e.g.",
        "for example",
        "など",
        "例えば",
        "たとえば",
        ", including ",
    ]
    .iter()
    .filter_map(|mark| text[..end].find(mark))
    .min()
    .unwrap_or(end)
}

/// The definition sets the mention apart instead of building on it, or it stands in brackets.
fn contrasted(text: &str, start: usize, end: usize) -> bool {
    let before = text[..start].to_ascii_lowercase();
    let after = &text[end..];
    let words = before.trim_end().trim_end_matches([',', '"', '“']).trim_end();
    let set_apart = [
        "unlike",
        "unlike a",
        "unlike the",
        "than",
        "than a",
        "not",
        "not a",
        "versus",
        "vs",
        "like",
        "contrast to",
        "opposed to",
        "from",
        "known as",
        "called",
        "as",
    ]
    .iter()
    .any(|w| words.ends_with(w));
    let open = before
        .rfind(['(', '（'])
        .is_some_and(|at| !before[at..].contains([')', '）']));
    set_apart
        || open
        || [
            "と異な",
            "とは異な",
            "と違",
            "と対照",
            "より",
            "と呼ば",
            "ではな",
            "と比べ",
        ]
        .iter()
        .any(|mark| after.starts_with(mark))
}

/// The shortest cycle through `start` among entries from `start` on, by breadth-first search.
fn shortest(graph: &[Vec<usize>], start: usize) -> Option<Vec<usize>> {
    let mut from: FxHashMap<usize, usize> = FxHashMap::default();
    let mut level = vec![start];
    let mut steps = 0;
    for _ in 0..LONGEST {
        let mut next = Vec::new();
        for &at in &level {
            for &to in &graph[at] {
                steps += 1;
                if steps > STEPS {
                    return None;
                }
                if to == start {
                    let mut path = vec![at];
                    let mut here = at;
                    while here != start {
                        here = *from.get(&here)?;
                        path.push(here);
                    }
                    path.reverse();
                    return Some(path);
                }
                if let std::collections::hash_map::Entry::Vacant(e) = from.entry(to) {
                    e.insert(at);
                    next.push(to);
                }
            }
        }
        level = next;
    }
    None
}
