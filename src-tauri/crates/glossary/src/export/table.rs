//! The term list as tab-separated values, for a spreadsheet or a script.

use std::fmt::Write as _;

use super::Exported;
use crate::Term;

/// A header, then one row per term in the order given: term, score (four decimals), category, documents, occurrences,
/// note, and the name that stands for the concept when that is another one.
///
/// Tabs, line breaks and backslashes inside a term are written as `\t`, `\n`, `\r` and `\\`. A term that a spreadsheet
/// would run as a formula gets an apostrophe in front, as in `'=SUM(A1)`. An affix such as `-ase` stays as it is: without
/// brackets, operators or references there is nothing in it to run.
pub fn tsv(terms: &[Exported<Term>]) -> String {
    let mut out = String::from("term\tscore\tcategory\tdocuments\toccurrences\tnote\tsynonym_of\n");
    for Exported {
        value: term,
        category,
        note,
        synonym_of,
    } in terms
    {
        let category = category.as_deref().unwrap_or_else(|| term.category.name());
        let category = cell(category);
        let _ = writeln!(
            out,
            "{}\t{:.4}\t{category}\t{}\t{}\t{}\t{}",
            cell(&term.text),
            term.score,
            term.documents,
            term.occurrences,
            cell(note.as_deref().unwrap_or_default()),
            cell(synonym_of.as_deref().unwrap_or_default())
        );
    }
    out
}

fn cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    if runs(text) {
        out.push('\'');
    }
    for c in text.chars() {
        match c {
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\\' => out.push_str("\\\\"),
            other => out.push(other),
        }
    }
    out
}

/// Whether a spreadsheet could do something with the cell. Full-width signs count: some programs read them alike.
fn runs(text: &str) -> bool {
    let text = text.trim_start();
    let mut chars = text.chars();
    match chars.next() {
        Some('=' | '＝') => true,
        Some('+' | '-' | '@' | '＋' | '－' | '＠') => !chars.all(|c| c.is_alphanumeric() || c == ' ' || c == '-'),
        _ => false,
    }
}
