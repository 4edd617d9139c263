//! Looks for what is wrong with a glossary: terms without a definition, definitions that lead in a circle, entries that
//! name one concept, definitions that cannot both hold, terms that a definition uses but the glossary lacks, and what a
//! model wrote without its sources. The rules would rather miss a defect than report a false one: noise costs trust.

mod circular;
mod contradiction;
mod duplicate;
mod missing;
#[cfg(test)]
mod tests;
mod undefined;
mod ungrounded;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::lexicon::{Lexicon, Token, tokens};
use crate::normalise::key;
use crate::{Entry, Finding, Issue, Severity, Term};

pub(crate) use circular::is_about_itself;
pub use ungrounded::{is_japanese, unsupported};

/// Reviews a glossary entry by entry. What needs a view of the whole is prepared once, in near-linear time; an entry is
/// then reviewed in time that depends on that entry alone.
#[derive(Debug)]
pub struct Reviewer {
    /// Of each entry the issues that take a view of the whole. What concerns several entries is filed under the first of
    /// them.
    shared: Vec<Vec<(Severity, Finding)>>,
}

/// One definition's view of the other headwords.
#[derive(Debug, Default, Clone)]
struct Mentions {
    /// The entries that the definition mentions, with the byte spans, from left to right.
    hits: Vec<crate::lexicon::Hit>,
}

/// What makes an issue the same issue in another review: its kind, the terms and the words that it is about. Not which
/// of the terms it is filed under, and no counts and places, which shift with every edit of a document.
pub fn identity(issue: &Issue) -> String {
    let mut prefix = "";
    let (kind, mut about) = match &issue.finding {
        Finding::Undefined { .. } => ("undefined", Vec::new()),
        Finding::Circular { path } => ("circular", path.iter().map(|term| key(term)).collect()),
        Finding::Duplicate { others, .. } => ("duplicate", others.iter().map(|term| key(term)).collect()),
        Finding::Contradiction { first, second } => ("contradiction", vec![first.quote.clone(), second.quote.clone()]),
        Finding::MissingRelated { related } => ("missing_related", vec![key(related)]),
        Finding::Ungrounded { words } => ("ungrounded", words.clone()),
        // A model may find what the rules find, and words it in another way every time.
        Finding::Judged { problem, others, .. } => {
            prefix = "judged ";
            (problem.name(), others.iter().map(|term| key(term)).collect())
        }
    };
    // What two entries share may be filed under either; what one entry says stays its own.
    let own = match &issue.finding {
        Finding::Circular { .. } | Finding::Duplicate { .. } => {
            about.push(key(&issue.term));
            ""
        }
        _ => issue.key.as_str(),
    };
    about.sort_unstable();
    about.dedup();
    // Tabs and line breaks cannot stand in a key, and in a quote they are no more than space.
    let about: Vec<String> = about
        .iter()
        .map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    [&[prefix, kind].concat(), own, &about.join("\t")].join("\n")
}

/// What each definition, given by its tokens, says of the other headwords.
fn mentions(entries: &[Entry], definitions: &[Vec<Token>]) -> Vec<Mentions> {
    let lexicon = Lexicon::of(entries.iter().map(|entry| entry.term.as_str()).zip(0..));
    let mentions = |definition: &Vec<Token>| Mentions {
        hits: lexicon.find_tokens(definition),
    };
    definitions.par_iter().map(mentions).collect()
}

impl Reviewer {
    /// The terms of which [`Reviewer::new`] reads anything that changes with the documents; of all others it reads the
    /// key at most. `terms` are its terms.
    pub fn reads<'a>(entries: &[Entry], terms: &'a [Term]) -> Vec<&'a Term> {
        let entry_of: FxHashMap<&str, &Entry> = entries.iter().map(|entry| (entry.key.as_str(), entry)).collect();
        if terms.iter().any(|term| !entry_of.contains_key(term.key.as_str())) {
            return terms.iter().collect();
        }
        // A short form and its full form are compared with each other.
        let explained = terms.iter().filter_map(|term| term.expansion.as_deref().map(key));
        let explained: FxHashSet<String> = explained.collect();
        let is_read = |term: &&Term| {
            let defined = entry_of
                .get(term.key.as_str())
                .is_some_and(|entry| entry.definition.is_some());
            !defined || term.expansion.is_some() || explained.contains(&term.key)
        };
        terms.iter().filter(is_read).collect()
    }

    /// Prepares the review of all entries. `terms` is the list that the entries were made from, or a longer one: terms
    /// in it without an entry are what a definition may be missing.
    pub fn new(entries: &[Entry], terms: &[Term]) -> Self {
        let by_key: FxHashMap<&str, &Term> = terms.iter().map(|term| (term.key.as_str(), term)).collect();
        let definitions: Vec<Vec<Token>> = entries
            .par_iter()
            .map(|entry| entry.definition.as_deref().map_or_else(Vec::new, tokens))
            .collect();
        let mut shared: Vec<Vec<(Severity, Finding)>> = vec![Vec::new(); entries.len()];
        let ((circular, duplicate), (missing, undefined)) = rayon::join(
            || {
                rayon::join(
                    || circular::find(entries, &mentions(entries, &definitions)),
                    || duplicate::find(entries, &by_key),
                )
            },
            || {
                rayon::join(
                    || missing::find(entries, &definitions, terms),
                    || undefined::find(entries, &by_key),
                )
            },
        );
        for (at, severity, finding) in [circular, duplicate, missing, undefined].into_iter().flatten() {
            shared[at].push((severity, finding));
        }
        Self { shared }
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.shared.len()
    }

    /// True without entries.
    pub fn is_empty(&self) -> bool {
        self.shared.is_empty()
    }

    /// What the review of an entry depends on: whether its statements are compared with each other or with their sources,
    /// and what the view of the whole found about it. `entries` are those of [`Reviewer::new`]; nothing for an index behind their end.
    pub fn depends(&self, entries: &[Entry], index: usize) -> (bool, &[(Severity, Finding)]) {
        let shared = self.shared.get(index).map_or(&[][..], Vec::as_slice);
        let compared = |entry: &Entry| entry.writer.is_some() || contradiction::is_possible(entry);
        (entries.get(index).is_some_and(compared), shared)
    }

    /// The issues of one of the entries, worst kind first. An issue that concerns several is filed under the first of
    /// them in the list. Nothing for an index behind the end.
    pub fn review(&self, entries: &[Entry], index: usize) -> Vec<Issue> {
        let (Some(entry), Some(shared)) = (entries.get(index), self.shared.get(index)) else {
            return Vec::new();
        };
        let mut findings = Vec::new();
        let compared = contradiction::is_possible(entry).then(|| contradiction::find(entry));
        if let Some((first, second)) = compared.flatten() {
            findings.push((Severity::High, Finding::Contradiction { first, second }));
        }
        if let Some(words) = ungrounded::find(entry) {
            findings.push((Severity::Medium, Finding::Ungrounded { words }));
        }
        findings.extend(shared.iter().cloned());
        findings.sort_by_key(|(severity, _)| std::cmp::Reverse(*severity));
        let issue = |(severity, finding)| Issue {
            term: entry.term.clone(),
            key: entry.key.clone(),
            severity,
            finding,
        };
        findings.into_iter().map(issue).collect()
    }
}
