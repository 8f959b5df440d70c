//! `fixtures/statements`: what a session says when its list changes, a case a folder.
//!
//! A case has the session's lists in order (`1.json`, `2.json`, …), what its `todos.json` and its list hold
//! in the end (`expected.json`), and a sentence in `why.txt`. A list may be an object with `list` and
//! `partial`; `reopen` in it sets who may reopen. `meanwhile` is what the session stated on another machine half
//! a minute before, knowing as much; both are joined. Lists are stated a minute apart.

mod links;
mod same_words;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use chittysync::merge::{join, join_session};
use chittysync::statement::{Context, Reopen, from_snapshot};
use chittysync::todo::{Item, LINKS, Project, Session, SessionState, Snapshot, SourceKind, Status, Time, Todo, TodoId};
use serde_json::{Value, json};

const START: &str = "2026-11-01T10:00:00Z";

fn item(value: &Value) -> Item {
    let text = |key: &str| value[key].as_str().map(str::to_owned);
    let word = text("status").expect("a status");
    let (status, dropped) = Status::parse(&word).map_or_else(|| Status::nearest(&word), |status| (status, false));
    Item {
        content: text("content").expect("content"),
        status,
        raw: Status::parse(&word).is_none().then_some(word),
        dropped,
        native: text("native"),
        fields: value["fields"].as_object().cloned().unwrap_or_default().into_iter().collect(),
    }
}

/// Returns what one session is known to have said on two machines.
fn joined(mut ours: SessionState, theirs: &SessionState) -> SessionState {
    for (project, todos) in &theirs.projects {
        join(ours.projects.entry(project.clone()).or_default(), todos);
    }
    join_session(&mut ours.info, &theirs.info);
    ours
}

fn say(before: Option<&SessionState>, seconds: i64, file: &Value) -> Option<SessionState> {
    let list = file.as_array().or_else(|| file["list"].as_array()).expect("a list");
    let at = Time::from_millis(Time::parse(START).expect("a time").millis() + seconds * 1000);
    let snapshot = Snapshot {
        session: Session::new("s").expect("valid"),
        agent: None,
        source: SourceKind::Import,
        at,
        branch: None,
        items: list.iter().map(item).collect(),
        partial: file["partial"] == true,
        forced: false,
    };
    let context = Context {
        known: &BTreeMap::new(),
        now: at,
        reopen: match file["reopen"].as_str() {
            Some("manual") => Reopen::Manual,
            Some("any") => Reopen::Any,
            _ => Reopen::Author,
        },
        device: "test",
        person: None,
        project: None,
        project_of: &|_| Project::general(),
    };
    from_snapshot(before, &snapshot, &context)
}

/// Returns the words of a todo, and which of those that have them it is.
fn words(todo: &Todo) -> String {
    let nth = if todo.nth > 1 { format!(" ({})", todo.nth) } else { String::new() };
    format!("{}{nth}", todo.content)
}

/// Returns what a person would want to know of a session's state.
fn told(state: &SessionState, said: usize) -> Value {
    let todos = state.projects.values().flat_map(BTreeMap::values);
    let name = |id: &str| {
        let found = state.projects.values().flat_map(BTreeMap::values).find(|todo| todo.id.to_string() == id);
        found.map_or_else(|| id.to_owned(), words)
    };
    // Links are told by words too.
    let linked = |value: &Value| -> Value {
        let names = value.as_array().into_iter().flatten();
        names.map(|value| value.as_str().map_or_else(|| value.clone(), |id| json!(name(id)))).collect()
    };
    let todos: BTreeMap<String, Value> = todos
        .map(|todo| {
            let (_, claim) = todo.winner();
            let mut told = json!({"status": todo.state().as_str(), "said": claim.status.as_str()});
            if claim.epoch > 0 {
                told["epoch"] = json!(claim.epoch);
            }
            if let Some(raw) = &claim.raw {
                told["raw"] = json!(raw);
            }
            for (key, field) in &todo.fields {
                let value = field.value.as_str().filter(|_| key.starts_with("renamed"));
                told[key] = match value {
                    Some(id) => json!(name(id)),
                    None if LINKS.contains(&key.as_str()) => linked(&field.value),
                    None => field.value.clone(),
                };
            }
            (words(todo), told)
        })
        .collect();
    let list = state.info.list.iter().map(|entry| match entry.status {
        Some(status) => json!(format!("{}: {status}", name(&entry.id.to_string()))),
        None => json!(name(&entry.id.to_string())),
    });
    json!({"statements": said, "todos": todos, "list": list.collect::<Value>()})
}

fn check(case: &Path) -> Result<(), String> {
    if !fs::read_to_string(case.join("why.txt")).is_ok_and(|why| !why.trim().is_empty()) {
        return Err("why.txt is missing or empty".into());
    }
    let read = |name: &str| -> Option<Value> {
        let text = fs::read_to_string(case.join(name)).ok()?;
        Some(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}/{name}: {error}", case.display())))
    };
    let (mut now, mut said) = (None, 0);
    for (minute, file) in (1..).map_while(|number| Some((number, read(&format!("{number}.json"))?))) {
        if let Some(next) = say(now.as_ref(), minute * 60, &file) {
            // What was said is stated once: the same list again says nothing.
            assert!(say(Some(&next), minute * 60, &file).is_none(), "{}: {minute}.json speaks twice", case.display());
            let other = file.get("meanwhile").and_then(|list| say(now.as_ref(), minute * 60 - 30, list));
            (now, said) = (Some(other.into_iter().fold(next, |next, other| joined(next, &other))), said + 1);
        }
    }
    for (project, todo) in
        now.iter().flat_map(|now| &now.projects).flat_map(|(p, todos)| todos.values().map(move |t| (p, t)))
    {
        let id = TodoId::of_nth(project, &todo.content, todo.nth);
        assert!(todo.is_forgotten() || todo.id == id, "{}: {} is not the id of its words", case.display(), todo.id);
    }
    let found = now.map_or(Value::Null, |now| told(&now, said));
    match read("expected.json") {
        Some(expected) if expected == found => Ok(()),
        _ => Err(format!("says {found:#}")),
    }
}

#[test]
fn every_case_says_what_is_expected() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/statements");
    let mut cases: Vec<PathBuf> =
        fs::read_dir(root).expect("fixtures").map(|entry| entry.expect("a folder").path()).collect();
    cases.sort();
    assert!(cases.len() >= 12, "only {} cases", cases.len());
    let failures: Vec<_> =
        cases.iter().filter_map(|case| Some(format!("{}: {}", case.display(), check(case).err()?))).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
