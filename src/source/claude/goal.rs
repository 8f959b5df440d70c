//! The goal of a session, which a person sets with `/goal`: one line beside the session's list, because the agent
//! writes its own list whole, and without it.

use serde_json::Value;

use crate::todo::{Item, Status};

/// What the list of a session's goal is called.
pub(super) const LIST: &str = "goal";

/// Returns the goal that a line of a transcript tells of, if it does.
pub(super) fn goal(line: &Value) -> Option<Item> {
    let goal = line.get("attachment").filter(|found| found.get("type").is_some_and(|kind| kind == "goal_status"))?;
    let content = goal.get("condition")?.as_str().filter(|words| !words.trim().is_empty())?;
    let is = |key: &str| goal.get(key) == Some(&Value::Bool(true));
    // What a person does is marked: who takes a goal away says that it is met. The agent says so without the mark, or that
    // it cannot be.
    let (status, dropped) = match (is("met"), is("sentinel"), is("failed")) {
        (true, false, _) => (Status::Completed, false),
        (true, true, _) | (false, _, true) => (Status::Pending, true),
        (false, _, false) => (Status::InProgress, false),
    };
    Some(Item { content: content.to_owned(), status, dropped, ..Item::default() })
}
