//! How Claude Code is set up: whether its hooks call us, what keeps it from calling them, and whether its models have
//! todo tools.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::super::hook_event::Version;
use super::super::{AgentSettings, Change, Check, Condition, Surroundings, hook_check, inventory};
use super::{TODO_TOOLS, TodoTools, installed_version};
use crate::git::{read_file, real};
use crate::todo::plain;

/// The first version that tells of new tasks.
const TASK_CREATED: Version = (2, 1, 84);
/// The variable that turns a user's own hooks off.
const PERSONAL_OFF: &str = "CLAUDE_CODE_PERSONAL_HOOKS_OFF";
/// What an administrator prescribes.
const MANAGED: [&str; 2] =
    ["/etc/claude-code/managed-settings.json", "/Library/Application Support/ClaudeCode/managed-settings.json"];

/// Returns what there is to say of it.
pub(in crate::install) fn examine(at: &Surroundings<'_>) -> Vec<Check> {
    let version = installed_version();
    let known = |settings: &AgentSettings| AgentSettings {
        version: version.as_ref().map(|(version, _)| *version),
        ..settings.clone()
    };
    let (user, project) = (known(at.user), known(at.project));
    let at = &Surroundings { user: &user, project: &project, ..*at };
    let hooks = hooks(at);
    // Where they are kept from being called nothing else of them matters.
    let forbidden = forbidden(at).filter(|_| hooks.state != Condition::Off);
    let mut checks = vec![forbidden.unwrap_or(hooks), trust(at)];
    // The project's settings come before the user's.
    let tools = TodoTools::of([at.project, at.user].into_iter().filter_map(|settings| settings.path.as_deref()));
    checks.push(match tools {
        TodoTools::On => Check::ok("todo tools", format!("{TODO_TOOLS} is set")),
        TodoTools::Off(value) => Check::off(
            "todo tools",
            format!("the newest models have none: {TODO_TOOLS} is \"{}\"", plain(&value)),
        ),
        TodoTools::Unset => Check::off("todo tools", format!(
            "the newest models have none unless {TODO_TOOLS}=1 is set; `git chittysync install --enable-todo-tools` sets it"
        )),
    });
    checks.extend(version.map(|(version, text)| Check::ok("claude", told(version, text))));
    checks
}

/// Says whether our hooks are in the user's settings, the project's, or come with the plugin, and whether they work.
fn hooks(at: &Surroundings<'_>) -> Check {
    for settings in [at.user, at.project] {
        let Some(path) = settings.path.as_deref() else { continue };
        let shown = (at.display)(path);
        match hooks_in(at, settings) {
            Ok((Change::None, _)) => return hook_check::check(at, settings, shown),
            Ok((_, true)) => {
                let text =
                    format!("{shown} has others than this version puts there; `git chittysync install` renews them");
                return Check::bad("hooks", text);
            }
            Err(text) if path.exists() => {
                return Check::bad("hooks", format!("{text}; mend it, then `git chittysync install`"));
            }
            Ok(_) | Err(_) => {}
        }
    }
    let enabled = [at.user, at.project].into_iter().any(|settings| {
        let plugins = settings.path.as_deref().map(read).unwrap_or_default();
        let plugins = plugins["enabledPlugins"].as_object().cloned().unwrap_or_default();
        plugins.iter().any(|(name, value)| name.starts_with("chittysync@") && *value == Value::Bool(true))
    });
    match enabled {
        true => hook_check::check(at, at.project, "from the plugin".into()),
        false => Check::off("hooks", "not in Claude Code's settings; `git chittysync install` puts them there"),
    }
}

/// Returns what has to be done to the hooks in settings, and whether any of ours are there.
fn hooks_in(at: &Surroundings<'_>, settings: &AgentSettings) -> Result<(Change, bool), String> {
    let parts = inventory(at.generated, settings).map_err(|err| (at.chain)(&err))?;
    let Some(part) = parts.iter().find(|part| part.name == "hooks") else { return Ok((Change::Added, false)) };
    let found = part.check().and_then(|change| Ok((change, part.is_installed()?)));
    found.map_err(|err| (at.chain)(&err))
}

/// Says which setting keeps hooks from being called, if one does.
fn forbidden(at: &Surroundings<'_>) -> Option<Check> {
    let (user, project) = (at.user, at.project);
    let local = project.path.as_deref().map(|path| path.with_file_name("settings.local.json"));
    let own = [user.path.clone(), project.path.clone(), local].into_iter().flatten();
    let files: Vec<(PathBuf, bool)> =
        own.map(|path| (path, false)).chain(MANAGED.map(|path| (PathBuf::from(path), true))).collect();
    let is_yes = |value: &str| !["", "0", "false", "no", "off"].contains(&value.to_ascii_lowercase().as_str());
    if std::env::var(PERSONAL_OFF).is_ok_and(|value| is_yes(&value)) {
        let text = format!("{PERSONAL_OFF} in the environment keeps them from being called; remove it there");
        return Some(Check::bad("hooks", text));
    }
    files.into_iter().find_map(|(path, managed)| {
        let settings = read(&path);
        let is_set = |key: &str| settings[key] == Value::Bool(true);
        let variable = settings["env"]
            .get(PERSONAL_OFF)
            .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        let key = match managed {
            _ if is_set("disableAllHooks") => "disableAllHooks",
            _ if variable.is_some_and(|value| is_yes(&value)) => PERSONAL_OFF,
            true if is_set("allowManagedHooksOnly") => "allowManagedHooksOnly",
            _ => return None,
        };
        let remedy = if managed { "ask whoever administers it" } else { "remove it there" };
        let text = format!("{key} in {} keeps them from being called; {remedy}", (at.display)(&path));
        Some(Check::bad("hooks", text))
    })
}

fn read(path: &Path) -> Value {
    let text = read_file(path).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

/// Says whether the agent runs hooks in a directory, as far as its own file tells: only where it, or a directory
/// above, was trusted.
fn trust(at: &Surroundings<'_>) -> Check {
    let (home, directory, display) = (at.home, at.directory, at.display);
    let own = std::env::var_os("CLAUDE_CONFIG_DIR").is_some_and(|path| !path.is_empty());
    let file = if own { home.join(".claude.json") } else { home.with_extension("json") };
    let settings = read(&file);
    let Some(projects) = settings["projects"].as_object() else {
        return Check::ok("trust", format!("unknown: {} does not tell", display(&file)));
    };
    let directory = real(directory);
    let is_trusted = |path: &Path| {
        projects.get(path.to_string_lossy().as_ref()).is_some_and(|project| project["hasTrustDialogAccepted"] == true)
    };
    match directory.ancestors().find(|path| is_trusted(path)) {
        Some(path) => Check::ok("trust", format!("hooks run here: {} is trusted", display(path))),
        None => {
            let text = format!("{} is not trusted yet: hooks run here once Claude Code has asked", display(&directory));
            Check::off("trust", text)
        }
    }
}

/// Says which version of the agent there is.
fn told(version: Version, text: String) -> String {
    match version >= TASK_CREATED {
        true => text,
        false => format!("{text}; tells of new tasks from 2.1.84 on, until then what it writes is read"),
    }
}
