//! What one of Claude Code's transcripts says: a JSON object a line.
//!
//! The only place that knows where a session worked, and where today's TodoWrite lists are. The format is
//! the agent's own and changes; what tells of todos and cannot be read or applied is counted. A call counts when its result
//! is there: what was asked for and refused was never the list.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{BufRead, BufReader};
use std::path::Path;

use serde_json::Value;

use super::names::TRANSCRIPT;
use super::titles::Titles;
use super::{answer, call, goal};
use crate::source::records::records;
use crate::source::{Change, Notice, Reading, State, Workspace, file, item, json};
use crate::todo::{Item, Session, Snapshot, Time};

/// What a line must contain to tell of todos. Looking for bytes is much cheaper than reading JSON.
const TELLING: [&str; 8] =
    ["TodoWrite", "newTodos", "Todos have been", "TaskCreate", "TaskUpdate", "\"taskId\"", "\"task\"", "goal_status"];

/// The key by which a result names its call.
const RESULT_OF: &[u8] = b"\"tool_use_id\"";

pub(super) fn read(path: &Path, session: &Session) -> Result<Reading, Notice> {
    let (file, metadata) = file::open(path)?;
    let mut reader = BufReader::with_capacity(1 << 16, file);
    let mut transcript = Transcript {
        session,
        calls: HashMap::new(),
        others: HashSet::new(),
        tasks: BTreeMap::new(),
        reading: Reading::default(),
        lost: BTreeMap::new(),
        titles: Titles::default(),
    };
    let needles: Vec<_> = TELLING.iter().map(memchr::memmem::Finder::new).collect();
    let tells = |bytes: &[u8]| needles.iter().any(|needle| needle.find(bytes).is_some());
    let (mut line, mut left) = (Vec::new(), metadata.len());
    while left > 0 {
        line.clear();
        let read = std::io::Read::take(&mut reader, left.min(file::LARGEST)).read_until(b'\n', &mut line);
        let read = read.map_err(|err| Notice::new(path, format!("cannot be read: {err}"), "make it readable"))?;
        if read == 0 {
            break;
        }
        left -= read as u64;
        let placed = transcript.reading.workspaces.contains_key(session);
        let telling = tells(&line) || transcript.awaits(&line);
        if !transcript.titles.may_name(&line) && !telling && placed {
            continue;
        }
        if let Ok(value) = json::parse(&line) {
            transcript.line(&value);
            continue;
        }
        let found = records(&line);
        found.whole.iter().for_each(|record| transcript.line(record));
        // The last line may be in the making.
        if line.ends_with(b"\n") && found.rest.iter().any(|rest| tells(rest) || transcript.awaits(rest)) {
            transcript.lose("cannot be read");
        }
    }
    let Transcript { mut reading, lost, titles, .. } = transcript;
    reading.called.extend(titles.called().map(|called| (session.clone(), called)));
    reading.notices.extend(lost.into_iter().map(|(why, count)| {
        let reason = format!("{count} of its lines on todos {why}");
        Notice::new(path, reason, "the others were read")
    }));
    reading.digest = file::hash(format!("{:?}", reading.states).as_bytes());
    Ok(reading)
}

/// A transcript as far as it was read.
struct Transcript<'a> {
    session: &'a Session,
    /// Calls that wait for their result, by their id.
    calls: HashMap<String, (String, Value)>,
    /// Calls of other tools.
    others: HashSet<String>,
    /// Each list of tasks, as far as this transcript tells.
    tasks: BTreeMap<Session, Vec<Item>>,
    reading: Reading,
    /// How many lines tell of todos and could not be taken, by why.
    lost: BTreeMap<&'static str, usize>,
    titles: Titles,
}

