//! The properties of a database that a todo is kept in: which are there, which are made, and what their values say.

use serde_json::{Map, Value, json};

use crate::mirror::failure::Failure;
use crate::todo::{State, Status};

/// The property that says which todo a page is.
pub(super) const ID: &str = "chittysync";
pub(super) const DESCRIPTION: &str = "Description";
pub(super) const PRIORITY: &str = "Priority";
pub(super) const PROJECT: &str = "Project";
pub(super) const LABELS: &str = "Labels";
const STATUS: &str = "Status";
const DONE: &str = "Done";

/// What it is called how far a todo is, the word that is written first.
const WORDS: [(State, &[&str]); 4] = [
    (State::Wanted(Status::Pending), &["Pending", "Not started", "To-do", "To do", "Todo", "Open", "Backlog"]),
    (State::Wanted(Status::InProgress), &["In progress", "Doing", "Started"]),
    (State::Wanted(Status::Completed), &["Completed", "Done", "Complete", "Closed"]),
    (State::Dropped, &["Dropped", "Cancelled", "Canceled", "Archived", "Won't do"]),
];

/// How a database says how far a todo is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Progress {
    /// A choice between words, each for a state; of `status`, whose words nobody can add to by the API, only those that
    /// it has.
    Words { name: String, kind: &'static str, words: Vec<String> },
    /// A box that is checked or not.
    Box { name: String },
}

/// The properties of a database.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    pub title: String,
    progress: Progress,
}

impl Columns {
    /// Returns the properties of a new database.
    pub(super) fn new_database() -> Value {
        let mut all = missing(&Map::new());
        all.insert("Todo".to_owned(), json!({ "title": {} }));
        all.insert(STATUS.to_owned(), status());
        Value::Object(all)
    }

    /// Reads the properties of a database, and returns what has to be added.
    ///
    /// # Errors
    /// When one that is needed is something else.
    pub(super) fn read(properties: &Value) -> Result<(Self, Map<String, Value>), Failure> {
        let none = Map::new();
        let properties = properties.as_object().unwrap_or(&none);
        let kind = |name: &str| properties.get(name)?.get("type")?.as_str();
        let title = properties.iter().find(|(_, value)| value["type"] == "title").map(|(name, _)| name.clone());
        let title = title.ok_or_else(|| Failure::refused("the database has no title", "name another database"))?;
        let mut add = missing(properties);
        for (name, wanted) in needed() {
            if let Some(kind) = kind(name).filter(|kind| *kind != wanted) {
                return Err(Failure::refused(
                    format!("the property {name} of the database is a {kind}, and has to be a {wanted}"),
                    format!("rename it there: another {name} is then made"),
                ));
            }
        }
        let words = |kind: &str| -> Vec<String> {
            let options = properties[STATUS][kind]["options"].as_array().into_iter().flatten();
            options.filter_map(|option| option["name"].as_str()).map(str::to_owned).collect()
        };
        let name = STATUS.to_owned();
        let progress = match kind(STATUS) {
            Some("select") => Progress::Words { name, kind: "select", words: words("select") },
            Some("status") => Progress::Words { name, kind: "status", words: words("status") },
            Some(other) => {
                return Err(Failure::refused(
                    format!("the property {STATUS} of the database is a {other}, and has to be a select or a status"),
                    format!("rename it there: another {STATUS} is then made"),
                ));
            }
            None if kind(DONE) == Some("checkbox") => Progress::Box { name: DONE.to_owned() },
            None => {
                add.insert(name.clone(), status());
                Progress::Words { name, kind: "select", words: Vec::new() }
            }
        };
        Ok((Columns { title, progress }, add))
    }

