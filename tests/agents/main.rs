//! An agent is one line in a list: this program is the whole of ours, with an agent of its own besides, and plays with
//! itself.

#[path = "../common/mod.rs"]
mod common;

mod notebook;

use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use chittysync::source::{Agent, also};
use common::{Done, World};
use notebook::NOTEBOOK;
use serde_json::Value;

/// Set where this program is to be the command line, not its test.
const AS_PROGRAM: &str = "TEST_AS_PROGRAM";

fn main() -> ExitCode {
    if std::env::var_os(AS_PROGRAM).is_some() {
        static MORE: [&dyn Agent; 1] = [&NOTEBOOK];
        also(&MORE);
        return chittysync::cli::main();
    }
    for (name, test) in [
        ("it_is_captured", it_is_captured as fn()),
        ("its_hooks_are_heard", its_hooks_are_heard),
        ("it_is_watched", it_is_watched),
        ("doctor_lists_it", doctor_lists_it),
        ("it_says_who_speaks", it_says_who_speaks),
    ] {
        test();
        println!("test {name} ... ok");
    }
    ExitCode::SUCCESS
}

fn program(world: &World, arguments: &[&str]) -> Command {
    let mut command = world.command(std::env::current_exe().expect("a path").to_str().expect("UTF-8"));
    command.env(AS_PROGRAM, "1").args(arguments);
    command
}

fn run(world: &World, arguments: &[&str]) -> Done {
    let output = program(world, arguments).output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Done { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

fn ok(world: &World, arguments: &[&str]) -> String {
    let done = run(world, arguments);
    assert_eq!(done.code, Some(0), "{arguments:?}: {done:?}");
    done.stdout
}

fn todos(world: &World) -> Vec<(String, String)> {
    let list: Value = serde_json::from_str(&ok(world, &["list", "--all", "--json"])).expect("JSON");
    let text = |todo: &Value, key: &str| todo[key].as_str().expect("text").to_owned();
    list.as_array().expect("a list").iter().map(|todo| (text(todo, "content"), text(todo, "status"))).collect()
}

/// Writes a page in the user's notebook.
fn page(world: &World, session: &str, text: &str) {
    world.write(&format!("home/.notebook/pages/{session}.page"), text.as_bytes());
}

fn with_pages() -> World {
    let world = World::new();
    page(&world, "monday", "/work/shop\nx Draft\n- Review\n");
    world
}

fn it_is_captured() {
    let world = with_pages();
    ok(&world, &["sync", "-q"]);
    let expected = [("Draft", "completed"), ("Review", "pending")];
    let mut found = todos(&world);
    found.sort();
    assert_eq!(found, expected.map(|(words, status)| (words.to_owned(), status.to_owned())));
    let sessions: Value = serde_json::from_str(&ok(&world, &["sessions", "--json"])).expect("JSON");
    let session = &sessions.as_array().or(sessions["sessions"].as_array()).expect("a list")[0];
    assert_eq!((&session["source"], &session["project"]), (&"notebook-todos".into(), &"shop".into()), "{session}");

    // Named, it is known for what it is; and its name chooses it.
    let world = with_pages();
    let home = world.home().join(".notebook");
    let home = home.to_str().expect("UTF-8");
    ok(&world, &["sync", "-q", "--from", home, "--source", "claude"]);
    assert_eq!(todos(&world).len(), 0);
    ok(&world, &["sync", "-q", "--from", home, "--source", "notebook"]);
    assert_eq!(todos(&world).len(), 2);
}

fn its_hooks_are_heard() {
    let world = World::new();
    let event = r#"{"page":"tuesday","cwd":"/work/shop","lines":["- Ship it"]}"#;
    world.write("event", event.as_bytes());
    let input = std::fs::File::open(world.path("event")).expect("a file");
    let done = program(&world, &["hook", "notebook"]).stdin(input).status().expect("it runs");
    assert!(done.success());
    ok(&world, &["sync", "-q"]);
    assert_eq!(todos(&world), [("Ship it".to_owned(), "pending".to_owned())]);
}

/// A daemon that ends with the test.
struct Daemon<'a>(&'a World);

impl Drop for Daemon<'_> {
    fn drop(&mut self) {
        run(self.0, &["daemon", "stop"]);
    }
}

fn it_is_watched() {
    let world = World::new();
    ok(&world, &["init", "-q", "--default"]);
    ok(&world, &["daemon", "start", "-q"]);
    let _daemon = Daemon(&world);
    let begun = Instant::now();
    page(&world, "monday", "/work/shop\n- Seen\n");
    // Without being told it would look again much later.
    while todos(&world).is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(60), "{}", ok(&world, &["daemon", "status"]));
        std::thread::sleep(Duration::from_millis(50));
    }
    let status = ok(&world, &["daemon", "status"]);
    assert!(status.contains("~/.notebook"), "{status}");
}

fn doctor_lists_it() {
    let world = with_pages();
    let told = run(&world, &["doctor"]).stdout;
    assert!(told.contains("Notebook: 1 todo list, the latest"), "{told}");
    // One that is not there is not spoken of.
    assert!(!told.contains("Claude"), "{told}");
    std::fs::remove_dir_all(world.home().join(".notebook")).expect("it was there");
    let told = run(&world, &["doctor"]).stdout;
    assert!(!told.contains("Notebook"), "{told}");
}

fn it_says_who_speaks() {
    let world = World::new();
    let mut command = program(&world, &["add", "Say it"]);
    assert!(command.env("NOTEBOOK_PAGE", "friday").output().expect("it runs").status.success());
    let sessions = ok(&world, &["sessions", "--json"]);
    assert!(sessions.contains("friday"), "{sessions}");
}
