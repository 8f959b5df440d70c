//! Which store a project's todos go to, what a rule can and cannot do, and moving a project.
#![cfg(unix)]

use std::path::Path;

use serde_json::{Value, json};

use crate::common::{World, binary, done};
use crate::employers::{EMPLOYERS, Machine, ROUTES, all_of, is_of, reachable_of};

/// What is said of one project goes, whole histories and parts of others, and nothing else; no device brings it back.
#[test]
fn a_project_moves_with_its_history_and_leaves_no_word_behind() {
    let hub = World::new();
    for name in ["old", "new"] {
        hub.git(&hub.path(""), &["init", "-q", "--bare", &format!("{name}.git")]);
    }
    let machines = [Machine::new("east"), Machine::new("west")];
    let zebra = &EMPLOYERS[0];
    for machine in &machines {
        // Before there were rules.
        machine.world.write("home/.gitconfig", b"[chittysync]\n\tfsync = false\n\thookSync = off\n\tdevice = d\n");
        let home = machine.world.home();
        machine.ok(&home, &["init", "-q", "--remote", &hub.path("old.git").to_string_lossy()]);
        let session = format!("mine-{}", machine.name);
        let directory = machine.directory(zebra);
        machine.transcript(
            &format!("whole-{}", machine.name),
            &directory,
            &["Feed the zebra", "Ride the zebra"],
            "main",
        );
        machine.ok(&home, &["sync", "-q"]);
        machine.ok(&directory, &["done", "Feed the zebra"]);
        machine.ok(&directory, &["add", "--session", &session, &format!("Brush the zebra on {}", machine.name)]);
        machine.ok(&home, &["add", "--session", &session, "--project", "heron", &format!("Heron of {}", machine.name)]);
        machine.ok(&home, &["sync", "-q"]);
    }
    let [east, west] = &machines;
    east.ok(&east.world.home(), &["sync", "-q"]);
    let home = east.world.home();
    let before = all_of(&east.world, &east.world.store());
    assert!(before.contains("Ride the zebra") && before.contains("Brush the zebra on west"));
    let states = |machine: &Machine, store: &Path| -> Vec<String> {
        let all = machine.json(&machine.world.home(), &["--store", &store.to_string_lossy(), "list", "--all"]);
        let text = |todo: &Value| format!("{} {}", todo["content"], todo["status"]);
        let mut all: Vec<String> = all.as_array().expect("a list").iter().map(text).collect();
        all.sort();
        all
    };
    let moved: Vec<String> =
        states(east, &east.world.store()).into_iter().filter(|state| state.contains("zebra")).collect();
    assert_eq!(moved.len(), 4, "{moved:?}");
    // What is at the remote and not known here goes along, and so does what was said and not merged yet.
    west.ok(&west.directory(zebra), &["add", "--session", "late", "Count the zebra"]);
    west.ok(&west.world.home(), &["sync", "-q"]);
    east.transcript("unmerged", &east.directory(zebra), &["Weigh the zebra"], "main");
    east.ok(&home, &["capture", "-q"]);
    let before = all_of(&east.world, &east.world.store());
    let all = ["\"Count the zebra\" \"pending\"", "\"Weigh the zebra\" \"pending\""].map(str::to_owned);
    let mut all: Vec<String> = all.into_iter().chain(moved).collect();
    all.sort();

    let new = east.store("s1");
    let arguments = ["move", "zebra/api", "--to", new.to_str().expect("UTF-8")];
    let asked = east.run(&home, &arguments);
    assert_eq!(asked.code, Some(1), "nobody is asked: {asked:?}");
    let foreseen = east.json(&home, &[&arguments[..], &["--dry-run"]].concat());
    assert_eq!((foreseen["moved"].as_array().map(Vec::len), new.exists()), (Some(4), false), "{foreseen}");
    assert_eq!(all_of(&east.world, &east.world.store()), before, "nothing has changed");

    let done = east.run(&home, &[&arguments[..], &["--yes"]].concat());
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(done.stderr.contains("config --global --add chittysync.route"), "no rule leads there: {done:?}");
    assert_eq!(states(east, &new), all);
    // The history of a session went along: what it said first, and what became of it.
    let log = east.ok(&home, &["--store", &new.to_string_lossy(), "log"]);
    assert!(log.contains("Ride the zebra"), "{log}");
    assert!(!all_of(&east.world, &new).contains("Heron"), "what else its sessions said did not go");
    let left = |world: &World, repository: &Path| {
        // What a host keeps of what nothing leads to any more is the host's.
        let all = match repository.starts_with(hub.path("")) {
            true => reachable_of(world, repository),
            false => all_of(world, repository),
        };
        let said: Vec<&str> = all.lines().filter(|line| line.to_lowercase().contains("the zebra")).collect();
        assert!(said.is_empty(), "{}: {said:#?}", repository.display());
        assert!(all.contains("Heron of east"), "{}", repository.display());
    };
    left(&east.world, &east.world.store());
    left(&hub, &hub.path("old.git"));
    // One that has not heard of it, with all of it in its files and its store, brings nothing back.
    for machine in [west, east, west] {
        machine.ok(&machine.world.home(), &["sync", "-q"]);
        left(&machine.world, &machine.world.store());
        left(&hub, &hub.path("old.git"));
        let kept = states(machine, &machine.world.store());
        assert!(kept.iter().all(|state| state.contains("Heron")) && kept.len() == 2, "{kept:?}");
    }
    // What was moved can be begun again, and has nothing to do.
    assert_eq!(east.run(&home, &[&arguments[..], &["--yes"]].concat()).code, Some(1));
}

