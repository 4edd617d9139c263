//! Gaps, and measures that differ.

use super::*;

#[test]
fn a_gap_is_reported_with_its_weight_and_only_where_it_hurts() {
    let used = |text: &str, occurrences, documents| Term {
        documents,
        occurrences,
        ..term(text)
    };
    let terms = [
        used("pod", 6, 3),
        used("母株", 4, 2),
        used("jar", 3, 1),
        used("lid", 2, 2),
    ];
    let entries = ["pod", "母株", "jar", "lid"].map(|text| entry(text, ""));
    let found: Vec<(String, Severity)> = review(&entries, &terms)
        .into_iter()
        .map(|issue| (issue.term, issue.severity))
        .collect();
    let expected = [
        ("pod", Severity::High),
        ("母株", Severity::Medium),
        ("jar", Severity::Low),
    ];
    assert_eq!(found, expected.map(|(term, severity)| (term.to_owned(), severity)));
}

#[test]
fn gaps_never_drown_the_rest() {
    let names: Vec<String> = (0..60).map(|number| format!("gadget{number}x")).collect();
    let terms: Vec<Term> = names.iter().map(|name| term(name)).collect();
    let entries: Vec<Entry> = names.iter().map(|name| entry(name, "")).collect();
    assert_eq!(review(&entries, &terms).len(), 12);
}

#[test]
fn another_name_of_a_defined_entry_is_no_gap() {
    let mut voucher = entry("herbarium voucher", "A herbarium voucher is a pressed plant.");
    voucher.synonyms = vec!["voucher specimen".into()];
    let entries = [voucher, entry("voucher specimen", "")];
    let terms: Vec<Term> = entries.iter().map(|entry| term(&entry.term)).collect();
    assert_eq!(findings(&entries, &terms), []);
}

#[test]
fn measures_that_differ_contradict_each_other() {
    let clash = |first: &str, second: &str| {
        findings(&[with_other("base collection", first, "b.md", second)], &[])
            .iter()
            .any(|finding| matches!(finding, Finding::Contradiction { .. }))
    };
    assert!(clash(
        "the set of samples that is kept at -18 °C for long-term conservation",
        "A base collection is a collection that is stored at −20 °C and is seldom opened."
    ));
    assert!(!clash(
        "the set of samples that is kept at -18 °C for long-term conservation",
        "A base collection is a collection that is stored at −18 °C and is seldom opened."
    ));
    assert!(clash(
        "The target is the moisture content of 7 % at which seed is sealed.",
        "The target is the moisture content of 5 % at which seed is sealed."
    ));
    assert!(clash(
        "保管とは、種子を温度5℃の部屋に置くことをいう。",
        "保管とは、種子を温度10℃の部屋に置くことをいう。"
    ));
}

#[test]
fn what_a_review_does_not_read_of_the_terms_changes_nothing() {
    let entries = [
        entry("pod", "A pod is a group of containers."),
        entry("shard", ""),
        entry("HPA", ""),
        entry("horizontal pod autoscaler", ""),
        entry("controller", "A controller is a loop that watches the shard."),
    ];
    let mut terms: Vec<Term> = entries.iter().map(|entry| term(&entry.term)).collect();
    terms[2].expansion = Some("horizontal pod autoscaler".to_owned());
    let read = |terms: &[Term]| -> Vec<String> {
        let read = Reviewer::reads(&entries, terms).into_iter();
        read.map(|term| term.text.clone()).collect()
    };
    assert_eq!(read(&terms), ["shard", "HPA", "horizontal pod autoscaler"]);
    let before = review(&entries, &terms);
    assert!(
        before
            .iter()
            .any(|issue| matches!(issue.finding, Finding::Undefined { occurrences: 6 }))
    );
    let unread = |term: &Term| !["shard", "HPA", "horizontal pod autoscaler"].contains(&&*term.text);
    for term in terms.iter_mut().filter(|term| unread(term)) {
        (term.occurrences, term.documents, term.score) = (400, 90, 0.01);
        term.variants.push(Variant {
            text: "watched shards".into(),
            count: 3,
        });
    }
    assert_eq!(review(&entries, &terms), before);
    terms.push(term("cluster"));
    assert_eq!(
        read(&terms).len(),
        terms.len(),
        "a term without an entry may be missing"
    );
}
