//! How agents besides Claude Code are set up to call us: a line for each says where its settings are and what goes there.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::hook_event::{HookEvent, command, of_version, version_of};
use super::inventory::{program_for_hooks, server};
use super::json_entry::{Entry, Kind};
use super::settings::Settings;
use super::toml_block::{Block, values};
use super::yaml_entry::YamlEntry;
use super::{Change, Check, InstallError, Part, Surroundings, agent_file, hook_check};
use crate::source::{Agent, READS_DATABASES, named};
use crate::todo::{Channel, plain};

/// How an agent is set up.
struct Setup {
    agent: &'static str,
    /// Its program.
    program: &'static str,
    /// The file in its home with hooks; nothing where it has none that tell of lists.
    hooks: &'static str,
    events: &'static [HookEvent],
    /// The file in its home with everything else; nothing where it is left to its user.
    settings: &'static str,
    /// Where our tools go in there.
    server: &'static [&'static str],
    /// What stands there, for a program.
    entry: fn(&str) -> Value,
    /// The switch that gives its models a todo tool; none where they have one anyway.
    switch: &'static [&'static str],
    /// Which of its models have none without.
    without: &'static str,
}

/// What those have in common whose lists are in a database.
const DATABASE: Setup = Setup {
    agent: "",
    program: "",
    hooks: "",
    events: &[],
    settings: "",
    server: &[],
    entry: tools,
    switch: &[],
    without: "",
};

/// OpenCode, and what is made of it.
const PLUGIN: Setup = Setup {
    hooks: "plugin/chittysync.js",
    server: &["mcp", "chittysync"],
    entry: |program| json!({ "type": "local", "command": [program, "mcp"], "enabled": true }),
    ..DATABASE
};

const fn event(agent: &'static str, name: &'static str, matcher: Option<&'static str>, timeout: u32) -> HookEvent {
    let timeout = if timeout == 0 { None } else { Some(timeout) };
    HookEvent { since: (0, 0, 0), name, agent: Some(agent), matcher, timeout }
}

/// Our tools as most agents want to be told of them.
fn tools(program: &str) -> Value {
    json!({ "command": program, "args": ["mcp"] })
}

static SETUPS: [Setup; 8] = [
    Setup {
        agent: "codex",
        program: "codex",
        hooks: "hooks.json",
        events: &[
            event("codex", "SessionStart", Some("startup|resume|clear"), 10),
            event("codex", "PostToolUse", Some("update_plan"), 10),
            HookEvent { since: (0, 145, 0), ..event("codex", "SessionEnd", None, 10) },
        ],
        settings: "config.toml",
        server: &["mcp_servers", "chittysync"],
        entry: tools,
        switch: &["tools", "update_plan", "enabled"],
        without: "from 0.152 on it has none",
    },
    Setup {
        agent: "qwen",
        program: "qwen",
        hooks: "settings.json",
        events: &[
            event("qwen", "SessionStart", None, 0),
            event("qwen", "PostToolUse", Some("todo_write"), 0),
            event("qwen", "SessionEnd", None, 0),
        ],
        settings: "settings.json",
        server: &["mcpServers", "chittysync"],
        entry: tools,
        switch: &["tools", "todoWrite", "enabled"],
        without: "newer versions have none",
    },
    Setup {
        agent: "gemini",
        program: "gemini",
        hooks: "settings.json",
        // In milliseconds.
        events: &[
            event("gemini", "SessionStart", None, 10_000),
            event("gemini", "AfterTool", Some("write_todos|tracker_.*"), 10_000),
            event("gemini", "SessionEnd", None, 5_000),
        ],
        settings: "settings.json",
        server: &["mcpServers", "chittysync"],
        entry: tools,
        switch: &["experimental", "taskTracker"],
        without: "the newest models have none",
    },
    Setup { agent: "opencode", program: "opencode", settings: "opencode.json", ..PLUGIN },
    Setup {
        agent: "copilot",
        program: "copilot",
        hooks: "hooks/chittysync.json",
        events: &[
            event("copilot", "SessionStart", None, 0),
            event("copilot", "PostToolUse", Some("sql"), 0),
            event("copilot", "SessionEnd", None, 0),
        ],
        settings: "mcp-config.json",
        server: &["mcpServers", "chittysync"],
        entry: |program| json!({ "type": "local", "command": program, "args": ["mcp"], "tools": ["*"] }),
        ..DATABASE
    },
    Setup {
        agent: "crush",
        program: "crush",
        settings: "crush.json",
        server: &["mcp", "chittysync"],
        entry: |program| json!({ "type": "stdio", "command": program, "args": ["mcp"] }),
        ..DATABASE
    },
    Setup { agent: "kilo", program: "kilo", settings: "kilo.json", ..PLUGIN },
    Setup {
        agent: "goose",
        program: "goose",
        settings: "config.yaml",
        server: &["extensions", "chittysync"],
        ..DATABASE
    },
];

