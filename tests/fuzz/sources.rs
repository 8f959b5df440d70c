//! What agents write: read, stated, and written to a session's files.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use bolero::check;
use chittysync::codec::{decode_session, decode_todos, encode_session, encode_todos};
use chittysync::source::{Format, Home, UnitKind, read, read_format, read_list, scan};
use chittysync::statement::{Context, Reopen, from_snapshot};
use chittysync::todo::{Project, Session, SessionState, Snapshot, SourceKind, Time};

/// States these lists one after the other, and checks that every state survives being written.
fn say<'a>(snapshots: impl IntoIterator<Item = &'a Snapshot>) {
    let mut said: BTreeMap<&Session, SessionState> = BTreeMap::new();
    let context = Context {
        known: &BTreeMap::new(),
        now: Time::parse("2030-01-01T00:00:00Z").expect("a time"),
        reopen: Reopen::Author,
        device: "test",
        person: None,
        project: None,
        project_of: &|_| Project::general(),
    };
    for snapshot in snapshots {
        let before = said.get(&snapshot.session);
        let Some(after) = from_snapshot(before, snapshot, &context) else { continue };
        assert_eq!(from_snapshot(Some(&after), snapshot, &context), None, "saying it again is no statement");
        for todos in after.projects.values() {
            assert_eq!(&decode_todos(&encode_todos(todos)).expect("decodes"), todos);
        }
        assert_eq!(decode_session(&encode_session(&after.info)).expect("decodes"), after.info);
        said.insert(&snapshot.session, after);
    }
}

#[test]
fn list() {
    let session = Session::new("s").expect("valid");
    let at = Time::parse("2029-01-01T00:00:00Z").expect("a time");
    check!().for_each(|bytes: &[u8]| {
        let _ = Format::recognise(bytes);
        for listed in Format::ALL.into_iter().filter_map(|format| read_format(format, &[bytes.to_vec()]).ok()) {
            say([&Snapshot::new(session.clone(), SourceKind::Import, at, listed.items)]);
        }
        if let Ok(snapshot) = read_list(bytes, &session, at) {
            say([&snapshot]);
        }
    });
}

#[test]
fn transcript() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("s.jsonl");
    std::fs::write(&path, "").expect("a file");
    let unit = scan(&Home::at(directory.path().to_owned())).units.remove(0);
    assert!(matches!(unit.kind, UnitKind::Transcript { .. }));
    check!().for_each(|bytes: &[u8]| {
        std::fs::write(&path, bytes).expect("a file");
        let reading = read(&unit);
        say(reading.states.iter().map(|state| &state.snapshot));
    });
}

/// Every file of every agent, with anything in it.
#[test]
fn files_of_other_agents() {
    let directory = tempfile::tempdir().expect("a directory");
    let files = [
        "codex/sessions/2026/11/20/rollout-2026-11-20T09-00-00-s.jsonl",
        "qwen/todos/s.json",
        "qwen/projects/p/chats/s.jsonl",
        "gemini/tmp/p/s/tracker/1.json",
        "gemini/tmp/p/chats/session-s.jsonl",
        "plans/TODO.md",
        "plans/specs/a/tasks.md",
        "plans/.kiro/specs/a/tasks.md",
    ];
    for file in files.into_iter().chain(["gemini/projects.json"]) {
        let path = directory.path().join(file);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        std::fs::write(&path, "").expect("a file");
    }
    let homes = ["codex", "qwen", "gemini", "plans"].map(|home| Home::at(directory.path().join(home)));
    let units: Vec<_> = homes.iter().flat_map(|home| scan(home).units).collect();
    assert_eq!(units.len(), files.len(), "{units:?}");
    check!().for_each(|bytes: &[u8]| {
        for file in files {
            let path = directory.path().join(file);
            std::fs::write(&path, bytes).expect("a file");
            // What was written this moment is read again and again, with pauses in between.
            let file = std::fs::File::options().write(true).open(&path).expect("a file");
            file.set_modified(SystemTime::now() - Duration::from_secs(3600)).expect("another time");
        }
        for unit in &units {
            say(read(unit).states.iter().map(|state| &state.snapshot));
        }
    });
}
