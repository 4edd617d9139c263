//! Lists of models, tests of a connection, pulls.

use std::time::{Duration, Instant};

use genglossary_model_server::{Fault, Json, Script, Spoil, When};
use genglossary_models::{Client, JsonMode, Key, Model, ModelInfo, Passed, Provider, Pull, Server};
use tokio_util::sync::CancellationToken;

use crate::fixture::{KEY, PROVIDERS, client, failing, limits, model, server_at, start};

fn with_models(names: &[&str]) -> Script {
    Script {
        models: names.iter().map(|name| (*name).to_owned()).collect(),
        key: Some(KEY.to_owned()),
        ..Script::default()
    }
}

#[tokio::test]
async fn the_list_of_models_says_what_the_server_says() {
    let server = start(with_models(&["qwen:7b", "gemma:7b"])).await;
    let stop = CancellationToken::new();
    let ollama = client(Provider::Ollama, &server).models(&stop).await.unwrap();
    let expected = ModelInfo {
        name: "gemma:7b".to_owned(),
        bytes: Some(4_683_075_272),
        parameters: Some("7.6B".to_owned()),
        quantisation: Some("Q4_K_M".to_owned()),
        context: Some(32_768),
    };
    assert_eq!(ollama[0], expected);
    assert_eq!(ollama[1].name, "qwen:7b");
    let openai = client(Provider::OpenAi, &server).models(&stop).await.unwrap();
    assert_eq!((openai[0].name.as_str(), openai[0].context), ("gemma:7b", Some(32_768)));
    let azure = client(Provider::Azure, &server).models(&stop).await.unwrap_err();
    assert_eq!(azure.code(), "unsupported");
}

#[tokio::test]
async fn a_connection_that_works_passes_the_test() {
    let stop = CancellationToken::new();
    for provider in PROVIDERS {
        for (json, mode) in [
            (Json::Schema, JsonMode::Schema),
            (Json::Object, JsonMode::Object),
            (Json::Text, JsonMode::Text),
        ] {
            let server = start(Script {
                json,
                ..with_models(&["m"])
            })
            .await;
            let check = client(provider, &server).check(&model(), &stop).await;
            assert_eq!(check.passed, Passed::Everything, "{provider:?}: {:?}", check.error);
            assert_eq!((check.json, check.error), (Some(mode), None));
            assert!(check.answer.is_some() && check.usage.calls > 0);
            assert_eq!(check.latency.is_some(), provider != Provider::Azure);
        }
    }
}

/// E10: a test says exactly what is wrong.
#[tokio::test]
async fn a_test_says_how_far_it_went_and_why_no_further() {
    let stop = CancellationToken::new();
    let gone = {
        let server = start(Script::default()).await;
        server.url()
    };
    for provider in [Provider::Ollama, Provider::OpenAi] {
        let down = Client::new(server_at(provider, gone.clone()), limits()).unwrap();
        let check = down.check(&model(), &stop).await;
        assert_eq!(check.passed, Passed::Nothing, "{check:?}");

        let server = start(Script {
            key: Some("another".to_owned()),
            ..Script::default()
        })
        .await;
        let check = client(provider, &server).check(&model(), &stop).await;
        assert_eq!((check.passed, code(&check)), (Passed::Reachable, "unauthorised"));

        let server = start(with_models(&["other"])).await;
        let check = client(provider, &server).check(&model(), &stop).await;
        assert_eq!((check.passed, code(&check)), (Passed::Authorised, "unknown_model"));

        let server = start(failing(When::Always, vec![Fault::Spoil(Spoil::Prose)])).await;
        let check = client(provider, &server).check(&model(), &stop).await;
        assert_eq!((check.passed, code(&check)), (Passed::ModelKnown, "no_json"));

        let broken = Fault::Status {
            code: 500,
            retry_after: None,
        };
        let server = start(failing(When::Always, vec![broken])).await;
        let check = client(provider, &server).check(&model(), &stop).await;
        assert_eq!((check.passed, code(&check)), (Passed::Authorised, "server_fault"));
        assert_eq!(check.usage.calls, 1, "a test tries once");
    }
}

/// E10: what answers, or what does not, is told apart, since each has another remedy.
#[tokio::test]
async fn each_way_of_not_being_a_server_has_a_name_of_its_own() {
    let stop = CancellationToken::new();
    let asks = Script {
        key: Some("another".to_owned()),
        ..Script::default()
    };
    let forbids = Script {
        forbids: Some("this address is not let in".to_owned()),
        ..Script::default()
    };
    let page = Script {
        page: true,
        ..Script::default()
    };
    for provider in PROVIDERS {
        let check = async |url: String, key: Option<Key>| {
            let server = Server {
                key,
                ..server_at(provider, url)
            };
            Client::new(server, limits()).unwrap().check(&model(), &stop).await
        };
        let key = || Key::new(KEY).ok();
        let server = start(asks.clone()).await;
        let none = check(server.url(), None).await;
        assert_eq!(
            (none.passed, code(&none)),
            (Passed::Reachable, "no_key"),
            "{provider:?}"
        );
        let wrong = check(server.url(), key()).await;
        assert_eq!((wrong.passed, code(&wrong)), (Passed::Reachable, "unauthorised"));

        let server = start(forbids.clone()).await;
        let forbidden = check(server.url(), key()).await;
        assert_eq!((forbidden.passed, code(&forbidden)), (Passed::Reachable, "forbidden"));
        assert!(forbidden.error.unwrap().to_string().contains("not let in"));

        let server = start(page.clone()).await;
        let page = check(server.url(), key()).await;
        assert_eq!(
            (page.passed, code(&page)),
            (Passed::Reachable, "not_a_server"),
            "{provider:?}"
        );

        let server = start(Script::default()).await;
        let path = check(format!("{}/wrong", server.url()), key()).await;
        assert_eq!(
            (path.passed, code(&path)),
            (Passed::Reachable, "wrong_path"),
            "{provider:?}"
        );

        let tls = check(server.url().replace("http://", "https://"), key()).await;
        assert_eq!((tls.passed, code(&tls)), (Passed::Nothing, "tls"), "{provider:?}");

        let host = check("http://no-such-host.invalid:11434".to_owned(), key()).await;
        assert_eq!(
            (host.passed, code(&host)),
            (Passed::Nothing, "unknown_host"),
            "{:?}",
            host.error
        );
    }
}

