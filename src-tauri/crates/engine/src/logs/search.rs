//! Finds text in a log, and says where its errors and warnings lie: what a view of a long log needs besides its rows.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Seek as _, SeekFrom};
use std::time::{Duration, Instant};

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::reader::Index;
use super::record::LogLevel;
use crate::error::{Error, Result};

/// What to look for in a log.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct LogSearch {
    /// A part of a stage, an item or a message.
    pub text: String,
    /// Upper and lower case are not the same.
    pub match_case: bool,
    /// The text is a regular expression; stage, item and message have tabs between them.
    pub regex: bool,
    /// Only records of these levels; nothing for all.
    pub levels: Option<Vec<LogLevel>>,
    /// Number of the record to begin after; 0 for the beginning.
    pub after: u32,
}

/// A record that holds what was looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LogHit {
    /// Its number.
    pub seq: u32,
    /// Its position, from 0, among the records that pass the filter.
    pub at: u32,
    /// Some text around the first place.
    pub text: String,
    /// What stands there: for an expression nobody else can say it.
    pub found: String,
}

/// A part of what was found.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct LogHits {
    /// In order.
    pub hits: Vec<LogHit>,
    /// Number of the last record that was looked at: the next part begins after it.
    pub seen: u32,
    /// Whether that was the last record of the log.
    pub done: bool,
}

/// How to look at a log from afar.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct LogOutlineQuery {
    /// Only records of these levels; nothing for all.
    pub levels: Option<Vec<LogLevel>>,
    /// Number of pieces of the same length. At most 2,000 are told apart.
    pub parts: u32,
}

/// Where a log has errors and warnings, and where its stages begin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LogOutline {
    /// Parts of the log, from 0, that hold an error.
    pub errors: Vec<u32>,
    /// Parts that hold a warning and no error.
    pub warnings: Vec<u32>,
    /// The stages in the order of their first record.
    pub stages: Vec<LogStage>,
}

/// Where a stage begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LogStage {
    /// The stage, as it stands in the log.
    pub stage: String,
    /// Its first record.
    pub seq: u32,
}

/// One answer holds at most so many hits and looks at so many bytes, so that a log of any size answers at once.
const HITS: usize = 500;
const BYTES: u64 = 8 << 20;
/// It takes hardly longer than this, however hard the expression is.
const PATIENCE: Duration = Duration::from_millis(200);
/// Bytes that an expression may take: `(a{1000}){1000}` is short, and would take all there are.
const LARGEST: usize = 4 << 20;

impl LogSearch {
    /// What records are compared with; nothing when nothing is looked for. A text is the expression that matches itself, so
    /// that there is one way to look.
    pub(super) fn wanted(&self) -> Result<Option<Regex>> {
        if self.text.is_empty() {
            return Ok(None);
        }
        let pattern = if self.regex {
            self.text.clone()
        } else {
            regex::escape(&self.text)
        };
        let wanted = RegexBuilder::new(&pattern)
            .case_insensitive(!self.match_case)
            .size_limit(LARGEST)
            .dfa_size_limit(LARGEST)
            .build();
        wanted.map(Some).map_err(|error| Error::BadSearch(why(&error)))
    }
}

/// What is wrong with an expression, in one line: the first lines of the error draw it.
fn why(error: &regex::Error) -> String {
    let said = error.to_string();
    let last = said.lines().last().unwrap_or_default();
    last.trim().trim_start_matches("error: ").to_owned()
}

impl Index {
    /// Looks through the next part of the log.
    pub(super) fn search(
        &self,
        file: &mut File,
        query: &LogSearch,
        wanted: Option<&Regex>,
    ) -> std::io::Result<LogHits> {
        let began = Instant::now();
        let shown = |position: usize| passes(query.levels.as_deref(), self.levels[position]);
        let first = (query.after as usize).min(self.starts.len());
        let mut at = (0..first).filter(|&position| shown(position)).count() as u32;
        let mut hits = Vec::new();
        let mut position = first;
        if let Some(&start) = self.starts.get(first) {
            file.seek(SeekFrom::Start(start))?;
            let mut reader = BufReader::with_capacity(256 * 1024, file);
            let mut line = Vec::new();
            while position < self.starts.len() && hits.len() < HITS && self.starts[position] - start < BYTES {
                if position > first && position.is_multiple_of(64) && began.elapsed() > PATIENCE {
                    break;
                }
                line.clear();
                reader.read_until(b'\n', &mut line)?;
                if shown(position) {
                    if let Some((text, found)) = excerpt(&said(&line), wanted) {
                        hits.push(LogHit {
                            seq: position as u32 + 1,
                            at,
                            text,
                            found,
                        });
                    }
                    at += 1;
                }
                position += 1;
            }
        }
        Ok(LogHits {
            hits,
            seen: position as u32,
            done: position >= self.starts.len(),
        })
    }