/// A rule that cannot be read keeps everything behind it from every store, and is named with its remedy.
#[test]
fn a_rule_that_cannot_be_read_sends_nothing_astray() {
    let machine = Machine::new("east");
    let rules =
        "[chittysync]\n\tfsync = false\n\troute = zebra/*=~/stores/s1.git\n\troute = walrus\n\troute = otter/*=none\n";
    machine.world.write("home/.gitconfig", rules.as_bytes());
    machine.ok(&machine.directory(&EMPLOYERS[0]), &["sync", "-q"]);
    for (at, employer) in EMPLOYERS.iter().enumerate().take(2) {
        let directory = machine.directory(employer);
        let place = (directory.as_path(), directory.as_path());
        let event =
            json!({"hook_event_name": "TaskCreated", "task_id": "1", "task_subject": format!("Of {}", employer.word)});
        machine.hook(&format!("{}-{at}", employer.word), place, &event);
    }
    machine.rest();
    assert!(all_of(&machine.world, &machine.store("s1")).contains("Of zebra"), "the rule before it holds");
    assert!(!machine.world.store().exists(), "and nothing else was captured");
    let walrus = machine.directory(&EMPLOYERS[1]);
    let doctor = machine.run(&walrus, &["doctor"]);
    assert_eq!(doctor.code, Some(1), "{doctor:?}");
    for words in ["chittysync.route is 'walrus'", "<pattern>=<store>", ".gitconfig"] {
        assert!(doctor.stdout.contains(words), "{words}: {}", doctor.stdout);
    }
    let status = machine.run(&walrus, &["--json", "status"]);
    let said: Value = serde_json::from_str(&status.stdout).expect("JSON");
    assert_eq!((status.code, &said["where"]["because"]), (Some(128), &json!("unsure")), "{status:?}");
    // Put right, what waited in files comes, and the commands work.
    machine.transcript("later", &walrus, &["Catch the walrus"], "walrus");
    let wrong = machine.run(&walrus, &["sync", "-q"]);
    assert_eq!(wrong.code, Some(128), "{wrong:?}");
    machine.world.write("home/.gitconfig", ROUTES.as_bytes());
    assert!(machine.ok(&walrus, &["sync"]).contains("Catch the walrus"));
}

