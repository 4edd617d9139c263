//! A matcher for a few documents finds what the matcher of all terms finds, and what was stored under a hash is what a
//! search would find again.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::*;
use crate::extract::{self, Options};

/// Occurrences by the key of their term.
fn by_key<'a>(terms: &'a [Term], found: &[Occurrence]) -> BTreeSet<(u32, u32, u32, &'a str)> {
    found
        .iter()
        .map(|found| {
            (
                found.start,
                found.end,
                found.line,
                terms[found.term as usize].key.as_str(),
            )
        })
        .collect()
}

fn find(matcher: &Matcher, document: &Document) -> Vec<Occurrence> {
    matcher.find(document, &Never).expect("nothing stops it")
}

/// Terms in the order of their keys, each key once.
fn list<T: AsRef<str>>(texts: &[T]) -> Vec<Term> {
    let mut terms: Vec<Term> = texts.iter().map(|text| term(text.as_ref())).collect();
    terms.sort_by(|a, b| a.key.cmp(&b.key));
    terms.dedup_by(|later, first| later.key == first.key);
    terms
}

/// The documents of the example, and a long one that is read in pieces.
fn samples() -> Vec<Document> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../examples/seed-bank");
    let mut documents = Vec::new();
    let mut folders = vec![std::path::PathBuf::from(root)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the example is there") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(decoded) = decode::decode(&std::fs::read(&path).expect("it can be read")) {
                documents.push(Document {
                    path: path.display().to_string(),
                    language: decode::detect_language(&decoded.text),
                    text: decoded.text,
                });
            }
        }
    }
    documents.sort_by(|a, b| a.path.cmp(&b.path));
    let mut long = documents
        .iter()
        .map(|document| document.text.as_str())
        .collect::<String>();
    while long.len() < 150_000 {
        long = long.repeat(2);
    }
    documents.push(document(&long));
    documents
}

fn terms_of(documents: &[Document]) -> Vec<Term> {
    let candidates: Vec<_> = documents
        .iter()
        .map(|document| extract::candidates(document, &Never).expect("nothing stops it"))
        .collect();
    let mut terms = extract::rank(&candidates, &[], &Options::default(), &Never).expect("nothing stops it");
    terms.sort_by(|a, b| a.key.cmp(&b.key));
    terms
}

#[test]
fn a_matcher_for_one_document_finds_in_it_what_the_whole_list_finds() {
    let documents = samples();
    let terms = terms_of(&documents);
    let (all, index) = (Matcher::new(&terms), TermIndex::new(&terms));
    for document in &documents {
        let expected = find(&all, document);
        let vocabulary = Vocabulary::new(document);
        assert_eq!(
            find(&index.matcher(&[&vocabulary]), document),
            expected,
            "{}",
            document.path
        );
        assert!(vocabulary.pack().len() <= document.text.len() + 64, "{}", document.path);
        assert_eq!(Vocabulary::unpack(&vocabulary.pack()), Some(vocabulary));
    }
    let few = [&documents[0], &documents[3]];
    let vocabularies = few.map(Vocabulary::new);
    let matcher = index.matcher(&vocabularies.each_ref());
    for document in few {
        assert_eq!(find(&matcher, document), find(&all, document));
    }
}

#[test]
fn what_is_stored_under_a_hash_is_what_a_search_finds_again() {
    let documents = samples();
    let before = terms_of(&documents);
    // Other scores, and then fewer terms as well.
    let mut rescored = before.clone();
    for term in &mut rescored {
        term.score = 1.0 - term.score;
    }
    let mut fewer = rescored.clone();
    fewer.retain(|term| term.key.len() % 7 != 0);
    let (old, old_matcher) = (TermIndex::new(&before), Matcher::new(&before));
    let mut kept = 0;
    for after in [rescored, fewer] {
        let (new, new_matcher) = (TermIndex::new(&after), Matcher::new(&after));
        for document in &documents {
            let vocabulary = Vocabulary::new(document);
            let (was, is) = (old.relevant(&vocabulary), new.relevant(&vocabulary));
            let found = find(&old_matcher, document);
            let packed = was.pack(&found).expect("all are relevant");
            assert_eq!(was.unpack(&packed).as_ref(), Some(&found));
            if was.hash == is.hash {
                kept += 1;
                assert_eq!(is.unpack(&packed), Some(find(&new_matcher, document)));
            }
        }
    }
    assert!(kept > 5, "only {kept} hashes stayed: nothing was tried");
}

