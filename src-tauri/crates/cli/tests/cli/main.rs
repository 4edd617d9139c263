//! The command line as a person or a script meets it: the real program, its output and its exit codes.
#![allow(clippy::unwrap_used, reason = "in a test, a panic is the report")]

mod bench;
#[cfg(unix)]
mod models;
mod queueing;
#[cfg(unix)]
mod stopping;

use crate::bench::{Bench, finished};

#[test]
fn a_run_writes_the_glossary_in_the_format_that_the_name_asks_for() {
    let bench = Bench::new();
    bench.sample("seeds");
    let done = bench.ok(&["run", "seeds", "--out", "glossary.md"]);
    assert!(
        done.out.starts_with("glossary.md: ") && done.out.lines().count() == 1,
        "results: {done:?}"
    );
    assert!(
        done.err.contains("completed") && done.err.contains("Refined…"),
        "progress: {done:?}"
    );
    let markdown = std::fs::read_to_string(bench.path("glossary.md")).unwrap();
    assert!(markdown.starts_with('#') && markdown.lines().count() > 100);

    bench.ok(&["run", "seeds", "--out", "terms.tsv"]);
    let table = std::fs::read_to_string(bench.path("terms.tsv")).unwrap();
    let mut lines = table.lines();
    assert_eq!(
        lines.next(),
        Some("term\tscore\tcategory\tdocuments\toccurrences\tnote\tsynonym_of")
    );
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split('\t').collect()).collect();
    assert!(rows.len() > 100);
    let mut before = f64::INFINITY;
    for row in &rows {
        let [term, score, category, documents, occurrences, note, synonym_of] = row[..] else {
            panic!("seven columns: {row:?}")
        };
        assert_eq!([note, synonym_of], ["", ""], "nothing was decided");
        let (score, documents): (f64, u32) = (score.parse().unwrap(), documents.parse().unwrap());
        assert!(
            !term.trim().is_empty() && (0.0..=1.0).contains(&score) && score <= before,
            "best first: {row:?}"
        );
        assert!(["concept", "abbreviation", "name"].contains(&category), "{row:?}");
        assert!(
            documents >= 1 && occurrences.parse::<u32>().unwrap() >= documents,
            "{row:?}"
        );
        before = score;
    }

    bench.ok(&["run", "seeds", "--out", "all.JSON"]);
    let all: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(bench.path("all.JSON")).unwrap()).unwrap();
    assert_eq!(all["terms"].as_array().map(Vec::len), Some(rows.len()));
    assert!(
        ["documents", "entries", "issues"]
            .iter()
            .all(|key| all[key].as_array().is_some_and(|all| !all.is_empty()))
    );
    assert_eq!(bench.runs().len(), 3, "one folder is one project");
}

#[test]
fn json_output_is_one_value_on_standard_output_and_nothing_else() {
    let bench = Bench::new();
    bench.sample("seeds");
    let done = bench.ok(&["--json", "run", "seeds", "--out", "terms.tsv"]);
    let value = done.json();
    assert_eq!(
        (value["run"]["status"].as_str(), done.err.as_str()),
        (Some("completed"), "")
    );
    assert_eq!(value["export"]["entries"], value["counts"]["terms"]);
    assert_eq!(value["run"]["stages"].as_array().map(Vec::len), Some(5));

    let done = bench.ok(&["export", "seeds", "--out", "glossary.md", "--json"]);
    assert_eq!(
        (done.json()["path"].as_str(), done.err.as_str()),
        (Some("glossary.md"), "")
    );
    let done = bench.ok(&["cancel", value["run"]["id"].as_str().unwrap(), "--json"]);
    assert_eq!(
        (done.json()["outcome"].as_str(), done.err.as_str()),
        (Some("already_finished"), "")
    );
    let done = bench.run(&["run", "nowhere", "--json"]);
    assert_eq!(
        (done.code, done.json()["error"]["code"].as_str()),
        (Some(1), Some("folder_not_found"))
    );
    assert_eq!(done.err, "", "errors too");
    let done = bench.run(&["run", "seeds", "--scope", "load", "--out", "x.docx", "--json"]);
    assert_eq!(
        (done.code, done.json()["error"]["code"].as_str()),
        (Some(2), Some("export_format"))
    );
}

