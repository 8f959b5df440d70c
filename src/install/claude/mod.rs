//! What Claude Code is to call, and when: one table, from which its settings and the plugin are made.
//!
//! The plugin has a directory of its own below the marketplace's, so that its parts stand where Claude Code looks
//! for them unasked, and nothing else of this repository is copied to who installs it.

mod examine;
mod tools;

use serde_json::{Value, json};

pub(super) use examine::examine;
pub use tools::TodoTools;

/// An event of Claude Code that a hook is wanted for.
#[derive(Clone, Copy, Debug)]
pub struct HookEvent {
    /// Its name.
    pub name: &'static str,
    /// The tools it is wanted for, where it is about tools.
    pub matcher: Option<&'static str>,
    /// How many seconds the agent waits at most.
    pub timeout: u32,
}

/// The events, in the order in which a session meets them.
pub const HOOK_EVENTS: [HookEvent; 8] = [
    HookEvent { name: "SessionStart", matcher: None, timeout: 10 },
    HookEvent { name: "PostToolUse", matcher: Some("TodoWrite|TaskCreate|TaskUpdate"), timeout: 10 },
    HookEvent { name: "TaskCreated", matcher: None, timeout: 10 },
    HookEvent { name: "TaskCompleted", matcher: None, timeout: 10 },
    HookEvent { name: "Stop", matcher: None, timeout: 10 },
    HookEvent { name: "SubagentStop", matcher: None, timeout: 10 },
    HookEvent { name: "PreCompact", matcher: None, timeout: 10 },
    // Without a timeout of its own all that end a session share a second and a half.
    HookEvent { name: "SessionEnd", matcher: None, timeout: 5 },
];

/// The variable that gives the newest models their todo tools.
pub const TODO_TOOLS: &str = "CLAUDE_CODE_ENABLE_TODO_TOOLS";

/// How every command of ours ends: an agent without our program is not to see an error at each event.
const ANYHOW: &str = " || true";

impl HookEvent {
    /// Returns the entry of the settings: a group with one command.
    pub fn group(&self, program: &str) -> Value {
        let command = format!("{program} hook {}{ANYHOW}", self.name);
        let mut group = json!({ "hooks": [{ "type": "command", "command": command, "timeout": self.timeout }] });
        if let Some(matcher) = self.matcher {
            group["matcher"] = json!(matcher);
        }
        group
    }

    /// Returns whether a command is one that some version of this program put there.
    pub fn is_ours(event: &str, command: &str) -> bool {
        let command = command.strip_suffix(ANYHOW).unwrap_or(command);
        let program = command.strip_suffix(event).and_then(|rest| rest.strip_suffix(" hook "));
        program.is_some_and(|program| {
            program == "git-chittysync" || (program.starts_with('\'') && program.ends_with("git-chittysync'"))
        })
    }
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
        hooks.insert(event.name.to_owned(), json!([event.group("git-chittysync")]));
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
