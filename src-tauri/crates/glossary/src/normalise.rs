//! The fold under which the written variants of one term meet. Two spellings get one key when a reader would look both
//! up under one headword; forms that only look alike (`C` and `C++`, `HTTP` and `HTTPS`) keep keys of their own. A key
//! is for comparing, never for showing.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// The key of a term: width (NFKC), case, hyphens and spaces, the English plural of the head, dots in initialisms, and
/// for Japanese the middle dot, ヴ for バ, small vowels after ウ and ク, and a final long vowel are folded.
///
/// `Data Centers`, `data-center` and `datacenter` share a key, and so do サーバー and サーバ. Empty only for a term
/// without a visible character.
pub fn key(term: &str) -> String {
    let mut key = String::with_capacity(term.len());
    write_key(term, &mut key);
    key
}

/// A text in its composed form (NFC), on one line, without blanks around.
pub fn composed(text: &str) -> String {
    text.nfc()
        .collect::<String>()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// The fold under which a name that was chosen from a list is found again: width (NFKC), case, dashes, dots and blanks
/// do not count.
pub fn loose(text: &str) -> String {
    let plain = text.nfkc().map(plain);
    let kept = plain.filter(|c| !c.is_whitespace() && !"-_.".contains(*c));
    kept.flat_map(char::to_lowercase).collect()
}

/// Whether `key` is the key of a term. `room` is written over.
pub(crate) fn is_key(key: &str, term: &str, room: &mut String) -> bool {
    room.clear();
    write_key(term, room);
    room == key
}

/// Appends the key of a term to an empty text.
fn write_key(term: &str, key: &mut String) {
    let folded = if term.is_ascii() || term.chars().all(is_settled) {
        Cow::Borrowed(term)
    } else {
        Cow::Owned(term.nfkc().map(plain).collect())
    };
    let mut words: Vec<&str> = Vec::new();
    for word in folded.split(|c: char| c.is_whitespace() || c == '・') {
        split_hyphens(word, &mut words);
    }
    let head = head_position(&words);
    let last = words.len().saturating_sub(1);
    for (position, word) in words.iter().enumerate() {
        let word = undot(word);
        if meets_digit(key, &word) {
            key.push(' ');
        }
        let counted = position == last || Some(position) == head;
        if word.is_ascii() && !(counted && word.ends_with(['s', 'S'])) {
            let start = key.len();
            key.extend(word.bytes().map(|b| char::from(b.to_ascii_lowercase())));
            if let Some(known) = irregular(&key[start..]).filter(|_| counted) {
                key.truncate(start);
                key.push_str(known);
            }
        } else if counted {
            fold_kana(&singular(&word), key);
        } else {
            fold_kana(&word.to_lowercase(), key);
        }
    }
}

/// A character that no fold of width touches and that does not join the character before it.
pub(crate) fn is_settled(c: char) -> bool {
    c.is_ascii() || matches!(c, '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fe}' | '\u{4e00}'..='\u{9fff}')
}

/// One spelling for every dash, quote and invisible character.
fn plain(c: char) -> char {
    match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' => '-',
        '\u{2018}' | '\u{2019}' | '\u{02bc}' | '\u{00b4}' => '\'',
        '\u{201c}' | '\u{201d}' => '"',
        '\u{00ad}' | '\u{200b}'..='\u{200d}' | '\u{feff}' => ' ',
        '\u{2022}' | '\u{00b7}' => '・',
        other => other,
    }
}

/// Splits at hyphens that stand between two letters or a letter and a digit. A hyphen at an end (`-ase`, `pre-`)
/// makes an affix, and one between digits a range: both stay. Nothing comes of an empty word.
fn split_hyphens<'a>(word: &'a str, into: &mut Vec<&'a str>) {
    let mut start = 0;
    for (at, _) in word.match_indices('-') {
        let before = word[..at].chars().next_back();
        let after = word[at + 1..].chars().next();
        let joins = before.is_some_and(char::is_alphanumeric)
            && after.is_some_and(char::is_alphanumeric)
            && !(before.is_some_and(|b| b.is_ascii_digit()) && after.is_some_and(|a| a.is_ascii_digit()));
        if joins {
            into.push(&word[start..at]);
            start = at + 1;
        }
    }
    if start < word.len() {
        into.push(&word[start..]);
    }
}

/// Two numbers that would run into one keep a space between them.
fn meets_digit(left: &str, right: &str) -> bool {
    left.ends_with(|c: char| c.is_ascii_digit()) && right.starts_with(|c: char| c.is_ascii_digit())
}

/// The word before the first preposition is the head of `points of failure`; without one the last word is.
fn head_position(words: &[&str]) -> Option<usize> {
    const PREPOSITIONS: [&str; 10] = ["of", "as", "in", "for", "on", "to", "at", "with", "by", "from"];
    let at = words
        .iter()
        .position(|word| PREPOSITIONS.iter().any(|known| word.eq_ignore_ascii_case(known)))?;
    at.checked_sub(1)
}

