//! Histories as they come about: several devices with clocks that jump, sessions that state lists, and
//! devices that tell each other what they know.
//!
//! The promise: what a session says next contains what it said before. So git's fast path (one side did
//! not change, take the other) and the join agree, at every merge anybody can make.

use std::collections::{BTreeMap, BTreeSet};

use chittysync::codec::encode_todos;
use chittysync::merge::{join, join_session, three_way};
use chittysync::statement::{Context, Reopen, forget, from_snapshot};
use chittysync::todo::{
    Item, Project, Session, SessionState, Snapshot, SourceKind, Status, Time, Todo, TodoId, TodoList,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

use crate::given::{cases, session};

const DEVICES: usize = 3;
const SESSIONS: [(&str, usize); 4] = [("ana", 0), ("ben", 1), ("cho", 2), ("dan", 0)];
const WORDS: [&str; 5] = ["Run tests", "Fix login tests", "Fix the login tests", "Run the tests", " "];
/// Clock of a device at a step: it stands, jumps back, and once in a while is at the end of time.
const CLOCKS: [i64; 8] = [0, 1, 1, 5, 3_600_001, 7_300_000, 9_000_000_000, i64::MAX];

#[derive(Clone, Debug)]
enum Step {
    /// A session shows this list. Its time is the clock, less the age of the file.
    Say { by: usize, clock: i64, age: i64, items: Vec<Item> },
    /// A session has a todo forgotten.
    Forget { by: usize, clock: i64, words: &'static str },
    /// One device merges everything that another one knows.
    Fetch { to: usize, from: usize },
}

fn any_item() -> impl Strategy<Value = Item> {
    let owner = prop_oneof![2 => Just(None), 1 => select(vec!["", "ana", "ben"]).prop_map(Some)];
    let native = prop_oneof![3 => Just(None), 1 => select(vec!["1", "2"]).prop_map(Some)];
    let dropped = prop::bool::weighted(0.1);
    (select(WORDS.to_vec()), select(Status::ALL.to_vec()), dropped, native, owner).prop_map(
        |(content, status, dropped, native, owner)| Item {
            content: content.to_owned(),
            status: if dropped { Status::Pending } else { status },
            raw: dropped.then(|| "cancelled".to_owned()),
            dropped,
            native: native.map(str::to_owned),
            fields: owner.map(|owner| ("owner".to_owned(), Value::from(owner))).into_iter().collect(),
        },
    )
}

fn any_step() -> impl Strategy<Value = Step> {
    let say = (0..SESSIONS.len(), select(CLOCKS.to_vec()), select(vec![0, 1, 3_600_000]), vec(any_item(), 0..4))
        .prop_map(|(by, clock, age, items)| Step::Say { by, clock, age, items });
    let fetch = (0..DEVICES, 1..DEVICES).prop_map(|(to, by)| Step::Fetch { to, from: (to + by) % DEVICES });
    let forget = (0..SESSIONS.len(), select(CLOCKS.to_vec()), select(WORDS[..4].to_vec()))
        .prop_map(|(by, clock, words)| Step::Forget { by, clock, words });
    prop_oneof![12 => say, 4 => fetch, 1 => forget]
}

type Lists = BTreeMap<Project, TodoList>;

/// Everything there is to know, and what it has been before.
struct World {
    reopen: Reopen,
    sessions: BTreeMap<Session, SessionState>,
    devices: Vec<TodoList>,
    /// What two devices had in common when they last met.
    met: BTreeMap<BTreeSet<usize>, TodoList>,
    /// Every state that any device was in.
    past: Vec<TodoList>,
}

impl World {
    fn new(reopen: Reopen) -> Self {
        let devices = vec![TodoList::new(); DEVICES];
        World { reopen, sessions: BTreeMap::new(), devices, met: BTreeMap::new(), past: Vec::new() }
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Say { by, clock, age, items } => self.say(*by, *clock, *age, items),
            Step::Forget { by, clock, words } => self.forget(*by, *clock, words),
            Step::Fetch { to, from } => self.fetch(*to, *from),
        }
    }

    fn say(&mut self, by: usize, clock: i64, age: i64, items: &[Item]) {
        let (name, device) = SESSIONS[by];
        let name = session(name);
        let known = Lists::from([(Project::general(), self.devices[device].clone())]);
        let snapshot = Snapshot::new(
            name.clone(),
            SourceKind::Import,
            Time::from_millis(clock.saturating_sub(age)),
            items.to_vec(),
        );
        let context = self.context(&known, clock);
        let before = self.sessions.get(&name);
        let Some(after) = from_snapshot(before, &snapshot, &context) else { return };
        // Of several with the same words one was forgotten: which of them the list shows is not known for sure, and
        // another look may take it for the other one. After a claim of the last moment nothing can be said.
        let ids = |words: &str| (1..=8).map(|nth| TodoId::of_nth(&Project::general(), words, nth)).collect::<Vec<_>>();
        let todos = &after.projects[&Project::general()];
        let known = |id: &TodoId, is: fn(&Todo) -> bool| {
            let lists = [Some(todos), self.devices.get(device)].into_iter().flatten();
            lists.filter_map(|list| list.get(id)).any(is)
        };
        let one_of_several = items.iter().any(|item| {
            let ids = ids(&item.content);
            let is_gone = |id: &TodoId| known(id, Todo::is_forgotten);
            ids.iter().any(|id| known(id, |todo| todo.updated() == Time::LAST))
                || ids.iter().any(is_gone) && ids[1..].iter().any(|id| is_gone(id) || todos.contains_key(id))
        });
        if !one_of_several {
            assert_eq!(from_snapshot(Some(&after), &snapshot, &context), None, "saying it again is no statement");
        }
        for (id, todo) in &after.projects[&Project::general()] {
            let forgotten = self.devices[device].get(id).is_some_and(Todo::is_forgotten);
            assert!(todo.is_forgotten() || !forgotten, "{} is said again", todo.content);
        }
        self.said(name, device, after);
    }

    fn forget(&mut self, by: usize, clock: i64, words: &str) {
        let (name, device) = SESSIONS[by];
        let name = session(name);
        let known = Lists::new();
        let context = self.context(&known, clock);
        let id = TodoId::of(&Project::general(), words);
        if let Some(after) = forget(self.sessions.get(&name), &name, &Project::general(), id, &context) {
            self.said(name, device, after);
        }
    }

    fn context<'a>(&self, known: &'a Lists, clock: i64) -> Context<'a> {
        let (now, reopen) = (Time::from_millis(clock), self.reopen);
        Context { known, now, reopen, device: "test", person: None, project: None, project_of: &|_| Project::general() }
    }

    fn said(&mut self, name: Session, device: usize, after: SessionState) {
        if let Some(before) = self.sessions.get(&name) {
            check_successor(before, &after);
        }
        self.devices[device] = merged(&TodoList::new(), &self.devices[device], &after.projects[&Project::general()]);
        self.past.push(self.devices[device].clone());
        self.sessions.insert(name, after);
    }

    fn fetch(&mut self, to: usize, from: usize) {
        let base = self.met.entry(BTreeSet::from([to, from])).or_default();
        self.devices[to] = merged(base, &self.devices[to], &self.devices[from]);
        base.clone_from(&self.devices[from]);
        self.past.push(self.devices[to].clone());
    }
}

