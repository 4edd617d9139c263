//! The contract as the interface sees it: the generated bindings, read back. What a command takes and answers is
//! checked against these types and not against a second, hand-written list.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value, json};

const BINDINGS: &str = include_str!("../../ui/src/ipc/bindings.ts");

/// A TypeScript type, as far as the generator writes them.
#[derive(Debug, Clone)]
pub(crate) enum Type {
    Name(String, Vec<Self>),
    Literal(String),
    List(Box<Self>),
    Record(Vec<(String, Self)>),
    Map(Box<Self>),
    Union(Vec<Self>),
}

/// What one command takes and answers.
#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) arguments: Vec<(String, Type)>,
    pub(crate) answer: Type,
}

/// All commands, events and types of the bindings.
#[derive(Debug, Default)]
pub(crate) struct Contract {
    pub(crate) commands: BTreeMap<String, Command>,
    /// The payload type of each event.
    pub(crate) events: BTreeMap<String, Type>,
    types: HashMap<String, (Vec<String>, Type)>,
}

impl Contract {
    pub(crate) fn read() -> Self {
        let mut contract = Self::default();
        let text = without_comments(BINDINGS);
        for line in text.lines().filter(|line| line.contains("__TAURI_INVOKE(\"")) {
            let (head, tail) = line
                .split_once("=> typedError<")
                .expect("a command answers a typedError");
            let mut parser = Parser::new(&head[head.find('(').expect("arguments")..]);
            let arguments = parser.fields("(", ")");
            let answer = Parser::new(tail).union();
            let name = line.split('"').nth(1).expect("the name of the command");
            contract.commands.insert(name.to_owned(), Command { arguments, answer });
        }
        for line in text.lines().filter(|line| line.contains(": makeEvent<")) {
            let (_, tail) = line.split_once("makeEvent<").expect("an event");
            let name = line.split('"').nth(1).expect("the name of the event");
            contract.events.insert(name.to_owned(), Parser::new(tail).union());
        }
        for declaration in text.split("export type ").skip(1) {
            let mut parser = Parser::new(declaration);
            let name = parser.next();
            let mut parameters = Vec::new();
            if parser.take("<") {
                while !parser.take(">") {
                    parameters.push(parser.next());
                    parser.take(",");
                }
            }
            assert!(parser.take("="), "type {name} is not an alias");
            contract.types.insert(name, (parameters, parser.union()));
        }
        contract
    }

    /// Whether `value` is a `wanted`, no field more and no field less.
    pub(crate) fn check(&self, value: &Value, wanted: &Type) -> Result<(), String> {
        self.fits(value, wanted, &HashMap::new())
            .map_err(|problem| format!("{problem}\nin {value:#}"))
    }

    /// Whether `value` is what the bindings call `name`.
    pub(crate) fn check_named(&self, value: &Value, name: &str) -> Result<(), String> {
        self.check(value, &Type::Name(name.to_owned(), Vec::new()))
    }

    fn fits(&self, value: &Value, wanted: &Type, bound: &HashMap<String, Type>) -> Result<(), String> {
        let all = |values: &mut dyn Iterator<Item = &Value>, wanted: &Type| {
            values.enumerate().try_for_each(|(at, value)| {
                self.fits(value, wanted, bound)
                    .map_err(|problem| format!("[{at}]: {problem}"))
            })
        };
        match (wanted, value) {
            (Type::Name(name, arguments), _) => match (name.as_str(), value) {
                ("string", Value::String(_))
                | ("number", Value::Number(_))
                | ("boolean", Value::Bool(_))
                | ("null", Value::Null) => Ok(()),
                ("string" | "number" | "boolean" | "null", _) => Err(format!("{value} is not a {name}")),
                _ if bound.contains_key(name) => self.fits(value, &bound[name], &HashMap::new()),
                _ => {
                    let (parameters, body) = self.types.get(name).ok_or_else(|| format!("no type {name}"))?;
                    let bound = parameters.iter().cloned().zip(arguments.iter().cloned()).collect();
                    self.fits(value, body, &bound)
                        .map_err(|problem| format!("{name}: {problem}"))
                }
            },
            (Type::Literal(text), Value::String(found)) if text == found => Ok(()),
            (Type::List(item), Value::Array(values)) => all(&mut values.iter(), item),
            (Type::Map(item), Value::Object(fields)) => all(&mut fields.values(), item),
            (Type::Record(wanted), Value::Object(fields)) => {
                if let Some(extra) = fields.keys().find(|key| wanted.iter().all(|(name, _)| name != *key)) {
                    return Err(format!("field {extra} is not in the bindings"));
                }
                wanted.iter().try_for_each(|(name, wanted)| {
                    let value = fields.get(name).ok_or_else(|| format!("field {name} is missing"))?;
                    self.fits(value, wanted, bound)
                        .map_err(|problem| format!(".{name}: {problem}"))
                })
            }
            (Type::Union(options), _) => {
                let problems: Vec<_> = options.iter().map_while(|o| self.fits(value, o, bound).err()).collect();
                if problems.len() < options.len() {
                    Ok(())
                } else {
                    Err(problems.join(" | "))
                }
            }
            _ => Err(format!("{value} is not {wanted:?}")),
        }
    }

