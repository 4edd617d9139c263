//! What a list of terms leaves out whatever its score: identifiers and dates, words that only live inside a longer term,
//! and candidates that the documents support too weakly. The less text there is, the less a frequency proves, and the
//! more a candidate has to bring.

use rustc_hash::{FxHashMap, FxHashSet};

use super::group::Group;
use super::{Kind, counter};
use crate::{Language, frequency, normalise};

/// Words of a corpus that is large enough for its frequencies to speak for themselves.
const LARGE: f64 = 48_000.0;
/// How common (Zipf scale) a single word may be in a large corpus, and how much less per factor of ten below that.
const COMMON: f64 = 5.4;
const COMMON_STEP: f64 = 1.7;
/// Below this share of a large corpus the bound falls no further.
const SMALLEST: f64 = 0.08;
/// Occurrences that a single adjective or verb needs: headwords are nouns.
const NO_NOUN: u32 = 4;
/// Share of its occurrences that a word may spend inside one longer term.
const INSIDE_ONE: f64 = 0.7;
/// Share that it may spend before other nouns.
const MODIFIES: f64 = 0.85;
/// From this share of a large corpus on, what stands once and what lives inside a longer term may be listed: the list is
/// long then, and such terms stand at its end.
const ROOMY: f64 = 0.5;
/// One of so many occurrences of a common word has to introduce it.
const CENTRAL: u32 = 8;
/// One word in so many makes a common word the subject of the whole corpus.
const EVERYWHERE: u64 = 100;
/// Members of a series from which on `AB-0412` is a number and no name.
const SERIES: usize = 3;

/// Whether each group may be a term, in their order. `explained` are the keys of short and long forms that the documents
/// pair; `total` is the number of words in the corpus.
pub(super) fn sift(groups: &[Group], language: Language, explained: &FxHashSet<String>, total: u64) -> Vec<bool> {
    let series = series(groups);
    let fragments = match language {
        Language::English => fragments(groups),
        Language::Japanese => vec![false; groups.len()],
    };
    let size = (total as f64 / LARGE).min(1.0);
    let roomy = size >= ROOMY;
    let limit = COMMON + COMMON_STEP * size.max(SMALLEST).log10();
    groups
        .iter()
        .zip(fragments)
        .map(|(group, fragment)| {
            let text = group.main();
            if text.split(' ').any(|word| is_identifier(word, &series))
                || language == Language::English && is_calendar(text)
                || language == Language::Japanese && counter::is_quantity(text)
            {
                return false;
            }
            let known = explained.contains(&group.key);
            let introduced = group.topics > 0 || known;
            // A text that speaks about a common word now and then is not about it.
            let central =
                group.topics * CENTRAL >= group.count || known || u64::from(group.count) * EVERYWHERE >= total;
            let supported = roomy || introduced || group.count >= 2;
            let noun = !matches!(group.kind, Some(Kind::Adjective | Kind::Verb)) || group.count >= NO_NOUN;
            supported
                && noun
                && (roomy || known || !fragment)
                && (central || !is_common(group, language, limit))
                && (roomy || introduced || !is_title(group))
        })
        .collect()
}

/// A single word that general language uses a lot.
fn is_common(group: &Group, language: Language, limit: f64) -> bool {
    let text = group.main();
    let single = group.ends.len() <= 1 && !text.contains([' ', '-']);
    if !single || super::group::is_short_form(text) {
        return false;
    }
    let lower = text.to_lowercase();
    let listed = |word: &str| frequency::zipf(language, word);
    let own = listed(&lower).into_iter().chain(match language {
        Language::English => listed(&normalise::singular(&lower)),
        Language::Japanese => None,
    });
    own.fold(0.0, f64::max) > limit
}

/// A phrase that only ever begins a sentence, a cell or a heading: a title, or an imperative with its object.
fn is_title(group: &Group) -> bool {
    group.initial == group.count
        && !group.is_name()
        && group.main().starts_with(|c: char| c.is_ascii_uppercase())
        && group.main().contains(' ')
}

/// Words that hardly stand alone: they modify other nouns, or one longer candidate holds nearly all of their occurrences.
fn fragments(groups: &[Group]) -> Vec<bool> {
    let mut ids: FxHashMap<&str, usize> = FxHashMap::default();
    for (id, group) in groups.iter().enumerate() {
        for variant in &group.variants {
            ids.insert(&variant.text, id);
        }
    }
    let mut before_noun = vec![0_u32; groups.len()];
    let mut longest = vec![0_u32; groups.len()];
    for group in groups.iter().filter(|group| group.kind == Some(Kind::Phrase)) {
        for variant in &group.variants {
            let text = variant.text.as_str();
            if let Some(id) = text.rfind(' ').and_then(|at| ids.get(&text[..at])) {
                before_noun[*id] += variant.count;
                longest[*id] = longest[*id].max(group.count);
            }
            if let Some(id) = text.find(' ').and_then(|at| ids.get(&text[at + 1..])) {
                longest[*id] = longest[*id].max(group.count);
            }
        }
    }
    groups
        .iter()
        .zip(before_noun.iter().zip(&longest))
        .map(|(group, (before_noun, longest))| {
            let count = f64::from(group.count);
            group.topics == 0
                && (*longest >= 2 && f64::from(*longest) >= INSIDE_ONE * count
                    || group.count >= 2 && f64::from(*before_noun) >= MODIFIES * count)
        })
        .collect()
}

