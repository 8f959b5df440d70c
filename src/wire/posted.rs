//! A list that somebody posts, in any of the shapes that clients of the original send.

use serde_json::{Map, Value};

use super::Problem;
use super::given::{Given, parse};

/// A list, and whose it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Posted {
    /// The session, where it is named.
    pub session: Option<String>,
    /// The project, where it is named.
    pub project: Option<String>,
    /// The device, where it is named.
    pub device: Option<String>,
    /// The entries.
    pub todos: Vec<Value>,
    /// Whether that is all that the session has on its list.
    pub is_complete: bool,
    /// Whether that was said.
    pub says_complete: Option<bool>,
}

impl Posted {
    /// Reads a body: a bare array, or an object with the list under `todos`.
    ///
    /// # Errors
    /// 400 when it is no JSON, 422 when it is no list, 413 when it is longer than `most`.
    pub fn parse(body: &[u8], most: usize) -> Result<Self, Problem> {
        let (object, todos) = match parse(body)? {
            Value::Array(todos) => (Map::new(), todos),
            Value::Object(mut object) => match object.remove("todos") {
                Some(Value::Array(todos)) => (object, todos),
                _ => return Err(Problem::new(422, "the body is an object without a list under 'todos'").hint(SHAPE)),
            },
            _ => return Err(Problem::new(422, "the body is neither a list nor an object").hint(SHAPE)),
        };
        if todos.len() > most {
            return Err(Problem::new(413, format!("the list has {} entries, more than {most}", todos.len())));
        }
        let has_words = |todo: &Value| todo["content"].as_str().is_some_and(|words| !words.trim().is_empty());
        if let Some(at) = todos.iter().position(|todo| !has_words(todo)) {
            return Err(Problem::new(422, format!("entry {} of the list has no 'content'", at + 1)).hint(SHAPE));
        }
        let is_text = |value: Option<&Value>| value.is_none_or(|value| value.is_string() || value.is_null());
        let keys = ["status", "activeForm", "active_form"];
        if let Some(key) = todos.iter().find_map(|todo| keys.iter().find(|key| !is_text(todo.get(**key)))) {
            return Err(Problem::new(422, format!("'{key}' has to be text")).hint(SHAPE));
        }
        let given = Given(object);
        let session = given.text(&["session_id", "sessionId"])?;
        let project = given.text(&["project", "projectId", "project_id"])?;
        let device = given.text(&["device", "machineId", "machine_id"])?;
        let says_complete = given.flag("complete")?;
        let todos = todos.into_iter().map(renamed).collect();
        Ok(Posted { session, project, device, todos, is_complete: says_complete.unwrap_or(true), says_complete })
    }

    /// Returns the list as agents write it.
    pub fn list(&self) -> Vec<u8> {
        serde_json::to_vec(&self.todos).expect("JSON values are JSON")
    }
}

const SHAPE: &str =
    r#"it should look like [{"content": "Fix login tests", "status": "pending"}], or have that under "todos""#;

/// Returns an entry in which what one of the original's hubs calls `active_form` has its usual name.
fn renamed(mut todo: Value) -> Value {
    if let Value::Object(object) = &mut todo
        && !object.contains_key("activeForm")
        && let Some(value) = object.remove("active_form")
    {
        object.insert("activeForm".into(), value);
    }
    todo
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_of_the_original() {
        let parse = |body: &str| Posted::parse(body.as_bytes(), 2);
        let bare = parse(r#"[{"content":"a","status":"pending"}]"#).expect("a list");
        assert_eq!((bare.session, bare.todos.len(), bare.is_complete), (None, 1, true));
        for (session, project) in [("session_id", "project"), ("sessionId", "projectId")] {
            let body = format!(r#"{{"{session}":"s","{project}":"p","todos":[],"complete":false}}"#);
            let posted = parse(&body).expect("an object");
            assert_eq!((posted.session.as_deref(), posted.project.as_deref()), (Some("s"), Some("p")), "{body}");
            assert!(!posted.is_complete);
        }
        let named = parse(r#"{"todos":[{"content":"a","active_form":"Doing a","status":"pending"}]}"#).expect("fine");
        assert_eq!(named.todos[0]["activeForm"], "Doing a");
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (body, status) in [
            ("", 400),
            (r#"[{"content":"a "quote""}]"#, 400),
            ("{}", 422),
            ("7", 422),
            (r#"{"todos":{}}"#, 422),
            (r#"{"todos":[],"session_id":7}"#, 422),
            (r#"{"todos":[],"complete":"yes"}"#, 422),
            ("[1,2,3]", 413),
            ("[null,{}]", 422),
            (r#"[{"activeForm":"x","status":"pending"}]"#, 422),
            (r#"[{"content":" "}]"#, 422),
            (r#"[{"content":"x","status":{}}]"#, 422),
            (r#"{"todos":[],"session_id":"s","sessionId":{}}"#, 422),
            (r#"{"todos":["x"]}"#, 422),
        ] {
            assert_eq!(Posted::parse(body.as_bytes(), 2).expect_err(body).status, status, "{body}");
        }
    }
}
