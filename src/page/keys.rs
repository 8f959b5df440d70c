//! Which keys press what stands on a page: those of the board in a terminal. The script knows none of them but the ways
//! from row to row; each button, link and field says itself which keys are its own.

use super::form::{Deed, Side};
use crate::todo::{State, Status, Verb};

/// Returns the keys of a button; nothing where it has none. `answer` is its number among several answers.
pub(super) fn keys(deed: &Deed, answer: usize) -> Option<String> {
    let letter = match deed {
        Deed::Say(Verb::Start, _) => "s",
        Deed::Say(Verb::Done, _) => "d",
        Deed::Say(Verb::Drop, _) => "x",
        Deed::Say(Verb::Reopen, _) => "o",
        Deed::Say(Verb::Release, _) => "R",
        Deed::Undo(..) => "u",
        Deed::Choose(_, Side::Kept | Side::Overruled, ..) => return Some(format!("r{answer}")),
        Deed::Settle(_, state) => {
            let letter = match state {
                State::Wanted(Status::Pending) => "p",
                State::Wanted(Status::InProgress) => "i",
                State::Wanted(Status::Completed) => "d",
                State::Dropped => "x",
            };
            return Some(format!("r{letter} r{answer}"));
        }
        _ => return None,
    };
    Some(letter.to_owned())
}
