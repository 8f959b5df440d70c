//! `watch`: a line for each change, of the store and of a hub alike.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::common::binary;
use crate::scene::{Scene, until};

fn post(scene: &Scene, token: &str, content: &str, status: &str) {
    let body = json!({"session_id": "s", "complete": false, "todos": [{"content": content, "status": status}]});
    let said = scene.post("/api/todos/sync", token, &body.to_string());
    assert_eq!(said.status, 201, "{said:?}");
}

/// Follows until so many lines were read.
fn followed(mut command: Command, lines: usize, meanwhile: impl FnOnce()) -> Vec<Value> {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().expect("it starts");
    let out = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    meanwhile();
    let read = out.take(lines).map(|line| serde_json::from_str(&line.expect("a line")).expect("JSON")).collect();
    let _ = child.kill();
    let _ = child.wait();
    read
}

#[test]
fn a_hub_and_its_store_are_followed_alike() {
    let scene = Scene::new();
    let token = scene.token("one", "write");
    post(&scene, &token, "First", "pending");
    let first = scene.tip("refs/heads/consolidated");
    let command = |arguments: &[&str]| {
        let mut command = scene.world.command(binary());
        command.arg("--store").arg(scene.store("hub")).arg("watch").args(arguments).env("CHITTYSYNC_HUB_TOKEN", &token);
        command
    };
    let url = format!("http://127.0.0.1:{}", scene.port);
    let since = ["--since", &first];
    let all = |more: &[&str]| command(&[&since[..], more].concat());
    let local = followed(all(&[]), 2, || {
        post(&scene, &token, "Second", "in_progress");
        post(&scene, &token, "First", "completed");
    });
    let told = |line: &Value| ["content", "before", "status", "session"].map(|key| line[key].clone());
    assert_eq!(told(&local[0]), [json!("Second"), json!(null), json!("in_progress"), json!("s")], "{local:?}");
    assert_eq!(told(&local[1]), [json!("First"), json!("pending"), json!("completed"), json!("s")], "{local:?}");
    if scene.world.command("curl").arg("--version").output().is_ok() {
        let third = || post(&scene, &token, "Third", "pending");
        let remote = followed(all(&["--hub", &url]), 3, third);
        let mut words: Vec<&str> = remote.iter().filter_map(|line| line["content"].as_str()).collect();
        words.sort_unstable();
        assert_eq!(words, ["First", "Second", "Third"], "{remote:?}");
        // From the last line on there is nothing more.
        let last = remote[2]["commit"].as_str().expect("a commit").to_owned();
        let mut again = command(&["--since", &last, "--once", "--hub", &url]);
        until("nothing more", || again.output().is_ok_and(|done| done.status.success() && done.stdout.is_empty()));
        let bad = scene.world.run_with(&[("CHITTYSYNC_HUB_TOKEN", "nonsense")], &["watch", "--once", "--hub", &url]);
        assert!(bad.code == Some(1) && bad.stderr.contains("hub token add"), "{bad:?}");
    }
    // A branch that does not come from there is looked at anew.
    let mut lost = command(&["--since", &"1".repeat(40), "--once"]);
    let lost = lost.output().expect("it runs");
    let lines = String::from_utf8_lossy(&lost.stdout).into_owned();
    assert!(
        lines.starts_with("{\"commit\":") && lines.contains("\"reset\":true") && lines.lines().count() == 1,
        "{lines}"
    );
    for bad in [&["--since", "HEAD"][..], &["--hub", "ftp://x"]] {
        assert_eq!(command(bad).output().expect("it runs").status.code(), Some(129), "{bad:?}");
    }
}
