//! Bundles over the network, and what goes wrong there: a server that goes away, a run that is killed, no room, no right to
//! write.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chittysync::settings::MirrorKind;

use crate::common::{Done, binary, free_port, has};
use crate::scene::Scene;

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn started(mut command: Command, port: u16) -> Server {
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    let server = Server(child);
    let began = Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(began.elapsed().as_secs() < 60, "it listens");
        std::thread::sleep(Duration::from_millis(20));
    }
    server
}

fn scene() -> Option<Scene> {
    let is_there = has("rclone");
    if !is_there {
        println!("left out: there is no rclone");
    }
    is_there.then(|| Scene::new(MirrorKind::Bundles))
}

fn tip(scene: &Scene) -> String {
    scene.world.git(&scene.world.store(), &["rev-parse", "consolidated"])
}

fn is_whole(scene: &Scene) {
    let said = scene.world.json(&["mirror", "verify"]);
    assert_eq!(said["mirrors"][0]["same"], true, "{said}");
}

/// It is filled, goes away, comes back and gets what it lacks; and all of it comes back.
fn goes_away_and_comes_back(scene: &Scene, url: &str, serve: &dyn Fn() -> Server) {
    let world = &scene.world;
    let server = serve();
    world.ok(&["mirror", "add", "m", "bundles", url]);
    world.ok(&["mirror", "sync"]);
    world.ok(&["add", "Rest"]);
    drop(server);
    let away = world.run(&["mirror", "sync"]);
    assert_eq!(away.code, Some(1), "{away:?}");
    assert!(away.stderr.contains("tried again"), "it may pass: {away:?}");
    world.ok(&["done", "Ship"]);
    let _server = serve();
    world.ok(&["mirror", "sync"]);
    assert_eq!(world.json(&["mirror", "sync"])["mirrors"][0]["outcome"], "up_to_date");
    is_whole(scene);
    world.ok(&["mirror", "restore", url, "back.git"]);
    assert_eq!(world.git(&world.path("back.git"), &["rev-parse", "consolidated"]), tip(scene));
}

#[test]
fn over_webdav() {
    let Some(scene) = scene() else { return };
    let port = free_port();
    std::fs::create_dir_all(scene.world.path("served")).expect("a directory");
    goes_away_and_comes_back(&scene, &format!(":webdav,url=\"http://127.0.0.1:{port}\",vendor=other:todos"), &|| {
        let mut command = scene.world.command("rclone");
        command.args(["serve", "webdav", "--addr", &format!("127.0.0.1:{port}"), "served"]);
        started(command, port)
    });
}

#[test]
fn over_sftp() {
    let Some(scene) = scene() else { return };
    let port = free_port();
    std::fs::create_dir_all(scene.world.path("served")).expect("a directory");
    let hidden = scene.world.command("rclone").args(["obscure", "word"]).output().expect("rclone").stdout;
    let hidden = String::from_utf8_lossy(&hidden).trim().to_owned();
    goes_away_and_comes_back(
        &scene,
        &format!(":sftp,host=127.0.0.1,port={port},user=ana,pass={hidden}:todos"),
        &|| {
            let mut command = scene.world.command("rclone");
            command.args([
                "serve",
                "sftp",
                "--addr",
                &format!("127.0.0.1:{port}"),
                "--user",
                "ana",
                "--pass",
                "word",
                "served",
            ]);
            started(command, port)
        },
    );
}

/// As R2 is asked, too. `CHITTYSYNC_S3` names the program of moto that answers as S3 does.
#[test]
fn over_s3() {
    let Some(scene) = scene() else { return };
    let Some(moto) = std::env::var_os("CHITTYSYNC_S3").filter(|path| !path.is_empty()) else {
        println!("left out: CHITTYSYNC_S3 names no server");
        return;
    };
    let port = free_port();
    let mut command = Command::new(moto);
    command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
    let _server = started(command, port);
    let remote = format!(
        ":s3,provider=Other,access_key_id=ana,secret_access_key=word,endpoint=\"http://127.0.0.1:{port}\":bucket"
    );
    let made = scene.world.command("rclone").args(["mkdir", &remote]).output().expect("rclone");
    assert!(made.status.success(), "{made:?}");
    let world = &scene.world;
    let url = format!("{remote}/todos");
    world.ok(&["mirror", "add", "m", "bundles", &url]);
    world.ok(&["mirror", "sync"]);
    world.ok(&["done", "Ship"]);
    world.ok(&["mirror", "sync"]);
    is_whole(&scene);
    world.ok(&["mirror", "restore", &url, "back.git"]);
    assert_eq!(world.git(&world.path("back.git"), &["rev-parse", "consolidated"]), tip(&scene));
}

