//! Which refs may be moved, and by whom: one answer for git and for the API.

use super::{Principal, Scope};
use crate::todo::Session;

/// What a ref is to us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A session's.
    Session(Session),
    /// The branch that everything is merged into.
    Branch,
    /// That of the lease by which devices agree on who may start something.
    Lease,
    /// Anything else.
    Other,
}

/// What is to become of a ref.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is new, or moves to a commit that descends from the one it is at.
    Forward {
        /// The device whose session it is so far, where there is one.
        before: Option<String>,
        /// The device whose session it is then. Of the branch nothing.
        after: Option<String>,
    },
    /// It moves to a commit that does not descend from the one it is at.
    Sideways,
    /// It goes.
    Delete {
        /// The device whose session it was.
        owner: Option<String>,
        /// The branch has all that it says.
        is_merged: bool,
        /// It has said nothing for as long as a session has to until others give its ref up.
        is_idle: bool,
    },
    /// It moves to something that cannot be taken, and why.
    Unfit(String),
}

/// A ref that is to be moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// Its full name.
    pub name: String,
    /// What it is.
    pub target: Target,
    /// What is to become of it.
    pub change: Change,
}

/// Why a ref may not be moved, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Why.
    pub reason: String,
    /// What to do.
    pub remedy: String,
}

fn refused(reason: impl Into<String>, remedy: impl Into<String>) -> Result<(), Refused> {
    Err(Refused { reason: reason.into(), remedy: remedy.into() })
}

/// Looks whether somebody may move a ref so.
///
/// # Errors
/// When they may not.
pub fn may_move(who: &Principal, update: &Update) -> Result<(), Refused> {
    if !who.may(Scope::Write) {
        return refused("this token may only read", "ask for one with `--scope write`");
    }
    let name = &update.name;
    match (&update.target, &update.change) {
        (Target::Other, _) => {
            refused(format!("{name} is none of the refs kept here"), "push sessions and the branch only")
        }
        (_, Change::Unfit(reason)) => refused(format!("{name} cannot be taken: {reason}"), "nothing of it was taken"),
        (_, Change::Sideways) => refused(
            format!("{name} does not go on from what is here"),
            "fetch and merge first; history is rewritten only in the hub's own store (`git chittysync purge` there)",
        ),
        (Target::Branch | Target::Lease, Change::Forward { .. }) => Ok(()),
        (Target::Branch, Change::Delete { .. }) => refused(format!("{name} is not deleted"), "it holds what all said"),
        (Target::Lease, Change::Delete { .. }) => {
            refused(format!("{name} is not deleted"), "give the lease back instead")
        }
        (Target::Session(session), Change::Forward { before, after }) => {
            [before, after].into_iter().flatten().try_for_each(|owner| may_say(who, session, Some(owner)))
        }
        (Target::Session(session), Change::Delete { owner, is_merged, is_idle }) => {
            if !is_merged {
                return refused(format!("{name} says what the branch does not have yet"), "push the branch first");
            }
            // Whoever finds an idle session gives its ref up: what it said stays in the branch.
            if *is_idle { Ok(()) } else { may_say(who, session, owner.as_deref()) }
        }
    }
}

/// Looks whether somebody may speak for a session, given the device that it is of. One that nobody spoke for is anybody's.
///
/// # Errors
/// When they may not.
pub fn may_say(who: &Principal, session: &Session, owner: Option<&str>) -> Result<(), Refused> {
    match owner {
        Some(owner) if owner != who.device && !who.may(Scope::Admin) => refused(
            format!("session {} is of the device '{owner}', and this token of '{}'", session.short(), who.device),
            format!("use a token of '{owner}', or set `chittysync.device` to the label that the token was made for"),
        ),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(scope: Scope) -> Principal {
        Principal { token: "t".into(), device: "laptop".into(), scope }
    }

    fn session() -> Target {
        Target::Session(Session::new("s").expect("valid"))
    }

    fn forward(before: Option<&str>, after: &str) -> Change {
        Change::Forward { before: before.map(Into::into), after: Some(after.into()) }
    }

    fn delete(owner: &str, is_merged: bool, is_idle: bool) -> Change {
        Change::Delete { owner: Some(owner.into()), is_merged, is_idle }
    }

    /// What read, write and admin tokens of one device may do.
    #[test]
    fn the_whole_table() {
        let plain = || Change::Forward { before: None, after: None };
        for (target, change, write, admin) in [
            (session(), forward(None, "laptop"), true, true),
            (session(), forward(Some("laptop"), "laptop"), true, true),
            (session(), forward(None, "desktop"), false, true),
            (session(), forward(Some("desktop"), "desktop"), false, true),
            (session(), forward(Some("desktop"), "laptop"), false, true),
            (session(), forward(Some("laptop"), "desktop"), false, true),
            (session(), Change::Sideways, false, false),
            (session(), Change::Unfit("no".into()), false, false),
            (session(), delete("laptop", true, false), true, true),
            (session(), delete("laptop", false, true), false, false),
            (session(), delete("desktop", true, true), true, true),
            (session(), delete("desktop", true, false), false, true),
            (Target::Branch, plain(), true, true),
            (Target::Branch, Change::Sideways, false, false),
            (Target::Branch, Change::Delete { owner: None, is_merged: true, is_idle: true }, false, false),
            (Target::Lease, plain(), true, true),
            (Target::Lease, Change::Sideways, false, false),
            (Target::Lease, Change::Delete { owner: None, is_merged: true, is_idle: true }, false, false),
            (Target::Other, plain(), false, false),
            (Target::Other, Change::Delete { owner: None, is_merged: true, is_idle: true }, false, false),
        ] {
            let update = Update { name: "refs/x".into(), target, change };
            let may = |scope| may_move(&who(scope), &update).is_ok();
            assert_eq!((may(Scope::Read), may(Scope::Write), may(Scope::Admin)), (false, write, admin), "{update:?}");
        }
    }

    #[test]
    fn a_refusal_names_the_remedy() {
        let update = Update { name: "refs/chittysync/s".into(), target: session(), change: forward(None, "desktop") };
        let refused = may_move(&who(Scope::Write), &update).expect_err("another device's");
        assert!(refused.reason.contains("'desktop'") && refused.remedy.contains("chittysync.device"), "{refused:?}");
    }
}
