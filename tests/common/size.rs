//! What a repository takes on the disk, and what git would make of it.

use std::path::Path;
use std::time::{Duration, Instant};

use chittysync::git::{Clutter, is_maintained};

use super::World;

/// Returns the bytes of all blocks of a directory on the disk, as `du` counts them. Files may come and go meanwhile.
#[cfg(unix)]
pub fn on_disk(directory: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt;
    let (mut bytes, mut queue) = (0, vec![directory.to_owned()]);
    while let Some(path) = queue.pop() {
        let Ok(file) = path.symlink_metadata() else { continue };
        bytes += file.blocks() * 512;
        if file.is_dir() {
            queue.extend(std::fs::read_dir(&path).into_iter().flatten().flatten().map(|entry| entry.path()));
        }
    }
    bytes
}

/// Returns what a copy of a repository takes after a full `git gc` that keeps nothing to which nothing leads. At this time
/// (RFC 3339), for reflogs are shortened by it.
pub fn after_gc(world: &World, repository: &Path, now: &str) -> u64 {
    let copy = world.path("copy.git");
    // Its packs must not come and go while it is copied.
    at_rest(repository);
    let copied = world.command("cp").arg("-R").args([repository, &copy]).status().expect("cp");
    assert!(copied.success());
    let expire = |key: &str, days: i64| {
        let now = chittysync::todo::Time::parse(now).expect("RFC 3339").millis();
        format!("gc.{key}={}", chittysync::todo::Time::from_millis(now - days * 86_400_000))
    };
    let (all, unreachable) = (expire("reflogExpire", 90), expire("reflogExpireUnreachable", 30));
    world.git(&copy, &["-c", &all, "-c", &unreachable, "-c", "gc.packRefs=true", "gc", "-q", "--prune=now"]);
    let bytes = on_disk(&copy);
    std::fs::remove_dir_all(&copy).expect("removed");
    bytes
}

/// Waits until there is little to put in order in a store, and nobody is at it. No command is needed for that: between two
/// rounds, whoever is at it rests. In another repository it waits for `git gc` only.
pub fn at_rest(store: &Path) {
    let is_ours = store.join("chittysync").exists();
    let (started, mut quiet) = (Instant::now(), 0);
    while quiet < 5 {
        assert!(started.elapsed() < Duration::from_secs(600), "it never comes to rest");
        std::thread::sleep(Duration::from_millis(100));
        let is_busy =
            is_ours && (is_maintained(store) || Clutter::of(store).is_much()) || store.join("gc.pid").exists();
        quiet = if is_busy { 0 } else { quiet + 1 };
    }
}
