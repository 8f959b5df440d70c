//! A person with a private store and projects that have stores of their own: one list, acts where a todo is, and nothing
//! that goes from one store to another.
#![cfg(unix)]

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::common::{Done, World};
use crate::employers::{Machine, all_of};
use crate::terminal::Terminal;

const SETTINGS: &str = "[chittysync]\n\tfsync = false\n\thookSync = off\n\tdevice = d\n";

/// A private store, and two projects with stores of their own, each with one todo.
pub fn scene() -> Machine {
    let world = World::new();
    world.write("home/.gitconfig", SETTINGS.as_bytes());
    let machine = Machine { world, name: "d" };
    let home = machine.world.home();
    machine.ok(&home, &["add", "Water the plants", "--project", "garden"]);
    for name in ["shop", "blog"] {
        machine.world.git(&home, &["init", "-q", name]);
        machine.ok(&home.join(name), &["init", "-q", "--here"]);
        machine.ok(&home.join(name), &["add", &format!("Paint the {name}")]);
    }
    machine
}

pub fn places(machine: &Machine) -> [PathBuf; 3] {
    let home = machine.world.home();
    [home.clone(), home.join("shop"), home.join("blog")]
}

fn words(list: &Value) -> Vec<String> {
    let text = |todo: &Value| {
        let stores = todo["stores"].as_array().map(|all| all.iter().map(|path| path.as_str().unwrap_or_default()));
        let stores: Vec<&str> = stores.map(Iterator::collect).unwrap_or_default();
        let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        let stores: Vec<String> = stores.into_iter().map(name).collect();
        format!("{} in {}", todo["content"].as_str().unwrap_or_default(), stores.join("+"))
    };
    let mut all: Vec<String> = list.as_array().expect("a list").iter().map(text).collect();
    all.sort();
    all
}

const ALL: [&str; 3] = ["Paint the blog in blog", "Paint the shop in shop", "Water the plants in store.git"];

#[test]
fn all_are_seen_wherever_one_stands() {
    let machine = scene();
    for place in places(&machine) {
        assert_eq!(words(&machine.json(&place, &["list"])), ALL, "{}", place.display());
        assert_eq!(words(&machine.json(&place, &["ready", "--all"])), ALL, "{}", place.display());
        let list = machine.ok(&place, &["list"]);
        for heading in
            ["blog  1 open, 0 completed, in blog", "shop  1 open, 0 completed, in shop", "completed, in default"]
        {
            assert!(list.contains(heading), "{heading}: {list}");
        }
        let ready = machine.ok(&place, &["ready", "--all"]);
        assert!(ready.contains("[shop] Paint the shop") && ready.contains("[default] Water the plants"), "{ready}");
        assert_eq!(machine.ok(&place, &["list", "--porcelain"]).lines().count(), 3);
        assert_eq!(words(&machine.json(&place, &["list", "--project", "shop"])), ["Paint the shop in shop"]);
        let status = machine.json(&place, &["status"]);
        assert_eq!(status["beside"].as_array().map(Vec::len), Some(2), "{status}");
        assert_eq!(status["todos"]["pending"], 1, "those of the store in use: {status}");
        assert_eq!(status["beside"][0]["todos"]["pending"], 1, "{status}");
        assert_eq!(machine.ok(&place, &["status"]).matches("\nbeside ").count(), 2);
    }
    // A store that is named is all that is meant, and so is the session of an agent.
    let [home, shop, _] = places(&machine);
    let alone = machine.json(&home, &["--store", "shop", "list"]);
    assert_eq!(words(&alone), ["Paint the shop in "]);
    let mut agent = machine.world.command(crate::common::binary());
    agent.current_dir(&shop).env("CLAUDE_CODE_SESSION_ID", "s1").args(["list", "--porcelain"]);
    let seen = crate::common::done(agent.output());
    assert!(seen.stdout.contains("Paint the shop") && seen.stdout.lines().count() == 1, "{seen:?}");
    let started = json!({"hook_event_name": "SessionStart", "source": "startup", "session_id": "s1", "cwd": shop});
    let told = machine.world.hook(&started);
    assert!(told.contains("Paint the shop") && !told.contains("plants") && !told.contains("blog"), "{told}");
}

