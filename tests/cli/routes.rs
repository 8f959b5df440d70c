//! Several employers: whose todos go to which store, and that no other one learns a word of them.
#![cfg(unix)]

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::common::{Done, NOW, World, binary, done, files, set_time};

/// Whom somebody works for: a word that stands in all that is said and named there, and where its todos go.
struct Employer {
    word: &'static str,
    /// The directory below the home.
    directory: &'static str,
    /// The owner at the host, as the origin says it.
    origin: Option<&'static str>,
    /// The name of the store; nothing for what is kept nowhere.
    store: Option<&'static str>,
}

const EMPLOYERS: [Employer; 5] = [
    Employer { word: "zebra", directory: "work/zebra-api", origin: Some("zebra"), store: Some("s1") },
    Employer { word: "walrus", directory: "src/walrus", origin: Some("walrus/group"), store: Some("s2") },
    Employer { word: "gecko", directory: "clients/gecko/tool", origin: None, store: Some("s3") },
    Employer { word: "otter", directory: "work/otter", origin: Some("otter"), store: None },
    Employer { word: "heron", directory: "heron", origin: None, store: Some("default") },
];

/// The rules for them, in the words of git config.
const ROUTES: &str = "[chittysync]\n\tfsync = false\n\thookSync = off\n\
    \troute = zebra/*=~/stores/s1.git\n\troute = walrus/*=~/stores/s2.git\n\
    \troute = ~/clients/gecko/**=~/stores/s3.git\n\troute = otter/*=none\n\tprojectRule = gecko-tool=gecko\n";

struct Machine {
    world: World,
    name: &'static str,
}

impl Machine {
    fn new(name: &'static str) -> Self {
        let world = World::new();
        world.write("home/.gitconfig", format!("{ROUTES}\tdevice = {name}\n").as_bytes());
        for employer in &EMPLOYERS {
            let directory = world.home().join(employer.directory);
            std::fs::create_dir_all(&directory).expect("a directory");
            world.git(&directory, &["init", "-q"]);
            if let Some(owner) = employer.origin {
                let url = format!("git@host.example:{owner}/api.git");
                world.git(&directory, &["remote", "add", "origin", &url]);
            }
        }
        Machine { world, name }
    }

    fn directory(&self, employer: &Employer) -> PathBuf {
        self.world.home().join(employer.directory)
    }

    fn store(&self, name: &str) -> PathBuf {
        if name == "default" { self.world.store() } else { self.world.home().join(format!("stores/{name}.git")) }
    }

    fn run(&self, directory: &Path, arguments: &[&str]) -> Done {
        done(self.world.command(binary()).current_dir(directory).args(arguments).output())
    }

    fn ok(&self, directory: &Path, arguments: &[&str]) -> String {
        let done = self.run(directory, arguments);
        assert_eq!(done.code, Some(0), "{} {arguments:?}: {done:?}", self.name);
        done.stdout
    }

