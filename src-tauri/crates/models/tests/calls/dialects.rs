//! The same question to every kind of server.

use genglossary_model_server::{Json, Script};
use genglossary_models::{JsonMode, Provider};
use serde_json::{Value, json};

use crate::fixture::{KEY, PROVIDERS, ask, client, expected, start};

fn body(request: &genglossary_model_server::Request) -> Value {
    serde_json::from_str(&request.body).expect("the client sends JSON")
}

#[tokio::test]
async fn every_provider_answers_the_same_question() {
    for provider in PROVIDERS {
        let server = start(Script::default()).await;
        let answer = ask(&client(provider, &server)).await.unwrap();
        assert_eq!(answer.value, expected(), "{provider:?}");
        assert!(!answer.repaired && !answer.truncated);
        assert_eq!((answer.usage.calls, answer.usage.retries), (1, 0));
        assert!(answer.usage.tokens_in > 0 && answer.usage.tokens_out > 0);
        assert!(!answer.usage.estimated, "{provider:?} counts its tokens");
    }
}

#[tokio::test]
async fn ollama_is_told_schema_seed_and_the_room_for_the_context() {
    let server = start(Script::default()).await;
    ask(&client(Provider::Ollama, &server)).await.unwrap();
    let request = &server.requests()[0];
    assert_eq!(request.path, "/api/chat");
    let body = body(request);
    assert_eq!(body["format"]["type"], "object");
    assert_eq!(body["options"]["num_ctx"], 4096);
    assert_eq!(body["options"]["num_predict"], 100);
    assert_eq!(body["options"]["seed"], 7);
    assert_eq!(body["keep_alive"], "600s");
    assert_eq!(body["stream"], true);
}

#[tokio::test]
async fn azure_has_the_model_in_its_path_and_the_key_in_its_own_header() {
    let server = start(Script {
        key: Some(KEY.to_owned()),
        ..Script::default()
    })
    .await;
    ask(&client(Provider::Azure, &server)).await.unwrap();
    let request = &server.requests()[0];
    assert_eq!(
        request.path,
        "/openai/deployments/m/chat/completions?api-version=2024-10-21"
    );
    assert!(request.headers.contains(&("api-key".to_owned(), KEY.to_owned())));
}

/// D8: the key goes into its header, and nothing else that is sent holds it or says where the server is.
#[tokio::test]
async fn no_body_and_no_path_holds_the_key_or_the_host() {
    for provider in PROVIDERS {
        let server = start(Script::default()).await;
        ask(&client(provider, &server)).await.unwrap();
        for request in server.requests() {
            for secret in [KEY, "127.0.0.1"] {
                assert!(
                    !request.body.contains(secret) && !request.path.contains(secret),
                    "{provider:?}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_server_that_does_not_stream_or_count_answers_too() {
    let server = start(Script {
        stream: false,
        counts_tokens: false,
        ..Script::default()
    })
    .await;
    let answer = ask(&client(Provider::OpenAi, &server)).await.unwrap();
    assert_eq!(answer.value, expected());
    assert!(answer.usage.estimated, "nobody counted the tokens");
    assert!(answer.usage.tokens_in > 0 && answer.usage.tokens_out > 0);
}

#[tokio::test]
async fn a_server_without_schemas_is_asked_in_the_way_that_it_can_and_that_is_remembered() {
    for provider in PROVIDERS {
        for (json, mode) in [(Json::Object, JsonMode::Object), (Json::Text, JsonMode::Text)] {
            let server = start(Script {
                json,
                ..Script::default()
            })
            .await;
            let client = client(provider, &server);
            assert_eq!(ask(&client).await.unwrap().value, expected(), "{provider:?} {json:?}");
            assert_eq!(client.json_mode("m"), mode);
            let before = server.requests().len();
            assert_eq!(ask(&client.clone()).await.unwrap().usage.calls, 1, "it is remembered");
            let requests = server.requests();
            assert_eq!(requests.len(), before + 1);
            let system = body(&requests[before])["messages"][0]["content"].clone();
            assert!(
                system.as_str().unwrap().contains("\"terms\""),
                "the schema is in the rules: {system}"
            );
        }
    }
}

#[tokio::test]
async fn a_model_that_thinks_gets_the_room_for_it() {
    for provider in PROVIDERS {
        let server = start(Script {
            thinks: 1_000,
            ..Script::default()
        })
        .await;
        let client = client(provider, &server);
        assert_eq!(ask(&client).await.unwrap().usage.calls, 2, "{provider:?}");
        assert_eq!(ask(&client).await.unwrap().usage.calls, 1, "it is remembered");
    }
}

#[tokio::test]
async fn a_model_that_never_stops_thinking_is_told_as_that() {
    let server = start(Script {
        thinks: 1_000_000,
        ..Script::default()
    })
    .await;
    let error = ask(&client(Provider::OpenAi, &server)).await.unwrap_err();
    assert_eq!(error.code(), "broken");
    assert!(error.to_string().contains("thought for so long"), "{error}");
}

#[tokio::test]
async fn parameters_that_a_model_refuses_are_left_out() {
    let refuses = ["max_tokens", "temperature", "seed", "stream_options"];
    let server = start(Script {
        refuses: refuses.map(str::to_owned).to_vec(),
        ..Script::default()
    })
    .await;
    let client = client(Provider::OpenAi, &server);
    assert_eq!(ask(&client).await.unwrap().value, expected());
    assert_eq!(ask(&client).await.unwrap().usage.calls, 1, "it is remembered");
    let requests = server.requests();
    let last = body(requests.last().unwrap());
    assert!(refuses.iter().all(|name| last.get(name).is_none()), "{last}");
    assert_eq!(last["max_completion_tokens"], json!(100));
}
