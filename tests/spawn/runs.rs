//! Whole runs: two machines, a hub between them, and an agent that is a script.

use std::path::{Path, PathBuf};

use crate::common::{Done, World};

/// Two machines, each a world of its own, with a checkout of the project `api` and an agent to start.
struct Machines {
    /// Where the hub is, and where agents leave marks.
    shared: World,
    all: [World; 2],
}

/// Reads what it is given, works off the todos, and tells what it cost.
const AGENT: &str = r#"
cat > "$SHARED/input.$CHITTYSYNC_SESSION"
env | sed 's/=.*//' | sort > "$SHARED/env.$CHITTYSYNC_SESSION"
echo "$CHITTYSYNC_SESSION" >> "$SHARED/started"
for id in $(grep -o '"id":"[0-9a-f]*"' "$SHARED/input.$CHITTYSYNC_SESSION" | cut -d'"' -f4); do
    git chittysync start "$id" && git chittysync done "$id"
done
echo '{"total_cost_usd": 0.5}'
"#;

impl Machines {
    fn new(agent: &str) -> Self {
        let shared = World::new();
        shared.git(&shared.path(""), &["init", "-q", "--bare", "hub.git"]);
        let script = format!("SHARED='{}'\n{agent}", shared.path("").display());
        let script = shared.write("agent.sh", script.as_bytes());
        let all = ["mbp", "desk"].map(|name| {
            let world = World::new();
            let checkout = world.path("api");
            world.git(&world.path(""), &["init", "-q", "api"]);
            let config = format!(
                "[user]\n\tname = {name}\n\temail = {name}@example.invalid\n[chittysync]\n\tdevice = {name}\n\tfsync = false\n\tspawnCommand = sh '{}'\n\tspawnIn = {}\n\tspawnEvery = 1ms\n\ttopic = router=router\n",
                script.display(),
                checkout.display()
            );
            world.write("home/.gitconfig", config.as_bytes());
            let hub = shared.path("hub.git");
            world.ok(&["init", "-q", "--default", "--remote", hub.to_str().expect("UTF-8")]);
            world
        });
        Machines { shared, all }
    }

    fn hub(&self) -> PathBuf {
        self.shared.path("hub.git")
    }

    fn run(&self, at: usize, arguments: &[&str]) -> Done {
        self.all[at].run_with(&[("CHITTYSYNC_NOW", "")], arguments)
    }

    fn ok(&self, at: usize, arguments: &[&str]) -> String {
        let done = self.run(at, arguments);
        assert_eq!(done.code, Some(0), "{at} {arguments:?}: {done:?}");
        format!("{}{}", done.stdout, done.stderr)
    }

    /// Sets something for the user of a machine.
    fn set(&self, at: usize, key: &str, value: &str) {
        let config = self.all[at].home().join(".gitconfig");
        let config = config.to_str().expect("UTF-8");
        self.all[at].git(&self.all[at].home(), &["config", "--file", config, key, value]);
    }

    fn add(&self, at: usize, words: &[&str]) {
        for words in words {
            self.ok(at, &["add", words, "--project", "api"]);
        }
    }

    fn sync(&self) {
        for at in [0, 1, 0, 1] {
            self.ok(at, &["sync"]);
        }
    }

    /// Returns the sessions that were started.
    fn started(&self) -> Vec<String> {
        let marks = std::fs::read_to_string(self.shared.path("started")).unwrap_or_default();
        marks.lines().map(str::to_owned).collect()
    }

    /// Returns the lease on the hub.
    fn lease(&self) -> serde_json::Value {
        lease_at(&self.shared, &self.hub(), "refs/chittysync-lease/spawn")
    }

    fn states(&self, at: usize) -> Vec<String> {
        let text = self.ok(at, &["--json", "list", "--all"]);
        let todos: Vec<serde_json::Value> = serde_json::from_str(&text).expect("a list");
        let mut all: Vec<String> =
            todos.iter().map(|todo| format!("{}: {}", todo["content"], todo["status"])).collect();
        all.sort();
        all
    }
}

