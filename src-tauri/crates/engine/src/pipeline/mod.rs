//! The pipeline: what each stage reads, does and writes. A stage is a function from the generation it reads to the
//! rows it writes; the thinking is done by the pure `glossary` crate.

mod basis;
mod carried;
mod contexts;
mod define;
mod extract;
mod files;
mod load;
mod model;
mod refine;
mod review;
mod rules;
mod searched;

use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) use basis::{
    ANSWERS, Basis, CATEGORIES, Decisions, ENGINE, EXCLUDED, MODEL, PROMPTS, REQUIRED, SETTINGS, SYNONYMS, TRIES,
};
use carried::Carried;
pub(crate) use files::{FoundFile, is_text_name, list as list_files, look};
pub(crate) use load::{Never, text_hash, text_of};
pub(crate) use model::LARGEST_BATCH;
pub(crate) use rules::{RULED, Rules, patterns};

use crate::blocking::panicked;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::logs::{Log, LogLevel};
use crate::runs::{Break, Live, RunView, Stage, StageContext};
use crate::settings::ProjectSettings;
use crate::store::results::Alive;
use crate::store::{finished, generations};

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
    /// The generations to read from: current ones, or those of this run.
    inputs: &'a BTreeMap<Stage, i64>,
    /// What the stages of this run have in memory.
    carried: &'a Carried,
    /// As they were at the start: what is decided meanwhile is for the next run.
    decisions: &'a Decisions,
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

    /// Begins the result of `stage`.
    async fn create(&self, stage: Stage, input: Option<i64>) -> Result<i64, Break> {
        let mut tx = self.context.write().await?;
        let generation = generations::create(&mut tx, &self.run.project_id, &self.run.id, stage, input).await?;
        tx.commit().await?;
        Ok(generation)
    }

    /// Takes over the result that is made from exactly this, if there is one.
    async fn adopt(&self, stage: Stage, input: Option<i64>, basis: &Basis) -> Result<Option<i64>, Break> {
        let mut tx = self.context.write().await?;
        let (project, run) = (&self.run.project_id, &self.run.id);
        let found = finished::adopt(&mut tx, project, run, stage, input, &basis.key()).await?;
        tx.commit().await?;
        let Some(found) = found else { return Ok(None) };
        // A stage that looked at its units itself has counted them.
        if stage.input().is_some() {
            self.context.total(found.units as usize);
            self.context.reused(found.units as usize);
            self.info(format!(
                "nothing it depends on has changed: {} units reused",
                found.units
            ));
        }
        Ok(Some(found.generation))
    }

    /// Notes that the result is finished and what it was made from.
    async fn seal(&self, generation: i64, basis: &Basis) -> Result<(), Break> {
        self.context.check()?;
        let mut tx = self.context.write().await?;
        let (units, missing) = (self.context.units_in_all(), self.context.missing_items());
        finished::seal(&mut tx, generation, basis, units, &missing).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Notes which documents the run read.
    async fn note_documents(&self, hash: &str) -> Result<(), Break> {
        let mut tx = self.context.write().await?;
        sqlx::query!("UPDATE run SET documents_hash = ? WHERE id = ?", hash, self.run.id)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    fn info(&self, message: impl Into<String>) {
        self.context.log(LogLevel::Info, "", message);
    }
}

/// Asks for rows that a stage needs at its end, while it is at work.
fn ask(read: impl Future<Output = Result<Alive>> + Send + 'static) -> impl Future<Output = Result<Alive>> {
    let asked = tokio::spawn(read);
    async { asked.await.map_err(panicked)? }
}

/// Under which name the documents of a run are remembered.
const TEXTS: &str = "documents";

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
    let recall = engine.recall();
    let carried = Carried {
        earlier: recall.get(&run.project_id, TEXTS).unwrap_or_default(),
        ..Carried::default()
    };
    let decisions = engine.decisions(&run.project_id).await?;
    let threads = rayon::ThreadPoolBuilder::new()
        .thread_name(|number| format!("run-{number}"))
        .build()
        .map_err(|error| Error::Internal(error.to_string()))?;
    let threads = Arc::new(threads);
    let mut produced = Vec::new();
    for &stage in stages {
        let context = StageContext::begin(engine, stage, live, log, &threads);
        context.check()?;
        let work = Work {
            engine,
            run: &run,
            settings: &settings,
            context: &context,
            inputs: &inputs,
            carried: &carried,
            decisions: &decisions,
        };
        let made = match stage.input() {
            None => load::run(&work).await,
            Some(input) => later(&work, stage, input).await,
        };
        context.settle().await?;
        let generation = made?;
        context.check()?;
        context.complete();
        inputs.insert(stage, generation);
        produced.push(Produced { stage, generation });
    }
    if let Some(documents) = carried.known_documents().filter(|_| !engine.is_unobserved()) {
        let bytes = documents.iter().map(|document| document.document.text.len()).sum();
        recall.keep(&run.project_id, TEXTS, bytes, documents);
    }
    // Hundreds of thousands of small pieces are given back, and the end of the run need not wait for that.
    tokio::task::spawn_blocking(move || drop(carried));
    Ok(produced)
}

/// A stage that reads the result of another one: takes over what there is, or makes it.
async fn later(work: &Work<'_>, stage: Stage, input: Stage) -> Result<i64, Break> {
    let input = work.input(input)?;
    let known = finished::origin(work.engine.store(), input).await?;
    // A result of an earlier version does not say what it holds. Then it stands for itself.
    let output = known
        .and_then(|origin| origin.output)
        .unwrap_or_else(|| format!("generation {input}"));
    let basis = Basis::of_stage(stage, work.settings, work.decisions, &output)?;
    if let Some(generation) = work.adopt(stage, Some(input), &basis).await? {
        return Ok(generation);
    }
    let generation = work.create(stage, Some(input)).await?;
    match stage {
        Stage::Load | Stage::Extract => extract::run(work, generation).await?,
        Stage::Define => define::run(work, generation).await?,
        Stage::Review => review::run(work, generation).await?,
        Stage::Refine => refine::run(work, generation).await?,
    }
    work.seal(generation, &basis).await?;
    Ok(generation)
}
