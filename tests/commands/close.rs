//! Closing the window while runs are active, with the event loop running.

use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use genglossary_desktop::desktop;
use genglossary_desktop::state::AppState;
use genglossary_engine::{Engine, NoSink};
use serde_json::{Value, json};
use tauri::test::MockRuntime;
use tauri::{AppHandle, Listener as _, Manager as _, WebviewWindow};

use crate::bench::Bench;

/// More than any of these steps needs.
const PATIENCE: Duration = Duration::from_mins(1);

/// The researcher, on a thread beside the event loop.
struct Researcher {
    app: AppHandle<MockRuntime>,
    window: WebviewWindow<MockRuntime>,
    questions: Arc<Mutex<Vec<Value>>>,
}

impl Researcher {
    fn close(&self) {
        self.window.close().unwrap();
    }

    fn answer(&self, answer: &str) {
        desktop::answer(&self.app, serde_json::from_value(json!(answer)).unwrap());
    }

    /// Waits until so many questions were asked. Returns the newest.
    fn asked(&self, count: usize) -> Value {
        wait(|| self.questions.lock().unwrap().len() >= count);
        let questions = self.questions.lock().unwrap();
        assert_eq!(questions.len(), count);
        questions[count - 1].clone()
    }

    fn cancel(&self, run: &str) {
        let state = self.app.state::<AppState>();
        tauri::async_runtime::block_on(async {
            let engine = state.engine().await.unwrap();
            engine.cancel_run(run).await.unwrap();
            assert!(engine.wait_until_idle(PATIENCE).await);
        });
    }

    fn window_is_there(&self) -> bool {
        self.app.get_webview_window(desktop::MAIN).is_some()
    }
}

fn wait(until: impl Fn() -> bool) {
    let mut looks = 0..PATIENCE.as_millis() / 10;
    while !until() && looks.next().is_some() {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(until(), "it does not come");
}

/// Lets the researcher do these things during a long run, until the app has ended. Returns the run as it is stored.
fn session(steps: impl FnOnce(&Researcher, &str) + Send + 'static) -> Value {
    let bench = Bench::new();
    let project = bench.project("seeds");
    bench.lengthen("seeds");
    let start = json!({ "projectId": project, "scope": "full", "requestId": "r" });
    let run = bench.ok("start_run", start)["id"].as_str().unwrap().to_owned();
    let questions = Arc::new(Mutex::new(Vec::new()));
    let asked = Arc::clone(&questions);
    bench.app.listen("close-requested", move |event| {
        asked
            .lock()
            .unwrap()
            .push(serde_json::from_str(event.payload()).unwrap());
    });
    let researcher = Researcher {
        app: bench.app.handle().clone(),
        window: bench.app.get_webview_window(desktop::MAIN).unwrap(),
        questions,
    };
    let (contract, folder) = (bench.contract, bench.folder);
    let id = run.clone();
    let steps: JoinHandle<Researcher> = std::thread::spawn(move || {
        steps(&researcher, &id);
        researcher
    });
    bench.app.run_return(|app, event| desktop::on_event(app, &event));
    let researcher = steps.join().unwrap();
    for question in researcher.questions.lock().unwrap().iter() {
        contract.check(question, &contract.events["close-requested"]).unwrap();
    }
    // Another process opens the same data folder.
    tauri::async_runtime::block_on(async {
        let engine = Engine::open(&folder.path().join("home"), NoSink).await.unwrap();
        serde_json::to_value(engine.run(&run).await.unwrap()).unwrap()
    })
}

/// E15.
#[test]
fn a_close_during_a_run_is_asked_about_and_stop_leaves_no_run_behind() {
    let run = session(|researcher, run| {
        researcher.close();
        let question = researcher.asked(1);
        assert_eq!(question["runs"][0]["id"], *run);
        researcher.answer("asking");
        researcher.close();
        researcher.asked(2);
        researcher.answer("asking");
        researcher.answer("stay");
        assert!(
            researcher.window_is_there(),
            "nothing is closed before there is an answer"
        );

        researcher.close();
        researcher.asked(3);
        researcher.answer("asking");
        researcher.answer("stop");
    });
    assert_eq!(
        (&run["status"], &run["error"]),
        (&json!("cancelled"), &Value::Null),
        "a run that was stopped did not fail"
    );
}

#[test]
fn a_close_without_runs_closes() {
    let run = session(|researcher, run| {
        researcher.cancel(run);
        researcher.close();
    });
    assert_eq!(run["status"], "cancelled");
}

/// E15: whatever ends the event loop, the runs are stopped first.
#[test]
fn a_window_that_is_torn_away_stops_its_runs() {
    let run = session(|researcher, _| researcher.window.destroy().unwrap());
    assert_eq!(run["status"], "cancelled");
}
