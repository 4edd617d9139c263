//! Notices that the machine slept: one clock goes on while it sleeps, another stands still.
//!
//! On Linux these are `CLOCK_BOOTTIME` and `CLOCK_MONOTONIC`, and no change of the time of day touches them. Elsewhere
//! the time of day is compared with the clock of the program, so only a jump of several seconds counts as sleep.

use std::time::Duration;

/// Both clocks at one moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    /// Stands still while the machine sleeps.
    awake: Duration,
    /// Goes on while the machine sleeps.
    all: Duration,
}

impl Reading {
    /// How long the machine slept between `earlier` and this. Zero for what is only the time between reading the one
    /// clock and the other, or a small correction of the time of day.
    pub(crate) fn slept_since(self, earlier: Self) -> Duration {
        let all = self.all.saturating_sub(earlier.all);
        let slept = all.saturating_sub(self.awake.saturating_sub(earlier.awake));
        if slept < platform::THRESHOLD {
            Duration::ZERO
        } else {
            slept
        }
    }

    /// Both clocks now.
    pub(crate) fn now() -> Self {
        platform::now()
    }

    /// As if the machine had slept so long.
    #[cfg(test)]
    pub(crate) fn after_sleep(self, slept: Duration) -> Self {
        Self {
            all: self.all + slept,
            ..self
        }
    }
}

#[cfg(target_os = "linux")]
mod platform {
    use std::time::Duration;

    use rustix::time::{ClockId, Timespec, clock_gettime};

    use super::Reading;

    pub(super) const THRESHOLD: Duration = Duration::from_millis(200);

    pub(super) fn now() -> Reading {
        let read = |time: Timespec| Duration::new(time.tv_sec as u64, time.tv_nsec as u32);
        Reading {
            awake: read(clock_gettime(ClockId::Monotonic)),
            all: read(clock_gettime(ClockId::Boottime)),
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod platform {
    use std::sync::OnceLock;
    use std::time::{Duration, Instant, SystemTime};

    use super::Reading;

    pub(super) const THRESHOLD: Duration = Duration::from_secs(5);

    pub(super) fn now() -> Reading {
        static START: OnceLock<Instant> = OnceLock::new();
        Reading {
            awake: START.get_or_init(Instant::now).elapsed(),
            all: SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(awake: u64, all: u64) -> Reading {
        Reading {
            awake: Duration::from_secs(awake),
            all: Duration::from_secs(all),
        }
    }

    /// C5
    #[test]
    fn sleep_is_what_one_clock_counts_and_the_other_does_not() {
        assert_eq!(
            reading(101, 901).slept_since(reading(100, 500)),
            Duration::from_secs(400)
        );
        assert_eq!(
            reading(160, 560).slept_since(reading(100, 500)),
            Duration::ZERO,
            "awake"
        );
        assert_eq!(
            reading(101, 400).slept_since(reading(100, 500)),
            Duration::ZERO,
            "a clock that was set back is no sleep"
        );
        let jitter = Reading {
            all: Duration::from_millis(501_020),
            ..reading(101, 0)
        };
        assert_eq!(jitter.slept_since(reading(100, 500)), Duration::ZERO);
    }

    #[test]
    fn a_machine_that_is_awake_does_not_seem_to_sleep() {
        let before = Reading::now();
        assert_eq!(Reading::now().slept_since(before), Duration::ZERO);
    }
}
