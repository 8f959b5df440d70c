//! A disk that is full, broken or closed to us: the program says so, and loses nothing.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::common::{Done, World, binary, done, has};
use crate::oracle;
use crate::scene::{FROM, Scene};
use crate::trace::{Call, calls};

/// What a call may fail with.
const FAILURES: [&str; 3] = ["ENOSPC", "EIO", "EACCES"];

#[test]
fn a_call_that_fails_is_told_and_put_right() {
    if !has("strace") {
        return;
    }
    let (scene, expected, store) = undisturbed();
    let of_the_store = |call: &Call| call.mutates() && call.arguments.contains(&store);
    let all = calls(&scene.world, &FROM, &[]);
    let points: Vec<Call> = all.into_iter().filter(of_the_store).collect();
    assert!(points.len() > 60, "too few calls to be true: {}", points.len());
    // The failures take turns, so that each call meets one of them and each kind of call all.
    std::thread::scope(|scope| {
        for worker in 0..2 {
            let (points, expected) = (&points, &expected);
            scope.spawn(move || {
                let scene = Scene::with_news();
                for (at, point) in points.iter().enumerate().skip(worker).step_by(2) {
                    let error = FAILURES[(at / 2) % FAILURES.len()];
                    scene.restore();
                    let inject = format!("{}:error={error}:when={}", point.name, point.nth);
                    let failed = scene.disturbed(&FROM, &inject);
                    judge(&scene, &failed, expected).unwrap_or_else(|err| panic!("{error} at {point:?}: {err}"));
                }
            });
        }
    });
}

/// Reading what cannot be read is told as well, and changes nothing.
#[test]
fn a_file_that_cannot_be_opened_is_told_and_put_right() {
    if !has("strace") {
        return;
    }
    let (scene, expected, store) = undisturbed();
    let reads = |call: &Call| call.name == "openat" && call.ok && !call.mutates() && call.arguments.contains(&store);
    let points: Vec<Call> = calls(&scene.world, &FROM, &[]).into_iter().filter(reads).collect();
    for (at, point) in points.iter().step_by(points.len() / 30 + 1).enumerate() {
        let error = ["EIO", "EACCES", "EMFILE"][at % 3];
        scene.restore();
        let failed = scene.disturbed(&FROM, &format!("openat:error={error}:when={}", point.nth));
        judge(&scene, &failed, &expected).unwrap_or_else(|err| panic!("{error} at {point:?}: {err}"));
    }
}

/// Returns a scene, what a run makes of it that meets no error, and its store.
fn undisturbed() -> (Scene, String, String) {
    let scene = Scene::with_news();
    scene.world.ok(&FROM);
    let expected = scene.trees();
    scene.restore();
    let store = scene.world.store().to_string_lossy().into_owned();
    (scene, expected, store)
}

/// A run that met an error either did everything all the same, or says what is wrong with which file and
/// what to do; and the next run does it.
fn judge(scene: &Scene, failed: &Done, expected: &str) -> Result<(), String> {
    let world = &scene.world;
    match failed.code {
        Some(0) if scene.trees() == expected => {}
        // What one session said is in its ref; that it is not in the branch yet is told.
        Some(0) if failed.stderr.contains("was left out: cannot read") => {}
        Some(0) => return Err(format!("it acknowledged what it did not do: {failed:?}")),
        Some(1 | 128) => tells(failed)?,
        _ => return Err(format!("it ended badly: {failed:?}")),
    }
    let next = world.run(&FROM);
    if next.code != Some(0) {
        return Err(format!("the next run failed: {next:?}"));
    }
    let refs = scene.trees();
    if refs != expected {
        return Err(format!("{failed:?}\nother refs than without the failure:\n{refs}\nnot\n{expected}"));
    }
    oracle::whole(world, &world.store())
}

fn tells(failed: &Done) -> Result<(), String> {
    let text = &failed.stderr;
    let names_something = text.contains('/') || text.contains("refs");
    match text.contains("cannot ") && names_something && text.contains("hint: ") {
        true => Ok(()),
        false => Err(format!("it does not say what is wrong and what to do: {failed:?}")),
    }
}

