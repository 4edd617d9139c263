//! C1: the program is killed at random points, and taken up again.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::bench::{self, Bench, Home};
use crate::database::{Database, Look};
use crate::dice::Dice;
use crate::{asked, documents, say};

/// Stages that do units of work, and the kinds of these.
const STAGES: [(&str, &[&str]); 3] = [
    ("load", &["file/"]),
    ("extract", &["reading/", "occurrences/"]),
    ("define", &["contexts/"]),
];

/// A run that nobody disturbed.
struct Reference {
    time: Duration,
    look: Look,
    /// By stage, what it does beside its units.
    steps: BTreeMap<&'static str, i64>,
    glossary: String,
}

impl Reference {
    fn of(home: &Home) -> Self {
        let before = Look::at(&home.path);
        let began = Instant::now();
        home.complete();
        let time = began.elapsed();
        let look = Look::at(&home.path);
        let run = look.runs.last().unwrap();
        let steps = STAGES.map(|(stage, kinds)| {
            let counts = run.stages[stage];
            let steps = counts.computed - (look.count(kinds) - before.count(kinds));
            assert!(steps >= 0 && counts.computed > 0, "{stage}: {counts:?}");
            (stage, steps)
        });
        Self {
            time,
            look,
            steps: BTreeMap::from(steps),
            glossary: home.glossary().unwrap(),
        }
    }
}

/// What is killed over and over: runs of a folder from nothing, and runs after a document has changed.
struct Ground {
    bench: Bench,
    /// From nothing.
    first: Reference,
    /// A data folder with a finished glossary, and that glossary, from before the change.
    before: PathBuf,
    old: String,
    /// After the change.
    second: Reference,
}

impl Ground {
    fn new(bench: Bench, changed: &str) -> Self {
        let before = bench.home("before");
        before.complete();
        let old = before.glossary().unwrap();
        let changed = bench.documents().join(changed);
        let text = std::fs::read_to_string(&changed).unwrap();
        let more = "\n\nA torture test is a test that kills the program. The torture test was repeated.\n";
        documents::put(&changed, text + more);
        let second = bench.home("second");
        bench::copy(&before.path, &second.path);
        let second = Reference::of(&second);
        let first = Reference::of(&bench.home("first"));
        assert_ne!(first.glossary, old, "the change matters");
        assert!(
            first.glossary == second.glossary,
            "one glossary, whether made from nothing or from what was kept"
        );
        Self {
            before: before.path,
            bench,
            first,
            old,
            second,
        }
    }
}

/// What happened, for the summary.
#[derive(Default)]
struct Tally {
    kills: usize,
    twice: usize,
    /// Kills before there was a run, in its midst, and after its end.
    before: usize,
    during: usize,
    after: usize,
    /// Most units that a killed run had kept.
    kept: i64,
    /// Units that were kept through all kills, and those computed afterwards.
    reused: i64,
    computed: i64,
}

/// Kills runs until `kills` have met their end.
fn torture(name: &str, ground: &Ground, kills: usize) {
    let seed = Dice::seed();
    eprintln!("TORTURE_SEED={seed}");
    let mut dice = Dice::new(seed);
    let mut tally = Tally::default();
    for number in 0.. {
        if tally.kills >= kills {
            break;
        }
        let again = number % 2 == 1;
        eprintln!(
            "round {number}, {}",
            if again { "after a change" } else { "from nothing" }
        );
        let home = ground.bench.home(&format!("round-{number}"));
        if again {
            bench::copy(&ground.before, &home.path);
        }
        round(ground, &home, again, &mut dice, &mut tally);
        std::fs::remove_dir_all(&home.path).unwrap();
    }
    let Tally {
        kills,
        twice,
        before,
        during,
        after,
        kept,
        reused,
        computed,
    } = tally;
    say(&format!(
        "{name}: {kills} kills (seed {seed}), {twice} of them of a run that took up a killed one; {before} before the run was \
         there, {during} during it, {after} after its end; up to {kept} units kept, {reused} taken up again, {computed} computed \
         afterwards, 0 lost, 0 done twice"
    ));
}

