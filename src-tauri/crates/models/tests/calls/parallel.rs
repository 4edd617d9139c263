//! Many questions at once.

use std::time::Duration;

use genglossary_model_server::{Fault, Json, ModelServer, RetryAfter, Script, When};
use genglossary_models::{Client, Limits, ModelError, Provider, Usage};
use tokio::task::JoinSet;

use crate::fixture::{ask, client, expected, failing, limits, start, with_limits};

/// Asks `count` times at once, and gives what all answers cost.
async fn ask_all(client: &Client, count: usize) -> Result<Usage, ModelError> {
    let mut asked = JoinSet::new();
    for _ in 0..count {
        let client = client.clone();
        asked.spawn(async move { ask(&client).await });
    }
    let mut usage = Usage::default();
    for answer in asked.join_all().await {
        let answer = answer?;
        assert_eq!(answer.value, expected());
        usage += answer.usage;
    }
    Ok(usage)
}

fn slow(parallel: Option<u32>) -> Script {
    Script {
        latency_ms: 20,
        parallel,
        ..Script::default()
    }
}

async fn most_open(server: &ModelServer, parallel: usize) -> u32 {
    let limits = Limits { parallel, ..limits() };
    let client = with_limits(Provider::OpenAi, server, limits);
    ask_all(&client, 20).await.expect("the server answers everything");
    server.counts().most_open
}

#[tokio::test]
async fn as_many_calls_are_open_as_allowed_and_no_more() {
    let server = start(slow(None)).await;
    assert_eq!(most_open(&server, 3).await, 3);
    let server = start(slow(None)).await;
    assert_eq!(most_open(&server, 1).await, 1);
}

#[tokio::test]
async fn a_server_that_allows_one_call_at_a_time_gets_one() {
    for retry_after in [None, Some(RetryAfter::Seconds(0))] {
        let server = start(Script {
            retry_after,
            ..slow(Some(1))
        })
        .await;
        let wide = Limits {
            parallel: 8,
            ..limits()
        };
        let usage = ask_all(&with_limits(Provider::Ollama, &server, wide), 40).await;
        let usage = usage.expect("nothing is given up");
        let counts = server.counts();
        assert_eq!(counts.calls, 40);
        assert_eq!(usage.retries, counts.turned_away);
        // 7 + 3 + 1 until it is known, and then a try now and again.
        assert!(counts.turned_away < 25, "{counts:?}");
    }
}

#[tokio::test]
async fn being_turned_away_for_a_while_ends_no_question() {
    let busy = Fault::Status {
        code: 503,
        retry_after: None,
    };
    let server = start(failing(When::First(6), vec![busy])).await;
    let patient = Limits {
        tries: 8,
        back_off: Duration::from_millis(1),
        ..limits()
    };
    let usage = ask_all(&with_limits(Provider::OpenAi, &server, patient), 10)
        .await
        .unwrap();
    assert_eq!((usage.calls, usage.retries), (16, 6));
}

#[tokio::test]
async fn calls_that_are_refused_together_learn_together() {
    let server = start(Script {
        json: Json::Text,
        refuses: vec!["seed".to_owned(), "max_tokens".to_owned()],
        ..slow(None)
    })
    .await;
    let wide = Limits {
        parallel: 8,
        ..limits()
    };
    let usage = ask_all(&with_limits(Provider::OpenAi, &server, wide), 16)
        .await
        .unwrap();
    assert_eq!(server.counts().calls, 16);
    assert!(
        usage.retries <= 8 * 4,
        "each of the first eight is refused once per lesson: {usage:?}"
    );
}

#[tokio::test]
async fn clones_of_a_client_share_its_limits() {
    let server = start(slow(None)).await;
    let two = Limits {
        parallel: 2,
        ..limits()
    };
    let client = with_limits(Provider::OpenAi, &server, two);
    let other = client.clone();
    let (one, two) = tokio::join!(ask_all(&client, 6), ask_all(&other, 6));
    assert!(one.is_ok() && two.is_ok());
    assert_eq!(server.counts().most_open, 2);
}

#[tokio::test]
async fn connections_are_used_again() {
    let server = start(Script::default()).await;
    let client = client(Provider::OpenAi, &server);
    for _ in 0..5 {
        ask(&client).await.unwrap();
    }
    assert_eq!(server.counts().sockets, 1);
}
