//! The provisional glossary is checked: a view of the whole, then entry by entry.

use std::collections::HashSet;
use std::sync::Arc;

use glossary::review::Reviewer;
use glossary::{Finding, Issue};
use rayon::prelude::*;

use super::carried::Entries;
use super::model::check;
use super::{Work, ask};
use crate::logs::LogLevel;
use crate::runs::{Break, Stage, StopFlag, Undone, Unit};
use crate::store::results::{self, Terms};
use crate::store::units::UnitKeyBuilder;

/// An entry weighs as much as so many bytes of text.
const ROOM: usize = 100;

/// The view of the whole: the one item of this kind.
struct Whole {
    entries: Arc<Entries>,
    terms: Arc<Terms>,
}

impl Unit for Whole {
    type Item = ();
    type Output = Reviewer;
    const KIND: &'static str = "view of the whole/1";
    const KEPT: bool = false;
    const WHOLE: bool = true;

    fn depends(&self, (): &(), key: &mut UnitKeyBuilder) {
        self.entries.depend(key);
        let terms = Reviewer::reads(&self.entries.list, &self.terms.list);
        key.hashes(&terms.into_par_iter().map(results::hash_term).collect::<Vec<i64>>());
    }

    fn room(&self, (): &()) -> Option<usize> {
        Some(ROOM * self.entries.list.len())
    }

    fn work(&self, (): &(), _: &StopFlag) -> Result<Reviewer, Undone> {
        Ok(Reviewer::new(&self.entries.list, &self.terms.list))
    }
}

/// The review of one entry. An item is the index of an entry.
struct Review {
    entries: Arc<Entries>,
    reviewer: Arc<Reviewer>,
}

impl Unit for Review {
    type Item = usize;
    type Output = Vec<Issue>;
    const KIND: &'static str = "review/2";
    const KEPT: bool = false;

    fn name<'a>(&'a self, at: &'a usize) -> &'a str {
        &self.entries.list[*at].term
    }

    fn depends(&self, at: &usize, key: &mut UnitKeyBuilder) {
        let entry = &self.entries.list[*at];
        let (compared, found) = self.reviewer.depends(&self.entries.list, *at);
        key.text(&entry.key).text(&entry.term);
        if compared {
            key.hashes(&self.entries.hashes[*at..=*at]);
        }
        if !found.is_empty() {
            key.value(&found);
        }
    }

    fn room(&self, _: &usize) -> Option<usize> {
        Some(ROOM)
    }

    fn work(&self, at: &usize, _: &StopFlag) -> Result<Vec<Issue>, Undone> {
        Ok(self.reviewer.review(&self.entries.list, *at))
    }
}

pub(super) async fn run(work: &Work<'_>, generation: i64) -> Result<(), Break> {
    let store = work.engine.store();
    let alive = ask(results::alive_issues(store.clone(), generation));
    let entries = work.carried.entries(store, work.input(Stage::Define)?).await?;
    let terms = work.carried.terms(store, work.source(Stage::Define).await?).await?;
    let count = entries.list.len();
    work.context.total(1 + count);
    let whole = Whole {
        entries: Arc::clone(&entries),
        terms,
    };
    let reviewer = work.context.whole(whole).await?;
    let items = Arc::new((0..count).collect());
    let review = Review {
        entries: Arc::clone(&entries),
        reviewer,
    };
    let issues = work.context.units(review, items).await?;
    let mut issues: Vec<Vec<Issue>> = issues
        .iter()
        .map(|issues| issues.iter().flat_map(|issues| issues.iter().cloned()).collect())
        .collect();
    if let Some(model) = &work.settings.model {
        let (read, settings) = (Arc::clone(&entries), model.clone());
        let excluded: HashSet<String> = work.decisions.excluded.iter().cloned().collect();
        let (found, questions) = work
            .context
            .blocking(move || {
                let questions = check::questions(&read.list, &issues.concat(), &excluded, &settings);
                Ok((issues, questions))
            })
            .await?;
        work.context.more(questions.len());
        issues = check::run(work, model, &entries.list, found, questions).await?;
    }
    let issues = Arc::new(issues.concat());
    for issue in issues.iter() {
        work.context.log(LogLevel::Debug, &issue.term, told(&issue.finding));
    }
    work.context.check()?;
    results::write_issues(work.context, generation, alive.await?, &issues).await?;
    work.info(format!("{} issues in {count} entries", issues.len()));
    work.carried.issues.put(generation, &issues);
    Ok(())
}

fn told(finding: &Finding) -> String {
    match finding {
        Finding::Undefined { occurrences } => format!("no definition, {occurrences} occurrences"),
        Finding::Circular { path } => format!("circular definition: {}", path.join(" -> ")),
        Finding::Duplicate { others, .. } => format!("duplicate of {}", others.join(", ")),
        Finding::Contradiction { first, second } => {
            format!(
                "contradiction: {}:{} and {}:{}",
                first.document, first.line, second.document, second.line
            )
        }
        Finding::MissingRelated { related } => format!("uses {related}, which is not an entry"),
        Finding::Ungrounded { words } => format!("its sources do not say {}", words.join(", ")),
        Finding::Judged { problem, says, by, .. } => format!("{}, says {by}: {says}", problem.name()),
    }
}
