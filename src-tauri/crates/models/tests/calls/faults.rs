//! Servers and networks that fail.

use std::time::{Duration, Instant};

use genglossary_model_server::{Fault, RetryAfter, Script, Spoil, When};
use genglossary_models::{Client, Limits, ModelError, Passed, Provider, Wait};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::fixture::{KEY, PROVIDERS, ask, client, expected, failing, limits, model, server_at, start, with_limits};

/// Limits under which a server that is silent is given up soon.
fn impatient() -> Limits {
    Limits {
        first_byte: Duration::from_millis(400),
        total: Duration::from_millis(1_200),
        ..limits()
    }
}

/// Limits for a server that fails like this: where it is not about time, a busy machine has enough of it.
fn limits_for(fault: &Fault) -> Limits {
    match fault {
        Fault::Hang | Fault::HangInBody | Fault::Drip { .. } => impatient(),
        _ => limits(),
    }
}

/// The error of a server that fails always like this.
async fn error_of(provider: Provider, fault: Fault) -> ModelError {
    let limits = limits_for(&fault);
    let server = start(failing(When::Always, vec![fault])).await;
    let error = ask(&with_limits(provider, &server, limits))
        .await
        .expect_err("it always fails");
    assert!(!error.server.contains('?'), "{error}");
    error
}

fn status(code: u16) -> Fault {
    Fault::Status {
        code,
        retry_after: None,
    }
}

#[tokio::test]
async fn one_fault_of_any_kind_costs_attempts_and_no_answer() {
    for provider in PROVIDERS {
        for fault in Fault::every() {
            let server = start(failing(When::First(1), vec![fault.clone()])).await;
            let answer = ask(&with_limits(provider, &server, limits_for(&fault))).await;
            let answer = answer.unwrap_or_else(|error| panic!("{provider:?} {fault:?}: {error}"));
            // The last term of a list that broke off is not complete.
            let half = fault == Fault::Spoil(Spoil::Truncated);
            assert!(half || answer.value == expected(), "{provider:?} {fault:?}: {answer:?}");
            assert_eq!(answer.truncated, half, "{provider:?} {fault:?}");
            let (calls, retries) = (answer.usage.calls, answer.usage.retries);
            assert_eq!(calls, retries + 1, "{provider:?} {fault:?}");
        }
    }
}

#[tokio::test]
async fn a_fault_that_stays_is_told_for_what_it_is_after_the_last_attempt() {
    let bytes = limits().reply_bytes;
    let mut cases = JoinSet::new();
    for provider in [Provider::Ollama, Provider::OpenAi] {
        for (fault, code, calls) in [
            (status(500), "server_fault", 3),
            (status(502), "server_fault", 3),
            (status(503), "overloaded", 3),
            (status(429), "overloaded", 3),
            (status(400), "refused", 1),
            (status(402), "no_credit", 1),
            (Fault::CutBeforeHead, "broken", 3),
            (Fault::CutAfterHead, "broken", 3),
            (Fault::CutInBody, "broken", 3),
            (Fault::EndEarly, "broken", 3),
            (Fault::ErrorInBody, "server_fault", 3),
            (Fault::Page, "not_a_server", 3),
            (Fault::NotUtf8, "broken", 3),
            (Fault::Empty, "broken", 3),
            (Fault::Huge { bytes }, "too_large", 3),
            (Fault::Hang, "timed_out", 2),
            (Fault::HangInBody, "timed_out", 2),
            (Fault::Drip { pause_ms: 50 }, "timed_out", 2),
            (Fault::Spoil(Spoil::Prose), "no_json", 2),
            (Fault::Say("{\"words\": []}".to_owned()), "bad_reply", 2),
        ] {
            cases.spawn(async move {
                let error = error_of(provider, fault.clone()).await;
                assert_eq!(error.code(), code, "{provider:?} {fault:?}: {error}");
                assert_eq!(error.usage().calls, calls, "{provider:?} {fault:?}: {error}");
                assert_eq!(error.is_final(), code == "no_credit", "{provider:?} {fault:?}");
            });
        }
    }
    cases.join_all().await;
}

#[tokio::test]
async fn each_time_out_says_which_one_it_was() {
    for (fault, expected) in [
        (Fault::Hang, Wait::FirstByte),
        (Fault::HangInBody, Wait::Silence),
        (Fault::Drip { pause_ms: 50 }, Wait::Total),
    ] {
        let error = error_of(Provider::OpenAi, fault).await;
        let genglossary_models::Fault::TimedOut { wait, .. } = error.fault else {
            panic!("{error}");
        };
        assert_eq!(wait, expected);
    }
}

#[tokio::test]
async fn retry_after_is_waited_for_in_seconds_and_as_a_date() {
    for retry_after in [RetryAfter::Seconds(1), RetryAfter::Date(2)] {
        let fault = Fault::Status {
            code: 429,
            retry_after: Some(retry_after),
        };
        let server = start(failing(When::First(1), vec![fault])).await;
        let start = Instant::now();
        assert_eq!(ask(&client(Provider::OpenAi, &server)).await.unwrap().value, expected());
        // A date has no parts of seconds.
        assert!(start.elapsed() >= Duration::from_millis(900), "{retry_after:?}");
    }
}

