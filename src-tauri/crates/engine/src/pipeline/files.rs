//! Which files of a folder are documents. Everything that is left out is reported with its reason; nothing outside
//! the folder is ever opened.

use std::path::{Path, PathBuf};

use glossary::Stop;
use walkdir::{DirEntry, WalkDir};

use crate::error::Error;
use crate::runs::Break;
use crate::store::results::Skipped;

/// A file that looks like a document.
#[derive(Debug, Clone)]
pub(super) struct FoundFile {
    /// Path inside the folder, with `/` between its parts.
    pub(super) path: String,
    pub(super) location: PathBuf,
}

/// Endings of files that are read as text.
const TEXT_ENDINGS: [&str; 3] = ["md", "markdown", "txt"];

/// Lists a folder and all below it, in the order of the paths.
pub(super) fn list(
    folder: &Path,
    largest: u64,
    stop: &dyn Stop,
    seen: &mut dyn FnMut(&str),
) -> Result<(Vec<FoundFile>, Vec<Skipped>), Break> {
    let metadata = std::fs::metadata(folder).map_err(|_| Error::FolderNotFound(folder.to_owned()))?;
    if !metadata.is_dir() {
        return Err(Error::FolderNotADirectory(folder.to_owned()).into());
    }
    let mut files = Vec::new();
    let mut skipped = Vec::new();
    let mut entries = WalkDir::new(folder).min_depth(1).sort_by_file_name().into_iter();
    while let Some(entry) = entries.next() {
        if stop.requested() {
            return Err(Break::Cancelled);
        }
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = error.path().map_or_else(String::new, |path| relative(folder, path));
                skipped.push(Skipped {
                    path,
                    reason: "unreadable",
                    detail: Some(io_message(&error)),
                });
                continue;
            }
        };
        let path = relative(folder, entry.path());
        seen(&path);
        let directory = entry.file_type().is_dir();
        match reason(folder, &entry, largest) {
            Some((reason, detail)) => {
                if directory {
                    entries.skip_current_dir();
                }
                skipped.push(Skipped { path, reason, detail });
            }
            None if directory => {}
            None => files.push(FoundFile {
                path,
                location: entry.into_path(),
            }),
        }
    }
    Ok((files, skipped))
}

/// Why a file or folder is left out, if it is.
fn reason(folder: &Path, entry: &DirEntry, largest: u64) -> Option<(&'static str, Option<String>)> {
    let name = entry.file_name().to_string_lossy();
    if secret(&name) {
        return Some(("secret", None));
    }
    if name.starts_with('.') {
        return Some(("hidden", None));
    }
    if entry.path_is_symlink() {
        let inside = entry
            .path()
            .canonicalize()
            .is_ok_and(|target| target.starts_with(folder));
        return Some((if inside { "link" } else { "outside" }, None));
    }
    if entry.file_type().is_dir() {
        return None;
    }
    if !entry.file_type().is_file() {
        return Some(("unsupported", None));
    }
    let ending = Path::new(&*name)
        .extension()
        .map(|ending| ending.to_string_lossy().to_lowercase());
    if !ending.is_some_and(|ending| TEXT_ENDINGS.contains(&&*ending)) {
        return Some(("unsupported", None));
    }
    match entry.metadata() {
        Ok(metadata) if metadata.len() > largest => Some(("too_large", Some(metadata.len().to_string()))),
        Ok(_) => None,
        Err(error) => Some(("unreadable", Some(io_message(&error)))),
    }
}

/// Names under which keys and passwords are usually kept.
fn secret(name: &str) -> bool {
    const ENDINGS: [&str; 9] = [
        ".pem",
        ".key",
        ".p12",
        ".pfx",
        ".kdbx",
        ".keystore",
        ".jks",
        ".ppk",
        ".asc",
    ];
    const BEGINNINGS: [&str; 8] = [
        ".env",
        "id_rsa",
        "id_dsa",
        "id_ecdsa",
        "id_ed25519",
        ".netrc",
        ".npmrc",
        ".pypirc",
    ];
    const STEMS: [&str; 8] = [
        "secret",
        "secrets",
        "password",
        "passwords",
        "credential",
        "credentials",
        ".htpasswd",
        "api_key",
    ];
    let name = name.to_lowercase();
    let stem = name
        .strip_prefix('.')
        .unwrap_or(&name)
        .split('.')
        .next()
        .unwrap_or_default();
    ENDINGS.iter().any(|ending| name.ends_with(ending))
        || BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
        || STEMS.contains(&stem)
}

fn relative(folder: &Path, path: &Path) -> String {
    let inside = path.strip_prefix(folder).unwrap_or(path);
    let parts: Vec<_> = inside
        .components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    parts.join("/")
}

fn io_message(error: &(impl std::error::Error + 'static)) -> String {
    // The path is shown beside the reason already, and an absolute one does not belong into results.
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Never;
    impl Stop for Never {
        fn requested(&self) -> bool {
            false
        }
    }

    fn listing(folder: &Path, largest: u64) -> (Vec<String>, Vec<(String, &'static str)>) {
        let (files, skipped) = list(&folder.canonicalize().unwrap(), largest, &Never, &mut |_| {}).unwrap();
        (
            files.into_iter().map(|file| file.path).collect(),
            skipped
                .into_iter()
                .map(|skipped| (skipped.path, skipped.reason))
                .collect(),
        )
    }

    #[test]
    fn what_is_left_out_is_reported_with_its_reason() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("a/notes.md", "x");
        write("b/notes.md", "x");
        write("b/READ.TXT", "x");
        write(".git/config.txt", "x");
        write(".env", "x");
        write("secrets.txt", "x");
        write("server.key", "x");
        write("photo.png", "x");
        write("big.txt", "0123456789");
        let (files, skipped) = listing(folder.path(), 5);
        assert_eq!(
            files,
            ["a/notes.md", "b/READ.TXT", "b/notes.md"],
            "two files of one name are two documents (D1)"
        );
        let expected = [
            (".env", "secret"),
            (".git", "hidden"),
            ("big.txt", "too_large"),
            ("photo.png", "unsupported"),
            ("secrets.txt", "secret"),
            ("server.key", "secret"),
        ];
        assert_eq!(skipped, expected.map(|(path, reason)| (path.to_owned(), reason)));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_never_leads_out_of_the_folder() {
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("private.txt"), "x").unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.txt"), "x").unwrap();
        std::os::unix::fs::symlink(outside.path(), folder.path().join("folder")).unwrap();
        std::os::unix::fs::symlink(outside.path().join("private.txt"), folder.path().join("file.txt")).unwrap();
        std::os::unix::fs::symlink(folder.path().join("a.txt"), folder.path().join("twin.txt")).unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("loop")).unwrap();
        let (files, skipped) = listing(folder.path(), 100);
        assert_eq!(files, ["a.txt"]);
        let reasons: Vec<_> = skipped.iter().map(|(path, reason)| (path.as_str(), *reason)).collect();
        assert_eq!(
            reasons,
            [
                ("file.txt", "outside"),
                ("folder", "outside"),
                ("loop", "link"),
                ("twin.txt", "link")
            ]
        );
    }
}
