//! What is acknowledged is on the disk: every content is flushed before it gets its name, every name
//! before the next thing relies on it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::common::has;
use crate::scene::{FROM, Scene};
use crate::trace::{Call, calls};

#[test]
fn everything_is_flushed_before_something_relies_on_it() {
    if !has("strace") {
        return;
    }
    let scene = Scene::with_news();
    let flushes = check(&calls(&scene.world, &FROM, &[])).unwrap_or_else(|err| panic!("{err}"));
    // Another run has nothing to say and does not touch the disk.
    let again = calls(&scene.world, &FROM, &[]);
    assert_eq!(again.iter().filter(|call| is_flush(call)).count(), 0);
    assert!(flushes > 0);
}

#[test]
fn a_bulk_write_is_flushed_too() {
    if !has("strace") {
        return;
    }
    let scene = Scene::bulk();
    check(&calls(&scene.world, &FROM, &[])).unwrap_or_else(|err| panic!("{err}"));
}

#[test]
fn packed_refs_are_flushed_before_their_files_go() {
    if !has("strace") {
        return;
    }
    let scene = Scene::with_many_refs();
    let (loose, refs) = (scene.world.store().join("refs/chittysync"), scene.refs());
    let calls = calls(&scene.world, &FROM, &[]);
    assert_eq!(std::fs::read_dir(&loose).expect("a directory").count(), 0, "none is loose");
    assert!(refs.lines().all(|line| line.contains("/consolidated") || scene.refs().contains(line)), "none is lost");
    check(&calls).unwrap_or_else(|err| panic!("{err}"));
    let at = |wanted: &dyn Fn(&Call) -> bool| calls.iter().position(wanted).expect("a call");
    let named = at(&|call| is_rename(call) && call.quoted(1).ends_with("packed-refs"));
    let flushed = at(&|call| is_flush(call) && call.descriptor() == scene.world.store());
    let removed = at(&|call| {
        call.name.starts_with("unlink") && call.quoted(0).starts_with(&loose) && call.quoted(0).extension().is_none()
    });
    assert!(named < flushed && flushed < removed, "{named} {flushed} {removed}");
}

#[test]
fn a_new_store_is_flushed_before_it_gets_its_name() {
    if !has("strace") {
        return;
    }
    let scene = Scene::without_store();
    let calls = calls(&scene.world, &FROM, &[]);
    let store = scene.world.store();
    let named = calls.iter().position(|call| is_rename(call) && call.quoted(1) == store).expect("the store is renamed");
    let aside = calls[named].quoted(0);
    for file in ["HEAD", "config", "", "refs", "refs/heads", "objects", "objects/pack"] {
        let path = if file.is_empty() { aside.clone() } else { aside.join(file) };
        let flushed = calls[..named].iter().any(|call| is_flush(call) && call.descriptor() == path);
        assert!(flushed, "{} was not flushed before the store got its name", path.display());
    }
    let mut directory = store.parent().map(Path::to_owned);
    while let Some(path) = directory.filter(|path| path.starts_with(scene.world.home())) {
        let flushed = calls[named..].iter().any(|call| is_flush(call) && call.descriptor() == path);
        assert!(flushed, "{} was not flushed after the store got its name", path.display());
        directory = path.parent().map(Path::to_owned);
    }
}

#[test]
fn nothing_is_flushed_when_the_user_says_so() {
    if !has("strace") {
        return;
    }
    let scene = Scene::with_news();
    scene.world.git(&scene.world.store(), &["config", "chittysync.fsync", "false"]);
    let calls = calls(&scene.world, &FROM, &[]);
    assert_eq!(calls.iter().filter(|call| is_flush(call)).count(), 0);
}

/// Without the barrier the check fails.
#[test]
fn is_seen_to_fail_without_the_barrier() {
    if !has("strace") || !cfg!(debug_assertions) {
        return;
    }
    let scene = Scene::with_news();
    let found = check(&calls(&scene.world, &FROM, &[("CHITTYSYNC_CHAOS", "fsync")]));
    assert!(found.is_err(), "missing flushes went unnoticed");
}

fn is_flush(call: &Call) -> bool {
    matches!(call.name.as_str(), "fsync" | "fdatasync")
}

fn is_rename(call: &Call) -> bool {
    call.name.starts_with("rename") && call.ok
}

/// Checks the order, and returns how many flushes there were. There must be exactly
///
/// ```text
///   one for each new object, or two for a pack
/// + one for each directory that got an object, and one for `objects`
/// + one for each ref that moves, or one for `packed-refs`
/// + one for each directory on the way to a ref, from `refs` down, or one for the git directory
/// ```
fn check(calls: &[Call]) -> Result<usize, String> {
    let mut flushed = BTreeSet::<PathBuf>::new();
    let mut unflushed_directories = BTreeSet::<PathBuf>::new();
    let mut flushes = 0;
    let mut expected = 0;
    let mut to_flush = BTreeSet::<PathBuf>::new();
    for call in calls {
        if is_flush(call) {
            flushes += 1;
            flushed.insert(call.descriptor());
            unflushed_directories.remove(&call.descriptor());
            continue;
        }
        if call.name == "write" {
            flushed.remove(&call.descriptor());
        }
        if call.name.starts_with("mkdir") && call.ok && is_kept(&call.quoted(0)) {
            unflushed_directories.extend(call.quoted(0).parent().map(Path::to_owned));
        }
        if !is_rename(call) {
            continue;
        }
        let (from, to) = (call.quoted(0), call.quoted(1));
        let lock = to.with_file_name(format!("{}.lock", to.file_name().unwrap_or_default().to_string_lossy()));
        let is_ref = from == lock;
        if !is_ref && !is_kept(&to) {
            continue;
        }
        expected += 1;
        // A ref's lock is a second name of a file in the temporary directory.
        let content = if is_ref { linked(calls, &lock).ok_or("a lock without a link")? } else { from };
        if !flushed.contains(&content) {
            return Err(format!("{} got its name before its content was flushed", to.display()));
        }
        let directory = to.parent().map(Path::to_owned).unwrap_or_default();
        if is_ref {
            let objects = unflushed_directories.iter().find(|path| path.to_string_lossy().contains("/objects"));
            if let Some(directory) = objects {
                return Err(format!("{} moved before {} was flushed", to.display(), directory.display()));
            }
        }
        to_flush.extend(above(&directory));
        unflushed_directories.extend([directory]);
    }
    if let Some(directory) = unflushed_directories.first() {
        return Err(format!("{} was never flushed", directory.display()));
    }
    expected += to_flush.len();
    match flushes == expected && expected > 0 {
        true => Ok(flushes),
        false => Err(format!("{flushes} flushes, not {expected}")),
    }
}

/// Returns a directory with those above it whose entries it may be new in: up to `objects` or `refs`.
fn above(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in directory.ancestors() {
        found.push(path.to_owned());
        if path.ends_with("objects") || path.ends_with("refs") || path.join("HEAD").exists() {
            break;
        }
    }
    found
}

/// Returns whether a path is a promise: objects and refs are, caches, reflogs and files in the making are not.
fn is_kept(path: &Path) -> bool {
    let text = path.to_string_lossy();
    !text.contains("/store.git/chittysync") && !text.contains("/logs")
}

/// Returns which file a lock is the second name of.
fn linked(calls: &[Call], lock: &Path) -> Option<PathBuf> {
    let links = |call: &&Call| call.name.starts_with("link") && call.ok && call.quoted(1) == lock;
    calls.iter().find(links).map(|call| call.quoted(0))
}
