//! The planner: what is out of date, why, which is the smallest run that repairs it, and how long it may take.

mod estimate;
mod scan;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use specta::Type;

pub use estimate::{Estimate, Questions};
pub use scan::FileState;
pub(crate) use scan::{Scans, SeenFile};

use crate::engine::Engine;
use crate::error::Result;
use crate::models;
use crate::pipeline::{
    ANSWERS, Basis, CATEGORIES, ENGINE, EXCLUDED, MODEL, PROMPTS, REQUIRED, SETTINGS, SYNONYMS, TRIES,
};
use crate::projects::ProjectState;
use crate::reasons::Reason;
use crate::runs::{EMBEDDED, Scope, Stage};
use crate::store::finished::{self, Origin};
use crate::store::generations;

/// What would have to be done to a project, and what each run would take.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct Plan {
    /// The state of the project, the folder included.
    pub state: ProjectState,
    /// Why it is not up to date; empty when it is.
    pub reasons: Vec<Reason>,
    /// The smallest run that repairs it.
    pub scope: Option<Scope>,
    /// Whether a model is asked.
    pub asks: bool,
    /// What each scope would take.
    pub scopes: Vec<ScopePlan>,
}

/// A scope and the time it may take.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct ScopePlan {
    /// The scope.
    pub scope: Scope,
    /// Nothing without a basis: no run of this kind has finished yet.
    pub estimate: Option<Estimate>,
    /// How often it asks the project's model. Nothing without a model, or without a basis: no run has finished yet.
    pub questions: Option<Questions>,
}

/// Stages whose result is not what they would make now.
#[derive(Debug, Clone, Default)]
pub(crate) struct Staleness {
    /// In order.
    pub(crate) stages: Vec<Stage>,
    pub(crate) reasons: Vec<Reason>,
}

impl Staleness {
    fn add(&mut self, reason: Reason) {
        if !self.reasons.contains(&reason) {
            self.reasons.push(reason);
        }
    }

    /// The smallest scope that makes every stage anew that needs it.
    pub(crate) fn scope(&self) -> Option<Scope> {
        Some(match self.stages.first()? {
            Stage::Load | Stage::Extract => Scope::Full,
            Stage::Define => Scope::FromTerms,
            Stage::Review => Scope::ProvisionalToRefined,
            Stage::Refine => Scope::Refine,
        })
    }
}

impl Engine {
    /// Looks at the folder and says what a run would have to do. Reads the files that look changed.
    pub async fn plan(&self, project_id: &str) -> Result<Plan> {
        let before = self.scans().get(project_id);
        let scan = self.scan(project_id).await?;
        let changed = before.is_none_or(|before| before != scan);
        self.scans().put(project_id, scan.clone());
        let detail = self.project(project_id).await?;
        let staleness = self.staleness(project_id).await?;
        if changed && detail.active_run.is_none() {
            self.project_changed(project_id);
        }
        let scopes = [
            Scope::Full,
            Scope::FromTerms,
            Scope::ProvisionalToRefined,
            Scope::Load,
            Scope::Extract,
            Scope::Define,
            Scope::Review,
            Scope::Refine,
        ];
        let settings = self.project_settings(project_id).await?;
        let history = estimate::History::read(self.store(), project_id, settings.model.as_ref()).await?;
        let current = generations::current(self.store(), project_id).await?;
        let mut units = BTreeMap::new();
        for (stage, generation) in current {
            if let Some(origin) = finished::origin(self.store(), generation).await? {
                units.insert(stage, origin.units);
            }
        }
        let work = estimate::Work {
            documents: scan.documents,
            changed: scan.changes(),
            stale: &staleness.stages,
            terms: detail.summary.counts.terms,
            units,
        };
        let asked = match &settings.model {
            // Another model, or one with other settings, knows no answer.
            Some(_) if staleness.reasons.contains(&Reason::ModelChanged) => None,
            Some(model) => models::questions(self.store(), project_id, model).await?,
            None => None,
        };
        Ok(Plan {
            state: detail.summary.state,
            scope: staleness.scope(),
            reasons: staleness.reasons,
            asks: settings.model.is_some(),
            scopes: scopes
                .into_iter()
                .map(|scope| ScopePlan {
                    scope,
                    estimate: history.estimate(scope, &work),
                    questions: settings
                        .model
                        .as_ref()
                        .and_then(|_| work.questions(scope, asked.as_ref())),
                })
                .collect(),
        })
    }

