use crate::testing::{Bench, terms_by};
use crate::{
    DiffCause, DiffKind, DiffRow, Error, ProjectSettings, Reason, RunDiff, Scope, Stage, TermEdit, TermSort, Verdict,
};

const KINDS: [DiffKind; 5] = [
    DiffKind::TermsAdded,
    DiffKind::TermsRemoved,
    DiffKind::Definitions,
    DiffKind::IssuesFixed,
    DiffKind::IssuesNew,
];

const NEVER_DEFINED: &str = "The gradiometer was cleaned. The gradiometer was moved. The gradiometer was lost.\n";

async fn write(bench: &Bench, project: &str, name: &str, text: &str) {
    let folder = bench.engine.project_folder(project).await.unwrap();
    std::fs::write(folder.join(name), text).unwrap();
}

async fn list(bench: &Bench, before: &str, after: &str, kind: DiffKind) -> Vec<DiffRow> {
    let page = bench.engine.list_diff(before, after, kind, 0, 1_000).await.unwrap();
    assert_eq!(page.total as usize, page.rows.len(), "{kind:?}");
    page.rows
}

fn find<'a>(rows: &'a [DiffRow], key: &str) -> &'a DiffRow {
    let found = rows.iter().find(|row| row.key == key);
    found.unwrap_or_else(|| panic!("{key} is not among {rows:?}"))
}

fn numbers(diff: &RunDiff) -> [u32; 5] {
    [
        diff.terms_added,
        diff.terms_removed,
        diff.definitions_changed + diff.definitions_added + diff.definitions_removed,
        diff.issues_fixed,
        diff.issues_new,
    ]
}

/// The diff, after a check that its numbers are those of its lists and that its mirror image is the way back.
async fn diff(bench: &Bench, before: &str, after: &str) -> RunDiff {
    let diff = bench.engine.diff_runs(before, after).await.unwrap();
    for (kind, number) in KINDS.into_iter().zip(numbers(&diff)) {
        assert_eq!(
            list(bench, before, after, kind).await.len(),
            number as usize,
            "{kind:?}"
        );
    }
    let back = bench.engine.diff_runs(after, before).await.unwrap();
    let [added, removed, definitions, fixed, new] = numbers(&diff);
    assert_eq!(numbers(&back), [removed, added, definitions, new, fixed]);
    assert_eq!(back.definitions_added, diff.definitions_removed);
    assert_eq!((&diff.before.id[..], &diff.after.id[..]), (before, after));
    diff
}

