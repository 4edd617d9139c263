//! Japanese sentences that end with the name of what they describe.

/// "…をXと呼ぶ", "…はXと呼ばれる", "Xと呼ばれる…".
pub(super) fn naming(before: &str, after: &str) -> Option<f64> {
    let after = after.trim_start_matches(['」', '』', '”', '"', ' ']);
    let after = match after.strip_prefix('（').or_else(|| after.strip_prefix('(')) {
        Some(inner) => inner
            .find(['）', ')'])
            .filter(|end| *end <= 120)
            .map_or(after, |end| inner[end..].trim_start_matches(['）', ')', '」'])),
        None => after,
    };
    let left = before.trim_end_matches(['「', '『', '“', '"', ' ']);
    // "（その逆は X と呼ばれます）": a remark about something else.
    let open = left.rfind(['（', '(']);
    let remark = open.is_some_and(|open| !left[open..].contains(['）', ')']));
    if let Some(open) = open.filter(|_| remark)
        && (left[open..].contains('逆') || left[open..].contains("反対") || left[open..].chars().count() > 6)
    {
        return None;
    }
    let also = ["とも呼", "ともいう", "ともいい", "とも言"]
        .iter()
        .any(|also| after.starts_with(also));
    if also {
        return Some(0.35);
    }
    let ends_clause = |rest: &str| rest.is_empty() || rest.starts_with(['。', '．', '.', '、', '）', ')', '，']);
    let named = [
        "と呼ぶ",
        "と呼びます",
        "と呼ばれます",
        "と呼ばれています",
        "と呼んでいます",
        "という",
        "といいます",
        "と言う",
        "と言います",
        "と称する",
        "と称します",
        "と名付ける",
        "と定義する",
        "と定義します",
        "と呼ばれている",
        "と呼ばれる",
        "といわれる",
    ]
    .iter()
    .find_map(|verb| after.strip_prefix(verb).map(|rest| (*verb, rest)))?;
    let (verb, rest) = named;
    left.chars().next()?;
    let anaphoric = ["これ", "それ", "この", "その", "こう"]
        .iter()
        .any(|start| left.starts_with(start))
        && left.chars().count() < 25;
    let discount = if anaphoric { 0.3 } else { 0.0 };
    if ends_clause(rest) {
        let what = left.trim_end_matches(['、', '，', ' ']);
        let base = if what.ends_with("のことを") || what.ends_with("ことを") || what.ends_with("ものを") {
            0.88
        } else if what.ends_with('を') {
            0.8
        } else if what.ends_with('は') {
            0.66
        } else if what.contains('を') || what.contains('は') {
            0.6
        } else {
            0.3
        };
        let short = if left.chars().count() < 10 { 0.25 } else { 0.0 };
        return Some(base - discount - short);
    }
    // "X と呼ばれる A": A is the genus.
    (verb == "と呼ばれる" || verb == "といわれる").then_some(0.38 - discount)
}
