//! A list that somebody states for a session: on standard input, or at a hub.

use super::date::moment;
use super::{Demand, OpsError, Plan, Report, Selection, run};
use crate::git::{ObjectId, session_ref};
use crate::redact::Found;
use crate::store::Store;
use crate::todo::{DEFER, DUE, Project, Session, Snapshot, Time};

/// What came of a list.
#[derive(Debug)]
pub struct Imported {
    /// The session, as it is called here.
    pub session: Session,
    /// What was done. It captured nothing when the list was known.
    pub report: Report,
}

impl Imported {
    /// Returns the newest commit of what the session says here, under whatever name.
    ///
    /// # Errors
    /// When the refs cannot be read.
    pub fn commit(&self, store: &Store) -> Result<Option<ObjectId>, OpsError> {
        commit_of(store, &self.session, &self.report)
    }
}

/// Returns the newest commit of what a session says here, under whatever name, after this was done.
///
/// # Errors
/// When the refs cannot be read.
pub fn commit_of(store: &Store, session: &Session, report: &Report) -> Result<Option<ObjectId>, OpsError> {
    let said = report.captured.iter().find(|name| name.is_same(session));
    if let Some(tip) = said.map(|name| store.repo.find_ref(&session_ref(name))).transpose()?.flatten() {
        return Ok(Some(tip));
    }
    let known = store.repo.sessions()?;
    let mut own = known.iter().filter(|(name, _)| name.is_same(session));
    Ok(own.next_back().map(|(_, tip)| *tip))
}

/// Saves a list as what a session says, and merges it.
///
/// # Errors
/// As [`run`](super::run()), and when the session cannot be added to.
pub fn import(
    store: &Store,
    mut snapshot: Snapshot,
    project: Option<Project>,
    demand: &Demand,
    now: Time,
) -> Result<Imported, OpsError> {
    store.settings.redactor.session(&mut snapshot.session, &mut Found::new());
    // A day alone is one of this device.
    for (name, last) in [(DUE, true), (DEFER, false)] {
        let fields = snapshot.items.iter_mut().filter_map(|item| item.fields.get_mut(name));
        for value in fields.filter(|value| value.as_str().is_some_and(|text| text.len() == "2026-12-05".len())) {
            if let Some(moment) = value.as_str().and_then(|text| moment(text, last, now)) {
                *value = moment.into();
            }
        }
    }
    let session = snapshot.session.clone();
    let selection = Selection { project, sources: Vec::new(), what: format!("import: {}", session.short()) };
    let plan = Plan { selection, given: Some(snapshot), consolidate: true, demand: demand.clone(), ..Plan::default() };
    let report = run(store, &plan, now)?;
    Ok(Imported { session, report })
}
