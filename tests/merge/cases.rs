//! `fixtures/merge`: a case a folder. `fixtures/merge-gaps`: what we know to be wrong, and what would be right.
//!
//! A case has `ours.json`, `theirs.json`, `expected.json` and a sentence in `why.txt`; `base.json` unless
//! both sides added the file; `conflicts.json` exactly when the merge reports any. A gap has
//! `currently.json` and `ideally.json` instead of `expected.json`.

use std::fs;
use std::path::{Path, PathBuf};

use chittysync::codec::{decode_todos, encode_todos};
use chittysync::merge::{Conflict, Outcome, Side, Subject, three_way};
use chittysync::todo::{Project, TodoId, TodoList};
use serde_json::{Value, json};

/// Returns the folders below `fixtures/<kind>`, sorted.
fn folders(kind: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(kind);
    let entries = fs::read_dir(&root).expect("the fixtures are there");
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.expect("readable").path()).collect();
    folders.sort();
    folders
}

fn text(case: &Path, file: &str) -> Option<String> {
    fs::read_to_string(case.join(file)).ok()
}

fn todos(case: &Path, file: &str) -> TodoList {
    let text = text(case, file).unwrap_or_else(|| panic!("{} is missing", case.join(file).display()));
    decode_todos(text.as_bytes()).unwrap_or_else(|error| panic!("{}: {error}", case.join(file).display()))
}

fn base(case: &Path) -> TodoList {
    if case.join("base.json").exists() { todos(case, "base.json") } else { TodoList::new() }
}

fn written(todos: &TodoList) -> String {
    String::from_utf8(encode_todos(todos)).expect("UTF-8")
}

fn side(side: &Side) -> Value {
    let mut value = json!({"value": side.value, "at": side.at.to_string()});
    if let Some(session) = &side.session {
        value["session"] = session.as_str().into();
    }
    value
}

fn conflicts(outcome: &Outcome) -> Value {
    let one = |conflict: &Conflict| {
        let (kept, overruled) = conflict.sides();
        let subject = match &conflict.subject {
            Subject::Status => "status",
            Subject::Field(name) => name,
        };
        json!({"id": conflict.id.to_string(), "subject": subject, "kept": side(kept), "overruled": side(overruled)})
    };
    outcome.conflicts.iter().map(one).collect()
}

/// Returns what is wrong with a case, if anything.
fn check(case: &Path) -> Result<(), String> {
    if text(case, "why.txt").is_none_or(|why| why.trim().is_empty()) {
        return Err("why.txt is missing".into());
    }
    for file in ["base.json", "ours.json", "theirs.json", "expected.json"] {
        let Some(bytes) = text(case, file) else { continue };
        let todos = todos(case, file);
        if written(&todos) != bytes {
            return Err(format!("{file} is not what we would write:\n{}", written(&todos)));
        }
        let mut with_words = todos.values().filter(|todo| !todo.is_forgotten());
        if let Some(todo) =
            with_words.find(|todo| todo.id != TodoId::of_nth(&Project::general(), &todo.content, todo.nth))
        {
            return Err(format!("{file}: {} is not the id of its words", todo.id));
        }
    }
    let expected = text(case, "expected.json").ok_or("expected.json is missing")?;
    let reported = text(case, "conflicts.json").map(|text| serde_json::from_str::<Value>(&text).expect("JSON"));
    for (ours, theirs) in [("ours.json", "theirs.json"), ("theirs.json", "ours.json")] {
        let outcome = three_way(&base(case), todos(case, ours), &todos(case, theirs));
        if written(&outcome.todos) != expected {
            return Err(format!("{theirs} into {ours} gives\n{}", written(&outcome.todos)));
        }
        let found = conflicts(&outcome);
        match &reported {
            None if outcome.conflicts.is_empty() => {}
            None => return Err(format!("conflicts.json is missing: {found:#}")),
            Some(_) if outcome.conflicts.is_empty() => return Err("conflicts.json stands for no conflict".into()),
            Some(reported) if *reported != found => return Err(format!("{theirs} into {ours} reports {found:#}")),
            Some(_) => {}
        }
    }
    Ok(())
}

#[test]
fn every_case_merges_as_expected() {
    let folders = folders("merge");
    assert!(folders.len() >= 45, "only {} cases found", folders.len());
    let failures: Vec<String> = folders
        .iter()
        .filter_map(|case| check(case).err().map(|error| format!("{}: {error}", case.display())))
        .collect();
    assert!(failures.is_empty(), "{} cases fail\n{}", failures.len(), failures.join("\n\n"));
}

#[test]
fn every_gap_is_still_the_gap_we_know() {
    for case in folders("merge-gaps") {
        let name = case.display();
        assert!(text(&case, "why.txt").is_some_and(|why| !why.trim().is_empty()), "{name}: why.txt is missing");
        let outcome = three_way(&base(&case), todos(&case, "ours.json"), &todos(&case, "theirs.json"));
        let got = written(&outcome.todos);
        let (currently, ideally) = (text(&case, "currently.json"), text(&case, "ideally.json"));
        assert!(currently.is_some() && ideally.is_some() && currently != ideally, "{name}: two answers are needed");
        assert_ne!(Some(&got), ideally.as_ref(), "{name}: now ideal. Move it to fixtures/merge.");
        assert_eq!(Some(&got), currently.as_ref(), "{name}: fails in a new way");
    }
}
