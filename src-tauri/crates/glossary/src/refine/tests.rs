use super::{Rulings, reading_order, refine};
use crate::normalise::key;
use crate::review::Reviewer;
use crate::{
    Alternative, Category, DuplicateReason, Entry, Evidence, Finding, Issue, Language, Resolution, Ruling, Severity,
    Stop, Stopped,
};

struct Stopper(bool);

impl Stop for Stopper {
    fn requested(&self) -> bool {
        self.0
    }
}

fn entry(term: &str, definition: &str) -> Entry {
    let evidence = Evidence {
        document: "a.md".into(),
        line: 1,
        start: 0,
        end: definition.len() as u32,
        quote: definition.into(),
    };
    Entry {
        term: term.into(),
        key: key(term),
        language: Language::English,
        category: Category::Concept,
        definition: (!definition.is_empty()).then(|| definition.to_owned()),
        writer: None,
        confidence: if definition.is_empty() { 0.0 } else { 0.8 },
        evidence: vec![evidence],
        alternatives: Vec::new(),
        synonyms: Vec::new(),
        related: Vec::new(),
    }
}

fn other(definition: &str) -> Alternative {
    let evidence = Evidence {
        document: "b.md".into(),
        line: 2,
        start: 0,
        end: definition.len() as u32,
        quote: definition.into(),
    };
    Alternative {
        definition: definition.into(),
        writer: None,
        confidence: 0.6,
        evidence,
    }
}

fn refined(entries: &[Entry]) -> (Outcome, Vec<Issue>) {
    let reviewer = Reviewer::new(entries, &[]);
    let issues: Vec<Issue> = (0..reviewer.len())
        .flat_map(|at| reviewer.review(entries, at))
        .collect();
    (told(entries, &issues, &Rulings::default()), issues)
}

/// What came of a refinement, with the entries that are as they were in their places.
struct Outcome {
    entries: Vec<Entry>,
    resolutions: Vec<Resolution>,
}

/// A refinement that says of each entry rightly whether it has changed.
fn told(entries: &[Entry], issues: &[Issue], rulings: &Rulings) -> Outcome {
    let refinement = refine(entries, issues, rulings, &Stopper(false)).unwrap();
    for refined in &refinement.entries {
        let entry = refined.entry(entries);
        let same = |old: &Entry| {
            (&old.term, &old.definition, &old.synonyms) == (&entry.term, &entry.definition, &entry.synonyms)
        };
        assert_eq!(refined.is_changed(), !entries.iter().any(same), "{entry:?}");
    }
    let refined = refinement.entries.iter().map(|refined| refined.entry(entries).clone());
    Outcome {
        entries: refined.collect(),
        resolutions: refinement.resolutions,
    }
}

#[test]
fn a_glossary_without_issues_comes_back_as_it_was() {
    let entries = [
        entry("zebra", "A zebra is a horse with stripes."),
        entry("ant", "An ant is a small insect."),
    ];
    let (refinement, issues) = refined(&entries);
    assert!(issues.is_empty());
    assert_eq!(refinement.entries, entries);
    assert!(refinement.resolutions.is_empty());
}

#[test]
fn spelling_variants_become_one_entry_and_lose_nothing() {
    let mut user = entry("node", "A node is a machine of a data centre.");
    user.related = vec!["data centre".into()];
    let mut entries = vec![
        entry("data center", "A data center is a building for computers."),
        entry("data centre", ""),
        user,
    ];
    entries[1].synonyms = vec!["server hall".into()];
    let (refinement, _) = refined(&entries);
    assert_eq!(
        refinement
            .resolutions
            .iter()
            .filter(|r| **r == Resolution::Merged)
            .count(),
        1,
        "the duplicate"
    );
    let names: Vec<&str> = refinement.entries.iter().map(|entry| entry.term.as_str()).collect();
    assert_eq!(names, ["data center", "node"]);
    assert_eq!(refinement.entries[0].synonyms, ["data centre", "server hall"]);
    assert_eq!(
        refinement.entries[1].related,
        ["data center"],
        "mentions follow the entry to its new name"
    );
}

#[test]
fn entries_that_share_a_key_are_merged_too() {
    let entries = [
        entry("サーバ", "サーバとは、要求に応える計算機である。"),
        entry("サーバー", "サーバーとは、機能を提供する機械である。"),
    ];
    let (refinement, _) = refined(&entries);
    assert_eq!(refinement.resolutions, [Resolution::Merged]);
    assert_eq!(refinement.entries.len(), 1);
    assert_eq!(refinement.entries[0].synonyms, ["サーバー"]);
    assert_eq!(
        refinement.entries[0].alternatives.len(),
        1,
        "the other definition is kept"
    );
}

#[test]
fn the_full_form_keeps_the_headword() {
    let mut short = entry("TLS", "TLS is a protocol for safety between two ends.");
    short.synonyms = vec!["Transport Layer Security".into()];
    let (refinement, _) = refined(&[short, entry("Transport Layer Security", "")]);
    assert_eq!(refinement.entries.len(), 1);
    let kept = &refinement.entries[0];
    assert_eq!(kept.term, "Transport Layer Security");
    assert_eq!(kept.synonyms, ["TLS"]);
    assert!(
        kept.definition.is_some(),
        "the definition of the short form is the definition of the full form"
    );
}

