//! Claude Code's transcripts: `projects/<slug>/<session>.jsonl`, a JSON object a line.
//!
//! The only place that knows where a session worked, and where today's TodoWrite lists are. The format is
//! the agent's own and changes; a line that cannot be read is passed over. A call counts when its result
//! is there: what was asked for and refused was never the list.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, BufReader};
use std::path::Path;

use serde_json::Value;

use super::{Claude, TRANSCRIPT, call};
use crate::source::{Entry, Notice, Place, Reading, Scan, Stamp, State, Unit, UnitKind, entries, file, item, json};
use crate::todo::{Item, Session, Snapshot, Time};

pub(super) fn scan(projects: &Path, scan: &mut Scan) {
    for (_, path, metadata) in entries(projects, scan) {
        if metadata.is_dir() {
            let inside = entries(&path, scan);
            for (_, session, _) in inside.iter().filter(|(.., metadata)| metadata.is_dir()) {
                scan_directory(&session.join("subagents"), scan);
            }
            scan_files(inside, scan);
        }
    }
}

/// Whether transcripts stand in the directory with this path below `projects`: a project, a session of one, and what
/// is below the session's `subagents`.
pub(super) fn is_below(path: &Path) -> bool {
    path.components().nth(2).is_none_or(|part| part.as_os_str() == "subagents")
}

/// Finds the transcripts that stand in a directory.
pub(super) fn scan_directory(directory: &Path, scan: &mut Scan) {
    let inside = entries(directory, scan);
    scan_files(inside, scan);
}

fn scan_files(entries: Vec<Entry>, scan: &mut Scan) {
    for (name, path, metadata) in entries {
        let Some(stem) = name.strip_suffix(".jsonl").filter(|_| name != "history.jsonl") else { continue };
        if !metadata.is_file() {
            scan.notices.push(file::not_a_file(&path, &metadata));
            continue;
        }
        match Session::new(stem) {
            Ok(session) => {
                let (kind, stamp) = (UnitKind::Transcript { session }, Stamp::of(&metadata));
                scan.units.push(Unit { agent: &Claude, path, kind, stamp });
            }
            Err(err) => scan.notices.push(Notice::new(&path, format!("is named for no session: {err}"), "rename it")),
        }
    }
}

/// What a line must contain to tell of todos. Looking for bytes is much cheaper than reading JSON.
const TELLING: [&str; 7] =
    ["TodoWrite", "newTodos", "Todos have been", "TaskCreate", "TaskUpdate", "\"taskId\"", "\"task\""];

pub(super) fn read(path: &Path, session: &Session) -> Result<Reading, Notice> {
    let (file, metadata) = file::open(path)?;
    let mut reader = BufReader::with_capacity(1 << 16, file);
    let mut transcript = Transcript {
        session,
        calls: HashMap::new(),
        tasks: BTreeMap::new(),
        reading: Reading::default(),
        lost: BTreeMap::new(),
    };
    let needles: Vec<_> = TELLING.iter().map(memchr::memmem::Finder::new).collect();
    let (mut line, mut left) = (Vec::new(), metadata.len());
    while left > 0 {
        line.clear();
        let read = std::io::Read::take(&mut reader, left.min(file::LARGEST)).read_until(b'\n', &mut line);
        let read = read.map_err(|err| Notice::new(path, format!("cannot be read: {err}"), "make it readable"))?;
        if read == 0 {
            break;
        }
        left -= read as u64;
        let placed = transcript.reading.places.contains_key(session);
        let telling = needles.iter().any(|needle| needle.find(&line).is_some());
        if !telling && placed {
            continue;
        }
        match json::parse(&line) {
            Ok(value) => transcript.line(&value),
            // The last line may be in the making.
            Err(_) if telling && line.ends_with(b"\n") => transcript.lose("cannot be read"),
            Err(_) => {}
        }
    }
    let Transcript { mut reading, lost, .. } = transcript;
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
    /// Each list of tasks, as far as this transcript tells.
    tasks: BTreeMap<Session, Vec<Item>>,
    reading: Reading,
    /// How many lines tell of todos and could not be taken, by why.
    lost: BTreeMap<&'static str, usize>,
}

