//! Terms that a model sorts, and those that it adds.

use glossary::Category;
use glossary::normalise::key;

use super::*;
use crate::{Scope, Stage, TermEdit, TermQuery, TermSort, Verdict};

async fn terms(bench: &Bench, project: &str) -> Vec<(String, String)> {
    let query = TermQuery {
        offset: 0,
        limit: 1000,
        search: String::new(),
        sort: TermSort::Term,
        descending: false,
        language: None,
        category: None,
        verdict: None,
    };
    let page = bench.engine.list_terms(project, &query).await.unwrap();
    page.rows.into_iter().map(|row| (row.text, row.category)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_sorts_the_terms_and_those_that_are_none_get_no_entry_unless_they_are_required() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let category = |text: &str| match text {
        "germination test" => "title",
        "drying room" | "seed bank" => "common",
        _ => "concept",
    };
    let server = answering(move |call| match call.asks() {
        Asks::Categories => sort(call, category).to_string(),
        _ => agrees(call),
    })
    .await;
    bench
        .engine
        .mark_term(&project, "seed bank", Verdict::Required)
        .await
        .unwrap();
    ask(&bench, &project, &server.url()).await;
    bench.completed(&project, Scope::Full).await;
    let listed = terms(&bench, &project).await;
    let category = |text: &str| {
        listed
            .iter()
            .find(|(term, _)| key(term) == key(text))
            .map(|(_, of)| of.as_str())
    };
    assert_eq!(category("germination test"), Some("title"));
    assert_eq!(
        category("drying room"),
        Some("common"),
        "it stays in the list, where it can be required"
    );
    assert_eq!(
        category("seed bank"),
        Some("concept"),
        "what the researcher requires is a term"
    );
    let categories = bench.engine.list_categories(&project).await.unwrap();
    assert_eq!(categories, ["concept", "abbreviation", "name", "common", "title"]);
    let entry = async |text: &str| bench.engine.entry(&project, Stage::Define, &key(text)).await;
    assert!(
        entry("drying room").await.is_err(),
        "no entry, and nothing asked about it"
    );
    assert!(entry("seed bank").await.is_ok());
    let detail = bench.engine.term(&project, &key("drying room")).await.unwrap();
    assert_eq!(detail.judge.as_deref(), Some("writer"));
    let definitions = server.requests();
    let about = |text: &str| {
        definitions
            .iter()
            .any(|request| request.body.contains(&format!("Term: {text}\\n")))
    };
    assert!(!about("drying room"));

    // The researcher has the last word.
    bench
        .engine
        .mark_term(&project, "drying room", Verdict::Required)
        .await
        .unwrap();
    bench.completed(&project, Scope::Full).await;
    assert!(entry("drying room").await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_term_that_a_model_forgets_is_asked_again_and_then_kept_and_excluded_ones_are_never_sent() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let server = answering(|call| match call.asks() {
        Asks::Categories => {
            let terms = call
                .numbered()
                .into_iter()
                .zip(1..)
                .filter(|(text, _)| *text != "germination test");
            let terms: Vec<_> = terms
                .map(|(_, number)| json!({ "number": number, "category": "place" }))
                .collect();
            json!({ "terms": terms, "added": [] }).to_string()
        }
        _ => agrees(call),
    })
    .await;
    bench
        .engine
        .mark_term(&project, "drying room", Verdict::Excluded)
        .await
        .unwrap();
    ask(&bench, &project, &server.url()).await;
    // The one that is forgotten is alone in the second question, whose answer is then empty.
    bench.completed(&project, Scope::Full).await;
    let listed = terms(&bench, &project).await;
    let forgotten = listed.iter().find(|(text, _)| text == "germination test").unwrap();
    assert_eq!(forgotten.1, "concept", "as its form says");
    assert!(listed.iter().any(|(_, category)| category == "place"));
    let requests = server.requests();
    let expressions = requests.iter().filter(|request| request.body.contains("categories"));
    let sent: Vec<&String> = expressions.map(|request| &request.body).collect();
    assert_eq!(
        sent.iter()
            .filter(|body| body.contains("] germination test\\n"))
            .count(),
        2,
        "asked twice"
    );
    let unjudged = async |text: &str| {
        let detail = bench.engine.term(&project, &key(text)).await.unwrap();
        (detail.unjudged, detail.judge)
    };
    assert_eq!(unjudged("germination test").await, (true, None), "and said so");
    assert_eq!(unjudged("drying room").await, (false, None), "nobody asked");
    let judged = listed.iter().find(|(_, category)| category == "place").unwrap();
    assert_eq!(unjudged(&judged.0).await, (false, Some("writer".to_owned())));
    assert!(!sent.iter().any(|body| body.contains("] drying room\\n")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_term_that_a_model_sees_in_the_sentences_is_looked_for_and_gets_an_entry() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    bench.write(
        "p",
        "zeta.md",
        "The germination test uses Zeta paper. Zeta paper is a paper that keeps water.",
    );
    let server = answering(|call| match call.asks() {
        Asks::Categories => {
            let mut json = sort(call, |_| "concept");
            json["added"] = json!(["paper that keeps water", "made up by nobody", "aper that"]);
            json.to_string()
        }
        _ => agrees(call),
    })
    .await;
    bench.completed(&project, Scope::Full).await;
    let before = terms(&bench, &project).await;
    assert!(!before.iter().any(|(text, _)| text.contains("keeps water")));
    ask(&bench, &project, &server.url()).await;
    bench.completed(&project, Scope::Full).await;
    let after = terms(&bench, &project).await;
    assert!(
        after.iter().any(|(text, _)| text == "paper that keeps water"),
        "{after:?}"
    );
    assert!(!after.iter().any(|(text, _)| text.contains("nobody")));
    let entry = bench
        .engine
        .entry(&project, Stage::Refine, &key("paper that keeps water"))
        .await
        .unwrap();
    assert!(
        entry
            .entry
            .evidence
            .iter()
            .any(|evidence| evidence.document == "zeta.md")
    );
    let calls = server.counts().calls;
    bench.completed(&project, Scope::Full).await;
    assert_eq!(server.counts().calls, calls, "and nothing is asked again");
}

/// D3
#[tokio::test(flavor = "multi_thread")]
async fn terms_that_a_model_names_twice_are_one() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    bench.write(
        "p",
        "zeta.md",
        "Zeta foils are thin. A zeta foil is a foil that keeps water.\n\nThe ZETA FOIL holds.",
    );
    let settings = ProjectSettings {
        max_terms: Some(3),
        ..ProjectSettings::default()
    };
    bench.engine.set_project_settings(&project, settings).await.unwrap();
    bench
        .engine
        .mark_term(&project, "foil", Verdict::Required)
        .await
        .unwrap();
    let server = answering(|call| match call.asks() {
        Asks::Categories => {
            let mut json = sort(call, |_| "concept");
            let again = json["terms"].clone();
            json["terms"]
                .as_array_mut()
                .unwrap()
                .extend(again.as_array().unwrap().iter().cloned());
            json["added"] = json!(["Zeta foils", "zeta foil", "ZETA FOIL", "zeta foil"]);
            json.to_string()
        }
        _ => agrees(call),
    })
    .await;
    ask(&bench, &project, &server.url()).await;
    bench.completed(&project, Scope::Full).await;
    let listed = terms(&bench, &project).await;
    let foils: Vec<&String> = listed
        .iter()
        .map(|(text, _)| text)
        .filter(|text| key(text) == key("zeta foil"))
        .collect();
    assert_eq!(foils.len(), 1, "{listed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn terms_that_the_researcher_takes_for_one_concept_are_defined_in_one_question() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let server = server(script()).await;
    ask(&bench, &project, &server.url()).await;
    bench.completed(&project, Scope::Full).await;
    let merge = TermEdit::Merge {
        primary: key("germination test"),
    };
    let before = server.requests().len();
    bench
        .engine
        .decide_terms(&project, &[key("germination test"), key("drying room")], &merge)
        .await
        .unwrap();
    bench.completed(&project, Scope::Full).await;
    let requests = server.requests().split_off(before);
    let question = |text: &str| {
        requests
            .iter()
            .find(|request| request.body.contains(&format!("Term: {text}\\n")))
    };
    let body = &question("germination test").unwrap().body;
    assert!(body.contains("Also called: ") && body.contains("drying room"), "{body}");
    assert!(question("drying room").is_none());
    let listed = terms(&bench, &project).await;
    assert!(listed.iter().all(|(_, category)| category != "common"));
    let refined = refined_entry(&bench, &project, "germination test").await;
    assert!(refined.synonyms.contains(&"drying room".to_owned()));
    assert_eq!(Category::Concept, refined.category);
}
