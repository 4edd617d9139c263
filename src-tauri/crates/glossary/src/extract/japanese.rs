//! The candidates of a Japanese document: runs of nouns, with the Latin words in and beside them. Which of them are terms
//! is decided in [`super::rank`].

use glossary_dictionary::{Class, Morpheme};

use super::{Collector, Kind, Place};
use crate::{Language, frequency};

/// The longest candidate, in morphemes.
const LONGEST: usize = 12;
/// Latin words in a row that still make a name; more are a quotation in another language.
const LONGEST_LATIN: usize = 6;

/// Collects the candidates of one sentence.
pub(super) fn collect(sentence: &str, morphemes: &[Morpheme], collector: &mut Collector) {
    let units = units(sentence, morphemes);
    for unit in &units {
        if unit.part != Part::Outside || unit.word {
            collector.word(&fold(unit.text));
        }
    }
    let mut at = 0;
    while at < units.len() {
        if units[at].part == Part::Outside {
            at += 1;
            continue;
        }
        let mut end = at + 1;
        while end < units.len() && units[end].part != Part::Outside && continues(sentence, &units[end - 1], &units[end])
        {
            end += 1;
        }
        let behind = &sentence[units[end - 1].end..];
        let before = &sentence[..units[at].start];
        let quoted = before.ends_with(['「', '『']) && behind.starts_with(['」', '』']);
        let defined = before.is_empty() && behind.starts_with(['は', '（', '(']);
        run(
            &units[at..end],
            before.is_empty(),
            quoted || defined || behind.starts_with("とは"),
            collector,
        );
        at = end;
    }
}

/// What a morpheme can be in a run of nouns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Not part of one.
    Outside,
    /// A noun that can stand anywhere.
    Noun,
    /// A proper noun.
    Name,
    /// 化, 性, 者: only behind another part.
    Suffix,
    /// 非, 再, 超: only before another part.
    Prefix,
    /// A number, which cannot be a term by itself nor end one that has no other part.
    Number,
    /// A Latin word or several of them.
    Latin,
}

struct Unit<'a> {
    start: usize,
    end: usize,
    text: &'a str,
    part: Part,
    /// It counts in the statistics although it is outside.
    word: bool,
}

/// The morphemes, with neighbouring Latin ones put together: a product name, or a phrase such as `Function as a Service`.
fn units<'a>(sentence: &'a str, morphemes: &[Morpheme]) -> Vec<Unit<'a>> {
    let mut units: Vec<Unit<'a>> = Vec::with_capacity(morphemes.len());
    let mut at = 0;
    while at < morphemes.len() {
        let morpheme = morphemes[at];
        let text = &sentence[morpheme.start..morpheme.end];
        if text.starts_with(is_latin) {
            let (end, next) = latin(sentence, morphemes, at);
            let words = sentence[morpheme.start..end].split_whitespace().count();
            let part = if words > LONGEST_LATIN {
                Part::Outside
            } else {
                Part::Latin
            };
            units.push(Unit {
                start: morpheme.start,
                end,
                text: &sentence[morpheme.start..end],
                part,
                word: false,
            });
            at = next;
            continue;
        }
        units.push(Unit {
            start: morpheme.start,
            end: morpheme.end,
            text,
            part: if is_stem(sentence, morpheme, morphemes.get(at + 1)) {
                Part::Prefix
            } else {
                part(text, &morpheme)
            },
            word: is_content(&morpheme),
        });
        at += 1;
    }
    units
}

/// The end of the Latin stretch that begins with morpheme `at`, and the index of the first morpheme behind it.
fn latin(sentence: &str, morphemes: &[Morpheme], at: usize) -> (usize, usize) {
    let start = morphemes[at].start;
    let stretch = &sentence[start..];
    let mut end = start;
    for word in
        crate::english::tokens(&stretch[..stretch.find(|c: char| !is_latin_or_sign(c)).unwrap_or(stretch.len())])
    {
        let (from, to) = (start + word.start, start + word.end);
        let gap = &sentence[end.min(from)..from];
        if !word.word || end > start && gap != " " {
            break;
        }
        end = to;
    }
    if end == start {
        end = morphemes[at].end;
    }
    let next = at
        + morphemes[at..]
            .iter()
            .take_while(|morpheme| morpheme.start < end)
            .count();
    // A morpheme that reaches over the end belongs to the stretch as a whole.
    let reach = morphemes[at..next].last().map_or(end, |last| last.end.max(end));
    (reach, next.max(at + 1))
}

