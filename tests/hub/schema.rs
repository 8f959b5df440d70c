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

/// Says in what a value does not fit a schema.
pub fn fits(schema: &Value, value: &Value) -> Result<(), String> {
    const KNOWN: [&str; 12] = [
        "$ref",
        "type",
        "const",
        "enum",
        "anyOf",
        "oneOf",
        "required",
        "properties",
        "additionalProperties",
        "items",
        "minLength",
        "pattern",
    ];
    let Some(rules) = schema.as_object() else { return Ok(()) };
    for (rule, given) in rules {
        match rule.as_str() {
            "$ref" => {
                let name = given.as_str().and_then(|name| name.rsplit('/').next()).unwrap_or_default();
                let meant = &description()["components"]["schemas"][name];
                assert!(meant.is_object(), "{name} is no shape");
                fits(meant, value)?;
            }
            "type" => {
                let kinds: Vec<&str> = match given {
                    Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
                    one => one.as_str().into_iter().collect(),
                };
                let is = |kind: &&str| match *kind {
                    "null" => value.is_null(),
                    "string" => value.is_string(),
                    "boolean" => value.is_boolean(),
                    "integer" => value.is_i64() || value.is_u64(),
                    "number" => value.is_number(),
                    "array" => value.is_array(),
                    "object" => value.is_object(),
                    other => panic!("{other} is no type"),
                };
                if !kinds.iter().any(is) {
                    return Err(format!("{value} is no {given}"));
                }
            }
            "const" if given != value => return Err(format!("{value} is not {given}")),
            "enum" if !given.as_array().is_some_and(|all| all.contains(value)) => {
                return Err(format!("{value} is none of {given}"));
            }
            "anyOf" | "oneOf" => {
                let all: Vec<_> = given.as_array().into_iter().flatten().map(|one| fits(one, value)).collect();
                let count = all.iter().filter(|one| one.is_ok()).count();
                if count == 0 || (rule == "oneOf" && count > 1) {
                    return Err(format!("{count} fit of {rule}: {all:?}"));
                }
            }
            "required" => {
                for key in given.as_array().into_iter().flatten().filter_map(Value::as_str) {
                    if value.is_object() && value.get(key).is_none() {
                        return Err(format!("'{key}' is missing"));
                    }
                }
            }
            "properties" | "additionalProperties" => {
                let named = rules.get("properties").and_then(Value::as_object);
                for (key, inner) in value.as_object().into_iter().flatten() {
                    let schema = match named.and_then(|named| named.get(key)) {
                        Some(schema) => schema,
                        None if rule == "additionalProperties" && *given == Value::Bool(false) => {
                            return Err(format!("'{key}' is not known"));
                        }
                        None if rule == "additionalProperties" => given,
                        None => continue,
                    };
                    fits(schema, inner).map_err(|why| format!("{key}: {why}"))?;
                }
            }
            "items" => {
                for one in value.as_array().into_iter().flatten() {
                    fits(given, one)?;
                }
            }
            "pattern" if value.as_str().is_some_and(|text| text.len() != 16) => {
                return Err(format!("{value} is no id"));
            }
            known => {
                assert!(KNOWN.contains(&known) || known == "minimum" || known == "maximum", "{known} is not looked at");
            }
        }
    }
    Ok(())
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
