//! A disagreement that is being settled: what can be taken, and which key takes it.

use super::model::{Board, Choice, Choosable};
use super::request::{Key, Request};
use crate::merge::choices;
use crate::todo::{State, Status, Todo, plain};

impl Choice {
    /// Asks what holds of a todo: what holds now is first, then the others, the latest first.
    pub(super) fn of(todo: &Todo) -> Self {
        let winner = todo.winner().0;
        let mut claims = choices(todo);
        claims.sort_by_key(|(session, claim)| (!session.is_same(winner), std::cmp::Reverse(claim.at)));
        let claims = claims.into_iter().take(9);
        let claims =
            claims.map(|(session, claim)| Choosable { session: session.clone(), state: claim.state(), at: claim.at });
        Choice { id: todo.id, words: plain(&todo.content), claims: claims.collect() }
    }
}

impl Board {
    /// Takes a key while it is asked what holds. The letters mean what they mean everywhere: d is done, and never drops.
    pub(super) fn choose(&mut self, choice: Choice, key: Key) -> Option<Request> {
        let digit = |char: char| char.to_digit(10).and_then(|digit| (digit as usize).checked_sub(1));
        let request = match key {
            Key::Esc | Key::Char('q') => return None,
            Key::Char('p') => Some(Request::Settle(choice.id, State::Wanted(Status::Pending))),
            Key::Char('i') => Some(Request::Settle(choice.id, State::Wanted(Status::InProgress))),
            Key::Char('d' | 'c') => Some(Request::Settle(choice.id, State::Wanted(Status::Completed))),
            Key::Char('x') => Some(Request::Settle(choice.id, State::Dropped)),
            Key::Char(char) => {
                let claim = digit(char).and_then(|place| choice.claims.get(place));
                claim.map(|claim| Request::Take(choice.id, claim.session.clone(), claim.state))
            }
            _ => None,
        };
        match request {
            Some(_) => drop(self.finished.insert(choice.id)),
            None => self.choice = Some(choice),
        }
        request
    }
}
