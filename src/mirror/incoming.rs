//! Hearing what a place says: each change there becomes a statement of the session `mirror-<name>`.
//!
//! Nothing follows from what is not there: a place that is away, a page that is missing or a record that is gone
//! completes and drops nothing. Only what a place says was thrown away is dropped, and not much of that at once.

use std::collections::{BTreeMap, BTreeSet};

use super::base::Base;
use super::failure::Failure;
use super::links::{Link, Links};
use super::part::Part;
use super::pulled::{Pulled, PulledRecord};
use super::record::Record;
use super::renames::{current, follow};
use crate::ops::todo::{Taken, take};
use crate::todo::{LABEL, Project, Session, State, TodoId, normalise};

/// How many todos may be dropped at once because somebody threw their records away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drops {
    /// So many always.
    pub number: usize,
    /// Or so many of a hundred.
    pub percent: usize,
}

impl Default for Drops {
    fn default() -> Self {
        Drops { number: 5, percent: 10 }
    }
}

/// What came of what a place said.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// How much was said here.
    pub taken: usize,
    /// Todos whose records are not what they were when this was last agreed on, and are to be written again.
    pub again: BTreeSet<TodoId>,
    /// Records that are the second one of a todo, by what the place calls them.
    pub doubles: Vec<String>,
    /// What was not said, and why.
    pub refused: Vec<(String, String)>,
}

/// Says what a place says, and notes what is agreed on now.
///
/// # Errors
/// When the store cannot be read or written.
pub(super) fn hear(part: &Part<'_>, links: &mut Links, pulled: &Pulled, drops: Drops) -> Result<Heard, Failure> {
    let ours: BTreeMap<TodoId, Record> = part.records()?.into_iter().map(|record| (record.id, record)).collect();
    let mut heard = Heard::default();
    let mut saying: Vec<(&PulledRecord, Taken)> = Vec::new();
    follow(&ours, links);
    let by_remote: BTreeMap<String, TodoId> = links.links.iter().map(|(id, link)| (link.remote.clone(), *id)).collect();
    for theirs in &pulled.records {
        let marked = theirs.id.map(|id| current(&ours, id)).filter(|id| !is_copy(&ours, links, *id, theirs));
        match by_remote.get(&theirs.remote).copied().or(marked) {
            Some(id) => {
                let link = links.links.get(&id);
                if let Some(link) = link.filter(|link| link.remote != theirs.remote) {
                    // Two devices made one at the same time. All of them keep the same one.
                    if !is_before(&theirs.remote, &link.remote) {
                        heard.doubles.push(theirs.remote.clone());
                        continue;
                    }
                    heard.doubles.push(link.remote.clone());
                    links.links.remove(&id);
                }
                let Some(ours) = ours.get(&id) else {
                    // Another device wrote it, of what is not known here yet.
                    links.links.entry(id).or_insert_with(|| link_of(Base::default(), theirs));
                    continue;
                };
                match links.links.get(&id) {
                    // It was put back to what it was before we wrote it.
                    Some(link) if theirs.revision < link.revision => drop(heard.again.insert(id)),
                    Some(link) if !link.base.is_unknown() => match link.base.said(ours, theirs) {
                        Some(taken) => saying.push((theirs, taken)),
                        None => {
                            let base = link.base.heard(theirs);
                            links.links.insert(id, link_of(base, theirs));
                        }
                    },
                    // One that we wrote once, and know nothing of: what is here counts.
                    _ => {
                        let base = Base::of_pulled(theirs);
                        if !base.changed(ours).is_empty() {
                            heard.again.insert(id);
                        }
                        links.links.insert(id, link_of(base, theirs));
                    }
                }
            }
            None if theirs.content.trim().is_empty() => {}
            None => {
                let first = part.mirror.projects.first().cloned().unwrap_or_else(Project::general);
                let project = theirs.project.clone().unwrap_or(first);
                if part.mirror.takes(&project) {
                    saying.push((theirs, new(project, theirs)));
                }
            }
        }
    }
    let gone: Vec<TodoId> = pulled.gone.iter().filter_map(|remote| links.todo_of(remote)).collect();
    let most = drops.number.max(links.links.len() * drops.percent / 100);
    let (dropped, refused) = if gone.len() <= most { (gone, Vec::new()) } else { (Vec::new(), gone) };
    for id in refused {
        let reason = format!("more than {most} were thrown away at once; drop them here if that is meant");
        heard.refused.push((id.to_string(), reason));
    }
    let mut all: Vec<Taken> = saying.iter().map(|(_, taken)| taken.clone()).collect();
    all.extend(dropped.iter().filter_map(|id| {
        let ours = ours.get(id).filter(|ours| ours.is_wanted() && !ours.is_completed())?;
        let (project, state) = (ours.project.clone(), Some(State::Dropped));
        Some(Taken { id: Some(*id), project, content: None, state, fields: Vec::new() })
    }));
    if !all.is_empty() {
        let name = &part.mirror.name;
        let session = Session::new(&format!("mirror-{name}")).map_err(|err| Failure::store(&err))?;
        let said = take(part.store, &session, &format!("mirror: {name}"), &all, part.now);
        let (_, became) = said.map_err(|err| Failure::store(&err))?;
        heard.taken = became.iter().filter(|one| one.is_ok()).count();
        for ((theirs, taken), became) in saying.iter().zip(&became) {
            match became {
                Ok(id) => {
                    let old = taken.id.filter(|old| old != id).and_then(|old| links.links.remove(&old));
                    drop(old);
                    links.links.insert(*id, link_of(Base::of_pulled(theirs), theirs));
                }
                Err(reason) => {
                    heard.refused.push((theirs.remote.clone(), reason.clone()));
                    heard.again.extend(taken.id);
                }
            }
        }
    }
    for id in dropped {
        links.links.remove(&id);
    }
    Ok(heard)
}

/// Returns whether a record is one that somebody copied to say something else.
fn is_copy(ours: &BTreeMap<TodoId, Record>, links: &Links, id: TodoId, theirs: &PulledRecord) -> bool {
    let is_second = links.links.get(&id).is_some_and(|link| link.remote != theirs.remote);
    is_second && ours.get(&id).is_some_and(|ours| normalise(&ours.content) != normalise(&theirs.content))
}

fn link_of(base: Base, theirs: &PulledRecord) -> Link {
    Link { remote: theirs.remote.clone(), base, revision: theirs.revision }
}

/// Returns which of two records is kept, whoever asks: the lower number, or the name that sorts first.
fn is_before(one: &str, other: &str) -> bool {
    (one.len(), one) < (other.len(), other)
}

fn new(project: Project, theirs: &PulledRecord) -> Taken {
    let field = |name: &str, value: &Option<String>| value.as_ref().map(|text| (name.to_owned(), text.as_str().into()));
    let assignee = theirs.assignee.clone().filter(|name| !name.is_empty());
    let fields =
        [field("priority", &theirs.priority), field("description", &theirs.description), field("assignee", &assignee)];
    let labels = theirs.labels.iter().flatten().map(|label| (format!("{LABEL}{label}"), true.into()));
    let (content, state) = (Some(theirs.content.clone()), Some(theirs.state));
    Taken { id: None, project, content, state, fields: fields.into_iter().flatten().chain(labels).collect() }
}
