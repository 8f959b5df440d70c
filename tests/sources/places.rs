//! Where agents keep their databases: what their variables say, and what their own lists of projects say.

use serde_json::{Value, json};

use crate::common::{World, project};

/// Writes the database of a project of Crush.
fn crush(world: &World, data: &str) -> rusqlite::Connection {
    let text = std::fs::read_to_string(project("fixtures/agents/crush/crush.sql")).expect("a fixture");
    std::fs::create_dir_all(world.path(data)).expect("a directory");
    let connection = rusqlite::Connection::open(world.path(&format!("{data}/crush.db"))).expect("a database");
    connection.execute_batch(&text).expect("SQL");
    connection
}

/// Writes the list of projects that a home of Crush has.
fn projects(world: &World, home: &str, projects: &[(&str, Value)]) {
    let entry = |(path, data): &(&str, Value)| json!({"path": world.path(path), "data_dir": data, "last_accessed": "2026-11-20T10:05:00Z"});
    let list = json!({"projects": projects.iter().map(entry).collect::<Vec<_>>()});
    world.write(&format!("{home}/projects.json"), list.to_string().as_bytes());
}

fn known(world: &World) -> Vec<(String, String)> {
    let text = |todo: &Value, key: &str| todo[key].as_str().unwrap_or_default().to_owned();
    world.todos().iter().map(|todo| (text(todo, "content"), text(todo, "project"))).collect()
}

/// A home of Crush may be called anything, and the data of a project may stand anywhere.
#[test]
fn crush_is_found_where_its_variable_says_and_where_it_is_named() {
    for named in [false, true] {
        let world = World::new();
        let _open =
            [crush(&world, "home/dev/bakery/.crush"), crush(&world, "data/mill"), crush(&world, "work/farm/own/data")];
        let (bakery, mill) = (world.path("home/dev/bakery/.crush"), world.path("data/mill"));
        let all = [("home/dev/bakery", json!(bakery)), ("work/mill", json!(mill)), ("work/farm", json!("own/data"))];
        projects(&world, "moved/here", &all);
        for (number, data) in ["data/mill", "work/farm/own/data"].into_iter().enumerate() {
            let rename = format!(
                "UPDATE sessions SET id = '{number}' || substr(id, 2), todos = replace(todos, 'the', '{}')",
                ["all", "each"][number]
            );
            let open = rusqlite::Connection::open(world.path(&format!("{data}/crush.db"))).expect("a database");
            open.execute_batch(&rename).expect("SQL");
        }
        let home = world.path("moved/here");
        let home = home.to_str().expect("UTF-8");
        let done = match named {
            true => world.run(&["sync", "-q", "--from", home, "--source", "crush"]),
            false => world.run_with(&[("CRUSH_GLOBAL_DATA", home)], &["sync", "-q"]),
        };
        assert_eq!(done.code, Some(0), "{done:?}");
        let mut found = known(&world);
        found.retain(|(words, _)| words.starts_with("Knead"));
        found.sort();
        let expected = [("Knead all dough", "mill"), ("Knead each dough", "farm"), ("Knead the dough", "bakery")];
        assert_eq!(found, expected.map(|(words, project)| (words.to_owned(), project.to_owned())), "named: {named}");
    }
}

/// The directory of one project alone stands in it.
#[test]
fn one_project_of_crush_that_is_named() {
    let world = World::new();
    let _open = crush(&world, "home/dev/bakery/.crush");
    let data = world.path("home/dev/bakery/.crush");
    world.ok(&["sync", "-q", "--from", data.to_str().expect("UTF-8")]);
    assert!(known(&world).contains(&("Knead the dough".to_owned(), "bakery".to_owned())), "{:?}", known(&world));
}

/// The settings of Crush stand where another variable says.
#[test]
fn crush_is_set_up_where_its_settings_are() {
    let world = World::new();
    let settings = world.path("moved/settings");
    let moved = [("CRUSH_GLOBAL_CONFIG", settings.to_str().expect("UTF-8"))];
    assert_eq!(world.run_with(&moved, &["install", "-q", "--agent", "crush"]).code, Some(0));
    let text = std::fs::read_to_string(world.path("moved/settings/crush.json")).expect("settings");
    assert!(text.contains("chittysync") && !world.path("home/.config/crush").exists(), "{text}");
    assert_eq!(world.run_with(&moved, &["uninstall", "-q"]).code, Some(0));
    assert!(!world.path("moved/settings").exists(), "what was made for it goes with it");
}

/// A relative path in a variable is no place, wherever the program happens to stand.
#[test]
fn a_variable_that_is_no_path_is_none() {
    let world = World::new();
    let _open = [world.database("goose"), world.database("crush")];
    for variables in [
        [("GOOSE_PATH_ROOT", "goose"), ("CRUSH_GLOBAL_DATA", "crush")],
        [("GOOSE_PATH_ROOT", ""), ("CRUSH_GLOBAL_DATA", "")],
    ] {
        assert_eq!(world.run_with(&variables, &["sync", "-q"]).code, Some(0));
    }
    assert_eq!(known(&world).len(), 5, "{:?}", known(&world));
}
