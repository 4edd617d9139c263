//! How long a run may take, from the runs that have finished: a range, or nothing at all.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::Result;
use crate::models::ModelSettings;
use crate::pipeline::LARGEST_BATCH;
use crate::runs::{EMBEDDED, Scope, Stage};
use crate::store::Store;

/// Stage executions that an estimate looks at, the newest ones.
const SAMPLES: i64 = 200;
/// A stage that asks about a batch of terms at a time asks about more than so many on the whole.
const SMALL_BATCH: u32 = 4;
/// The ones most like the one to come count: the nearest neighbours in the number of units.
const NEIGHBOURS: usize = 5;

/// A range of time, from similar runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Estimate {
    /// Milliseconds at least.
    pub from_ms: u32,
    /// Milliseconds at most.
    pub to_ms: u32,
    /// Stage executions that it was made from.
    pub samples: u32,
}

/// A range of questions to a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Questions {
    /// At least.
    pub from: u32,
    /// At most.
    pub to: u32,
}

/// What is known of the work to come.
#[derive(Debug)]
pub(super) struct Work<'a> {
    /// Documents in the folder.
    pub(super) documents: u32,
    /// Those among them that are new or changed.
    pub(super) changed: u32,
    /// Stages that are out of date.
    pub(super) stale: &'a [Stage],
    /// Terms of the project, once it has any.
    pub(super) terms: Option<u32>,
    /// Units that each stage took the last time.
    pub(super) units: BTreeMap<Stage, u32>,
}

/// One stage of a run that ended well.
#[derive(Debug, Clone, Copy)]
struct Sample {
    stage: Stage,
    /// Units that were computed, not taken from the memo.
    computed: u32,
    /// Documents of its run.
    documents: u32,
    milliseconds: f64,
    own: bool,
}

/// Stages that ended well, newest first.
#[derive(Debug)]
pub(super) struct History(Vec<Sample>);

impl History {
    /// `model` is what the stages ask, which another one answers at another pace.
    pub(super) async fn read(store: &Store, project_id: &str, model: Option<&ModelSettings>) -> Result<Self> {
        let engine = model.map_or(EMBEDDED.to_owned(), ModelSettings::engine);
        let model = model.map(|model| &model.model);
        let rows = sqlx::query!(
            r#"SELECT s.stage, s.total - s.reused - s.missing AS "computed!: i64", r.project_id = ?1 AS "own!: bool",
                 (julianday(s.finished_at) - julianday(s.started_at)) * 86400000.0 - s.suspended_ms AS "ms!: f64",
                 (SELECT count(*) FROM document d JOIN current_generation c ON c.generation_id = d.generation_id
                  WHERE c.project_id = r.project_id AND c.stage = 'load') AS "documents!: i64"
               FROM run r JOIN run_stage s ON s.run_id = r.id
               WHERE r.status IN ('completed', 'partial') AND s.status = 'completed'
                 AND (s.stage = 'load' OR (r.engine = ?2 AND r.model IS ?3))
               ORDER BY (r.project_id = ?1) DESC, r.id DESC LIMIT ?4"#,
            project_id,
            engine,
            model,
            SAMPLES
        )
        .fetch_all(store.reader())
        .await?;
        Ok(Self(
            rows.into_iter()
                .filter_map(|row| {
                    Some(Sample {
                        stage: Stage::from_text(&row.stage)?,
                        computed: row.computed.max(0) as u32,
                        documents: row.documents as u32,
                        milliseconds: row.ms.max(0.0),
                        own: row.own,
                    })
                })
                .collect(),
        ))
    }

    pub(super) fn estimate(&self, scope: Scope, work: &Work<'_>) -> Option<Estimate> {
        let (mut from, mut to, mut samples) = (0.0, 0.0, 0);
        let first = scope.stages().first()?;
        for &stage in scope.stages() {
            let (least, most) = work.units_of(stage, stage == *first || work.stale.contains(&stage));
            let range = self.stage(stage, least, most, work.documents)?;
            from += range.0;
            to += range.1;
            samples += range.2;
        }
        Some(Estimate {
            from_ms: from.round() as u32,
            to_ms: to.round() as u32,
            samples,
        })
    }

    /// Range of milliseconds for one stage that computes between `least` and `most` units, and the number of samples.
    fn stage(&self, stage: Stage, least: Option<u32>, most: Option<u32>, documents: u32) -> Option<(f64, f64, u32)> {
        let of_stage = || self.0.iter().filter(move |sample| sample.stage == stage);
        let (Some(least), Some(most)) = (least, most) else {
            // The project never ran: others tell what a document costs.
            let whole = of_stage().filter(|sample| sample.computed > 0 && sample.documents > 0);
            let cost = whole.map(|sample| sample.milliseconds / f64::from(sample.documents) * f64::from(documents));
            return range(cost.take(NEIGHBOURS));
        };
        let near = |units: u32| {
            let mut samples: Vec<_> = of_stage().collect();
            // Factors count, not differences: 10 units are to 20 what 100 are to 200. Its own runs come first.
            let distance = |sample: &Sample| {
                let factor = (f64::from(sample.computed) + 1.0).ln() - (f64::from(units) + 1.0).ln();
                factor.abs() + if sample.own { 0.0 } else { 1.0 }
            };
            samples.sort_by(|a, b| distance(a).total_cmp(&distance(b)));
            let cost = samples.into_iter().take(NEIGHBOURS).map(move |sample| {
                // A stage with more units takes longer in proportion; one with fewer has the same beginning and end. The
                // refinement is one unit, whatever its size.
                let factor = if stage == Stage::Refine && sample.computed > 0 && units > 0 {
                    f64::from(documents + 1) / f64::from(sample.documents + 1)
                } else {
                    f64::from(units + 1) / f64::from(sample.computed + 1)
                };
                sample.milliseconds * factor.max(0.1)
            });
            range(cost)
        };
        let (low, high) = (near(least)?, near(most)?);
        Some((low.0.min(high.0), low.1.max(high.1), low.2.max(high.2)))
    }
}

