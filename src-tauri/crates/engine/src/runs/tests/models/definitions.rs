//! Definitions that a model writes, and servers that fail.

use std::time::Duration;

use genglossary_model_server::{Fault, ModelServer, Rule, Script, When};
use glossary::normalise::key;
use jiff::Timestamp;

use super::super::gate::until;
use super::*;
use crate::{DiffCause, DiffKind, Error, ModelStep, Reason, RunStatus, Scope, Stage, TermEdit};

/// What was asked last for a definition.
fn last_body(server: &ModelServer) -> serde_json::Value {
    let requests = server.requests();
    let asked = requests
        .iter()
        .rev()
        .find(|request| request.body.contains("Term: ") && !request.body.contains("\"settled\""));
    serde_json::from_str(&asked.unwrap().body).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_writes_the_definitions_with_sentences_of_the_documents_as_their_sources() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let plain = bench.completed(&project, Scope::Full).await;
    let server = server(script()).await;
    ask(&bench, &project, &server.url()).await;
    let plan = bench.engine.plan(&project).await.unwrap();
    assert_eq!(
        (plan.reasons, plan.scope),
        (vec![Reason::ModelChanged], Some(Scope::Full))
    );
    let asked_for = |plan: &crate::Plan, scope| {
        let plan = plan.scopes.iter().find(|each| each.scope == scope).unwrap();
        plan.questions.map(|questions| (questions.from, questions.to))
    };
    let before = bench.engine.plan(&project).await.unwrap();
    assert!(before.asks);
    assert_eq!(asked_for(&before, Scope::Load), Some((0, 0)));
    let (least, most) = asked_for(&before, Scope::FromTerms).unwrap();
    assert!(
        least > 0 && most > 3 && least < most,
        "as many as there are terms, and more: {least} to {most}"
    );

    let run = bench.completed(&project, Scope::Full).await;
    assert_eq!(
        (run.engine.as_str(), run.model.as_deref()),
        ("openai/1", Some("writer"))
    );
    assert!(plain.model.is_none() && plain.engine.starts_with("embedded/"));
    let entry = refined_entry(&bench, &project, "drying room").await;
    assert_eq!(
        entry.definition.as_deref(),
        Some("What the documents call drying room.")
    );
    assert_eq!(entry.writer.as_deref(), Some("writer"));
    let source = &entry.evidence[0];
    let text = std::fs::read_to_string(bench.documents_of("p").join(&source.document)).unwrap();
    assert_eq!(&text[source.start as usize..source.end as usize], source.quote);
    assert!(
        entry
            .alternatives
            .iter()
            .any(|other| other.writer.is_none() && other.definition.contains("15 percent")),
        "what the documents say themselves is kept: {:?}",
        entry.alternatives
    );
    let calls = server.counts().calls;
    assert_eq!(asked(&bench, &run.id).await, (calls, 0));
    assert!(calls > 3);

    // Nothing is paid for twice.
    let plan = bench.engine.plan(&project).await.unwrap();
    assert_eq!(asked_for(&plan, Scope::Full), Some((0, 0)));
    let again = bench.completed(&project, Scope::Full).await;
    assert_eq!((server.counts().calls, asked(&bench, &again.id).await), (calls, (0, 0)));
    bench.write(
        "p",
        "guide/new.md",
        "A moon seed is a seed that was kept on the moon. The moon seed is old.",
    );
    let plan = bench.engine.plan(&project).await.unwrap();
    assert_eq!(
        asked_for(&plan, Scope::Full),
        Some((0, calls)),
        "as many as the last time, at most"
    );
    let changed = bench.completed(&project, Scope::Full).await;
    let (new, cached) = asked(&bench, &changed.id).await;
    assert_eq!(server.counts().calls, calls + new);
    assert!(
        (1..=8).contains(&new) && cached >= calls - 8,
        "{new} new, {cached} known"
    );

    let engine = &bench.engine;
    let diff = engine.diff_runs(&plain.id, &run.id).await.unwrap();
    assert_eq!(diff.causes, [Reason::ModelChanged]);
    let rows = engine
        .list_diff(&plain.id, &run.id, DiffKind::Definitions, 0, 100)
        .await;
    let rows = rows.unwrap().rows;
    assert!(
        !rows.is_empty() && rows.iter().all(|row| row.cause == DiffCause::Model),
        "{rows:?}"
    );

    // D8
    let folder = bench.home.parent().unwrap().display().to_string();
    for request in server.requests() {
        assert!(
            !request.body.contains(&folder) && !request.body.contains(KEY),
            "{}",
            request.body
        );
    }
    let log = bench.log(&run.id).await;
    assert!(log.iter().all(|record| !record.message.contains(KEY)));
}

