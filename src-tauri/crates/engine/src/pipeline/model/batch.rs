//! Cuts a list into pieces, each for one question.

use std::ops::Range;

/// Items of the largest piece.
const MOST: usize = 32;
/// On average one item in so many begins a new piece.
const USUAL: u64 = 16;

/// What a list is cut by: a key that stays the same, and how much room in the question it takes.
pub(super) struct Item<'a> {
    pub(super) key: &'a str,
    pub(super) tokens: u32,
}

/// Cuts a list so that an item more or less changes the piece that it is in, and next to none of the others: where a piece
/// ends is decided by the keys themselves (content-defined chunking, Muthitacharoen et al.,
/// <https://doi.org/10.1145/502034.502052>). A piece takes at most `room` tokens, or is one item.
pub(super) fn batches(items: &[Item<'_>], room: u32) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let (mut start, mut tokens) = (0, 0_u32);
    for (at, item) in items.iter().enumerate() {
        let begins = hash(item.key).is_multiple_of(USUAL);
        let full = at - start >= MOST || tokens.saturating_add(item.tokens) > room;
        if at > start && (begins || full) {
            pieces.push(start..at);
            (start, tokens) = (at, 0);
        }
        tokens = tokens.saturating_add(item.tokens);
    }
    if start < items.len() {
        pieces.push(start..items.len());
    }
    pieces
}

fn hash(key: &str) -> u64 {
    let hash = blake3::hash(key.as_bytes());
    hash.as_bytes()
        .first_chunk()
        .map_or(0, |bytes: &[u8; 8]| u64::from_le_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(keys: &[String], room: u32) -> Vec<Vec<&str>> {
        let items: Vec<Item<'_>> = keys.iter().map(|key| Item { key, tokens: 10 }).collect();
        let piece = |range: Range<usize>| items[range].iter().map(|item| item.key).collect();
        batches(&items, room).into_iter().map(piece).collect()
    }

    #[test]
    fn pieces_are_whole_and_no_larger_than_they_may_be() {
        let keys: Vec<String> = (0..500).map(|number| format!("term {number:03}")).collect();
        let cut = pieces(&keys, 1_000);
        assert_eq!(cut.concat(), keys);
        assert!(cut.iter().all(|piece| piece.len() <= MOST));
        assert!((20..60).contains(&cut.len()), "{} pieces", cut.len());
        assert!(pieces(&keys, 50).iter().all(|piece| piece.len() <= 5));
        assert!(
            pieces(&keys, 5).iter().all(|piece| piece.len() == 1),
            "one that fits nowhere"
        );
        assert!(pieces(&[], 50).is_empty());
    }

    #[test]
    fn a_term_more_changes_few_pieces() {
        let mut keys: Vec<String> = (0..500).map(|number| format!("term {number:03}")).collect();
        let before: Vec<Vec<String>> = pieces(&keys, 1_000)
            .into_iter()
            .map(|piece| piece.into_iter().map(str::to_owned).collect())
            .collect();
        keys.insert(250, "term 249 b".to_owned());
        let after = pieces(&keys, 1_000);
        let same = after.iter().filter(|piece| before.iter().any(|known| known == *piece));
        assert!(same.count() + 2 >= after.len());
    }
}