/// What is said goes to the store that has the todo, from wherever, and no other one learns a word of it.
#[test]
fn an_act_goes_where_the_todo_is() {
    let machine = scene();
    let [home, shop, blog] = places(&machine);
    let status = |store: &Path, words: &str| {
        let all = machine.json(&home, &["--store", &store.to_string_lossy(), "list", "--all"]);
        let found = all.as_array().and_then(|all| all.iter().find(|todo| todo["content"] == words).cloned());
        found.map(|todo| todo["status"].as_str().unwrap_or_default().to_owned())
    };
    let private = machine.world.store();
    let done = machine.run(&home, &["start", "Paint the shop"]);
    assert!(done.code == Some(0) && done.stderr.contains("In the store shop, ~/shop"), "{done:?}");
    assert_eq!(status(&shop, "Paint the shop").as_deref(), Some("in_progress"));
    let id = words_id(&machine, &home, "Water the plants");
    // A moment later, so that there is a last act.
    let later = |place: &Path, arguments: &[&str]| {
        let mut command = machine.world.command(crate::common::binary());
        command.current_dir(place).env("CHITTYSYNC_NOW", "2026-11-20T12:01:00.000Z").args(arguments);
        crate::common::done(command.output())
    };
    for (act, state) in [("done", "completed"), ("undo", "pending"), ("drop", "dropped"), ("reopen", "pending")] {
        let arguments = if act == "undo" { vec!["undo"] } else { vec![act, id.as_str()] };
        let done = later(&shop, &arguments);
        assert_eq!(done.code, Some(0), "{act}: {done:?}");
        assert_eq!(status(&private, "Water the plants").as_deref(), Some(state), "{act}");
    }
    assert_eq!(later(&shop, &["edit", &id, "--priority", "high"]).code, Some(0));
    assert_eq!(later(&blog, &["resolve", &id, "--status", "in_progress"]).code, Some(0));
    assert!(machine.ok(&blog, &["show", &id]).contains("Water the plants"));
    assert!(machine.ok(&blog, &["log", &id]).contains("Water the plants"));
    assert_eq!(status(&private, "Water the plants").as_deref(), Some("in_progress"));
    // The first of all is claimed where it is.
    let claimed = machine.json(&home, &["ready", "--claim", "--all"]);
    assert_eq!(claimed["content"], "Paint the blog", "{claimed}");
    assert_eq!(status(&blog, "Paint the blog").as_deref(), Some("in_progress"));
    for (store, own, others) in [
        (shop.join(".git"), "Paint the shop", ["plants", "Paint the blog"]),
        (blog.join(".git"), "Paint the blog", ["plants", "Paint the shop"]),
        (private, "Water the plants", ["Paint the shop", "Paint the blog"]),
    ] {
        let all = all_of(&machine.world, &store);
        assert!(all.contains(own), "{}", store.display());
        let said: Vec<&str> = all.lines().filter(|line| others.iter().any(|other| line.contains(other))).collect();
        assert!(said.is_empty(), "{}: {said:#?}", store.display());
    }
}

pub fn words_id(machine: &Machine, place: &Path, words: &str) -> String {
    let list = machine.json(place, &["list", "--all"]);
    let found = list.as_array().and_then(|all| all.iter().find(|todo| todo["content"] == words).cloned());
    found.unwrap_or_default()["id"].as_str().expect("an id").to_owned()
}

/// A todo that is in two stores, and words that mean two todos, are nothing to guess about.
#[test]
fn what_can_be_meant_twice_names_the_stores() {
    let machine = scene();
    let [home, shop, _] = places(&machine);
    machine.ok(
        &shop,
        &["--store", &machine.world.store().to_string_lossy(), "add", "--project", "shop", "Paint the shop"],
    );
    assert_eq!(words(&machine.json(&home, &["list", "--project", "shop"])), ["Paint the shop in store.git+shop"]);
    let id = words_id(&machine, &home, "Paint the shop");
    let refused = |done: Done, names: &[&str]| {
        assert_eq!(done.code, Some(1), "{done:?}");
        assert!(names.iter().all(|name| done.stderr.contains(name)), "{done:?}");
    };
    refused(machine.run(&home, &["done", &id]), &["is in 2 stores: default, shop", "--store '"]);
    machine.ok(&home, &["--store", "shop", "done", &id]);
    machine.ok(&home, &["add", "Paint the fence", "--project", "garden"]);
    refused(
        machine.run(&home, &["start", "paint the"]),
        &["2 todos can be meant", "garden, in default", "blog, in blog"],
    );
    refused(machine.run(&home, &["done", "nothing of the kind"]), &["no todo has"]);
}

