//! The interface's TypeScript is generated from the commands and events, checked in, and must be up to date.

use genglossary_desktop::ipc;
use specta_typescript::Typescript;

const BINDINGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/ui/src/ipc/bindings.ts");

/// `UPDATE_BINDINGS=1 cargo test --test bindings` writes the file.
#[test]
fn the_checked_in_bindings_are_those_of_the_commands() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let fresh = folder.path().join("bindings.ts");
    let header = "// Generated from the Rust commands and events. Do not edit: `make bindings` writes it.\n";
    ipc::contract::<tauri::Wry>()
        .export(Typescript::default().header(header), &fresh)
        .expect("bindings are exported");
    let fresh = std::fs::read_to_string(fresh).expect("the exported bindings");
    if std::env::var_os("UPDATE_BINDINGS").is_some() {
        std::fs::write(BINDINGS, &fresh).expect("ui/src/ipc/bindings.ts can be written");
    }
    let checked_in = std::fs::read_to_string(BINDINGS).unwrap_or_default();
    assert!(
        checked_in == fresh,
        "ui/src/ipc/bindings.ts is out of date; run `make bindings`"
    );
}
