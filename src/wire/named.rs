//! What projects are called. A display name has no place among todos: sessions say it of themselves, and the latest counts.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::todo::{SessionInfo, Time};
use crate::view::Everything;

/// The key of a session's file under which it says what projects are called.
pub const PROJECTS: &str = "projects";

/// What a project is called.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Named {
    /// When that was said.
    pub at: Time,
    /// Its display name.
    pub name: Option<String>,
    /// What kind of project it is.
    pub category: Option<String>,
}

impl Named {
    /// Returns what all projects are called of which somebody said so, by their full names.
    pub fn all(everything: &Everything) -> BTreeMap<String, Self> {
        let mut found: BTreeMap<String, Self> = BTreeMap::new();
        for info in &everything.sessions {
            let said = info.extra.get(PROJECTS).and_then(Value::as_object);
            for (project, value) in said.into_iter().flatten() {
                let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
                let at = text("at").and_then(|at| Time::parse(&at)).unwrap_or_default();
                let named = Named { at, name: text("name"), category: text("category") };
                let known = found.entry(project.clone()).or_default();
                if (named.at, &named.name) >= (known.at, &known.name) {
                    *known = named;
                }
            }
        }
        found
    }

    /// Has a session say it.
    pub fn say(&self, info: &mut SessionInfo, project: &str) {
        let mut said = info.extra.get(PROJECTS).and_then(Value::as_object).cloned().unwrap_or_default();
        let mut value = Map::from_iter([("at".to_owned(), json!(self.at.to_string()))]);
        for (key, text) in [("name", &self.name), ("category", &self.category)] {
            value.extend(text.as_ref().map(|text| (key.to_owned(), json!(text))));
        }
        said.insert(project.to_owned(), Value::Object(value));
        info.extra.insert(PROJECTS.to_owned(), Value::Object(said));
    }
}