    /// Arguments that a command takes, with the emptiest values.
    pub(crate) fn sample(&self, command: &str) -> Map<String, Value> {
        let arguments = &self.commands[command].arguments;
        arguments
            .iter()
            .map(|(name, wanted)| (name.clone(), self.emptiest(wanted)))
            .collect()
    }

    fn emptiest(&self, wanted: &Type) -> Value {
        match wanted {
            Type::Name(name, _) => match name.as_str() {
                "string" => json!("none"),
                "number" => json!(0),
                "boolean" => json!(false),
                "null" => Value::Null,
                _ => self.emptiest(&self.types[name].1),
            },
            Type::Literal(text) => json!(text),
            Type::List(_) => json!([]),
            Type::Map(_) => json!({}),
            Type::Record(fields) => fields
                .iter()
                .map(|(name, wanted)| (name.clone(), self.emptiest(wanted)))
                .collect(),
            Type::Union(options) => self.emptiest(&options[0]),
        }
    }
}

fn without_comments(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("/**") {
        kept.push_str(before);
        rest = after.split_once("*/").expect("a comment ends").1;
    }
    kept + rest
}

struct Parser {
    tokens: Vec<String>,
    at: usize,
}

impl Parser {
    fn new(text: &str) -> Self {
        let mut tokens = Vec::new();
        let mut chars = text.chars().peekable();
        while let Some(char) = chars.next() {
            let mut token = String::from(char);
            if char == '"' {
                token.extend(chars.by_ref().take_while(|char| *char != '"'));
            } else if char.is_alphanumeric() || char == '_' {
                while let Some(next) = chars.next_if(|next| next.is_alphanumeric() || *next == '_') {
                    token.push(next);
                }
            } else if char.is_whitespace() {
                continue;
            }
            tokens.push(token);
        }
        Self { tokens, at: 0 }
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.tokens.get(self.at).is_some_and(|next| next == token);
        self.at += usize::from(found);
        found
    }

    fn next(&mut self) -> String {
        self.at += 1;
        self.tokens.get(self.at - 1).cloned().expect("the type goes on")
    }

    fn union(&mut self) -> Type {
        self.take("|");
        let mut options = vec![self.list()];
        while self.take("|") {
            options.push(self.list());
        }
        if options.len() == 1 {
            options.remove(0)
        } else {
            Type::Union(options)
        }
    }

    fn list(&mut self) -> Type {
        let mut found = self.single();
        while self.take("[") {
            assert!(self.take("]"), "only lists have brackets");
            found = Type::List(Box::new(found));
        }
        found
    }

    fn single(&mut self) -> Type {
        if self.tokens.get(self.at).is_some_and(|token| token == "{") {
            return match self.tokens.get(self.at + 1).map(String::as_str) {
                Some("[") => self.map(),
                _ => Type::Record(self.fields("{", "}")),
            };
        }
        let token = self.next();
        if let Some(text) = token.strip_prefix('"') {
            return Type::Literal(text.to_owned());
        }
        let mut arguments = Vec::new();
        if self.take("<") {
            while !self.take(">") {
                arguments.push(self.union());
                self.take(",");
            }
        }
        Type::Name(token, arguments)
    }

    /// `{ [key in string]: T }`
    fn map(&mut self) -> Type {
        while !self.take(":") {
            self.at += 1;
        }
        let item = self.union();
        assert!(self.take("}"), "a map has one kind of value");
        Type::Map(Box::new(item))
    }

    fn fields(&mut self, open: &str, close: &str) -> Vec<(String, Type)> {
        assert!(self.take(open), "fields begin with {open}");
        let mut fields = Vec::new();
        while !self.take(close) {
            let name = self.next();
            assert!(self.take(":"), "field {name} has a type");
            fields.push((name, self.union()));
            while self.take(",") || self.take(";") {}
        }
        fields
    }
}

#[test]
fn a_value_with_a_field_more_or_less_or_of_another_type_is_refused() {
    let contract = Contract::read();
    assert!(
        contract.commands.len() > 20 && contract.events.len() > 2,
        "the bindings were understood"
    );
    let error = json!({ "code": "internal", "params": {}, "detail": null });
    let good = json!({ "rows": [{ "stage": "load", "item": "a.md", "error": error }], "total": 1, "offset": 0 });
    let wanted = &contract.commands["list_missing"].answer;
    contract.check(&good, wanted).unwrap();
    for (pointer, bad) in [
        ("/total", json!("1")),
        ("/rows/0/error/detail", json!(1)),
        ("/rows/0", json!({ "item": "a.md" })),
        ("/rows", json!({})),
    ] {
        let mut value = good.clone();
        *value.pointer_mut(pointer).unwrap() = bad;
        assert!(contract.check(&value, wanted).is_err(), "{value}");
    }
    let mut more = good;
    more["more"] = json!(1);
    assert!(contract.check(&more, wanted).is_err());
    let finding = json!({ "kind": "circular", "path": ["a"] });
    contract.check_named(&finding, "Finding").unwrap();
    assert!(
        contract
            .check_named(&json!({ "kind": "circular", "occurrences": 1 }), "Finding")
            .is_err()
    );
}
