//! Rows that outlive a result: a list is compared with the one that was written last, and only what differs is written.
//! Each row has a place that it keeps while the rows around it come and go.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher};

/// Room between two places of a new list.
const ROOM: i64 = 1 << 20;

/// What else the rows hold than what is hashed. With another number every row is written once more: 2, what they are
/// sorted by.
const ROWS: u64 = 2;

/// The hash of what a row says. It is stored, yet nothing depends on its stability: with another one every row is written
/// once more.
pub(super) struct RowHash(DefaultHasher);

impl RowHash {
    pub(super) fn new() -> Self {
        let mut hasher = DefaultHasher::new();
        hasher.write_u64(ROWS);
        Self(hasher)
    }

    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        self.0.write(text.as_bytes());
        self.0.write_u8(0xff);
        self
    }

    pub(super) fn option(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.text(text),
            None => self.number(0xfe),
        }
    }

    pub(super) fn number(&mut self, number: u64) -> &mut Self {
        self.0.write_u64(number);
        self
    }

    /// Never 0, which says that the hash is not known.
    pub(super) fn finish(&self) -> i64 {
        (self.0.finish() | 1).cast_signed()
    }
}

/// What makes the new list of the old one.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Delta {
    /// Places of the old rows that are in the new list no longer.
    pub(super) gone: Vec<i64>,
    /// Indices in the new list of the rows that are new, with their places, in order.
    pub(super) fresh: Vec<(usize, i64)>,
}

/// Compares lists in which every row stands once. `old` holds place and hash of each row, in any order.
pub(super) fn delta(mut old: Alive, new: &[i64]) -> Delta {
    old.sort_unstable();
    let known: HashMap<i64, usize> = old.iter().enumerate().map(|(at, (_, hash))| (*hash, at)).collect();
    let same: Vec<Option<usize>> = new.iter().map(|hash| known.get(hash).copied()).collect();
    let kept = longest_rising(&same);
    let mut stays = vec![false; old.len()];
    let mut fresh = Vec::new();
    let (mut from, mut before) = (0, None);
    for next in kept.into_iter().map(Some).chain([None]) {
        let (to, behind) = match next {
            Some((index, at)) => {
                stays[at] = true;
                (index, Some(old[at].0))
            }
            None => (new.len(), None),
        };
        let Some(places) = between(before, behind, to - from) else {
            return anew(&old, new.len());
        };
        fresh.extend((from..to).zip(places));
        (from, before) = (to + 1, behind);
    }
    let gone = old.iter().zip(stays).filter(|(_, stays)| !stays);
    Delta {
        gone: gone.map(|((place, _), _)| *place).collect(),
        fresh,
    }
}

/// There is no room left in some place: every row gets a new one.
fn anew(old: &[(i64, i64)], count: usize) -> Delta {
    Delta {
        gone: old.iter().map(|(place, _)| *place).collect(),
        fresh: (0..count).map(|at| (at, (at as i64 + 1) * ROOM)).collect(),
    }
}

/// So many places between two others; nothing when there is no room.
fn between(before: Option<i64>, behind: Option<i64>, count: usize) -> Option<Vec<i64>> {
    let count = count as i64;
    let (first, step) = match (before, behind) {
        (None, None) => (ROOM, ROOM),
        (Some(before), None) => (before + ROOM, ROOM),
        (None, Some(behind)) => (behind - count * ROOM, ROOM),
        (Some(before), Some(behind)) => {
            let step = (behind - before) / (count + 1);
            if count > 0 && step == 0 {
                return None;
            }
            (before + step, step)
        }
    };
    Some((0..count).map(|at| first + at * step).collect())
}

/// The longest part of a row of numbers that rises, as pairs of index and number (patience sorting).
fn longest_rising(row: &[Option<usize>]) -> Vec<(usize, usize)> {
    // The last element of the best run of each length, and what stands before each element in its run.
    let mut ends: Vec<(usize, usize)> = Vec::new();
    let mut before: Vec<Option<(usize, usize)>> = vec![None; row.len()];
    for (index, number) in row.iter().enumerate() {
        let Some(number) = *number else { continue };
        let length = ends.partition_point(|(_, end)| *end < number);
        before[index] = length.checked_sub(1).map(|last| ends[last]);
        if length == ends.len() {
            ends.push((index, number));
        } else {
            ends[length] = (index, number);
        }
    }
    let mut rising = Vec::with_capacity(ends.len());
    let mut next = ends.last().copied();
    while let Some(pair) = next {
        rising.push(pair);
        next = before[pair.0];
    }
    rising.reverse();
    rising
}

