//! The part of `doctor` that is about Claude Code: where its todos come from, and whether its hooks call us.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::doctor::Check;
use super::install::{agent_settings, has_todo_tools, parts_of_command};
use super::world::{World, claude_home, display};
use crate::git::answer;
use crate::install::{AgentSettings, Change, TODO_TOOLS, inventory};
use crate::source::{self, UnitKind};
use crate::todo::Time;
use crate::view::Style;

/// How long the agent's program may take to tell its version.
const PATIENCE: Duration = Duration::from_secs(3);
/// The first version that tells of new tasks.
const TASK_CREATED: (u32, u32, u32) = (2, 1, 84);
/// What an administrator prescribes.
const MANAGED: [&str; 2] =
    ["/etc/claude-code/managed-settings.json", "/Library/Application Support/ClaudeCode/managed-settings.json"];

/// Returns the checks; none where there is no home of Claude Code.
pub(super) fn checks(world: &World) -> Vec<Check> {
    let Some(home) = claude_home().filter(|home| home.is_dir()) else { return Vec::new() };
    let user = agent_settings(world, false);
    let project = agent_settings(world, true);
    let mut checks = vec![hooks(&user, &project)];
    checks.extend(forbidden(&user, &project));
    let check = |name: &str, ok: bool, text: String| Check { name: name.into(), ok, text };
    checks.push(check("sources", true, sources(&home, world.now)));
    let tools = [&user, &project].into_iter().filter_map(|settings| settings.path.as_deref()).any(has_todo_tools);
    checks.push(check("todo tools", true, match tools {
        true => format!("{TODO_TOOLS} is set"),
        false => format!(
            "the newest models have none unless {TODO_TOOLS}=1 is set; `git chittysync install --enable-todo-tools` sets it"
        ),
    }));
    checks.extend(version());
    checks
}

/// Says whether our hooks are in the user's settings, the project's, or come with the plugin.
fn hooks(user: &AgentSettings, project: &AgentSettings) -> Check {
    let name = "hooks".to_owned();
    for settings in [user, project] {
        let found = state(settings);
        if let Ok(Change::None) = found {
            let text = settings.path.as_deref().map(display).unwrap_or_default();
            return Check { name, ok: true, text };
        }
        if let (Err(text), true) = (found, settings.path.as_deref().is_some_and(Path::exists)) {
            return Check { name, ok: false, text: format!("{text}; mend it, then `git chittysync install`") };
        }
    }
    let enabled = [user, project].into_iter().any(|settings| {
        let plugins = settings.path.as_deref().map(read).unwrap_or_default();
        let plugins = plugins["enabledPlugins"].as_object().cloned().unwrap_or_default();
        plugins.iter().any(|(name, value)| name.starts_with("chittysync@") && *value == Value::Bool(true))
    });
    match enabled {
        true => Check { name, ok: true, text: "from the plugin".into() },
        false => Check {
            name,
            ok: false,
            text: "not in Claude Code's settings; `git chittysync install` puts them there".into(),
        },
    }
}

fn state(settings: &AgentSettings) -> Result<Change, String> {
    let parts = inventory(&parts_of_command(), settings).map_err(|err| crate::ops::chain(&err))?;
    let part = parts.iter().find(|part| part.name == "hooks");
    part.map_or(Ok(Change::Added), |part| part.check().map_err(|err| crate::ops::chain(&err)))
}

/// Says which setting keeps hooks from being called, if one does.
fn forbidden(user: &AgentSettings, project: &AgentSettings) -> Option<Check> {
    let local = project.path.as_deref().map(|path| path.with_file_name("settings.local.json"));
    let own = [user.path.clone(), project.path.clone(), local].into_iter().flatten();
    let files: Vec<(PathBuf, bool)> =
        own.map(|path| (path, false)).chain(MANAGED.map(|path| (PathBuf::from(path), true))).collect();
    files.into_iter().find_map(|(path, managed)| {
        let settings = read(&path);
        let is_set = |key: &str| settings[key] == Value::Bool(true);
        let key = match managed {
            _ if is_set("disableAllHooks") => "disableAllHooks",
            true if is_set("allowManagedHooksOnly") => "allowManagedHooksOnly",
            _ => return None,
        };
        let remedy = if managed { "ask whoever administers it" } else { "remove it there" };
        let text = format!("{key} in {} keeps them from being called; {remedy}", display(&path));
        Some(Check { name: "hooks".into(), ok: false, text })
    })
}

fn read(path: &Path) -> Value {
    let text = std::fs::read(path).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

/// Says of each place where todos are written how much there is, and when it last changed.
fn sources(home: &Path, now: Time) -> String {
    let scan = source::scan(home);
    let kind = |kind: &UnitKind| match kind {
        UnitKind::Todos { .. } => "todos",
        UnitKind::Tasks { .. } => "tasks",
        UnitKind::Transcript { .. } => "transcripts",
    };
    let style = Style { color: false, width: 0, isolate: false, now };
    let said = ["todos", "tasks", "transcripts"].map(|name| {
        let units: Vec<_> = scan.units.iter().filter(|unit| kind(&unit.kind) == name).collect();
        match units.iter().filter_map(|unit| changed(&unit.path)).max() {
            None => format!("no {name}"),
            Some(at) => format!("{} {name}, the latest {}", units.len(), style.age(at)),
        }
    });
    said.join("; ")
}

/// Returns when a file, or one in a directory, last changed.
fn changed(path: &Path) -> Option<Time> {
    let inside = std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path());
    let times = std::iter::once(path.to_owned()).chain(inside);
    let latest = times.filter_map(|path| std::fs::metadata(path).ok()?.modified().ok()).max()?;
    let since = latest.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some(Time::from_millis(i64::try_from(since.as_millis()).ok()?))
}

/// Says which version of the agent there is, where its program is on the PATH.
fn version() -> Option<Check> {
    let text = answer("claude", &["--version"], PATIENCE)?;
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok());
    let mut next = || numbers.next().unwrap_or(0);
    let found = (next(), next(), next());
    let text = match found >= TASK_CREATED {
        true => text,
        false => format!("{text}; tells of new tasks from 2.1.84 on, until then what it writes is read"),
    };
    Some(Check { name: "claude".into(), ok: true, text })
}
