//! Mirrors by the API and by the buttons of their page: what is answered is what became of it.

use std::io::Read;
use std::process::{Child, Stdio};

use serde_json::{Value, json};

use crate::common::{Done, binary, done};
use crate::pages::{Browser, said};
use crate::routes::send;
use crate::scene::{Answer, Scene, until};

/// A hub that waits for a run, however busy the machine is.
fn patient() -> Scene {
    Scene::with(&[("CHITTYSYNC_HUB_LIMITS", "run_ms=60000")], &[])
}

fn on_hub(scene: &Scene, arguments: &[&str]) -> Done {
    let store = scene.store("hub");
    let words: Vec<&str> = ["--store", store.to_str().expect("UTF-8")].iter().chain(arguments).copied().collect();
    scene.world.run(&words)
}

fn ask(scene: &Scene, token: &str, path: &str, body: &Value) -> Answer {
    send(scene, "POST", path, token, &[], body)
}

fn mirror(scene: &Scene, token: &str, name: &str) -> Value {
    let answer = scene.get(&format!("/api/mirrors/{name}"), token);
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["mirror"].clone()
}

fn setting(scene: &Scene, name: &str) -> String {
    let key = format!("chittysync.mirror.{name}.paused");
    scene.world.git_run(&scene.store("hub"), &["config", "--local", "--get", &key]).stdout.trim().to_owned()
}

/// Adds a mirror whose command goes on until the file `go` is there, and writes a line for each run.
fn slow(scene: &Scene, name: &str) {
    let line = "echo run >>runs; while [ ! -e go ]; do sleep 0.02; done";
    let line = format!("cd {} && {line}", scene.world.path("").display());
    assert_eq!(on_hub(scene, &["mirror", "add", name, "command", &line]).code, Some(0));
}

fn runs(scene: &Scene) -> usize {
    std::fs::read_to_string(scene.world.path("runs")).unwrap_or_default().lines().count()
}

#[test]
fn what_is_answered_of_a_mirror_is_what_became_of_it() {
    let scene = patient();
    let (reader, token, admin) = (scene.token("r", "read"), scene.token("w", "write"), scene.token("a", "admin"));
    assert_eq!(scene.get("/api/mirrors", &token).json()["total"], 0);
    on_hub(&scene, &["add", "Fix login"]);
    assert_eq!(on_hub(&scene, &["mirror", "add", "papers", "files", "place"]).code, Some(0));
    let listed = scene.get("/api/v1/mirrors", &token);
    let one = &listed.json()["mirrors"][0];
    assert_eq!((&one["name"], &one["paused"], &one["running"]), (&json!("papers"), &json!(false), &Value::Null));
    assert!(
        one["behind"].as_u64() > Some(0) && one["place"].as_str().is_some_and(|at| at.ends_with("/place")),
        "{one}"
    );
    // Who may only read need not know where todos go; who speaks for a device does nothing on this machine.
    assert_eq!(scene.get("/api/mirrors", &reader).status, 403);
    for verb in ["sync", "pause", "resume"] {
        let refused = ask(&scene, &token, &format!("/api/mirrors/papers/{verb}"), &Value::Null);
        assert_eq!(refused.status, 403, "{refused:?}");
    }
    assert!(!scene.world.path("place").exists() && setting(&scene, "papers").is_empty());
    let sent = ask(&scene, &admin, "/api/mirrors/papers/sync", &Value::Null);
    let tip = scene.tip("refs/heads/consolidated");
    assert_eq!((sent.status, &sent.json()["outcome"]), (200, &json!("synced")), "{sent:?}");
    assert_eq!(sent.json()["commit"], json!(tip));
    assert!(std::fs::read_to_string(scene.world.path("place/todos.md")).expect("it is there").contains("Fix login"));
    assert_eq!(ask(&scene, &admin, "/api/mirrors/papers/sync", &json!({})).json()["outcome"], "up_to_date");
    let again = ask(&scene, &admin, "/api/mirrors/papers/sync", &json!({"again": true}));
    assert_eq!(again.json()["outcome"], "synced", "{again:?}");
    assert_eq!(mirror(&scene, &token, "papers")["checkpoint"], json!(tip));
    for (body, status) in [(json!({"again": "yes"}), 422), (json!({"dryRun": true}), 422), (json!([]), 422)] {
        assert_eq!(ask(&scene, &admin, "/api/mirrors/papers/sync", &body).status, status, "{body}");
    }
    assert_eq!(ask(&scene, &admin, "/api/mirrors/other/sync", &Value::Null).status, 404);
    assert_eq!(scene.get("/api/mirrors/other", &token).status, 404);
}

