//! The first fetch from a remote gives all refs their names at once, and comes to what any other fetch comes to.

use crate::common::executable;
use crate::devices::Devices;

/// Returns how many refs that a device remembers of the remote have a file of their own.
fn loose(devices: &Devices, name: &str) -> usize {
    let below = |prefix: &str| std::fs::read_dir(devices.store(name).join(prefix)).into_iter().flatten().count();
    below("refs/chittysync-remotes/origin") + below("refs/remotes/origin")
}

/// Two devices of which the first has pushed five sessions.
fn five() -> Devices {
    let devices = Devices::new(&["a", "b"]);
    for session in ["one", "two", "three", "four", "five"] {
        devices.list("a", session, "2026-11-20T10:00:00Z", &[(&format!("Work of {session}"), "pending")]);
    }
    devices.sync("a");
    devices
}

const REMEMBERED: &str = "refs/chittysync-remotes/origin/";

#[test]
fn a_first_fetch_makes_no_file_for_each_ref() {
    let devices = five();
    devices.sync("b");
    assert_eq!((loose(&devices, "b"), devices.refs(&devices.store("b"), REMEMBERED).len()), (0, 5));
    devices.agree(&["a", "b"]);
    assert_eq!(devices.states("b").len(), 5);
    // What comes later moves, comes and goes as ever.
    devices.list("a", "one", "2026-11-20T11:00:00Z", &[("Work of one", "completed")]);
    devices.list("a", "six", "2026-11-20T11:00:00Z", &[("Work of six", "pending")]);
    devices.sync("a");
    devices.world.git(&devices.hub(), &["update-ref", "-d", "refs/chittysync/two"]);
    devices.sync("b");
    let names = devices.refs(&devices.store("b"), REMEMBERED);
    assert_eq!(names, ["five", "four", "one", "six", "three"].map(|name| format!("{REMEMBERED}{name}")));
    for name in ["one", "six"] {
        let theirs = devices.tip(&devices.hub(), &format!("refs/chittysync/{name}"));
        assert_eq!(devices.tip(&devices.store("b"), &format!("{REMEMBERED}{name}")), theirs);
    }
    devices.agree(&["a", "b"]);
    assert!(devices.states("b").contains(&"Work of one: completed".to_owned()));
    devices.world.git(&devices.store("b"), &["fsck", "--strict"]);
}

#[test]
fn refs_of_a_remote_that_was_known_are_never_taken_for_new() {
    let devices = five();
    let hub = devices.hub();
    // Plain git was there first, and has an older state of one session and one that is gone.
    let one = devices.tip(&hub, "refs/chittysync/one");
    let store = devices.store("b");
    devices.world.git(&store, &["fetch", "-q", "origin", &format!("+refs/chittysync/one:{REMEMBERED}one")]);
    devices.world.git(&store, &["update-ref", &format!("{REMEMBERED}gone"), &one]);
    devices.list("a", "one", "2026-11-20T11:00:00Z", &[("Work of one", "completed")]);
    devices.sync("a");
    devices.sync("b");
    assert_eq!(devices.refs(&store, REMEMBERED).len(), 5);
    assert_eq!(devices.tip(&store, &format!("{REMEMBERED}one")), devices.tip(&hub, "refs/chittysync/one"));
    devices.agree(&["a", "b"]);
}

/// A ref's name is a directory of the others': git cannot keep both, and neither can we.
#[test]
fn what_stands_in_the_way_is_found_as_in_any_fetch() {
    let devices = five();
    let store = devices.store("b");
    let tip = devices.world.git(&store, &["commit-tree", "-m", "x", &empty_tree(&devices)]);
    devices.world.git(&store, &["update-ref", "refs/chittysync-remotes/origin", &tip]);
    let done = devices.try_sync("b", crate::common::NOW, &[]);
    assert!(done.stderr.contains("refs/chittysync-remotes/origin stands here where it would be kept"), "{done:?}");
    assert_eq!(devices.states("b").len(), 5, "the branch has all of them");
    assert_eq!(devices.tip(&store, "refs/chittysync-remotes/origin"), tip);
}

fn empty_tree(devices: &Devices) -> String {
    devices.world.git(&devices.store("b"), &["hash-object", "-w", "-t", "tree", "/dev/null"])
}

/// git knows `fetch --porcelain` since version 2.41.
#[cfg(unix)]
#[test]
fn an_older_git_fetches_one_by_one() {
    let devices = five();
    let path = std::env::var("PATH").expect("a PATH");
    let git = path.split(':').map(|at| format!("{at}/git")).find(|at| std::path::Path::new(at).is_file());
    let script = format!(
        "#!/bin/sh\nfor a in \"$@\"; do test \"$a\" = --porcelain && {{ echo \"error: unknown option\" >&2; exit 129; }}; done\nexec {} \"$@\"\n",
        git.expect("git")
    );
    devices.world.write("bin/git", script.as_bytes());
    executable(&devices.world.path("bin/git"));
    devices.sync("b");
    assert!(loose(&devices, "b") > 0);
    assert_eq!(devices.refs(&devices.store("b"), REMEMBERED).len(), 5);
    devices.agree(&["a", "b"]);
}

