//! Statistics of a list of numbers. Nothing here knows a run.

use serde::{Deserialize, Serialize};
use specta::Type;

/// How long some runs took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Durations {
    /// Number of runs.
    pub runs: u32,
    /// Half of the runs took at most so many milliseconds.
    pub median_ms: u32,
    /// 90 % of the runs took at most so many milliseconds.
    pub p90_ms: u32,
}

/// The durations of some runs in milliseconds, in any order; nothing of none.
pub(crate) fn durations(mut values: Vec<u32>) -> Option<Durations> {
    values.sort_unstable();
    Some(Durations {
        runs: values.len() as u32,
        median_ms: nearest_rank(&values, 50)?,
        p90_ms: nearest_rank(&values, 90)?,
    })
}

/// The percentile by the nearest-rank method: the smallest value that at least `percent` % of the values do not exceed.
/// It is always one of the values, so there is a run behind it. `sorted` is in ascending order; nothing of no values.
pub(crate) fn nearest_rank(sorted: &[u32], percent: u32) -> Option<u32> {
    let rank = (sorted.len() * percent as usize).div_ceil(100);
    sorted.get(rank.max(1) - 1).copied()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn no_values_have_no_percentile() {
        assert_eq!(nearest_rank(&[], 50), None);
        assert_eq!(durations(vec![]), None);
    }

    /// The example of the method's definition.
    #[test]
    fn the_nearest_rank_is_one_of_the_values() {
        let sorted = [15, 20, 35, 40, 50];
        let ranks = [5, 30, 40, 50, 100].map(|percent| nearest_rank(&sorted, percent).unwrap());
        assert_eq!(ranks, [15, 20, 20, 35, 50]);
        assert_eq!(nearest_rank(&sorted, 0), Some(15));
    }

    #[test]
    fn one_run_is_its_own_median_and_90th_percentile() {
        let expected = Durations {
            runs: 1,
            median_ms: 7,
            p90_ms: 7,
        };
        assert_eq!(durations(vec![7]), Some(expected));
    }

    #[test]
    fn one_slow_run_of_ten_is_beyond_the_90th_percentile() {
        let mut values = vec![100; 9];
        values.push(60_000);
        let found = durations(values).unwrap();
        assert_eq!((found.median_ms, found.p90_ms), (100, 100));
    }

    proptest! {
        #[test]
        fn as_many_values_as_promised_do_not_exceed_a_percentile(
            mut values in prop::collection::vec(0_u32..1_000, 1..200),
            percent in 1_u32..=100,
        ) {
            values.sort_unstable();
            let found = nearest_rank(&values, percent).unwrap();
            let reached = |limit: u32| values.iter().filter(|value| **value <= limit).count() * 100;
            prop_assert!(reached(found) >= values.len() * percent as usize);
            // And no smaller value would do.
            if let Some(smaller) = values.iter().filter(|value| **value < found).max() {
                prop_assert!(reached(*smaller) < values.len() * percent as usize);
            }
        }
    }
}
