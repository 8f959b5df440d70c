//! git takes 1 to 128 for a conflict and leaves our side without markers. So only 0 and 1 may be below 129.

use crate::checkout::{Checkout, TODOS, todos};
use crate::common::{Done, World};

fn files(world: &World) -> [String; 3] {
    let sides = [
        todos(&[("A", "ana", "pending", 1)]),
        todos(&[("A", "ana", "completed", 2)]),
        todos(&[("A", "ana", "pending", 1), ("B", "ben", "pending", 1)]),
    ];
    let names = ["base", "ours", "theirs"];
    std::array::from_fn(|at| world.write(names[at], &sides[at]).to_str().expect("UTF-8").to_owned())
}

fn run(world: &World, arguments: &[&str]) -> Done {
    world.run(&[&["merge-driver"], arguments].concat())
}

#[test]
fn a_merge() {
    let world = World::new();
    let [base, ours, theirs] = files(&world);
    let done = run(&world, &[&base, &ours, &theirs, "7", TODOS]);
    assert_eq!((done.code, done.stdout.as_str()), (Some(0), ""), "{done:?}");
}

#[test]
fn markers() {
    let world = World::new();
    let [base, ours, theirs] = files(&world);
    for (name, text) in [("base", "x\n"), ("ours", "y\n"), ("theirs", "z\n")] {
        world.write(name, text.as_bytes());
    }
    assert_eq!(run(&world, &[&base, &ours, &theirs, "9", TODOS]).code, Some(1));
    let left = std::fs::read_to_string(&ours).expect("a file");
    assert_eq!(left, "<<<<<<<<< ours\ny\n=========\nz\n>>>>>>>>> theirs\n");
}

#[test]
fn a_usage_error() {
    let world = World::new();
    for arguments in [&[][..], &["a", "b"], &["a", "b", "c", "7", "p", "more"]] {
        assert_eq!(run(&world, arguments).code, Some(129), "{arguments:?}");
    }
}

#[test]
fn a_file_that_cannot_be_read() {
    let world = World::new();
    let [base, ours, theirs] = files(&world);
    let before = std::fs::read(&ours).expect("a file");
    let directory = world.home();
    for bad in [world.path("missing"), directory] {
        let bad = bad.to_str().expect("UTF-8");
        for arguments in [[bad, &ours, &theirs], [&base, &ours, bad], [&base, bad, &theirs]] {
            let done = run(&world, &[&arguments[..], &["7", TODOS]].concat());
            assert!(done.code.is_some_and(|code| code >= 129), "{done:?}");
            assert!(done.stderr.contains("cannot read"), "{done:?}");
        }
    }
    assert_eq!(std::fs::read(&ours).expect("a file"), before);
}

/// Two sides that git cannot merge without the driver.
fn diverged() -> (Checkout, Vec<u8>) {
    let checkout = Checkout::new();
    let ours = todos(&[("A", "ana", "completed", 2)]);
    let theirs = todos(&[("A", "ana", "in_progress", 3)]);
    checkout.diverge(TODOS, [Some(&todos(&[("A", "ana", "pending", 1)])), Some(&ours), Some(&theirs)]);
    (checkout, ours)
}

#[test]
fn a_bug() {
    let world = World::new();
    let [base, ours, theirs] = files(&world);
    let before = std::fs::read(&ours).expect("a file");
    let mut command = world.command(crate::common::binary());
    command.args(["merge-driver", &base, &ours, &theirs, "7", TODOS]).env("CHITTYSYNC_CHAOS", "panic");
    let done = crate::common::done(command.output());
    assert_eq!(done.code, Some(255), "{done:?}");
    assert!(done.stderr.contains("this is a bug"), "{done:?}");
    assert_eq!(std::fs::read(&ours).expect("a file"), before);
}

/// `git merge … 2>&1 | head -1`: nobody reads what the driver says.
#[test]
fn nobody_listening_is_no_conflict() {
    let world = World::new();
    let [base, ours, theirs] = files(&world);
    let code = |files: [&str; 3], chaos: &str| {
        let (_, closed) = std::io::pipe().expect("a pipe");
        let mut command = world.command(crate::common::binary());
        command.arg("merge-driver").args(files).args(["7", TODOS]).env("CHITTYSYNC_CHAOS", chaos).stderr(closed);
        command.status().expect("the program starts").code()
    };
    assert_eq!(code(["missing", &ours, &theirs], ""), Some(130));
    assert_eq!(code([&base, &ours, &theirs], "panic"), Some(255));
    std::fs::write(&theirs, todos(&[("A", "ana", "in_progress", 3)])).expect("a file");
    assert_eq!(code([&base, &ours, &theirs], ""), Some(0));
}

#[test]
fn a_bug_stops_the_merge() {
    let (checkout, ours) = diverged();
    let mut command = checkout.world.command("git");
    command.current_dir(&checkout.directory).args(["merge", "theirs"]).env("CHITTYSYNC_CHAOS", "panic");
    let done = crate::common::done(command.output());
    assert_eq!(done.code, Some(2), "{done:?}");
    checkout.expect_untouched(TODOS, &ours);
}

/// Not ours to decide: the shell says 127, which git takes for a conflict. Nothing is lost.
#[test]
fn a_missing_program_is_a_conflict() {
    let (checkout, ours) = diverged();
    std::fs::remove_file(checkout.world.path("bin/git-chittysync")).expect("a link");
    let done = checkout.git_run(&["merge", "theirs"]);
    assert_eq!(done.code, Some(1), "{done:?}");
    assert_eq!(checkout.read(TODOS), ours);
    assert_eq!(checkout.git(&["diff", "--name-only", "--diff-filter=U"]), TODOS);
    assert_eq!(checkout.git(&["ls-files", "-u"]).lines().count(), 3);
    checkout.git(&["merge", "--abort"]);
    checkout.expect_untouched(TODOS, &ours);
}

/// The attributes alone do no harm.
#[test]
fn without_a_configured_driver_git_merges_as_text() {
    let (checkout, ours) = diverged();
    checkout.world.ok(&["uninstall", "-q"]);
    let done = checkout.git_run(&["merge", "theirs"]);
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(String::from_utf8_lossy(&checkout.read(TODOS)).contains("<<<<<<< "));
    checkout.git(&["merge", "--abort"]);
    checkout.expect_untouched(TODOS, &ours);
}

/// Choices that rules make are counted, and git's own messages are about one file each.
#[test]
fn choices_are_counted() {
    let world = World::new();
    let at = |status: &'static str, minute| [("A", "ana", status, minute), ("B", "ana", status, minute)];
    for (count, words) in [(1, "1 choice between statements"), (2, "2 choices between statements")] {
        let base = todos(&at("pending", 1)[..count]);
        let (ours, theirs) = (todos(&at("completed", 2)[..count]), todos(&at("in_progress", 3)[..count]));
        let sides = [("base", base), ("ours", ours), ("theirs", theirs)];
        let [base, ours, theirs] =
            sides.map(|(name, bytes)| world.write(name, &bytes).to_str().expect("UTF-8").to_owned());
        let done = run(&world, &[&base, &ours, &theirs, "7", TODOS]);
        assert_eq!(done.code, Some(0), "{done:?}");
        assert_eq!(done.stderr, format!("{TODOS}: {words}; see `git chittysync conflicts`\n"));
    }
}