/// E10
#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_server_is_down_or_refuses_fails_and_says_why() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    bench.completed(&project, Scope::Full).await;
    let before = bench.results(&project).await;
    let server = server(script()).await;
    let model = ask(&bench, &project, &server.url()).await;
    let nobody = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    for (code, url, key, name) in [
        ("model_unreachable", format!("http://{nobody}"), Some(KEY), "writer"),
        ("model_key", server.url(), Some("sk-wrong-0123456789"), "writer"),
        ("model_no_key", server.url(), None, "writer"),
        ("model_unknown", server.url(), Some(KEY), "nobody"),
    ] {
        let model = ModelSettings {
            base_url: url.clone(),
            model: name.to_owned(),
            ..model.clone()
        };
        bench.engine.set_model_key(&model, key).await.unwrap();
        set(&bench, &project, model).await;
        let run = bench.run(&project, Scope::Full).await;
        let error = run.error.unwrap();
        assert_eq!((run.status, error.code.as_str()), (RunStatus::Failed, code));
        assert!(error.params["server"].starts_with(&url), "{error:?}");
        assert!(!format!("{error:?}").contains("0123456789"), "{error:?}");
        assert_eq!(bench.results(&project).await, before, "E8");
    }
    let bad = ModelSettings {
        base_url: "localhost:1".to_owned(),
        ..model
    };
    let settings = ProjectSettings {
        model: Some(bad),
        ..ProjectSettings::default()
    };
    let refused = bench.engine.set_project_settings(&project, settings).await;
    assert!(matches!(refused, Err(Error::Model(_))), "{refused:?}");
}

/// E11 and D4
#[tokio::test(flavor = "multi_thread")]
async fn a_term_whose_question_fails_for_good_is_missing_and_is_asked_again_alone() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let server = answering(|call| {
        if call.asks() == Asks::Definition && call.term() == "germination test" {
            return "I would rather not say.".to_owned();
        }
        agrees(call)
    })
    .await;
    ask(&bench, &project, &server.url()).await;
    let run = bench.run(&project, Scope::Full).await;
    assert_eq!((run.status, run.missing), (RunStatus::Partial, 1), "{:?}", run.error);
    let missing = bench.engine.list_missing(&run.id, 0, 10).await.unwrap().rows;
    assert_eq!(
        (missing[0].item.as_str(), missing[0].error.code.as_str()),
        ("germination test", "model_no_json")
    );
    let entry = refined_entry(&bench, &project, "germination test").await;
    assert!(
        entry.writer.is_none() && entry.definition.is_some(),
        "it keeps what the documents say"
    );

    let better = self::server(script()).await;
    ask(&bench, &project, &better.url()).await;
    let retry = bench.engine.retry_missing(&run.id, "again").await.unwrap();
    bench.settled().await;
    assert_eq!(bench.engine.run(&retry.id).await.unwrap().status, RunStatus::Completed);
    assert_eq!(
        better.counts().calls,
        2,
        "its definition and the review of that: the others are known, at whatever address"
    );
}

/// E6: from the wish to stop until the run is stored as cancelled and every connection is closed.
const PROMISE: Duration = Duration::from_secs(1);

