//! Hands `tauri.conf.json` and the capabilities to Tauri, lets the crate compile before the interface was built, and puts
//! the documents of the sample into the program. They are no files beside it, because not every installer takes names
//! in Japanese.

use std::fmt::Write as _;
use std::path::Path;

const SAMPLE: &str = "examples/seed-bank";

fn main() {
    // The interface is embedded when the crate is compiled, so both must make it compile again.
    println!("cargo::rerun-if-changed=ui/dist");
    println!("cargo::rerun-if-changed=src-tauri/capabilities");
    if let Err(error) = std::fs::create_dir_all("ui/dist") {
        println!("cargo::error=cannot create ui/dist: {error}");
    }

    println!("cargo::rerun-if-changed={SAMPLE}");
    if let Err(error) = write_sample() {
        println!("cargo::error=cannot take in {SAMPLE}: {error}");
    }

    let attributes = tauri_build::Attributes::new().capabilities_path_pattern("./src-tauri/capabilities/**/*");
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
    }
}

/// Writes a Rust expression: a slice of the path and the contents of each document.
fn write_sample() -> std::io::Result<()> {
    let root = std::env::current_dir()?.join(SAMPLE);
    let mut files = Vec::new();
    collect(&root, &mut files)?;
    files.sort();
    let mut code = String::from("&[\n");
    for file in files {
        let relative = file.strip_prefix(&root).unwrap_or(&file);
        let name = relative.to_string_lossy().replace('\\', "/");
        let _ = writeln!(code, "({name:?}, include_bytes!({:?})),", file.display().to_string());
    }
    code.push(']');
    let out = std::env::var_os("OUT_DIR").unwrap_or_default();
    std::fs::write(Path::new(&out).join("sample.rs"), code)
}

fn collect(folder: &Path, files: &mut Vec<std::path::PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
