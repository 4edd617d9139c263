//! Whether a term stands where the topic of a Japanese definition stands, and what has to be skipped to reach its particle.

/// What it costs that this stands before the term, or nothing when the term cannot be the topic there.
pub(super) fn subject(before: &str) -> Option<f64> {
    const OPENERS: &[char] = &['「', '『', '“', '"', '\'', '《', '【', '〈', '≪', ' '];
    let rest = before.trim_end_matches(OPENERS);
    let rest = ["用語", "言葉", "単語", "概念としての"]
        .iter()
        .find_map(|w| rest.strip_suffix(w))
        .unwrap_or(rest)
        .trim_end_matches(OPENERS);
    if rest.is_empty() || rest.chars().all(|c| c.is_numeric() || "().．）（:：-・ ".contains(c)) {
        return Some(0.0);
    }
    // "XX（Y）は": the second name of the subject.
    if let Some(name) = rest.strip_suffix(['（', '(']).or_else(|| strip_alias_lead(rest)) {
        let short = name.chars().count() <= 30 && !name.contains(['。', 'は', 'を']);
        return (short && !name.is_empty()).then_some(0.05);
    }
    if rest.ends_with(['、', '，', ',']) {
        let intro = rest.trim_end_matches(['、', '，', ',']);
        // A clause with a verb in its plain form says something of its own.
        let clause = ["ば", "と", "が", "けど", "ので", "から", "し", "て"]
            .iter()
            .any(|end| intro.ends_with(end))
            && ![
                "では",
                "ると",
                "として",
                "とって",
                "おいて",
                "よって",
                "ついて",
                "関して",
                "いて",
            ]
            .iter()
            .any(|end| intro.ends_with(end));
        let long = intro.chars().count() > 45;
        return Some(match (clause, long) {
            (false, false) => 0.03,
            (true, true) => return None,
            _ => 0.15,
        });
    }
    if rest.ends_with("における") || rest.ends_with("での") || rest.ends_with("においての") {
        return Some(0.03);
    }
    // "…である X は", "ここで X とは"
    if [
        "である",
        "ここで",
        "この",
        "いわゆる",
        "一般に",
        "通常",
        "例えば",
        "また",
        "一方",
    ]
    .iter()
    .any(|end| rest.ends_with(end))
    {
        return Some(if rest.ends_with("この") { 0.3 } else { 0.06 });
    }
    if rest.ends_with('の') {
        return Some(0.2);
    }
    rest.ends_with(['：', ':', '—', '）', ')', '。']).then_some(0.1)
}

/// "X（別名「", "X（略称", "X、または"
fn strip_alias_lead(before: &str) -> Option<&str> {
    [
        "別名",
        "略称",
        "略して",
        "またの名を",
        "英語",
        "英",
        "または",
        "あるいは",
        "もしくは",
        "通称",
    ]
    .iter()
    .find_map(|lead| before.trim_end_matches(['：', ':', '、', ' ']).strip_suffix(lead))
    .map(|rest| rest.trim_end_matches(['（', '(', '、', ' ']))
}

/// What follows the term when brackets, quotes and words that announce a word are taken away, and what they add.
pub(super) fn behind_subject<'a>(after: &'a str, before: &str) -> (&'a str, f64) {
    let mut rest = after;
    let mut bonus = 0.0;
    let inside_bracket = before.trim_end_matches(['「', '『', ' ']).ends_with(['（', '('])
        || strip_alias_lead(before.trim_end_matches(['「', '『', ' '])).is_some();
    if inside_bracket && let Some(end) = rest.find(['）', ')']).filter(|end| *end <= 120) {
        rest = &rest[end + rest[end..].chars().next().map_or(1, char::len_utf8)..];
    }
    for _ in 0..5 {
        let trimmed = rest.trim_start_matches(['」', '』', '”', '"', '\'', '》', '】', '〉', '≫', ' ']);
        let inner = trimmed.strip_prefix('（').or_else(|| trimmed.strip_prefix('('));
        if let Some(inner) = inner {
            match inner.find(['）', ')']) {
                Some(end) if end <= 200 => {
                    rest = &inner[end + inner[end..].chars().next().map_or(1, char::len_utf8)..];
                    continue;
                }
                _ => {}
            }
        }
        let announced = [
            "という用語",
            "という言葉",
            "という語",
            "という概念",
            "という単語",
            "と呼ばれるもの",
        ]
        .iter()
        .find_map(|w| trimmed.strip_prefix(w));
        if let Some(left) = announced {
            bonus = 0.08;
            rest = left;
            continue;
        }
        // "X、またはY、は", "X、略してYは"
        let named = [
            "、または",
            "または",
            "、略して",
            "、別名",
            "、あるいは",
            "あるいは",
            "、通称",
        ]
        .iter()
        .find_map(|w| trimmed.strip_prefix(w));
        if let Some(left) = named {
            let end = left.find(['は', 'と']).filter(|end| *end <= 90);
            if let Some(end) = end {
                rest = &left[end..];
                continue;
            }
        }
        rest = trimmed;
        break;
    }
    (rest, bonus)
}
