//! The one way this crate tells the time, and the one format it writes it in.

use std::time::Duration;

use jiff::{Timestamp, Unit};

/// Now in UTC, RFC 3339 with milliseconds: `2026-11-18T15:21:09.120Z`. Sorts as text.
pub(crate) fn now() -> String {
    format(Timestamp::now())
}

/// `time` in the same format.
pub(crate) fn format(time: Timestamp) -> String {
    let time = time.round(Unit::Millisecond).unwrap_or(time);
    format!("{time:.3}")
}

/// Whether `time` is at most `span` away from now. A time that cannot be read is not.
pub(crate) fn is_within(time: &str, span: Duration) -> bool {
    time.parse::<Timestamp>()
        .is_ok_and(|time| Timestamp::now().duration_since(time).unsigned_abs() <= span)
}

/// How long ago `time` was. Nothing for a time to come, or one that cannot be read.
pub(crate) fn since(time: &str) -> Duration {
    let elapsed = time
        .parse::<Timestamp>()
        .map(|time| Timestamp::now().duration_since(time));
    elapsed
        .ok()
        .and_then(|elapsed| elapsed.try_into().ok())
        .unwrap_or_default()
}
