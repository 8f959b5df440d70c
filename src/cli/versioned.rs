//! The version that every document says of itself.

use serde_json::{Value, json};

/// The version of all documents together. It grows when a key is taken away or means something else; that a key is
/// added does not change it.
pub(super) const VERSION: u64 = 1;

/// What has that version in a document.
pub(super) const VERSION_KEY: &str = "schema_version";

/// Returns a document that says its version. What a person's program reads is not changed by it: a key is added.
pub(super) fn with_version(document: &Value) -> Value {
    let version = |value: &Value| {
        let mut value = value.clone();
        if let Value::Object(object) = &mut value {
            object.insert(VERSION_KEY.to_owned(), json!(VERSION));
        }
        value
    };
    match document {
        Value::Array(entries) => entries.iter().map(version).collect(),
        other => version(other),
    }
}