impl Transcript<'_> {
    fn lose(&mut self, why: &'static str) {
        *self.lost.entry(why).or_default() += 1;
    }

    fn line(&mut self, line: &Value) {
        let text = |key: &str| line.get(key).and_then(Value::as_str);
        let session =
            text("sessionId").and_then(|name| Session::new(name).ok()).unwrap_or_else(|| self.session.clone());
        if let Some(directory) = text("cwd") {
            let branch = text("gitBranch").filter(|branch| !branch.is_empty()).map(str::to_owned);
            let place = || Place { directory: directory.to_owned(), branch: branch.clone() };
            self.reading.places.entry(session.clone()).or_insert_with(place);
            self.reading.places.entry(self.session.clone()).or_insert_with(place);
        }
        let content = line.pointer("/message/content").and_then(Value::as_array);
        for part in content.into_iter().flatten() {
            match part.get("type").and_then(Value::as_str) {
                Some("tool_use") => self.call(part),
                Some("tool_result") => self.result(line, part, &session),
                _ => {}
            }
        }
    }

    fn call(&mut self, part: &Value) {
        let text = |key: &str| part.get(key).and_then(Value::as_str);
        if let (Some(id), Some(name @ ("TodoWrite" | "TaskCreate" | "TaskUpdate"))) = (text("id"), text("name")) {
            let input = part.get("input").cloned().unwrap_or_default();
            self.calls.insert(id.to_owned(), (name.to_owned(), input));
        }
    }

    fn result(&mut self, line: &Value, part: &Value, session: &Session) {
        let id = part.get("tool_use_id").and_then(Value::as_str).unwrap_or_default();
        let failed = part.get("is_error") == Some(&Value::Bool(true));
        let result = line.get("toolUseResult").unwrap_or(&Value::Null);
        let (name, input) = match self.calls.remove(id) {
            Some(call) => call,
            None if result.get("newTodos").is_some() => ("TodoWrite".to_owned(), Value::Null),
            None => return,
        };
        let time = line.get("timestamp").and_then(Value::as_str).and_then(Time::parse);
        if failed {
            return;
        }
        let Some(at) = time else { return self.lose("have no time") };
        let sidechain = line.get("isSidechain") == Some(&Value::Bool(true));
        let is_task = name != "TodoWrite";
        let agent = match line.get("agentId").and_then(Value::as_str) {
            // Sub-agents keep their session's list of tasks.
            _ if is_task => None,
            Some(agent) if sidechain => Some(agent.to_owned()),
            _ => sidechain.then(|| "sidechain".to_owned()),
        };
        let name_of_list = agent.as_ref().map_or(Ok(session.clone()), |agent| session.agent(agent));
        let Ok(list) = name_of_list else { return };
        let (items, change) = if is_task {
            let Some(change) = call::change(&name, &input, result) else { return };
            let tasks = self.tasks.entry(list.clone()).or_default();
            tasks.retain(|task| !task.dropped);
            // It may be a task that another transcript of the session has.
            change.apply(tasks);
            (tasks.clone(), Some(change))
        } else {
            match todo_write(&input, result) {
                Ok((items, all)) => {
                    if items.len() < all {
                        self.lose("have entries without words");
                    }
                    (items, None)
                }
                Err(why) => return self.lose(why),
            }
        };
        if items.is_empty() && change.is_none() {
            return;
        }
        let uuid = line.get("uuid").and_then(Value::as_str);
        let branch = line.get("gitBranch").and_then(Value::as_str).filter(|branch| !branch.is_empty());
        let snapshot = Snapshot {
            session: list,
            agent,
            source: TRANSCRIPT,
            at,
            branch: branch.map(str::to_owned),
            items,
            partial: false,
            forced: false,
        };
        let line = uuid.map(|uuid| file::hash(uuid.as_bytes()));
        self.reading.states.push(State { snapshot, line, change });
    }
}

/// Returns the list as it is after a TodoWrite, the whole of it, and how many entries it has with those that have
/// no words.
fn todo_write(input: &Value, result: &Value) -> Result<(Vec<Item>, usize), &'static str> {
    let list = result.get("newTodos").or_else(|| input.get("todos")).and_then(Value::as_array);
    let list = list.ok_or("hold no list")?;
    Ok((list.iter().filter_map(|value| item::read(value, &["content"])).collect(), list.len()))
}