fn is_latin(c: char) -> bool {
    c.is_alphabetic() && (c as u32) < 0x250 || matches!(c, 'Ａ'..='Ｚ' | 'ａ'..='ｚ')
}

fn is_latin_or_sign(c: char) -> bool {
    (c as u32) < 0x250 || matches!(c, 'Ａ'..='Ｚ' | 'ａ'..='ｚ' | '０'..='９' | '’' | '‐' | '‑')
}

fn part(text: &str, morpheme: &Morpheme) -> Part {
    // Unknown signs and hiragana come out as nouns.
    if !text.chars().any(char::is_alphanumeric) {
        return Part::Outside;
    }
    let hiragana = text.chars().all(|c| matches!(c, '\u{3041}'..='\u{309f}' | 'ー'));
    match morpheme.class {
        Class::Noun | Class::VerbalNoun | Class::AdjectiveStem if !hiragana || morpheme.known => {
            if is_stop_word(text) {
                Part::Outside
            } else {
                Part::Noun
            }
        }
        Class::ProperNoun => Part::Name,
        Class::Number => Part::Number,
        Class::Suffix if !is_stop_suffix(text) => Part::Suffix,
        Class::Prefix if !is_stop_prefix(text) => Part::Prefix,
        Class::Letter => Part::Latin,
        _ => Part::Outside,
    }
}

/// A verb or adjective that builds a compound with the noun behind it: 湿 in 低温湿層処理, 傷つけ in 傷つけ処理.
fn is_stem(sentence: &str, morpheme: Morpheme, next: Option<&Morpheme>) -> bool {
    let kanji = |c: char| matches!(c, '\u{4e00}'..='\u{9fff}' | '々');
    let text = &sentence[morpheme.start..morpheme.end];
    let noun = next.is_some_and(|next| {
        next.start == morpheme.end
            && matches!(
                next.class,
                Class::Noun | Class::VerbalNoun | Class::Prefix | Class::Suffix
            )
            && sentence[next.start..].starts_with(|c| kanji(c) || matches!(c, 'ァ'..='ヺ'))
    });
    // In its conjunctive form a verb ends in the rows of i and e.
    let conjunctive = morpheme.class == Class::Verb
        && text.starts_with(kanji)
        && next.is_some_and(|next| matches!(next.class, Class::Noun | Class::VerbalNoun))
        && text.ends_with([
            'い', 'き', 'ぎ', 'し', 'ち', 'に', 'び', 'み', 'り', 'え', 'け', 'げ', 'せ', 'て', 'ね', 'べ', 'め', 'れ',
        ]);
    let bare = matches!(morpheme.class, Class::Verb | Class::Adjective) && text.chars().all(kanji);
    noun && (bare || conjunctive)
}

fn is_content(morpheme: &Morpheme) -> bool {
    matches!(
        morpheme.class,
        Class::Verb | Class::Adjective | Class::AdverbialNoun | Class::DependentNoun | Class::Particle | Class::Other
    )
}

/// Whether two parts belong to one run: nothing between them, or one space beside a Latin word.
fn continues(sentence: &str, left: &Unit<'_>, right: &Unit<'_>) -> bool {
    match &sentence[left.end..right.start] {
        "" => true,
        " " => (left.part == Part::Latin) != (right.part == Part::Latin),
        _ => false,
    }
}

