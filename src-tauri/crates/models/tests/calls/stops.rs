//! Cancelled questions.

use std::time::{Duration, Instant};

use genglossary_model_server::{Fault, Script, When};
use genglossary_models::{Answer, Client, Limits, ModelError, Provider};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::fixture::{ask, client, failing, limits, model, prompt, start, terms, with_limits};

/// E6: from the wish to stop until the question has ended and its connection is closed.
const PROMISE: Duration = Duration::from_secs(1);

/// Keeps the promise in one of three tries: other tests may keep the machine busy.
async fn promptly(mut stop: impl AsyncFnMut() -> Duration) {
    let mut spans = Vec::new();
    while spans.len() < 3 {
        spans.push(stop().await);
        if spans.last() < Some(&PROMISE) {
            return;
        }
    }
    panic!("it took {spans:?}");
}

fn asking(client: &Client, stop: &CancellationToken) -> JoinSet<Result<Answer<Vec<String>>, ModelError>> {
    let mut asked = JoinSet::new();
    let (client, stop) = (client.clone(), stop.clone());
    asked.spawn(async move { client.ask(&model(), &prompt("用語"), &stop, terms).await });
    asked
}

/// Cancels and gives the error that follows.
async fn cancelled(
    mut asked: JoinSet<Result<Answer<Vec<String>>, ModelError>>,
    stop: &CancellationToken,
) -> ModelError {
    stop.cancel();
    let answer = asked
        .join_next()
        .await
        .expect("there is a question")
        .expect("it does not panic");
    answer.expect_err("it was cancelled")
}

/// E6: the call does not go on, neither here nor at the server.
#[tokio::test]
async fn a_cancelled_call_returns_at_once_and_closes_its_connection() {
    for fault in [Fault::Hang, Fault::HangInBody, Fault::Drip { pause_ms: 1_000 }] {
        promptly(async || {
            let server = start(failing(When::Always, vec![fault.clone()])).await;
            let stop = CancellationToken::new();
            let asked = asking(&client(Provider::OpenAi, &server), &stop);
            server.until(|counts| counts.faults == 1).await;
            let start = Instant::now();
            let error = cancelled(asked, &stop).await;
            server.until(|counts| counts.sockets == 0 && counts.open == 0).await;
            let span = start.elapsed();
            assert!(error.is_cancelled() && !error.is_final());
            assert_eq!(error.usage().calls, 1, "the model may have worked");
            assert!(error.usage().estimated && error.usage().tokens_in > 0);
            span
        })
        .await;
    }
}

#[tokio::test]
async fn a_call_that_nobody_waits_for_closes_its_connection_too() {
    let server = start(failing(When::Always, vec![Fault::Hang])).await;
    let asked = asking(&client(Provider::Ollama, &server), &CancellationToken::new());
    server.until(|counts| counts.open == 1).await;
    drop(asked);
    server.until(|counts| counts.sockets == 0 && counts.open == 0).await;
}

/// E6
#[tokio::test]
async fn a_question_that_waits_for_its_turn_is_cancelled_at_once() {
    promptly(async || {
        let server = start(failing(When::Always, vec![Fault::Hang])).await;
        let one = Limits {
            parallel: 1,
            ..limits()
        };
        let client = with_limits(Provider::OpenAi, &server, one);
        let first = asking(&client, &CancellationToken::new());
        server.until(|counts| counts.open == 1).await;
        let stop = CancellationToken::new();
        let second = asking(&client, &stop);
        tokio::task::yield_now().await;
        let start = Instant::now();
        let error = cancelled(second, &stop).await;
        let span = start.elapsed();
        assert!(error.is_cancelled());
        assert_eq!(error.usage().calls, 0, "it was never sent");
        drop(first);
        span
    })
    .await;
}

/// E6
#[tokio::test]
async fn a_question_that_waits_for_its_next_attempt_is_cancelled_at_once() {
    promptly(async || {
        let server = start(failing(When::Always, vec![Fault::Page])).await;
        let slow = Limits {
            back_off: Duration::from_mins(1),
            ..limits()
        };
        let stop = CancellationToken::new();
        let asked = asking(&with_limits(Provider::OpenAi, &server, slow), &stop);
        server.until(|counts| counts.faults == 1 && counts.open == 0).await;
        let start = Instant::now();
        let error = cancelled(asked, &stop).await;
        let span = start.elapsed();
        assert!(error.is_cancelled());
        assert_eq!(server.counts().calls, 1);
        span
    })
    .await;
}

#[tokio::test]
async fn nothing_is_sent_for_a_question_that_was_cancelled_before() {
    let server = start(Script::default()).await;
    let stop = CancellationToken::new();
    stop.cancel();
    let client = client(Provider::OpenAi, &server);
    let error = client.ask(&model(), &prompt("用語"), &stop, terms).await.unwrap_err();
    assert!(error.is_cancelled());
    assert!(server.requests().is_empty());
    ask(&client).await.expect("other questions are not meant");
}