fn lease_at(world: &World, repository: &Path, name: &str) -> serde_json::Value {
    let text = world.git(repository, &["cat-file", "blob", &format!("{name}:lease.json")]);
    serde_json::from_str(&text).expect("JSON")
}

const FOUR: [&str; 4] = ["Fix the router timeout", "Test the router", "Document router flags", "Drop the old router"];

#[test]
fn four_todos_wait_and_one_of_two_machines_has_them_done() {
    let machines = Machines::new(AGENT);
    machines.add(0, &FOUR);
    machines.sync();
    let dry = machines.ok(1, &["topics", "--spawn", "--dry-run"]);
    assert!(dry.contains("router in api: 4 of 3: due") && dry.contains("command:  sh "), "{dry}");
    assert!(dry.contains("0 of 1 running, 0 of 10 started today"), "{dry}");
    assert!(machines.started().is_empty(), "nothing is started by looking");
    std::thread::scope(|scope| {
        for at in [0, 1] {
            scope.spawn({
                let machines = &machines;
                move || machines.ok(at, &["topics", "--spawn"])
            });
        }
    });
    let started = machines.started();
    assert_eq!(started.len(), 1, "{started:?}");
    machines.sync();
    for at in [0, 1] {
        let states = machines.states(at);
        assert_eq!(states.len(), 4);
        assert!(states.iter().all(|state| state.ends_with(": \"completed\"")), "{states:?}");
    }
    let lease = machines.lease();
    assert_eq!(lease["running"], serde_json::json!([]), "{lease}");
    assert_eq!((&lease["day"]["spawns"], &lease["day"]["usd"]), (&1.into(), &serde_json::json!(0.5)), "{lease}");
    assert_eq!((&lease["log"][0]["exit"], &lease["log"][0]["session"]), (&0.into(), &started[0].as_str().into()));
    // What it was told, and in which environment.
    let session = &started[0];
    let input = std::fs::read_to_string(machines.shared.path(&format!("input.{session}"))).expect("its input");
    let input: serde_json::Value = serde_json::from_str(&input).expect("one document, and then the end");
    assert_eq!((&input["topic"], &input["project"]), (&"router".into(), &"api".into()), "{input}");
    assert_eq!(input["todos"].as_array().map(Vec::len), Some(4));
    assert_eq!(input["caps"]["minutes"], 60);
    let environment =
        std::fs::read_to_string(machines.shared.path(&format!("env.{session}"))).expect("its environment");
    let known = ["CHITTYSYNC_SESSION", "CHITTYSYNC_SPAWN_DEPTH", "CHITTYSYNC_STORE", "HOME", "LANG", "PATH"];
    let of_sh = ["OLDPWD", "PWD", "SHLVL", "_"];
    assert!(environment.lines().all(|name| known.contains(&name) || of_sh.contains(&name)), "{environment}");
    // Nothing else is disturbed by it.
    let refs = machines.shared.git(&machines.hub(), &["for-each-ref", "--format=%(refname)"]);
    let others: Vec<&str> = refs.lines().filter(|name| !name.starts_with("refs/chittysync/")).collect();
    assert_eq!(others, ["refs/chittysync-lease/spawn", "refs/heads/consolidated"]);
    for at in [0, 1] {
        assert_eq!(machines.ok(at, &["branch"]).lines().count(), 1);
        let sync = machines.ok(at, &["sync"]);
        assert!(sync.ends_with("Synced with origin: nothing new.\n") && sync.matches("warning").count() == 1, "{sync}");
        machines.all[at].git(&machines.all[at].store(), &["fsck", "--strict", "--no-dangling"]);
    }
    // Done once is done: and it is not started for again unless it is reopened.
    assert!(machines.ok(0, &["topics", "--spawn"]).contains("Nothing is to be started."));
    for words in &FOUR[..3] {
        machines.ok(0, &["reopen", words]);
    }
    machines.ok(0, &["topics", "--spawn"]);
    assert_eq!(machines.started().len(), 2);
}

