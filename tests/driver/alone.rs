//! The driver needs no repository, no configuration, no home.

use crate::checkout::{TODOS, expected, statuses, todos};
use crate::common::{World, binary, done};

#[test]
fn merges_where_nothing_is() {
    let world = World::new();
    for (name, list) in [
        ("empty/base", todos(&[("A", "ana", "pending", 1)])),
        ("empty/ours", todos(&[("A", "ana", "completed", 2)])),
        ("empty/theirs", todos(&[("A", "ana", "pending", 1), ("B", "ben", "pending", 3)])),
    ] {
        world.write(name, &list);
    }
    let mut command = world.command(binary());
    command.env_clear().current_dir(world.path("empty"));
    let done = done(command.args(["merge-driver", "base", "ours", "theirs", "7", TODOS]).output());
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{done:?}");
    let merged = std::fs::read(world.path("empty/ours")).expect("a file");
    assert_eq!(statuses(&merged), expected(&[("A", "completed"), ("B", "pending")]));
}

/// A broken configuration is a matter for git, not for the merge of a file.
#[test]
fn reads_no_configuration() {
    let world = World::new();
    world.write("home/.gitconfig", b"[chittysync]\n\treopen = nonsense\n[broken\n");
    let list = todos(&[("A", "ana", "pending", 1)]);
    for name in ["base", "ours", "theirs"] {
        world.write(name, &list);
    }
    let done = world.run(&["merge-driver", "base", "ours", "theirs", "7", TODOS]);
    assert_eq!(done.code, Some(0), "{done:?}");
}

#[test]
fn merges_as_text_without_a_home() {
    let world = World::new();
    for (name, text) in [("base", "a\nb\nc\nd\n"), ("ours", "A\nb\nc\nd\n"), ("theirs", "a\nb\nc\nD\n")] {
        world.write(name, text.as_bytes());
    }
    let mut command = world.command(binary());
    command.env_remove("HOME").env("GIT_DIR", "/nonexistent");
    let done = done(command.args(["merge-driver", "base", "ours", "theirs", "7", TODOS]).output());
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(std::fs::read_to_string(world.path("ours")).expect("a file"), "A\nb\nc\nD\n");
}
