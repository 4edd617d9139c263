//! Other names that a sentence gives to a term: "X, also known as Y, is …", "X（別名Y）は…". The sentence has to say that it
//! is another name; brackets alone do not.

use crate::normalise::key;

/// Bytes behind the term within which another name is looked for.
const REACH: usize = 240;
/// Bytes that a name may have.
const LONGEST: usize = 80;

/// The other names that `text` gives to the term at `start..end`, in order.
pub(super) fn given(text: &str, start: usize, end: usize) -> Vec<String> {
    let after = head(&text[end..], REACH);
    let own = key(&text[start..end]);
    let japanese = text.chars().any(|c| matches!(c, 'ぁ'..='ヿ'));
    let mut names = if japanese {
        japanese_names(after)
    } else {
        english_names(after)
    };
    names.retain(|name| !name.is_empty() && name.len() <= LONGEST && key(name) != own);
    names.dedup();
    names
}

/// The name that a whole sentence gives to what the sentence before it was about: "Yともいう。", "It is also called Y."
pub(super) fn behind(text: &str) -> Option<String> {
    let closed = text.trim_end_matches(['。', '．', '.', ' ']);
    let japanese = [
        "ともいう",
        "ともいいます",
        "とも呼ぶ",
        "とも呼びます",
        "とも呼ばれる",
        "とも呼ばれます",
        "とも言う",
    ]
    .iter()
    .find_map(|end| closed.strip_suffix(end));
    if let Some(name) = japanese {
        let name = name.trim_matches(['「', '」', '『', '』', ' ']);
        return japanese_name(name).filter(|name| !name.contains(['は', 'を', '、', 'が', '。']));
    }
    [
        "It is also called ",
        "It is also known as ",
        "They are also called ",
        "They are also known as ",
    ]
    .iter()
    .find_map(|start| closed.strip_prefix(start))
    .and_then(english_name)
}

