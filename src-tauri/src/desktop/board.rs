//! The active runs as the desktop shows them: how many, how far, and whether one failed unseen. Pure; the clock is
//! the caller's.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use genglossary_engine::{Owner, RunStatus, RunView, StageStatus, StageView};

/// Ended runs that are remembered, so that a late word about one does not bring it back.
const REMEMBERED: usize = 64;

/// What the icon of the app shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Badge {
    /// Nothing.
    #[default]
    None,
    /// At work, nobody knows how far.
    Indeterminate,
    /// At work, so far of 100.
    Percent(u8),
    /// A run failed and nobody has looked since.
    Error,
}

/// What the desktop shows of the runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look {
    /// Active runs.
    pub runs: u32,
    /// Those among them that wait for the researcher's word.
    pub paused: u32,
    /// How far they are, of 100; nothing before there is a count.
    pub percent: Option<u8>,
    /// What the icon shows.
    pub badge: Badge,
}

/// A run that has just ended, or that waits for the researcher's word since now.
#[derive(Debug, Clone, PartialEq)]
pub struct News {
    /// The run.
    pub run: RunView,
    /// How long it was at work.
    pub lasted: Duration,
    /// No run is active any more.
    pub last: bool,
}

/// The active runs.
#[derive(Debug, Default)]
pub struct Board {
    active: HashMap<String, Active>,
    ended: VecDeque<String>,
    failed: bool,
}

#[derive(Debug)]
struct Active {
    run: RunView,
    since: Option<Instant>,
}

impl Board {
    /// Takes in the newest view of a run. Answers when that is its end, or when it begins to wait.
    pub fn observe(&mut self, run: &RunView, now: Instant) -> Option<News> {
        // Another process stops its own runs, tells of them, and keeps the machine awake for them.
        if run.owner != Owner::This {
            return None;
        }
        let known = self.active.get(&run.id);
        if self.ended.contains(&run.id) || known.is_some_and(|known| known.run.revision > run.revision) {
            return None;
        }
        let since = known.and_then(|known| known.since);
        let lasted = since.map_or(Duration::ZERO, |since| now.saturating_duration_since(since));
        if !run.status.is_final() {
            let waits = run.paused.is_some() && known.is_none_or(|known| known.run.paused != run.paused);
            let since = since.or_else(|| (run.status == RunStatus::Running).then_some(now));
            let run = run.clone();
            self.active.insert(
                run.id.clone(),
                Active {
                    run: run.clone(),
                    since,
                },
            );
            return waits.then_some(News {
                run,
                lasted,
                last: false,
            });
        }
        self.active.remove(&run.id);
        self.ended.push_back(run.id.clone());
        if self.ended.len() > REMEMBERED {
            self.ended.pop_front();
        }
        self.failed = run.status == RunStatus::Failed;
        Some(News {
            run: run.clone(),
            lasted,
            last: self.active.is_empty(),
        })
    }

    /// Somebody looks at the window. True if that changes what the icon shows.
    pub fn seen(&mut self) -> bool {
        std::mem::take(&mut self.failed)
    }

    /// Whether a run is active.
    pub fn is_active(&self) -> bool {
        !self.active.is_empty()
    }

    /// The active runs, the oldest first.
    pub fn runs(&self) -> Vec<RunView> {
        let mut runs: Vec<_> = self.active.values().map(|active| active.run.clone()).collect();
        runs.sort_by(|a, b| (&a.created_at, &a.id).cmp(&(&b.created_at, &b.id)));
        runs
    }

    /// What the desktop shows.
    pub fn look(&self) -> Look {
        let percent = percent(self.active.values().map(|active| &active.run));
        let badge = match percent {
            _ if self.failed => Badge::Error,
            Some(percent) => Badge::Percent(percent),
            None if self.is_active() => Badge::Indeterminate,
            None => Badge::None,
        };
        Look {
            runs: self.active.len() as u32,
            paused: self
                .active
                .values()
                .filter(|active| active.run.paused.is_some())
                .count() as u32,
            percent,
            badge,
        }
    }
}

/// How far the runs are together, each stage of each run counting the same. Nothing before any of them has a count.
fn percent<'a>(runs: impl Iterator<Item = &'a RunView>) -> Option<u8> {
    let (mut done, mut stages, mut counted) = (0.0, 0.0, false);
    for stage in runs.flat_map(|run| &run.stages) {
        let share = share(stage);
        counted |= share.is_some();
        done += share.unwrap_or(0.0);
        stages += 1.0;
    }
    // 100 is for the end only.
    counted.then(|| (100.0 * done / stages).min(99.0) as u8)
}

/// The part of a stage that is done.
fn share(stage: &StageView) -> Option<f64> {
    match stage.status {
        StageStatus::Completed => Some(1.0),
        _ if stage.total > 0 => Some((f64::from(stage.done) / f64::from(stage.total)).min(1.0)),
        _ => None,
    }
}

#[cfg(test)]
#[path = "board_tests.rs"]
pub(super) mod tests;
