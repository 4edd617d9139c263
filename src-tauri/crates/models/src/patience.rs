//! How long to wait before another attempt.

use std::time::Duration;

use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};

use crate::limits::Limits;

/// The wait before the attempt after `failures` failed ones: `first`, doubled for each failure, and between half and
/// the whole of that, so that calls that failed together do not come back together ("equal jitter",
/// <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>).
pub(crate) fn back_off(first: Duration, failures: u32) -> Duration {
    let doublings = 2_u32.saturating_pow(failures.saturating_sub(1));
    let whole = first.saturating_mul(doublings).min(Limits::LONGEST_WAIT);
    whole.mul_f64(0.5 + fastrand::f64() / 2.0)
}

/// The wait that a `Retry-After` header asks for, in seconds or until a date
/// (<https://www.rfc-editor.org/rfc/rfc9110#name-retry-after>), up to the longest wait.
pub(crate) fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    let wait = if let Ok(seconds) = value.parse() {
        Duration::try_from_secs_f64(seconds).ok()?
    } else {
        let date = rfc2822::DateTimeParser::new().parse_timestamp(value).ok()?;
        date.duration_since(now).max(SignedDuration::ZERO).unsigned_abs()
    };
    Some(wait.min(Limits::LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_the_longest() {
        let first = Duration::from_millis(100);
        for (failures, whole) in [(1, 100), (2, 200), (5, 1600), (40, 60_000)] {
            let wait = back_off(first, failures).as_millis();
            assert!((whole / 2..=whole).contains(&wait), "{failures}: {wait}");
        }
    }

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        let now: Timestamp = "2026-03-01T10:00:00Z".parse().unwrap();
        for (value, seconds) in [
            ("2", Some(2.0)),
            ("0.5", Some(0.5)),
            ("Sun, 01 Mar 2026 10:00:07 GMT", Some(7.0)),
            ("Sun, 01 Mar 2026 09:00:00 GMT", Some(0.0)),
            ("86400", Some(60.0)),
            ("-1", None),
            ("NaN", None),
            ("soon", None),
        ] {
            let wait = retry_after(value, now).map(|wait| wait.as_secs_f64());
            assert_eq!(wait, seconds, "{value}");
        }
    }
}