#[test]
fn equal_definitions_alone_do_not_make_synonyms() {
    let text = "Pods and capsules are units of deployment.";
    let (refinement, issues) = refined(&[entry("pod", text), entry("capsule", text)]);
    assert_eq!(
        (refinement.resolutions.as_slice(), refinement.entries.len()),
        ([Resolution::Open].as_slice(), 2)
    );
    assert!(matches!(issues[0].finding, Finding::Duplicate { .. }));
    let mut named = [entry("pod", text), entry("capsule", text)];
    named[0].synonyms = vec!["capsule".into()];
    assert_eq!(
        refined(&named).0.resolutions,
        [Resolution::Merged],
        "unless the documents say so"
    );
}

#[test]
fn a_circular_definition_gives_way_to_another_one() {
    let mut cache = entry("cache", "A cache is a cache that caches.");
    cache.alternatives = vec![
        other("A cache is a kind of cache."),
        other("A cache is a small store in front of a slow one."),
    ];
    let (refinement, _) = refined(&[cache]);
    assert_eq!(refinement.resolutions, [Resolution::Replaced]);
    let kept = &refinement.entries[0];
    assert_eq!(
        kept.definition.as_deref(),
        Some("A cache is a small store in front of a slow one.")
    );
    assert_eq!(
        kept.evidence[0].document, "b.md",
        "the evidence belongs to the new definition"
    );
    assert!((kept.confidence - 0.6).abs() < 1e-9);
    assert_eq!(
        kept.alternatives.last().map(|a| a.definition.as_str()),
        Some("A cache is a cache that caches.")
    );

    let mut pod = entry("pod", "A pod is a group of containers.");
    pod.alternatives = vec![other("A pod is the smallest unit that can be deployed.")];
    let (refinement, _) = refined(&[entry("container", "A container is a part of a pod."), pod]);
    assert_eq!(refinement.resolutions, [Resolution::Replaced]);
    let (refinement, _) = refined(&[
        entry("container", "A container is a part of a pod."),
        entry("pod", "A pod is a group of containers."),
    ]);
    assert_eq!(
        refinement.resolutions,
        [Resolution::Open],
        "without another definition the circle stays visible"
    );
}

fn gap(term: &str) -> Issue {
    Issue {
        term: term.into(),
        key: key(term),
        severity: Severity::Medium,
        finding: Finding::Undefined { occurrences: 4 },
    }
}

#[test]
fn what_rules_cannot_settle_stays_open() {
    let entries = [entry("pod", ""), entry("node", "A node is a machine.")];
    let refinement = told(&entries, &[gap("pod")], &Rulings::default());
    assert_eq!(refinement.resolutions, [Resolution::Open]);
    assert_eq!(refinement.entries.len(), 2, "nothing is thrown away");
}

#[test]
fn the_order_is_the_reading_order() {
    let mut names = ["仮想化", "Zebra", "サーバ", "ant", "あい", "API", "Ａｌｐｈａ", "アイ"];
    names.sort_by(|a, b| reading_order(a, b));
    assert_eq!(
        names,
        ["Ａｌｐｈａ", "ant", "API", "Zebra", "あい", "アイ", "仮想化", "サーバ"]
    );
    let entries = [entry("zebra", ""), entry("Ant", "An ant is a small insect.")];
    let refinement = told(&entries, &[gap("zebra")], &Rulings::default());
    assert_eq!(refinement.entries[0].term, "Ant");
}

#[test]
fn a_stop_request_ends_the_work() {
    assert_eq!(refine(&[], &[], &Rulings::default(), &Stopper(true)), Err(Stopped));
}

#[test]
fn issues_about_entries_that_are_not_there_are_left_open() {
    let issue = |finding| Issue {
        term: "ghost".into(),
        key: "ghost".into(),
        severity: Severity::Low,
        finding,
    };
    let issues = [
        issue(Finding::Circular { path: vec![] }),
        issue(Finding::Circular {
            path: vec!["ghost".into(), "pod".into()],
        }),
        issue(Finding::Duplicate {
            others: vec!["phantom".into()],
            reason: DuplicateReason::Spelling,
        }),
        issue(Finding::Undefined { occurrences: 1 }),
    ];
    let refinement = told(&[entry("pod", "A pod is a unit.")], &issues, &Rulings::default());
    assert_eq!(refinement.resolutions, [Resolution::Open; 4]);
}

fn ruled(entries: &[Entry], issues: &[Issue], groups: &[&[&str]], rulings: &[(usize, Ruling)]) -> Outcome {
    let rulings = Rulings {
        groups: groups
            .iter()
            .map(|group| group.iter().map(|term| key(term)).collect())
            .collect(),
        issues: rulings.iter().copied().collect(),
    };
    told(entries, issues, &rulings)
}

fn find<'a>(refinement: &'a Outcome, term: &str) -> Option<&'a Entry> {
    refinement.entries.iter().find(|entry| entry.term == term)
}

