//! What asking costs, and what is kept of it.

use super::*;
use crate::{CallFilter, LogLevel, ModelCalls, Program, RunStatus, Scope};

/// A token costs one.
pub(super) fn priced(model: &ModelSettings, budget: Option<f32>) -> ModelSettings {
    ModelSettings {
        price_in: Some(1e6),
        price_out: Some(1e6),
        budget,
        parallel: 1,
        ..model.clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_can_answer_a_run_that_has_spent_its_budget_fails_with_everything_kept_and_the_next_goes_on() {
    let bench = Bench::of(Program::CommandLine).await;
    let project = bench.project("p").await;
    bench.completed(&project, Scope::Full).await;
    let before = bench.results(&project).await;
    let server = server(script()).await;
    let model = ask(&bench, &project, &server.url()).await;
    set(&bench, &project, priced(&model, Some(0.1))).await;
    let run = bench.run(&project, Scope::Full).await;
    let error = run.error.unwrap();
    assert_eq!((run.status, error.code.as_str()), (RunStatus::Failed, "budget_spent"));
    assert_eq!(error.params["budget"], "0.1", "as it was typed");
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
    assert_eq!(kept(&bench, &run.id, CallFilter::All).await.asked, 0);

    let other = ModelSettings {
        keep_calls: true,
        seed: Some(2),
        ..model
    };
    set(&bench, &project, other).await;
    let before = server.counts().calls;
    let run = bench.completed(&project, Scope::Full).await;
    let calls = kept(&bench, &run.id, CallFilter::All).await;
    assert_eq!((calls.asked, calls.known), (server.counts().calls - before, 0));
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

async fn kept(bench: &Bench, run: &str, filter: CallFilter) -> ModelCalls {
    bench.engine.list_model_calls(run, filter, 0, 1000).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_was_known_is_a_line_without_costs_that_leads_to_the_words_of_its_call() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let server = server(script()).await;
    let model = ask(&bench, &project, &server.url()).await;
    let keeps = ModelSettings {
        keep_calls: true,
        ..priced(&model, None)
    };
    set(&bench, &project, keeps.clone()).await;
    let first = bench.completed(&project, Scope::Full).await.id;
    let asked_first = kept(&bench, &first, CallFilter::All).await;
    bench.change("p");
    let second = bench.completed(&project, Scope::Full).await.id;
    let all = kept(&bench, &second, CallFilter::All).await;
    let (questions, cached) = asked(&bench, &second).await;
    assert!(questions > 0 && cached > 0, "{questions} {cached}");
    assert_eq!((all.asked, all.known), (questions, cached), "what the ledger says");
    let (sent, known) = (
        kept(&bench, &second, CallFilter::Asked).await.rows,
        kept(&bench, &second, CallFilter::Known).await.rows,
    );
    assert_eq!((sent.len(), known.len()), (questions as usize, cached as usize));
    assert!(sent.iter().all(|row| !row.known && row.tokens_in > 0));
    let free = |row: &crate::ModelCallRow| (row.known, row.tokens_in, row.tokens_out, row.time_ms, row.attempt);
    assert!(known.iter().all(|row| free(row) == (true, 0, 0, 0, 0)));

    // The words are those of the call that was made then, and nothing else.
    let row = known
        .iter()
        .find(|row| row.item == "drying room" && row.stage == Stage::Define);
    let row = row.unwrap_or_else(|| panic!("{known:?}"));
    let origin = asked_first
        .rows
        .iter()
        .find(|other| (other.stage, &other.item) == (row.stage, &row.item));
    let origin = bench.engine.model_call(&first, &origin.unwrap().id).await.unwrap();
    let call = bench.engine.model_call(&second, &row.id).await.unwrap();
    assert_eq!((&call.messages, &call.reply), (&origin.messages, &origin.reply));
    assert_eq!((call.asked_at, origin.asked_at), (Some(origin.row.at), None));

    // The run that asked it may be gone.
    bench.engine.delete_run(&first).await.unwrap();
    let lost = bench.engine.model_call(&second, &row.id).await.unwrap();
    assert_eq!((lost.asked_at, lost.messages.len(), lost.reply.as_str()), (None, 0, ""));

    // Who does not keep the calls keeps no line of what was known either.
    set(
        &bench,
        &project,
        ModelSettings {
            keep_calls: false,
            ..keeps
        },
    )
    .await;
    bench.write(
        "p",
        "guide/new.md",
        "A seed vault is a room that is kept at minus 20 degrees. The seed vault is full.",
    );
    let third = bench.completed(&project, Scope::Full).await.id;
    assert!(asked(&bench, &third).await.1 > 0);
    let none = kept(&bench, &third, CallFilter::All).await;
    assert_eq!((none.asked, none.known), (0, 0));
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
