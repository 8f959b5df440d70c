//! Holds a value against a schema: the part of JSON Schema that the project's own schemas use.

use serde_json::Value;

/// Says in what a value does not fit a schema of this document. With `is_strict`, an object has no keys but those that
/// the schema names, unless it says that it may.
pub fn fits(whole: &Value, schema: &Value, value: &Value, is_strict: bool) -> Result<(), String> {
    const KNOWN: [&str; 18] = [
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
        "format",
        "description",
        "title",
        "$schema",
        "$id",
        "$defs",
    ];
    let Some(rules) = schema.as_object() else { return Ok(()) };
    for (rule, given) in rules {
        match rule.as_str() {
            "$ref" => {
                let path = given.as_str().and_then(|path| path.strip_prefix('#')).unwrap_or_default();
                let meant = whole.pointer(path).unwrap_or_else(|| panic!("{given} is no shape"));
                fits(whole, meant, value, is_strict)?;
            }
            "type" => {
                let kinds: Vec<&str> = match given {
                    Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
                    one => one.as_str().into_iter().collect(),
                };
                if !kinds.iter().any(|kind| is_a(value, kind)) {
                    return Err(format!("{value} is no {given}"));
                }
            }
            "const" if given != value => return Err(format!("{value} is not {given}")),
            "enum" if !given.as_array().is_some_and(|all| all.contains(value)) => {
                return Err(format!("{value} is none of {given}"));
            }
            "anyOf" | "oneOf" => {
                let all: Vec<_> =
                    given.as_array().into_iter().flatten().map(|one| fits(whole, one, value, is_strict)).collect();
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
                        None if is_strict && !rules.contains_key("additionalProperties") => {
                            return Err(format!("'{key}' is not described"));
                        }
                        None => continue,
                    };
                    fits(whole, schema, inner, is_strict).map_err(|why| format!("{key}: {why}"))?;
                }
            }
            "items" => {
                for one in value.as_array().into_iter().flatten() {
                    fits(whole, given, one, is_strict)?;
                }
            }
            "format" if value.as_str().is_some_and(|text| chittysync::todo::Time::parse(text).is_none()) => {
                return Err(format!("{value} is no time"));
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

/// Returns whether a value is of a type of JSON Schema.
pub fn is_a(value: &Value, kind: &str) -> bool {
    match kind {
        "null" => value.is_null(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("{other} is no type"),
    }
}
