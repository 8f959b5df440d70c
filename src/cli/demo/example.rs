//! The example: who said what, how long ago.

use serde_json::{Value, json};

/// A list as a session stated it.
pub(super) struct Said {
    /// How many minutes ago.
    pub ago: i64,
    pub session: &'static str,
    pub device: &'static str,
    pub project: &'static str,
    pub branch: &'static str,
    /// Words and status, in the agent's form.
    pub list: Value,
}

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;

/// Returns the example, the earliest first: three projects, a session that two days ago left something open that another
/// one finished, two that disagree, and one of which nobody has heard for nine days.
pub(super) fn example() -> Vec<Said> {
    let said = |ago, session, device, project, branch, todos: &[(&str, &str)]| {
        let todo = |(words, status): &(&str, &str)| json!({ "content": words, "status": status });
        Said { ago, session, device, project, branch, list: todos.iter().map(todo).collect() }
    };
    const DONE: &str = "completed";
    const AT: &str = "in_progress";
    const OPEN: &str = "pending";
    let invoices = "7b1e4c52-0d3f-4a86-9c11-5e2f8a6b7d90";
    let migration = "c3a95f18-6e2b-47d1-8f04-1b9d7c3e5a62";
    let cart = "e84d2a07-9b5c-4f3e-a1d6-0c7f2b8e4193";
    let search = "15f6c9d3-2a8e-4b70-b5c9-8d4e1f3a6b27";
    let shell = "92c0b7e4-5d1f-4e6a-8a3b-7f9c2d5e1048";
    vec![
        said(
            9 * DAY,
            shell,
            "desktop",
            "you/dotfiles",
            "main",
            &[("Back up the old shell settings", DONE), ("Move aliases to fish", AT), ("Try the new prompt", OPEN)],
        ),
        said(
            2 * DAY,
            search,
            "desktop",
            "acme/storefront",
            "search",
            &[("Index product names", DONE), ("Show results while typing", AT), ("Fix the empty result page", OPEN)],
        ),
        said(
            3 * HOUR,
            invoices,
            "laptop",
            "acme/api",
            "invoices",
            &[
                ("Expose GET /invoices", DONE),
                ("Filter invoices by status", AT),
                ("Write the migration", OPEN),
                ("Document the endpoint", OPEN),
            ],
        ),
        said(
            100,
            migration,
            "desktop",
            "acme/api",
            "migration",
            &[("Write the migration", OPEN), ("Test it on a copy of the data", OPEN)],
        ),
        said(
            50,
            invoices,
            "laptop",
            "acme/api",
            "invoices",
            &[
                ("Expose GET /invoices", DONE),
                ("Filter invoices by status", AT),
                ("Write the migration", DONE),
                ("Document the endpoint", OPEN),
            ],
        ),
        said(
            35,
            cart,
            "laptop",
            "acme/storefront",
            "cart",
            &[
                ("Keep the cart for a month", AT),
                ("Fix the empty result page", DONE),
                ("Say when something is sold out", OPEN),
            ],
        ),
        said(
            20,
            migration,
            "desktop",
            "acme/api",
            "migration",
            &[("Write the migration", AT), ("Test it on a copy of the data", OPEN), ("Roll it out at night", OPEN)],
        ),
    ]
}