#[test]
fn a_mirror_is_paused_and_resumed_where_its_settings_are() {
    let scene = patient();
    let admin = scene.token("a", "admin");
    on_hub(&scene, &["mirror", "add", "papers", "files", "place"]);
    let before = scene.get("/api/mirrors", &admin).header("etag").expect("a tag").to_owned();
    for _ in 0..2 {
        let paused = ask(&scene, &admin, "/api/mirrors/papers/pause", &Value::Null);
        assert_eq!((paused.status, &paused.json()["paused"]), (200, &json!(true)), "{paused:?}");
        assert_eq!(
            (setting(&scene, "papers"), &mirror(&scene, &admin, "papers")["paused"]),
            ("true".into(), &json!(true))
        );
    }
    let unchanged = scene.ask("GET", "/api/mirrors", &admin, &[("If-None-Match", &before)], b"");
    assert_eq!(unchanged.status, 200, "it is not as it was");
    // One that is asked for by its name gets what it lacks, as on the command line.
    on_hub(&scene, &["add", "Fix login"]);
    assert_eq!(ask(&scene, &admin, "/api/mirrors/papers/sync", &Value::Null).json()["outcome"], "synced");
    // The branch went on since what was seen.
    let seen = scene.get("/api/mirrors", &admin).header("etag").expect("a tag").to_owned();
    on_hub(&scene, &["add", "Fix logout"]);
    for verb in ["sync", "resume"] {
        let path = format!("/api/mirrors/papers/{verb}");
        let refused = send(&scene, "POST", &path, &admin, &[("If-Match", &seen)], &Value::Null);
        assert_eq!(refused.status, 412, "{refused:?}");
    }
    assert_eq!(mirror(&scene, &admin, "papers")["paused"], true);
    let resumed = ask(&scene, &admin, "/api/mirrors/papers/resume", &Value::Null);
    assert_eq!((resumed.status, &resumed.json()["paused"]), (200, &json!(false)), "{resumed:?}");
    assert_eq!(
        (setting(&scene, "papers"), &mirror(&scene, &admin, "papers")["paused"]),
        (String::new(), &json!(false))
    );
}

#[test]
fn a_run_that_takes_long_is_told_as_that_and_then_how_it_ended() {
    let scene = Scene::with(&[("CHITTYSYNC_HUB_LIMITS", "run_ms=50")], &[]);
    let (admin, browser) = (scene.token("a", "admin"), Browser::new(&scene, &[]));
    on_hub(&scene, &["add", "Fix login"]);
    slow(&scene, "far");
    let begun = ask(&scene, &admin, "/api/mirrors/far/sync", &Value::Null);
    assert_eq!((begun.status, &begun.json()["outcome"]), (202, &json!("running")), "{begun:?}");
    assert_eq!(begun.header("location"), Some("/api/mirrors/far"));
    let running = mirror(&scene, &admin, "far");
    assert_eq!((&running["running"], &running["last_success"]), (&begun.json()["since"], &Value::Null), "{running}");
    // Whoever asks meanwhile is told of the same run.
    assert_eq!(ask(&scene, &admin, "/api/mirrors/far/sync", &Value::Null).json(), begun.json());
    let other = ask(&scene, &admin, "/api/mirrors/far/sync", &json!({"again": true}));
    assert!(other.status == 409 && other.body.contains("is being brought up to date"), "{other:?}");
    let page = browser.get(&scene, "/ui/mirrors").body;
    assert!(page.contains("Being brought up to date, since") && page.contains("data-soon"), "{page}");
    assert!(!page.contains("mirror-sync far") && page.contains("mirror-pause far"), "{page}");
    let told = press(&browser, &scene, "mirror-sync far");
    assert!(said(&told).starts_with("far: it is being brought up to date"), "{}", said(&told));
    scene.world.write("go", b"");
    until("it ends", || mirror(&scene, &admin, "far")["running"].is_null());
    let ended = mirror(&scene, &admin, "far");
    assert_eq!((runs(&scene), &ended["behind"], ended["last_success"].is_string()), (1, &json!(0), true), "{ended}");
    let page = browser.get(&scene, "/ui/mirrors").body;
    assert!(
        page.contains("Has everything") && !page.contains("data-soon") && page.contains("mirror-sync far"),
        "{page}"
    );
}

