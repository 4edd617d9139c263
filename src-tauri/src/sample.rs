//! The sample project: documents that are part of the program, copied to where the researcher can change them.

use std::path::{Path, PathBuf};

/// Path and contents of each document. Written by the build script from `examples/seed-bank`.
const DOCUMENTS: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/sample.rs"));

/// The folder of the sample below the data folder `home`. It is made once; what was changed in it since then stays.
///
/// # Errors
/// When it cannot be written. Then there is none: a folder with half of the documents never comes to be.
pub fn folder(home: &Path) -> std::io::Result<PathBuf> {
    let folder = home.join("sample").join("seed-bank");
    if folder.is_dir() {
        return Ok(folder);
    }
    let unfinished = home.join("sample").join(format!("unfinished-{}", std::process::id()));
    for (path, contents) in DOCUMENTS {
        let path = unfinished.join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(&unfinished))?;
        std::fs::write(path, contents)?;
    }
    match std::fs::rename(&unfinished, &folder) {
        // Somebody else was faster.
        Err(_) if folder.is_dir() => std::fs::remove_dir_all(&unfinished)?,
        renamed => renamed?,
    }
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_whole_and_what_was_changed_in_it_stays() {
        let home = tempfile::tempdir().unwrap();
        let made = folder(home.path()).unwrap();
        let original = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/seed-bank");
        assert!(DOCUMENTS.len() > 10);
        for (path, contents) in DOCUMENTS {
            assert_eq!(&std::fs::read(original.join(path)).unwrap(), contents, "{path}");
            assert_eq!(&std::fs::read(made.join(path)).unwrap(), contents, "{path}");
        }
        std::fs::write(made.join(DOCUMENTS[0].0), "mine").unwrap();
        std::fs::remove_file(made.join(DOCUMENTS[1].0)).unwrap();
        assert_eq!(folder(home.path()).unwrap(), made);
        assert_eq!(std::fs::read_to_string(made.join(DOCUMENTS[0].0)).unwrap(), "mine");
        assert!(
            !made.join(DOCUMENTS[1].0).exists(),
            "what was removed does not come back"
        );
    }

    #[test]
    fn a_sample_that_cannot_be_written_is_an_error() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("sample"), "a file").unwrap();
        assert!(folder(home.path()).is_err());
    }
}
