//! Disagreements as values: what each side said, and what was kept.

use std::sync::Arc;

use serde_json::Value;

use crate::todo::{Claim, Session, Time, Todo, TodoId};

/// A todo that both sides of a merge changed, differently, where a rule had to choose.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// The todo.
    pub id: TodoId,
    /// Its words. A todo can have many conflicts, and they share them.
    pub content: Arc<str>,
    /// What they disagree on.
    pub subject: Subject,
    /// What our side says; which side is ours depends on the order of the merge.
    pub ours: Side,
    /// What their side says.
    pub theirs: Side,
    /// Whether their side was kept.
    pub kept_theirs: bool,
}

/// What the sides of a conflict disagree on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The status.
    Status,
    /// The property of this name.
    Field(String),
}

/// One side of a conflict.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    /// Who said it, where that is known (not for properties).
    pub session: Option<Session>,
    /// The status as a word, or the value of the property.
    pub value: Value,
    /// When that was said, by the clock of whoever said it.
    pub at: Time,
}

impl Conflict {
    /// Returns the side that was kept, and the one that was overruled.
    pub fn sides(&self) -> (&Side, &Side) {
        if self.kept_theirs { (&self.theirs, &self.ours) } else { (&self.ours, &self.theirs) }
    }
}

/// A claim that the winning one overrules although it says something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement<'a> {
    /// Who gives the todo its status.
    pub winner: (&'a Session, &'a Claim),
    /// Who is overruled, and what that session last said.
    pub overruled: (&'a Session, &'a Claim),
}

impl Disagreement<'_> {
    /// Returns whether what was overruled was said later. An older pending beside a completed is only
    /// lag; a newer one means that somebody may want the work again.
    pub fn is_newer(&self) -> bool {
        self.overruled.1.at > self.kept_since()
    }

    /// Returns when what was kept was decided against what was overruled.
    pub fn kept_since(&self) -> Time {
        decided_against(self.winner.1, self.overruled.1)
    }
}

/// Returns the claims that the winning one overrules, newest first. One that its session has dropped wants nothing.
/// One of an earlier epoch was answered by an explicit act, unless it was said later: then the act did not know of it.
/// An act that brings back what was decided before answers only what had been answered then.
pub fn disagreements(todo: &Todo) -> Vec<Disagreement<'_>> {
    let winner = todo.winner();
    let mut found: Vec<_> = todo
        .voices()
        .filter(|(_, claim)| is_open(winner.1, claim))
        .map(|overruled| Disagreement { winner, overruled })
        .collect();
    found.sort_by_key(|one| std::cmp::Reverse(one.overruled.1.at));
    found
}

/// Returns what a person who settles a todo can take: the claims of the present epoch, and those that disagree.
pub fn choices(todo: &Todo) -> Vec<(&Session, &Claim)> {
    let (epoch, winner) = (todo.epoch(), todo.winner().1);
    todo.voices().filter(|(_, claim)| claim.epoch == epoch || is_open(winner, claim)).collect()
}

/// Returns whether the other claim wants something else than the winning one, and was not answered by it.
fn differ(winner: &Claim, other: &Claim) -> bool {
    let unanswered = winner.epoch == other.epoch || other.at > winner.at;
    !other.dropped && winner.state() != other.state() && unanswered
}

/// Returns whether the other claim wants something else than the winning one, and nobody answered it whose answer
/// stands.
fn is_open(winner: &Claim, other: &Claim) -> bool {
    let epochs = [winner.epoch, winner.decided().0];
    let unanswered = epochs.contains(&other.epoch) || other.at > decided_against(winner, other);
    !other.dropped && winner.state() != other.state() && unanswered
}

/// Returns when what the winning claim says was decided against the other one: a decision that was taken back since is
/// none.
fn decided_against(winner: &Claim, other: &Claim) -> Time {
    let (epoch, at) = winner.decided();
    if other.epoch <= epoch { at } else { winner.at }
}

/// Returns the conflict over the status, when `joined` keeps what one side says although the other, which
/// changed it since `base`, spoke later.
pub(super) fn status_conflict(base: Option<&Todo>, ours: &Todo, theirs: &Todo, joined: &Todo) -> Option<Conflict> {
    let (kept, our_winner, their_winner) = (joined.winner(), ours.winner(), theirs.winner());
    let kept_theirs = kept == their_winner;
    if !kept_theirs && kept != our_winner {
        return None;
    }
    let overruled = if kept_theirs { our_winner } else { their_winner };
    let unchanged = base.is_some_and(|base| base.winner() == overruled);
    // The other side may hold a later word of the overruled session, and then there is nothing to overrule.
    let stands = overruled.0.is_same(kept.0) || joined.voice(overruled.0) == Some(overruled);
    if unchanged || !stands || !differ(kept.1, overruled.1) || overruled.1.at <= kept.1.at {
        return None;
    }
    let side = |(session, claim): (&Session, &Claim)| Side {
        session: Some(session.clone()),
        value: claim.state().as_str().into(),
        at: claim.at,
    };
    Some(Conflict {
        id: ours.id,
        content: ours.content.as_str().into(),
        subject: Subject::Status,
        ours: side(our_winner),
        theirs: side(their_winner),
        kept_theirs,
    })
}