#[test]
fn runs_are_listed_newest_first_with_why_they_failed() {
    let bench = Bench::new();
    let none = bench.ok(&["runs"]);
    assert!(none.out.is_empty() && none.err.contains("no runs yet"), "{none:?}");
    assert_eq!(bench.ok(&["runs", "--json"]).out, "[]\n");
    bench.short("a");
    bench.short("b");
    bench.ok(&["run", "a", "--scope", "files"]);
    bench.ok(&["run", "b"]);
    std::fs::remove_file(bench.path("a").join("seeds.md")).unwrap();
    let failed = bench.run(&["run", "a"]);
    assert_eq!(failed.code, Some(1));
    assert!(failed.err.contains("failed; the glossary is as it was") && failed.err.contains("No readable documents"));

    let listed = bench.ok(&["runs"]).out;
    let rows: Vec<Vec<&str>> = listed.lines().map(|line| line.split('\t').collect()).collect();
    let shown: Vec<_> = rows.iter().map(|row| (row[1], row[2], row[4])).collect();
    assert_eq!(
        shown,
        [
            ("failed", "full", "a"),
            ("completed", "full", "b"),
            ("completed", "load", "a")
        ]
    );
    assert!(rows[0][5].contains("No readable documents"));
    let ids: Vec<_> = bench
        .runs()
        .iter()
        .map(|run| run["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids, rows.iter().map(|row| row[0]).collect::<Vec<_>>());
    assert_eq!(bench.ok(&["runs", "b"]).out.lines().count(), 1);
    assert_eq!(bench.ok(&["runs", "--limit", "2"]).out.lines().count(), 2);
}

#[test]
fn a_log_is_printed_as_lines_or_records_and_following_a_finished_run_ends() {
    let bench = Bench::new();
    bench.sample("seeds");
    bench.ok(&["run", "seeds"]);
    let id = bench.runs()[0]["id"].as_str().unwrap().to_owned();
    let plain = bench.ok(&["log", &id]).out;
    let json = bench.ok(&["log", &id, "--json"]).out;
    let records: Vec<serde_json::Value> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(
        records.len() > 100 && records.len() == plain.lines().count(),
        "one line for each record"
    );
    for (index, (record, line)) in records.iter().zip(plain.lines()).enumerate() {
        assert_eq!(record["seq"], index + 1);
        assert!(line.starts_with(record["time"].as_str().unwrap()), "{line}");
        assert!(
            line.to_lowercase().contains(record["level"].as_str().unwrap()),
            "{line}"
        );
    }
    assert_eq!(
        bench.ok(&["log", "--follow", &id[id.len() - 6..]]).out,
        plain,
        "the end of the id will do"
    );
    assert_eq!(bench.ok(&["log", "-f", "--json", &id]).out, json);
}

#[test]
fn exit_codes_tell_wrong_arguments_from_work_that_failed() {
    let bench = Bench::new();
    bench.short("seeds");
    std::fs::write(bench.path("file.txt"), "x").unwrap();
    for wrong in [
        &[][..],
        &["walk"],
        &["run"],
        &["run", "seeds", "--scope", "everything"],
        &["export", "seeds"],
        &["runs", "--limit", "-1"],
        &["run", "seeds", "--out", "glossary.docx"],
        &["run", "seeds", "--out", "glossary"],
    ] {
        let done = bench.run(wrong);
        assert_eq!(done.code, Some(2), "{wrong:?}: {done:?}");
        assert!(!done.err.is_empty() && done.out.is_empty(), "{wrong:?}: {done:?}");
    }
    assert!(bench.runs().is_empty(), "a wrong format is known before the work");

    let said = |arguments: &[&str], sentence: &str| {
        let done = bench.run(arguments);
        assert_eq!((done.code, done.out.as_str()), (Some(1), ""), "{arguments:?}: {done:?}");
        assert!(
            done.err.starts_with("genglossary: ") && done.err.contains(sentence),
            "{arguments:?}: {done:?}"
        );
    };
    said(&["run", "nowhere"], "The folder nowhere does not exist");
    said(&["run", "file.txt"], "file.txt is a file");
    said(&["runs", "seeds"], "There is no project for seeds yet");
    said(
        &["export", "seeds", "--out", "x.md"],
        "There is no project for seeds yet",
    );
    said(&["log", "unknown"], "There is no run unknown");
    said(&["cancel", "unknown"], "There is no run unknown");
    said(&["log", ""], "There is no run");

    let early = bench.run(&["run", "seeds", "--scope", "terms"]);
    assert_eq!(early.code, Some(1));
    assert!(early.err.contains("has no result yet"), "{early:?}");
    bench.ok(&["run", "seeds", "--scope", "files"]);
    said(&["export", "seeds", "--out", "x.md"], "has no result yet");
    bench.ok(&["run", "seeds"]);
    said(
        &["export", "seeds", "--out", "missing/x.md"],
        "Cannot write missing/x.md",
    );
    assert_eq!(bench.run(&["export", "seeds", "--out", "x.docx"]).code, Some(2));
    let late = bench.run(&["run", "seeds", "--out", "missing/x.md"]);
    assert!(
        late.code == Some(1) && late.err.contains("completed"),
        "the run is done, its export is not: {late:?}"
    );
    bench.ok(&["--help"]);
    assert!(bench.ok(&["--version"]).out.contains(env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_data_folder_that_cannot_be_used_is_named() {
    let bench = Bench::new();
    bench.short("seeds");
    std::fs::write(bench.path("file"), "mine").unwrap();
    let mut command = bench.command(&["run", "seeds"]);
    let done = finished(command.env("GENGLOSSARY_HOME", bench.path("file").join("home")));
    assert_eq!(done.code, Some(1));
    assert!(
        done.err.contains("Cannot write to the data folder") && done.err.contains("GENGLOSSARY_HOME"),
        "{done:?}"
    );
    std::fs::create_dir(bench.path("home")).unwrap();
    std::fs::write(bench.path("home").join("genglossary.db"), "garbage ".repeat(1000)).unwrap();
    let done = bench.run(&["runs"]);
    assert_eq!(done.code, Some(1));
    assert!(done.err.contains("genglossary.db is damaged"), "{done:?}");
}

#[test]
fn messages_are_japanese_where_the_locale_is() {
    let bench = Bench::new();
    bench.short("種子");
    let in_japanese = |arguments: &[&str]| finished(bench.command(arguments).env("LANG", "ja_JP.UTF-8"));
    let done = in_japanese(&["run", "種子", "--out", "用語集.md"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(
        ["実行", "ファイル…", "用語…", "暫定定義…", "指摘…", "確定定義…", "完了"]
            .iter()
            .all(|word| done.err.contains(word))
    );
    assert!(
        done.out.starts_with("用語集.md：") && done.out.contains("項目"),
        "{done:?}"
    );
    let done = in_japanese(&["run", "無い"]);
    assert_eq!(done.code, Some(1));
    assert!(done.err.contains("フォルダ無いがありません"), "{done:?}");
    assert!(in_japanese(&["log", "unknown"]).err.contains("実行unknownはありません"));
    // LC_ALL is stronger than LANG (POSIX, environment variables).
    let done = finished(
        bench
            .command(&["run", "無い"])
            .env("LANG", "ja_JP.UTF-8")
            .env("LC_ALL", "C"),
    );
    assert!(done.err.contains("The folder 無い does not exist"), "{done:?}");
}

/// S2, with as many rounds as a test has time for.
#[test]
fn two_processes_that_start_at_the_same_time_never_both_run() {
    let bench = Bench::new();
    bench.short("seeds");
    bench.ok(&["run", "seeds"]);
    let (mut won, mut lost) = (1, 0);
    for _ in 0..24 {
        let both = [
            bench.start(&["run", "seeds", "--json"]),
            bench.start(&["run", "seeds", "--json"]),
        ];
        let both = both.map(bench::Running::finish);
        for done in &both {
            match done.code {
                Some(0) => won += 1,
                Some(4) => lost += 1,
                _ => panic!("{both:?}"),
            }
        }
        if let [Some((0, first)), Some((4, second))] | [Some((4, second)), Some((0, first))] =
            both.each_ref().map(|done| Some((done.code?, done.json())))
        {
            assert_eq!(
                second["error"]["params"]["run"], first["run"]["id"],
                "the loser is told who won"
            );
        }
    }
    assert!(lost > 0, "the processes did meet");
    let runs = bench.runs();
    assert_eq!(runs.len(), won, "one row for each winner and none for the losers");
    assert!(runs.iter().all(|run| run["status"] == "completed"), "{runs:?}");
    let overlap = runs
        .windows(2)
        .find(|pair| pair[0]["created_at"].as_str() < pair[1]["finished_at"].as_str());
    assert_eq!(overlap, None, "two active runs at once");
}