#[tokio::test(flavor = "multi_thread")]
async fn identical_runs_do_not_differ() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let first = bench.completed(&project, Scope::Full).await.id;
    let second = bench.completed(&project, Scope::Full).await.id;
    let diff = diff(&bench, &first, &second).await;
    assert_eq!(numbers(&diff), [0; 5]);
    assert_eq!(diff.causes, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_added_document_explains_the_terms_that_it_brings() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let first = bench.completed(&project, Scope::Full).await.id;
    let text = "A gradiometer is a device that measures gradients. The gradiometer is calibrated every year. \
                Each gradiometer has a number.\n";
    write(&bench, &project, "new.txt", text).await;
    let second = bench.completed(&project, Scope::Full).await.id;

    let there = diff(&bench, &first, &second).await;
    let examples = vec!["new.txt".to_owned()];
    assert_eq!(
        there.causes,
        [Reason::DocumentsAdded {
            count: 1,
            examples: examples.clone()
        }]
    );
    let rows = list(&bench, &first, &second, DiffKind::TermsAdded).await;
    let row = find(&rows, "gradiometer");
    assert_eq!((row.term.as_str(), row.cause), ("gradiometer", DiffCause::Documents));
    assert_eq!((&row.before, &row.after, &row.finding), (&None, &None, &None));
    let rows = list(&bench, &first, &second, DiffKind::Definitions).await;
    let row = find(&rows, "gradiometer");
    assert_eq!(row.before, None);
    assert!(row.after.as_ref().unwrap().contains("measures gradients"));
    assert!(there.definitions_added > 0);

    let back = diff(&bench, &second, &first).await;
    assert_eq!(back.causes, [Reason::DocumentsRemoved { count: 1, examples }]);
    let rows = list(&bench, &second, &first, DiffKind::TermsRemoved).await;
    assert_eq!(find(&rows, "gradiometer").cause, DiffCause::Documents);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_document_takes_its_terms_along() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let first = bench.completed(&project, Scope::Full).await.id;
    let folder = bench.engine.project_folder(&project).await.unwrap();
    std::fs::remove_file(folder.join("手順/乾燥.txt")).unwrap();
    let second = bench.completed(&project, Scope::Full).await.id;
    let diff = diff(&bench, &first, &second).await;
    assert!(diff.terms_removed > 0 && diff.definitions_removed > 0);
    assert!(
        matches!(&diff.causes[..], [Reason::DocumentsRemoved { count: 1, .. }]),
        "{:?}",
        diff.causes
    );
    let rows = list(&bench, &first, &second, DiffKind::Definitions).await;
    let row = find(&rows, "含水率");
    assert_eq!((row.after.as_ref(), row.cause), (None, DiffCause::Documents));
    assert!(row.before.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_document_shows_both_definitions() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let first = bench.completed(&project, Scope::Full).await.id;
    let text = "# Seeds\n\nAn accession is a sample of living plants that has a passport. Each accession has passport \
                data.\n\nOrthodox seeds are seeds that survive drying. Orthodox seeds are kept in the drying room. The \
                drying room is a room that is kept at 15 percent relative humidity.\n";
    write(&bench, &project, "guide/seeds.md", text).await;
    let second = bench.completed(&project, Scope::Full).await.id;
    let diff = diff(&bench, &first, &second).await;
    assert!(
        matches!(&diff.causes[..], [Reason::DocumentsChanged { count: 1, examples }] if examples == &["guide/seeds.md"]),
        "{:?}",
        diff.causes
    );
    assert!(diff.definitions_changed >= 1);
    let rows = list(&bench, &first, &second, DiffKind::Definitions).await;
    let row = find(&rows, "accession");
    assert!(row.before.as_ref().unwrap().contains("sample of seeds"), "{row:?}");
    assert!(row.after.as_ref().unwrap().contains("living plants"), "{row:?}");
    assert_eq!(row.cause, DiffCause::Documents);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_excluded_term_is_the_researchers_doing_also_after_a_later_note() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let first = bench.completed(&project, Scope::Full).await.id;
    bench.judge(&project, "accession", Some(Verdict::Excluded)).await;
    let second = bench.completed(&project, Scope::Full).await.id;
    let removed = diff(&bench, &first, &second).await;
    assert_eq!(removed.causes, [Reason::TermsEdited]);
    let rows = list(&bench, &first, &second, DiffKind::Definitions).await;
    assert_eq!(find(&rows, "accession").cause, DiffCause::Decision);
    assert_eq!(find(&rows, "accession").after, None);

    bench.judge(&project, "accession", None).await;
    let third = bench.completed(&project, Scope::Full).await.id;
    let note = Some("back again".to_owned());
    bench.decide(&project, &["accession"], TermEdit::Note { note }).await;
    let same = diff(&bench, &first, &third).await;
    assert_eq!(numbers(&same), [0; 5], "there and back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_required_term_is_the_researchers_doing() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let first = bench.completed(&project, Scope::Full).await.id;
    let query = terms_by(TermSort::Score, 1_000);
    let terms = bench.engine.list_terms(&project, &query).await.unwrap().rows;
    assert!(
        terms.iter().all(|term| term.key != "percent"),
        "the engine does not find it"
    );
    bench.engine.require_term(&project, "percent").await.unwrap();
    let second = bench.completed(&project, Scope::Full).await.id;
    let there = diff(&bench, &first, &second).await;
    assert_eq!(there.causes, [Reason::TermsEdited]);
    assert!(there.terms_added >= 1);
    let rows = list(&bench, &first, &second, DiffKind::TermsAdded).await;
    assert_eq!(find(&rows, "percent").cause, DiffCause::Decision);

    // Whether a term is required makes no difference once the documents are what brought it.
    bench.judge(&project, "accession", Some(Verdict::Required)).await;
    write(&bench, &project, "guide/seeds.md", "An accession is a number.\n").await;
    let third = bench.completed(&project, Scope::Full).await.id;
    let rows = list(&bench, &second, &third, DiffKind::Definitions).await;
    assert_eq!(find(&rows, "accession").cause, DiffCause::Documents);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_setting_explains_what_nothing_nearer_does() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let first = bench.completed(&project, Scope::Full).await.id;
    let settings = ProjectSettings {
        max_terms: Some(2),
        ..ProjectSettings::default()
    };
    bench.engine.set_project_settings(&project, settings).await.unwrap();
    let second = bench.completed(&project, Scope::Full).await.id;
    let diff = diff(&bench, &first, &second).await;
    assert_eq!(diff.causes, [Reason::SettingsChanged]);
    assert!(diff.terms_removed > 0 && diff.terms_added == 0);
    let rows = list(&bench, &first, &second, DiffKind::TermsRemoved).await;
    assert!(rows.iter().all(|row| row.cause == DiffCause::Settings), "{rows:?}");
}

/// What results note of themselves counts more than what their runs were started with.
#[tokio::test(flavor = "multi_thread")]
async fn the_basis_of_the_results_names_the_causes() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let first = bench.completed(&project, Scope::Full).await.id;
    write(
        &bench,
        &project,
        "new.txt",
        "A gradiometer is a device that measures gradients.\n",
    )
    .await;
    let second = bench.completed(&project, Scope::Full).await.id;
    for (run, engine, excluded) in [(&first, "1", "a"), (&second, "2", "b")] {
        let mut tx = bench.engine.store().write().await.unwrap();
        sqlx::query(
            "UPDATE generation SET basis = json_object('engine', ?1, 'settings', 'x', 'required', 'y', 'excluded', ?2,
                 'model', 'm', 'prompts', ?1) WHERE run_id = ?3",
        )
        .bind(engine)
        .bind(excluded)
        .bind(run)
        .execute(&mut *tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
    }
    let diff = diff(&bench, &first, &second).await;
    assert!(
        matches!(
            &diff.causes[..],
            [
                Reason::DocumentsAdded { count: 1, .. },
                Reason::TermsEdited,
                Reason::EngineChanged,
                Reason::PromptsChanged
            ]
        ),
        "{:?}",
        diff.causes
    );
    let rows = list(&bench, &first, &second, DiffKind::TermsAdded).await;
    assert_eq!(
        find(&rows, "gradiometer").cause,
        DiffCause::Documents,
        "the nearest cause counts"
    );
}

/// An issue moves with its text; it is neither fixed nor new for that. What a refinement settles is fixed.
#[tokio::test(flavor = "multi_thread")]
async fn issues_are_matched_by_what_they_say_and_settled_ones_are_fixed() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    write(&bench, &project, "new.txt", NEVER_DEFINED).await;
    bench.engine.require_term(&project, "gradiometer").await.unwrap();
    let first = bench.completed(&project, Scope::Full).await.id;
    let text = format!("\n\nThe gradiometer was sold. {NEVER_DEFINED}");
    write(&bench, &project, "new.txt", &text).await;
    let second = bench.completed(&project, Scope::Full).await.id;
    let moved = diff(&bench, &first, &second).await;
    assert_eq!(
        (moved.issues_fixed, moved.issues_new),
        (0, 0),
        "one more occurrence is no news"
    );

    let text = "A gradiometer is a device that measures gradients. The gradiometer was moved.\n";
    write(&bench, &project, "new.txt", text).await;
    let third = bench.completed(&project, Scope::Full).await.id;
    let rows = list(&bench, &second, &third, DiffKind::IssuesFixed).await;
    let row = find(&rows, "gradiometer");
    assert!(
        matches!(row.finding, Some(glossary::Finding::Undefined { occurrences: 4 })),
        "{row:?}"
    );
    assert_eq!((row.severity.is_some(), row.cause), (true, DiffCause::Documents));
    assert!(list(&bench, &third, &second, DiffKind::IssuesNew).await == rows);

    // The same issue, settled by the refinement of the later run.
    let mut tx = bench.engine.store().write().await.unwrap();
    sqlx::query(
        "INSERT INTO resolution (generation_id, issue, resolution)
         SELECT g.id, i.ordinal, 'replaced' FROM generation g JOIN issue i ON i.generation_id = g.input_id
         WHERE g.run_id = ? AND g.stage = 'refine'",
    )
    .bind(&second)
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let rows = list(&bench, &first, &second, DiffKind::IssuesFixed).await;
    find(&rows, "gradiometer");
}

