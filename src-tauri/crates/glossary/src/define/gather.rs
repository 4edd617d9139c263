//! Walks through one document, looks at every sentence that holds a term, and keeps the few best for each term.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use super::clean::clean;
use super::sight::{Sight, Verdict};
use super::{Context, THRESHOLD, english, is_japanese, japanese, names};
use crate::sentence::{Sentence, sentences};
use crate::{Document, Evidence, Occurrence, Stop, Stopped, Term};

/// Definitions that one document may offer for one term.
const DEFINITIONS: usize = 3;
/// Mere contexts that one document may offer for one term.
const MENTIONS: usize = 3;
/// Bytes that a heading may have beside the term that it is.
const HEADING_ROOM: usize = 8;
/// Occurrences of one term that are looked at in one sentence.
const LOOKS: usize = 3;

/// What one document contributes to the entries of `terms`: for each term that occurs, its best few sentences, in the
/// order of the terms. `occurrences` index into `terms` and into the document's text; their order does not matter, and
/// those that do not fit are passed over.
pub fn contexts(
    document: &Document,
    terms: &[Term],
    occurrences: &[Occurrence],
    stop: &dyn Stop,
) -> Result<Vec<Context>, Stopped> {
    let mut places: Vec<&Occurrence> = occurrences
        .iter()
        .filter(|place| fits(place, document, terms))
        .collect();
    places.sort_unstable_by_key(|place| (place.start, place.end, place.term));
    let mut kept: BTreeMap<u32, Best> = BTreeMap::new();
    let mut walk = Walk {
        document,
        places: &places,
        next: 0,
        focal: focal(&places),
        heading: HashSet::new(),
        below_heading: false,
        defined: Vec::new(),
        begun: false,
    };
    for (count, sentence) in sentences(&document.text).enumerate() {
        if count % 64 == 0 && stop.requested() {
            return Err(Stopped);
        }
        walk.sentence(&sentence, &mut kept);
    }
    Ok(kept.into_values().flat_map(Best::into_contexts).collect())
}

/// The verdict on one span of running text.
pub(super) fn verdict(text: &str, span: Range<usize>, paragraph_start: bool) -> Option<Verdict> {
    let sight = Sight {
        text,
        start: span.start,
        end: span.end,
        paragraph_start,
        document_start: false,
        headed: false,
        focal: false,
        marked: false,
    };
    look(&sight)
}

/// A sentence is read by the rules of the script it is written in, whatever the language of the term.
fn look(sight: &Sight<'_>) -> Option<Verdict> {
    if is_japanese(sight.text) {
        japanese::score(sight)
    } else {
        english::score(sight)
    }
}

/// The terms that a document is about: those that occur more than once and at least half as often as any other.
fn focal(places: &[&Occurrence]) -> HashSet<u32> {
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    for place in places {
        *counts.entry(place.term).or_default() += 1;
    }
    let most = counts.values().copied().max().unwrap_or(0);
    counts
        .into_iter()
        .filter(|(_, count)| *count >= 2 && count * 2 >= most)
        .map(|(term, _)| term)
        .collect()
}

fn fits(place: &Occurrence, document: &Document, terms: &[Term]) -> bool {
    (place.term as usize) < terms.len()
        && place.start < place.end
        && document.text.is_char_boundary(place.start as usize)
        && document.text.is_char_boundary(place.end as usize)
}

/// What one sentence says of one term.
#[derive(Default)]
struct Look {
    count: usize,
    verdict: Option<Verdict>,
    names: Vec<String>,
}

struct Walk<'a> {
    document: &'a Document,
    places: &'a [&'a Occurrence],
    next: usize,
    /// Terms that the document is about.
    focal: HashSet<u32>,
    /// Terms that the heading above consists of.
    heading: HashSet<u32>,
    /// No sentence has come since that heading.
    below_heading: bool,
    /// Terms that the sentence before defines.
    defined: Vec<u32>,
    /// A sentence that is no heading has been seen.
    begun: bool,
}

