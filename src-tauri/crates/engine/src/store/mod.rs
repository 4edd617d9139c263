//! The database: one file, one writer connection, several readers.
//!
//! Reads never wait for writes (WAL). Every write goes through the one writer connection and starts with
//! `BEGIN IMMEDIATE`, so that check-and-change holds against another process as well.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, Sqlite, SqliteConnection, SqlitePool, Transaction};
use tokio::sync::Mutex;

use crate::error::{Error, Result};

pub(crate) mod finished;
pub(crate) mod generations;
pub(crate) mod promotions;
pub(crate) mod recall;
pub(crate) mod results;
pub(crate) mod units;

static MIGRATOR: Migrator = sqlx::migrate!("../../../migrations");

/// The name of the database file in the data folder.
pub(crate) const DATABASE: &str = "genglossary.db";

/// How long a statement waits for another process to finish its write.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Pages in the write-ahead log from which on a commit folds it into the database file. Usually that is done when nobody
/// waits for it, see [`Store::fold`].
const CHECKPOINT_AT: &str = "8000";

/// Page cache of a connection that reads, in KiB as SQLite wants it: enough for the list that somebody scrolls through.
const READER_CACHE: &str = "-16000";

/// The pools of one database file.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    path: PathBuf,
    reader: SqlitePool,
    writer: SqlitePool,
    /// Held while the write-ahead log is folded.
    folding: Arc<Mutex<()>>,
    user: Arc<User>,
}

/// A process that has the database open, for all others to see.
#[derive(Debug)]
struct User {
    /// Locked, shared with the others, as long as this is there.
    _open: std::fs::File,
    /// Whoever had the database open before did not close it.
    after_crash: bool,
}

impl User {
    /// Call it before the database is opened, and by one process after the other.
    fn new(home: &Path, database: &Path) -> std::io::Result<Self> {
        let open = std::fs::File::create(home.join("genglossary.open"))?;
        let alone = open.try_lock().is_ok();
        if alone {
            open.unlock()?;
        }
        open.lock_shared()?;
        // The last connection removes the write-ahead log when it is closed.
        let log = std::fs::metadata(database.with_extension("db-wal"));
        Ok(Self {
            _open: open,
            after_crash: alone && log.is_ok_and(|log| log.len() > 0),
        })
    }
}

impl Store {
    /// Opens or creates the database in `home` and brings its schema up to date, with a backup first.
    pub(crate) async fn open(home: &Path) -> Result<Self> {
        let path = home.join(DATABASE);
        refuse_read_only(&path)?;
        // Two processes that start together must not both migrate.
        let lock = lock_for_migration(home)?;
        let user = User::new(home, &path).map_err(|source| Error::DataFolder {
            path: home.to_owned(),
            source,
        })?;
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            // SQLite ends a transaction by itself when the disk is full, and the driver goes on counting it. No other
            // transaction can begin on that connection; a new one is good. The rollback of a transaction that was
            // dropped may still be on its way: the ping comes behind it.
            .before_acquire(|connection, _| {
                Box::pin(async move {
                    connection.ping().await?;
                    Ok(!connection.is_in_transaction())
                })
            })
            .connect_with(options(&path))
            .await
            .map_err(|error| opening(&path, error))?;
        migrate(&writer, &path).await?;
        drop(lock);
        let reader = SqlitePoolOptions::new()
            .max_connections(4)
            .connect_with(options(&path).read_only(true).pragma("cache_size", READER_CACHE))
            .await
            .map_err(|error| opening(&path, error))?;
        Ok(Self {
            path,
            reader,
            writer,
            folding: Arc::default(),
            user: Arc::new(user),
        })
    }

    /// The database file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// True when the process that had the database open before died with it.
    pub(crate) fn is_after_crash(&self) -> bool {
        self.user.after_crash
    }

    /// A connection of its own, that only reads.
    pub(crate) async fn connect(&self) -> Result<SqliteConnection> {
        Ok(options(&self.path).read_only(true).connect().await?)
    }

