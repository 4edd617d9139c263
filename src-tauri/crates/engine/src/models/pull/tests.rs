//! Pulls over real sockets.

use std::time::{Duration, Instant};

use genglossary_model_server::{ModelServer, Script};

use crate::testing::{Bench, Observer};
use crate::{Error, Event, ModelProvider, ModelSettings, PullState, PullView};

async fn server(pull_ms: u64) -> ModelServer {
    let script = Script {
        models: vec!["old".to_owned()],
        pulls: vec!["new".to_owned(), "other".to_owned()],
        pull_ms,
        ..Script::default()
    };
    ModelServer::start(script).await.unwrap()
}

fn settings(server: &ModelServer, model: &str) -> ModelSettings {
    ModelSettings {
        base_url: format!("{}/", server.url()),
        model: model.to_owned(),
        ..ModelSettings::usual(ModelProvider::Ollama)
    }
}

fn told(observer: &Observer) -> Vec<PullView> {
    let pull = |event| match event {
        Event::PullChanged(pull) => Some(pull),
        _ => None,
    };
    observer.events().into_iter().filter_map(pull).collect()
}

/// The last thing that is told of the pulls of a test that has one.
async fn ended(bench: &Bench) -> PullView {
    let deadline = Instant::now() + Duration::from_secs(20);
    while Instant::now() < deadline {
        if let Some(end) = told(&bench.observer)
            .into_iter()
            .find(|pull| pull.state != PullState::Active)
        {
            let going_on = bench.engine.pulls_going_on();
            assert!(
                going_on.iter().all(|pull| pull.server != end.server),
                "what has ended does not go on"
            );
            return end;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("the pull does not end");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_tells_how_far_it_is_and_then_the_server_has_the_model() {
    let (bench, server) = (Bench::new().await, server(0).await);
    let begun = bench.engine.start_pull(settings(&server, " new ")).await.unwrap();
    assert_eq!((begun.model.as_str(), begun.state), ("new", PullState::Active));
    let end = ended(&bench).await;
    assert_eq!((end.state, &end.error), (PullState::Done, &None));
    let told = told(&bench.observer);
    assert!(told.iter().any(|pull| pull.status == "pulling manifest"), "{told:?}");
    assert!(end.total > 4e9 && (end.completed - end.total).abs() < 1.0, "{end:?}");
    let models = bench.engine.list_models(settings(&server, "")).await.unwrap();
    assert!(models.iter().any(|model| model.name == "new"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_gets_one_model_at_a_time_and_the_same_question_is_the_same_pull() {
    let (bench, server) = (Bench::new().await, server(60_000).await);
    bench.engine.start_pull(settings(&server, "new")).await.unwrap();
    let again = bench.engine.start_pull(settings(&server, "new")).await.unwrap();
    assert_eq!(again.model, "new");
    let other = bench.engine.start_pull(settings(&server, "other")).await;
    assert!(
        matches!(&other, Err(Error::PullActive { model, .. }) if model == "new"),
        "{other:?}"
    );
    assert_eq!(bench.engine.pulls_going_on().len(), 1);
    let elsewhere = self::server(0).await;
    bench.engine.start_pull(settings(&elsewhere, "new")).await.unwrap();
    assert_eq!(ended(&bench).await.state, PullState::Done, "another server has its own");
}

/// E6
#[tokio::test(flavor = "multi_thread")]
async fn a_pull_that_is_cancelled_closes_its_connection_and_did_not_fail() {
    let (bench, server) = (Bench::new().await, server(60_000).await);
    let pull = bench.engine.start_pull(settings(&server, "new")).await.unwrap();
    server.until(|counts| counts.sockets == 1).await;
    bench.engine.cancel_pull(&pull.server);
    let end = ended(&bench).await;
    assert_eq!((end.state, end.error), (PullState::Cancelled, None));
    tokio::time::timeout(Duration::from_secs(5), server.until(|counts| counts.sockets == 0))
        .await
        .expect("the socket is closed");
}

/// E10
#[tokio::test(flavor = "multi_thread")]
async fn a_pull_that_fails_says_why() {
    let (bench, server) = (Bench::new().await, server(0).await);
    bench.engine.start_pull(settings(&server, "nobody")).await.unwrap();
    let end = ended(&bench).await;
    assert_eq!(end.state, PullState::Failed);
    let error = end.error.unwrap();
    assert_eq!(
        (error.code.as_str(), error.params["model"].as_str()),
        ("model_unknown", "nobody")
    );
    let nothing = bench.engine.start_pull(settings(&server, " ")).await;
    assert!(matches!(nothing, Err(Error::InvalidSettings("model"))), "{nothing:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_the_engine_stops_its_pulls() {
    let (bench, server) = (Bench::new().await, server(60_000).await);
    bench.engine.start_pull(settings(&server, "new")).await.unwrap();
    server.until(|counts| counts.sockets == 1).await;
    bench.engine.close().await;
    tokio::time::timeout(Duration::from_secs(5), server.until(|counts| counts.sockets == 0))
        .await
        .expect("the socket is closed");
}