/// D10
#[tokio::test(flavor = "multi_thread")]
async fn a_diff_is_paged() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let load = bench.completed(&project, Scope::Load).await.id;
    let full = bench.completed(&project, Scope::Full).await.id;
    let all = list(&bench, &load, &full, DiffKind::TermsAdded).await;
    assert!(all.len() > 4, "against nothing, everything is new");
    let mut paged = Vec::new();
    for offset in (0..all.len() as u32 + 3).step_by(3) {
        let page = bench
            .engine
            .list_diff(&load, &full, DiffKind::TermsAdded, offset, 3)
            .await
            .unwrap();
        assert_eq!((page.total as usize, page.offset), (all.len(), offset));
        paged.extend(page.rows);
    }
    assert_eq!(paged, all);
    diff(&bench, &load, &full).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provisional_glossary_is_compared_with_a_provisional_one() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    for scope in [Scope::Load, Scope::Extract] {
        bench.completed(&project, scope).await;
    }
    let provisional = bench.completed(&project, Scope::Define).await.id;
    let refined = bench.completed(&project, Scope::ProvisionalToRefined).await.id;
    let diff = diff(&bench, &provisional, &refined).await;
    assert_eq!(numbers(&diff)[..3], [0, 0, 0]);
    assert_eq!(diff.causes, []);
}