    /// What is wrong with the database file, if anything. Reads all of it, so not for the start of the app.
    pub(crate) async fn integrity_check(&self) -> Result<Option<String>> {
        let said: String = sqlx::query_scalar("PRAGMA integrity_check(1)")
            .fetch_one(&self.reader)
            .await?;
        Ok((said != "ok").then_some(said))
    }

    /// Folds the write-ahead log into the database file, as far as nobody reads it any more: a commit would do the same
    /// once the log is long, in the middle of a run.
    pub(crate) async fn fold(&self) -> Result<()> {
        let _folding = self.folding.lock().await;
        if self.writer.is_closed() {
            return Ok(());
        }
        // On a connection of its own: a run that starts now need not wait.
        let mut connection = options(&self.path).create_if_missing(false).connect().await?;
        let folded = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)")
            .execute(&mut connection)
            .await;
        connection.close().await?;
        folded?;
        Ok(())
    }

    /// For queries.
    pub(crate) fn reader(&self) -> &SqlitePool {
        &self.reader
    }

    /// A write transaction that holds the write lock from its first moment.
    pub(crate) async fn write(&self) -> Result<Transaction<'static, Sqlite>> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// Closes both pools; the last connection folds the write-ahead log into the database file.
    pub(crate) async fn close(&self) {
        let _folding = self.folding.lock().await;
        self.reader.close().await;
        self.writer.close().await;
    }
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .pragma("wal_autocheckpoint", CHECKPOINT_AT)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
}

/// SQLite would open a database that may not be written, and give its side files the same permissions: they would stay
/// behind and keep the database closed after it has been made writable again.
fn refuse_read_only(path: &Path) -> Result<()> {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.permissions().readonly() => Err(Error::DataFolder {
            path: path.to_owned(),
            source: std::io::Error::new(std::io::ErrorKind::PermissionDenied, "the database file is read-only"),
        }),
        _ => Ok(()),
    }
}

fn lock_for_migration(home: &Path) -> Result<std::fs::File> {
    let failed = |source| Error::DataFolder {
        path: home.to_owned(),
        source,
    };
    std::fs::create_dir_all(home.join("logs")).map_err(failed)?;
    let file = std::fs::File::create(home.join("genglossary.lock")).map_err(failed)?;
    file.lock().map_err(failed)?;
    Ok(file)
}

async fn migrate(writer: &SqlitePool, path: &Path) -> Result<()> {
    let known = MIGRATOR.iter().map(|migration| migration.version).max().unwrap_or(0);
    let found = applied_version(writer).await.map_err(|error| opening(path, error))?;
    match found {
        Some(found) if found > known => return Err(Error::DatabaseNewer { found, known }),
        Some(found) if found < known => back_up(writer, path, found).await?,
        _ => {}
    }
    MIGRATOR.run(writer).await.map_err(|error| match error {
        sqlx::migrate::MigrateError::Execute(error) => opening(path, error),
        other => Error::DatabaseDamaged {
            path: path.to_owned(),
            detail: other.to_string(),
        },
    })
}

/// The newest migration in the database; `None` for a database that is still empty.
async fn applied_version(writer: &SqlitePool) -> sqlx::Result<Option<i64>> {
    // Not a checked query: the table belongs to the migrator and is not part of our schema.
    let exists: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_schema WHERE name = '_sqlx_migrations'")
        .fetch_one(writer)
        .await?;
    if exists == 0 {
        return Ok(None);
    }
    sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations")
        .fetch_one(writer)
        .await
}

async fn back_up(writer: &SqlitePool, path: &Path, version: i64) -> Result<()> {
    let backup = path.with_file_name(format!("genglossary-v{version}.backup.db"));
    if backup.exists() {
        std::fs::remove_file(&backup).map_err(|source| Error::DataFolder {
            path: backup.clone(),
            source,
        })?;
    }
    sqlx::query("VACUUM INTO ?")
        .bind(backup.display().to_string())
        .execute(writer)
        .await?;
    tracing::info!(backup = %backup.display(), "database backed up before its migration");
    Ok(())
}

/// An error of the opening, with the path in it.
fn opening(path: &Path, error: sqlx::Error) -> Error {
    Error::from(error).in_home(path.parent().unwrap_or(path))
}