#[test]
fn spawned_sessions_todos_never_count() {
    let more = "for n in 1 2 3 4; do git chittysync add \"router work $n\" --project api; done";
    let machines = Machines::new(&format!("{AGENT}\n{more}\nexit 0"));
    machines.add(0, &FOUR[..3]);
    machines.ok(0, &["topics", "--spawn"]);
    machines.sync();
    assert_eq!(machines.states(1).len(), 7);
    for at in [0, 1] {
        assert!(machines.ok(at, &["topics", "--spawn"]).contains("Nothing is to be started."));
    }
    assert_eq!(machines.started().len(), 1);
    // Three that a person wants are enough again.
    machines.add(1, &["router one", "router two", "router three"]);
    machines.ok(1, &["topics", "--spawn"]);
    assert_eq!(machines.started().len(), 2);
}

#[test]
fn no_arbiter_no_spawn() {
    let machines = Machines::new(AGENT);
    machines.add(0, &FOUR);
    // The arbiter cannot be reached.
    std::fs::rename(machines.hub(), machines.shared.path("away.git")).expect("away");
    let done = machines.run(0, &["topics", "--spawn"]);
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(done.stderr.contains("decides who starts, and cannot be reached"), "{done:?}");
    std::fs::rename(machines.shared.path("away.git"), machines.hub()).expect("back");
    // It is not clear which one it is.
    let store = machines.all[0].store();
    machines.all[0].git(&store, &["remote", "add", "other", "/nowhere"]);
    let done = machines.run(0, &["topics", "--spawn"]);
    assert!(done.code == Some(1) && done.stderr.contains("hint: `git config chittysync.arbiter"), "{done:?}");
    let doctor = machines.run(0, &["doctor"]);
    assert!(doctor.stdout.contains("BAD agents"), "{doctor:?}");
    // It takes none.
    machines.all[0].git(&store, &["config", "chittysync.arbiter", "origin"]);
    machines.shared.write("hub.git/hooks/update", b"#!/bin/sh\ncase $1 in *lease*) echo no >&2; exit 1;; esac\n");
    #[cfg(unix)]
    {
        let hook = machines.shared.path("hub.git/hooks/update");
        std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("a program");
    }
    let done = machines.run(0, &["topics", "--spawn"]);
    assert!(done.code == Some(1) && done.stderr.contains("takes no lease"), "{done:?}");
    assert!(machines.started().is_empty());
    std::fs::remove_file(machines.shared.path("hub.git/hooks/update")).expect("a file");
    machines.ok(0, &["topics", "--spawn"]);
    assert_eq!(machines.started().len(), 1);
    // A lease that is not understood is left alone.
    let world = &machines.shared;
    let (hub, file) = (machines.hub(), world.write("newer.json", b"{\"format\":9}"));
    let blob = world.git(&hub, &["hash-object", "-w", file.to_str().expect("UTF-8")]);
    world.git(&hub, &["read-tree", "--empty"]);
    world.git(&hub, &["update-index", "--add", "--cacheinfo", &format!("100644,{blob},lease.json")]);
    let tree = world.git(&hub, &["write-tree"]);
    let commit = world.git(&hub, &["commit-tree", &tree, "-m", "newer"]);
    world.git(&hub, &["update-ref", "refs/chittysync-lease/spawn", &commit]);
    machines.add(0, &["router one", "router two", "router three"]);
    for arguments in [&["topics", "--spawn"][..], &["topics", "--pause"]] {
        let done = machines.run(0, arguments);
        assert!(done.code == Some(1) && done.stderr.contains("it has format 9"), "{done:?}");
    }
    assert_eq!(world.git(&hub, &["rev-parse", "refs/chittysync-lease/spawn"]), commit);
}