/// Takes a run of parts as one candidate after cutting off what cannot stand at its ends.
fn run(units: &[Unit<'_>], initial: bool, topic: bool, collector: &mut Collector) {
    let first = units
        .iter()
        .position(|unit| unit.part != Part::Suffix)
        .unwrap_or(units.len());
    let last = units
        .iter()
        .rposition(|unit| unit.part != Part::Prefix)
        .map_or(0, |last| last + 1);
    let units = units.get(first..last).unwrap_or_default();
    // 含水率5: the number is a value, not part of the name.
    let values = units.iter().rev().take_while(|unit| unit.part == Part::Number).count();
    let units = match units.len() - values {
        0 => units,
        1 if units[0].part != Part::Noun => units,
        left => &units[..left],
    };
    let numbers = units.iter().all(|unit| unit.part == Part::Number);
    let empty = matches!(units, [unit] if is_empty_alone(unit.text));
    if units.is_empty() || units.len() > LONGEST || numbers || empty {
        return;
    }
    let mut text = String::new();
    let mut ends = Vec::with_capacity(units.len());
    for (index, unit) in units.iter().enumerate() {
        if index > 0 && units[index - 1].end < unit.start {
            text.push(' ');
        }
        for (at, word) in unit.text.split_whitespace().enumerate() {
            if at > 0 {
                text.push(' ');
            }
            text.push_str(word);
        }
        ends.push(text.len().min(usize::from(u16::MAX)) as u16);
    }
    let name = match units {
        [unit] if unit.part == Part::Latin => is_product(unit.text),
        _ => units[0].part == Part::Name && units.iter().all(|unit| matches!(unit.part, Part::Name | Part::Suffix)),
    };
    collector.form(text, Kind::Phrase, &ends, Place { initial, name, topic });
}

/// A Latin word with a capital that English does not know: a product or an organisation.
fn is_product(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.chars().skip(1).all(|c| c.is_ascii_lowercase())
        && frequency::zipf(Language::English, &text.to_ascii_lowercase()).is_none_or(|zipf| zipf < 2.5)
}

/// The form under which a morpheme is counted and looked up.
pub(super) fn fold(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    if text.is_ascii() {
        text.to_ascii_lowercase()
    } else {
        text.nfkc().collect::<String>().to_lowercase()
    }
}

/// Nouns that hold a sentence together: they end a run.
fn is_stop_word(text: &str) -> bool {
    [
        "場合",
        "際",
        "以下",
        "以上",
        "上記",
        "下記",
        "前述",
        "後述",
        "各種",
        "様々",
        "さまざま",
        "それぞれ",
        "同様",
        "等",
        "自身",
        "自体",
        "全て",
        "多く",
        "いずれ",
        "ほか",
        "うち",
    ]
    .contains(&text)
}

/// Nouns that name nothing by themselves, but do so in compounds: 表 and 表計算.
fn is_empty_alone(text: &str) -> bool {
    [
        "例",
        "必要",
        "可能",
        "他",
        "一般",
        "全体",
        "次",
        "図",
        "表",
        "章",
        "節",
        "項",
        "注",
        "参照",
        "別",
        "一部",
        "一つ",
        "ひとつ",
        "点",
        "面",
        "形",
        "型",
        "側",
        "数",
        "性",
        "化",
        "中心",
        "最初",
        "最後",
        "最大",
        "最小",
        "複数",
        "単一",
        "特定",
        "個々",
    ]
    .contains(&text)
}

fn is_stop_suffix(text: &str) -> bool {
    [
        "など",
        "等",
        "ら",
        "達",
        "たち",
        "さん",
        "氏",
        "様",
        "さ",
        "つ",
        "個",
        "回",
        "ごと",
        "毎",
        "以上",
        "以下",
        "以内",
        "程度",
        "ずつ",
        "そう",
        "よう",
        "目",
        "件",
        "年",
        "月",
        "日",
        "枚",
        "冊",
        "種類",
        "つめ",
        "がち",
        "み",
        "げ",
        "やすい",
        "にくい",
        "同士",
        "自身",
        "自体",
        "頃",
        "ころ",
        "くらい",
        "ぐらい",
        "ほど",
        "ぶり",
        "とも",
    ]
    .contains(&text)
}

fn is_stop_prefix(text: &str) -> bool {
    [
        "各",
        "両",
        "約",
        "お",
        "ご",
        "御",
        "この",
        "その",
        "本",
        "当",
        "同",
        "某",
        "毎",
        "もう",
        "ほぼ",
        "ほんの",
    ]
    .contains(&text)
}
