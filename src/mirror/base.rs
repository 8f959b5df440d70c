//! What a mirror and the store last agreed on of a todo, and what each made of it since.
//!
//! Only digests are kept: whether something changed is all that is asked, and so no words stand in a mirror's state that
//! a purge would have to look for. Pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::pulled::PulledRecord;
use super::record::{Record, digest};
use crate::ops::todo::Taken;
use crate::todo::{LABEL, normalise};

/// A part of a todo that a place can show: what people can change there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Facet {
    /// Its words.
    Content,
    /// How far it is.
    State,
    /// How soon.
    Priority,
    /// What else there is to say.
    Description,
    /// Who is to do it.
    Assignee,
    /// Its labels.
    Labels,
}

impl Facet {
    /// All of them.
    pub const ALL: [Facet; 6] =
        [Facet::Content, Facet::State, Facet::Priority, Facet::Description, Facet::Assignee, Facet::Labels];
}

/// A digest of each facet.
type Facets = BTreeMap<Facet, String>;

fn facets(of: impl Fn(Facet) -> Option<String>) -> Facets {
    Facet::ALL.into_iter().filter_map(|facet| Some((facet, digest(of(facet)?.as_bytes())))).collect()
}

fn ours(record: &Record) -> Facets {
    let text = |name: &str| record.text(name).unwrap_or_default().to_owned();
    facets(|facet| {
        Some(match facet {
            Facet::Content => normalise(&record.content).into_owned(),
            Facet::State => record.state.as_str().to_owned(),
            Facet::Priority => text("priority"),
            Facet::Description => text("description"),
            Facet::Assignee => text("assignee"),
            Facet::Labels => record.labels.iter().map(|label| format!("{label}\n")).collect(),
        })
    })
}

fn theirs(pulled: &PulledRecord) -> Facets {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    facets(|facet| match facet {
        Facet::Content => Some(normalise(&pulled.content).into_owned()),
        Facet::State => Some(pulled.state.as_str().to_owned()),
        Facet::Priority => Some(text(&pulled.priority)),
        Facet::Description => Some(text(&pulled.description)),
        Facet::Assignee => pulled.assignee.clone(),
        Facet::Labels => Some(pulled.labels.as_ref()?.iter().map(|label| format!("{label}\n")).collect()),
    })
}

/// What was agreed on.
///
/// A place cannot show everything: long words are cut, a person it does not know is nobody. So it is kept both what the
/// place showed when it was last looked at, and what the store had then, where that is something else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    shown: Facets,
    #[serde(default, skip_serializing_if = "Facets::is_empty")]
    sent: Facets,
}

impl Base {
    /// Returns what is agreed on once a mirror has this, and shows it as it is.
    pub fn of(record: &Record) -> Self {
        Base { shown: ours(record), sent: Facets::new() }
    }

    /// Returns what is agreed on once the store has said what a mirror shows.
    pub fn of_pulled(pulled: &PulledRecord) -> Self {
        Base { shown: theirs(pulled), sent: Facets::new() }
    }

    /// Returns whether nothing was ever agreed on.
    pub fn is_unknown(&self) -> bool {
        self.shown.is_empty()
    }

    fn sent(&self, facet: Facet) -> Option<&String> {
        self.sent.get(&facet).or_else(|| self.shown.get(&facet))
    }

    /// Returns what changed here since, of what the place can show; all, where nothing was ever agreed on.
    pub fn changed(&self, record: &Record) -> Vec<Facet> {
        let ours = ours(record);
        let is_new = |facet: &Facet| {
            self.is_unknown() || (self.shown.contains_key(facet) && ours.get(facet) != self.sent(*facet))
        };
        Facet::ALL.into_iter().filter(is_new).collect()
    }

    /// Returns whether a record shows something that was not heard yet. What is here all the same is none.
    pub fn is_unheard(&self, record: &Record, pulled: &PulledRecord) -> bool {
        let ours = ours(record);
        let is_new = |(facet, there): (&Facet, &String)| {
            self.shown.get(facet).is_some_and(|shown| shown != there) && ours.get(facet) != Some(there)
        };
        theirs(pulled).iter().any(is_new)
    }

    /// Returns whether a record shows all of it.
    pub fn is_shown_by(&self, pulled: &PulledRecord) -> bool {
        let there = theirs(pulled);
        self.shown.iter().all(|(facet, shown)| there.get(facet) == Some(shown))
    }

    /// Returns what is agreed on once the store has heard what a record shows.
    pub fn heard(&self, pulled: &PulledRecord) -> Self {
        // Of what it does not show, it holds what it was given.
        let shown: Facets = self.shown.clone().into_iter().chain(theirs(pulled)).collect();
        let is_still = |facet: &Facet| self.shown.get(facet) == shown.get(facet);
        let sent = self.sent.iter().filter(|(facet, _)| is_still(facet));
        Base { sent: sent.map(|(facet, digest)| (*facet, digest.clone())).collect(), shown }
    }

