use super::super::identity;
use crate::normalise::key;
use crate::{DuplicateReason, Evidence, Finding, Issue, Severity};

/// A decision about an issue finds it again in the next review.
#[test]
fn an_issue_keeps_its_identity_under_another_entry_and_with_other_counts() {
    let issue = |term: &str, finding: Finding| Issue {
        term: term.into(),
        key: key(term),
        severity: Severity::Low,
        finding,
    };
    let duplicate = |term: &str, others: &[&str], reason| {
        let others = others.iter().map(|other| (*other).to_owned()).collect();
        identity(&issue(term, Finding::Duplicate { others, reason }))
    };
    let one = duplicate("a", &["b", "c"], DuplicateReason::Spelling);
    assert_eq!(one, duplicate("c", &["b", "a"], DuplicateReason::SameDefinition));
    assert_ne!(one, duplicate("a", &["b"], DuplicateReason::Spelling));
    let silent = |term, occurrences| identity(&issue(term, Finding::Undefined { occurrences }));
    assert_eq!(silent("a", 3), silent("a", 9));
    assert_ne!(silent("a", 3), silent("b", 3));
    let evidence = |quote: &str, line| Evidence {
        document: "d.md".into(),
        line,
        start: line,
        end: line + 9,
        quote: quote.into(),
    };
    let clash = |first, second| identity(&issue("a", Finding::Contradiction { first, second }));
    assert_eq!(
        clash(evidence("x", 1), evidence("y", 2)),
        clash(evidence("y", 7), evidence("x", 8))
    );
    assert_ne!(
        clash(evidence("x", 1), evidence("y", 2)),
        clash(evidence("x", 1), evidence("z", 2)),
        "another statement is another question"
    );
}
