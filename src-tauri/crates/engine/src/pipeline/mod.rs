//! The pipeline: what each stage reads, does and writes. A stage is a function from the generation it reads to the
//! rows it writes; the thinking is done by the pure `glossary` crate.

mod define;
mod extract;
mod files;
mod load;
mod refine;
mod review;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::logs::{Log, LogLevel};
use crate::runs::{Break, Live, RunView, Stage, StageContext};
use crate::settings::ProjectSettings;
use crate::store::generations;

/// A finished stage of a run: its result waits to become current.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Produced {
    pub(crate) stage: Stage,
    pub(crate) generation: i64,
}

/// What a stage works with.
pub(crate) struct Work<'a> {
    engine: &'a Engine,
    run: &'a RunView,
    settings: &'a ProjectSettings,
    context: &'a StageContext,
    /// Where the result goes.
    generation: i64,
    /// The generations to read from: current ones, or those of this run.
    inputs: &'a BTreeMap<Stage, i64>,
}

impl Work<'_> {
    fn input(&self, stage: Stage) -> Result<i64> {
        self.inputs.get(&stage).copied().ok_or(Error::NoInput(stage))
    }

    /// The generation behind `stage`'s: the terms of a definition are those it was made from, not newer ones.
    async fn source(&self, stage: Stage) -> Result<i64> {
        let input = stage
            .input()
            .ok_or_else(|| Error::Internal(format!("{stage:?} has no source")))?;
        generations::input(self.engine.store(), self.input(stage)?)
            .await?
            .ok_or(Error::NoInput(input))
    }

    fn info(&self, message: impl Into<String>) {
        self.context.log(LogLevel::Info, "", message);
    }
}

/// Runs the stages of a run, one after the other.
pub(crate) async fn run(engine: &Engine, live: &Arc<Live>, log: &Log) -> Result<Vec<Produced>, Break> {
    let run = live.view();
    let settings = engine.run_settings(&run.id).await?;
    let mut inputs = generations::current(engine.store(), &run.project_id).await?;
    let stages = run.scope.stages();
    // Checked before anything is begun: a range that starts in the middle needs what lies before it.
    if let Some(needed) = stages
        .first()
        .and_then(|stage| stage.input())
        .filter(|stage| !inputs.contains_key(stage))
    {
        return Err(Break::Failed(Error::NoInput(needed)));
    }
    let mut produced = Vec::new();
    for &stage in stages {
        let context = StageContext::begin(stage, live, log, engine.events());
        context.check()?;
        let input = stage.input().and_then(|stage| inputs.get(&stage).copied());
        let generation = generations::create(engine.store(), &run.project_id, &run.id, stage, input).await?;
        let work = Work {
            engine,
            run: &run,
            settings: &settings,
            context: &context,
            generation,
            inputs: &inputs,
        };
        match stage {
            Stage::Load => load::run(&work).await?,
            Stage::Extract => extract::run(&work).await?,
            Stage::Define => define::run(&work).await?,
            Stage::Review => review::run(&work).await?,
            Stage::Refine => refine::run(&work).await?,
        }
        context.check()?;
        context.complete(engine.events());
        inputs.insert(stage, generation);
        produced.push(Produced { stage, generation });
    }
    Ok(produced)
}

/// Keys of the terms that the researcher excluded.
async fn excluded(work: &Work<'_>) -> Result<HashSet<String>> {
    Ok(work
        .engine
        .excluded_keys(&work.run.project_id)
        .await?
        .into_iter()
        .collect())
}
