//! File names are somebody else's words: nothing in them is executed, and nothing in them is an option.

use std::ffi::OsStr;
use std::path::Path;

use crate::checkout::{Checkout, expected, statuses, todos};

/// Merges a file of this name, which the driver is asked to merge, and expects the merge.
#[track_caller]
fn merges(checkout: &Checkout, name: &OsStr) {
    checkout.git(&["checkout", "-q", "-f", "consolidated"]);
    for branch in ["base", "ours", "theirs"] {
        let _ = checkout.git_run(&["branch", "-q", "-D", branch]);
    }
    let write = |list: Vec<u8>| {
        let path = checkout.directory.join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        std::fs::write(path, list).expect("a file");
        checkout.git(&["add", "--all"]);
        checkout.git(&["commit", "-q", "-m", "x"]);
    };
    checkout.git(&["checkout", "-q", "-b", "base"]);
    write(todos(&[("A", "ana", "pending", 1), ("B", "ana", "pending", 1)]));
    checkout.git(&["checkout", "-q", "-b", "theirs"]);
    write(todos(&[("A", "ana", "pending", 1), ("B", "ana", "completed", 2)]));
    checkout.git(&["checkout", "-q", "-b", "ours", "base"]);
    write(todos(&[("A", "ana", "completed", 2), ("B", "ana", "pending", 1)]));
    let done = checkout.git_run(&["merge", "-q", "theirs"]);
    assert_eq!(done.code, Some(0), "{name:?}: {done:?}");
    let merged = std::fs::read(checkout.directory.join(name)).expect("a file");
    assert_eq!(statuses(&merged), expected(&[("A", "completed"), ("B", "completed")]), "{name:?}");
}

fn checkout() -> Checkout {
    let checkout = Checkout::new();
    checkout.commit(".gitattributes", b"* merge=chittysync\n");
    checkout
}

#[test]
fn nothing_is_executed() {
    let checkout = checkout();
    for part in [
        "$(touch x)",
        ";touch x;",
        "`touch x`",
        "'$(touch x)'",
        "\"; touch x #",
        "a'b\"c\\d",
        "%A",
        "|touch x",
        "line\nend",
    ] {
        merges(&checkout, OsStr::new(&format!("projects/{part}/todos.json")));
        merges(&checkout, OsStr::new(&format!("{part}.json")));
    }
    let made = |directory: &Path| directory.join("x").exists();
    assert!(!made(&checkout.directory) && !made(&checkout.world.path("")) && !made(&checkout.world.home()));
}

#[test]
fn nothing_is_an_option() {
    let checkout = checkout();
    for name in ["--help", "-h", "--version", "--json", "-C", "--", "--bogus", "-x.json", "--store=x"] {
        merges(&checkout, OsStr::new(name));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_need_not_be_text() {
    use std::os::unix::ffi::OsStrExt;
    merges(&checkout(), OsStr::from_bytes(b"projects/caf\xe9/todos.json"));
}
