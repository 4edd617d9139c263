//! The order of headwords: what a word is sorted by. Japanese goes by its sound (五十音順), which for kanji only a
//! dictionary knows; everything else by its letters, without regard to case, width and accents.

use std::sync::{LazyLock, PoisonError, RwLock};

use rustc_hash::FxHashMap;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::normalise::is_settled;

/// Stands between the order by base letters and the order among words that are equal in it. Sorts before every letter.
const LEVEL: char = '\u{1}';

/// What `text` is sorted by: comparing two of these byte by byte puts the texts in order. Digits come first, then Latin
/// script, then kana by the table of fifty sounds; kanji stand where their reading does.
///
/// As in JIS X 4061, a voiced kana sorts with its plain one, a small one with the full one and a long vowel mark with
/// its vowel, and these tell words apart only when all else is equal.
pub fn sort_key(text: &str) -> String {
    let read = if text.chars().any(is_kanji) {
        reading(text)
    } else {
        text.to_owned()
    };
    let mut base = String::with_capacity(read.len() + 1);
    let mut exact = String::new();
    if read.is_ascii() {
        base.extend(
            read.chars()
                .filter(|c| is_shown(*c))
                .map(|c| plain(c.to_ascii_lowercase())),
        );
    } else {
        for c in folded(&read).filter(|c| is_shown(*c)).map(plain) {
            let kana = hiragana(c);
            exact.push(kana);
            match sound(kana) {
                'ー' => base.push(base.chars().last().and_then(vowel).unwrap_or('ー')),
                sound => base.push(sound),
            }
        }
    }
    if exact.contains(|c| ('ぁ'..='ー').contains(&c)) {
        base.push(LEVEL);
        base.push_str(&exact);
    }
    base
}

/// Under which head a word stands in a list that is sorted by [`sort_key`], by the first sign of its key: the letter of an
/// alphabet, the first kana of a row of the table, or `#` for digits and everything that is neither.
pub fn head(first: char) -> char {
    match first {
        'ぁ'..='お' | 'ゔ' => 'あ',
        'か'..='ご' | 'ゕ' | 'ゖ' => 'か',
        'さ'..='ぞ' => 'さ',
        'た'..='ど' => 'た',
        'な'..='の' => 'な',
        'は'..='ぽ' => 'は',
        'ま'..='も' => 'ま',
        'ゃ'..='よ' => 'や',
        'ら'..='ろ' => 'ら',
        'ゎ'..='ん' => 'わ',
        letter if letter < 'ぁ' && letter.is_alphabetic() => letter.to_uppercase().next().unwrap_or(letter),
        _ => '#',
    }
}

/// The sound of a text, as the dictionary tells it. The same headwords are put in order in every run, so what was looked up
/// is remembered.
fn reading(text: &str) -> String {
    const MOST: usize = 50_000;
    static KNOWN: LazyLock<RwLock<FxHashMap<String, String>>> = LazyLock::new(RwLock::default);
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner).get(text).cloned();
    known.unwrap_or_else(|| {
        let reading = glossary_dictionary::reading(text);
        let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(text.to_owned(), reading.clone());
        reading
    })
}

fn is_kanji(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '々')
}

/// Signs that a reader looks over.
fn is_shown(c: char) -> bool {
    !matches!(c, '"' | '\'' | '「' | '」' | '“' | '”' | '’' | '・')
}

fn plain(c: char) -> char {
    if matches!(c, '-' | '‐' | '–') { ' ' } else { c }
}

/// Lower case, narrow where Latin, without accents; kana stay composed.
fn folded(text: &str) -> impl Iterator<Item = char> {
    text.nfkc().flat_map(char::to_lowercase).flat_map(|c| {
        let base = if is_settled(c) {
            c
        } else {
            std::iter::once(c).nfd().find(|c| !is_combining_mark(*c)).unwrap_or(c)
        };
        std::iter::once(base)
    })
}

fn hiragana(c: char) -> char {
    match c {
        'ァ'..='ヶ' => char::from_u32(u32::from(c) - 0x60).unwrap_or(c),
        _ => c,
    }
}