    /// Returns what is agreed on once these facets of a record were written, and this is what the place shows since. Of
    /// what was not written nothing was heard: somebody may have changed it meanwhile.
    pub fn wrote(&self, record: &Record, written: &[Facet], pulled: &PulledRecord) -> Self {
        let (ours, mut shown) = (ours(record), theirs(pulled));
        let mut sent = self.sent.clone();
        for facet in Facet::ALL {
            let (here, there) = (ours.get(&facet), shown.get(&facet).cloned());
            match (written.contains(&facet) || self.is_unknown(), here, there) {
                (true, Some(here), Some(there)) if *here != there => drop(sent.insert(facet, here.clone())),
                (true, ..) => drop(sent.remove(&facet)),
                (false, _, Some(_)) => match self.shown.get(&facet) {
                    Some(before) => drop(shown.insert(facet, before.clone())),
                    None => drop(shown.remove(&facet)),
                },
                (false, ..) => {}
            }
        }
        Base { shown, sent }
    }

    /// Returns what a mirror says of a todo that the store has not heard: the facets that changed there since they
    /// agreed. What changed on both sides is said, as the later word; only what is completed here stays so. What the
    /// store had said of it is in its history.
    pub fn said(&self, record: &Record, pulled: &PulledRecord) -> Option<Taken> {
        let (here, there) = (ours(record), theirs(pulled));
        let is_new = |facet: Facet| {
            let new = there.get(&facet);
            new.is_some() && new != self.shown.get(&facet) && new != here.get(&facet)
        };
        let sticks = here.get(&Facet::State) != self.sent(Facet::State) && record.is_completed();
        let texts = [
            (Facet::Priority, "priority", &pulled.priority),
            (Facet::Description, "description", &pulled.description),
            (Facet::Assignee, "assignee", &pulled.assignee),
        ];
        let texts = texts.into_iter().filter(|(facet, ..)| is_new(*facet));
        let mut fields: Vec<(String, Value)> =
            texts.map(|(_, name, text)| (name.to_owned(), json!(text.as_deref().unwrap_or_default()))).collect();
        if let Some(labels) = pulled.labels.as_ref().filter(|_| is_new(Facet::Labels)) {
            let given = labels.difference(&record.labels).map(|label| (format!("{LABEL}{label}"), json!(true)));
            let taken = record.labels.difference(labels).map(|label| (format!("{LABEL}{label}"), json!(false)));
            fields.extend(given.chain(taken));
        }
        let state = Some(pulled.state).filter(|_| is_new(Facet::State) && !sticks);
        // A record without words is one that somebody is still writing.
        let content = Some(pulled.content.clone()).filter(|text| is_new(Facet::Content) && !normalise(text).is_empty());
        let says = content.is_some() || state.is_some() || !fields.is_empty();
        says.then(|| Taken { id: Some(record.id), project: record.project.clone(), content, state, fields })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::todo::{Claim, Claims, Fields, Project, Session, State, Status, Time, Todo, TodoId};

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
        let description = Some(description.into()).filter(|text: &String| !text.is_empty());
        PulledRecord { description, ..PulledRecord::new("1", content, State::Wanted(status)) }
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

    /// A place that cuts words shows others than were sent: neither side says so, and neither sends it again.
    #[test]
    fn what_a_place_cannot_show_is_no_change() {
        use Status::*;
        let whole = ours("A very long text", Pending, "x");
        let cut = theirs("A very…", Pending, "x");
        let base = Base::default().wrote(&whole, &Facet::ALL, &cut);
        assert_eq!((base.said(&whole, &cut), base.changed(&whole)), (None, Vec::new()));
        let base = base.heard(&cut);
        assert_eq!((base.said(&whole, &cut), base.changed(&whole)), (None, Vec::new()));
        // Somebody writes there: that is what is agreed on.
        let new = theirs("Short", Pending, "x");
        assert_eq!(base.said(&whole, &new).and_then(|said| said.content).as_deref(), Some("Short"));
        assert!(base.heard(&new).changed(&ours("Short", Pending, "x")).is_empty());
        // It has no labels: none are sent, and none were taken off.
        let mut labelled = ours("Short", Pending, "x");
        labelled.labels.insert("bug".into());
        assert!(base.heard(&new).changed(&labelled).is_empty());
    }

    /// Between looking and writing somebody changes what is not written: it is heard next time.
    #[test]
    fn what_was_not_written_was_not_heard() {
        use Status::*;
        let base = Base::of(&ours("Ship", Pending, "x"));
        let done = ours("Ship", Completed, "x");
        assert_eq!(base.changed(&done), [Facet::State]);
        let answer = theirs("Ship", Completed, "theirs");
        let base = base.wrote(&done, &[Facet::State], &answer);
        let said = base.said(&done, &answer).expect("a description");
        assert_eq!((said.state, said.fields), (None, vec![("description".to_owned(), json!("theirs"))]));
    }

    #[test]
    fn labels_are_given_and_taken_off_one_by_one() {
        let mut record = ours("Ship", Status::Pending, "");
        record.labels = ["ink".to_owned(), "web".to_owned()].into();
        let shown = |labels: &[&str]| PulledRecord {
            labels: Some(labels.iter().map(|&label| label.to_owned()).collect()),
            ..theirs("Ship", Status::Pending, "")
        };
        let base = Base::of_pulled(&shown(&["ink", "web"]));
        assert_eq!(base.said(&record, &shown(&["web", "ink"])), None);
        let said = base.said(&record, &shown(&["web", "new"])).expect("labels");
        assert_eq!(said.fields, [("label:new".to_owned(), json!(true)), ("label:ink".to_owned(), json!(false))]);
    }
}
