//! Results of this run that its later stages read: the database need not be asked for what is still in memory.

use std::sync::{Arc, Mutex, PoisonError};

use genglossary_models::Client;
use glossary::{Entry, Issue};
use rayon::prelude::*;
use tokio::sync::OnceCell;

use crate::error::Result;
use crate::store::results::{self, Found, HashedDocument, Terms};
use crate::store::units::UnitKeyBuilder;
use crate::store::{Store, generations};

/// The entries of a glossary, in order.
pub(super) struct Entries {
    pub(super) list: Vec<Entry>,
    /// A hash of each.
    pub(super) hashes: Vec<i64>,
}

impl Entries {
    pub(super) fn new(list: Vec<Entry>) -> Self {
        let hashes = list.par_iter().map(|entry| results::hash_entry(entry, false)).collect();
        Self { list, hashes }
    }

    /// Tells a unit that it depends on all of them.
    pub(super) fn depend(&self, key: &mut UnitKeyBuilder) {
        key.hashes(&self.hashes);
    }
}

#[derive(Default)]
pub(super) struct Carried {
    /// The documents of the run before.
    pub(super) earlier: Arc<Vec<Arc<HashedDocument>>>,
    pub(super) documents: Slot<Vec<Arc<HashedDocument>>>,
    pub(super) terms: Slot<Terms>,
    /// By document.
    pub(super) found: Slot<Vec<Arc<Found>>>,
    pub(super) entries: Slot<Entries>,
    pub(super) issues: Slot<Vec<Issue>>,
    /// Who asks the model. The key is looked up once, and not before there is something to ask.
    pub(super) client: Arc<OnceCell<Client>>,
}

impl Carried {
    pub(super) async fn documents(&self, store: &Store, generation: i64) -> Result<Arc<Vec<Arc<HashedDocument>>>> {
        let read = || results::read_documents(store, generation, &self.earlier);
        self.documents.get_or(generation, read).await
    }

    /// The documents that were put here or read.
    pub(super) fn known_documents(&self) -> Option<Arc<Vec<Arc<HashedDocument>>>> {
        self.documents.known()
    }

    pub(super) async fn terms(&self, store: &Store, generation: i64) -> Result<Arc<Terms>> {
        let read = async || Ok(Terms::new(results::read_terms(store, generation).await?));
        self.terms.get_or(generation, read).await
    }

    pub(super) async fn found(&self, store: &Store, generation: i64) -> Result<Arc<Vec<Arc<Found>>>> {
        let read = async || {
            let load = generations::input(store, generation).await?.unwrap_or_default();
            let (documents, terms) = (self.documents(store, load).await?, self.terms(store, generation).await?);
            let texts: Vec<&str> = documents.iter().map(|document| &*document.hash).collect();
            let found = results::read_found(store, generation, &terms.list, &texts).await?;
            Ok(found.into_iter().map(Arc::new).collect())
        };
        self.found.get_or(generation, read).await
    }

    pub(super) async fn entries(&self, store: &Store, generation: i64) -> Result<Arc<Entries>> {
        let read = async || Ok(Entries::new(results::read_entries(store, generation).await?));
        self.entries.get_or(generation, read).await
    }

    pub(super) async fn issues(&self, store: &Store, generation: i64) -> Result<Arc<Vec<Issue>>> {
        self.issues
            .get_or(generation, || results::read_issues(store, generation))
            .await
    }
}

/// The rows of one generation, the one that was written or read last.
pub(super) struct Slot<T>(Mutex<Option<(i64, Arc<T>)>>);

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T> Slot<T> {
    pub(super) fn put(&self, generation: i64, rows: &Arc<T>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((generation, Arc::clone(rows)));
    }

    fn known(&self) -> Option<Arc<T>> {
        let slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        slot.as_ref().map(|(_, rows)| Arc::clone(rows))
    }

    async fn get_or<F: Future<Output = Result<T>>>(&self, generation: i64, read: impl FnOnce() -> F) -> Result<Arc<T>> {
        if let Some((of, rows)) = &*self.0.lock().unwrap_or_else(PoisonError::into_inner)
            && *of == generation
        {
            return Ok(Arc::clone(rows));
        }
        let rows = Arc::new(read().await?);
        self.put(generation, &rows);
        Ok(rows)
    }
}
