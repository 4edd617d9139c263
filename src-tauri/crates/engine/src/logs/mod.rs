//! The logs: one append-only text file per run, readable with any pager.
//!
//! A line is a record: time, level, stage, item, message, with a tab between them. The number of a record is the
//! number of its line. The writer never waits for a viewer; a viewer reads the file and learns of news by event.

mod reader;
mod record;
mod search;
mod writer;

use std::path::{Path, PathBuf};

pub(crate) use reader::LogReader;
pub use reader::{LogCounts, LogPage, LogQuery};
pub use record::{LogLevel, LogRecord};
pub use search::{LogHit, LogHits, LogOutline, LogOutlineQuery, LogSearch, LogStage};
pub(crate) use writer::{ANNOUNCE_RECORDS, Log, LogWriter, announce};

/// The file that holds the log of a run.
pub(crate) fn path(home: &Path, run_id: &str) -> PathBuf {
    home.join("logs").join(format!("{run_id}.log"))
}
