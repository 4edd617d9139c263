//! The unit memo: the output of every finished unit of work under a hash of all that it depends on.
//!
//! It is a cache and nothing else: an entry that is missing costs time, never a result. From it come resuming after a
//! crash or a stop, incremental runs, the retry of what is missing, and a second identical run that computes nothing.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::time::{Duration, SystemTime};

use serde::Serialize;
use sqlx::QueryBuilder;
use tokio::sync::mpsc::{self, error::TryRecvError};
use tokio_util::sync::CancellationToken;

use super::Store;
use crate::error::Result;
use crate::runs::Unit;

/// Units of one question to the database.
const LOOKUP: usize = 500;
/// A commit takes so many bytes.
const COMMIT_BYTES: usize = 4 << 20;
/// Rows of one statement that writes.
const ROWS: usize = 64;
/// Units that nobody asked for in this time are forgotten.
const KEEP_DAYS: i64 = 90;
/// All outputs together may take this much; the ones longest unused go first.
const KEEP_BYTES: i64 = 1 << 30;
/// Units of one statement that forgets.
const FORGET: i64 = 2_000;

/// The name under which the output of a unit is kept: a BLAKE3 hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UnitKey([u8; 32]);

/// What is a hash need not be hashed.
impl Hash for UnitKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(u64::from_le_bytes(self.0.first_chunk().copied().unwrap_or_default()));
    }
}

/// Takes the beginning of a [`UnitKey`] as it is.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

/// Something for each of many keys.
pub(crate) type ByKey<T> = HashMap<UnitKey, T, BuildHasherDefault<KeyHasher>>;

impl UnitKey {
    /// The key of nothing.
    pub(crate) const NONE: Self = Self([0; 32]);

    /// Begins the key of a unit of this kind. The kind names the rule and its version.
    pub(crate) fn builder(kind: &str) -> UnitKeyBuilder {
        let mut builder = UnitKeyBuilder(blake3::Hasher::new());
        builder.text(kind);
        builder
    }

    /// The key of one item of a unit.
    pub(crate) fn of<U: Unit>(unit: &U, item: &U::Item) -> Self {
        let mut key = Self::builder(U::KIND);
        unit.depends(item, &mut key);
        key.finish()
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn hex(self) -> String {
        blake3::Hash::from_bytes(self.0).to_hex().to_string()
    }
}

/// Takes in, one after the other, what a unit depends on. Lengths are part of the hash, so nothing runs together.
#[derive(Debug)]
pub(crate) struct UnitKeyBuilder(blake3::Hasher);

impl UnitKeyBuilder {
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.update(&(bytes.len() as u64).to_le_bytes()).update(bytes);
        self
    }

    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }

    /// Hashes of single things, in their order.
    pub(crate) fn hashes(&mut self, hashes: &[i64]) -> &mut Self {
        let bytes: Vec<u8> = hashes.iter().flat_map(|hash| hash.to_le_bytes()).collect();
        self.bytes(&bytes)
    }

    pub(crate) fn value(&mut self, value: &impl Serialize) -> &mut Self {
        // What is hashed here are plain structures of this program; they always have a JSON form.
        self.bytes(&serde_json::to_vec(value).unwrap_or_default())
    }

    pub(crate) fn finish(&self) -> UnitKey {
        UnitKey(*self.0.finalize().as_bytes())
    }
}

/// A row of the memo.
#[derive(sqlx::FromRow)]
struct KeptUnit {
    id: i64,
    key: Vec<u8>,
    output: Vec<u8>,
    used_on: i64,
}

