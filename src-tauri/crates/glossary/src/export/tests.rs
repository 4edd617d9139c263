use super::{Export, Exported, ExportedDocument, ResolvedIssue, json, markdown, tsv};
use crate::{Category, Entry, Evidence, Finding, Issue, Language, Occurrence, Resolution, Severity, Term, Variant};

fn evidence(quote: &str) -> Evidence {
    Evidence {
        document: "docs/a.md".into(),
        line: 7,
        start: 0,
        end: quote.len() as u32,
        quote: quote.into(),
    }
}

fn entry(term: &str, definition: Option<&str>) -> Entry {
    Entry {
        term: term.into(),
        key: crate::normalise::key(term),
        language: Language::English,
        category: Category::Concept,
        definition: definition.map(str::to_owned),
        writer: None,
        confidence: if definition.is_some() { 0.8 } else { 0.0 },
        evidence: vec![evidence(definition.unwrap_or("It uses it."))],
        alternatives: Vec::new(),
        synonyms: vec!["other".into()],
        related: vec!["thing".into()],
    }
}

fn term(text: &str) -> Term {
    Term {
        text: text.into(),
        key: crate::normalise::key(text),
        language: Language::English,
        category: Category::Abbreviation,
        score: 0.75,
        documents: 2,
        occurrences: 5,
        variants: vec![Variant {
            text: text.into(),
            count: 5,
        }],
        judge: None,
        expansion: None,
    }
}

fn export() -> Export {
    Export {
        project: "My *project*".into(),
        documents: vec![ExportedDocument {
            path: "docs/a.md".into(),
            language: Language::English,
            occurrences: vec![Occurrence {
                term: 0,
                line: 7,
                start: 0,
                end: 3,
            }],
        }],
        terms: vec![term("Pod").into()],
        entries: vec![
            entry("Pod", Some("A Pod is <b>a</b> unit_of [work].")).into(),
            entry("Node", None).into(),
        ],
        issues: [Resolution::Open, Resolution::Merged]
            .map(|resolution| ResolvedIssue {
                issue: Issue {
                    term: "Node".into(),
                    key: "node".into(),
                    severity: Severity::High,
                    finding: Finding::Undefined { occurrences: 3 },
                },
                resolution,
            })
            .into(),
    }
}

#[test]
fn the_document_shows_definition_source_and_what_is_missing() {
    let text = markdown(&export(), Language::English);
    for part in [
        "# My \\*project\\*: glossary",
        "### Pod\n\nA Pod is \\<b\\>a\\</b\\> unit\\_of \\[work\\].",
        "- Also called: other",
        "- See also: thing",
        "`docs/a.md:7`",
        "## Terms without a definition",
        "- Node (other) — `docs/a.md:7`",
        "## Open issues\n\n- Used often (number of times), never defined: Node (3)",
    ] {
        assert!(text.contains(part), "{part:?} belongs in\n{text}");
    }
    assert_eq!(
        text.matches("never defined").count(),
        1,
        "a settled issue is not listed as open"
    );
    assert_eq!(
        text,
        markdown(&export(), Language::English),
        "the same glossary gives the same bytes"
    );
}

#[test]
fn headings_follow_the_language_of_the_interface() {
    let text = markdown(&export(), Language::Japanese);
    for part in [
        "用語集",
        "## 定義のない用語",
        "## 未解決の問題",
        "別名：other",
        "定義のない用語（回数）： Node (3)",
    ] {
        assert!(text.contains(part), "{part:?} belongs in\n{text}");
    }
}

#[test]
fn document_text_cannot_become_markup() {
    let mut export = export();
    export.entries = vec![
        entry(
            "# a\n# b",
            Some("1. first\n\n## heading\n- item | ![x](y) `code` ~~s~~ &amp; $x$"),
        )
        .into(),
    ];
    let text = markdown(&export, Language::English);
    assert!(text.contains("### \\# a # b\n"), "{text}");
    assert!(
        text.contains("\n1\\. first ## heading - item \\| !\\[x\\](y) \\`code\\` \\~\\~s\\~\\~ \\&amp; \\$x\\$\n"),
        "{text}"
    );
}

#[test]
fn an_empty_glossary_is_a_document_too() {
    let empty = Export {
        project: String::new(),
        documents: vec![],
        terms: vec![],
        entries: vec![],
        issues: vec![],
    };
    assert!(markdown(&empty, Language::English).contains("0 defined terms"));
    assert_eq!(
        tsv(&[]),
        "term\tscore\tcategory\tdocuments\toccurrences\tnote\tsynonym_of\n"
    );
    assert!(json(&empty).ends_with("}\n"));
}

