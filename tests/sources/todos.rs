//! `todos/<session>-agent-<agent>.json`.

use std::os::unix::fs::symlink;

use serde_json::json;

use crate::common::{World, set_time};

const ONE: &str = "11111111-1111-4111-8111-111111111111";
const TWO: &str = "22222222-2222-4222-8222-222222222222";
const THREE: &str = "33333333-3333-4333-8333-333333333333";
const AT: &str = "2026-11-01T10:00:00Z";
const LATER: &str = "2026-11-01T11:00:00Z";

fn write(world: &World, session: &str, agent: &str, at: &str, content: &[u8]) {
    let path = world.write(&format!("claude/todos/{session}-agent-{agent}.json"), content);
    set_time(&path, at);
}

#[test]
fn the_keys_of_every_year() {
    let world = World::new();
    write(&world, ONE, ONE, AT, br#"[{"content":"A","status":"pending","priority":"high","id":"1"}]"#);
    write(&world, TWO, TWO, AT, br#"[{"content":"B","status":"in_progress","id":"prep"}]"#);
    write(&world, THREE, THREE, AT, br#"[{"content":"C","status":"completed","activeForm":"Doing C"}]"#);
    world.sync();
    assert_eq!(world.states(), ["A: pending", "B: in_progress", "C: completed"]);
    assert_eq!((world.todo("A")["priority"].clone(), world.todo("A")["x-id"].clone()), (json!("high"), json!("1")));
    assert_eq!(world.todo("C")["activeForm"], "Doing C");
    assert_eq!(world.todo("A")["updated"], "2026-11-01T10:00:00.000Z");
}

#[test]
fn a_sub_agent_has_a_list_of_its_own() {
    let world = World::new();
    write(&world, ONE, ONE, AT, br#"[{"content":"A","status":"pending"}]"#);
    write(&world, ONE, "a7743ae", AT, br#"[{"content":"B","status":"completed"}]"#);
    world.sync();
    assert_eq!(world.sessions(), [ONE.to_owned(), format!("{ONE}-agent-a7743ae")]);
    let agent =
        world.json(&["sessions"]).as_array().expect("a list").iter().find(|one| one["agent"] == "a7743ae").cloned();
    assert!(agent.is_some_and(|agent| agent["open"] == 0 && agent["total"] == 1));
}

/// A resumed session carries the list of the one it continues, byte for byte, under its own name.
#[test]
fn a_carried_copy_counts_once() {
    let world = World::new();
    let list = br#"[{"content":"A","status":"pending"}]"#;
    write(&world, TWO, TWO, AT, list);
    write(&world, ONE, TWO, LATER, list);
    world.sync();
    assert_eq!(world.sessions(), [TWO]);
}

/// The copy may come in a later run, sort first, look as old as what it copies, and the agent may have no
/// list of its own. What was captured first stays the only one, also when nothing is remembered.
#[test]
fn a_carried_copy_counts_once_across_runs() {
    let world = World::new();
    let list = br#"[{"content":"A","status":"pending"}]"#;
    write(&world, TWO, "abc1234", AT, list);
    world.sync();
    for at in [AT, LATER, "2026-10-01T10:00:00Z"] {
        write(&world, ONE, "abc1234", at, list);
        world.sync();
        assert_eq!(world.sessions(), [format!("{TWO}-agent-abc1234")], "{at}");
        std::fs::remove_dir_all(world.store().join("chittysync")).expect("a cache");
        world.sync();
        assert_eq!(world.sessions(), [format!("{TWO}-agent-abc1234")], "{at}, nothing remembered");
    }
}

#[test]
fn nothing_is_said_by_an_empty_list_or_an_empty_file() {
    let world = World::new();
    write(&world, ONE, ONE, AT, br#"[{"content":"A","status":"pending"}]"#);
    world.sync();
    let before = world.commits();
    for (at, content) in [("2026-11-02T10:00:00Z", &b"[]"[..]), ("2026-11-03T10:00:00Z", b""), (LATER, b" \n")] {
        write(&world, ONE, ONE, at, content);
        world.sync();
        assert_eq!((world.commits(), world.states()), (before, vec!["A: pending".to_owned()]));
    }
    std::fs::remove_file(world.path(&format!("claude/todos/{ONE}-agent-{ONE}.json"))).expect("a file");
    world.sync();
    assert_eq!((world.commits(), world.states()), (before, vec!["A: pending".to_owned()]));
}

/// A list that is cut anywhere is no list. Each session has one cut at another byte.
#[test]
fn a_truncated_list_says_nothing() {
    let world = World::new();
    let good = serde_json::to_vec_pretty(&json!([
        {"content": "Caf\u{e9} \u{1f600}", "status": "in_progress", "activeForm": "\\\"Doing\\\""},
        {"content": "B", "status": "pending", "more": {"list": [1, -2.5e3, null, true]}},
    ]))
    .expect("JSON");
    let session = |at: usize| format!("{at:08}-0000-4000-8000-000000000000");
    for cut in 0..good.len() {
        write(&world, &session(cut), &session(cut), AT, &good);
    }
    world.sync();
    let before = (world.commits(), world.states(), world.git(&world.store(), &["for-each-ref"]));
    assert_eq!(before.0, good.len());
    for cut in 0..good.len() {
        write(&world, &session(cut), &session(cut), LATER, &good[..cut]);
    }
    let done = world.sync();
    assert_eq!((world.commits(), world.states(), world.git(&world.store(), &["for-each-ref"])), before);
    assert_eq!(done.stderr.matches("last good state is kept").count(), good.len());
}

#[test]
fn odd_entries_do_not_spoil_a_list() {
    let world = World::new();
    let list = json!([
        null, 7, "text", [], {"status": "pending"}, {"content": ""}, {"content": 5},
        {"content": "A", "status": "blocked", "unknown": {"deep": [1]}, "claims": "theirs"},
        {"content": "B", "status": "done"},
        {"content": "C", "status": null},
        {"content": "D"},
        {"content": "E", "status": 3},
        {"content": "F", "status": "cancelled"},
    ]);
    write(&world, ONE, ONE, AT, list.to_string().as_bytes());
    let done = world.sync();
    assert!(done.stderr.contains("7 of its 13 entries have no words"), "{done:?}");
    assert_eq!(world.states(), ["A: pending", "B: completed", "C: pending", "D: pending", "E: pending", "F: dropped"]);
    let shown = world.json(&["show", world.todo("A")["id"].as_str().expect("an id")]);
    assert_eq!(shown["claims"][ONE]["raw"], "blocked");
    assert_eq!((shown["unknown"].clone(), shown["x-claims"].clone()), (json!({"deep": [1]}), json!("theirs")));
}

#[test]
fn what_is_no_list_is_named_and_left() {
    let world = World::new();
    for (session, content) in [
        ("a", "{}"),
        ("b", "null"),
        ("c", "7"),
        ("d", "\"text\""),
        ("e", "{\"todos\":[]}"),
        ("f", "[1,]"),
        ("g", "{'a':1}"),
    ] {
        write(&world, session, session, AT, content.as_bytes());
    }
    write(&world, "z", "z", AT, br#"[{"content":"Z"}]"#);
    let done = world.sync();
    assert_eq!(world.states(), ["Z: pending"]);
    assert_eq!(done.stderr.matches("its last good state is kept").count(), 7, "{done:?}");
}

#[test]
fn bytes_that_are_no_text() {
    let world = World::new();
    write(&world, "a", "a", AT, b"[{\"content\":\"caf\xe9\"}]");
    write(&world, "b", "b", AT, br#"[{"content":"half \ud83d"}]"#);
    write(&world, "c", "c", AT, br#"[{"content":"first","content":"last","status":"pending","status":"completed"}]"#);
    write(&world, "d", "d", AT, b"\xef\xbb\xbf[{\"content\":\"marked\"}]");
    write(&world, "e", "e", AT, b"[{\"content\":\"zero \\u0000 and \\u001b[31m\"}]");
    world.sync();
    let states = world.states();
    for state in ["caf\u{fffd}: pending", "half \u{fffd}: pending", "last: completed", "marked: pending"] {
        assert!(states.iter().any(|found| found == state), "{state}: {states:?}");
    }
    assert_eq!(states.len(), 5);
    world.git(&world.store(), &["fsck", "--strict"]);
}

#[test]
fn nesting_has_a_limit() {
    let world = World::new();
    let nested = |levels: usize| {
        // The list and the entry are two levels themselves.
        let (open, close) = ("[".repeat(levels - 2), "]".repeat(levels - 2));
        format!(r#"[{{"content":"depth {levels}","deep":{open}{close}}}]"#)
    };
    write(&world, "a", "a", AT, nested(64).as_bytes());
    write(&world, "b", "b", AT, nested(65).as_bytes());
    write(&world, "c", "c", AT, "[".repeat(1_000_000).as_bytes());
    let done = world.sync();
    assert_eq!(world.states(), ["depth 64: pending"]);
    assert_eq!(done.stderr.matches("deeper than 64 levels").count(), 2, "{done:?}");
}

/// 3 MB, then 3 MB of other todos: every pair compared would take minutes. A list that is longer than anybody takes of one
/// session is named, and what was saved before stays.
#[test]
fn a_list_of_megabytes() {
    let world = World::new();
    let list = |word: &str, most: usize| {
        let items: Vec<_> = (0..most)
            .map(|at| json!({"content": format!("{word} {at:06} {}", "x".repeat(160)), "status": "pending"}))
            .collect();
        serde_json::to_vec(&items).expect("JSON")
    };
    let first = list("first", 15_000);
    assert!(first.len() > 3_000_000);
    write(&world, ONE, ONE, AT, &first);
    world.sync();
    let started = std::time::Instant::now();
    write(&world, ONE, ONE, LATER, &list("second", 15_000));
    world.sync();
    let took = started.elapsed();
    let counts = world.json(&["status"])["todos"].clone();
    assert_eq!(counts, json!({"pending": 15_000, "in_progress": 0, "completed": 0, "dropped": 15_000}));
    // Generous: a build without optimisation on a busy machine.
    assert!(took < std::time::Duration::from_secs(240), "{took:?}");
    write(&world, TWO, TWO, LATER, &list("third", 50_000));
    let done = world.sync();
    assert!(done.stderr.contains("would have said too much"), "{}", done.stderr);
    assert_eq!(world.json(&["status"])["todos"], counts);
}

/// Nothing is followed, nothing is waited for.
#[test]
fn what_is_no_file_is_never_opened() {
    let world = World::new();
    world.list(ONE, AT, &[("A", "pending")]);
    let todos = world.path("claude/todos");
    std::fs::create_dir(todos.join("directory.json")).expect("a directory");
    let made = world.command("mkfifo").arg(todos.join("pipe.json")).status().expect("mkfifo");
    assert!(made.success());
    let secret = world.write("secret.json", br#"[{"content":"secret"}]"#);
    symlink(secret, todos.join("link.json")).expect("a link");
    symlink("nowhere", todos.join("broken.json")).expect("a link");
    let done = world.sync();
    assert_eq!(world.states(), ["A: pending"]);
    for what in ["a directory", "a pipe, socket or device", "a symbolic link"] {
        assert!(done.stderr.contains(what), "{what}: {done:?}");
    }
}

#[test]
fn other_files_are_none_of_ours() {
    let world = World::new();
    world.list(ONE, AT, &[("A", "pending")]);
    for name in ["notes.txt", ".DS_Store", "x.json.tmp", "list.json~"] {
        world.write(&format!("claude/todos/{name}"), b"[{\"content\":\"no\"}]");
    }
    let done = world.sync();
    assert_eq!(
        (world.states(), done.stderr.matches("warning").count()),
        (vec!["A: pending".to_owned()], 0),
        "{done:?}"
    );
}

/// Names of files are as untrusted as their content.
#[test]
fn names_of_all_kinds_become_refs_and_back() {
    let world = World::new();
    let names = ["My List", "..", "-rf", "a..b", "x.lock", "caf\u{e9}", "@{u}", "nul", "UPPER", "a~b^c:d?e*[f\\"];
    for name in names {
        world.list(name, AT, &[(name, "pending")]);
    }
    world.sync();
    let mut expected: Vec<String> = names.map(String::from).to_vec();
    expected.sort();
    assert_eq!(world.sessions(), expected);
    world.git(&world.store(), &["fsck", "--strict"]);
    assert_eq!(world.git(&world.store(), &["for-each-ref", "refs/chittysync/"]).lines().count(), names.len());
}

/// A copy beside a list is no list of its own, and no conflict.
#[test]
fn copies_of_lists_are_no_lists() {
    let world = World::new();
    write(&world, ONE, ONE, "2026-11-01T10:00:00Z", br#"[{"content":"A","status":"completed"}]"#);
    for copy in [".sync-conflict-20261120-101010-ABCDEFG", " (dev's conflicted copy 2026-11-20)", " 2", "-LAPTOP"] {
        let old = br#"[{"content":"A","status":"in_progress"}]"#;
        write(&world, ONE, &format!("{ONE}{copy}"), "2026-11-01T11:00:00Z", old);
    }
    world.write(&format!("claude/todos/._{ONE}-agent-{ONE}.json"), b"\0\x05\x16\x07");
    let told = world.sync().stderr;
    assert_eq!((world.states(), world.sessions().len()), (vec!["A: completed".to_owned()], 1), "{told}");
    assert_eq!(told.matches("is a copy that something else made").count(), 4, "{told}");
}
