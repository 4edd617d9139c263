//! Runs of other processes, as they happen: the app shows a run of the command line as it shows its own.
//!
//! One background task looks twice a second whether another connection changed the database, and reads only then.
//! What it tells is what the owner tells in its own process: views, new log records, the end.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use sqlx::{Connection as _, SqliteConnection};

use super::model::{Owner, RunView};
use super::view;
use crate::blocking::blocking;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::events::{Event, LogEnd};
use crate::logs::{self, ANNOUNCE_RECORDS, LogQuery};
use crate::retention;

const LOOK_EVERY: Duration = Duration::from_millis(500);

/// What was told of a run.
#[derive(Debug)]
struct Told {
    project_id: String,
    revision: u32,
    /// Records of its log.
    records: u32,
}

struct Watcher {
    /// Reads nothing but the counter of changes by others, which counts for each connection.
    connection: SqliteConnection,
    changes: i64,
    /// The newest row that was there at the last look: a run may come and go between two looks.
    newest: i64,
    told: HashMap<String, Told>,
}

impl Engine {
    /// Begins to tell of the runs of other processes. Only the first call has an effect. Ends with the engine.
    /// Must be called inside a Tokio runtime.
    pub fn watch(&self) {
        let mut task = self.watcher();
        if task.is_some() {
            return;
        }
        self.tidy_in(retention::AFTER_START);
        let engine = self.downgrade();
        *task = Some(tokio::spawn(async move {
            let mut watcher = None;
            loop {
                // Held for a look only: the task must not keep alive what it looks at.
                let Some(engine) = engine.upgrade() else { break };
                let mut closed = engine.closed();
                if *closed.borrow() {
                    break;
                }
                if let Err(error) = look(&engine, &mut watcher).await {
                    tracing::warn!(%error, "the runs of other processes cannot be seen; once more");
                    if let Some(watcher) = &mut watcher {
                        watcher.changes = -1;
                    }
                }
                drop(engine);
                // Over at once when the engine is closed or gone.
                let wait = closed.wait_for(|closed| *closed);
                if tokio::time::timeout(LOOK_EVERY, wait).await.is_ok() {
                    break;
                }
            }
            if let Some(Watcher { connection, .. }) = watcher {
                let _ = connection.close().await;
            }
        }));
    }
}

async fn look(engine: &Engine, watcher: &mut Option<Watcher>) -> Result<()> {
    let watcher = match watcher {
        Some(watcher) => watcher,
        none => none.insert(Watcher {
            connection: engine.store().connect().await?,
            changes: -1,
            newest: newest(engine).await?,
            told: HashMap::new(),
        }),
    };
    let changes = sqlx::query_scalar("PRAGMA data_version")
        .fetch_one(&mut watcher.connection)
        .await?;
    let changed = std::mem::replace(&mut watcher.changes, changes) != changes;
    // A log grows, and a process dies, without a change in the database.
    if !changed && watcher.told.is_empty() {
        return Ok(());
    }
    engine.recover_runs().await?;
    watcher.tell(engine).await
}

async fn newest(engine: &Engine) -> Result<i64> {
    Ok(sqlx::query_scalar!("SELECT max(rowid) FROM run")
        .fetch_one(engine.store().reader())
        .await?
        .unwrap_or_default())
}

impl Watcher {
    async fn tell(&mut self, engine: &Engine) -> Result<()> {
        let rows = sqlx::query!(
            r#"SELECT id, rowid AS "row!: i64" FROM run
               WHERE status IN ('pending', 'running') OR rowid > ? ORDER BY rowid"#,
            self.newest
        )
        .fetch_all(engine.store().reader())
        .await?;
        let newest = rows.iter().map(|row| row.row).max().unwrap_or_default();
        let mut ids: BTreeSet<String> = self.told.keys().cloned().collect();
        ids.extend(rows.into_iter().map(|row| row.id));
        for id in ids {
            match view::get(engine.store(), &id).await {
                Ok(run) if run.owner == Owner::This => {}
                Ok(run) => self.tell_run(engine, run).await?,
                // Its project was deleted.
                Err(Error::RunNotFound(_)) => {
                    if let Some(told) = self.told.remove(&id) {
                        engine.project_changed(&told.project_id);
                    }
                }
                Err(error) => return Err(error),
            }
        }
        self.newest = self.newest.max(newest);
        Ok(())
    }

    async fn tell_run(&mut self, engine: &Engine, run: RunView) -> Result<()> {
        let told = self.told.entry(run.id.clone()).or_insert_with(|| Told {
            project_id: run.project_id.clone(),
            revision: 0,
            records: 0,
        });
        let end = run.status.is_final().then_some(run.status);
        let mut query = LogQuery {
            from: told.records,
            limit: 0,
            levels: None,
        };
        let path = logs::path(engine.home(), &run.id);
        let (reader, id) = (engine.clone(), run.id.clone());
        let page = blocking(move || {
            // Of very many new records the view reads those that it shows.
            let total = reader.log_reader().read(&id, &path, &query, end)?.total;
            query.from = query.from.max(total.saturating_sub(ANNOUNCE_RECORDS as u32));
            query.limit = ANNOUNCE_RECORDS as u32;
            reader.log_reader().read(&id, &path, &query, end)
        })
        .await??;
        // The owner may have written between the two reads.
        told.records = page.records.last().map_or(told.records, |record| record.seq);
        logs::announce(engine.events(), &run.project_id, &run.id, page.records);
        let (id, project_id) = (run.id.clone(), run.project_id.clone());
        if run.revision > told.revision {
            told.revision = run.revision;
            engine.events().emit(Event::RunChanged(Box::new(run)));
        }
        if let Some(status) = end {
            self.told.remove(&id);
            engine.events().emit(Event::LogEnded(LogEnd {
                project_id: project_id.clone(),
                run_id: id,
                status,
                total: page.total,
            }));
            engine.project_changed(&project_id);
        }
        Ok(())
    }
}
