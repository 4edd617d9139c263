//! What the tests of this crate share: a data folder of their own, a small corpus, and an observer that can act.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use crate::events::{Event, EventSink};
use crate::{
    CancelOutcome, Change, Engine, LogQuery, LogRecord, Program, RunStatus, RunView, Scope, TermEdit, TermQuery,
    TermSort, Trigger, Verdict,
};

/// The first terms of a list without a filter: the order of their readings rises, every other falls.
pub(crate) fn terms_by(sort: TermSort, limit: u32) -> TermQuery {
    TermQuery {
        offset: 0,
        limit,
        search: String::new(),
        sort,
        descending: sort != TermSort::Term,
        language: None,
        category: None,
        verdict: None,
    }
}

type Hook = Box<dyn Fn(&Event) + Send + Sync>;

/// Keeps every event, and may act on it in the middle of the work.
#[derive(Clone, Default)]
pub(crate) struct Observer {
    events: Arc<Mutex<Vec<Event>>>,
    hook: Arc<OnceLock<Hook>>,
}

impl EventSink for Observer {
    fn emit(&self, event: Event) {
        self.events.lock().unwrap().push(event.clone());
        if let Some(hook) = self.hook.get() {
            hook(&event);
        }
    }
}

impl Observer {
    pub(crate) fn on_event(&self, hook: impl Fn(&Event) + Send + Sync + 'static) {
        assert!(self.hook.set(Box::new(hook)).is_ok(), "one hook per observer");
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        self.events.lock().unwrap().clone()
    }

    /// The views that were told of a run, in the order of their arrival.
    pub(crate) fn views(&self, run_id: &str) -> Vec<RunView> {
        let of_run = |event| match event {
            Event::RunChanged(run) if run.id == run_id => Some(*run),
            _ => None,
        };
        self.events().into_iter().filter_map(of_run).collect()
    }
}