    fn json(&self, directory: &Path, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.ok(directory, &[&["--json"], arguments].concat())).expect("one document")
    }

    /// Tells a hook of an event in a session that began in one directory and is in another one now.
    fn hook(&self, session: &str, (began, now): (&Path, &Path), event: &Value) {
        let mut event = event.clone();
        event["session_id"] = session.into();
        event["cwd"] = now.to_string_lossy().into();
        let name = event["hook_event_name"].as_str().expect("a name").to_owned();
        let mut command = self.world.command(binary());
        command.args(["hook", &name]).env("CLAUDE_PROJECT_DIR", began).current_dir(now);
        command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
        let mut child = command.stderr(std::process::Stdio::piped()).spawn().expect("the program");
        let mut input = child.stdin.take().expect("a pipe");
        std::io::Write::write_all(&mut input, event.to_string().as_bytes()).expect("its input");
        drop(input);
        let done = done(child.wait_with_output());
        assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{event}: {done:?}");
    }

    /// Says something for an employer in every way there is: by hooks, in files, by a command.
    fn work(&self, employer: &Employer, at: usize) {
        let (word, directory) = (employer.word, self.directory(employer));
        let session = |kind: &str| format!("{word}-{kind}-{}", self.name);
        let words = |what: &str| format!("{what} the {word} on {}", self.name);
        let started = json!({"hook_event_name": "SessionStart", "source": "startup"});
        let place = (directory.as_path(), directory.as_path());
        self.hook(&session("h"), place, &started);
        let list = |what: &str| {
            json!({"hook_event_name": "PostToolUse", "tool_name": "TodoWrite",
                "tool_input": {"todos": [{"content": words(what), "status": "pending", "activeForm": word}]}})
        };
        self.hook(&session("h"), place, &list("Feed"));
        // The session goes elsewhere, and stays whose it is; so does what its sub-agent says.
        let elsewhere = self.directory(&EMPLOYERS[(at + 1) % EMPLOYERS.len()]);
        let place = (directory.as_path(), elsewhere.as_path());
        self.hook(&session("h"), place, &list("Groom"));
        let mut agent = list("Walk");
        agent["agent_id"] = "a1".into();
        self.hook(&session("h"), place, &agent);
        self.hook(&session("h"), place, &json!({"hook_event_name": "SessionEnd"}));
        self.transcript(&session("f"), &directory, &[&words("Draw")], word);
        self.list(&session("f"), &[&words("Paint")]);
        // A list of which no file says where its session works: its words tell.
        if word == "gecko" {
            self.list("nobodys", &[&words("Sing of"), "Wash the car"]);
        }
        let task = json!({"id": "1", "subject": words("Sketch"), "description": word, "status": "pending"});
        self.world.write(&format!("home/.claude/tasks/{}/1.json", session("f")), task.to_string().as_bytes());
        let added = self.run(&directory, &["add", "--session", &session("c"), &words("Name")]);
        match employer.store {
            Some(_) => assert_eq!(added.code, Some(0), "{added:?}"),
            None => {
                assert_eq!(added.code, Some(1), "{added:?}");
                assert!(added.stderr.contains("route") && added.stderr.contains("--store"), "{added:?}");
            }
        }
    }

    fn transcript(&self, session: &str, directory: &Path, words: &[&str], branch: &str) {
        let todos: Vec<Value> =
            words.iter().map(|words| json!({"content": words, "status": "pending", "activeForm": words})).collect();
        let line = |role: &str, part: Value, number: u32| {
            json!({"type": role, "sessionId": session, "cwd": directory, "gitBranch": branch, "isSidechain": false,
                "uuid": format!("{session}-{number}"), "timestamp": "2026-11-20T11:00:00Z",
                "message": {"role": role, "content": [part]}})
        };
        let id = format!("toolu_{session}");
        let call = json!({"type": "tool_use", "id": id, "name": "TodoWrite", "input": {"todos": todos}});
        let mut result = line("user", json!({"type": "tool_result", "tool_use_id": id, "content": "ok"}), 2);
        result["toolUseResult"] = json!({"oldTodos": [], "newTodos": todos});
        let title = json!({"type": "summary", "summary": format!("About {branch}"), "leafUuid": "u"});
        let text = format!("{title}\n{}\n{result}\n", line("assistant", call, 1));
        let path = self.world.write(&format!("home/.claude/projects/-{branch}/{session}.jsonl"), text.as_bytes());
        set_time(&path, "2026-11-20T11:00:01Z");
    }

    fn list(&self, session: &str, words: &[&str]) {
        let items: Vec<Value> = words.iter().map(|words| json!({"content": words, "status": "pending"})).collect();
        let name = format!("home/.claude/todos/{session}-agent-{session}.json");
        let path = self.world.write(&name, json!(items).to_string().as_bytes());
        set_time(&path, "2026-11-20T11:30:00Z");
    }

    /// Waits until nothing that a hook started is at work in any store.
    fn rest(&self) {
        for name in ["s1", "s2", "s3", "default"] {
            let home = self.store(name).join("chittysync");
            let is_busy = || {
                let taken = |name: &str| std::fs::File::open(home.join(name)).is_ok_and(|file| file.try_lock().is_err());
                home.join("wanted").exists() || taken("consolidating")
            };
            let started = std::time::Instant::now();
            while is_busy() {
                assert!(started.elapsed().as_secs() < 60, "{name}");
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
        }
    }
}

/// Returns all bytes of a repository: of every object, every ref's name, and every other file in it but those that hold
/// objects.
fn all_of(world: &World, repository: &Path) -> String {
    let objects = ["cat-file", "--batch-all-objects", "--batch", "--unordered"];
    let objects = world.command("git").arg("--git-dir").arg(repository).args(objects).output().expect("git");
    assert!(objects.status.success(), "{objects:?}");
    let mut all = String::from_utf8_lossy(&objects.stdout).into_owned();
    all.push_str(&world.git(repository, &["for-each-ref"]));
    for (path, (bytes, _)) in files(repository) {
        if !path.starts_with(repository.join("objects")) {
            all.push_str(&format!("\n{}\n", path.strip_prefix(repository).expect("below it").display()));
            all.push_str(&String::from_utf8_lossy(&bytes));
        }
    }
    all
}

/// Makes sure that a text has an employer's word, and none of another one's.
fn is_of(word: &str, text: &str, what: &str) {
    assert!(text.contains(word), "{what} has nothing of {word}");
    for other in EMPLOYERS.iter().map(|employer| employer.word).filter(|other| *other != word) {
        let lines: Vec<&str> = text.lines().filter(|line| line.contains(other)).take(3).collect();
        assert!(lines.is_empty(), "{what}, which is of {word}, says {other}: {lines:#?}");
    }
}

