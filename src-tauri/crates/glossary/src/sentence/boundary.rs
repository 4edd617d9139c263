//! Decides whether a sentence ends at a character. Looks at most a few characters to either side, so that a text of any
//! shape is read in linear time.

use std::ops::ControlFlow;

/// Words whose full stop does not end a sentence. Lower case, without the last stop.
const ABBREVIATIONS: [&str; 52] = [
    "e.g", "i.e", "eg", "ie", "cf", "vs", "viz", "resp", "approx", "ca", "fig", "figs", "eq", "eqs", "eqn", "sec",
    "ch", "chap", "vol", "no", "nos", "pp", "p", "ref", "refs", "tab", "dr", "mr", "mrs", "ms", "prof", "st", "jr",
    "sr", "al", "et", "ed", "eds", "dept", "univ", "inc", "ltd", "co", "corp", "gen", "jan", "feb", "aug", "sept",
    "oct", "nov", "dec",
];
/// `no.` is an abbreviation before a number only; so are these.
const BEFORE_NUMBER: [&str; 5] = ["no", "nos", "p", "ch", "sec"];
/// An abbreviation has fewer characters than this.
const LOOK_BACK: usize = 24;
/// An opening bracket that has not closed within this many characters is a slip of the pen.
const BRACKET_REACH: u32 = 300;

/// What has been seen of the sentence so far.
#[derive(Default)]
pub(super) struct State {
    /// Open brackets, at most as many as this counts.
    depth: u32,
    /// Characters since the outermost bracket opened.
    inside: u32,
}

impl State {
    /// Whether the sentence that begins `line` ends at byte `at`, where `c` stands. `after` is the next line of the block.
    pub(super) fn ends(&mut self, line: &str, at: usize, c: char, after: Option<&str>) -> bool {
        self.track(c);
        match c {
            '。' | '｡' | '！' | '？' => self.depth == 0,
            '．' => self.depth == 0 && !between_digits(line, at, c),
            '.' | '!' | '?' | '…' => ends_english(line, at, c, after),
            _ => false,
        }
    }

    fn track(&mut self, c: char) {
        match c {
            '「' | '『' | '（' | '【' | '〈' | '《' | '〔' | '(' => {
                if self.depth == 0 {
                    self.inside = 0;
                }
                self.depth = self.depth.saturating_add(1);
            }
            '」' | '』' | '）' | '】' | '〉' | '》' | '〕' | ')' => self.depth = self.depth.saturating_sub(1),
            _ if self.depth > 0 => {
                self.inside += 1;
                if self.inside > BRACKET_REACH {
                    self.depth = 0;
                }
            }
            _ => {}
        }
    }
}

/// The end of the quotes, brackets, emphasis marks and further stops that follow a stop at `from`.
pub(super) fn behind_closers(text: &str, from: usize) -> usize {
    const CLOSERS: &str = "\"'”’)]」』）】*_`.!?。！？";
    from + text[from..]
        .chars()
        .take_while(|c| CLOSERS.contains(*c))
        .map(char::len_utf8)
        .sum::<usize>()
}

fn between_digits(line: &str, at: usize, c: char) -> bool {
    let before = line[..at].chars().next_back();
    let after = line[at + c.len_utf8()..].chars().next();
    before.is_some_and(char::is_numeric) && after.is_some_and(char::is_numeric)
}

fn ends_english(line: &str, at: usize, c: char, after: Option<&str>) -> bool {
    let end = behind_closers(line, at + c.len_utf8());
    let rest = &line[end..];
    let next = if rest.is_empty() {
        after.unwrap_or_default()
    } else if rest.starts_with(char::is_whitespace) {
        rest.trim_start()
    } else {
        // `.NET`, `3.5`, `a.b`; but `。`-less Japanese after a full stop, as in `です.次の`, begins a sentence.
        return c == '.'
            && rest
                .chars()
                .next()
                .is_some_and(|c| matches!(c, 'ぁ'..='ヿ' | '一'..='鿿'))
            && ends_in_kana(&line[..at]);
    };
    let next_word: &str = first_word(next);
    if begins_small(next_word) {
        return false;
    }
    if c != '.' {
        return c != '…' || !next.is_empty();
    }
    let before = last_word(&line[..at]);
    let lower = before.to_lowercase();
    if lower.is_empty() {
        return true;
    }
    let number_follows = next_word.chars().next().is_some_and(|c| c.is_ascii_digit());
    if BEFORE_NUMBER.contains(&lower.as_str()) {
        return !number_follows;
    }
    if ABBREVIATIONS.contains(&lower.as_str()) {
        return false;
    }
    if line[..at].trim_start().len() == before.len() && before.bytes().all(|b| b.is_ascii_digit()) {
        // `1. First` at the beginning: the number of the sentence.
        return false;
    }
    if is_initial(before) {
        let previous = last_word(line[..at - before.len()].trim_end());
        // `vitamin C.` ends a sentence; `by J.` and `John F.` do not.
        let noun =
            previous.len() > 3 && previous.chars().all(char::is_lowercase) && !matches!(previous, "from" | "with");
        return noun;
    }
    true
}

fn ends_in_kana(before: &str) -> bool {
    before.chars().next_back().is_some_and(|c| matches!(c, 'ぁ'..='ん'))
}

/// A word that cannot begin a sentence: small letters only at its start, so not `eBPF` or `iOS`.
fn begins_small(word: &str) -> bool {
    word.chars().next().is_some_and(char::is_lowercase) && !word.chars().any(char::is_uppercase)
}

fn is_initial(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(char::is_uppercase) && chars.next().is_none()
}

fn first_word(text: &str) -> &str {
    let text = text.trim_start_matches(['"', '\'', '“', '‘', '(', '[', '*', '_']);
    let end = bounded(text.char_indices(), |c| !(c.is_alphanumeric() || c == '-')).unwrap_or(text.len());
    &text[..end]
}

/// The letters, digits and inner dots that end `text`.
fn last_word(text: &str) -> &str {
    let start = bounded(text.char_indices().rev(), |c| !(c.is_alphanumeric() || c == '.'));
    match start {
        Some(at) => {
            let width = text[at..].chars().next().map_or(0, char::len_utf8);
            &text[at + width..]
        }
        None => text,
    }
}

/// The first index where `stops` holds, or where the word has grown too long to be an abbreviation.
fn bounded(mut chars: impl Iterator<Item = (usize, char)>, stops: impl Fn(char) -> bool) -> Option<usize> {
    let walked = chars.try_fold(0_usize, |seen, (at, c)| {
        if stops(c) || seen >= LOOK_BACK {
            ControlFlow::Break(at)
        } else {
            ControlFlow::Continue(seen + 1)
        }
    });
    walked.break_value()
}
