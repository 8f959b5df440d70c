//! `fixtures/codec`: files of every version of the formats. They decode for ever.
//!
//! A file of the newest version comes back byte for byte. Files here are never edited: a change of the
//! format adds a folder.

use std::fs;
use std::path::{Path, PathBuf};

use chittysync::codec::{DecodeError, decode_session, decode_todos, encode_session, encode_todos};

fn files(folder: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/codec").join(folder);
    let entries = fs::read_dir(&root).expect("the fixtures are there");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("readable").path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{} is empty", root.display());
    files
}

/// Reads and writes every file of a folder, and compares the bytes.
fn check(folder: &str, again: impl Fn(&[u8]) -> Result<Vec<u8>, DecodeError>) {
    for file in files(folder) {
        let name = file.display();
        let bytes = fs::read(&file).expect("readable");
        let written = again(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(String::from_utf8_lossy(&written), String::from_utf8_lossy(&bytes), "{name}");
    }
}

#[test]
fn todos_of_version_1() {
    check("v1/todos", |bytes| decode_todos(bytes).map(|todos| encode_todos(&todos)));
}

/// What is read of an older version is written in the newest one.
#[test]
fn sessions_of_version_1() {
    check("v1/sessions", |bytes| {
        let written = String::from_utf8(encode_session(&decode_session(bytes)?)).expect("UTF-8");
        Ok(written.replacen("\"format\": 2", "\"format\": 1", 1).into_bytes())
    });
}

#[test]
fn todos_of_version_2() {
    check("v2/todos", |bytes| decode_todos(bytes).map(|todos| encode_todos(&todos)));
}

#[test]
fn sessions_of_version_2() {
    check("v2/sessions", |bytes| decode_session(bytes).map(|info| encode_session(&info)));
}
