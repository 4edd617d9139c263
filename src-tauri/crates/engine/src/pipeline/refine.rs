//! What the review found is put right as the researcher decided, then where rules can; the rest stays visible.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use glossary::refine::{self, Rulings};
use glossary::review::identity;
use glossary::{Entry, Issue, Refined, Refinement, Resolution, Ruling};
use rayon::prelude::*;

use super::carried::Entries;
use super::model::rewrite;
use super::{Work, ask};
use crate::models::ModelSettings;
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

/// Has a model mend what rules left open.
async fn mend(
    work: &Work<'_>,
    model: &ModelSettings,
    provisional: &Entries,
    issues: &[Issue],
    outcome: Arc<Outcome>,
) -> Result<Arc<Outcome>, Break> {
    let given = &provisional.list;
    let Refinement { entries, resolutions } = &outcome.refinement;
    let shown: Vec<&Entry> = entries.iter().map(|refined| refined.entry(given)).collect();
    let questions = rewrite::questions(&shown, issues, resolutions, work.decisions, model);
    if questions.is_empty() {
        return Ok(outcome);
    }
    work.context.more(questions.len());
    let (mut entries, mut resolutions) = (entries.clone(), resolutions.clone());
    let changed = rewrite::run(work, model, given, &mut entries, &mut resolutions, questions).await?;
    let mut hashes = outcome.hashes.clone();
    for at in changed {
        hashes[at] = results::hash_entry(entries[at].entry(given), true);
    }
    Ok(Arc::new(Outcome {
        refinement: Refinement { entries, resolutions },
        hashes,
    }))
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
    let issues = Arc::clone(&unit.issues);
    let mut outcome = work.context.whole(unit).await?;
    if let Some(model) = &work.settings.model {
        outcome = mend(work, model, &provisional, &issues, outcome).await?;
    }
    let Outcome { refinement, hashes } = &*outcome;
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
