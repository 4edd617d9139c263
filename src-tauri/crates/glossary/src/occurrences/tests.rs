mod relevance;

use proptest::prelude::*;

use super::*;
use crate::{Category, Language, Variant, decode, normalise};

struct Never;

impl Stop for Never {
    fn requested(&self) -> bool {
        false
    }
}

fn term(text: &str) -> Term {
    Term {
        text: text.to_owned(),
        key: normalise::key(text),
        language: decode::detect_language(text),
        category: Category::Concept,
        score: 1.0,
        documents: 0,
        occurrences: 0,
        variants: vec![Variant {
            text: text.to_owned(),
            count: 1,
        }],
        judge: None,
        expansion: None,
    }
}

fn document(text: &str) -> Document {
    Document {
        path: "a.txt".to_owned(),
        text: text.to_owned(),
        language: Language::English,
    }
}

/// What is found of each of `terms` in `text`, as it is written there.
fn found<'a>(terms: &[&str], text: &'a str) -> Vec<&'a str> {
    let terms: Vec<Term> = terms.iter().map(|text| term(text)).collect();
    let occurrences = Matcher::new(&terms)
        .find(&document(text), &Never)
        .expect("nothing stops it");
    occurrences
        .iter()
        .map(|found| &text[found.start as usize..found.end as usize])
        .collect()
}

#[test]
fn plural_case_hyphen_width_and_line_break_do_not_hide_a_term() {
    assert_eq!(
        found(
            &["wind turbine"],
            "Wind turbines, a wind-turbine, the WIND\nTURBINE and ｗｉｎｄ turbine."
        ),
        ["Wind turbines", "wind-turbine", "WIND\nTURBINE", "ｗｉｎｄ turbine"]
    );
    assert_eq!(found(&["policies"], "A policy."), ["policy"]);
    assert_eq!(found(&["point of failure"], "points of failure"), ["points of failure"]);
    assert_eq!(found(&["wind turbine"], "wind\n\nturbine"), [""; 0]);
}

#[test]
fn a_piece_of_a_longer_word_is_no_occurrence() {
    assert_eq!(
        found(&["rotor"], "rotors motorotor rotor_x rotor1 a rotor."),
        ["rotors", "rotor"]
    );
    assert_eq!(found(&["C"], "C++ and C# but C."), ["C"]);
    assert_eq!(found(&["NET"], ".NET and ASP.NET, NET"), ["NET"]);
    assert_eq!(found(&["node"], "node.js has a node. A node's state"), ["node", "node"]);
}

/// D9
#[test]
fn terms_with_signs_are_found() {
    assert_eq!(
        found(
            &["C++", "C#", ".NET", "node.js", "TCP/IP", "R&D"],
            "C++, C#; (.NET) Node.js/TCP/IP R&D C++11 ASP.NET"
        ),
        ["C++", "C#", ".NET", "Node.js", "TCP/IP", "R&D"]
    );
    assert_eq!(found(&["C++", "TCP/IP"], "C++とTCP/IPを使う"), ["C++", "TCP/IP"]);
    assert_eq!(found(&["IP"], "TCP/IP"), ["IP"]);
}

#[test]
fn a_term_inside_a_longer_term_counts() {
    assert_eq!(
        found(&["wind", "wind turbine", "turbine"], "a wind turbine"),
        ["wind", "wind turbine", "turbine"]
    );
    assert_eq!(
        found(
            &["コンテナ", "コンテナオーケストレーション", "オーケストレーション"],
            "コンテナオーケストレーションとは"
        ),
        ["コンテナ", "コンテナオーケストレーション", "オーケストレーション"]
    );
}

/// D9
#[test]
fn a_piece_of_a_japanese_word_is_no_occurrence() {
    assert_eq!(found(&["京都"], "東京都の京都展"), ["京都"]);
    assert_eq!(found(&["ライン"], "オンラインのライン"), ["ライン"]);
    assert_eq!(found(&["サーバ"], "サーバー管理とサーバの管理"), ["サーバー", "サーバ"]);
    assert_eq!(found(&["システム"], "分散システムを使う"), ["システム"]);
    assert_eq!(found(&["分散"], "分散システム"), ["分散"]);
}

#[test]
fn mixed_terms_are_found_with_and_without_a_space() {
    assert_eq!(
        found(&["Kubernetesクラスター"], "Kubernetes クラスタとkubernetesクラスターの"),
        ["Kubernetes クラスタ", "kubernetesクラスター"]
    );
    assert_eq!(found(&["文化財IPM"], "文化財ＩＰＭの実践"), ["文化財ＩＰＭ"]);
}

