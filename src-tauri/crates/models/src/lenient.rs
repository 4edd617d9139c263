//! Values as models give them, for the functions that read an answer: a number as a text, a confidence in percent, an
//! enumeration in capitals, a list without the object around it.

use serde_json::Value;

/// Words for a confidence: four that are high, three in the middle, three that are low.
const CONFIDENCES: [&str; 10] = [
    "high", "certain", "高", "高い", "medium", "moderate", "中", "low", "低", "低い",
];

/// A text without white space around it; a number or truth value as it is written. `None` for anything else, and for a
/// text with nothing in it.
pub fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// A finite number, also one in a text, with a comma in thousands, a percent sign or other words after it.
pub fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => {
            let text = text.trim().replace(',', "");
            let end = text.find(|c: char| !c.is_ascii_digit() && !"+-.eE".contains(c));
            let digits = &text[..end.unwrap_or(text.len())];
            digits.trim_end_matches(['e', 'E', '.', '-', '+']).parse().ok()
        }
        _ => None,
    };
    number.filter(|number| number.is_finite())
}

/// A confidence from 0 to 1. Out of that range it is one of 5 up to 5, of 10 up to 10, and of 100 above; beyond, and below
/// 0, it is the nearest end. A word such as "high" counts, and so does `4/5`. What says nothing is 0.
pub fn confidence(value: &Value) -> f32 {
    let finite = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    if let Value::String(text) = value {
        let text = text.trim();
        if let Some((part, whole)) = text.split_once('/')
            && let (Some(part), Some(whole)) = (finite(part), finite(whole))
            && whole > 0.0
        {
            return (part / whole).clamp(0.0, 1.0) as f32;
        }
        if let Some(percent) = text.strip_suffix(['%', '%'])
            && let Some(percent) = finite(percent)
        {
            return (percent / 100.0).clamp(0.0, 1.0) as f32;
        }
        match one_of(value, &CONFIDENCES) {
            Some(0..4) => return 0.9,
            Some(4..7) => return 0.6,
            Some(_) => return 0.3,
            None => {}
        }
    }
    let given = number(value).unwrap_or(0.0);
    let scale = match given {
        ..=1.0 => 1.0,
        ..=5.0 => 5.0,
        ..=10.0 => 10.0,
        _ => 100.0,
    };
    (given / scale).clamp(0.0, 1.0) as f32
}

/// Which of `names` a text means, whatever its case and whether it has spaces, hyphens or underscores. `None` for any
/// other one.
pub fn one_of(value: &Value, names: &[&str]) -> Option<usize> {
    let given = bare(value.as_str()?);
    names.iter().position(|name| bare(name) == given)
}

/// The list under `key`, the list itself if there is no object around it, and a lone object as a list of one. `None` if
/// there is nothing of the kind.
pub fn list<'a>(value: &'a Value, key: &str) -> Option<&'a [Value]> {
    match value {
        Value::Array(items) => Some(items),
        Value::Object(members) => match members.get(key) {
            Some(Value::Array(items)) => Some(items),
            Some(one @ Value::Object(_)) => Some(std::slice::from_ref(one)),
            _ => None,
        },
        _ => None,
    }
}

fn bare(text: &str) -> String {
    let kept = text.chars().filter(|c| !c.is_whitespace() && !"-_.".contains(*c));
    kept.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// D4: a confidence of 5 is none of 500 %.
    #[test]
    fn a_confidence_is_always_from_0_to_1() {
        for nothing in ["NaN/1", "1/inf", "nan%", "NaN"] {
            assert!(confidence(&json!(nothing)).is_finite(), "{nothing}");
        }
        for (given, expected) in [
            (json!(0.8), 0.8),
            (json!(1), 1.0),
            (json!(5), 1.0),
            (json!(4), 0.8),
            (json!(8), 0.8),
            (json!(85), 0.85),
            (json!(1000), 1.0),
            (json!(-3), 0.0),
            (json!("0.7"), 0.7),
            (json!("85 %"), 0.85),
            (json!("1%"), 0.01),
            (json!("4/5"), 0.8),
            (json!("High"), 0.9),
            (json!("sure"), 0.0),
            (json!(null), 0.0),
            (json!([1]), 0.0),
        ] {
            assert!(
                (confidence(&given) - expected).abs() < 1e-6,
                "{given}: {}",
                confidence(&given)
            );
        }
    }

    /// D4: a number as a text is the number.
    #[test]
    fn a_number_may_be_written_as_a_text() {
        for (given, expected) in [
            (json!(3), Some(3.0)),
            (json!(" 3.5 "), Some(3.5)),
            (json!("1,200 pages"), Some(1200.0)),
            (json!("-2"), Some(-2.0)),
            (json!("three"), None),
            (json!(true), None),
        ] {
            assert_eq!(number(&given), expected, "{given}");
        }
    }

    /// D4: an unknown value is told from a known one in other letters.
    #[test]
    fn a_name_is_known_in_other_letters() {
        let names = ["technical_term", "person"];
        for (given, expected) in [
            (json!("Technical Term"), Some(0)),
            (json!("technical-term"), Some(0)),
            (json!("PERSON "), Some(1)),
            (json!("planet"), None),
            (json!(1), None),
        ] {
            assert_eq!(one_of(&given, &names), expected, "{given}");
        }
    }

    #[test]
    fn a_list_is_found_with_and_without_its_object() {
        let items = json!([{ "a": 1 }]);
        assert_eq!(list(&json!({ "terms": items }), "terms").map(<[Value]>::len), Some(1));
        assert_eq!(list(&items, "terms").map(<[Value]>::len), Some(1));
        assert_eq!(
            list(&json!({ "terms": { "a": 1 } }), "terms").map(<[Value]>::len),
            Some(1)
        );
        assert_eq!(list(&json!({ "others": [] }), "terms"), None);
    }

    #[test]
    fn an_empty_text_is_none() {
        assert_eq!(text(&json!("  ")), None);
        assert_eq!(text(&json!(" a ")).as_deref(), Some("a"));
        assert_eq!(text(&json!(3)).as_deref(), Some("3"));
    }

    proptest! {
        #[test]
        fn no_text_makes_them_panic(given in any::<String>()) {
            let value = Value::from(given);
            text(&value);
            number(&value);
            one_of(&value, &["a"]);
            prop_assert!((0.0..=1.0).contains(&confidence(&value)));
        }
    }
}
