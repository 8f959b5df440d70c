//! What a mirror and the store last agreed on of a todo, and what each made of it since.
//!
//! Only digests are kept: whether something changed is all that is asked, and so no words stand in a mirror's state that
//! a purge would have to look for. Pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::adapter::PulledRecord;
use super::record::{Record, digest};
use crate::ops::todo::Taken;
use crate::todo::{State, normalise};

/// The properties that come back from a mirror, beside words and state.
const FIELDS: [&str; 2] = ["priority", "description"];

/// What was agreed on: a digest of each part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Base(BTreeMap<String, String>);

impl Base {
    /// Returns what is agreed on once a mirror has this.
    pub fn of(record: &Record) -> Self {
        let field = |name: &str| record.text(name).unwrap_or_default();
        Base::of_parts(&record.content, record.state, field)
    }

    fn of_parts<'a>(content: &str, state: State, field: impl Fn(&str) -> &'a str) -> Self {
        let mut parts = BTreeMap::from([
            ("content".to_owned(), digest(normalise(content).as_bytes())),
            ("state".to_owned(), digest(state.as_str().as_bytes())),
        ]);
        parts.extend(FIELDS.map(|name| (name.to_owned(), digest(field(name).as_bytes()))));
        Base(parts)
    }

    /// Returns what is agreed on once the store has said what a mirror shows.
    pub fn of_pulled(pulled: &PulledRecord) -> Self {
        Base::of_parts(&pulled.content, pulled.state, |name| match name {
            "priority" => pulled.priority.as_deref().unwrap_or_default(),
            _ => pulled.description.as_deref().unwrap_or_default(),
        })
    }

    fn differs(&self, other: &Base, part: &str) -> bool {
        self.0.get(part) != other.0.get(part)
    }

    /// Returns what a mirror says of a todo that the store has not heard: the parts that changed there since they
    /// agreed. What changed on both sides is said, as the later word; only what is completed here stays so. What the
    /// store had said of it is in its history.
    pub fn said(&self, ours: &Record, theirs: &PulledRecord) -> Option<Taken> {
        let (here, there) = (Base::of(ours), Base::of_pulled(theirs));
        let is_new = |part: &str| there.differs(self, part) && there.differs(&here, part);
        let sticks = here.differs(self, "state") && ours.is_completed();
        let fields = FIELDS.into_iter().filter(|name| is_new(name)).map(|name| {
            let value = if name == "priority" { &theirs.priority } else { &theirs.description };
            (name.to_owned(), json!(value.as_deref().unwrap_or_default()))
        });
        let fields: Vec<(String, Value)> = fields.collect();
        let state = Some(theirs.state).filter(|_| is_new("state") && !sticks);
        // A record without words is one that somebody is still writing.
        let content = Some(theirs.content.clone()).filter(|text| is_new("content") && !normalise(text).is_empty());
        let says = content.is_some() || state.is_some() || !fields.is_empty();
        says.then(|| Taken { id: Some(ours.id), project: ours.project.clone(), content, state, fields })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::todo::{Claim, Claims, Fields, Project, Session, Status, Time, Todo, TodoId};

    fn ours(content: &str, status: Status, description: &str) -> Record {
        let mut claims = Claims::new();
        claims.insert(Session::new("a").expect("valid"), Claim::new(status, Time::from_millis(1)));
        let id = TodoId::of(&Project::general(), content);
        let todo =
            Todo { id, content: content.into(), nth: 1, created: Time::from_millis(0), claims, fields: Fields::new() };
        let mut record = Record::of(&Project::general(), &todo, |_| None);
        record.fields.insert("description".into(), description.into());
        record
    }

    fn theirs(content: &str, status: Status, description: &str) -> PulledRecord {
        PulledRecord {
            remote: "1".into(),
            id: None,
            project: None,
            content: content.into(),
            state: State::Wanted(status),
            priority: None,
            description: Some(description.into()).filter(|text: &String| !text.is_empty()),
            revision: 1,
        }
    }

    #[test]
    fn what_changed_there_is_said_and_nothing_else() {
        use Status::*;
        let base = Base::of(&ours("Ship", Pending, "x"));
        assert_eq!(base.said(&ours("Ship", Pending, "x"), &theirs("Ship", Pending, "x")), None, "an echo");
        assert_eq!(base.said(&ours("Ship", Completed, "y"), &theirs("Ship", Pending, "x")), None, "ours is sent");
        let said = base.said(&ours("Ship", Completed, "x"), &theirs("Ship it", Pending, "x")).expect("new words");
        assert_eq!((said.content.as_deref(), said.state, said.fields.len()), (Some("Ship it"), None, 0));
        assert_eq!(base.said(&ours("Ship", Completed, "x"), &theirs("Ship", Completed, "x")), None, "both did");
        assert_eq!(base.said(&ours("Ship", Pending, "x"), &theirs("  ", Pending, "x")), None, "no words");
    }

    #[test]
    fn unchecking_there_reopens_and_a_stale_word_does_not() {
        use Status::*;
        let done = Base::of(&ours("Ship", Completed, ""));
        let said = done.said(&ours("Ship", Completed, ""), &theirs("Ship", Pending, "")).expect("a reopening");
        assert_eq!(said.state, Some(State::Wanted(Pending)));
        let open = Base::of(&ours("Ship", Pending, ""));
        assert_eq!(open.said(&ours("Ship", Completed, ""), &theirs("Ship", InProgress, "")), None);
    }

    #[test]
    fn what_both_changed_is_said_as_the_later_word() {
        use Status::*;
        let base = Base::of(&ours("Ship", Pending, "x"));
        let said = base.said(&ours("Ship", InProgress, "y"), &theirs("Ship", Pending, "z")).expect("a description");
        assert_eq!((said.state, said.fields), (None, vec![("description".to_owned(), json!("z"))]));
    }
}
