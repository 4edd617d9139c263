//! The pulse of an active run, waiting or at work: tells its progress, hears a stop from elsewhere, shows that its
//! process lives, and notices that the machine slept.

use std::sync::Arc;
use std::time::Duration;

use super::live::Live;
use super::model::StopReason;
use super::record::{self, Sign};
use super::suspend::Reading;
use crate::clock;
use crate::engine::Engine;

/// Progress is told this often at most.
const NEWS_EVERY: Duration = Duration::from_millis(100);
/// A stop that another process asked for is looked for this often, in beats.
const LOOK_EVERY: u32 = 3;
/// Signs of life and progress are stored this often, in beats.
const SIGN_EVERY: u32 = 10;
/// A viewer hears of a run at least this often, in beats, also when a unit takes long: silence means that nothing is
/// heard any more.
const WORD_EVERY: u32 = 50;

pub(super) async fn pulse(engine: Engine, live: Arc<Live>) {
    let run_id = live.view().id;
    let mut ticks = tokio::time::interval(NEWS_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut before = Reading::now();
    for beat in 0_u32.. {
        ticks.tick().await;
        let now = Reading::now();
        #[cfg(test)]
        let now = now.after_sleep(*engine.runs().sleep.lock().expect("no test panics with it"));
        let slept = now.slept_since(std::mem::replace(&mut before, now));
        if !slept.is_zero() {
            tracing::info!(run = run_id, ?slept, "the machine slept");
            live.slept(slept);
        }
        if beat % WORD_EVERY == WORD_EVERY - 1 {
            live.update(engine.events(), |_| {});
        }
        live.tell_news(engine.events());
        let sign = if beat % SIGN_EVERY == SIGN_EVERY - 1 || !slept.is_zero() {
            let view = live.view();
            let uses = live.ledger().totals();
            record::heartbeat(engine.store(), &run_id, &view.stages, view.suspended_ms, &uses).await
        } else if beat % LOOK_EVERY == 0 {
            record::look(engine.store(), &run_id).await
        } else {
            continue;
        };
        match sign {
            Ok(Sign::Active {
                cancel_requested_at: Some(at),
                ..
            }) => live.cancel(engine.events(), StopReason::User, &at),
            Ok(Sign::Active {
                allowed,
                allowed_by: Some(by),
                ..
            }) => live.go_on(engine.events(), allowed.unwrap_or(f64::INFINITY), by),
            Ok(Sign::Active { .. }) => {}
            // Somebody else settled the run: what it does from now on counts for nothing.
            Ok(Sign::Over) => return live.cancel(engine.events(), StopReason::Forced, &clock::now()),
            Err(error) => tracing::warn!(run = run_id, %error, "a sign of life could not be stored"),
        }
    }
}
