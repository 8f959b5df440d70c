//! `install` and `uninstall`: two of the three walks over one inventory.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::args::Shell;
use super::context::{Context, display};
use super::install_args::{InstallArgs, UninstallArgs};
use super::ui::{Failure, Ui};
use crate::git::Repo;
use crate::install::{
    AgentSettings, Change, HOOK_SCRIPT, InstallError, Part, TODO_TOOLS, TodoTools, by_hand, commit_hook_of, hooks_of,
    installed_version, inventory, left_pages, others, parts_of, project_settings, remove_made, unknown_to_man,
    user_settings,
};
use crate::source::Agent;
use crate::store::Store;

pub(super) fn install(args: &InstallArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let is_named = |name: &str| args.agent.iter().any(|agent| agent == name);
    let tools = args.enable_todo_tools && args.agent.is_empty();
    let asked = args.claude || is_named("claude") || tools || args.walk.project;
    let mut agent = agent_settings(context, args.walk.project);
    agent.path = agent.path.filter(|path| asked || path.parent().is_some_and(Path::is_dir));
    agent.todo_tools = args.enable_todo_tools;
    agent.version = agent.path.as_ref().and_then(|_| installed_version()).map(|(version, _)| version);
    let mut parts = inventory(&parts_of_command(), &agent).map_err(failure)?;
    let is_there = |agent: &dyn Agent| [agent.home(), agent.settings_home()].iter().flatten().any(|home| home.is_dir());
    let wanted = others().filter(|agent| !args.walk.project && (is_named(agent.name()) || is_there(*agent)));
    let wanted: Vec<&dyn Agent> = wanted.collect();
    for agent in &wanted {
        parts.extend(parts_of(*agent, args.enable_todo_tools).map_err(failure)?);
    }
    if args.walk.git_hooks {
        parts.extend(hooks_of(&context.store(ui)?).map_err(failure)?);
    }
    if args.walk.commit_hook {
        parts.push(commit_hook(context)?);
    }
    let done = walk(&parts, args.walk.dry_run, ui, true, Part::install);
    if !args.walk.dry_run {
        say_more(args, &agent, ui);
        for said in wanted.iter().flat_map(|agent| by_hand(*agent)) {
            ui.note(&format!("hint: {said}"));
        }
    }
    judge(&done, "install")
}

/// Says what `install` cannot do, and how to go back.
fn say_more(args: &InstallArgs, agent: &AgentSettings, ui: &Ui) {
    if let Some((man, bin)) = unknown_to_man() {
        let (man, bin) = (display(&man), display(&bin));
        ui.note(&format!("hint: `man` looks into {man} when {bin} is on the PATH, or with MANPATH=:{man}"));
    }
    ui.note(&format!("Undo with: git chittysync uninstall{}", if args.walk.project { " --project" } else { "" }));
    match &agent.path {
        Some(path) => match TodoTools::of([path.as_path()]) {
            TodoTools::On => {}
            TodoTools::Off(value) => ui.warn(
                &format!("{TODO_TOOLS} is \"{value}\", so the newest models have no todo tools; we did not set it, and leave it"),
                Some(&format!("set it to \"1\" in {} if you want them", display(path))),
            ),
            TodoTools::Unset => ui.note(&format!(
                "hint: the newest models have no todo tools unless {TODO_TOOLS}=1 is set; `git chittysync install --enable-todo-tools` sets it in {}",
                display(path)
            )),
        },
        None => ui.note("hint: no home of Claude Code was found; `git chittysync install --claude` puts hooks there all the same"),
    }
}

pub(super) fn uninstall(args: &UninstallArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let mut parts = inventory(&parts_of_command(), &agent_settings(context, args.project)).map_err(failure)?;
    if args.project && has_own_hooks(context) {
        // They go on running it.
        parts.retain(|part| part.name != HOOK_SCRIPT);
    }
    if !args.project {
        for agent in others() {
            parts.extend(parts_of(agent, false).map_err(failure)?);
        }
    }
    match args.git_hooks {
        true => parts.extend(hooks_of(&context.store(ui)?).map_err(failure)?),
        false => parts.extend(installed_hooks(context)),
    }
    if args.commit_hook {
        parts.push(commit_hook(context)?);
    }
    parts.dedup_by_key(|part| (part.name, part.path().map(Path::to_owned)));
    parts.extend(left_pages(&parts_of_command()).map_err(failure)?);
    // What was not there is no news.
    let done = walk(&parts, args.dry_run, ui, false, Part::uninstall);
    if done.iter().all(|(_, outcome)| matches!(outcome, Ok(Change::None))) {
        ui.note("There is nothing to take away.");
    }
    if !args.project {
        tell_of_project(context, ui);
    }
    if !args.dry_run {
        remove_made(&parts.iter().filter_map(Part::path).collect::<Vec<_>>());
    }
    judge(&done, "uninstall")
}

