//! Quantities, dates and numbered parts in Japanese: 28日間, 4月, 第5条, 三つ, 50粒.

/// What is counted or numbered, longest first where one begins with another.
const COUNTERS: [&str; 86] = [
    "世紀",
    "丁目",
    "か月間",
    "か月",
    "ヶ月間",
    "ヶ月",
    "カ月",
    "ヵ月",
    "箇所",
    "か所",
    "カ所",
    "ヶ所",
    "ヵ所",
    "か国",
    "カ国",
    "時間",
    "時半",
    "分間",
    "秒間",
    "日間",
    "週間",
    "年間",
    "年度",
    "年代",
    "番目",
    "種類",
    "段階",
    "割",
    "月",
    "日",
    "年",
    "時",
    "分",
    "秒",
    "週",
    "回",
    "回目",
    "度",
    "個",
    "つ",
    "人",
    "名",
    "本",
    "枚",
    "冊",
    "台",
    "点",
    "件",
    "粒",
    "株",
    "箱",
    "層",
    "版",
    "条",
    "章",
    "節",
    "項",
    "号",
    "期",
    "次",
    "位",
    "番",
    "倍",
    "円",
    "歳",
    "頁",
    "反復",
    "行",
    "列",
    "桁",
    "字",
    "文字",
    "頭",
    "匹",
    "軒",
    "杯",
    "cm",
    "mm",
    "km",
    "kg",
    "mg",
    "g",
    "m",
    "L",
    "ml",
    "水曜",
];
const BEHIND: [&str; 12] = [
    "未満", "以上", "以下", "以内", "前後", "程度", "目", "半", "後", "前", "間", "ごと",
];

/// Whether the text is nothing but a number and what it counts, with 第 before it or 未満 and the like behind it, once
/// or several times in a row.
pub(super) fn is_quantity(text: &str) -> bool {
    use unicode_normalization::UnicodeNormalization;
    let folded: String = text.nfkc().collect();
    let mut rest = folded.as_str();
    let mut counted = 0;
    while !rest.is_empty() {
        let number = rest.strip_prefix('第').unwrap_or(rest);
        let behind = number.trim_start_matches(is_digit);
        if behind.len() == number.len() {
            break;
        }
        rest = COUNTERS
            .iter()
            .filter_map(|counter| behind.strip_prefix(counter))
            .min_by_key(|rest| rest.len())
            .unwrap_or(behind);
        while let Some(left) = BEHIND.iter().find_map(|tail| rest.strip_prefix(tail)) {
            rest = left;
        }
        counted += 1;
    }
    counted > 0 && rest.is_empty()
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || is_kanji_digit(c) || matches!(c, '.' | ',' | '数')
}

fn is_kanji_digit(c: char) -> bool {
    matches!(
        c,
        '〇' | '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十' | '百' | '千' | '万'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_known_by_number_and_counter() {
        for text in [
            "28日間",
            "4月",
            "第5条",
            "三つ",
            "50粒",
            "10月9",
            "四時半",
            "50g未満",
            "十二週間",
            "一か所",
            "第4版",
            "25粒四反復",
            "２０２４年",
        ] {
            assert!(is_quantity(text), "{text} is a quantity");
        }
        for text in [
            "二酸化炭素",
            "一塩基多型",
            "5G通信",
            "三相交流",
            "発芽率",
            "第三者",
            "月",
            "",
        ] {
            assert!(!is_quantity(text), "{text} is no quantity");
        }
    }
}