    /// The log in `parts` pieces of the same length.
    pub(super) fn outline(&self, query: &LogOutlineQuery) -> LogOutline {
        let passes = |level: &&LogLevel| passes(query.levels.as_deref(), **level);
        let shown = self.levels.iter().filter(passes).count().max(1);
        let parts = query.parts.clamp(1, 2_000) as usize;
        let mut worst = vec![LogLevel::Debug; parts];
        for (position, level) in self.levels.iter().filter(passes).enumerate() {
            let part = &mut worst[position * parts / shown];
            *part = (*part).max(*level);
        }
        let parts_of = |level| {
            (0..parts as u32)
                .filter(|&part| worst[part as usize] == level)
                .collect()
        };
        LogOutline {
            errors: parts_of(LogLevel::Error),
            warnings: parts_of(LogLevel::Warn),
            stages: self.stages.clone(),
        }
    }
}

fn passes(levels: Option<&[LogLevel]>, level: LogLevel) -> bool {
    levels.is_none_or(|levels| levels.contains(&level))
}

/// Stage, item and message of a line.
fn said(line: &[u8]) -> std::borrow::Cow<'_, str> {
    let from = line
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'\t')
        .nth(1)
        .map_or(0, |(at, _)| at + 1);
    String::from_utf8_lossy(&line[from..])
}

/// Characters before a place in its excerpt, and in all of it.
const BEFORE: usize = 24;
const EXCERPT: usize = 120;

/// The text around what is wanted and what stands there, when it is there.
fn excerpt(said: &str, wanted: Option<&Regex>) -> Option<(String, String)> {
    let said = said.trim_end_matches(['\r', '\n']);
    // An expression that matches nothing matches everywhere; that is no place.
    let found = wanted?.find_iter(said).find(|found| !found.is_empty())?;
    let skipped = said[..found.start()].chars().count().saturating_sub(BEFORE);
    let text = said.trim_end().chars().skip(skipped).take(EXCERPT);
    let text = text.map(|char| if char == '\t' { ' ' } else { char }).collect();
    Some((text, found.as_str().chars().take(EXCERPT).collect()))
}

#[cfg(test)]
mod tests {
    use super::super::reader::LogReader;
    use super::*;

