//! The database, as somebody sees it who knows SQLite and not the program.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::runtime::Runtime;

use crate::bench::LONG;

/// A connection.
pub(crate) struct Database {
    runtime: Runtime,
    connection: Option<SqliteConnection>,
}

impl Database {
    /// The database itself, which somebody may be at work at.
    pub(crate) fn open(home: &Path) -> Option<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let options = SqliteConnectOptions::new()
            .filename(home.join("genglossary.db"))
            .busy_timeout(Duration::from_secs(30));
        let connection = Some(runtime.block_on(options.connect()).ok()?);
        Some(Self { runtime, connection })
    }

    pub(crate) fn execute(&mut self, statement: &'static str) -> Result<u64, String> {
        let connection = self.connection.as_mut().unwrap();
        let done = self.runtime.block_on(sqlx::query(statement).execute(connection));
        done.map(|done| done.rows_affected()).map_err(|error| error.to_string())
    }

    pub(crate) fn rows<T>(&mut self, query: &'static str) -> Vec<T>
    where
        T: for<'r> sqlx::FromRow<'r, sqlx::sqlite::SqliteRow> + Send + Unpin,
    {
        let connection = self.connection.as_mut().unwrap();
        let rows = async { tokio::time::timeout(LONG, sqlx::query_as(query).fetch_all(connection)).await };
        self.runtime.block_on(rows).expect("an answer in time").unwrap()
    }

    pub(crate) fn number(&mut self, query: &'static str) -> i64 {
        let [(number,)] = self.rows::<(i64,)>(query)[..] else {
            panic!("one row: {query}")
        };
        number
    }

    /// Panics unless SQLite finds nothing wrong.
    pub(crate) fn check(&mut self) {
        let found: Vec<(String,)> = self.rows("PRAGMA integrity_check");
        assert_eq!(found, [("ok".to_owned(),)]);
        let loose: Vec<(String,)> = self.rows("SELECT \"table\" FROM pragma_foreign_key_check");
        assert_eq!(loose, [], "rows that refer to nothing");
    }

    pub(crate) fn look(&mut self) -> Look {
        if self.number("SELECT count(*) FROM sqlite_schema WHERE name = 'unit'") == 0 {
            return Look::default();
        }
        let runs = self.rows::<(String, String, String, Option<String>)>(
            "SELECT id, status, heartbeat_at, finished_at FROM run ORDER BY id",
        );
        let stages = self.rows::<(String, String, i64, i64, i64)>(
            "SELECT run_id, stage, total, reused, missing FROM run_stage ORDER BY run_id, position",
        );
        let runs = runs.into_iter().map(|(id, status, heartbeat, finished)| {
            let of_run = stages.iter().filter(|row| row.0 == id);
            let stages = of_run.map(|(_, stage, total, reused, missing)| {
                let counts = Counts {
                    total: *total,
                    computed: total - reused,
                    missing: *missing,
                };
                (stage.clone(), counts)
            });
            Run {
                stages: stages.collect(),
                id: id.clone(),
                status,
                heartbeat,
                finished,
            }
        });
        Look {
            runs: runs.collect(),
            units: self
                .rows::<(String, Vec<u8>, i64, Vec<u8>)>("SELECT kind, key, id, output FROM unit")
                .into_iter()
                .map(|(kind, key, id, output)| ((kind, key), Kept { id, output }))
                .collect(),
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            let close = async { tokio::time::timeout(LONG, connection.close()).await };
            assert!(self.runtime.block_on(close).is_ok(), "the connection does not close");
        }
    }
}

/// How far a stage of a run came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) total: i64,
    /// Not taken from what was kept.
    pub(crate) computed: i64,
    pub(crate) missing: i64,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) id: String,
    pub(crate) status: String,
    pub(crate) heartbeat: String,
    pub(crate) finished: Option<String>,
    pub(crate) stages: BTreeMap<String, Counts>,
}

impl Run {
    pub(crate) fn is_active(&self) -> bool {
        ["pending", "running"].contains(&&*self.status)
    }
}

/// A finished unit of work.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) id: i64,
    pub(crate) output: Vec<u8>,
}

/// What lasts, at one moment.
#[derive(Clone, Default)]
pub(crate) struct Look {
    /// Oldest first.
    pub(crate) runs: Vec<Run>,
    /// By kind and key.
    pub(crate) units: BTreeMap<(String, Vec<u8>), Kept>,
}

impl Look {
    /// The state of a data folder, from a copy: whoever opens a database after a crash repairs it, and that is left to
    /// the program. Of one that somebody works at, the copy may be torn; it is only good to see how far the work is.
    pub(crate) fn at(home: &Path) -> Self {
        let copy = tempfile::tempdir().unwrap();
        for name in ["genglossary.db", "genglossary.db-wal"] {
            let file = home.join(name);
            if file.exists() && std::fs::copy(file, copy.path().join(name)).is_err() {
                return Self::default();
            }
        }
        Database::open(copy.path()).map_or_else(Self::default, |mut database| database.look())
    }

    /// How many units there are of the kinds with these beginnings.
    pub(crate) fn count(&self, kinds: &[&str]) -> i64 {
        let of_kinds = |(kind, _): &&(String, Vec<u8>)| kinds.iter().any(|name| kind.starts_with(name));
        self.units.keys().filter(of_kinds).count() as i64
    }

    /// The units without the order in which they were finished.
    pub(crate) fn outputs(&self) -> BTreeMap<&(String, Vec<u8>), &Vec<u8>> {
        self.units.iter().map(|(key, kept)| (key, &kept.output)).collect()
    }

    /// Panics unless all units of `earlier` are still there as they were.
    pub(crate) fn assert_keeps(&self, earlier: &Self) {
        let lost = earlier
            .units
            .iter()
            .filter(|(key, kept)| self.units.get(*key) != Some(kept));
        let kinds: Vec<_> = lost.map(|((kind, _), _)| kind).collect();
        assert!(
            kinds.is_empty(),
            "units that were kept are gone or were made anew: {kinds:?}"
        );
    }
}