/// An engine on a data folder that lives as long as the test.
pub(crate) struct Bench {
    pub(crate) engine: Engine,
    pub(crate) observer: Observer,
    pub(crate) home: PathBuf,
    folder: tempfile::TempDir,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        Self::of(Program::App).await
    }

    /// An engine of that kind of program.
    pub(crate) async fn of(program: Program) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        let observer = Observer::default();
        let engine = Engine::open_for(program, &home, observer.clone()).await.unwrap();
        Self {
            engine,
            observer,
            home,
            folder,
        }
    }

    /// A folder with the small corpus, and its project.
    pub(crate) async fn project(&self, name: &str) -> String {
        let folder = self.documents(name);
        self.engine.create_project(name, &folder).await.unwrap().id
    }

    /// A folder with the small corpus.
    pub(crate) fn documents(&self, name: &str) -> PathBuf {
        let folder = self.folder.path().join(name);
        for (path, text) in corpus() {
            let path = folder.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        folder
    }

    pub(crate) async fn start(&self, project: &str, scope: Scope) -> RunView {
        let request = uuid::Uuid::now_v7().to_string();
        self.engine
            .start_run(project, scope, Trigger::User, &request)
            .await
            .unwrap()
    }

    /// Stops the run at the first event that `when` accepts, from inside the work.
    pub(crate) fn stop_when(&self, when: impl Fn(&RunView) -> bool + Send + Sync + 'static) {
        let (engine, asked) = (self.engine.clone(), AtomicBool::new(false));
        self.observer.on_event(move |event| {
            if let Event::RunChanged(run) = event
                && when(run)
                && !asked.swap(true, Ordering::Relaxed)
            {
                let stop = engine.cancel_run(&run.id);
                let outcome = tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(stop));
                assert_eq!(outcome.unwrap(), CancelOutcome::Cancelling);
            }
        });
    }

    /// Waits for the end of all runs.
    pub(crate) async fn settled(&self) {
        assert!(
            self.engine.wait_until_idle(Duration::from_mins(2)).await,
            "a run did not end"
        );
        // What is tidied up after a run is looked at, too.
        drop(self.engine.cleaning().write().await);
    }

    pub(crate) async fn run(&self, project: &str, scope: Scope) -> RunView {
        let run = self.start(project, scope).await;
        self.settled().await;
        self.engine.run(&run.id).await.unwrap()
    }

    pub(crate) async fn completed(&self, project: &str, scope: Scope) -> RunView {
        let run = self.run(project, scope).await;
        assert_eq!(run.status, RunStatus::Completed, "{:?}", run.error);
        run
    }

    pub(crate) async fn log(&self, run: &str) -> Vec<LogRecord> {
        self.engine
            .read_log(
                run,
                LogQuery {
                    from: 0,
                    limit: 2000,
                    levels: None,
                },
            )
            .await
            .unwrap()
            .records
    }

    /// Everything a viewer can see of the results, as text.
    pub(crate) async fn results(&self, project: &str) -> String {
        let path = self.home.join("results.json");
        match self.engine.export(project, &path).await {
            Ok(_) => std::fs::read_to_string(&path).unwrap(),
            Err(error) => error.to_string(),
        }
    }

    /// Decides one thing about these terms.
    pub(crate) async fn decide(&self, project: &str, keys: &[&str], edit: TermEdit) -> Change {
        let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        self.engine.decide_terms(project, &keys, &edit).await.unwrap()
    }

    /// Requires, excludes or leaves open a term.
    pub(crate) async fn judge(&self, project: &str, key: &str, verdict: Option<Verdict>) {
        self.decide(project, &[key], TermEdit::Verdict { verdict }).await;
    }

    /// Writes a definition of the researcher's own.
    pub(crate) async fn define(&self, project: &str, key: &str, text: &str) {
        let definition = Some(text.to_owned());
        self.decide(project, &[key], TermEdit::Definition { definition }).await;
    }

    /// Lets go of the engine as a process does that ends, and leaves what is on the disk.
    pub(crate) fn leave(self) -> tempfile::TempDir {
        self.folder
    }

    /// The folder of a project.
    pub(crate) fn documents_of(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes one document of a folder.
    pub(crate) fn write(&self, name: &str, path: &str, text: &str) {
        std::fs::write(self.folder.path().join(name).join(path), text).unwrap();
    }

    /// Writes one document, and removes all others of the folder.
    pub(crate) fn only(&self, name: &str, path: &str, text: &str) {
        self.remove(name);
        std::fs::create_dir_all(self.folder.path().join(name)).unwrap();
        self.write(name, path, text);
    }

    /// The sentence in which the documents of a project say something new.
    pub(crate) fn change(&self, name: &str) {
        self.write(
            name,
            "guide/new.md",
            "A seed vault is a room that is kept at minus 18 degrees. The seed vault is full.",
        );
    }

    pub(crate) fn remove(&self, name: &str) {
        std::fs::remove_dir_all(self.folder.path().join(name)).unwrap();
    }
}

fn corpus() -> BTreeMap<&'static Path, &'static str> {
    [
        (
            "guide/seeds.md",
            "# Seeds\n\nAn accession is a sample of seeds that is stored under one number. \
             Each accession has passport data.\n\nOrthodox seeds are seeds that survive drying. Orthodox seeds are kept \
             in the drying room. The drying room is a room that is kept at 15 percent relative humidity.\n",
        ),
        (
            "notes/seeds.md",
            "The drying room was full. Every accession went through the drying room before the germination test. \
             A germination test is a test that counts how many seeds germinate. The germination test takes 14 days.\n",
        ),
        (
            "手順/乾燥.txt",
            "種子の含水率とは、種子に含まれる水分の割合をいう。含水率は乾燥室で下げる。\
             乾燥室は、相対湿度を15%に保つ部屋である。発芽試験の前に含水率を測る。\n\
             発芽試験とは、種子が発芽する割合を調べる試験である。発芽試験は毎年行う。\n",
        ),
    ]
    .into_iter()
    .map(|(path, text)| (Path::new(path), text))
    .collect()
}
