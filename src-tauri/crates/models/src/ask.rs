//! One question from its first attempt to its answer: turns, attempts, waits, and the repair.

use std::time::{Duration, Instant};

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::client::Client;
use crate::dialect::habits::Habits;
use crate::dialect::refusal::refusal;
use crate::dialect::{Question, Reader, Reply, body, chat_url};
use crate::error::{Fault, ModelError, Wait};
use crate::exchange::Exchange;
use crate::parse::parse;
use crate::patience::back_off;
use crate::prompt::{Message, Model, Prompt, Role, Schema, check_budget, estimate_messages, estimate_tokens};
use crate::server::shown;
use crate::usage::{Answer, Usage};
use crate::wire::shorten;

/// How much of its wrong reply a model is shown, in characters.
const SHOWN_REPLY: usize = 4_000;
/// How much longer than one that failed a server is left alone that has too much to do.
const OVERLOAD_FACTOR: u32 = 4;

/// A question on its way.
pub(crate) struct Asking<'a> {
    client: &'a Client,
    model: &'a Model,
    prompt: &'a Prompt,
    stop: &'a CancellationToken,
    server: String,
    tries: u32,
    usage: Usage,
}

/// One attempt.
struct Attempt {
    outcome: Result<Reply, ModelError>,
    seen: Seen,
    exchange: Option<Exchange>,
}

/// What the server said beside its reply.
#[derive(Default)]
struct Seen {
    status: Option<u16>,
    retry_after: Option<Duration>,
    /// It has to be asked in another way, and from now on is.
    taught: bool,
}

impl<'a> Asking<'a> {
    pub(crate) fn new(client: &'a Client, model: &'a Model, prompt: &'a Prompt, stop: &'a CancellationToken) -> Self {
        let url = chat_url(&client.shared.server, &client.shared.address, &model.name);
        Self {
            client,
            model,
            prompt,
            stop,
            server: shown(&url),
            tries: client.shared.limits.tries,
            usage: Usage::default(),
        }
    }

    /// Without another attempt after one that failed.
    pub(crate) fn once(mut self) -> Self {
        self.tries = 1;
        self
    }

    pub(crate) async fn answer<T>(
        mut self,
        read: impl Fn(&Value) -> Result<T, String>,
    ) -> Result<Answer<T>, ModelError> {
        let mut messages = self.prompt.messages();
        let mut repaired = false;
        loop {
            let (reply, exchange) = self.reply(&messages).await?;
            let understood = understand(&reply, self.prompt.whole, &read);
            let error = understood.as_ref().err().cloned().map(|fault| self.error(fault));
            self.tell(exchange, error);
            match understood {
                Ok((value, truncated)) => {
                    return Ok(Answer {
                        value,
                        usage: self.usage,
                        repaired,
                        truncated,
                    });
                }
                Err(fault) => {
                    let turns = repair(&reply.text, &fault, &self.prompt.schema);
                    messages.extend(turns);
                    if repaired || self.fits(&messages).is_err() {
                        return Err(self.error(fault));
                    }
                    repaired = true;
                }
            }
        }
    }