/// A repository's own settings lead nobody's todos anywhere, and neither does that it is a store; the user's do.
#[test]
fn a_repository_does_not_reroute_itself() {
    let machine = Machine::new("east");
    let (zebra, heron) = (machine.directory(&EMPLOYERS[0]), machine.directory(&EMPLOYERS[4]));
    for directory in [&zebra, &heron] {
        machine.world.git(directory, &["config", "--add", "chittysync.route", "*=~/stores/evil.git"]);
        machine.world.git(directory, &["config", "chittysync.enabled", "true"]);
    }
    let store = |directory: &Path| machine.json(directory, &["status"])["where"]["store"].to_string();
    machine.ok(&zebra, &["sync", "-q"]);
    assert!(store(&zebra).contains("s1.git"), "{}", store(&zebra));
    assert!(store(&heron).contains("heron/.git"), "no rule of the user's speaks of it: {}", store(&heron));
    let doctor = machine.run(&zebra, &["doctor"]).stdout;
    assert!(doctor.contains("where it is not read"), "{doctor}");
    // What is set for some directories by a conditional include is the user's.
    let include = format!("{ROUTES}[includeIf \"gitdir:{}/\"]\n\tpath = of-heron\n", heron.display());
    machine.world.write("home/.gitconfig", include.as_bytes());
    machine.world.write("home/of-heron", b"[chittysync]\n\troute = heron=none\n");
    assert_eq!(store(&heron), "null");
    // A store that is named is used, whatever rules say.
    let named = machine.world.path("named.git");
    let said = machine.json(&heron, &["--store", &named.to_string_lossy(), "add", "--session", "s", "Named"]);
    assert!(named.exists(), "{said}");
}

/// What hooks hear while nobody can read the user's settings waits, and goes where it belongs once they can be read.
#[test]
fn what_was_heard_without_settings_finds_its_store() {
    let machine = Machine::new("east");
    let heron = machine.directory(&EMPLOYERS[4]);
    machine.ok(&heron, &["sync", "-q"]);
    machine.world.write("home/.gitconfig", format!("{ROUTES}[broken\n").as_bytes());
    for (at, employer) in EMPLOYERS.iter().enumerate() {
        let directory = machine.directory(employer);
        let event =
            json!({"hook_event_name": "TaskCreated", "task_id": "1", "task_subject": format!("Of {}", employer.word)});
        machine.hook(&format!("{}-{at}", employer.word), (&directory, &directory), &event);
    }
    machine.world.write("home/.gitconfig", ROUTES.as_bytes());
    machine.ok(&heron, &["sync", "-q"]);
    for employer in &EMPLOYERS {
        let (directory, words) = (machine.directory(employer), format!("Of {}", employer.word));
        let Some(store) = employer.store else { continue };
        machine.ok(&directory, &["sync", "-q"]);
        assert!(machine.ok(&directory, &["list"]).contains(&words), "{words}");
        is_of(employer.word, &all_of(&machine.world, &machine.store(store)), store);
    }
}

/// A project's own store takes only what is said in it: a rule that leads there from elsewhere is refused, and it is told.
#[test]
fn a_projects_own_store_is_no_place_for_others() {
    let machine = Machine::new("east");
    let (zebra, heron) = (machine.directory(&EMPLOYERS[0]), machine.directory(&EMPLOYERS[4]));
    machine.ok(&heron, &["init", "-q", "--here"]);
    machine.world.write("home/.gitconfig", b"[chittysync]\n\tfsync = false\n\troute = zebra/*=~/heron\n");
    let event = json!({"hook_event_name": "TaskCreated", "task_id": "1", "task_subject": "Of zebra"});
    machine.hook("s", (&zebra, &zebra), &event);
    let refused = machine.run(&zebra, &["add", "--session", "s", "Of zebra"]);
    assert_eq!(refused.code, Some(128), "{refused:?}");
    assert!(refused.stderr.contains("takes only what is said in it") && refused.stderr.contains("hint"), "{refused:?}");
    assert!(!all_of(&machine.world, &heron.join(".git")).contains("Of zebra"));
    let doctor = machine.run(&heron, &["doctor"]);
    assert!(doctor.code == Some(1) && doctor.stdout.contains("takes only what is said in it"), "{doctor:?}");
}

