//! The part of a store that a mirror holds, as of one commit.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use super::failure::Failure;
use super::items::{Held, Item};
use super::record::{Entry, Record};
use crate::git::{ObjectId, Overlay};
use crate::ops;
use crate::settings::Mirror;
use crate::store::{Consolidated, Reach, Store};
use crate::todo::{Project, Time};
use crate::view::Everything;

/// The part of a store that a mirror holds, as of one commit.
#[derive(Debug)]
pub struct Part<'a> {
    /// The store.
    pub store: &'a Store,
    /// What settings say of the mirror.
    pub mirror: &'a Mirror,
    /// The commit of the branch.
    pub commit: ObjectId,
    /// The time.
    pub now: Time,
    everything: OnceCell<Everything>,
    devices: OnceCell<BTreeMap<String, String>>,
    #[cfg(any(feature = "postgres", feature = "web"))]
    sessions: OnceCell<BTreeMap<String, serde_json::Value>>,
}

impl<'a> Part<'a> {
    /// Returns the part as of a commit; nothing of it is read yet.
    pub fn new(store: &'a Store, mirror: &'a Mirror, commit: ObjectId, now: Time) -> Self {
        Part {
            store,
            mirror,
            commit,
            now,
            everything: OnceCell::new(),
            devices: OnceCell::new(),
            #[cfg(any(feature = "postgres", feature = "web"))]
            sessions: OnceCell::new(),
        }
    }

    /// Returns what a mirror says it holds when it holds this.
    pub fn held(&self) -> Held {
        Held { commit: self.commit.to_string(), projects: projects(self.mirror) }
    }

    /// Returns its todos, archived ones too, and its sessions. What was forgotten is not among them.
    ///
    /// # Errors
    /// When the branch cannot be read.
    pub fn everything(&self) -> Result<&Everything, Failure> {
        if let Some(known) = self.everything.get() {
            return Ok(known);
        }
        let overlay = Overlay::new(&self.store.repo);
        let branch = Consolidated::at(&overlay, Some(self.commit))?;
        let mut all = branch.all(&overlay, Reach::Archive)?.0;
        all.retain(|project, _| self.mirror.takes(project));
        let mut everything = Everything::of(all);
        let spoke: std::collections::BTreeSet<_> =
            everything.todos().flat_map(|(_, todo)| todo.claims.keys().cloned()).collect();
        everything.sessions = branch.sessions(&overlay)?.0;
        // Of what it does not hold, a mirror says nothing.
        everything.sessions.retain(|info| self.mirror.projects.is_empty() || spoke.contains(&info.session));
        Ok(self.everything.get_or_init(|| everything))
    }

    /// Returns all of its todos as records.
    ///
    /// # Errors
    /// As [`Part::everything`].
    pub fn records(&self) -> Result<Vec<Record>, Failure> {
        let devices = self.devices()?;
        let todos = self.everything()?.todos();
        Ok(todos.map(|(project, todo)| Record::of(project, todo, |name| devices.get(name).cloned())).collect())
    }

    /// Returns what changed since a commit, or all, as it is sent: records, and behind them what was said, if that is
    /// wanted.
    ///
    /// # Errors
    /// When the branch or a commit cannot be read.
    pub fn items(&self, from: Option<ObjectId>, with_history: bool) -> Result<Vec<Item>, Failure> {
        let devices = self.devices()?;
        let takes = |project: &Project| self.mirror.takes(project);
        let changed = ops::changes_of(self.store, from, self.commit)?;
        let changed = changed.iter().filter(|change| takes(&change.project));
        let record =
            |change: &ops::Change| Record::of(&change.project, &change.after, |name: &str| devices.get(name).cloned());
        let mut items: Vec<Item> = changed.map(|change| Item::Record(Box::new(record(change)), None)).collect();
        if with_history {
            let said = ops::statements(self.store, from, self.commit)?;
            let said = said.iter().filter(|event| takes(&event.project));
            items.extend(said.map(|event| Item::Entry(Box::new(Entry::of(event)))));
        }
        Ok(items)
    }

    /// Returns what a database is told of each session, as it was first made of everything.
    #[cfg(any(feature = "postgres", feature = "web"))]
    pub(super) fn session_rows(
        &self,
        make: impl FnOnce(&Everything) -> BTreeMap<String, serde_json::Value>,
    ) -> Result<&BTreeMap<String, serde_json::Value>, Failure> {
        let everything = self.everything()?;
        Ok(self.sessions.get_or_init(|| make(everything)))
    }

    fn devices(&self) -> Result<&BTreeMap<String, String>, Failure> {
        if let Some(known) = self.devices.get() {
            return Ok(known);
        }
        let overlay = Overlay::new(&self.store.repo);
        let sessions = Consolidated::at(&overlay, Some(self.commit))?.sessions(&overlay)?.0;
        let devices = sessions.into_iter().map(|info| (info.session.as_str().to_owned(), info.device));
        Ok(self.devices.get_or_init(|| devices.collect()))
    }
}

/// Returns the projects of a mirror, as they are compared.
pub(super) fn projects(mirror: &Mirror) -> Vec<String> {
    let mut names: Vec<String> = mirror.projects.iter().map(|project| project.as_str().to_owned()).collect();
    names.sort();
    names.dedup();
    names
}
