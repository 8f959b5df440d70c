//! `GET /health`: that it is there, and what it can do, in the original's keys.

use serde_json::{Value, json};

/// Returns the document. `mirrors` are the platforms that the store is mirrored to.
pub fn health(version: &str, mirrors: &[&str]) -> Value {
    let platforms: Vec<&str> = mirrors.iter().copied().chain(["local"]).collect();
    let paths: serde_json::Map<String, Value> =
        mirrors.iter().map(|name| ((*name).to_owned(), json!(format!("/{name}")))).collect();
    json!({
        "service": "sync",
        "status": "healthy",
        "version": version,
        "architecture": "Platform Integration Hub",
        "platforms": platforms,
        "resources": ["todos", "events", "git"],
        "endpoints": {
            "platforms": paths,
            "resources": {
                "todos": "/api/todos",
                "sync": "/api/todos/sync",
                "status": "/api/status",
                "events": "/api/events",
                "git": super::GitPath::STORE,
            },
        },
    })
}