#[test]
fn what_does_not_work_is_no_success() {
    let scene = patient();
    let admin = scene.token("a", "admin");
    on_hub(&scene, &["add", "Fix login"]);
    on_hub(&scene, &["mirror", "add", "papers", "files", "place"]);
    std::fs::remove_dir_all(scene.world.path("place")).unwrap_or_default();
    scene.world.write("place", b"in the way");
    let failed = ask(&scene, &admin, "/api/mirrors/papers/sync", &Value::Null);
    let problem = failed.json();
    assert_eq!((failed.status, &problem["success"], &problem["outcome"]), (502, &json!(false), &json!("failed")));
    let known = mirror(&scene, &admin, "papers");
    assert!(
        problem["detail"].as_str().is_some_and(|said| said.contains(known["error"].as_str().expect("why"))),
        "{problem}"
    );
    assert_eq!((&problem["hint"], &known["failures"]), (&known["remedy"], &json!(1)), "{problem} {known}");
    // Another process is at it.
    slow(&scene, "far");
    let mut other = scene.world.command(binary());
    other.arg("--store").arg(scene.store("hub")).args(["mirror", "sync", "far"]).stderr(Stdio::null());
    let mut other = other.spawn().expect("it starts");
    until("it runs", || runs(&scene) == 1);
    let busy = ask(&scene, &admin, "/api/mirrors/far/sync", &Value::Null);
    assert_eq!((busy.status, &busy.json()["outcome"]), (409, &json!("busy")), "{busy:?}");
    scene.world.write("go", b"");
    assert!(other.wait().expect("it ends").success());
    assert_eq!(runs(&scene), 1);
}

/// What a command says is not ours to tell on.
#[test]
fn no_credential_that_a_place_says_is_told() {
    let scene = patient();
    let (admin, browser) = (scene.token("a", "admin"), Browser::new(&scene, &[]));
    let secret = format!("ghp_{}", "a1B2".repeat(9));
    on_hub(&scene, &["add", "Fix login"]);
    on_hub(&scene, &["mirror", "add", "leaky", "command", &format!("echo token {secret} '<b>' >&2; exit 1")]);
    let failed = ask(&scene, &admin, "/api/mirrors/leaky/sync", &Value::Null);
    assert!(failed.status == 502 && failed.body.contains("redacted") && !failed.body.contains(&secret), "{failed:?}");
    assert!(!scene.get("/api/mirrors", &admin).body.contains(&secret));
    assert_eq!(mirror(&scene, &admin, "leaky")["place"], Value::Null, "a line for the shell can have one in it");
    let page = press(&browser, &scene, "mirror-sync leaky");
    assert!(!page.contains(&secret) && page.contains("&lt;b&gt;"), "{page}");
}

/// Presses a button on the page of mirrors, and returns the page that one gets to by it.
fn press(browser: &Browser, scene: &Scene, deed: &str) -> String {
    let body = format!("key={}&back=/ui/mirrors&do={}", browser.key, deed.replace(' ', "+"));
    let answer = browser.post(scene, &body, &[]);
    assert_eq!(answer.status, 303, "{answer:?}");
    let to = answer.header("location").expect("a place").to_owned();
    assert!(to.starts_with("/ui/mirrors?said="), "{to}");
    browser.get(scene, &to).body
}

