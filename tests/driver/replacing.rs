//! The result takes the place of our version in one rename.

#![cfg(unix)]

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::ExitStatusExt;

use crate::checkout::{TODOS, todos};
use crate::common::{World, binary};

#[test]
fn by_a_rename_that_keeps_the_permissions() {
    let world = World::new();
    let ours = world.write("ours", &todos(&[("A", "ana", "completed", 2)]));
    world.write("base", &todos(&[("A", "ana", "pending", 1)]));
    world.write("theirs", &todos(&[("A", "ana", "in_progress", 3)]));
    std::fs::set_permissions(&ours, std::fs::Permissions::from_mode(0o640)).expect("permissions");
    let before = std::fs::metadata(&ours).expect("a file");
    world.ok(&["merge-driver", "base", "ours", "theirs", "7", TODOS]);
    let after = std::fs::metadata(&ours).expect("a file");
    assert_ne!(after.ino(), before.ino());
    assert_eq!(after.mode(), before.mode());
    let left: Vec<_> =
        std::fs::read_dir(world.path("")).expect("a directory").flatten().map(|entry| entry.file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with(".chittysync-")), "{left:?}");
}

/// The system kills a process that writes more than it may, in the middle of the write.
#[test]
fn a_kill_in_the_middle_leaves_the_old_content() {
    let world = World::new();
    let many: Vec<String> = (0..200).map(|number| format!("Todo {number}")).collect();
    let list = |session: &'static str, status: &'static str, minute| {
        let said: Vec<_> = many.iter().map(|words| (words.as_str(), session, status, minute)).collect();
        todos(&said)
    };
    let before = list("ana", "completed", 2);
    let ours = world.write("ours", &before);
    world.write("base", &list("ana", "pending", 1));
    world.write("theirs", &list("ben", "pending", 3));
    let mut command = world.command("bash");
    command.args(["-c", "ulimit -c 0; ulimit -f 8; exec \"$@\"", "-", binary()]);
    let output = command.args(["merge-driver", "base", "ours", "theirs", "7", TODOS]).output().expect("bash");
    let signal = output.status.signal();
    assert!(signal.is_some() || output.status.code().is_some_and(|code| code >= 129), "{output:?}");
    assert_eq!(std::fs::read(&ours).expect("a file"), before);
}
