//! Bundles on a remote of rclone: what they hold, and what comes back of them.

use std::path::{Path, PathBuf};
use std::process::Command;

use chittysync::mirror::Failure;
use chittysync::mirror::bundles::{Bundles, restore};
use chittysync::settings::MirrorKind;

use crate::common::has;
use crate::scene::Scene;

fn scene() -> Option<Scene> {
    let is_there = has("rclone");
    if !is_there {
        println!("left out: there is no rclone");
    }
    is_there.then(|| Scene::new(MirrorKind::Bundles))
}

fn run(scene: &Scene, longest: usize) -> Result<chittysync::mirror::Report, Failure> {
    let mut bundles = Bundles::new(&scene.mirror.url)?;
    bundles.longest = longest;
    scene.sync(&mut bundles)
}

fn names(scene: &Scene, directory: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(Path::new(&scene.mirror.url).join(directory)).expect("a directory");
    let mut names: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    names.sort();
    names
}

fn restored(scene: &Scene, name: &str) -> String {
    let path = scene.world.path(name);
    restore(&scene.mirror.url, &path).expect("a store");
    scene.world.git(&path, &["rev-parse", "consolidated"])
}

#[test]
fn what_was_put_there_comes_back_as_it_was() {
    let Some(scene) = scene() else { return };
    for number in 0..4 {
        scene.world.ok(&["add", &format!("Task {number}"), "--project", "acme/web"]);
        run(&scene, 24).expect("a run");
        let tip = scene.world.git(&scene.world.store(), &["rev-parse", "consolidated"]);
        assert_eq!(restored(&scene, &format!("back{number}.git")), tip);
    }
    assert!(names(&scene, "bundles").len() > 1, "only what is new was sent");
    let back = scene.world.path("back3.git");
    let listed = scene.world.ok(&["--store", &back.to_string_lossy(), "list"]);
    assert!(listed.contains("Task 3"), "{listed}");
    let text = std::fs::read_to_string(Path::new(&scene.mirror.url).join("todos.md")).expect("it is there");
    assert!(text.contains("Task 3"));
    // And it is a way in: a store syncs with what was restored.
    let other = scene.world.path("other.git");
    let arguments = ["--store", &other.to_string_lossy(), "init", "--remote", &back.to_string_lossy()];
    scene.world.ok(&arguments);
    scene.world.ok(&["--store", &other.to_string_lossy(), "sync", "--from", &scene.world.path("").to_string_lossy()]);
    assert!(scene.world.ok(&["--store", &other.to_string_lossy(), "list"]).contains("Task 3"));
}

#[test]
fn many_bundles_become_one() {
    let Some(scene) = scene() else { return };
    for number in 0..6 {
        scene.world.ok(&["add", &format!("Task {number}"), "--project", "acme/web"]);
        run(&scene, 2).expect("a run");
        assert!(names(&scene, "bundles").len() <= 3, "{:?}", names(&scene, "bundles"));
        assert!(names(&scene, "state").len() <= 2);
    }
    assert_eq!(restored(&scene, "back.git"), scene.world.git(&scene.world.store(), &["rev-parse", "consolidated"]));
}

/// The words of a purged todo go from there, too.
#[test]
fn a_purge_leaves_no_bundle_with_the_words() {
    let Some(scene) = scene() else { return };
    run(&scene, 24).expect("a run");
    scene.world.ok(&["done", "Ship"]);
    run(&scene, 24).expect("a run");
    scene.world.ok(&["purge", "Write notes", "--yes"]);
    run(&scene, 24).expect("a run");
    assert_eq!((names(&scene, "bundles").len(), names(&scene, "state").len()), (1, 1));
    let back = scene.world.path("back.git");
    restore(&scene.mirror.url, &back).expect("a store");
    let text = scene.world.git(&back, &["log", "-p", "consolidated"]);
    assert!(!text.contains("Write notes") && text.contains("Ship"));
}

