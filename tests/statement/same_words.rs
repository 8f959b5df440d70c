//! The same words twice in one list are two todos, and each keeps its own.
//!
//! Lists are written short: `1:A x, 3:A .` is task 1, completed, and task 3, pending, both with the words "A"; `>` is
//! in progress, `-` given up by name, `~` in front of a list that only a part of it could be read. In the end each todo
//! is told with its ordinal from 2 on, `-` for dropped and `!` for each time it was reopened.

use std::collections::BTreeMap;

use chittysync::statement::{Context, Reopen, from_snapshot, listed};
use chittysync::todo::{
    Channel, Item, Project, Session, SessionState, Snapshot, SourceKind, State, Status, Time, TodoId, TodoList,
};
use proptest::prelude::*;

/// Reads a list as it is written short.
pub fn items(list: &str) -> Vec<Item> {
    let item = |text: &str| {
        let (words, mark) = text.rsplit_once(' ').expect("words and a mark");
        let (native, words) = words.split_once(':').map_or((None, words), |(native, words)| (Some(native), words));
        let (words, links) = words.split_once(" waits for ").map_or((words, None), |(words, on)| (words, Some(on)));
        let (words, blocks) = words.split_once(" blocks ").map_or((words, None), |(words, on)| (words, Some(on)));
        let fields = [("blockedBy", links), ("blocks", blocks)];
        let fields = fields.into_iter().filter_map(|(name, on)| Some((name.to_owned(), on?.split('+').collect())));
        let status = match mark {
            "x" => Status::Completed,
            ">" => Status::InProgress,
            _ => Status::Pending,
        };
        Item {
            content: words.to_owned(),
            status,
            raw: None,
            dropped: mark == "-",
            native: native.map(str::to_owned),
            fields: fields.collect(),
        }
    };
    list.trim_start_matches('~').split(", ").filter(|text| !text.is_empty()).map(item).collect()
}

pub struct World {
    pub known: BTreeMap<Project, TodoList>,
    pub project: Option<Project>,
}

impl World {
    pub fn new() -> Self {
        World { known: BTreeMap::new(), project: None }
    }

    pub fn say_items(
        &self,
        before: Option<&SessionState>,
        minute: usize,
        items: Vec<Item>,
        partial: bool,
    ) -> Option<SessionState> {
        let at = Time::from_millis(1_760_000_000_000 + 60_000 * i64::try_from(minute).expect("a minute"));
        let snapshot = Snapshot {
            session: Session::new("s").expect("valid"),
            agent: None,
            source: SourceKind::Agent(Channel::Tasks, "test-tasks"),
            at,
            branch: None,
            items,
            partial,
            forced: true,
        };
        let context = Context {
            known: &self.known,
            now: at,
            reopen: Reopen::Author,
            device: "test",
            person: None,
            project: self.project.as_ref(),
            project_of: &|_| Project::general(),
        };
        from_snapshot(before, &snapshot, &context)
    }

    /// Returns what the session says after these lists.
    pub fn say(&self, lists: &[&str]) -> SessionState {
        let mut now: Option<SessionState> = None;
        for (minute, list) in lists.iter().enumerate() {
            if let Some(next) = self.say_items(now.as_ref(), minute, items(list), list.starts_with('~')) {
                check(&next);
                assert_eq!(
                    self.say_items(Some(&next), minute, items(list), list.starts_with('~')),
                    None,
                    "{list} speaks twice"
                );
                // A list that is read back and stated again says nothing new.
                assert_eq!(
                    self.say_items(Some(&next), minute, listed(&next), true),
                    None,
                    "{list} is read back otherwise"
                );
                now = Some(next);
            }
        }
        now.expect("something was said")
    }
}

/// Every id is that of the words and the ordinal beside it.
fn check(state: &SessionState) {
    for (project, todos) in &state.projects {
        for (id, todo) in todos.iter().filter(|(_, todo)| !todo.is_forgotten()) {
            assert_eq!(*id, TodoId::of_nth(project, &todo.content, todo.nth), "{todo:?}");
            assert_eq!(*id, todo.id);
        }
    }
}

