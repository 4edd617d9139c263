mod reader;

use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Context, THRESHOLD, contexts, define, definitional, link};
use crate::normalise::key;
use crate::{Category, Document, Entry, Language, Occurrence, Stop, Stopped, Term, Variant};

/// Says stop when it has been asked this often.
struct After(AtomicUsize);

impl Stop for After {
    fn requested(&self) -> bool {
        self.0
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
            .is_err()
    }
}

fn never() -> After {
    After(AtomicUsize::new(usize::MAX))
}

fn document(path: &str, text: &str) -> Document {
    let japanese = text.chars().any(|c| matches!(c, 'ぁ'..='ヿ'));
    let language = if japanese {
        Language::Japanese
    } else {
        Language::English
    };
    Document {
        path: path.into(),
        text: text.into(),
        language,
    }
}

fn term(text: &str) -> Term {
    Term {
        text: text.into(),
        key: key(text),
        language: if text.is_ascii() {
            Language::English
        } else {
            Language::Japanese
        },
        category: Category::Concept,
        score: 0.5,
        documents: 1,
        occurrences: 1,
        variants: vec![Variant {
            text: text.into(),
            count: 1,
        }],
        judge: None,
        expansion: None,
    }
}

/// Every place where a term stands, in any case.
fn occurrences(document: &Document, terms: &[Term]) -> Vec<Occurrence> {
    let text = document.text.to_ascii_lowercase();
    let find = |(at, term): (usize, &Term)| {
        let needle = term.text.to_ascii_lowercase();
        text.match_indices(&needle)
            .map(|(start, found)| Occurrence {
                term: at as u32,
                line: 1,
                start: start as u32,
                end: (start + found.len()) as u32,
            })
            .collect::<Vec<_>>()
    };
    terms.iter().enumerate().flat_map(find).collect()
}

fn gather(text: &str, headword: &str) -> Vec<Context> {
    let document = document("a.md", text);
    let terms = [term(headword)];
    let found = contexts(&document, &terms, &occurrences(&document, &terms), &never()).unwrap();
    for context in &found {
        let evidence = &context.evidence;
        assert_eq!(
            evidence.quote,
            text[evidence.start as usize..evidence.end as usize],
            "a quote is verbatim"
        );
        assert!((0.0..=1.0).contains(&context.confidence));
    }
    found
}

fn entry(text: &str, headword: &str) -> Entry {
    let found = gather(text, headword);
    define(&term(headword), &found.iter().collect::<Vec<_>>())
}

fn defines(text: &str, headword: &str) -> bool {
    entry(text, headword).definition.is_some()
}

#[test]
fn english_sentences_that_define() {
    for (headword, text) in [
        ("pod", "A pod is a group of containers that share a network."),
        ("pod", "Pods are groups of containers that share a network."),
        ("API", "An API is a way for computer programs to interact."),
        (
            "bare metal",
            "Bare metal refers to a physical computer with one operating system.",
        ),
        ("latency", "Latency is defined as the time between request and answer."),
        (
            "DevSecOps",
            "The term DevSecOps refers to a cultural merger of responsibilities.",
        ),
        (
            "Kubernetes",
            "Kubernetes, often abbreviated as K8s, is an open source container orchestrator.",
        ),
        (
            "chaos engineering",
            "Chaos Engineering or CE is the discipline of experimenting on a system.",
        ),
        (
            "TLS",
            "Transport Layer Security (TLS) is a protocol that protects communication.",
        ),
        (
            "Transport Layer Security",
            "Transport Layer Security (TLS) is a protocol that protects communication.",
        ),
        (
            "IaaS",
            "Infrastructure as a service, or IaaS, is a service model that offers storage.",
        ),
        (
            "certificate",
            "A (digital) certificate — also called a public key certificate — is a document used to prove ownership.",
        ),
        (
            "abstraction",
            "In the context of computing, an abstraction is a representation that hides specifics.",
        ),
        ("pitch", "The perception of frequency is called pitch."),
        (
            "virtualization",
            "Virtualization, in the context of computing, refers to the process of dividing a computer.",
        ),
        ("pod", "- **Pod**: the smallest unit that can be deployed."),
        ("pod", "Pod\n: The smallest unit that can be deployed."),
        ("pod", "| Pod | The smallest unit that can be deployed |"),
        ("pod", "# Pod\n\nThe smallest unit that can be deployed on a cluster."),
        ("pod", "# Pod\n\nIt is the smallest unit that can be deployed."),
        ("entropy", "By entropy we mean the average information of a source."),
        ("eBPF", "eBPF is a technology that runs small programs in the kernel."),
    ] {
        assert!(defines(text, headword), "{text}");
    }
}

#[test]
fn english_sentences_that_do_not_define() {
    for (headword, text) in [
        ("pod", "A pod is not a virtual machine."),
        ("pod", "What is a pod?"),
        ("pod", "The pod is the best example."),
        ("pod", "Pods are important for the cluster."),
        ("pod", "The operator restarts a pod when it fails."),
        ("pod", "For example, a pod is a good choice."),
        ("pod", "If a pod is a problem, remove it."),
        ("service", "Function as a Service is a model that runs functions."),
        ("pod", "We put the data into one pod, a node and a disk."),
        ("host", "In a host, a process runs for years."),
        ("CD", "The pipeline is short and CD is fast."),
        ("pod", "This is called a pod."),
    ] {
        assert!(!defines(text, headword), "{text}");
    }
}

