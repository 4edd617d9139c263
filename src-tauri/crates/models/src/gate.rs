//! How many calls a server gets at the same time: as many as it is allowed, and fewer once it says that it is too much.
//!
//! Additive increase, multiplicative decrease, as TCP finds the capacity of a network (Chiu and Jain 1989, "Analysis of
//! the increase and decrease algorithms for congestion avoidance in computer networks"): a refusal halves the limit, and
//! a row of answers raises it by one. Refusals of calls that started before the last halving say nothing new. A refusal
//! right after a raise says that the raise was wrong, and each such one doubles the row that the next raise takes: a
//! server that can do one call at a time is rarely asked for two, and one that was busy for a moment soon gets more.
//!
//! Whoever asks the server joins, and says how many calls it may get. The widest of those who are there counts for all of
//! them together; what was found out about the server stays when they go.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Shortest and longest row of answers before one more call is tried.
const PATIENCE: (u32, u32) = (4, 256);

#[derive(Debug)]
pub(crate) struct Gate {
    slots: Arc<Semaphore>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// What each member allows.
    allowed: Vec<usize>,
    /// The largest of these.
    most: usize,
    limit: usize,
    /// The server has refused more than the limit.
    found_out: bool,
    open: usize,
    /// Slots that are taken away when their calls end.
    owed: usize,
    /// Answers since the limit changed.
    answers: u32,
    /// Whether that change was a raise.
    raised: bool,
    patience: u32,
    halvings: u64,
}

/// Somebody who asks the server.
#[derive(Debug)]
pub(crate) struct Member {
    gate: Arc<Gate>,
    most: usize,
}

/// The right to make a call.
#[derive(Debug)]
pub(crate) struct Pass<'a> {
    gate: &'a Gate,
    slot: Option<OwnedSemaphorePermit>,
    halvings: u64,
}

impl Default for Gate {
    /// A gate that nobody passes before somebody joined.
    fn default() -> Self {
        Self {
            slots: Arc::new(Semaphore::new(0)),
            state: Mutex::new(State {
                allowed: Vec::new(),
                most: 0,
                limit: 0,
                found_out: false,
                open: 0,
                owed: 0,
                answers: 0,
                raised: false,
                patience: PATIENCE.0,
                halvings: 0,
            }),
        }
    }
}

impl Gate {
    /// Lets `most` calls through at the same time, or as many as the widest member allows, until the member goes.
    pub(crate) fn join(self: &Arc<Self>, most: usize) -> Member {
        let most = most.min(Semaphore::MAX_PERMITS);
        let mut state = self.state();
        state.allowed.push(most);
        self.widen(&mut state);
        Member {
            gate: Arc::clone(self),
            most,
        }
    }

    /// Follows the members. A limit that was found out is kept.
    fn widen(&self, state: &mut State) {
        let Some(most) = state.allowed.iter().copied().max() else {
            return;
        };
        state.most = most;
        let limit = if state.found_out { state.limit.min(most) } else { most };
        self.set(state, limit);
    }

    fn set(&self, state: &mut State, limit: usize) {
        if limit > state.limit {
            let more = limit - state.limit;
            let kept = more.min(state.owed);
            state.owed -= kept;
            self.slots.add_permits(more - kept);
        } else {
            state.owed += state.limit - limit;
            // Slots that nobody has are taken away at once.
            state.owed -= self.slots.forget_permits(state.owed);
        }
        state.limit = limit;
    }

    /// Waits for its turn.
    pub(crate) async fn enter(&self) -> Pass<'_> {
        // The semaphore is never closed, so there always is a slot in the end.
        let slot = Arc::clone(&self.slots).acquire_owned().await.ok();
        let mut state = self.state();
        state.open += 1;
        Pass {
            gate: self,
            slot,
            halvings: state.halvings,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    fn limit(&self) -> usize {
        self.state().limit
    }
}

impl Pass<'_> {
    /// The server answered.
    pub(crate) fn answered(self) {
        let mut state = self.gate.state();
        state.answers += 1;
        if state.limit < state.most && state.answers >= state.patience {
            state.answers = 0;
            state.raised = true;
            let limit = state.limit + 1;
            state.found_out = limit < state.most;
            self.gate.set(&mut state, limit);
        }
    }

