//! What Gemini CLI writes of a conversation: `tmp/<project>/chats/session-<time>-<begin of the session>.jsonl`.
//!
//! A message is written again when its tools have run, and a line may change what stood before it. A call counts once,
//! with its time, when it succeeded.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::names::{TOOL, TRANSCRIPT, WORDS};
use super::workspace::workspace;
use crate::source::entries::{conversation, entries};
use crate::source::jsonl::{self, Lines, has, text};
use crate::source::{Agent, Notice, Reading, Scan, State, events, file};
use crate::todo::{Session, Snapshot, Time};

pub(super) fn scan(agent: &'static dyn Agent, chats: &Path, scan: &mut Scan) {
    for (name, path, metadata) in entries(chats, scan) {
        let Some(stem) = name.strip_suffix(".jsonl").filter(|stem| stem.starts_with("session-")) else { continue };
        conversation(agent, stem, (path, &metadata), scan);
    }
}

pub(super) fn read(path: &Path, file: &Session, directory: Option<String>) -> Result<Reading, Notice> {
    let mut chat = Chat { session: None, known: BTreeSet::new(), reading: Reading::default(), lost: 0 };
    let lost = jsonl::read(path, &mut chat)? + chat.lost;
    let Chat { session, mut reading, .. } = chat;
    // The name of the file has only the beginning of the session's.
    workspace(&mut reading, file, directory.clone());
    session.iter().for_each(|session| workspace(&mut reading, session, directory.clone()));
    reading.notices.extend(jsonl::notice(path, lost));
    reading.digest = file::hash(format!("{:?}", reading.states).as_bytes());
    Ok(reading)
}

/// A conversation as far as it was read.
struct Chat {
    /// Whose it is, which its first line says.
    session: Option<Session>,
    /// The calls that were counted.
    known: BTreeSet<u64>,
    reading: Reading,
    lost: usize,
}

impl Lines for Chat {
    fn wants(&self, line: &[u8]) -> bool {
        self.session.is_none() || (has(line, &[TOOL]) && has(line, &["toolCalls"]))
    }

    fn line(&mut self, line: &Value) {
        if self.session.is_none() {
            self.session = text(line, "/sessionId").and_then(|name| Session::new(name).ok());
        }
        let written_again = line.pointer("/$set/messages").and_then(Value::as_array);
        for message in written_again.into_iter().flatten().chain([line]) {
            for call in message.get("toolCalls").and_then(Value::as_array).into_iter().flatten() {
                let is_done = text(call, "/status") == Some("success");
                if is_done && text(call, "/name") == Some(TOOL) {
                    self.call(call);
                }
            }
        }
    }
}

impl Chat {
    fn call(&mut self, call: &Value) {
        let at = text(call, "/timestamp").and_then(Time::parse);
        let list = call.pointer("/args/todos").and_then(Value::as_array);
        let (Some(session), Some(at), Some(list)) = (&self.session, at, list) else { return self.lost += 1 };
        let id = text(call, "/id").unwrap_or_default();
        let line = file::hash(format!("{session} {id} {at}").as_bytes());
        let items = events::items(list, &WORDS);
        if !items.is_empty() && self.known.insert(line) {
            let snapshot = Snapshot::new(session.clone(), TRANSCRIPT, at, items);
            self.reading.states.push(State { snapshot, line: Some(line), change: None });
        }
    }
}
