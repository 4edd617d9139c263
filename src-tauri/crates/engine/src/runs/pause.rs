//! A run that has spent its budget pauses in place, before its next question, until somebody allows more: here, in
//! another window or in another process. It stays a running run. The database says that it waits and what it may
//! spend; what it may spend only ever grows, so that a word that arrives late or twice changes nothing.

use serde::{Deserialize, Serialize};
use specta::Type;
use sqlx::{Sqlite, Transaction};

use super::context::{Break, StageContext};
use super::live::Live;
use super::model::RunView;
use super::owner::Program;
use super::unit::Undone;
use crate::clock;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::events::Events;
use crate::logs::LogLevel;

/// What a paused run waits for: somebody who allows it to spend more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Pause {
    /// What its calls cost so far.
    #[specta(type = u32)] // a plain number: it is never NaN
    pub spent: f64,
    /// What they may cost.
    #[specta(type = u32)]
    pub budget: f64,
    /// What the settings allow a run: as much is offered on top.
    #[specta(type = u32)]
    pub again: f64,
    /// When it began to wait, UTC. Names the pause: a run may come to another.
    pub since: String,
}

/// The answer to a request to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ContinueOutcome {
    /// It goes on.
    Continued,
    /// It was not in that pause any more: somebody answered it, or the run ended or is being stopped.
    NotPaused,
}

/// The largest amount that can be allowed at once.
pub const LARGEST_BUDGET: f64 = 1e9;

impl Engine {
    /// Lets a run go on that has spent its budget: `more` may be spent from now on, or anything. `since` names the pause
    /// that this answers, so that the same answer twice allows nothing twice. Whoever owns the run goes on within a second.
    pub async fn continue_run(&self, run_id: &str, since: &str, more: Option<f64>) -> Result<ContinueOutcome> {
        if more.is_some_and(|more| !(more > 0.0 && more <= LARGEST_BUDGET)) {
            return Err(Error::InvalidSettings("budget"));
        }
        self.recover_runs().await?;
        let program = self.program();
        let mut tx = self.store().write().await?;
        let allowed = go_on(&mut tx, run_id, since, more, program).await?;
        tx.commit().await?;
        let Some(allowed) = allowed else {
            // A run that does not exist is another answer than one that does not wait.
            self.run(run_id).await?;
            return Ok(ContinueOutcome::NotPaused);
        };
        if let Some(live) = self.runs().get(run_id) {
            live.go_on(self.events(), allowed, program);
        }
        Ok(ContinueOutcome::Continued)
    }
}

impl StageContext {
    /// Waits while what the run may spend is spent. Where nobody can answer, the run ends here.
    pub(crate) async fn afford(&self) -> Result<(), Undone> {
        let live = self.live();
        let mut allowed = live.allowed();
        loop {
            let budget = *allowed.borrow_and_update();
            let spent = live.ledger().spent();
            if spent < budget {
                return Ok(());
            }
            if !self.engine().is_attended() {
                return Err(Undone::Hopeless(Error::BudgetSpent { spent, budget }));
            }
            let pause = Pause {
                spent,
                budget,
                again: live.budget(),
                since: clock::now(),
            };
            // All that wait come here; the first one pauses the run.
            if self.store_pause(&pause).await? {
                live.pause(self.engine().events(), pause);
                // Its place in the queue is free.
                self.engine().runs().wake_queue();
            }
            tokio::select! {
                () = live.token().cancelled() => return Err(Undone::Stopped),
                _ = allowed.changed() => {}
            }
        }
    }

    /// Stores that the run waits. False when it does already, or may spend more meanwhile. What calls under way have cost
    /// since it waits is noted: it is not taken from what is allowed on top.
    async fn store_pause(&self, pause: &Pause) -> Result<bool, Break> {
        let (id, json) = (self.live().id(), serde_json::to_string(pause)?);
        let mut tx = self.write().await?;
        let changed = sqlx::query!(
            "UPDATE run SET paused = ?, revision = revision + 1
             WHERE id = ? AND status = 'running' AND paused IS NULL AND allowed = ?",
            json,
            id,
            pause.budget
        )
        .execute(&mut *tx)
        .await?
        .rows_affected();
        if changed == 0 {
            sqlx::query!(
                "UPDATE run SET paused = json_set(paused, '$.spent', ?1) WHERE id = ?2 AND paused ->> 'spent' < ?1",
                pause.spent,
                id
            )
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(changed == 1)
    }
}

impl Live {
    /// Says that the run waits, unless somebody has answered already.
    fn pause(&self, events: &Events, pause: Pause) {
        let Pause { spent, budget, .. } = pause;
        self.write_log(
            LogLevel::Warn,
            format!("the budget of {budget} is spent ({spent:.4}): the run waits before its next question"),
        );
        self.update(events, |view| {
            if self.may_spend() <= budget {
                view.paused = Some(pause);
            }
        });
    }

    /// Takes in what the run may spend, and goes on if that is more than before.
    pub(super) fn go_on(&self, events: &Events, allowed: f64, by: Program) {
        if !self.allow(allowed) {
            return;
        }
        let by = match by {
            Program::App => "in the app",
            Program::CommandLine => "on the command line",
        };
        self.write_log(
            LogLevel::Info,
            if allowed.is_finite() {
                format!("goes on, as somebody said {by}: up to {allowed} in all")
            } else {
                format!("goes on, as somebody said {by}: without a limit")
            },
        );
        self.update(events, end);
    }
}

/// Ends the pause of a run, if it is in one: the time is not part of its work, nor of that of its stage.
pub(super) fn end(view: &mut RunView) {
    let Some(pause) = view.paused.take() else { return };
    let waited = clock::since(&pause.since).as_millis() as u32;
    view.suspend(waited);
}

/// Ends that pause of a run, and answers what it may spend now. Nothing if it is not in it. What was spent beyond the
/// budget, by calls that were under way, is not taken from what is allowed on top.
async fn go_on(
    tx: &mut Transaction<'_, Sqlite>,
    run_id: &str,
    since: &str,
    more: Option<f64>,
    by: Program,
) -> Result<Option<f64>> {
    let by = by.as_text();
    let row = sqlx::query!(
        "UPDATE run SET allowed = max(allowed, paused ->> 'spent') + ?, allowed_by = ?, paused = NULL,
             revision = revision + 1
         WHERE id = ? AND status = 'running' AND cancel_requested_at IS NULL AND paused ->> 'since' = ?
         RETURNING allowed",
        more,
        by,
        run_id,
        since
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| row.allowed.unwrap_or(f64::INFINITY)))
}
