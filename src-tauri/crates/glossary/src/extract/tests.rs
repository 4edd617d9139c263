use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::*;
use crate::{Category, Term};

struct Never;

impl Stop for Never {
    fn requested(&self) -> bool {
        false
    }
}

/// Says stop the second time it is asked, and remembers when.
struct Second(AtomicU32);

impl Stop for Second {
    fn requested(&self) -> bool {
        self.0.fetch_add(1, Ordering::Relaxed) > 0
    }
}

fn document(path: &str, text: &str) -> Document {
    Document {
        path: path.to_owned(),
        text: text.to_owned(),
        language: crate::decode::detect_language(text),
    }
}

fn ranked(texts: &[&str], required: &[&str], options: &Options) -> Vec<Term> {
    let candidates: Vec<DocumentCandidates> = texts
        .iter()
        .map(|text| candidates(&document("a.txt", text), &Never).expect("nothing stops it"))
        .collect();
    let required: Vec<String> = required.iter().map(|text| (*text).to_owned()).collect();
    rank(&candidates, &required, options, &Never).expect("nothing stops it")
}

fn term<'a>(terms: &'a [Term], text: &str) -> &'a Term {
    terms.iter().find(|term| term.text == text).unwrap_or_else(|| {
        let texts: Vec<&str> = terms.iter().map(|term| term.text.as_str()).collect();
        panic!("{text} is not among {texts:?}")
    })
}

const ENGLISH: &str = "A wind turbine turns the energy of the wind into electricity. Wind turbines stand in a wind farm. \
    The rotor of a wind turbine drives the gearbox. Role-based access control (RBAC) guards the gearbox. \
    Engineers at Vestas build wind turbines, and RBAC guards them. The hub of the rotor is heavy. IT IS LATE. \
    In Denmark the people of Vestas are many.";

const JAPANESE: &str = "分散システムとは、複数のコンピュータがネットワークを介して協調するシステムである。\
    Kubernetesクラスターはコンテナを管理する。コンテナオーケストレーションは分散システムで使われる。\
    サーバーとサーバの違いは表記だけである。文化財ＩＰＭは虫害を防ぐ。文化財IPMの実践。コンテナは軽い。";

#[test]
fn variants_are_one_term_under_the_most_frequent_form() {
    let terms = ranked(&[ENGLISH], &[], &Options::default());
    let turbine = term(&terms, "wind turbine");
    let variants: Vec<(&str, u32)> = turbine
        .variants
        .iter()
        .map(|variant| (variant.text.as_str(), variant.count))
        .collect();
    assert_eq!(
        variants,
        [("wind turbine", 2), ("Wind turbines", 1), ("wind turbines", 1)]
    );
    assert!(!terms.iter().any(|term| term.text == "wind turbines"));
}

#[test]
fn a_short_form_carries_its_long_form() {
    let terms = ranked(&[ENGLISH], &[], &Options::default());
    let short = term(&terms, "RBAC");
    assert_eq!(
        (short.category.clone(), short.expansion.as_deref()),
        (Category::Abbreviation, Some("role-based access control"))
    );
}

#[test]
fn names_are_told_by_their_capital() {
    let terms = ranked(&[ENGLISH], &[], &Options::default());
    assert_eq!(term(&terms, "Vestas").category, Category::Name);
    assert_eq!(term(&terms, "gearbox").category, Category::Concept);
}

#[test]
fn japanese_runs_of_nouns_with_their_latin_parts_are_candidates() {
    let terms = ranked(&[JAPANESE], &[], &Options::default());
    for text in [
        "分散システム",
        "Kubernetesクラスター",
        "コンテナオーケストレーション",
        "コンテナ",
    ] {
        term(&terms, text);
    }
    let server = terms.iter().filter(|term| term.text.starts_with("サーバ")).count();
    assert_eq!(server, 1, "one term with two spellings");
    let museum = terms
        .iter()
        .find(|term| term.key == crate::normalise::key("文化財IPM"))
        .expect("it is listed");
    assert_eq!(museum.variants.len(), 2, "{museum:?}");
}