#[test]
fn what_was_started_starts_no_others_and_nothing_is_started_unless_asked_for() {
    let machines = Machines::new(AGENT);
    machines.add(0, &FOUR);
    let deep = [("CHITTYSYNC_NOW", ""), ("CHITTYSYNC_SPAWN_DEPTH", "1")];
    let done = machines.all[0].run_with(&deep, &["topics", "--spawn"]);
    assert!(done.code == Some(1) && done.stderr.contains("starts no others"), "{done:?}");
    for (key, hint) in
        [("chittysync.spawnIn", "spawnIn <directory>"), ("chittysync.spawnCommand", "spawnCommand <command>")]
    {
        machines.set(0, key, "");
        let done = machines.run(0, &["topics", "--spawn"]);
        assert!(done.code == Some(1) && done.stderr.contains(hint), "{done:?}");
    }
    assert!(machines.started().is_empty());
}

#[test]
fn a_place_that_is_none_is_named_with_the_reason() {
    let machines = Machines::new(AGENT);
    let world = &machines.all[0];
    std::fs::create_dir_all(world.path("home/plain")).expect("a directory");
    world.write("home/file", b"x");
    let (plain, file) = (world.path("home/plain"), world.path("home/file"));
    let places = [
        ("relative/path", "its path must begin with / or ~/"),
        ("~/gone", "there is no such directory"),
        (plain.to_str().expect("UTF-8"), "it lies in no repository"),
        (file.to_str().expect("UTF-8"), "it is no directory"),
    ];
    for (place, _) in places {
        world.git(&world.home(), &["config", "--global", "--add", "chittysync.spawnIn", place]);
    }
    let dry = machines.ok(0, &["topics", "--spawn", "--dry-run"]);
    assert_eq!(dry.matches("not in:  ").count(), places.len(), "{dry}");
    assert!(places.iter().all(|(_, why)| dry.contains(why)) && dry.contains("~/gone: there is"), "{dry}");
    let json: serde_json::Value =
        serde_json::from_str(&machines.ok(0, &["topics", "--spawn", "--dry-run", "--json"])).expect("JSON");
    assert_eq!(json["unusable_directories"].as_array().map(Vec::len), Some(places.len()), "{json}");
    assert_eq!(json["directories"].as_array().map(Vec::len), Some(1), "{json}");
    let doctor = machines.run(0, &["doctor"]);
    assert!(doctor.stdout.contains("chittysync.spawnIn is ~/gone: there is no such directory"), "{doctor:?}");
    // Without one that is of use, the refusal says why of each.
    world.git(&world.home(), &["config", "--global", "--unset-all", "chittysync.spawnIn"]);
    machines.add(0, &FOUR);
    machines.set(0, "chittysync.spawnIn", "~/gone");
    let done = machines.run(0, &["topics", "--spawn"]);
    assert!(done.code == Some(1) && done.stderr.contains("~/gone: there is no such directory"), "{done:?}");
}

#[test]
fn three_failures_break_a_topic_and_anybody_can_pause_and_reset() {
    let machines = Machines::new("echo x >> \"$SHARED/started\"; exit 3");
    machines.set(0, "chittysync.spawnAt", "1");
    for round in 0..4 {
        machines.add(0, &[&format!("router {round}")]);
        let done = machines.run(0, &["topics", "--spawn"]);
        assert_eq!(done.code, Some(if round < 3 { 1 } else { 0 }), "{done:?}");
        assert_eq!(done.stderr.contains("broken: 3 failures"), round == 3, "{done:?}");
    }
    assert_eq!(machines.started().len(), 3);
    machines.ok(1, &["topics", "--reset", "router"]);
    assert!(machines.ok(1, &["topics", "--reset", "router"]).contains("It has not failed."));
    machines.ok(1, &["topics", "--pause"]);
    let done = machines.ok(0, &["topics", "--spawn"]);
    assert!(done.contains("paused; `git chittysync topics --resume` goes on"), "{done}");
    assert_eq!(machines.started().len(), 3);
    machines.ok(1, &["topics", "--resume"]);
    // Who asks again and again anyway asks nobody so soon.
    machines.ok(0, &["-q", "topics", "--spawn"]);
    assert_eq!(machines.started().len(), 3);
    assert_eq!(machines.run(0, &["topics", "--spawn"]).code, Some(1));
    assert_eq!(machines.started().len(), 4);
    let shown = machines.ok(1, &["topics"]);
    assert!(shown.contains("agents: 0 of 1 running"), "{shown}");
}

