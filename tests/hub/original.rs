//! The original's shell clients: what they send works, and is in the store when it is answered.

use serde_json::Value;

use crate::common::done;
use crate::scene::Scene;

fn send(scene: &Scene, token: &str, request: &str, name: &str) -> (u16, Value) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hub/original.sh");
    let url = format!("http://127.0.0.1:{}", scene.port);
    let sent = done(scene.world.command("sh").args([script, &url, token, request, name]).output());
    assert_eq!(sent.code, Some(0), "{sent:?}");
    let mut lines = sent.stdout.lines();
    let body = lines.next().unwrap_or_default();
    let status = lines.next().and_then(|line| line.parse().ok()).unwrap_or_default();
    (status, serde_json::from_str(body).unwrap_or_else(|err| panic!("{err}: {sent:?}")))
}

/// The hub is ended as by a power cut after each answer; what it had said is there is there.
#[test]
fn the_originals_clients_are_answered_and_stored() {
    let mut scene = Scene::new();
    if scene.world.command("curl").arg("--version").output().is_err() {
        eprintln!("left out: there is no curl");
        return;
    }
    let token = scene.token("laptop", "write");
    let said =
        [("cron", "c1"), ("project", "p1"), ("session", "s1"), ("topic", "t1"), ("update", "u1"), ("session", "s2")];
    for (request, name) in said {
        let (status, answer) = send(&scene, &token, request, name);
        assert_eq!((status, &answer["success"]), (201, &Value::Bool(true)), "{request}: {answer}");
        let commit = answer["commit"].as_str().expect("a commit");
        let consolidated = answer["consolidated"].as_str().expect("the branch").to_owned();
        scene.kill();
        let holds = scene.world.git_run(&scene.store("hub"), &["merge-base", "--is-ancestor", commit, &consolidated]);
        assert_eq!((holds.code, scene.tip("refs/heads/consolidated")), (Some(0), consolidated), "{request}");
        scene.start(&[], &[]);
    }
    let (status, counted) = send(&scene, &token, "status", "");
    assert_eq!((status, &counted["todos"]["open"]), (200, &Value::from(2)), "{counted}");
    let get = |path: &str| scene.get(path, &token).json();
    assert_eq!(get("/api/project/p1")["name"], "The p1");
    assert_eq!(get("/api/todos/p1")["todos"][0]["content"], "u1");
    let session = get("/session/s1");
    assert_eq!(
        (&session["aiPlatform"], &session["projectId"], &session["active"]),
        (&"claude".into(), &"p1".into(), &true.into())
    );
    assert_eq!(session["metadata"], serde_json::json!({"user": "ana"}), "no path of a machine is kept");
    let category = get("/session/t1")["topic"]["category"].as_str().expect("a category").to_owned();
    assert_eq!(get(&format!("/topic/{category}"))["conversations"][0]["id"], "t1");
    assert_eq!(get("/api/todos/general")["todos"][0]["activeForm"], "Doing c1");
    // Said again, it is no new commit.
    let before = scene.tip("refs/heads/consolidated");
    for (request, name) in said {
        let (status, answer) = send(&scene, &token, request, name);
        assert_eq!(status, 200, "{request}: {answer}");
    }
    assert_eq!(scene.tip("refs/heads/consolidated"), before);
    let all = scene.world.git(&scene.store("hub"), &["log", "--all", "-p"]);
    let place = scene.world.path("").to_string_lossy().trim_end_matches('/').to_owned();
    assert!(!all.contains(&place), "no path of a machine is in the store");
}
