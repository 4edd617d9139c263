//! Which process a run belongs to. A pid alone is not enough, because pids are used again: the boot and the start of
//! the process within it tell two processes with one pid apart.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use specta::Type;

/// What kind of program an engine works in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Program {
    /// The desktop app.
    #[default]
    App,
    /// The command line.
    CommandLine,
}

/// A process, so that no other one is taken for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Process {
    /// The boot of the machine that it lives in.
    pub(crate) boot: String,
    pub(crate) pid: i64,
    /// On Linux in clock ticks since the boot, which no change of the clock moves; elsewhere in seconds since 1970.
    pub(crate) started: i64,
}

impl Process {
    /// This process.
    pub(crate) fn this() -> &'static Self {
        static THIS: OnceLock<Process> = OnceLock::new();
        THIS.get_or_init(|| {
            let pid = std::process::id();
            Self {
                boot: platform::boot(),
                pid: i64::from(pid),
                started: platform::started(pid).unwrap_or_default(),
            }
        })
    }

    /// The process that has that pid now.
    #[cfg(test)]
    pub(crate) fn of(pid: u32) -> Self {
        Self {
            boot: platform::boot(),
            pid: i64::from(pid),
            started: platform::started(pid).unwrap(),
        }
    }

    /// Whether this is the calling process.
    pub(crate) fn is_this(&self) -> bool {
        let this = Self::this();
        self.pid == this.pid
            && platform::same_boot(&self.boot, &this.boot)
            && platform::same_start(self.started, this.started)
    }

    /// Whether that very process still lives. Its age and its last sign of life do not matter: a machine that slept
    /// wakes up with the same processes.
    pub(crate) fn is_alive(&self) -> bool {
        platform::same_boot(&self.boot, &Self::this().boot)
            && self
                .start_of_pid()
                .is_some_and(|started| platform::same_start(started, self.started))
    }

    /// Whether a recent sign of life of a process with that pid is to be believed, although its start does not match:
    /// only where a change of the clock moves the start of every process.
    pub(crate) fn may_have_moved(&self) -> bool {
        platform::CLOCK_MOVES_STARTS && self.start_of_pid().is_some()
    }

    fn start_of_pid(&self) -> Option<i64> {
        u32::try_from(self.pid).ok().and_then(platform::started)
    }
}

#[cfg(target_os = "linux")]
mod platform {
    pub(super) const CLOCK_MOVES_STARTS: bool = false;

    pub(super) fn boot() -> String {
        std::fs::read_to_string("/proc/sys/kernel/random/boot_id")
            .map(|id| id.trim().to_owned())
            // Hidden in some sandboxes: then its time tells one boot from another.
            .unwrap_or_else(|_| sysinfo::System::boot_time().unwrap_or_default().to_string())
    }

    pub(super) fn same_boot(one: &str, other: &str) -> bool {
        one == other
    }

    pub(super) fn same_start(one: i64, other: i64) -> bool {
        one == other
    }

    pub(super) fn started(pid: u32) -> Option<i64> {
        start_in(&std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    /// The start time in the text of `/proc/PID/stat`: field 22 (proc_pid_stat(5)). Nothing for a process that ended
    /// and whose parent has not looked yet.
    pub(super) fn start_in(stat: &str) -> Option<i64> {
        // The name in the second field may hold blanks and parentheses, so what counts comes after the last one.
        let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace();
        let state = fields.next()?;
        if matches!(state, "Z" | "X" | "x") {
            return None;
        }
        fields.nth(18)?.parse().ok()
    }
}

#[cfg(not(target_os = "linux"))]
mod platform {
    use sysinfo::{Pid, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System};

    pub(super) const CLOCK_MOVES_STARTS: bool = true;
    /// The time of the boot is reckoned from the clock, which may be corrected; a boot takes longer than this.
    const BOOT_TOLERANCE: i64 = 10;

    pub(super) fn boot() -> String {
        System::boot_time().unwrap_or_default().to_string()
    }

    pub(super) fn same_boot(one: &str, other: &str) -> bool {
        match (one.parse::<i64>(), other.parse::<i64>()) {
            (Ok(one), Ok(other)) => (one - other).abs() <= BOOT_TOLERANCE,
            _ => false,
        }
    }

    pub(super) fn same_start(one: i64, other: i64) -> bool {
        (one - other).abs() <= 1
    }

    pub(super) fn started(pid: u32) -> Option<i64> {
        let pid = Pid::from_u32(pid);
        let mut system = System::new().ok()?;
        system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), true, ProcessRefreshKind::nothing());
        let gone = |status| matches!(status, ProcessStatus::Zombie | ProcessStatus::Dead);
        let process = system.process(pid).filter(|process| !gone(process.status()))?;
        Some(process.start_time() as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// C2
    #[test]
    fn a_process_that_ended_or_another_with_its_pid_or_of_another_boot_is_not_alive() {
        assert!(Process::this().is_alive() && Process::this().is_this());
        let mut child = std::process::Command::new("sleep").arg("50").spawn().unwrap();
        let process = Process::of(child.id());
        assert!(process.is_alive() && !process.is_this());
        let reused = Process {
            started: process.started - 1000,
            ..process.clone()
        };
        assert!(!reused.is_alive(), "another process with this pid");
        let before_the_boot = Process {
            boot: "2c0e5d43-0c39-4a5c-9d0e-000000000000".to_owned(),
            ..process.clone()
        };
        assert!(!before_the_boot.is_alive(), "another boot, the same numbers");
        child.kill().unwrap();
        // Nobody has waited for it yet: it has an entry in the process table and no life.
        let mut looks = 0..1_000;
        while process.is_alive() && looks.next().is_some() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        assert!(!process.is_alive());
        child.wait().unwrap();
        assert!(!process.is_alive());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_program_cannot_hide_its_start_behind_its_name() {
        let rest = "0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 4711 0 0";
        assert_eq!(platform::start_in(&format!("7 (a) Z 1) S {rest}")), Some(4711));
        assert_eq!(platform::start_in(&format!("7 (a) Z {rest}")), None, "it has ended");
        assert_eq!(platform::start_in("7 (a"), None);
    }
}
