//! Servers that fail now and then, in every way there is.

use genglossary_model_server::{Fault, Rule, When};

use super::*;
use crate::Scope;

/// E11 and D4: nothing is lost, and nothing looks other than it would without the faults.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_completes_with_everything_in_it_while_a_tenth_of_its_calls_fail() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let words = |n: usize| format!("The w{n}x meter is a meter that measures the y{n}z sample. ");
    bench.write("p", "many.txt", &(0..30).map(words).collect::<String>());
    let reliable = server(script()).await;
    ask(&bench, &project, &reliable.url()).await;
    let first = bench.completed(&project, Scope::Full).await;
    let (questions, _) = asked(&bench, &first.id).await;
    let wanted = bench.results(&project).await;
    let mut faults = 0;
    for seed in 1..=3 {
        let failing = server(Script {
            rules: vec![Rule {
                when: When::Share(0.1),
                faults: Fault::every(),
            }],
            seed,
            ..script()
        })
        .await;
        let model = ask(&bench, &project, &failing.url()).await;
        let model = ModelSettings {
            // Nothing is known of answers to another seed.
            seed: Some(1 + seed as u32),
            timeout_s: 2,
            ..model
        };
        set(&bench, &project, model).await;
        let run = bench.completed(&project, Scope::Full).await;
        assert_eq!(asked(&bench, &run.id).await, (questions, 0));
        assert_eq!(bench.results(&project).await, wanted, "seed {seed}");
        faults += failing.counts().faults;
    }
    assert!(
        faults * 20 > questions * 3,
        "{faults} faults in 3 x {questions} questions"
    );
}
