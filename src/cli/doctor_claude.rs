//! The part of `doctor` that is about Claude Code: where its todos come from, and whether its hooks call us.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::Value;

use super::doctor::{Check, State};
use super::doctor_hooks;
use super::install::{TodoTools, agent_settings, parts_of_command};
use super::out::plural;
use super::world::{World, claude_home, display};
use crate::git::read_file;
use crate::install::{AgentSettings, Change, TODO_TOOLS, Version, hook_command, installed_version, inventory};
use crate::source::{self, UnitKind};
use crate::store::{Store, spool};
use crate::todo::{Time, plain};
use crate::view::Style;

/// The first version that tells of new tasks.
const TASK_CREATED: Version = (2, 1, 84);
/// What an administrator prescribes.
const MANAGED: [&str; 2] =
    ["/etc/claude-code/managed-settings.json", "/Library/Application Support/ClaudeCode/managed-settings.json"];

/// Returns the checks; none where there is no home of Claude Code.
pub(super) fn checks(world: &World) -> Vec<Check> {
    let Some(home) = claude_home().filter(|home| home.is_dir()) else { return Vec::new() };
    let user = agent_settings(world, false);
    let project = agent_settings(world, true);
    let version = installed_version();
    let known = |settings| AgentSettings { version: version.as_ref().map(|(version, _)| *version), ..settings };
    let (user, project) = (known(user), known(project));
    let hooks = hooks(&user, &project);
    // Where they are kept from being called nothing else of them matters.
    let forbidden = forbidden(&user, &project).filter(|_| hooks.state != State::Off);
    let mut checks = vec![forbidden.unwrap_or(hooks)];
    checks.push(trust(&home, &world.directory));
    checks.push(Check::ok("sources", sources(&home, heard(world), world.now)));
    // The project's settings come before the user's.
    let tools = TodoTools::of([&project, &user].into_iter().filter_map(|settings| settings.path.as_deref()));
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
fn hooks(user: &AgentSettings, project: &AgentSettings) -> Check {
    for settings in [user, project] {
        let Some(path) = settings.path.as_deref() else { continue };
        match hooks_in(settings) {
            Ok((Change::None, _)) => return doctor_hooks::check(&hook_command(settings), display(path)),
            Ok((_, true)) => {
                let text = format!(
                    "{} has others than this version puts there; `git chittysync install` renews them",
                    display(path)
                );
                return Check::bad("hooks", text);
            }
            Err(text) if path.exists() => {
                return Check::bad("hooks", format!("{text}; mend it, then `git chittysync install`"));
            }
            Ok(_) | Err(_) => {}
        }
    }
    let enabled = [user, project].into_iter().any(|settings| {
        let plugins = settings.path.as_deref().map(read).unwrap_or_default();
        let plugins = plugins["enabledPlugins"].as_object().cloned().unwrap_or_default();
        plugins.iter().any(|(name, value)| name.starts_with("chittysync@") && *value == Value::Bool(true))
    });
    match enabled {
        true => doctor_hooks::check(&hook_command(project), "from the plugin".into()),
        false => Check::off("hooks", "not in Claude Code's settings; `git chittysync install` puts them there"),
    }
}

/// Returns what has to be done to the hooks in settings, and whether any of ours are there.
fn hooks_in(settings: &AgentSettings) -> Result<(Change, bool), String> {
    let parts = inventory(&parts_of_command(), settings).map_err(|err| crate::ops::chain(&err))?;
    let Some(part) = parts.iter().find(|part| part.name == "hooks") else { return Ok((Change::Added, false)) };
    let found = part.check().and_then(|change| Ok((change, part.is_installed()?)));
    found.map_err(|err| crate::ops::chain(&err))
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
        Some(Check::bad("hooks", text))
    })
}

fn read(path: &Path) -> Value {
    let text = read_file(path).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

/// Says whether the agent runs hooks in a directory, as far as its own file tells: only where it, or a directory
/// above, was trusted.
fn trust(home: &Path, directory: &Path) -> Check {
    let own = std::env::var_os("CLAUDE_CONFIG_DIR").is_some_and(|path| !path.is_empty());
    let file = if own { home.join(".claude.json") } else { home.with_extension("json") };
    let settings = read(&file);
    let Some(projects) = settings["projects"].as_object() else {
        return Check::ok("trust", format!("unknown: {} does not tell", display(&file)));
    };
    let directory = std::fs::canonicalize(directory).unwrap_or_else(|_| directory.to_owned());
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

/// Returns when a hook last delivered something to the store.
fn heard(world: &World) -> Option<Time> {
    let store = Store::open(&world.location().ok()?).ok()?;
    time(spool::last_change(store.repo.common_dir())?)
}

/// Says of each place where todos are written how much there is and when it last changed, when hooks last told of
/// some, and which of all that is alive.
fn sources(home: &Path, heard: Option<Time>, now: Time) -> String {
    let scan = source::scan(home);
    let kind = |kind: &UnitKind| match kind {
        UnitKind::Todos { .. } => "todo list",
        UnitKind::Tasks { .. } => "task list",
        UnitKind::Transcript { .. } => "transcript",
    };
    let style = Style { color: false, width: 0, isolate: false, now };
    let files = ["todo list", "task list", "transcript"].map(|name| {
        let units: Vec<_> = scan.units.iter().filter(|unit| kind(&unit.kind) == name).collect();
        let latest = units.iter().filter_map(|unit| changed(&unit.path)).max();
        let text = match latest {
            None => format!("no {name}s"),
            Some(at) => format!("{}, the latest {}", plural(units.len(), name), style.age(at)),
        };
        (format!("{name}s"), latest, text)
    });
    let text = heard.map_or_else(|| "no hook was heard".into(), |at| format!("hooks last heard {}", style.age(at)));
    let all = [&files[..], &[("hooks".to_owned(), heard, text)]].concat();
    let newest = all.iter().filter_map(|(name, at, _)| Some((*at.as_ref()?, name))).max();
    let newest = newest.map(|(_, name)| format!("; {name} are the newest")).unwrap_or_default();
    all.into_iter().map(|(_, _, text)| text).collect::<Vec<_>>().join("; ") + &newest
}

/// Returns when a file, or one in a directory, last changed.
fn changed(path: &Path) -> Option<Time> {
    let inside = std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path());
    let times = std::iter::once(path.to_owned()).chain(inside);
    time(times.filter_map(|path| std::fs::metadata(path).ok()?.modified().ok()).max()?)
}

fn time(at: SystemTime) -> Option<Time> {
    let since = at.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some(Time::from_millis(i64::try_from(since.as_millis()).ok()?))
}

/// Says which version of the agent there is, where its program is on the PATH.
fn told(version: Version, text: String) -> String {
    match version >= TASK_CREATED {
        true => text,
        false => format!("{text}; tells of new tasks from 2.1.84 on, until then what it writes is read"),
    }
}