#[test]
fn each_sentence_is_read_in_its_language() {
    let both = format!("{JAPANESE}\n\n{ENGLISH}\n");
    let terms = ranked(&[&both], &[], &Options::default());
    term(&terms, "分散システム");
    term(&terms, "wind turbine");
}

#[test]
fn required_terms_are_listed_whatever_the_documents_hold() {
    let options = Options {
        max_terms: Some(3),
        min_occurrences: 100,
        unlisted: Vec::new(),
    };
    let terms = ranked(&[ENGLISH], &["Gearboxes", "warp drive", "C++", " "], &options);
    assert_eq!(terms.len(), 3);
    assert_eq!(term(&terms, "warp drive").occurrences, 0);
    assert!(
        term(&terms, "gearbox").occurrences > 0,
        "a required variant finds the term of the documents"
    );
    term(&terms, "C++");
}

#[test]
fn the_list_is_as_long_as_asked_at_most_and_its_keys_are_unique() {
    assert_eq!(
        ranked(
            &[ENGLISH],
            &[],
            &Options {
                max_terms: Some(4),
                ..Options::default()
            }
        )
        .len(),
        4
    );
    let terms = ranked(&[ENGLISH, JAPANESE, ENGLISH], &[], &Options::default());
    let mut keys: Vec<&str> = terms.iter().map(|term| term.key.as_str()).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), terms.len());
    assert!(terms.iter().all(|term| (0.0..=1.0).contains(&term.score)));
    assert!(terms.windows(2).all(|pair| pair[0].score >= pair[1].score));
    let twice = ranked(
        &[ENGLISH, ENGLISH],
        &[],
        &Options {
            min_occurrences: 3,
            ..Options::default()
        },
    );
    assert!(twice.iter().all(|term| term.occurrences >= 3));
}

#[test]
fn nothing_gives_nothing() {
    assert_eq!(ranked(&[], &[], &Options::default()), []);
    assert_eq!(ranked(&["", "\n \u{0}\u{7}", "🦀🦀 🦀"], &[], &Options::default()), []);
}

#[test]
fn one_thread_and_four_threads_give_the_same_bytes() {
    let texts: Vec<String> = (0..12)
        .map(|n| {
            if n % 2 == 0 {
                ENGLISH.repeat(n + 1)
            } else {
                JAPANESE.repeat(n)
            }
        })
        .collect();
    let documents: Vec<Document> = texts.iter().map(|text| document("a.txt", text)).collect();
    let run = |threads: usize| {
        let mut results: Vec<Option<DocumentCandidates>> = vec![None; documents.len()];
        let size = documents.len().div_ceil(threads);
        std::thread::scope(|scope| {
            for (results, documents) in results.chunks_mut(size).zip(documents.chunks(size)) {
                scope.spawn(move || {
                    for (result, document) in results.iter_mut().zip(documents) {
                        *result = candidates(document, &Never).ok();
                    }
                });
            }
        });
        let results: Vec<DocumentCandidates> = results.into_iter().flatten().collect();
        let terms = rank(&results, &[], &Options::default(), &Never).expect("nothing stops it");
        serde_json::to_string(&(&results, &terms)).expect("terms are serialisable")
    };
    assert_eq!(run(1), run(4));
}