fn round(ground: &Ground, home: &Home, again: bool, dice: &mut Dice, tally: &mut Tally) {
    let reference = if again { &ground.second } else { &ground.first };
    let begun_with = Look::at(&home.path);
    let mut kept = begun_with.clone();
    let twice = dice.one_in(3);
    for kill in 0..=usize::from(twice) {
        let moment = dice.within(reference.time);
        eprintln!("  killed after {moment:?}");
        kept = killed(ground, home, again, moment, &kept, tally);
        tally.kills += 1;
        tally.twice += kill;
    }
    tally.kept = tally.kept.max(kept.units.len() as i64 - begun_with.units.len() as i64);

    let resumed = home.start();
    if again {
        let shown = home.glossary().unwrap();
        assert!(
            shown == ground.old || shown == reference.glossary,
            "a glossary is whole at every moment"
        );
    }
    let resumed = resumed.finish();
    assert_eq!(
        (resumed.code, &*resumed.status()),
        (Some(0), "completed"),
        "{resumed:?}"
    );
    let end = Look::at(&home.path);
    end.assert_keeps(&kept);
    assert!(
        end.outputs() == reference.look.outputs(),
        "{} units were kept, {} are there in the end, {} after a run that nobody disturbed",
        kept.units.len(),
        end.units.len(),
        reference.look.units.len()
    );
    let run = end.runs.last().unwrap();
    for (stage, kinds) in STAGES {
        let counts = run.stages[stage];
        let new = end.count(kinds) - kept.count(kinds);
        // A stage whose whole result is taken over does nothing beside its units either.
        let steps = if counts.computed == 0 {
            0
        } else {
            reference.steps[stage]
        };
        assert_eq!(
            counts.computed,
            new + steps,
            "{stage}: what was kept is not computed again. {counts:?}, {new} units are new, {steps} steps are no units"
        );
        tally.reused += counts.total - counts.computed;
        tally.computed += new;
    }
    assert!(
        home.glossary().unwrap() == reference.glossary,
        "the same glossary as without a kill"
    );
    Database::open(&home.path).unwrap().check();
}

/// Kills a run at that moment, and looks at what the next program makes of what is left.
fn killed(ground: &Ground, home: &Home, again: bool, moment: Duration, kept: &Look, tally: &mut Tally) -> Look {
    let running = home.start();
    std::thread::sleep(moment);
    running.kill();
    let dead = Look::at(&home.path);
    dead.assert_keeps(kept);
    let new = match dead.runs.len() - kept.runs.len() {
        0 => {
            tally.before += 1;
            None
        }
        1 => dead.runs.last(),
        _ => panic!("one run was started"),
    };
    let mut completed = kept
        .runs
        .iter()
        .skip(usize::from(again))
        .any(|run| run.status == "completed");

    let listed = home.ok(&["--json", "runs", "--limit", "1000"]).json();
    let found = Look::at(&home.path);
    assert_eq!(listed.as_array().unwrap().len(), found.runs.len());
    assert_eq!(found.runs.len(), dead.runs.len());
    assert!(found.units == dead.units, "looking changes no unit");
    for (dead, found) in dead.runs.iter().zip(&found.runs) {
        if dead.is_active() {
            assert_eq!(found.status, "interrupted");
            assert_eq!(found.finished.as_ref(), Some(&dead.heartbeat), "the last sign of life");
        } else {
            assert_eq!((&found.status, &found.finished), (&dead.status, &dead.finished));
        }
    }
    assert!(found.runs.iter().all(|run| !run.is_active()));
    if let Some(new) = new {
        if new.is_active() {
            tally.during += 1;
        } else {
            assert_eq!(new.status, "completed", "nobody asked it to end otherwise");
            tally.after += 1;
            completed = true;
        }
        home.ok(&["log", &new.id]);
    }
    let expected = match (completed, again) {
        (true, _) => Some(&ground.first.glossary),
        (false, true) => Some(&ground.old),
        (false, false) => None,
    };
    assert!(
        home.glossary().as_ref() == expected,
        "the glossary is that of the last run that completed"
    );
    Database::open(&home.path).unwrap().check();
    found
}

/// How many kills, of so many in all parts together.
fn kills(usual: usize, third: usize) -> usize {
    asked::<usize>("TORTURE").map_or(usual, |all| (all * third).div_ceil(3))
}

/// C1, on the sample project.
#[test]
fn a_kill_at_any_moment_loses_nothing_of_the_sample() {
    let bench = Bench::new();
    bench.sample();
    torture("sample", &Ground::new(bench, "faq.txt"), kills(12, 2));
}

/// C1, on many documents: most of the time there are some units that are kept, some at work and some to come.
#[test]
fn a_kill_at_any_moment_loses_nothing_of_many_documents() {
    let bench = Bench::new();
    bench.generated(500);
    let ground = Ground::new(bench, "reports-2/200.md");
    torture("500 documents", &ground, kills(6, 1));
}
