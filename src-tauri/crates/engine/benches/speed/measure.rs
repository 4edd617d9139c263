//! What a run costs: measured in a process of its own, because the memory of a process never shrinks again.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use genglossary_engine::{Engine, NoSink, RunStatus, Scope, Stage, Trigger};
use serde::{Deserialize, Serialize};

/// Longer than any run that is measured.
const LIMIT: Duration = Duration::from_mins(5);

/// The cost of one full run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Cost {
    /// Seconds until the engine was open.
    pub(crate) open: f64,
    /// Seconds from the request to the end.
    pub(crate) wall: f64,
    /// Seconds on all processors, whole process.
    pub(crate) cpu: f64,
    /// Most memory that was ever resident, in bytes; nothing where the system does not tell.
    pub(crate) memory: Option<u64>,
    /// Seconds of each stage.
    pub(crate) stages: Vec<(String, f64)>,
    pub(crate) terms: u32,
    pub(crate) occurrences: u64,
    pub(crate) records: u32,
}

/// Runs this program once more with `arguments`, and reads what it prints.
pub(crate) fn child<T: for<'a> Deserialize<'a>>(arguments: &[&Path]) -> Result<T, Box<dyn std::error::Error>> {
    let output = Command::new(std::env::current_exe()?)
        .args(arguments)
        .stderr(std::process::Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("the measured process ended with {}", output.status).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// The whole pipeline on `folder`, with its results in `home`; with or without progress, log and memo.
pub(crate) async fn run(folder: &Path, home: &Path, observed: bool) -> Result<Cost, Box<dyn std::error::Error>> {
    let began = Instant::now();
    let engine = Engine::open(home, NoSink).await?;
    let open = began.elapsed().as_secs_f64();
    if !observed {
        engine.run_unobserved();
    }
    let project = engine.project_for_folder(folder).await?;
    let before = cpu();
    let began = Instant::now();
    let run = engine
        .start_run(
            &project.id,
            Scope::Full,
            Trigger::User,
            &uuid::Uuid::now_v7().to_string(),
        )
        .await?;
    engine.wait_until_idle(LIMIT).await;
    let (wall, cpu) = (began.elapsed().as_secs_f64(), cpu() - before);
    let run = engine.run(&run.id).await?;
    if run.status != RunStatus::Completed {
        return Err(format!("the run ended as {:?}: {:?}", run.status, run.error).into());
    }
    let mut stages = Vec::new();
    for stage in &run.stages {
        stages.push((
            stage.stage.name().to_owned(),
            seconds(stage.started_at.as_deref(), stage.finished_at.as_deref())?,
        ));
    }
    let memory = peak();
    let documents = crate::pages::all(0, |offset, limit| engine.list_documents(&project.id, offset, limit, "")).await?;
    let records = engine.read_log(&run.id, crate::pages::log_query(0, 1)).await?.total;
    let terms = engine
        .project(&project.id)
        .await?
        .summary
        .counts
        .terms
        .unwrap_or_default();
    engine.close().await;
    Ok(Cost {
        open,
        wall,
        cpu,
        memory,
        stages,
        terms,
        occurrences: documents
            .iter()
            .filter_map(|document| document.occurrences)
            .map(u64::from)
            .sum(),
        records,
    })
}

/// Between two times of a run.
fn seconds(from: Option<&str>, to: Option<&str>) -> Result<f64, Box<dyn std::error::Error>> {
    let time = |text: Option<&str>| {
        text.ok_or("a stage has no time")?
            .parse::<jiff::Timestamp>()
            .map_err(|e| e.to_string())
    };
    Ok(time(to)?.duration_since(time(from)?).as_secs_f64())
}

/// Seconds that all threads of this process have spent on a processor; 0 where the system does not tell.
pub(crate) fn cpu() -> f64 {
    // proc_pid_stat(5): after the name in parentheses, fields 12 and 13 are user and system time in hundredths.
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields
        .skip(11)
        .take(2)
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        / 100.0
}

/// The most memory that this process ever had resident, in bytes.
pub(crate) fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim()
        .strip_suffix(" kB")?
        .parse::<u64>()
        .ok()
        .map(|kilobytes| kilobytes * 1024)
}

/// How many processes wanted a processor in the last minute.
pub(crate) fn load() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().unwrap_or("unknown").to_owned()
}

/// The stages in order, by name.
pub(crate) fn stages() -> [&'static str; 5] {
    Stage::ALL.map(Stage::name)
}
