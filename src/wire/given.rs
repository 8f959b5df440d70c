//! What an object that was posted says, key by key.

use serde_json::{Map, Value};

use super::Problem;

/// An object that was posted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Given(pub Map<String, Value>);

impl Given {
    /// Reads a body. An empty one says nothing.
    ///
    /// # Errors
    /// 400 when it is no JSON, 422 when it is no object.
    pub fn parse(body: &[u8]) -> Result<Self, Problem> {
        if body.is_empty() {
            return Ok(Given::default());
        }
        match parse(body)? {
            Value::Object(object) => Ok(Given(object)),
            _ => Err(Problem::new(422, "the body has to be an object")),
        }
    }

    /// Returns the value of the first of these keys that is there and not null.
    pub fn value(&self, keys: &[&str]) -> Option<&Value> {
        keys.iter().filter_map(|key| self.0.get(*key)).find(|value| !value.is_null())
    }

    /// Returns a text.
    ///
    /// # Errors
    /// 422 when it is none.
    pub fn text(&self, keys: &[&str]) -> Result<Option<String>, Problem> {
        self.typed(keys, "text", |value| value.as_str().map(str::to_owned))
    }

    /// Returns a text that has to be there.
    ///
    /// # Errors
    /// 422 when it is not.
    pub fn needed(&self, keys: &[&str]) -> Result<String, Problem> {
        let found = self.text(keys)?.filter(|text| !text.trim().is_empty());
        found.ok_or_else(|| Problem::new(422, format!("'{}' has to be given", keys[0])))
    }

    /// Returns whether something is so; nothing when that is not said.
    ///
    /// # Errors
    /// 422 when it is neither.
    pub fn flag(&self, key: &str) -> Result<Option<bool>, Problem> {
        self.typed(&[key], "true or false", Value::as_bool)
    }

    /// Returns a number.
    ///
    /// # Errors
    /// 422 when it is none.
    pub fn number(&self, key: &str) -> Result<Option<usize>, Problem> {
        self.typed(&[key], "a number", |value| usize::try_from(value.as_u64()?).ok())
    }

    /// Returns texts: one, or an array of them.
    ///
    /// # Errors
    /// 422 when it is neither.
    pub fn texts(&self, keys: &[&str]) -> Result<Vec<String>, Problem> {
        let texts = |value: &Value| match value {
            Value::String(one) => Some(vec![one.clone()]),
            Value::Array(all) => all.iter().map(|one| one.as_str().map(str::to_owned)).collect(),
            _ => None,
        };
        Ok(self.typed(keys, "text, or an array of texts", texts)?.unwrap_or_default())
    }

    fn typed<T>(&self, keys: &[&str], what: &str, read: impl Fn(&Value) -> Option<T>) -> Result<Option<T>, Problem> {
        let given = keys.iter().filter_map(|key| Some((key, self.0.get(*key).filter(|value| !value.is_null())?)));
        // One of other names that cannot be meant is not passed over.
        let all: Result<Vec<T>, Problem> = given
            .map(|(key, value)| read(value).ok_or_else(|| Problem::new(422, format!("'{key}' has to be {what}"))))
            .collect();
        Ok(all?.into_iter().next())
    }
}

/// Reads JSON.
pub(super) fn parse(body: &[u8]) -> Result<Value, Problem> {
    serde_json::from_slice(body).map_err(|err| Problem::new(400, format!("the body is no JSON: {err}")))
}