#[test]
fn a_term_that_a_document_does_not_hold_leaves_its_hash_alone() {
    let text = document("A wind turbine feeds the grid. 分散システムの可用性。Use C++ and node.js here.");
    let vocabulary = Vocabulary::new(&text);
    let hash = |texts: &[&str]| TermIndex::new(&list(texts)).relevant(&vocabulary).hash;
    let base = hash(&["wind turbine", "可用性"]);
    assert_eq!(
        base,
        hash(&[
            "可用性",
            "wind turbine",
            "turbine wind",
            "wind grid",
            "分可",
            "C#",
            "solar panel"
        ])
    );
    for there in [
        "wind",
        "turbine",
        "Grid",
        "分散",
        "システム",
        "C++",
        "node.js",
        "feed the grid",
        "turbines",
    ] {
        let listed = hash(&["wind turbine", "可用性", there]);
        assert_eq!(listed == base, there == "feed the grid", "{there}");
    }
}

#[test]
fn owner_and_capitals_are_in_the_hash() {
    let text = document("IT is it.");
    let vocabulary = Vocabulary::new(&text);
    let mut small = [term("IT"), term("other")];
    let hash = |terms: &[Term]| TermIndex::new(terms).relevant(&vocabulary).hash;
    let short_form = hash(&small);
    small[0].variants.push(Variant {
        text: "it".into(),
        count: 3,
    });
    assert_ne!(hash(&small), short_form, "any case is found now");
    let mut others = [term("IT"), term("it is")];
    others[1].variants.push(Variant {
        text: "it".into(),
        count: 3,
    });
    let first = hash(&others);
    others[1].score = 2.0;
    assert_ne!(hash(&others), first, "the form belongs to the better term now");
}

#[test]
fn bytes_that_are_no_vocabulary_are_refused() {
    let bytes = Vocabulary::new(&document("a wind turbine and a rotor")).pack();
    for end in 0..bytes.len() {
        assert_eq!(Vocabulary::unpack(&bytes[..end]), None, "cut at {end}");
    }
    assert_eq!(Vocabulary::unpack(&[4, 0]), None);
    assert_eq!(Vocabulary::unpack(&[0, 2, 5, 0]), None, "a gram twice");
}

/// Texts made of pieces that fold, part and join in every way the rules know.
fn tricky() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "wind",
        "turbine",
        "turbines",
        "Wind",
        "WIND",
        "ｗｉｎｄ",
        " ",
        " ",
        "-",
        "\u{2010}",
        "\n",
        "\n\n",
        "C",
        "C++",
        "+",
        "#",
        ".NET",
        "NET",
        ".",
        "node",
        "js",
        "/",
        "_",
        "IT",
        "it",
        "U.S.",
        "データ",
        "データベース",
        "ﾃﾞｰﾀ",
        "ベース",
        "サーバー",
        "サーバ",
        "ー",
        "京都",
        "東京都",
        "分散",
        "システム",
        "分散システム",
        "テ\u{3099}ータ",
        "e\u{301}",
        "é",
        "e",
        "\u{301}",
        "\u{ad}",
        "\u{200b}",
        "ﬁ",
        "fi",
        "㎏",
        "kg",
        "g",
        "™",
        "tm",
        "①",
        "1",
        "½",
        "İ",
        "i\u{307}",
        "ß",
        "ss",
        "㌀",
        "アパート",
        "𝐀",
        "a",
        "s",
        "es",
        "policy",
        "policies",
        "y",
        "of",
        "'s",
        "’s",
        "한글",
        "ไทย",
        "\u{3000}",
    ]);
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

/// A list of terms, some of which are cut out of the text itself.
fn tricky_terms() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(prop_oneof![tricky(), "[a-z京都アー.+# -]{1,5}"], 0..12)
}

