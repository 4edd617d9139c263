//! Terms, issues and refined definitions by a model.

use genglossary_model_server::ModelServer;
use glossary::normalise::key;
use glossary::{Category, Finding, Problem, Resolution};

use super::*;
use crate::{IssueAnswer, IssueQuery, IssueState, RunStatus, Scope, Stage, TermEdit, TermQuery, TermSort, Verdict};

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

fn all_issues() -> IssueQuery {
    IssueQuery {
        offset: 0,
        limit: 1000,
        search: String::new(),
        kind: None,
        severity: None,
        state: None,
    }
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
    let server = ModelServer::with(script(), move |call| match call.asks() {
        Asks::Categories => sort(call, category).to_string(),
        _ => agrees(call),
    })
    .await
    .unwrap();
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
    let server = ModelServer::with(script(), |call| match call.asks() {
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
    .await
    .unwrap();
    bench
        .engine
        .mark_term(&project, "drying room", Verdict::Excluded)
        .await
        .unwrap();
    ask(&bench, &project, &server.url()).await;
    let run = bench.run(&project, Scope::Full).await;
    // The one that is forgotten is alone in the second question, whose answer is then empty.
    assert_eq!(run.status, RunStatus::Partial, "{:?}", run.error);
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
        3,
        "with one repair"
    );
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
    let server = ModelServer::with(script(), |call| match call.asks() {
        Asks::Categories => {
            let mut json = sort(call, |_| "concept");
            json["added"] = json!(["paper that keeps water", "made up by nobody", "aper that"]);
            json.to_string()
        }
        _ => agrees(call),
    })
    .await
    .unwrap();
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

/// Finds the definition of the germination test unclear, and mends it.
fn finds(call: &Call) -> String {
    match call.asks() {
        Asks::Issues => {
            let entries = call.numbered();
            let at = entries.iter().position(|entry| entry.starts_with("germination test: "));
            let issue = |at| {
                json!({ "entry": at + 1, "problem": "unclear", "others": [], "severity": "high",
                        "says": "It does not say what is tested.", "proposal": "A test of whether seeds grow." })
            };
            json!({ "issues": at.map(issue).into_iter().collect::<Vec<_>>() }).to_string()
        }
        Asks::Mending => {
            assert!(
                call.user.contains("[1] It does not say what is tested."),
                "{}",
                call.user
            );
            json!({ "definition": "A test that counts the seeds that grow.", "sources": [1], "settled": [1],
                    "confidence": 0.8 })
            .to_string()
        }
        _ => agrees(call),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_model_finds_wrong_is_an_issue_of_its_own_and_is_mended_in_one_question() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let server = ModelServer::with(script(), finds).await.unwrap();
    ask(&bench, &project, &server.url()).await;
    let run = bench.completed(&project, Scope::Full).await;
    let issues = bench.engine.list_issues(&project, &all_issues()).await.unwrap().rows;
    let judged = issues
        .iter()
        .find(|issue| matches!(issue.finding, Finding::Judged { .. }))
        .unwrap();
    let Finding::Judged {
        problem,
        says,
        proposal,
        by,
        ..
    } = &judged.finding
    else {
        unreachable!()
    };
    assert_eq!(
        (judged.term.as_str(), *problem, by.as_str()),
        ("germination test", Problem::Unclear, "writer")
    );
    assert_eq!(
        (says.as_str(), proposal.is_some()),
        ("It does not say what is tested.", true)
    );
    assert_eq!(
        (judged.state, judged.resolution),
        (IssueState::Resolved, Some(Resolution::Rewritten))
    );
    let refined = bench
        .engine
        .entry(&project, Stage::Refine, &key("germination test"))
        .await
        .unwrap()
        .entry;
    assert_eq!(
        refined.definition.as_deref(),
        Some("A test that counts the seeds that grow.")
    );
    assert_eq!(refined.writer.as_deref(), Some("writer"));
    assert_eq!(
        refined.alternatives[0].definition,
        "What the documents call germination test."
    );
    let detail = bench.engine.run_detail(&run.id).await.unwrap();
    let stages: Vec<Stage> = detail.model_use.iter().map(|used| used.stage).collect();
    assert_eq!(stages, [Stage::Extract, Stage::Define, Stage::Review, Stage::Refine]);
    assert_eq!(detail.model_use[3].questions, 1);

    let calls = server.counts().calls;
    bench.completed(&project, Scope::Full).await;
    assert_eq!(server.counts().calls, calls, "nothing is asked twice");
    // A dismissed issue is not mended, and stays dismissed however the model words it.
    bench
        .engine
        .answer_issues(
            &project,
            std::slice::from_ref(&judged.id),
            &IssueAnswer::Dismiss { reason: None },
        )
        .await
        .unwrap();
    bench.completed(&project, Scope::Full).await;
    let refined = bench
        .engine
        .entry(&project, Stage::Refine, &key("germination test"))
        .await
        .unwrap()
        .entry;
    assert_eq!(
        refined.definition.as_deref(),
        Some("What the documents call germination test.")
    );
    assert_eq!(server.counts().calls, calls);
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
    let refined = bench
        .engine
        .entry(&project, Stage::Refine, &key("germination test"))
        .await
        .unwrap()
        .entry;
    assert!(refined.synonyms.contains(&"drying room".to_owned()));
    assert_eq!(Category::Concept, refined.category);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_researcher_wrote_or_chose_no_model_takes_away() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    bench.completed(&project, Scope::Full).await;
    let (written, other) = (key("germination test"), key("drying room"));
    let definition = TermEdit::Definition {
        definition: Some("A test of mine.".to_owned()),
    };
    bench
        .engine
        .decide_terms(&project, std::slice::from_ref(&written), &definition)
        .await
        .unwrap();
    let category = TermEdit::Category {
        category: Some("building".to_owned()),
    };
    bench
        .engine
        .decide_terms(&project, std::slice::from_ref(&other), &category)
        .await
        .unwrap();
    // A model that takes nothing for a term, and finds every entry unclear.
    let server = ModelServer::with(script(), |call| match call.asks() {
        Asks::Categories => sort(call, |_| "common").to_string(),
        Asks::Mending => {
            assert_ne!(
                call.term(),
                "germination test",
                "what the researcher wrote is not mended"
            );
            agrees(call)
        }
        _ => finds(call),
    })
    .await
    .unwrap();
    ask(&bench, &project, &server.url()).await;
    bench.completed(&project, Scope::Full).await;
    let entry = bench.engine.entry(&project, Stage::Refine, &written).await.unwrap();
    assert_eq!(entry.edited.as_deref(), Some("A test of mine."));
    assert!(bench.engine.entry(&project, Stage::Refine, &other).await.is_ok());
    let issues = bench.engine.list_issues(&project, &all_issues()).await.unwrap().rows;
    assert!(
        !issues
            .iter()
            .any(|issue| matches!(issue.finding, Finding::MissingRelated { .. })),
        "what is no term of the subject is not missed: {issues:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rewrite_whose_issue_is_dismissed_waits_for_a_run_that_takes_it_back() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let server = ModelServer::with(script(), finds).await.unwrap();
    ask(&bench, &project, &server.url()).await;
    bench.completed(&project, Scope::Full).await;
    let id = bench.engine.list_issues(&project, &all_issues()).await.unwrap().rows;
    let id = id
        .iter()
        .find(|issue| matches!(issue.finding, Finding::Judged { .. }))
        .unwrap()
        .id
        .clone();
    let answer = async |answer| {
        bench
            .engine
            .answer_issues(&project, std::slice::from_ref(&id), &answer)
            .await
            .unwrap()
    };
    let waits = async || !bench.engine.plan(&project).await.unwrap().reasons.is_empty();
    answer(IssueAnswer::Dismiss { reason: None }).await;
    assert!(waits().await);
    bench.completed(&project, Scope::Refine).await;
    assert!(!waits().await);
    answer(IssueAnswer::Reopen).await;
    assert!(waits().await, "it is to be mended again");
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
    let server = ModelServer::with(script(), |call| match call.asks() {
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
    .await
    .unwrap();
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

/// D7
#[tokio::test(flavor = "multi_thread")]
async fn what_a_model_is_told_never_becomes_a_definition() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    // A model that says what it was told instead of what it was asked.
    let server = ModelServer::with(script(), |call| match call.asks() {
        Asks::Definition => {
            let rule = call.system.lines().find(|line| line.starts_with("- ")).unwrap();
            let said = rule.trim_start_matches("- ").trim_end_matches(';');
            json!({ "definition": said, "sources": [1], "confidence": 0.9 }).to_string()
        }
        _ => agrees(call),
    })
    .await
    .unwrap();
    ask(&bench, &project, &server.url()).await;
    let run = bench.run(&project, Scope::Full).await;
    assert_eq!(run.status, RunStatus::Partial, "{:?}", run.error);
    let query = crate::EntryQuery {
        offset: 0,
        limit: 1000,
        search: String::new(),
        filter: crate::EntryFilter::All,
    };
    let entries = bench
        .engine
        .list_entries(&project, Stage::Refine, &query)
        .await
        .unwrap()
        .rows;
    assert!(entries.len() > 3);
    for entry in entries {
        let definition = entry.definition.unwrap_or_default();
        assert!(
            !definition.contains("plain English") && !definition.contains("平易な"),
            "{definition}"
        );
    }
}
