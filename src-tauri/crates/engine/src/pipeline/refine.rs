//! What the review found is put right as the researcher decided, then where rules can; the rest stays visible.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use glossary::refine::{self, Rulings};
use glossary::review::identity;
use glossary::{Entry, Issue, Refined, Refinement, Resolution, Ruling};
use rayon::prelude::*;

use super::carried::Entries;
use super::{Work, ask};
use crate::runs::{Break, Stage, StopFlag, Undone, Unit};
use crate::store::results;
use crate::store::units::UnitKeyBuilder;

/// An entry weighs as much as so many bytes of text.
const ROOM: usize = 400;

/// The refinement of the whole glossary, where one entry may go into another: the one item of this kind.
struct Refine {
    entries: Arc<Entries>,
    issues: Arc<Vec<Issue>>,
    groups: Vec<Vec<String>>,
    answers: Vec<(String, Ruling)>,
}

struct Outcome {
    refinement: Refinement,
    /// A hash of each entry and of whether it has changed.
    hashes: Vec<i64>,
}

impl Refine {
    /// What was answered to issues, by their places.
    fn ruled(&self) -> BTreeMap<usize, Ruling> {
        if self.answers.is_empty() {
            return BTreeMap::new();
        }
        let answers: HashMap<&str, Ruling> = self.answers.iter().map(|(of, ruling)| (&**of, *ruling)).collect();
        let ruled = |(at, issue)| Some((at, *answers.get(&*identity(issue))?));
        self.issues.iter().enumerate().filter_map(ruled).collect()
    }
}

impl Unit for Refine {
    type Item = ();
    type Output = Outcome;
    const KIND: &'static str = "refinement/1";
    const KEPT: bool = false;
    const WHOLE: bool = true;

    fn depends(&self, (): &(), key: &mut UnitKeyBuilder) {
        self.entries.depend(key);
        key.value(&*self.issues).value(&self.groups).value(&self.answers);
    }

    fn room(&self, (): &()) -> Option<usize> {
        Some(ROOM * self.entries.list.len())
    }

    fn work(&self, (): &(), stop: &StopFlag) -> Result<Outcome, Undone> {
        let rulings = Rulings {
            groups: self.groups.clone(),
            issues: self.ruled(),
        };
        let Entries { list, hashes } = &*self.entries;
        let refinement = refine::refine(list, &self.issues, &rulings, stop)?;
        let hash = |refined: &Refined| match refined {
            Refined::Same(at) => hashes[*at],
            Refined::Other { entry, changed } => results::hash_entry(entry, *changed),
        };
        Ok(Outcome {
            hashes: refinement.entries.par_iter().map(hash).collect(),
            refinement,
        })
    }
}

pub(super) async fn run(work: &Work<'_>, generation: i64) -> Result<(), Break> {
    let store = work.engine.store();
    let alive = ask(results::alive_entries(store.clone(), generation));
    let review = work.input(Stage::Review)?;
    let provisional = work.carried.entries(store, work.source(Stage::Review).await?).await?;
    let unit = Refine {
        entries: Arc::clone(&provisional),
        issues: work.carried.issues(store, review).await?,
        groups: work.decisions.groups.clone(),
        answers: work.decisions.rulings.clone(),
    };
    work.context.total(1);
    let refined = work.context.whole(unit).await?;
    let Outcome { refinement, hashes } = &*refined;
    work.context.check()?;
    let entries = refinement.entries.iter();
    let entries: Vec<(&Entry, bool)> = entries
        .map(|refined| (refined.entry(&provisional.list), refined.is_changed()))
        .collect();
    results::write_entries(work.context, generation, alive.await?, &entries, hashes).await?;
    results::write_resolutions(work.context, generation, review, &refinement.resolutions).await?;
    let open = refinement
        .resolutions
        .iter()
        .filter(|resolution| **resolution == Resolution::Open)
        .count();
    let resolved = refinement.resolutions.len() - open;
    work.info(format!(
        "{} entries; {resolved} issues resolved, {open} left open",
        entries.len()
    ));
    Ok(())
}
