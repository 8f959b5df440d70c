//! What a mouse does: a click goes where a key would, the wheel moves the cursor.

use super::draw::{Places, places, tab_at};
use super::list::target_at;
use super::model::{Board, Cursor};

/// What a mouse does, at a column and a row of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mouse {
    /// Its first button is pressed there.
    Click(u16, u16),
    /// The wheel goes up.
    Up,
    /// The wheel goes down.
    Down,
}

/// So many lines go by with a step of the wheel.
const STEP: isize = 3;

impl Board {
    /// Takes what a mouse does. A click on what the cursor stands on already opens nothing: a slip is no act.
    pub fn point(&mut self, mouse: Mouse) {
        if self.choice.is_some() || self.prompt.is_some() {
            return;
        }
        let by = match mouse {
            Mouse::Up => -STEP,
            Mouse::Down => STEP,
            Mouse::Click(column, row) => return self.click(column.into(), row.into()),
        };
        let size = self.size;
        match &mut self.page {
            Some(page) => page.scroll(by, size),
            None => self.step(by),
        }
    }

    fn click(&mut self, column: usize, row: usize) {
        let (columns, rows) = (usize::from(self.size.0), usize::from(self.size.1));
        let Places { above, below } = places(rows);
        if row == 0 && above > 0 {
            if let Some(tab) = tab_at(self, columns, column) {
                (self.page, self.is_typing) = (None, false);
                self.turn_to(tab);
            }
        } else if self.page.is_none() && row >= above && row < rows.saturating_sub(below) {
            let found = target_at(self, (columns, rows.saturating_sub(above + below)), (column, row - above));
            if let Some((place, target)) = found {
                self.cursors[self.tab as usize] = Cursor { target: Some(target), place };
            }
        }
    }
}
