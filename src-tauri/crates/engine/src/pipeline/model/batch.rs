//! Cuts a list into pieces, each for one question.

use glossary::Language;

/// Items of the largest piece.
pub(crate) const MOST: usize = 32;
/// On average one item in so many begins a new piece.
const USUAL: u64 = 16;

/// Something of which many are asked about at once.
pub(super) trait Item {
    /// The language of the question.
    fn language(&self) -> Language;
    /// What stays the same while other items come and go.
    fn key(&self) -> &str;
    /// What it is called.
    fn name(&self) -> &str;
    /// How much room in the question it takes.
    fn tokens(&self) -> u32;
}

/// A piece of a list.
pub(super) struct Batch<'a, T> {
    pub(super) language: Language,
    pub(super) items: &'a [T],
    /// Of all its items.
    pub(super) tokens: u32,
}

impl<T: Item> Batch<'_, T> {
    /// What it is called, after the first and the last in it.
    pub(super) fn name(&self) -> String {
        match self.items {
            [first, .., last] => format!("{} … {}", first.name(), last.name()),
            [only] => only.name().to_owned(),
            [] => String::new(),
        }
    }
}

/// Cuts a list, ordered by language and key, so that an item more or less changes the piece that it is in, and next to none
/// of the others: where a piece ends is decided by the keys themselves (content-defined chunking, Muthitacharoen et al.,
/// <https://doi.org/10.1145/502034.502052>). A piece has one language, and takes at most the `room` for it or is one item.
pub(super) fn batches<T: Item>(items: &[T], room: impl Fn(Language) -> u32) -> Vec<Batch<'_, T>> {
    let mut batches = Vec::new();
    for items in items.chunk_by(|a, b| a.language() == b.language()) {
        let language = items[0].language();
        let (room, mut start, mut tokens) = (room(language), 0, 0_u32);
        let mut end = |start: usize, end: usize, tokens| {
            batches.push(Batch {
                language,
                items: &items[start..end],
                tokens,
            });
        };
        for (at, item) in items.iter().enumerate() {
            let own = item.tokens();
            let begins = hash(item.key()).is_multiple_of(USUAL);
            let full = at - start >= MOST || tokens.saturating_add(own) > room;
            if at > start && (begins || full) {
                end(start, at, tokens);
                (start, tokens) = (at, 0);
            }
            tokens = tokens.saturating_add(own);
        }
        end(start, items.len(), tokens);
    }
    batches
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

    struct Term(String);

    impl Item for Term {
        fn language(&self) -> Language {
            if self.0.is_ascii() {
                Language::English
            } else {
                Language::Japanese
            }
        }

        fn key(&self) -> &str {
            &self.0
        }

        fn name(&self) -> &str {
            &self.0
        }

        fn tokens(&self) -> u32 {
            10
        }
    }

    fn terms(count: usize) -> Vec<Term> {
        (0..count).map(|number| Term(format!("term {number:03}"))).collect()
    }

    fn pieces(terms: &[Term], room: u32) -> Vec<Vec<&str>> {
        let batches = batches(terms, |_| room);
        assert!(
            batches
                .iter()
                .all(|batch| batch.tokens as usize == 10 * batch.items.len())
        );
        let lists = batches.into_iter().map(|batch| batch.items);
        lists.map(|items| items.iter().map(Item::key).collect()).collect()
    }

    #[test]
    fn pieces_are_whole_and_no_larger_than_they_may_be() {
        let keys = terms(500);
        let cut = pieces(&keys, 1_000);
        assert_eq!(cut.concat(), keys.iter().map(Item::key).collect::<Vec<_>>());
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
        let mut keys = terms(500);
        let before: Vec<Vec<String>> = pieces(&keys, 1_000)
            .into_iter()
            .map(|piece| piece.into_iter().map(str::to_owned).collect())
            .collect();
        keys.insert(250, Term("term 249 b".to_owned()));
        let after = pieces(&keys, 1_000);
        let same = after.iter().filter(|piece| before.iter().any(|known| known == *piece));
        assert!(same.count() + 2 >= after.len());
    }

    #[test]
    fn a_piece_has_one_language_and_is_called_after_its_ends() {
        let keys = [Term("a".to_owned()), Term("b".to_owned()), Term("種子".to_owned())];
        let names: Vec<String> = batches(&keys, |_| 1_000).iter().map(Batch::name).collect();
        let last = names.last().unwrap();
        assert_eq!(last, "種子");
        assert!(
            names.len() == 2 && names[0] == "a … b" || names[..2] == ["a", "b"],
            "{names:?}"
        );
    }
}
