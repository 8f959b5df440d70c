//! The description of the API as OpenAPI 3.1, made of the table of requests and of the shapes beside this file.

use serde_json::{Map, Value, json};

use super::operation::{Kind, OPERATIONS, Op, Operation};
use super::route::Found;

/// The shapes of what is sent and answered, by name.
const SCHEMAS: &str = include_str!("schemas.json");

/// What may stand behind a `?`.
const QUERY: [(&str, &str, &str); 9] = [
    ("at", "string", "a commit of the branch: what was, which never changes"),
    ("status", "string", "only todos of this status"),
    ("limit", "integer", "no more than this many"),
    ("offset", "integer", "without this many at the beginning"),
    ("since", "string", "only what was said then or later; of events, those after this commit"),
    ("until", "string", "only what was said then or earlier"),
    ("session", "string", "only by sessions whose name begins so"),
    ("project", "string", "only of this project"),
    ("all", "string", "what only lags behind too"),
];

/// Returns the document.
pub fn openapi(version: &str) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for operation in OPERATIONS {
        let names = [Some(operation.path), operation.path.strip_prefix("/api").filter(|_| operation.is_bare())];
        for path in names.into_iter().flatten() {
            let item = paths.entry(path.to_owned()).or_insert_with(|| json!({}));
            // A project can be called as another path is; what is asked of it there is answered, too.
            for one in Found::at(path).all() {
                let method = one.method.to_ascii_lowercase();
                if item.get(&method).is_none() {
                    item[method] = described(one, path);
                }
            }
        }
    }
    let schemas: Value = serde_json::from_str(SCHEMAS).unwrap_or_default();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "git chittysync hub",
            "version": version,
            "summary": "Todo lists of AI coding agents, kept in git",
            "description": "`/api/v1` is another name of `/api`. What is answered with 200 or 201 is in a ref. Every tag is of a commit of the branch.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer" },
                "basic": { "type": "http", "scheme": "basic", "description": "the token is the password" },
            },
        },
    })
}

fn described(operation: &Operation, path: &str) -> Value {
    let id = path.trim_start_matches('/').replace(['/', '{', '}', '.'], "_");
    let mut one = json!({
        "operationId": format!("{}_{id}", operation.method.to_ascii_lowercase()),
        "summary": operation.summary,
        "parameters": parameters(operation, path),
        "responses": responses(operation),
    });
    one["security"] = match operation.scope {
        None => json!([]),
        // Who cannot send a header says it in the first message.
        Some(scope) if operation.op == Op::Socket => json!([{ "bearer": [scope.as_str()] }, {}]),
        Some(scope) => json!([{ "bearer": [scope.as_str()] }, { "basic": [scope.as_str()] }]),
    };
    if !operation.body.is_empty() {
        one["requestBody"] =
            json!({ "required": operation.needs_body(), "content": content("application/json", operation.body) });
    }
    one
}

fn content(kind: &str, schema: &str) -> Value {
    json!({ kind: { "schema": { "$ref": format!("#/components/schemas/{schema}") } } })
}

fn parameters(operation: &Operation, path: &str) -> Value {
    let mut found = Vec::new();
    let is_own = operation.path.ends_with(path);
    for name in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
        let schema = match name {
            // What it means there is the name of a project.
            _ if !is_own => json!({ "type": "string", "minLength": 1 }),
            "ms" => json!({ "type": "integer" }),
            "verb" => json!({ "type": "string", "enum": ["start", "done", "release", "drop", "reopen"] }),
            _ => json!({ "type": "string", "minLength": 1 }),
        };
        found.push(json!({ "name": name, "in": "path", "required": true, "schema": schema }));
    }
    for (name, kind, says) in QUERY.iter().filter(|(name, ..)| operation.query.contains(name)) {
        let schema = match *name {
            "status" => json!({ "type": kind, "enum": ["pending", "in_progress", "completed"] }),
            "limit" | "offset" => json!({ "type": kind, "minimum": 0 }),
            _ => json!({ "type": kind }),
        };
        found.push(json!({ "name": name, "in": "query", "description": says, "schema": schema }));
    }
    let mut header = |name: &str, says: &str| {
        found.push(json!({ "name": name, "in": "header", "description": says, "schema": { "type": "string" } }));
    };
    match operation.kind {
        Kind::OfCommit | Kind::OfNow => {
            header("If-None-Match", "the ETag of an earlier answer: 304 when it still is so");
        }
        Kind::Write => {
            header("If-Match", "the ETag of an earlier answer: 412 when the branch went on since");
            header("Idempotency-Key", "the same request with the same key is done once");
        }
        Kind::Place => header("If-Match", "the ETag of an earlier answer: 412 when the branch went on since"),
        Kind::Token | Kind::Other => {}
    }
    Value::Array(found)
}

