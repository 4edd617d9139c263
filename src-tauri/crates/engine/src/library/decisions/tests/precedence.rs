use super::{headwords, merge, rename, verdict};
use crate::testing::Bench;
use crate::{Scope, Stage, TermEdit, Verdict};

/// D6: what wins over what, line by line.
#[tokio::test(flavor = "multi_thread")]
async fn the_table_of_precedences_holds() {
    struct Case {
        name: &'static str,
        edits: Vec<(&'static str, TermEdit)>,
        /// Headword that must be in the refined glossary after a run, or must not.
        there: &'static [&'static str],
        gone: &'static [&'static str],
    }
    let define = |text: &str| TermEdit::Definition {
        definition: Some(text.to_owned()),
    };
    let cases = [
        Case {
            name: "required beats the engine's cut",
            edits: vec![("passport data", verdict(Verdict::Required))],
            there: &["passport data"],
            gone: &[],
        },
        Case {
            name: "excluded beats the engine's choice",
            edits: vec![("accession", verdict(Verdict::Excluded))],
            there: &[],
            gone: &["accession"],
        },
        Case {
            name: "the later verdict beats the earlier: required beats excluded",
            edits: vec![
                ("accession", verdict(Verdict::Excluded)),
                ("accession", verdict(Verdict::Required)),
            ],
            there: &["accession"],
            gone: &[],
        },
        Case {
            name: "excluded beats a definition of the researcher's own",
            edits: vec![
                ("accession", define("Mine.")),
                ("accession", verdict(Verdict::Excluded)),
            ],
            there: &[],
            gone: &["accession"],
        },
        Case {
            name: "an excluded name leaves its group, the concept stays",
            edits: vec![
                ("accession", merge("germinationtest")),
                ("accession", verdict(Verdict::Excluded)),
            ],
            there: &["germination test"],
            gone: &["accession"],
        },
        Case {
            name: "a group beats the verdict required on one of its names: one concept, one entry",
            edits: vec![
                ("accession", verdict(Verdict::Required)),
                ("accession", merge("germinationtest")),
            ],
            there: &["germination test"],
            gone: &["accession"],
        },
        Case {
            name: "the researcher's name beats the engine's",
            edits: vec![("accession", rename("seed lot"))],
            there: &["seed lot"],
            gone: &["accession"],
        },
        Case {
            name: "the name of the primary beats the names behind it",
            edits: vec![
                ("accession", rename("seed lot")),
                ("germinationtest", rename("sprouting test")),
                ("accession", merge("germinationtest")),
            ],
            there: &["sprouting test"],
            gone: &["seed lot", "accession", "germination test"],
        },
    ];
    for case in cases {
        let bench = Bench::new().await;
        let (engine, project) = (&bench.engine, bench.project("p").await);
        bench.completed(&project, Scope::Full).await;
        for (key, edit) in case.edits {
            if key.contains(' ') {
                engine.require_term(&project, key).await.unwrap();
                continue;
            }
            bench.decide(&project, &[key], edit).await;
        }
        bench.completed(&project, Scope::Full).await;
        let words = headwords(engine, &project, Stage::Refine).await;
        for there in case.there {
            assert!(
                words.iter().any(|word| word == there),
                "{}: {there} in {words:?}",
                case.name
            );
        }
        for gone in case.gone {
            assert!(
                !words.iter().any(|word| word == gone),
                "{}: {gone} in {words:?}",
                case.name
            );
        }
    }
}
