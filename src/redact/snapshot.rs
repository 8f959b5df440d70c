//! Every text of a snapshot: what is not looked at here would be committed as it came.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::value::rule_of_key;
use super::{Found, Redactor, marker};
use crate::todo::{Item, Project, Properties, Session, Snapshot};

impl Redactor {
    /// Takes credentials out of everything that a snapshot says, names included.
    pub fn snapshot(&self, snapshot: &mut Snapshot, found: &mut Found) {
        if self.off {
            return;
        }
        let Snapshot { session, agent, source: _, at: _, branch, items, partial: _, forced: _ } = snapshot;
        self.session(session, found);
        for text in [agent, branch].into_iter().flatten() {
            self.string(text, found);
        }
        items.iter_mut().for_each(|item| self.item(item, found));
    }

    /// Takes credentials out of everything that is said of an item.
    pub fn item(&self, item: &mut Item, found: &mut Found) {
        let Item { content, status: _, raw, dropped: _, native, fields } = item;
        self.string(content, found);
        for text in [raw, native].into_iter().flatten() {
            self.string(text, found);
        }
        self.properties(fields, found);
    }

    /// Takes credentials out of a session's name: task lists are called what people call them.
    pub fn session(&self, session: &mut Session, found: &mut Found) {
        if let Cow::Owned(name) = self.text(session.as_str(), found)
            && let Ok(redacted) = Session::new(&name)
        {
            *session = redacted;
        }
    }

    /// Takes credentials out of a project's name, which may be that of a directory.
    pub fn project(&self, project: &mut Project, found: &mut Found) {
        if let Cow::Owned(name) = self.text(project.as_str(), found)
            && let Ok(redacted) = Project::new(&name)
        {
            *project = redacted;
        }
    }

    /// Takes credentials out of a text in place.
    pub fn string(&self, text: &mut String, found: &mut Found) {
        if let Cow::Owned(redacted) = self.text(text, found) {
            *text = redacted;
        }
    }

    fn properties(&self, fields: &mut Properties, found: &mut Found) {
        let clean = fields.keys().all(|key| matches!(self.text(key, found), Cow::Borrowed(_)));
        if !clean {
            let taken = std::mem::take(fields);
            *fields = taken.into_iter().map(|(key, value)| (self.text(&key, found).into_owned(), value)).collect();
        }
        for (key, value) in fields.iter_mut() {
            self.value(key, value, found);
        }
    }

    /// Takes credentials out of a value in place. The key under which it stands may tell what it is.
    pub fn value(&self, key: &str, value: &mut Value, found: &mut Found) {
        match value {
            _ if self.off => {}
            Value::String(text) => {
                self.string(text, found);
                if let Some(rule) = rule_of_key(key, text).filter(|rule| !self.except.contains(rule)) {
                    found.insert(rule);
                    *text = marker(rule);
                }
            }
            Value::Array(values) => values.iter_mut().for_each(|value| self.value(key, value, found)),
            Value::Object(map) => self.object(map, found),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Takes credentials out of the keys and values of an object in place.
    pub fn object(&self, map: &mut Map<String, Value>, found: &mut Found) {
        if self.off {
            return;
        }
        let clean = map.keys().all(|key| matches!(self.text(key, found), Cow::Borrowed(_)));
        if !clean {
            let taken = std::mem::take(map);
            *map = taken.into_iter().map(|(key, value)| (self.text(&key, found).into_owned(), value)).collect();
        }
        for (key, value) in map.iter_mut() {
            self.value(key, value, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::todo::{SourceKind, Time};

    #[test]
    fn no_text_is_forgotten() {
        let key = format!("{}{}", "npm", "_0123456789abcdefghijABCDEFGHIJ012345");
        let fields = [
            ("description".to_owned(), json!(key)),
            ("metadata".to_owned(), json!({ "a": [{ "b": key, &key: [1, key] }] })),
            (key.clone(), json!(null)),
        ];
        let mut snapshot = Snapshot {
            session: Session::new(&key).expect("a name"),
            agent: Some(key.clone()),
            source: SourceKind::Import,
            at: Time::default(),
            branch: Some(format!("feature/{key}")),
            items: vec![Item {
                content: format!("use {key}"),
                raw: Some(key.clone()),
                native: Some(key.clone()),
                fields: fields.into_iter().collect(),
                ..Item::default()
            }],
            partial: false,
            forced: false,
        };
        let mut found = Found::new();
        Redactor::default().snapshot(&mut snapshot, &mut found);
        assert!(!format!("{snapshot:?}").contains(&key), "{snapshot:?}");
        assert_eq!(snapshot.items[0].content, "use [redacted: npm-token]");
        assert_eq!(found, Found::from(["npm-token"]));
    }

    #[test]
    fn the_key_tells_what_the_value_is() {
        let mut fields: Properties = [("metadata".to_owned(), json!({
            "dbPassword": "hunter2", "client_secret": "q7Jx2mPz9LwTn4Rk", "token_type": "bearer", "password": "required"
        }))]
        .into_iter()
        .collect();
        Redactor::default().properties(&mut fields, &mut Found::new());
        assert_eq!(
            fields[&"metadata".to_owned()],
            json!({
                "dbPassword": "[redacted: password]", "client_secret": "[redacted: assigned-token]",
                "token_type": "bearer", "password": "required"
            })
        );
    }
}