impl Walk<'_> {
    fn sentence(&mut self, sentence: &Sentence, kept: &mut BTreeMap<u32, Best>) {
        let places = self.places_in(sentence);
        if sentence.heading {
            // The heading is the term, give or take an article, a number or a mark.
            let text = &self.document.text;
            let bare = |place: &&Occurrence| {
                let around = [
                    &text[sentence.start..place.start as usize],
                    &text[place.end as usize..sentence.end],
                ];
                around.iter().map(|rest| rest.len()).sum::<usize>() <= HEADING_ROOM
                    && !around
                        .iter()
                        .any(|rest| rest.chars().any(|c| c.is_alphabetic() && !c.is_ascii()))
            };
            self.heading = places.iter().filter(bare).map(|place| place.term).collect();
            self.below_heading = true;
            return;
        }
        let below_heading = std::mem::replace(&mut self.below_heading, false);
        let first = !std::mem::replace(&mut self.begun, true);
        let explains_heading = below_heading && !self.heading.is_empty();
        if places.is_empty() && !explains_heading && self.defined.is_empty() {
            return;
        }
        let raw = &self.document.text[sentence.start..sentence.end];
        let cleaned = clean(raw);
        let text = row(&cleaned.text);
        let shift = text.as_ptr() as usize - cleaned.text.as_ptr() as usize;
        let mut found: BTreeMap<u32, Look> = BTreeMap::new();
        for place in places {
            let entry = found.entry(place.term).or_default();
            entry.count += 1;
            if entry.count > LOOKS {
                continue;
            }
            let (from, to) = (
                place.start as usize - sentence.start,
                place.end as usize - sentence.start,
            );
            let (start, end) = (
                cleaned.offset(from).saturating_sub(shift),
                cleaned.offset(to).saturating_sub(shift),
            );
            if start >= end || !text.is_char_boundary(start) || !text.is_char_boundary(end) {
                continue;
            }
            let sight = Sight {
                text,
                start,
                end,
                paragraph_start: sentence.paragraph_start,
                document_start: first,
                headed: below_heading && self.heading.contains(&place.term),
                focal: self.focal.contains(&place.term),
                marked: raw[..from].ends_with(['*', '`', '_']),
            };
            let seen = look(&sight);
            if seen.as_ref().map_or(0.0, |v| v.confidence) > entry.verdict.as_ref().map_or(0.0, |v| v.confidence) {
                entry.verdict = seen;
            }
            if entry.names.is_empty() {
                entry.names = names::given(text, start, end);
            }
        }
        // A sentence that defines another term does not explain the heading.
        let taken = found.values().any(|look| {
            look.verdict
                .as_ref()
                .is_some_and(|verdict| verdict.confidence >= THRESHOLD)
        });
        if below_heading && !taken {
            for term in &self.heading {
                found.entry(*term).or_insert_with(|| Look {
                    verdict: headed(text),
                    ..Look::default()
                });
            }
        }
        self.also(sentence, text, kept);
        self.defined.clear();
        for (term, look) in found {
            let defines = look.verdict.as_ref().is_some_and(|v| v.confidence >= THRESHOLD);
            if defines && !sentence.heading {
                self.defined.push(term);
            }
            let context = self.context(term, sentence, text, look);
            kept.entry(term).or_default().take(context);
        }
    }

    /// "Yともいう。" behind the sentence that defines X: Y is another name of X.
    fn also(&self, sentence: &Sentence, text: &str, kept: &mut BTreeMap<u32, Best>) {
        let [term] = self.defined[..] else { return };
        let Some(name) = names::behind(text).filter(|_| !sentence.paragraph_start) else {
            return;
        };
        let look = Look {
            names: vec![name],
            ..Look::default()
        };
        let mut context = self.context(term, sentence, text, look);
        // Above mere mentions, so that it is kept, and far below a definition.
        context.confidence = 0.3;
        kept.entry(term).or_default().take(context);
    }

    fn places_in(&mut self, sentence: &Sentence) -> Vec<Occurrence> {
        while self
            .places
            .get(self.next)
            .is_some_and(|place| (place.start as usize) < sentence.start)
        {
            self.next += 1;
        }
        let mut inside = Vec::new();
        while let Some(place) = self
            .places
            .get(self.next)
            .filter(|place| (place.start as usize) < sentence.end)
        {
            if place.end as usize <= sentence.end {
                inside.push(**place);
            }
            self.next += 1;
        }
        // `service` inside `function as a service` is another term; the longer one comes first or ends later.
        let mut reach: Option<Occurrence> = None;
        inside.sort_unstable_by_key(|place: &Occurrence| (place.start, std::cmp::Reverse(place.end)));
        inside.retain(|place| {
            let nested = reach.is_some_and(|r| place.end <= r.end && (place.end - place.start) < (r.end - r.start));
            if !nested && reach.is_none_or(|r| place.end > r.end) {
                reach = Some(*place);
            }
            !nested
        });
        inside
    }

    fn context(&self, term: u32, sentence: &Sentence, text: &str, look: Look) -> Context {
        let confidence = look.verdict.as_ref().map_or(0.0, |v| v.confidence).clamp(0.0, 1.0);
        let body = look
            .verdict
            .and_then(|v| v.body)
            .and_then(|body| text.get(body))
            .unwrap_or_else(|| without_speaker(text));
        Context {
            term,
            definition: (confidence >= THRESHOLD).then(|| body.trim().to_owned()),
            confidence,
            evidence: Evidence {
                document: self.document.path.clone(),
                line: sentence.line,
                start: sentence.start as u32,
                end: sentence.end as u32,
                quote: self.document.text[sentence.start..sentence.end].to_owned(),
            },
            names: look.names,
        }
    }
}

