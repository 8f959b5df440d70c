//! Qwen Code: a file with the list of each session, the files of its conversations, and hooks. Its tool `todo_write`
//! writes the whole list each time.

mod chats;
mod names;
mod todos;

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::agent::{Agent, Keeper, Scan, Unit, Watched};
use super::heard::Heard;
use super::reading::{Notice, Reading, UnitKind};
use super::{began, events};
use crate::todo::{SourceKind, Time};
use names::{HOOK, TODOS, TOOL, TRANSCRIPT};

/// The variables that move the home, the best one first: lists and conversations stand where it runs.
const HOMES: [&str; 2] = ["QWEN_RUNTIME_DIR", "QWEN_HOME"];

/// Qwen Code.
#[derive(Debug)]
pub struct Qwen;

impl Agent for Qwen {
    fn name(&self) -> &'static str {
        "qwen"
    }

    fn title(&self) -> &'static str {
        "Qwen Code"
    }

    fn sources(&self) -> &'static [SourceKind] {
        &[TODOS, TRANSCRIPT, HOOK]
    }

    fn home_variables(&self) -> &'static [&'static str] {
        &HOMES
    }

    fn session_variables(&self) -> &'static [&'static str] {
        &["QWEN_CODE_SESSION_ID"]
    }

    fn home(&self) -> Option<PathBuf> {
        first_of(&HOMES)
    }

    fn settings_home(&self) -> Option<PathBuf> {
        first_of(&HOMES[1..])
    }

    fn recognises(&self, directory: &Path) -> bool {
        directory.ends_with(".qwen") || chats::is_in(directory)
    }

    fn watched(&self) -> &'static [Watched] {
        &[
            Watched { directory: "todos", below: |_| false, files: &[".json"] },
            Watched { directory: "projects", below: |path| path.components().count() <= 2, files: &[".jsonl"] },
        ]
    }

    fn scan(&self, home: &Path, scan: &mut Scan) {
        todos::scan(&Qwen, &home.join("todos"), scan);
        chats::scan(&Qwen, &home.join("projects"), scan);
    }

    fn read(&self, unit: &Unit) -> Result<Reading, Notice> {
        match &unit.kind {
            UnitKind::List { session, .. } => todos::read(&unit.path, session),
            UnitKind::Transcript { session } => chats::read(&unit.path, session),
            UnitKind::Database { .. } | UnitKind::Tasks { .. } => Ok(Reading::default()),
        }
    }

    fn keeper(&self, _: &Unit) -> Option<Keeper> {
        None
    }

    fn reduce(&self, event: &Value, _: &str, _: Time) -> Result<Option<Value>, String> {
        events::reduce(event, |tool, event| {
            if tool != TOOL {
                return Ok(None);
            }
            // What was saved, else what was asked for.
            let shown = event.pointer("/tool_response/returnDisplay");
            let list = shown.and_then(|shown| shown.get("todos")).or_else(|| event.pointer("/tool_input/todos"));
            let list = list.and_then(Value::as_array).ok_or("has no list of todos")?;
            let plan = shown.and_then(|shown| shown.get("planId")).and_then(Value::as_str);
            Ok(Some(todos::entries(list, plan)))
        })
    }

    fn began_in(&self, event: &Value) -> Option<PathBuf> {
        began::of_event(event, &["/cwd"])
    }

    fn hear(&self, event: &Value) -> Result<Heard, String> {
        events::hear(event, HOOK, &todos::WORDS)
    }
}

/// Returns what the first of these variables says, else the home that it has without.
fn first_of(variables: &[&str]) -> Option<PathBuf> {
    let set = variables.iter().filter_map(std::env::var_os).find(|path| !path.is_empty()).map(PathBuf::from);
    set.or_else(|| std::env::home_dir().map(|home| home.join(".qwen")))
}
