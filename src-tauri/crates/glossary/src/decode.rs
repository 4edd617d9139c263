//! Bytes of a file as text: which encoding they are in, and which language the text is in. Guesses only from the bytes;
//! file names and settings are unknown here.

use encoding_rs::{EUC_JP, Encoding, ISO_2022_JP, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::Language;

/// The text of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text without byte order mark and with LF line ends.
    pub text: String,
    /// The name of the encoding, as the WHATWG Encoding Standard writes it.
    pub encoding: &'static str,
    /// Number of U+FFFD that stand for bytes which could not be decoded.
    pub replaced: u32,
}

/// Why bytes have no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The bytes are an image, an archive, a program or the like.
    #[error("not a text")]
    Binary,
}

/// Decodes UTF-8, UTF-16 in both byte orders, `Shift_JIS`, EUC-JP and ISO-2022-JP; what is none of these is read as
/// windows-1252. Byte order marks are obeyed. Bytes that make no character become U+FFFD and are counted.
pub fn decode(bytes: &[u8]) -> Result<Decoded, DecodeError> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return Ok(decode_as(encoding, &bytes[mark..]));
    }
    if is_known_binary(bytes) {
        return Err(DecodeError::Binary);
    }
    if let Some(encoding) = utf_16_without_mark(bytes) {
        return Ok(decode_as(encoding, bytes));
    }
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    let controls = sample.iter().filter(|byte| is_control(**byte)).count();
    if controls * 50 > sample.len() {
        return Err(DecodeError::Binary);
    }
    Ok(decode_as(guess(bytes), bytes))
}

/// The main language of a text: Japanese when a fifth or more of its letters are kana or Han, unless there is no kana
/// and the Han characters look Chinese.
///
/// Looks at three samples of a few kilobytes, whatever the length of the text.
pub fn detect_language(text: &str) -> Language {
    let mut letters = Letters::default();
    for part in [0, text.len() / 2, text.len().saturating_sub(LANGUAGE_SAMPLE)] {
        let start = text.ceil_char_boundary(part);
        let end = text.floor_char_boundary((start + LANGUAGE_SAMPLE).min(text.len()));
        letters.count(text.get(start..end).unwrap_or_default());
    }
    let japanese = letters.kana + letters.han;
    let enough = japanese > 0 && japanese * 4 >= letters.other;
    let chinese = letters.kana == 0 && letters.chinese * 25 > letters.han;
    if enough && !chinese {
        Language::Japanese
    } else {
        Language::English
    }
}

/// Bytes that are looked at to find the encoding of a text that is not UTF-8.
const SAMPLE: usize = 64 * 1024;
/// Bytes of each of the three samples of a text.
const LANGUAGE_SAMPLE: usize = 4 * 1024;

#[derive(Default)]
struct Letters {
    kana: usize,
    han: usize,
    chinese: usize,
    other: usize,
}

impl Letters {
    fn count(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '\u{3041}'..='\u{30ff}' | '\u{ff66}'..='\u{ff9f}' => self.kana += 1,
                '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' => {
                    self.han += 1;
                    // Function words and everyday characters that Japanese does not write, or hardly.
                    if "的了们这个为说没吗对从还过时们們這個們為說沒嗎對從還過時你她它哪".contains(c)
                    {
                        self.chinese += 1;
                    }
                }
                c if c.is_alphabetic() => self.other += 1,
                _ => {}
            }
        }
    }
}

fn decode_as(encoding: &'static Encoding, bytes: &[u8]) -> Decoded {
    let (text, replaced) = if encoding == UTF_8 {
        let (mut text, mut replaced) = (String::with_capacity(bytes.len()), 0);
        for chunk in bytes.utf8_chunks() {
            text.push_str(chunk.valid());
            if !chunk.invalid().is_empty() {
                text.push(char::REPLACEMENT_CHARACTER);
                replaced += 1;
            }
        }
        (text, replaced)
    } else if encoding == UTF_16LE || encoding == UTF_16BE {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let units = pairs.iter().map(|pair| {
            if encoding == UTF_16LE {
                u16::from_le_bytes(*pair)
            } else {
                u16::from_be_bytes(*pair)
            }
        });
        let mut replaced = 0;
        let mut text: String = char::decode_utf16(units)
            .map(|unit| {
                unit.unwrap_or_else(|_| {
                    replaced += 1;
                    char::REPLACEMENT_CHARACTER
                })
            })
            .collect();
        if !rest.is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
            replaced += 1;
        }
        (text, replaced)
    } else {
        let (text, _) = encoding.decode_without_bom_handling(bytes);
        let replaced = text.matches(char::REPLACEMENT_CHARACTER).count() as u32;
        (text.into_owned(), replaced)
    };
    let (text, nuls) = clean(&text);
    Decoded {
        text,
        encoding: encoding.name(),
        replaced: replaced + nuls,
    }
}