/// What is sent to a server of this machine does not leave it.
#[test]
fn a_server_of_this_machine_is_known() {
    for (url, port) in [
        ("http://localhost:11434", Some("localhost:11434")),
        ("http://127.0.0.1", Some("127.0.0.1:80")),
        ("http://[::1]:11434/", Some("[::1]:11434")),
        ("http://192.168.1.5:11434", None),
        ("https://localhost:11434", None),
    ] {
        let client = Client::new(server_at(Provider::Ollama, url), limits()).unwrap();
        assert_eq!(client.local_port().as_deref(), port, "{url}");
        assert_eq!(client.is_local(), !url.contains("192"), "{url}");
    }
}

#[tokio::test]
async fn a_model_that_was_pulled_is_one_of_the_list() {
    let server = start(Script {
        pulls: vec!["new".to_owned()],
        ..with_models(&["m"])
    })
    .await;
    let stop = CancellationToken::new();
    let client = client(Provider::Ollama, &server);
    client.pull("new", &stop, drop).await.unwrap();
    let names: Vec<_> = client
        .models(&stop)
        .await
        .unwrap()
        .into_iter()
        .map(|model| model.name)
        .collect();
    assert_eq!(names, ["m", "new"]);
}

fn code(check: &genglossary_models::Check) -> &'static str {
    check.error.as_ref().map_or("none", |error| error.code())
}

#[tokio::test]
async fn a_server_can_be_tested_before_a_model_is_chosen() {
    let server = start(with_models(&["m"])).await;
    let none = Model {
        name: String::new(),
        ..model()
    };
    let check = client(Provider::Ollama, &server)
        .check(&none, &CancellationToken::new())
        .await;
    assert_eq!((check.passed, check.error), (Passed::Authorised, None));
    assert_eq!(server.counts().calls, 0);
}

/// The proxy and the certificates of the environment are read when a client is made, so that a process of its own needs to
/// try it.
#[test]
fn a_server_on_this_machine_needs_neither_proxy_nor_certificates() {
    let tests = std::env::current_exe().unwrap();
    let outcome = std::process::Command::new(tests)
        .args(["--exact", "dialects::every_provider_answers_the_same_question"])
        .env("HTTP_PROXY", "http://127.0.0.1:9")
        .env("http_proxy", "http://127.0.0.1:9")
        .env("ALL_PROXY", "http://127.0.0.1:9")
        .env("SSL_CERT_FILE", "/nowhere")
        .env("SSL_CERT_DIR", "/nowhere")
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&outcome.stdout);
    assert!(outcome.status.success() && said.contains("1 passed"), "{said}");
}

#[tokio::test]
async fn a_pull_tells_its_progress_to_the_end() {
    let server = start(with_models(&["m"])).await;
    let mut steps: Vec<Pull> = Vec::new();
    let client = client(Provider::Ollama, &server);
    client
        .pull("m", &CancellationToken::new(), |step| steps.push(step))
        .await
        .unwrap();
    assert_eq!(steps.first().map(|step| step.status.as_str()), Some("pulling manifest"));
    assert_eq!(steps.last().map(|step| step.status.as_str()), Some("success"));
    assert!(
        steps
            .iter()
            .any(|step| (step.completed, step.total) == (2_341_537_636, 4_683_075_272))
    );
    assert!(steps.is_sorted_by_key(|step| step.completed));
}

#[tokio::test]
async fn a_model_that_cannot_be_pulled_is_unknown() {
    let server = start(with_models(&["other"])).await;
    let stop = CancellationToken::new();
    let error = client(Provider::Ollama, &server)
        .pull("m", &stop, drop)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "unknown_model", "{error}");
    let error = client(Provider::OpenAi, &server)
        .pull("m", &stop, drop)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "unsupported", "{error}");
}

#[tokio::test]
async fn a_cancelled_pull_ends_at_once_and_closes_its_connection() {
    let server = start(Script {
        pull_ms: 60_000,
        ..with_models(&["m"])
    })
    .await;
    let stop = CancellationToken::new();
    let client = client(Provider::Ollama, &server);
    let start = Instant::now();
    let pulled = client.pull("m", &stop, |_| stop.cancel()).await;
    assert!(pulled.unwrap_err().is_cancelled());
    server.until(|counts| counts.sockets == 0).await;
    assert!(start.elapsed() < Duration::from_secs(5));
}
