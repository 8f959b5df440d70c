//! Several employers on two machines: whose todos go to which store, and that no other one learns a word of them.
#![cfg(unix)]

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::common::{Done, World, binary, done, files, set_time};

/// Whom somebody works for: a word that stands in all that is said and named there, and where its todos go.
pub struct Employer {
    pub word: &'static str,
    /// The directory below the home.
    directory: &'static str,
    /// The owner at the host, as the origin says it.
    origin: Option<&'static str>,
    /// The name of the store; nothing for what is kept nowhere.
    pub store: Option<&'static str>,
}

pub const EMPLOYERS: [Employer; 5] = [
    Employer { word: "zebra", directory: "work/zebra-api", origin: Some("zebra"), store: Some("s1") },
    Employer { word: "walrus", directory: "src/walrus", origin: Some("walrus/group"), store: Some("s2") },
    Employer { word: "gecko", directory: "clients/gecko/tool", origin: None, store: Some("s3") },
    Employer { word: "otter", directory: "work/otter", origin: Some("otter"), store: None },
    Employer { word: "heron", directory: "heron", origin: None, store: Some("default") },
];

/// The rules for them, in the words of git config.
pub const ROUTES: &str = "[chittysync]\n\tfsync = false\n\thookSync = off\n\
    \troute = ~/clients/gecko/**=~/stores/s3.git\n\troute = zebra/*=~/stores/s1.git\n\troute = walrus/*=~/stores/s2.git\n\
    \troute = otter/*=none\n\troute = gecko-*=~/stores/s3.git\n\tprojectRule = gecko-tool=gecko\n";

pub struct Machine {
    pub world: World,
    pub name: &'static str,
}

impl Machine {
    pub fn new(name: &'static str) -> Self {
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

    pub fn directory(&self, employer: &Employer) -> PathBuf {
        self.world.home().join(employer.directory)
    }

    pub fn store(&self, name: &str) -> PathBuf {
        if name == "default" { self.world.store() } else { self.world.home().join(format!("stores/{name}.git")) }
    }

    pub fn run(&self, directory: &Path, arguments: &[&str]) -> Done {
        done(self.world.command(binary()).current_dir(directory).args(arguments).output())
    }

    pub fn ok(&self, directory: &Path, arguments: &[&str]) -> String {
        let done = self.run(directory, arguments);
        assert_eq!(done.code, Some(0), "{} {arguments:?}: {done:?}", self.name);
        done.stdout
    }

    pub fn json(&self, directory: &Path, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.ok(directory, &[&["--json"], arguments].concat())).expect("one document")
    }

    /// Tells a hook of an event in a session that began in one directory and is in another one now.
    pub fn hook(&self, session: &str, (began, now): (&Path, &Path), event: &Value) {
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

    pub fn transcript(&self, session: &str, directory: &Path, words: &[&str], branch: &str) {
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
        let summary = json!({"type": "summary", "summary": format!("About {branch}"), "leafUuid": "u"});
        let asked = line("user", json!({"type": "text", "text": format!("Please look after {branch}")}), 0);
        let title = json!({"type": "custom-title", "customTitle": format!("All of {branch}"), "sessionId": session});
        let text = format!("{summary}\n{asked}\n{}\n{result}\n{title}\n", line("assistant", call, 1));
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
    pub fn rest(&self) {
        for name in ["s1", "s2", "s3", "default"] {
            crate::common::background::rests(&self.store(name));
        }
    }
}

/// Returns all bytes of a repository: of every object, every ref's name, and every other file in it but those that hold
/// objects.
pub fn all_of(world: &World, repository: &Path) -> String {
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

/// Returns all bytes of the objects that refs of a repository lead to, and the names of those.
pub fn reachable_of(world: &World, repository: &Path) -> String {
    let listed = world.git(repository, &["rev-list", "--objects", "--all", "--reflog"]);
    let mut all = listed.clone() + &world.git(repository, &["for-each-ref"]);
    for id in listed.lines().filter_map(|line| line.split(' ').next()) {
        let kind = world.git(repository, &["cat-file", "-t", id]);
        all.push_str(&world.git(repository, &["cat-file", if kind == "tree" { "-p" } else { &kind }, id]));
        all.push('\n');
    }
    all
}

/// Makes sure that a text has an employer's word, and none of another one's.
pub fn is_of(word: &str, text: &str, what: &str) {
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
    // A list of which nobody knows whose it is went where its words lead; the rest of it waits, until a rule takes it.
    let (east, heron) = (&machines[0], machines[0].directory(&EMPLOYERS[4]));
    for name in ["s1", "s2", "s3", "default"] {
        let all = all_of(&east.world, &east.store(name));
        assert_eq!(all.contains("Sing of the gecko on east"), name == "s3", "{name}");
        assert!(!all.contains("Wash the car"), "{name}");
    }
    let doctor = east.run(&heron, &["doctor"]).stdout;
    assert!(doctor.contains("of the agents' lists wait") && doctor.contains("general=<store>"), "{doctor}");
    east.world.git(&heron, &["config", "--global", "--add", "chittysync.route", "general=default"]);
    assert!(east.ok(&heron, &["sync"]).contains("Wash the car"));
    is_of("heron", &all_of(&east.world, &east.store("default")), "the default store");
    // Of what is kept nowhere, nothing is anywhere below the home but in its own files.
    let kept_nowhere = &EMPLOYERS[3];
    let status = machines[0].json(&machines[0].directory(kept_nowhere), &["status"]);
    assert_eq!((&status["store"], &status["where"]["rule"]), (&Value::Null, &json!("otter/*=none")), "{status}");
    let told = machines[0].ok(&machines[0].directory(kept_nowhere), &["status"]);
    assert!(told.contains("nowhere") && told.contains("otter/*=none") && told.contains(".gitconfig"), "{told}");
}
