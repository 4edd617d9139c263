//! Definitions against the gold lists: sentences of DEFT that hold a definition, and the terms of the CNCF glossary,
//! whose definitions stand at the beginning of known pages.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::{fs, io};

use glossary::define::{self, Context};
use glossary::occurrences::Matcher;
use glossary::{Category, Language, Term, Variant, normalise};

use crate::Never;

/// Confidence from which a DEFT sentence is taken for a definition. Lower than what a glossary shows: the corpus also
/// counts a term with a mere apposition.
const DECISION: f64 = 0.4;
/// F1 on DEFT, in percent.
const SENTENCES: f64 = 52.0;
/// Gold terms that must get a definition from the right page, in percent of all.
const RIGHT_PAGE: [(&str, Language, f64); 2] = [
    ("cncf_en", Language::English, 60.0),
    ("cncf_ja", Language::Japanese, 70.0),
];
/// Letters and digits at the beginning of a gold definition by which its page is known.
const PREFIX: usize = 60;

/// Prints the table; returns the floors that were missed.
pub(crate) fn measure(data: &Path) -> io::Result<Vec<String>> {
    let mut missed = Vec::new();
    println!("{:<16}{:>8} {:>22}", "sentences", "count", "P / R / F1");
    let f1 = sentences(data)?;
    if f1 < SENTENCES {
        missed.push(format!("definitions: DEFT F1 {f1:.1}, floor {SENTENCES}"));
    }
    println!(
        "{:<16}{:>8} {:>10} {:>18} {:>18}",
        "definitions", "terms", "defined", "from the right page", "of those defined"
    );
    for (set, language, floor) in RIGHT_PAGE {
        let right = pages(data, set, language)?;
        if right < floor {
            missed.push(format!(
                "definitions: {set} {right:.1} % from the right page, floor {floor} %"
            ));
        }
    }
    Ok(missed)
}

fn sentences(data: &Path) -> io::Result<f64> {
    let text = fs::read_to_string(data.join("deft_dev.tsv"))?;
    let (mut count, mut hits, mut found, mut gold) = (0, 0, 0, 0);
    for line in text.lines() {
        let Some((sentence, label)) = line.rsplit_once('\t') else {
            continue;
        };
        let holds = label.contains('1');
        let taken = define::definitional(&joined(sentence), Language::English) >= DECISION;
        count += 1;
        hits += usize::from(holds && taken);
        found += usize::from(taken);
        gold += usize::from(holds);
    }
    let (precision, recall) = (percent(hits, found), percent(hits, gold));
    let f1 = if hits == 0 {
        0.0
    } else {
        2.0 * precision * recall / (precision + recall)
    };
    println!(
        "{:<16}{count:>8} {:>22}   floor {SENTENCES}",
        "deft_dev",
        format!("{precision:.1} / {recall:.1} / {f1:.1}")
    );
    Ok(f1)
}

/// The corpus has a space around every token; documents have not.
fn joined(sentence: &str) -> String {
    const PAIRS: [(&str, &str); 12] = [
        ("\"\"", "\""),
        (" ,", ","),
        (" .", "."),
        (" ;", ";"),
        (" :", ":"),
        (" ?", "?"),
        ("( ", "("),
        (" )", ")"),
        (" ’", "’"),
        (" - ", "-"),
        ("“ ", "“"),
        (" ”", "”"),
    ];
    let bare = sentence.trim_matches('"').trim();
    PAIRS
        .iter()
        .fold(bare.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// The share of gold terms with a definition from their page, in percent.
fn pages(data: &Path, set: &str, language: Language) -> io::Result<f64> {
    let documents = crate::terms::documents(&data.join(set))?;
    let gold = fs::read_to_string(data.join(format!("{set}.terms.tsv")))?;
    let definitions: Vec<HashMap<String, String>> =
        serde_json::from_str(&fs::read_to_string(data.join(format!("{set}.defs.json")))?)?;
    let mut page_of: HashMap<&str, &str> = HashMap::new();
    for definition in &definitions {
        let beginning: String = letters(&definition["definition"]).chars().take(PREFIX).collect();
        let page = documents
            .iter()
            .find(|document| letters(&document.text).starts_with(&beginning));
        if let Some(page) = page {
            page_of.insert(&definition["src"], &page.path);
        }
    }
    // One term may have two pages: CD is delivery and deployment.
    let mut rows: BTreeMap<String, (&str, Vec<&str>)> = BTreeMap::new();
    for (text, source) in gold.lines().filter_map(|line| line.split_once('\t')) {
        let row = rows.entry(normalise::key(text)).or_insert((text, Vec::new()));
        row.1.push(page_of.get(source).copied().unwrap_or_default());
    }
    let terms: Vec<Term> = rows.iter().map(|(key, (text, _))| term(key, text, language)).collect();
    let matcher = Matcher::new(&terms);
    let mut contexts: Vec<Context> = Vec::new();
    for document in &documents {
        let found = matcher.find(document, &Never).unwrap_or_default();
        contexts.extend(define::contexts(document, &terms, &found, &Never).unwrap_or_default());
    }
    let (mut all, mut defined, mut right) = (0, 0, 0);
    for (at, term) in terms.iter().enumerate() {
        let own: Vec<&Context> = contexts.iter().filter(|context| context.term as usize == at).collect();
        let entry = define::define(term, &own);
        let pages = &rows[&term.key].1;
        all += pages.len();
        if entry.definition.is_some() {
            defined += pages.len();
            if pages.contains(&entry.evidence[0].document.as_str()) {
                right += pages.len();
            }
        }
    }
    println!(
        "{set:<16}{all:>8} {:>8.1} % {:>16.1} % {:>16.1} %",
        percent(defined, all),
        percent(right, all),
        percent(right, defined)
    );
    Ok(percent(right, all))
}

fn term(key: &str, text: &str, language: Language) -> Term {
    Term {
        text: text.to_owned(),
        key: key.to_owned(),
        language,
        category: Category::Concept,
        score: 0.0,
        documents: 1,
        occurrences: 1,
        variants: vec![Variant {
            text: text.to_owned(),
            count: 1,
        }],
        judge: None,
        expansion: None,
    }
}

fn letters(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

fn percent(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        0.0
    } else {
        100.0 * part as f64 / whole as f64
    }
}