#[test]
fn a_row_stays_a_row_and_a_formula_stays_text() {
    let rows = |text: &str| tsv(&[term(text).into()]).lines().nth(1).map(str::to_owned).unwrap();
    assert_eq!(rows("Pod"), "Pod\t0.7500\tabbreviation\t2\t5\t\t");
    assert_eq!(
        rows("a\tb\nc\\d\r"),
        "a\\tb\\nc\\\\d\\r\t0.7500\tabbreviation\t2\t5\t\t"
    );
    for affix in ["-ase", "+ion", "-", "@home", "C++", "-2"] {
        assert!(rows(affix).starts_with(&format!("{affix}\t")), "{affix} survives");
    }
    for formula in [
        "=1+1",
        "=cmd|' /C calc'!A0",
        "+SUM(A1)",
        "-1+cmd()",
        "@SUM(A1)",
        " =A1",
        "＝1",
    ] {
        assert!(rows(formula).starts_with('\''), "{formula} is not run");
    }
}

#[test]
fn json_gives_everything_back() {
    let export = export();
    let text = json(&export);
    let back: serde_json::Value = serde_json::from_str(&text).unwrap();
    let term: Term = serde_json::from_value(back["terms"][0].clone()).unwrap();
    assert_eq!(term, export.terms[0].value);
    let entries: Vec<Entry> = serde_json::from_value(back["entries"].clone()).unwrap();
    assert!(entries.iter().eq(export.entries.iter().map(|entry| &entry.value)));
    let issues: Vec<ResolvedIssue> = serde_json::from_value(back["issues"].clone()).unwrap();
    assert_eq!(issues, export.issues);
    let documents: Vec<ExportedDocument> = serde_json::from_value(back["documents"].clone()).unwrap();
    assert_eq!(documents, export.documents);
    for part in [
        "\"confidence\"",
        "\"quote\"",
        "\"occurrences\"",
        "\"resolution\": \"open\"",
        "\"kind\": \"undefined\"",
    ] {
        assert!(text.contains(part), "{part} belongs in the export");
    }
}

#[test]
fn what_the_researcher_wrote_is_in_every_format() {
    let mut export = export();
    export.terms[0] = Exported {
        value: term("Pod"),
        category: Some("unit of work".into()),
        note: Some("ask\tAnna".into()),
        synonym_of: Some("container group".into()),
    };
    export.entries[0].category = Some("unit of work".into());
    export.entries[0].note = Some("ask Anna".into());
    export.entries[1].note = Some("find a source".into());
    let row = tsv(&export.terms).lines().nth(1).map(str::to_owned).unwrap();
    assert_eq!(row, "Pod\t0.7500\tunit of work\t2\t5\task\\tAnna\tcontainer group");
    let back: serde_json::Value = serde_json::from_str(&json(&export)).unwrap();
    assert_eq!(back["terms"][0]["category"], "unit of work");
    assert_eq!(back["terms"][0]["synonym_of"], "container group");
    assert_eq!(back["entries"][1]["category"], "concept");
    assert_eq!(back["entries"][1]["note"], "find a source");
    let text = markdown(&export, Language::English);
    for part in [
        "- Category: unit of work\n- Note: ask Anna",
        "`docs/a.md:7` — find a source",
    ] {
        assert!(text.contains(part), "{part:?} belongs in\n{text}");
    }
}

#[test]
fn a_category_of_the_researchers_own_is_in_every_format() {
    let mut export = export();
    export.terms[0].value.category = Category::Own("=kind\tof".into());
    export.entries[0].value.category = Category::Own("unit of *work*".into());
    let table = tsv(&export.terms);
    let category = table.lines().nth(1).and_then(|row| row.split('\t').nth(2));
    assert_eq!(category, Some("'=kind\\tof"), "a cell that a spreadsheet does not run");
    let back: serde_json::Value = serde_json::from_str(&json(&export)).unwrap();
    assert_eq!(back["terms"][0]["category"], "=kind\tof");
    assert_eq!(back["entries"][0]["category"], "unit of *work*");
    let text = markdown(&export, Language::English);
    assert!(text.contains("- Category: unit of \\*work\\*\n"), "{text}");
    assert_eq!(text.matches("Category").count(), 1, "the usual ones are not said");
}
