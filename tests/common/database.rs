//! Databases of agents, as they write them.

use std::path::PathBuf;

use rusqlite::Connection;

use super::{World, project};

/// The agents that keep their lists in a database: the text of one that they write, and where it stands in a home.
pub const DATABASES: [(&str, &str, &str); 5] = [
    ("opencode", "opencode/opencode.sql", "home/.local/share/opencode/opencode.db"),
    ("kilo", "kilo/kilo.sql", "home/.local/share/kilo/kilo.db"),
    (
        "copilot",
        "copilot/session-state/0c6f1f0e-5b0a-4a3b-9a53-6d1f6a7b2c11/session.sql",
        "home/.copilot/session-state/0c6f1f0e-5b0a-4a3b-9a53-6d1f6a7b2c11/session.db",
    ),
    ("crush", "crush/crush.sql", "home/dev/bakery/.crush/crush.db"),
    ("goose", "goose/sessions.sql", "home/.local/share/goose/sessions/sessions.db"),
];

impl World {
    /// Writes the database of an agent, and what tells of it, and leaves it open as the agent does.
    pub fn database(&self, agent: &str) -> Connection {
        let (_, text, place) = DATABASES.into_iter().find(|(name, ..)| *name == agent).expect("an agent");
        let text = std::fs::read_to_string(project("fixtures/agents").join(text)).expect("a fixture");
        match agent {
            "crush" => {
                let (path, data) = (self.path("home/dev/bakery"), self.path("home/dev/bakery/.crush"));
                let list = serde_json::json!({"projects": [{"path": path, "data_dir": data, "last_accessed": "2026-11-20T10:05:00Z"}]});
                self.write("home/.local/share/crush/projects.json", list.to_string().as_bytes());
            }
            "copilot" => {
                let place = place.replace("session.db", "workspace.yaml");
                let from = project("fixtures/agents").join(place.trim_start_matches("home/."));
                self.write(&place, &std::fs::read(from).expect("a fixture"));
            }
            _ => {}
        }
        let path = self.database_path(agent);
        std::fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
        let connection = Connection::open(path).expect("a database");
        connection.execute_batch(&text).expect("SQL");
        connection
    }

    /// Returns where the database of an agent stands.
    pub fn database_path(&self, agent: &str) -> PathBuf {
        let (.., place) = DATABASES.into_iter().find(|(name, ..)| *name == agent).expect("an agent");
        self.path(place)
    }
}
