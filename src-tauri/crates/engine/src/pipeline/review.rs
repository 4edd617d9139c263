//! The provisional glossary is checked, entry by entry.

use std::sync::Arc;

use glossary::Finding;
use glossary::review::Reviewer;

use super::{Work, ask};
use crate::logs::LogLevel;
use crate::runs::{Break, Stage};
use crate::store::results;

pub(super) async fn run(work: &Work<'_>, generation: i64) -> Result<(), Break> {
    let store = work.engine.store();
    let alive = ask(results::alive_issues(store.clone(), generation));
    let entries = work.carried.entries(store, work.input(Stage::Define)?).await?;
    let terms = work.carried.terms(store, work.source(Stage::Define).await?).await?;
    work.context.total(entries.len());
    let reviewer = {
        let entries = Arc::clone(&entries);
        work.context
            .blocking(move || Ok(Reviewer::new(&entries, &terms.list)))
            .await?
    };
    let issues = work
        .context
        .steps(
            Arc::clone(&entries),
            |entry| &entry.term,
            move |index, _, _| Ok(reviewer.review(index)),
        )
        .await?;
    let issues = Arc::new(issues.into_iter().flatten().flatten().collect::<Vec<_>>());
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