#[test]
fn a_ranker_that_knows_other_documents_ranks_as_a_new_one_does() {
    let texts = [
        "Cold storage slows the ageing of seeds. Cold Storage needs energy.",
        "A seed bank stores seeds. The seed banks of the world keep cold storage.",
        "種子の寿命は低温貯蔵で延びる。低温貯蔵とは種子を冷やすことである。",
        "種子銀行は種子を低温貯蔵で守る。The seed bank is a vault.",
        "Relative humidity (RH) matters. RH is measured daily in the seed vault.",
        "Cold storage slows the ageing of seeds. Cold Storage needs energy.",
    ];
    let documents: Vec<(String, DocumentCandidates)> = texts
        .iter()
        .map(|text| {
            let found = candidates(&document("a.txt", text), &Never).expect("nothing stops it");
            ((*text).to_owned(), found)
        })
        .collect();
    let mut ranker = Ranker::default();
    for mask in [
        0b000_111,
        0b011_010,
        0b111_111,
        0b000_000,
        0b100_001,
        0b110_110,
        0b000_111_u32,
    ] {
        let chosen: Vec<(&str, &DocumentCandidates)> = documents
            .iter()
            .enumerate()
            .filter(|(at, _)| mask & (1 << at) != 0)
            .map(|(_, (name, found))| (name.as_str(), found))
            .collect();
        let alone: Vec<&DocumentCandidates> = chosen.iter().map(|(_, found)| *found).collect();
        let (required, options) = (["germination".to_owned()], Options::default());
        assert_eq!(
            ranker.rank(&chosen, &required, &options, &Never).ok(),
            rank(&alone, &required, &options, &Never).ok(),
            "{mask:b}"
        );
    }
}

#[test]
fn candidates_survive_being_stored() {
    let before = candidates(&document("a.txt", &format!("{ENGLISH}\n{JAPANESE}")), &Never).expect("nothing stops it");
    let stored = serde_json::to_string(&before).expect("candidates are serialisable");
    assert_eq!(
        serde_json::from_str::<DocumentCandidates>(&stored).expect("and readable"),
        before
    );
}

#[test]
fn a_stop_is_noticed_inside_one_long_line() {
    for text in [
        "wind turbine ".repeat(200_000),
        "分散システム".repeat(100_000),
        "x".repeat(2_000_000),
    ] {
        let start = Instant::now();
        let result = candidates(&document("a.txt", &text), &Second(AtomicU32::new(0)));
        assert_eq!(result, Err(Stopped));
        // A hundred milliseconds when optimised; tests are built without.
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    }
}

#[test]
fn the_pieces_make_up_the_text() {
    for text in [
        String::new(),
        "a b\n".repeat(50_000),
        "語".repeat(100_000),
        "。a".repeat(70_000),
    ] {
        assert_eq!(pieces(&text).collect::<String>(), text);
        assert!(pieces(&text).all(|piece| piece.len() <= PIECE && !piece.is_empty()));
    }
}

#[test]
fn every_listed_term_is_found_in_the_documents() {
    let text = format!("{ENGLISH} HAWTs turn. Two HAWTs and three HAWTS, one HAWT. TASKS. The task.\n{JAPANESE}");
    let mut terms = ranked(&[&text], &[], &Options::default());
    let document = document("a.txt", &text);
    let found = crate::occurrences::Matcher::new(&terms)
        .find(&document, &Never)
        .expect("nothing stops it");
    let counts = crate::occurrences::Counts::new(&document, &found);
    crate::occurrences::tally(&mut terms, &[(&document, &counts)]);
    let lost: Vec<&str> = terms
        .iter()
        .filter(|term| term.occurrences == 0)
        .map(|term| term.text.as_str())
        .collect();
    assert_eq!(lost, [""; 0]);
}

#[test]
fn a_bare_stem_belongs_to_the_compound_behind_it() {
    let text = "湿らせて置く処理を低温湿層処理と呼ぶ。低温湿層処理は長い。硬実種子とは、硬い種子をいう。傷をつける処理を傷つけ処理と呼ぶ。\
        傷つけ処理は短い。含水率5％で止める。含水率は低い。";
    let terms = ranked(&[text], &[], &Options::default());
    for text in ["低温湿層処理", "硬実種子", "傷つけ処理", "含水率"] {
        term(&terms, text);
    }
    assert!(
        !terms.iter().any(|term| term.text == "含水率5"),
        "a value is no part of a name"
    );
}

#[test]
fn a_lot_is_no_term_and_a_seed_lot_is() {
    let text = "A seed lot is a quantity of seed. We have a lot of seed lots.";
    let terms = ranked(&[text], &[], &Options::default());
    assert_eq!(term(&terms, "seed lot").occurrences, 2);
    assert!(!terms.iter().any(|term| term.text == "lot"));
}
