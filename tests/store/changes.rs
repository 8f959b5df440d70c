//! What is different between two commits of the branch is what one finds who reads both of them whole.

use std::collections::BTreeMap;

use chittysync::git::{ObjectId, Overlay, Repo};
use chittysync::ops::{Change, changes};
use chittysync::store::{Consolidated, Reach};
use chittysync::todo::{Project, Todo, TodoId};
use serde_json::json;

use crate::common::{Done, World};

type Everything = BTreeMap<(Project, TodoId), Todo>;

fn at(world: &World, now: &str, arguments: &[&str]) -> Done {
    world.run_with(&[("CHITTYSYNC_NOW", now)], arguments)
}

/// The newest commit of the branch.
fn tip(world: &World) -> ObjectId {
    let said = world.git(&world.store(), &["rev-parse", "consolidated"]);
    ObjectId::from_hex(said.trim().as_bytes()).expect("a commit")
}

fn everything(overlay: &Overlay<'_>, commit: Option<ObjectId>) -> Everything {
    let branch = Consolidated::at(overlay, commit).expect("a commit of the branch");
    let (lists, unread) = branch.with_forgotten(overlay, Reach::Archive).expect("readable");
    assert_eq!(unread, [], "everything is read");
    let lists = lists.into_iter();
    lists.flat_map(|(project, todos)| todos.into_iter().map(move |(id, todo)| ((project.clone(), id), todo))).collect()
}

/// Every kind of act, in three projects by two people and an agent, with what is closed moved to the archive.
fn history(world: &World) -> Vec<ObjectId> {
    let mut tips = Vec::new();
    let mut act = |minute: usize, arguments: &[&str]| {
        let said = at(world, &format!("2026-11-20T12:{minute:02}:00.000Z"), arguments);
        assert_eq!(said.code, Some(0), "{arguments:?}: {said:?}");
        tips.push(tip(world));
    };
    for (minute, name) in ["One", "Two", "Three", "Four"].into_iter().enumerate() {
        act(minute, &["add", "-q", "--project", ["api", "web"][minute % 2], name]);
    }
    act(10, &["start", "-q", "one"]);
    act(11, &["done", "-q", "one"]);
    act(12, &["edit", "-q", "two", "--priority", "high"]);
    act(13, &["edit", "-q", "three", "--text", "Three, but better"]);
    act(14, &["done", "-q", "one", "--session", "an-agent"]);
    act(15, &["drop", "-q", "four"]);
    act(16, &["archive", "-q"]);
    act(17, &["reopen", "-q", "one"]);
    act(18, &["undo", "-q"]);
    act(19, &["forget", "-q", "--yes", "two"]);
    tips.dedup();
    tips
}

#[test]
fn each_two_commits_differ_in_what_a_whole_reading_finds() {
    let world = World::new();
    let tips = history(&world);
    assert!(tips.len() > 10, "{}", tips.len());
    let repo = Repo::open(&world.store()).expect("the store");
    let overlay = Overlay::new(&repo);
    let whole: Vec<Everything> = tips.iter().map(|tip| everything(&overlay, Some(*tip))).collect();
    let mut compared = 0;
    for (at, from) in std::iter::once(None).chain((0..tips.len()).map(Some)).enumerate() {
        for (to, tip) in tips.iter().enumerate().skip(at.saturating_sub(1)) {
            let before = from.map(|from| whole[from].clone()).unwrap_or_default();
            let found = changes(&overlay, from.map(|from| tips[from]), *tip).expect("readable");
            let wanted = whole[to].iter().filter(|(key, todo)| before.get(key) != Some(todo));
            let wanted: Vec<Change> = wanted
                .map(|(key, todo)| {
                    let before = before.get(key).cloned();
                    let before = before.filter(|before| before.is_forgotten() || !todo.is_forgotten());
                    Change { project: key.0.clone(), before, after: todo.clone() }
                })
                .collect();
            assert_eq!(found, wanted, "{from:?} to {to}");
            compared += found.len();
        }
    }
    assert!(compared > 50, "{compared}");
}

#[test]
fn a_change_says_who_made_it_and_what_was_overruled() {
    let world = World::new();
    world.ok(&["add", "-q", "--project", "api", "Fix login"]);
    let before = tip(&world);
    at(&world, "2026-11-20T13:00:00.000Z", &["done", "-q", "fix", "login", "--session", "one"]);
    let items = json!([{"content": "Fix login", "status": "pending"}]).to_string();
    world.input_at(
        "2026-11-20T14:00:00.000Z",
        &["import", "-q", "--project", "api", "--session", "two"],
        items.as_bytes(),
    );
    let after = tip(&world);
    let repo = Repo::open(&world.store()).expect("the store");
    let found = changes(&Overlay::new(&repo), Some(before), after).expect("readable");
    let [change] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(change.speaker().map(|(session, _)| session.as_str()), Some("two"));
    assert_eq!(change.at().to_string(), "2026-11-20T14:00:00.000Z");
    let overruled = change.disagreements();
    let names: Vec<_> = overruled.iter().map(|one| (one.winner.0.as_str(), one.overruled.0.as_str())).collect();
    assert!(names.contains(&("one-agent-cli", "two")), "{names:?}");
    let same = changes(&Overlay::new(&repo), Some(after), after).expect("readable");
    assert_eq!(same, []);
}