#[test]
fn a_short_form_is_found_in_capitals_only() {
    assert_eq!(found(&["IT", "AIDS"], "It is IT that aids AIDS."), ["IT", "AIDS"]);
}

#[test]
fn half_width_and_decomposed_kana_are_found() {
    assert_eq!(
        found(&["データベース"], "ﾃﾞｰﾀﾍﾞｰｽとテ\u{3099}ータヘ\u{3099}ース"),
        ["ﾃﾞｰﾀﾍﾞｰｽ", "テ\u{3099}ータヘ\u{3099}ース"]
    );
}

#[test]
fn lines_are_counted_from_one() {
    let terms = [term("node")];
    let found = Matcher::new(&terms)
        .find(&document("node\nx\n\nnode node"), &Never)
        .expect("nothing stops it");
    assert_eq!(found.iter().map(|found| found.line).collect::<Vec<_>>(), [1, 4, 4]);
}

#[test]
fn a_term_over_the_end_of_a_piece_is_found_once() {
    let mut text = "x ".repeat(100_000);
    for at in (60_000..180_000).step_by(37) {
        text.replace_range(at..at + 2, "y ");
    }
    let text = text.replace("y x x", "data center here");
    let all = text.matches("data center").count();
    assert!(all > 1000);
    assert_eq!(found(&["data center"], &text).len(), all);
}

#[test]
fn the_tally_agrees_with_what_was_found() {
    let mut terms = [term("wind turbine"), term("rotor")];
    let text = document("Wind turbine. The wind turbines.");
    let found = Matcher::new(&terms).find(&text, &Never).expect("nothing stops it");
    let counts = Counts::new(&text, &found);
    tally(
        &mut terms,
        &[(&text, &counts), (&document("nothing"), &Counts::default())],
    );
    assert_eq!((terms[0].documents, terms[0].occurrences), (1, 2));
    let variants: Vec<(&str, u32)> = terms[0].variants.iter().map(|v| (v.text.as_str(), v.count)).collect();
    assert_eq!(variants, [("wind turbine", 1), ("wind turbines", 1)]);
    assert_eq!((terms[1].documents, terms[1].occurrences), (0, 0));
}

#[test]
fn a_tally_after_a_change_is_the_tally_of_what_is_there() {
    let names = ["wind turbine", "rotor", "blade", "hub"];
    let terms = names.map(term);
    let texts = [
        "Wind turbine, rotor.",
        "Rotors and a hub.",
        "Blades. The blade of the ROTOR.",
        "A hub, hubs.",
        "Nothing here.",
    ];
    let documents = texts.map(document);
    let matcher = Matcher::new(&terms);
    let counts = documents.each_ref().map(|document| {
        let found = matcher.find(document, &Never).expect("nothing stops it");
        Counts::new(document, &found)
    });
    let some = |which: u8| -> Vec<usize> { (0..documents.len()).filter(|at| which >> at & 1 == 1).collect() };
    let pairs = |which: &[usize]| -> Vec<(&Document, &Counts)> {
        which.iter().map(|at| (&documents[*at], &counts[*at])).collect()
    };
    for (old, new) in (0..32).flat_map(|old| (0..32).map(move |new| (old, new))) {
        let mut before = terms.clone();
        tally(&mut before, &pairs(&some(old)));
        let (mut fresh, mut next) = (terms.clone(), terms.clone());
        tally(&mut fresh, &pairs(&some(new)));
        let changed: Vec<&Counts> = some(old ^ new).into_iter().map(|at| &counts[at]).collect();
        tally_next(&mut next, &pairs(&some(new)), &before, &changed);
        assert_eq!(next, fresh, "{old:05b} -> {new:05b}");
    }
}

#[test]
fn no_terms_and_no_text_find_nothing() {
    assert_eq!(found(&[], "text"), [""; 0]);
    assert_eq!(found(&["", " "], "text"), [""; 0]);
    assert_eq!(found(&["a"], ""), [""; 0]);
}

proptest! {
    #[test]
    fn any_text_and_any_terms_are_taken(text in "\\PC{0,80}", first in "\\PC{1,4}", second in "[a-zアイ京都 .+-]{1,6}") {
        let occurrences = found(&[&first, &second], &text);
        prop_assert!(occurrences.iter().all(|written| !written.is_empty()));
    }

    #[test]
    fn a_term_between_spaces_is_always_found(name in "[a-z]{3,8}( [a-z]{3,8})?", left in "[a-z ]{0,20}", right in "[a-z ]{0,20}") {
        let text = format!("{left} {name} {right}");
        prop_assert!(found(&[&name], &text).contains(&name.as_str()));
    }
}
