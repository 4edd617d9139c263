mod answers;
mod precedence;

use std::collections::BTreeMap;

use super::{TermEdit, Verdict};
use crate::testing::{Bench, terms_by};
use crate::{
    Engine, EntryFilter, EntryQuery, Error, IssueAnswer, IssueQuery, IssueRow, IssueState, Scope, Stage, TermQuery,
    TermRow, TermSort,
};

fn query(sort: TermSort, search: &str) -> TermQuery {
    TermQuery {
        search: search.to_owned(),
        ..terms_by(sort, 1_000)
    }
}

async fn terms(engine: &Engine, project: &str, sort: TermSort, search: &str) -> Vec<TermRow> {
    let page = engine.list_terms(project, &query(sort, search)).await.unwrap();
    assert_eq!(page.total as usize, page.rows.len());
    page.rows
}

async fn headwords(engine: &Engine, project: &str, stage: Stage) -> Vec<String> {
    let query = EntryQuery {
        offset: 0,
        limit: 1_000,
        search: String::new(),
        filter: EntryFilter::All,
    };
    let page = engine.list_entries(project, stage, &query).await.unwrap();
    page.rows.into_iter().map(|row| row.term).collect()
}

async fn issues(engine: &Engine, project: &str, state: Option<IssueState>) -> Vec<IssueRow> {
    let query = IssueQuery {
        offset: 0,
        limit: 1_000,
        search: String::new(),
        kind: None,
        severity: None,
        state,
    };
    engine.list_issues(project, &query).await.unwrap().rows
}

fn rename(name: &str) -> TermEdit {
    TermEdit::Rename {
        name: Some(name.to_owned()),
    }
}

fn merge(primary: &str) -> TermEdit {
    TermEdit::Merge {
        primary: primary.to_owned(),
    }
}

fn verdict(verdict: Verdict) -> TermEdit {
    TermEdit::Verdict { verdict: Some(verdict) }
}

/// All that is decided, by term and by issue. What is not decided is not in it.
async fn decided(engine: &Engine, project: &str) -> BTreeMap<String, String> {
    let terms = sqlx::query_scalar::<_, String>(
        "SELECT json_array(key, manual, verdict, category, note, definition, name, sort, synonym_of) FROM decision
         WHERE project_id = ? AND (manual OR verdict IS NOT NULL OR category IS NOT NULL OR note IS NOT NULL
             OR definition IS NOT NULL OR name IS NOT NULL OR synonym_of IS NOT NULL)",
    );
    let issues = sqlx::query_scalar::<_, String>(
        "SELECT json_array(identity, ruling, reason, terms) FROM issue_decision
         WHERE project_id = ? AND ruling IS NOT NULL",
    );
    let mut all = BTreeMap::new();
    for query in [terms, issues] {
        for row in query.bind(project).fetch_all(engine.store().reader()).await.unwrap() {
            let key: Vec<serde_json::Value> = serde_json::from_str(&row).unwrap();
            all.insert(key[0].to_string(), row);
        }
    }
    all
}

