mod gaps;
mod identity;
mod ungrounded;

use super::Reviewer;
use crate::normalise::key;
use crate::{
    Alternative, Category, DuplicateReason, Entry, Evidence, Finding, Issue, Language, Severity, Term, Variant,
};

fn language(text: &str) -> Language {
    if text.is_ascii() {
        Language::English
    } else {
        Language::Japanese
    }
}

fn evidence(document: &str, quote: &str) -> Evidence {
    Evidence {
        document: document.into(),
        line: 1,
        start: 0,
        end: quote.len() as u32,
        quote: quote.into(),
    }
}

fn entry(term: &str, definition: &str) -> Entry {
    Entry {
        term: term.into(),
        key: key(term),
        language: language(term),
        category: Category::Concept,
        definition: (!definition.is_empty()).then(|| definition.to_owned()),
        writer: None,
        confidence: 0.8,
        evidence: vec![evidence("a.md", definition)],
        alternatives: Vec::new(),
        synonyms: Vec::new(),
        related: Vec::new(),
    }
}

fn with_other(term: &str, definition: &str, document: &str, other: &str) -> Entry {
    let mut entry = entry(term, definition);
    entry.alternatives.push(Alternative {
        definition: other.into(),
        writer: None,
        confidence: 0.7,
        evidence: evidence(document, other),
    });
    entry
}

fn term(text: &str) -> Term {
    Term {
        text: text.into(),
        key: key(text),
        language: language(text),
        category: Category::Concept,
        score: 0.5,
        documents: 2,
        occurrences: 6,
        variants: vec![Variant {
            text: text.into(),
            count: 6,
        }],
        judge: None,
        expansion: None,
    }
}

fn review(entries: &[Entry], terms: &[Term]) -> Vec<Issue> {
    let reviewer = Reviewer::new(entries, terms);
    assert_eq!(reviewer.len(), entries.len());
    (0..reviewer.len())
        .flat_map(|at| reviewer.review(entries, at))
        .collect()
}

fn findings(entries: &[Entry], terms: &[Term]) -> Vec<Finding> {
    review(entries, terms).into_iter().map(|issue| issue.finding).collect()
}

fn circles(entries: &[Entry]) -> Vec<Vec<String>> {
    findings(entries, &[])
        .into_iter()
        .filter_map(|finding| match finding {
            Finding::Circular { path } => Some(path),
            _ => None,
        })
        .collect()
}

#[test]
fn a_sound_glossary_has_no_issues() {
    let entries = [
        entry("pod", "A pod is a group of containers that share a network."),
        entry("container", "A container is a running process with limited resources."),
        entry(
            "distributed application",
            "A distributed application is an application that runs on several computers.",
        ),
        entry(
            "node",
            "A node is a computer that works in concert with other computers, or nodes, on a task.",
        ),
        entry("コンテナ", "コンテナとは、資源を制限されたプロセスである。"),
        entry("分散システム", "分散システムは、複数の計算機が協調するシステムです。"),
    ];
    let terms: Vec<Term> = entries.iter().map(|entry| term(&entry.term)).collect();
    assert_eq!(findings(&entries, &terms), []);
}

#[test]
fn a_definition_by_the_term_itself_is_circular() {
    for (headword, definition) in [
        ("cache", "A cache is a cache that stores data."),
        ("cache", "A cache is a fast cache for data."),
        ("cache", "a cache that stores data for later"),
        ("cache", "A cache is a kind of cache."),
        ("仮想化", "仮想化とは、計算機の仮想化である。"),
        ("仮想化", "仮想化とは、計算機における仮想化のことです。"),
    ] {
        assert_eq!(circles(&[entry(headword, definition)]), [[headword]], "{definition}");
    }
    for (headword, definition) in [
        (
            "cache",
            "A cache is a store in front of a slower one; a cache hit saves time.",
        ),
        (
            "service",
            "A service is a microservice or a web service that others call.",
        ),
        (
            "仮想化",
            "仮想化とは、計算機を論理的に分けることであり、仮想化により資源が増える。",
        ),
        ("コンテナ", "コンテナとは、コンテナイメージから作られる実行単位である。"),
    ] {
        assert!(circles(&[entry(headword, definition)]).is_empty(), "{definition}");
    }
}

#[test]
fn two_definitions_that_lean_on_each_other_are_one_circle() {
    let english = [
        entry("pod", "A pod is a group of containers."),
        entry("container", "A container is a part of a pod."),
        entry("node", "A node is a machine."),
    ];
    assert_eq!(circles(&english), [["pod", "container"]]);
    let japanese = [
        entry("手続き", "手続きとは、処理の流れを定めた規程である。"),
        entry("規程", "規程とは、手続きをまとめたものである。"),
    ];
    assert_eq!(circles(&japanese), [["手続き", "規程"]]);
}

