//! What may be found in a document, without the document: the words that stand in it, and which of them stand together.
//!
//! A folded text is a row of tokens: runs of Latin letters and digits, and every other character for itself; spaces part
//! tokens and are none. What a match begins or ends inside of is a token, too, wherever the boundary rules let it. A
//! vocabulary holds a hash of each token and of each two that follow each other: everything a match can consist of.

use super::boundary::{is_latin, may_end, may_start};
use super::fold::Folded;
use super::reach;
use crate::varint::{Reader, put};
use crate::{Document, extract};

/// The bits of a hash. A false hit makes a document depend on a term that it does not hold, no more.
pub(super) const BITS: u32 = 24;
/// What is read behind the end of a piece, in bytes. Reaches as far as any search whose longest term is not longer than
/// a hundredth of it allows for.
const OVERLAP: usize = 4096;
/// Places inside one token where a match may begin or end. More are found in hostile texts only.
const CUTS: usize = 12;

/// What may be found in one document. It depends on the document's text alone and can be stored with [`pack`]: a few
/// kilobytes for a text of a few.
///
/// [`pack`]: Vocabulary::pack
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vocabulary {
    /// The hashes of all grams, sorted, each once.
    grams: Vec<u32>,
    /// Nothing is known: everything may be found.
    open: bool,
    /// The text is read in several pieces.
    pieces: bool,
}

impl Vocabulary {
    /// Reads a document. Linear in its length.
    pub fn new(document: &Document) -> Self {
        let text = &document.text;
        let mut made = Self {
            grams: Vec::new(),
            open: false,
            pieces: false,
        };
        let mut start = 0;
        for piece in extract::pieces(text) {
            let end = start + piece.len();
            let to = text.ceil_char_boundary((end + OVERLAP).min(text.len()));
            made.pieces |= end < text.len();
            // A search may end earlier than this. That changes what it finds only where something is folded to much less
            // than it was, so that a match reaches as far.
            made.open |= end < text.len() && shrinks(&text[end..to]);
            let folded = Folded::new(&text[start..to]);
            made.open |= !read(&folded, text, start, &mut made.grams);
            start = end;
        }
        if made.open {
            made.grams.clear();
        }
        made.grams.sort_unstable();
        made.grams.dedup();
        made
    }

    /// The vocabulary as bytes, about two and a half for each gram.
    pub fn pack(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(4 + self.grams.len() * 3);
        bytes.push(u8::from(self.open) | u8::from(self.pieces) << 1);
        put(&mut bytes, self.grams.len() as u64);
        let mut before = 0;
        for gram in &self.grams {
            put(&mut bytes, u64::from(gram - before));
            before = *gram;
        }
        bytes
    }

    /// The vocabulary that [`Vocabulary::pack`] made bytes of. Nothing when the bytes are not its work.
    pub fn unpack(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let [kind] = reader.bytes()?;
        let count = reader.length()?;
        let mut grams = Vec::with_capacity(count);
        let mut gram = 0_u32;
        for at in 0..count {
            let step = reader.small()?;
            gram = gram.checked_add(step)?;
            if at > 0 && step == 0 || gram >> BITS > 0 {
                return None;
            }
            grams.push(gram);
        }
        (reader.ends() && kind < 4).then_some(Self {
            grams,
            open: kind & 1 == 1,
            pieces: kind & 2 == 2,
        })
    }

    /// The grams, sorted. Nothing when everything may be found.
    pub(super) fn grams(&self, longest: usize) -> Option<&[u32]> {
        (!self.open && (!self.pieces || reach(longest) <= OVERLAP)).then_some(&self.grams)
    }

    /// What is found depends on the length of the longest term, too.
    pub(super) fn depends_on_length(&self) -> bool {
        self.pieces
    }
}

/// Adds the grams that a match of `pattern`, which is folded, needs: all of them.
pub(super) fn grams_of(pattern: &str, into: &mut Vec<u32>) {
    let before_all = into.len();
    let mut first = None;
    let mut before = None;
    for token in tokens(pattern) {
        let hash = hash(&pattern[token.start..token.end]);
        first = Some(hash);
        if let Some(left) = before {
            into.push(pair(left, token.gap, hash));
        }
        before = Some(hash);
    }
    if into.len() == before_all {
        into.extend(first.map(single));
    }
}