/// Killed at any moment, what it started too or not, and run again: all is there.
#[test]
fn a_run_that_is_killed_leaves_what_the_next_one_goes_on_with() {
    let Some(scene) = scene() else { return };
    let world = &scene.world;
    world.ok(&["mirror", "add", "m", "bundles", "place"]);
    world.ok(&["mirror", "sync"]);
    world.ok(&["add", "Task", "--project", "acme/api"]);
    let began = Instant::now();
    world.ok(&["mirror", "sync"]);
    // How long a run takes here, and after which part of that it is killed.
    let (whole, mut percent) = (began.elapsed(), 5);
    let (mut kills, mut round) = (0, 0);
    while round < 12 || kills < 4 {
        assert!(round < 100, "{kills} of {round} runs were killed before they had ended");
        round += 1;
        world.ok(&["add", &format!("Task {round}"), "--project", "acme/api"]);
        let mut command = world.command(binary());
        command.args(["mirror", "sync"]).stdout(Stdio::null()).stderr(Stdio::null());
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn().expect("it starts");
        std::thread::sleep(whole * percent / 100);
        percent = (percent * 7 + 30) % 101;
        kills += usize::from(child.try_wait().expect("a child").is_none());
        let group = if round % 2 == 0 { format!("-{}", child.id()) } else { child.id().to_string() };
        let _ = Command::new("kill").args(["-9", "--", &group]).stderr(Stdio::null()).status();
        let _ = child.wait();
    }
    // What was left running ends by itself.
    std::thread::sleep(Duration::from_millis(500));
    world.ok(&["mirror", "sync"]);
    is_whole(&scene);
}

/// Runs a line in a place of its own, in which it may mount what it likes; nothing where that cannot be had.
fn apart(scene: &Scene, line: &str) -> Option<Done> {
    let may = Command::new("unshare").args(["-rm", "true"]).stderr(Stdio::null()).status();
    if !may.is_ok_and(|ended| ended.success()) {
        println!("left out: nothing can be mounted here (unshare -rm)");
        return None;
    }
    let mut command = scene.world.command("unshare");
    Some(crate::common::done(command.args(["-rm", "sh", "-c", line]).output()))
}

/// No room, or no right to write: said, with what to do, and what is there stays whole.
#[test]
fn a_place_that_is_full_or_read_only_says_what_to_do() {
    for kind in [MirrorKind::Files, MirrorKind::Bundles] {
        if kind == MirrorKind::Bundles && !has("rclone") {
            println!("left out: there is no rclone");
            continue;
        }
        let scene = Scene::new(kind);
        let world = &scene.world;
        world.ok(&["mirror", "add", "m", kind.as_str(), "place"]);
        world.ok(&["mirror", "sync"]);
        let noise: Vec<_> = (0..400)
            .map(|number| {
                // Words that no packing makes short.
                let words: String = (0..12).map(|_| format!("{:x} ", fastrand::u64(..))).collect();
                serde_json::json!({ "content": format!("{number} {words}"), "status": "pending" })
            })
            .collect();
        let list = serde_json::to_vec(&noise).expect("JSON");
        assert_eq!(world.input(&["import", "--session", "s1"], &list).code, Some(0));
        let program = binary();
        let full = "mount -t tmpfs -o size=48k none now && cp -r place/. now/ && mount --bind now place";
        std::fs::create_dir_all(world.path("now")).expect("a directory");
        let Some(ended) = apart(&scene, &format!("{full} && {program} mirror sync")) else { return };
        assert_eq!(ended.code, Some(1), "{kind:?}: {ended:?}");
        assert!(ended.stderr.contains("room") || ended.stderr.contains("space"), "{kind:?}: {ended:?}");
        let fixed = "mount --bind place place && mount -o remount,bind,ro place";
        let ended = apart(&scene, &format!("{fixed} && {program} mirror sync")).expect("as before");
        assert_eq!(ended.code, Some(1), "{kind:?}: {ended:?}");
        assert!(ended.stderr.contains("ead-only") && ended.stderr.contains("hint:"), "{kind:?}: {ended:?}");
        let doctor = world.run(&["doctor"]).stdout;
        assert!(doctor.contains("BAD mirror m") && doctor.contains("ead-only"), "{doctor}");
        assert!(Path::new(&world.path("place")).exists());
        world.ok(&["mirror", "sync"]);
        is_whole(&scene);
    }
}
