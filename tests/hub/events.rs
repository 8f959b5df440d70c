//! The stream of events: nothing is missed, nothing comes twice, nobody waits for a slow one.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::scene::{Scene, until};

/// An open stream.
struct Stream {
    lines: BufReader<TcpStream>,
    /// The last id that came.
    last: String,
}

/// Something that came: its name and its data.
#[derive(Debug, PartialEq)]
struct Event(String, Value);

fn open(scene: &Scene, token: &str, last: Option<&str>) -> Stream {
    let mut stream = scene.connect();
    let last = last.map(|last| format!("Last-Event-ID: {last}\r\n")).unwrap_or_default();
    let head = format!("GET /api/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n{last}\r\n");
    stream.write_all(head.as_bytes()).expect("it listens");
    let mut lines = BufReader::new(stream);
    let mut line = String::new();
    lines.read_line(&mut line).expect("an answer");
    assert!(line.starts_with("HTTP/1.1 200"), "{line}");
    Stream { lines, last: String::new() }
}

impl Stream {
    /// Returns the next event with data; nothing when the stream has ended.
    fn next(&mut self) -> Option<Event> {
        let (mut name, mut data) = (String::new(), String::new());
        loop {
            let mut line = String::new();
            if self.lines.read_line(&mut line).expect("a line within the time") == 0 {
                return None;
            }
            // Sizes of pieces, which HTTP puts between them, have no colon.
            match line.trim_end().split_once(':') {
                Some(("event", value)) => name = value.trim().to_owned(),
                Some(("data", value)) => data = value.trim().to_owned(),
                Some(("id", value)) => self.last = value.trim().to_owned(),
                _ if line.trim_end().is_empty() && !data.is_empty() => {
                    return Some(Event(name, serde_json::from_str(&data).expect("JSON")));
                }
                _ if line.starts_with("0\r") => return None,
                _ => {}
            }
        }
    }

    /// Reads until it is known where to go on from.
    fn is_ready(&mut self) {
        let mut line = String::new();
        let mut is_there = false;
        while !is_there || !line.trim_end().is_empty() {
            line.clear();
            self.lines.read_line(&mut line).expect("a line");
            assert!(!line.starts_with("event:"), "{line}");
            is_there |= line.starts_with(": here");
            if let Some(id) = line.strip_prefix("id:") {
                self.last = id.trim().to_owned();
            }
        }
    }
}

fn add(scene: &Scene, token: &str, content: &str) -> String {
    let body = json!({"session_id": content, "todos": [{"content": content, "status": "pending"}]}).to_string();
    let answer = scene.post("/api/todos/sync", token, &body);
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()["consolidated"].as_str().expect("a commit").to_owned()
}

#[test]
fn what_was_missed_comes_exactly_once() {
    let scene = Scene::new();
    let token = scene.token("one", "write");
    let first = add(&scene, &token, "first");
    let mut live = open(&scene, &token, None);
    live.is_ready();
    let commits: Vec<String> = (0..3).map(|number| add(&scene, &token, &format!("n{number}"))).collect();
    let seen: Vec<String> = (0..3)
        .map(|_| {
            let Event(name, data) = live.next().expect("an event");
            assert_eq!(name, "consolidated", "{data}");
            data["commit"].as_str().expect("a commit").to_owned()
        })
        .collect();
    assert_eq!(seen, commits);
    assert_eq!(live.last, commits[2]);
    drop(live);
    // Who comes back with the first, or the second, gets what came after it, and then what comes.
    for from in 0..commits.len() {
        let since = if from == 0 { &first } else { &commits[from - 1] };
        let mut back = open(&scene, &token, Some(since));
        for commit in &commits[from..] {
            assert_eq!(back.next().expect("an event").1["commit"], json!(commit), "since {from}");
        }
    }
    let mut back = open(&scene, &token, Some(&commits[2]));
    let later = add(&scene, &token, "later");
    assert_eq!(back.next().expect("an event").1["commit"], json!(later), "nothing twice");
}