#[test]
fn no_employer_learns_a_word_of_another() {
    let hub = World::new();
    let machines = [Machine::new("east"), Machine::new("west")];
    for machine in &machines {
        for employer in &EMPLOYERS {
            let Some(store) = employer.store else { continue };
            let remote = hub.path(&format!("{store}.git"));
            if !remote.exists() {
                hub.git(&hub.path(""), &["init", "-q", "--bare", &format!("{store}.git")]);
            }
            machine.ok(&machine.directory(employer), &["init", "-q", "--remote", &remote.to_string_lossy()]);
        }
        for (at, employer) in EMPLOYERS.iter().enumerate() {
            machine.work(employer, at);
        }
        machine.rest();
    }
    let traced = |machine: &Machine, employer: &Employer| {
        let trace = machine.world.path(&format!("trace-{}", employer.word));
        let mut command = machine.world.command(binary());
        command.current_dir(machine.directory(employer)).args(["sync", "-q"]).env("GIT_TRACE_PACKET", &trace);
        let done = done(command.output());
        assert_eq!(done.code, Some(0), "{}: {done:?}", employer.word);
        std::fs::read_to_string(&trace).expect("a trace")
    };
    for round in 0..2 {
        for machine in &machines {
            for employer in EMPLOYERS.iter().filter(|employer| employer.store.is_some()) {
                let packets = traced(machine, employer);
                is_of(employer.word, &packets, &format!("round {round}, packets of {}", machine.name));
            }
            machine.ok(&machine.world.home(), &["sync", "-q", "--all-stores"]);
        }
    }
    for machine in &machines {
        for employer in &EMPLOYERS {
            let (directory, Some(store)) = (machine.directory(employer), employer.store) else { continue };
            let path = machine.store(store);
            is_of(employer.word, &all_of(&machine.world, &path), &format!("{} of {}", store, machine.name));
            // And all that was said is there, whatever way it was said, on whichever machine.
            let all = machine.ok(&directory, &["list", "--porcelain"]);
            for what in ["Groom", "Walk", "Draw", "Paint", "Sketch", "Name"] {
                for other in &machines {
                    let words = format!("{what} the {} on {}", employer.word, other.name);
                    let is_there = all.contains(&words) || machine.ok(&directory, &["list", "--all"]).contains(&words);
                    assert!(is_there, "{words}: {all}");
                }
            }
            let said = machine.json(&directory, &["status"]);
            let expected = std::fs::canonicalize(&path).expect("a store");
            let told = PathBuf::from(said["where"]["store"].as_str().expect("a path"));
            assert_eq!(std::fs::canonicalize(told).expect("a store"), expected, "{said}");
            assert_eq!(said["where"]["readers"], json!(["you", "remote"]), "{said}");
        }
    }
    for employer in &EMPLOYERS {
        let Some(store) = employer.store else { continue };
        is_of(employer.word, &all_of(&hub, &hub.path(&format!("{store}.git"))), &format!("the remote {store}"));
    }
    // Of what is kept nowhere, nothing is anywhere below the home but in its own files.
    let kept_nowhere = &EMPLOYERS[3];
    let status = machines[0].json(&machines[0].directory(kept_nowhere), &["status"]);
    assert_eq!((&status["store"], &status["where"]["rule"]), (&Value::Null, &json!("otter/*=none")), "{status}");
    let told = machines[0].ok(&machines[0].directory(kept_nowhere), &["status"]);
    assert!(told.contains("nowhere") && told.contains("otter/*=none") && told.contains(".gitconfig"), "{told}");
}

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
        machine.transcript(&format!("whole-{}", machine.name), &directory, &["Feed the zebra", "Ride the zebra"], "main");
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
    assert_eq!(states(east, &new), moved);
    // The history of a session went along: what it said first, and what became of it.
    let log = east.ok(&home, &["--store", &new.to_string_lossy(), "log", "--porcelain"]);
    assert!(log.contains("Ride the zebra"), "{log}");
    assert!(!all_of(&east.world, &new).contains("Heron"), "what else its sessions said did not go");
    let left = |world: &World, repository: &Path| {
        let all = all_of(world, repository);
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
    let rules = "[chittysync]\n\tfsync = false\n\troute = zebra/*=~/stores/s1.git\n\troute = walrus\n\troute = otter/*=none\n";
    machine.world.write("home/.gitconfig", rules.as_bytes());
    machine.ok(&machine.directory(&EMPLOYERS[0]), &["sync", "-q"]);
    for (at, employer) in EMPLOYERS.iter().enumerate().take(2) {
        let directory = machine.directory(employer);
        let place = (directory.as_path(), directory.as_path());
        let event = json!({"hook_event_name": "TaskCreated", "task_id": "1", "task_subject": format!("Of {}", employer.word)});
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
    assert!(NOW.starts_with("2026"));
}
