//! A plan whose boxes can be checked. Nothing here writes.

use std::path::PathBuf;

use super::file::items;
use crate::source::{Notice, Stamp, Unit, file, markdown};
use crate::todo::Status;

/// A box of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanBox {
    /// Its line, from 0.
    pub line: usize,
    /// Its words, without its number.
    pub words: String,
    /// Whether it says that there is something to do.
    pub is_open: bool,
}

/// A plan as it is now.
#[derive(Clone, Debug)]
pub struct Plan {
    path: PathBuf,
    text: String,
    stamp: String,
}

impl Plan {
    pub(super) fn read(unit: &Unit) -> Result<Self, Notice> {
        // What is no UTF-8 would come back as something else.
        let (text, metadata, _) = file::read_stable(&unit.path, |bytes| {
            String::from_utf8(bytes.to_vec()).map_err(|_| "is no UTF-8".to_owned())
        })?;
        Ok(Plan { path: unit.path.clone(), text, stamp: Stamp::of(&metadata).text })
    }

    /// Returns its boxes, in their order.
    pub fn boxes(&self) -> Vec<PlanBox> {
        let lines = markdown::boxes(&self.text).map(|(line, _)| line);
        let is_open = |status: Status, dropped: bool| status != Status::Completed && !dropped;
        let all = items(&self.path, &self.text).into_iter().zip(lines);
        all.map(|(item, line)| PlanBox {
            line,
            // What others mean by a mark that we do not know is theirs.
            is_open: is_open(item.status, item.dropped) && item.raw.is_none(),
            words: item.content,
        })
        .collect()
    }

    /// Returns its text with the boxes in these lines checked.
    pub fn checked(&self, lines: impl Iterator<Item = usize>) -> String {
        markdown::checked(&self.text, &lines.collect())
    }

    /// Returns whether the file looks as it did when it was read.
    pub fn is_unchanged(&self) -> bool {
        self.path.symlink_metadata().is_ok_and(|metadata| Stamp::of(&metadata).text == self.stamp)
    }
}