/// Returns all todos of a session, short.
fn told(state: &SessionState) -> String {
    let todos = state.projects.values().flat_map(|todos| todos.values());
    let mut told: Vec<_> = todos.collect();
    told.sort_by_key(|todo| (&todo.content, todo.nth));
    let one = |todo: &chittysync::todo::Todo| {
        let nth = if todo.nth > 1 { todo.nth.to_string() } else { String::new() };
        let mark = match todo.state() {
            State::Wanted(Status::Completed) => "x",
            State::Wanted(Status::InProgress) => ">",
            State::Wanted(Status::Pending) => ".",
            State::Dropped => "-",
        };
        format!("{}{nth} {mark}{}", todo.content, "!".repeat(usize::try_from(todo.epoch()).expect("small")))
    };
    told.into_iter().map(one).collect::<Vec<_>>().join(", ")
}

#[test]
fn each_of_two_keeps_its_own() {
    let cases: &[(&[&str], &str)] = &[
        // Numbered: first and second, done, cleared, given up, numbered anew.
        (&["1:A ., 2:A ."], "A ., A2 ."),
        (&["1:A x, 2:B ., 3:A ."], "A x, A2 ., B ."),
        (&["1:A ., 3:A .", "1:A x, 3:A ."], "A x, A2 ."),
        (&["1:A ., 3:A .", "1:A ., 3:A x"], "A ., A2 x"),
        (&["1:A x, 3:A .", "3:A ."], "A x, A2 ."),
        (&["1:A x, 3:A .", "3:A .", "3:A x"], "A x, A2 x"),
        (&["1:A ., 3:A .", "3:A ."], "A -, A2 ."),
        (&["1:A ., 3:A .", "1:A -, 3:A ."], "A -, A2 ."),
        (&["1:A ., 3:A .", "1:A ., 3:A -"], "A ., A2 -"),
        (&["1:A ., 3:A .", "3:A ., 1:A ."], "A ., A2 ."),
        (&["1:A x, 3:A .", "3:A x, 1:A x"], "A x, A2 x"),
        (&["1:A x, 3:A .", "1:A ."], "A .!, A2 -"),
        (&["1:A x, 3:A .", "3:A .", "1:A ."], "A x, A2 ."),
        (&["1:A x, 3:A .", "3:A .", "1:B ., 3:A ."], "A x, A2 ., B ."),
        // What was done is done, and one with another number is another one.
        (&["1:A x, 2:B .", "2:B ., 3:A ."], "A x, A2 ., B ."),
        (&["1:A x, 2:B .", "2:B .", "2:B ., 3:A ."], "A x, A2 ., B ."),
        (&["1:A x", "2:A ."], "A x, A2 ."),
        (&["1:A x", "2:A x"], "A x, A2 x"),
        (&["1:A .", "2:A x"], "A -, A2 x"),
        (&["1:A .", "2:A ."], "A ."),
        (&["1:A x", "1:A ."], "A .!"),
        // A part of a list: what is not on it is still there.
        (&["1:A ., 2:B .", "~7:A x"], "A ., A2 x, B ."),
        (&["1:A x, 3:A .", "3:A .", "~1:A x"], "A x, A2 ."),
        (&["1:A ., 2:B .", "~1:B x"], "A ., B ., B2 x"),
        // Three.
        (&["1:A x, 2:A ., 3:A .", "2:A >, 3:A .", "3:A ., 4:A ."], "A x, A2 ., A3 ."),
        (&["1:A x, 2:A ., 3:A .", "2:A x, 3:A .", "3:A ., 4:A ."], "A x, A2 x, A3 ., A4 ."),
        (&["1:A ., 2:A ., 3:A .", "1:A ., 3:A ."], "A ., A2 -, A3 ."),
        (&["A x, B x, A x, C x, A .", "C x, A >", "C x, A x"], "A x, A2 x, A3 x, B x, C x"),
        // Renamed to words that are there, and away from them.
        (&["1:A ., 2:B .", "1:A ., 2:A ."], "A ., A2 ., B -"),
        (&["1:B ., 2:A .", "1:A ., 2:A ."], "A ., A2 ., B -"),
        (&["1:A ., 2:A .", "1:A ., 2:B >"], "A ., A2 -, B >"),
        (&["1:A ., 2:A .", "1:B ., 2:A ."], "A -, A2 ., B ."),
        // Without numbers: by what the list showed.
        (&["A x, B ., A .", "A x, B ., A ."], "A x, A2 ., B ."),
        (&["A x, B ., A .", "B x, A ."], "A x, A2 ., B x"),
        (&["A x, B ., A .", "B x, A x"], "A x, A2 x, B x"),
        (&["A x, B ., A .", "B x, A >", "A x"], "A x, A2 x, B x"),
        (&["A x, A .", "A ."], "A x, A2 ."),
        (&["A x, A .", "A >"], "A x, A2 >"),
        (&["A ., A .", "A x, A ."], "A x, A2 ."),
        (&["A ., B ., A .", "B ., A ."], "A -, A2 ., B ."),
        (&["A >, B ., A .", "A ., B ., A >"], "A >, A2 ., B ."),
        (&["A x, B ., A .", "A ., B ., A x"], "A x, A2 ., B ."),
        (&["A x, A x", "A ., A x"], "A .!, A2 x"),
        (&["A x, A x", "A ."], "A x, A2 x, A3 ."),
        (&["A x", "A ."], "A .!"),
        (&["A x, B .", "B ., A ."], "A .!, B ."),
        (&["A x, B .", "B .", "B ., A ."], "A x, A2 ., B ."),
        (&["A x, B .", "B .", "B ., A x"], "A x, B ."),
        (&["A ., B .", "B .", "B ., A ."], "A ., B ."),
        (&["A x", "A ., A x"], "A x, A2 ."),
        (&["A ., A .", "A -, A ."], "A -, A2 ."),
        // Numbers that came or went.
        (&["A x, A .", "1:A x, 2:A ."], "A x, A2 ."),
        (&["A x, A .", "5:A ."], "A x, A2 ."),
        (&["1:A x, 2:A .", "A x, A ."], "A x, A2 ."),
        // A number that stands twice is one task.
        (&["1:A x, 1:A ."], "A ."),
    ];
    let world = World::new();
    let wrong: Vec<String> = cases
        .iter()
        .map(|(lists, expected)| (lists, told(&world.say(lists)), expected))
        .filter(|(_, found, expected)| found != *expected)
        .map(|(lists, found, expected)| format!("{lists:?} is {found}, not {expected}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The directory of a session may become known after its first list.
#[test]
fn both_go_along_to_another_project() {
    let world = World::new();
    let one = world.say(&["A x, A ., B ."]);
    let world = World { project: Some(Project::new("api").expect("valid")), ..world };
    let mut one = one;
    one.info.project = None;
    let two = world.say_items(Some(&one), 5, items("A ., B ."), false).expect("news");
    check(&two);
    let api: Vec<_> = two.projects[&Project::new("api").expect("valid")].values().collect();
    let mut found: Vec<String> =
        api.iter().map(|todo| format!("{}{} {}", todo.content, todo.nth, todo.state())).collect();
    found.sort();
    assert_eq!(found, ["A2 pending", "B1 pending"]);
    assert!(api.iter().all(|todo| todo.text("renamedFrom").is_some()));
}

/// The first one was forgotten: it is not said again, and the second one is not taken for it.
#[test]
fn each_is_forgotten_on_its_own() {
    let project = Project::general();
    for forgotten in [1, 2] {
        for (list, numbered) in [("A ., A .", false), ("1:A ., 2:A .", true)] {
            let mut world = World::new();
            let one = world.say(&[list]);
            let id = TodoId::of_nth(&project, "A", forgotten);
            let context_now = Time::from_millis(1_760_000_000_000);
            let known = BTreeMap::new();
            let context = Context {
                known: &known,
                now: context_now,
                reopen: Reopen::Author,
                device: "test",
                person: None,
                project: None,
                project_of: &|_| Project::general(),
            };
            let person = Session::new("by-hand").expect("valid");
            let gone = chittysync::statement::forget(None, &person, &project, id, &context).expect("news");
            world.known = gone.projects;
            let list = if numbered { "1:A >, 2:A >" } else { "A >, A >" };
            let two = world.say_items(Some(&one), 5, items(list), false).expect("news");
            let todos = &two.projects[&project];
            let other = TodoId::of_nth(&project, "A", 3 - forgotten);
            assert_eq!(todos.len(), 2, "{list} {forgotten}");
            assert!(todos[&id].is_forgotten() && todos[&id].content.is_empty());
            assert_eq!(todos[&other].state(), State::Wanted(Status::InProgress));
            // The same for a session that never spoke of them.
            let fresh = world.say_items(None, 5, items(list), false).expect("news");
            assert_eq!(fresh.projects[&project].keys().collect::<Vec<_>>(), [&other], "{list} {forgotten}");
        }
    }
}

/// The first one of two sessions is the same todo, the second one too.
#[test]
fn ordinals_are_the_same_everywhere() {
    let ids = |list: &str| World::new().say(&[list]).projects[&Project::general()].keys().copied().collect::<Vec<_>>();
    assert_eq!(ids("A ., B ., A ."), ids("7:A ., 8:A x, 9:B ."));
}

fn any_list() -> impl Strategy<Value = String> {
    let item = (
        prop::option::of(1..5_u8),
        prop::sample::select(vec!["A", "B", "A b"]),
        prop::sample::select(vec![".", ">", "x", "-"]),
    );
    let list = prop::collection::vec(item, 1..6);
    (prop::bool::weighted(0.2), list).prop_map(|(partial, list)| {
        let item = |(native, words, mark): (Option<u8>, &str, &str)| {
            format!("{}{words} {mark}", native.map(|native| format!("{native}:")).unwrap_or_default())
        };
        let list: Vec<String> = list.into_iter().map(item).collect();
        format!("{}{}", if partial { "~" } else { "" }, list.join(", "))
    })
}

proptest! {
    /// Whatever agents list: ids are those of words and ordinals, what is stated again says nothing, each item that is
    /// wanted is a todo of its own unless a number stands twice, and no completion regresses but by an epoch.
    #[test]
    fn any_lists_keep_the_rules(lists in prop::collection::vec(any_list(), 1..5)) {
        let world = World::new();
        let mut now: Option<SessionState> = None;
        for (minute, list) in lists.iter().enumerate() {
            let partial = list.starts_with('~');
            let Some(next) = world.say_items(now.as_ref(), minute, items(list), partial) else { continue };
            check(&next);
            prop_assert_eq!(world.say_items(Some(&next), minute, items(list), partial), None);
            let ids: Vec<TodoId> = next.info.list.iter().map(|entry| entry.id).collect();
            let mut once = ids.clone();
            once.sort();
            once.dedup();
            let numbers: Vec<_> = items(list).into_iter().filter_map(|item| Some((item.native?, item.content))).collect();
            let mut distinct = numbers.clone();
            distinct.sort();
            distinct.dedup();
            if distinct.len() == numbers.len() {
                prop_assert_eq!(ids.len(), once.len(), "{:?}", next.info.list);
            }
            for (project, todos) in now.iter().flat_map(|now| &now.projects) {
                for (id, before) in todos {
                    let after = &next.projects[project][id];
                    let done = |todo: &chittysync::todo::Todo| todo.winner().1.status == Status::Completed;
                    prop_assert!(!done(before) || done(after) || after.epoch() > before.epoch());
                }
            }
            now = Some(next);
        }
    }
}