    /// The server said that it is too much. Whether other calls are open, which then may be why.
    pub(crate) fn refused(&self) -> bool {
        let mut state = self.gate.state();
        if self.halvings == state.halvings {
            let limit = (state.limit / 2).max(1);
            self.gate.set(&mut state, limit);
            state.found_out = true;
            state.halvings += 1;
            state.patience = if state.raised && state.answers < limit as u32 * 2 {
                (state.patience * 2).min(PATIENCE.1)
            } else {
                PATIENCE.0
            };
            state.raised = false;
            state.answers = 0;
        }
        state.open > 1
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        let mut state = self.gate.state();
        if let Some(at) = state.allowed.iter().position(|most| *most == self.most) {
            state.allowed.swap_remove(at);
        }
        self.gate.widen(&mut state);
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        let mut state = self.gate.state();
        state.open -= 1;
        if state.owed > 0
            && let Some(slot) = self.slot.take()
        {
            state.owed -= 1;
            slot.forget();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A gate with one member.
    fn alone(most: usize) -> (Arc<Gate>, Member) {
        let gate = Arc::new(Gate::default());
        let member = gate.join(most);
        (gate, member)
    }

    #[tokio::test]
    async fn a_refusal_halves_the_limit_once_for_all_calls_of_its_time() {
        let (gate, _member) = alone(8);
        let mut passes = Vec::new();
        for _ in 0..8 {
            passes.push(gate.enter().await);
        }
        for pass in passes {
            pass.refused();
        }
        assert_eq!(gate.limit(), 4);
        let mut passes = Vec::new();
        for _ in 0..4 {
            passes.push(gate.enter().await);
        }
        assert_eq!(
            gate.slots.available_permits(),
            0,
            "the slots of the refused calls are gone"
        );
    }

    #[tokio::test]
    async fn answers_raise_the_limit_up_to_the_most_and_not_beyond() {
        let (gate, _member) = alone(2);
        gate.enter().await.refused();
        assert_eq!(gate.limit(), 1);
        for _ in 0..100 {
            gate.enter().await.answered();
        }
        assert_eq!(gate.limit(), 2);
        assert_eq!(gate.slots.available_permits(), 2);
    }

    #[tokio::test]
    async fn the_widest_member_counts_and_what_was_found_out_stays() {
        let gate = Arc::new(Gate::default());
        let (narrow, wide) = (gate.join(2), gate.join(6));
        assert_eq!(gate.limit(), 6, "not the sum of both");
        drop(wide);
        assert_eq!(gate.limit(), 2);
        drop(narrow);
        let next = gate.join(4);
        assert_eq!((gate.limit(), gate.slots.available_permits()), (4, 4));
        gate.enter().await.refused();
        let more = gate.join(8);
        assert_eq!(gate.limit(), 2, "the server said so");
        drop((next, more));
        let _last = gate.join(8);
        assert_eq!(gate.limit(), 2);
        answers(&gate, 100).await;
        assert_eq!(gate.limit(), 8, "answers raise it again");
    }

    #[tokio::test]
    async fn what_was_found_out_stays_when_the_wide_member_goes_first() {
        let gate = Arc::new(Gate::default());
        let (wide, narrow) = (gate.join(8), gate.join(2));
        gate.enter().await.refused();
        gate.enter().await.refused();
        assert_eq!(gate.limit(), 2);
        drop(wide);
        drop(narrow);
        let _next = gate.join(8);
        assert_eq!(gate.limit(), 2, "the server said so");
        answers(&gate, 100).await;
        assert_eq!(gate.limit(), 8, "answers raise it again");
    }

    async fn answers(gate: &Gate, count: u32) {
        for _ in 0..count {
            gate.enter().await.answered();
        }
    }

    #[tokio::test]
    async fn a_server_that_was_busy_for_a_moment_soon_gets_more_again() {
        let (gate, _member) = alone(4);
        for _ in 0..10 {
            gate.enter().await.refused();
            answers(&gate, PATIENCE.0 * 4).await;
            assert_eq!(gate.limit(), 4);
        }
    }

    #[tokio::test]
    async fn a_raise_that_was_wrong_is_tried_again_ever_later() {
        let (gate, _member) = alone(4);
        gate.enter().await.refused();
        gate.enter().await.refused();
        assert_eq!(gate.limit(), 1);
        for patience in [4, 8, 16, 32] {
            answers(&gate, patience - 1).await;
            assert_eq!(gate.limit(), 1, "after {patience} answers less one");
            answers(&gate, 1).await;
            assert_eq!(gate.limit(), 2, "after {patience} answers");
            gate.enter().await.refused();
            assert_eq!(gate.limit(), 1);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_slot_is_lost_or_won_whatever_happens(steps in proptest::collection::vec(0..6_u8, 0..200)) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(async {
                let (gate, _member) = alone(6);
                let (mut passes, mut members) = (Vec::new(), Vec::new());
                for step in steps {
                    match step {
                        4 => members.push(gate.join(1 + members.len() * 3)),
                        5 => _ = members.pop(),
                        _ => {}
                    }
                    let pass = (!passes.is_empty()).then(|| passes.remove(0));
                    match (step, pass) {
                        (0, Some(pass)) => Pass::answered(pass),
                        (1, Some(pass)) => assert!(pass.refused() || passes.is_empty()),
                        (2, Some(pass)) => drop(pass),
                        (_, pass) => passes.extend(pass),
                    }
                    if gate.slots.available_permits() > 0 {
                        passes.push(gate.enter().await);
                    }
                    let most = 6.max(members.len() * 3);
                    assert!((1..=most).contains(&gate.limit()));
                }
                drop(passes);
                assert_eq!(gate.slots.available_permits(), gate.limit());
            });
        }
    }

    #[tokio::test]
    async fn one_call_at_a_time_is_always_allowed() {
        let (gate, _member) = alone(1);
        for _ in 0..10 {
            let pass = gate.enter().await;
            assert!(!pass.refused(), "nobody else is there");
        }
        assert_eq!(gate.limit(), 1);
        assert_eq!(gate.slots.available_permits(), 1);
    }
}