    /// Returns the property that says a state, and its value.
    pub(super) fn say(&self, state: State) -> (String, Value) {
        match &self.progress {
            // What nobody wants is not open, either.
            Progress::Box { name } => (name.clone(), json!({ "checkbox": !state.is_open() })),
            Progress::Words { name, kind, words } => {
                let known = words_for(state);
                let there = known.iter().find_map(|word| words.iter().find(|there| there.eq_ignore_ascii_case(word)));
                // A status that has no word for it says what is nearest.
                let near = match state {
                    State::Wanted(Status::InProgress) => State::Wanted(Status::Pending),
                    State::Dropped => State::Wanted(Status::Completed),
                    other => other,
                };
                let near =
                    words_for(near).iter().find_map(|word| words.iter().find(|there| there.eq_ignore_ascii_case(word)));
                let word = there.or(near.filter(|_| *kind == "status")).map_or(known[0], String::as_str);
                (name.clone(), json!({ *kind: { "name": word } }))
            }
        }
    }

    /// Reads a state.
    pub(super) fn state(&self, properties: &Value) -> State {
        let pending = State::Wanted(Status::Pending);
        match &self.progress {
            Progress::Box { name } if properties[name]["checkbox"] == true => State::Wanted(Status::Completed),
            Progress::Box { .. } => pending,
            Progress::Words { name, kind, .. } => {
                let word = properties[name][*kind]["name"].as_str().unwrap_or_default();
                let found = WORDS.iter().find(|(_, words)| words.iter().any(|known| known.eq_ignore_ascii_case(word)));
                found.map_or(pending, |(state, _)| *state)
            }
        }
    }
}

fn words_for(state: State) -> &'static [&'static str] {
    WORDS.iter().find(|(known, _)| *known == state).map_or(&["Pending"], |(_, words)| words)
}

fn status() -> Value {
    let options: Vec<Value> = WORDS.iter().map(|(_, words)| json!({ "name": words[0] })).collect();
    json!({ "select": { "options": options } })
}

fn needed() -> [(&'static str, &'static str); 5] {
    [(ID, "rich_text"), (DESCRIPTION, "rich_text"), (PRIORITY, "select"), (PROJECT, "select"), (LABELS, "multi_select")]
}

fn missing(properties: &Map<String, Value>) -> Map<String, Value> {
    let missing = needed().into_iter().filter(|(name, _)| !properties.contains_key(*name));
    missing.map(|(name, kind)| (name.to_owned(), json!({ kind: {} }))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(properties: Value) -> Result<(Columns, Map<String, Value>), Failure> {
        Columns::read(&properties)
    }

    #[test]
    fn a_database_of_others_gets_what_it_lacks() {
        let (columns, add) = read(json!({ "Name": { "type": "title" }, "Done": { "type": "checkbox" } })).expect("one");
        assert_eq!((columns.title.as_str(), add.len(), add.contains_key("Status")), ("Name", 5, false));
        assert_eq!(columns.say(State::Wanted(Status::Completed)), ("Done".into(), json!({ "checkbox": true })));
        assert_eq!(columns.state(&json!({ "Done": { "checkbox": true } })).as_str(), "completed");
        let (_, add) = read(json!({ "Name": { "type": "title" } })).expect("one");
        assert!(add.contains_key("Status"));
        let wrong = json!({ "Name": { "type": "title" }, "Priority": { "type": "number" } });
        assert!(read(wrong).expect_err("another type").to_string().contains("Priority"));
    }

    #[test]
    fn a_status_keeps_its_own_words() {
        let options = json!([{ "name": "Not started" }, { "name": "In progress" }, { "name": "Done" }]);
        let status =
            json!({ "Name": { "type": "title" }, "Status": { "type": "status", "status": { "options": options } } });
        let (columns, _) = read(status).expect("one");
        let word = |state: State| columns.say(state).1["status"]["name"].as_str().unwrap_or_default().to_owned();
        assert_eq!(word(State::Wanted(Status::Pending)), "Not started");
        assert_eq!(word(State::Wanted(Status::Completed)), "Done");
        assert_eq!(word(State::Dropped), "Done", "there is no word for it, and none can be added");
        let shown = columns.state(&json!({ "Status": { "status": { "name": "Done" } } }));
        assert_eq!(shown.as_str(), "completed");
        assert_eq!(columns.state(&json!({ "Status": { "status": null } })).as_str(), "pending");
    }
}
