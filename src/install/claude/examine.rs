//! How Claude Code is set up: whether its hooks call us, what keeps it from calling them, and whether its models have
//! todo tools.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use super::super::{AgentSettings, Change, Finding, Surroundings, inventory};
use super::{TODO_TOOLS, TodoTools};
use crate::git::{answer, read_file};
use crate::todo::plain;

/// How long the agent's program may take to tell its version.
const PATIENCE: Duration = Duration::from_secs(3);
/// The first version that tells of new tasks.
const TASK_CREATED: (u32, u32, u32) = (2, 1, 84);
/// What an administrator prescribes.
const MANAGED: [&str; 2] =
    ["/etc/claude-code/managed-settings.json", "/Library/Application Support/ClaudeCode/managed-settings.json"];

/// Returns what there is to say of it.
pub(in crate::install) fn examine(at: &Surroundings<'_>) -> Vec<Finding> {
    let mut found = vec![hooks(at)];
    found.extend(forbidden(at));
    found.push(Finding { name: "trust", ok: true, text: trust(at) });
    // The project's settings come before the user's.
    let tools = TodoTools::of([at.project, at.user].into_iter().filter_map(|settings| settings.path.as_deref()));
    let text = match tools {
        TodoTools::On => format!("{TODO_TOOLS} is set"),
        TodoTools::Off(value) => format!("the newest models have none: {TODO_TOOLS} is \"{}\"", plain(&value)),
        TodoTools::Unset => format!(
            "the newest models have none unless {TODO_TOOLS}=1 is set; `git chittysync install --enable-todo-tools` sets it"
        ),
    };
    found.push(Finding { name: "todo tools", ok: true, text });
    found.extend(version());
    found
}

/// Says whether our hooks are in the user's settings, the project's, or come with the plugin.
fn hooks(at: &Surroundings<'_>) -> Finding {
    let name = "hooks";
    for settings in [at.user, at.project] {
        let found = state(at, settings);
        if let Ok(Change::None) = found {
            let text = settings.path.as_deref().map(at.display).unwrap_or_default();
            return Finding { name, ok: true, text };
        }
        if let (Err(text), true) = (found, settings.path.as_deref().is_some_and(Path::exists)) {
            return Finding { name, ok: false, text: format!("{text}; mend it, then `git chittysync install`") };
        }
    }
    let enabled = [at.user, at.project].into_iter().any(|settings| {
        let plugins = settings.path.as_deref().map(read).unwrap_or_default();
        let plugins = plugins["enabledPlugins"].as_object().cloned().unwrap_or_default();
        plugins.iter().any(|(name, value)| name.starts_with("chittysync@") && *value == Value::Bool(true))
    });
    match enabled {
        true => Finding { name, ok: true, text: "from the plugin".into() },
        false => Finding {
            name,
            ok: false,
            text: "not in Claude Code's settings; `git chittysync install` puts them there".into(),
        },
    }
}

fn state(at: &Surroundings<'_>, settings: &AgentSettings) -> Result<Change, String> {
    let parts = inventory(at.generated, settings).map_err(|err| (at.chain)(&err))?;
    let part = parts.iter().find(|part| part.name == "hooks");
    part.map_or(Ok(Change::Added), |part| part.check().map_err(|err| (at.chain)(&err)))
}

/// Says which setting keeps hooks from being called, if one does.
fn forbidden(at: &Surroundings<'_>) -> Option<Finding> {
    let (user, project) = (at.user, at.project);
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
        let text = format!("{key} in {} keeps them from being called; {remedy}", (at.display)(&path));
        Some(Finding { name: "hooks", ok: false, text })
    })
}

fn read(path: &Path) -> Value {
    let text = read_file(path).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

/// Says whether the agent runs hooks in a directory, as far as its own file tells: only where it, or a directory
/// above, was trusted.
fn trust(at: &Surroundings<'_>) -> String {
    let (home, directory, display) = (at.home, at.directory, at.display);
    let own = std::env::var_os("CLAUDE_CONFIG_DIR").is_some_and(|path| !path.is_empty());
    let file = if own { home.join(".claude.json") } else { home.with_extension("json") };
    let settings = read(&file);
    let Some(projects) = settings["projects"].as_object() else {
        return format!("unknown: {} does not tell", display(&file));
    };
    let directory = std::fs::canonicalize(directory).unwrap_or_else(|_| directory.to_owned());
    let is_trusted = |path: &Path| {
        projects.get(path.to_string_lossy().as_ref()).is_some_and(|project| project["hasTrustDialogAccepted"] == true)
    };
    match directory.ancestors().find(|path| is_trusted(path)) {
        Some(path) => format!("hooks run here: {} is trusted", display(path)),
        None => format!("{} is not trusted yet: hooks run here once Claude Code has asked", display(&directory)),
    }
}

/// Says which version of the agent there is, where its program is on the PATH.
fn version() -> Option<Finding> {
    let text = answer("claude", &["--version"], PATIENCE)?;
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok());
    let mut next = || numbers.next().unwrap_or(0);
    let found = (next(), next(), next());
    let text = match found >= TASK_CREATED {
        true => text,
        false => format!("{text}; tells of new tasks from 2.1.84 on, until then what it writes is read"),
    };
    Some(Finding { name: "claude", ok: true, text })
}
