//! What is written while which lock is held.

use crate::common::{World, has};
use crate::trace::{calls, strace};

/// Returns the system calls of the program as lines, of these names only.
fn lines(world: &World, names: &str, arguments: &[&str]) -> Vec<String> {
    let log = world.path("strace.log");
    let mut command = strace(world, &["-y", "-e", &format!("trace={names}"), "-o", &log.to_string_lossy()]);
    let output = command.args(arguments).output().expect("strace starts");
    assert!(output.status.success(), "{output:?}");
    std::fs::read_to_string(log).expect("a log").lines().map(str::to_owned).collect()
}

/// Whoever gets the lock next takes a file in the making for litter.
#[test]
fn caches_are_written_with_the_lock_held() {
    if !has("strace") {
        return;
    }
    let world = World::new();
    world.list("s1", "2026-11-20T09:00:00Z", &[("Fix login", "completed")]);
    let (mut held, mut caches) = (false, Vec::new());
    world.ok(&["init", "-q", "--default"]);
    for line in lines(&world, "flock,close,?rename,?renameat,renameat2", &["sync", "--from", "claude"]) {
        let is_lock = line.contains("/chittysync/lock>");
        held = (held || is_lock && line.starts_with("flock")) && !(is_lock && line.starts_with("close"));
        if let Some((_, name)) = line.rsplit_once("store.git/chittysync/").filter(|_| line.starts_with("rename")) {
            assert!(held, "{line}");
            caches.push(name.split('"').next().unwrap_or_default().to_owned());
        }
    }
    assert!(caches.contains(&"tidied".to_owned()) && caches.contains(&"seen".to_owned()), "{caches:?}");
}

/// The lock of git's configuration is the file that becomes it: what has its name then is another one's.
#[test]
fn the_lock_of_the_configuration_is_given_up_once() {
    if !has("strace") {
        return;
    }
    let world = World::new();
    world.write("home/.gitconfig", b"[user]\n\tname = t\n");
    let calls = calls(&world, &["install", "-q"], &[]);
    let of_lock = |call: &&crate::trace::Call| call.arguments.contains(".gitconfig.lock");
    let names: Vec<String> = calls.iter().filter(of_lock).map(|call| call.name.clone()).collect();
    let at = |name: &str| names.iter().position(|found| found.starts_with(name));
    let (flushed, renamed) = (at("fsync"), at("rename"));
    assert!(flushed.is_some() && flushed < renamed && at("unlink").is_none(), "{names:?}");
    assert!(std::fs::read_to_string(world.path("home/.gitconfig")).expect("a file").contains("merge-driver"));
}
