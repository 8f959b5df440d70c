//! Made-up homes of agents and lists of todos, the same on every run.

use std::path::{Path, PathBuf};

use chittysync::todo::{Claim, Claims, Fields, Project, Session, Status, Time, Todo, TodoId, TodoList};

/// Small numbers that look random and are not.
pub struct Numbers(u64);

impl Numbers {
    pub fn new(seed: u64) -> Self {
        Numbers(seed)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % limit
    }
}

fn words(number: usize) -> String {
    let verbs = ["Fix", "Write", "Add", "Remove", "Update", "Test", "Document", "Review"];
    let things = ["the login tests", "the payment webhook", "the retry policy", "the search index", "the export job"];
    format!("{} {} step {number}", verbs[number % verbs.len()], things[number % things.len()])
}

/// Returns the name of a session.
pub fn session(number: usize) -> String {
    format!("{number:08x}-0000-4000-8000-{number:012x}")
}

/// Writes a home with so many sessions and about so many todos, a third of them said more than once.
pub fn home(directory: &Path, sessions: usize, todos: usize) {
    let lists = directory.join("todos");
    std::fs::create_dir_all(&lists).expect("a directory");
    let mut numbers = Numbers::new(7);
    for session_number in 0..sessions {
        let length = todos / sessions + usize::from(session_number < todos % sessions);
        let items: Vec<String> = (0..length).map(|_| item(&mut numbers, todos * 2 / 3)).collect();
        let path = list_path(directory, session_number);
        std::fs::write(&path, format!("[\n  {}\n]", items.join(",\n  "))).expect("a file");
        let minute = session_number % 60;
        let day = 1 + session_number / 60 % 28;
        crate::common::set_time(&path, &format!("2026-10-{day:02}T08:{minute:02}:00Z"));
    }
}

fn item(numbers: &mut Numbers, different: usize) -> String {
    let content = words(numbers.below(different.max(1)));
    let status = Status::ALL[numbers.below(3)];
    format!(r#"{{"content": "{content}", "status": "{status}", "activeForm": "Doing: {content}"}}"#)
}

/// Returns the list file of a session.
pub fn list_path(directory: &Path, number: usize) -> PathBuf {
    let name = session(number);
    directory.join(format!("todos/{name}-agent-{name}.json"))
}

/// Returns a list of so many todos, each said by two sessions, the second one at this time.
pub fn list(length: usize, at: i64) -> TodoList {
    let project = Project::general();
    let mut numbers = Numbers::new(u64::try_from(at).expect("positive"));
    let claim = |status, at| Claim::new(status, Time::from_millis(at));
    let todos = (0..length).map(|number| {
        let content = words(number);
        let said = [
            (Session::new(&session(1)).expect("valid"), claim(Status::Pending, 1)),
            (Session::new(&session(2)).expect("valid"), claim(Status::ALL[numbers.below(3)], at)),
        ];
        let id = TodoId::of(&project, &content);
        let claims: Claims = said.into_iter().collect();
        (id, Todo { id, content, nth: 1, created: Time::from_millis(1), claims, fields: Fields::new() })
    });
    todos.collect()
}
