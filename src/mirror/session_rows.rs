//! What a database is told of sessions: who spoke, when last, and how many open todos each is at.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::failure::Failure;
use super::part::Part;
use crate::git::{ObjectId, Overlay};
use crate::ops;
use crate::store::Consolidated;
use crate::todo::{SessionInfo, Todo};

/// Returns the row of each session, by its id. A session that went on elsewhere is one; what it said last counts.
pub(super) fn rows<'p>(part: &'p Part<'_>) -> Result<&'p BTreeMap<String, Value>, Failure> {
    part.session_rows(|everything| {
        let mut active: BTreeMap<String, usize> = BTreeMap::new();
        for (_, todo) in everything.todos() {
            for (session, claim) in todo.voices() {
                let is_open = todo.state().is_open() && claim.is_open() && !claim.dropped;
                *active.entry(session.root().into_owned()).or_default() += usize::from(is_open);
            }
        }
        let mut infos: Vec<_> = everything.sessions.iter().collect();
        infos.sort_by_key(|info| info.updated);
        let row = |info: &SessionInfo| {
            let id = info.session.root().into_owned();
            let value = json!({
                "id": id,
                "agent": info.agent,
                "device": info.device,
                "person": info.person,
                "project": info.project.as_ref().map(|project| project.as_str()),
                "started_at": info.started.to_string(),
                "last_activity": info.updated.to_string(),
                "ended_at": info.ended.map(|ended| ended.to_string()),
                "active_todos": active.get(&id).copied().unwrap_or(0),
            });
            (id, value)
        };
        infos.into_iter().map(row).collect()
    })
}

/// Returns the sessions whose rows can be others than they were at a commit: what is known of them changed, or a todo of
/// which they speak did. Another session can have closed it.
pub(super) fn changed(part: &Part<'_>, from: ObjectId) -> Result<BTreeSet<String>, Failure> {
    let overlay = Overlay::new(&part.store.repo);
    let known = |commit| -> Result<BTreeMap<String, SessionInfo>, Failure> {
        let infos = Consolidated::at(&overlay, Some(commit))?.sessions(&overlay)?.0;
        Ok(infos.into_iter().map(|info| (info.session.as_str().to_owned(), info)).collect())
    };
    let (before, after) = (known(from)?, known(part.commit)?);
    let names = before.keys().chain(after.keys()).filter(|name| before.get(*name) != after.get(*name));
    let infos = names.filter_map(|name| after.get(name).or(before.get(name)));
    let mut found: BTreeSet<String> = infos.map(|info| info.session.root().into_owned()).collect();
    let mut speak = |todo: &Todo| found.extend(todo.claims.keys().map(|session| session.root().into_owned()));
    for change in ops::changes_of(part.store, Some(from), part.commit)? {
        change.before.iter().chain([&change.after]).for_each(&mut speak);
    }
    Ok(found)
}
