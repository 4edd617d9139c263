//! What asking costs, and what is kept of it.

use super::*;
use crate::{LogLevel, RunStatus, Scope};

/// A token costs one.
fn priced(model: &ModelSettings, budget: Option<f32>) -> ModelSettings {
    ModelSettings {
        price_in: Some(1e6),
        price_out: Some(1e6),
        budget,
        parallel: 1,
        ..model.clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_has_spent_its_budget_stops_with_everything_kept_and_the_next_goes_on() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    bench.completed(&project, Scope::Full).await;
    let before = bench.results(&project).await;
    let server = server(script()).await;
    let model = ask(&bench, &project, &server.url()).await;
    set(&bench, &project, priced(&model, Some(1.0))).await;
    let run = bench.run(&project, Scope::Full).await;
    let error = run.error.unwrap();
    assert_eq!((run.status, error.code.as_str()), (RunStatus::Failed, "budget_spent"));
    assert_eq!(error.params["budget"], "1");
    assert_eq!(bench.results(&project).await, before, "E8");
    assert_eq!(server.counts().calls, 1, "the first question spent it");
    let used = bench.engine.run_detail(&run.id).await.unwrap().model_use;
    let tokens = f64::from(used[0].tokens_in + used[0].tokens_out);
    assert!((used[0].cost.unwrap() - tokens).abs() < 1e-6 * tokens, "{used:?}");

    set(&bench, &project, priced(&model, None)).await;
    let run = bench.completed(&project, Scope::Full).await;
    let (questions, cached) = asked(&bench, &run.id).await;
    assert_eq!(
        (server.counts().calls, cached),
        (1 + questions, 1),
        "what was answered is not asked again"
    );
    for wrong in [
        ModelSettings {
            budget: Some(1.0),
            ..model.clone()
        },
        ModelSettings {
            price_in: Some(-1.0),
            ..model.clone()
        },
    ] {
        let settings = ProjectSettings {
            model: Some(wrong),
            ..ProjectSettings::default()
        };
        assert!(bench.engine.set_project_settings(&project, settings).await.is_err());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_calls_of_a_run_are_kept_word_by_word_only_where_somebody_wants_to_see_them() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let server = server(script()).await;
    let model = ask(&bench, &project, &server.url()).await;
    let run = bench.completed(&project, Scope::Full).await;
    assert_eq!(bench.engine.list_model_calls(&run.id, 0, 10).await.unwrap().total, 0);

    let other = ModelSettings {
        keep_calls: true,
        seed: Some(2),
        ..model
    };
    set(&bench, &project, other).await;
    let before = server.counts().calls;
    let run = bench.completed(&project, Scope::Full).await;
    let calls = bench.engine.list_model_calls(&run.id, 0, 1000).await.unwrap();
    assert_eq!(calls.total, server.counts().calls - before);
    let definition = calls
        .rows
        .iter()
        .find(|row| row.item == "drying room" && row.stage == Stage::Define)
        .unwrap();
    let call = bench.engine.model_call(&run.id, &definition.id).await.unwrap();
    let roles: Vec<&str> = call.messages.iter().map(|turn| turn.role.as_str()).collect();
    assert_eq!(roles, ["system", "user"]);
    assert!(call.messages[1].content.contains("Term: drying room\n"));
    assert!(call.reply.contains("What the documents call drying room."));
    assert_eq!((call.row.status, call.row.attempt), (Some(200), 1));
    assert!(!serde_json::to_string(&call).unwrap().contains(KEY));
    assert!(bench.engine.model_call("another run", &definition.id).await.is_err());
}

/// D4: a review without its end says nothing of the entries that come after it.
#[tokio::test(flavor = "multi_thread")]
async fn a_review_that_breaks_off_is_asked_for_once_more_and_then_missing_and_the_ledger_counts_what_was_not_right() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    // Reviews break off until the model is told so; the definition of one term lacks its end.
    let cuts = |call: &Call| {
        let (answer, shown) = (agrees(call), call.body["messages"].as_array().unwrap().len() > 2);
        let cut = match call.asks() {
            Asks::Issues => !shown,
            Asks::Definition => call.term() == "drying room",
            _ => false,
        };
        answer[..answer.len() - usize::from(cut)].to_owned()
    };
    let server = answering(cuts).await;
    ask(&bench, &project, &server.url()).await;
    let run = bench.completed(&project, Scope::Full).await;
    let used = bench.engine.run_detail(&run.id).await.unwrap().model_use;
    let of = |stage| used.iter().find(|used| used.stage == stage).unwrap();
    let (defined, reviewed) = (of(Stage::Define), of(Stage::Review));
    assert_eq!((defined.repaired, defined.truncated), (0, 1), "{used:?}");
    assert_eq!(
        (reviewed.repaired, reviewed.truncated),
        (reviewed.questions, 0),
        "{used:?}"
    );
    assert_eq!(reviewed.calls, 2 * reviewed.questions);
    let log = bench.log(&run.id).await;
    let warned = log
        .iter()
        .find(|line| line.level == LogLevel::Warn && line.message.contains("broke off"));
    assert_eq!(warned.unwrap().item, "drying room");

    // One that never says all of it is missing, and not remembered as one that found nothing.
    let never = answering(|call| {
        let answer = agrees(call);
        let cut = usize::from(call.asks() == Asks::Issues);
        answer[..answer.len() - cut].to_owned()
    })
    .await;
    let model = ask(&bench, &project, &never.url()).await;
    let other = ModelSettings { seed: Some(2), ..model };
    set(&bench, &project, other.clone()).await;
    let run = bench.run(&project, Scope::Full).await;
    assert_eq!(run.status, RunStatus::Partial, "{:?}", run.error);
    let missing = bench.engine.list_missing(&run.id, 0, 10).await.unwrap().rows;
    assert!(missing.iter().all(|unit| unit.stage == Stage::Review), "{missing:?}");
    assert_eq!(missing.len() as u32, reviewed.questions);
    assert_eq!(missing[0].error.code, "model_reply");

    let whole = self::server(script()).await;
    ask(&bench, &project, &whole.url()).await;
    set(
        &bench,
        &project,
        ModelSettings {
            base_url: whole.url(),
            ..other
        },
    )
    .await;
    bench.engine.retry_missing(&run.id, "again").await.unwrap();
    bench.settled().await;
    assert_eq!(
        whole.counts().calls,
        reviewed.questions,
        "the reviews, and nothing else"
    );
}
