//! Which process a run belongs to. A pid alone is not enough, because pids are used again.

use sysinfo::{Pid, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System};

/// A process: its pid and its start in seconds since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) pid: i64,
    pub(crate) started: i64,
}

impl Owner {
    /// This process.
    pub(crate) fn this() -> Self {
        let pid = std::process::id();
        Self {
            pid: i64::from(pid),
            started: started(pid).unwrap_or_default(),
        }
    }

    /// Whether there is a process with that pid, this one or a later one.
    pub(crate) fn pid_exists(self) -> bool {
        u32::try_from(self.pid).ok().and_then(started).is_some()
    }

    /// Whether that very process still lives.
    pub(crate) fn is_alive(self) -> bool {
        // The start is read in whole seconds from the boot time, which the kernel may correct by one.
        u32::try_from(self.pid)
            .ok()
            .and_then(started)
            .is_some_and(|started| (started - self.started).abs() <= 1)
    }
}

fn started(pid: u32) -> Option<i64> {
    let pid = Pid::from_u32(pid);
    let mut system = System::new().ok()?;
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), true, ProcessRefreshKind::nothing());
    // A process that was killed keeps its entry until its parent looks.
    let gone = |status| matches!(status, ProcessStatus::Zombie | ProcessStatus::Dead);
    let process = system.process(pid).filter(|process| !gone(process.status()))?;
    Some(process.start_time() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_ended_or_another_with_its_pid_is_not_alive() {
        assert!(Owner::this().is_alive());
        let mut child = std::process::Command::new("sleep").arg("5").spawn().unwrap();
        let pid = i64::from(child.id());
        let owner = Owner {
            pid,
            started: started(child.id()).unwrap(),
        };
        assert!(owner.is_alive());
        assert!(
            !Owner {
                started: owner.started - 1000,
                ..owner
            }
            .is_alive(),
            "another process with this pid"
        );
        child.kill().unwrap();
        // Nobody has waited for it yet: it has an entry in the process table and no life.
        let mut looks = 0..1_000;
        while owner.is_alive() && looks.next().is_some() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        assert!(!owner.is_alive());
        child.wait().unwrap();
        assert!(!owner.is_alive());
    }
}
