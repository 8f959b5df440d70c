//! What is told by a WebSocket: the same as by [`crate::events`], to a client of somebody else.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tungstenite::client::IntoClientRequest;
use tungstenite::protocol::CloseFrame;
use tungstenite::{Error, Message, WebSocket};

use crate::scene::{Scene, until};

pub type Socket = WebSocket<TcpStream>;

/// Opens one, with these headers. Returns the status when it is refused.
fn open(scene: &Scene, path: &str, headers: &[(&'static str, &str)]) -> Result<Socket, u16> {
    let mut request = format!("ws://127.0.0.1:{}{path}", scene.port).into_client_request().expect("a request");
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().expect("a value"));
    }
    match tungstenite::client(request, scene.connect()) {
        Ok((socket, _)) => Ok(socket),
        Err(tungstenite::HandshakeError::Failure(Error::Http(answer))) => Err(answer.status().as_u16()),
        Err(err) => panic!("{err}"),
    }
}

pub fn listen(scene: &Scene, token: &str, since: &str) -> Socket {
    let since = if since.is_empty() { String::new() } else { format!("?since={since}") };
    open(scene, &format!("/api/ws{since}"), &[("authorization", &format!("Bearer {token}"))]).expect("it is taken")
}

/// Returns the next thing that is told; what it ends with otherwise.
fn next(socket: &mut Socket) -> Result<Value, Option<CloseFrame>> {
    let began = Instant::now();
    loop {
        assert!(began.elapsed() < Duration::from_secs(120), "nothing is told but that it is there");
        match socket.read() {
            Ok(Message::Text(text)) => return Ok(serde_json::from_str(&text).expect("JSON")),
            Ok(Message::Close(frame)) => return Err(frame),
            Ok(_) => {}
            Err(_) => return Err(None),
        }
    }
}

/// Returns the name of what is told next, and its commit.
pub fn told(socket: &mut Socket) -> (String, String) {
    let told = next(socket).unwrap_or_else(|end| panic!("it ended: {end:?}"));
    assert_eq!(told["id"], told["data"]["commit"], "{told}");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (text(&told["event"]), text(&told["id"]))
}

pub fn add(scene: &Scene, token: &str, content: &str) -> String {
    let body = json!({"session_id": content, "todos": [{"content": content, "status": "pending"}]}).to_string();
    let answer = scene.post("/api/todos/sync", token, &body);
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()["consolidated"].as_str().expect("a commit").to_owned()
}

fn is(event: &str, commit: &str) -> (String, String) {
    (event.to_owned(), commit.to_owned())
}

#[test]
fn what_is_told_and_what_was_missed() {
    let mut scene = Scene::new();
    let token = scene.token("one", "read");
    let writer = scene.token("one", "write");
    let mut live = listen(&scene, &token, "");
    assert_eq!(told(&mut live), is("here", ""), "there is no branch yet");
    let commits: Vec<String> = (0..3).map(|number| add(&scene, &writer, &format!("n{number}"))).collect();
    assert_eq!(told(&mut live), is("reset", &commits[0]), "there is one now");
    for commit in &commits[1..] {
        assert_eq!(told(&mut live), is("consolidated", commit));
    }
    // What a stream of events tells of the same commit is the same.
    let mut back = listen(&scene, &token, &commits[0]);
    let first = next(&mut back).expect("it is told");
    let (at, subject) = (first["data"]["at"].clone(), first["data"]["subject"].clone());
    assert_eq!(first["data"], json!({"commit": commits[1], "at": at, "subject": subject}));
    assert!(at.is_string() && subject.is_string(), "{first}");
    assert_eq!(told(&mut back), is("consolidated", &commits[2]));
    assert_eq!(told(&mut back), is("here", &commits[2]));
    // It is all in git: a hub that was killed knows as much.
    scene.kill();
    scene.start(&[], &[]);
    let mut back = listen(&scene, &token, &commits[1]);
    assert_eq!(told(&mut back), is("consolidated", &commits[2]));
    assert_eq!(told(&mut back), is("here", &commits[2]));
    for unknown in ["0000000000000000000000000000000000000000", "nonsense"] {
        let mut stream = listen(&scene, &token, unknown);
        assert_eq!((told(&mut stream), told(&mut stream)), (is("reset", &commits[2]), is("here", &commits[2])));
    }
    let later = add(&scene, &writer, "later");
    assert_eq!(told(&mut back), is("consolidated", &later), "and nothing twice");
}

