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
        "resources": ["todos", "projects", "sessions", "topics", "conflicts", "history", "events", "git"],
        "endpoints": {
            "platforms": paths,
            "resources": {
                "todos": "/api/todos",
                "sync": "/api/todos/sync",
                "projects": "/api/project",
                "sessions": "/api/session",
                "topics": "/api/topic",
                "conflicts": "/api/conflicts",
                "history": "/api/history",
                "description": "/api/openapi.json",
                "status": "/api/status",
                "events": "/api/events",
                "socket": "/api/ws",
                "git": super::GitPath::STORE,
            },
        },
    })
}

/// Who moves the branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merges {
    /// Every device does.
    Devices,
    /// The hub does: devices push what their own sessions say.
    Hub,
}

impl Merges {
    /// Returns the word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Merges::Devices => "devices",
            Merges::Hub => "hub",
        }
    }
}

/// Returns what a client that is new here has to know.
pub fn well_known(merges: Merges) -> Value {
    json!({
        "version": 1,
        "merges": merges.as_str(),
        "events": "/api/events",
        "socket": "/api/ws",
        "git": super::GitPath::STORE,
        "description": "/api/openapi.json",
    })
}
