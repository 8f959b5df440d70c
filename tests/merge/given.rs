//! Arbitrary todos and session files, from pools small enough that they meet.

use chittysync::merge::settle;
use chittysync::todo::{
    Claim, Field, Fields, ListEntry, Project, RESERVED, Session, SessionInfo, Status, Time, Title, Todo, TodoId,
    TodoList, normalise,
};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

/// Cases per law: 2,048, unless `PROPTEST_CASES` says otherwise.
pub fn cases() -> ProptestConfig {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_some() { config } else { ProptestConfig { cases: 2048, ..config } }
}

pub fn session(name: &str) -> Session {
    Session::new(name).expect("a valid name")
}

/// A todo of project `general`, with these words and claims and no properties.
pub fn todo(content: &str, created: i64, claims: impl IntoIterator<Item = (Session, Claim)>) -> Todo {
    let content = normalise(content);
    Todo {
        id: TodoId::of(&Project::general(), &content),
        content: content.into_owned(),
        nth: 1,
        created: Time::from_millis(created),
        claims: claims.into_iter().collect(),
        fields: Fields::new(),
    }
}

pub fn list(todos: impl IntoIterator<Item = Todo>) -> TodoList {
    todos.into_iter().map(|todo| (todo.id, todo)).collect()
}

/// Mostly close together, so that clocks tie; now and then as far apart as times can be.
fn any_time() -> impl Strategy<Value = Time> {
    prop_oneof![8 => 0..6_i64, 1 => Just(1_760_138_400_000), 1 => Just(i64::MAX)].prop_map(Time::from_millis)
}

pub fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3..3_i64).prop_map(Value::from),
        select(vec!["1e+400", "0.10", "-0.0"]).prop_map(|number| serde_json::from_str(number).expect("a number")),
        select(vec!["", "ana", "ben", "\u{1f600}", "\"\\\u{7}"]).prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 4, 2, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..2).prop_map(Value::from),
            btree_map(select(vec!["", "a", "b"]), inner, 0..3)
                .prop_map(|map| Value::Object(map.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())),
        ]
    })
}

/// Keys that are none of `taken`.
fn any_key(taken: &'static [&'static str]) -> impl Strategy<Value = String> {
    select(vec!["note", "x-status", "", "at", "owner", "claims", "\u{e9}\u{0}\u{1f600}"])
        .prop_map(str::to_owned)
        .prop_filter("a key of our own", move |key| !taken.contains(&key.as_str()))
}

fn any_extra(taken: &'static [&'static str]) -> impl Strategy<Value = Map<String, Value>> {
    prop_oneof![3 => Just(Map::new()), 1 => (any_key(taken), any_value()).prop_map(|pair| Map::from_iter([pair]))]
}

fn any_claim() -> impl Strategy<Value = Claim> {
    (
        select(Status::ALL.to_vec()),
        prop_oneof![4 => Just(None), 1 => select(vec!["blocked", "done"]).prop_map(|raw| Some(raw.to_owned()))],
        any_time(),
        prop_oneof![6 => 0..3_u64, 1 => Just(u64::MAX)],
        any::<bool>(),
        prop::bool::weighted(0.1),
        any_extra(&["status", "raw", "at", "epoch", "dropped", "forgotten", "purged"]),
    )
        .prop_map(|(status, raw, at, epoch, dropped, forgotten, extra)| Claim {
            status,
            raw,
            at,
            epoch,
            dropped,
            forgotten,
            purged: forgotten && epoch == 1,
            extra,
        })
}

fn any_fields() -> impl Strategy<Value = Fields> {
    let name = prop_oneof![
        4 => select(vec!["activeForm", "owner", "metadata", "renamedTo"]).prop_map(str::to_owned),
        1 => any_key(&RESERVED),
    ];
    btree_map(name, (any_value(), any_time()).prop_map(|(value, at)| Field { value, at }), 0..3)
        .prop_map(|fields| fields.into_iter().collect())
}

fn any_session() -> impl Strategy<Value = Session> {
    select(vec!["ana", "ben", "cho"]).prop_map(session)
}

fn any_todo() -> impl Strategy<Value = Todo> {
    (
        select(vec!["Fix login", "Run tests", "\u{8a9e} \u{301}", "say \"hi\"\u{7}"]),
        any_time(),
        btree_map(any_session(), any_claim(), 1..4),
        any_fields(),
        prop_oneof![8 => Just(1), 2 => Just(2), 1 => Just(u32::MAX)],
    )
        .prop_map(|(content, created, claims, fields, nth)| {
            let plain = todo(content, 0, claims);
            let id = TodoId::of_nth(&Project::general(), &plain.content, nth);
            let mut todo = Todo { id, nth, created, fields, ..plain };
            settle(&mut todo);
            todo
        })
}

/// Any list at all: no history needs to lead to it.
pub fn any_list() -> impl Strategy<Value = TodoList> {
    vec(any_todo(), 0..4).prop_map(list)
}

/// What a file says of one session.
pub fn any_info() -> impl Strategy<Value = SessionInfo> {
    let word = || select(vec!["", "a", "b", "ab"]).prop_map(str::to_owned);
    let id = |number: u64| TodoId::parse(&format!("{number:016x}")).expect("16 hex digits");
    let meant = btree_map(word(), (0..3_u64).prop_map(id), 0..2);
    let entry = (0..3_u64, option::of(word()), option::of(select(Status::ALL.to_vec())), meant)
        .prop_map(move |(number, native, status, meant)| ListEntry { id: id(number), native, status, meant });
    let project = option::of(select(vec!["a", "ab"]).prop_map(|name| Project::new(name).expect("a valid name")));
    let title = option::of((any_time(), word()).prop_map(|(at, text)| Title { at, text }));
    let words = (option::of(word()), word(), (word(), option::of(word())), project, option::of(word()), title);
    let times = (any_time(), any_time(), option::of(any_time()));
    (words, times, vec(entry, 0..3), any_extra(&SESSION_KEYS)).prop_map(
        |((agent, source, (device, person), project, branch, title), (started, updated, ended), list, extra)| {
            SessionInfo {
                session: session("ana"),
                agent,
                source,
                device,
                person,
                project,
                branch,
                title,
                started,
                updated,
                ended,
                list,
                extra,
            }
        },
    )
}

const SESSION_KEYS: [&str; 14] = [
    "format", "session", "agent", "source", "device", "person", "project", "branch", "title", "titled", "started",
    "updated", "ended", "list",
];

/// The same JSON with another layout: what another program may make of a file.
pub fn relaid(bytes: &[u8]) -> Vec<u8> {
    let value: Value = serde_json::from_slice(bytes).expect("JSON");
    serde_json::to_vec_pretty(&json!(value)).expect("JSON")
}
