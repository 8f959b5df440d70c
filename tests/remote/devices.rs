//! Devices in one world: each with a store and an agent's home of its own, and a hub between them.

use std::path::PathBuf;

use crate::common::{Done, NOW, World, set_time};
use crate::servers::Server;

/// Returns whether devices sync over our own hub, and not over a directory.
pub fn is_over_the_hub() -> bool {
    std::env::var_os("CHITTYSYNC_TEST_OVER").is_some_and(|over| over == "hub")
}

pub struct Devices {
    /// What serves the hub, where that is a program.
    #[cfg_attr(not(all(unix, feature = "hub")), expect(dead_code, reason = "set by builds with the hub alone"))]
    served: Option<Server>,
    pub world: World,
}

impl Devices {
    /// Returns devices of these names that sync with an empty hub.
    pub fn new(names: &[&str]) -> Self {
        let mut devices = Devices::without_hub(names);
        let url = match is_over_the_hub() {
            true => devices.serve(),
            false => {
                devices.world.git(&devices.world.path(""), &["init", "-q", "--bare", "hub.git"]);
                devices.hub().to_string_lossy().into_owned()
            }
        };
        for name in names {
            devices.ok(name, &["init", "--remote", &url]);
        }
        devices
    }

    /// Has our own hub serve `hub.git`, and returns where.
    #[cfg(all(unix, feature = "hub"))]
    pub fn serve(&mut self) -> String {
        let (served, url) = crate::hub_server::serve(&self.world);
        self.served = Some(served);
        url
    }

    /// Ends the hub, as a power cut does.
    #[cfg(all(unix, feature = "hub"))]
    pub fn stop(&mut self) {
        self.served = None;
    }

    #[cfg(not(all(unix, feature = "hub")))]
    fn serve(&mut self) -> String {
        panic!("this is a build without the hub")
    }

    /// Returns devices of these names that sync with nobody.
    pub fn without_hub(names: &[&str]) -> Self {
        let world = World::new();
        world.write("home/.gitconfig", b"[chittysync]\n\tfsync = false\n\tdevice = d\n");
        let devices = Devices { served: None, world };
        for name in names {
            devices.ok(name, &["init", "--default"]);
            std::fs::create_dir_all(devices.world.path(&format!("claude-{name}/todos"))).expect("a home");
        }
        devices
    }

    pub fn hub(&self) -> PathBuf {
        self.world.path("hub.git")
    }

    pub fn store(&self, name: &str) -> PathBuf {
        self.world.path(&format!("{name}.git"))
    }

    /// Runs `git-chittysync` on a device.
    pub fn run(&self, name: &str, arguments: &[&str]) -> Done {
        self.run_at(name, NOW, arguments)
    }

    pub fn run_at(&self, name: &str, now: &str, arguments: &[&str]) -> Done {
        let store = self.store(name);
        let mut all = vec!["--store", store.to_str().expect("UTF-8")];
        all.extend(arguments);
        self.world.run_with(&[("CHITTYSYNC_NOW", now)], &all)
    }

    /// Runs `git-chittysync` on a device and expects success.
    pub fn ok(&self, name: &str, arguments: &[&str]) -> Done {
        let done = self.run(name, arguments);
        assert_eq!(done.code, Some(0), "{name} {arguments:?}: {done:?}");
        done
    }

    /// Syncs a device.
    pub fn try_sync(&self, name: &str, now: &str, more: &[&str]) -> Done {
        let home = self.world.path(&format!("claude-{name}"));
        let mut arguments = vec!["sync", "--from", home.to_str().expect("UTF-8")];
        arguments.extend(more);
        self.run_at(name, now, &arguments)
    }

    /// Syncs a device and expects success.
    pub fn sync(&self, name: &str) -> Done {
        self.sync_at(name, NOW)
    }

    pub fn sync_at(&self, name: &str, now: &str) -> Done {
        let done = self.try_sync(name, now, &[]);
        assert_eq!(done.code, Some(0), "{name}: {done:?}");
        done
    }

    /// Syncs all of them twice.
    pub fn sync_all(&self, names: &[&str]) {
        for name in [names, names].concat() {
            self.sync(name);
        }
    }

    /// Writes a session's list into the agent's home of a device.
    pub fn list(&self, name: &str, session: &str, at: &str, items: &[(&str, &str)]) {
        let items: Vec<_> = items.iter().map(|(c, s)| serde_json::json!({"content": c, "status": s})).collect();
        let content = serde_json::to_vec(&items).expect("JSON");
        let path = self.world.write(&format!("claude-{name}/todos/{session}-agent-{session}.json"), &content);
        set_time(&path, at);
    }

    /// Returns `content: status` of all todos of a device, sorted.
    pub fn states(&self, name: &str) -> Vec<String> {
        let done = self.ok(name, &["--json", "list", "--all"]);
        let todos: Vec<serde_json::Value> = serde_json::from_str(&done.stdout).expect("a list");
        let text = |todo: &serde_json::Value, key: &str| todo[key].as_str().expect("text").to_owned();
        let mut all: Vec<_> =
            todos.iter().map(|todo| format!("{}: {}", text(todo, "content"), text(todo, "status"))).collect();
        all.sort();
        all
    }

    /// Returns what a ref of a repository points to; nothing when there is none.
    pub fn tip(&self, repository: &std::path::Path, name: &str) -> String {
        self.world.git_run(repository, &["rev-parse", "-q", "--verify", name]).stdout.trim().to_owned()
    }

    /// Returns the names of a repository's refs below a prefix.
    pub fn refs(&self, repository: &std::path::Path, prefix: &str) -> Vec<String> {
        let listed = self.world.git(repository, &["for-each-ref", "--format=%(refname)", prefix]);
        listed.lines().map(str::to_owned).collect()
    }

    /// Puts a hook into the hub.
    pub fn hook(&self, name: &str, script: &str) {
        let path = self.world.write(&format!("hub.git/hooks/{name}"), format!("#!/bin/sh\n{script}\n").as_bytes());
        #[cfg(unix)]
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("a program");
    }

    /// Expects that all of them, and the hub, have the same branch.
    pub fn agree(&self, names: &[&str]) {
        let hub = self.tip(&self.hub(), "consolidated");
        assert!(!hub.is_empty());
        for name in names {
            assert_eq!(self.tip(&self.store(name), "consolidated"), hub, "{name}");
        }
    }
}