/// E10: the message names the server, the status and what to do.
#[tokio::test]
async fn a_wrong_key_is_final_and_the_message_says_all_but_the_key() {
    for provider in PROVIDERS {
        let server = start(Script {
            key: Some("another".to_owned()),
            ..Script::default()
        })
        .await;
        let error = ask(&client(provider, &server)).await.unwrap_err();
        assert_eq!((error.code(), error.status), ("unauthorised", Some(401)));
        assert!(error.is_final());
        assert_eq!(server.requests().len(), 1, "it is not tried again");
        let message = error.to_string();
        assert!(message.contains(&server.url()) && message.contains("401"), "{message}");
        assert!(message.contains("Check it"), "{message}");
        assert!(message.contains("Incorrect API key provided"), "{message}");
        assert!(
            !message.contains(KEY) && !format!("{error:?}").contains(KEY),
            "{message}"
        );
    }
}

/// E10: an unknown model is told as that, and not as a wrong address.
#[tokio::test]
async fn an_unknown_model_is_final_and_named() {
    for provider in PROVIDERS {
        let server = start(Script {
            models: vec!["other".to_owned()],
            ..Script::default()
        })
        .await;
        let error = ask(&client(provider, &server)).await.unwrap_err();
        assert_eq!((error.code(), error.status), ("unknown_model", Some(404)));
        assert!(error.is_final());
        assert!(error.to_string().contains("\"m\""), "{error}");
    }
}

/// E10: a server that is down is told with its address, after as many attempts as the limits say.
#[tokio::test]
async fn a_server_that_is_down_is_unreachable() {
    let server = start(Script::default()).await;
    let url = server.url();
    drop(server);
    let client = Client::new(server_at(Provider::Ollama, url.clone()), limits()).unwrap();
    let error = ask(&client).await.unwrap_err();
    // Another test may have got the port in the meantime, and does not answer as this one.
    assert!(error.is_final(), "{error:?}");
    assert!(error.to_string().contains(&url), "{error}");
}

#[tokio::test]
async fn a_server_without_tls_is_told_as_that() {
    let server = start(Script::default()).await;
    let url = server.url().replace("http://", "https://");
    let client = Client::new(server_at(Provider::OpenAi, url), limits()).unwrap();
    let error = ask(&client).await.unwrap_err();
    assert_eq!(error.code(), "tls", "{error}");
    assert!(error.is_final());
}

#[tokio::test]
async fn an_address_of_something_else_is_told_as_that() {
    let server = start(Script::default()).await;
    let url = format!("{}/nothing/here", server.url());
    let client = Client::new(server_at(Provider::OpenAi, url), limits()).unwrap();
    let error = ask(&client).await.unwrap_err();
    assert_eq!(error.code(), "wrong_path", "{error}");
}

/// D8: who sends elsewhere gets neither the prompt nor the key there.
#[tokio::test]
async fn a_redirect_to_another_server_is_not_followed() {
    let other = start(Script::default()).await;
    let server = start(Script {
        redirect: Some(other.url()),
        ..Script::default()
    })
    .await;
    let error = ask(&client(Provider::OpenAi, &server)).await.unwrap_err();
    assert_eq!((error.code(), error.status), ("wrong_path", Some(307)));
    assert!(
        error.to_string().contains(&other.url()),
        "it says where it was sent: {error}"
    );
    assert!(other.requests().is_empty());
}

#[tokio::test]
async fn a_server_that_says_that_it_is_too_long_is_believed() {
    let sentence =
        "'max_tokens' or 'max_completion_tokens' is too large: 100. This model's maximum context length is 64 tokens.";
    let error = error_of(
        Provider::OpenAi,
        Fault::Error {
            code: 400,
            body: format!("{{\"object\":\"error\",\"message\":\"{sentence}\"}}"),
        },
    )
    .await;
    assert_eq!(error.code(), "context_too_long", "{error}");
    assert_eq!(error.usage().calls, 1, "no other way to ask makes it shorter");
}

#[tokio::test]
async fn what_does_not_fit_is_not_sent() {
    let server = start(Script::default()).await;
    let client = client(Provider::Ollama, &server);
    let stop = CancellationToken::new();
    let prompt = crate::fixture::prompt(&"用語".repeat(2_100));
    let answer = client.ask(&model(), &prompt, &stop, crate::fixture::terms).await;
    let error = answer.unwrap_err();
    assert_eq!(error.code(), "context_too_long", "{error}");
    assert_eq!(error.usage().calls, 0);
    assert!(server.requests().is_empty());
}

/// A server whose machine takes no more connections: packets go nowhere, as behind a firewall.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_connection_that_never_stands_is_given_up_after_the_time_for_it_and_tried_again() {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    // Nobody accepts: what fits into the queue stands, and what comes after it waits.
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut queue = Vec::new();
    let soon = Duration::from_millis(200);
    while let Ok(stream) = tokio::time::timeout(soon, tokio::net::TcpStream::connect(address)).await {
        queue.push(stream.unwrap());
        assert!(queue.len() < 64, "the queue has no end");
    }
    let short = Limits {
        connect: Duration::from_millis(150),
        ..limits()
    };
    let client = Client::new(server_at(Provider::OpenAi, format!("http://{address}")), short).unwrap();
    let start = Instant::now();
    let error = ask(&client).await.unwrap_err();
    let (wait, limit) = (Wait::Connect, short.connect);
    assert_eq!(error.fault, genglossary_models::Fault::TimedOut { wait, limit });
    assert_eq!(error.usage().calls, short.tries, "it may pass, and costs nothing");
    let span = start.elapsed();
    assert!(
        span >= short.connect * short.tries && span < short.first_byte,
        "{span:?}"
    );
    let check = client.check(&model(), &CancellationToken::new()).await;
    assert_eq!(check.passed, Passed::Nothing);
    assert!(error.to_string().contains(&address.to_string()), "{error}");
}
