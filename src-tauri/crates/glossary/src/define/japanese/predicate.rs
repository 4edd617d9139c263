//! What a Japanese predicate says about its topic: とは, は…である, を指す.

use super::super::sight::Sight;
use super::{ends_in, is_word};

/// What the predicate says: `rest` begins with the particle behind the topic, `closed` is the sentence without its stop.
pub(super) fn predicate(rest: &str, closed: &str, sight: &Sight<'_>) -> Option<f64> {
    const NOT_A_TOPIC: [&str; 19] = [
        "異な",
        "別",
        "言え",
        "いえ",
        "限ら",
        "対照",
        "独立",
        "違",
        "関係",
        "逆",
        "無関係",
        "なら",
        "思",
        "考え",
        "呼",
        "何",
        "比べ",
        "反対",
        "相容",
    ];
    let body_length = |body: &str| body.chars().count();
    for lead in ["とは", "というのは", "って"] {
        if let Some(body) = rest.strip_prefix(lead) {
            if NOT_A_TOPIC.iter().any(|no| body.starts_with(no)) || ends_in(closed, &["何でしょう", "何か"]) {
                return None;
            }
            if body_length(body) < 6 {
                return Some(0.3);
            }
            if is_negative(closed) {
                return Some(0.3);
            }
            return Some(if lead == "って" { 0.6 } else { topic_towa(closed) });
        }
    }
    let body = rest
        .strip_prefix('は')
        .or_else(|| rest.strip_prefix("を、").map(|_| rest))
        .or_else(|| rest.strip_prefix('を').map(|_| rest))?;
    if rest.starts_with('を') {
        return ends_in(closed, &["と定義する", "と定義します", "と定義される", "と定義した"]).then_some(0.85);
    }
    if is_negative(closed) || body_length(body) < 6 {
        return None;
    }
    Some(topic_wa(body, closed, sight))
}

fn topic_towa(closed: &str) -> f64 {
    if ends_in(
        closed,
        &[
            "ことです",
            "ことである",
            "こと",
            "を指す",
            "を指します",
            "をいう",
            "を言う",
            "をいいます",
            "を意味する",
            "を意味します",
        ],
    ) {
        0.95
    } else if ends_in(closed, &["である", "です", "だ", "のもの", "もの"]) {
        0.92
    } else {
        0.8
    }
}