impl Transcript<'_> {
    fn lose(&mut self, why: &'static str) {
        *self.lost.entry(why).or_default() += 1;
    }

    /// Returns whether a line names a call that waits for its result: the result need not say what it is about.
    fn awaits(&self, line: &[u8]) -> bool {
        let named = memchr::memmem::find_iter(line, RESULT_OF).filter_map(|at| {
            let rest = line[at + RESULT_OF.len()..].trim_ascii_start().strip_prefix(b":")?.trim_ascii_start();
            let rest = rest.strip_prefix(b"\"")?;
            std::str::from_utf8(&rest[..memchr::memchr(b'"', rest)?]).ok()
        });
        named.into_iter().any(|id| self.calls.contains_key(id))
    }

    fn line(&mut self, line: &Value) {
        self.titles.read(line);
        let text = |key: &str| line.get(key).and_then(Value::as_str);
        let session =
            text("sessionId").and_then(|name| Session::new(name).ok()).unwrap_or_else(|| self.session.clone());
        if let Some(directory) = text("cwd") {
            let branch = text("gitBranch").filter(|branch| !branch.is_empty()).map(str::to_owned);
            let place = || Workspace { directory: directory.to_owned(), branch: branch.clone() };
            self.reading.workspaces.entry(session.clone()).or_insert_with(place);
            self.reading.workspaces.entry(self.session.clone()).or_insert_with(place);
        }
        let content = line.pointer("/message/content").and_then(Value::as_array);
        let is = |part: &&Value, kind: &str| part.get("type").is_some_and(|found| found == kind);
        let several = content.into_iter().flatten().filter(|part| is(part, "tool_result")).count() > 1;
        for part in content.into_iter().flatten() {
            if is(&part, "tool_use") {
                self.call(part);
            } else if is(&part, "tool_result") {
                self.result(line, part, several, &session);
            }
        }
        if let Some(goal) = goal::goal(line) {
            match (session.agent(goal::LIST), time(line)) {
                (Ok(list), Some(at)) => self.push(line, at, list, Some(goal::LIST.to_owned()), vec![goal], None),
                (Ok(_), None) => self.lose("have no time"),
                (Err(_), _) => self.lose("name no session"),
            }
        }
    }

    fn call(&mut self, part: &Value) {
        let text = |key: &str| part.get(key).and_then(Value::as_str);
        match (text("id"), text("name")) {
            (Some(id), Some(name @ ("TodoWrite" | "TaskCreate" | "TaskUpdate"))) => {
                let input = part.get("input").cloned().unwrap_or_default();
                self.calls.insert(id.to_owned(), (name.to_owned(), input));
            }
            (Some(id), _) => drop(self.others.insert(id.to_owned())),
            (None, _) => {}
        }
    }

    fn result(&mut self, line: &Value, part: &Value, several: bool, session: &Session) {
        let id = part.get("tool_use_id").and_then(Value::as_str).unwrap_or_default();
        let lost_call = || {
            let (name, input) = answer::without_call(line).filter(|_| !several && !self.others.contains(id))?;
            Some((name.to_owned(), input))
        };
        let Some((name, input)) = self.calls.remove(id).or_else(lost_call) else { return };
        if part.get("is_error") == Some(&Value::Bool(true)) {
            return;
        }
        let Some(at) = time(line) else { return self.lose("have no time") };
        let sidechain = line.get("isSidechain") == Some(&Value::Bool(true));
        let is_task = name != "TodoWrite";
        let agent = match line.get("agentId").and_then(Value::as_str) {
            // Sub-agents keep their session's list of tasks.
            _ if is_task => None,
            Some(agent) if sidechain => Some(agent.to_owned()),
            _ => sidechain.then(|| "sidechain".to_owned()),
        };
        let name_of_list = agent.as_ref().map_or(Ok(session.clone()), |agent| session.agent(agent));
        let Ok(list) = name_of_list else { return self.lose("name no session") };
        let answer = answer::answer(line, part, several, &name, &input);
        if !is_task {
            match todo_write(&input, &answer) {
                Ok((items, all)) => {
                    if items.len() < all {
                        self.lose("have entries without words");
                    }
                    if !items.is_empty() {
                        self.push(line, at, list, agent, items, None);
                    }
                }
                Err(why) => self.lose(why),
            }
            return;
        }
        match call::change(&name, &input, &answer) {
            Ok(Some(change)) => {
                let tasks = self.tasks.entry(list.clone()).or_default();
                tasks.retain(|task| !task.dropped);
                // It may be a task that another transcript of the session has.
                change.apply(tasks);
                let items = tasks.clone();
                self.push(line, at, list, None, items, Some(change));
            }
            Ok(None) => {}
            Err(why) => self.lose(why),
        }
    }

    /// Adds a state of a list that a line tells of.
    fn push(
        &mut self,
        line: &Value,
        at: Time,
        session: Session,
        agent: Option<String>,
        items: Vec<Item>,
        change: Option<Change>,
    ) {
        let branch = line.get("gitBranch").and_then(Value::as_str).filter(|branch| !branch.is_empty());
        let branch = branch.map(str::to_owned);
        let snapshot = Snapshot { agent, branch, ..Snapshot::new(session, TRANSCRIPT, at, items) };
        let line = line.get("uuid").and_then(Value::as_str).map(|uuid| file::hash(uuid.as_bytes()));
        self.reading.states.push(State { snapshot, line, change });
    }
}

/// Returns when a line was written.
fn time(line: &Value) -> Option<Time> {
    line.get("timestamp").and_then(Value::as_str).and_then(Time::parse)
}

/// Returns the list as it is after a TodoWrite, the whole of it, and how many entries it has with those that have
/// no words.
fn todo_write(input: &Value, result: &Value) -> Result<(Vec<Item>, usize), &'static str> {
    let list = result.get("newTodos").or_else(|| input.get("todos")).and_then(Value::as_array);
    let list = list.ok_or("hold no list")?;
    Ok((list.iter().filter_map(|value| item::read(value, &["content"])).collect(), list.len()))
}