/// Whose a directory was that is gone with its repository nobody knows: what was said there goes to no store by a guess,
/// and comes once a rule says where.
#[test]
fn a_directory_that_is_gone_is_nobodys() {
    let machine = Machine::new("east");
    let (zebra, heron) = (machine.directory(&EMPLOYERS[0]), machine.directory(&EMPLOYERS[4]));
    // In a worktree of a repository that is there, it is known; so is it below a directory that a rule names.
    let worktree = zebra.join(".claude/worktrees/gone");
    machine.transcript("worktree", &worktree, &["Comb the zebra"], "zebra");
    machine.transcript("below", &machine.world.home().join("clients/gecko/gone"), &["Watch the gecko"], "gecko");
    machine.transcript("gone", &machine.world.home().join("work/zebra-gone"), &["Lose the zebra"], "zebra");
    machine.transcript("hidden", &machine.directory(&EMPLOYERS[3]), &["Hide the otter"], "otter");
    for employer in &EMPLOYERS {
        let done = machine.run(&machine.directory(employer), &["sync", "-q"]);
        assert_eq!(done.code == Some(0), employer.store.is_some(), "{}: {done:?}", employer.word);
    }
    for employer in EMPLOYERS.iter().filter_map(|employer| employer.store) {
        let all = all_of(&machine.world, &machine.store(employer));
        assert!(!all.contains("Lose the zebra") && !all.contains("otter"), "{employer}");
        assert_eq!(all.contains("Comb the zebra"), employer == "s1", "{employer}");
        assert_eq!(all.contains("Watch the gecko"), employer == "s3", "{employer}");
    }
    assert!(machine.run(&heron, &["doctor"]).stdout.contains("1 of the agents' lists wait"));
    let rules = ROUTES.replace("\troute = zebra", "\troute = ~/work/zebra-gone=~/stores/s1.git\n\troute = zebra");
    // One that was kept nowhere has a store now, too.
    let rules = rules.replace("otter/*=none", "otter/*=~/stores/s2.git");
    machine.world.write("home/.gitconfig", rules.as_bytes());
    let all = machine.json(&heron, &["sync", "--all-stores"]);
    let others = all["other_stores"].as_array().expect("a list");
    assert!(others.len() == 3 && others.iter().all(|store| store["failed"].is_null()), "{all}");
    assert!(machine.ok(&zebra, &["list"]).contains("Lose the zebra"));
    assert!(machine.ok(&machine.directory(&EMPLOYERS[1]), &["list"]).contains("Hide the otter"));
}

/// One daemon, that of the default store, captures for all of them.
#[cfg(feature = "daemon")]
#[test]
fn one_daemon_serves_all_stores() {
    let machine = Machine::new("east");
    let gecko = &EMPLOYERS[2];
    let home = machine.world.home();
    std::fs::create_dir_all(home.join(".claude/projects")).expect("a directory");
    let start = |verb: &str| {
        let mut command = machine.world.command(binary());
        done(command.args(["daemon", verb]).env_remove("CHITTYSYNC_NOW").current_dir(&home).output())
    };
    assert_eq!(start("start").code, Some(0));
    let (gecko_home, secret) = (machine.directory(gecko), machine.directory(&EMPLOYERS[3]));
    machine.transcript("g", &gecko_home, &["Watch the gecko"], "gecko");
    machine.transcript("o", &secret, &["Watch the otter"], "otter");
    let started = std::time::Instant::now();
    let list = ["list", "--all"];
    while !machine.run(&gecko_home, &list).stdout.contains("Watch the gecko") {
        assert!(started.elapsed().as_secs() < 60, "{:?}", machine.run(&gecko_home, &["daemon", "log"]));
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    assert_eq!(start("stop").code, Some(0));
    for name in ["s1", "s2", "s3", "default"] {
        let all = all_of(&machine.world, &machine.store(name));
        assert!(!all.contains("otter"), "{name}");
        assert_eq!(all.contains("gecko"), name == "s3", "{name}");
    }
}
