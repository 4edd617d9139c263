//! A message bus for tests of what the app tells the desktop.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use dbus::blocking::LocalConnection;
use dbus::channel::Channel;

/// A message bus of its own.
pub(crate) struct Bus {
    daemon: Child,
    address: String,
}

impl Bus {
    pub(crate) fn start() -> Self {
        let config = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e/session.conf");
        let mut daemon = Command::new("dbus-daemon")
            .args(["--nofork", "--print-address", "--config-file", config])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut address = String::new();
        let mut said = BufReader::new(daemon.stdout.take().unwrap());
        said.read_line(&mut address).unwrap();
        let address = address.trim().to_owned();
        Self { daemon, address }
    }

    /// A connection for what serves there.
    pub(crate) fn connect(&self) -> LocalConnection {
        let mut channel = Channel::open_private(&self.address).unwrap();
        channel.register().unwrap();
        LocalConnection::from(channel)
    }

    /// This program once more, for one test, with the bus as its desktop and the variable `told` that says so.
    pub(crate) fn app(&self, test: &str, told: &str) -> Child {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture"])
            .env(told, "1")
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address)
            .env("DBUS_SYSTEM_BUS_ADDRESS", &self.address)
            .spawn()
            .unwrap()
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}