#[test]
fn a_full_disk_is_told_and_put_right() {
    let world = World::new();
    let small = world.path("small");
    let Some(_mounted) = Mount::tmpfs(&small, "size=200k") else { return };
    let store = small.join("store.git");
    let option = ["--store", store.to_str().expect("UTF-8")];
    let import = |session: &str, words: &str| {
        let list = serde_json::json!([{"content": words, "status": "completed"}]).to_string();
        state(&world, &[&option[..], &["import", "--session", session]].concat(), &list)
    };
    let mut acknowledged = std::collections::BTreeSet::new();
    let mut told = 0;
    for number in 0..60 {
        let words = format!("task {number} {}", "x".repeat(1 + number * 40));
        let done = import("s1", &words);
        match done.code {
            Some(0) => drop(acknowledged.insert(("s1".to_owned(), words, "completed".to_owned()))),
            Some(128) => {
                tells(&done).unwrap_or_else(|err| panic!("{err}"));
                assert!(done.stderr.contains("No space left on device"), "{done:?}");
                told += 1;
            }
            _ => panic!("{done:?}"),
        }
        if told == 3 {
            break;
        }
    }
    assert!(!acknowledged.is_empty() && told == 3, "{} acknowledged, {told} told", acknowledged.len());
    remount(&small, "size=20m");
    assert_eq!(import("s1", "room again").code, Some(0));
    let kept = oracle::said(&world, &store, "refs/chittysync/s1", true);
    assert!(acknowledged.is_subset(&kept));
    assert!(acknowledged.is_subset(&oracle::said(&world, &store, "refs/heads/consolidated", false)));
    oracle::whole(&world, &store).unwrap_or_else(|err| panic!("{err}"));
}

#[test]
fn a_read_only_store_is_read_and_told() {
    let scene = Scene::with_news();
    let world = &scene.world;
    let Some(_mounted) = Mount::tmpfs(&world.path("disk"), "size=20m") else { return };
    crate::scene::copy(&world.store(), &world.path("disk/store.git"));
    let before = world.git(&world.path("disk/store.git"), &["for-each-ref"]);
    remount(&world.path("disk"), "ro");
    let listed = world.ok(&["--store", "disk/store.git", "list"]);
    assert!(listed.contains("Write notes"), "{listed}");
    let done = world.run(&["--store", "disk/store.git", "sync", "--from", "claude"]);
    assert_eq!(done.code, Some(128), "{done:?}");
    tells(&done).unwrap_or_else(|err| panic!("{err}"));
    assert!(done.stderr.contains("Read-only file system"), "{done:?}");
    assert_eq!(world.git(&world.path("disk/store.git"), &["for-each-ref"]), before);
}

#[test]
fn nobody_listening_loses_nothing() {
    for (number, redirect) in [">&-", ">/dev/full", ">/dev/full 2>&1", ">&- 2>&-", "| true"].into_iter().enumerate() {
        let scene = Scene::with_news();
        let world = &scene.world;
        scene.world.ok(&FROM);
        let expected = scene.refs();
        scene.restore();
        let script = format!("git chittysync sync --from claude {redirect}");
        let ended = done(world.command("sh").args(["-c", &script]).output());
        assert_ne!(ended.code, Some(255), "{number}: it panicked: {ended:?}");
        assert!(!ended.stderr.contains("panicked"), "{ended:?}");
        if redirect == ">/dev/full" {
            assert_eq!(ended.code, Some(128), "{ended:?}");
            assert!(ended.stderr.contains("cannot write to standard output"), "{ended:?}");
        }
        assert_eq!(scene.refs(), expected, "{redirect}");
    }
}

/// A file system of its own, unmounted when dropped.
pub struct Mount(PathBuf);

impl Mount {
    /// Mounts one in memory, if this user may; says so if not.
    pub fn tmpfs(path: &Path, options: &str) -> Option<Self> {
        std::fs::create_dir_all(path).expect("a directory");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(path).stderr(Stdio::null());
        if mount.status().is_ok_and(|status| status.success()) {
            return Some(Mount(path.to_owned()));
        }
        eprintln!("SKIPPED: a disk of its own takes root, and a system that lets root mount");
        None
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // Something may still be at work in it.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// Changes the options of a mounted file system.
pub fn remount(path: &Path, options: &str) {
    let status = Command::new("mount").args(["-o", &format!("remount,{options}")]).arg(path).status();
    assert!(status.is_ok_and(|status| status.success()));
}

/// Runs the program with this input.
fn state(world: &World, arguments: &[&str], input: &str) -> Done {
    let file = world.write("input.json", input.as_bytes());
    let input = std::fs::File::open(file).expect("a file");
    done(world.command(binary()).args(arguments).stdin(input).output())
}