/// Returns the agents besides Claude Code that can be set up.
pub fn others() -> impl Iterator<Item = &'static dyn Agent> {
    SETUPS.iter().filter_map(|setup| named(setup.agent))
}

/// Returns what `install` puts into the settings of an agent; nothing for one that cannot be set up. With `todo_tools`
/// its models are given their todo tool, where nobody has said anything of it.
///
/// # Errors
/// When the user has no home, or this program does not know where it is.
pub fn parts_of(agent: &dyn Agent, todo_tools: bool) -> Result<Vec<Part>, InstallError> {
    let Some((setup, home)) = setup(agent) else { return Ok(Vec::new()) };
    let mut parts = Vec::new();
    if !setup.hooks.is_empty() {
        parts.push(setup.hooks(&home)?);
    }
    if setup.settings.is_empty() {
        return Ok(parts);
    }
    let path = home.join(setup.settings);
    let server = server()?;
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("toml") => parts.push(Part::block("mcp", setup.block(path, &server, todo_tools))),
        Some("yaml") => parts.push(Part::yaml_entry("mcp", setup.yaml(path, server))),
        _ => {
            let value = (setup.entry)(&server);
            let way = setup.server;
            parts.push(Part::entry("mcp", Entry { path: path.clone(), way, value, kind: Kind::Server }));
            if setup.switch.is_empty() {
                return Ok(parts);
            }
            let switch = Part::entry("todo tool", setup.switch(path.clone()));
            let is_unset = todo_tools && setup.switch(path).stands().is_none();
            // A file that cannot be read is told of by the others.
            if is_unset || switch.is_installed().unwrap_or(false) {
                parts.push(switch);
            }
        }
    }
    Ok(parts)
}

fn setup(agent: &dyn Agent) -> Option<(&'static Setup, PathBuf)> {
    let setup = SETUPS.iter().find(|setup| setup.agent == agent.name())?;
    Some((setup, agent.settings_home()?))
}

impl Setup {
    fn hooks(&self, home: &Path) -> Result<Part, InstallError> {
        if self.events.is_empty() {
            let program = Value::from(server()?).to_string();
            let plugin = include_str!("opencode.js").replace("\"PROGRAM\"", &program).replace("AGENT", self.agent);
            return Ok(Part::file("hooks", home.join(self.hooks), &plugin, "//"));
        }
        let events = match self.events.iter().all(|event| event.since == (0, 0, 0)) {
            true => self.events.to_vec(),
            false => of_version(self.events, version_of(self.program).map(|(version, _)| version)),
        };
        let (path, program) = (home.join(self.hooks), program_for_hooks()?);
        Ok(Part::settings("hooks", Settings { path, program, events, todo_tools: false, follows_links: true }))
    }

    fn is_toml(&self) -> bool {
        self.settings.ends_with(".toml")
    }

    fn switch(&self, path: PathBuf) -> Entry {
        Entry { path, way: self.switch, value: Value::Bool(true), kind: Kind::Switch }
    }

    fn yaml(&self, path: PathBuf, program: String) -> YamlEntry {
        let (map, name) = (self.server[0], self.server[1]);
        // A string of JSON is one of YAML.
        let shown = Value::from(program.as_str());
        let line = format!(
            "{{name: {name}, type: stdio, enabled: true, cmd: {shown}, args: [mcp], envs: {{}}, timeout: 300, \
             description: \"what other sessions left open\"}}"
        );
        YamlEntry { path, map, name, program, line }
    }

    fn block(&self, path: PathBuf, server: &str, todo_tools: bool) -> Block {
        let server = Value::from(server);
        // A string of JSON is one of TOML.
        let mut tables = vec![("mcp_servers.chittysync", format!("command = {server}\nargs = [\"mcp\"]\n"))];
        if todo_tools && self.is_on(&path).is_none() {
            tables.push(("tools.update_plan", "enabled = true\n".to_owned()));
        }
        Block { path, tables, optional: vec!["tools.update_plan"] }
    }

    /// Returns what the settings say of the todo tool, as text; nothing where they say nothing.
    fn is_on(&self, path: &Path) -> Option<String> {
        if !self.is_toml() {
            return self.switch(path.to_owned()).stands().map(|value| value.to_string());
        }
        let text = agent_file::read(path).ok()??;
        let (whole, inline) = (self.switch.join("."), self.switch[..self.switch.len() - 1].join("."));
        let said = values(&text).into_iter().find_map(|(name, value)| {
            let is_inline = name == inline && value.starts_with('{');
            (name == whole || is_inline).then_some((is_inline, value))
        });
        said.map(|(is_inline, value)| if is_inline { value.contains("true").to_string() } else { value })
    }
}