#[test]
fn a_damaged_bundle_is_told() {
    let Some(scene) = scene() else { return };
    run(&scene, 24).expect("a run");
    let bundle = &names(&scene, "bundles")[0];
    let mut bytes = std::fs::read(bundle).expect("bytes");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(bundle, bytes).expect("written");
    let said = restore(&scene.mirror.url, &scene.world.path("back.git")).expect_err("damaged").to_string();
    assert!(said.contains("is not what was written"), "{said}");
    std::fs::remove_file(bundle).expect("removed");
    let said = restore(&scene.mirror.url, &scene.world.path("back2.git")).expect_err("gone").to_string();
    assert!(said.contains("is missing"), "{said}");
}

/// Everything is bundled anew between the listing and the transfer, once or again and again.
#[test]
fn a_restore_that_meets_a_new_beginning_reads_the_list_again() {
    let Some(scene) = scene() else { return };
    let world = &scene.world;
    let place = PathBuf::from(&scene.mirror.url);
    let later = |number: usize| world.path(&format!("later{number}"));
    // What the place holds at first, and after each of three moments at which all of it is put into one bundle.
    run(&scene, 24).expect("a run");
    world.ok(&["done", "Ship"]);
    run(&scene, 24).expect("a run");
    let keep = |to: &Path| assert!(Command::new("cp").arg("-a").arg(&place).arg(to).status().expect("cp").success());
    keep(&world.path("first"));
    for number in 0..3 {
        world.ok(&["add", &format!("Task {number}"), "--project", "acme/web"]);
        run(&scene, 1).expect("a run");
        assert_eq!(names(&scene, "bundles").len(), 1);
        keep(&later(number));
    }
    let tip = world.git(&world.store(), &["rev-parse", "consolidated"]);
    let real = Command::new("sh").args(["-c", "command -v rclone"]).output().expect("sh").stdout;
    let real = String::from_utf8_lossy(&real).trim().to_owned();
    // (what is asked for when the place changes, how often it does)
    for (asked, times) in [("/bundles/", 1), ("/bundles/", 3), ("/state/", 1), ("/state/", 3)] {
        let script = format!(
            r#"#!/bin/sh
case "$*" in *" cat "*"{asked}"* | *" copyto "*"{asked}"*)
    for number in 0 1 2; do
        if [ "$number" -lt {times} ] && [ -d "{now}/later$number" ]; then
            rm -rf "{place}" && mv "{now}/later$number" "{place}"
            break
        fi
    done
esac
exec {real} "$@"
"#,
            now = world.path("now").display(),
            place = place.display(),
        );
        std::fs::create_dir_all(world.path("now")).expect("a directory");
        for number in 0..3 {
            let copied = Command::new("cp").arg("-a").arg(later(number)).arg(world.path("now")).status();
            assert!(copied.expect("cp").success());
        }
        std::fs::remove_dir_all(&place).expect("removed");
        assert!(Command::new("cp").arg("-a").arg(world.path("first")).arg(&place).status().expect("cp").success());
        // By a process of its own: what is open for writing here cannot be started.
        let script = world.write("rclone.sh", script.as_bytes());
        let program = world.path("bin/rclone");
        world.write("bin/.keep", b"");
        assert!(Command::new("cp").arg(script).arg(&program).status().expect("cp").success());
        crate::common::executable(&program);
        let path = format!("{}:{}", world.path("bin").display(), std::env::var("PATH").unwrap_or_default());
        let name = format!("back{}{times}.git", asked.trim_matches('/'));
        let done = world.run_with(&[("PATH", &path)], &["mirror", "restore", &scene.mirror.url, &name]);
        assert_eq!(done.code, Some(0), "{asked} {times}: {done:?}");
        assert!(!world.path("now/later0").exists(), "{asked} {times}: it met the moment");
        let restored = world.git(&world.path(&name), &["rev-parse", "consolidated"]);
        assert!(times < 3 || restored == tip, "{asked}: what is there now");
        std::fs::remove_dir_all(world.path("now")).expect("removed");
    }
}

#[test]
fn a_remote_that_is_none_names_the_remedy() {
    let Some(mut scene) = scene() else { return };
    scene.mirror.url = "nowhere:todos".into();
    let Err(Failure::Refused { remedy, .. }) = run(&scene, 24) else { panic!("there is no such remote") };
    assert!(remedy.contains("rclone config"), "{remedy}");
}
