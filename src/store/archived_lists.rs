//! The lists of a project's archive, to be changed with its working lists.

use std::collections::{BTreeSet, HashMap};

use crate::merge::join_all;
use crate::todo::{Todo, TodoId};

use super::StoreError;
use super::paths::archive_path;
use super::project_lists::{ProjectLists, damaged};

impl ProjectLists<'_> {
    /// Returns everything that the archive holds of a todo, and in how many of its lists it stands.
    ///
    /// # Errors
    /// When a list cannot be read.
    pub fn get_archived(&mut self, id: TodoId) -> Result<(Option<Todo>, usize), StoreError> {
        let mut lines = Vec::new();
        for month in self.months_of(id)? {
            let path = archive_path(&self.project, &month);
            lines.extend(self.month(&month)?.get(id).map_err(|source| damaged(path, source))?.cloned());
        }
        let count = lines.len();
        Ok((join_all(lines), count))
    }

    /// Takes todos out of the archive.
    ///
    /// # Errors
    /// When a list cannot be read.
    pub fn remove_archived(&mut self, ids: &[TodoId]) -> Result<(), StoreError> {
        for id in ids {
            for month in self.months_of(*id)? {
                if self.month(&month)?.remove(*id) {
                    self.mark_month(&month);
                }
            }
        }
        Ok(())
    }

    /// Adds a todo to the archive of a month.
    ///
    /// # Errors
    /// When the month's list cannot be read.
    pub fn archive_in(&mut self, month: &str, todo: &Todo) -> Result<(), StoreError> {
        let path = archive_path(&self.project, month);
        let list = self.month(month)?;
        let there = list.get(todo.id).map_err(|source| damaged(path, source))?.cloned();
        if let Some(all) = join_all([todo.clone()].into_iter().chain(there).collect()) {
            list.replace(&all);
        }
        self.mark_month(month);
        if let Some(known) = &mut self.in_months {
            known.entry(todo.id).or_default().insert(month.to_owned());
        }
        Ok(())
    }

    /// Says that the list of a month is another one now.
    pub(super) fn mark_month(&mut self, month: &str) {
        self.months.entry(month.to_owned()).or_default().changed = true;
    }

    /// Returns the months in whose lists a todo stands, or stood before it was taken out. A todo that the archive does not hold costs no reading; for the
    /// first one that it holds, all lists are looked through once.
    fn months_of(&mut self, id: TodoId) -> Result<BTreeSet<String>, StoreError> {
        if !self.archive.as_ref().is_some_and(|archive| archive.contains(id)) {
            return Ok(BTreeSet::new());
        }
        if self.in_months.is_none() {
            let mut found: HashMap<TodoId, BTreeSet<String>> = HashMap::new();
            for month in self.months.keys().cloned().collect::<Vec<_>>() {
                for id in self.month(&month)?.ids().collect::<Vec<_>>() {
                    found.entry(id).or_default().insert(month.clone());
                }
            }
            self.in_months = Some(found);
        }
        Ok(self.in_months.as_ref().and_then(|found| found.get(&id)).cloned().unwrap_or_default())
    }
}
