//! What the desktop is told of a run: that the machine shall not fall asleep, and how far the work is. On a message bus
//! with a portal and a launcher that listen.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use dbus::Message;
use dbus::arg::{PropMap, prop_cast};
use dbus::channel::{MatchingReceiver as _, Sender as _};
use dbus::message::MatchRule;
use genglossary_desktop::desktop::awake::Awake;
use genglossary_desktop::desktop::board::Badge;
use genglossary_desktop::desktop::taskbar::Taskbar;
use genglossary_desktop::desktop::words::Language;

use crate::bench::Bench;
use crate::bus::Bus;

/// The test starts itself again with this variable and a message bus of its own.
const APP: &str = "GENGLOSSARY_TEST_DESKTOP";
const PORTAL: &str = "org.freedesktop.portal.Desktop";

#[derive(Debug, PartialEq)]
enum Told {
    /// The portal's flags, and the reason that the desktop may show.
    Hold(u32, String),
    Progress(f64, bool),
    /// The connection that held is closed, and with it the hold.
    LetGo,
}

#[test]
fn the_machine_stays_awake_and_the_launcher_shows_progress_while_there_is_work() {
    if std::env::var_os(APP).is_some() {
        return app();
    }
    let bus = Bus::start();
    let connection = bus.connect();
    connection.request_name(PORTAL, false, true, false).unwrap();
    let told = Rc::new(RefCell::new(Vec::new()));
    let holder = Rc::new(RefCell::new(None::<String>));

    let (heard, held_by) = (Rc::clone(&told), Rc::clone(&holder));
    let inhibit = move |message: Message, connection: &dbus::blocking::LocalConnection| {
        let (_, flags, options): (String, u32, PropMap) = message.read3().unwrap();
        let why = prop_cast::<String>(&options, "reason").cloned().unwrap();
        *held_by.borrow_mut() = message.sender().map(|sender| sender.to_string());
        heard.borrow_mut().push(Told::Hold(flags, why));
        let request = dbus::Path::from("/org/freedesktop/portal/desktop/request/1");
        connection.send(message.method_return().append1(request)).unwrap();
        true
    };
    connection.start_receive(MatchRule::new_method_call(), Box::new(inhibit));

    let heard = Rc::clone(&told);
    let update = MatchRule::new_signal("com.canonical.Unity.LauncherEntry", "Update");
    let shown = move |(app, properties): (String, PropMap), _: &_, _: &Message| {
        assert!(app.starts_with("application://"), "{app}");
        let progress = prop_cast(&properties, "progress").copied().unwrap();
        let visible = prop_cast(&properties, "progress-visible").copied().unwrap();
        heard.borrow_mut().push(Told::Progress(progress, visible));
        true
    };
    connection.add_match(update, shown).unwrap();

    let heard = Rc::clone(&told);
    let gone = MatchRule::new_signal("org.freedesktop.DBus", "NameOwnerChanged");
    let left = move |(name, _, owner): (String, String, String), _: &_, _: &Message| {
        if owner.is_empty() && holder.borrow().as_ref() == Some(&name) {
            heard.borrow_mut().push(Told::LetGo);
        }
        true
    };
    connection.add_match(gone, left).unwrap();

    let mut app = bus.app(
        "desktop::the_machine_stays_awake_and_the_launcher_shows_progress_while_there_is_work",
        APP,
    );
    while app.try_wait().unwrap().is_none() {
        connection.process(Duration::from_millis(50)).unwrap();
    }
    while connection.process(Duration::from_millis(50)).unwrap() {}
    assert!(app.wait().unwrap().success());
    let expected = [
        Told::Hold(4, "A glossary is being made".to_owned()),
        Told::Progress(0.43, true),
        Told::LetGo,
        Told::Progress(0.0, false),
    ];
    assert_eq!(*told.borrow(), expected);
}

/// The app: a run is at work, and over.
fn app() {
    let bench = Bench::new();
    let (mut awake, mut taskbar) = (Awake::default(), Taskbar::default());
    awake.keep(true, Language::En);
    taskbar.paint(bench.app.handle(), Badge::Percent(43));
    // Once more is no other hold.
    awake.keep(true, Language::En);
    std::thread::sleep(Duration::from_millis(300));
    awake.keep(false, Language::En);
    std::thread::sleep(Duration::from_millis(300));
    taskbar.paint(bench.app.handle(), Badge::None);
    std::thread::sleep(Duration::from_millis(300));
}
