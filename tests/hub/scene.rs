//! A hub that runs, devices that sync with it, and a client that says to it exactly what a test wants to say.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::common::{Done, World, binary, done, set_time};
use crate::schema;

/// A hub and the world around it.
pub struct Scene {
    pub world: World,
    pub hub: Option<Child>,
    pub port: u16,
}

impl Drop for Scene {
    fn drop(&mut self) {
        if let Some(mut hub) = self.hub.take() {
            let _ = hub.kill();
            let _ = hub.wait();
        }
    }
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|err| panic!("{err}: {self:?}"))
    }

    /// Returns a header; nothing when there is none.
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).next()
    }
}

impl Scene {
    pub fn new() -> Self {
        Scene::with(&[], &[])
    }

    /// Starts a hub with these variables and arguments.
    pub fn with(variables: &[(&str, &str)], arguments: &[&str]) -> Self {
        let world = World::new();
        world.write("home/.gitconfig", HELPER.as_bytes());
        let mut scene = Scene { world, hub: None, port: 0 };
        scene.start(variables, arguments);
        scene
    }

    /// Starts the hub, on another port each time.
    pub fn start(&mut self, variables: &[(&str, &str)], arguments: &[&str]) {
        let mut command = self.world.command(binary());
        command.envs(variables.iter().copied()).arg("--store").arg(self.store("hub"));
        command.args(["hub", "--listen", "127.0.0.1:0"]).args(arguments).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the hub starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        let port = line.trim().strip_prefix("http://127.0.0.1:").and_then(|rest| rest.split('/').next());
        self.port = port.and_then(|port| port.parse().ok()).unwrap_or_else(|| panic!("no port in '{line}'"));
        self.hub = Some(child);
    }

    /// Ends the hub as a power cut does.
    pub fn kill(&mut self) {
        let mut hub = self.hub.take().expect("a hub");
        hub.kill().expect("it runs");
        hub.wait().expect("it ends");
    }

    pub fn store(&self, name: &str) -> PathBuf {
        self.world.path(&format!("{name}.git"))
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/git/todos.git", self.port)
    }

    /// Makes a token.
    pub fn token(&self, device: &str, scope: &str) -> String {
        let store = self.store("hub");
        let store = store.to_str().expect("UTF-8");
        let made = self.world.json(&["--store", store, "hub", "token", "add", "--device", device, "--scope", scope]);
        made["token"].as_str().expect("a token").to_owned()
    }

    /// Makes a device that syncs with the hub, and returns its token.
    pub fn device(&self, name: &str) -> String {
        let store = self.store(name);
        let store = store.to_str().expect("UTF-8");
        self.world.ok(&["--store", store, "init", "--remote", &self.url()]);
        self.world.git(&self.store(name), &["config", "chittysync.device", name]);
        self.token(name, "write")
    }

    /// Runs `git-chittysync` on a device that has this token.
    pub fn run(&self, device: &str, token: &str, arguments: &[&str]) -> Done {
        let store = self.store(device);
        let all: Vec<&str> = ["--store", store.to_str().expect("UTF-8")].iter().chain(arguments).copied().collect();
        self.world.run_with(&[("HUB_TOKEN", token)], &all)
    }

    /// Syncs a device.
    pub fn sync(&self, device: &str, token: &str) -> Done {
        let home = self.world.path(&format!("claude-{device}"));
        std::fs::create_dir_all(home.join("todos")).expect("a home");
        self.run(device, token, &["sync", "--from", home.to_str().expect("UTF-8")])
    }

    /// Writes a session's list into the agent's home of a device.
    pub fn list(&self, device: &str, session: &str, items: &[(&str, &str)]) {
        let items: Vec<_> = items.iter().map(|(c, s)| serde_json::json!({"content": c, "status": s})).collect();
        let content = serde_json::to_vec(&items).expect("JSON");
        let path = self.world.write(&format!("claude-{device}/todos/{session}-agent-{session}.json"), &content);
        set_time(&path, "2026-11-20T11:00:00.000Z");
    }

    /// Runs git with this token for the hub.
    pub fn git(&self, token: &str, repository: &str, arguments: &[&str]) -> Done {
        let mut command: Command = self.world.command("git");
        command.env("HUB_TOKEN", token).current_dir(self.world.path(repository)).args(arguments);
        done(command.output())
    }

    /// Returns what a ref of the hub points to; nothing when there is none.
    pub fn tip(&self, name: &str) -> String {
        self.world.git_run(&self.store("hub"), &["rev-parse", "-q", "--verify", name]).stdout.trim().to_owned()
    }

    /// Returns all refs of the hub.
    pub fn refs(&self) -> Vec<String> {
        let listed = self.world.git(&self.store("hub"), &["for-each-ref", "--format=%(refname)"]);
        listed.lines().map(str::to_owned).collect()
    }

    pub fn get(&self, path: &str, token: &str) -> Answer {
        self.ask("GET", path, token, &[], b"")
    }

    /// Posts JSON.
    pub fn post(&self, path: &str, token: &str, body: &str) -> Answer {
        self.ask("POST", path, token, &[("Content-Type", "application/json")], body.as_bytes())
    }

    /// Asks, and reads the answer to its end.
    pub fn ask(&self, method: &str, path: &str, token: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut stream = self.connect();
        let has = |name: &str| headers.iter().any(|(key, _)| key.eq_ignore_ascii_case(name));
        let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
        if !has("host") {
            head.push_str(&format!("Host: 127.0.0.1:{}\r\n", self.port));
        }
        if !token.is_empty() {
            head.push_str(&format!("Authorization: Bearer {token}\r\n"));
        }
        headers.iter().for_each(|(key, value)| head.push_str(&format!("{key}: {value}\r\n")));
        stream.write_all(format!("{head}\r\n").as_bytes()).expect("it listens");
        // One that refuses may not read all of it.
        let _ = stream.write_all(body);
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        let answer = answer(&bytes);
        let fits = schema::check(method, path, answer.status, answer.header("content-type"), &answer.body);
        assert!(fits.is_ok(), "{method} {path}: {fits:?} {answer:?}");
        answer
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(120))).expect("a timeout");
        stream
    }
}

/// Has git present the token that a variable holds, as somebody's own helper does.
pub const HELPER: &str = "[credential]\n\thelper = \"!f() { test \\\"$1\\\" = get && test -n \\\"$HUB_TOKEN\\\" && echo username=x && echo password=$HUB_TOKEN; }; f\"\n[chittysync]\n\tfsync = false\n[init]\n\tdefaultBranch = main\n";

fn answer(bytes: &[u8]) -> Answer {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

/// Waits until something is so.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < Duration::from_secs(120), "{what}: not within two minutes");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Returns the processes of this machine that have this text in their environment or arguments, by what they run.
pub fn processes(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let read = |name: &str| std::fs::read(entry.path().join(name)).unwrap_or_default();
        let (arguments, variables) = (read("cmdline"), read("environ"));
        let has = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains(text);
        if has(&arguments) || has(&variables) {
            found.push(String::from_utf8_lossy(&arguments).replace('\0', " "));
        }
    }
    found
}
