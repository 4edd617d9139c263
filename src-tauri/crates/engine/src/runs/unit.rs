//! A unit of work: the smallest piece of a stage that is done, kept, and taken up again on its own.

use std::time::Duration;

use glossary::Stopped;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::context::{Break, StopFlag};
use crate::error::Error;
use crate::store::units::{UnitKey, UnitKeyBuilder};

/// Why a unit has no output.
#[derive(Debug)]
pub(crate) enum Undone {
    /// Somebody asked to stop.
    Stopped,
    /// It could not be done. It is missing, and the stage goes on without it.
    Missing(Error),
    /// No other unit could be done either, so the stage ends here.
    Hopeless(Error),
}

impl From<Break> for Undone {
    fn from(broken: Break) -> Self {
        match broken {
            Break::Cancelled => Self::Stopped,
            Break::Failed(error) => Self::Hopeless(error),
        }
    }
}

impl From<Stopped> for Undone {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}

/// One kind of unit. A stage that implements it gets resuming, incremental runs and retries from
/// [`StageContext::units`](super::StageContext::units).
pub(crate) trait Unit: Send + Sync + 'static {
    /// What it works at.
    type Item: Send + Sync + 'static;
    /// What it makes of it.
    type Output: Send + Sync + 'static;

    /// The rule and its version. A change of the rule is a new version: the old outputs are then unknown.
    const KIND: &'static str;

    /// False for work that costs less than the question for its output: it is remembered in memory alone.
    const KEPT: bool = true;

    /// An output is on the disk so long after it was made, so that many share a commit.
    const KEPT_AFTER: Duration = Duration::from_millis(250);

    /// True for the one unit of a stage that comes to nothing without it.
    const WHOLE: bool = false;

    /// What the progress calls the item; nothing for the whole.
    fn name<'a>(&'a self, _item: &'a Self::Item) -> &'a str {
        ""
    }

    /// Tells everything that the output depends on, in a fixed order.
    fn depends(&self, item: &Self::Item, key: &mut UnitKeyBuilder);

    /// For a unit whose output is worth its room in memory: the bytes of the text behind it.
    fn room(&self, _item: &Self::Item) -> Option<usize> {
        None
    }

    /// Hears of the items whose output is known, with their keys, before the others are worked at.
    fn known(&self, _items: &[(&Self::Item, UnitKey)]) {}

    /// Gets ready for the items that have to be worked at, once and before the first of them.
    fn prepare(&self, _items: &[&Self::Item]) {}

    /// Does the work. Asks now and then whether to stop.
    fn work(&self, item: &Self::Item, stop: &StopFlag) -> Result<Self::Output, Undone>;

    /// The output as it is kept; nothing for one that must be made anew every time.
    fn pack(&self, _item: &Self::Item, _output: &Self::Output) -> Option<Vec<u8>> {
        None
    }

    /// A text that the output refers to by its hash, and the hash: kept with the unit or not at all.
    fn text<'a>(&self, _output: &'a Self::Output) -> Option<(&'a str, &'a str)> {
        None
    }

    /// The output that was kept; nothing when it cannot be read, and then the work is done again.
    fn unpack(&self, _item: &Self::Item, _bytes: &[u8]) -> Option<Self::Output> {
        None
    }
}

/// The usual form of an output that is kept.
pub(crate) fn to_bytes(output: &impl Serialize) -> Option<Vec<u8>> {
    serde_json::to_vec(output).ok()
}

/// Reads it again.
pub(crate) fn from_bytes<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    serde_json::from_slice(bytes).ok()
}