/// The kana of the table that `kana` sorts with.
fn sound(kana: char) -> char {
    const SMALL: [(char, char); 12] = [
        ('ぁ', 'あ'),
        ('ぃ', 'い'),
        ('ぅ', 'う'),
        ('ぇ', 'え'),
        ('ぉ', 'お'),
        ('っ', 'つ'),
        ('ゃ', 'や'),
        ('ゅ', 'ゆ'),
        ('ょ', 'よ'),
        ('ゎ', 'わ'),
        ('ゕ', 'か'),
        ('ゖ', 'け'),
    ];
    if let Some((_, full)) = SMALL.iter().find(|(small, _)| *small == kana) {
        return *full;
    }
    match kana {
        // Plain and voiced ones take turns up to ぢ; behind っ the voiced ones are even.
        'か'..='ぢ' if u32::from(kana) % 2 == 0 => char::from_u32(u32::from(kana) - 1).unwrap_or(kana),
        'つ' | 'づ' => 'つ',
        'て' | 'で' => 'て',
        'と' | 'ど' => 'と',
        'は'..='ぽ' => char::from_u32(u32::from(kana) - (u32::from(kana) - u32::from('は')) % 3).unwrap_or(kana),
        'ゔ' => 'う',
        _ => kana,
    }
}

/// The vowel that a long vowel mark behind `kana` stands for.
fn vowel(kana: char) -> Option<char> {
    const ROWS: [(char, &str); 5] = [
        ('あ', "あかさたなはまやらわ"),
        ('い', "いきしちにひみりゐ"),
        ('う', "うくすつぬふむゆる"),
        ('え', "えけせてねへめれゑ"),
        ('お', "おこそとのほもよろを"),
    ];
    ROWS.iter().find(|(_, row)| row.contains(kana)).map(|(vowel, _)| *vowel)
}

#[cfg(test)]
mod tests {
    use super::{head, sort_key};

    fn sorted(mut words: Vec<&str>) -> Vec<&str> {
        words.sort_by_key(|word| sort_key(word));
        words
    }

    #[test]
    fn kanji_stand_where_their_reading_does() {
        // 湿度 is read しつど, 種子 しゅし.
        let expected = [
            "アルミ",
            "乾燥室",
            "器具",
            "湿度",
            "種子",
            "発芽試験",
            "フォクシング",
            "和紙",
        ];
        let mut mixed = expected.to_vec();
        mixed.sort_unstable();
        assert_ne!(mixed, expected, "code points are another order");
        assert_eq!(sorted(mixed), expected);
    }

    #[test]
    fn kana_are_one_script_and_a_voiced_one_sorts_with_its_plain_one() {
        assert_eq!(
            sorted(vec!["がく", "かぐ", "カク", "きく"]),
            ["カク", "かぐ", "がく", "きく"]
        );
        assert_eq!(
            sorted(vec!["サーバー", "さあ", "サイズ"]),
            ["さあ", "サーバー", "サイズ"]
        );
        assert_eq!(sorted(vec!["ひょう", "ひよう", "ひゆ"]), ["ひゆ", "ひょう", "ひよう"]);
        assert_eq!(
            sorted(vec!["ぽか", "ほか", "ぼか", "まか"]),
            ["ほか", "ぼか", "ぽか", "まか"]
        );
    }

    #[test]
    fn latin_script_comes_first_and_neither_case_nor_accent_nor_width_matters() {
        let words = sorted(vec![
            "カビ",
            "zinc",
            "Éclair",
            "eclipse",
            "ＡＢＣ",
            "abacus",
            "data-logger",
            "data log",
        ]);
        assert_eq!(
            words,
            [
                "abacus",
                "ＡＢＣ",
                "data log",
                "data-logger",
                "Éclair",
                "eclipse",
                "zinc",
                "カビ"
            ]
        );
    }

    #[test]
    fn every_word_stands_under_one_head_and_heads_come_in_order() {
        let words = [
            ("3D scan", '#'),
            ("Éclair", 'E'),
            ("ＡＢＣ", 'A'),
            ("アルミ", 'あ'),
            ("ヴィオラ", 'あ'),
            ("種子", 'さ'),
            ("づけ", 'た'),
            ("発芽試験", 'は'),
            ("ぽか", 'は'),
            ("ョ", 'や'),
            ("和紙", 'わ'),
            ("んだ", 'わ'),
            ("🦀", '#'),
            ("", '#'),
        ];
        let of = |word: &str| sort_key(word).chars().next().map_or('#', head);
        for (word, expected) in words {
            assert_eq!(of(word), expected, "{word}");
        }
        let heads: Vec<char> = sorted(words.map(|(word, _)| word).to_vec())
            .into_iter()
            .map(of)
            .collect();
        let mut once = heads.clone();
        once.dedup();
        assert_eq!(once.iter().collect::<String>(), "#AEあさたはやわ#", "{heads:?}");
    }

    #[test]
    fn a_key_is_made_of_any_text() {
        for text in ["", "ー", "ーー", "々", "🦀", "か\u{3099}", "\u{0}", "㌔"] {
            let _ = sort_key(text);
        }
        assert_eq!(sort_key("か\u{3099}"), sort_key("が"), "composed or not");
    }
}
