//! What a model says, and what is made of it.

use std::sync::{Arc, Mutex};

use genglossary_model_server::{Fault, Script, Spoil, When};
use genglossary_models::{Exchange, ModelError, Prompt, Provider, Role};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::fixture::{KEY, PROVIDERS, ask, client, expected, failing, model, prompt, start, terms};

/// D4: whatever can be read needs no second call.
#[tokio::test]
async fn sloppy_json_costs_nothing() {
    for spoil in Spoil::EVERY {
        let server = start(failing(When::Always, vec![Fault::Spoil(spoil)])).await;
        let answer = ask(&client(Provider::Ollama, &server)).await;
        match spoil {
            Spoil::Stump | Spoil::Prose => assert!(answer.is_err(), "{spoil:?}"),
            // A list that broke off has lost its last term, which is not complete.
            Spoil::Truncated => assert!(answer.is_ok_and(|answer| answer.truncated), "{spoil:?}"),
            _ => {
                let answer = answer.unwrap_or_else(|error| panic!("{spoil:?}: {error}"));
                assert_eq!((answer.value, answer.usage.calls), (expected(), 1), "{spoil:?}");
            }
        }
    }
}

/// D4: where what a list leaves out says something too, one that broke off is asked for once more.
#[tokio::test]
async fn a_list_without_its_end_is_no_answer_where_it_has_to_be_whole() {
    let whole = Prompt {
        whole: true,
        ..prompt("用語集 glossary")
    };
    let stop = CancellationToken::new();
    let (model, cut) = (model(), vec![Fault::Spoil(Spoil::Truncated)]);
    for provider in PROVIDERS {
        let server = start(failing(When::First(1), cut.clone())).await;
        let answer = client(provider, &server).ask(&model, &whole, &stop, terms).await;
        let answer = answer.unwrap();
        assert_eq!((answer.value, answer.usage.calls), (expected(), 2));
        assert!(answer.repaired && !answer.truncated);
        let asked = &server.requests()[1].body;
        assert!(asked.contains("broke off before its end; say less"), "{asked}");

        let server = start(failing(When::Always, cut.clone())).await;
        let error = client(provider, &server).ask(&model, &whole, &stop, terms).await;
        let error = error.unwrap_err();
        assert_eq!((error.code(), server.counts().calls), ("bad_reply", 2));
        assert!(error.to_string().contains("broke off"), "{error}");
    }
}

/// D4: the model is told what is wrong with its answer, once.
#[tokio::test]
async fn a_model_is_shown_its_mistake_once() {
    let wrong = "{\"words\": [\"用語\"]}";
    for provider in PROVIDERS {
        let server = start(failing(When::First(1), vec![Fault::Say(wrong.to_owned())])).await;
        let answer = ask(&client(provider, &server)).await.unwrap();
        assert!(answer.repaired);
        assert_eq!(
            (answer.value, answer.usage.calls, answer.usage.retries),
            (expected(), 2, 1)
        );
        let body: Value = serde_json::from_str(&server.requests()[1].body).unwrap();
        let turns = body["messages"].as_array().unwrap();
        assert_eq!(turns.len(), 4, "the question, the answer, and what is wrong with it");
        assert_eq!(turns[2]["role"], "assistant");
        assert_eq!(turns[2]["content"], wrong);
        let wish = turns[3]["content"].as_str().unwrap();
        assert!(wish.contains("the list \"terms\" is missing"), "{wish}");
    }
}

#[tokio::test]
async fn an_answer_that_stays_wrong_is_an_error_that_says_why() {
    let server = start(failing(When::Always, vec![Fault::Say("{\"words\": []}".to_owned())])).await;
    let error = ask(&client(Provider::OpenAi, &server)).await.unwrap_err();
    assert_eq!(error.code(), "bad_reply");
    assert!(error.to_string().contains("the list \"terms\" is missing"), "{error}");
    assert!(!error.is_final(), "other questions may go well");
    assert_eq!(server.counts().calls, 2);
}

#[tokio::test]
async fn every_attempt_is_told_with_what_was_said_and_what_it_cost() {
    let faults = vec![Fault::Page];
    let server = start(Script {
        rules: vec![
            genglossary_model_server::Rule {
                when: When::Calls(vec![1]),
                faults,
            },
            genglossary_model_server::Rule {
                when: When::Calls(vec![2]),
                faults: vec![Fault::Say(format!("My key is {KEY}"))],
            },
        ],
        ..Script::default()
    })
    .await;
    let told: Arc<Mutex<Vec<Exchange>>> = Arc::default();
    let write = Arc::clone(&told);
    let client = client(Provider::OpenAi, &server).observe(Arc::new(move |exchange: &Exchange| {
        write.lock().unwrap().push(exchange.clone());
    }));
    let answer = ask(&client).await.unwrap();
    let told = told.lock().unwrap();
    let codes: Vec<_> = told
        .iter()
        .map(|exchange| exchange.error.as_ref().map(ModelError::code))
        .collect();
    assert_eq!(codes, [Some("not_a_server"), Some("no_json"), None]);
    assert_eq!(
        told.iter().map(|exchange| exchange.attempt).collect::<Vec<_>>(),
        [1, 2, 3]
    );
    assert_eq!(told[0].messages[1].role, Role::User);
    assert_eq!(told[1].reply, "My key is ***");
    assert_eq!(told[2].messages.len(), 4, "the last one shows the mistake");
    let tokens: u32 = told.iter().map(|exchange| exchange.tokens_out).sum();
    assert_eq!(tokens, answer.usage.tokens_out);
}
