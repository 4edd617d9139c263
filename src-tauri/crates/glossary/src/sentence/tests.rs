use super::{LONGEST, sentences};

fn split(text: &str) -> Vec<&str> {
    sentences(text).map(|s| &text[s.start..s.end]).collect()
}

#[test]
fn a_wrapped_paragraph_is_joined_and_cut_at_full_stops() {
    let text = "An API gateway is a tool that\naggregates APIs. It allows organizations to\nmove functions.";
    assert_eq!(
        split(text),
        [
            "An API gateway is a tool that\naggregates APIs.",
            "It allows organizations to\nmove functions."
        ]
    );
    let found: Vec<_> = sentences(text).collect();
    assert_eq!(
        (found[0].line, found[1].line),
        (1, 2),
        "a sentence knows the line on which it begins"
    );
    assert!(found[0].paragraph_start && !found[1].paragraph_start);
}

#[test]
fn abbreviations_decimals_and_initials_do_not_end_a_sentence() {
    for text in [
        "Fruit, e.g. Apples, is sold at 3.5 dollars.",
        "As Fig. 3 shows, Dr. Smith et al. Measured it.",
        "It was named by J. Smith in 1990.",
        "See No. 5 of vol. 2 for details.",
        "The .NET runtime (cf. Section 2) runs C.",
        "1. Torpor is a process.",
        "The U.S. government pays.",
    ] {
        assert_eq!(
            split(text).last().copied(),
            Some(text.trim_start_matches("1. ")),
            "{text}"
        );
        assert_eq!(split(text).len(), 1, "{text}");
    }
    assert_eq!(split("Eat vitamin C. Sleep well.").len(), 2);
    assert_eq!(split("Is it? Yes! It is.").len(), 3);
    assert_eq!(split("He said \"stop.\" Then he left.").len(), 2);
    assert_eq!(
        split("It stops here. eBPF is a technology.").len(),
        2,
        "names may begin small"
    );
    assert_eq!(split("Is the answer no. Yes.").len(), 2);
}

#[test]
fn japanese_sentences_end_at_their_stops_but_not_inside_brackets() {
    assert_eq!(
        split("コンテナとは実行単位である。軽い！本当？はい。"),
        ["コンテナとは実行単位である。", "軽い！", "本当？", "はい。"]
    );
    assert_eq!(
        split("彼は「止まれ。進め。」と言った。次。"),
        ["彼は「止まれ。進め。」と言った。", "次。"]
    );
    assert_eq!(split("核（注。重い）は硬い。次。").len(), 2);
    assert_eq!(
        split("値は３．５である．次の文．").len(),
        2,
        "a full-width stop between digits is a decimal point"
    );
    let unclosed = format!("「開いたまま{}。次の文。", "あ".repeat(400));
    assert_eq!(
        split(&unclosed).len(),
        2,
        "a bracket that never closes does not swallow the text"
    );
}

#[test]
fn markdown_blocks_are_kept_apart() {
    let text = "# Title #\n\nIntro line\nwraps here.\n\n- first item\n- second item\n  goes on\n\n| a | b |\n|---|---|\n| c | d |\n\n```rust\nlet x = 1. Hidden.\n```\n\n> Quoted text\n> goes on.\n\nOld Title\n=========\nText.";
    let found: Vec<_> = sentences(text).map(|s| (&text[s.start..s.end], s.heading)).collect();
    assert_eq!(
        found,
        [
            ("Title", true),
            ("Intro line\nwraps here.", false),
            ("first item", false),
            ("second item\n  goes on", false),
            ("| a | b |", false),
            ("| c | d |", false),
            ("Quoted text\n> goes on.", false),
            ("Old Title", true),
            ("Text.", false),
        ]
    );
}

#[test]
fn a_title_line_does_not_run_into_the_paragraph_below() {
    assert_eq!(
        split("Heart failure\nHeart failure is a condition."),
        ["Heart failure", "Heart failure is a condition."]
    );
    assert_eq!(
        split("コンテナ\nコンテナとは、隔離された環境である。"),
        ["コンテナ", "コンテナとは、隔離された環境である。"]
    );
    assert_eq!(split("Nodes are the parts of a\nKubernetes cluster.").len(), 1);
}

#[test]
fn front_matter_is_left_out_and_a_fence_that_never_closes_is_text() {
    assert_eq!(
        split("---\ntitle: X\n---\nA cat is an animal."),
        ["A cat is an animal."]
    );
    assert_eq!(split("---\n\nA cat is an animal."), ["A cat is an animal."]);
    assert_eq!(split("```\nText goes on. More."), ["```", "Text goes on.", "More."]);
}

#[test]
fn text_without_a_stop_becomes_bounded_pieces() {
    for unit in ["word ", "あ", "a", "💡", "x、"] {
        let text = unit.repeat(100_000);
        let mut end = 0;
        let mut covered = 0;
        for s in sentences(&text) {
            assert!(s.end - s.start <= LONGEST, "a piece of {unit:?} is bounded");
            assert!(s.start >= end && s.end > s.start);
            end = s.end;
            covered += s.end - s.start;
        }
        assert!(
            covered + text.matches(' ').count() >= text.len(),
            "nothing but white space is lost"
        );
    }
}

#[test]
fn odd_input_does_not_panic() {
    for text in [
        "",
        "\n",
        "\n\n\n",
        ".",
        "...",
        "。",
        "#",
        "###",
        "|",
        "||",
        "-",
        "- ",
        "> ",
        ">>>",
        "```",
        "~~~\n```",
        "---",
        "a\n---",
        "(.",
        "「。",
        "\u{3000}",
        "\u{feff}a.",
        "1.",
        "1. ",
        "①",
        "・",
        "💡.💡",
        "a.\u{301}b",
        "* \n* ",
        "a\0b. C",
        "\r\n.\r\n",
        "．",
        "３．",
        "**a.**b",
    ] {
        for s in sentences(text) {
            assert!(!text[s.start..s.end].trim().is_empty());
        }
    }
}

#[test]
fn a_huge_line_is_read_in_parts_of_the_same_number() {
    let text = format!("{}\nAn end comes.", "One fact is here. ".repeat(20_000));
    let found: Vec<_> = sentences(&text).collect();
    assert_eq!(found.len(), 20_001);
    assert!(
        found[..20_000]
            .iter()
            .all(|s| s.line == 1 && &text[s.start..s.end] == "One fact is here.")
    );
    assert_eq!(found[20_000].line, 2);
    let lines = "A line of text that\nwraps here often.\n".repeat(5_000);
    assert_eq!(sentences(&lines).count(), 5_000);
    assert_eq!(sentences(&lines).last().map(|s| s.line), Some(9_999));
}