#[test]
fn buttons_do_what_the_commands_do_and_say_the_same() {
    let scene = patient();
    let (browser, reader) = (Browser::new(&scene, &[]), Browser::new(&scene, &["--scope", "read"]));
    on_hub(&scene, &["add", "Fix login"]);
    on_hub(&scene, &["mirror", "add", "papers", "files", "place"]);
    let page = browser.get(&scene, "/ui/mirrors").body;
    for (word, deed) in [("Sync now", "mirror-sync papers"), ("Pause", "mirror-pause papers")] {
        assert!(page.contains(&format!("value=\"{deed}\"")) && page.contains(&format!(">{word}</button>")), "{page}");
    }
    // A form of its own, which works without a script, and says of which mirror it is.
    assert!(
        page.contains("aria-describedby=\"h-m-papers\"") && page.contains("<form id=\"act\" method=\"post\""),
        "{page}"
    );
    let told = said(&press(&browser, &scene, "mirror-sync papers"));
    assert_eq!(told, "papers: brought up to date");
    assert!(scene.world.path("place/todos.md").exists());
    assert_eq!(said(&press(&browser, &scene, "mirror-sync papers")), "papers: has everything");
    let page = press(&browser, &scene, "mirror-pause papers");
    assert_eq!((said(&page), setting(&scene, "papers")), ("The mirror papers is left alone".into(), "true".into()));
    assert!(page.contains("mirror-resume papers") && !page.contains("mirror-pause papers"), "{page}");
    let page = press(&browser, &scene, "mirror-resume papers");
    assert_eq!((said(&page), setting(&scene, "papers")), ("The mirror papers is looked after".into(), String::new()));
    for (body, status) in [
        (format!("key={}&do=mirror-pause+papers", reader.key), 403),
        ("key=wrong&do=mirror-pause+papers".to_owned(), 401),
        (format!("key={}&do=mirror-pause+other", browser.key), 404),
    ] {
        let from = if status == 403 { &reader } else { &browser };
        let answer = from.post(&scene, &body, &[]);
        assert!([status, 403].contains(&answer.status), "{body}: {answer:?}");
    }
    assert_eq!(setting(&scene, "papers"), "");
}

/// Starts a hub whose store's own files are read-only, but for what it keeps of its own; nothing where nothing can be
/// mounted.
fn read_only(scene: &mut Scene) -> Option<()> {
    let store = scene.store("hub");
    scene.kill();
    let (store, program) = (store.display(), binary());
    let script = format!(
        "mount --bind {store} {store} && mount --bind {store}/chittysync {store}/chittysync && \
         mount -o remount,bind,ro {store} && exec {program} --store {store} hub --listen 127.0.0.1:0"
    );
    if done(scene.world.command("unshare").args(["-rm", "true"]).output()).code != Some(0) {
        println!("left out: nothing can be mounted here (unshare -rm)");
        return None;
    }
    let mut command = scene.world.command("unshare");
    command.args(["-rm", "sh", "-c", &script]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child: Child = command.spawn().expect("it starts");
    let mut line = Vec::new();
    let mut byte = [0];
    let mut out = child.stdout.take().expect("a pipe");
    while byte != *b"\n" && out.read(&mut byte).expect("it is read") == 1 {
        line.push(byte[0]);
    }
    let line = String::from_utf8_lossy(&line).into_owned();
    let port = line.trim().strip_prefix("http://127.0.0.1:").and_then(|rest| rest.split('/').next());
    scene.hub = Some(child);
    scene.port = port.and_then(|port| port.parse().ok()).unwrap_or_else(|| panic!("no port in '{line}'"));
    Some(())
}

#[test]
fn a_hub_that_cannot_write_its_settings_says_so_and_pauses_nothing() {
    let mut scene = Scene::new();
    let admin = scene.token("a", "admin");
    on_hub(&scene, &["mirror", "add", "papers", "files", "place"]);
    if read_only(&mut scene).is_none() {
        return;
    }
    let refused = ask(&scene, &admin, "/api/mirrors/papers/pause", &Value::Null);
    assert_eq!(refused.status, 409, "{refused:?}");
    let problem = refused.json();
    for (key, word) in [("detail", "are read-only"), ("detail", "hub.git/config"), ("hint", "mirror pause papers")] {
        assert!(problem[key].as_str().is_some_and(|said| said.contains(word)), "{word}: {problem}");
    }
    assert_eq!(
        (setting(&scene, "papers"), &mirror(&scene, &admin, "papers")["paused"]),
        (String::new(), &json!(false))
    );
}
