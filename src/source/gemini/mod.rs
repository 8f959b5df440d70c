//! Gemini CLI: a file for each task of its tracker, the files of its conversations, and hooks.
//!
//! It has one of two tools, by its version, model and settings: `write_todos` writes the whole list each time, and those of
//! the tracker change one task.

mod chats;
mod names;
mod tracker;
mod workspace;

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::agent::{Agent, Keeper, Scan, Unit, Watched};
use super::entries::entries;
use super::events::{self, text};
use super::heard::Heard;
use super::reading::{Notice, Reading, UnitKind};
use crate::todo::{SourceKind, Time};
use names::{HOOK, TASKS, TOOL, TRACKER, TRANSCRIPT, WORDS};
use workspace::root_of;

/// The variable that moves the home.
const HOME: &str = "GEMINI_CLI_HOME";

/// Gemini CLI.
#[derive(Debug)]
pub struct Gemini;

impl Agent for Gemini {
    fn name(&self) -> &'static str {
        "gemini"
    }

    fn title(&self) -> &'static str {
        "Gemini CLI"
    }

    fn sources(&self) -> &'static [SourceKind] {
        &[TASKS, TRANSCRIPT, HOOK]
    }

    fn home_variables(&self) -> &'static [&'static str] {
        &[HOME]
    }

    fn session_variables(&self) -> &'static [&'static str] {
        &["GEMINI_SESSION_ID"]
    }

    fn home(&self) -> Option<PathBuf> {
        let set = std::env::var_os(HOME).filter(|path| !path.is_empty()).map(PathBuf::from);
        set.or_else(std::env::home_dir).map(|home| home.join(".gemini"))
    }

    fn recognises(&self, directory: &Path) -> bool {
        directory.join("tmp").is_dir() && (directory.ends_with(".gemini") || directory.join("projects.json").is_file())
    }

    fn watched(&self) -> &'static [Watched] {
        // `<project>/chats`, `<project>/<session>/tracker`.
        &[Watched { directory: "tmp", below: is_below, files: &[".json", ".jsonl"] }]
    }

    fn scan(&self, home: &Path, scan: &mut Scan) {
        for (_, project, _) in entries(&home.join("tmp"), scan).into_iter().filter(|(.., found)| found.is_dir()) {
            chats::scan(&Gemini, &project.join("chats"), scan);
            tracker::scan(&Gemini, &project, scan);
        }
    }

    fn read(&self, unit: &Unit) -> Result<Reading, Notice> {
        // A conversation and a tracker are as deep in their project's directory.
        let project = unit.path.parent().and_then(Path::parent);
        let place = project.and_then(root_of);
        match &unit.kind {
            UnitKind::Tasks { session } => Ok(tracker::read(&unit.path, session, place)),
            UnitKind::Transcript { session } => chats::read(&unit.path, session, place),
            UnitKind::Database { .. } | UnitKind::List { .. } => Ok(Reading::default()),
        }
    }

    fn keeper(&self, _: &Unit) -> Option<Keeper> {
        None
    }

    fn reduce(&self, event: &Value, _: &str, _: Time) -> Result<Option<Value>, String> {
        events::reduce(event, |tool, event| {
            let failed = event.pointer("/tool_response/error").is_some_and(|error| !error.is_null());
            match tool {
                _ if failed => Ok(None),
                TOOL => {
                    let list = event.pointer("/tool_input/todos").and_then(Value::as_array);
                    list.cloned().map(Some).ok_or_else(|| "has no list of todos".to_owned())
                }
                // A call tells of one change, and calls come out of order: what stands there is what counts.
                _ if tool.starts_with(TRACKER) => Ok(tracker_of(event).and_then(|path| tracker::entries(&path))),
                _ => Ok(None),
            }
        })
    }

    fn began_in(&self, event: &Value) -> Option<PathBuf> {
        let transcript = text(event, &["transcript_path"]).map(Path::new);
        let root = transcript.and_then(|path| root_of(path.parent()?.parent()?));
        root.map(PathBuf::from).or_else(|| text(event, &["cwd"]).map(PathBuf::from))
    }

    fn hear(&self, event: &Value) -> Result<Heard, String> {
        events::hear(event, HOOK, &WORDS)
    }
}

fn is_below(path: &Path) -> bool {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str()).collect();
    match parts.as_slice() {
        [_] | [_, _] => true,
        [_, _, tracker] => *tracker == "tracker",
        _ => false,
    }
}

/// Returns the directory with the tasks of an event's session.
fn tracker_of(event: &Value) -> Option<PathBuf> {
    let project = Path::new(text(event, &["transcript_path"])?).parent()?.parent()?;
    // Its name is one of a directory, whatever somebody gives for it.
    let session = text(event, &["session_id"]).filter(|name| !name.contains(['/', '\\']) && !name.starts_with('.'))?;
    Some(project.join(session).join("tracker"))
}
