//! C4: no space is left, at one point or another of a run.

use std::path::Path;
use std::process::Command;

use crate::bench::{Bench, Home, finished, is_there};
use crate::database::{Database, Look};
use crate::{documents, say};

/// Set in a process that may mount.
const INSIDE: &str = "TORTURE_INSIDE";
const NAME: &str = "full::a_full_disk_fails_the_run_and_damages_nothing";
/// Space that is left to a run, in KiB. It needs some MiB.
const LEFT: [u64; 8] = [0, 16, 64, 128, 256, 512, 1_024, 2_048];

/// C4
#[test]
fn a_full_disk_fails_the_run_and_damages_nothing() {
    let bench = Bench::new();
    bench.sample();
    let home = bench.home("home");
    std::fs::create_dir(&home.path).unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=48m", "tmpfs"])
        .arg(&home.path)
        .output();
    if mounted.is_ok_and(|output| output.status.success()) {
        let _disk = Disk(&home.path);
        return on_a_small_disk(&bench, &home);
    }
    if std::env::var_os(INSIDE).is_none()
        && Command::new("unshare")
            .args(["-rm", "true"])
            .status()
            .is_ok_and(|status| status.success())
    {
        // In a space of names of its own, everybody may mount.
        let mut command = Command::new("unshare");
        command.arg("-rm").arg(std::env::current_exe().unwrap());
        let done = finished(command.args(["--exact", NAME, "--nocapture"]).env(INSIDE, "1"));
        assert_eq!(done.code, Some(0), "{}\n{}", done.out, done.err);
        return;
    }
    if !is_there("prlimit") {
        return say("skipped: there is no way to run out of space here");
    }
    within_a_limit(&bench, &home);
}

/// A mounted file system, until the end of the test.
struct Disk<'a>(&'a Path);

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0).status();
    }
}

/// A finished glossary, and many new documents that a run would need space for.
fn begin(bench: &Bench, home: &Home) -> String {
    home.complete();
    let glossary = home.glossary().unwrap();
    documents::generate(&bench.documents().join("more"), 300);
    glossary
}

fn on_a_small_disk(bench: &Bench, home: &Home) {
    let glossary = begin(bench, home);
    let filler = home.path.join("filler");
    let mut ends = Vec::new();
    for left in LEFT {
        fill(&home.path, &filler, left);
        let before = Look::at(&home.path);
        let done = home.run();
        std::fs::remove_file(&filler).unwrap();
        // Who could not even write that it had failed is found by the next.
        home.ok(&["runs"]);
        Database::open(&home.path).unwrap().check();
        assert_eq!(home.glossary().as_deref(), Some(&*glossary), "{left} KiB left");
        let after = Look::at(&home.path);
        after.assert_keeps(&before);
        let end = after.runs.get(before.runs.len()).map_or("none", |run| &*run.status);
        let said = (done.code, done.status(), done.error());
        let expected = if end == "none" { "" } else { "failed" };
        let clear = (said.0, &*said.1, &*said.2) == (Some(1), expected, "disk_full")
            && ["none", "failed", "interrupted"].contains(&end);
        ends.push((
            clear,
            format!("{left} KiB left, the run is {end}, and it said {said:?}"),
        ));
    }
    let unclear: Vec<_> = ends.iter().filter(|(clear, _)| !clear).map(|(_, end)| end).collect();
    assert!(
        unclear.is_empty(),
        "the disk is full, and that is what is said: {unclear:#?}"
    );
    assert_works_again(bench, home);
    say(&format!(
        "full disk: {} runs failed clearly, nothing damaged",
        ends.len()
    ));
}

/// Leaves so many KiB of a file system.
fn fill(folder: &Path, filler: &Path, left: u64) {
    let output = Command::new("df")
        .args(["--output=avail", "-k"])
        .arg(folder)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let free: u64 = text.lines().last().unwrap().trim().parse().unwrap();
    std::fs::write(filler, vec![0; ((free - left) * 1024) as usize]).unwrap();
}

/// The substitute where nothing may be mounted: files may not grow. SQLite calls that another failure than a full disk.
fn within_a_limit(bench: &Bench, home: &Home) {
    let glossary = begin(bench, home);
    let database = std::fs::metadata(home.path.join("genglossary.db")).unwrap().len();
    for more in LEFT {
        let mut command = Command::new("sh");
        let limit = format!("--fsize={}", database / 4 + more * 1024);
        command
            .args(["-c", "trap '' XFSZ; exec \"$@\"", "sh", "prlimit", &limit])
            .arg(env!("CARGO_BIN_EXE_genglossary"))
            .args(["--json", "run", home.documents.to_str().unwrap()]);
        home.environment(&mut command);
        let done = finished(&mut command);
        assert_eq!(done.code, Some(1), "{done:?}");
        home.ok(&["runs"]);
        Database::open(&home.path).unwrap().check();
        assert_eq!(home.glossary().as_deref(), Some(&*glossary));
        let runs = Look::at(&home.path).runs;
        let ended = |status: &str| ["completed", "failed", "interrupted"].contains(&status);
        assert!(runs.iter().all(|run| ended(&run.status)));
    }
    assert_works_again(bench, home);
    say("full disk: nothing may be mounted here; the size of files was limited instead");
}

fn assert_works_again(bench: &Bench, home: &Home) {
    home.complete();
    let other = bench.home("other");
    other.complete();
    assert!(home.glossary() == other.glossary(), "with space, the run completes");
}
