//! Documents as the viewer gets them.

use super::*;
use crate::Scope;
use crate::testing::Bench;

const LAYOUT: DocumentLayout = DocumentLayout {
    columns: 20,
    rendered: true,
};
const SEEDS: &str = "notes/seeds.md";

async fn whole(bench: &Bench, project: &str, path: &str) -> DocumentPage {
    let page = bench.engine.read_document(project, path, LAYOUT, 0, 1_000, "").await;
    page.unwrap()
}

/// What stands under each mark, cut as the screen cuts it: by UTF-16 units.
fn marked(page: &DocumentPage) -> Vec<(String, String)> {
    let mut found: Vec<(u32, String, String)> = Vec::new();
    for row in &page.rows {
        let units: Vec<u16> = row.text.encode_utf16().collect();
        for mark in &row.marks {
            let part = String::from_utf16(&units[mark.from as usize..mark.to as usize]).unwrap();
            let key = page.terms[mark.term as usize].key.clone();
            match found
                .iter_mut()
                .find(|(start, known, _)| (*start, known) == (mark.start, &key))
            {
                Some((.., text)) => text.push_str(&part),
                None => found.push((mark.start, key, part)),
            }
        }
    }
    found.into_iter().map(|(_, key, text)| (key, text)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_terms_of_a_page_are_the_occurrences_that_the_run_found() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    bench.completed(&project, Scope::Full).await;
    for path in [SEEDS, "手順/乾燥.txt", "guide/seeds.md"] {
        let page = whole(&bench, &project, path).await;
        let info = bench.engine.document(&project, path).await.unwrap();
        let marks = marked(&page);
        assert_eq!(marks.len() as u32, info.occurrences.unwrap(), "{path}: {marks:?}");
        assert!(marks.len() > 3, "{path}: {marks:?}");
        for (key, text) in marks {
            assert_eq!(glossary::normalise::key(&text), key, "{path}");
        }
        assert_eq!(info.change, FileChange::None);
    }
    // Pages that are read one by one are the document.
    let page = whole(&bench, &project, SEEDS).await;
    let mut rows = Vec::new();
    for offset in (0..page.total).step_by(2) {
        let part = bench.engine.read_document(&project, SEEDS, LAYOUT, offset, 2, "").await;
        rows.extend(part.unwrap().rows);
    }
    let texts = |rows: &[TextRow]| rows.iter().map(|row| row.text.clone()).collect::<String>();
    assert_eq!(texts(&rows), texts(&page.rows));
    assert_eq!(
        rows.iter().map(|row| row.marks.len()).sum::<usize>(),
        page.rows.iter().map(|row| row.marks.len()).sum::<usize>()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_shows_at_once_also_about_a_text_that_was_no_term() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    bench.completed(&project, Scope::Full).await;
    let marked_term = bench
        .engine
        .mark_term(&project, " 14\n days ", Verdict::Required)
        .await
        .unwrap();
    let manual = async |key: &str| bench.engine.term(&project, key).await.unwrap().manual;
    assert!(manual(&marked_term.key).await);
    let page = whole(&bench, &project, SEEDS).await;
    let term = page.terms.iter().find(|term| term.key == marked_term.key).unwrap();
    assert_eq!((term.text.as_str(), term.verdict), ("14 days", Some(Verdict::Required)));
    assert!(marked(&page).contains(&(term.key.clone(), "14 days".to_owned())));

    let known = bench
        .engine
        .mark_term(&project, "drying rooms", Verdict::Excluded)
        .await
        .unwrap();
    assert!(!manual(&known.key).await, "a term that the run found");
    let page = whole(&bench, &project, SEEDS).await;
    let term = page.terms.iter().find(|term| term.key == known.key).unwrap();
    assert_eq!(term.verdict, Some(Verdict::Excluded));
    // The way back.
    let change = known.change.id.unwrap();
    bench.engine.undo_change(&project, &change).await.unwrap();
    let page = whole(&bench, &project, SEEDS).await;
    let term = page.terms.iter().find(|term| term.key == known.key).unwrap();
    assert_eq!(term.verdict, None);
    assert!(matches!(
        bench.engine.mark_term(&project, "\u{3000}", Verdict::Required).await,
        Err(Error::EmptyTerm)
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_occurrence_of_a_term_is_reached_in_both_directions_and_around_the_end() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    bench.completed(&project, Scope::Full).await;
    let key = glossary::normalise::key("drying room");
    let step = async |from, backward| {
        let target = DocumentTarget::Term {
            key: key.clone(),
            from,
            backward,
        };
        bench
            .engine
            .find_in_document(&project, SEEDS, LAYOUT, &target)
            .await
            .unwrap()
            .unwrap()
    };
    let first = step(None, false).await;
    let second = step(Some(first.start), false).await;
    assert_eq!((first.position, second.position, second.total), (1, 2, 2));
    assert_eq!(step(Some(second.start), false).await, first);
    assert_eq!(step(Some(first.start), true).await, second);
    let page = whole(&bench, &project, SEEDS).await;
    let row = &page.rows[second.row as usize];
    assert!(row.start <= second.start && second.start < row.start + row.text.len() as u32 + 1);

    let text = DocumentTarget::Text {
        text: "GERMINATION  test".replace("  ", " "),
        from: None,
        backward: true,
    };
    let found = bench
        .engine
        .find_in_document(&project, SEEDS, LAYOUT, &text)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((found.position, found.total), (3, 3));
    let none = DocumentTarget::Text {
        text: "nowhere".to_owned(),
        from: None,
        backward: false,
    };
    assert_eq!(
        bench
            .engine
            .find_in_document(&project, SEEDS, LAYOUT, &none)
            .await
            .unwrap(),
        None
    );
    let line = DocumentTarget::Line { line: 99 };
    let found = bench
        .engine
        .find_in_document(&project, "guide/seeds.md", LAYOUT, &line)
        .await
        .unwrap()
        .unwrap();
    let page = whole(&bench, &project, "guide/seeds.md").await;
    assert_eq!(page.rows[found.row as usize].line, 5, "the last line");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_text_that_the_run_read_stays_when_the_file_changes_or_goes() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let no_document = bench.engine.document(&project, SEEDS).await;
    assert!(
        matches!(no_document, Err(Error::DocumentNotFound(_))),
        "nothing was read yet"
    );
    bench.completed(&project, Scope::Full).await;
    let before = marked(&whole(&bench, &project, SEEDS).await);
    bench.write("p", SEEDS, "Something else.");
    assert_eq!(
        bench.engine.document(&project, SEEDS).await.unwrap().change,
        FileChange::Changed
    );
    std::fs::remove_file(bench.documents_of("p").join(SEEDS)).unwrap();
    assert_eq!(
        bench.engine.document(&project, SEEDS).await.unwrap().change,
        FileChange::Removed
    );
    assert_eq!(marked(&whole(&bench, &project, SEEDS).await), before);
    // The new text is shown when a run has read it, and its terms when a run has looked for them.
    bench.write("p", SEEDS, "A germination test is a test.");
    bench.completed(&project, Scope::Load).await;
    assert_eq!(bench.engine.document(&project, SEEDS).await.unwrap().occurrences, None);
    assert!(
        bench
            .engine
            .document(&project, "guide/seeds.md")
            .await
            .unwrap()
            .occurrences
            .is_some(),
        "this text is the same"
    );
    assert!(marked(&whole(&bench, &project, SEEDS).await).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn nasty_texts_are_shown_whole_with_marks_in_their_places() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let sentence = "😀 A seed vault is a room. 種子《しゅし》の含水率とは割合をいう。𠮷野 \u{202e}seed vault\u{202c} ";
    let texts = [
        ("line.txt", sentence.repeat((10 << 20) / sentence.len())),
        (
            "crlf.md",
            "# One\r\n\r\nA seed vault 😀 is a room.\r\nThe **seed vault** is full.\r\n".to_owned(),
        ),
        (
            "ruby.txt",
            "｜含水率《がんすいりつ》と含水率を含水率計で測る。含水率とは割合をいう。\n".repeat(3),
        ),
    ];
    for (path, text) in &texts {
        bench.write("p", path, text);
    }
    bench.completed(&project, Scope::Full).await;
    for (path, _) in &texts {
        let first = whole(&bench, &project, path).await;
        for offset in [0, first.total / 2, first.total.saturating_sub(40)] {
            let page = bench
                .engine
                .read_document(&project, path, LAYOUT, offset, 40, "")
                .await
                .unwrap();
            assert!(!page.rows.is_empty(), "{path}");
            for row in &page.rows {
                let length = row.text.encode_utf16().count() as u32;
                assert!(
                    row.text.len() < 400 && !row.text.contains(['\r', '\n']),
                    "{path}: {row:?}"
                );
                for (from, to) in row
                    .marks
                    .iter()
                    .map(|mark| (mark.from, mark.to))
                    .chain(row.shapes.iter().map(|shape| (shape.from, shape.to)))
                {
                    assert!(from <= to && to <= length, "{path}: {row:?}");
                }
            }
            assert!(page.rows.iter().any(|row| !row.marks.is_empty()), "{path} at {offset}");
        }
        for (key, text) in marked(&whole(&bench, &project, path).await) {
            assert_eq!(glossary::normalise::key(&text), key, "{path}");
        }
    }
}