/// Pieces of a text as terms: what is most likely to be found in it.
fn cut(text: &str, places: &[(usize, usize)]) -> Vec<String> {
    let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let cut = |(from, length): &(usize, usize)| {
        let from = from % ends.len();
        let to = (from + 1 + length % 6).min(ends.len() - 1);
        text[ends[from.min(to)]..ends[to]].to_owned()
    };
    places.iter().map(cut).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn nothing_that_the_whole_list_finds_is_missed(
        text in tricky(),
        more in tricky_terms(),
        places in prop::collection::vec((any::<usize>(), any::<usize>()), 0..8),
    ) {
        let mut texts = cut(&text, &places);
        texts.extend(more);
        let terms = list(&texts);
        let text = document(&text);
        let expected = find(&Matcher::new(&terms), &text);
        let index = TermIndex::new(&terms);
        prop_assert_eq!(find(&index.matcher(&[&Vocabulary::new(&text)]), &text), expected);
    }

    #[test]
    fn equal_hashes_mean_equal_occurrences(
        text in tricky(),
        more in tricky_terms(),
        places in prop::collection::vec((any::<usize>(), any::<usize>()), 0..5),
        scores in prop::collection::vec(0..4_u8, 20),
        dropped in any::<u16>(),
    ) {
        let mut texts = cut(&text, &places);
        texts.extend(more);
        let before = list(&texts);
        let mut after = before.clone();
        for (term, score) in after.iter_mut().zip(scores) {
            term.score = f64::from(score);
        }
        let mut at = 0;
        after.retain(|_| { at += 1; dropped >> (at % 16) & 3 != 0 });
        let text = document(&text);
        let vocabulary = Vocabulary::new(&text);
        let (was, is) = (TermIndex::new(&before).relevant(&vocabulary), TermIndex::new(&after).relevant(&vocabulary));
        let (first, second) = (find(&Matcher::new(&before), &text), find(&Matcher::new(&after), &text));
        if was.hash == is.hash {
            prop_assert_eq!(by_key(&before, &first), by_key(&after, &second));
            let stored = was.pack(&first).expect("all are relevant");
            prop_assert_eq!(is.unpack(&stored), Some(second));
        }
        let keys = |terms: &[Term], relevant: &Relevant| -> Vec<String> {
            relevant.terms.iter().map(|term| terms[*term as usize].key.clone()).collect()
        };
        if was.hash == is.hash {
            prop_assert_eq!(keys(&before, &was), keys(&after, &is));
        }
    }
}

/// Where a term reaches over the end of a piece, white space and signs without width hide how far.
#[test]
fn long_documents_with_wide_gaps_hide_nothing() {
    let filler = "x ".repeat(32_750);
    for gap in [" ", "  ", "\u{ad}", "\u{200b}\u{200b}", "\u{301}", "\n", "\t\t\t\t"] {
        for times in [1, 3, 30, 200] {
            for shift in 0..4 {
                let gap = gap.repeat(times);
                let text = document(&format!(
                    "{filler}{}wind{gap}turbine e{gap}\u{301} 分散{gap}-システム {filler}",
                    "y".repeat(shift) + " "
                ));
                let texts = [
                    "wind turbine",
                    "windturbine",
                    "wind",
                    "turbine e",
                    "turbine é",
                    "e",
                    "分散-",
                    "-システム",
                    "システム",
                ];
                let terms = list(&texts);
                let expected = find(&Matcher::new(&terms), &text);
                let vocabulary = Vocabulary::new(&text);
                let index = TermIndex::new(&terms);
                assert_eq!(find(&index.matcher(&[&vocabulary]), &text), expected);
            }
        }
    }
}

#[test]
fn the_index_of_the_next_list_is_the_index_of_that_list() {
    let documents = samples();
    let mut terms = terms_of(&documents);
    let mut index = Arc::new(TermIndex::new(&terms));
    for round in 0..4_usize {
        terms.truncate(terms.len() - 5);
        // Another capital, another variant, another kind: the forms of these terms are others.
        for term in terms.iter_mut().skip(round).step_by(11) {
            term.text = term.text.to_uppercase();
            term.variants[0].text.push_str(" x");
            term.category = Category::Name;
        }
        index = index.next(&terms);
        let fresh = TermIndex::new(&terms);
        for document in &documents {
            let vocabulary = Vocabulary::new(document);
            assert_eq!(
                index.relevant(&vocabulary),
                fresh.relevant(&vocabulary),
                "round {round}"
            );
            let (one, other) = (index.matcher(&[&vocabulary]), fresh.matcher(&[&vocabulary]));
            assert_eq!(find(&one, document), find(&other, document), "round {round}");
        }
    }
}

#[test]
fn an_index_serves_as_long_as_the_search_is_the_same() {
    let mut terms = list(&["IT", "it is", "wind turbine", "rotor"]);
    let at = |terms: &[Term], key: &str| terms.iter().position(|term| term.text == key).expect("it is there");
    let (short, long) = (at(&terms, "IT"), at(&terms, "it is"));
    terms[long].variants.push(Variant {
        text: "it".into(),
        count: 3,
    });
    let index = Arc::new(TermIndex::new(&terms));
    let serves = |terms: &[Term]| Arc::ptr_eq(&index.next(terms), &index);
    let rotor = at(&terms, "rotor");
    terms[rotor].score = 7.0;
    terms[rotor].occurrences = 40;
    terms[rotor].variants[0].count = 40;
    assert!(serves(&terms), "counts and ranks are nothing to a search");
    terms[long].score = 2.0;
    assert!(!serves(&terms), "the other term has the common form now");
    terms[short].score = 3.0;
    assert!(serves(&terms));
    terms[rotor].variants[0].text.push('s');
    assert!(!serves(&terms), "another form is looked for");
}