/// The new state contains the old one, and git's fast path takes the same bytes as the join.
fn check_successor(before: &SessionState, after: &SessionState) {
    for (project, todos) in &before.projects {
        let (old, new) = (encode_todos(todos), encode_todos(&after.projects[project]));
        for (ours, theirs) in [(todos, &after.projects[project]), (&after.projects[project], todos)] {
            let mut both = ours.clone();
            join(&mut both, theirs);
            assert_eq!(text(&encode_todos(&both)), text(&new), "joined with {}", text(&old));
        }
    }
    let mut info = before.info.clone();
    join_session(&mut info, &after.info);
    assert_eq!(info, after.info);
}

/// Merges with a base, and checks that the base made no difference.
fn merged(base: &TodoList, ours: &TodoList, theirs: &TodoList) -> TodoList {
    let mut joined = ours.clone();
    join(&mut joined, theirs);
    assert_eq!(three_way(base, ours.clone(), theirs).todos, joined);
    joined
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}

/// Plays the steps, then merges what there is in the order that `keys` gives: all the same bytes.
fn play(reopen: Reopen, steps: &[Step], keys: &[u64]) {
    let mut world = World::new(reopen);
    for step in steps {
        world.step(step);
    }
    let tips = || world.sessions.values().map(|state| &state.projects[&Project::general()]);
    let mut tips_only = TodoList::new();
    tips().for_each(|tip| join(&mut tips_only, tip));
    for past in &world.past {
        assert_eq!(&merged(past, past, &tips_only), &tips_only, "every past state is contained");
    }
    let mut all: Vec<(u64, &TodoList)> = keys.iter().copied().cycle().zip(world.past.iter().chain(tips())).collect();
    all.sort_by_key(|(key, _)| *key);
    let mut in_any_order = TodoList::new();
    all.iter().for_each(|(_, list)| join(&mut in_any_order, list));
    assert_eq!(text(&encode_todos(&in_any_order)), text(&encode_todos(&tips_only)));
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn with_reopening_by_the_author(steps in vec(any_step(), 1..24), keys in vec(any::<u64>(), 7)) {
        play(Reopen::Author, &steps, &keys);
    }

    #[test]
    fn with_reopening_by_anybody(steps in vec(any_step(), 1..24), keys in vec(any::<u64>(), 7)) {
        play(Reopen::Any, &steps, &keys);
    }

    #[test]
    fn with_reopening_by_command_only(steps in vec(any_step(), 1..24), keys in vec(any::<u64>(), 7)) {
        play(Reopen::Manual, &steps, &keys);
    }
}
