//! What else there is to say of a todo.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::find::{Which, find};
use super::refusal::Refusal;
use crate::ops::date::moment;
use crate::todo::{DEFER, DUE, LABEL, Project, Time, TodoId, label};
use crate::view::{Everything, Links, rank};

/// Properties to give a todo. What is not there stays; what is empty is taken back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Properties {
    /// How soon.
    pub priority: Option<String>,
    /// What else there is to say.
    pub description: Option<String>,
    /// Until when it should be done, in RFC 3339.
    pub due: Option<String>,
    /// Before when it is not to be begun, in RFC 3339.
    pub defer: Option<String>,
    /// Labels, and whether each is put on or taken off.
    pub labels: BTreeMap<String, bool>,
    /// What must be done before.
    pub blocked_by: Option<Blockers>,
}

/// What must be done before a todo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blockers {
    /// These, and nothing else.
    Only(Vec<Which>),
    /// What it was; each of these is added to it (`true`), or taken out.
    Change(Vec<(bool, Which)>),
}

impl Properties {
    /// Returns properties as they are typed: each name of a todo that must be done before by itself, an empty one for
    /// none. When each begins with `+` or `-`, it is added or taken out, and the others stay.
    ///
    /// # Errors
    /// When the priority is none.
    pub fn typed(priority: Option<&str>, description: Option<&str>, blocked_by: &[String]) -> Result<Self, Refusal> {
        if let Some(priority) = priority.filter(|text| !text.is_empty() && rank(text).is_none()) {
            return Err(Refusal::Priority(priority.to_owned()));
        }
        let changes = blocked_by.iter().map(|text| signed(text)).collect::<Option<Vec<_>>>();
        let which = |words: &str| Which::Words(words.to_owned());
        let blocked_by = match changes {
            _ if blocked_by.is_empty() => None,
            Some(changes) => {
                Some(Blockers::Change(changes.into_iter().map(|(on, words)| (on, which(words))).collect()))
            }
            None => Some(Blockers::Only(
                blocked_by.iter().filter(|text| !text.is_empty()).map(|text| which(text)).collect(),
            )),
        };
        Ok(Properties {
            priority: priority.map(str::to_owned),
            description: description.map(str::to_owned),
            blocked_by,
            ..Properties::default()
        })
    }

    /// Adds dates as they are typed: a day, a minute, `tomorrow`, `3d`, in this device's time. A todo is due until the
    /// end of a day, and put off until its beginning.
    ///
    /// # Errors
    /// When one of them is none.
    pub fn dated(mut self, due: Option<&str>, defer: Option<&str>, now: Time) -> Result<Self, Refusal> {
        let read = |text: &str, last: bool| match text.trim() {
            "" => Ok(String::new()),
            text => moment(text, last, now).ok_or_else(|| Refusal::Date(text.to_owned())),
        };
        self.due = due.map(|text| read(text, true)).transpose()?;
        self.defer = defer.map(|text| read(text, false)).transpose()?;
        Ok(self)
    }

    /// Adds labels as they are typed: `ui` or `+ui` is put on, `-ui` taken off; several between commas.
    ///
    /// # Errors
    /// When one of them is none.
    pub fn labelled(mut self, labels: &[String]) -> Result<Self, Refusal> {
        for typed in labels.iter().flat_map(|text| text.split(',')).map(str::trim) {
            let (on, name) = signed(typed).unwrap_or((true, typed));
            let name = label(name).ok_or_else(|| Refusal::Label(typed.to_owned()))?;
            self.labels.insert(name, on);
        }
        Ok(self)
    }

    /// Returns them as they are said of a todo of this project. What it waits for is looked for there.
    pub(super) fn fields(
        &self,
        everything: &Everything,
        project: &Project,
        id: TodoId,
    ) -> Result<Vec<(String, Value)>, Refusal> {
        let mut fields = Vec::new();
        let texts =
            [("priority", &self.priority), ("description", &self.description), (DUE, &self.due), (DEFER, &self.defer)];
        for (name, value) in texts {
            fields.extend(value.iter().map(|value| (name.to_owned(), json!(value))));
        }
        let known = everything.get(id).map(|(_, todo)| todo);
        let has = known.map(|todo| todo.labels()).unwrap_or_default();
        for (name, on) in self.labels.iter().filter(|(name, on)| has.contains(*name) != **on) {
            fields.push((format!("{LABEL}{name}"), json!(on)));
        }
        let find = |which: &Which| match find(everything, Some(project), which)?.1.id {
            itself if itself == id => Err(Refusal::WaitsForItself),
            other => Ok(other),
        };
        match &self.blocked_by {
            None => {}
            Some(Blockers::Only(named)) => {
                let ids = named.iter().map(|which| find(which).map(|id| id.to_string()));
                fields.push(("blockedBy".to_owned(), json!(ids.collect::<Result<Vec<String>, Refusal>>()?)));
            }
            Some(Blockers::Change(changes)) => {
                let links = Links::new(everything);
                let mut names = known.map(|todo| links.waits_for(todo)).unwrap_or_default();
                // What others say of blocking it counts as well, and is taken back only where it is named.
                for other in known.map(|todo| links.blockers(todo)).unwrap_or_default() {
                    if !names.iter().any(|(_, ids)| ids.contains(&other.id)) {
                        names.push((other.id.to_string(), vec![other.id]));
                    }
                }
                let before = names.clone();
                for (on, which) in changes {
                    let id = find(which)?;
                    match on {
                        false => names.retain(|(_, ids)| !ids.contains(&id)),
                        true if names.iter().any(|(_, ids)| ids.contains(&id)) => {}
                        true => names.push((id.to_string(), vec![id])),
                    }
                }
                if names != before {
                    let names: Vec<String> = names.into_iter().map(|(name, _)| name).collect();
                    fields.push(("blockedBy".to_owned(), json!(names)));
                }
            }
        }
        Ok(fields)
    }
}

/// Returns whether something is added or taken out, and what, where one of the signs stands before it.
fn signed(text: &str) -> Option<(bool, &str)> {
    let found = text.strip_prefix('+').map(|rest| (true, rest)).or_else(|| Some((false, text.strip_prefix('-')?)));
    found.map(|(on, rest)| (on, rest.trim())).filter(|(_, rest)| !rest.is_empty())
}
