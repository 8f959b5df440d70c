//! Changes are seen wherever they happen.

use std::fs;

use crate::common::World;
use crate::guard::{Daemon, run, until};

/// Writes a task as Claude does: a directory and a file in it, at once.
fn task(world: &World, list: &str, number: u32, subject: &str) {
    let task = serde_json::json!({ "id": number.to_string(), "subject": subject, "status": "pending" });
    world.write(&format!("claude/tasks/{list}/{number}.json"), task.to_string().as_bytes());
}

fn list(world: &World, session: &str, content: &str) {
    let list = serde_json::json!([{ "content": content, "status": "pending" }]);
    world.write(&format!("claude/todos/{session}-agent-{session}.json"), list.to_string().as_bytes());
}

#[test]
fn a_home_that_comes_later() {
    let world = World::new();
    let daemon = Daemon::start(&world);
    list(&world, "ana", "In the first list");
    daemon.knows("In the first list");
    list(&world, "ana", "In the same list");
    daemon.knows("In the same list");
    task(&world, "bob", 1, "As a task");
    daemon.knows("As a task");
    let line = r#"{"type":"assistant","sessionId":"cid","timestamp":"2026-11-20T11:00:00Z","message":{"content":[{"type":"tool_use","id":"t","name":"TodoWrite","input":{"todos":[{"content":"In a transcript","status":"pending"}]}}]}}
{"type":"user","sessionId":"cid","timestamp":"2026-11-20T11:00:01Z","message":{"content":[{"type":"tool_result","tool_use_id":"t"}]},"toolUseResult":{"oldTodos":[],"newTodos":[{"content":"In a transcript","status":"pending"}]}}
"#;
    world.write("claude/projects/-p/cid/subagents/agent-cid.jsonl", line.as_bytes());
    daemon.knows("In a transcript");
    // An agent of a workflow, in directories that come with it.
    let deeper = line.replace("In a transcript", "In a workflow").replace("T11:00", "T11:01");
    world.write("claude/projects/-p/cid/subagents/workflows/wf/agent-w.jsonl", deeper.as_bytes());
    daemon.knows("In a workflow");
    let found = daemon.status();
    assert_eq!(
        (&found["degraded"], &found["jobs"]["sync"]["failures"]),
        (&serde_json::Value::Null, &0.into()),
        "{found}"
    );
}

/// Between the making of a directory and the moment when it is watched, files appear in it.
#[test]
fn files_in_directories_that_were_made_this_moment() {
    let world = World::new();
    fs::create_dir_all(world.path("claude/tasks")).expect("a directory");
    let daemon = Daemon::start(&world);
    for number in 0..60 {
        task(&world, &format!("list-{number}"), 1, &format!("Step {number}"));
    }
    for number in 0..60 {
        daemon.knows(&format!("Step {number}"));
    }
    let runs = daemon.runs();
    assert!(runs < 40, "{runs} runs for one burst");
}

#[test]
fn directories_that_are_replaced() {
    let world = World::new();
    task(&world, "a", 1, "Before");
    let daemon = Daemon::start(&world);
    daemon.knows("Before");
    fs::remove_dir_all(world.path("claude/tasks")).expect("removed");
    task(&world, "b", 1, "In a new directory of tasks");
    daemon.knows("In a new directory of tasks");
    fs::rename(world.path("claude"), world.path("elsewhere")).expect("moved");
    task(&world, "c", 1, "In a new home");
    daemon.knows("In a new home");
    task(&world, "c", 2, "Later in the new home");
    daemon.knows("Later in the new home");
    fs::remove_dir_all(world.path("claude")).expect("removed");
    fs::rename(world.path("elsewhere"), world.path("claude")).expect("moved back");
    task(&world, "b", 2, "In the old home that is back");
    daemon.knows("In the old home that is back");
}

#[cfg(unix)]
#[test]
fn a_home_behind_a_link() {
    let world = World::new();
    fs::create_dir_all(world.path("real/todos")).expect("a directory");
    std::os::unix::fs::symlink(world.path("real"), world.path("claude")).expect("a link");
    let daemon = Daemon::start(&world);
    list(&world, "ana", "Behind the link");
    daemon.knows("Behind the link");
}

/// What a hook leaves is taken at once.
#[test]
fn the_spool() {
    let world = World::new();
    let daemon = Daemon::start(&world);
    until("the first look", || daemon.runs() > 0);
    let before = daemon.runs();
    let spool = world.store().join("chittysync/spool");
    fs::write(spool.join(".0001"), b"{}").expect("a file");
    fs::rename(spool.join(".0001"), spool.join("0001")).expect("a new name");
    until("a run", || daemon.runs() > before);
    fs::remove_dir_all(&spool).expect("removed");
    until("it is made again", || spool.is_dir());
}

/// The test's present is not that of what runs for days.
#[test]
fn keeps_its_own_clock() {
    let world = World::new();
    list(&world, "ana", "By the clock");
    let daemon = Daemon::start(&world);
    daemon.knows("By the clock");
    let year = "20";
    let since = daemon.status()["since"].as_str().expect("a time").to_owned();
    assert!(since.starts_with(year) && !since.starts_with("2026-11-20T12:00"), "{since}");
    let reflog = fs::read_to_string(world.store().join("logs/refs/heads/consolidated")).expect("a reflog");
    let at = chittysync::todo::Time::parse(crate::common::NOW).expect("a time").seconds();
    assert!(!reflog.contains(&format!("> {at} ")), "{reflog}");
}

#[test]
fn nothing_changed_means_nothing_runs() {
    let world = World::new();
    list(&world, "ana", "Once");
    let daemon = Daemon::start(&world);
    daemon.knows("Once");
    daemon.rests();
    let before = daemon.status();
    // Reading is no change: neither a person's nor that of other programs.
    for _ in 0..20 {
        fs::read_dir(world.path("claude/todos")).expect("a directory").for_each(drop);
        fs::read(world.path("claude/todos/ana-agent-ana.json")).expect("a file");
    }
    world.write("claude/history.jsonl", b"{}");
    run(&world, &["-q", "sync"]);
    std::thread::sleep(std::time::Duration::from_secs(1));
    let after = daemon.status();
    assert_eq!(before["jobs"], after["jobs"]);
    assert_eq!(before["wakeups"], after["wakeups"], "and it slept on");
}
