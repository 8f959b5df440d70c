//! The hub over TLS, by an authority of the test's own.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;
use std::time::Duration;

use crate::common::{Done, World, binary, done};
use crate::scene::{HELPER, Scene};

/// Makes an authority `ca`, and a certificate of it for localhost by this name, good from now on for so many days.
/// Nothing where there is no openssl.
fn certificate(world: &World, name: &str, days: &str) -> Option<()> {
    let curve = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    let script = format!(
        "set -e; test -e ca.crt || openssl req -x509 {curve} -days 2 -subj /CN=ca -keyout ca.key -out ca.crt
         openssl req {curve} -subj /CN=localhost -keyout {name}.key -out {name}.csr
         printf 'subjectAltName=DNS:localhost,IP:127.0.0.1' > san
         openssl x509 -req -in {name}.csr -CA ca.crt -CAkey ca.key -CAcreateserial {days} -extfile san -out {name}.crt
         chmod 600 {name}.key"
    );
    let mut command = world.command("sh");
    let made = done(command.args(["-c", &script]).output());
    if made.code != Some(0) {
        eprintln!("SKIPPED: openssl cannot make certificates: {made:?}");
        return None;
    }
    Some(())
}

const GOOD: &str = "-days 2";
/// Its time was over yesterday.
const OVER: &str = "-days -1";

/// A hub with this certificate.
fn scene(name: &str) -> Option<Scene> {
    scene_with(name, "look_ms=0")
}