/// `U.S.A.` and `e.g.` lose their dots; `node.js`, `.NET` and `2.0` keep them.
fn undot(word: &str) -> Cow<'_, str> {
    if !word.contains('.') {
        return Cow::Borrowed(word);
    }
    let mut letters = String::new();
    let mut rest = word;
    while let Some(c) = rest.chars().next() {
        if !c.is_alphabetic() {
            return Cow::Borrowed(word);
        }
        letters.push(c);
        rest = &rest[c.len_utf8()..];
        match rest.strip_prefix('.') {
            Some(after) => rest = after,
            None if rest.is_empty() && letters.chars().count() > 1 => break,
            None => return Cow::Borrowed(word),
        }
    }
    if letters.chars().count() > 1 {
        Cow::Owned(letters)
    } else {
        Cow::Borrowed(word)
    }
}

/// The singular of an English word in lower case; any other word in lower case as it is.
///
/// The form only has to be the same for both numbers: `physic` for `physics` is fine in a key.
pub(crate) fn singular(word: &str) -> String {
    let lower = if word.is_ascii() {
        word.to_ascii_lowercase()
    } else {
        word.to_lowercase()
    };
    if !lower.ends_with('s') || !lower.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'\'') {
        return irregular(&lower).map_or(lower, str::to_owned);
    }
    // `VMs`, `APIs`: the small s behind capitals is a plural however short the word is. `DNS`, `HTTPS`: a name.
    let stem = &word[..word.len() - 1];
    let capitals = stem.len() >= 2 && stem.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    if capitals && word.ends_with('s') {
        return lower[..lower.len() - 1].to_owned();
    }
    let name = word.ends_with('S') && word.len() <= 5;
    if name || lower.len() <= 3 || !lower.bytes().any(|b| b"aeiouy".contains(&b)) {
        return lower;
    }
    if let Some(known) = irregular(&lower) {
        return known.to_owned();
    }
    let cut = |count: usize, tail: &str| format!("{}{tail}", &lower[..lower.len() - count]);
    let ends = |endings: &[&str]| endings.iter().any(|ending| lower.ends_with(ending));
    if ends(&["ss", "us", "is", "aas", "series", "species", "'s"]) || is_singular_in_s(&lower) {
        lower
    } else if ends(&["lyses", "theses"]) {
        cut(2, "is")
    } else if ends(&["cookies", "movies", "calories"]) || (ends(&["ies"]) && lower.len() == 4) {
        cut(1, "")
    } else if ends(&["ies"]) {
        cut(3, "y")
    } else if ends(&["caches", "aches", "niches"]) && !ends(&["eaches", "oaches"]) {
        cut(1, "")
    } else if ends(&[
        "sses", "shes", "ches", "xes", "oes", "biases", "aliases", "gases", "lenses",
    ]) || (ends(&["uses"]) && !ends(&["auses", "ouses", "fuses"]) && lower.len() > 4)
    {
        if ends(&["shoes", "toes"]) {
            cut(1, "")
        } else {
            cut(2, "")
        }
    } else if ends(&["zzes"]) {
        cut(3, "")
    } else {
        cut(1, "")
    }
}

fn is_singular_in_s(word: &str) -> bool {
    [
        "news", "means", "lens", "bias", "alias", "atlas", "canvas", "pancreas", "gas", "chaos", "corps", "cosmos",
        "texas",
    ]
    .iter()
    .any(|end| word == *end || (end.len() > 4 && word.ends_with(end)))
}

fn irregular(word: &str) -> Option<&'static str> {
    Some(match word {
        "matrices" => "matrix",
        "vertices" => "vertex",
        "indices" => "index",
        "appendices" => "appendix",
        "criteria" => "criterion",
        "phenomena" => "phenomenon",
        "bacteria" => "bacterium",
        "diagnoses" => "diagnosis",
        "crises" => "crisis",
        "axes" => "axis",
        "nuclei" => "nucleus",
        "stimuli" => "stimulus",
        "fungi" => "fungus",
        "larvae" => "larva",
        "formulae" => "formula",
        "vertebrae" => "vertebra",
        "algae" => "alga",
        "antennae" => "antenna",
        "children" => "child",
        "women" => "woman",
        "men" => "man",
        "mice" => "mouse",
        "leaves" => "leaf",
        "halves" => "half",
        "knives" => "knife",
        "shelves" => "shelf",
        "wolves" => "wolf",
        _ => return None,
    })
}

