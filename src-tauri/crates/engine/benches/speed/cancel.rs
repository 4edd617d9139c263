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

/// Stops first runs over `folder` inside of each stage, somewhere in `lengths`, the seconds that each stage takes. Every
/// run has a home of its own below `work`: what another one had finished would be taken over.
pub(crate) async fn measure(folder: &Path, work: &Path, lengths: &[(String, f64)]) -> Result<Vec<Stops>, Error> {
    let mut all = Vec::new();
    for (at, (stage, (_, length))) in Stage::ALL.into_iter().zip(lengths).enumerate() {
        let mut random = Random(at as u64);
        let mut times = Vec::new();
        // A run that leaves the stage before the request gets to it says nothing, so there may be more of them than rounds.
        for round in 0..ROUNDS * 4 {
            if times.len() == ROUNDS {
                break;
            }
            let inside = Duration::from_secs_f64(length * random.below(80) as f64 / 100.0);
            let home = work.join(format!("stop-{}-{round}", stage.name()));
            if let Some(time) = stop(folder, &home, at, inside).await? {
                times.push(time);
            }
            let _ = std::fs::remove_dir_all(home);
        }
        times.sort();
        all.push(Stops { stage, times });
    }
    Ok(all)
}

/// Stops a first run `inside` after its stage number `at` began. Nothing if the stop came after the stage.
async fn stop(folder: &Path, home: &Path, at: usize, inside: Duration) -> Result<Option<Duration>, Error> {
    let watched = Watched {
        view: watch::Sender::new(None),
        ended: Arc::default(),
    };
    let engine = Engine::open(home, watched.clone()).await?;
    let project = engine.project_for_folder(folder).await?.id;
    let mut views = watched.view.subscribe();
    let request = uuid::Uuid::now_v7().to_string();
    let run = engine.start_run(&project, Scope::Full, Trigger::User, &request).await?;
    let of_run = |view: &Option<RunView>| view.clone().filter(|view| view.id == run.id);
    let begun = |view: &Option<RunView>| {
        of_run(view).is_some_and(|view| view.status.is_final() || view.stages[at].status != StageStatus::Waiting)
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
    let run = engine.run(&run.id).await?;
    engine.close().await;
    let stopped = run.status == RunStatus::Cancelled && run.stages[at].status == StageStatus::Cancelled;
    Ok(ended
        .filter(|_| stopped)
        .map(|ended| ended.saturating_duration_since(asked)))
}
