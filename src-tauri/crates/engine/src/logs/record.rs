//! One record of a log and its line in the file.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use specta::Type;

/// How much a record matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    /// For the curious.
    Debug,
    /// The course of the run.
    Info,
    /// Something was left out or is doubtful.
    Warn,
    /// Something failed.
    Error,
}

impl LogLevel {
    pub(super) const ALL: [Self; 4] = [Self::Debug, Self::Info, Self::Warn, Self::Error];

    /// The level as it stands in the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
        }
    }

    /// The level of a line, without reading the rest. A line that is none of ours counts as information.
    pub(super) fn of_line(line: &[u8]) -> Self {
        let field = line.split(|byte| *byte == b'\t').nth(1).unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|level| level.name().as_bytes() == field)
            .unwrap_or(Self::Info)
    }
}

/// One record of a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LogRecord {
    /// Its number, from 1, without gaps.
    pub seq: u32,
    /// UTC, RFC 3339 with milliseconds.
    pub time: String,
    /// How much it matters.
    pub level: LogLevel,
    /// The stage, or empty between the stages.
    pub stage: String,
    /// The document or term, or empty.
    pub item: String,
    /// What happened.
    pub message: String,
}

/// Longer messages and items are cut, and the cut says so, so that one record fits into one event.
const MESSAGE_LIMIT: usize = 4096;
const ITEM_LIMIT: usize = 512;

impl LogRecord {
    /// Cuts what is too long, in place, with a visible mark.
    pub(super) fn bound(&mut self) {
        bound(&mut self.message, MESSAGE_LIMIT);
        bound(&mut self.item, ITEM_LIMIT);
    }

    /// Appends the line, with its line end.
    pub(super) fn write_line(&self, line: &mut String) {
        for field in [&*self.time, self.level.name(), &self.stage, &self.item] {
            escape(field, line);
            line.push('\t');
        }
        escape(&self.message, line);
        line.push('\n');
    }

    /// Says that the line ends before its end: the process died while it wrote it.
    pub(super) fn mark_torn(&mut self) {
        self.message.push_str("… (the line breaks off here)");
    }

    /// Reads a line without its line end. Whatever is in the file is shown: a foreign line becomes a message.
    pub(super) fn parse(seq: u32, line: &[u8]) -> Self {
        let line = String::from_utf8_lossy(line);
        let line = line.trim_end_matches('\r');
        let fields: Vec<&str> = line.splitn(5, '\t').collect();
        match fields[..] {
            [time, level, stage, item, message] => Self {
                seq,
                time: unescape(time),
                level: LogLevel::of_line(format!("\t{level}").as_bytes()),
                stage: unescape(stage),
                item: unescape(item),
                message: unescape(message),
            },
            _ => Self {
                seq,
                time: String::new(),
                level: LogLevel::Info,
                stage: String::new(),
                item: String::new(),
                message: unescape(line),
            },
        }
    }
}

fn bound(text: &mut String, limit: usize) {
    if text.len() > limit {
        let end = text.floor_char_boundary(limit);
        let left_out = text.len() - end;
        text.truncate(end);
        let _ = write!(text, "… ({left_out} bytes left out)");
    }
}

fn escape(field: &str, line: &mut String) {
    let mut rest = field;
    while let Some(at) = rest.find(|char: char| char == '\\' || char.is_control()) {
        line.push_str(&rest[..at]);
        let mut after = rest[at..].chars();
        match after.next().unwrap_or_default() {
            '\\' => line.push_str("\\\\"),
            '\t' => line.push_str("\\t"),
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            char => _ = write!(line, "\\u{{{:x}}}", char as u32),
        }
        rest = after.as_str();
    }
    line.push_str(rest);
}

fn unescape(field: &str) -> String {
    if !field.contains('\\') {
        return field.to_owned();
    }
    let mut text = String::with_capacity(field.len());
    let mut rest = field;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let (char, used) = match after.as_bytes().first() {
            Some(b't') => (Some('\t'), 1),
            Some(b'n') => (Some('\n'), 1),
            Some(b'r') => (Some('\r'), 1),
            Some(b'\\') => (Some('\\'), 1),
            Some(b'u') => unescape_code(after),
            _ => (None, 0),
        };
        text.push(char.unwrap_or('\\'));
        rest = &after[used..];
    }
    text.push_str(rest);
    text
}

/// `u{1b}` at the start of `text`: the character and the bytes it took.
fn unescape_code(text: &str) -> (Option<char>, usize) {
    let code = text
        .strip_prefix("u{")
        .and_then(|rest| rest.split_once('}'))
        .map(|(code, _)| code);
    match code.and_then(|code| Some((char::from_u32(u32::from_str_radix(code, 16).ok()?)?, code.len()))) {
        Some((char, digits)) => (Some(char), digits + 3),
        None => (None, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(item: &str, message: &str) -> LogRecord {
        LogRecord {
            seq: 7,
            time: "2026-11-18T15:21:09.120Z".into(),
            level: LogLevel::Warn,
            stage: "define".into(),
            item: item.into(),
            message: message.into(),
        }
    }

    #[test]
    fn a_record_is_one_line_whatever_it_holds() {
        for text in [
            "plain",
            "tab\tnew\nline\r",
            "back\\slash \\t \\u{41}",
            "\u{1b}[31mred\u{7}",
            "絵文字 🌱",
            "",
            "\\",
        ] {
            let original = record(text, text);
            let mut line = String::new();
            original.write_line(&mut line);
            assert_eq!(line.matches('\n').count(), 1, "one line end for {text:?}");
            assert_eq!(line.matches('\t').count(), 4, "four tabs for {text:?}");
            assert_eq!(LogRecord::parse(7, line.trim_end_matches('\n').as_bytes()), original);
        }
    }

    #[test]
    fn a_foreign_line_is_shown_and_not_lost() {
        let parsed = LogRecord::parse(1, b"\xff\xfebroken \\q");
        assert!(parsed.message.contains("broken \\q"));
        assert_eq!(parsed.level, LogLevel::Info);
    }

    #[test]
    fn a_long_message_is_cut_and_says_so() {
        let mut long = record("", &"語".repeat(5000));
        long.bound();
        assert!(long.message.len() < MESSAGE_LIMIT + 64);
        assert!(long.message.ends_with("bytes left out)"));
    }
}
