//! One todo, and lists of them.

use std::collections::BTreeMap;

use super::{Claim, Claims, Fields, Session, State, Status, Time, TodoId, Voices};

/// Keys of a todo's line that are ours. An agent's own key of the same name gets `x-` before it.
pub const RESERVED: [&str; 9] = ["id", "content", "nth", "status", "created", "updated", "claims", "stamps", "format"];

/// All todos of one project, or of one session in one project.
pub type TodoList = BTreeMap<TodoId, Todo>;

/// One todo: what each session last said of it, and its properties.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Todo {
    /// Its identity within the store.
    pub id: TodoId,
    /// Its words, [normalised](super::normalise); none when it was forgotten.
    pub content: String,
    /// Which of those with the same words in one list it is, counted from 1; 1 when it was forgotten.
    pub nth: u32,
    /// The earliest time at which a session spoke of it.
    pub created: Time,
    /// For each session, what it last said. Never empty.
    pub claims: Claims,
    /// Everything else, by the agent's own key (`activeForm`, `description`, `priority`, …).
    pub fields: Fields,
}

impl Todo {
    /// Returns what each session says, in the order of names. One that went on elsewhere speaks under several names
    /// and has one voice: the greatest of its claims, as if all were made under one name.
    pub fn voices(&self) -> impl Iterator<Item = (&Session, &Claim)> {
        let voices = Voices::of(&self.claims);
        self.claims.iter().filter(move |(session, claim)| voices.has(session, claim))
    }

    /// Returns what a session says, under whatever name.
    pub fn voice(&self, session: &Session) -> Option<(&Session, &Claim)> {
        Voices::of(&self.claims).find(session)
    }

    /// Returns the claim that gives the todo its status, and who made it: of what each session says, the greatest of
    /// (epoch, not dropped, rank, time, session).
    pub fn winner(&self) -> (&Session, &Claim) {
        self.voices()
            .max_by_key(|(session, claim)| (claim.epoch, !claim.dropped, claim.status, claim.at, *session))
            .expect("a todo has at least one claim")
    }

    /// Returns what the winning claim makes of the todo.
    pub fn state(&self) -> State {
        self.winner().1.state()
    }

    /// Returns whether somebody who still wants it calls it blocked, in a word of an agent's own: what another one says
    /// of its status takes nothing out of the way.
    pub fn is_called_blocked(&self) -> bool {
        let epoch = self.epoch();
        let counts = |claim: &&Claim| !claim.dropped && claim.epoch == epoch;
        let mut claims = self.voices().map(|(_, claim)| claim).filter(counts);
        claims.any(|claim| claim.raw.as_deref().is_some_and(Status::is_blocked))
    }

    /// Returns who has the work on it, although a session that is `ours` claimed it too: both said so before
    /// they knew of each other, and the other claim won.
    pub fn lost_to(&self, ours: impl Fn(&Session) -> bool) -> Option<(&Session, &Claim)> {
        let (winner, won) = self.winner();
        let works = |is: &dyn Fn(&Session) -> bool| self.workers().any(|(session, _)| is(session));
        let lost = !ours(winner) && works(&|session| session == winner) && works(&ours);
        lost.then_some((winner, won))
    }

    /// Returns the sessions that say they work on it, whoever has it.
    pub fn workers(&self) -> impl Iterator<Item = (&Session, &Claim)> {
        let epoch = self.epoch();
        let works = move |claim: &Claim| !claim.dropped && claim.status == Status::InProgress && claim.epoch == epoch;
        self.voices().filter(move |(_, claim)| works(claim))
    }

    /// Returns when a session last said something new of it.
    pub fn updated(&self) -> Time {
        self.claims.values().map(|claim| claim.at).max().unwrap_or(self.created)
    }

    /// Returns whether somebody had it forgotten: it has no words then, and nobody is to see it.
    pub fn is_forgotten(&self) -> bool {
        self.claims.values().any(|claim| claim.forgotten)
    }

    /// Returns whether its words are to go from all history, too.
    pub fn is_purged(&self) -> bool {
        self.claims.values().any(|claim| claim.forgotten && claim.purged)
    }