/// A text without the mark of a question or an answer before it: `A: A pod is` or `Q. `.
fn without_speaker(text: &str) -> &str {
    let mark = ["A: ", "Q: ", "A. ", "Q. ", "A：", "Q：", "Ａ：", "Ｑ："];
    mark.iter()
        .find_map(|mark| text.strip_prefix(mark))
        .unwrap_or(text)
        .trim_start()
}

/// A table row without its outer bars.
fn row(text: &str) -> &str {
    match text.strip_prefix('|') {
        Some(inner) => inner.trim_end().trim_end_matches('|').trim(),
        None => text,
    }
}

/// The first sentence below a heading that is the term, when it does not name the term again: "It is a …", "A set of …".
fn headed(text: &str) -> Option<Verdict> {
    let lower = text.to_ascii_lowercase();
    let says = if is_japanese(text) {
        let closed = text.trim_end_matches(['。', '．']);
        let noun = closed.ends_with("こと")
            || closed.ends_with("もの")
            || closed
                .chars()
                .next_back()
                .is_some_and(|c| matches!(c, 'ァ'..='ヺ' | 'ー' | '一'..='鿿'));
        let states = ["のことです", "のことである", "を指す", "を指します", "をいう"]
            .iter()
            .any(|end| closed.ends_with(end));
        let topic = closed.contains('は') || closed.contains('が');
        (states || noun && !topic) && closed.chars().count() >= 12
    } else {
        let pronoun = [
            "it is a ",
            "it is an ",
            "it is the ",
            "this is a ",
            "this is an ",
            "this is the ",
            "it refers to ",
            "this refers to ",
        ];
        let bare = ["a ", "an ", "the "].iter().any(|article| lower.starts_with(article))
            && ![" is ", " are ", " was ", " were ", " has ", " have "]
                .iter()
                .any(|verb| lower.contains(verb));
        let words = lower.split_whitespace().count();
        (5..=60).contains(&words)
            && !lower.ends_with('?')
            && (bare || pronoun.iter().any(|start| lower.starts_with(start)))
    };
    says.then_some(Verdict {
        confidence: 0.58,
        body: None,
    })
}

/// The best sentences of one document for one term.
#[derive(Default)]
struct Best {
    definitions: Vec<Context>,
    mentions: Vec<Context>,
}

impl Best {
    fn take(&mut self, context: Context) {
        let (list, most) = if context.definition.is_some() {
            (&mut self.definitions, DEFINITIONS)
        } else {
            (&mut self.mentions, MENTIONS)
        };
        // Equal ones stay in reading order.
        let place = list.partition_point(|known| known.confidence >= context.confidence);
        if place < most {
            list.insert(place, context);
            list.truncate(most);
        }
    }

    fn into_contexts(self) -> impl Iterator<Item = Context> {
        self.definitions.into_iter().chain(self.mentions)
    }
}
