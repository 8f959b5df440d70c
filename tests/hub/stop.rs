//! Starting and stopping.

use std::io::Read;

use crate::common::{World, binary, project};
use crate::scene::{Scene, until};

/// Sends SIGTERM.
fn term(scene: &Scene) {
    let id = scene.hub.as_ref().expect("a hub").id().to_string();
    assert!(scene.world.command("kill").args(["-TERM", &id]).status().expect("kill").success());
}

#[test]
fn it_stops_when_it_is_told_to_and_ends_its_streams() {
    let mut scene = Scene::new();
    let token = scene.token("one", "write");
    let mut stream = scene.connect();
    let head = format!("GET /api/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n");
    std::io::Write::write_all(&mut stream, head.as_bytes()).expect("it listens");
    let mut some = [0; 12];
    stream.read_exact(&mut some).expect("an answer");
    term(&scene);
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).expect("the stream ends");
    assert!(rest.ends_with(b"0\r\n\r\n"), "it ends well: {:?}", String::from_utf8_lossy(&rest));
    let status = scene.hub.take().expect("a hub").wait().expect("it ends");
    assert_eq!(status.code(), Some(0));
}

/// What was begun before it is told to stop is answered.
#[test]
fn what_is_under_way_is_answered() {
    let mut scene = Scene::new();
    let token = scene.token("one", "write");
    let body = r#"[{"content":"Just in time","status":"pending"}]"#;
    let mut stream = scene.connect();
    let head = format!(
        "POST /api/todos/sync HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    std::io::Write::write_all(&mut stream, head.as_bytes()).expect("it listens");
    // Told so when it waits for the body.
    let mut goes_on = [0; 25];
    stream.read_exact(&mut goes_on).expect("it reads");
    assert_eq!(&goes_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    term(&scene);
    until("nobody else is let in", || std::net::TcpStream::connect(("127.0.0.1", scene.port)).is_err());
    std::io::Write::write_all(&mut stream, body.as_bytes()).expect("it still reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert_eq!(scene.hub.take().expect("a hub").wait().expect("it ends").code(), Some(0));
    assert!(!scene.tip("refs/chittysync/hub-one").is_empty());
}

#[test]
fn where_others_could_read_along_it_does_not_listen() {
    let world = World::new();
    let done = world.run(&["hub", "--listen", "0.0.0.0:0"]);
    assert_eq!(done.code, Some(129), "{done:?}");
    assert!(done.stderr.contains("--behind-proxy"), "{done:?}");
    let done = world.run(&["hub", "--listen", "nowhere"]);
    assert_eq!(done.code, Some(129), "{done:?}");
}

#[test]
fn a_port_that_is_taken_is_named() {
    let scene = Scene::new();
    let address = format!("127.0.0.1:{}", scene.port);
    let done = scene.world.run(&["hub", "--listen", &address]);
    assert!(done.code == Some(128) && done.stderr.contains(&address), "{done:?}");
}

/// The program that is the hub may not be installed.
#[test]
fn a_missing_program_is_said_with_its_remedy() {
    let world = World::new();
    let alone = world.path("alone/git-chittysync");
    std::fs::create_dir_all(alone.parent().expect("a directory")).expect("a directory");
    // By a process of its own: what another test starts meanwhile would hold a copy of ours open for writing.
    let copied = std::process::Command::new("cp").arg(binary()).arg(&alone).status();
    assert!(copied.expect("cp").success());
    let mut command = world.command(alone.to_str().expect("UTF-8"));
    // A PATH without it.
    let done = crate::common::done(command.env("PATH", world.path("nothing")).arg("hub").output());
    assert_eq!(done.code, Some(128), "{done:?}");
    assert!(done.stderr.contains("not installed") && done.stderr.contains("--features hub"), "{done:?}");
    assert!(project("Cargo.toml").is_file());
}
