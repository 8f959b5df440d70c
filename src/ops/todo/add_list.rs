//! A whole list that is added in one act.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::actor::Actor;
use super::add::words;
use super::many::Outcomes;
use super::outcome::Became;
use super::project::{meant_anew, project};
use super::properties::Properties;
use super::refusal::Refusal;
use crate::ops::{Near, Reason};
use crate::redact::Found;
use crate::source::Outlined;
use crate::statement::{Act, Precedence};
use crate::todo::{Project, State, Status, TodoId, link_names};

/// What is to be added.
#[derive(Clone, Debug, Default)]
pub struct AddList {
    /// The entries; what stands below another one must be done before it.
    pub entries: Vec<Outlined>,
    /// The name of their project; without one it is that of the directory.
    pub project: Option<String>,
    /// What else there is to say of each.
    pub properties: Properties,
}

/// Adds the entries that are not done, all or none. One that is there already stays as it is, but for what it waits for.
///
/// # Errors
/// When the project, or what they wait for, is not clear, and when the store says no.
pub fn add_list(actor: &Actor<'_>, list: &AddList) -> Result<Outcomes, Refusal> {
    let mut redacted = Found::new();
    let contents: Vec<String> =
        list.entries.iter().map(|one| words(actor.store, &one.words, &mut redacted)).collect::<Result<_, _>>()?;
    let project = match list.project.as_deref() {
        Some(name) => meant_anew(actor.store, actor.here, project(name)?)?,
        None => actor.here.cloned().unwrap_or_else(Project::general),
    };
    let what = format!("add: {} todos", contents.len());
    // What they wait for may be anywhere.
    let near = list.properties.blocked_by.is_none().then_some(Near { project: Some(&project), id: None, links: false });
    let (mut said, todos) = actor.act(Reason { near, ..Reason::from(&what) }, |everything| {
        let ids: Vec<TodoId> = contents
            .iter()
            .map(|content| {
                let open = everything.with_words(&project, content).into_iter().find(|todo| todo.state().is_open());
                open.map_or_else(|| TodoId::of(&project, content), |todo| todo.id)
            })
            .collect();
        let mut waits: BTreeMap<TodoId, BTreeSet<TodoId>> = BTreeMap::new();
        for (at, one) in list.entries.iter().enumerate().filter(|(_, one)| !one.is_done) {
            if let Some(parent) = one.parent.map(|parent| ids[parent]).filter(|parent| *parent != ids[at]) {
                waits.entry(parent).or_default().insert(ids[at]);
            }
        }
        let (mut acts, mut todos, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
        for (at, one) in list.entries.iter().enumerate() {
            let id = ids[at];
            if one.is_done || !seen.insert(id) {
                continue;
            }
            let known = everything.get(id).map(|(_, todo)| todo);
            let is_wanted = known.is_some_and(|todo| todo.state() != State::Dropped);
            let mut fields = if is_wanted { Vec::new() } else { list.properties.fields(everything, &project, id)? };
            if let Some(waits) = waits.get(&id) {
                let before = known.and_then(|todo| todo.fields.get("blockedBy"));
                let mut all: Vec<String> = before.map(|field| link_names(&field.value)).unwrap_or_default();
                let given = fields.iter().find(|(name, _)| name == "blockedBy");
                all.extend(given.map(|(_, value)| link_names(value)).unwrap_or_default());
                all.extend(waits.iter().map(ToString::to_string));
                let mut once = BTreeSet::new();
                all.retain(|name| once.insert(name.clone()));
                let known: BTreeSet<String> =
                    before.map(|field| link_names(&field.value)).unwrap_or_default().into_iter().collect();
                fields.retain(|(name, _)| name != "blockedBy");
                if !is_wanted || all.iter().any(|name| !known.contains(name)) {
                    fields.push(("blockedBy".to_owned(), json!(all)));
                }
            }
            let became = match known {
                None => Became::Added,
                Some(_) if !is_wanted => Became::Reopened,
                Some(_) if fields.is_empty() => Became::Unchanged,
                Some(_) => Became::Changed,
            };
            todos.push((id, became));
            let (content, nth) = (contents[at].clone(), known.map_or(1, |todo| todo.nth));
            let target = (!is_wanted).then_some(State::Wanted(Status::Pending));
            let precedence = Precedence::ComesTrue;
            let act = Act { project: project.clone(), id, content, nth, target, precedence, again: None, fields };
            acts.extend((became != Became::Unchanged).then_some(act));
        }
        Ok((acts, todos))
    })?;
    said.redacted.extend(redacted);
    Ok(Outcomes { said, todos })
}