/// A store that is gone, is none, or is of a newer version is told of in one line, and the rest is listed.
#[test]
fn what_cannot_be_read_is_one_line() {
    let machine = scene();
    let [home, shop, blog] = places(&machine);
    let list = |line: &str| {
        let done = machine.run(&home, &["list"]);
        assert_eq!(done.code, Some(0), "{line}: {done:?}");
        assert!(done.stdout.contains("Water the plants") && done.stdout.contains("Paint the blog"), "{line}: {done:?}");
        let warnings = done.stderr.lines().filter(|line| line.starts_with("warning:")).count();
        assert!(warnings == 1 && done.stderr.contains(line), "{line}: {done:?}");
        assert_eq!(machine.run(&home, &["done", "no", "such"]).code, Some(1));
    };
    // As a newer version writes them.
    let tree = machine.world.git(&shop, &["rev-parse", "consolidated^{tree}"]);
    let files = machine.world.git(&shop, &["ls-tree", "-r", "--name-only", &tree]);
    let name = files.lines().find(|name| name.ends_with("/todos.json")).expect("a list").to_owned();
    let text = machine.world.git(&shop, &["show", &format!("consolidated:{name}")]).replacen(
        "{\"id\"",
        "{\"format\":99,\"id\"",
        1,
    );
    assert!(text.contains("\"format\":99"), "{text}");
    machine.world.write("home/shop/newer", text.as_bytes());
    let blob = machine.world.git(&shop, &["hash-object", "-w", "newer"]);
    machine.world.git(&shop, &["read-tree", &tree]);
    machine.world.git(&shop, &["update-index", "--cacheinfo", &format!("100644,{blob},{name}")]);
    let newer = machine.world.git(&shop, &["write-tree"]);
    let tip = machine.world.git(&shop, &["rev-parse", "consolidated"]);
    let commit = machine.world.git(&shop, &["commit-tree", "-p", &tip, "-m", "newer", &newer]);
    machine.world.git(&shop, &["update-ref", "refs/heads/consolidated", &commit]);
    list("install a newer git-chittysync");
    assert!(machine.ok(&home, &["status"]).contains("~/shop: not read: "));
    machine.world.git(&shop, &["config", "chittysync.enabled", "false"]);
    list("~/shop is not listed");
    std::fs::remove_dir_all(&shop).expect("removed");
    list("~/shop is not listed: there is no store there");
    let done = machine.run(&home, &["list"]);
    assert!(done.stderr.contains("--unset-all chittysync.alsoList '"), "{done:?}");
    assert!(machine.json(&blog, &["status"])["beside"][1]["unread"].is_string());
    let doctor = machine.run(&home, &["doctor"]);
    assert!(doctor.stdout.contains("listed") && doctor.stdout.contains("takes it off the list"), "{doctor:?}");
    // What is told is done, in whatever way the settings name one.
    machine.world.git(&home, &["config", "--global", "--add", "chittysync.alsoList", "~/gone.git"]);
    for said in [machine.run(&home, &["list"]).stderr, machine.run(&home, &["doctor"]).stdout] {
        assert!(said.contains("chittysync.alsoList '~/gone.git'"), "{said}");
    }
    let told = machine.run(&home, &["list"]).stderr;
    let commands: Vec<&str> = told.split('`').filter(|part| part.starts_with("git config")).collect();
    assert_eq!(commands.len(), 2, "{told}");
    for command in commands {
        let done = crate::common::done(machine.world.command("sh").args(["-ec", command]).output());
        assert_eq!(done.code, Some(0), "{command}: {done:?}");
    }
    assert_eq!(machine.run(&home, &["list"]).stderr, "");
}

/// What `init --here` adds to the list, `init --undo` takes off; a list that cannot be written stops nothing.
#[test]
fn the_list_is_kept_by_init() {
    let machine = scene();
    let [home, shop, blog] = places(&machine);
    let listed = || machine.world.git_run(&home, &["config", "--global", "--get-all", "chittysync.alsoList"]).stdout;
    assert_eq!(listed(), format!("{}\n{}\n", shop.display(), blog.display()));
    machine.ok(&shop, &["init", "--here"]);
    assert_eq!(listed().lines().count(), 2, "once is enough");
    machine.ok(&shop, &["init", "--undo"]);
    machine.ok(&blog, &["init", "--undo"]);
    assert_eq!(std::fs::read_to_string(home.join(".gitconfig")).expect("a file"), SETTINGS);
    let mut command = machine.world.command(crate::common::binary());
    command.current_dir(&shop).env("GIT_CONFIG_GLOBAL", "/dev/null/nothing").args(["init", "--here"]);
    let done = crate::common::done(command.output());
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(
        done.stderr.contains("not listed with your others") && done.stderr.contains("--add chittysync.alsoList"),
        "{done:?}"
    );
    // What a repository says of itself lists nothing.
    machine.world.git(&blog, &["config", "chittysync.alsoList", &shop.to_string_lossy()]);
    assert!(!machine.ok(&blog, &["list"]).contains("Paint the shop"));
}