    /// Returns the greatest epoch known of it.
    pub fn epoch(&self) -> u64 {
        self.claims.values().map(|claim| claim.epoch).max().unwrap_or(0)
    }

    /// Returns the text of a property, when it has one.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.fields.get(field)?.value.as_str().filter(|text| !text.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::todo::Project;

    /// A todo with these (session, status, time, epoch, dropped) claims.
    fn todo(claims: &[(&str, Status, i64, u64, bool)]) -> Todo {
        let claims = claims.iter().map(|&(session, status, at, epoch, dropped)| {
            let claim = Claim { epoch, dropped, ..Claim::new(status, Time::from_millis(at)) };
            (Session::new(session).expect("valid"), claim)
        });
        Todo {
            id: TodoId::of(&Project::general(), "x"),
            content: "x".into(),
            nth: 1,
            created: Time::from_millis(0),
            claims: claims.collect(),
            fields: Fields::new(),
        }
    }

    #[test]
    fn rank_beats_time_and_epoch_beats_rank() {
        use Status::*;
        let lag = todo(&[("a", Completed, 1, 0, false), ("b", Pending, 9, 0, false)]);
        assert_eq!(lag.state(), State::Wanted(Completed));
        let reopened = todo(&[("a", Completed, 1, 0, false), ("b", Pending, 2, 1, false)]);
        assert_eq!(reopened.state(), State::Wanted(Pending));
    }

    #[test]
    fn of_two_who_work_on_it_one_lost_it() {
        use Status::*;
        let is = |name: &'static str| move |session: &Session| session.as_str() == name;
        let both = todo(&[("a", InProgress, 1, 0, false), ("b", InProgress, 2, 0, false)]);
        assert_eq!(both.lost_to(is("a")).map(|(session, _)| session.as_str()), Some("b"));
        assert_eq!(both.lost_to(is("b")), None);
        for other in [("b", Completed, 2, 0, false), ("b", Pending, 2, 0, false), ("b", InProgress, 2, 1, false)] {
            assert_eq!(todo(&[("a", InProgress, 1, 0, false), other]).lost_to(is("a")), None, "{other:?}");
        }
        assert_eq!(todo(&[("a", InProgress, 1, 0, true), ("b", InProgress, 2, 0, false)]).lost_to(is("a")), None);
    }

    /// What a session says on one device, it may change on another.
    #[test]
    fn a_session_that_went_on_has_one_voice() {
        use Status::*;
        let on = Session::new("a").expect("valid").continued("laptop", "salt", 0);
        let on = on.as_str();
        let dropped = todo(&[("a", InProgress, 1, 0, false), (on, InProgress, 2, 0, true)]);
        assert_eq!(dropped.state(), State::Dropped, "nobody wants it any more");
        assert_eq!(dropped.workers().count(), 0);
        let back = todo(&[("a", Pending, 3, 0, false), (on, InProgress, 2, 0, true)]);
        assert_eq!(back.state(), State::Wanted(Pending));
        let sticks = todo(&[("a", Completed, 1, 0, false), (on, Pending, 2, 0, false)]);
        assert_eq!((sticks.state(), sticks.voices().count()), (State::Wanted(Completed), 1));
        let other = todo(&[("a", InProgress, 1, 0, false), ("b", Pending, 1, 0, false), (on, InProgress, 2, 0, true)]);
        assert_eq!(other.state(), State::Wanted(Pending), "another one still does");
        let same = todo(&[("a", Pending, 1, 0, false), (on, Pending, 1, 0, false)]);
        assert_eq!(same.voices().map(|(session, _)| session.as_str()).collect::<Vec<_>>(), ["a"]);
    }

    #[test]
    fn dropped_only_when_nobody_wants_it() {
        use Status::*;
        let half = todo(&[("a", InProgress, 9, 0, true), ("b", Pending, 1, 0, false)]);
        assert_eq!(half.state(), State::Wanted(Pending));
        let all = todo(&[("a", InProgress, 9, 0, true), ("b", Pending, 1, 0, true)]);
        assert_eq!(all.state(), State::Dropped);
    }
}