#[test]
fn a_circle_of_four_is_reported_with_its_path_and_one_of_five_is_not() {
    let names = ["alpha", "beta", "gamma", "delta", "epsilon"];
    let ring = |size: usize| -> Vec<Entry> {
        (0..size)
            .map(|at| {
                entry(
                    names[at],
                    &format!("It is a part of the {} system.", names[(at + 1) % size]),
                )
            })
            .collect()
    };
    assert_eq!(circles(&ring(3)), [["alpha", "beta", "gamma"]]);
    assert_eq!(circles(&ring(4)), [["alpha", "beta", "gamma", "delta"]]);
    assert!(circles(&ring(5)).is_empty());
}

#[test]
fn a_mention_that_sets_apart_makes_no_circle() {
    let entries = [
        entry(
            "deployment",
            "A deployment is a release of code, unlike delivery, which stops before it.",
        ),
        entry("delivery", "A delivery is a package that is ready for a deployment."),
        entry(
            "水平拡張",
            "水平拡張とは、機械の数を増やす方法であり、垂直拡張とは異なる。",
        ),
        entry(
            "垂直拡張",
            "垂直拡張とは、機械の能力を上げる方法である（水平拡張も参照）。",
        ),
    ];
    assert!(circles(&entries).is_empty());
}

#[test]
fn entries_that_are_spelled_alike_are_duplicates() {
    for pair in [
        ["data center", "datacenters"],
        ["virtualisation", "virtualization"],
        ["サーバ", "サーバー"],
        ["取り消し", "取消し"],
        ["ヴァイオリン", "バイオリン"],
    ] {
        let entries = [
            entry(pair[0], "It is one thing of the world."),
            entry(pair[1], "This is another matter altogether."),
        ];
        assert_eq!(
            findings(&entries, &[]),
            [Finding::Duplicate {
                others: vec![pair[1].into()],
                reason: DuplicateReason::Spelling
            }]
        );
    }
    let apart = [
        entry("C", "A language of the year 1972."),
        entry("C++", "A language that came later."),
        entry("HTTP", "A protocol of the web."),
        entry("HTTPS", "A protocol with more secrets."),
    ];
    assert!(findings(&apart, &[]).is_empty());
}

#[test]
fn a_short_form_and_its_full_form_are_duplicates() {
    let mut short = term("TLS");
    short.expansion = Some("Transport Layer Security".into());
    let entries = [
        entry("Transport Layer Security", "It is a protocol for safety."),
        entry("TLS", "The protocol below it all."),
    ];
    let expected = [Finding::Duplicate {
        others: vec!["TLS".into()],
        reason: DuplicateReason::Abbreviation,
    }];
    assert_eq!(findings(&entries, &[short]), expected);
    let mut named = entries.clone();
    named[1].synonyms.push("Transport Layer Security".into());
    assert_eq!(
        findings(&named, &[]),
        expected,
        "a name given in the documents says as much"
    );
}

#[test]
fn entries_with_the_same_definition_are_duplicates() {
    let text = "A unit of deployment, with a shared network.";
    let entries = [
        entry("pod", text),
        entry("capsule", "a unit of deployment with a shared network"),
    ];
    assert_eq!(
        findings(&entries, &[]),
        [Finding::Duplicate {
            others: vec!["capsule".into()],
            reason: DuplicateReason::SameDefinition
        }]
    );
    let short = [entry("a1", "A thing."), entry("b1", "A thing.")];
    assert!(findings(&short, &[]).is_empty(), "a few common words prove nothing");
}

#[test]
fn definitions_with_different_numbers_contradict() {
    for (headword, first, second) in [
        (
            "block",
            "A block is a unit of data with a length of 128 bits.",
            "A block is a unit of data with a length of 64 bits.",
        ),
        (
            "model",
            "The OSI model is a model that has seven layers.",
            "The OSI model is a reference model with 5 layers.",
        ),
        (
            "Alpha",
            "Alpha is a language that was introduced in 1998.",
            "Alpha is a language introduced in 2001 by a company.",
        ),
        (
            "ブロック",
            "ブロックとは、128ビットのデータの単位である。",
            "ブロックとは、64ビットのデータの単位です。",
        ),
        (
            "モデル",
            "モデルとは、七つの層からなる通信の枠組みである。",
            "モデルとは、五つの層からなる通信の枠組みです。",
        ),
    ] {
        let found = findings(&[with_other(headword, first, "b.md", second)], &[]);
        assert_eq!(
            found,
            [Finding::Contradiction {
                first: evidence("a.md", first),
                second: evidence("b.md", second)
            }],
            "{first}"
        );
    }
}

