//! Reads JSON as models write it. Beyond JSON it takes comments, commas at the end or missing, keys without quotes, single
//! and typographic quotes, line breaks and quotes inside texts, Python's constants, and numbers such as `+1` and `.5`. What
//! ends too early is closed.

use serde_json::{Map, Value};

use super::Parsed;

/// Deepest nesting, the same as in `serde_json`.
const DEPTH: usize = 127;

/// The value at the start of `text`, and its length in bytes. `None` if there is none that makes sense.
pub(super) fn read(text: &str) -> Option<(usize, Parsed)> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    let (value, truncated) = match reader.value() {
        Ok(value) => (value, false),
        Err(Stop::End(value)) => (value?, true),
        Err(Stop::Nonsense) => return None,
    };
    Some((reader.at, Parsed { value, truncated }))
}

/// Why a value has no end.
enum Stop {
    /// The text ended; what was complete of the value.
    End(Option<Value>),
    /// It is not JSON at all.
    Nonsense,
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn value(&mut self) -> Result<Value, Stop> {
        self.blank();
        match self.peek() {
            None => Err(Stop::End(None)),
            Some('{') => self.nested(Self::object),
            Some('[') => self.nested(Self::list),
            Some(c) if closing(c).is_some() => self.text().map(Value::from),
            Some(c) if c.is_ascii_digit() || "+-.".contains(c) => self.number(),
            Some(_) => self.constant(),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value, Stop>) -> Result<Value, Stop> {
        if self.depth == DEPTH {
            return Err(Stop::Nonsense);
        }
        self.depth += 1;
        self.at += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn object(&mut self) -> Result<Value, Stop> {
        let mut members = Map::new();
        loop {
            match self.separator('}') {
                Some(true) => return Ok(members.into()),
                Some(false) => {}
                None => return Err(Stop::End(Some(members.into()))),
            }
            let member = self.key().map(|key| (key, self.value()));
            match member {
                Ok((key, Ok(value))) => members.insert(key, value),
                Ok((key, Err(Stop::End(part)))) => {
                    members.extend(part.map(|part| (key, part)));
                    return Err(Stop::End(Some(members.into())));
                }
                Err(Stop::End(_)) => return Err(Stop::End(Some(members.into()))),
                Err(Stop::Nonsense) | Ok((_, Err(Stop::Nonsense))) => return Err(Stop::Nonsense),
            };
        }
    }

    fn list(&mut self) -> Result<Value, Stop> {
        let mut items = Vec::new();
        loop {
            match self.separator(']') {
                Some(true) => return Ok(items.into()),
                Some(false) => {}
                None => return Err(Stop::End(Some(items.into()))),
            }
            match self.value() {
                Ok(item) => items.push(item),
                Err(Stop::End(part)) => {
                    items.extend(part);
                    return Err(Stop::End(Some(items.into())));
                }
                Err(Stop::Nonsense) => return Err(Stop::Nonsense),
            }
        }
    }

    /// Goes past blanks and commas, and past `end` if it comes next, which it tells. Nothing at the end of the text.
    fn separator(&mut self, end: char) -> Option<bool> {
        self.blank();
        while self.take(',') {
            self.blank();
        }
        self.peek()?;
        Some(self.take(end))
    }

    /// The key of a member and its colon.
    fn key(&mut self) -> Result<String, Stop> {
        let key = match self.peek() {
            Some(c) if closing(c).is_some() => self.text()?,
            _ => {
                let word = self.word();
                if word.is_empty() {
                    return Err(Stop::Nonsense);
                }
                word.to_owned()
            }
        };
        self.blank();
        match self.peek() {
            None => Err(Stop::End(None)),
            Some(':') => {
                self.at += 1;
                Ok(key)
            }
            Some(_) => Err(Stop::Nonsense),
        }
    }

    fn text(&mut self) -> Result<String, Stop> {
        let end = self.next().and_then(closing).ok_or(Stop::Nonsense)?;
        let mut text = String::new();
        loop {
            match self.next().ok_or(Stop::End(None))? {
                '\\' => self.escape(&mut text)?,
                c if c == end && self.is_end_of_text() => return Ok(text),
                c => text.push(c),
            }
        }
    }

    /// Whether the quote just read ends its text: after it comes what may follow one. Otherwise it is part of the text.
    fn is_end_of_text(&self) -> bool {
        let rest = &self.text[self.at..];
        let next = rest.trim_start();
        next.is_empty()
            || next.starts_with([',', ':', '}', ']', '"'])
            || next.starts_with("//")
            || next.starts_with("/*")
            || rest.starts_with(['\n', '\r'])
    }

    fn escape(&mut self, text: &mut String) -> Result<(), Stop> {
        match self.next().ok_or(Stop::End(None))? {
            'n' => text.push('\n'),
            't' => text.push('\t'),
            'r' => text.push('\r'),
            'b' => text.push('\u{8}'),
            'f' => text.push('\u{c}'),
            'u' => match self.unit() {
                Some(unit) => text.push(self.scalar(unit)),
                None if self.text.len() - self.at < 4 => return Err(Stop::End(None)),
                None => text.push_str("\\u"),
            },
            c if "\"'\\/“”‘’`".contains(c) => text.push(c),
            // A back-slash that escapes nothing is meant as one: a Windows path, a regular expression, a formula.
            c => {
                text.push('\\');
                text.push(c);
            }
        }
        Ok(())
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }

    /// The character of `unit`, and of the one after it if these are a pair.
    fn scalar(&mut self, unit: u32) -> char {
        if let Some(c) = char::from_u32(unit) {
            return c;
        }
        let after_first = self.at;
        if unit < 0xDC00 && self.text[self.at..].starts_with("\\u") {
            self.at += 2;
            if let Some(low @ 0xDC00..=0xDFFF) = self.unit()
                && let Some(c) = char::from_u32(0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00))
            {
                return c;
            }
            self.at = after_first;
        }
        char::REPLACEMENT_CHARACTER
    }

    fn number(&mut self) -> Result<Value, Stop> {
        let rest = &self.text[self.at..];
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"+-._".contains(c));
        // At the end of the text a number may have more digits.
        let length = length.ok_or(Stop::End(None))?;
        self.at += length;
        let written = &rest[..length];
        if let Ok(value) = serde_json::from_str(written) {
            return Ok(value);
        }
        let plain = written.trim_start_matches('+').replace('_', "");
        let number = plain.parse::<f64>().ok().and_then(serde_json::Number::from_f64);
        number.map(Value::Number).ok_or(Stop::Nonsense)
    }

