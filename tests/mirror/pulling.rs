//! A place that people change things at, and what can go wrong with it.

use chittysync::mirror::{Failure, Options};
use chittysync::settings::MirrorKind;
use chittysync::todo::State;

use crate::memory::{DONE, Memory, OPEN};
use crate::scene::Scene;

fn synced() -> (Scene, Memory) {
    let (scene, mut memory) = (Scene::new(MirrorKind::Files), Memory::new(true));
    scene.sync(&mut memory).expect("a run");
    (scene, memory)
}

fn there(memory: &Memory) -> Vec<(String, &'static str)> {
    memory.place.borrow().content()
}

#[test]
fn what_is_done_there_is_done_here_by_a_session_of_its_own() {
    let (scene, mut memory) = synced();
    memory.place.borrow_mut().edit("Fix login", |row| row.state = DONE);
    let report = scene.sync(&mut memory).expect("a run");
    assert_eq!((report.taken, report.sent), (1, 0), "and it is not told what it said");
    assert_eq!(scene.status("Fix login"), "completed");
    let shown = scene.world.ok(&["show", "Fix login"]);
    assert!(shown.contains("mirror-m"), "{shown}");
    assert_eq!(scene.sync(&mut memory).expect("a run").taken, 0);
}

#[test]
fn unchecking_there_opens_it_again_and_so_does_nothing_else() {
    let (scene, mut memory) = synced();
    scene.world.ok(&["done", "Ship"]);
    scene.sync(&mut memory).expect("a run");
    memory.place.borrow_mut().edit("Ship", |row| row.state = OPEN);
    scene.sync(&mut memory).expect("a run");
    assert_eq!(scene.status("Ship"), "pending");
    // It was closed here since they agreed: the stale word there does not open it.
    scene.world.ok(&["done", "Fix login"]);
    memory.place.borrow_mut().edit("Fix login", |row| row.state = State::Wanted(chittysync::todo::Status::InProgress));
    scene.sync(&mut memory).expect("a run");
    assert_eq!(scene.status("Fix login"), "completed");
    assert!(there(&memory).contains(&("Fix login".into(), "completed")));
}

#[test]
fn edits_on_both_sides_lose_neither() {
    let (scene, mut memory) = synced();
    scene.world.ok(&["done", "Ship"]);
    scene.world.ok(&["edit", "Write notes", "--description", "ours"]);
    memory.place.borrow_mut().edit("Ship", |row| row.content = "Ship it".into());
    memory.place.borrow_mut().edit("Write notes", |row| row.description = Some("theirs".into()));
    scene.sync(&mut memory).expect("a run");
    assert_eq!(scene.status("Ship it"), "completed");
    assert!(there(&memory).contains(&("Ship it".into(), "completed")), "{:?}", there(&memory));
    assert_eq!(scene.world.todo("Write notes")["description"], "theirs", "what was said later");
    let log = scene.world.ok(&["log", "Write notes", "--patch"]);
    assert!(log.contains("ours") && log.contains("theirs"), "{log}");
    let refs = scene.refs();
    scene.sync(&mut memory).expect("a run");
    assert_eq!(scene.refs(), refs, "it settles");
}

#[test]
fn a_record_that_somebody_makes_there_is_a_todo_here() {
    let (mut scene, mut memory) = synced();
    scene.only("acme/web");
    memory.place.borrow_mut().make("Call Ana", OPEN);
    memory.place.borrow_mut().make("   ", OPEN);
    scene.sync(&mut memory).expect("a run");
    assert_eq!(scene.status("Call Ana"), "pending");
    let shown = scene.world.json(&["show", "Call Ana"]);
    assert!(shown.to_string().contains("acme/web"), "of the project that it holds: {shown}");
    let count = there(&memory).len();
    scene.sync(&mut memory).expect("a run");
    assert_eq!(there(&memory).len(), count, "and it is not made there a second time");
    scene.world.ok(&["done", "Call Ana"]);
    scene.sync(&mut memory).expect("a run");
    assert!(there(&memory).contains(&("Call Ana".into(), "completed")));
}

/// Away, half a listing, a listing that says that it is not all: nothing follows from what is not there.
#[test]
fn what_is_not_shown_completes_and_drops_nothing() {
    for fault in 0..3 {
        let (scene, mut memory) = synced();
        let todos = scene.todos();
        let faults = |memory: &Memory, on: bool| {
            let mut place = memory.place.borrow_mut();
            match fault {
                0 => place.faults.away = on,
                1 => place.faults.half_a_page = on,
                _ => place.faults.first_half_only = on,
            }
        };
        faults(&memory, true);
        let ended = scene.sync(&mut memory);
        assert_eq!(ended.is_err(), fault < 2, "{ended:?}");
        assert_eq!(scene.todos(), todos);
        faults(&memory, false);
        scene.sync(&mut memory).expect("a run");
        assert_eq!((scene.todos(), there(&memory).len()), (todos, 3));
    }
}

