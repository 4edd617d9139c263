//! The app without a webview: the same wiring and a real engine on a data folder of its own.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use genglossary_desktop::state::AppState;
use serde_json::{Value, json};
use tauri::ipc::{CallbackFn, InvokeBody, InvokeResponseBody};
use tauri::test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder, mock_context, noop_assets};
use tauri::webview::InvokeRequest;
use tauri::{App, Emitter as _, Listener as _, Manager as _, WebviewWindow, WebviewWindowBuilder};

use crate::contract::Contract;

/// An app, its window, and the contract that every answer is checked against.
pub(crate) struct Bench {
    pub(crate) contract: Contract,
    pub(crate) app: App<MockRuntime>,
    webview: WebviewWindow<MockRuntime>,
    answered: RefCell<BTreeSet<String>>,
    pub(crate) folder: tempfile::TempDir,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::with_home("home")
    }

    /// A bench whose data folder has this path inside its folder. Whatever `file` names is a file.
    pub(crate) fn with_home(home: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("file"), "a file").unwrap();
        let builder = genglossary_desktop::builder(mock_builder(), folder.path().join(home), None);
        let mut app = builder.build(mock_context(noop_assets())).unwrap();
        // The first turn of the event loop is what calls the setup.
        #[allow(deprecated, reason = "the mock runtime has no other way to begin and to come back")]
        app.run_iteration(|_, _| {});
        let webview = WebviewWindowBuilder::new(&app, "main", tauri::WebviewUrl::default())
            .build()
            .unwrap();
        Self {
            contract: Contract::read(),
            app,
            webview,
            answered: RefCell::default(),
            folder,
        }
    }

    /// The folder that holds everything of this bench.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A copy of the sample project's documents.
    pub(crate) fn documents(&self, name: &str) -> PathBuf {
        let folder = self.path().join(name);
        copy(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/seed-bank"),
            &folder,
        );
        folder
    }

    /// A project on a copy of the sample documents. Returns its id.
    pub(crate) fn project(&self, name: &str) -> String {
        let folder = self.documents(name);
        let project = self.ok("create_project", json!({ "name": name, "folder": folder }));
        text(&project, "/id")
    }

    /// Invokes a command as the page does.
    pub(crate) fn invoke(&self, command: &str, arguments: Value) -> Result<Value, Value> {
        let request = InvokeRequest {
            cmd: command.to_owned(),
            callback: CallbackFn(0),
            error: CallbackFn(1),
            url: if cfg!(windows) {
                "http://tauri.localhost"
            } else {
                "tauri://localhost"
            }
            .parse()
            .unwrap(),
            body: InvokeBody::Json(arguments),
            headers: tauri::http::HeaderMap::default(),
            invoke_key: INVOKE_KEY.to_owned(),
        };
        get_ipc_response(&self.webview, request).map(|body| match body {
            InvokeResponseBody::Json(json) => serde_json::from_str(&json).unwrap(),
            InvokeResponseBody::Raw(_) => panic!("{command} answered bytes"),
        })
    }

    /// Invokes a command with arguments that the bindings allow. The answer is what the bindings promise.
    fn call(&self, command: &str, arguments: Value) -> Result<Value, Value> {
        let promised = self
            .contract
            .commands
            .get(command)
            .unwrap_or_else(|| panic!("{command} is in the contract"));
        let given = arguments.as_object().unwrap();
        assert_eq!(
            given.len(),
            promised.arguments.len(),
            "{command} takes {:?}",
            promised.arguments
        );
        for (name, wanted) in &promised.arguments {
            let value = given.get(name).unwrap_or_else(|| panic!("{command} takes {name}"));
            self.contract
                .check(value, wanted)
                .unwrap_or_else(|problem| panic!("{command}, {name}: {problem}"));
        }
        let answer = self.invoke(command, arguments);
        let checked = match &answer {
            Ok(value) => self.contract.check(value, &promised.answer),
            Err(value) => self.contract.check_named(value, "IpcError"),
        };
        checked.unwrap_or_else(|problem| panic!("{command} does not keep its promise: {problem}"));
        answer
    }

    /// The answer of a command that succeeds.
    pub(crate) fn ok(&self, command: &str, arguments: Value) -> Value {
        let answer = self
            .call(command, arguments)
            .unwrap_or_else(|error| panic!("{command}: {error}"));
        self.answered.borrow_mut().insert(command.to_owned());
        answer
    }

    /// The error of a command that fails with `code`.
    pub(crate) fn fails(&self, command: &str, arguments: Value, code: &str) -> Value {
        let shown = arguments.to_string();
        match self.call(command, arguments) {
            Ok(value) => panic!("{command} {shown} succeeds: {value}"),
            Err(error) => {
                assert_eq!(error["code"], code, "{command} {shown}: {error}");
                error
            }
        }
    }

    /// Names of the commands that have succeeded here.
    pub(crate) fn answered(&self) -> BTreeSet<String> {
        self.answered.borrow().clone()
    }

    /// Waits for the end of all runs.
    pub(crate) fn settled(&self) {
        let state = self.app.state::<AppState>();
        let engine = tauri::async_runtime::block_on(state.engine()).unwrap();
        let idle = tauri::async_runtime::block_on(engine.wait_until_idle(Duration::from_mins(2)));
        assert!(idle, "a run did not end");
    }

    /// Asks until there is something.
    pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
        for _ in 0..3_000 {
            if let Some(found) = look() {
                return found;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("never came true: {what}");
    }

    /// Runs a scope to its end. Returns the run as it is stored.
    pub(crate) fn run(&self, project: &str, scope: &str, request: &str) -> Value {
        let run = self.ok(
            "start_run",
            json!({ "projectId": project, "scope": scope, "requestId": request }),
        );
        self.settled();
        self.ok("get_run", json!({ "runId": run["id"] }))["run"].clone()
    }

    /// Adds documents to a folder that keep a run busy for much longer than a test needs to stop it.
    pub(crate) fn lengthen(&self, name: &str) {
        let folder = self.path().join(name).join("long");
        std::fs::create_dir(&folder).unwrap();
        for document in 0..2_000 {
            let sentence =
                |at| format!("The b{document}a{at}r meter is a meter that measures the c{at}l{document}d sample. ");
            let text: String = (0..100).map(sentence).collect();
            std::fs::write(folder.join(format!("{document}.txt")), text).unwrap();
        }
    }

    /// Takes those documents away.
    pub(crate) fn shorten(&self, name: &str) {
        std::fs::remove_dir_all(self.path().join(name).join("long")).unwrap();
    }

    /// Collects the events of all names in the contract. Two that are emitted at the same moment may arrive in either
    /// order: Tauri puts the second one off.
    pub(crate) fn events(&self) -> Arc<Mutex<Vec<(String, Value)>>> {
        let events = Arc::new(Mutex::new(Vec::new()));
        for name in self.contract.events.keys() {
            let (events, name) = (Arc::clone(&events), name.clone());
            self.app.listen(name.clone(), move |event| {
                let payload = serde_json::from_str(event.payload()).unwrap();
                events.lock().unwrap().push((name.clone(), payload));
            });
        }
        self.app.listen("delivered", |_| {});
        events
    }

    /// Has Tauri deliver the events that it put off.
    pub(crate) fn deliver(&self) {
        self.app.emit("delivered", ()).unwrap();
    }
}

/// The text at a JSON pointer.
pub(crate) fn text(value: &Value, pointer: &str) -> String {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_else(|| panic!("{pointer} in {value}"))
        .to_owned()
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
