//! What a reader would not take for a definition, and what a reader would miss.

use super::*;

/// The definition that one document gives to one term.
fn defined(text: &str, name: &str) -> Option<String> {
    let document = document("a.md", text);
    let terms = [term(name)];
    let found = contexts(&document, &terms, &occurrences(&document, &terms), &never()).unwrap();
    define(&terms[0], &found.iter().collect::<Vec<_>>()).definition
}

#[test]
fn a_row_of_data_is_no_definition_and_a_row_of_two_columns_may_be_one() {
    let table =
        "| Field | Meaning | Example |\n|---|---|---|\n| Counter | number of the packet that follows | 0412 |\n";
    assert_eq!(defined(table, "Counter"), None);
    let table = "| 道具 | 作り | 注意 |\n|---|---|---|\n| 生存曲線 | 表計算 | 列名を変えると黙って止まる |\n";
    assert_eq!(defined(table, "生存曲線"), None);
    let table = "| Counter | a device that counts the packets on their way |\n";
    assert_eq!(
        defined(table, "Counter").as_deref(),
        Some("a device that counts the packets on their way")
    );
}

#[test]
fn a_subtitle_is_no_definition() {
    assert_eq!(
        defined("Harbour Museum – for visitors, pupils and friends\n", "Harbour Museum"),
        None
    );
}

#[test]
fn the_mark_of_an_answer_is_no_part_of_it() {
    assert_eq!(
        defined(
            "Q: And drying?\nA: Drying is a method of taking water out of seed.\n",
            "Drying"
        )
        .as_deref(),
        Some("Drying is a method of taking water out of seed.")
    );
}

#[test]
fn a_heading_is_not_explained_by_the_definition_of_another_term() {
    let text = "## 用語\n\n含水率とは、種子に含まれる水の割合をいう。\n";
    let document = document("a.md", text);
    let terms = [term("用語"), term("含水率")];
    let found = contexts(&document, &terms, &occurrences(&document, &terms), &never()).unwrap();
    let defined: Vec<u32> = found
        .iter()
        .filter(|c| c.definition.is_some())
        .map(|c| c.term)
        .collect();
    assert_eq!(defined, [1]);
}

#[test]
fn the_next_sentence_may_give_another_name() {
    for (text, name, other) in [
        (
            "休眠種子とは、条件がそろっても発芽しない種子をいう。眠り種子ともいう。",
            "休眠種子",
            "眠り種子",
        ),
        (
            "A seed bank is a facility that stores seeds. It is also called a seed library.",
            "seed bank",
            "seed library",
        ),
    ] {
        let document = document("a.md", text);
        let terms = [term(name)];
        let found = contexts(&document, &terms, &occurrences(&document, &terms), &never()).unwrap();
        let entry = define(&terms[0], &found.iter().collect::<Vec<_>>());
        assert_eq!(entry.synonyms, [other]);
    }
}

#[test]
fn a_reader_gets_the_definition_in_the_language_of_the_term() {
    let english = document("a.md", "Role control (RBC) is the regulation of access by role.");
    let japanese = document("b.md", "役割制御（RBC）とは、役割によって利用を制限することをいう。");
    let mut rbc = term("RBC");
    rbc.language = Language::English;
    let terms = [rbc];
    let found: Vec<Context> = [english, japanese]
        .iter()
        .flat_map(|document| contexts(document, &terms, &occurrences(document, &terms), &never()).unwrap())
        .collect();
    let entry = define(&terms[0], &found.iter().collect::<Vec<_>>());
    assert_eq!(entry.evidence[0].document, "a.md");
}
