//! What Qwen Code writes of a conversation: `projects/<slug>/chats/<session>.jsonl`. It tells where the session works, and
//! every list that it wrote, each with its time.

use std::path::Path;

use serde_json::Value;

use super::names::{TOOL, TRANSCRIPT};
use super::todos;
use crate::source::entries::{conversation, entries};
use crate::source::jsonl::{self, Lines, has, text};
use crate::source::{Agent, Notice, Reading, Scan, State, Workspace, events, file};
use crate::todo::{Session, Snapshot, Time};

pub(super) fn scan(agent: &'static dyn Agent, projects: &Path, scan: &mut Scan) {
    for (_, project, _) in entries(projects, scan).into_iter().filter(|(.., metadata)| metadata.is_dir()) {
        for (name, path, metadata) in entries(&project.join("chats"), scan) {
            let Some(stem) = name.strip_suffix(".jsonl").filter(|stem| !stem.starts_with('.')) else { continue };
            conversation(agent, stem, (path, &metadata), scan);
        }
    }
}

/// Returns whether a directory has conversations in it.
pub(super) fn is_in(home: &Path) -> bool {
    let projects = entries(&home.join("projects"), &mut Scan::default());
    projects.iter().any(|(_, project, _)| project.join("chats").is_dir())
}

pub(super) fn read(path: &Path, session: &Session) -> Result<Reading, Notice> {
    let mut chat = Chat { session, reading: Reading::default(), lost: 0 };
    let lost = jsonl::read(path, &mut chat)? + chat.lost;
    let mut reading = chat.reading;
    reading.notices.extend(jsonl::notice(path, lost));
    reading.digest = file::hash(format!("{:?}", reading.states).as_bytes());
    Ok(reading)
}

/// A conversation as far as it was read.
struct Chat<'a> {
    session: &'a Session,
    reading: Reading,
    lost: usize,
}

impl Lines for Chat<'_> {
    fn wants(&self, line: &[u8]) -> bool {
        // What a list was written with is told by the answer alone, which has the list as it was saved.
        (has(line, &[TOOL]) && has(line, &["toolCallResult"]))
            || (self.reading.workspaces.is_empty() && has(line, &["\"cwd\""]))
    }

    fn line(&mut self, line: &Value) {
        if let Some(directory) = text(line, "/cwd") {
            let branch = text(line, "/gitBranch").map(str::to_owned);
            let place = Workspace { directory: directory.to_owned(), branch };
            self.reading.workspaces.entry(self.session.clone()).or_insert(place);
        }
        let result = line.get("toolCallResult").filter(|result| text(result, "/status") == Some("success"));
        let Some(shown) = result.and_then(|result| result.get("resultDisplay")) else { return };
        let parts = line.pointer("/message/parts").and_then(Value::as_array);
        let is_ours = |part: &Value| text(part, "/functionResponse/name") == Some(TOOL);
        if !parts.is_some_and(|parts| parts.iter().any(is_ours)) {
            return;
        }
        let (at, list) = (text(line, "/timestamp").and_then(Time::parse), shown.get("todos").and_then(Value::as_array));
        let (Some(at), Some(list)) = (at, list) else { return self.lost += 1 };
        let items = events::items(&todos::entries(list, text(shown, "/planId")), &todos::WORDS);
        if !items.is_empty() {
            let snapshot = Snapshot::new(self.session.clone(), TRANSCRIPT, at, items);
            let line = text(line, "/uuid").map(|uuid| file::hash(uuid.as_bytes()));
            self.reading.states.push(State { snapshot, line, change: None });
        }
    }
}
