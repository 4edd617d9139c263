//! What the review found is put right as the researcher decided, then where rules can; the rest stays visible.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use glossary::refine::Rulings;
use glossary::review::identity;
use glossary::{Resolution, Ruling, refine};

use super::{Work, ask};
use crate::runs::{Break, Stage};
use crate::store::results;

pub(super) async fn run(work: &Work<'_>, generation: i64) -> Result<(), Break> {
    let store = work.engine.store();
    let alive = ask(results::alive_entries(store.clone(), generation));
    let provisional = work.source(Stage::Review).await?;
    let entries = work.carried.take_entries(store, provisional).await?;
    let review = work.input(Stage::Review)?;
    let issues = work.carried.issues(store, review).await?;
    // One entry goes into another, so the glossary is refined as a whole.
    work.context.total(1);
    let stop = work.context.stop().clone();
    let (groups, answers) = (work.decisions.groups.clone(), work.decisions.rulings.clone());
    let refinement = work
        .context
        .blocking(move || {
            let answers: HashMap<String, Ruling> = answers.into_iter().collect();
            let ruled = |(at, issue)| Some((at, *answers.get(&identity(issue))?));
            let issues_ruled = if answers.is_empty() {
                BTreeMap::new()
            } else {
                issues.iter().enumerate().filter_map(ruled).collect()
            };
            let rulings = Rulings {
                groups,
                issues: issues_ruled,
            };
            Ok(refine::refine(entries, &issues, &rulings, &stop)?)
        })
        .await?;
    work.context.check()?;
    work.context.ticks(1);
    let (refined, changed) = (Arc::new(refinement.entries), Arc::new(refinement.changed));
    results::write_entries(work.context, generation, alive.await?, &refined, &changed).await?;
    results::write_resolutions(work.context, generation, review, &refinement.resolutions).await?;
    let open = refinement
        .resolutions
        .iter()
        .filter(|resolution| **resolution == Resolution::Open)
        .count();
    let resolved = refinement.resolutions.len() - open;
    work.info(format!(
        "{} entries; {resolved} issues resolved, {open} left open",
        refined.len()
    ));
    Ok(())
}