/// LF line ends; NUL, which no text holds on purpose, becomes U+FFFD and is counted.
fn clean(text: &str) -> (String, u32) {
    let mut clean = String::with_capacity(text.len());
    let mut nuls = 0;
    let mut rest = text;
    while let Some(at) = rest.find(['\r', '\0']) {
        clean.push_str(&rest[..at]);
        if rest.as_bytes()[at] == 0 {
            clean.push(char::REPLACEMENT_CHARACTER);
            nuls += 1;
        } else {
            clean.push('\n');
        }
        let skip = if rest[at..].starts_with("\r\n") { 2 } else { 1 };
        rest = &rest[at + skip..];
    }
    clean.push_str(rest);
    (clean, nuls)
}

fn is_control(byte: u8) -> bool {
    matches!(byte, 0..=8 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f)
}

/// File signatures of formats whose bytes could pass for text.
fn is_known_binary(bytes: &[u8]) -> bool {
    const SIGNATURES: [&[u8]; 12] = [
        b"%PDF-",
        b"PK\x03\x04",
        b"\x89PNG",
        b"\xff\xd8\xff",
        b"GIF8",
        b"\x7fELF",
        b"\x1f\x8b",
        b"\xd0\xcf\x11\xe0",
        b"7z\xbc\xaf",
        b"Rar!",
        b"SQLite format 3",
        b"\xfd7zXZ",
    ];
    SIGNATURES.iter().any(|signature| bytes.starts_with(signature))
}

/// UTF-16 shows by its zero bytes on one side, or by decoding to text of a known script where bytes of text cannot.
fn utf_16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(4096)];
    let (pairs, _) = sample.as_chunks::<2>();
    if pairs.len() < 2 || !sample.contains(&0) {
        return None;
    }
    [UTF_16LE, UTF_16BE].into_iter().find(|encoding| {
        let plausible = pairs
            .iter()
            .filter(|pair| {
                let unit = if *encoding == UTF_16LE { u16::from_le_bytes(**pair) } else { u16::from_be_bytes(**pair) };
                matches!(unit, 0x09 | 0x0a | 0x0d | 0x20..=0x7e | 0xa0..=0x24f | 0x2010..=0x203b | 0x3000..=0x30ff | 0x4e00..=0x9fff | 0xff01..=0xff9f)
            })
            .count();
        let ascii = pairs.iter().filter(|pair| pair.contains(&0)).count();
        plausible * 20 >= pairs.len() * 19 && ascii > 0
    })
}

/// The encoding of bytes without a byte order mark that are not UTF-16.
fn guess(bytes: &[u8]) -> &'static Encoding {
    let valid = std::str::from_utf8(bytes).is_ok();
    let escapes = [&b"\x1b$B"[..], b"\x1b$@", b"\x1b(J", b"\x1b(I"];
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    if sample.is_ascii()
        && escapes
            .iter()
            .any(|escape| sample.windows(3).any(|window| window == *escape))
    {
        return ISO_2022_JP;
    }
    if valid || is_damaged_utf_8(bytes) {
        return UTF_8;
    }
    let mut best = (WINDOWS_1252, 0);
    for encoding in [SHIFT_JIS, EUC_JP] {
        let points = japanese_points(encoding, sample);
        if points > best.1 {
            best = (encoding, points);
        }
    }
    best.0
}

/// More good sequences than bad ones: a UTF-8 text that was cut or mixed with something else.
fn is_damaged_utf_8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good > 2 * bad
}