/// Beginnings of `AB-0412` and the like that enough different numbers follow.
fn series(groups: &[Group]) -> FxHashSet<&str> {
    let mut numbers: FxHashMap<&str, FxHashSet<&str>> = FxHashMap::default();
    for text in groups
        .iter()
        .flat_map(|group| &group.variants)
        .flat_map(|v| v.text.split(' '))
    {
        if let Some((name, number)) = numbered(text) {
            numbers.entry(name).or_default().insert(number);
        }
    }
    numbers
        .into_iter()
        .filter(|(_, numbers)| numbers.len() >= SERIES)
        .map(|(name, _)| name)
        .collect()
}

/// `AB-0412` as `AB` and `0412`.
fn numbered(word: &str) -> Option<(&str, &str)> {
    let (name, number) = word.split_once('-')?;
    let capitals = !name.is_empty() && name.bytes().all(|b| b.is_ascii_uppercase());
    (capitals && number.len() >= 3 && number.bytes().all(|b| b.is_ascii_digit())).then_some((name, number))
}

/// Names from the inside of a computer: columns, files, serial numbers, patterns such as `YYYYMMDD`.
fn is_identifier(word: &str, series: &FxHashSet<&str>) -> bool {
    const FILES: [&str; 26] = [
        "bak", "bmp", "cfg", "conf", "csv", "db", "doc", "docx", "exe", "gif", "html", "ini", "jpg", "json", "log",
        "md", "pdf", "png", "ppt", "pptx", "sql", "txt", "xls", "xlsx", "xml", "yaml",
    ];
    let inner_underscore = word.trim_matches('_').contains('_');
    let file = word
        .rsplit_once('.')
        .is_some_and(|(name, end)| !name.is_empty() && FILES.contains(&end));
    let serial = numbered(word).is_some_and(|(name, number)| number.starts_with('0') || series.contains(name));
    let shouted = word.len() >= 7
        && word.bytes().all(|b| b.is_ascii_uppercase())
        && frequency::zipf(Language::English, &word.to_ascii_lowercase()).is_none();
    inner_underscore || file || serial || shouted
}

/// Months and days of the week.
fn is_calendar(text: &str) -> bool {
    const NAMES: [&str; 19] = [
        "april",
        "august",
        "december",
        "february",
        "friday",
        "january",
        "july",
        "june",
        "march",
        "may",
        "monday",
        "november",
        "october",
        "saturday",
        "september",
        "sunday",
        "thursday",
        "tuesday",
        "wednesday",
    ];
    text.split(' ')
        .all(|word| NAMES.contains(&word.to_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Variant;

    fn group(text: &str, count: u32, topics: u32) -> Group {
        Group {
            key: normalise::key(text),
            variants: vec![Variant {
                text: text.to_owned(),
                count,
            }],
            kind: Some(Kind::Phrase),
            count,
            topics,
            ..Group::default()
        }
    }

    fn kept(groups: &[Group], language: Language) -> Vec<&str> {
        sift(groups, language, &FxHashSet::default(), 5_000)
            .into_iter()
            .zip(groups)
            .filter(|(kept, _)| *kept)
            .map(|(_, group)| group.main())
            .collect()
    }

    #[test]
    fn identifiers_are_no_terms_and_names_with_signs_are() {
        let groups = [
            "AB-0412",
            "LOT_ID",
            "ACCENUMB",
            "store.db",
            "batch AB-0412",
            "C++",
            ".NET",
            "R/S4",
            "node.js",
            "COVID-19",
            "MCPD",
        ]
        .map(|text| group(text, 3, 1));
        assert_eq!(
            kept(&groups, Language::English),
            ["C++", ".NET", "R/S4", "node.js", "COVID-19", "MCPD"]
        );
    }

    #[test]
    fn a_series_of_numbers_is_no_list_of_names() {
        let series = ["QX-101", "QX-102", "QX-103", "ISO-8859"].map(|text| group(text, 3, 0));
        assert_eq!(kept(&series, Language::English), ["ISO-8859"]);
    }

    #[test]
    fn a_word_that_lives_inside_a_longer_term_is_left_out() {
        let groups = [
            group("tetrazolium", 6, 0),
            group("tetrazolium test", 4, 0),
            group("tetrazolium salt", 2, 0),
            group("centrifuge", 6, 0),
            group("bench centrifuge", 2, 0),
        ];
        assert_eq!(
            kept(&groups, Language::English),
            ["tetrazolium test", "tetrazolium salt", "centrifuge", "bench centrifuge"]
        );
    }

    #[test]
    fn what_stands_once_has_to_be_introduced() {
        let groups = [
            group("zymurgy vat", 1, 0),
            group("zymurgy tap", 1, 1),
            group("brewhouse", 2, 0),
        ];
        assert_eq!(kept(&groups, Language::English), ["zymurgy tap", "brewhouse"]);
        let groups = [group("醸造槽", 1, 0), group("醸造栓", 1, 1), group("醸造樽", 2, 0)];
        assert_eq!(kept(&groups, Language::Japanese), ["醸造栓", "醸造樽"]);
    }

    #[test]
    fn in_a_small_corpus_a_common_word_has_to_be_introduced() {
        let groups = [
            group("seed", 60, 1),
            group("room", 9, 1),
            group("population", 3, 1),
            group("October", 5, 1),
        ];
        assert_eq!(kept(&groups, Language::English), ["seed", "population"]);
        let groups = [
            group("温度", 9, 0),
            group("番号", 3, 1),
            group("28日間", 3, 1),
            group("第5条", 2, 1),
        ];
        assert_eq!(kept(&groups, Language::Japanese), ["番号"]);
    }
}
