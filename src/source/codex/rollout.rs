//! What Codex writes of a conversation: `sessions/<year>/<month>/<day>/rollout-<time>-<session>.jsonl`.
//!
//! A call and its answer stand on two lines. A call counts when it was answered that the plan is updated: one that was
//! refused never was the list.

use std::collections::HashMap;
use std::path::Path;

use serde_json::Value;

use super::names::{DONE, TOOL, TRANSCRIPT, WORDS};
use crate::source::entries::entries;
use crate::source::jsonl::{self, Lines, has, text};
use crate::source::{Agent, Notice, Reading, Scan, Stamp, State, Unit, UnitKind, Workspace, events, file, json};
use crate::todo::{Item, Session, Snapshot, Status, Time};

/// How deep the directories of days are.
const DEEPEST: usize = 3;
/// How long the time in a file's name is.
const TIME: usize = "2026-11-29T10-05-21-".len();
/// What the list of a session's goal is called.
const GOAL: &str = "goal";

pub(super) fn scan(agent: &'static dyn Agent, directory: &Path, depth: usize, scan: &mut Scan) {
    for (name, path, metadata) in entries(directory, scan) {
        if metadata.is_dir() && depth < DEEPEST {
            self::scan(agent, &path, depth + 1, scan);
            continue;
        }
        let Some(stem) = name.strip_prefix("rollout-") else { continue };
        if stem.ends_with(".jsonl.zst") {
            scan.notices.push(Notice::new(&path, "is compressed", "it is read if you unpack it beside"));
        }
        let Some(stem) = stem.strip_suffix(".jsonl") else { continue };
        if !metadata.is_file() {
            scan.notices.push(file::not_a_file(&path, &metadata));
            continue;
        }
        match Session::new(stem.get(TIME..).unwrap_or_default()) {
            Ok(session) => {
                let (kind, stamp) = (UnitKind::Transcript { session }, Stamp::of(&metadata));
                scan.units.push(Unit { agent, path, kind, stamp });
            }
            Err(err) => scan.notices.push(Notice::new(&path, format!("is named for no session: {err}"), "rename it")),
        }
    }
}

/// Returns whether a directory has conversations of a year in it.
pub(super) fn is_in(home: &Path) -> bool {
    let is_year = |name: &str| name.len() == 4 && name.bytes().all(|byte| byte.is_ascii_digit());
    entries(&home.join("sessions"), &mut Scan::default()).iter().any(|(name, ..)| is_year(name))
}

pub(super) fn read(path: &Path, session: &Session) -> Result<Reading, Notice> {
    let mut rollout = Rollout { session, calls: HashMap::new(), reading: Reading::default(), lost: 0 };
    let lost = jsonl::read(path, &mut rollout)? + rollout.lost;
    let mut reading = rollout.reading;
    reading.notices.extend(jsonl::notice(path, lost));
    reading.digest = file::hash(format!("{:?}", reading.states).as_bytes());
    Ok(reading)
}

/// A conversation as far as it was read.
struct Rollout<'a> {
    session: &'a Session,
    /// What was asked for and not answered yet: the tool, and what it was given.
    calls: HashMap<String, (String, String)>,
    reading: Reading,
    lost: usize,
}

impl Lines for Rollout<'_> {
    fn wants(&self, line: &[u8]) -> bool {
        let is_call = has(line, &["session_meta", TOOL, "create_goal", "update_goal"]);
        is_call || (!self.calls.is_empty() && has(line, &["function_call_output"]))
    }

    fn line(&mut self, line: &Value) {
        match (text(line, "/type"), text(line, "/payload/type")) {
            (Some("session_meta"), _) => self.place(line),
            (_, Some("function_call")) => {
                let part = |pointer| text(line, pointer).map(str::to_owned);
                let parts = (part("/payload/call_id"), part("/payload/name"), part("/payload/arguments"));
                if let (Some(id), Some(name), Some(given)) = parts
                    && [TOOL, "create_goal", "update_goal"].contains(&name.as_str())
                {
                    self.calls.insert(id, (name, given));
                }
            }
            (_, Some("function_call_output")) => self.answer(line),
            _ => {}
        }
    }
}

impl Rollout<'_> {
    fn place(&mut self, line: &Value) {
        let Some(directory) = text(line, "/payload/cwd") else { return };
        let branch = text(line, "/payload/git/branch").map(str::to_owned);
        let place = Workspace { directory: directory.to_owned(), branch };
        // One that continues another one may repeat how that began.
        self.reading.workspaces.entry(self.session.clone()).or_insert(place);
    }

    fn answer(&mut self, line: &Value) {
        let id = text(line, "/payload/call_id").unwrap_or_default();
        let Some((name, given)) = self.calls.remove(id) else { return };
        let output = ["/payload/output", "/payload/output/content"].iter().find_map(|at| text(line, at));
        let Some(output) = output else { return self.lost += 1 };
        let (list, agent, items) = match name.as_str() {
            TOOL if output.trim() == DONE => (Ok(self.session.clone()), None, plan(&given)),
            TOOL => return,
            _ => (self.session.agent(GOAL), Some(GOAL.to_owned()), goal(output)),
        };
        let at = text(line, "/timestamp").and_then(Time::parse);
        let (Some(items), Some(at), Ok(list)) = (items, at, list) else { return self.lost += 1 };
        // What is cleared is not unwanted.
        if !items.is_empty() {
            let snapshot = Snapshot { agent, ..Snapshot::new(list, TRANSCRIPT, at, items) };
            // The session is a part of it: a model may number its calls from 0 in each.
            let line = file::hash(format!("{} {id} {at}", self.session).as_bytes());
            self.reading.states.push(State { snapshot, line: Some(line), change: None });
        }
    }
}

/// Returns the list that a call was given.
fn plan(given: &str) -> Option<Vec<Item>> {
    let given = json::parse(given.as_bytes()).ok()?;
    Some(events::items(given.get("plan")?.as_array()?, &WORDS))
}

/// Returns the goal that a tool answered with. Nothing of it where the tool refused.
fn goal(output: &str) -> Option<Vec<Item>> {
    let Ok(answer) = json::parse(output.as_bytes()) else { return Some(Vec::new()) };
    let Some(content) = text(&answer, "/goal/objective").filter(|words| !words.trim().is_empty()) else {
        return Some(Vec::new());
    };
    let status = match text(&answer, "/goal/status") {
        Some("complete") => Status::Completed,
        Some("active") | None => Status::InProgress,
        Some(_) => Status::Pending,
    };
    Some(vec![Item { content: content.to_owned(), status, ..Item::default() }])
}
