//! What each session says of a todo, whatever names it speaks under.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{Claim, Claims, Session};

/// A claim and who made it.
type Said<'a> = (&'a Session, &'a Claim);

/// The voices of a todo's sessions, found once for all of them: who asks for each by itself looks through all claims
/// each time.
#[derive(Debug)]
pub struct Voices<'a> {
    claims: &'a Claims,
    /// What is said under the names of one session, by their root; nothing where none went on elsewhere.
    groups: Option<BTreeMap<Cow<'a, str>, Group<'a>>>,
}

/// The names of one session.
#[derive(Clone, Copy, Debug)]
struct Group<'a> {
    /// The greatest claim of all.
    of_all: Said<'a>,
    /// The greatest of those under names that go on from another one. Two others are never one session.
    of_continued: Option<Said<'a>>,
}

impl<'a> Voices<'a> {
    /// Finds the voices of a todo with these claims.
    pub fn of(claims: &'a Claims) -> Self {
        if !claims.keys().any(Session::is_continued) {
            return Voices { claims, groups: None };
        }
        let mut groups: BTreeMap<Cow<'a, str>, Group<'a>> = BTreeMap::new();
        for said in claims {
            let group = groups.entry(said.0.root()).or_insert(Group { of_all: said, of_continued: None });
            group.of_all = greater(group.of_all, said);
            if said.0.is_continued() {
                group.of_continued = Some(group.of_continued.map_or(said, |other| greater(other, said)));
            }
        }
        Voices { claims, groups: Some(groups) }
    }

    /// Returns whether a claim is what its session says: no greater one was made under another of its names.
    pub fn has(&self, session: &Session, claim: &Claim) -> bool {
        let Some(groups) = &self.groups else { return true };
        let Some(group) = groups.get(&session.root()) else { return true };
        let others = if session.is_continued() { Some(group.of_all) } else { group.of_continued };
        others.is_none_or(|other| greater((session, claim), other).0 == session)
    }

    /// Returns what a session says, under whatever name.
    pub fn find(&self, session: &Session) -> Option<Said<'a>> {
        let claims = self.claims;
        let own = claims.find_index(session).ok().and_then(|at| claims.get_indexed(at));
        let Some(groups) = &self.groups else {
            // A name that went on elsewhere may ask for the one that it goes on from.
            return own.or_else(|| claims.iter().find(|(other, _)| other.is_same(session)));
        };
        let group = || groups.get(&session.root()).map(|group| group.of_all);
        own.filter(|(session, claim)| self.has(session, claim))
            .or_else(|| group().filter(|(other, _)| other.is_same(session)))
    }
}

/// Returns the greater of two claims that are made under names of one session; of equal ones that of the first name.
fn greater<'a>(one: Said<'a>, other: Said<'a>) -> Said<'a> {
    if one.1.order(other.1).then_with(|| other.0.cmp(one.0)).is_lt() { other } else { one }
}