/// Says so when hooks of ours stay in the settings of the project that we stand in: others may share them.
fn tell_of_project(context: &Context, ui: &Ui) {
    let settings = agent_settings(context, true);
    let Some(path) = settings.path.clone().filter(|path| Some(path) != user_settings().as_ref()) else { return };
    let parts = inventory(&parts_of_command(), &settings).unwrap_or_default();
    if parts.iter().any(|part| part.name == "hooks" && part.is_installed().unwrap_or(false)) {
        ui.note(&format!(
            "Hooks of ours stay in the project's settings, {}: `git chittysync uninstall --project` takes them out.",
            display(&path)
        ));
    }
}

/// Returns whether hooks of ours are in the user's own settings of an agent.
fn has_own_hooks(context: &Context) -> bool {
    let mut parts = inventory(&parts_of_command(), &agent_settings(context, false)).unwrap_or_default();
    parts.extend(others().flat_map(|agent| parts_of(agent, false).unwrap_or_default()));
    parts.iter().filter(|part| part.name == "hooks").any(|hooks| hooks.is_installed().unwrap_or(true))
}

/// Returns the settings that hooks go into: the user's, or the project's.
pub(super) fn agent_settings(context: &Context, project: bool) -> AgentSettings {
    let path = if project { Some(project_settings(&project_directory(context))) } else { user_settings() };
    AgentSettings { path, shared: project, version: None, todo_tools: false }
}

/// Returns the top of the working tree that we stand in, or the directory.
fn project_directory(context: &Context) -> PathBuf {
    let repo = Repo::discover(&context.directory).ok().flatten();
    repo.and_then(|repo| repo.work_dir().map(PathBuf::from)).unwrap_or_else(|| context.directory.clone())
}

/// Returns the hook of the repository that we stand in, which has commits complete todos.
fn commit_hook(context: &Context) -> Result<Part, Failure> {
    let repo = Repo::discover(&context.directory)?;
    let repo = repo.ok_or_else(|| {
        Failure::no("there is no repository here, and a hook is one of a repository")
            .hint("`git chittysync -C <project> install --commit-hook` names one")
    })?;
    commit_hook_of(&repo).map_err(failure)
}

/// Returns the git hooks that are in place, or cannot be looked at: of the store, if there is one, and of the repository
/// that we stand in.
pub(super) fn installed_hooks(context: &Context) -> Vec<Part> {
    let store = context.location().ok().and_then(|location| Store::open(&location).ok());
    let hooks = store.and_then(|store| hooks_of(&store).ok()).unwrap_or_default();
    let of_commits = Repo::discover(&context.directory).ok().flatten().and_then(|repo| commit_hook_of(&repo).ok());
    hooks.into_iter().chain(of_commits).filter(|hook| hook.is_installed().unwrap_or(true)).collect()
}

fn failure(err: InstallError) -> Failure {
    Failure::fatal(crate::ops::chain(&err))
}

type Step = fn(&Part, bool) -> Result<Change, InstallError>;

/// What became of a part: what changed, or why it could not be changed.
type Outcome<'a> = (&'a Part, Result<Change, InstallError>);

/// Takes a step with each part. One that cannot be changed is left as it is, and the others are done.
/// `all` of them are told, or just those that there is something to say of.
fn walk<'a>(parts: &'a [Part], dry_run: bool, ui: &mut Ui, all: bool, step: Step) -> Vec<Outcome<'a>> {
    let done: Vec<Outcome<'a>> = parts.iter().map(|part| (part, step(part, dry_run))).collect();
    let mut changed: Vec<(&Part, Change)> =
        done.iter().filter_map(|(part, outcome)| Some((*part, *outcome.as_ref().ok()?))).collect();
    changed.retain(|(_, change)| all || *change != Change::None);
    let failed: Vec<(&Part, String)> =
        done.iter().filter_map(|(part, outcome)| Some((*part, crate::ops::chain(outcome.as_ref().err()?)))).collect();
    if ui.json {
        let all = done.iter().map(|(part, outcome)| match outcome {
            Ok(change) => json!({ "part": part.name, "place": part.place(), "change": change.as_str() }),
            Err(err) => {
                let reason = crate::ops::chain(err);
                json!({ "part": part.name, "place": part.place(), "change": FAILED, "reason": reason })
            }
        });
        ui.print_json(&json!({ "dry_run": dry_run, "parts": all.collect::<Value>() }));
    } else {
        for (name, change, place) in grouped(&changed) {
            ui.note(&format!("{name:<11} {:<10} {place}", change.as_str()));
        }
        for (name, place, reason) in grouped_failures(&failed) {
            ui.note(&format!("{name:<11} {FAILED:<10} {place}: {reason}"));
        }
    }
    for (part, change) in changed {
        match change {
            Change::Foreign => ui.warn(
                &format!("{} was not written by us and is left as it is", part.place()),
                Some("remove it yourself if ours should take its place"),
            ),
            Change::Others => ui.warn(
                &format!("{} belongs to another user of this machine and is left as it is", part.place()),
                Some("whoever it belongs to can change it"),
            ),
            Change::None | Change::Added | Change::Removed => {}
        }
    }
    done
}