#[test]
fn a_claim_and_its_negation_contradict() {
    for (headword, first, second) in [
        (
            "UDP",
            "UDP is a transport protocol that guarantees delivery.",
            "UDP is a transport protocol that does not guarantee delivery.",
        ),
        (
            "HTTP",
            "HTTP is a stateless protocol of the web.",
            "HTTP is a stateful protocol of the web.",
        ),
        (
            "UDP",
            "UDPとは、到達を保証する通信規約である。",
            "UDPとは、到達を保証しない通信規約である。",
        ),
        (
            "圧縮",
            "この圧縮とは、可逆の符号化の方式である。",
            "この圧縮とは、不可逆の符号化の方式である。",
        ),
    ] {
        let found = findings(&[with_other(headword, first, "b.md", second)], &[]);
        assert!(
            matches!(found[..], [Finding::Contradiction { .. }]),
            "{first} / {second}"
        );
    }
}

#[test]
fn different_emphasis_is_no_contradiction() {
    for (first, document, second) in [
        (
            "A block is a unit of data with 128 bits.",
            "b.md",
            "A block is a piece of storage that a disk reads at once.",
        ),
        (
            "A block has a length of 128 bits.",
            "b.md",
            "A block has a length of 16 bytes.",
        ),
        (
            "A block is a unit of data with a length of 128 bits.",
            "a.md",
            "A block is a unit of data with a length of 64 bits.",
        ),
        (
            "A pod is a unit that holds containers.",
            "b.md",
            "A pod is the smallest unit and is not meant to last.",
        ),
        (
            "ブロックとは、データの単位である。",
            "b.md",
            "ブロックとは、変更できない記録の単位である。",
        ),
    ] {
        assert_eq!(
            findings(&[with_other("block", first, document, second)], &[]),
            [],
            "{first} / {second}"
        );
    }
}

#[test]
fn a_term_that_a_definition_uses_without_an_entry_is_missing_once() {
    let entries = [
        entry("pod", "A pod is a unit that the control plane places."),
        entry("node", "A node is a machine that a control plane watches."),
        entry("ポッド", "ポッドとは、制御プレーンが配置する単位である。"),
    ];
    let terms = [
        term("pod"),
        term("node"),
        term("control plane"),
        term("plane"),
        term("制御プレーン"),
    ];
    assert_eq!(
        findings(&entries, &terms),
        [
            Finding::MissingRelated {
                related: "control plane".into()
            },
            Finding::MissingRelated {
                related: "制御プレーン".into()
            },
        ]
    );
}

#[test]
fn rare_and_plain_words_are_not_missing() {
    let entries = [entry(
        "pod",
        "A pod is a unit that the control plane places on a machine.",
    )];
    let mut rare = term("control plane");
    rare.occurrences = 1;
    let mut plain = term("machine");
    plain.score = 0.01;
    let mut synonym = entry("scheduler", "A scheduler is a program that chooses.");
    synonym.synonyms.push("unit chooser".into());
    assert!(findings(&entries, &[term("pod"), rare, plain]).is_empty());
    let mut entries = entries.to_vec();
    entries[0].definition = Some("A pod is a thing of the unit chooser.".into());
    entries.push(synonym);
    assert!(
        findings(&entries, &[term("pod"), term("unit chooser")]).is_empty(),
        "a synonym of an entry is in the glossary"
    );
}

#[test]
fn a_large_glossary_is_reviewed_in_near_linear_time() {
    let build = |count: usize| -> Vec<Entry> {
        (0..count)
            .map(|at| {
                let other = (at * 7919 + 13) % count;
                entry(
                    &format!("term number{at}x"),
                    &format!(
                        "A term number{at}x is a device that works with the term number{other}x of item {} for data.",
                        at % 97
                    ),
                )
            })
            .collect()
    };
    let entries = build(20_000);
    let terms: Vec<Term> = entries.iter().map(|entry| term(&entry.term)).collect();
    let start = std::time::Instant::now();
    let _ = review(&entries, &terms);
    assert!(
        start.elapsed().as_secs() < 30,
        "20,000 entries took {:?} in an unoptimised build",
        start.elapsed()
    );
}

#[test]
fn odd_entries_do_not_panic() {
    for text in [
        "",
        " ",
        "。",
        "「",
        "A",
        "is",
        "は",
        "\u{301}",
        "💡 is a 💡",
        "ーーー",
        "12 12 12",
        "not not",
        "(((",
        "A (b",
    ] {
        let entries = [entry(text, text), with_other("x", text, "b.md", text), entry("", text)];
        let _ = review(&entries, &[term(text)]);
    }
    assert!(Reviewer::new(&[], &[]).is_empty());
    assert_eq!(Reviewer::new(&[], &[]).review(&[], 3), []);
}
