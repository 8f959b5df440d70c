//! What holds for every source: nothing new, nothing written; time; several sources of one session; torn reads.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

use chittysync::git::{Overlay, Repo};
use chittysync::store::read_session;
use chittysync::todo::{Project, Session};
use serde_json::json;

use crate::common::{World, project, set_time, store_files};
use crate::transcripts::Transcript;

const ONE: &str = "11111111-1111-4111-8111-111111111111";

#[test]
fn unchanged_homes_write_nothing() {
    let world = World::new();
    let copied = world.command("cp").arg("-r").arg(project("fixtures/claude")).arg(world.path("claude")).status();
    assert!(copied.expect("cp").success());
    for path in crate::common::files(&world.path("claude")).into_keys().filter(|path| !path.is_symlink()) {
        set_time(&path, "2026-11-18T10:00:00Z");
    }
    world.sync();
    let before = store_files(&world);
    world.sync();
    assert_eq!(store_files(&world), before, "a second run wrote something");
    // What is remembered between runs only saves work.
    std::fs::remove_dir_all(world.store().join("chittysync")).expect("a cache");
    world.sync();
    assert_eq!(store_files(&world), before, "a run that remembers nothing wrote something");
    for name in ["seen", "merged"] {
        std::fs::write(world.store().join("chittysync").join(name), b"{\"version\":1,").expect("a cache");
        world.sync();
    }
    assert_eq!(store_files(&world), before, "a run with damaged caches wrote something");
}

/// Says the last statement of each capture, in order.
fn times(world: &World) -> Vec<String> {
    let log = world.git(
        &world.store(),
        &["log", "--reverse", "-p", "--format=", "-U0", &format!("refs/chittysync/{ONE}"), "--", "sessions"],
    );
    let updated = log.lines().filter(|line| line.starts_with("+  \"updated\""));
    updated.map(|line| line.split('"').nth(3).expect("a time").to_owned()).collect()
}

#[test]
fn a_clock_that_steps_back_loses_nothing() {
    let world = World::new();
    world.list(ONE, "2026-11-20T11:59:00Z", &[("A", "pending")]);
    world.sync_at("2026-11-20T12:00:00Z");
    world.list(ONE, "2026-11-20T09:00:00Z", &[("A", "in_progress")]);
    world.sync_at("2026-11-20T09:00:30Z");
    world.list(ONE, "2026-11-20T09:01:00Z", &[("A", "pending")]);
    world.sync_at("2026-11-20T09:01:30Z");
    world.list(ONE, "2026-11-20T09:02:00Z", &[("A", "completed")]);
    world.sync_at("2026-11-20T09:02:30Z");
    assert_eq!(world.states(), ["A: completed"]);
    let times = times(&world);
    assert_eq!(times.len(), 4);
    assert!(times.is_sorted() && times.iter().collect::<BTreeSet<_>>().len() == 4, "{times:?}");
}

#[test]
fn a_time_in_the_future_is_now() {
    let world = World::new();
    world.list(ONE, "2031-01-01T00:00:00Z", &[("A", "pending")]);
    world.sync_at("2026-11-20T12:00:00Z");
    assert_eq!(world.todo("A")["updated"], "2026-11-20T12:00:00.000Z");
    let before = world.commits();
    world.sync_at("2026-11-20T13:00:00Z");
    assert_eq!(world.commits(), before);
    world.list(ONE, "2031-01-01T00:00:00Z", &[("A", "completed")]);
    world.sync_at("2026-11-20T14:00:00Z");
    assert_eq!(world.todo("A")["updated"], "2026-11-20T14:00:00.000Z");
}

#[test]
fn a_time_before_1970_is_1970() {
    let world = World::new();
    let path = world.list(ONE, "2026-01-01T00:00:00Z", &[("A", "pending")]);
    let touched = world.command("touch").args(["-d", "1950-01-01T00:00:00Z"]).arg(&path).status().expect("touch");
    assert!(touched.success());
    world.sync();
    assert_eq!(world.states(), ["A: pending"]);
    world.git(&world.store(), &["fsck", "--strict"]);
}

