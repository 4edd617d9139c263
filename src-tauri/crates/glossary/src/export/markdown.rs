//! The glossary as a document to read.

use std::fmt::Write as _;

use super::{Export, Exported, ResolvedIssue};
use crate::{DuplicateReason, Entry, Evidence, Finding, Language, Resolution};

/// The glossary in Markdown: one section per defined entry with its source, then the terms that the documents do not
/// define, then the issues that are still open. `language` is the language of the headings. Text from documents is
/// escaped; the same export gives the same bytes.
pub fn markdown(export: &Export, language: Language) -> String {
    let words = Words::of(language);
    let mut out = String::new();
    let (defined, undefined): (Vec<&Exported<Entry>>, Vec<&Exported<Entry>>) = export
        .entries
        .iter()
        .partition(|entry| entry.value.definition.is_some());
    let open: Vec<&ResolvedIssue> = export
        .issues
        .iter()
        .filter(|issue| issue.resolution == Resolution::Open)
        .collect();
    line(&mut out, &format!("# {}", (words.title)(&escape(&export.project))));
    line(
        &mut out,
        &(words.summary)(defined.len(), undefined.len(), export.documents.len(), open.len()),
    );

    if !defined.is_empty() {
        line(&mut out, &format!("## {}", words.definitions));
    }
    for Exported {
        value: entry,
        category,
        note,
        ..
    } in &defined
    {
        line(&mut out, &format!("### {}", escape(&entry.term)));
        line(&mut out, &escape(entry.definition.as_deref().unwrap_or_default()));
        let mut facts = String::new();
        fact(&mut facts, words.synonyms, &entry.synonyms, words.comma);
        fact(&mut facts, words.related, &entry.related, words.comma);
        let category = category.as_deref().or_else(|| entry.category.own()).map(str::to_owned);
        fact(&mut facts, words.category, category.as_slice(), words.comma);
        fact(&mut facts, words.note, note.as_slice(), words.comma);
        for evidence in &entry.evidence {
            let shown = entry
                .definition
                .as_deref()
                .is_some_and(|text| letters(text) == letters(&evidence.quote));
            let quote = if shown {
                String::new()
            } else {
                format!("{} ", (words.quote)(&escape(&evidence.quote)))
            };
            let _ = writeln!(facts, "- {}{} {quote}— {}", words.source, words.colon, place(evidence));
        }
        line(&mut out, facts.trim_end());
    }

    if !undefined.is_empty() {
        line(&mut out, &format!("## {}", words.undefined));
        line(&mut out, words.undefined_note);
        let mut list = String::new();
        for Exported { value: entry, note, .. } in &undefined {
            let _ = write!(list, "- {}", escape(&entry.term));
            if !entry.synonyms.is_empty() {
                let _ = write!(list, " ({})", names(&entry.synonyms, words.comma));
            }
            if let Some(evidence) = entry.evidence.first() {
                let _ = write!(list, " — {}", place(evidence));
            }
            if let Some(note) = note {
                let _ = write!(list, " — {}", escape(note));
            }
            list.push('\n');
        }
        line(&mut out, list.trim_end());
    }

    if !open.is_empty() {
        line(&mut out, &format!("## {}", words.issues));
        let mut list = String::new();
        let (silent, other): (Vec<&ResolvedIssue>, Vec<&ResolvedIssue>) = open
            .iter()
            .copied()
            .partition(|issue| matches!(issue.issue.finding, Finding::Undefined { .. }));
        for issue in &other {
            let said = (words.issue)(&issue.issue.finding);
            let _ = writeln!(list, "- **{}**{} {said}", escape(&issue.issue.term), words.colon);
        }
        // What is undefined needs no sentence each.
        let uses: Vec<String> = silent
            .iter()
            .map(|issue| match &issue.issue.finding {
                Finding::Undefined { occurrences } => format!("{} ({occurrences})", escape(&issue.issue.term)),
                _ => escape(&issue.issue.term),
            })
            .collect();
        if !uses.is_empty() {
            let _ = writeln!(list, "- {}{} {}", words.silent, words.colon, uses.join(words.comma));
        }
        line(&mut out, list.trim_end());
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// The words of one interface language.
struct Words {
    title: fn(&str) -> String,
    summary: fn(usize, usize, usize, usize) -> String,
    definitions: &'static str,
    synonyms: &'static str,
    related: &'static str,
    category: &'static str,
    note: &'static str,
    source: &'static str,
    undefined: &'static str,
    undefined_note: &'static str,
    silent: &'static str,
    issues: &'static str,
    comma: &'static str,
    colon: &'static str,
    quote: fn(&str) -> String,
    issue: fn(&Finding) -> String,
}

impl Words {
    fn of(language: Language) -> Self {
        match language {
            Language::English => Self {
                title: |project| format!("{project}: glossary"),
                summary: |defined, undefined, documents, issues| {
                    format!(
                        "{defined} defined {}, {undefined} without a definition, from {documents} {}. Open issues: {issues}.",
                        if defined == 1 { "term" } else { "terms" },
                        if documents == 1 { "document" } else { "documents" },
                    )
                },
                definitions: "Definitions",
                synonyms: "Also called: ",
                related: "See also: ",
                category: "Category: ",
                note: "Note: ",
                source: "Source",
                undefined: "Terms without a definition",
                undefined_note: "The documents use these terms but do not define them. Each is listed with a place where it stands.",
                silent: "Used often (number of times), never defined",
                issues: "Open issues",
                comma: ", ",
                colon: ":",
                quote: |text| format!("“{text}”"),
                issue: english,
            },
            Language::Japanese => Self {
                title: |project| format!("{project} 用語集"),
                summary: |defined, undefined, documents, issues| {
                    format!(
                        "文書 {documents} 件から、定義のある用語 {defined} 件、定義のない用語 {undefined} 件。未解決の問題 {issues} 件。"
                    )
                },
                definitions: "定義",
                synonyms: "別名：",
                related: "関連語：",
                category: "分類：",
                note: "注：",
                source: "出典",
                undefined: "定義のない用語",
                undefined_note: "文書の中で使われていますが、定義は見つかりませんでした。それぞれ、用例のある場所を示します。",
                silent: "よく使われているのに定義のない用語（回数）",
                issues: "未解決の問題",
                comma: "、",
                colon: "：",
                quote: |text| format!("「{text}」"),
                issue: japanese,
            },
        }
    }
}

fn english(finding: &Finding) -> String {
    match finding {
        Finding::Undefined { occurrences } => {
            format!(
                "used {occurrences} {}, never defined.",
                if *occurrences == 1 { "time" } else { "times" }
            )
        }
        Finding::Circular { path } if path.len() < 2 => "the definition explains the term by itself.".to_owned(),
        Finding::Circular { path } => format!("the definitions lead in a circle: {}.", circle(path)),
        Finding::Duplicate { others, reason } => {
            let why = match reason {
                DuplicateReason::Spelling => "spelling variants",
                DuplicateReason::Abbreviation => "short and full form",
                DuplicateReason::SameDefinition => "the same definition",
            };
            format!("may be the same as {} ({why}).", names(others, ", "))
        }
        Finding::Contradiction { first, second } => format!(
            "two documents disagree: “{}” ({}) and “{}” ({}).",
            escape(&first.quote),
            place(first),
            escape(&second.quote),
            place(second)
        ),
        Finding::MissingRelated { related } => {
            format!("the definition uses “{}”, which has no entry.", escape(related))
        }
        Finding::Ungrounded { words } => format!(
            "the sentences behind the definition do not say this: {}.",
            names(words, ", ")
        ),
        Finding::Judged { says, by, .. } => format!("{} ({})", escape(says), escape(by)),
    }
}

fn japanese(finding: &Finding) -> String {
    match finding {
        Finding::Undefined { occurrences } => format!("{occurrences} 回使われていますが、定義がありません。"),
        Finding::Circular { path } if path.len() < 2 => "定義がその用語自身で説明されています。".to_owned(),
        Finding::Circular { path } => format!("定義が循環しています：{}", circle(path)),
        Finding::Duplicate { others, reason } => {
            let why = match reason {
                DuplicateReason::Spelling => "表記の違い",
                DuplicateReason::Abbreviation => "略語と正式名",
                DuplicateReason::SameDefinition => "定義が同じ",
            };
            format!("{} と同じ用語の可能性があります（{why}）。", names(others, "、"))
        }
        Finding::Contradiction { first, second } => format!(
            "文書の間で定義が食い違っています：「{}」（{}）と「{}」（{}）。",
            escape(&first.quote),
            place(first),
            escape(&second.quote),
            place(second)
        ),
        Finding::MissingRelated { related } => format!("定義の中の「{}」が用語集にありません。", escape(related)),
        Finding::Ungrounded { words } => format!("定義の根拠とされた文にない言葉：{}", names(words, "、")),
        Finding::Judged { says, by, .. } => format!("{}（{}）", escape(says), escape(by)),
    }
}

fn circle(path: &[String]) -> String {
    path.iter()
        .chain(path.first())
        .map(|term| escape(term))
        .collect::<Vec<_>>()
        .join(" → ")
}

fn names(names: &[String], comma: &str) -> String {
    names.iter().map(|name| escape(name)).collect::<Vec<_>>().join(comma)
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push_str("\n\n");
}

fn fact(out: &mut String, label: &str, values: &[String], comma: &str) {
    if !values.is_empty() {
        let _ = writeln!(out, "- {label}{}", names(values, comma));
    }
}

fn place(evidence: &Evidence) -> String {
    code(&format!("{}:{}", evidence.document, evidence.line))
}

/// A code span, fenced by more backticks than the text holds in a row.
fn code(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    if longest == 0 {
        format!("{fence}{text}{fence}")
    } else {
        format!("{fence} {text} {fence}")
    }
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Document text as Markdown shows it: on one line, every sign that means something escaped.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        for (at, c) in word.char_indices() {
            let block = at == 0 && out.is_empty() && matches!(c, '#' | '+' | '-' | '=' | '>');
            let numbered =
                matches!(c, '.' | ')') && out.len() < 10 && !out.is_empty() && out.bytes().all(|b| b.is_ascii_digit());
            if block
                || numbered
                || matches!(
                    c,
                    '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '$'
                )
            {
                out.push('\\');
            }
            if !c.is_control() {
                out.push(c);
            }
        }
    }
    out
}
