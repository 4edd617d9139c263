//! What the stages ask a model. A question is a unit like any other: it is asked once, whatever becomes of the run, and
//! one that got no answer is missing and can be asked again.

mod batch;
pub(super) mod check;
pub(super) mod judge;
pub(super) mod rewrite;
pub(super) mod write;

use std::marker::PhantomData;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use genglossary_models::{Client, Exchange, Fault, Model, Prompt};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::runtime::Handle;
use tokio::sync::OnceCell;

use super::Work;
use crate::engine::Engine;
use crate::error::Error;
use crate::logs::LogLevel;
use crate::models::{Asked, ModelSettings, calls};
use crate::runs::{Break, Stage, StageContext, StopFlag, Undone, Unit, from_bytes, to_bytes};
use crate::store::units::{UnitKey, UnitKeyBuilder};

pub(crate) use batch::MOST as LARGEST_BATCH;

/// Longest part of a text that is shown beside others, in characters.
const SHOWN: usize = 400;

/// The beginning of a long text, up to the end of a word where there are words.
fn shortened(text: &str) -> String {
    let Some((end, _)) = text.char_indices().nth(SHOWN) else {
        return text.to_owned();
    };
    let cut = &text[..end];
    let cut = cut.rfind(' ').filter(|at| *at > end / 2).map_or(cut, |at| &cut[..at]);
    format!("{cut}…")
}

/// An answer weighs as much in memory as so many bytes of text.
const ROOM: usize = 400;
/// So many questions in a row in which the server failed are not the questions' fault.
const HOPELESS: u32 = 12;

/// One kind of question.
pub(super) trait Question: Send + Sync + 'static {
    /// What is made of the answer.
    type Answer: Serialize + DeserializeOwned + Send + Sync + 'static;

    /// The kind of unit, with its version.
    const KIND: &'static str;
    /// The stage that asks it.
    const STAGE: Stage;

    /// What it is about.
    fn name(&self) -> &str;

    /// Tells everything that the answer depends on besides the model, in a fixed order.
    fn depends(&self, key: &mut UnitKeyBuilder);

    /// The model as it is asked this; as the project asks it, mostly.
    fn model(&self, usual: &Model) -> Model {
        usual.clone()
    }

    /// The question in words.
    fn prompt(&self) -> Prompt;

    /// The answer in the JSON of a reply, or what is wrong with it.
    fn read(&self, json: &Value) -> Result<Self::Answer, String>;

    /// Whether an answer that was kept still fits.
    fn fits(&self, answer: &Self::Answer) -> bool;

    /// The answer in a line of the log.
    fn told(&self, answer: &Self::Answer) -> String;
}

/// Questions of one kind to one model.
struct Asking<Q> {
    settings: ModelSettings,
    client: Arc<OnceCell<Client>>,
    model: Model,
    engine: Engine,
    context: StageContext,
    runtime: Handle,
    run_id: String,
    /// Questions in a row in which the server failed.
    in_vain: AtomicU32,
    kind: PhantomData<fn() -> Q>,
}

/// The calls of one question.
type Kept = Arc<Mutex<Vec<Exchange>>>;

impl<Q: Question> Asking<Q> {
    /// The client, and where it puts its calls if the researcher wants to see them.
    fn observed(&self, stop: &StopFlag) -> Result<(Client, Kept), Undone> {
        let kept = Kept::default();
        let client = self.client.get_or_try_init(|| self.engine.client(&self.settings));
        // A keychain that is locked asks the researcher first.
        let client = self.runtime.block_on(stop.token().run_until_cancelled(client));
        let client = client.ok_or(Undone::Stopped)?.map_err(Undone::Hopeless)?.clone();
        if !self.settings.keep_calls {
            return Ok((client, kept));
        }
        let put = Arc::clone(&kept);
        let tell = move |call: &Exchange| put.lock().unwrap_or_else(PoisonError::into_inner).push(call.clone());
        Ok((client.observe(Arc::new(tell)), kept))
    }

    /// Stores the calls of a question. An answer that was paid for is not lost because they could not be.
    fn keep(&self, question: &Q, kept: &Kept) {
        let calls = std::mem::take(&mut *kept.lock().unwrap_or_else(PoisonError::into_inner));
        if calls.is_empty() {
            return;
        }
        let (name, key) = (question.name(), UnitKey::of(self, question));
        for call in calls {
            let saved = calls::save(self.engine.store(), &self.run_id, Q::STAGE, name, key, &call);
            if let Err(error) = self.runtime.block_on(saved) {
                self.context
                    .log(LogLevel::Warn, name, format!("the call could not be kept: {error}"));
            }
        }
    }
}

