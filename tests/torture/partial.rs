//! E11: what cannot be done is missing and listed, and doing the missing costs no more than that.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

use crate::bench::Bench;
use crate::database::{Database, Look};
use crate::say;

/// E11
#[test]
fn a_document_that_cannot_be_read_is_missing_until_it_can() {
    let bench = Bench::new();
    bench.sample();
    let Some(home) = bench.home("home").bound_by_permissions() else {
        return say("skipped: nothing here keeps this user from reading a file");
    };
    let file = bench.documents().join("protocols/germination-test.md");
    std::fs::set_permissions(&file, Permissions::from_mode(0o000)).unwrap();
    let done = home.run();
    assert_eq!((done.code, &*done.status()), (Some(3), "partial"), "{done:?}");
    assert_eq!(done.json()["run"]["missing"], 1, "{done:?}");

    let mut database = Database::open(&home.path).unwrap();
    let missing: Vec<(String, String, String)> =
        database.rows("SELECT stage, item, error ->> 'code' FROM missing_unit");
    let expected = ("load", "protocols/germination-test.md", "file_unreadable");
    assert_eq!(
        missing,
        [(expected.0.to_owned(), expected.1.to_owned(), expected.2.to_owned())]
    );
    let of_run: Vec<(i64, String)> = database.rows("SELECT missing, status FROM run");
    assert_eq!(of_run, [(1, "partial".to_owned())]);
    drop(database);
    let partial = Look::at(&home.path);
    assert_eq!(partial.runs[0].stages["load"].missing, 1);
    let glossary = home.glossary().expect("the glossary of the other documents");
    assert!(glossary.contains("drying.md") && !glossary.contains("protocols/germination-test.md"));

    std::fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    home.complete();
    let whole = Look::at(&home.path);
    whole.assert_keeps(&partial);
    let skipped = whole.runs[1].stages["load"].total - whole.count(&["file/"]);
    assert_eq!(
        whole.runs[1].stages["load"].computed - skipped,
        1,
        "the missing one and no other: {:?}",
        whole.runs[1].stages
    );
    assert_eq!(whole.runs[1].stages["load"].missing, 0);
    assert_eq!(whole.count(&["reading/"]), partial.count(&["reading/"]) + 1);
    let other = bench.home("other");
    other.complete();
    assert!(home.glossary() == other.glossary(), "as if it had always been readable");
}
