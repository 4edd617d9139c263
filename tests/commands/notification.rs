//! The notification at the end of a run, on a message bus with a service that shows it and clicks on it.

use std::time::Duration;

use dbus::Message;
use dbus::arg::ArgType;
use dbus::blocking::LocalConnection;
use dbus::channel::{MatchingReceiver as _, Sender as _};
use dbus::message::MatchRule;
use genglossary_desktop::desktop::board::News;
use genglossary_desktop::desktop::notify;
use genglossary_desktop::desktop::words::Language;
use genglossary_desktop::state::AppState;
use serde_json::Value;
use tauri::Manager as _;

use crate::bench::{Bench, text};
use crate::bus::Bus;

/// The test starts itself again with this variable and a message bus of its own.
const APP: &str = "GENGLOSSARY_TEST_NOTIFICATION";
const SERVICE: &str = "org.freedesktop.Notifications";
const PATIENCE: Duration = Duration::from_mins(1);

/// What the service was asked to show: title, text, actions.
type Shown = (String, String, Vec<String>);

/// Answers as a notification service until `over`, and clicks on what it shows until then.
fn serve(connection: &LocalConnection, mut over: impl FnMut() -> bool) -> Option<Shown> {
    use std::cell::RefCell;
    use std::rc::Rc;

    let shown = Rc::new(RefCell::new(None::<Shown>));
    connection.request_name(SERVICE, false, true, false).unwrap();
    let kept = Rc::clone(&shown);
    let answer = move |message: Message, connection: &LocalConnection| {
        let reply = message.method_return();
        let reply = match message.member().as_deref() {
            Some("GetCapabilities") => reply.append1(vec!["actions", "body"]),
            Some("GetServerInformation") => reply.append3("test", "test", "1").append1("1.2"),
            Some("Notify") => {
                let (_, _, _, title, text): (String, u32, String, String, String) = message.read5().unwrap();
                let mut parts = message.iter_init();
                while parts.arg_type() != ArgType::Array {
                    parts.next();
                }
                *kept.borrow_mut() = Some((title, text, parts.get().unwrap()));
                reply.append1(7_u32)
            }
            _ => reply,
        };
        connection.send(reply).unwrap();
        true
    };
    connection.start_receive(MatchRule::new_method_call(), Box::new(answer));
    while !over() {
        connection.process(Duration::from_millis(50)).unwrap();
        // Nobody tells when the app listens, so the researcher clicks until it does.
        if shown.borrow().is_some() {
            let click = Message::new_signal("/org/freedesktop/Notifications", SERVICE, "ActionInvoked").unwrap();
            connection.send(click.append2(7_u32, "default")).unwrap();
        }
    }
    shown.take()
}

#[test]
fn a_click_on_the_notification_opens_its_run() {
    if std::env::var_os(APP).is_some() {
        return app();
    }
    let bus = Bus::start();
    let connection = bus.connect();
    let mut app = bus.app("notification::a_click_on_the_notification_opens_its_run", APP);
    let shown = serve(&connection, || app.try_wait().unwrap().is_some());
    assert!(app.wait().unwrap().success());
    let (title, text, actions) = shown.expect("a notification was shown");
    assert_eq!((title.as_str(), text.as_str()), ("seeds", "実行が完了しました。"));
    assert_eq!(
        actions.first().map(String::as_str),
        Some("default"),
        "it can be clicked"
    );
}

/// The app: a run ends, and the page hears of the click.
fn app() {
    let bench = Bench::new();
    let project = bench.project("seeds");
    let run = text(&bench.run(&project, "load", "notified"), "/id");
    let events = bench.events();
    let state = bench.app.state::<AppState>();
    let view = tauri::async_runtime::block_on(async { state.engine().await.unwrap().run(&run).await.unwrap() });
    let ended = News {
        run: view,
        lasted: PATIENCE,
        last: true,
    };
    notify::tell(bench.app.handle(), ended, Language::Ja);
    let began = std::time::Instant::now();
    let opened: Value = loop {
        bench.deliver();
        let events = events.lock().unwrap();
        if let Some((_, opened)) = events.iter().find(|(name, _)| name == "open-run") {
            break opened.clone();
        }
        drop(events);
        assert!(began.elapsed() < PATIENCE, "the click came to nothing");
        std::thread::sleep(Duration::from_millis(20));
    };
    assert_eq!((text(&opened, "/run_id"), text(&opened, "/project_id")), (run, project));
}