/// The outputs that are kept for `keys`. They count as used today.
pub(crate) async fn find(store: &Store, project_id: &str, keys: &[UnitKey]) -> Result<ByKey<Vec<u8>>> {
    let mut found = ByKey::default();
    let mut aged = Vec::new();
    let today = today();
    for keys in keys.chunks(LOOKUP) {
        // Values of their own: to have SQLite read them out of a JSON text takes longer than to look them up.
        let mut query = QueryBuilder::new("SELECT id, key, output, used_on FROM unit WHERE project_id = ");
        query.push_bind(project_id).push(" AND key IN (");
        let mut list = query.separated(", ");
        for key in keys {
            list.push_bind(&key.0[..]);
        }
        query.push(")");
        let rows: Vec<KeptUnit> = query.build_query_as().fetch_all(store.reader()).await?;
        for row in rows {
            if row.used_on < today {
                aged.push(row.id);
            }
            if let Ok(key) = row.key.try_into() {
                found.insert(UnitKey(key), row.output);
            }
        }
    }
    if !aged.is_empty() {
        let json = serde_json::to_string(&aged)?;
        let mut tx = store.write().await?;
        sqlx::query!(
            "UPDATE unit SET used_on = ? WHERE id IN (SELECT value FROM json_each(?))",
            today,
            json
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
    }
    Ok(found)
}

/// A finished unit on its way into the database.
#[derive(Debug)]
pub(crate) struct FinishedUnit {
    pub(crate) key: UnitKey,
    pub(crate) output: Vec<u8>,
    /// Hash and text of a document that the output refers to. Without its text the unit would be worth nothing, so both
    /// are written in one transaction.
    pub(crate) text: Option<(String, String)>,
}

/// Stores finished units, many in one transaction, until the senders are gone; `over` says that this is soon, and then
/// nobody waits for the next commit. A commit waits for the time `after`, so that cheap units share one. Units wait to be fetched: to wake somebody for each of them would cost more than a
/// cheap one does.
pub(crate) async fn keep(
    store: Store,
    project_id: String,
    kind: &'static str,
    after: Duration,
    mut finished: mpsc::UnboundedReceiver<FinishedUnit>,
    over: CancellationToken,
) -> Result<()> {
    let mut open = true;
    while open {
        let _ = tokio::time::timeout(after, over.cancelled()).await;
        loop {
            let mut units = Vec::new();
            let mut bytes = 0;
            while bytes < COMMIT_BYTES {
                let unit = match finished.try_recv() {
                    Ok(unit) => unit,
                    Err(error) => {
                        open = error != TryRecvError::Disconnected;
                        break;
                    }
                };
                bytes += unit.output.len() + unit.text.as_ref().map_or(0, |(_, text)| text.len());
                units.push(unit);
            }
            if units.is_empty() {
                break;
            }
            match write(&store, &project_id, kind, units).await {
                // Another process keeps the database locked: what is not kept is done again one day.
                Err(error) if error.is_busy() => tracing::warn!(%error, "finished units are not kept"),
                written => written?,
            }
        }
    }
    Ok(())
}

async fn write(store: &Store, project_id: &str, kind: &str, units: Vec<FinishedUnit>) -> Result<()> {
    let today = today();
    let (mut texts, mut rows) = (Vec::new(), Vec::with_capacity(units.len()));
    for unit in units {
        texts.extend(unit.text);
        rows.push((unit.key, unit.output));
    }
    let mut tx = store.write().await?;
    // Many rows a statement: the way to the thread of the database and back costs more than to write a row.
    while !texts.is_empty() {
        let mut query = QueryBuilder::new("INSERT OR IGNORE INTO document_text (hash, text) ");
        query.push_values(texts.drain(..texts.len().min(ROWS)), |mut row, (hash, text)| {
            row.push_bind(hash).push_bind(text);
        });
        query.build().execute(&mut *tx).await?;
    }
    while !rows.is_empty() {
        let mut query = QueryBuilder::new("INSERT INTO unit (project_id, key, kind, output, used_on) ");
        query.push_values(rows.drain(..rows.len().min(ROWS)), |mut row, (key, output)| {
            row.push_bind(project_id).push_bind(key.0.to_vec()).push_bind(kind);
            row.push_bind(output).push_bind(today);
        });
        query.push(" ON CONFLICT (project_id, key) DO UPDATE SET output = excluded.output, used_on = excluded.used_on");
        query.build().execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Forgets units that were not used for a long time, and the longest unused ones beyond the limit of all together.
pub(crate) async fn prune(store: &Store) -> Result<()> {
    prune_to(store, today() - KEEP_DAYS, KEEP_BYTES).await
}

async fn prune_to(store: &Store, oldest_day: i64, most_bytes: i64) -> Result<()> {
    loop {
        let mut tx = store.write().await?;
        let forgotten = sqlx::query!(
            "DELETE FROM unit WHERE id IN (SELECT id FROM unit WHERE used_on < ? ORDER BY used_on LIMIT ?)",
            oldest_day,
            FORGET
        )
        .execute(&mut *tx)
        .await?
        .rows_affected();
        tx.commit().await?;
        if forgotten == 0 {
            break;
        }
    }
    loop {
        let total = sqlx::query_scalar!(r#"SELECT coalesce(sum(length(output)), 0) AS "bytes!: i64" FROM unit"#)
            .fetch_one(store.reader())
            .await?;
        let excess = total - most_bytes;
        if excess <= 0 {
            return Ok(());
        }
        // As many of the oldest as make up the excess: a running sum over what was unused the longest.
        let mut tx = store.write().await?;
        sqlx::query!(
            "DELETE FROM unit WHERE id IN (
                 SELECT id FROM (
                     SELECT id, sum(length(output)) OVER (ORDER BY used_on, id) - length(output) AS before
                     FROM (SELECT id, used_on, output FROM unit ORDER BY used_on, id LIMIT ?)
                 ) WHERE before < ?)",
            FORGET,
            excess
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
    }
}

fn today() -> i64 {
    let since = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    (since.as_secs() / 86_400) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Bench;

    fn key(name: &str) -> UnitKey {
        UnitKey::builder("test/1").text(name).finish()
    }

    async fn keep_all(bench: &Bench, project: &str, units: &[(&str, usize)]) {
        let (sender, receiver) = mpsc::unbounded_channel();
        for (name, bytes) in units {
            let unit = FinishedUnit {
                key: key(name),
                output: vec![7; *bytes],
                text: None,
            };
            sender.send(unit).unwrap();
        }
        drop(sender);
        let (store, over) = (bench.engine.store().clone(), CancellationToken::new());
        over.cancel();
        keep(store, project.to_owned(), "test/1", Duration::ZERO, receiver, over)
            .await
            .unwrap();
    }

    async fn known(bench: &Bench, project: &str, names: &[&str]) -> Vec<bool> {
        let keys: Vec<_> = names.iter().map(|name| key(name)).collect();
        let found = find(bench.engine.store(), project, &keys).await.unwrap();
        keys.iter().map(|key| found.contains_key(key)).collect()
    }

    async fn age(bench: &Bench, name: &str, days: i64) {
        let (key, day) = (key(name).0.to_vec(), today() - days);
        let mut tx = bench.engine.store().write().await.unwrap();
        sqlx::query!("UPDATE unit SET used_on = ? WHERE key = ?", day, key)
            .execute(&mut *tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    #[test]
    fn what_runs_together_has_another_key() {
        let of = |parts: &[&str]| {
            let mut builder = UnitKey::builder("test/1");
            for part in parts {
                builder.text(part);
            }
            builder.finish()
        };
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
        assert_ne!(of(&["a"]), UnitKey::builder("test/2").text("a").finish());
        assert_eq!(of(&["a", "b"]), of(&["a", "b"]));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_unit_is_kept_for_its_project_alone() {
        let bench = Bench::new().await;
        let (one, other) = (bench.project("one").await, bench.project("other").await);
        keep_all(&bench, &one, &[("a", 10), ("b", 10)]).await;
        assert_eq!(known(&bench, &one, &["a", "b", "c"]).await, [true, true, false]);
        assert_eq!(known(&bench, &other, &["a"]).await, [false]);
        bench.engine.delete_project(&one).await.unwrap();
        bench.engine.purge_project(&one).await.unwrap();
        assert_eq!(known(&bench, &one, &["a"]).await, [false]);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn old_units_go_and_a_used_one_is_young_again() {
        let bench = Bench::new().await;
        let project = bench.project("one").await;
        keep_all(&bench, &project, &[("old", 10), ("used", 10), ("young", 10)]).await;
        age(&bench, "old", 91).await;
        age(&bench, "used", 91).await;
        age(&bench, "young", 89).await;
        assert_eq!(known(&bench, &project, &["used"]).await, [true]);
        prune(bench.engine.store()).await.unwrap();
        assert_eq!(
            known(&bench, &project, &["old", "used", "young"]).await,
            [false, true, true]
        );
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn beyond_the_limit_the_longest_unused_go_first() {
        let bench = Bench::new().await;
        let project = bench.project("one").await;
        keep_all(&bench, &project, &[("a", 100), ("b", 100), ("c", 100)]).await;
        age(&bench, "b", 5).await;
        age(&bench, "c", 2).await;
        prune_to(bench.engine.store(), 0, 250).await.unwrap();
        assert_eq!(known(&bench, &project, &["a", "b", "c"]).await, [true, false, true]);
        prune_to(bench.engine.store(), 0, 0).await.unwrap();
        assert_eq!(known(&bench, &project, &["a", "b", "c"]).await, [false, false, false]);
    }
}
