//! The provisional glossary is checked, entry by entry.

use std::sync::Arc;

use glossary::review::Reviewer;
use glossary::{Entry, Finding, Issue, Stopped};

use super::{Work, ask};
use crate::logs::LogLevel;
use crate::runs::{Break, Stage, StopFlag, Unit};
use crate::store::results;
use crate::store::units::UnitKeyBuilder;

/// An entry weighs as much as so many bytes of text.
const ROOM: usize = 100;

/// The review of one entry, after a view of the whole. An item is the index of an entry.
struct Review {
    entries: Arc<Vec<Entry>>,
    reviewer: Reviewer,
}

impl Unit for Review {
    type Item = usize;
    type Output = Vec<Issue>;
    const KIND: &'static str = "review/1";
    const KEPT: bool = false;

    fn name<'a>(&'a self, at: &'a usize) -> &'a str {
        &self.entries[*at].term
    }

    fn depends(&self, at: &usize, key: &mut UnitKeyBuilder) {
        let entry = &self.entries[*at];
        let (compared, found) = self.reviewer.depends(&self.entries, *at);
        key.text(&entry.key).text(&entry.term);
        if compared {
            key.bytes(&results::hash_entry(entry, false).to_le_bytes());
        }
        if !found.is_empty() {
            key.value(&found);
        }
    }

    fn room(&self, _: &usize) -> Option<usize> {
        Some(ROOM)
    }

    fn work(&self, at: &usize, _: &StopFlag) -> Result<Vec<Issue>, Stopped> {
        Ok(self.reviewer.review(&self.entries, *at))
    }

    fn pack(&self, _: &usize, _: &Vec<Issue>) -> Option<Vec<u8>> {
        None
    }

    fn unpack(&self, _: &usize, _: &[u8]) -> Option<Vec<Issue>> {
        None
    }
}

pub(super) async fn run(work: &Work<'_>, generation: i64) -> Result<(), Break> {
    let store = work.engine.store();
    let alive = ask(results::alive_issues(store.clone(), generation));
    let entries = work.carried.entries(store, work.input(Stage::Define)?).await?;
    let terms = work.carried.terms(store, work.source(Stage::Define).await?).await?;
    work.context.total(entries.len());
    let items = Arc::new((0..entries.len()).collect());
    let unit = {
        let entries = Arc::clone(&entries);
        work.context
            .blocking(move || {
                let reviewer = Reviewer::new(&entries, &terms.list);
                Ok(Review { entries, reviewer })
            })
            .await?
    };
    let issues = work.context.units(unit, items).await?;
    let issues = issues.iter().flatten().flat_map(|issues| issues.iter().cloned());
    let issues = Arc::new(issues.collect::<Vec<Issue>>());
    for issue in issues.iter() {
        work.context.log(LogLevel::Debug, &issue.term, told(&issue.finding));
    }
    work.context.check()?;
    results::write_issues(work.context, generation, alive.await?, &issues).await?;
    work.info(format!("{} issues in {} entries", issues.len(), entries.len()));
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
    }
}
