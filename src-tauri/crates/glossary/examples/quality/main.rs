//! Measures the linguistic quality against public evaluation data, and fails when a floor is missed.
//!
//! `cargo run --release -p glossary --example quality -- [DATA_DIR]`. Without an argument the data is looked for in
//! `../shared/data/ate` beside the repository. The data may not be shipped; without it there is nothing to measure.
#![allow(clippy::print_stdout, reason = "the table is what this program is for")]

mod definitions;
mod terms;

use std::path::PathBuf;
use std::process::ExitCode;

use glossary::Stop;

fn main() -> ExitCode {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/data/ate");
    let data = std::env::args()
        .nth(1)
        .map_or_else(|| PathBuf::from(beside), PathBuf::from);
    if !data.join("score.py").is_file() {
        println!("no evaluation data in {}: nothing measured", data.display());
        return ExitCode::SUCCESS;
    }
    let work = std::env::temp_dir().join(format!("glossary-quality-{}", std::process::id()));
    let result = std::fs::create_dir_all(&work).and_then(|()| {
        let mut missed = terms::measure(&data, &work)?;
        missed.extend(definitions::measure(&data)?);
        Ok(missed)
    });
    let _ = std::fs::remove_dir_all(&work);
    match result {
        Ok(missed) if missed.is_empty() => ExitCode::SUCCESS,
        Ok(missed) => {
            for floor in missed {
                println!("MISSED {floor}");
            }
            ExitCode::FAILURE
        }
        Err(error) => {
            println!("cannot measure: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Nothing stops a measurement.
struct Never;

impl Stop for Never {
    fn requested(&self) -> bool {
        false
    }
}
