//! Reads any window of any log, finished or growing, without holding it in memory.
//!
//! The only thing kept is an index of nine bytes a line: where it begins and its level. It is made from the file,
//! grows with it, and can be thrown away at any time.

use std::fs::File;
use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use specta::Type;

use super::record::{LogLevel, LogRecord};
use super::search::{LogHits, LogOutline, LogOutlineQuery, LogSearch, LogStage};
use crate::error::{Error, Result};
use crate::runs::RunStatus;

/// Which part of a log to read.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct LogQuery {
    /// Position of the first record to return, from 0, among those that pass the filter.
    pub from: u32,
    /// The most records to return. At most 2,000 are.
    pub limit: u32,
    /// Only these levels; nothing for all.
    pub levels: Option<Vec<LogLevel>>,
}

/// Number of records of each level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[allow(missing_docs, reason = "the names say it")]
pub struct LogCounts {
    pub debug: u32,
    pub info: u32,
    pub warn: u32,
    pub error: u32,
}

/// A window of a log.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct LogPage {
    /// The records, in order.
    pub records: Vec<LogRecord>,
    /// Position of the first among those that pass the filter.
    pub from: u32,
    /// Number of records that pass the filter.
    pub matching: u32,
    /// Number of records in the log.
    pub total: u32,
    /// Number of records of each level in the whole log.
    pub counts: LogCounts,
    /// The status of the run once its log is complete.
    pub ended: Option<RunStatus>,
}

const PAGE_LIMIT: u32 = 2_000;
/// Logs whose index is kept.
const KEPT: usize = 8;

/// Reads logs and keeps the indexes of the last few.
#[derive(Debug, Default)]
pub(crate) struct LogReader {
    indexes: Mutex<Vec<(String, Arc<Mutex<Index>>)>>,
}

impl LogReader {
    /// A window of the log at `path`. A log whose file does not exist (yet) is empty. Blocks on the disk.
    pub(crate) fn read(
        &self,
        run_id: &str,
        path: &Path,
        query: &LogQuery,
        ended: Option<RunStatus>,
    ) -> Result<LogPage> {
        let page = self.with(run_id, path, ended.is_some(), |index, file| {
            let mut page = index.page(query, ended);
            for position in index.select(query) {
                page.records.push(index.read(file, position)?);
            }
            Ok(page)
        })?;
        Ok(page.unwrap_or_else(|| Index::default().page(query, ended)))
    }

    /// The next part of what a search finds. Blocks on the disk.
    pub(crate) fn search(&self, run_id: &str, path: &Path, query: &LogSearch, complete: bool) -> Result<LogHits> {
        let wanted = query.wanted()?;
        let found = self.with(run_id, path, complete, |index, file| {
            index.search(file, query, wanted.as_ref())
        })?;
        Ok(found.unwrap_or(LogHits {
            hits: Vec::new(),
            seen: 0,
            done: true,
        }))
    }

    /// The log from afar. Blocks on the disk.
    pub(crate) fn outline(
        &self,
        run_id: &str,
        path: &Path,
        query: &LogOutlineQuery,
        complete: bool,
    ) -> Result<LogOutline> {
        let outline = self.with(run_id, path, complete, |index, _file| Ok(index.outline(query)))?;
        Ok(outline.unwrap_or_else(|| Index::default().outline(query)))
    }

    /// Asks the index of a log, brought up to date; nothing when the log has no file.
    fn with<T>(
        &self,
        run_id: &str,
        path: &Path,
        complete: bool,
        ask: impl FnOnce(&Index, &mut File) -> std::io::Result<T>,
    ) -> Result<Option<T>> {
        let failed = |source| Error::LogUnreadable {
            path: path.to_owned(),
            source,
        };
        let index = self.index(run_id);
        let mut index = index.lock().unwrap_or_else(PoisonError::into_inner);
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        index.extend(&mut file, complete).map_err(failed)?;
        ask(&index, &mut file).map(Some).map_err(failed)
    }

    /// Forgets what is known of a log that is about to be removed.
    pub(crate) fn forget(&self, run_id: &str) {
        self.indexes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|(id, _)| id != run_id);
    }

    fn index(&self, run_id: &str) -> Arc<Mutex<Index>> {
        let mut indexes = self.indexes.lock().unwrap_or_else(PoisonError::into_inner);
        let index = match indexes.iter().position(|(id, _)| id == run_id) {
            Some(at) => indexes.remove(at).1,
            None => Arc::default(),
        };
        indexes.push((run_id.to_owned(), Arc::clone(&index)));
        if indexes.len() > KEPT {
            indexes.remove(0);
        }
        index
    }
}

#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) starts: Vec<u64>,
    pub(super) levels: Vec<LogLevel>,
    /// Where each stage begins.
    pub(super) stages: Vec<LogStage>,
    counts: LogCounts,
    /// Bytes of the file that are indexed: always the end of a line.
    indexed: u64,
}

