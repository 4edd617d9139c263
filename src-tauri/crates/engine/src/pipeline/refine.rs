//! What the review found is put right where rules can; the rest stays visible.

use glossary::{Resolution, refine};

use super::Work;
use crate::runs::{Break, Stage};
use crate::store::results;

pub(super) async fn run(work: &Work<'_>) -> Result<(), Break> {
    let store = work.engine.store();
    let provisional = work.source(Stage::Review).await?;
    let entries = results::read_entries(store, provisional).await?;
    let issues = results::read_issues(store, work.input(Stage::Review)?).await?;
    work.context.total(issues.len());
    let stop = work.context.stop().clone();
    let refinement = work
        .context
        .blocking(move || Ok(refine::refine(&entries, &issues, &stop)?))
        .await?;
    work.context.check()?;
    results::write_entries(store, work.generation, &refinement.entries, Some(provisional)).await?;
    results::write_resolutions(store, work.generation, &refinement.resolutions).await?;
    let open = refinement
        .resolutions
        .iter()
        .filter(|resolution| **resolution == Resolution::Open)
        .count();
    let resolved = refinement.resolutions.len() - open;
    work.info(format!(
        "{} entries; {resolved} issues resolved, {open} left open",
        refinement.entries.len()
    ));
    Ok(())
}
