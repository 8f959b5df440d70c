//! Bundles on a remote of rclone: what they hold, and what comes back of them.

use std::path::{Path, PathBuf};

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

#[test]
fn a_remote_that_is_none_names_the_remedy() {
    let Some(mut scene) = scene() else { return };
    scene.mirror.url = "nowhere:todos".into();
    let Err(Failure::Refused { remedy, .. }) = run(&scene, 24) else { panic!("there is no such remote") };
    assert!(remedy.contains("rclone config"), "{remedy}");
}

/// Over WebDAV, as rclone serves it itself; it goes away in the middle, and comes back.
#[test]
fn a_server_that_goes_away_gets_what_it_lacks() {
    let Some(mut scene) = scene() else { return };
    let (served, port) = (scene.world.path("served"), free_port());
    std::fs::create_dir_all(&served).expect("a directory");
    scene.mirror.url = format!(":webdav,url=\"http://127.0.0.1:{port}\",vendor=other:todos");
    let serve = || {
        let mut command = std::process::Command::new("rclone");
        command.args(["serve", "webdav", "--addr", &format!("127.0.0.1:{port}")]).arg(&served);
        let child = command.stderr(std::process::Stdio::null()).spawn().expect("rclone");
        let started = std::time::Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(started.elapsed().as_secs() < 30, "it listens");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        Server(child)
    };
    let server = serve();
    run(&scene, 24).expect("a run");
    drop(server);
    scene.world.ok(&["done", "Ship"]);
    assert!(matches!(run(&scene, 24), Err(Failure::Later { .. })), "it is away");
    let _server = serve();
    run(&scene, 24).expect("a run");
    assert_eq!(restored(&scene, "back.git"), scene.world.git(&scene.world.store(), &["rev-parse", "consolidated"]));
}

struct Server(std::process::Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_port() -> u16 {
    let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    socket.local_addr().expect("an address").port()
}