/// E6
#[tokio::test(flavor = "multi_thread")]
async fn a_stop_closes_the_calls_that_are_open() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    bench.completed(&project, Scope::Full).await;
    let before = bench.results(&project).await;
    let slow = server(Script {
        latency_ms: 8_000,
        ..script()
    })
    .await;
    ask(&bench, &project, &slow.url()).await;
    // The best of three: other tests may keep the machine busy.
    let mut spans = Vec::new();
    while spans.len() < 3 && spans.iter().all(|span| *span >= PROMISE) {
        let run = bench.start(&project, Scope::Full).await;
        slow.until(|counts| counts.open >= 3).await;
        let asked = Timestamp::now();
        bench.engine.cancel_run(&run.id).await.unwrap();
        slow.until(|counts| counts.open == 0 && counts.sockets == 0).await;
        let closed = Timestamp::now();
        bench.settled().await;
        let stopped = bench.engine.run(&run.id).await.unwrap();
        assert_eq!((stopped.status, stopped.error), (RunStatus::Cancelled, None));
        let stored: Timestamp = stopped.finished_at.unwrap().parse().unwrap();
        spans.push(closed.max(stored).duration_since(asked).unsigned_abs());
        assert_eq!(bench.results(&project).await, before);
    }
    assert!(spans.iter().any(|span| *span < PROMISE), "{spans:?}");

    // A new run may start, and what was asked is counted.
    let quick = server(script()).await;
    ask(&bench, &project, &quick.url()).await;
    bench.completed(&project, Scope::Full).await;
    assert!(quick.counts().calls > 3);
}

/// A server that fails for good ends the run; it is not asked for every term there is. Answers that cannot be used, however
/// many, are those terms' own.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_always_fails_is_given_up_and_bad_answers_are_not_its_fault() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let words = |n: usize| format!("The w{n}x meter is a meter that measures the y{n}z sample. ");
    bench.write("p", "many.txt", &(0..60).map(words).collect::<String>());
    let fails = server(Script {
        rules: vec![Rule {
            when: When::Always,
            faults: vec![Fault::EndEarly],
        }],
        ..script()
    })
    .await;
    ask(&bench, &project, &fails.url()).await;
    let run = bench.run(&project, Scope::Full).await;
    let error = run.error.unwrap();
    assert_eq!(
        (run.status, error.code.as_str()),
        (RunStatus::Failed, "model_reply"),
        "{error:?}"
    );

    let chats = answering(|_| "no".to_owned()).await;
    ask(&bench, &project, &chats.url()).await;
    let run = bench.run(&project, Scope::Full).await;
    assert_eq!(run.status, RunStatus::Partial, "{:?}", run.error);
    assert!(run.missing >= 12, "{}", run.missing);
    let again = bench.engine.retry_missing(&run.id, "again").await.unwrap();
    bench.settled().await;
    assert_eq!(
        bench.engine.run(&again.id).await.unwrap().status,
        RunStatus::Partial,
        "E11"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wish_for_another_definition_is_one_question_and_its_undo_is_none() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    bench.completed(&project, Scope::Full).await;
    let wish = [key("drying room")];
    let refused = bench.engine.decide_terms(&project, &wish, &TermEdit::Redefine).await;
    assert!(matches!(refused, Err(Error::NoModel)), "{refused:?}");

    // Each answer is another one, as one of a model with some chance in it would be.
    let server = answering(|call| {
        if call.asks() != Asks::Definition {
            return agrees(call);
        }
        let definition = format!("Seed {} of {}.", call.body["seed"], call.term());
        json!({ "definition": definition, "sources": [1], "confidence": 0.9 }).to_string()
    })
    .await;
    ask(&bench, &project, &server.url()).await;
    let first = bench.completed(&project, Scope::Full).await;
    let definition = async || {
        let entry = bench.engine.entry(&project, Stage::Refine, &wish[0]).await.unwrap();
        assert_eq!(entry.model.as_deref(), Some("writer"));
        entry.entry.definition.unwrap()
    };
    assert_eq!(definition().await, "Seed 1 of drying room.");
    let (all, _) = defined(&bench, &first.id).await;

    let mut changes = Vec::new();
    for tries in 1..=2 {
        let change = bench.decide(&project, &["dryingroom"], TermEdit::Redefine).await;
        changes.extend(change.id);
        let plan = bench.engine.plan(&project).await.unwrap();
        assert_eq!(
            (plan.reasons, plan.scope),
            (vec![Reason::DefinitionWanted], Some(Scope::FromTerms))
        );
        let run = bench.completed(&project, Scope::FromTerms).await;
        assert_eq!(defined(&bench, &run.id).await, (1, all - 1), "the others are known");
        assert_eq!(definition().await, format!("Seed {} of drying room.", 1 + tries));
        assert_eq!(
            last_body(&server)["temperature"],
            json!(0.7_f32),
            "at 0 no seed makes a difference"
        );
        let diff = bench.engine.diff_runs(&first.id, &run.id).await.unwrap();
        assert_eq!(diff.causes, [Reason::DefinitionWanted]);
        let rows = bench
            .engine
            .list_diff(&first.id, &run.id, DiffKind::Definitions, 0, 100);
        assert!(
            rows.await
                .unwrap()
                .rows
                .iter()
                .all(|row| row.cause == DiffCause::Decision)
        );
    }
    assert!(bench.engine.plan(&project).await.unwrap().reasons.is_empty());

    let calls = server.counts().calls;
    for tries in [1, 0] {
        let change = changes.pop().unwrap();
        bench.engine.undo_change(&project, &change).await.unwrap();
        bench.completed(&project, Scope::FromTerms).await;
        assert_eq!(definition().await, format!("Seed {} of drying room.", 1 + tries));
    }
    assert_eq!(server.counts().calls, calls, "nothing is paid for twice");
    assert!(bench.engine.plan(&project).await.unwrap().reasons.is_empty());
}

