//! What a model finds wrong with a glossary, and the definitions that it mends.

use glossary::normalise::key;
use glossary::{Finding, Problem, Resolution};

use super::*;
use crate::{IssueAnswer, IssueQuery, IssueState, Scope, Stage, TermEdit};

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
    let server = answering(finds).await;
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
    let refined = refined_entry(&bench, &project, "germination test").await;
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
    let refined = refined_entry(&bench, &project, "germination test").await;
    assert_eq!(
        refined.definition.as_deref(),
        Some("What the documents call germination test.")
    );
    assert_eq!(server.counts().calls, calls);
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
    let server = answering(|call| match call.asks() {
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
    .await;
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
    let server = answering(finds).await;
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

/// What a model makes up is told by the rules, and a new definition that is made up, too, does not take its place.
#[tokio::test(flavor = "multi_thread")]
async fn a_definition_that_its_sources_do_not_carry_is_an_issue_until_one_is_written_that_they_do() {
    const MADE_UP: &str = "A heated chamber for dehydrating botanical specimens before storage.";
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let writes = |mended: &'static str| {
        move |call: &Call| match call.asks() {
            Asks::Definition if call.term() == "drying room" => {
                json!({ "definition": MADE_UP, "sources": [1], "confidence": 1 }).to_string()
            }
            Asks::Mending => {
                assert!(call.user.contains("heated, chamber"), "{}", call.user);
                json!({ "definition": mended, "sources": [1], "settled": [1], "confidence": 1 }).to_string()
            }
            _ => agrees(call),
        }
    };
    let state = async || {
        let issues = bench.engine.list_issues(&project, &all_issues()).await.unwrap().rows;
        let found = |issue: &crate::IssueRow| matches!(issue.finding, Finding::Ungrounded { .. });
        let found: Vec<_> = issues.into_iter().filter(found).collect();
        let [issue] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(issue.term, "drying room");
        let entry = bench.engine.entry(&project, Stage::Refine, &key("drying room")).await;
        (issue.resolution, entry.unwrap().entry.definition.unwrap())
    };
    let server = answering(writes(
        "An oven in which curious botanists scorch delicate specimens overnight.",
    ))
    .await;
    let model = ask(&bench, &project, &server.url()).await;
    let run = bench.completed(&project, Scope::Full).await;
    assert_eq!(state().await, (Some(Resolution::Open), MADE_UP.to_owned()));
    let log = bench.log(&run.id).await;
    assert!(
        log.iter()
            .any(|line| line.item == "drying room" && line.message.contains("not used")),
        "{log:?}"
    );

    let better = "A room that is kept at 15 percent relative humidity.";
    let server = answering(writes(better)).await;
    ask(&bench, &project, &server.url()).await;
    let other = ModelSettings {
        base_url: server.url(),
        seed: Some(2),
        ..model
    };
    set(&bench, &project, other).await;
    bench.completed(&project, Scope::Full).await;
    assert_eq!(state().await, (Some(Resolution::Rewritten), better.to_owned()));
}