/// A small generator with a known seed: a failure can be repeated.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    fn some(&mut self, text: &str) -> Option<String> {
        (self.below(4) > 0).then(|| format!("{text} {}", self.below(5)))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn undoing_everything_in_turn_leaves_what_was_before() {
    let bench = Bench::new().await;
    let (engine, project) = (&bench.engine, bench.project("p").await);
    bench.completed(&project, Scope::Full).await;
    let keys: Vec<String> = terms(engine, &project, TermSort::Score, "")
        .await
        .into_iter()
        .map(|row| row.key)
        .collect();
    let ids: Vec<String> = issues(engine, &project, None)
        .await
        .into_iter()
        .map(|row| row.id)
        .collect();
    assert!(keys.len() > 5 && !ids.is_empty(), "{keys:?} {ids:?}");
    let everything = bench.results(&project).await;
    for seed in 0..12 {
        let mut dice = Dice(seed);
        let mut states = vec![decided(engine, &project).await];
        let mut changes: Vec<String> = Vec::new();
        for step in 0..30 {
            let chosen: Vec<String> = (0..=dice.below(3))
                .map(|_| keys[dice.below(keys.len())].clone())
                .collect();
            let result = match dice.below(11) {
                0 => {
                    engine
                        .decide_terms(&project, &chosen, &verdict(Verdict::Required))
                        .await
                }
                1 => {
                    engine
                        .decide_terms(&project, &chosen, &verdict(Verdict::Excluded))
                        .await
                }
                2 => {
                    engine
                        .decide_terms(&project, &chosen, &TermEdit::Verdict { verdict: None })
                        .await
                }
                3 => {
                    engine
                        .decide_terms(
                            &project,
                            &chosen,
                            &TermEdit::Category {
                                category: dice.some("kind"),
                            },
                        )
                        .await
                }
                4 => {
                    engine
                        .decide_terms(
                            &project,
                            &chosen,
                            &TermEdit::Note {
                                note: dice.some("note"),
                            },
                        )
                        .await
                }
                5 => {
                    engine
                        .decide_terms(
                            &project,
                            &chosen[..1],
                            &TermEdit::Rename {
                                name: dice.some("name"),
                            },
                        )
                        .await
                }
                6 => {
                    let definition = dice.some("It is thing");
                    engine
                        .decide_terms(&project, &chosen[..1], &TermEdit::Definition { definition })
                        .await
                }
                7 => engine.decide_terms(&project, &chosen, &merge(&chosen[0])).await,
                8 => engine.decide_terms(&project, &chosen, &TermEdit::Split).await,
                9 => {
                    let id = ids[dice.below(ids.len())].clone();
                    let answer = match dice.below(4) {
                        0 => IssueAnswer::Exclude,
                        1 => IssueAnswer::Reopen,
                        2 => IssueAnswer::Define {
                            definition: "Mine.".to_owned(),
                        },
                        _ => IssueAnswer::Dismiss {
                            reason: dice.some("because"),
                        },
                    };
                    engine.answer_issues(&project, &[id], &answer).await
                }
                _ => {
                    let text = format!("moon {}", dice.below(3));
                    engine.require_term(&project, &text).await.map(|added| added.change)
                }
            };
            let change = match result {
                Ok(change) => change,
                Err(Error::NameTaken(_)) => continue,
                Err(error) => panic!("seed {seed}, step {step}: {error}"),
            };
            if let Some(id) = change.id {
                assert!(change.count > 0);
                changes.push(id);
                states.push(decided(engine, &project).await);
            } else {
                assert_eq!(
                    Some(&decided(engine, &project).await),
                    states.last(),
                    "nothing changed, so no change"
                );
            }
        }
        while let Some(id) = changes.pop() {
            assert_eq!(decided(engine, &project).await, states.pop().unwrap(), "seed {seed}");
            engine.undo_change(&project, &id).await.unwrap();
            assert!(
                matches!(engine.undo_change(&project, &id).await, Err(Error::ChangeGone(_))),
                "once only"
            );
        }
        assert_eq!(decided(engine, &project).await, states[0], "seed {seed}");
        assert_eq!(bench.results(&project).await, everything, "seed {seed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_was_decided_over_is_not_taken_back_and_another_field_is_no_conflict() {
    let bench = Bench::new().await;
    let (engine, project) = (&bench.engine, bench.project("p").await);
    bench.completed(&project, Scope::Full).await;
    let out = bench
        .decide(&project, &["accession", "dryingroom"], verdict(Verdict::Excluded))
        .await;
    let note = TermEdit::Note {
        note: Some("ask".to_owned()),
    };
    bench.decide(&project, &["accession"], note).await;
    bench
        .decide(&project, &["dryingroom"], verdict(Verdict::Required))
        .await;
    let out = out.id.unwrap();
    let refused = engine.undo_change(&project, &out).await;
    assert!(
        matches!(&refused, Err(Error::DecidedSince(key)) if key == "dryingroom"),
        "{refused:?}"
    );
    let kept = engine.term(&project, "accession").await.unwrap();
    assert_eq!(kept.row.verdict, Some(Verdict::Excluded), "all or nothing");
    bench
        .decide(&project, &["dryingroom"], verdict(Verdict::Excluded))
        .await;
    engine.undo_change(&project, &out).await.unwrap();
    let freed = engine.term(&project, "accession").await.unwrap();
    assert_eq!((freed.row.verdict, freed.note.as_deref()), (None, Some("ask")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_shown_everywhere_without_a_run_and_sorts_by_its_reading() {
    let bench = Bench::new().await;
    let (engine, project) = (&bench.engine, bench.project("p").await);
    bench.completed(&project, Scope::Full).await;
    let plan = engine.plan(&project).await.unwrap();
    let change = bench.decide(&project, &["accession"], rename("zebra sample")).await;
    assert_eq!(
        engine.plan(&project).await.unwrap().reasons,
        plan.reasons,
        "no run is needed"
    );
    let term = engine.term(&project, "accession").await.unwrap();
    assert_eq!(
        (term.row.text.as_str(), term.original.as_deref()),
        ("zebra sample", Some("accession"))
    );
    for search in ["zebra", "access"] {
        let found = terms(engine, &project, TermSort::Score, search).await;
        assert_eq!(found[0].text, "zebra sample", "{search}");
        assert_eq!(
            terms(engine, &project, TermSort::Term, search).await[0].text,
            "zebra sample",
            "{search}"
        );
    }
    let listed: Vec<String> = terms(engine, &project, TermSort::Term, "")
        .await
        .into_iter()
        .map(|row| row.text)
        .collect();
    let mut sorted = listed.clone();
    sorted.sort_by_key(|text| glossary::reading::sort_key(text));
    assert_eq!(listed, sorted);
    assert!(listed.iter().any(|text| text == "zebra sample"));
    for stage in [Stage::Define, Stage::Refine] {
        let listed = headwords(engine, &project, stage).await;
        assert!(listed.contains(&"zebra sample".to_owned()), "{stage:?}");
        assert!(
            listed.is_sorted_by_key(|text| glossary::reading::sort_key(text)),
            "{stage:?}: {listed:?}"
        );
    }
    let entry = engine.entry(&project, Stage::Refine, "accession").await.unwrap();
    assert_eq!(entry.name, "zebra sample");
    assert!(
        entry.synonyms.contains(&"accession".to_owned()),
        "the documents' own name stays"
    );
    let exported = bench.results(&project).await;
    assert!(exported.contains("zebra sample"));
    bench.completed(&project, Scope::Full).await;
    assert_eq!(
        engine.term(&project, "accession").await.unwrap().row.text,
        "zebra sample"
    );
    engine.undo_change(&project, &change.id.unwrap()).await.unwrap();
    assert_eq!(engine.term(&project, "accession").await.unwrap().row.text, "accession");

    let taken = engine
        .decide_terms(&project, &["accession".to_owned()], &rename("Drying  room"))
        .await;
    assert!(matches!(taken, Err(Error::NameTaken(name)) if name == "drying room"));
}

#[tokio::test(flavor = "multi_thread")]
async fn merged_terms_are_one_entry_after_a_run_and_split_they_are_two_again() {
    let bench = Bench::new().await;
    let (engine, project) = (&bench.engine, bench.project("p").await);
    bench.completed(&project, Scope::Full).await;
    let before = headwords(engine, &project, Stage::Refine).await;
    let change = bench
        .decide(&project, &["accession", "germinationtest"], merge("germinationtest"))
        .await;
    let row = engine.term(&project, "accession").await.unwrap();
    assert_eq!(row.row.synonym_of.as_deref(), Some("germination test"));
    assert_eq!(
        engine.term(&project, "germinationtest").await.unwrap().synonyms[0].key,
        "accession"
    );
    let plan = engine.plan(&project).await.unwrap();
    assert_eq!(
        (plan.reasons, plan.scope),
        (vec![crate::Reason::TermsEdited], Some(Scope::Refine))
    );
    assert_eq!(
        headwords(engine, &project, Stage::Refine).await,
        before,
        "a merge waits for a run"
    );

    let first = engine.project(&project).await.unwrap().current_run.unwrap();
    let second = bench.completed(&project, Scope::Refine).await.id;
    let after = headwords(engine, &project, Stage::Refine).await;
    assert_eq!(after.len(), before.len() - 1);
    let entry = engine.entry(&project, Stage::Refine, "germinationtest").await.unwrap();
    assert!(entry.synonyms.contains(&"accession".to_owned()), "{:?}", entry.synonyms);
    let places = ["accession", "germinationtest"].map(|key| engine.term(&project, key));
    let [one, other] = places;
    let (one, other) = (one.await.unwrap().row, other.await.unwrap().row);
    assert_eq!(entry.occurrences, one.occurrences + other.occurrences);
    assert_eq!(entry.documents, 2, "each document once");
    let diff = engine.diff_runs(&first, &second).await.unwrap();
    assert_eq!(diff.causes, [crate::Reason::TermsEdited]);
    let rows = engine
        .list_diff(&first, &second, crate::DiffKind::Definitions, 0, 100)
        .await
        .unwrap()
        .rows;
    assert!(
        rows.iter().all(|row| row.cause == crate::DiffCause::Decision),
        "{rows:?}"
    );
    bench.completed(&project, Scope::Full).await;
    assert_eq!(
        headwords(engine, &project, Stage::Refine).await,
        after,
        "survives a run of everything"
    );

    engine.undo_change(&project, &change.id.unwrap()).await.unwrap();
    bench.completed(&project, Scope::Refine).await;
    assert_eq!(headwords(engine, &project, Stage::Refine).await, before);
}

/// D5
#[tokio::test(flavor = "multi_thread")]
async fn the_concept_of_a_group_stays_when_its_primary_is_excluded_or_gone() {
    let bench = Bench::new().await;
    let (engine, project) = (&bench.engine, bench.project("p").await);
    bench.completed(&project, Scope::Full).await;
    bench
        .decide(&project, &["accession", "germinationtest"], merge("germinationtest"))
        .await;
    bench
        .decide(&project, &["germinationtest"], verdict(Verdict::Excluded))
        .await;
    bench.completed(&project, Scope::Full).await;
    let words = headwords(engine, &project, Stage::Refine).await;
    assert!(words.contains(&"accession".to_owned()), "{words:?}");
    assert!(!words.contains(&"germination test".to_owned()), "{words:?}");
    let entry = engine.entry(&project, Stage::Refine, "accession").await.unwrap();
    assert!(entry.entry.definition.is_some());
}