/// A wish whose run was stopped, or never began, is not forgotten.
#[tokio::test(flavor = "multi_thread")]
async fn a_wish_for_another_definition_waits_until_a_run_fulfils_it() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let slow = server(Script {
        latency_ms: 2_000,
        ..script()
    })
    .await;
    let quick = server(script()).await;
    ask(&bench, &project, &quick.url()).await;
    bench.completed(&project, Scope::Full).await;
    bench.decide(&project, &["dryingroom"], TermEdit::Redefine).await;
    ask(&bench, &project, &slow.url()).await;
    let run = bench.start(&project, Scope::FromTerms).await;
    slow.until(|counts| counts.open >= 1).await;
    bench.engine.cancel_run(&run.id).await.unwrap();
    bench.settled().await;
    let plan = bench.engine.plan(&project).await.unwrap();
    assert_eq!(plan.reasons, [Reason::DefinitionWanted]);
    ask(&bench, &project, &quick.url()).await;
    let run = bench.completed(&project, Scope::FromTerms).await;
    assert_eq!(defined(&bench, &run.id).await.0, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn trying_a_server_says_what_works() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let server = server(script()).await;
    let model = ask(&bench, &project, &server.url()).await;
    let check = bench.engine.check_model(model.clone()).await.unwrap();
    assert!(check.passed >= ModelStep::Known, "{check:?}");
    let names = bench.engine.list_models(model.clone()).await.unwrap();
    assert_eq!(
        names.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(),
        ["writer"]
    );
    bench.engine.set_model_key(&model, None).await.unwrap();
    let check = bench.engine.check_model(model.clone()).await.unwrap();
    assert_eq!(check.passed, ModelStep::Reachable);
    assert_eq!(check.error.unwrap().code, "model_no_key");
    let refused = bench.engine.set_model_key(&model, Some("two words")).await;
    assert!(matches!(refused, Err(Error::BadKey)));
    until("nothing is open", async || server.counts().open == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_to_questions_in_other_words_are_out_of_date() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let server = server(script()).await;
    ask(&bench, &project, &server.url()).await;
    bench.completed(&project, Scope::Full).await;
    let mut tx = bench.engine.store().write().await.unwrap();
    sqlx::query(
        "UPDATE generation SET key = 'of old', basis = json_set(basis, '$.prompts', 'of old') WHERE stage = 'define'",
    )
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let plan = bench.engine.plan(&project).await.unwrap();
    assert_eq!(
        (plan.reasons, plan.scope),
        (vec![Reason::PromptsChanged], Some(Scope::FromTerms))
    );
    bench.completed(&project, Scope::FromTerms).await;
    assert_eq!(bench.engine.plan(&project).await.unwrap().reasons, []);
}
