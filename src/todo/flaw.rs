//! What a line, or a session's file, may say: bounds that nothing honest reaches.
//!
//! A greatest epoch or a last moment would stand for ever: nothing could come after it. So what is out of bounds is
//! left out as a whole, and nothing is said that is. Whether something is depends on its own bytes and on nothing
//! else, neither the clock of the device, nor what it knows, nor its settings: else two devices would take in and
//! leave out the same line for ever.

use std::fmt;

use super::{Claim, Project, Session, SessionInfo, Time, Todo, TodoId};

/// The greatest epoch of a claim: there are fewer than 2³¹ of them.
pub const LAST_EPOCH: u64 = (1 << 31) - 1;

/// Why a line, or a session's file, is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Its id is not made of its project and its words.
    Id(TodoId),
    /// Nobody says anything of it.
    NoClaims,
    /// A session reopened it more often than anybody can.
    Epoch(Session, u64),
    /// It holds a time that is too far away: what the time is of, and the time.
    Time(String, Time),
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Flaw::Id(id) => write!(f, "{id} is not the id of these words in this project"),
            Flaw::NoClaims => f.write_str("no session says anything of it"),
            Flaw::Epoch(session, epoch) => {
                write!(f, "the claim of {} has epoch {epoch}, which is above {LAST_EPOCH}", session.short())
            }
            Flaw::Time(what, at) => write!(f, "{what} is of {at}, which is after {}", Time::LAST),
        }
    }
}

impl Claim {
    /// Returns whether something can still come after it.
    pub fn is_in_bounds(&self) -> bool {
        self.epoch <= LAST_EPOCH && self.at <= Time::LAST
    }
}

impl Todo {
    /// Returns why nothing is to be made of this line, if something is wrong with it. Where the project is known, its
    /// id is checked; a forgotten todo has no words that it could be made of.
    pub fn flaw(&self, project: Option<&Project>) -> Option<Flaw> {
        if self.claims.is_empty() {
            return Some(Flaw::NoClaims);
        }
        if project.is_some_and(|project| !self.is_forgotten() && !self.has_id_of(project)) {
            return Some(Flaw::Id(self.id));
        }
        if let Some((session, claim)) = self.claims.iter().find(|(_, claim)| claim.epoch > LAST_EPOCH) {
            return Some(Flaw::Epoch(session.clone(), claim.epoch));
        }
        let claims = self.claims.iter().map(|(session, claim)| (claim.at, session.short()));
        if let Some((at, who)) = claims.into_iter().find(|(at, _)| *at > Time::LAST) {
            return Some(Flaw::Time(format!("the claim of {who}"), at));
        }
        if self.created > Time::LAST {
            return Some(Flaw::Time("its beginning".to_owned(), self.created));
        }
        let late = self.fields.iter().find(|(_, field)| field.at > Time::LAST);
        late.map(|(name, field)| Flaw::Time(format!("the stamp of {name}"), field.at))
    }

    /// Returns whether its id is that of its words in this project. In version 1 `nth` was an agent's own property.
    pub fn has_id_of(&self, project: &Project) -> bool {
        self.id == TodoId::of_nth(project, &self.content, self.nth) || self.id == TodoId::of(project, &self.content)
    }
}

