//! The language that a model writes in.

use glossary::{Entry, Language};

use super::*;
use crate::{OutputLanguage, Scope, Stage};

/// Whether the rules of a question are in Japanese.
fn is_japanese(call: &Call) -> bool {
    call.system.contains('。')
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_is_asked_and_answers_in_the_language_that_the_project_wants() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let server = answering(|call| {
        let text = if is_japanese(call) {
            "モデルの定義。"
        } else {
            "A definition."
        };
        agree(call, |_| text.to_owned()).to_string()
    })
    .await;
    let model = ask(&bench, &project, &server.url()).await;
    let entry = async |term: &str| -> Entry {
        let key = key(term);
        bench.engine.entry(&project, Stage::Refine, &key).await.unwrap().entry
    };
    let (english, japanese) = ("A definition.", "モデルの定義。");
    for (output, of_english, of_japanese) in [
        (OutputLanguage::Document, english, japanese),
        (OutputLanguage::English, english, english),
        (OutputLanguage::Japanese, japanese, japanese),
    ] {
        let since = server.requests().len();
        let model = ModelSettings {
            output,
            ..model.clone()
        };
        set(&bench, &project, model).await;
        bench.completed(&project, Scope::Full).await;
        let (one, other) = (entry("drying room").await, entry("含水率").await);
        assert_eq!(one.definition.as_deref(), Some(of_english), "{output:?}");
        assert_eq!(other.definition.as_deref(), Some(of_japanese), "{output:?}");
        assert_eq!((one.language, other.language), (Language::English, Language::Japanese));
        // Terms are sorted in their own language; what is written and reviewed is in that of the output.
        let written = server.requests().split_off(since);
        let bodies = written
            .iter()
            .filter_map(|request| serde_json::from_str::<serde_json::Value>(&request.body).ok());
        for body in bodies.filter(|body| !body["response_format"].to_string().contains("\"added\"")) {
            let system = body["messages"][0]["content"].as_str().unwrap();
            let wanted = match output {
                OutputLanguage::Document => continue,
                OutputLanguage::English => false,
                OutputLanguage::Japanese => true,
            };
            assert_eq!(system.contains('。'), wanted, "{output:?}: {system}");
        }
    }
}
