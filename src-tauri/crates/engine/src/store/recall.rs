//! What units came to, still in memory: the memo of the database in front of which it stands need not be asked, and
//! nothing has to be decoded. Keys are hashes of all that an output depends on, so what is here is right or not here.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use super::units::ByKey;
use crate::runs::Unit;

/// Documents whose texts are larger than this together are not worth their room: decoded, they take about ten times it.
const MOST_BYTES: usize = 8 << 20;
/// What nobody needed in this time is let go.
const IDLE: Duration = Duration::from_mins(10);

/// The outputs of one kind of unit, by their keys.
pub(crate) type Outputs<U> = ByKey<Arc<<U as Unit>::Output>>;

/// What was made for the project that was worked at last. Cheap to clone; all clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Recall(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    project_id: String,
    kinds: HashMap<&'static str, Arc<dyn Any + Send + Sync>>,
    used: Option<Instant>,
    watched: bool,
}

impl Recall {
    /// What is known of this kind.
    pub(crate) fn get<T: Send + Sync + 'static>(&self, project_id: &str, kind: &'static str) -> Option<Arc<T>> {
        let mut inner = self.lock();
        inner.used = Some(Instant::now());
        let known = inner.kinds.get(kind).filter(|_| inner.project_id == project_id)?;
        Arc::clone(known).downcast().ok()
    }

    /// Keeps this in the place of all else of its kind, and of all other projects. It weighs as much as `bytes` of text.
    pub(crate) fn keep<T: Send + Sync + 'static>(
        &self,
        project_id: &str,
        kind: &'static str,
        bytes: usize,
        known: Arc<T>,
    ) {
        let mut inner = self.lock();
        if inner.project_id != project_id {
            inner.kinds.clear();
            project_id.clone_into(&mut inner.project_id);
        }
        if bytes > MOST_BYTES {
            inner.kinds.remove(kind);
        } else {
            inner.kinds.insert(kind, known);
        }
        inner.used = Some(Instant::now());
        if !std::mem::replace(&mut inner.watched, true) {
            tokio::spawn(let_go(Arc::downgrade(&self.0)));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets go of everything once nobody has needed it for a while.
async fn let_go(inner: Weak<Mutex<Inner>>) {
    loop {
        tokio::time::sleep(IDLE).await;
        let Some(inner) = inner.upgrade() else { return };
        let mut inner = inner.lock().unwrap_or_else(PoisonError::into_inner);
        if inner.used.is_none_or(|used| used.elapsed() >= IDLE) {
            *inner = Inner::default();
            return;
        }
    }
}
