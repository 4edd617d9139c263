//! Looks for what is wrong with a glossary: terms without a definition, definitions that lead in a circle, entries that
//! name one concept, definitions that cannot both hold, and terms that a definition uses but the glossary lacks. The
//! rules would rather miss a defect than report a false one: noise costs trust.

mod circular;
mod contradiction;
mod duplicate;
mod missing;
#[cfg(test)]
mod tests;
mod undefined;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::lexicon::{Lexicon, Token, tokens};
use crate::normalise::key;
use crate::{Entry, Finding, Issue, Severity, Term};

pub(crate) use circular::is_about_itself;

/// Reviews a glossary entry by entry. What needs a view of the whole is prepared once, in near-linear time; an entry is
/// then reviewed in time that depends on that entry alone.
#[derive(Debug)]
pub struct Reviewer {
    entries: Vec<Reviewed>,
}

/// What the review of one entry needs.
#[derive(Debug)]
struct Reviewed {
    term: String,
    key: String,
    /// The entry, when it holds definitions that may contradict each other.
    compared: Option<Entry>,
    /// Issues that take a view of the whole. What concerns several entries is filed under the first of them.
    shared: Vec<(Severity, Finding)>,
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
    let (kind, mut about) = match &issue.finding {
        Finding::Undefined { .. } => ("undefined", Vec::new()),
        Finding::Circular { path } => ("circular", path.iter().map(|term| key(term)).collect()),
        Finding::Duplicate { others, .. } => ("duplicate", others.iter().map(|term| key(term)).collect()),
        Finding::Contradiction { first, second } => ("contradiction", vec![first.quote.clone(), second.quote.clone()]),
        Finding::MissingRelated { related } => ("missing_related", vec![key(related)]),
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
    [kind, own, &about.join("\t")].join("\n")
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
    /// Prepares the review of all entries. `terms` is the list that the entries were made from, or a longer one: terms
    /// in it without an entry are what a definition may be missing.
    pub fn new(entries: &[Entry], terms: &[Term]) -> Self {
        let by_key: FxHashMap<&str, &Term> = terms.iter().map(|term| (term.key.as_str(), term)).collect();
        let definitions: Vec<Vec<Token>> = entries
            .par_iter()
            .map(|entry| entry.definition.as_deref().map_or_else(Vec::new, tokens))
            .collect();
        let mut reviewed: Vec<Reviewed> = entries
            .iter()
            .map(|entry| Reviewed {
                term: entry.term.clone(),
                key: entry.key.clone(),
                compared: contradiction::is_possible(entry).then(|| entry.clone()),
                shared: Vec::new(),
            })
            .collect();
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
            reviewed[at].shared.push((severity, finding));
        }
        Self { entries: reviewed }
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True without entries.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What the review of one entry depends on: whether its statements are compared with each other, and what the view of
    /// the whole found about it. Nothing for an index behind the end.
    pub fn depends(&self, index: usize) -> (bool, &[(Severity, Finding)]) {
        self.entries
            .get(index)
            .map_or((false, &[]), |reviewed| (reviewed.compared.is_some(), &reviewed.shared))
    }

    /// The issues of one entry, worst kind first. An issue that concerns several entries is filed under the first of
    /// them in the list. Nothing for an index behind the end.
    pub fn review(&self, index: usize) -> Vec<Issue> {
        let Some(reviewed) = self.entries.get(index) else {
            return Vec::new();
        };
        let mut findings = Vec::new();
        if let Some((first, second)) = reviewed.compared.as_ref().and_then(contradiction::find) {
            findings.push((Severity::High, Finding::Contradiction { first, second }));
        }
        findings.extend(reviewed.shared.iter().cloned());
        findings.sort_by_key(|(severity, _)| std::cmp::Reverse(*severity));
        findings
            .into_iter()
            .map(|(severity, finding)| Issue {
                term: reviewed.term.clone(),
                key: reviewed.key.clone(),
                severity,
                finding,
            })
            .collect()
    }
}
