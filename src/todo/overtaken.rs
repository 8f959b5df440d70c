//! Work that somebody else finished, gave up, took or put back, while a session was at it.

use super::{Claim, Session, State, Status, Todo};

impl Todo {
    /// Returns by whose word a todo has another state, or another worker, than a session that is `ours` left it in, which
    /// had started it and said nothing of it since. Of two who started it without knowing of each other,
    /// [`Todo::lost_to`] tells.
    pub fn overtaken_by(&self, ours: impl Fn(&Session) -> bool) -> Option<(&Session, &Claim)> {
        let (winner, won) = self.winner();
        let said = self.voices().filter(|(session, _)| ours(session)).map(|(_, claim)| claim);
        let last = said.max_by_key(|claim| (claim.epoch, claim.at))?;
        let is_at_it = !last.dropped && last.status == Status::InProgress;
        let is_beside = won.is_open() && won.epoch == last.epoch;
        (is_at_it && !ours(winner) && !is_beside).then_some((winner, won))
    }

    /// Returns what somebody did to the todo whose word gives it its state, for people: what becomes of work that
    /// another one had started.
    pub fn became(&self) -> &'static str {
        match self.state() {
            State::Dropped if self.text("renamedTo").is_some() => "renamed",
            State::Dropped => "dropped",
            State::Wanted(Status::Completed) => "completed",
            State::Wanted(Status::InProgress) => "taken",
            State::Wanted(Status::Pending) => "opened again",
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::todo::{Claim, Fields, Project, Session, Status, Time, Todo, TodoId};

    /// Returns by whom `us` was overtaken, of these (session, status, time, epoch, dropped) claims, and how.
    fn overtaken(claims: &[(&str, Status, i64, u64, bool)]) -> Option<(String, &'static str)> {
        let claims = claims.iter().map(|&(session, status, at, epoch, dropped)| {
            let claim = Claim { epoch, dropped, ..Claim::new(status, Time::from_millis(at)) };
            (Session::new(session).expect("a name"), claim)
        });
        let (id, created) = (TodoId::of(&Project::general(), "x"), Time::from_millis(0));
        let claims = claims.collect();
        let todo = Todo { id, content: "x".into(), nth: 1, created, claims, fields: Fields::new() };
        let (by, _) = todo.overtaken_by(|session| session.main() == "us")?;
        Some((by.to_string(), todo.became()))
    }

    #[test]
    fn whoever_started_it_is_overtaken_by_any_later_word() {
        use Status::*;
        let mine = ("us", InProgress, 1, 0, false);
        for (other, became) in [
            (("them", Completed, 2, 0, false), Some("completed")),
            (("them", Completed, 2, 1, false), Some("completed")),
            (("them", Pending, 2, 1, true), Some("dropped")),
            (("them", InProgress, 2, 1, false), Some("taken")),
            (("them", Pending, 2, 1, false), Some("opened again")),
            // Both are at it, or one only wants it.
            (("them", InProgress, 2, 0, false), None),
            (("them", Pending, 2, 0, false), None),
        ] {
            assert_eq!(overtaken(&[mine, other]), became.map(|became| ("them".to_owned(), became)), "{other:?}");
            // Who said something else of it since knows.
            for later in [("us-agent-cli", Pending, 3, 1, true), ("us-agent-cli", Pending, 3, 1, false)] {
                assert_eq!(overtaken(&[mine, later, other]), None, "{other:?} {later:?}");
            }
        }
        // A list beside the session's own is the session's.
        assert_eq!(overtaken(&[mine, ("us-agent-cli", Completed, 2, 0, false)]), None);
        assert_eq!(overtaken(&[("us", Pending, 1, 0, false), ("them", Completed, 2, 0, false)]), None);
        assert_eq!(overtaken(&[("them", Completed, 2, 0, false)]), None);
    }
}
