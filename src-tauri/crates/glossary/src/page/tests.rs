use super::RowKind::{Code, Heading, Rule, Text};
use super::*;

const WIDE: Measure = Measure {
    columns: 20,
    markup: Markup::Markdown,
};

fn rows(text: &str, measure: Measure) -> Vec<String> {
    let rows = Rows::new(text, measure);
    (0..rows.len())
        .map(|row| text[rows.row(text, row).unwrap().span].to_owned())
        .collect()
}

/// What a reader sees of a line: what is hidden is not there, a reading stands in brackets behind its base.
fn seen(line: &str, markup: Markup) -> String {
    let rows = Rows::new(
        line,
        Measure {
            columns: 10_000,
            markup,
        },
    );
    let row = rows.row(line, 0).unwrap();
    let shapes = rows.shapes(line, &row);
    let mut seen = String::new();
    for (at, c) in line.char_indices() {
        let here = |kind| {
            shapes
                .iter()
                .any(|shape: &Shape| shape.kind == kind && shape.span.contains(&at))
        };
        if !here(ShapeKind::Hidden) {
            seen.push(if here(ShapeKind::Strong) {
                c.to_ascii_uppercase()
            } else {
                c
            });
        }
        for shape in &shapes {
            if shape.kind == ShapeKind::Ruby && shape.span.end == at + c.len_utf8() {
                seen.extend(["[", shape.note.as_deref().unwrap(), "]"]);
            }
        }
    }
    seen
}

#[test]
fn every_byte_but_the_line_breaks_stands_in_one_row() {
    let text = "# One\n\nA long line of words that does not fit into one row of twenty columns at all.\n最後の行。";
    let joined: String = rows(text, WIDE).concat();
    assert_eq!(joined, text.replace('\n', ""));
    let set = Rows::new(text, WIDE);
    assert_eq!(set.lines(), 4);
    let lines: Vec<_> = (0..set.len())
        .map(|row| set.row(text, row).unwrap())
        .map(|row| (row.line, row.first))
        .collect();
    assert_eq!(lines.first(), Some(&(1, true)));
    assert_eq!(lines.last(), Some(&(4, true)));
    assert!(lines.contains(&(3, false)), "{lines:?}");
    assert_eq!(set.row(text, set.of_line(3)).unwrap().line, 3);
    assert_eq!(set.of_line(99), set.len() - 1);
    let byte = text.find("twenty").unwrap();
    assert!(set.row(text, set.at(byte)).unwrap().span.contains(&byte));
    assert_eq!(set.at(usize::MAX), set.len() - 1);
}

#[test]
fn words_stay_whole_and_no_full_stop_begins_a_row() {
    for row in rows("The seed bank keeps every accession at minus eighteen degrees.", WIDE) {
        assert!(!row.starts_with(' ') && row.len() < 60, "{row:?}");
    }
    let text = format!("{}。{}、終わり。", "種".repeat(20), "子".repeat(19));
    for row in rows(&text, WIDE) {
        assert!(!row.starts_with(['。', '、']), "{row:?}");
    }
}

#[test]
fn a_line_of_ten_megabytes_is_many_short_rows_and_each_is_found_at_once() {
    let text = "種子の含水率😀を測る。".repeat(10 << 20 >> 5);
    let set = Rows::new(&text, WIDE);
    assert_eq!(set.lines(), 1);
    assert!(set.len() > 100_000);
    for index in [0, 1, set.len() / 2, set.len() - 1] {
        let row = set.row(&text, index).unwrap();
        assert!(row.span.len() <= 90 && !row.span.is_empty(), "{row:?}");
        assert_eq!((row.line, row.first), (1, index == 0));
        set.shapes(&text, &row);
        assert_eq!(set.at(row.span.start), index);
    }
    let unbroken = "x".repeat(1 << 20);
    assert!(
        Rows::new(&unbroken, WIDE).len() > 10_000,
        "also without any place to break"
    );
}

#[test]
fn offsets_are_counted_as_the_screen_counts_them() {
    let text = "a😀é語b";
    let counted: Vec<_> = text.char_indices().map(|(at, _)| utf16(text, at)).collect();
    assert_eq!(counted, [0, 1, 3, 4, 5]);
    assert_eq!(utf16(text, 3), 1, "inside a character: its beginning");
}

#[test]
fn ruby_is_read_in_both_ways_of_writing_it() {
    assert_eq!(
        seen("種子《しゅし》の｜含水率《がんすいりつ》を測る。", Markup::Plain),
        "種子[しゅし]の含水率[がんすいりつ]を測る。"
    );
    let html = "<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp>字<rt>じ</rt></ruby>と<RUBY><rb>文</rb><rt>ぶん</rt></RUBY>";
    assert_eq!(seen(html, Markup::Plain), "漢[かん]字[じ]と文[ぶん]");
    // A title in these brackets is no reading.
    assert_eq!(seen("書名《源氏物語》", Markup::Plain), "書名《源氏物語》");
    assert_eq!(seen("種子《しゅし》", Markup::Source), "種子《しゅし》");
    assert_eq!(seen("<ruby>漢字", Markup::Plain), "<ruby>漢字");
}