fn responses(operation: &Operation) -> Value {
    let mut found = Map::new();
    let mut put = |status: u16, value: Value| drop(found.insert(status.to_string(), value));
    let problem =
        |says: &str| json!({ "description": says, "content": content("application/problem+json", "Problem") });
    let document =
        |says: &str| json!({ "description": says, "content": content("application/json", operation.answer) });
    match operation.kind {
        Kind::Other if operation.op == Op::Socket => {
            put(101, json!({ "description": operation.summary }));
            put(426, problem("it does not ask for a WebSocket"));
        }
        Kind::Other => {
            let kind = if operation.path == "/metrics" { "text/plain" } else { "text/event-stream" };
            put(
                200,
                json!({ "description": operation.summary, "content": { kind: { "schema": { "type": "string" } } } }),
            );
        }
        Kind::OfCommit | Kind::OfNow => {
            put(200, document(operation.summary));
            put(304, json!({ "description": "it still is so" }));
        }
        Kind::Write | Kind::Token | Kind::Place => {
            if operation.kind == Kind::Place {
                put(502, problem("the mirror could not be brought up to date"));
            }
            if operation.op == Op::MirrorSync {
                put(202, document("it goes on; Location tells how the mirror is doing"));
            }
            put(200, document("it is so; nothing is there that was not"));
            put(201, document("it is saved, and new"));
            for (status, says) in [
                (409, "it cannot be said of what there is"),
                (412, "the branch went on since what was acted on"),
                (413, "it is too long"),
                (415, "it is not application/json"),
                (429, "it was said too often; Retry-After tells when"),
            ] {
                put(status, problem(says));
            }
        }
    }
    for (status, says) in [
        (400, "it cannot be read"),
        (404, "there is nothing of this name"),
        (408, "nothing came any more"),
        (409, "it is not clear which is meant"),
        (421, "the hub is not called so"),
        (422, "it is not what is expected"),
        (500, "the store cannot be read or written; the hub's log says why"),
        (503, "the store is busy; Retry-After tells when"),
    ] {
        put(status, problem(says));
    }
    if operation.scope.is_some() {
        put(401, problem("no token, or one that is not good"));
        put(403, problem("the token allows less, or the session is another device's"));
    }
    Value::Object(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every shape that is named is there, and every shape that is there is named.
    #[test]
    fn shapes_and_their_names() {
        let document = openapi("1");
        let schemas = document["components"]["schemas"].as_object().expect("shapes");
        assert!(schemas.len() > 20, "they are JSON");
        let text = document.to_string();
        let named: Vec<&str> =
            text.split("#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        for name in &named {
            assert!(schemas.contains_key(*name), "{name} is no shape");
        }
        for name in schemas.keys() {
            assert!(named.contains(&name.as_str()), "{name} is named by nobody");
        }
        for operation in OPERATIONS {
            let method = operation.method.to_ascii_lowercase();
            assert!(document["paths"][operation.path][method].is_object(), "{operation:?}");
            assert!(operation.kind == Kind::Other || schemas.contains_key(operation.answer), "{operation:?}");
            let known = |name: &&str| QUERY.iter().any(|(known, ..)| known == name);
            assert!(operation.query.iter().all(known), "{operation:?}");
        }
    }
}
