//! A checkout of a store's consolidated branch, with the driver that `install` configures.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chittysync::codec::{decode_todos, encode_todos};
use chittysync::todo::{Project, TodoId};
use serde_json::{Value, json};

use crate::common::{Done, World};

/// The file that the tests merge.
pub const TODOS: &str = "projects/web/todos.json";

/// Who said what of which todo, and in which minute.
pub type Statement<'a> = (&'a str, &'a str, &'a str, u32);

pub struct Checkout {
    pub world: World,
    pub directory: PathBuf,
}

impl Checkout {
    /// Returns a checkout of a store in which two sessions have spoken.
    pub fn new() -> Self {
        let world = World::new();
        world.write("home/.gitconfig", b"[chittysync]\n\tfsync = false\n");
        world.list("ana", "2026-11-20T11:00:00Z", &[("Draw the chart", "completed")]);
        world.list("ben", "2026-11-20T11:01:00Z", &[("Write the query", "pending")]);
        let claude = world.path("claude");
        world.ok(&["sync", "-q", "--project", "other", "--from", claude.to_str().expect("UTF-8")]);
        world.ok(&["install", "-q"]);
        let directory = world.path("checkout");
        let store = world.store();
        world.git(&world.path(""), &["clone", "-q", store.to_str().expect("UTF-8"), "checkout"]);
        Checkout { world, directory }
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        self.world.git(&self.directory, arguments)
    }

    pub fn git_run(&self, arguments: &[&str]) -> Done {
        self.world.git_run(&self.directory, arguments)
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.directory.join(name)).expect("a file")
    }

    /// Commits a file.
    pub fn commit(&self, name: &str, content: &[u8]) -> String {
        self.world.write(&format!("checkout/{name}"), content);
        self.git(&["add", "--all"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", name]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Makes the branches `ours`, checked out, and `theirs`, which come from one commit; a side without
    /// content has no such file.
    pub fn diverge(&self, name: &str, [base, ours, theirs]: [Option<&[u8]>; 3]) {
        let commit = |content: Option<&[u8]>| match content {
            Some(content) => self.commit(name, content),
            None => {
                let _ = std::fs::remove_file(self.directory.join(name));
                self.git(&["add", "--all"]);
                self.git(&["commit", "-q", "--allow-empty", "-m", "without the file"])
            }
        };
        self.git(&["checkout", "-q", "-b", "base"]);
        commit(base);
        self.git(&["checkout", "-q", "-b", "theirs"]);
        commit(theirs);
        self.git(&["checkout", "-q", "-b", "ours", "base"]);
        commit(ours);
    }

    /// Returns what the checked out list says, by words.
    pub fn statuses(&self) -> BTreeMap<String, String> {
        statuses(&self.read(TODOS))
    }

    /// Expects a clean tree on the branch `ours`, with this file as it was.
    #[track_caller]
    pub fn expect_untouched(&self, name: &str, content: &[u8]) {
        assert_eq!(self.read(name), content);
        assert_eq!(self.git(&["rev-parse", "HEAD"]), self.git(&["rev-parse", "ours"]));
        assert_eq!(self.git(&["status", "--porcelain"]), "");
    }
}

/// Returns a list in which these statements stand.
pub fn todos(statements: &[Statement]) -> Vec<u8> {
    let project = Project::new("web").expect("a project");
    let mut lines: BTreeMap<&str, Value> = BTreeMap::new();
    for (content, session, status, minute) in statements {
        let at = format!("2026-11-20T10:{minute:02}:00.000Z");
        let id = TodoId::of(&project, content).to_string();
        let line = lines
            .entry(content)
            .or_insert_with(|| json!({"id": id, "content": content, "created": "2026-11-20T10:00:00.000Z"}));
        line["claims"][session] = json!({"status": status, "at": at});
    }
    let text = json!(lines.into_values().collect::<Vec<_>>()).to_string();
    encode_todos(&decode_todos(text.as_bytes()).expect("our own format"))
}

/// Returns the status of each todo in a list, by words.
pub fn statuses(list: &[u8]) -> BTreeMap<String, String> {
    let list: Vec<Value> = serde_json::from_slice(list).expect("JSON");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    list.iter().map(|line| (text(&line["content"]), text(&line["status"]))).collect()
}

/// Returns what [`statuses`] should return.
pub fn expected(statuses: &[(&str, &str)]) -> BTreeMap<String, String> {
    statuses.iter().map(|(content, status)| ((*content).to_owned(), (*status).to_owned())).collect()
}