/// Place and hash of each row of a series that is alive.
pub(crate) type Alive = Vec<(i64, i64)>;

/// Reads `place hash place hash ...` as the database puts them together: one row instead of thousands.
pub(super) fn parse_alive(text: &str) -> Alive {
    let mut numbers = text.split(' ').filter_map(|number| number.parse().ok());
    std::iter::from_fn(|| Some((numbers.next()?, numbers.next()?))).collect()
}

/// The rows that are alive in the series of a result that has been begun. As long as its run is active nobody else changes
/// them, so this may be asked while the run still computes what it will compare them with.
macro_rules! alive {
    ($store:expr, $table:tt, $place:tt, $generation:expr) => {{
        let alive = sqlx::query_scalar!(
            "SELECT group_concat("
                + $place
                + " || ' ' || hash, ' ') AS \"alive?: String\" FROM "
                + $table
                + " WHERE series = (SELECT series FROM generation WHERE id = ?) AND died = 2147483647",
            $generation
        )
        .fetch_one($store.reader())
        .await?;
        $crate::store::results::versions::parse_alive(alive.as_deref().unwrap_or_default())
    }};
}
pub(super) use alive;

/// Compares a new list, given by the hashes of its rows, with the rows that are alive: what is in the list no longer dies
/// with `$generation`. What is fresh is left to the caller, who knows the columns.
macro_rules! outlive {
    ($connection:expr, $table:tt, $place:tt, $generation:expr, $alive:expr, $hashes:expr) => {{
        let delta = $crate::store::results::versions::delta($alive, $hashes);
        let gone = serde_json::to_string(&delta.gone)?;
        sqlx::query!(
            "UPDATE "
                + $table
                + " SET died = ?1 WHERE series = (SELECT series FROM generation WHERE id = ?1) AND died = 2147483647 AND "
                + $place
                + " IN (SELECT value FROM json_each(?2))",
            $generation,
            gone
        )
        .execute($connection)
        .await?;
        delta
    }};
}
pub(super) use outlive;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The rows that are alive after a change.
    fn applied(old: &[(i64, i64)], new: &[i64]) -> (Vec<(i64, i64)>, Delta) {
        let delta = delta(old.to_vec(), new);
        let mut rows: Vec<(i64, i64)> = old
            .iter()
            .copied()
            .filter(|(place, _)| !delta.gone.contains(place))
            .chain(delta.fresh.iter().map(|(index, place)| (*place, new[*index])))
            .collect();
        rows.sort_unstable();
        (rows, delta)
    }

    #[test]
    fn rows_that_stay_are_not_written_and_a_new_one_finds_its_place() {
        let (rows, first) = applied(&[], &[5, 6, 7]);
        assert_eq!(first.fresh.len(), 3);
        let (rows, second) = applied(&rows, &[5, 8, 6, 7, 9]);
        assert_eq!((second.gone.len(), second.fresh.len()), (0, 2));
        let (_, third) = applied(&rows, &[9, 5, 6, 7]);
        assert_eq!((third.gone.len(), third.fresh.len()), (2, 1), "8 is gone, 9 has moved");
    }

    #[test]
    fn where_there_is_no_room_every_row_gets_a_new_place() {
        let (rows, delta) = applied(&[(1, 10), (2, 20)], &[10, 15, 20]);
        assert_eq!((delta.gone.len(), delta.fresh.len()), (2, 3));
        assert_eq!(rows.iter().map(|(_, hash)| *hash).collect::<Vec<_>>(), [10, 15, 20]);
    }

    #[test]
    fn what_the_database_puts_together_is_read_again() {
        assert_eq!(parse_alive("1 -5 3 9"), [(1, -5), (3, 9)]);
        assert_eq!(parse_alive(""), []);
    }

    proptest! {
        #[test]
        fn any_lists_follow_each_other(lists in prop::collection::vec(prop::collection::vec(0_i64..30, 0..25), 1..40)) {
            let mut rows: Vec<(i64, i64)> = Vec::new();
            for mut list in lists {
                let mut seen = std::collections::HashSet::new();
                list.retain(|hash| seen.insert(*hash));
                rows = applied(&rows, &list).0;
                let places: std::collections::HashSet<i64> = rows.iter().map(|(place, _)| *place).collect();
                prop_assert_eq!(places.len(), rows.len(), "every row has a place of its own");
                prop_assert_eq!(rows.iter().map(|(_, hash)| *hash).collect::<Vec<_>>(), list);
            }
        }
    }
}
