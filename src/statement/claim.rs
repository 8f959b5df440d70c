//! The next claim of a session on one todo: its time and its epoch.

use crate::merge::join_claim;
use crate::todo::{Claim, LAST_EPOCH, Status, Time};

/// Who may reopen a completed todo by listing it as open (`chittysync.reopen`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reopen {
    /// A session that had itself completed it.
    #[default]
    Author,
    /// Nobody: it takes a command.
    Manual,
    /// Every session, for people whose sessions repeat routine todos.
    Any,
}

/// Returns the claim after a change, stamped with time and epoch; nothing when it says what it said, or
/// when the next merge would undo it: within its epoch a session's completion sticks.
///
/// `before` is the session's own claim, `known` are the other sessions' claims that the device knows.
/// The time is at least `at` and later than everything known, so that what was said knowing of
/// something else comes after it even when clocks disagree. There is nothing after the last epoch and the last
/// moment: what cannot come after what it knows is not said.
pub(super) fn next(
    before: Option<&Claim>,
    known: &[&Claim],
    at: Time,
    reopen: Reopen,
    change: impl FnOnce(&mut Claim),
) -> Option<Claim> {
    let mut claim = before.cloned().unwrap_or_else(|| Claim::new(Status::Pending, at));
    change(&mut claim);
    if before == Some(&claim) {
        return None;
    }
    claim.bring_nothing_back();
    let weighed = || before.into_iter().chain(known.iter().copied());
    let epoch = weighed().map(|claim| claim.epoch).max().unwrap_or(0).min(LAST_EPOCH);
    let completed = weighed().any(|claim| claim.epoch == epoch && claim.status == Status::Completed && !claim.dropped);
    // A completion of an earlier epoch was reopened by somebody else: listing the todo as open joins that.
    let own_completion = before.is_some_and(|before| before.status == Status::Completed && before.epoch == epoch);
    let reopens = claim.is_open()
        && match reopen {
            Reopen::Author => own_completion,
            Reopen::Manual => false,
            Reopen::Any => own_completion || completed,
        };
    claim.epoch = if reopens { LAST_EPOCH.min(epoch + 1) } else { epoch };
    claim.at = weighed().map(|claim| claim.at.next()).fold(at, Time::max);
    let sticks = before.cloned().is_none_or(|mut joined| {
        join_claim(&mut joined, &claim);
        joined == claim
    });
    sticks.then_some(claim)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a claim brought back is of that claim: what its session says next is decided when it is said.
    #[test]
    fn what_is_said_next_brings_nothing_back() {
        let time = Time::from_millis;
        let mut before = Claim::new(Status::Pending, time(100));
        before.bring_back((0, time(50)));
        let say = |status| next(Some(&before), &[], time(200), Reopen::Author, |claim| claim.status = status);
        assert_eq!(say(Status::InProgress).map(|claim| claim.decided()), Some((0, time(200))));
        assert_eq!(say(Status::Pending), None, "it says so already");
    }
}