impl SessionInfo {
    /// Returns why nothing is to be made of this file, if something is wrong with it.
    pub fn flaw(&self) -> Option<Flaw> {
        let titled = self.title.as_ref().map(|title| title.at);
        let times = [
            ("its start", Some(self.started)),
            ("its last word", Some(self.updated)),
            ("its end", self.ended),
            ("its title", titled),
        ];
        let late = times.into_iter().find_map(|(what, at)| Some((what, at.filter(|at| *at > Time::LAST)?)));
        late.map(|(what, at)| Flaw::Time(what.to_owned(), at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{decode_session, decode_todos};

    /// A line with these values of what is bounded, and what is said of it.
    #[test]
    fn what_is_out_of_bounds_is_named() {
        let api = Project::new("api").expect("valid");
        let (id, created, at, epoch, stamp) = (
            "7ac66c38513dd7d8",
            "2025-10-10T23:20:00.000Z",
            "2025-10-10T23:25:00.000Z",
            "0",
            "2025-10-10T23:21:00.000Z",
        );
        let last = "2199-12-31T23:59:59.999Z";
        let first_late = "2200-01-01T00:00:00.000Z";
        let other = "0000000000000001";
        for (id, created, at, epoch, stamp, wrong) in [
            (id, created, at, epoch, stamp, None),
            (id, "1970-01-01T00:00:00.000Z", last, "2147483647", last, None),
            (id, last, last, "0", last, None),
            (id, created, at, "2147483648", stamp, Some("the claim of ana has epoch 2147483648")),
            (id, created, at, "18446744073709551615", stamp, Some("the claim of ana has epoch 18446744073709551615")),
            (id, created, first_late, epoch, stamp, Some("the claim of ana is of 2200-01-01T00:00:00.000Z")),
            (id, created, "9999-12-31T23:59:59.999Z", epoch, stamp, Some("the claim of ana is of 9999-12-31")),
            (id, created, "2200-01-01T00:30:00.000-00:30", epoch, stamp, Some("the claim of ana is of 2200-01-01T01")),
            (id, created, "2199-12-31T23:30:00.000-00:30", epoch, stamp, Some("the claim of ana is of 2200-01-01T00")),
            (id, created, "2200-01-01T00:29:59.999+00:30", epoch, stamp, None),
            (id, first_late, at, epoch, stamp, Some("its beginning is of 2200-01-01")),
            (id, created, at, epoch, first_late, Some("the stamp of priority is of 2200-01-01")),
            (other, created, at, epoch, stamp, Some("0000000000000001 is not the id of these words in this project")),
        ] {
            let line = format!(
                r#"[{{"id":"{id}","content":"Run tests","status":"pending","priority":"high","created":"{created}",
                "claims":{{"ana":{{"status":"pending","at":"{at}","epoch":{epoch}}}}},"stamps":{{"priority":"{stamp}"}}}}]"#
            );
            let todos = decode_todos(line.as_bytes()).expect("decodes");
            let todo = todos.values().next().expect("a todo");
            let flaw = todo.flaw(Some(&api)).map(|flaw| flaw.to_string());
            match wrong {
                None => assert_eq!(flaw, None, "{line}"),
                Some(wrong) => assert!(flaw.as_ref().is_some_and(|flaw| flaw.starts_with(wrong)), "{line}: {flaw:?}"),
            }
            let only_id = wrong.is_some_and(|wrong| wrong.contains("not the id"));
            assert_eq!(todo.flaw(None).is_some(), wrong.is_some() && !only_id, "{line}");
            assert!(todo.flaw(Some(&Project::general())).is_some(), "of another project: {line}");
        }
    }

    /// A forgotten todo has no words, and everything else that is bounded.
    #[test]
    fn a_forgotten_todo_has_bounds_too() {
        for (epoch, at, flawed) in
            [(0, "2025", false), (0, "2200", true), (LAST_EPOCH, "2199", false), (LAST_EPOCH + 1, "2025", true)]
        {
            let line = format!(
                r#"[{{"id":"7ac66c38513dd7d8","content":"","status":"dropped","created":"2025-10-10T23:20:00.000Z","claims":
                {{"ana":{{"status":"pending","at":"{at}-10-10T23:20:00.000Z","epoch":{epoch},"dropped":true,"forgotten":true}}}}}}]"#
            );
            let todos = decode_todos(line.as_bytes()).expect("decodes");
            let flaw = todos.values().next().expect("a todo").flaw(Some(&Project::general()));
            assert_eq!(flaw.is_some(), flawed, "{line}");
        }
    }

    #[test]
    fn a_todo_that_nobody_speaks_of_is_none() {
        let todo = Todo {
            id: TodoId::of(&Project::general(), "x"),
            content: "x".into(),
            nth: 1,
            created: Time::default(),
            claims: super::super::Claims::new(),
            fields: super::super::Fields::new(),
        };
        assert_eq!(todo.flaw(None), Some(Flaw::NoClaims));
    }

    #[test]
    fn a_sessions_file_has_bounds_too() {
        for (started, updated, ended, wrong) in [
            ("2025", "2199", "2199", None),
            ("2200", "2025", "2025", Some("its start")),
            ("2025", "2200", "2025", Some("its last word")),
            ("2025", "2025", "9999", Some("its end")),
        ] {
            let time = |year| format!("{year}-10-10T23:20:00.000Z");
            let text = format!(
                r#"{{"session":"a","source":"command","device":"d","started":"{}","updated":"{}","ended":"{}"}}"#,
                time(started),
                time(updated),
                time(ended)
            );
            let flaw = decode_session(text.as_bytes()).expect("decodes").flaw().map(|flaw| flaw.to_string());
            assert_eq!(flaw.is_some(), wrong.is_some(), "{text}");
            assert!(flaw.unwrap_or_default().starts_with(wrong.unwrap_or_default()), "{text}");
        }
    }
}
