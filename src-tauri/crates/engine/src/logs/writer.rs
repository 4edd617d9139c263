//! Writes the log of one run and tells about it.
//!
//! Records pass through a bounded channel to a thread of their own, so that a stage never waits for the disk unless
//! the disk is thousands of records behind, and never for a viewer. A record is announced after it is in the file:
//! who reads the file up to the announced number misses nothing.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::record::{LogLevel, LogRecord};
use crate::clock;
use crate::error::{Error, Result};
use crate::events::{Event, Events, LogTail};
use crate::runs::Stage;

/// Announcements of one log are at least this far apart.
const ANNOUNCE_EVERY: Duration = Duration::from_millis(50);
/// And no larger than about this, in bytes of text.
const ANNOUNCE_BYTES: usize = 6 * 1024;
/// Beyond this many waiting records a log only counts them: the view reads them from the file when it shows them.
pub(crate) const ANNOUNCE_RECORDS: usize = 200;
const CHANNEL: usize = 8192;
/// With nothing to announce there is nothing to wake up for.
const IDLE: Duration = Duration::from_hours(1);

/// The end of a log that takes records. Cheap to clone and to use from any thread.
#[derive(Debug, Clone)]
pub(crate) struct Log(SyncSender<Entry>);

#[derive(Debug)]
enum Entry {
    Record(LogRecord),
    /// The log is complete, whoever still wants to write.
    End,
}

impl Log {
    pub(crate) fn write(&self, level: LogLevel, stage: Option<Stage>, item: &str, message: impl Into<String>) {
        let record = LogRecord {
            seq: 0, // given by the writer, who alone knows the order
            time: clock::now(),
            level,
            stage: stage.map_or("", Stage::name).to_owned(),
            item: item.to_owned(),
            message: message.into(),
        };
        // Nobody takes it after the end of the log, or when the disk failed, which the writer has reported itself.
        let _ = self.0.send(Entry::Record(record));
    }
}

/// The thread behind the [`Log`]s of one run.
#[derive(Debug)]
pub(crate) struct LogWriter {
    log: Log,
    thread: JoinHandle<io::Result<u32>>,
}

impl LogWriter {
    /// Creates the file of a new log.
    pub(crate) fn create(path: &Path, project_id: &str, run_id: &str, events: Events) -> Result<Self> {
        let failed = |source| Error::DataFolder {
            path: path.to_owned(),
            source,
        };
        let file = File::options().create(true).append(true).open(path).map_err(failed)?;
        let (sender, receiver) = sync_channel(CHANNEL);
        let writer = Writer {
            file,
            project_id: project_id.to_owned(),
            run_id: run_id.to_owned(),
            events,
            written: 0,
            lines: String::new(),
            waiting: Vec::new(),
        };
        let thread = std::thread::Builder::new()
            .name("log".into())
            .spawn(move || writer.run(&receiver))
            .map_err(failed)?;
        Ok(Self {
            log: Log(sender),
            thread,
        })
    }

    pub(crate) fn log(&self) -> Log {
        self.log.clone()
    }

    /// Ends the log and waits until every record is on disk and announced. Returns their number. What a worker that was
    /// given up writes after this goes nowhere.
    pub(crate) fn finish(self) -> io::Result<u32> {
        let _ = self.log.0.send(Entry::End);
        self.thread
            .join()
            .unwrap_or_else(|_| Err(io::Error::other("the log writer panicked")))
    }
}

struct Writer {
    file: File,
    project_id: String,
    run_id: String,
    events: Events,
    written: u32,
    /// Lines that are not in the file yet.
    lines: String,
    /// Records that are not announced yet.
    waiting: Vec<LogRecord>,
}

impl Writer {
    fn run(mut self, entries: &Receiver<Entry>) -> io::Result<u32> {
        let mut last = Instant::now().checked_sub(ANNOUNCE_EVERY).unwrap_or_else(Instant::now);
        let outcome = loop {
            let wait = if self.waiting.is_empty() {
                IDLE
            } else {
                ANNOUNCE_EVERY.saturating_sub(last.elapsed())
            };
            let mut next = entries.recv_timeout(wait);
            while let Ok(Entry::Record(record)) = next {
                self.take(record);
                if self.lines.len() > 256 * 1024 {
                    next = Err(RecvTimeoutError::Timeout);
                    break;
                }
                next = entries.try_recv().map_err(|error| match error {
                    TryRecvError::Empty => RecvTimeoutError::Timeout,
                    TryRecvError::Disconnected => RecvTimeoutError::Disconnected,
                });
            }
            if !matches!(next, Err(RecvTimeoutError::Timeout)) {
                break self.flush();
            }
            if last.elapsed() >= ANNOUNCE_EVERY && !self.waiting.is_empty() {
                if let Err(error) = self.flush() {
                    break Err(error);
                }
                last = Instant::now();
            }
        };
        if let Err(error) = &outcome {
            tracing::error!(run = self.run_id, %error, "the log cannot be written");
        }
        outcome.and_then(|()| self.file.sync_data()).map(|()| self.written)
    }

    fn take(&mut self, mut record: LogRecord) {
        self.written += 1;
        record.seq = self.written;
        record.bound();
        record.write_line(&mut self.lines);
        self.waiting.push(record);
    }

    /// To the file first, then to the viewers.
    fn flush(&mut self) -> io::Result<()> {
        self.file.write_all(self.lines.as_bytes())?;
        self.lines.clear();
        let waiting = std::mem::take(&mut self.waiting);
        announce(&self.events, &self.project_id, &self.run_id, waiting);
        Ok(())
    }
}

/// Tells of new records in a log, in events of a few kilobytes. Of very many, only the last.
pub(crate) fn announce(events: &Events, project_id: &str, run_id: &str, mut records: Vec<LogRecord>) {
    if records.len() > ANNOUNCE_RECORDS {
        records.drain(..records.len() - ANNOUNCE_RECORDS);
    }
    let emit = |records: Vec<LogRecord>| {
        if let Some(total) = records.last().map(|record| record.seq) {
            events.emit(Event::LogAppended(LogTail {
                project_id: project_id.to_owned(),
                run_id: run_id.to_owned(),
                records,
                total,
            }));
        }
    };
    let mut batch = Vec::new();
    let mut bytes = 0;
    for record in records {
        let size = record.message.len() + record.item.len() + 128;
        if bytes + size > ANNOUNCE_BYTES && !batch.is_empty() {
            emit(std::mem::take(&mut batch));
            bytes = 0;
        }
        bytes += size;
        batch.push(record);
    }
    emit(batch);
}
