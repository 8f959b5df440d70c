//! What Claude Code is to call, and when: one table, from which its settings and the plugin are made.
//!
//! The plugin has a directory of its own below the marketplace's, so that its parts stand where Claude Code looks
//! for them unasked, and nothing else of this repository is copied to who installs it.

mod examine;
mod tools;

use serde_json::{Value, json};

pub(super) use examine::examine;
pub use tools::TodoTools;

use super::hook_event::{HookEvent, Version, of_version, version_of};
use super::shim::ANYWHERE;

/// The events, in the order in which a session meets them.
pub const HOOK_EVENTS: [HookEvent; 8] = [
    HookEvent { since: (1, 0, 62), name: "SessionStart", agent: None, matcher: None, timeout: Some(10) },
    HookEvent {
        since: (1, 0, 38),
        name: "PostToolUse",
        agent: None,
        matcher: Some("TodoWrite|TaskCreate|TaskUpdate"),
        timeout: Some(10),
    },
    HookEvent { since: (2, 1, 84), name: "TaskCreated", agent: None, matcher: None, timeout: Some(10) },
    HookEvent { since: (2, 1, 33), name: "TaskCompleted", agent: None, matcher: None, timeout: Some(10) },
    HookEvent { since: (1, 0, 38), name: "Stop", agent: None, matcher: None, timeout: Some(10) },
    HookEvent { since: (1, 0, 41), name: "SubagentStop", agent: None, matcher: None, timeout: Some(10) },
    HookEvent { since: (1, 0, 48), name: "PreCompact", agent: None, matcher: None, timeout: Some(10) },
    // Without a timeout of its own all that end a session share a second and a half.
    HookEvent { since: (1, 0, 85), name: "SessionEnd", agent: None, matcher: None, timeout: Some(5) },
];

/// The variable that gives the newest models their todo tools.
pub const TODO_TOOLS: &str = "CLAUDE_CODE_ENABLE_TODO_TOOLS";

/// Returns the version of Claude Code whose program is on the PATH, and what it says of it; nothing where there is none,
/// or it does not tell.
pub fn installed_version() -> Option<(Version, String)> {
    version_of("claude")
}

/// Returns the events that a version knows; all of them when it is not known which one there is.
pub(super) fn known_to(version: Option<Version>) -> Vec<HookEvent> {
    of_version(&HOOK_EVENTS, version)
}

/// Returns the entry of an `.mcp.json` that gives an agent our tools.
pub fn mcp_servers() -> Value {
    json!({ "mcpServers": { "chittysync": { "command": "git-chittysync", "args": ["mcp"] } } })
}

/// Returns the files of the marketplace and of its plugin that are made, by their path in this repository. The skill
/// beside them is written by hand.
pub fn plugin() -> Vec<(&'static str, Value)> {
    let mut hooks = serde_json::Map::new();
    for event in HOOK_EVENTS {
        hooks.insert(event.name.to_owned(), json!([event.group(ANYWHERE)]));
    }
    let description = env!("CARGO_PKG_DESCRIPTION");
    let plugin = json!({
        "name": "chittysync",
        "version": env!("CARGO_PKG_VERSION"),
        "description": description,
        "author": { "name": "git chittysync" },
        "license": env!("CARGO_PKG_LICENSE"),
        "keywords": ["todo", "tasks", "git", "sync"],
    });
    let marketplace = json!({
        "name": "chittysync",
        "description": "The plugin of git chittysync",
        "owner": { "name": "git chittysync" },
        "plugins": [{ "name": "chittysync", "source": "./.claude-plugin/chittysync", "description": description }],
    });
    let hooks =
        json!({ "description": "Saves todos as they change, and tells a new session of others", "hooks": hooks });
    vec![
        (".claude-plugin/marketplace.json", marketplace),
        (".claude-plugin/chittysync/.claude-plugin/plugin.json", plugin),
        (".claude-plugin/chittysync/hooks/hooks.json", hooks),
        (".claude-plugin/chittysync/.mcp.json", mcp_servers()),
    ]
}
