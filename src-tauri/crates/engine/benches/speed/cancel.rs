//! How long a stop takes, in each stage: from the request to the final status as a window is told of it.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use genglossary_engine::{Engine, Error, Event, EventSink, RunStatus, RunView, Scope, Stage, StageStatus, Trigger};
use tokio::sync::watch;

use crate::corpus::Random;

/// Stops in each stage.
const ROUNDS: usize = 9;

/// The last view that was told of any run, and when.
#[derive(Clone)]
struct Watched {
    view: watch::Sender<Option<RunView>>,
    ended: Arc<Mutex<Option<Instant>>>,
}

impl EventSink for Watched {
    fn emit(&self, event: Event) {
        if let Event::RunChanged(run) = event {
            if run.status.is_final()
                && let Ok(mut ended) = self.ended.lock()
            {
                *ended = Some(Instant::now());
            }
            self.view.send_replace(Some(*run));
        }
    }
}

/// The times of the stops in one stage, sorted.
#[derive(Debug)]
pub(crate) struct Stops {
    pub(crate) stage: Stage,
    pub(crate) times: Vec<Duration>,
}

/// Stops single-stage runs of the project of `folder`, which has results, somewhere inside of `lengths`, the seconds
/// that each stage takes.
pub(crate) async fn measure(folder: &Path, home: &Path, lengths: &[(String, f64)]) -> Result<Vec<Stops>, Error> {
    let watched = Watched {
        view: watch::Sender::new(None),
        ended: Arc::default(),
    };
    let engine = Engine::open(home, watched.clone()).await?;
    let project = engine.project_for_folder(folder).await?.id;
    let scopes = [Scope::Load, Scope::Extract, Scope::Define, Scope::Review, Scope::Refine];
    let mut all = Vec::new();
    for (scope, (_, length)) in scopes.into_iter().zip(lengths) {
        let stage = scope.stages()[0];
        let mut random = Random(stage as u64);
        let mut times = Vec::new();
        // A run that ends before the request gets to it says nothing, so there may be more of them than rounds.
        for _ in 0..ROUNDS * 3 {
            if times.len() == ROUNDS {
                break;
            }
            let inside = Duration::from_secs_f64(length * random.below(80) as f64 / 100.0);
            if let Some(time) = stop(&engine, &watched, &project, scope, inside).await? {
                times.push(time);
            }
        }
        times.sort();
        all.push(Stops { stage, times });
    }
    engine.close().await;
    Ok(all)
}

/// Stops one run `inside` after its stage began. Nothing if the run was faster.
async fn stop(
    engine: &Engine,
    watched: &Watched,
    project: &str,
    scope: Scope,
    inside: Duration,
) -> Result<Option<Duration>, Error> {
    let mut views = watched.view.subscribe();
    let run = engine
        .start_run(project, scope, Trigger::User, &uuid::Uuid::now_v7().to_string())
        .await?;
    let of_run = |view: &Option<RunView>| view.clone().filter(|view| view.id == run.id);
    let begun = |view: &Option<RunView>| {
        of_run(view).is_some_and(|view| view.status.is_final() || view.stages[0].status != StageStatus::Waiting)
    };
    let _ = views.wait_for(begun).await;
    tokio::time::sleep(inside).await;
    let asked = Instant::now();
    engine.cancel_run(&run.id).await?;
    let _ = views
        .wait_for(|view| of_run(view).is_some_and(|view| view.status.is_final()))
        .await;
    let ended = watched.ended.lock().ok().and_then(|ended| *ended);
    engine.wait_until_idle(Duration::from_mins(1)).await;
    let status = engine.run(&run.id).await?.status;
    Ok(ended
        .filter(|_| status == RunStatus::Cancelled)
        .map(|ended| ended.saturating_duration_since(asked)))
}
