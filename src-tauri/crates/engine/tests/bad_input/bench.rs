//! A data folder, a folder of documents, and somebody who acts in the middle of a run.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use genglossary_engine::{
    Engine, Error, Event, EventSink, LogQuery, LogRecord, Message, NoSink, RunStatus, RunView, Scope, Trigger,
};

pub(crate) const SEEDS: &str = "An accession is a sample of seeds that is stored under one number. The drying room is a room that \
    is kept at 15 percent relative humidity. Every accession goes through the drying room.\n";

type Hook = Box<dyn Fn(&RunView) + Send + Sync>;

/// Acts in the middle of a run.
#[derive(Clone, Default)]
pub(crate) struct Observer(pub(crate) Arc<OnceLock<Hook>>);

impl EventSink for Observer {
    fn emit(&self, event: Event) {
        if let (Event::RunChanged(run), Some(hook)) = (event, self.0.get()) {
            hook(&run);
        }
    }
}

pub(crate) struct Bench {
    pub(crate) engine: Engine,
    pub(crate) observer: Observer,
    pub(crate) folder: tempfile::TempDir,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let observer = Observer::default();
        let engine = Engine::open(&folder.path().join("home"), observer.clone())
            .await
            .unwrap();
        Self {
            engine,
            observer,
            folder,
        }
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    pub(crate) fn documents(&self) -> PathBuf {
        self.folder.path().join("documents")
    }

    pub(crate) fn write(&self, path: impl AsRef<Path>, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.documents().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    /// A project on the documents folder.
    pub(crate) async fn project(&self) -> String {
        std::fs::create_dir_all(self.documents()).unwrap();
        self.engine.create_project("p", &self.documents()).await.unwrap().id
    }

    /// A project with a finished glossary.
    pub(crate) async fn finished(&self) -> String {
        self.write("seeds.md", SEEDS);
        let project = self.project().await;
        assert_eq!(self.run(&project, Scope::Full).await.status, RunStatus::Completed);
        assert!(self.results(&project).await.contains("seeds.md"));
        project
    }

    pub(crate) async fn start(&self, project: &str, scope: Scope) -> RunView {
        let request = uuid::Uuid::now_v7().to_string();
        self.engine
            .start_run(project, scope, Trigger::User, &request)
            .await
            .unwrap()
    }

    pub(crate) async fn settled(&self) {
        assert!(
            self.engine.wait_until_idle(Duration::from_mins(5)).await,
            "a run did not end"
        );
    }

    pub(crate) async fn run(&self, project: &str, scope: Scope) -> RunView {
        let run = self.start(project, scope).await;
        self.settled().await;
        self.engine.run(&run.id).await.unwrap()
    }

    /// The code of a full run that fails.
    pub(crate) async fn failure(&self, project: &str) -> Message {
        let run = self.run(project, Scope::Full).await;
        assert_eq!(run.status, RunStatus::Failed);
        run.error.expect("a failed run says why")
    }

    pub(crate) async fn documents_of(&self, project: &str) -> Vec<String> {
        let page = self.engine.list_documents(project, 0, 1000, "").await.unwrap();
        page.rows.into_iter().map(|row| row.path).collect()
    }

    pub(crate) async fn skipped(&self, project: &str) -> Vec<(String, String)> {
        let page = self.engine.list_skipped(project, 0, 1000).await.unwrap();
        page.rows.into_iter().map(|row| (row.path, row.reason)).collect()
    }

    pub(crate) async fn log(&self, run: &RunView) -> Vec<LogRecord> {
        self.engine
            .read_log(
                &run.id,
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

    /// Everything of the current glossary, as text.
    pub(crate) async fn results(&self, project: &str) -> String {
        results(&self.engine, project, self.folder.path()).await
    }
}

pub(crate) async fn results(engine: &Engine, project: &str, folder: &Path) -> String {
    let path = folder.join("results.json");
    engine.export(project, &path).await.unwrap();
    std::fs::read_to_string(path).unwrap()
}

/// What keeps a data folder from being opened.
pub(crate) async fn refusal(home: &Path) -> Error {
    match Engine::open(home, NoSink).await {
        Ok(_) => panic!("{} was opened", home.display()),
        Err(error) => error,
    }
}
