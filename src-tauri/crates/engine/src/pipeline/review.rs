//! The provisional glossary is checked, entry by entry.

use std::sync::Arc;

use glossary::Finding;
use glossary::review::Reviewer;

use super::Work;
use crate::logs::LogLevel;
use crate::runs::{Break, Stage};
use crate::store::results;

pub(super) async fn run(work: &Work<'_>) -> Result<(), Break> {
    let store = work.engine.store();
    let entries = Arc::new(results::read_entries(store, work.input(Stage::Define)?).await?);
    let terms = results::read_terms(store, work.source(Stage::Define).await?).await?;
    work.context.total(entries.len());
    let reviewer = {
        let entries = Arc::clone(&entries);
        work.context
            .blocking(move || Ok(Reviewer::new(&entries, &terms)))
            .await?
    };
    let issues = work
        .context
        .units(
            Arc::clone(&entries),
            |entry| &entry.term,
            move |index, _, _| Ok(reviewer.review(index)),
        )
        .await?;
    let issues: Vec<_> = issues.into_iter().flatten().collect();
    for issue in &issues {
        work.context.log(LogLevel::Debug, &issue.term, told(&issue.finding));
    }
    work.context.check()?;
    results::write_issues(store, work.generation, &issues).await?;
    work.info(format!("{} issues in {} entries", issues.len(), entries.len()));
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
