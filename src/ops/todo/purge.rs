//! Todos that are to be purged: which ones are meant, what becomes of history, and what stays that is like them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::find::{Which, find};
use super::forget::{Renamed, forgotten, twins};
use super::refusal::Refusal;
use crate::ops::{Obeyed, OpsError, Plan, Report, Selection, foresee, run};
use crate::store::Store;
use crate::store::quotes::contains;
use crate::todo::{Project, Time, Todo, TodoId};
use crate::view::Everything;

/// Todos that can be purged, and what that comes to.
#[derive(Debug)]
pub struct ToPurge<'a> {
    /// All that are taken out: those that were named, and those that have the same words.
    pub ids: BTreeMap<TodoId, Project>,
    /// Those that were named. Of one that was forgotten before, nothing but the id is known.
    pub named: Vec<&'a Todo>,
    /// What becomes of history here.
    pub foreseen: Obeyed,
    /// Others that quote the words, and stay.
    pub quoted: Vec<TodoId>,
    /// What those that were named were called before, and after; it stays.
    pub renamed: Vec<Renamed>,
}

impl<'a> ToPurge<'a> {
    /// Finds what is meant. `everything` has the archived todos too. Nothing is written.
    ///
    /// # Errors
    /// When a todo is not found or several can be meant, and on a branch beside the others: their history is one.
    pub fn find(
        store: &Store,
        everything: &'a Everything,
        here: Option<&Project>,
        named: &[Which],
    ) -> Result<Self, Refusal> {
        if store.settings.aside {
            return Err(Refusal::AllBranches);
        }
        let (mut ids, mut found): (BTreeMap<TodoId, Project>, Vec<&Todo>) = (BTreeMap::new(), Vec::new());
        for which in named {
            match find(everything, here, which) {
                Ok((project, todo)) => {
                    // What a list says twice are two todos, and each holds the words.
                    let same = everything.todos().filter(|(of, other)| *of == project && other.content == todo.content);
                    let all = twins(everything, project, todo).into_iter().chain(same.map(|(of, same)| (of, same.id)));
                    ids.extend(all.map(|(project, id)| (id, project.clone())));
                    found.push(todo);
                }
                Err(refusal) => {
                    let (project, id) = forgotten(store, which, refusal)?;
                    ids.insert(id, project);
                }
            }
        }
        let foreseen = foresee(store, &ids.keys().copied().collect())?;
        let quoted = quoting(everything, &found, &ids);
        let mut renamed: Vec<Renamed> = found.iter().flat_map(|todo| Renamed::of(everything, todo)).collect();
        renamed.retain(|other| !ids.contains_key(&other.id()) && !quoted.contains(&other.id()));
        Ok(ToPurge { ids, named: found, foreseen, quoted, renamed })
    }

    /// Says no where history cannot be rewritten now: then nothing is begun.
    ///
    /// # Errors
    /// [`Refusal::CannotRewrite`].
    pub fn may_begin(&self) -> Result<(), Refusal> {
        let reason = self.foreseen.waits.clone();
        reason.map_or(Ok(()), |reason| Err(Refusal::CannotRewrite { reason }))
    }
}

/// Takes todos out of all history of this store. `what` is what the reflog says.
///
/// # Errors
/// When the store cannot be read or written.
pub fn purge(store: &Store, ids: &BTreeMap<TodoId, Project>, what: &str, now: Time) -> Result<Report, OpsError> {
    let selection = Selection { what: what.into(), ..Selection::default() };
    let forget = ids.iter().map(|(id, project)| (project.clone(), *id)).collect();
    run(store, &Plan { selection, forget, purge: true, consolidate: true, ..Plan::default() }, now)
}

/// Returns the todos that quote the words of those that are purged.
fn quoting(everything: &Everything, purged: &[&Todo], ids: &BTreeMap<TodoId, Project>) -> Vec<TodoId> {
    let words: BTreeSet<String> = purged.iter().map(|todo| todo.content.to_lowercase()).collect();
    let quotes = |text: &str| words.iter().any(|words| contains(&text.to_lowercase(), words));
    let does = |todo: &Todo| quotes(&todo.content) || todo.fields.values().any(|field| holds(&field.value, &quotes));
    everything.todos().filter(|(_, todo)| !ids.contains_key(&todo.id) && does(todo)).map(|(_, todo)| todo.id).collect()
}

/// Returns whether a text in a value, however deep, is such a one.
fn holds(value: &Value, quotes: &impl Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => quotes(text),
        Value::Array(items) => items.iter().any(|item| holds(item, quotes)),
        Value::Object(map) => map.iter().any(|(key, item)| quotes(key) || holds(item, quotes)),
        _ => false,
    }
}
