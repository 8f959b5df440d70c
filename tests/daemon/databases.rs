//! A row that an agent writes is seen, though nothing but the log beside its database changes.

use crate::common::World;
use crate::guard::{Daemon, until};

#[test]
fn what_agents_write_to_databases() {
    let world = World::new();
    // One was there before, the others come while it runs.
    let opencode = world.database("opencode");
    let daemon = Daemon::start(&world);
    daemon.knows("Wash the window");
    let (kilo, copilot, crush, goose) =
        (world.database("kilo"), world.database("copilot"), world.database("crush"), world.database("goose"));
    for seen in ["Sweep the floor", "Find wood", "Heat the oven", "Water the tree"] {
        daemon.knows(seen);
    }
    until("a rest", || {
        let runs = daemon.runs();
        std::thread::sleep(std::time::Duration::from_millis(700));
        daemon.runs() == runs
    });
    let more = |words: &str| {
        format!(
            "INSERT INTO todo SELECT session_id, '{words}', status, priority, 9, time_created, time_updated + 1 FROM todo WHERE position = 1"
        )
    };
    for (connection, sql, words) in [
        (&opencode, more("In the log of OpenCode"), "In the log of OpenCode".to_owned()),
        (&kilo, more("In the log of Kilo"), "In the log of Kilo".to_owned()),
        (&copilot, "INSERT INTO todos(id, title) VALUES('more', 'In the file of Copilot')".to_owned(), "In the file of Copilot".to_owned()),
        (&crush, "UPDATE sessions SET todos = '[{\"content\":\"In the log of Crush\",\"status\":\"pending\"}]', updated_at = updated_at + 1".to_owned(), "In the log of Crush".to_owned()),
        (&goose, "UPDATE sessions SET extension_data = '{\"todo.v0\":{\"content\":\"- [ ] In the log of Goose\"}}', updated_at = '2026-11-20 10:06:00'".to_owned(), "In the log of Goose".to_owned()),
    ] {
        connection.execute_batch(&sql).expect("SQL");
        daemon.knows(&words);
    }
    assert_eq!(daemon.status()["degraded"], serde_json::Value::Null);
}
