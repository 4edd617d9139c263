//! Which files of a folder are documents. Everything that is left out is reported with its reason; nothing outside
//! the folder is ever opened.

use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use glossary::Stop;
use walkdir::{DirEntry, WalkDir};

use super::rules::Rules;
use crate::error::Error;
use crate::runs::Break;
use crate::store::results::Skipped;

/// A file that looks like a document.
#[derive(Debug, Clone)]
pub(crate) struct FoundFile {
    /// Path inside the folder, with `/` between its parts.
    pub(crate) path: String,
    pub(crate) location: PathBuf,
    pub(crate) bytes: u64,
    /// Time of modification in nanoseconds since 1970; 0 when the file may change again without another one.
    pub(crate) modified: i64,
}

/// Endings of files that are read as text.
const TEXT_ENDINGS: [&str; 3] = ["md", "markdown", "txt"];

/// Lists a folder and all below it, in the order of the paths.
pub(crate) fn list(
    folder: &Path,
    rules: &Rules,
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
        let metadata = (!directory).then(|| entry.metadata());
        let ruled = || {
            let out = if directory {
                rules.prunes(&path).then_some("pattern")
            } else {
                rules.leaves_out(&path)
            };
            out.map(|reason| (reason, None))
        };
        let found = match reason(folder, &entry) {
            None => ruled().or_else(|| {
                let largest = rules.largest;
                metadata.as_ref().and_then(|metadata| too_large(metadata, largest))
            }),
            reason => reason,
        };
        match found {
            Some((reason, detail)) => {
                if directory {
                    entries.skip_current_dir();
                }
                skipped.push(Skipped { path, reason, detail });
            }
            None if directory => {}
            None => {
                let (bytes, modified) = match metadata {
                    Some(Ok(metadata)) => fingerprint(&metadata),
                    _ => (0, 0),
                };
                files.push(FoundFile {
                    path,
                    location: entry.into_path(),
                    bytes,
                    modified,
                });
            }
        }
    }
    Ok((files, skipped))
}

/// Size and time of modification. A file that was written just now may be written again within the same tick of the
/// file system's clock, so its time says nothing yet (the racy entries of git's index are the same matter).
fn fingerprint(metadata: &Metadata) -> (u64, i64) {
    let since = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let modified = metadata.modified().map(since).unwrap_or_default();
    // Some file systems count whole or even seconds.
    let tick = Duration::from_millis(if modified.subsec_nanos() == 0 { 2_000 } else { 50 });
    let settled = modified + tick < since(SystemTime::now());
    (metadata.len(), if settled { modified.as_nanos() as i64 } else { 0 })
}

/// Size and time of modification of a file, as [`list`] would tell them. A link is none.
pub(crate) fn look(location: &Path) -> std::io::Result<(u64, i64)> {
    let metadata = std::fs::symlink_metadata(location)?;
    if metadata.is_file() {
        Ok(fingerprint(&metadata))
    } else {
        Err(std::io::ErrorKind::NotFound.into())
    }
}

/// Why a file or folder is left out, if it is.
fn reason(folder: &Path, entry: &DirEntry) -> Option<(&'static str, Option<String>)> {
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
    (!is_text_name(&name)).then_some(("unsupported", None))
}

/// Whether the name of a file says that it holds text that is read, and nothing against reading it.
pub(crate) fn is_text_name(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = Path::new(name)
        .extension()
        .map(|ending| ending.to_string_lossy().to_lowercase());
    ending.is_some_and(|ending| TEXT_ENDINGS.contains(&&*ending)) && !name.starts_with('.') && !secret(name)
}

fn too_large(metadata: &walkdir::Result<Metadata>, largest: u64) -> Option<(&'static str, Option<String>)> {
    match metadata {
        Ok(metadata) if metadata.len() > largest => Some(("too_large", Some(metadata.len().to_string()))),
        Ok(_) => None,
        Err(error) => Some(("unreadable", Some(io_message(error)))),
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

    use super::super::load::Never;

    fn listing(folder: &Path, largest: u64) -> (Vec<String>, Vec<(String, &'static str)>) {
        let (files, skipped) = list(
            &folder.canonicalize().unwrap(),
            &Rules::up_to(largest),
            &Never,
            &mut |_| {},
        )
        .unwrap();
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
