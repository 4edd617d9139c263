//! Where each letter, or each row of the table of fifty sounds, begins in a list that is sorted by reading.

use glossary::reading;
use serde::{Deserialize, Serialize};
use specta::Type;

/// A head of a sorted list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Head {
    /// A letter, the first kana of a row, or `#`.
    pub head: String,
    /// Position of the first row under it.
    pub at: u32,
}

/// The heads of a list by the first signs of its sort keys: how many rows begin with each, in the order of the list.
/// `before` rows stand above them, unsorted.
pub(super) fn heads(firsts: impl IntoIterator<Item = (String, i64)>, before: u32) -> Vec<Head> {
    let mut heads: Vec<Head> = Vec::new();
    let mut at = before;
    for (first, rows) in firsts {
        let head = first.chars().next().map_or('#', reading::head).to_string();
        if heads.last().is_none_or(|last| last.head != head) {
            heads.push(Head { head, at });
        }
        at += rows as u32;
    }
    heads
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Bench;
    use crate::{EntryFilter, EntryQuery, Scope, Stage, TermEdit, TermQuery, TermSort};

    /// The head that each word of a list stands under, said once.
    fn said(words: &[String]) -> Vec<(String, usize)> {
        let head = |word: &String| reading::sort_key(word).chars().next().map_or('#', reading::head);
        let mut said: Vec<(String, usize)> = Vec::new();
        for (at, word) in words.iter().enumerate() {
            let head = head(word).to_string();
            if said.last().is_none_or(|(last, _)| *last != head) {
                said.push((head, at));
            }
        }
        said
    }

    fn pairs(heads: Vec<Head>) -> Vec<(String, usize)> {
        heads.into_iter().map(|head| (head.head, head.at as usize)).collect()
    }

    fn entries(search: &str, filter: EntryFilter) -> EntryQuery {
        EntryQuery {
            offset: 0,
            limit: 1000,
            search: search.to_owned(),
            filter,
        }
    }

    fn terms(search: &str, sort: TermSort, descending: bool) -> TermQuery {
        TermQuery {
            offset: 0,
            limit: 1000,
            search: search.to_owned(),
            sort,
            descending,
            language: None,
            category: None,
            verdict: None,
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn heads_lead_to_the_first_row_under_them_whatever_is_searched_filtered_or_renamed() {
        let bench = Bench::new().await;
        let (engine, project) = (&bench.engine, bench.project("p").await);
        assert_eq!(
            engine
                .entry_heads(&project, Stage::Refine, &entries("", EntryFilter::All))
                .await
                .unwrap(),
            [],
            "nothing before the first run"
        );
        bench.completed(&project, Scope::Full).await;
        let check = async |what: &str| {
            for stage in [Stage::Define, Stage::Refine] {
                for query in [
                    entries("", EntryFilter::All),
                    entries("e", EntryFilter::All),
                    entries("", EntryFilter::Undefined),
                    entries("no such word", EntryFilter::All),
                ] {
                    let list = engine.list_entries(&project, stage, &query).await.unwrap();
                    let words: Vec<String> = list.rows.into_iter().map(|row| row.term).collect();
                    let heads = engine.entry_heads(&project, stage, &query).await.unwrap();
                    assert_eq!(pairs(heads), said(&words), "{what}: {query:?} {words:?}");
                }
            }
            for descending in [false, true] {
                for search in ["", "e"] {
                    let query = terms(search, TermSort::Term, descending);
                    let list = engine.list_terms(&project, &query).await.unwrap();
                    let words: Vec<String> = list.rows.into_iter().map(|row| row.text).collect();
                    let heads = engine.term_heads(&project, &query).await.unwrap();
                    assert_eq!(pairs(heads), said(&words), "{what}: {query:?} {words:?}");
                }
            }
        };
        check("as found").await;
        let all = engine
            .entry_heads(&project, Stage::Define, &entries("", EntryFilter::All))
            .await
            .unwrap();
        let japanese = all.iter().any(|head| "あかさたなはまやらわ".contains(&head.head));
        assert!(all.len() > 3 && japanese, "{all:?}");
        let name = Some("わらび".to_owned());
        bench.decide(&project, &["accession"], TermEdit::Rename { name }).await;
        check("renamed").await;
        let by_score = engine
            .term_heads(&project, &terms("", TermSort::Score, true))
            .await
            .unwrap();
        assert_eq!(by_score, [], "another order has no heads");

        // What waits for the next run stands above, under no head.
        engine.require_term(&project, "zymurgy").await.unwrap();
        let query = terms("", TermSort::Term, false);
        let list = engine.list_terms(&project, &query).await.unwrap().rows;
        assert_eq!(list[0].text, "zymurgy");
        let heads = engine.term_heads(&project, &query).await.unwrap();
        assert!(
            heads[0].at == 1 && heads.iter().any(|head| head.head == "わ"),
            "{heads:?}"
        );
    }
}
