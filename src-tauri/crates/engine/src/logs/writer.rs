//! Writes the log of one run and tells about it.
//!
//! Records wait in a bounded queue for a thread of their own, so that a stage never waits for the disk unless the disk
//! is thousands of records behind, and never for a viewer. That thread is woken once for many records: to wake it costs
//! more than to write one. A record is announced after it is in the file: who reads the file up to the announced number
//! misses nothing.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
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
/// Records that may wait; who has one more waits himself.
const ROOM: usize = 8192;
/// So many do not wait for their time.
const MANY: usize = ROOM / 4;
/// Bytes of one write to the file.
const MOST_LINES: usize = 256 * 1024;

/// The end of a log that takes records. Cheap to clone and to use from any thread.
#[derive(Debug, Clone)]
pub(crate) struct Log(Arc<Queue>);

/// What is between the writers of records and their thread.
#[derive(Debug, Default)]
struct Queue {
    state: Mutex<Waiting>,
    /// Something for the thread.
    news: Condvar,
    /// Room for who has a record.
    room: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    records: Vec<LogRecord>,
    /// The log is complete, whoever still wants to write.
    ended: bool,
}

impl Queue {
    fn put(&self, record: LogRecord) {
        let full = |waiting: &mut Waiting| waiting.records.len() >= ROOM && !waiting.ended;
        let waiting = self.room.wait_while(self.lock(), full);
        let mut waiting = waiting.unwrap_or_else(PoisonError::into_inner);
        if waiting.ended {
            return;
        }
        waiting.records.push(record);
        if matches!(waiting.records.len(), 1 | MANY) {
            self.news.notify_one();
        }
    }

    /// The records that wait, none before `due` unless they are many, and whether they are the last.
    fn take(&self, due: Instant) -> (Vec<LogRecord>, bool) {
        let nothing = |waiting: &mut Waiting| waiting.records.is_empty() && !waiting.ended;
        let waiting = self.news.wait_while(self.lock(), nothing);
        let waiting = waiting.unwrap_or_else(PoisonError::into_inner);
        let pause = due.saturating_duration_since(Instant::now());
        let few = |waiting: &mut Waiting| waiting.records.len() < MANY && !waiting.ended;
        let waited = self.news.wait_timeout_while(waiting, pause, few);
        let (mut waiting, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let records = std::mem::take(&mut waiting.records);
        self.room.notify_all();
        (records, waiting.ended)
    }

    /// Takes no more records.
    fn end(&self) {
        self.lock().ended = true;
        self.news.notify_all();
        self.room.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
        self.0.put(record);
    }
}

/// The thread behind the [`Log`]s of one run.
#[derive(Debug)]
pub(crate) struct LogWriter {
    log: Log,
    /// Nothing once somebody waits for it.
    thread: Option<JoinHandle<io::Result<u32>>>,
}

impl LogWriter {
    /// Creates the file of a new log.
    pub(crate) fn create(path: &Path, project_id: &str, run_id: &str, events: Events) -> Result<Self> {
        let failed = |source| Error::DataFolder {
            path: path.to_owned(),
            source,
        };
        let file = File::options().create(true).append(true).open(path).map_err(failed)?;
        let log = Log(Arc::default());
        let writer = Writer {
            file,
            project_id: project_id.to_owned(),
            run_id: run_id.to_owned(),
            events,
            written: 0,
        };
        let queue = Arc::clone(&log.0);
        let thread = std::thread::Builder::new()
            .name("log".into())
            .spawn(move || writer.run(&queue))
            .map_err(failed)?;
        let thread = Some(thread);
        Ok(Self { log, thread })
    }

    pub(crate) fn log(&self) -> Log {
        self.log.clone()
    }

    /// Ends the log and waits until every record is on disk and announced. Returns their number. What a worker that was
    /// given up writes after this goes nowhere.
    pub(crate) fn finish(mut self) -> io::Result<u32> {
        self.log.0.end();
        let ended = self.thread.take().map(JoinHandle::join);
        ended
            .unwrap_or_else(|| Ok(Ok(0)))
            .unwrap_or_else(|_| Err(io::Error::other("the log writer panicked")))
    }
}

impl Drop for LogWriter {
    fn drop(&mut self) {
        self.log.0.end();
    }
}

struct Writer {
    file: File,
    project_id: String,
    run_id: String,
    events: Events,
    written: u32,
}

impl Writer {
    fn run(mut self, queue: &Queue) -> io::Result<u32> {
        /// Whoever writes into the log must not wait for a thread that is gone.
        struct Gone<'a>(&'a Queue);
        impl Drop for Gone<'_> {
            fn drop(&mut self) {
                self.0.end();
            }
        }
        let _gone = Gone(queue);
        let mut due = Instant::now();
        let outcome = loop {
            let (records, last) = queue.take(due);
            if let Err(error) = self.write(records) {
                break Err(error);
            }
            if last {
                break Ok(());
            }
            due = Instant::now() + ANNOUNCE_EVERY;
        };
        if let Err(error) = &outcome {
            tracing::error!(run = self.run_id, %error, "the log cannot be written");
        }
        outcome.and_then(|()| self.file.sync_data()).map(|()| self.written)
    }

    /// To the file first, then to the viewers.
    fn write(&mut self, mut records: Vec<LogRecord>) -> io::Result<()> {
        let mut lines = String::new();
        for record in &mut records {
            self.written += 1;
            record.seq = self.written;
            record.bound();
            record.write_line(&mut lines);
            if lines.len() > MOST_LINES {
                self.file.write_all(lines.as_bytes())?;
                lines.clear();
            }
        }
        self.file.write_all(lines.as_bytes())?;
        announce(&self.events, &self.project_id, &self.run_id, records);
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