/// A token of a folded text.
#[derive(Debug, Clone, Copy)]
struct Token {
    start: usize,
    end: usize,
    /// It is a run of Latin letters and digits.
    run: bool,
    /// A space stands before it.
    gap: bool,
}

fn tokens(folded: &str) -> impl Iterator<Item = Token> {
    let mut chars = folded.char_indices().peekable();
    std::iter::from_fn(move || {
        let mut gap = false;
        while chars.next_if(|(_, c)| *c == ' ').is_some() {
            gap = true;
        }
        let (start, c) = chars.next()?;
        let mut end = start + c.len_utf8();
        let run = is_latin(c);
        if run {
            while let Some((at, next)) = chars.next_if(|(_, next)| is_latin(*next)) {
                end = at + next.len_utf8();
            }
        }
        Some(Token { start, end, run, gap })
    })
}

/// Adds the grams of a folded window of `text` that begins at byte `offset`. False when there are too many.
fn read(folded: &Folded, text: &str, offset: usize, grams: &mut Vec<u32>) -> bool {
    // Of the token before: the hashes of all its ends that a match may begin with.
    let mut left: Vec<u64> = Vec::new();
    let (mut starts, mut ends): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
    for token in tokens(&folded.text) {
        let whole = hash(&folded.text[token.start..token.end]);
        grams.push(single(whole));
        grams.extend(left.iter().map(|left| pair(*left, token.gap, whole)));
        starts.clear();
        ends.clear();
        if token.run {
            cuts(folded, text, offset, token, &mut starts, &mut ends);
        }
        if starts.len() + ends.len() > CUTS {
            return false;
        }
        for end in &ends {
            let right = hash(&folded.text[token.start..*end]);
            grams.push(single(right));
            grams.extend(left.iter().map(|left| pair(*left, token.gap, right)));
        }
        left.clear();
        left.push(whole);
        for start in &starts {
            let inner = ends.iter().filter(|end| *end > start);
            grams.extend(inner.map(|end| single(hash(&folded.text[*start..*end]))));
            let behind = hash(&folded.text[*start..token.end]);
            grams.push(single(behind));
            left.push(behind);
        }
    }
    true
}

/// Adds the places inside a run of letters at which a match may begin or end: `ﬁ` is folded to two letters, and a sign
/// that is folded to letters does not join the word beside it.
fn cuts(folded: &Folded, text: &str, offset: usize, token: Token, starts: &mut Vec<usize>, ends: &mut Vec<usize>) {
    let run = &folded.text[token.start..token.end];
    for (at, _) in run.char_indices().skip(1) {
        let at = token.start + at;
        let (from, to) = (offset + folded.start(at), offset + folded.end(at));
        let bytes = text.as_bytes();
        // The usual case, decided without a look at the tables: both sides are letters in the text, too.
        if from == to && bytes[from].is_ascii_alphanumeric() && bytes[from - 1].is_ascii_alphanumeric() {
            continue;
        }
        if may_start(text, from) {
            starts.push(at);
        }
        if may_end(text, to) {
            ends.push(at);
        }
    }
}

/// Whether folding may leave less than a quarter of a text, up to a few bytes: white space in runs, signs without width,
/// marks that become one with their letter.
fn shrinks(text: &str) -> bool {
    const ROOM: usize = 8;
    let mut lost = 0;
    let mut spaces = 0;
    for c in text.chars() {
        if c.is_whitespace() {
            spaces += c.len_utf8();
            lost += usize::from(spaces > 4) * c.len_utf8();
        } else {
            spaces = 0;
            if super::fold::vanishes(c) {
                lost += c.len_utf8();
            }
        }
    }
    lost > ROOM
}

/// FNV-1a with 64 bits (Fowler, Noll, Vo). Stored values depend on it: it may not change.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn single(hash: u64) -> u32 {
    fit(hash)
}

fn pair(left: u64, gap: bool, right: u64) -> u32 {
    fit(left.rotate_left(if gap { 23 } else { 37 }) ^ right.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// The last step of `SplitMix64`: every bit of the result depends on every bit of the hash.
fn fit(hash: u64) -> u32 {
    let mut mixed = hash;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((mixed ^ (mixed >> 31)) >> (64 - BITS)) as u32
}