/// The arbiter takes the lease, and its answer never comes.
#[test]
fn timeout_after_the_server_took_it_is_a_win() {
    let machines = Machines::new(AGENT);
    machines.add(0, &FOUR);
    machines.sync();
    machines.shared.write(
        "hub.git/hooks/post-receive",
        b"#!/bin/sh\nwhile read old new ref; do case $ref in refs/chittysync-lease/*) [ -e slept ] || { touch slept; sleep 600; };; esac; done\n",
    );
    #[cfg(unix)]
    {
        let hook = machines.shared.path("hub.git/hooks/post-receive");
        std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("a program");
    }
    machines.set(0, "chittysync.timeout", "8s");
    machines.ok(0, &["topics", "--spawn"]);
    assert!(machines.hub().join("slept").exists(), "no answer came");
    assert_eq!(machines.started().len(), 1);
    assert_eq!(machines.lease()["log"].as_array().map(Vec::len), Some(1), "{}", machines.lease());
}

#[test]
fn a_host_that_takes_only_branches_and_a_store_without_a_remote() {
    let machines = Machines::new(AGENT);
    machines.shared.write("hub.git/hooks/update", b"#!/bin/sh\ncase $1 in refs/heads/*) ;; *) exit 1;; esac\n");
    #[cfg(unix)]
    {
        let hook = machines.shared.path("hub.git/hooks/update");
        std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("a program");
    }
    machines.add(0, &FOUR[..3]);
    machines.sync();
    machines.ok(1, &["topics", "--spawn"]);
    let lease = lease_at(&machines.shared, &machines.hub(), "refs/heads/chittysync-lease/spawn");
    assert_eq!(lease["day"]["spawns"], 1);
    machines.sync();
    assert_eq!(machines.states(0).len(), 3);
    machines.ok(0, &["topics", "--pause"]);
    assert_eq!(machines.ok(1, &["branch"]).lines().count(), 1);

    let alone = Machines::new(AGENT);
    let store = alone.all[0].store();
    alone.all[0].git(&store, &["config", "--unset", "chittysync.remote"]);
    alone.add(0, &FOUR[..3]);
    alone.ok(0, &["topics", "--spawn"]);
    assert_eq!(alone.started().len(), 1);
    assert_eq!(lease_at(&alone.all[0], &store, "refs/chittysync-lease/spawn")["day"]["spawns"], 1);
    assert_eq!(alone.shared.git(&alone.hub(), &["for-each-ref"]), "", "nothing leaves the device");
}

/// What it does not finish in its time is ended with it, and can be begun by others.
#[test]
fn an_agent_is_ended_at_its_time_and_lets_go() {
    let agent = "echo x >> \"$SHARED/started\"; id=$(grep -o '\"id\":\"[0-9a-f]*\"' | head -1 | cut -d'\"' -f4); git chittysync start \"$id\"; echo token=ghp_0123456789abcdefghijABCDEFGHIJ012345; sleep 600 & sleep 600";
    let machines = Machines::new(agent);
    machines.set(0, "chittysync.spawnTimeout", "8s");
    machines.set(0, "chittysync.spawnLease", "6s");
    machines.add(0, &FOUR);
    let done = machines.run(0, &["topics", "--spawn"]);
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(done.stderr.contains("the agent ended with -1"), "{done:?}");
    let states = machines.states(0);
    assert!(states.iter().all(|state| state.ends_with(": \"pending\"")), "{states:?}");
    let lease = machines.lease();
    assert_eq!((&lease["failures"]["router"], &lease["running"]), (&1.into(), &serde_json::json!([])), "{lease}");
    assert!(lease["gen"].as_u64() > Some(2), "it was renewed: {lease}");
    let logs = machines.all[0].store().join("chittysync/spawn");
    let log = std::fs::read_dir(&logs).expect("logs").flatten().next().expect("a log").path();
    let log = std::fs::read_to_string(log).expect("text");
    assert!(log.contains("[redacted: ") && !log.contains("ghp_0123"), "{log}");
}