/// A session that works in a project whose store is listed is of that store alone, and one run sees to all of them.
#[test]
fn a_session_is_of_its_projects_store_alone() {
    let machine = scene();
    let [home, shop, blog] = places(&machine);
    machine.transcript("of-shop", &shop, &["Sweep the shop"], "shop");
    machine.transcript("of-none", &home.join("elsewhere"), &["Feed the cat"], "cat");
    machine.ok(&home, &["sync", "-q"]);
    let private = machine.world.store();
    assert!(!all_of(&machine.world, &private).contains("Sweep"), "it is left to the project's store");
    assert!(machine.ok(&home, &["list"]).contains("Feed the cat"));
    machine.ok(&home, &["sync", "-q", "--all-stores"]);
    assert_eq!(words(&machine.json(&home, &["list", "sweep"])), ["Sweep the shop in shop"]);
    assert!(!all_of(&machine.world, &shop.join(".git")).contains("Feed the cat"));
    // Taken off the list, it is as it was: the default store takes it, too.
    machine.ok(&blog, &["init", "-q", "--undo"]);
    machine.world.git(&home, &["config", "--global", "--unset-all", "chittysync.alsoList"]);
    machine.ok(&home, &["sync", "-q"]);
    assert!(machine.ok(&home, &["list"]).contains("Sweep the shop"));
}

/// What stands in the agent's status line counts what others have of the project, in whatever store.
#[test]
fn the_status_line_counts_all_stores() {
    let machine = scene();
    let [home, shop, _] = places(&machine);
    let store = machine.world.store();
    machine.ok(&home, &["--store", &store.to_string_lossy(), "add", "--project", "shop", "Count the money"]);
    let given = json!({"session_id": "s9", "cwd": shop}).to_string();
    let line = machine.world.input(&["status", "--line"], given.as_bytes());
    assert_eq!((line.code, line.stderr.as_str()), (Some(0), ""), "{line:?}");
    assert!(line.stdout.contains('2'), "{line:?}");
}

/// The daemon of the default store looks after those that are listed.
#[cfg(feature = "daemon")]
#[test]
fn one_daemon_serves_what_is_listed() {
    let machine = scene();
    let [home, shop, _] = places(&machine);
    std::fs::create_dir_all(home.join(".claude/projects")).expect("a directory");
    let daemon = |verb: &str| {
        let mut command = machine.world.command(crate::common::binary());
        command.args(["daemon", verb]).env_remove("CHITTYSYNC_NOW").current_dir(&home);
        assert_eq!(crate::common::done(command.output()).code, Some(0), "{verb}");
    };
    daemon("start");
    machine.transcript("of-shop", &shop, &["Sweep the shop"], "shop");
    let started = std::time::Instant::now();
    while !machine.ok(&shop, &["--store", ".", "list"]).contains("Sweep the shop") {
        assert!(started.elapsed().as_secs() < 90, "{:?}", machine.run(&home, &["daemon", "log"]));
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    daemon("stop");
    assert!(!all_of(&machine.world, &machine.world.store()).contains("Sweep"));
}

#[cfg(feature = "board")]
#[test]
fn the_board_shows_and_changes_all() {
    let machine = scene();
    let [home, shop, _] = places(&machine);
    let Some(terminal) = Terminal::board(&machine.world) else { return };
    let screen = terminal.wait("Water the plants");
    assert!(screen.contains("Paint the shop") && screen.contains("completed, in shop"), "{screen}");
    terminal.press(&["/", "s", "h", "o", "p", "Enter"]);
    terminal.wait_until("only the shop", |text| !text.contains("plants"));
    terminal.press(&["s"]);
    terminal.wait("started: Paint the shop");
    let list = machine.json(&home, &["--store", &shop.to_string_lossy(), "list"]);
    assert_eq!(list[0]["status"], "in_progress", "{list}");
    terminal.press(&["u"]);
    terminal.wait("undone: ");
    // What others say in another store is seen.
    terminal.escape();
    machine.ok(&shop, &["add", "Open the shop"]);
    terminal.wait("Open the shop");
}
