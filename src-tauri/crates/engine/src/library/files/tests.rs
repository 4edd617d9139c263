//! The files of a folder against the last run, what the researcher says about them, and how changes are seen.

use std::time::Duration;

use super::*;
use crate::library::copies::{CopyOrder, CopyState};
use crate::settings::DocumentLanguages;
use crate::testing::{Bench, terms_by};
use crate::{Event, ProjectState, Reason, RunStatus, Scope};

fn all() -> FileQuery {
    FileQuery {
        offset: 0,
        limit: 100,
        search: String::new(),
        state: None,
        sort: FileSort::Path,
        descending: false,
    }
}

async fn states(bench: &Bench, project: &str) -> Vec<(String, FileState)> {
    bench.engine.plan(project).await.unwrap();
    let page = bench.engine.list_files(project, &all()).await.unwrap();
    page.rows.into_iter().map(|row| (row.path, row.state)).collect()
}

fn state_of(states: &[(String, FileState)], path: &str) -> Option<FileState> {
    states.iter().find(|(known, _)| known == path).map(|(_, state)| *state)
}

const SEEDS: &str = "notes/seeds.md";

#[tokio::test(flavor = "multi_thread")]
async fn every_file_has_its_state_against_the_last_run() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    bench.write("p", "empty.txt", "  ");
    bench.write("p", "photo.png", "x");
    assert!(
        states(&bench, &project)
            .await
            .iter()
            .filter(|(_, state)| *state == FileState::New)
            .count()
            >= 3
    );
    bench.completed(&project, Scope::Full).await;
    let before = states(&bench, &project).await;
    assert_eq!(state_of(&before, "empty.txt"), Some(FileState::Skipped), "{before:?}");
    assert_eq!(state_of(&before, "photo.png"), Some(FileState::Skipped));
    // D1: two files of one name are two documents.
    assert_eq!(state_of(&before, "guide/seeds.md"), Some(FileState::Unchanged));
    assert_eq!(state_of(&before, SEEDS), Some(FileState::Unchanged));

    bench.change("p");
    bench.write("p", SEEDS, "Something else is a text.");
    std::fs::remove_file(bench.documents_of("p").join("手順/乾燥.txt")).unwrap();
    let after = states(&bench, &project).await;
    assert_eq!(state_of(&after, "guide/new.md"), Some(FileState::New), "D2");
    assert_eq!(state_of(&after, SEEDS), Some(FileState::Changed));
    assert_eq!(state_of(&after, "手順/乾燥.txt"), Some(FileState::Removed));
    let counts = bench.engine.count_files(&project).await.unwrap();
    assert_eq!(
        (counts.new, counts.changed, counts.removed, counts.unchanged),
        (1, 1, 1, 1)
    );
    assert_eq!(counts.skipped, 2);

    let page = |query: FileQuery| {
        let bench = &bench;
        let project = &project;
        async move { bench.engine.list_files(project, &query).await.unwrap() }
    };
    let largest = page(FileQuery {
        sort: FileSort::Size,
        descending: true,
        limit: 2,
        ..all()
    })
    .await;
    assert!(largest.rows.len() == 2 && largest.total == 6 && largest.rows[0].bytes >= largest.rows[1].bytes);
    let found = page(FileQuery {
        search: "SEEDS".to_owned(),
        state: Some(FileState::Changed),
        ..all()
    })
    .await;
    assert_eq!(found.rows.iter().map(|row| &*row.path).collect::<Vec<_>>(), [SEEDS]);
    assert!(found.rows[0].terms.is_some() && found.rows[0].language.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_researcher_excludes_stays_out_of_every_run_until_he_takes_it_back() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    bench.completed(&project, Scope::Full).await;
    bench.engine.exclude_files(&project, &[SEEDS.to_owned()]).await.unwrap();
    let plan = bench.engine.plan(&project).await.unwrap();
    let reason = Reason::DocumentsExcluded {
        count: 1,
        examples: vec![SEEDS.to_owned()],
    };
    assert_eq!(
        (plan.state, plan.scope, plan.reasons),
        (ProjectState::NeedsRerun, Some(Scope::Full), vec![reason])
    );
    for _ in 0..2 {
        bench.completed(&project, Scope::Full).await;
        let plan = bench.engine.plan(&project).await.unwrap();
        assert_eq!((plan.state, plan.reasons), (ProjectState::UpToDate, vec![]));
        let seen = states(&bench, &project).await;
        assert_eq!(state_of(&seen, SEEDS), Some(FileState::Excluded));
        let documents = bench.engine.list_documents(&project, 0, 10, "").await.unwrap();
        assert!(documents.rows.iter().all(|row| row.path != SEEDS) && documents.total == 2);
    }
    bench.engine.include_files(&project, &[SEEDS.to_owned()]).await.unwrap();
    let plan = bench.engine.plan(&project).await.unwrap();
    let reason = Reason::DocumentsIncluded {
        count: 1,
        examples: vec![SEEDS.to_owned()],
    };
    assert_eq!(plan.reasons, [reason], "and not as a file that is new as well");
    bench.completed(&project, Scope::Full).await;
    assert_eq!(bench.engine.list_documents(&project, 0, 10, "").await.unwrap().total, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn patterns_and_languages_decide_what_a_run_reads_and_the_badge_says_so() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    bench.completed(&project, Scope::Full).await;
    let mut settings = bench.engine.project_settings(&project).await.unwrap();
    settings.exclude = vec![" notes ".to_owned(), String::new(), "notes".to_owned()];
    settings.languages = DocumentLanguages::English;
    let settings = bench.engine.set_project_settings(&project, settings).await.unwrap();
    assert_eq!(settings.exclude, ["notes"], "tidied");
    let plan = bench.engine.plan(&project).await.unwrap();
    assert!(
        matches!(&plan.reasons[..], [Reason::DocumentsExcluded { count: 2, .. }]),
        "{:?}",
        plan.reasons
    );
    bench.completed(&project, Scope::Full).await;
    assert_eq!(bench.engine.plan(&project).await.unwrap().reasons, []);
    let page = bench.engine.list_files(&project, &all()).await.unwrap();
    let why: Vec<_> = page
        .rows
        .iter()
        .map(|row| (&*row.path, row.state, row.reason.as_deref()))
        .collect();
    assert!(
        why.contains(&("notes", FileState::Excluded, Some("pattern"))),
        "{why:?}"
    );
    assert!(
        why.contains(&("手順/乾燥.txt", FileState::Excluded, Some("language"))),
        "{why:?}"
    );
    let back = crate::ProjectSettings::default();
    bench.engine.set_project_settings(&project, back).await.unwrap();
    let plan = bench.engine.plan(&project).await.unwrap();
    assert!(
        matches!(&plan.reasons[..], [Reason::DocumentsIncluded { count: 2, .. }]),
        "{:?}",
        plan.reasons
    );
    bench.completed(&project, Scope::Full).await;
    assert_eq!(bench.engine.list_documents(&project, 0, 10, "").await.unwrap().total, 3);

    let mut none = bench.engine.project_settings(&project).await.unwrap();
    none.include = vec!["nothing-like-this".to_owned()];
    bench.engine.set_project_settings(&project, none).await.unwrap();
    assert_eq!(bench.run(&project, Scope::Full).await.status, RunStatus::Failed, "S9");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_word_makes_only_what_lists_terms_stale_and_a_required_one_stays() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    // A file that was written just now is read again.
    tokio::time::sleep(Duration::from_millis(120)).await;
    bench.completed(&project, Scope::Full).await;
    let keys = async || {
        let query = terms_by(crate::TermSort::Score, 500);
        let page = bench.engine.list_terms(&project, &query).await.unwrap();
        page.rows.into_iter().map(|row| row.key).collect::<Vec<_>>()
    };
    let (room, test) = (
        glossary::normalise::key("drying room"),
        glossary::normalise::key("germination test"),
    );
    assert!(keys().await.contains(&room) && keys().await.contains(&test));
    let mut settings = bench.engine.project_settings(&project).await.unwrap();
    settings.stop_words = vec!["Drying Rooms".to_owned(), "germination test".to_owned()];
    bench.engine.set_project_settings(&project, settings).await.unwrap();
    bench
        .engine
        .mark_term(&project, "germination test", crate::Verdict::Required)
        .await
        .unwrap();
    let plan = bench.engine.plan(&project).await.unwrap();
    assert_eq!(plan.reasons, [Reason::TermsEdited, Reason::SettingsChanged]);
    let run = bench.completed(&project, Scope::Full).await;
    let loaded = run
        .stages
        .iter()
        .find(|stage| stage.stage == crate::Stage::Load)
        .unwrap();
    assert_eq!(loaded.reused, loaded.total, "no document is read again: {loaded:?}");
    assert!(!keys().await.contains(&room), "also in another form of the word");
    assert!(keys().await.contains(&test), "D6: what is required is in");
    assert_eq!(bench.engine.plan(&project).await.unwrap().reasons, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_dropped_is_copied_without_writing_over_anything_and_can_be_taken_back() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let outside = tempfile::tempdir().unwrap();
    let put = |path: &str, text: &str| {
        let path = outside.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let known = std::fs::read_to_string(bench.documents_of("p").join("guide/seeds.md")).unwrap();
    put("guide/seeds.md", &known);
    put("guide/other.md", "An aliquot is a part.");
    put("guide/.hidden.md", "x");
    let sources = vec![
        outside.path().join("guide").display().to_string(),
        put("photo.png", "x"),
        put("taken.md", "new"),
    ];
    bench.write("p", "taken.md", "old");
    let plan = bench.engine.plan_copy(&project, sources).await.unwrap();
    let judged: Vec<_> = plan
        .iter()
        .map(|item| (&*item.target, item.state, item.free.as_deref()))
        .collect();
    assert_eq!(
        judged,
        [
            ("guide/other.md", CopyState::New, None),
            ("guide/seeds.md", CopyState::Same, None),
            ("photo.png", CopyState::Unsupported, None),
            ("taken.md", CopyState::Conflict, Some("taken (2).md")),
        ]
    );
    let order = |source: &str, target: &str| CopyOrder {
        source: outside.path().join(source).display().to_string(),
        target: target.to_owned(),
    };
    let failed = bench
        .engine
        .copy_files(
            &project,
            vec![
                order("guide/other.md", "deep/er/other.md"),
                order("taken.md", "taken.md"),
            ],
        )
        .await;
    assert!(matches!(failed, Err(Error::CopyFailed { .. })));
    assert!(!bench.documents_of("p").join("deep").exists(), "all or nothing");
    for target in ["../x.md", "/tmp/x.md", "a/../../x.md", ".x.md", "x.png"] {
        let refused = bench.engine.copy_files(&project, vec![order("taken.md", target)]).await;
        assert!(matches!(refused, Err(Error::CopyFailed { .. })), "{target}");
    }
    let report = bench
        .engine
        .copy_files(
            &project,
            vec![
                order("guide/other.md", "deep/other.md"),
                order("taken.md", "taken (2).md"),
            ],
        )
        .await
        .unwrap();
    assert_eq!(
        std::fs::read_to_string(bench.documents_of("p").join("taken.md")).unwrap(),
        "old"
    );
    bench.write("p", "taken (2).md", "edited meanwhile");
    let undone = bench.engine.undo_copy(&project, &report.receipt).await.unwrap();
    assert_eq!((undone.removed, undone.kept), (1, vec!["taken (2).md".to_owned()]));
    assert!(!bench.documents_of("p").join("deep").exists());
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn no_path_leads_out_of_the_folder() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    bench.write("p", "../secret.txt", "x");
    std::os::unix::fs::symlink(
        bench.documents_of("secret.txt"),
        bench.documents_of("p").join("link.txt"),
    )
    .unwrap();
    for path in [
        "../secret.txt",
        "link.txt",
        "guide/../../secret.txt",
        "/etc/passwd",
        "",
        ".",
    ] {
        let found = bench.engine.file_location(&project, path).await;
        assert!(matches!(found, Err(Error::FileNotFound(_))), "{path}: {found:?}");
    }
    assert!(bench.engine.file_location(&project, SEEDS).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_moves_to_another_folder_and_keeps_its_results() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    bench.completed(&project, Scope::Full).await;
    let results = bench.results(&project).await;
    let moved = bench.documents_of("moved");
    std::fs::rename(bench.documents_of("p"), &moved).unwrap();
    assert!(matches!(
        &bench.engine.plan(&project).await.unwrap().reasons[..],
        [Reason::FolderUnreadable { .. }]
    ));
    std::fs::remove_file(moved.join(SEEDS)).unwrap();
    let check = bench.engine.check_folder(&project, &moved).await.unwrap();
    assert_eq!((check.found, check.missing), (2, 1));
    let other = bench.project("other").await;
    let taken = bench.engine.relocate_project(&other, &moved).await.unwrap();
    let refused = bench.engine.relocate_project(&project, &moved).await;
    assert!(matches!(refused, Err(Error::FolderInUse { project, .. }) if project == taken.name));
    bench
        .engine
        .relocate_project(&other, &bench.documents("other"))
        .await
        .unwrap();
    bench.engine.relocate_project(&project, &moved).await.unwrap();
    assert_eq!(bench.results(&project).await, results);
    let plan = bench.engine.plan(&project).await.unwrap();
    assert!(
        matches!(&plan.reasons[..], [Reason::DocumentsRemoved { count: 1, .. }]),
        "{:?}",
        plan.reasons
    );
}

/// Waits until a change of the folder was told.
async fn told(bench: &Bench, before: usize) -> usize {
    for _ in 0..200 {
        let now = bench
            .observer
            .events()
            .iter()
            .filter(|event| matches!(event, Event::ProjectChanged(_)))
            .count();
        if now > before {
            return now;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nobody told of the change");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_the_open_folder_is_told_without_being_asked_for() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    bench.completed(&project, Scope::Full).await;
    bench.engine.plan(&project).await.unwrap();
    assert!(bench.engine.watch_folder(Some(&project)).await.unwrap());
    let told_of = |bench: &Bench| {
        bench
            .observer
            .events()
            .iter()
            .filter(|event| matches!(event, Event::ProjectChanged(_)))
            .count()
    };
    let quiet = told_of(&bench);
    std::fs::create_dir(bench.documents_of("p").join(".git")).unwrap();
    bench.write("p", ".git/index.md", "x");
    tokio::time::sleep(Duration::from_millis(800)).await;
    assert_eq!(told_of(&bench), quiet, "nothing that a run could see");

    // Also in a folder that is new itself.
    std::fs::create_dir_all(bench.documents_of("p").join("a/b")).unwrap();
    tokio::time::sleep(Duration::from_millis(800)).await;
    let before = told_of(&bench);
    bench.write("p", "a/b/new.md", "A seed vault is a room.");
    let now = told(&bench, before).await;
    let counts = bench.engine.count_files(&project).await.unwrap();
    assert_eq!((counts.new, counts.watched), (1, true));

    bench.remove("p");
    told(&bench, now).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let counts = bench.engine.count_files(&project).await.unwrap();
    assert!(counts.unreadable.is_some() && !counts.watched, "{counts:?}");
    assert!(
        !bench.engine.watch_folder(Some(&project)).await.unwrap(),
        "there is nothing to watch"
    );
    bench.documents("p");
    assert!(bench.engine.watch_folder(Some(&project)).await.unwrap(), "it is back");
    assert!(!bench.engine.watch_folder(None).await.unwrap());
    assert!(!bench.engine.count_files(&project).await.unwrap().watched);
}