/// How much `bytes` look like Japanese in `encoding`; positive when the usual characters outweigh the odd ones.
fn japanese_points(encoding: &'static Encoding, bytes: &[u8]) -> i64 {
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    // The sample may end inside a character.
    text.trim_end_matches(char::REPLACEMENT_CHARACTER)
        .chars()
        .map(|c| match c {
            '\u{3041}'..='\u{3096}' | '、' | '。' => 3,
            '\u{30a1}'..='\u{30fc}' => 2,
            '\u{4e00}'..='\u{9fff}' | '\u{3000}'..='\u{3020}' | '\u{ff01}'..='\u{ff5e}' => 1,
            '\u{ff61}'..='\u{ff9f}' => -2,
            char::REPLACEMENT_CHARACTER => -12,
            c if c.is_ascii() => 0,
            _ => -2,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str =
        "分散システムとは、複数の計算機がネットワークを通じて協調するシステムである。\nコンテナ（container）も使う。\n";

    fn encoded(encoding: &'static Encoding) -> Vec<u8> {
        encoding.encode(TEXT).0.into_owned()
    }

    fn utf_16(mark: bool, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        mark.then_some(0xfeff)
            .into_iter()
            .chain(TEXT.encode_utf16())
            .flat_map(bytes)
            .collect()
    }

    #[test]
    fn every_japanese_encoding_is_recognised() {
        for encoding in [UTF_8, SHIFT_JIS, EUC_JP, ISO_2022_JP] {
            let decoded = decode(&encoded(encoding)).expect("this is text");
            assert_eq!(
                (decoded.text.as_str(), decoded.encoding, decoded.replaced),
                (TEXT, encoding.name(), 0)
            );
        }
    }

    #[test]
    fn utf_16_is_recognised_with_and_without_a_mark() {
        for mark in [true, false] {
            assert_eq!(
                decode(&utf_16(mark, u16::to_le_bytes)).expect("this is text").text,
                TEXT,
                "LE, mark {mark}"
            );
            assert_eq!(
                decode(&utf_16(mark, u16::to_be_bytes)).expect("this is text").text,
                TEXT,
                "BE, mark {mark}"
            );
        }
    }

    #[test]
    fn a_mark_is_no_part_of_the_text_and_line_ends_become_lf() {
        let decoded = decode(b"\xef\xbb\xbfa\r\nb\rc\n").expect("this is text");
        assert_eq!((decoded.text.as_str(), decoded.replaced), ("a\nb\nc\n", 0));
    }

    #[test]
    fn latin_text_that_is_not_utf_8_is_windows_1252() {
        let decoded = decode(b"Na\xefve caf\xe9s use \x93quotes\x94.").expect("this is text");
        assert_eq!(
            (decoded.text.as_str(), decoded.encoding),
            ("Naïve cafés use “quotes”.", "windows-1252")
        );
    }

    #[test]
    fn damaged_utf_8_stays_utf_8_and_the_damage_is_counted() {
        let mut bytes = TEXT.as_bytes().to_vec();
        bytes.insert(3, 0xff);
        let decoded = decode(&bytes).expect("this is text");
        assert_eq!((decoded.encoding, decoded.replaced), ("UTF-8", 1));
        assert_eq!(decoded.text.replace(char::REPLACEMENT_CHARACTER, ""), TEXT);
    }

    #[test]
    fn images_and_archives_are_no_text() {
        for bytes in [
            &b"\x89PNG\r\n\x1a\n\0\0"[..],
            b"PK\x03\x04abc",
            b"%PDF-1.7 hello",
            &[0, 1, 2, 3, 4, 5, 6, 7],
        ] {
            assert_eq!(decode(bytes), Err(DecodeError::Binary));
        }
    }

    #[test]
    fn nothing_is_an_empty_text() {
        assert_eq!(decode(b"").expect("an empty file is a text").text, "");
    }

    #[test]
    fn the_script_tells_the_language() {
        for (text, language) in [
            (TEXT, Language::Japanese),
            ("A container is a process.", Language::English),
            ("KubernetesのPodはcontainerの集合です。", Language::Japanese),
            (
                "The word 侘寂 (wabi-sabi) names an aesthetic of imperfection in Japanese art.",
                Language::English,
            ),
            ("东京是日本的首都，也是这个国家最大的城市。", Language::English),
            ("", Language::English),
            ("東京都庁舎", Language::Japanese),
        ] {
            assert_eq!(detect_language(text), language, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_decoded_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(decoded) = decode(&bytes) {
                prop_assert!(!decoded.text.contains('\r'));
                detect_language(&decoded.text);
            }
        }

        #[test]
        fn utf_8_without_controls_comes_back_as_it_was(text in "\\PC{0,200}") {
            prop_assume!(!text.starts_with('\u{feff}'));
            prop_assert_eq!(decode(text.as_bytes()).expect("no controls").text, text);
        }
    }
}
