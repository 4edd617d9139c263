//! What asking costs, and what is kept of it.

use super::*;
use crate::{Program, RunStatus, Scope};

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