fn issue(term: &str, finding: Finding) -> Issue {
    Issue {
        term: term.into(),
        key: key(term),
        severity: Severity::Medium,
        finding,
    }
}

#[test]
fn a_group_of_the_researchers_becomes_one_entry_under_its_first_name() {
    let entries = [
        entry("logger", "A logger is a device that writes down."),
        entry("datalogger unit", ""),
        entry("other", "Another thing."),
    ];
    let refinement = ruled(&entries, &[], &[&["datalogger unit", "logger"]], &[]);
    assert_eq!(refinement.entries.len(), 2);
    let head = find(&refinement, "datalogger unit").unwrap();
    assert_eq!(head.synonyms, ["logger"]);
    assert_eq!(
        head.definition.as_deref(),
        Some("A logger is a device that writes down.")
    );
    assert_eq!(head.evidence[0].quote, "A logger is a device that writes down.");
}

/// D5
#[test]
fn a_group_whose_first_name_is_not_there_does_not_make_the_concept_vanish() {
    let entries = [entry("logger", "A logger is a device."), entry("recorder", "")];
    let refinement = ruled(&entries, &[], &[&["gone", "recorder", "logger"]], &[]);
    assert_eq!(refinement.entries.len(), 1);
    let head = find(&refinement, "recorder").unwrap();
    assert_eq!(head.synonyms, ["logger"]);
    let alone = ruled(&entries[..1], &[], &[&["gone", "logger"]], &[]);
    assert_eq!(alone.entries, entries[..1]);
    let nobody = ruled(&entries, &[], &[&["gone", "lost"]], &[]);
    assert_eq!(nobody.entries.len(), 2);
}

#[test]
fn the_headword_of_a_group_outlives_the_rules_and_two_groups_stay_two() {
    let entries = [
        entry("IPM", "IPM is the control of pests."),
        entry("pest plan", ""),
        entry(
            "integrated pest management",
            "Integrated pest management is the control of pests.",
        ),
        entry("IPM scheme", ""),
    ];
    let duplicate = issue(
        "IPM",
        Finding::Duplicate {
            others: vec!["integrated pest management".into()],
            reason: DuplicateReason::Abbreviation,
        },
    );
    let by_rule = ruled(&entries, std::slice::from_ref(&duplicate), &[], &[]);
    assert!(find(&by_rule, "IPM").is_none(), "the rule keeps the full form");
    let ours = ruled(
        &entries,
        std::slice::from_ref(&duplicate),
        &[&["IPM", "pest plan"]],
        &[],
    );
    let head = find(&ours, "IPM").unwrap();
    assert!(head.synonyms.contains(&"integrated pest management".to_owned()));
    assert_eq!(ours.resolutions, [Resolution::Merged]);
    let groups: [&[&str]; 2] = [&["IPM", "pest plan"], &["integrated pest management", "IPM scheme"]];
    let two = ruled(&entries, &[duplicate], &groups, &[]);
    assert_eq!(two.entries.len(), 2);
    assert_eq!(two.resolutions, [Resolution::Open]);
}

#[test]
fn nothing_is_done_about_a_dismissed_issue() {
    let mut entries = [entry("cold store", "A cold store is a room."), entry("coldstore", "")];
    entries[1].key = "coldstore2".into();
    let duplicate = issue(
        "cold store",
        Finding::Duplicate {
            others: vec!["coldstore2".into()],
            reason: DuplicateReason::Spelling,
        },
    );
    let merged = ruled(&entries, std::slice::from_ref(&duplicate), &[], &[]);
    assert_eq!(
        (merged.entries.len(), &merged.resolutions[..]),
        (1, &[Resolution::Merged][..])
    );
    let apart = ruled(&entries, &[duplicate], &[], &[(0, Ruling::Dismissed)]);
    assert_eq!(
        (apart.entries.len(), &apart.resolutions[..]),
        (2, &[Resolution::Dismissed][..])
    );
}

#[test]
fn the_statement_that_the_researcher_chose_is_the_definition() {
    let mut whole = entry("humidity", "Humidity is kept at 45 percent.");
    whole.alternatives.push(other("Humidity is kept at 60 percent."));
    let clash = issue(
        "humidity",
        Finding::Contradiction {
            first: whole.evidence[0].clone(),
            second: whole.alternatives[0].evidence.clone(),
        },
    );
    let entries = [whole];
    let issues = [clash];
    let first = ruled(&entries, &issues, &[], &[(0, Ruling::First)]);
    assert_eq!(first.resolutions, [Resolution::First]);
    assert_eq!(first.entries[0], entries[0]);
    let second = ruled(&entries, &issues, &[], &[(0, Ruling::Second)]);
    assert_eq!(second.resolutions, [Resolution::Second]);
    let chosen = &second.entries[0];
    assert_eq!(chosen.definition.as_deref(), Some("Humidity is kept at 60 percent."));
    assert_eq!(chosen.evidence[0].document, "b.md");
    assert_eq!(chosen.alternatives[0].definition, "Humidity is kept at 45 percent.");
    assert_eq!(ruled(&entries, &issues, &[], &[]).resolutions, [Resolution::Open]);
}
