//! What a run costs when most of it was done before: the same folder again, and the folder with one other document.

use std::path::Path;
use std::time::{Duration, Instant};

use genglossary_engine::{Engine, NoSink, RunStatus, RunView, Scope, Trigger};
use serde::{Deserialize, Serialize};

/// Longer than any run that is measured.
const LIMIT: Duration = Duration::from_mins(5);
/// The time after which the modification time of a file tells a later change from this one.
const SETTLED: Duration = Duration::from_millis(200);

/// One run: its seconds, and the units that it computed and took over.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Part {
    pub(crate) wall: f64,
    pub(crate) computed: Vec<(String, u32)>,
    pub(crate) reused: u32,
}

impl Part {
    pub(crate) fn total(&self) -> u32 {
        self.computed.iter().map(|(_, units)| units).sum()
    }
}

/// Runs on one folder, one after the other.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Reuse {
    pub(crate) first: Part,
    pub(crate) same: Part,
    /// One document has another sentence.
    pub(crate) changed: Part,
    /// There is one document more, in the middle.
    pub(crate) added: Part,
    /// There is one document less.
    pub(crate) removed: Part,
    /// One document has another sentence, and the process has just been started.
    pub(crate) cold: Part,
}

impl Reuse {
    /// The runs of which each is measured several times.
    pub(crate) fn parts(&mut self) -> [&mut Part; 6] {
        [
            &mut self.first,
            &mut self.same,
            &mut self.changed,
            &mut self.added,
            &mut self.removed,
            &mut self.cold,
        ]
    }
}

const CHANGED: &str = "reports-00/0000.md";
const ADDED: &str = "reports-04/0200-b.md";
const REMOVED: &str = "reports-02/0100.md";

pub(crate) async fn run(folder: &Path, home: &Path) -> Result<Reuse, Box<dyn std::error::Error>> {
    let (changed, removed) = (folder.join(CHANGED), folder.join(REMOVED));
    let before = [std::fs::read(&changed)?, std::fs::read(&removed)?];
    let reuse = measure(folder, home).await;
    std::fs::write(changed, &before[0])?;
    std::fs::write(removed, &before[1])?;
    std::fs::remove_file(folder.join(ADDED))?;
    reuse
}

async fn measure(folder: &Path, home: &Path) -> Result<Reuse, Box<dyn std::error::Error>> {
    tokio::time::sleep(SETTLED).await;
    let engine = Engine::open(home, NoSink).await?;
    let project = engine.project_for_folder(folder).await?.id;
    let first = full(&engine, &project).await?;
    let same = full(&engine, &project).await?;
    append(&folder.join(CHANGED), "The record was read again on the next day.")?;
    let changed = settled(&engine, &project).await?;
    std::fs::copy(folder.join(CHANGED), folder.join(ADDED))?;
    append(&folder.join(ADDED), "The copy was kept beside the other records.")?;
    let added = settled(&engine, &project).await?;
    std::fs::remove_file(folder.join(REMOVED))?;
    let removed = settled(&engine, &project).await?;
    engine.close().await;
    append(&folder.join(CHANGED), "Nobody read the record on the day after.")?;
    let engine = Engine::open(home, NoSink).await?;
    let cold = settled(&engine, &project).await?;
    engine.close().await;
    Ok(Reuse {
        first,
        same,
        changed,
        added,
        removed,
        cold,
    })
}

fn append(document: &Path, sentence: &str) -> std::io::Result<()> {
    let text = std::fs::read_to_string(document)?;
    std::fs::write(document, format!("{text}\n{sentence}\n"))
}

/// A run over files whose times tell whether they change again.
async fn settled(engine: &Engine, project: &str) -> Result<Part, Box<dyn std::error::Error>> {
    tokio::time::sleep(SETTLED).await;
    full(engine, project).await
}

async fn full(engine: &Engine, project: &str) -> Result<Part, Box<dyn std::error::Error>> {
    let began = Instant::now();
    let request = uuid::Uuid::now_v7().to_string();
    let run = engine.start_run(project, Scope::Full, Trigger::User, &request).await?;
    engine.wait_until_idle(LIMIT).await;
    let wall = began.elapsed().as_secs_f64();
    let run: RunView = engine.run(&run.id).await?;
    if run.status != RunStatus::Completed {
        return Err(format!("the run ended as {:?}: {:?}", run.status, run.error).into());
    }
    if std::env::var_os("SPEED_STAGES").is_some() {
        for stage in &run.stages {
            eprintln!("{stage:?}");
        }
    }
    let computed = run
        .stages
        .iter()
        .map(|stage| (stage.stage.name().to_owned(), stage.total - stage.reused));
    Ok(Part {
        wall,
        computed: computed.collect(),
        reused: run.stages.iter().map(|stage| stage.reused).sum(),
    })
}