/// Says what somebody has to do by hand after `install`, if anything.
pub fn by_hand(agent: &dyn Agent) -> Vec<String> {
    let Some((setup, home)) = setup(agent) else { return Vec::new() };
    let mut said = Vec::new();
    if setup.agent == "codex" && !is_trusted(&home) {
        said.push("Codex runs new hooks only after you have reviewed them: type /hooks in it".to_owned());
    }
    if !setup.switch.is_empty() && setup.is_on(&home.join(setup.settings)).is_none() {
        said.push(format!("{} has perhaps no todo tool: {}", agent.title(), setup.remedy()));
    }
    said
}

impl Setup {
    fn remedy(&self) -> String {
        let name = self.switch.join(".");
        format!(
            "{} unless {name} is true in {}; `git chittysync install --enable-todo-tools` sets it",
            self.without, self.settings
        )
    }
}

/// Returns whether somebody reviewed the hooks. Whether they have changed since is known to the agent alone.
fn is_trusted(home: &Path) -> bool {
    let text = agent_file::read(&home.join("config.toml")).ok().flatten().unwrap_or_default();
    let hooks = home.join("hooks.json").display().to_string();
    values(&text).iter().any(|(name, _)| name.ends_with("trusted_hash") && name.contains(&hooks))
}

/// Returns what `doctor` says of an agent: whether its hooks lead to this program, whether it has our tools, and whether
/// its models have a todo tool at all.
pub(super) fn examine(agent: &dyn Agent, at: &Surroundings<'_>) -> Vec<Check> {
    let Some((setup, home)) = setup(agent) else { return Vec::new() };
    let name = |what: &str| format!("{} {what}", setup.agent);
    let parts = match parts_of(agent, false) {
        Ok(parts) => parts,
        Err(err) => return vec![Check::bad(&name("hooks"), (at.chain)(&err))],
    };
    let mut checks = Vec::new();
    for part in parts.iter().filter(|part| part.name != "todo tool") {
        let shown = part.path().map(at.display).unwrap_or_default();
        let found = part.check().and_then(|change| Ok((change, part.is_installed()?)));
        let is_hooks = part.name == "hooks";
        checks.push(match found {
            Ok((Change::None, _)) if is_hooks => hook_check::check_command(&name("hooks"), &hook(setup), shown),
            Ok((Change::None, _)) => Check::ok(&name(part.name), shown),
            Ok((change, _)) if change.is_kept() => Check::bad(
                &name(part.name),
                format!("{shown} has an entry of this name that we did not write; it is left as it is"),
            ),
            Ok((_, true)) => {
                let text = format!(
                    "{shown} has another entry than this version puts there; `git chittysync install` renews it"
                );
                Check::bad(&name(part.name), text)
            }
            Ok(_) => Check::off(&name(part.name), format!("not in {shown}; `git chittysync install` puts it there")),
            Err(err) => Check::bad(&name(part.name), (at.chain)(&err)),
        });
    }
    let are_there = parts.iter().any(|part| part.name == "hooks" && part.is_installed().unwrap_or(false));
    if setup.agent == "codex" && are_there {
        checks.push(match is_trusted(&home) {
            true => Check::ok(&name("trust"), "you have reviewed its hooks; when they change, it asks again"),
            false => Check::off(&name("trust"), "it runs hooks only after you have reviewed them: type /hooks in it"),
        });
    }
    if setup.hooks.is_empty() {
        checks.push(Check::ok(&name("hooks"), "it needs none: sync and the daemon read its database"));
    }
    let has_database = agent.sources().iter().any(|source| source.is(Channel::List)) && setup.switch.is_empty();
    checks.push(match setup.is_on(&home.join(setup.settings)).as_deref() {
        _ if has_database && !READS_DATABASES => {
            Check::off(&name("todos"), "this build reads no databases; the default build does (feature `sqlite`)")
        }
        _ if setup.switch.is_empty() => Check::ok(&name("todos"), "it has a todo tool"),
        Some("true") => Check::ok(&name("todos"), format!("{} is true", setup.switch.join("."))),
        Some(other) => {
            Check::off(&name("todos"), format!("it has no todo tool: {} is {}", setup.switch.join("."), plain(other)))
        }
        None => Check::off(&name("todos"), format!("perhaps it has no todo tool: {}", setup.remedy())),
    });
    checks.push(match version_of(setup.program) {
        Some((_, text)) => Check::ok(setup.agent, text),
        None => Check::off(setup.agent, "its program is not on the PATH, or does not tell its version"),
    });
    checks
}

fn hook(setup: &Setup) -> String {
    command(&program_for_hooks().unwrap_or_default(), setup.agent)
}
