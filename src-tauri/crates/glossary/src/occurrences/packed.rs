//! The occurrences of one document as a few bytes, to be stored.

use crate::Occurrence;
use crate::varint::{Reader, put};

/// The occurrences as bytes, about five for each when they are in the order of [`find`](super::Matcher::find). Any list
/// comes back from [`unpack`] as it was; one in another order takes more room.
///
/// Terms are stored as they are numbered: to keep a list beyond the life of a list of terms, number them by
/// [`Relevant`](super::Relevant) first.
pub fn pack(occurrences: &[Occurrence]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(2 + occurrences.len() * 5);
    put(&mut bytes, occurrences.len() as u64);
    let (mut start, mut line) = (0_u32, 0_u32);
    for found in occurrences {
        let lines = found.line.wrapping_sub(line);
        // Most occurrences stand on the line of the one before.
        put(
            &mut bytes,
            u64::from(found.start.wrapping_sub(start)) << 1 | u64::from(lines > 0),
        );
        if lines > 0 {
            put(&mut bytes, u64::from(lines));
        }
        put(&mut bytes, u64::from(found.end.wrapping_sub(found.start)));
        put(&mut bytes, u64::from(found.term));
        (start, line) = (found.start, found.line);
    }
    bytes
}

/// The occurrences that [`pack`] made bytes of. Nothing when the bytes are not its work; bytes that merely look like it
/// give occurrences that no document holds, which every user of occurrences passes over.
pub fn unpack(bytes: &[u8]) -> Option<Vec<Occurrence>> {
    let mut reader = Reader::new(bytes);
    let count = reader.length()?;
    let mut occurrences = Vec::with_capacity(count);
    let (mut start, mut line) = (0_u32, 0_u32);
    for _ in 0..count {
        let step = reader.number()?;
        if step & 1 == 1 {
            line = line.wrapping_add(reader.small()?);
        }
        start = start.wrapping_add(u32::try_from(step >> 1).ok()?);
        let end = start.wrapping_add(reader.small()?);
        occurrences.push(Occurrence {
            term: reader.small()?,
            line,
            start,
            end,
        });
    }
    reader.ends().then_some(occurrences)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn occurrence() -> impl Strategy<Value = Occurrence> {
        (any::<u32>(), any::<u32>(), any::<u32>(), any::<u32>()).prop_map(|(term, line, start, end)| Occurrence {
            term,
            line,
            start,
            end,
        })
    }

    #[test]
    fn an_occurrence_takes_about_five_bytes() {
        let found: Vec<Occurrence> = (0..1000)
            .map(|at| Occurrence {
                term: at * 7 % 300,
                line: 1 + at / 5,
                start: at * 13,
                end: at * 13 + 9,
            })
            .collect();
        let bytes = pack(&found);
        assert!(bytes.len() <= 5_000, "{} bytes", bytes.len());
        assert_eq!(unpack(&bytes), Some(found));
    }

    #[test]
    fn cut_or_lengthened_bytes_are_refused() {
        let found = [Occurrence {
            term: 300,
            line: 2,
            start: 500,
            end: 505,
        }; 3];
        let mut bytes = pack(&found);
        for end in 0..bytes.len() {
            assert_eq!(unpack(&bytes[..end]), None, "cut at {end}");
        }
        bytes.push(0);
        assert_eq!(unpack(&bytes), None);
        assert_eq!(unpack(&[0xff; 40]), None, "a length that no bytes follow");
        assert_eq!(unpack(&pack(&[])), Some(Vec::new()));
    }

    proptest! {
        #[test]
        fn any_list_comes_back(found in prop::collection::vec(occurrence(), 0..40)) {
            prop_assert_eq!(unpack(&pack(&found)), Some(found));
        }

        #[test]
        fn any_bytes_are_taken(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            if let Some(found) = unpack(&bytes) {
                prop_assert_eq!(unpack(&pack(&found)), Some(found));
            }
        }
    }
}
