//! Daemons that end with their test, whatever happens in it.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::common::{Done, World, binary};

/// Longer than anything here takes on a busy machine.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Waits until something holds.
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < TIMEOUT, "{what}: not after {TIMEOUT:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A daemon in a world, started with `daemon start`.
pub struct Daemon<'a> {
    pub world: &'a World,
    pub pid: u32,
}

/// Returns a program in a world, with the agent's home in `claude`.
pub fn command(world: &World, arguments: &[&str]) -> Command {
    let mut command = world.command(binary());
    command.args(arguments).env("CLAUDE_CONFIG_DIR", world.path("claude")).env("CHITTYSYNC_LOG", "debug");
    command
}

/// Runs the program to its end.
pub fn run(world: &World, arguments: &[&str]) -> Done {
    crate::common::done(command(world, arguments).output())
}

impl<'a> Daemon<'a> {
    /// Starts one, and expects that it is up.
    pub fn start(world: &'a World) -> Self {
        let done = run(world, &["--json", "daemon", "start"]);
        assert_eq!(done.code, Some(0), "{done:?}");
        let started: Value = serde_json::from_str(&done.stdout).expect("JSON");
        Daemon { world, pid: started["pid"].as_u64().and_then(|pid| pid.try_into().ok()).expect("a pid") }
    }

    /// Returns what `daemon status --json` says.
    pub fn status(&self) -> Value {
        status(self.world)
    }

    /// Returns how often `sync` ran.
    pub fn runs(&self) -> u64 {
        self.status()["jobs"]["sync"]["runs"].as_u64().unwrap_or(0)
    }

    /// Waits until the todo with these words is consolidated.
    pub fn knows(&self, content: &str) {
        until(content, || {
            let done = self.world.run(&["--json", "list", "--all"]);
            let todos: Value = serde_json::from_str(&done.stdout).unwrap_or_default();
            todos.as_array().is_some_and(|todos| todos.iter().any(|todo| todo["content"] == content))
        });
    }

    /// Waits until it has nothing left to do.
    pub fn rests(&self) {
        let look = || {
            let found = self.status();
            let running = found["jobs"].as_object().into_iter().flatten().any(|(_, job)| job["next"].is_null());
            (running, found["wakeups"].clone())
        };
        let mut seen = look();
        until("it rests", || {
            std::thread::sleep(Duration::from_secs(1));
            let before = std::mem::replace(&mut seen, look());
            before == seen && !seen.0
        });
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: &str) {
        kill(self.pid, signal);
    }
}

impl Drop for Daemon<'_> {
    fn drop(&mut self) {
        kill(self.pid, "-TERM");
        let started = Instant::now();
        while is_alive(self.pid) && started.elapsed() < Duration::from_secs(10) {
            std::thread::sleep(Duration::from_millis(10));
        }
        kill(self.pid, "-KILL");
    }
}

/// Returns what `daemon status --json` says.
pub fn status(world: &World) -> Value {
    serde_json::from_str(&run(world, &["--json", "daemon", "status"]).stdout).expect("JSON")
}

/// Sends a process a signal, if it is there.
pub fn kill(pid: u32, signal: &str) {
    let mut command = Command::new("kill");
    let _ = command.args([signal, &pid.to_string()]).stderr(Stdio::null()).status();
}

/// Returns whether a process is there and has not ended.
pub fn is_alive(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')').next().is_some_and(|rest| !rest.is_empty() && !rest.trim_start().starts_with(['Z', 'X']))
}

/// Returns how many processes have this word on their command line.
pub fn processes(word: &str) -> usize {
    let found = std::fs::read_dir("/proc").into_iter().flatten().flatten().filter(|entry| {
        let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).split('\0').any(|part| part == word)
    });
    found.count()
}