/// A definition of the researcher's own is no result of a run.
#[tokio::test(flavor = "multi_thread")]
async fn locked_definitions_are_not_compared() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let first = bench.completed(&project, Scope::Full).await.id;
    let own = Some("What the gene bank numbers.");
    bench.define(&project, "accession", "What the gene bank numbers.").await;
    let second = bench.completed(&project, Scope::Full).await.id;
    let diff = diff(&bench, &first, &second).await;
    assert_eq!(numbers(&diff), [0; 5]);
    assert_eq!(diff.causes, []);
    let entry = bench.engine.entry(&project, Stage::Refine, "accession").await.unwrap();
    assert_eq!(entry.edited.as_deref(), own);
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_without_kept_results_cannot_be_compared() {
    let bench = Bench::new().await;
    let (project, other) = (bench.project("p").await, bench.project("q").await);
    let mut runs = Vec::new();
    for number in 0..6 {
        let text = format!("A gradiometer is a device that measures {number} gradients.\n");
        write(&bench, &project, "new.txt", &text).await;
        runs.push(bench.completed(&project, Scope::Full).await.id);
    }
    let foreign = bench.completed(&other, Scope::Full).await.id;
    let engine = &bench.engine;
    for (before, after) in [(&runs[0], &runs[5]), (&runs[5], &runs[0])] {
        let answer = engine.diff_runs(before, after).await;
        assert!(
            matches!(&answer, Err(Error::ResultsGone(run)) if *run == runs[0]),
            "{answer:?}"
        );
        let answer = engine.list_diff(before, after, DiffKind::TermsAdded, 0, 10).await;
        assert!(
            matches!(&answer, Err(Error::ResultsGone(run)) if *run == runs[0]),
            "{answer:?}"
        );
    }
    let answer = engine.diff_runs(&runs[5], &foreign).await;
    assert!(matches!(&answer, Err(Error::DifferentProjects)), "{answer:?}");
    let answer = engine.diff_runs(&runs[5], "none").await;
    assert!(matches!(&answer, Err(Error::RunNotFound(_))), "{answer:?}");
    diff(&bench, &runs[1], &runs[5]).await;
}