impl Work<'_> {
    /// How often a run of `scope` asks a model that was asked `before` so many times in each stage, or never.
    pub(super) fn questions(&self, scope: Scope, before: Option<&BTreeMap<Stage, u32>>) -> Option<Questions> {
        let mut all = Questions { from: 0, to: 0 };
        for stage in scope.stages().iter().filter(|stage| self.stale.contains(stage)) {
            let of_stage = match before {
                // Which of the answers still hold is not known before the documents are read.
                Some(before) => Questions {
                    from: 0,
                    to: before.get(stage).copied().unwrap_or(0),
                },
                None => self.first_questions(*stage)?,
            };
            all.from += of_stage.from;
            all.to += of_stage.to;
        }
        Some(all)
    }

    /// The questions of a stage that was never asked, about as many terms as there were the last time.
    fn first_questions(&self, stage: Stage) -> Option<Questions> {
        let terms = self.terms?;
        let (from, to) = match stage {
            Stage::Load => (0, 0),
            Stage::Extract | Stage::Review => (terms.div_ceil(LARGEST_BATCH as u32), terms.div_ceil(SMALL_BATCH)),
            // A concept of several terms is one question, and what the model leaves out is none; only what has an open issue is
            // mended.
            Stage::Define | Stage::Refine => (0, terms),
        };
        Some(Questions { from, to })
    }

    /// How many units a stage would compute, at least and at most. Nothing when the project has not run it.
    fn units_of(&self, stage: Stage, runs: bool) -> (Option<u32>, Option<u32>) {
        let Some(&all) = self.units.get(&stage) else {
            return (None, None);
        };
        if !runs || !self.stale.contains(&stage) {
            return (Some(0), Some(0));
        }
        match stage {
            // A document is visited once, or twice: for its candidates and for its occurrences.
            Stage::Load => (Some(self.changed), Some(self.changed)),
            Stage::Extract => (Some(self.changed), Some(self.changed + self.documents)),
            Stage::Define => (Some(all.saturating_sub(self.documents) + self.changed), Some(all)),
            Stage::Review => (Some(all.min(1)), Some(all)),
            Stage::Refine => (Some(all), Some(all)),
        }
    }
}

fn range(costs: impl Iterator<Item = f64>) -> Option<(f64, f64, u32)> {
    costs.fold(None, |range, cost| {
        let (low, high, count) = range.unwrap_or((cost, cost, 0));
        Some((low.min(cost), high.max(cost), count + 1))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(samples: &[(Stage, u32, f64)]) -> History {
        let sample = |&(stage, computed, milliseconds)| Sample {
            stage,
            computed,
            documents: 100,
            milliseconds,
            own: true,
        };
        History(samples.iter().map(sample).collect())
    }

    fn work<'a>(stale: &'a [Stage], units: &[(Stage, u32)]) -> Work<'a> {
        Work {
            documents: 100,
            changed: 100,
            stale,
            terms: None,
            units: units.iter().copied().collect(),
        }
    }

    #[test]
    fn without_a_finished_run_there_is_no_basis() {
        let work = work(&Stage::ALL, &[]);
        assert_eq!(history(&[]).estimate(Scope::Full, &work), None);
        let only_load = history(&[(Stage::Load, 100, 50.0)]);
        assert_eq!(only_load.estimate(Scope::Full, &work), None);
        assert!(only_load.estimate(Scope::Load, &work).is_some());
    }

    #[test]
    fn an_estimate_spans_the_similar_runs() {
        let history = history(&[
            (Stage::Define, 100, 200.0),
            (Stage::Define, 100, 300.0),
            (Stage::Define, 50, 125.0),
        ]);
        let estimate = history
            .estimate(Scope::Define, &work(&[Stage::Define], &[(Stage::Define, 100)]))
            .unwrap();
        assert_eq!((estimate.from_ms, estimate.to_ms, estimate.samples), (200, 300, 3));
    }

    #[test]
    fn a_refinement_is_one_unit_and_takes_as_long_as_there_are_documents() {
        let other = Sample {
            stage: Stage::Refine,
            computed: 1,
            documents: 10_099,
            milliseconds: 1_000.0,
            own: false,
        };
        let work = work(&[Stage::Refine], &[(Stage::Refine, 1)]);
        let estimate = History(vec![other]).estimate(Scope::Refine, &work).unwrap();
        assert_eq!((estimate.from_ms, estimate.to_ms), (100, 100), "at least a tenth");
        let near = Sample {
            documents: 201,
            ..other
        };
        let estimate = History(vec![near]).estimate(Scope::Refine, &work).unwrap();
        assert_eq!(estimate.to_ms, 500, "half as many documents");
    }

    #[test]
    fn a_stage_that_is_up_to_date_costs_next_to_nothing() {
        let history = history(&[(Stage::Refine, 1000, 2000.0), (Stage::Refine, 0, 3.0)]);
        let estimate = history
            .estimate(Scope::Refine, &work(&[], &[(Stage::Refine, 1000)]))
            .unwrap();
        assert!(estimate.to_ms <= 200, "{estimate:?}");
    }
}