/// Returns a conflict for each property that both sides changed since `base`, to different values.
pub(super) fn field_conflicts(base: &Todo, ours: &Todo, theirs: &Todo) -> Vec<Conflict> {
    let mut found = Vec::new();
    let mut content: Option<Arc<str>> = None;
    for (name, our_field) in &ours.fields {
        let Some(their_field) = theirs.fields.get(name) else { continue };
        let before = base.fields.get(name).map(|field| &field.value);
        let changed = |now: &Value| Some(now) != before;
        if our_field.value == their_field.value || !changed(&our_field.value) || !changed(&their_field.value) {
            continue;
        }
        let mut kept = our_field.clone();
        super::join_field(&mut kept, their_field);
        let side = |field: &crate::todo::Field| Side { session: None, value: field.value.clone(), at: field.at };
        found.push(Conflict {
            id: ours.id,
            content: Arc::clone(content.get_or_insert_with(|| ours.content.as_str().into())),
            subject: Subject::Field(name.clone()),
            ours: side(our_field),
            theirs: side(their_field),
            kept_theirs: kept == *their_field,
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::todo::{Fields, Project, Status};

    fn claim(status: Status, at: i64, epoch: u64) -> Claim {
        Claim { epoch, ..Claim::new(status, Time::from_millis(at)) }
    }

    /// Returns who disagrees, and whether later, of these claims.
    fn open(claims: &[(&str, Claim)]) -> Vec<(String, bool)> {
        let claims = claims.iter().map(|(name, claim)| (Session::new(name).expect("a name"), claim.clone())).collect();
        let id = TodoId::of(&Project::general(), "x");
        let created = Time::from_millis(0);
        let todo = Todo { id, content: "x".into(), nth: 1, created, claims, fields: Fields::new() };
        disagreements(&todo).iter().map(|one| (one.overruled.0.to_string(), one.is_newer())).collect()
    }

    #[test]
    fn what_is_brought_back_answers_what_it_had_answered() {
        let said = |name: &str, newer: bool| (name.to_owned(), newer);
        let answer = claim(Status::Completed, 50, 2);
        let mut again = answer.clone();
        again.bring_back((1, Time::from_millis(20)));
        for (others, of_answer, of_again) in [
            // Of the epoch that holds again: later, or lag.
            (vec![("b", claim(Status::Pending, 30, 1))], vec![], vec![said("b", true)]),
            (vec![("b", claim(Status::Pending, 10, 1))], vec![], vec![said("b", false)]),
            // Before it: answered then, unless it was said later.
            (vec![("b", claim(Status::Pending, 10, 0))], vec![], vec![]),
            (vec![("b", claim(Status::Pending, 30, 0))], vec![], vec![said("b", true)]),
            // Of the claim's own epoch.
            (vec![("b", claim(Status::Pending, 10, 2))], vec![said("b", false)], vec![said("b", false)]),
            // Said after all of it.
            (vec![("b", claim(Status::Pending, 60, 0))], vec![said("b", true)], vec![said("b", true)]),
            // It wants the same.
            (vec![("b", claim(Status::Completed, 30, 1))], vec![], vec![]),
        ] {
            let with = |claim: &Claim| open(&[&[("a", claim.clone())], others.as_slice()].concat());
            assert_eq!((with(&answer), with(&again)), (of_answer, of_again), "{others:?}");
        }
        // What was decided in between, and taken back, is no word of anybody.
        let mut again = claim(Status::Completed, 50, 3);
        again.bring_back((1, Time::from_millis(20)));
        assert_eq!(open(&[("a", again.clone()), ("b", claim(Status::Pending, 40, 2))]), []);
        assert_eq!(open(&[("a", again), ("b", claim(Status::Pending, 60, 2))]), [said("b", true)]);
    }

    #[test]
    fn what_cannot_have_been_decided_was_not() {
        let decided = |again: Value| {
            let mut claim = claim(Status::Completed, 50, 2);
            claim.extra.insert("again".into(), again);
            claim.decided()
        };
        let own = (2, Time::from_millis(50));
        let at = Time::from_millis(20).to_string();
        assert_eq!(decided(json!({ "epoch": 1, "at": at })), (1, Time::from_millis(20)));
        for forged in [
            json!({ "epoch": 3, "at": at }),
            json!({ "epoch": 1, "at": Time::from_millis(51).to_string() }),
            json!({ "epoch": -1, "at": at }),
            json!({ "epoch": 1, "at": "yesterday" }),
            json!({ "epoch": 1 }),
            json!("x"),
            json!([]),
            Value::Null,
        ] {
            assert_eq!(decided(forged.clone()), own, "{forged}");
        }
    }
}