    fn log(lines: &[&str]) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.log");
        std::fs::write(&path, lines.join("\n") + "\n").unwrap();
        (folder, path)
    }

    fn search(text: &str, levels: Option<Vec<LogLevel>>, after: u32) -> LogSearch {
        LogSearch {
            text: text.to_owned(),
            match_case: false,
            regex: false,
            levels,
            after,
        }
    }

    #[test]
    fn a_hit_names_its_record_and_its_place_among_the_rows_of_the_filter() {
        let (_folder, path) = log(&[
            "12:00\tINFO\tload\ta.md\tread",
            "12:01\tWARN\tload\tPaper-Storage.md\tslow",
            "12:02\tINFO\textract\t湿度\tfound in paper-storage.md",
        ]);
        let reader = LogReader::default();
        let found = |query| -> Vec<(u32, u32)> {
            let hits = reader.search("x", &path, &query, false).unwrap().hits;
            hits.iter().map(|hit| (hit.seq, hit.at)).collect()
        };
        assert_eq!(found(search("PAPER-storage", None, 0)), [(2, 1), (3, 2)]);
        let info = found(search("paper", Some(vec![LogLevel::Info]), 0));
        assert_eq!(info, [(3, 1)], "the warning is not among the rows");
        assert_eq!(found(search("paper", None, 2)), [(3, 2)]);
        assert_eq!(found(search("湿度", None, 0)).len(), 1);
        assert!(found(search("12:01", None, 0)).is_empty(), "times are not searched");
        assert!(found(search("", None, 0)).is_empty());
    }

    #[test]
    fn case_matters_when_asked_for_and_an_expression_is_taken_as_one() {
        let (_folder, path) = log(&[
            "t\tINFO\tload\ta.md\tRead 12 bytes",
            "t\tINFO\tload\tb.md\tread (a+b)",
            "t\tINFO\tdefine\t湿度\t含水率 7%",
        ]);
        let reader = LogReader::default();
        let found = |text: &str, match_case, regex| -> Vec<u32> {
            let query = LogSearch {
                match_case,
                regex,
                ..search(text, None, 0)
            };
            let hits = reader.search("x", &path, &query, false).unwrap().hits;
            hits.iter().map(|hit| hit.seq).collect()
        };
        assert_eq!(found("read", false, false), [1, 2]);
        assert_eq!(found("read", true, false), [2]);
        assert_eq!(found("(a+b)", false, false), [2], "signs of expressions are a text");
        assert_eq!(found(r"read \d+", false, true), [1]);
        assert_eq!(found(r"READ \d+", true, true), [] as [u32; 0]);
        assert_eq!(found(r"^define\t\p{Han}+", false, true), [3]);
        assert_eq!(found("%$", false, true), [3], "the end of a record is an end");
        assert_eq!(found("x*", false, true), [] as [u32; 0], "nothing is no place");
        assert_eq!(found("7|x*", false, true), [3]);
    }

    #[test]
    fn what_is_no_expression_says_why_and_a_hard_one_answers_in_time() {
        let (_folder, path) = log(&[
            &format!("t\tINFO\tload\t\t{}", "a".repeat(2 << 20)),
            "t\tINFO\tload\t\tb",
        ]);
        let reader = LogReader::default();
        let ask = |text: &str| {
            let query = LogSearch {
                regex: true,
                ..search(text, None, 0)
            };
            reader.search("x", &path, &query, false)
        };
        for (text, why) in [
            ("(a", "unclosed group"),
            ("[z-a]", "invalid character class range"),
            ("(a{1000}){1000}", "size"),
        ] {
            let refused = ask(text);
            assert!(
                matches!(&refused, Err(Error::BadSearch(said)) if said.contains(why) && !said.contains('\n')),
                "{text}: {refused:?}"
            );
        }
        let began = Instant::now();
        assert!(ask("(a|aa)+$").unwrap().hits.len() == 1 && ask("(x+x+)+y").unwrap().hits.is_empty());
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    }

    #[test]
    fn an_excerpt_shows_what_is_around_the_place() {
        let said = format!("define\t湿度\t{}相対湿度の定義{}\n", "あ".repeat(40), "い".repeat(200));
        let wanted = |text: &str| search(text, None, 0).wanted().unwrap();
        let (text, found) = excerpt(&said, wanted("相対").as_ref()).unwrap();
        assert_eq!(found, "相対");
        assert!(text.starts_with(&"あ".repeat(BEFORE)) && text.contains("相対湿度"));
        assert_eq!(text.chars().count(), EXCERPT);
        assert_eq!(
            excerpt("load\ta.md\tread\n", wanted("READ").as_ref()).unwrap(),
            ("load a.md read".to_owned(), "read".to_owned())
        );
        assert_eq!(excerpt("load", wanted("x").as_ref()), None);
    }

    #[test]
    fn a_long_search_answers_in_parts_that_miss_nothing() {
        let lines: Vec<String> = (0..5_000).map(|n| format!("t\tDEBUG\tload\t{n}\tsame")).collect();
        let (_folder, path) = log(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        let reader = LogReader::default();
        let (mut seqs, mut after) = (Vec::new(), 0);
        loop {
            let part = reader.search("x", &path, &search("same", None, after), false).unwrap();
            assert!(part.hits.len() <= HITS && part.seen > after);
            seqs.extend(part.hits.iter().map(|hit| hit.seq));
            after = part.seen;
            if part.done {
                break;
            }
        }
        assert_eq!(seqs, (1..=5_000).collect::<Vec<u32>>());
    }

    #[test]
    fn the_outline_tells_the_worst_of_each_part_and_where_stages_begin() {
        let (_folder, path) = log(&[
            "t\tINFO\tload\t\tone",
            "t\tWARN\tload\t\ttwo",
            "t\tERROR\textract\t\tthree",
            "t\tWARN\textract\t\tfour",
        ]);
        let reader = LogReader::default();
        let outline = |levels, parts| {
            reader
                .outline("x", &path, &LogOutlineQuery { levels, parts }, false)
                .unwrap()
        };
        let halves = outline(None, 2);
        assert_eq!((halves.errors, halves.warnings), (vec![1], vec![0]));
        assert_eq!(halves.stages.iter().map(|stage| stage.seq).collect::<Vec<_>>(), [1, 3]);
        assert_eq!(outline(Some(vec![LogLevel::Error]), 10).errors, [0]);
    }
}