    /// What the model says to `messages`, after as many attempts as it takes.
    async fn reply(&mut self, messages: &[Message]) -> Result<(Reply, Option<Exchange>), ModelError> {
        self.fits(messages).map_err(|fault| self.error(fault))?;
        let (mut failures, mut time_outs) = (0, 0);
        loop {
            let entered = self
                .stop
                .run_until_cancelled(self.client.shared.known.gate.enter())
                .await;
            let pass = entered.ok_or_else(|| self.error(Fault::Cancelled))?;
            let Attempt {
                outcome,
                seen,
                exchange,
            } = self.attempt(messages).await;
            let error = match outcome {
                Ok(reply) => {
                    pass.answered();
                    return Ok((reply, exchange));
                }
                Err(error) => error,
            };
            self.tell(exchange, Some(error.clone()));
            if seen.taught {
                continue;
            }
            // Calls of this client may be what is too much. Then the limit is lower now, so that this one gets its turn when
            // another is done: it did not fail.
            let overloaded = error.fault == Fault::Overloaded;
            let crowded = overloaded && pass.refused();
            if !crowded {
                failures += 1;
                // Each of these took as long as a call may take: one more is enough.
                if matches!(error.fault, Fault::TimedOut { wait, .. } if wait != Wait::Connect) {
                    time_outs += 1;
                }
                if !error.may_pass() || failures >= self.tries || time_outs == 2 {
                    return Err(self.with_usage(error));
                }
            } else if seen.retry_after.is_none() {
                continue;
            }
            let first = self.client.shared.limits.back_off * if overloaded { OVERLOAD_FACTOR } else { 1 };
            let wait = seen.retry_after.unwrap_or_else(|| back_off(first, failures));
            // The server is busy with others. Whoever waits keeps the turn: the next one would be refused as well.
            let turn = (overloaded && !crowded).then_some(pass);
            let waited = self.stop.run_until_cancelled(tokio::time::sleep(wait)).await;
            drop(turn);
            waited.ok_or_else(|| self.error(Fault::Cancelled))?;
        }
    }

    /// Asks once, and counts what that cost.
    async fn attempt(&mut self, messages: &[Message]) -> Attempt {
        let shared = &self.client.shared;
        let mut reader = Reader::new(shared.server.provider);
        let mut seen = Seen::default();
        let start = Instant::now();
        let call = self.call(messages, &mut reader, &mut seen);
        let outcome = self.stop.run_until_cancelled(call).await;
        let outcome = outcome.unwrap_or_else(|| Err(self.error(Fault::Cancelled)));
        let time = start.elapsed();
        let (tokens_in, tokens_out, text) = match &outcome {
            Ok(reply) => (reply.tokens_in, reply.tokens_out, reply.text.as_str()),
            // A model worked on what it did not refuse, also when nobody waited for the end.
            Err(error) if took_work(error) => (None, None, reader.heard()),
            Err(_) => (Some(0), Some(0), ""),
        };
        let cost = Usage {
            tokens_in: tokens_in.unwrap_or_else(|| estimate_messages(messages)),
            tokens_out: tokens_out.unwrap_or_else(|| estimate_tokens(text)),
            estimated: tokens_in.is_none() || tokens_out.is_none(),
            calls: 1,
            retries: u32::from(self.usage.calls > 0),
            time,
        };
        self.usage += cost;
        let exchange = self.client.observer.is_some().then(|| Exchange {
            model: self.model.name.clone(),
            schema: self.prompt.schema.name.clone(),
            messages: messages.into(),
            reply: match &shared.server.key {
                Some(key) => key.redact(text),
                None => text.to_owned(),
            },
            status: seen.status,
            tokens_in: cost.tokens_in,
            tokens_out: cost.tokens_out,
            estimated: cost.estimated,
            time,
            attempt: self.usage.calls,
            error: None,
        });
        Attempt {
            outcome,
            seen,
            exchange,
        }
    }

