//! What a viewer reads: pages of documents, terms, entries and issues of the current results, with the researcher's
//! decisions applied on top.

pub(crate) mod copies;
pub(crate) mod decisions;
pub(crate) mod diff;
pub(crate) mod documents;
pub(crate) mod entries;
pub(crate) mod files;
pub(crate) mod heads;
pub(crate) mod issues;
pub(crate) mod occurrences;
pub(crate) mod reader;
mod restore;
pub(crate) mod term;
pub(crate) mod terms;

use serde::{Deserialize, Serialize};
use specta::Type;

/// A window of a long list.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct Page<T> {
    /// The rows, at most as many as were asked for.
    pub rows: Vec<T>,
    /// Number of rows in the whole list.
    pub total: u32,
    /// Position of the first row.
    pub offset: u32,
}

impl<T> Page<T> {
    /// The page of a list that is not there yet.
    pub(crate) fn empty(offset: u32) -> Self {
        Self {
            rows: Vec::new(),
            total: 0,
            offset,
        }
    }
}

/// The most rows of a page.
pub(crate) const PAGE_LIMIT: u32 = 1_000;

/// `search` as a pattern for `LIKE ... ESCAPE '\'`; everything for an empty search.
fn pattern(search: &str) -> String {
    let mut pattern = String::from("%");
    for char in search.trim().chars() {
        if matches!(char, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(char);
    }
    if pattern.len() > 1 {
        pattern.push('%');
    }
    pattern
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_search_means_what_was_typed() {
        assert_eq!(super::pattern("  "), "%");
        assert_eq!(super::pattern("100% _a\\"), "%100\\% \\_a\\\\%");
    }
}
