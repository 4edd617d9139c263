//! An answer that fits the schema of a question, made of the words of the question: the same question has the same answer.

use serde_json::{Map, Value, json};

use crate::Call;

/// Items of a list of which the schema does not say how long it is.
const ITEMS: usize = 2;
/// Deepest nesting, for schemas that hold themselves.
const DEPTH: usize = 8;

/// Makes up the JSON for `call`: every property that is required, lists of two items or as many as the schema wants, the
/// first value of an enumeration, and texts from the words of the question.
pub fn answer(call: &Call) -> String {
    let Some(schema) = &call.schema else {
        return json!({ "answer": call.user.chars().take(40).collect::<String>() }).to_string();
    };
    let words = call.user.split(|c: char| !c.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| word.chars().count() > 1).collect();
    let mut maker = Maker {
        root: schema,
        words: &words,
        used: 0,
    };
    maker.value(schema, 0).to_string()
}

struct Maker<'a> {
    root: &'a Value,
    words: &'a [&'a str],
    used: usize,
}

impl Maker<'_> {
    fn value(&mut self, schema: &Value, depth: usize) -> Value {
        if depth > DEPTH {
            return Value::Null;
        }
        if let Some(target) = schema["$ref"].as_str().and_then(|path| path.strip_prefix('#')) {
            let target = self.root.pointer(target).cloned();
            return target.map_or(Value::Null, |target| self.value(&target, depth + 1));
        }
        if let Some(fixed) = schema.get("const") {
            return fixed.clone();
        }
        if let Some(first) = schema["enum"].get(0) {
            return first.clone();
        }
        if let Some(first) = schema["anyOf"].get(0).or_else(|| schema["oneOf"].get(0)) {
            return self.value(first, depth + 1);
        }
        let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str());
        match kind.unwrap_or("object") {
            "object" => self.object(schema, depth),
            "array" => {
                let least = schema["minItems"].as_u64().map_or(ITEMS, |least| least as usize);
                let most = schema["maxItems"].as_u64().map_or(usize::MAX, |most| most as usize);
                let item = &schema["items"];
                (0..least.max(ITEMS).min(most))
                    .map(|_| self.value(item, depth + 1))
                    .collect()
            }
            "integer" => schema.get("minimum").cloned().unwrap_or_else(|| 1.into()),
            "number" => schema.get("maximum").cloned().unwrap_or_else(|| json!(0.5)),
            "boolean" => true.into(),
            "null" => Value::Null,
            _ => self.word().into(),
        }
    }

    fn object(&mut self, schema: &Value, depth: usize) -> Value {
        let mut members = Map::new();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            members.insert(name.clone(), self.value(property, depth + 1));
        }
        members.into()
    }

    fn word(&mut self) -> String {
        let word = self.words.get(self.used % self.words.len().max(1));
        self.used += 1;
        word.map_or_else(|| "word".to_owned(), |word| (*word).to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer_to(schema: Value) -> Value {
        let call = Call {
            number: 1,
            model: String::new(),
            system: String::new(),
            user: "用語集 and glossary".to_owned(),
            body: Value::Null,
            schema: Some(schema),
        };
        serde_json::from_str(&answer(&call)).unwrap()
    }

    #[test]
    fn an_answer_fits_its_schema() {
        let item = json!({
            "type": "object",
            "properties": {
                "term": { "type": "string" },
                "kind": { "enum": ["person", "place"] },
                "sure": { "type": "number" },
                "note": { "type": ["string", "null"] },
            },
        });
        let schema = json!({
            "type": "object",
            "properties": {
                "terms": { "type": "array", "minItems": 3, "items": { "$ref": "#/$defs/item" } },
                "version": { "const": 2 },
            },
            "$defs": { "item": item },
        });
        let answer = answer_to(schema);
        assert_eq!(answer["version"], 2);
        assert_eq!(answer["terms"].as_array().map(Vec::len), Some(3));
        assert_eq!(answer["terms"][0]["kind"], "person");
        assert!(answer["terms"][0]["sure"].is_number() && answer["terms"][0]["note"].is_string());
    }

    #[test]
    fn a_schema_that_holds_itself_comes_to_an_end() {
        let answer = answer_to(json!({ "type": "object", "properties": { "more": { "$ref": "#" } } }));
        assert!(answer["more"].is_object());
    }
}