/// How a part that could not be changed is told.
const FAILED: &str = "failed";

/// Says no when something could not be changed, and what was not.
fn judge(done: &[Outcome<'_>], what: &str) -> Result<(), Failure> {
    let failed: Vec<(&Part, &InstallError)> =
        done.iter().filter_map(|(part, outcome)| Some((*part, outcome.as_ref().err()?))).collect();
    let Some((part, err)) = failed.first() else { return Ok(()) };
    let more = match failed.len() {
        1 => String::new(),
        many => format!(" (and {} more)", many - 1),
    };
    let failure = Failure::no(format!("{} failed: {}{more}", part.name, crate::ops::chain(*err)))
        .hint(format!("all else is done; once this is put right, run `git chittysync {what}` again"));
    let by_hand = failed.iter().find_map(|(part, _)| part.by_hand()).filter(|_| what == "install");
    Err(match by_hand {
        Some(setting) => failure.hint(format!("or set it where you can: {setting}")),
        None => failure,
    })
}

/// More files than this of one kind in one directory are one line.
const FEW: usize = 3;

/// Returns a line for each part; for many files of one kind in one directory, one line.
pub(super) fn grouped<'a>(parts: &[(&'a Part, Change)]) -> Vec<(&'a str, Change, String)> {
    let directory = |part: &'a Part| part.path().and_then(Path::parent);
    let together = |a: &(&'a Part, Change), b: &(&'a Part, Change)| {
        a.0.name == b.0.name && a.1 == b.1 && directory(a.0) == directory(b.0)
    };
    let mut lines = Vec::new();
    for group in parts.chunk_by(together) {
        match (group, group.first().and_then(|(part, _)| directory(part))) {
            ([(part, change), ..], Some(directory)) if group.len() > FEW => {
                lines.push((part.name, *change, format!("{} in {}", group.len(), display(directory))));
            }
            _ => lines.extend(
                group
                    .iter()
                    .map(|(part, change)| (part.name, *change, part.path().map_or_else(|| part.place(), display))),
            ),
        }
    }
    lines
}

/// Returns name, place and reason for each part that could not be changed; once for many files of one kind in one
/// directory of which the same is said.
fn grouped_failures<'a>(failed: &[(&'a Part, String)]) -> Vec<(&'a str, String, String)> {
    let of_all = |(part, reason): &(&Part, String)| match part.path() {
        Some(path) => reason.replace(&path.display().to_string(), "them"),
        None => reason.clone(),
    };
    let alike = |a: &(&'a Part, String), b: &(&'a Part, String)| {
        let directory = |part: &Part| part.path().and_then(Path::parent).map(Path::to_owned);
        (a.0.name, of_all(a), directory(a.0)) == (b.0.name, of_all(b), directory(b.0))
    };
    let mut lines = Vec::new();
    for group in failed.chunk_by(alike) {
        let parts: Vec<(&Part, Change)> = group.iter().map(|(part, _)| (*part, Change::None)).collect();
        let is_one = group.len() > FEW;
        for ((name, _, place), one) in grouped(&parts).into_iter().zip(group) {
            lines.push((name, place, if is_one { of_all(one) } else { one.1.clone() }));
        }
    }
    lines
}

/// Returns the files that are made of the command line: name of the part, file name, content.
pub(super) fn parts_of_command() -> crate::install::Generated {
    crate::install::Generated {
        pages: super::man::pages(),
        bash: super::completion::script(Shell::Bash),
        zsh: super::completion::script(Shell::Zsh),
        fish: super::completion::script(Shell::Fish),
    }
}