/// A `git gc` takes away what no ref leads to: beside one, no object is left without a ref for a moment.
#[test]
fn beside_a_gc_refs_are_fetched_one_by_one() {
    let devices = five();
    devices.world.write("b.git/gc.pid", format!("{} here\n", std::process::id()).as_bytes());
    devices.sync("b");
    assert!(loose(&devices, "b") > 0);
    devices.agree(&["a", "b"]);
}

/// Whatever the remote says, nothing of it is named where we keep other things.
#[test]
fn a_damaged_session_keeps_no_other_from_coming_first() {
    let devices = five();
    let hub = devices.hub();
    let bad = "100644 projects\0aaaaaaaaaaaaaaaaaaaa100644 projects\0aaaaaaaaaaaaaaaaaaaa";
    devices.world.write("bad", bad.as_bytes());
    let file = devices.world.path("bad");
    let arguments = ["hash-object", "-w", "--literally", "-t", "tree", file.to_str().expect("UTF-8")];
    let tree = devices.world.git(&hub, &arguments);
    let commit = devices.world.git(&hub, &["commit-tree", "-m", "x", &tree]);
    devices.world.write("hub.git/refs/chittysync/evil", format!("{commit}\n").as_bytes());
    let done = devices.try_sync("b", crate::common::NOW, &[]);
    assert!(done.stderr.contains("refs/chittysync/evil"), "{done:?}");
    assert_eq!(devices.refs(&devices.store("b"), REMEMBERED).len(), 5);
    devices.agree(&["a", "b"]);
}

/// Has what the next fetches bring taken away again, `times` times, as a `git gc --prune=now` does that looked at the refs
/// just before; of `kind`, all that `git cat-file -t` calls so.
#[cfg(unix)]
fn lose_what_comes(devices: &Devices, name: &str, kind: &str, times: usize) {
    let path = std::env::var("PATH").expect("a PATH");
    let git = path.split(':').map(|at| format!("{at}/git")).find(|at| std::path::Path::new(at).is_file());
    let (store, lost) = (devices.store(name), devices.world.path("lost"));
    let objects = store.join("objects");
    let script = format!(
        "#!/bin/sh\ncase \" $* \" in *' fetch '*) ;; *) exec {git} \"$@\" ;; esac\n\
         test -s '{lost}' || exec {git} \"$@\"\n\
         find '{objects}' -type f | sort >'{lost}.before'\n{git} \"$@\"; code=$?\n\
         find '{objects}' -type f | sort | comm -13 '{lost}.before' - | while read -r file; do\n\
         id=$(echo \"$file\" | sed 's#.*/\\(..\\)/#\\1#')\n\
         case $({git} --git-dir='{store}' cat-file -t \"$id\") in {kind}) echo \"$file\" ;; esac; done | xargs -r rm -f\n\
         sed -i 1d '{lost}'\nexit $code\n",
        git = git.expect("git"),
        objects = objects.display(),
        lost = lost.display(),
        store = store.display(),
    );
    devices.world.write("lost", "once\n".repeat(times).as_bytes());
    devices.world.write("bin/git", script.as_bytes());
    executable(&devices.world.path("bin/git"));
}

/// Commits that are gone are not walked, trees and files are not read.
#[cfg(unix)]
#[test]
fn what_a_gc_takes_as_it_comes_comes_again() {
    let devices = five();
    devices.sync("b");
    for (nth, kind) in ["commit", "tree", "blob", "*"].into_iter().enumerate() {
        let words = format!("Work behind a {kind}");
        devices.list("a", "one", &format!("2026-11-20T11:0{nth}:00Z"), &[(&words, "completed")]);
        devices.sync("a");
        lose_what_comes(&devices, "b", kind, 1);
        devices.sync("b");
        assert!(devices.states("b").contains(&format!("{words}: completed")), "{kind}");
        assert_eq!(std::fs::read_to_string(devices.world.path("lost")).expect("a file"), "", "it was lost");
        devices.world.git(&devices.store("b"), &["fsck", "--strict"]);
    }
}

/// However often it goes: that ends, is told, and keeps nobody from going on.
#[cfg(unix)]
#[test]
fn what_is_always_gone_is_not_fetched_for_ever() {
    let devices = five();
    devices.sync("b");
    devices.list("a", "two", "2026-11-20T11:00:00Z", &[("Work of two", "completed")]);
    devices.sync("a");
    lose_what_comes(&devices, "b", "*", 9);
    let done = devices.try_sync("b", crate::common::NOW, &[]);
    assert!(done.code == Some(1) && done.stderr.contains("session two of origin was left out: "), "{done:?}");
    assert!(!std::fs::read_to_string(devices.world.path("lost")).expect("a file").is_empty());
    devices.world.write("lost", b"");
    devices.sync("b");
    assert!(devices.states("b").contains(&"Work of two: completed".to_owned()));
    devices.agree(&["a", "b"]);
}
