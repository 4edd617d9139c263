//! Term lists against the gold lists, scored by the `score.py` that comes with the data.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use glossary::extract::{self, Options};
use glossary::{Document, Term, decode};

use crate::Never;

/// Strict F1 that the mean of the English corpora must reach, in percent, without and with named entities.
const ENGLISH: [(&str, f64); 2] = [("terms", 27.0), ("terms_nes", 33.0)];
/// Gold terms of the Japanese corpus that must be among the first 200, in percent.
const JAPANESE: f64 = 65.0;

/// Prints the table; returns the floors that were missed.
pub(crate) fn measure(data: &Path, work: &Path) -> io::Result<Vec<String>> {
    let mut missed = Vec::new();
    let mut means = [[0.0; 2]; 2];
    let domains = ["acter_en_corp", "acter_en_equi", "acter_en_wind"];
    println!(
        "{:<16}{:<11}{:>6} {:>22} {:>22}",
        "corpus", "gold", "terms", "as listed P / R / F1", "with variants"
    );
    for domain in domains {
        let terms = terms(&documents(&data.join(domain))?);
        for (index, (kind, _)) in ENGLISH.iter().enumerate() {
            let gold = data.join(format!("{domain}.{kind}.tsv"));
            let listed = score(data, &gold, &write(work, domain, &terms, false)?, &[])?;
            let varied = score(data, &gold, &write(work, domain, &terms, true)?, &[])?;
            let f1 = |scores: &serde_json::Value| scores["all"]["F1"].as_f64().unwrap_or(0.0);
            means[index][0] += f1(&listed) / domains.len() as f64;
            means[index][1] += f1(&varied) / domains.len() as f64;
            println!(
                "{domain:<16}{kind:<11}{:>6} {:>22} {:>22}",
                terms.len(),
                all(&listed),
                all(&varied)
            );
        }
    }
    for ((kind, floor), [listed, varied]) in ENGLISH.iter().zip(means) {
        println!(
            "{:<16}{kind:<11}{:>6} {listed:>22.2} {varied:>22.2}   floor {floor}",
            "mean", ""
        );
        if listed < *floor {
            missed.push(format!("English terms: mean F1 {listed:.2} on {kind}, floor {floor}"));
        }
    }
    for corpus in ["cncf_ja", "cncf_en"] {
        let folder = data.join(corpus);
        let terms = terms(&documents(&folder)?);
        let list = write(work, corpus, &terms, false)?;
        let corpus_option = folder.to_string_lossy().into_owned();
        let scores = score(
            data,
            &data.join(format!("{corpus}.terms.tsv")),
            &list,
            &["--loose", "--corpus", &corpus_option],
        )?;
        let recall = |top: &str| scores[top]["R"].as_f64().unwrap_or(0.0);
        println!(
            "{corpus:<16}{:<11}{:>6} recall at 100 {:.1}, 200 {:.1}, 500 {:.1}, all {:.1}",
            "loose",
            terms.len(),
            recall("@100"),
            recall("@200"),
            recall("@500"),
            recall("all")
        );
        if corpus == "cncf_ja" && recall("@200") < JAPANESE {
            missed.push(format!(
                "Japanese terms: recall at 200 is {:.1} %, floor {JAPANESE} %",
                recall("@200")
            ));
        }
    }
    Ok(missed)
}

/// The documents of a folder, in the order of their names.
pub(crate) fn documents(folder: &Path) -> io::Result<Vec<Document>> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<_>>()?;
    paths.sort();
    paths
        .iter()
        .map(|path| {
            let text = decode::decode(&fs::read(path)?).map_err(io::Error::other)?.text;
            let language = decode::detect_language(&text);
            let path = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            Ok(Document { path, text, language })
        })
        .collect()
}

/// The list of the product: its own cut, nothing tuned to a corpus.
pub(crate) fn terms(documents: &[Document]) -> Vec<Term> {
    let candidates: Vec<_> = documents
        .iter()
        .map(|document| extract::candidates(document, &Never).expect("nothing stops it"))
        .collect();
    extract::rank(&candidates, &[], &Options::default(), &Never).expect("nothing stops it")
}

fn write(work: &Path, name: &str, terms: &[Term], variants: bool) -> io::Result<PathBuf> {
    let mut lines = String::new();
    for term in terms {
        lines.push_str(&term.text);
        lines.push('\n');
        if variants {
            for variant in &term.variants {
                lines.push_str(&variant.text);
                lines.push('\n');
            }
        }
    }
    let path = work.join(format!("{name}{}.txt", if variants { "-variants" } else { "" }));
    fs::write(&path, lines)?;
    Ok(path)
}

fn score(data: &Path, gold: &Path, list: &Path, options: &[&str]) -> io::Result<serde_json::Value> {
    let output = Command::new("python3")
        .arg(data.join("score.py"))
        .args([gold, list])
        .arg("--json")
        .args(options)
        .output()?;
    if !output.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    serde_json::from_slice(&output.stdout).map_err(io::Error::other)
}

fn all(scores: &serde_json::Value) -> String {
    let part = |name: &str| scores["all"][name].as_f64().unwrap_or(0.0);
    format!("{:.1} / {:.1} / {:.2}", part("P"), part("R"), part("F1"))
}
