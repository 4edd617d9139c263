//! The real program on a data folder of its own.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};

use serde_json::Value;

pub(crate) struct Bench {
    folder: tempfile::TempDir,
}

/// What a finished program left.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Finished {
    /// Standard output as one JSON value.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// A program that is at work.
pub(crate) struct Running {
    child: Child,
    err: BufReader<ChildStderr>,
    said: String,
}

impl Running {
    /// Reads what it says until a line contains `text`.
    pub(crate) fn until(&mut self, text: &str) {
        let mut line = String::new();
        while !line.contains(text) {
            line.clear();
            let read = self.err.read_line(&mut line).unwrap();
            self.said.push_str(&line);
            assert!(read > 0, "it ended without saying {text}: {}", self.said);
        }
    }

    /// Id of the run that it told first.
    pub(crate) fn run(&self) -> String {
        let first = self.said.lines().next().unwrap();
        first.split([' ', ':']).nth(1).unwrap().to_owned()
    }

    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([format!("-{name}"), self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    pub(crate) fn finish(mut self) -> Finished {
        let mut out = String::new();
        self.err.read_to_string(&mut self.said).unwrap();
        self.child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        Finished {
            code: self.child.wait().unwrap().code(),
            out,
            err: self.said,
        }
    }
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program with English messages.
    pub(crate) fn command<A: AsRef<std::ffi::OsStr>>(&self, arguments: &[A]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_genglossary"));
        command
            .args(arguments)
            .env("GENGLOSSARY_HOME", self.path("home"))
            .env("LANG", "C.UTF-8")
            .env_remove("LC_ALL")
            .env_remove("LC_MESSAGES")
            .env_remove("RUST_LOG")
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Finished {
        finished(&mut self.command(arguments))
    }

    /// The output of a program that does what it was asked.
    pub(crate) fn ok(&self, arguments: &[&str]) -> Finished {
        let done = self.run(arguments);
        assert_eq!(done.code, Some(0), "{arguments:?}: {done:?}");
        done
    }

    pub(crate) fn start(&self, arguments: &[&str]) -> Running {
        let mut child = self
            .command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let err = BufReader::new(child.stderr.take().unwrap());
        Running {
            child,
            err,
            said: String::new(),
        }
    }

    /// The runs, newest first.
    pub(crate) fn runs(&self) -> Vec<Value> {
        self.ok(&["runs", "--json", "--limit", "1000"])
            .json()
            .as_array()
            .unwrap()
            .clone()
    }

    /// Everything of the current glossary.
    pub(crate) fn glossary(&self, folder: &str) -> String {
        self.ok(&["export", folder, "--out", "glossary.json"]);
        std::fs::read_to_string(self.path("glossary.json")).unwrap()
    }

    /// A copy of the sample project.
    pub(crate) fn sample(&self, name: &str) {
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../examples/seed-bank");
        copy(&sample, &self.path(name));
    }

    /// A folder with one short document.
    pub(crate) fn short(&self, name: &str) {
        std::fs::create_dir_all(self.path(name)).unwrap();
        std::fs::write(
            self.path(name).join("seeds.md"),
            "An accession is a sample of seeds. The drying room is a room that is kept dry. Every accession goes \
             through the drying room. The drying room was full.\n",
        )
        .unwrap();
    }

    /// Adds documents to a folder that keep a run busy for much longer than a test needs to stop it.
    pub(crate) fn lengthen(&self, name: &str) {
        let syllables = [
            "ba", "ce", "di", "fo", "gu", "ha", "ke", "li", "mo", "nu", "pa", "re", "si", "to", "vu",
        ];
        let word = |number: usize| {
            let mut word = String::new();
            for place in [1, 15, 225, 3375] {
                word.push_str(syllables[number / place % 15]);
            }
            word
        };
        for document in 0..400 {
            let mut text = String::new();
            for sentence in 0..100 {
                let number = document * 100 + sentence;
                let (a, b, c) = (word(number * 7), word(number * 11 + 3), word(number * 13 + 5));
                writeln!(
                    text,
                    "The {a} {b} is a {b} meter that measures the {c} of the {a} sample."
                )
                .unwrap();
            }
            std::fs::write(self.path(name).join(format!("long-{document:03}.txt")), text).unwrap();
        }
    }

    /// Takes the long documents away.
    pub(crate) fn shorten(&self, name: &str) {
        for entry in std::fs::read_dir(self.path(name)).unwrap() {
            let path = entry.unwrap().path();
            if path
                .file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with("long-"))
            {
                std::fs::remove_file(path).unwrap();
            }
        }
    }
}

pub(crate) fn finished(command: &mut Command) -> Finished {
    let output = command.output().unwrap();
    Finished {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
