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
    /// What our side says.
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
    /// What was said.
    pub value: Value,
    /// When.
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
    /// Who is overruled.
    pub overruled: (&'a Session, &'a Claim),
}

impl Disagreement<'_> {
    /// Returns whether what was overruled was said later. An older pending beside a completed is only
    /// lag; a newer one means that somebody may want the work again.
    pub fn is_newer(&self) -> bool {
        self.overruled.1.at > self.winner.1.at
    }
}

/// Returns the claims that the winning one overrules, newest first. One that its session has dropped wants nothing.
/// One of an earlier epoch was answered by an explicit act, unless it was said later: then the act did not know of it.
pub fn disagreements(todo: &Todo) -> Vec<Disagreement<'_>> {
    let winner = todo.winner();
    let mut found: Vec<_> = todo
        .voices()
        .filter(|(_, claim)| differ(winner.1, claim))
        .map(|overruled| Disagreement { winner, overruled })
        .collect();
    found.sort_by_key(|one| std::cmp::Reverse(one.overruled.1.at));
    found
}

/// Returns what a person who settles a todo can take: the claims of the present epoch, and those that disagree.
pub fn choices(todo: &Todo) -> Vec<(&Session, &Claim)> {
    let (epoch, winner) = (todo.epoch(), todo.winner().1);
    todo.voices().filter(|(_, claim)| claim.epoch == epoch || differ(winner, claim)).collect()
}

/// Returns whether the other claim wants something else than the winning one, and was not answered by it.
fn differ(winner: &Claim, other: &Claim) -> bool {
    let unanswered = winner.epoch == other.epoch || other.at > winner.at;
    !other.dropped && winner.state() != other.state() && unanswered
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