fn head(text: &str, bytes: usize) -> &str {
    let mut end = text.len().min(bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn english_names(after: &str) -> Vec<String> {
    const LEADS: [&str; 16] = [
        "also known as ",
        "also called ",
        "also referred to as ",
        "also termed ",
        "sometimes called ",
        "often called ",
        "commonly called ",
        "commonly known as ",
        "better known as ",
        "often abbreviated as ",
        "abbreviated as ",
        "abbreviated to ",
        "often referred to as ",
        "commonly referred to as ",
        "sometimes referred to as ",
        "a.k.a. ",
    ];
    let lower = after.to_ascii_lowercase();
    let mut rest = lower.trim_start_matches(['s', '"', '”', '’', ' ']);
    // Behind the abbreviation in brackets, as in "X (Y), also known as Z".
    if let Some(inner) = rest
        .strip_prefix('(')
        .filter(|inner| !LEADS.iter().any(|lead| inner.trim_start().starts_with(lead)))
        && let Some(close) = inner.find(')').filter(|close| *close <= 30)
    {
        rest = inner[close + 1..].trim_start();
    }
    for opening in ["(", ", ", "— ", "– ", "is ", "are ", "was "] {
        if let Some(inner) = rest.strip_prefix(opening) {
            rest = inner;
            break;
        }
    }
    let Some(lead) = LEADS.iter().find(|lead| rest.starts_with(**lead)) else {
        return Vec::new();
    };
    let offset = lower.len() - rest.len() + lead.len();
    let original = &after[offset..];
    let end = original
        .find([',', ';', ')', '(', '—', '–', ':'])
        .unwrap_or(original.len());
    let end = original[..end].find(". ").unwrap_or(end);
    original[..end].split(" or ").filter_map(english_name).collect()
}

fn english_name(text: &str) -> Option<String> {
    const STOPS: [&str; 14] = [
        "is", "are", "was", "were", "because", "which", "that", "when", "and", "by", "after", "since", "to", "but",
    ];
    let text = text
        .trim()
        .trim_end_matches('.')
        .trim_matches(['"', '“', '”', '‘', '’', '\'']);
    let mut words: Vec<&str> = text.split_whitespace().collect();
    if words
        .first()
        .is_some_and(|w| ["a", "an", "the"].contains(&w.to_ascii_lowercase().as_str()))
    {
        words.remove(0);
    }
    let end = words.iter().position(|w| STOPS.contains(w)).unwrap_or(words.len());
    words.truncate(end);
    let name = words.join(" ").trim_matches(['"', '“', '”', '‘', '’']).to_owned();
    ((1..=5).contains(&words.len()) && name.chars().any(char::is_alphabetic)).then_some(name)
}

fn japanese_names(after: &str) -> Vec<String> {
    let sentence = &after[..after.find('。').unwrap_or(after.len())];
    let opened = sentence.trim_start_matches(['」', '』', ' ']);
    // The remark has to be about the term: in brackets behind it, or in its own predicate.
    let (scope, bracket) = if let Some(inner) = opened.strip_prefix('（').or_else(|| opened.strip_prefix('(')) {
        (&inner[..inner.find(['）', ')']).unwrap_or(inner.len())], true)
    } else if opened.starts_with(['は', '、', 'の']) || opened.starts_with("とは") {
        (opened, false)
    } else {
        return Vec::new();
    };
    let mut names = Vec::new();
    for lead in ["別名", "またの名を", "略称", "略して", "通称"] {
        if let Some(at) = scope.find(lead).filter(|at| bracket || *at <= 30) {
            let rest = scope[at + lead.len()..].trim_start_matches(['は', '：', ':', '、', 'で', ' ', '「', '『']);
            names.extend(japanese_name(&rest[..rest.find(NAME_ENDS).unwrap_or(rest.len())]));
        }
    }
    for tail in ["とも呼", "ともいう", "ともいい", "とも言", "とも称", "と略", "とも略"] {
        if let Some(at) = scope.find(tail) {
            let left = scope[..at].trim_end_matches(['」', '』', ' ']);
            let begin = left.rfind(NAME_ENDS).map_or(0, |found| {
                found + left[found..].chars().next().map_or(1, char::len_utf8)
            });
            let name = ["しばしば", "よく", "単に", "または", "一般に", "略して"]
                .iter()
                .fold(&left[begin..], |name, w| name.trim_start_matches(w));
            if bracket || begin <= 60 {
                names.extend(japanese_name(name));
            }
        }
    }
    names
}

const NAME_ENDS: [char; 14] = [
    '、', '，', '。', '）', ')', '（', '(', '」', '「', '』', '『', 'と', 'は', 'を',
];

fn japanese_name(text: &str) -> Option<String> {
    let name = text.trim().trim_matches(['"', '“', '”', ' ']);
    let count = name.chars().count();
    let noun = name.chars().next_back().is_some_and(|c| !matches!(c, 'ぁ'..='ん'));
    ((2..=30).contains(&count) && noun).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{behind, given};

    fn names(text: &str, term: &str) -> Vec<String> {
        let start = text.find(term).unwrap();
        given(text, start, start + term.len())
    }

    #[test]
    fn another_name_is_taken_where_the_sentence_says_that_it_is_one() {
        assert_eq!(
            names(
                "Vertical scaling, also known as \"scaling up\", is a technique.",
                "Vertical scaling"
            ),
            ["scaling up"]
        );
        assert_eq!(
            names(
                "Kubernetes, often abbreviated as K8s, is an orchestrator.",
                "Kubernetes"
            ),
            ["K8s"]
        );
        assert_eq!(
            names("Weight (also called force of gravity) is a force.", "Weight"),
            ["force of gravity"]
        );
        assert_eq!(
            names(
                "A certificate — also referred to as a public key certificate or SSL certificate — is a file.",
                "certificate"
            ),
            ["public key certificate", "SSL certificate"]
        );
        assert_eq!(
            names("A daemon is also called a service because it serves.", "daemon"),
            ["service"]
        );
        assert!(names("A pod (small) is a unit.", "pod").is_empty());
        assert!(names("Radar is used in ships, also called vessels.", "Radar").is_empty());
    }

    #[test]
    fn japanese_names_are_found_in_brackets_and_predicates() {
        assert_eq!(
            names(
                "垂直スケーリング(「スケールアップ」とも呼ばれる)は方法です。",
                "垂直スケーリング"
            ),
            ["スケールアップ"]
        );
        assert_eq!(
            names(
                "継続的デリバリー（しばしばCDと略される）は手法です。",
                "継続的デリバリー"
            ),
            ["CD"]
        );
        assert_eq!(
            names("可用性（別名：アベイラビリティ）とは性質である。", "可用性"),
            ["アベイラビリティ"]
        );
        assert_eq!(
            names("コンピュータは、電子計算機とも呼ばれる。", "コンピュータ"),
            ["電子計算機"]
        );
        assert_eq!(
            names("国際連合の略称は国連であり、本部がある。", "国際連合"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_sentence_of_its_own_gives_a_name_too() {
        assert_eq!(behind("乾燥耐性種子ともいう。").as_deref(), Some("乾燥耐性種子"));
        assert_eq!(
            behind("「シードバンク」とも呼ばれる。").as_deref(),
            Some("シードバンク")
        );
        assert_eq!(
            behind("It is also called a seed library.").as_deref(),
            Some("seed library")
        );
        assert_eq!(behind("これは種子を守るともいう。"), None);
        assert_eq!(behind("It is also kept cold."), None);
    }
}
