//! The hub as a registry of services describes it: one object that has the keys of all who read one.

use serde_json::{Value, json};

use super::GitPath;

/// The names by which it is asked for.
const NAMES: [&str; 2] = ["sync", "chittysync"];

/// Returns the services at an address: the hub alone.
pub fn services(base: &str, version: &str) -> Value {
    json!({ "success": true, "services": [one(base, version)], "total": 1 })
}

/// Returns the service of this name; nothing when it is another one's.
pub fn service(name: &str, base: &str, version: &str) -> Option<Value> {
    let service = NAMES.contains(&name).then(|| one(base, version))?;
    let mut document = service.clone();
    document["success"] = json!(true);
    document["service"] = service;
    Some(document)
}

fn one(base: &str, version: &str) -> Value {
    json!({
        "name": NAMES[0],
        "serviceName": NAMES[1],
        "displayName": "git chittysync",
        "category": "core-infrastructure",
        "baseUrl": base,
        "endpoint": base,
        "endpoints": {
            "primary": base,
            "main": base,
            "api": format!("{base}/api"),
            "health": format!("{base}/health"),
            "git": format!("{base}{}", GitPath::STORE),
        },
        "capabilities": ["todo-sync", "git-remote", "events"],
        "version": version,
        "healthCheck": format!("{base}/health"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_readers_find_it() {
        let base = "https://todos.example";
        let found = service("sync", base, "1").expect("it is there");
        assert_eq!(service("chittysync", base, "1"), Some(found.clone()));
        assert_eq!(service("auth", base, "1"), None);
        assert_eq!(found["endpoints"]["primary"], json!(base));
        assert_eq!(found["service"], services(base, "1")["services"][0]);
        assert_eq!(found["service"]["endpoints"]["git"], json!("https://todos.example/git/todos.git"));
    }
}