#[test]
fn what_was_lost_there_is_written_again_and_what_was_thrown_away_is_dropped() {
    let (scene, mut memory) = synced();
    memory.place.borrow_mut().edit("Ship", |row| row.description = Some("soon".into()));
    scene.sync(&mut memory).expect("a run");
    let kept = memory.place.borrow().clone();
    memory.place.borrow_mut().rows.clear();
    memory.place.borrow_mut().clock = 0;
    scene.sync(&mut memory).expect("a run");
    assert_eq!(there(&memory), kept.content());
    memory.place.borrow_mut().throw_away("Fix login");
    scene.sync(&mut memory).expect("a run");
    assert_eq!(scene.status("Fix login"), "dropped");
    assert_eq!(there(&memory).len(), 2, "it is not made again");
}

#[test]
fn not_much_is_dropped_at_once() {
    let (scene, mut memory) = synced();
    for words in ["Fix login", "Ship", "Write notes"] {
        memory.place.borrow_mut().throw_away(words);
    }
    let drops = chittysync::mirror::Drops { number: 2, percent: 0 };
    let report = scene.sync_with(&mut memory, Options { drops, ..Options::default() }).expect("a run");
    assert_eq!((report.taken, report.refused.len()), (0, 3));
    assert!(scene.todos().iter().all(|(_, status)| status != "dropped"));
}

#[test]
fn a_lost_answer_makes_nothing_twice() {
    let (scene, mut memory) = (Scene::new(MirrorKind::Files), Memory::new(true));
    memory.place.borrow_mut().faults.lose_answer = true;
    scene.sync(&mut memory).expect("a run");
    assert_eq!(there(&memory).len(), 3, "{:?}", there(&memory));
}

#[test]
fn one_bad_record_blocks_nothing_else() {
    for pulls in [false, true] {
        let (scene, mut memory) = (Scene::new(MirrorKind::Files), Memory::new(pulls));
        memory.place.borrow_mut().faults.refuses = Some("Ship");
        let report = scene.sync(&mut memory).expect("a run");
        assert_eq!(report.parked.len(), 1, "{report:?}");
        assert_eq!(report.parked[0].1, "invalid byte");
        let words: Vec<String> = there(&memory).into_iter().map(|(words, _)| words).collect();
        assert_eq!(words, ["Fix login", "Write notes"], "two-way {pulls}");
        let next = scene.sync(&mut memory).expect("a run");
        assert_eq!((next.requests, next.parked.len()), (0, 1), "it is not tried for ever, nor forgotten");
        // It changes, and is taken.
        memory.place.borrow_mut().faults.refuses = None;
        scene.world.ok(&["done", "Ship"]);
        let last = scene.sync(&mut memory).expect("a run");
        assert_eq!((last.parked.len(), there(&memory).len()), (0, 3));
    }
}

#[test]
fn a_busy_place_is_waited_for_as_it_asks() {
    let (scene, mut memory) = (Scene::new(MirrorKind::Files), Memory::new(false));
    let words: Vec<String> = (0..300).map(|number| format!("Task {number}")).collect();
    let list = words.iter().map(|words| serde_json::json!({ "content": words, "status": "pending" }));
    let list = serde_json::to_vec(&list.collect::<Vec<_>>()).expect("JSON");
    let done = scene.world.input(&["import", "--session", "s1"], &list);
    assert_eq!(done.code, Some(0), "{done:?}");
    memory.place.borrow_mut().faults.busy_every = 3;
    let report = scene.sync(&mut memory).expect("a run");
    assert_eq!(there(&memory).len(), 303);
    assert!(report.requests > 303 / 2, "{report:?}");
    // One that asks for more time than a run has is left alone.
    memory.place.borrow_mut().faults.busy_every = 1;
    scene.world.ok(&["done", "Ship"]);
    assert!(matches!(scene.sync(&mut memory), Err(Failure::Later { .. })));
}

#[test]
fn two_at_once_write_once() {
    let (scene, mut first) = (Scene::new(MirrorKind::Files), Memory::new(false));
    // The second one begins after the first has read what is held, and ends before.
    struct Slow<'a>(&'a mut Memory, &'a Scene, bool);
    impl chittysync::mirror::Adapter for Slow<'_> {
        fn capabilities(&self) -> chittysync::mirror::Capabilities {
            self.0.capabilities()
        }
        fn checkpoint(&mut self) -> Result<Option<chittysync::mirror::Held>, Failure> {
            self.0.checkpoint()
        }
        fn push(
            &mut self,
            batch: &chittysync::mirror::Batch<'_>,
            stored: &mut dyn FnMut(chittysync::mirror::Stored),
        ) -> Result<(), Failure> {
            if !std::mem::replace(&mut self.2, true) {
                let place = std::rc::Rc::clone(&self.0.place);
                self.1.sync(&mut Memory { place, pulls: false, batch: 2 }).expect("a run");
            }
            self.0.push(batch, stored)
        }
        fn verify(&mut self, whole: &chittysync::mirror::Part<'_>) -> Result<Vec<String>, Failure> {
            self.0.verify(whole)
        }
    }
    let ended = scene.sync(&mut Slow(&mut first, &scene, false));
    assert_eq!(ended, Err(Failure::Overtaken));
    let writes = first.place.borrow().writes;
    assert_eq!(scene.sync(&mut first).expect("a run").requests, 0);
    assert_eq!(first.place.borrow().writes, writes);
}
