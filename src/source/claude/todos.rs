//! Claude Code's list files: `todos/<session>-agent-<agent>.json`, a JSON array, written whole.
//!
//! Dead in current versions, alive in old installations and in programs that write the same format. A file
//! of 0 bytes is one that was being written; `[]` is what is left when a list was completed or never begun.
//! Neither says anything.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::names::TODOS;
use super::{copies, tasks};
use crate::source::entries::entries;
use crate::source::{Agent, Notice, Reading, Scan, Stamp, Unit, UnitKind, file, item, json};
use crate::todo::{Session, Snapshot};

pub(super) fn scan(whose: &'static dyn Agent, directory: &Path, scan: &mut Scan) {
    let inside = entries(directory, scan);
    let stems: BTreeSet<&str> = inside.iter().filter_map(|(name, ..)| name.strip_suffix(".json")).collect();
    for (name, path, metadata) in &inside {
        let Some(stem) =
            name.strip_suffix(".json").filter(|_| !copies::is_companion(name) && !tasks::is_task_file(name))
        else {
            continue;
        };
        if !metadata.is_file() {
            scan.notices.push(file::not_a_file(path, metadata));
            continue;
        }
        let named = stem.split_once("-agent-").filter(|(session, agent)| !session.is_empty() && !agent.is_empty());
        if named.is_some_and(|(session, agent)| copies::is_copy(session, agent, &stems)) {
            scan.notices.push(copies::notice(path));
            continue;
        }
        let (session, agent) = named.map_or((stem, None), |(session, agent)| (session, Some(agent)));
        match Session::new(session) {
            Ok(session) => {
                let agent = agent.filter(|agent| *agent != session.as_str()).map(str::to_owned);
                let kind = UnitKind::List { session, agent };
                let (path, stamp) = (path.clone(), Stamp::of(metadata));
                scan.units.push(Unit { agent: whose, path, kind, stamp });
            }
            Err(err) => scan.notices.push(Notice::new(path, format!("is named for no session: {err}"), "rename it")),
        }
    }
}

pub(super) fn read(path: &Path, session: &Session, agent: Option<&str>) -> Result<Reading, Notice> {
    let (list, metadata, bytes) = file::read_stable(path, |bytes| match json::parse(bytes)? {
        Value::Array(list) => Ok(list),
        other => Err(format!("is no list but {}", json::kind_of(&other))),
    })?;
    let mut reading = Reading { digest: file::hash(&bytes), ..Reading::default() };
    let items: Vec<_> = list.iter().filter_map(|value| item::read(value, &["content"])).collect();
    if items.len() < list.len() {
        let reason = format!("{} of its {} entries have no words", list.len() - items.len(), list.len());
        reading.notices.push(Notice::new(path, reason, "the others were read"));
    }
    let name = match agent {
        Some(agent) => session.agent(agent),
        None => Ok(session.clone()),
    };
    let name = name.map_err(|err| Notice::new(path, format!("is named for no session: {err}"), "rename it"))?;
    if !items.is_empty() {
        let snapshot = Snapshot {
            session: name,
            agent: agent.map(str::to_owned),
            source: TODOS,
            at: file::modified(&metadata),
            branch: None,
            items,
            partial: false,
            forced: false,
        };
        reading.states.push(snapshot.into());
    }
    Ok(reading)
}