/// What was answered is known to whoever listens next: the answer's commit is none that has to be looked for.
#[test]
fn the_commit_of_an_answer_is_never_unknown() {
    let scene = Scene::new();
    let token = scene.token("one", "write");
    for number in 0..10 {
        let commit = add(&scene, &token, &format!("n{number}"));
        let mut stream = open(&scene, &token, Some(&commit));
        stream.is_ready();
        assert_eq!(stream.last, commit, "not a reset, and nothing else");
    }
}

/// A hub that was killed and started again goes on where it was: it is all in git.
#[test]
fn replay_outlives_the_hub() {
    let mut scene = Scene::new();
    let token = scene.token("one", "write");
    let first = add(&scene, &token, "first");
    let second = add(&scene, &token, "second");
    scene.kill();
    scene.start(&[], &[]);
    let mut back = open(&scene, &token, Some(&first));
    assert_eq!(back.next(), Some(Event("consolidated".into(), json_of(&scene, &second))));
}

fn json_of(scene: &Scene, commit: &str) -> Value {
    let at = scene.world.git(&scene.store("hub"), &["show", "-s", "--format=%cI%n%s", commit]);
    let (at, subject) = at.split_once('\n').expect("two lines");
    let at = chittysync::todo::Time::parse(at).expect("a time").to_string();
    json!({"commit": commit, "at": at, "subject": subject})
}

#[test]
fn what_is_unknown_is_a_reset() {
    let scene = Scene::with(&[("CHITTYSYNC_HUB_LIMITS", "replay=2")], &[]);
    let token = scene.token("one", "write");
    let all: Vec<String> = (0..4).map(|number| add(&scene, &token, &format!("n{number}"))).collect();
    // A commit that is none, one that the branch does not descend from, one too long ago, and no commit at all.
    let strange = scene.tip("refs/chittysync/n3");
    for last in [&"0".repeat(40), &strange, &all[0], &"nonsense".to_owned()] {
        let mut stream = open(&scene, &token, Some(last));
        let Event(name, data) = stream.next().expect("an event");
        let expected = (if *last == strange { "consolidated" } else { "reset" }, json!(all[3]));
        assert_eq!((name.as_str(), data["commit"].clone()), expected, "{last}");
    }
}

/// Whoever moves the branch: here a command on the hub's machine, and somebody who takes it back.
#[test]
fn moves_by_others_are_told_too() {
    let scene = Scene::new();
    let token = scene.token("one", "write");
    let first = add(&scene, &token, "first");
    let mut stream = open(&scene, &token, None);
    stream.is_ready();
    let store = scene.store("hub");
    scene.world.ok(&["--store", store.to_str().expect("UTF-8"), "add", "By hand"]);
    let tip = scene.tip("refs/heads/consolidated");
    assert_eq!(stream.next().expect("an event").1["commit"], json!(tip));
    scene.world.git(&store, &["update-ref", "refs/heads/consolidated", &first]);
    let Event(name, data) = stream.next().expect("an event");
    assert_eq!((name.as_str(), &data["commit"]), ("reset", &json!(first)));
}

/// Those that read nothing hold nobody up.
#[test]
fn a_slow_listener_holds_nobody_up() {
    let scene = Scene::with(&[("CHITTYSYNC_HUB_LIMITS", "waiting=1 beat_ms=600000")], &[]);
    let token = scene.token("one", "write");
    add(&scene, &token, "first");
    let mut fast = open(&scene, &token, None);
    fast.is_ready();
    let _slow: Vec<Stream> = (0..20).map(|_| open(&scene, &token, None)).collect();
    for number in 0..10 {
        let commit = add(&scene, &token, &format!("n{number}"));
        until("the fast one has it", || fast.next().is_some_and(|event| event.1["commit"] == json!(commit)));
    }
}
