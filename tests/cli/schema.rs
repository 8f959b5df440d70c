//! `schema` and `docs/json.md`: what `--json` prints is described. That it is so is checked wherever a test reads JSON
//! (`tests/common/document.rs`).

use serde_json::{Value, json};

use crate::common::fits::fits;
use crate::common::{World, project};

const HEAD: &str = "\
# JSON

`--json` makes every command print one document on standard output, in success and in failure; messages for people stay on standard error. This page is made of the program by `UPDATE=1 cargo test --test cli schema`; `git chittysync schema <command>` prints the same as a [JSON Schema](https://json-schema.org), for programs that check or generate.

- `schema_version` is the version of all documents together, and stands in each: in an object beside its keys, in a list in each entry. It grows when a key is taken away or means something else. Keys are added without that, so read what you know and leave the rest.
- Times are RFC 3339, in UTC. Text is as it was said, so clean it before you show it on a terminal or to a model.
- Several shapes under one command: which one follows from what was asked (`ready --claim` is one todo). Where a key has the name that the original's scripts use, ours stands beside it.
- `export` prints data for other programs, without a version. What the hub answers is in [its API](hub-api.md).
- `--porcelain` prints [lines](#lines) instead: fields between tabs, `-` where there is none, `-z` with a NUL byte at the end of each. More fields may follow in later versions; `--porcelain=v1` stays as it is.

```console
$ git chittysync schema list
{
…
$ git chittysync schema nothing
fatal: no document of 'nothing' is described
…
```
";

#[test]
fn the_page_is_what_the_program_says() {
    let path = project("docs/json.md");
    let made = HEAD.to_owned() + &chittysync::cli::tables();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &made).expect("a page");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == made, "docs/json.md is not up to date; UPDATE=1 writes it anew");
}

#[test]
fn every_command_that_prints_a_document_is_described() {
    // They print none, or are described elsewhere.
    let without = ["board", "triage", "committed", "hub", "mirror", "hook", "mcp", "merge-driver"];
    for command in chittysync::cli::every_command().get_subcommands() {
        let name = command.get_name();
        assert_eq!(chittysync::cli::schema(name).is_some(), !without.contains(&name), "{name}");
    }
}

#[test]
fn a_schema_is_printed_and_an_unknown_one_refused() {
    let world = World::new();
    let listed = world.ok(&["schema"]);
    assert!(listed.lines().any(|line| line == "list") && listed.lines().any(|line| line == "error"), "{listed}");
    let printed: Value = serde_json::from_str(&world.ok(&["schema", "list"])).expect("JSON");
    assert_eq!((&printed["type"], &printed["$id"]), (&json!("array"), &json!("urn:chittysync:list:1")));
    let refused = world.run(&["schema", "board"]);
    assert!(refused.code == Some(129) && refused.stderr.contains("`git chittysync schema` lists"), "{refused:?}");
    assert!(!world.store().exists());
}

/// What a schema says is looked at: a document that lacks a key, has one more, or one of another type is found.
#[test]
fn a_document_that_does_not_fit_is_found() {
    let world = World::new();
    world.ok(&["add", "Fix login"]);
    let (whole, good) = (chittysync::cli::schema("list").expect("a schema"), world.json(&["list"]));
    let check = |value: &Value| fits(&whole, &whole, value, true);
    assert_eq!(check(&good), Ok(()));
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut value = good.clone();
        change(&mut value[0]);
        check(&value).expect_err("it does not fit")
    };
    assert!(changed(&|todo| drop(todo.as_object_mut().expect("a todo").remove("status"))).contains("'status'"));
    assert!(changed(&|todo| todo["status"] = json!("finished")).contains("finished"));
    assert!(changed(&|todo| todo["conflict"] = json!("no")).contains("conflict"));
    assert!(changed(&|todo| todo["updated"] = json!("yesterday")).contains("no time"));
    assert!(check(&json!({ "todos": good })).is_err());
    // A session gives properties that nobody can know; a document of ours has no keys beyond those that are described.
    let (whole, mut status) = (chittysync::cli::schema("status").expect("a schema"), world.json(&["status"]));
    assert_eq!(fits(&whole, &whole, &status, true), Ok(()));
    status["surprise"] = json!(1);
    assert!(fits(&whole, &whole, &status, true).expect_err("it is not described").contains("surprise"));
    assert_eq!(fits(&whole, &whole, &status, false), Ok(()), "whoever reads leaves it");
}