impl Index {
    /// Takes in the lines that came since. A line without its end is torn or still being written: it counts only
    /// when the log is complete.
    fn extend(&mut self, file: &mut File, complete: bool) -> std::io::Result<()> {
        let length = file.metadata()?.len();
        if length < self.indexed {
            *self = Self::default();
        }
        if length == self.indexed {
            return Ok(());
        }
        file.seek(SeekFrom::Start(self.indexed))?;
        let mut reader = BufReader::with_capacity(256 * 1024, file);
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = reader.read_until(b'\n', &mut line)? as u64;
            if read == 0 || (line.last() != Some(&b'\n') && !complete) {
                return Ok(());
            }
            let level = LogLevel::of_line(&line);
            let stage = line.split(|byte| *byte == b'\t').nth(2).unwrap_or_default();
            if !stage.is_empty() && self.stages.iter().all(|known| known.stage.as_bytes() != stage) {
                self.stages.push(LogStage {
                    stage: String::from_utf8_lossy(stage).into_owned(),
                    seq: self.starts.len() as u32 + 1,
                });
            }
            *self.counts.of(level) += 1;
            self.starts.push(self.indexed);
            self.levels.push(level);
            self.indexed += read;
        }
    }

    fn page(&self, query: &LogQuery, ended: Option<RunStatus>) -> LogPage {
        let matching = match &query.levels {
            None => self.starts.len() as u32,
            Some(levels) => {
                let mut counts = self.counts;
                LogLevel::ALL
                    .into_iter()
                    .filter(|level| levels.contains(level))
                    .map(|level| *counts.of(level))
                    .sum()
            }
        };
        LogPage {
            records: Vec::new(),
            from: query.from,
            matching,
            total: self.starts.len() as u32,
            counts: self.counts,
            ended,
        }
    }

    fn select(&self, query: &LogQuery) -> Vec<usize> {
        let limit = query.limit.min(PAGE_LIMIT) as usize;
        let from = query.from as usize;
        match &query.levels {
            None => (from..self.starts.len()).take(limit).collect(),
            Some(levels) => (0..self.levels.len())
                .filter(|&position| levels.contains(&self.levels[position]))
                .skip(from)
                .take(limit)
                .collect(),
        }
    }

    fn read(&self, file: &mut File, position: usize) -> std::io::Result<LogRecord> {
        let start = self.starts[position];
        let end = self.starts.get(position + 1).copied().unwrap_or(self.indexed);
        file.seek(SeekFrom::Start(start))?;
        let mut line = vec![0; (end - start) as usize];
        file.read_exact(&mut line)?;
        let whole = line.pop_if(|byte| *byte == b'\n').is_some();
        let mut record = LogRecord::parse(position as u32 + 1, &line);
        if !whole {
            record.mark_torn();
        }
        Ok(record)
    }
}

impl LogCounts {
    fn of(&mut self, level: LogLevel) -> &mut u32 {
        match level {
            LogLevel::Debug => &mut self.debug,
            LogLevel::Info => &mut self.info,
            LogLevel::Warn => &mut self.warn,
            LogLevel::Error => &mut self.error,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn all() -> LogQuery {
        LogQuery {
            from: 0,
            limit: 100,
            levels: None,
        }
    }

    /// C3
    #[test]
    fn a_torn_last_line_waits_until_the_log_is_complete_and_is_marked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.log");
        let line = "t\tINFO\tload\ta\tone\nt\tERROR\tload\tb\t用語".as_bytes();
        let (ended, full) = (Some(RunStatus::Interrupted), line.len());
        for (length, message) in [
            (full, "用語… (the line breaks off here)"),
            (full - 1, "用\u{fffd}… (the line breaks off here)"),
            (full - 6, "… (the line breaks off here)"),
        ] {
            std::fs::write(&path, &line[..length]).unwrap();
            let reader = LogReader::default();
            assert_eq!(reader.read("x", &path, &all(), None).unwrap().total, 1);
            let page = reader.read("x", &path, &all(), ended).unwrap();
            assert_eq!(
                (page.total, page.counts.error, page.records[1].message.as_str()),
                (2, 1, message)
            );
            let again = LogReader::default().read("x", &path, &all(), ended).unwrap();
            assert_eq!(again.records, page.records, "an index that is made anew says the same");
        }
        // Torn within its level: it is still told.
        std::fs::write(&path, &line[..b"t\tINFO\tload\ta\tone\nt\tER".len()]).unwrap();
        let page = LogReader::default().read("x", &path, &all(), ended).unwrap();
        assert_eq!(page.records[1].message, "t\tER… (the line breaks off here)");
    }

    #[test]
    fn the_index_follows_a_growing_file_and_filters_by_level() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.log");
        let mut file = File::create(&path).unwrap();
        let reader = LogReader::default();
        for n in 1..=50 {
            let level = if n % 10 == 0 { "WARN" } else { "DEBUG" };
            writeln!(file, "t\t{level}\tload\t{n}\tmessage {n}").unwrap();
            assert_eq!(reader.read("x", &path, &all(), None).unwrap().total, n);
        }
        let query = LogQuery {
            from: 1,
            limit: 2,
            levels: Some(vec![LogLevel::Warn]),
        };
        let page = reader.read("x", &path, &query, None).unwrap();
        assert_eq!(page.matching, 5);
        assert_eq!(
            page.records.iter().map(|record| record.seq).collect::<Vec<_>>(),
            [20, 30]
        );
    }

    #[test]
    fn a_log_that_does_not_exist_is_empty() {
        let page = LogReader::default()
            .read("x", Path::new("/nonexistent/x.log"), &all(), None)
            .unwrap();
        assert_eq!(page.total, 0);
    }
}