#[test]
fn who_listens_says_who_it_is() {
    let scene = Scene::with(&[("CHITTYSYNC_HUB_LIMITS", "hello_ms=5000")], &[]);
    let token = scene.token("one", "write");
    let commit = add(&scene, &token, "first");
    for bad in ["Bearer nonsense", "Bearer cst_00000000_00", "Digest x"] {
        assert_eq!(open(&scene, "/api/ws", &[("authorization", bad)]).err(), Some(401), "{bad}");
    }
    // A script in a browser cannot set a header.
    let hello = |first: &str| {
        let mut socket = open(&scene, "/ws", &[]).expect("it is taken");
        socket.send(Message::text(first)).expect("sent");
        next(&mut socket).map(|told| told["event"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(hello(&json!({"token": token}).to_string()), Ok("here".into()));
    assert_eq!(hello(&json!({"token": token, "since": "nonsense"}).to_string()), Ok("reset".into()));
    assert_eq!(hello(&json!({"token": token, "since": commit}).to_string()), Ok("here".into()));
    let wrong =
        [json!({"token": "nonsense"}).to_string(), json!({"token": "a\nb"}).to_string(), "{}".into(), "x".into()];
    for first in wrong {
        let end = hello(&first).expect_err("nobody is known").expect("it is told why");
        assert_eq!(u16::from(end.code), 1008, "{first}: {end:?}");
    }
    // Who says nothing, and who says too much.
    let mut silent = open(&scene, "/api/ws", &[]).expect("it is taken");
    let started = Instant::now();
    let end = next(&mut silent).expect_err("it is not waited for").expect("it is told why");
    assert!(started.elapsed() < Duration::from_secs(60) && end.reason.contains("token"), "{end:?}");
    assert!(hello(&"x".repeat(20_000)).is_err());
    // What stands in a URL is in logs and histories: it counts for nothing there.
    assert_eq!(
        open(&scene, &format!("/api/ws?token={token}"), &[]).map(|mut socket| next(&mut socket).is_err()),
        Ok(true)
    );
    // A plain request is told what this is for; without a word of who asks.
    let plain = scene.get("/api/ws", &token);
    assert_eq!((plain.status, plain.header("upgrade")), (426, Some("websocket")), "{plain:?}");
}

#[test]
fn a_page_of_another_site_cannot_listen() {
    let scene = Scene::new();
    let token = scene.token("one", "read");
    let (port, bearer) = (scene.port, format!("Bearer {token}"));
    let own = format!("http://127.0.0.1:{port}");
    let opened = |headers: &[(&'static str, &str)]| {
        let all = [&[("authorization", bearer.as_str())][..], headers].concat();
        open(&scene, "/api/ws", &all).err()
    };
    assert_eq!(opened(&[("origin", &own)]), None);
    for origin in ["https://evil.example", "null", "http://127.0.0.1", "http://localhost:1", "file://"] {
        assert_eq!(opened(&[("origin", origin)]), Some(403), "{origin}");
    }
    assert_eq!(opened(&[("sec-fetch-site", "cross-site")]), Some(403));
    assert_eq!(opened(&[("host", "evil.example")]), Some(421));
}

/// Those that read nothing hold nobody up, and are given up; so is one that is gone without a word.
#[test]
fn slow_and_silent_listeners() {
    let scene = Scene::with(&[("CHITTYSYNC_HUB_LIMITS", "waiting=1 beat_ms=4000 stall_ms=5000")], &[]);
    let token = scene.token("one", "write");
    add(&scene, &token, "first");
    let mut fast = listen(&scene, &token, "");
    let _slow: Vec<Socket> = (0..20).map(|_| listen(&scene, &token, "")).collect();
    // Who reads answers pings by itself, and reads all the time.
    let (heard, ears) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        while let Ok(message) = fast.read() {
            let Message::Text(text) = message else { continue };
            let _ = heard.send(serde_json::from_str::<Value>(&text).expect("JSON")["id"].clone());
        }
    });
    for number in 0..5 {
        let commit = add(&scene, &token, &format!("n{number}"));
        until("the fast one has it", || ears.recv().expect("it listens") == json!(commit));
    }
    // Those that answered no ping are gone.
    let listeners = || {
        let numbers = scene.get("/metrics", &token).body;
        numbers.lines().find_map(|line| line.strip_prefix("chittysync_listeners ")).map(str::to_owned)
    };
    until("only the fast one is left", || listeners().as_deref() == Some("1"));
    std::thread::sleep(Duration::from_secs(5));
    assert_eq!(listeners().as_deref(), Some("1"), "it stays");
}

/// Who listens by a token that was revoked hears of nothing that comes later.
#[test]
fn who_is_shut_out_hears_no_more() {
    let scene = Scene::with(&[("CHITTYSYNC_HUB_LIMITS", "recheck_ms=0")], &[]);
    let (token, writer) = (scene.token("gone", "read"), scene.token("one", "write"));
    add(&scene, &writer, "first");
    let mut socket = listen(&scene, &token, "");
    assert_eq!(told(&mut socket).0, "here");
    let mut stream = scene.connect();
    let head = format!(
        "GET /api/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n"
    );
    std::io::Write::write_all(&mut stream, head.as_bytes()).expect("it listens");
    let store = scene.store("hub");
    let id = token.split('_').nth(1).expect("an id");
    scene.world.ok(&["--store", store.to_str().expect("UTF-8"), "hub", "token", "revoke", id]);
    add(&scene, &writer, "A secret plan");
    let end = next(&mut socket).expect_err("it ends").expect("it is told why");
    assert!(u16::from(end.code) == 1008 && end.reason.contains("not good any more"), "{end:?}");
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut stream, &mut rest).expect("the stream ends");
    assert!(rest.ends_with("0\r\n\r\n") && !rest.contains("event:"), "{rest}");
}

#[test]
fn it_ends_when_the_hub_stops() {
    let mut scene = Scene::new();
    let token = scene.token("one", "read");
    let mut socket = listen(&scene, &token, "");
    assert_eq!(told(&mut socket).0, "here");
    let id = scene.hub.as_ref().expect("a hub").id().to_string();
    assert!(scene.world.command("kill").args(["-TERM", &id]).status().expect("kill").success());
    let end = next(&mut socket).expect_err("it ends").expect("it is told why");
    assert_eq!(u16::from(end.code), 1001, "{end:?}");
    assert_eq!(scene.hub.take().expect("a hub").wait().expect("it ends").code(), Some(0));
}

/// Those that nobody knows yet have few places; who is known has one anyway.
#[test]
fn only_some_may_wait_with_saying_who_they_are() {
    let scene = Scene::with(&[("CHITTYSYNC_HUB_LIMITS", "greeting=2")], &[]);
    let token = scene.token("one", "read");
    let silent: Vec<Socket> = (0..2).map(|_| open(&scene, "/api/ws", &[]).expect("it is taken")).collect();
    assert_eq!(open(&scene, "/api/ws", &[]).err(), Some(503));
    assert_eq!(told(&mut listen(&scene, &token, "")).0, "here");
    drop(silent);
    until("those that are gone make room", || open(&scene, "/api/ws", &[]).is_ok());
    // Who said who it is takes no such place any more.
    let known: Vec<Socket> = (0..4)
        .map(|_| {
            let mut socket = None;
            until("there is a place", || {
                socket = open(&scene, "/api/ws", &[]).ok();
                socket.is_some()
            });
            let mut socket = socket.expect("a place");
            socket.send(Message::text(json!({"token": token}).to_string())).expect("sent");
            assert_eq!(told(&mut socket).0, "here");
            socket
        })
        .collect();
    assert_eq!(known.len(), 4);
}