/// Spelling variants of Japanese loanwords: ヴ for バ行, ウィ for ウイ, クォ for クオ, and the long vowel that ends a run of
/// katakana when at least three kana stand before it (サーバー, but not キー: JIS Z 8301 draws the line there).
fn fold_kana(word: &str, into: &mut String) {
    if word.is_ascii() {
        into.push_str(word);
        return;
    }
    let mut run = 0_usize;
    let mut chars = word.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        let (out, used) = match (c, next) {
            ('ヴ', Some('ァ')) => ("バ", 2),
            ('ヴ', Some('ィ')) => ("ビ", 2),
            ('ヴ', Some('ェ')) => ("ベ", 2),
            ('ヴ', Some('ォ')) => ("ボ", 2),
            ('ヴ', _) => ("ブ", 1),
            ('ウ', Some('ィ')) => ("ウイ", 2),
            ('ウ', Some('ェ')) => ("ウエ", 2),
            ('ウ', Some('ォ')) => ("ウオ", 2),
            ('ク', Some('ォ')) => ("クオ", 2),
            _ => ("", 1),
        };
        let dropped = c == 'ー' && run >= 3 && !next.is_some_and(is_katakana);
        if !dropped {
            if out.is_empty() {
                into.push(c);
            } else {
                into.push_str(out);
            }
        }
        run = if is_katakana(c) { run + used } else { 0 };
        if used == 2 {
            chars.next();
        }
    }
}

fn is_katakana(c: char) -> bool {
    matches!(c, 'ァ'..='ヺ' | 'ー' | 'ヽ' | 'ヾ')
}

#[cfg(test)]
mod tests {
    use super::key;

    fn meet(forms: &[&str]) {
        for form in forms {
            assert_eq!(key(form), key(forms[0]), "{form} and {} are one term", forms[0]);
        }
    }

    fn differ(left: &str, right: &str) {
        assert_ne!(key(left), key(right), "{left} and {right} are two terms");
    }

    #[test]
    fn width_case_hyphen_and_space_do_not_part_variants() {
        meet(&[
            "Data Center",
            "data-center",
            "datacenter",
            "ＤＡＴＡ　ＣＥＮＴＥＲ",
            "data\u{2011}center",
            "Data\nCenters",
        ]);
        meet(&["IPv4", "IPV4", "IPv 4"]);
        meet(&["Alzheimer’s disease", "Alzheimer's disease"]);
    }

    #[test]
    fn the_plural_of_the_head_does_not_part_variants() {
        meet(&["policy", "policies", "Policies"]);
        meet(&["class", "classes"]);
        meet(&["database", "databases"]);
        meet(&["virus", "viruses"]);
        meet(&["cache", "caches"]);
        meet(&["branch", "branches"]);
        meet(&["analysis", "analyses"]);
        meet(&["API", "APIs"]);
        meet(&["VM", "VMs"]);
        meet(&["wind turbine", "WIND TURBINES"]);
        meet(&["point of failure", "points of failure"]);
        meet(&["Containers as a Service", "container as a service"]);
        meet(&["matrix", "matrices"]);
        meet(&["house", "houses"]);
    }

    #[test]
    fn words_that_end_in_s_without_being_plural_stay_whole() {
        for word in [
            "analysis", "series", "status", "class", "bias", "lens", "species", "virus", "chaos", "canvas",
        ] {
            assert_eq!(key(word), word, "nothing may be cut from {word}");
        }
        for (word, whole) in [
            ("DNS", "dns"),
            ("HTTPS", "https"),
            ("SaaS", "saas"),
            ("OS", "os"),
            ("TLS", "tls"),
        ] {
            assert_eq!(key(word), whole);
        }
        differ("HTTPS", "HTTP");
    }

    #[test]
    fn signs_that_make_another_term_are_kept() {
        for (left, right) in [
            ("C", "C++"),
            ("C", "C#"),
            ("C++", "C#"),
            (".NET", "net"),
            ("IPv4", "IPv6"),
            ("-ase", "ase"),
            ("type 1 1", "type 11"),
            ("2018-20", "201820"),
            ("node.js", "nodejs"),
        ] {
            differ(left, right);
        }
        meet(&["U.S.", "US"]);
    }

    #[test]
    fn japanese_spelling_variants_meet() {
        meet(&["サーバ", "サーバー", "ｻｰﾊﾞｰ"]);
        meet(&["サーバー管理", "サーバ管理"]);
        meet(&["コンピューター・システム", "コンピュータ システム"]);
        meet(&["ヴァイオリン", "バイオリン"]);
        meet(&["ソフトウェア", "ソフトウエア"]);
        meet(&["ＡＰＩゲートウェイ", "APIゲートウェイ", "API ゲートウェイ"]);
        meet(&["データ・ベース", "データベース"]);
        differ("キー", "キ");
        differ("ビール", "ビル");
    }

    #[test]
    fn a_key_is_its_own_key() {
        for term in [
            "Data Centers",
            "policies",
            "APIs",
            "HTTPS",
            "サーバー",
            "U.S.A.",
            "points of failure",
            "C++",
            "-ase",
        ] {
            assert_eq!(key(&key(term)), key(term), "folding {term} twice changes nothing");
        }
    }

    #[test]
    fn odd_input_neither_panics_nor_vanishes() {
        assert_eq!(key(""), "");
        for term in [
            "-",
            "・",
            "s",
            "S",
            "'s",
            "ー",
            "ﾞ",
            "a\u{301}s",
            "💡s",
            "...",
            "\u{fdfa}",
        ] {
            let _ = key(term);
        }
        assert_eq!(key("-"), "-");
    }
}