    async fn call(&self, messages: &[Message], reader: &mut Reader, seen: &mut Seen) -> Result<Reply, ModelError> {
        let shared = &self.client.shared;
        let name = &self.model.name;
        let habits = shared.known.habits(name);
        let question = Question {
            model: self.model,
            messages,
            schema: &self.prompt.schema,
            reply_tokens: if habits.thinks {
                self.model.context.saturating_sub(estimate_messages(messages))
            } else {
                self.prompt.reply_tokens
            },
        };
        let url = chat_url(&shared.server, &shared.address, name);
        let body = body(shared.server.provider, &question, habits);
        let mut incoming = shared.wire.send(&url, Some(&body)).await?;
        seen.status = Some(incoming.status);
        seen.retry_after = incoming.retry_after;
        if incoming.status != 200 {
            let reason = incoming.reason().await;
            let problem = refusal(incoming.status, &reason, name, self.model.context);
            let said = problem.said.as_deref().unwrap_or_default();
            let is_long = matches!(problem.fault, Fault::ContextTooLong { .. });
            // What is said about the length names parameters too.
            let better = habits.after(shared.server.provider, incoming.status, said);
            if let Some(better) = better.filter(|_| !is_long) {
                shared.known.learn(name, habits, better);
                seen.taught = true;
            }
            return Err(shared.wire.explain(&incoming.blank_error(), problem));
        }
        if incoming.is_page() {
            return Err(incoming.error(Fault::NotAServer));
        }
        let blank = incoming.blank_error();
        let explain = |problem| shared.wire.explain(&blank, problem);
        incoming.lines(|line| reader.line(line).map_err(explain)).await?;
        let reply = reader.finish().map_err(explain)?;
        if !reply.text.trim().is_empty() {
            return Ok(reply);
        }
        if reply.cut && !habits.thinks {
            // Thoughts count as a part of the reply, and are left out of its text.
            shared.known.learn(name, habits, Habits { thinks: true, ..habits });
            seen.taught = true;
        }
        Err(incoming.broken(if reply.cut {
            "the model thought for so long that no room was left for its answer"
        } else {
            "it is empty"
        }))
    }

    fn fits(&self, messages: &[Message]) -> Result<(), Fault> {
        let schema = estimate_tokens(&self.prompt.schema.value.to_string());
        check_budget(self.model, messages, self.prompt.reply_tokens.saturating_add(schema))
    }

    fn error(&self, fault: Fault) -> ModelError {
        self.with_usage(ModelError::new(fault, self.server.clone()))
    }

    fn with_usage(&self, mut error: ModelError) -> ModelError {
        error.usage = self.usage;
        error
    }

    fn tell(&self, exchange: Option<Exchange>, error: Option<ModelError>) {
        if let (Some(observer), Some(mut exchange)) = (&self.client.observer, exchange) {
            exchange.error = error;
            observer(&exchange);
        }
    }
}

/// Whether the model may have worked although there is no reply.
fn took_work(error: &ModelError) -> bool {
    matches!(
        error.fault,
        Fault::Cancelled | Fault::TimedOut { .. } | Fault::TooLarge { .. } | Fault::Broken { .. }
    )
}

/// The value in a reply, and whether the reply broke off. A value that has to be `whole` is none without its end.
fn understand<T>(reply: &Reply, whole: bool, read: impl Fn(&Value) -> Result<T, String>) -> Result<(T, bool), Fault> {
    let parsed = parse(&reply.text).ok_or(Fault::NoJson)?;
    if whole && parsed.truncated {
        return Err(Fault::BadReply {
            problem: "it broke off before its end; say less, so that all of it fits".to_owned(),
        });
    }
    match read(&parsed.value) {
        Ok(value) => Ok((value, parsed.truncated || reply.cut)),
        Err(problem) if parsed.truncated || reply.cut => Err(Fault::BadReply {
            problem: format!("{} (it broke off before its end)", problem.trim_end_matches('.')),
        }),
        Err(problem) => Err(Fault::BadReply {
            problem: problem.trim_end_matches('.').to_owned(),
        }),
    }
}

/// The turns that show a model its reply and what is wrong with it. With the schema, since a server that ignores it is
/// the likeliest reason.
fn repair(reply: &str, fault: &Fault, schema: &Schema) -> [Message; 2] {
    let problem = match fault {
        Fault::BadReply { problem } => problem.as_str(),
        _ => "it holds no JSON",
    };
    let wish = format!(
        "This answer cannot be used: {problem}. Give the whole answer again, as one JSON object and nothing else. It must \
         fit this JSON schema:\n{}",
        schema.value
    );
    [
        Message::new(Role::Assistant, shorten(reply, SHOWN_REPLY)),
        Message::new(Role::User, wish),
    ]
}
