//! Whatever happened to the documents and decisions before, the glossary is that of a first run over what is there now.

use std::path::Path;

use crate::testing::{Bench, Observer};
use crate::{Engine, RunStatus, Scope, TermEdit, Trigger, Verdict};

/// `SplitMix64` (Steele, Lea, Flood 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % end as u64) as usize
    }
}

const SENTENCES: [&str; 10] = [
    "A seed vault is a room that is kept at minus 18 degrees.",
    "The seed vault is opened twice a year, and the drying room every day.",
    "The germination test (GT) is a test of a sample of seeds.",
    "A GT takes 21 days in a growth chamber.",
    "The growth chamber is a cabinet that holds its temperature.",
    "An accession is a sample of plants that has a number of its own.",
    "発芽試験は、標本の種子がいくつ発芽するかを調べる試験である。",
    "種子庫とは、種子を零下18度で保存する部屋をいう。",
    "乾燥室の相対湿度は毎日測る。種子庫は年に二回開ける。",
    "The Drying Rooms were cleaned; the germination tests were not.",
];

const DECIDED: [(&str, &str); 4] = [
    ("drying room", "dryingroom"),
    ("germination test", "germinationtest"),
    ("orthodox seed", "orthodoxseed"),
    ("発芽試験", "発芽試験"),
];

/// One step: something happens to the documents or to the decisions.
async fn step(random: &mut Random, engine: &Engine, project: &str, folder: &Path) -> String {
    let files = [
        "guide/seeds.md",
        "notes/seeds.md",
        "手順/乾燥.txt",
        "guide/a.md",
        "notes/z.md",
        "b.txt",
    ];
    let file = files[random.below(files.len())];
    let path = folder.join(file);
    let sentence = SENTENCES[random.below(SENTENCES.len())];
    match random.below(6) {
        0 => {
            // One stays, so that there is something to run on.
            if file != "guide/seeds.md" {
                let _ = std::fs::remove_file(&path);
            }
            format!("remove {file}")
        }
        1 | 2 => {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            std::fs::write(&path, format!("{text}\n{sentence}\n")).unwrap();
            format!("append to {file}: {sentence}")
        }
        3 => {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            std::fs::write(&path, format!("{sentence}\n\n{text}")).unwrap();
            format!("put before {file}: {sentence}")
        }
        4 => {
            let (text, _) = DECIDED[random.below(DECIDED.len())];
            engine.require_term(project, text).await.unwrap();
            format!("require {text}")
        }
        _ => {
            let (_, key) = DECIDED[random.below(DECIDED.len())];
            let verdict = (random.below(2) == 0).then_some(Verdict::Excluded);
            // The term may not be there at the moment.
            let keys = [key.to_owned()];
            let _ = engine
                .decide_terms(project, &keys, &TermEdit::Verdict { verdict })
                .await;
            format!("{verdict:?} {key}")
        }
    }
}

fn copy(from: &Path, to: &Path) {
    let _ = std::fs::remove_dir_all(to);
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, target).unwrap();
        }
    }
}

/// What a new data folder makes of the same documents and decisions.
async fn afresh(bench: &Bench, project: &str) -> String {
    let fresh = Bench::new().await;
    let again = fresh.project("p").await;
    copy(&bench.documents_of("p"), &fresh.documents_of("p"));
    for (text, key) in DECIDED {
        let decided = bench
            .engine
            .term(project, key)
            .await
            .ok()
            .and_then(|term| term.row.verdict);
        if let Some(verdict) = decided {
            fresh.engine.require_term(&again, text).await.unwrap();
            fresh.judge(&again, key, Some(verdict)).await;
        }
    }
    fresh.completed(&again, Scope::Full).await;
    fresh.results(&again).await
}

async fn follow(seed: u64) {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let mut random = Random(seed);
    let mut told = Vec::new();
    let mut past: Vec<(String, String)> = Vec::new();
    for round in 0..7 {
        for _ in 0..=random.below(2) {
            told.push(step(&mut random, &bench.engine, &project, &bench.documents_of("p")).await);
        }
        // Another process knows nothing but what is stored.
        let run = if round % 3 == 2 {
            let other = Engine::open(&bench.home, Observer::default()).await.unwrap();
            let request = format!("{seed} {round}");
            let run = other
                .start_run(&project, Scope::Full, Trigger::User, &request)
                .await
                .unwrap();
            assert!(other.wait_until_idle(std::time::Duration::from_mins(2)).await);
            other.close().await;
            bench.engine.run(&run.id).await.unwrap()
        } else {
            bench.run(&project, Scope::Full).await
        };
        assert_eq!(run.status, RunStatus::Completed, "{:?} after {told:#?}", run.error);
        let results = bench.results(&project).await;
        assert!(
            results == afresh(&bench, &project).await,
            "seed {seed}, after {told:#?}"
        );
        past.push((run.id, results));
        if round == 4 {
            // The way back shows what was there, and the next run goes on from where the folder is.
            let (run, results) = &past[random.below(3) + 1];
            bench.engine.restore_results(&project, run).await.unwrap();
            assert!(
                bench.results(&project).await == *results,
                "seed {seed}, restored after {told:#?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn any_sequence_of_changes_ends_in_the_glossary_of_a_first_run() {
    for seed in 1..=4 {
        follow(seed).await;
    }
}