/// Programs written for the original find what they know.
#[test]
fn the_originals_names_stand_beside_ours() {
    let world = World::new();
    world.list("029e1c6e-0000-4000-8000-000000000001", "2026-11-10T12:00:00.000Z", &[("Left behind", "pending")]);
    world.list("f00dfeed-0000-4000-8000-000000000002", "2026-11-20T11:55:00.000Z", &[("At it", "in_progress")]);
    world.sync();
    let sessions = world.json(&["sessions"]);
    for session in sessions.as_array().expect("a list") {
        assert_eq!(session["session_id"], session["session"]);
        assert_eq!(session["last_activity"], session["updated"]);
        assert_eq!(session["active_todos"], session["open"]);
    }
    let warnings: Vec<&Value> =
        sessions.as_array().into_iter().flatten().flat_map(|one| one["warnings"].as_array().expect("a list")).collect();
    assert_eq!(warnings.len(), 1);
    assert_eq!((&warnings[0]["type"], &warnings[0]["age_days"]), (&json!("stale_session"), &json!(10)));
    assert_eq!(world.json(&["status"])["metrics"]["active_sessions"], 1);
    // What was printed can be read back, and the version is no property of a todo.
    let list = world.ok(&["--json", "list"]);
    world.input(&["import", "--session", "copy"], list.as_bytes());
    assert!(world.todo("Left behind")["x-schema_version"].is_null());
    let said = world.git(&world.store(), &["cat-file", "-p", "consolidated:projects/general/todos.json"]);
    assert!(!said.contains("schema_version"), "{said}");
}

/// Every command that lists prints lines too, with the fields that the page names.
#[test]
fn lines_have_the_fields_that_are_described() {
    let world = World::new();
    world.ok(&["-q", "sync", "--from", project("fixtures/claude").to_str().expect("UTF-8")]);
    world.ok(&["add", "Tab\tand\u{1b}[31m more", "--blocked-by", "545761a972664d17"]);
    world.ok(&["branch", "plan"]);
    let mut seen = 0;
    for command in chittysync::cli::every_command().get_subcommands() {
        let name = command.get_name();
        let is_offered = command.get_arguments().any(|one| one.get_long() == Some("porcelain"));
        let fields = chittysync::cli::porcelain_fields(name);
        assert_eq!(!fields.is_empty(), is_offered, "{name}");
        if !is_offered {
            continue;
        }
        seen += 1;
        let all: &[&str] = if ["ready", "graph", "topics"].contains(&name) { &["--all"] } else { &[] };
        // `doctor` may find something to say, with exit code 1.
        let lines = world.run(&[&[name, "--porcelain"], all].concat()).stdout;
        assert!(!lines.is_empty() && !lines.contains('\u{1b}'), "{name}: {lines}");
        for line in lines.lines() {
            assert_eq!(line.split('\t').count(), fields.len(), "{name}: {line}");
        }
        let first = world.run(&[&[name, "--porcelain=v1"], all].concat()).stdout;
        assert_eq!(first, lines, "{name}");
        let ends = world.run(&[&[name, "-z"], all].concat()).stdout;
        assert_eq!(ends.matches('\0').count(), lines.lines().count(), "{name}");
        assert_eq!(world.run(&[&[name, "--porcelain=v9"], all].concat()).code, Some(129), "{name}");
    }
    assert_eq!(seen, 10);
    // What begins with an id can be given to an act.
    let waiting = world.ok(&["graph", "--all", "--porcelain"]);
    let done = world.input(&["done", "-"], waiting.as_bytes());
    assert_eq!(done.code, Some(0), "{done:?}");
}
