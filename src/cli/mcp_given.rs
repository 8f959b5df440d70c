//! What a model gives a tool, checked. Models are not strict about types, and neither is this where the meaning is
//! plain.

use serde_json::{Map, Value};

use super::mcp_tools::{Kind, Tool, parameter};
use super::ui::Failure;

/// What a tool was given: only parameters that it takes, each of its type.
#[derive(Clone, Copy, Debug)]
pub(super) struct Given<'a>(&'a Map<String, Value>);

impl<'a> Given<'a> {
    /// Checks what a tool was given.
    ///
    /// # Errors
    /// When a parameter is unknown, missing, or of another type.
    pub(super) fn check(tool: &Tool, given: &'a Map<String, Value>) -> Result<Self, Failure> {
        for (name, value) in given.iter().filter(|(_, value)| !value.is_null()) {
            if !tool.parameters.contains(&name.as_str()) {
                let takes = if tool.parameters.is_empty() { "none".to_owned() } else { tool.parameters.join(", ") };
                return Err(Failure::usage(format!("'{}' is no parameter of {}", clip(name), tool.name))
                    .hint(format!("it takes {takes}")));
            }
            let kind = parameter(name).0;
            let fits = match kind {
                Kind::Text(_) => text(value).is_some(),
                Kind::Flag => value.is_boolean(),
                Kind::Count => value.is_u64(),
                Kind::Texts => texts(value).is_some(),
            };
            if !fits {
                let kind = kind.json();
                return Err(Failure::usage(format!("'{name}' must be of the type {kind}, and is {}", clip(value))));
            }
            if let (Kind::Text(values @ [_, ..]), Some(text)) = (kind, text(value))
                && !values.contains(&text.as_str())
            {
                return Err(Failure::usage(format!("invalid value '{}' for '{name}'", clip(text)))
                    .hint(format!("it is one of {}", values.join(", "))));
            }
        }
        let given = Given(given);
        match tool.needed().iter().find(|name| given.value(name).is_none()) {
            Some(name) => Err(Failure::usage(format!("{} needs '{name}'", tool.name))),
            None => Ok(given),
        }
    }

    fn value(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// Returns a text, if it was given.
    pub(super) fn text(self, name: &str) -> Option<String> {
        self.value(name).and_then(text)
    }

    /// Returns several texts; none when they were not given.
    pub(super) fn texts(self, name: &str) -> Vec<String> {
        self.value(name).and_then(texts).unwrap_or_default()
    }

    /// Returns whether something was asked for.
    pub(super) fn flag(self, name: &str) -> bool {
        self.value(name) == Some(&Value::Bool(true))
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.replace('\0', " ")),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Returns the texts of a list; one that stands alone is a list of one.
fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Array(values) => values.iter().map(text).collect(),
        _ => Some(vec![text(value)?]),
    }
}

/// Returns the beginning of what was given, for a message.
fn clip(value: impl std::fmt::Display) -> String {
    value.to_string().chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cli::mcp_tools::TOOLS;

    fn check<'a>(tool: &str, given: &'a Value) -> Result<Given<'a>, String> {
        let tool = TOOLS.iter().find(|known| known.name == tool).expect("a tool");
        Given::check(tool, given.as_object().expect("an object")).map_err(|failure| failure.lines())
    }

    #[test]
    fn what_is_given_is_taken_as_it_is_meant() {
        let given = json!({ "text": "--store=/x\0y", "priority": 0, "blocked_by": ["a", 7], "project": null });
        let given = check("add", &given).expect("fine");
        assert_eq!(given.text("text").as_deref(), Some("--store=/x y"));
        assert_eq!((given.text("priority").as_deref(), given.text("project")), (Some("0"), None));
        assert_eq!(given.texts("blocked_by"), ["a", "7"]);
        assert_eq!(check("add", &json!({ "text": "a", "blocked_by": "b" })).expect("fine").texts("blocked_by"), ["b"]);
        let given = json!({ "claim": true, "limit": 3 });
        let given = check("ready", &given).expect("fine");
        assert_eq!((given.flag("claim"), given.flag("all_projects")), (true, false));
        assert!(!check("ready", &json!({ "claim": false })).expect("fine").flag("claim"));
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for (tool, given, reason) in [
            ("add", json!({}), "add needs 'text'"),
            ("add", json!({ "text": null }), "add needs 'text'"),
            ("add", json!({ "text": ["a"] }), "'text' must be of the type string, and is [\"a\"]"),
            (
                "add",
                json!({ "text": "a", "blocked_by": [true] }),
                "'blocked_by' must be of the type array, and is [true]",
            ),
            ("list", json!({ "limit": -1 }), "'limit' must be of the type integer, and is -1"),
            ("list", json!({ "all": "yes" }), "'all' must be of the type boolean, and is \"yes\""),
            (
                "list",
                json!({ "status": "open" }),
                "invalid value 'open' for 'status'\nhint: it is one of pending, in_progress, completed, dropped",
            ),
            ("done", json!({ "id": "a" }), "'id' is no parameter of done\nhint: it takes todo"),
            ("context", json!({ "a": 1 }), "'a' is no parameter of context\nhint: it takes none"),
        ] {
            assert_eq!(check(tool, &given).map(|_| ()), Err(reason.to_owned()));
        }
    }
}