#[test]
fn japanese_sentences_that_define() {
    for (headword, text) in [
        ("コンテナ", "コンテナとは、資源を制限されたプロセスのことである。"),
        ("コンテナ", "コンテナとは資源を制限されたプロセスです。"),
        ("コンテナ", "コンテナは、資源を制限されたプロセスを指します。"),
        ("APIゲートウェイ", "APIゲートウェイは、複数のAPIを集約するツールです。"),
        (
            "抽象化",
            "計算の文脈では、抽象化とは詳細を隠す表現であり、理解を助けます。",
        ),
        (
            "オートスケーリング",
            "負荷に応じて資源を自動で増減させることをオートスケーリングと呼ぶ。",
        ),
        ("冪等性", "何度行っても結果が変わらない性質を「冪等性」という。"),
        ("ノード", "ノード：クラスターを構成する計算機の一つ一つを指す言葉。"),
        ("mTLS", "相互TLS認証(mTLS)は、二つのサービスの間で暗号化する技術です。"),
        (
            "継続的デリバリー",
            "継続的デリバリー（しばしばCDと略される）は、変更を自動で配る手法である。",
        ),
        (
            "サービス",
            "「サービス」という用語は、機能をまとめて提供するものを指す。",
        ),
        (
            "仮想化",
            "クラウドにおける仮想化とは、計算機を分割するプロセスを指します。",
        ),
        (
            "疎結合",
            "疎結合は、部品が互いに独立している構造です(その逆は密結合と呼ばれます)。",
        ),
        ("コンテナ", "## コンテナ\n\n資源を制限されたプロセスを指す。"),
        ("可用性", "**可用性** — 必要なときに利用できる性質の度合い。"),
    ] {
        assert!(defines(text, headword), "{text}");
    }
}

#[test]
fn japanese_sentences_that_do_not_define() {
    for (headword, text) in [
        ("コンテナ", "コンテナとは何か。"),
        ("コンテナ", "コンテナとは何でしょうか？"),
        ("コンテナ", "コンテナは仮想マシンではありません。"),
        ("コンテナ", "コンテナは起動が速く、開発者に人気があります。"),
        ("コンテナ", "コンテナはとても便利です。"),
        ("コンテナ", "コンテナとは異なり、仮想マシンは重い。"),
        ("コンテナ", "これはコンテナの利点の例です。"),
        (
            "密結合",
            "疎結合は、部品が互いに独立している構造です(その逆は密結合と呼ばれます)。",
        ),
        ("システム", "分散システムは、複数の計算機が協調する仕組みです。"),
        ("サービス", "サービスは重要な要素の一つです。"),
    ] {
        assert!(!defines(text, headword), "{text}");
    }
}

#[test]
fn the_definition_is_running_text_and_the_quote_is_verbatim() {
    let text = "Intro.\n\nAn **API gateway** is a\n[tool](/t) that joins APIs.";
    let found = entry(text, "API gateway");
    assert_eq!(
        found.definition.as_deref(),
        Some("An API gateway is a tool that joins APIs.")
    );
    assert_eq!(
        found.evidence[0].quote,
        "An **API gateway** is a\n[tool](/t) that joins APIs."
    );
    assert_eq!(found.evidence[0].line, 3);
    let labelled = entry("- **Pod**: the smallest unit that can be deployed.", "pod");
    assert_eq!(
        labelled.definition.as_deref(),
        Some("the smallest unit that can be deployed.")
    );
}

#[test]
fn without_a_definition_the_entry_shows_contexts_and_invents_nothing() {
    let found = entry(
        "The operator restarts a pod. Then the pod runs again. Nobody saw it.",
        "pod",
    );
    assert_eq!((found.definition, found.confidence), (None, 0.0));
    assert_eq!(found.evidence.len(), 2);
    let nothing = define(&term("ghost"), &[]);
    assert_eq!((nothing.definition, nothing.evidence.len()), (None, 0));
}

#[test]
fn the_surest_definition_wins_and_the_others_are_alternatives() {
    let (first, second) = (
        document("b.md", "Latency is the time that passes."),
        document(
            "a.md",
            "Latency is defined as the time between request and answer. Latency is the time that passes!",
        ),
    );
    let terms = [term("latency")];
    let mut all = contexts(&first, &terms, &occurrences(&first, &terms), &never()).unwrap();
    all.extend(contexts(&second, &terms, &occurrences(&second, &terms), &never()).unwrap());
    let chosen = define(&terms[0], &all.iter().collect::<Vec<_>>());
    all.reverse();
    assert_eq!(
        define(&terms[0], &all.iter().collect::<Vec<_>>()),
        chosen,
        "the order of the documents does not matter"
    );
    assert_eq!(chosen.evidence[0].document, "a.md");
    assert_eq!(
        chosen.alternatives.len(),
        1,
        "the same words from two places are one alternative"
    );
    assert!(chosen.alternatives[0].confidence <= chosen.confidence && chosen.confidence >= THRESHOLD);
}