    fn constant(&mut self) -> Result<Value, Stop> {
        let word = self.word();
        if self.peek().is_none() {
            return Err(Stop::End(None));
        }
        match word {
            "true" | "True" | "TRUE" => Ok(true.into()),
            "false" | "False" | "FALSE" => Ok(false.into()),
            "null" | "None" | "NULL" | "undefined" | "NaN" => Ok(Value::Null),
            _ => Err(Stop::Nonsense),
        }
    }

    fn word(&mut self) -> &'a str {
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '$');
        let word = &rest[..end.unwrap_or(rest.len())];
        self.at += word.len();
        word
    }

    /// Goes past white space and comments.
    fn blank(&mut self) {
        loop {
            let rest = &self.text[self.at..];
            let next = rest.trim_start();
            let comment = if next.starts_with("//") {
                next.find('\n').unwrap_or(next.len())
            } else if next.starts_with("/*") {
                next.find("*/").map_or(next.len(), |end| end + 2)
            } else {
                0
            };
            self.at += rest.len() - next.len() + comment;
            if comment == 0 {
                return;
            }
        }
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn take(&mut self, c: char) -> bool {
        let there = self.peek() == Some(c);
        if there {
            self.at += c.len_utf8();
        }
        there
    }
}

/// The quote that ends a text which begins with `open`.
fn closing(open: char) -> Option<char> {
    match open {
        '"' | '\'' => Some(open),
        '“' => Some('”'),
        '‘' => Some('’'),
        _ => None,
    }
}
