//! The documentation that is made from code, against the files in `docs/`.

use std::path::Path;

use wenshu::config::reference;

/// Compares, or with `UPDATE_DOCS=1` writes.
fn check(file: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(file);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, expected).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == expected,
        "docs/{file} is not what the code says; `UPDATE_DOCS=1 cargo test -p wenshu --test it docs` rewrites it"
    );
}

#[test]
fn configuration_reference_is_current() {
    check("configuration.md", &reference::markdown());
}

#[test]
fn example_file_is_current() {
    check("wenshu.example.toml", &reference::example());
}
