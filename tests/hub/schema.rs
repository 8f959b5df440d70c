//! Holds every answer against the description of the API: the part of JSON Schema that the description uses.

use std::sync::OnceLock;

use chittysync::wire::{Found, Kind, openapi};
use serde_json::Value;

/// Returns the description.
pub fn description() -> &'static Value {
    static KNOWN: OnceLock<Value> = OnceLock::new();
    KNOWN.get_or_init(|| openapi("test"))
}

/// Says what is wrong with an answer. A path that the description does not have is not looked at.
pub fn check(method: &str, path: &str, status: u16, kind: Option<&str>, body: &str) -> Result<(), String> {
    let found = Found::at(path.split('?').next().unwrap_or_default());
    if found.is_empty() || status == 0 || method == "HEAD" {
        return Ok(());
    }
    let Some((operation, _)) = found.by(method) else {
        return if matches!(status, 204 | 401 | 403 | 405 | 421) {
            Ok(())
        } else {
            Err(format!("{status} by no method"))
        };
    };
    let response =
        &description()["paths"][operation.path][method.to_ascii_lowercase()]["responses"][status.to_string()];
    if response.is_null() {
        return Err(format!("{status} is not described"));
    }
    let Some(content) = response["content"].as_object() else {
        return if body.is_empty() { Ok(()) } else { Err("there is a body".into()) };
    };
    let schema = kind.and_then(|kind| content.get(kind.split(';').next().unwrap_or_default()));
    let schema = schema.ok_or_else(|| format!("{kind:?} is none of {:?}", content.keys()))?;
    if operation.kind == Kind::Other && status == 200 {
        return Ok(());
    }
    let value: Value = serde_json::from_str(body).map_err(|err| err.to_string())?;
    if body.contains('\n') {
        return Err("clients of the original look at one line".into());
    }
    fits(&schema["schema"], &value).map_err(|why| format!("{why}: {value}"))
}

/// Says in what a value does not fit a schema of the description.
pub fn fits(schema: &Value, value: &Value) -> Result<(), String> {
    crate::common::fits::fits(description(), schema, value, false)
}

#[test]
fn what_does_not_fit_is_found() {
    use serde_json::json;
    let bad = [
        ("Problem", json!({"type": "x", "title": "x", "status": "404", "detail": "x", "error": "x", "success": false})),
        ("Live", json!({"status": "dead"})),
        ("Sessions", json!({"sessions": [{}], "total": 0, "active": 0, "timestamp": ""})),
        ("Todos", json!({"total": 0})),
        ("Speaker", json!({"other": 1})),
    ];
    for (name, value) in bad {
        let schema = json!({"$ref": format!("#/components/schemas/{name}")});
        assert!(fits(&schema, &value).is_err(), "{name}");
    }
    assert!(check("GET", "/health", 418, None, "").is_err());
    assert!(check("GET", "/health", 200, Some("text/html"), "").is_err());
}
