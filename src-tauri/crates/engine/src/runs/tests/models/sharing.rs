//! What the runs of one program share of a server.

use genglossary_model_server::Json;

use super::*;
use crate::{JsonForm, Scope};

/// Two projects on a server do not ask twice as much of it at once.
#[tokio::test(flavor = "multi_thread")]
async fn runs_of_several_projects_share_the_limit_on_calls_to_their_server() {
    let bench = Bench::new().await;
    let (one, other) = (bench.project("one").await, bench.project("other").await);
    let slow = Script {
        latency_ms: 30,
        ..script()
    };
    let server = server(slow).await;
    // The same server, and the same key, however its address is written.
    ask(&bench, &one, &server.url()).await;
    ask(&bench, &other, &format!("{}/v1/", server.url())).await;
    let mut runs = Vec::new();
    for project in [&one, &other] {
        runs.push(bench.start(project, Scope::Full).await.id);
    }
    bench.settled().await;
    let mut times = Vec::new();
    for run in &runs {
        let run = bench.engine.run(run).await.unwrap();
        assert_eq!(run.error, None);
        times.push((run.started_at.unwrap(), run.finished_at.unwrap()));
    }
    assert!(times[1].0 < times[0].1, "they ran at the same time: {times:?}");
    assert_eq!(server.counts().most_open, 4);
    assert_eq!(server.counts().turned_away, 0);
}

/// A server that takes neither a schema nor a seed says so twice, and never again.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_does_not_understand_is_found_out_once_and_a_test_of_the_connection_finds_out_anew() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let plain = Script {
        json: Json::Object,
        refuses: vec!["seed".to_owned()],
        ..script()
    };
    let server = server(plain).await;
    let refused = || {
        let asked = server.requests();
        let asked = asked.iter().filter(|request| request.method == "POST").count();
        asked as u32 - server.counts().calls
    };
    let model = ask(&bench, &project, &server.url()).await;
    let model = ModelSettings { parallel: 1, ..model };
    set(&bench, &project, model.clone()).await;
    bench.completed(&project, Scope::Full).await;
    assert_eq!(refused(), 2, "of the first run, in its first question");

    let warmer = ModelSettings {
        temperature: 0.5,
        ..model.clone()
    };
    set(&bench, &project, warmer).await;
    let before = server.counts().calls;
    bench.completed(&project, Scope::Full).await;
    assert!(server.counts().calls > before + 3, "everything is asked again");
    assert_eq!(refused(), 2, "the server is known by now");

    let check = bench.engine.check_model(model).await.unwrap();
    assert_eq!(check.json, Some(JsonForm::Object));
    assert_eq!(refused(), 4, "it may be another version by now");
    bench.write(
        "p",
        "guide/new.md",
        "A moon seed is a seed that was kept on the moon. The moon seed is old.",
    );
    let before = server.counts().calls;
    bench.completed(&project, Scope::Full).await;
    assert!(server.counts().calls > before);
    assert_eq!(refused(), 4, "what the test found out counts");
}