#[test]
fn a_document_contributes_a_few_sentences_per_term() {
    let text = "A pod is a group of containers that share a disk. The pod runs.\n\n".repeat(500);
    assert!(gather(&text, "pod").len() <= 6);
}

#[test]
fn other_names_become_synonyms_of_both_entries() {
    let text = "Vertical scaling, also known as scaling up, is a technique that adds memory. Scaling up is hard.";
    let document = document("a.md", text);
    let mut short = term("VS");
    short.expansion = Some("vertical scaling".into());
    let mut terms = vec![term("vertical scaling"), term("scaling up"), short];
    terms[0].variants.push(Variant {
        text: "up-scaling".into(),
        count: 1,
    });
    terms[0].variants.push(Variant {
        text: "Vertical Scaling".into(),
        count: 1,
    });
    let found = contexts(&document, &terms, &occurrences(&document, &terms), &never()).unwrap();
    let mut entries: Vec<Entry> = (0..3)
        .map(|at| {
            define(
                &terms[at],
                &found
                    .iter()
                    .filter(|context| context.term as usize == at)
                    .collect::<Vec<_>>(),
            )
        })
        .collect();
    link(&mut entries, &terms);
    assert_eq!(entries[0].synonyms, ["scaling up", "up-scaling", "VS"]);
    assert_eq!(entries[1].synonyms, ["vertical scaling"]);
    assert_eq!(entries[2].synonyms, ["vertical scaling"]);
}

#[test]
fn headwords_in_a_definition_are_related() {
    let texts = [
        ("pod", "A pod is a group of Containers on a node."),
        ("container", ""),
        ("node", ""),
        ("コンテナ", "コンテナとは、ノードの上の処理である。"),
        ("ノード", ""),
    ];
    let mut entries: Vec<Entry> = texts
        .iter()
        .map(|(headword, definition)| {
            let mut entry = define(&term(headword), &[]);
            entry.definition = (!definition.is_empty()).then(|| (*definition).to_owned());
            entry
        })
        .collect();
    link(&mut entries, &[] as &[Term]);
    assert_eq!(entries[0].related, ["container", "node"]);
    assert_eq!(entries[3].related, ["ノード"]);
    let once = entries.clone();
    link(&mut entries, &[] as &[Term]);
    assert_eq!(entries, once, "linking twice changes nothing");
}

#[test]
fn a_stop_request_is_heard_within_a_document() {
    let document = document("a.md", &"The pod runs. ".repeat(10_000));
    let terms = [term("pod")];
    let places = occurrences(&document, &terms);
    assert_eq!(
        contexts(&document, &terms, &places, &After(AtomicUsize::new(3))),
        Err(Stopped)
    );
}

#[test]
fn sentences_without_a_known_term_can_be_judged() {
    assert!(
        definitional(
            "Torpor is a process that leads to a decrease in activity.",
            Language::English
        ) > THRESHOLD
    );
    assert!(definitional("They interact through forces.", Language::English) < THRESHOLD);
    assert!(
        definitional(
            "冪等性とは、何度行っても結果が同じである性質をいう。",
            Language::Japanese
        ) > THRESHOLD
    );
}

#[test]
fn odd_input_does_not_panic() {
    for text in [
        "",
        "pod",
        "pod pod pod",
        "pod:",
        "pod: ",
        "(pod",
        "pod)",
        "pod,",
        "pod is",
        "pod is a",
        "A pod,",
        "the pod — ",
        "podは",
        "podとは",
        "pod（",
        "（pod）は",
        "「pod」",
        "pod、または",
        "# pod",
        "# pod\n",
        "| pod |",
        "|pod",
        "**pod**",
        "[pod](",
        "<pod",
        "💡pod💡",
        "pod is, a",
        "pod is ,,,",
        "は pod",
        "とpodと呼ぶ",
        "pod is\u{3000}a",
        "pod means",
        "ⅰpod",
        "pod's",
        "pod-",
        "pod, which is",
        "also called pod",
        "known as pod",
        "é pod é is a é",
        "İ pod is a thing that",
    ] {
        for context in gather(text, "pod") {
            assert!(text.contains(&context.evidence.quote));
        }
        let _ = (
            definitional(text, Language::English),
            definitional(text, Language::Japanese),
        );
    }
    let document = document("a.md", "éa");
    let wild = [(0, 0, 1), (0, 1, 2), (9, 0, 2), (0, 3, 2), (0, 0, 900)].map(|(term, start, end)| Occurrence {
        term,
        line: 1,
        start,
        end,
    });
    assert!(
        contexts(&document, &[term("é")], &wild, &never()).is_ok(),
        "occurrences that do not fit are passed over"
    );
}

#[test]
fn a_long_line_full_of_terms_is_read_in_linear_time() {
    let text = "pod (pod, pod — pod is called pod the pod or ".repeat(20_000);
    assert!(gather(&text, "pod").len() <= 6);
}
