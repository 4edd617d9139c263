use glossary::Finding;

use super::issues;
use crate::testing::Bench;
use crate::{Change, Error, IssueAnswer, IssueState, Scope, Stage, TermEdit, Verdict};

fn clash(bench: &Bench) {
    let kept = |percent: u32| {
        format!("Seed store humidity is the humidity that is kept at {percent} percent in the seed store.\n")
    };
    bench.write("p", "guide/a.md", &kept(45));
    bench.write("p", "guide/b.md", &kept(60));
}

async fn answer(bench: &Bench, project: &str, id: &str, answer: IssueAnswer) -> Change {
    bench
        .engine
        .answer_issues(project, &[id.to_owned()], &answer)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_holds_in_every_later_review_and_can_be_taken_back() {
    let bench = Bench::new().await;
    let (engine, project) = (&bench.engine, bench.project("p").await);
    clash(&bench);
    bench.completed(&project, Scope::Full).await;
    let all = issues(engine, &project, None).await;
    let found = all
        .iter()
        .find(|issue| matches!(issue.finding, Finding::Contradiction { .. }));
    let found = found.unwrap_or_else(|| panic!("no contradiction in {all:?}"));
    let open = engine.project(&project).await.unwrap().summary.counts.open_issues;
    let before = engine.entry(&project, Stage::Refine, &found.key).await.unwrap();
    let change = answer(&bench, &project, &found.id, IssueAnswer::Second).await;
    let counts = engine.project(&project).await.unwrap().summary.counts;
    assert_eq!(
        counts.open_issues,
        open.map(|open| open - 1),
        "the navigation follows at once"
    );
    let plan = engine.plan(&project).await.unwrap();
    assert_eq!(
        (plan.reasons, plan.scope),
        (vec![crate::Reason::IssuesAnswered], Some(Scope::Refine))
    );
    bench.completed(&project, Scope::Refine).await;
    assert_eq!(engine.plan(&project).await.unwrap().reasons, []);
    let chosen = engine.entry(&project, Stage::Refine, &found.key).await.unwrap();
    assert_ne!(chosen.entry.definition, before.entry.definition);
    assert_eq!(chosen.issues[0].state, IssueState::Resolved);

    bench.change("p");
    bench.completed(&project, Scope::Full).await;
    let again = engine.entry(&project, Stage::Refine, &found.key).await.unwrap();
    assert_eq!(
        again.entry.definition, chosen.entry.definition,
        "survives other documents"
    );
    engine.undo_change(&project, &change.id.unwrap()).await.unwrap();
    assert_eq!(
        engine.plan(&project).await.unwrap().reasons,
        [crate::Reason::IssuesAnswered]
    );
    bench.completed(&project, Scope::Refine).await;
    let back = engine.entry(&project, Stage::Refine, &found.key).await.unwrap();
    assert_eq!(back.entry.definition, before.entry.definition);
    assert_eq!(back.issues[0].state, IssueState::Open);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dismissed_issue_stays_dismissed_with_its_reason_and_needs_no_run() {
    let bench = Bench::new().await;
    let (engine, project) = (&bench.engine, bench.project("p").await);
    clash(&bench);
    bench.completed(&project, Scope::Full).await;
    let open = issues(engine, &project, Some(IssueState::Open)).await;
    let dismiss = IssueAnswer::Dismiss {
        reason: Some(" two rooms ".to_owned()),
    };
    answer(&bench, &project, &open[0].id, dismiss).await;
    assert_eq!(engine.plan(&project).await.unwrap().reasons, []);
    bench.completed(&project, Scope::Full).await;
    bench.change("p");
    bench.completed(&project, Scope::Full).await;
    let dismissed = issues(engine, &project, Some(IssueState::Dismissed)).await;
    assert_eq!(dismissed.len(), 1);
    assert_eq!(
        (&dismissed[0].term, dismissed[0].reason.as_deref()),
        (&open[0].term, Some("two rooms"))
    );
    let counted = engine.count_issues(&project).await.unwrap();
    let number: u32 = counted
        .iter()
        .filter(|count| count.state == IssueState::Dismissed)
        .map(|count| count.count)
        .sum();
    assert_eq!(number, 1);
    answer(&bench, &project, &dismissed[0].id, IssueAnswer::Reopen).await;
    assert_eq!(issues(engine, &project, Some(IssueState::Dismissed)).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exclusion_and_a_definition_settle_an_issue_as_long_as_they_stand() {
    let bench = Bench::new().await;
    let (engine, project) = (&bench.engine, bench.project("p").await);
    let text =
        "The gradiometer was cleaned. The gradiometer was moved. The gradiometer was lost. The gradiometer is old.\n";
    bench.write("p", "guide/g.md", &text.repeat(3));
    bench.completed(&project, Scope::Full).await;
    let silent = async || {
        let all = issues(engine, &project, None).await;
        let found = all.into_iter().find(|issue| issue.key == "gradiometer");
        found.expect("it is never defined")
    };
    assert_eq!(silent().await.state, IssueState::Open);
    let id = silent().await.id;
    answer(&bench, &project, &id, IssueAnswer::Exclude).await;
    assert!(silent().await.excluded && silent().await.state == IssueState::Resolved);
    assert_eq!(
        engine.term(&project, "gradiometer").await.unwrap().row.verdict,
        Some(Verdict::Excluded)
    );
    answer(&bench, &project, &id, IssueAnswer::Reopen).await;
    assert_eq!(silent().await.state, IssueState::Open);
    assert_eq!(engine.term(&project, "gradiometer").await.unwrap().row.verdict, None);
    let definition = "A device that measures gradients.".to_owned();
    answer(&bench, &project, &id, IssueAnswer::Define { definition }).await;
    assert!(silent().await.defined && silent().await.state == IssueState::Resolved);
    assert!(
        !engine.recheck_issue(&project, &id).await.unwrap(),
        "it has a definition now"
    );
    let unlock = TermEdit::Definition { definition: None };
    bench.decide(&project, &["gradiometer"], unlock).await;
    assert_eq!(silent().await.state, IssueState::Open);
    assert!(engine.recheck_issue(&project, &id).await.unwrap());
    let wrong = engine.answer_issues(&project, &[id], &IssueAnswer::Second).await;
    assert!(matches!(wrong, Err(Error::IssueNotFound(_))), "no statement to choose");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_definition_settles_what_the_rule_says_and_nothing_else() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    bench.completed(&project, Scope::Full).await;
    bench.define(&project, "accession", "What the gene bank numbers.").await;
    let evidence = || glossary::Evidence {
        document: "a.md".to_owned(),
        line: 1,
        start: 0,
        end: 1,
        quote: "a".to_owned(),
    };
    let findings = [
        Finding::Undefined { occurrences: 1 },
        Finding::Circular { path: Vec::new() },
        Finding::Duplicate {
            others: Vec::new(),
            reason: glossary::DuplicateReason::Spelling,
        },
        Finding::Contradiction {
            first: evidence(),
            second: evidence(),
        },
        Finding::MissingRelated {
            related: "seed".to_owned(),
        },
        Finding::Ungrounded { words: Vec::new() },
        Finding::Judged {
            problem: glossary::Problem::Duplicate,
            others: Vec::new(),
            says: String::new(),
            proposal: None,
            by: "writer".to_owned(),
        },
    ];
    let mut tx = bench.engine.store().write().await.unwrap();
    sqlx::query("DELETE FROM issue_row").execute(&mut *tx).await.unwrap();
    for (ordinal, finding) in (0_i64..).zip(&findings) {
        let of_review =
            "INSERT INTO issue_row (series, ordinal, born, hash, key, term, severity, kind, finding, identity)
            SELECT series, ?, id, 0, 'accession', 'accession', 1, ?, ?, ? FROM generation WHERE stage = 'review'";
        sqlx::query(of_review)
            .bind(ordinal)
            .bind(finding.kind())
            .bind(serde_json::to_string(finding).unwrap())
            .bind(ordinal.to_string())
            .execute(&mut *tx)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    let rows = issues(&bench.engine, &project, None).await;
    assert_eq!(rows.len(), findings.len());
    for row in rows {
        let settled = row.finding.is_settled_by_definition();
        assert_eq!((row.definable, row.defined), (settled, settled), "{:?}", row.finding);
        assert_eq!(row.state == IssueState::Resolved, settled, "{:?}", row.finding);
    }
}