    /// What is out of date, by what is stored and by what the last look at the folder saw.
    pub(crate) async fn staleness(&self, project_id: &str) -> Result<Staleness> {
        let mut staleness = Staleness::default();
        let current = generations::current(self.store(), project_id).await?;
        if current.is_empty() {
            staleness.stages = Stage::ALL.to_vec();
            staleness.add(Reason::NotRun);
            return Ok(staleness);
        }
        let settings = self.project_settings(project_id).await?;
        let decisions = self.decisions(project_id).await?;
        let mut outputs: BTreeMap<Stage, String> = BTreeMap::new();
        for stage in Stage::ALL {
            let known = staleness.reasons.len();
            let before = stage.input();
            let follows = before.is_some_and(|before| staleness.stages.contains(&before));
            let origin = match current.get(&stage) {
                Some(&generation) => finished::origin(self.store(), generation)
                    .await?
                    .map(|o| (generation, o)),
                None => None,
            };
            let Some((generation, origin)) = origin else {
                staleness.add(Reason::StageMissing { stage });
                staleness.stages.push(stage);
                continue;
            };
            let input = before.and_then(|before| current.get(&before).copied());
            match before {
                None => self.check_load(project_id, generation, &origin, &mut staleness).await?,
                Some(before) => {
                    let output = outputs.get(&before).cloned().unwrap_or_default();
                    let basis = Basis::of_stage(stage, &settings, &decisions, &output)?;
                    let differences = match &origin.basis {
                        Some(made_from) => made_from.differences(&basis),
                        None => vec![ENGINE],
                    };
                    // A result from before the words of the questions had a hash of their own.
                    let one_hash = |made_from: &Basis| made_from.names(MODEL) && !made_from.names(PROMPTS);
                    let one_hash = settings.model.is_some() && origin.basis.as_ref().is_some_and(one_hash);
                    for &name in &differences {
                        match name {
                            ENGINE => staleness.add(Reason::EngineChanged),
                            SETTINGS => staleness.add(Reason::SettingsChanged),
                            MODEL if one_hash => {}
                            MODEL => staleness.add(Reason::ModelChanged),
                            // Another model is asked in its own way.
                            PROMPTS if staleness.reasons.contains(&Reason::ModelChanged) => {}
                            PROMPTS => staleness.add(Reason::PromptsChanged),
                            // Without a model, or before there was one, nobody chose from them.
                            CATEGORIES if differences.contains(&MODEL) => {}
                            CATEGORIES => staleness.add(Reason::CategoriesChanged),
                            TRIES => staleness.add(Reason::DefinitionWanted),
                            // A result from before there were synonyms is one without any.
                            SYNONYMS
                                if decisions.groups.is_empty()
                                    && !origin.basis.as_ref().is_some_and(|b| b.names(SYNONYMS)) => {}
                            REQUIRED | EXCLUDED | SYNONYMS => staleness.add(Reason::TermsEdited),
                            // Most answers change nothing: what was open stays as it is and is only called settled.
                            ANSWERS if !follows && self.answers_wait(project_id).await? => {
                                staleness.add(Reason::IssuesAnswered);
                            }
                            ANSWERS => {}
                            // What it reads is out of date itself, and that is the reason.
                            _ if follows => {}
                            _ => staleness.add(Reason::Outdated { stage }),
                        }
                    }
                    if origin.input != input && !follows {
                        staleness.add(Reason::Outdated { stage });
                    }
                }
            }
            if !origin.whole && origin.basis.is_some() {
                let count = self.missing_units(generation).await?;
                staleness.add(Reason::UnitsMissing { count });
            }
            if follows || staleness.reasons.len() > known {
                staleness.stages.push(stage);
            }
            let output = origin.output.unwrap_or_else(|| format!("generation {generation}"));
            outputs.insert(stage, output);
        }
        Ok(staleness)
    }

    async fn check_load(
        &self,
        project_id: &str,
        generation: i64,
        origin: &Origin,
        staleness: &mut Staleness,
    ) -> Result<()> {
        if origin
            .basis
            .as_ref()
            .is_none_or(|basis| basis.engine() != Some(EMBEDDED))
        {
            staleness.add(Reason::EngineChanged);
        }
        // A look that compared the folder with other documents says nothing about these.
        if let Some(scan) = self
            .scans()
            .get(project_id)
            .filter(|scan| scan.load == Some(generation))
        {
            scan.reasons().into_iter().for_each(|reason| staleness.add(reason));
        }
        for reason in self.ruled(project_id, generation).await? {
            staleness.add(reason);
        }
        Ok(())
    }

    async fn missing_units(&self, generation: i64) -> Result<u32> {
        let count = sqlx::query_scalar!(
            "SELECT count(*) FROM missing_unit m JOIN generation g ON g.run_id = m.run_id AND g.stage = m.stage
             WHERE g.id = ?",
            generation
        )
        .fetch_one(self.store().reader())
        .await?;
        Ok(count as u32)
    }
}