/// The same with these limits.
fn scene_with(name: &str, limits: &str) -> Option<Scene> {
    let world = World::new();
    world.write("home/.gitconfig", HELPER.as_bytes());
    certificate(&world, "good", GOOD)?;
    if name != "good" {
        certificate(&world, name, OVER)?;
    }
    let mut scene = Scene { world, hub: None, port: 0 };
    for end in ["crt", "key"] {
        std::fs::copy(scene.world.path(&format!("{name}.{end}")), scene.world.path(&format!("hub.{end}")))
            .expect("a file");
    }
    let (certificate, key) = (scene.world.path("hub.crt"), scene.world.path("hub.key"));
    let mut command = scene.world.command(binary());
    command.env("CHITTYSYNC_HUB_LIMITS", limits).arg("--store").arg(scene.store("hub")).args([
        "hub",
        "--listen",
        "127.0.0.1:0",
        "--tls-cert",
    ]);
    command.arg(certificate).arg("--tls-key").arg(key).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().expect("the hub starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
    let port = line.strip_prefix("https://127.0.0.1:").and_then(|rest| rest.split('/').next());
    scene.port = port.and_then(|port| port.parse().ok()).unwrap_or_else(|| panic!("no port in '{line}'"));
    scene.hub = Some(child);
    Some(scene)
}

fn url(scene: &Scene) -> String {
    format!("https://localhost:{}/git/todos.git", scene.port)
}

/// Runs git with this token, and the test's own authority.
fn git(scene: &Scene, token: &str, repository: &str, arguments: &[&str]) -> Done {
    let mut command = scene.world.command("git");
    command.env("HUB_TOKEN", token).env("GIT_SSL_CAINFO", scene.world.path("ca.crt"));
    done(command.current_dir(scene.world.path(repository)).args(arguments).output())
}

/// Asks by curl, which believes in the test's own authority.
fn curl(scene: &Scene, arguments: &[&str]) -> Done {
    let mut command = scene.world.command("curl");
    done(command.args(["-sS", "--max-time", "20", "--cacert"]).arg(scene.world.path("ca.crt")).args(arguments).output())
}

#[test]
fn git_and_a_device_over_tls() {
    let Some(scene) = scene("good") else { return };
    let token = scene.token("one", "write");
    let store = scene.store("one");
    let store = store.to_str().expect("UTF-8");
    scene.world.ok(&["--store", store, "init", "--remote", &url(&scene)]);
    scene.world.git(&scene.store("one"), &["config", "chittysync.device", "one"]);
    let ca = scene.world.path("ca.crt");
    scene.world.git(&scene.world.path(""), &["config", "--global", "http.sslCAInfo", ca.to_str().expect("UTF-8")]);
    scene.list("one", "aaaa", &[("Over TLS", "pending")]);
    let synced = scene.sync("one", &token);
    assert_eq!(synced.code, Some(0), "{synced:?}");
    assert!(!scene.tip("refs/chittysync/aaaa").is_empty());
    let clone = git(&scene, &token, "", &["clone", "-q", "--mirror", &url(&scene), "copy"]);
    assert_eq!(clone.code, Some(0), "{clone:?}");
    let tip = scene.world.git(&scene.world.path("copy"), &["rev-parse", "consolidated"]);
    assert_eq!(tip, scene.tip("refs/heads/consolidated"));
    // A session of more than one record of TLS, and of more than is kept in memory.
    scene.run("one", &token, &["add", &"long words ".repeat(300)]);
    let push = git(&scene, &token, "one.git", &["push", "-q", &url(&scene), "refs/chittysync/*:refs/chittysync/*"]);
    assert_eq!(push.code, Some(0), "{push:?}");
}

#[test]
fn who_does_not_believe_it_does_not_talk() {
    let Some(scene) = scene("over") else { return };
    let token = scene.token("one", "write");
    let clone = git(&scene, &token, "", &["clone", "-q", &url(&scene), "copy"]);
    assert!(clone.code != Some(0) && clone.stderr.contains("certificate"), "{clone:?}");
    // By an authority that nobody knows.
    let mut stranger = scene.world.command("git");
    let clone = done(stranger.env("HUB_TOKEN", &token).args(["clone", "-q", &url(&scene), "copy"]).output());
    assert!(clone.code != Some(0) && clone.stderr.contains("certificate"), "{clone:?}");
    // A new one takes its place while the hub runs.
    for end in ["crt", "key"] {
        std::fs::copy(scene.world.path(&format!("good.{end}")), scene.world.path(&format!("hub.{end}")))
            .expect("a file");
    }
    let asked = git(&scene, &token, "", &["ls-remote", &url(&scene)]);
    assert_eq!(asked.code, Some(0), "the new certificate is there: {asked:?}");
    // Half of a pair, or none, leaves the one before.
    std::fs::write(scene.world.path("hub.key"), "nothing").expect("a file");
    for _ in 0..2 {
        let asked = git(&scene, &token, "", &["ls-remote", &url(&scene)]);
        assert_eq!(asked.code, Some(0), "{asked:?}");
    }
    std::fs::remove_file(scene.world.path("hub.key")).expect("a file");
    let asked = git(&scene, &token, "", &["ls-remote", &url(&scene)]);
    assert_eq!(asked.code, Some(0), "{asked:?}");
    let store = scene.store("hub");
    let log = scene.world.ok(&["--store", store.to_str().expect("UTF-8"), "daemon", "log"]);
    assert!(log.contains("has a new certificate") && log.contains("goes on with the certificate before"), "{log}");
}

#[test]
fn files_are_looked_at_no_more_often_than_that() {
    let Some(scene) = scene_with("over", "look_ms=600000") else { return };
    let token = scene.token("one", "write");
    let asked = || git(&scene, &token, "", &["ls-remote", &url(&scene)]).code == Some(0);
    assert!(!asked(), "it is over");
    for end in ["crt", "key"] {
        let (from, to) = (scene.world.path(&format!("good.{end}")), scene.world.path(&format!("hub.{end}")));
        std::fs::copy(from, to).expect("a file");
    }
    assert!(!asked(), "nobody looked yet");
}

/// Those that agree on nothing hold up who comes behind them only when there are as many as may, and not for long.
#[test]
fn so_many_agree_at_once() {
    let Some(scene) = scene_with("good", "agreeing=2 hello_ms=5000") else { return };
    let health = format!("https://localhost:{}/health", scene.port);
    let timed = || {
        let started = std::time::Instant::now();
        assert_eq!(curl(&scene, &[&health]).code, Some(0));
        started.elapsed()
    };
    let _one = scene.connect();
    let first = timed();
    let _two = scene.connect();
    let _three = scene.connect();
    let waited = timed();
    assert!(waited >= Duration::from_millis(700) && waited > first, "{waited:?} {first:?}");
}

#[test]
fn plain_http_is_answered_and_slow_ones_hold_nobody_up() {
    let Some(scene) = scene("good") else { return };
    let token = scene.token("one", "write");
    // Neither says anything.
    let _silent: Vec<_> = (0..20).map(|_| scene.connect()).collect();
    let plain = curl(&scene, &["-D", "-", &format!("http://localhost:{}/api/status", scene.port)]);
    assert!(plain.stdout.contains("400") && plain.stdout.contains("https://"), "{plain:?}");
    let remote = git(&scene, &token, "", &["ls-remote", &url(&scene).replace("https:", "http:")]);
    assert!(remote.code != Some(0) && remote.stderr.contains("https://"), "{remote:?}");
    // Something that is neither.
    let mut stream = scene.connect();
    stream.write_all(b"\x00\x01").expect("it listens");
    stream.shutdown(std::net::Shutdown::Write).expect("it listens");
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
    // A cookie is for TLS only, the pages are there, and what is asked by a page of another site is refused.
    let base = format!("https://localhost:{}", scene.port);
    let page = curl(&scene, &["-D", "-", &format!("{base}/ui/login")]);
    assert!(page.stdout.starts_with("HTTP/1.1 200"), "{page:?}");
    let bearer = format!("Authorization: Bearer {token}");
    let post = |origin: &str| {
        let origin = format!("Origin: {origin}");
        let data = r#"{"content":"By TLS"}"#;
        let all = ["-o", "/dev/null", "-w", "%{http_code}", "-H", &bearer, "-H", &origin, "-H"];
        let rest = ["Content-Type: application/json", "-d", data, &format!("{base}/api/todo")];
        curl(&scene, &[&all[..], &rest[..]].concat()).stdout
    };
    assert_eq!((post(&base).as_str(), post("https://evil.example").as_str()), ("201", "403"));
    let store = scene.store("hub");
    let link = scene.world.json(&["--store", store.to_str().expect("UTF-8"), "hub", "open", "--print"]);
    let link = link["url"].as_str().expect("a link").to_owned();
    assert!(link.starts_with(&format!("https://127.0.0.1:{}/ui/login#", scene.port)), "{link}");
}

#[test]
fn a_certificate_that_is_none_is_told_at_once() {
    let world = World::new();
    if certificate(&world, "good", GOOD).is_none() || certificate(&world, "other", GOOD).is_none() {
        return;
    }
    world.write("empty.crt", b"");
    let start = |certificate: &str, key: &str| {
        let path = |name: &str| world.path(name).display().to_string();
        let store = path("hub.git");
        world.run(&[
            "--store",
            &store,
            "hub",
            "--listen",
            "127.0.0.1:0",
            "--tls-cert",
            &path(certificate),
            "--tls-key",
            &path(key),
        ])
    };
    for (certificate, key) in [
        ("missing.crt", "good.key"),
        ("empty.crt", "good.key"),
        ("good.key", "good.key"),
        ("good.crt", "missing.key"),
        ("good.crt", "empty.crt"),
        ("good.crt", "other.key"),
    ] {
        let done = start(certificate, key);
        assert_eq!(done.code, Some(129), "{certificate} {key}: {done:?}");
        assert!(done.stderr.contains("cannot use this certificate") && done.stderr.contains("hint:"), "{done:?}");
    }
    let done = world.run(&["hub", "--tls-cert", "good.crt"]);
    assert!(done.code == Some(129) && done.stderr.contains("--tls-key"), "{done:?}");
}
