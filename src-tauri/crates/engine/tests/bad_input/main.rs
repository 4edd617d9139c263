//! What a researcher's disk really holds. Whatever it is, the run ends with a code that says what happened, and what
//! was there before still is. Only the public interface is used, and real files.
#![allow(clippy::unwrap_used, reason = "in a test, a panic is the report")]

mod bench;
mod storage;

use std::time::Duration;

use genglossary_engine::{Error, LogLevel, RunStatus, RunView, Scope, Stage, StageStatus};

use crate::bench::{Bench, SEEDS};

#[tokio::test(flavor = "multi_thread")]
async fn a_project_needs_a_folder_that_is_there() {
    let bench = Bench::new().await;
    let missing = bench.folder.path().join("missing");
    let error = bench.engine.create_project("p", &missing).await.unwrap_err();
    assert!(matches!(error, Error::FolderNotFound(folder) if folder == missing));
    let file = bench.write("file.txt", "x");
    let error = bench.engine.create_project("p", &file).await.unwrap_err();
    assert!(matches!(error, Error::FolderNotADirectory(folder) if folder == file));
    assert!(bench.engine.list_projects().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_became_empty_unreadable_or_a_file_fails_the_run_and_keeps_the_glossary() {
    let bench = Bench::new().await;
    let project = bench.finished().await;
    let before = bench.results(&project).await;

    std::fs::remove_file(bench.documents().join("seeds.md")).unwrap();
    let error = bench.failure(&project).await;
    assert_eq!(
        (error.code.as_str(), error.params["skipped"].as_str()),
        ("no_documents", "0")
    );

    bench.write("photo.png", [0x89, b'P', b'N', b'G']);
    bench.write("binary.txt", [0_u8; 64]);
    bench.write("blank.md", " \n\t\n");
    let error = bench.failure(&project).await;
    assert_eq!(
        (error.code.as_str(), error.params["skipped"].as_str()),
        ("no_documents", "3")
    );

    std::fs::remove_dir_all(bench.documents()).unwrap();
    assert_eq!(bench.failure(&project).await.code, "folder_not_found");
    std::fs::write(bench.documents(), "a file").unwrap();
    assert_eq!(bench.failure(&project).await.code, "folder_not_a_directory");

    assert_eq!(bench.results(&project).await, before);
    assert_eq!(bench.documents_of(&project).await, ["seeds.md"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_vanishes_after_it_was_listed_is_skipped_and_named() {
    let bench = Bench::new().await;
    // The files before it keep every reader busy until the last one is gone.
    let long = SEEDS.repeat((1 << 20) / SEEDS.len());
    for number in 0..66 {
        bench.write(format!("b{number:02}.txt"), &long);
    }
    let last = bench.write("z.txt", SEEDS);
    let vanishes = last.clone();
    let hook = move |run: &RunView| {
        if run.stages[0].total > 0 {
            let _ = std::fs::remove_file(&vanishes);
        }
    };
    assert!(bench.observer.0.set(Box::new(hook)).is_ok());
    let project = bench.project().await;
    let run = bench.run(&project, Scope::Load).await;
    assert_eq!(run.status, RunStatus::Completed, "{:?}", run.error);
    assert_eq!(
        bench.skipped(&project).await,
        [("z.txt".to_owned(), "unreadable".to_owned())]
    );
    assert_eq!(bench.documents_of(&project).await.len(), 66);
    assert_eq!((run.stages[0].done, run.stages[0].total), (67, 67), "W8: n of n");
    let log = bench.log(&run).await;
    assert!(
        log.iter()
            .any(|record| record.level == LogLevel::Warn && record.item == "z.txt")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_vanishes_after_it_was_read_no_longer_matters_to_the_run() {
    let bench = Bench::new().await;
    bench.write("seeds.md", SEEDS);
    let folder = bench.documents();
    // The event is told from inside the work, before the stage reads anything.
    let hook = move |run: &RunView| {
        if run.stages[1].status == StageStatus::Running {
            let _ = std::fs::remove_dir_all(&folder);
        }
    };
    assert!(bench.observer.0.set(Box::new(hook)).is_ok());
    let project = bench.project().await;
    let run = bench.run(&project, Scope::Full).await;
    assert!(!bench.documents().exists());
    assert_eq!(run.status, RunStatus::Completed, "{:?}", run.error);
    assert!(bench.results(&project).await.contains("seeds.md"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_of_200_mb_is_left_out_as_too_large() {
    let bench = Bench::new().await;
    bench.write("seeds.md", SEEDS);
    let size = 200_u64 << 20;
    std::fs::File::create(bench.documents().join("large.txt"))
        .unwrap()
        .set_len(size)
        .unwrap();
    let project = bench.project().await;
    let run = bench.run(&project, Scope::Full).await;
    assert_eq!(run.status, RunStatus::Completed, "{:?}", run.error);
    let skipped = bench.engine.list_skipped(&project, 0, 10).await.unwrap().rows;
    assert_eq!(
        (skipped[0].path.as_str(), skipped[0].reason.as_str()),
        ("large.txt", "too_large")
    );
    assert_eq!(
        skipped[0].detail.as_deref(),
        Some(size.to_string().as_str()),
        "and says how large"
    );
    assert_eq!(
        bench.documents_of(&project).await,
        ["seeds.md"],
        "the other documents are read"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_of_one_long_line_is_processed() {
    let bench = Bench::new().await;
    bench.write("line.txt", SEEDS.trim().repeat((1 << 20) / SEEDS.len()));
    let project = bench.project().await;
    let term = bench.engine.require_term(&project, "drying room").await.unwrap().key;
    let run = bench.run(&project, Scope::Full).await;
    assert_eq!(run.status, RunStatus::Completed, "{:?}", run.error);
    assert_eq!(
        bench.engine.list_documents(&project, 0, 1, "").await.unwrap().rows[0].lines,
        1
    );
    let found = bench.engine.list_occurrences(&project, &term, 0, 5).await.unwrap();
    assert!(found.total > 1000, "every occurrence, not only those of a beginning");
    assert!(
        found.rows.iter().all(|row| row.before.len() + row.after.len() < 10_000),
        "a context is not the line"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_takes_effect_inside_of_a_document_of_one_line_of_20_mb() {
    let bench = Bench::new().await;
    let project = bench.finished().await;
    let before = bench.results(&project).await;
    bench.write("line.txt", SEEDS.trim().repeat((20 << 20) / SEEDS.len()));
    std::fs::remove_file(bench.documents().join("seeds.md")).unwrap();
    let run = bench.start(&project, Scope::Full).await;
    loop {
        let view = bench.engine.run(&run.id).await.unwrap();
        assert!(!view.status.is_final(), "{view:?}");
        if view.stages[1].item.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    bench.engine.cancel_run(&run.id).await.unwrap();
    bench.settled().await;
    let run = bench.engine.run(&run.id).await.unwrap();
    assert_eq!((run.status, run.error), (RunStatus::Cancelled, None));
    let extract = &run.stages[1];
    assert_eq!(
        (extract.stage, extract.status),
        (Stage::Extract, StageStatus::Cancelled)
    );
    assert_eq!(extract.done, 0, "the document was given up in its middle");
    assert_eq!(bench.results(&project).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_utf_8_is_read_as_well_as_possible_and_the_log_says_so() {
    let bench = Bench::new().await;
    let mut text = SEEDS.repeat(20).into_bytes();
    text.extend_from_slice("乾燥室は、相対湿度を15%に保つ部屋である。".repeat(20).as_bytes());
    text.extend_from_slice(b"\xff\xfe broken \xe3\x81");
    bench.write("broken.txt", text);
    let project = bench.project().await;
    let (english, japanese) = ("drying room", "乾燥室");
    let keys = [
        bench.engine.require_term(&project, english).await.unwrap().key,
        bench.engine.require_term(&project, japanese).await.unwrap().key,
    ];
    let run = bench.run(&project, Scope::Full).await;
    assert_eq!(run.status, RunStatus::Completed, "{:?}", run.error);
    assert_eq!(bench.documents_of(&project).await, ["broken.txt"]);
    let log = bench.log(&run).await;
    let warned = log
        .iter()
        .any(|record| record.level == LogLevel::Warn && record.message.contains("not valid"));
    assert!(warned, "what was replaced is told");
    for (key, text) in keys.iter().zip([english, japanese]) {
        let found = bench.engine.list_occurrences(&project, key, 0, 1).await.unwrap();
        assert!(
            found.total >= 20 && found.rows[0].hit == text,
            "{text} is found around what is broken"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_with_emoji_quotes_line_breaks_and_of_the_same_file_are_kept_as_they_are() {
    let bench = Bench::new().await;
    let mut names = vec![
        "a/seeds.md",
        "b/seeds.md",
        "🌱 種子.md",
        "it's \"quoted\" `$(x)`; --.md",
        "%_\\d [x](y).md",
    ];
    if cfg!(unix) {
        names.push("two\nlines\tand tab.md");
    }
    let names: Vec<&str> = if cfg!(windows) { names[..3].to_vec() } else { names };
    for name in &names {
        bench.write(name, format!("{SEEDS}This stands in {}.\n", name.len()));
    }
    let project = bench.project().await;
    let run = bench.run(&project, Scope::Full).await;
    assert_eq!(run.status, RunStatus::Completed, "{:?}", run.error);
    let mut found = bench.documents_of(&project).await;
    found.sort();
    let mut expected = names.clone();
    expected.sort_unstable();
    assert_eq!(found, expected);
    for name in &names {
        let page = bench.engine.list_documents(&project, 0, 10, name).await.unwrap();
        assert_eq!(
            (page.total, page.rows[0].path.as_str()),
            (1, *name),
            "a search means what was typed"
        );
    }
    let log = bench.log(&run).await;
    assert!(names.iter().all(|name| log.iter().any(|record| record.item == *name)));
    let file = std::fs::read_to_string(bench.home().join("logs").join(format!("{}.log", run.id))).unwrap();
    assert_eq!(file.lines().count(), log.len(), "one record stays one line");
    let results: serde_json::Value = serde_json::from_str(&bench.results(&project).await).unwrap();
    assert_eq!(results["documents"].as_array().map(Vec::len), Some(names.len()));
}

/// Names that are not text at all are shown as well as possible; the files are read all the same.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_not_text_does_not_keep_a_file_from_being_read() {
    use std::os::unix::ffi::OsStrExt as _;

    let bench = Bench::new().await;
    bench.write(std::ffi::OsStr::from_bytes(b"\xff.md"), SEEDS);
    bench.write(
        std::ffi::OsStr::from_bytes(b"\xfe.md"),
        "A germination test counts seeds.\n",
    );
    let project = bench.project().await;
    let run = bench.run(&project, Scope::Full).await;
    assert_eq!(run.status, RunStatus::Completed, "{:?}", run.error);
    assert_eq!(bench.documents_of(&project).await, ["\u{fffd}.md", "\u{fffd}.md"]);
}
