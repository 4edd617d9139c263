//! The real program, on data folders of its own.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::database::Database;
use crate::documents;

/// Longer than anything here takes on a slow machine; what hangs ends here.
pub(crate) const LONG: Duration = Duration::from_mins(2);

/// A place for documents and data folders.
pub(crate) struct Bench {
    folder: tempfile::TempDir,
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

    /// The folder that the runs work at.
    pub(crate) fn documents(&self) -> PathBuf {
        self.path("documents")
    }

    /// Takes the sample project.
    pub(crate) fn sample(&self) -> &Self {
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../examples/seed-bank");
        documents::copy(&sample, &self.documents());
        self
    }

    /// Takes so many documents that are made up.
    pub(crate) fn generated(&self, count: usize) -> &Self {
        documents::generate(&self.documents(), count);
        self
    }

    /// A data folder, empty until the program fills it.
    pub(crate) fn home(&self, name: &str) -> Home {
        Home {
            path: self.path(name),
            documents: self.documents(),
            exported: self.path(&format!("{name}.json")),
            humble: false,
        }
    }
}

/// A data folder as the program sees it.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    pub(crate) path: PathBuf,
    pub(crate) documents: PathBuf,
    exported: PathBuf,
    humble: bool,
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

    /// Code of the error that kept the program from its work, or that the run ended with.
    pub(crate) fn error(&self) -> String {
        let said = self.json();
        let code = said["error"]["code"]
            .as_str()
            .or_else(|| said["run"]["error"]["code"].as_str());
        code.unwrap_or_default().to_owned()
    }

    /// Status of the run.
    pub(crate) fn status(&self) -> String {
        self.json()["run"]["status"].as_str().unwrap_or_default().to_owned()
    }
}

impl Home {
    /// The same data folder, for a program that permissions bind. Nothing where there is no way to bind it.
    pub(crate) fn bound_by_permissions(&self) -> Option<Self> {
        (!is_root() || is_there("setpriv")).then(|| Self {
            humble: is_root(),
            ..self.clone()
        })
    }

    /// The same with its data elsewhere.
    pub(crate) fn at(&self, path: PathBuf) -> Self {
        Self { path, ..self.clone() }
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let program = env!("CARGO_BIN_EXE_genglossary");
        let mut command = if self.humble {
            let mut command = Command::new("setpriv");
            command.args([
                "--bounding-set=-dac_override,-dac_read_search",
                "--inh-caps=-dac_override,-dac_read_search",
                "--no-new-privs",
                program,
            ]);
            command
        } else {
            Command::new(program)
        };
        command.args(arguments);
        self.environment(&mut command);
        command
    }

    /// What the program finds around it.
    pub(crate) fn environment(&self, command: &mut Command) {
        command
            .env("GENGLOSSARY_HOME", &self.path)
            .env("LANG", "C.UTF-8")
            .env_remove("LC_ALL")
            .env_remove("LC_MESSAGES")
            .env_remove("RUST_LOG")
            .current_dir(self.path.parent().unwrap())
            .stdin(Stdio::null());
    }

    pub(crate) fn call(&self, arguments: &[&str]) -> Finished {
        finished(&mut self.command(arguments))
    }

    /// The output of a program that does what it was asked.
    pub(crate) fn ok(&self, arguments: &[&str]) -> Finished {
        let done = self.call(arguments);
        assert_eq!(done.code, Some(0), "{arguments:?}: {done:?}");
        done
    }

    fn run_arguments(&self) -> [&str; 3] {
        ["--json", "run", self.documents.to_str().unwrap()]
    }

    /// Runs the whole pipeline.
    pub(crate) fn run(&self) -> Finished {
        self.call(&self.run_arguments())
    }

    /// Runs the whole pipeline, which completes.
    pub(crate) fn complete(&self) -> Finished {
        self.ok(&self.run_arguments())
    }

    /// Begins to run the whole pipeline.
    pub(crate) fn start(&self) -> Running {
        let mut command = self.command(&self.run_arguments());
        Running(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
    }

    /// Everything of the current glossary; nothing when there is none.
    pub(crate) fn glossary(&self) -> Option<String> {
        let (folder, out) = (self.documents.to_str().unwrap(), self.exported.to_str().unwrap());
        let done = self.call(&["--json", "export", folder, "--out", out]);
        if done.code != Some(0) {
            assert!(
                ["no_input", "project_not_found"].contains(&&*done.error()),
                "there is no glossary, or it is exported: {done:?}"
            );
            return None;
        }
        Some(std::fs::read_to_string(&self.exported).unwrap())
    }

    /// Waits until the program has kept `units` of its work.
    pub(crate) fn until_units(&self, running: &mut Running, units: usize) {
        let began = Instant::now();
        let kept = || Database::open(&self.path).map_or(0, |mut database| database.look().units.len());
        while kept() < units {
            assert!(
                running.0.try_wait().unwrap().is_none(),
                "it ended before it had kept {units} units"
            );
            assert!(began.elapsed() < LONG, "no units are kept");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// A program that is at work.
pub(crate) struct Running(Child);

impl Running {
    /// Ends it as a power cut would. True if it was still at work.
    pub(crate) fn kill(mut self) -> bool {
        let at_work = self.0.try_wait().unwrap().is_none();
        self.0.kill().unwrap();
        self.0.wait().unwrap();
        at_work
    }

    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([format!("-{name}"), self.0.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    /// What it leaves when it has ended by itself.
    pub(crate) fn finish(mut self) -> Finished {
        let out = listen(self.0.stdout.take().unwrap());
        let err = listen(self.0.stderr.take().unwrap());
        let began = Instant::now();
        let code = loop {
            if let Some(status) = self.0.try_wait().unwrap() {
                break status.code();
            }
            if began.elapsed() > LONG {
                self.0.kill().unwrap();
                panic!("it hangs; it had said: {} {}", out.join().unwrap(), err.join().unwrap());
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        Finished {
            code,
            out: out.join().unwrap(),
            err: err.join().unwrap(),
        }
    }
}

fn listen(mut pipe: impl Read + Send + 'static) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut said = Vec::new();
        pipe.read_to_end(&mut said).unwrap();
        String::from_utf8_lossy(&said).into_owned()
    })
}

pub(crate) fn finished(command: &mut Command) -> Finished {
    let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    Running(command.spawn().unwrap()).finish()
}

/// Copies a data folder that nobody works at.
pub(crate) fn copy(from: &Path, to: &Path) {
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

/// Whether permissions do not bind this user.
fn is_root() -> bool {
    static ROOT: OnceLock<bool> = OnceLock::new();
    *ROOT.get_or_init(|| {
        let output = Command::new("id").arg("-u").output().unwrap();
        output.stdout.trim_ascii() == b"0"
    })
}

/// Whether there is such a program.
pub(crate) fn is_there(program: &str) -> bool {
    let asked = Command::new(program).arg("--version").output();
    asked.is_ok_and(|output| output.status.success())
}
