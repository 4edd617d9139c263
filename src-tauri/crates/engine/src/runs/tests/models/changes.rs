//! What is asked again after a document changed.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::Scope;

/// The questions for definitions since a request: the sentences, by term.
fn definitions(server: &ModelServer, since: usize) -> BTreeMap<String, Vec<String>> {
    let requests = server.requests().split_off(since);
    let bodies = requests
        .iter()
        .filter_map(|request| serde_json::from_str::<serde_json::Value>(&request.body).ok());
    let mut asked = BTreeMap::new();
    for body in bodies {
        let user = body["messages"][1]["content"].as_str().unwrap_or_default();
        let term = user
            .lines()
            .find_map(|line| line.strip_prefix("Term: ").or(line.strip_prefix("用語: ")));
        if let Some(term) = term {
            let sentences = user.lines().filter_map(|line| line.strip_prefix('[')?.split_once("] "));
            asked.insert(
                term.to_owned(),
                sentences.map(|(_, sentence)| sentence.to_owned()).collect(),
            );
        }
    }
    asked
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sentence_that_changes_asks_for_the_definitions_of_the_terms_that_are_written_from_it_and_no_others() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let woods = [
        "ash", "birch", "cedar", "ebony", "hazel", "larch", "maple", "oak", "pine", "rosewood", "teak", "walnut",
    ];
    for wood in woods {
        let text = format!("A {wood} drawer is a drawer that is made of {wood}.\n\nThe {wood} drawer is heavy.\n");
        bench.write("p", &format!("{wood}.txt"), &text);
    }
    let server = server(script()).await;
    ask(&bench, &project, &server.url()).await;
    bench.completed(&project, Scope::Full).await;
    let before = definitions(&server, 0);
    let (old, new) = (
        "A maple drawer is a drawer that is made of maple.",
        "A maple drawer is a drawer that is made of hard maple.",
    );
    bench.write("p", "maple.txt", &format!("{new}\n\nThe maple drawer is heavy.\n"));
    let since = server.requests().len();
    let run = bench.completed(&project, Scope::Full).await;
    let after = definitions(&server, since);

    let holds = |sentences: &[String], text: &str| sentences.iter().any(|sentence| sentence == text);
    let written_from_it = before
        .iter()
        .filter(|(term, sentences)| holds(sentences, old) || after.get(*term).is_some_and(|now| holds(now, new)));
    assert!(before.len() > 12, "{before:?}");
    let expected: BTreeSet<&String> = written_from_it.map(|(term, _)| term).collect();
    let asked: BTreeSet<&String> = after.keys().collect();
    assert_eq!(asked, expected);
    assert!(asked.contains(&"maple drawer".to_owned()), "{asked:?}");
    assert!(asked.len() <= 4, "{asked:?} of {}", before.len());
    let (fresh, known) = defined(&bench, &run.id).await;
    assert_eq!(
        (fresh as usize, known as usize),
        (asked.len(), before.len() - asked.len())
    );

    // The other kinds of questions are about many terms at once: those that hold the sentence are asked again.
    let others = server.requests().split_off(since);
    let others = others
        .iter()
        .filter(|request| request.method == "POST" && !request.body.contains("Term: "));
    for request in others {
        assert!(request.body.contains("maple drawer"), "{}", request.body);
    }
}