/// Xは…: a definition when the sentence ends in a noun that says what X is, a statement of fact otherwise.
fn topic_wa(body: &str, closed: &str, sight: &Sight<'_>) -> f64 {
    if ends_in(
        closed,
        &[
            "と呼ばれる",
            "と呼ばれます",
            "と呼ばれている",
            "と呼ばれています",
            "と呼ぶ",
            "と略される",
            "と略されます",
            "ともいう",
        ],
    ) {
        // What follows is another name.
        return 0.25;
    }
    if ends_in(
        closed,
        &[
            "を指す",
            "を指します",
            "をさす",
            "をさします",
            "をいう",
            "をいいます",
            "を言う",
            "を言います",
            "を意味する",
            "を意味します",
            "と定義される",
            "と定義されます",
            "と定義されている",
            "を示す用語です",
        ],
    ) {
        return 0.86;
    }
    if ends_in(
        closed,
        &["を表す", "を表します", "を表した", "を指しています", "を意味しています"],
    ) {
        return 0.6;
    }
    if ends_in(
        closed,
        &[
            "の略です",
            "の略である",
            "の略",
            "の略称です",
            "の略称である",
            "の頭文字です",
        ],
    ) {
        return 0.35;
    }
    let noun_end = ["です", "である", "であり", "だ", "になります", "となります"]
        .iter()
        .find_map(|end| closed.strip_suffix(end));
    let Some(predicate) = noun_end else {
        // "…する技術。": the sentence ends in its noun.
        let ends_in_noun = closed.chars().next_back().is_some_and(is_word);
        if ends_in_noun && body.chars().count() >= 12 && modified(closed).is_some() {
            return 0.62;
        }
        if ends_in(
            closed,
            &[
                "として機能する",
                "として機能します",
                "として使われる",
                "として使用されます",
            ],
        ) {
            return 0.46;
        }
        // The definition may stand before a comma: "抽象化は…表現であり、…します".
        let early = [
            "方法であり",
            "技術であり",
            "仕組みであり",
            "手法であり",
            "ものであり",
            "プロセスであり",
            "であり、",
        ];
        if early.iter().any(|e| body.contains(e)) {
            return 0.55;
        }
        // A plain statement is a definition only where a text about the term begins with it.
        let about = sight.headed || sight.document_start && sight.focal;
        let lasting = !ends_in(closed, &["ている", "ています", "ました", "られます", "られる"]);
        return if about && lasting { 0.45 } else { 0.22 };
    };
    if ends_in(
        predicate,
        &[
            "こと",
            "もののこと",
            "総称",
            "一種",
            "一つの形態",
            "一形態",
            "種類",
            "用語",
            "概念",
        ],
    ) {
        return 0.84;
    }
    if ends_in(predicate, &NO_GENUS) && !ends_in(predicate, &["目的", "標的"]) || predicate.ends_with("目的") {
        return 0.22;
    }
    let nominal = predicate
        .chars()
        .next_back()
        .is_some_and(|c| is_word(c) || c == '）' || c == ')' || c == '」');
    if nominal
        || ends_in(
            predicate,
            &[
                "もの",
                "つ",
                "やり方",
                "仕組み",
                "取り組み",
                "組み",
                "まとまり",
                "集まり",
                "つながり",
                "働き",
                "はたらき",
                "しくみ",
                "かたまり",
            ],
        )
    {
        match modified(predicate) {
            Some(true) => 0.7,
            Some(false) => 0.55,
            None => 0.46,
        }
    } else {
        0.3
    }
}

/// Adjectives and nouns that judge, count or give a reason.
const NO_GENUS: [&str; 51] = [
    "重要",
    "必要",
    "可能",
    "不可能",
    "簡単",
    "困難",
    "容易",
    "有効",
    "不可欠",
    "便利",
    "有用",
    "最適",
    "一般的",
    "同じ",
    "同様",
    "例",
    "一例",
    "理由",
    "目的",
    "ため",
    "から",
    "はず",
    "わけ",
    "ところ",
    "問題",
    "場合",
    "違い",
    "課題",
    "不要",
    "十分",
    "明らか",
    "良い",
    "いい",
    "べき",
    "前提",
    "前提条件",
    "一部",
    "鍵",
    "原因",
    "結果",
    "中心",
    "よう",
    "そう",
    "多い",
    "難しい",
    "ない",
    "高い",
    "大きい",
    "好適",
    "的",
    "一つ",
];

/// Whether something before the noun at the end tells it from its kind: true for a clause, false for の and な alone.
fn modified(phrase: &str) -> Option<bool> {
    let head: usize = phrase
        .chars()
        .rev()
        .take_while(|c| is_word(*c) || "）)」".contains(*c))
        .map(char::len_utf8)
        .sum();
    let before = &phrase[..phrase.len() - head];
    let clause = before.ends_with(['る', 'す', 'く', 'う', 'つ', 'ぬ', 'む', 'ぶ', 'ぐ', 'た', 'だ', 'い'])
        || before.contains("ための");
    let noun = before.ends_with(['の', 'な', '「', '(']);
    if clause {
        Some(true)
    } else if noun {
        Some(before.contains(['る', 'す', 'を', 'た']))
    } else {
        None
    }
}

fn is_negative(closed: &str) -> bool {
    ends_in(
        closed,
        &[
            "ではない",
            "ではありません",
            "でない",
            "じゃない",
            "とは限らない",
            "とは限りません",
            "ではなかった",
            "わけではありません",
        ],
    )
}