/// A list file, a task directory and a transcript of one session: one session, and the latest one counts.
#[test]
fn several_sources_of_one_session_are_one_session() {
    let orders = [["10", "11", "12"], ["12", "11", "10"], ["11", "12", "10"]];
    for [list, task, transcript] in orders {
        let world = World::new();
        let at = |hour: &str| format!("2026-11-01T{hour}:00:00Z");
        let status = |hour: &str| if hour == "12" { "completed" } else { "in_progress" };
        world.list(ONE, &at(list), &[("A", status(list))]);
        let path = world.write(
            &format!("claude/tasks/{ONE}/1.json"),
            json!({"id": "1", "subject": "A", "status": status(task)}).to_string().as_bytes(),
        );
        set_time(&path, &at(task));
        let mut lines = Transcript::new(ONE);
        lines.todos(&at(transcript), &[("A", status(transcript))]);
        lines.write(&world, &at(transcript));
        world.sync();
        assert_eq!((world.sessions(), world.states()), (vec![ONE.to_owned()], vec!["A: completed".to_owned()]));
        assert_eq!(world.todo("A")["updated"], "2026-11-01T12:00:00.000Z");
        // The last one to speak moves on, the others stay as they are.
        world.list(ONE, "2026-11-01T13:00:00Z", &[("A", "completed"), ("B", "pending")]);
        world.sync();
        assert_eq!(world.states(), ["A: completed", "B: pending"]);
    }
}

/// What one source was not asked for is not forgotten.
#[test]
fn a_source_left_out_is_read_the_next_time() {
    let world = World::new();
    world.list(ONE, "2026-11-01T10:00:00Z", &[("A", "pending")]);
    let path = world.write("claude/tasks/other/1.json", br#"{"id":"1","subject":"B","status":"pending"}"#);
    set_time(&path, "2026-11-01T10:00:00Z");
    let home = world.path("claude");
    let home = home.to_str().expect("UTF-8");
    world.ok(&["sync", "--from", home, "--source", "claude-tasks"]);
    assert_eq!(world.states(), ["B: pending"]);
    world.sync();
    assert_eq!(world.states(), ["A: pending", "B: pending"]);
}

/// An agent rewrites its list without pause; every state that is captured is one that was written whole. Nobody writes
/// over a list in place: half of one call that does would look like a whole one.
#[test]
fn no_statement_is_made_of_a_torn_read() {
    let world = World::new();
    let list = |word: &str| {
        let items: Vec<_> =
            (0..400).map(|at| json!({"content": format!("Todo {at} with some words"), "status": word})).collect();
        serde_json::to_vec_pretty(&items).expect("JSON")
    };
    // The same length, so that nothing but the content tells them apart.
    let (one, two) = (list("pending"), list("started"));
    assert_eq!(one.len(), two.len());
    let path = world.write(&format!("claude/todos/{ONE}-agent-{ONE}.json"), &one);
    let other = world.path("other");
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut turn = 0_usize;
            while !stop.load(Ordering::Relaxed) {
                let content = if turn.is_multiple_of(2) { &two } else { &one };
                if turn % 4 < 2 {
                    // Cut and written again in pieces, as agents do.
                    let mut file = OpenOptions::new().write(true).truncate(true).open(&path).expect("a file");
                    content.chunks(5000).for_each(|part| file.write_all(part).expect("written"));
                } else {
                    // Or another file in its place.
                    std::fs::write(&other, content).expect("written");
                    std::fs::rename(&other, &path).expect("renamed");
                }
                turn += 1;
                if turn.is_multiple_of(7) {
                    std::thread::sleep(std::time::Duration::from_millis(30));
                }
            }
        });
        for _ in 0..200 {
            world.run(&["-q", "capture", "--from", world.path("claude").to_str().expect("UTF-8")]);
        }
        stop.store(true, Ordering::Relaxed);
    });
    let found = world.git_run(&world.store(), &["rev-list", &format!("refs/chittysync/{ONE}")]);
    let repo = Repo::open(&world.store()).expect("a store");
    let (overlay, session) = (Overlay::new(&repo), Session::new(ONE).expect("a name"));
    for commit in found.stdout.lines() {
        let id = commit.parse().expect("an id");
        let mut projects = read_session(&overlay, &session, id).expect("a session").state.projects;
        let todos = projects.remove(&Project::general()).expect("a list");
        let states: BTreeSet<_> = todos.values().map(|todo| todo.state().as_str()).collect();
        assert_eq!((todos.len(), states.len()), (400, 1), "{commit} mixes two states: {states:?}");
    }
    println!("{} states captured", found.stdout.lines().count());
    std::fs::write(&path, &two).expect("a file");
    world.sync();
    assert_eq!(world.json(&["status"])["todos"]["in_progress"], 400);
}