impl<Q: Question> Unit for Asking<Q> {
    type Item = Q;
    type Output = Q::Answer;
    const KIND: &'static str = Q::KIND;
    /// An answer took long, and may have been paid for: a crash must not cost it.
    const KEPT_AFTER: Duration = Duration::from_millis(10);

    fn name<'a>(&'a self, question: &'a Q) -> &'a str {
        question.name()
    }

    fn depends(&self, question: &Q, key: &mut UnitKeyBuilder) {
        key.value(&self.settings.parameters());
        question.depends(key);
    }

    fn known(&self, questions: &[(&Q, UnitKey)]) {
        if !self.settings.keep_calls {
            return;
        }
        let known = questions.iter().map(|(question, key)| (question.name(), *key));
        let saved = calls::save_known(self.engine.store(), &self.run_id, Q::STAGE, known);
        if let Err(error) = self.runtime.block_on(saved) {
            self.context.log(
                LogLevel::Warn,
                "",
                format!("the known answers could not be kept: {error}"),
            );
        }
    }

    fn room(&self, _: &Q) -> Option<usize> {
        Some(ROOM)
    }

    fn work(&self, question: &Q, stop: &StopFlag) -> Result<Q::Answer, Undone> {
        let (prompt, model) = (question.prompt(), question.model(&self.model));
        let ledger = self.context.ledger();
        self.runtime.block_on(self.context.afford())?;
        let (client, kept) = self.observed(stop)?;
        let asked = client.ask(&model, &prompt, stop.token(), |json| question.read(json));
        let asked = self.runtime.block_on(asked);
        self.keep(question, &kept);
        let count = |usage, asked| ledger.count(Q::STAGE, usage, self.settings.cost(usage), asked);
        match asked {
            Ok(answer) => {
                self.in_vain.store(0, Ordering::Relaxed);
                let (repaired, truncated) = (answer.repaired, answer.truncated);
                count(answer.usage, Asked::Answered { repaired, truncated });
                let log = |level, text: &str| self.context.log(level, question.name(), text);
                if truncated {
                    log(
                        LogLevel::Warn,
                        "the answer broke off before its end; what came before it counts",
                    );
                }
                if repaired {
                    log(
                        LogLevel::Info,
                        "the model was shown what was wrong with its first answer",
                    );
                }
                log(LogLevel::Debug, &question.told(&answer.value));
                Ok(answer.value)
            }
            Err(error) if error.is_cancelled() => {
                count(error.usage(), Asked::Stopped);
                Err(Undone::Stopped)
            }
            Err(error) => {
                count(error.usage(), Asked::Failed);
                // What the server refuses, or answers badly, says nothing of the other questions.
                let of_server = matches!(
                    error.fault,
                    Fault::TimedOut { .. } | Fault::Overloaded | Fault::ServerFault | Fault::Broken { .. }
                );
                let in_vain = if of_server {
                    self.in_vain.fetch_add(1, Ordering::Relaxed) + 1
                } else {
                    0
                };
                let hopeless = error.is_final() || in_vain >= HOPELESS;
                let error = Error::Model(error);
                Err(if hopeless {
                    Undone::Hopeless(error)
                } else {
                    Undone::Missing(error)
                })
            }
        }
    }

    fn pack(&self, _: &Q, answer: &Q::Answer) -> Option<Vec<u8>> {
        to_bytes(answer)
    }

    fn unpack(&self, question: &Q, bytes: &[u8]) -> Option<Q::Answer> {
        from_bytes(bytes).filter(|answer| question.fits(answer))
    }
}

/// Asks questions, as many at the same time as the settings say. The answers stand in their order; nothing stands for one
/// that got none.
async fn ask<Q: Question>(
    work: &Work<'_>,
    settings: &ModelSettings,
    questions: &Arc<Vec<Q>>,
) -> Result<Vec<Option<Arc<Q::Answer>>>, Break> {
    if questions.is_empty() {
        return Ok(Vec::new());
    }
    let unit = Asking {
        client: Arc::clone(&work.carried.client),
        model: settings.model(),
        settings: settings.clone(),
        context: work.context.clone(),
        runtime: Handle::current(),
        engine: work.engine.clone(),
        run_id: work.run.id.clone(),
        in_vain: AtomicU32::new(0),
        kind: PhantomData::<fn() -> Q>,
    };
    work.info(format!(
        "{} questions to {}, {} at the same time",
        questions.len(),
        settings.model,
        settings.parallel
    ));
    let before = work.context.reused_in_all();
    let waiting = work.context.waiting(settings.parallel as usize)?;
    let answers = waiting.units(unit, Arc::clone(questions)).await;
    let cached = work.context.reused_in_all() - before;
    work.context.ledger().count_cached(Q::STAGE, cached);
    answers
}
