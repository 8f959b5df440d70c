//! Where the cursor goes.

use super::lines::{Line, lines};
use super::model::{Board, Cursor, Scope, Tab, Target};

impl Board {
    /// Moves the cursor by so many places.
    pub(super) fn step(&mut self, by: isize) {
        let targets = self.targets();
        let last = targets.len().saturating_sub(1);
        let place = self.place().saturating_add_signed(by).min(last);
        self.cursors[self.tab as usize] = Cursor { target: targets.get(place).cloned(), place };
    }

    /// Puts the cursor back on what it stood on, or near where that was.
    pub(super) fn settle(&mut self) {
        let targets = self.targets();
        let cursor = &mut self.cursors[self.tab as usize];
        let found = cursor.target.as_ref().and_then(|target| targets.iter().position(|other| other == target));
        cursor.place = found.unwrap_or(cursor.place.min(targets.len().saturating_sub(1)));
        cursor.target = targets.get(cursor.place).cloned();
    }

    /// Shows the todos of a scope from the first.
    pub(super) fn enter(&mut self, scope: Scope) {
        self.scope = scope;
        self.filter.clear();
        self.cursors[Tab::Todos as usize] = Cursor::default();
        self.turn_to(Tab::Todos);
    }

    /// Shows another tab.
    pub(super) fn turn_to(&mut self, tab: Tab) {
        self.tab = tab;
        self.finished.clear();
        self.settle();
    }

    fn targets(&self) -> Vec<Target> {
        lines(self).into_iter().filter_map(|Line { target, .. }| target).collect()
    }
}