#[test]
fn markdown_is_drawn_and_html_is_not_let_through() {
    let cases = [
        ("## A **seed** bank", "A SEED bank"),
        ("a *word* and `co*de*` and ~~old~~", "a word and co*de* and old"),
        (
            "see [the manual](https://example.org/a_b) and ![a plate](p.png)",
            "see the manual and a plate",
        ),
        ("snake_case_word and 2 * 3 * 4", "snake_case_word and 2 * 3 * 4"),
        (r"\*not\* emphasised", "*not* emphasised"),
        ("**重要**な種子", "重要な種子"),
        (
            "<script>alert(1)</script><img src=x>",
            "<script>alert(1)</script><img src=x>",
        ),
        ("> quoted", "quoted"),
        ("**open", "**open"),
    ];
    for (line, wanted) in cases {
        assert_eq!(seen(line, Markup::Markdown), wanted, "{line}");
        assert_eq!(seen(line, Markup::Source), line);
    }
}

#[test]
fn code_is_not_markup() {
    let text =
        "---\ntitle: a *b*\n---\ntext\n```rust\nlet a = *b * *c;\n# no heading\n```\n# heading\n| a | b |\n***\n";
    let set = Rows::new(text, WIDE);
    let kinds: Vec<_> = (0..set.len()).map(|row| set.row(text, row).unwrap().kind).collect();
    assert_eq!(
        kinds,
        [Code, Code, Code, Text, Code, Code, Code, Code, Heading(1), Code, Rule]
    );
    let row = set.row(text, 5).unwrap();
    assert!(set.shapes(text, &row).is_empty());
    let open = "```\nnever closed";
    let set = Rows::new(open, WIDE);
    assert_eq!(set.row(open, 1).unwrap().kind, Code);
}

#[test]
fn a_character_that_turns_the_text_is_shown() {
    let text = "safe\u{202e}evil\u{2066}\0";
    let rows = Rows::new(text, WIDE);
    let notes: Vec<_> = rows
        .shapes(text, &rows.row(text, 0).unwrap())
        .into_iter()
        .map(|shape| shape.note.unwrap())
        .collect();
    assert_eq!(notes, ["U+202E", "U+2066", "U+0000"]);
}

#[test]
fn a_search_does_not_mind_case_width_and_line_ends() {
    let found = |text: &str, query: &str| {
        find(text, query)
            .into_iter()
            .map(|at| text[at].to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        found("The Seed\nbank; ＳＥＥＤ　ＢＡＮＫ", " seed bank"),
        ["Seed\nbank", "ＳＥＥＤ　ＢＡＮＫ"]
    );
    assert_eq!(found("乾燥室、乾燥", "乾燥"), ["乾燥", "乾燥"]);
    assert_eq!(found("aaaa", "aa"), ["aa", "aa"], "none inside another");
    assert!(find("text", "  ").is_empty());
}

#[test]
fn nasty_lines_take_linear_time() {
    let begin = std::time::Instant::now();
    for text in [
        "*".repeat(1 << 20),
        "[".repeat(1 << 20),
        "`a".repeat(1 << 19),
        "<ruby>".repeat(1 << 17),
        "*a **b _c ".repeat(1 << 16),
        "漢《".repeat(1 << 17),
        "|\u{301}".repeat(1 << 18),
    ] {
        let set = Rows::new(&text, WIDE);
        assert!(set.len() > 1);
    }
    assert!(begin.elapsed().as_secs() < 20, "{:?}", begin.elapsed());
}

proptest::proptest! {
    #[test]
    fn any_text_is_set_whole(text in "[a-z *_`<>\\[\\]()《》｜漢字かな。\u{1f600}\n#|!\\\\]{0,200}", columns in 1_u32..50) {
        for markup in [Markup::Source, Markup::Plain, Markup::Markdown] {
            let measure = Measure { columns, markup };
            let set = Rows::new(&text, measure);
            let mut joined = String::new();
            for index in 0..set.len() {
                let row = set.row(&text, index).unwrap();
                for shape in set.shapes(&text, &row) {
                    assert!(row.span.start <= shape.span.start && shape.span.end <= row.span.end);
                    assert!(text.is_char_boundary(shape.span.start) && text.is_char_boundary(shape.span.end));
                }
                joined.push_str(&text[row.span]);
            }
            assert_eq!(joined, text.replace('\n', ""));
            assert_eq!(set.lines(), text.lines().count());
        }
    }
}
