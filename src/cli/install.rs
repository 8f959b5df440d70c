//! `install` and `uninstall`: two of the three walks over one inventory.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::out::{Failure, Out};
use super::world::{World, display};
use crate::git::Repo;
use crate::install::{
    AgentSettings, Change, InstallError, Part, TODO_TOOLS, TodoTools, hooks_of, inventory, left_pages,
    project_settings, remove_made, unknown_to_man, user_settings,
};
use crate::store::Store;

/// Arguments of `install`.
#[derive(Debug, Args)]
pub struct InstallArgs {
    /// Where and how.
    #[command(flatten)]
    pub walk: UninstallArgs,
    /// Put hooks into Claude Code's settings even if it has not run here yet
    #[arg(long)]
    pub claude: bool,
    /// Give the newest models their todo tools: sets CLAUDE_CODE_ENABLE_TODO_TOOLS=1 in Claude Code's settings
    #[arg(long)]
    pub enable_todo_tools: bool,
}

/// Arguments of `uninstall`.
#[derive(Debug, Args)]
pub struct UninstallArgs {
    /// Say what would be done, and do nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Hooks in the project's settings (.claude/settings.json), which others may share, not in yours
    #[arg(long)]
    pub project: bool,
    /// The git hooks of the store, too: pre-push merges what is new, post-merge writes the exported files
    #[arg(long)]
    pub git_hooks: bool,
}

pub(super) fn install(args: &InstallArgs, world: &World, out: &mut Out) -> Result<(), Failure> {
    let asked = args.claude || args.enable_todo_tools || args.walk.project;
    let mut agent = agent_settings(world, args.walk.project);
    agent.path = agent.path.filter(|path| asked || path.parent().is_some_and(Path::is_dir));
    agent.todo_tools = args.enable_todo_tools;
    let git_hooks = match args.walk.git_hooks {
        true => hooks_of(&world.store(out)?).map_err(failure)?,
        false => Vec::new(),
    };
    walk(&args.walk, &agent, git_hooks, out, "install", Part::install)?;
    if args.walk.dry_run {
        return Ok(());
    }
    if let Some((man, bin)) = unknown_to_man() {
        let (man, bin) = (display(&man), display(&bin));
        out.note(&format!("hint: `man` looks into {man} when {bin} is on the PATH, or with MANPATH=:{man}"));
    }
    out.note(&format!("Undo with: git chittysync uninstall{}", if args.walk.project { " --project" } else { "" }));
    match &agent.path {
        Some(path) => match TodoTools::of([path.as_path()]) {
            TodoTools::On => {}
            TodoTools::Off(value) => out.warn(
                &format!("{TODO_TOOLS} is \"{value}\", so the newest models have no todo tools; we did not set it, and leave it"),
                Some(&format!("set it to \"1\" in {} if you want them", display(path))),
            ),
            TodoTools::Unset => out.note(&format!(
                "hint: the newest models have no todo tools unless {TODO_TOOLS}=1 is set; `git chittysync install --enable-todo-tools` sets it in {}",
                display(path)
            )),
        },
        None => out.note("hint: no home of Claude Code was found; `git chittysync install --claude` puts hooks there all the same"),
    }
    Ok(())
}

pub(super) fn uninstall(args: &UninstallArgs, world: &World, out: &mut Out) -> Result<(), Failure> {
    let mut more = match args.git_hooks {
        true => hooks_of(&world.store(out)?).map_err(failure)?,
        false => installed_hooks(world)?,
    };
    more.extend(left_pages(&parts_of_command()).map_err(failure)?);
    walk(args, &agent_settings(world, args.project), more, out, "uninstall", Part::uninstall)
}

/// Returns the settings that hooks go into: the user's, or the project's.
pub(super) fn agent_settings(world: &World, project: bool) -> AgentSettings {
    let path = if project { Some(project_settings(&project_directory(world))) } else { user_settings() };
    AgentSettings { path, shared: project, todo_tools: false }
}

/// Returns the top of the working tree that we stand in, or the directory.
fn project_directory(world: &World) -> PathBuf {
    let repo = Repo::discover(&world.directory).ok().flatten();
    repo.and_then(|repo| repo.work_dir().map(PathBuf::from)).unwrap_or_else(|| world.directory.clone())
}

/// Returns the git hooks of the store that are in place, if there is a store.
pub(super) fn installed_hooks(world: &World) -> Result<Vec<Part>, Failure> {
    let Ok(store) = Store::open(&world.location()?) else { return Ok(Vec::new()) };
    let mut installed = Vec::new();
    for hook in hooks_of(&store).map_err(failure)? {
        if hook.is_installed().map_err(failure)? {
            installed.push(hook);
        }
    }
    Ok(installed)
}

fn failure(err: InstallError) -> Failure {
    Failure::fatal(crate::ops::chain(&err))
}

type Step = fn(&Part, bool) -> Result<Change, InstallError>;

fn walk(
    args: &UninstallArgs,
    agent: &AgentSettings,
    git_hooks: Vec<Part>,
    out: &mut Out,
    what: &str,
    step: Step,
) -> Result<(), Failure> {
    let mut parts = git_hooks;
    // The agent's settings stay the last ones.
    parts.splice(0..0, inventory(&parts_of_command(), agent).map_err(failure)?);
    let mut lines = Vec::new();
    let mut kept = Vec::new();
    for part in &parts {
        let change = step(part, args.dry_run).map_err(|err| {
            let failure = Failure::fatal(crate::ops::chain(&err))
                .hint(format!("what was done so far is right; run `git chittysync {what}` again"));
            match part.by_hand() {
                Some(setting) if what == "install" => failure.hint(format!("or set it where you can: {setting}")),
                _ => failure,
            }
        })?;
        if change == Change::Foreign {
            kept.push(part);
        }
        lines.push((part, change));
    }
    if what == "uninstall" && !args.dry_run {
        remove_made(&parts.iter().filter_map(Part::path).collect::<Vec<_>>());
    }
    if out.json {
        let parts = lines
            .iter()
            .map(|(part, change)| json!({ "part": part.name, "place": part.place(), "change": change.as_str() }));
        out.print_json(&json!({ "dry_run": args.dry_run, "parts": parts.collect::<Value>() }));
    } else {
        for (name, change, place) in grouped(&lines) {
            out.note(&format!("{name:<11} {:<10} {place}", change.as_str()));
        }
    }
    for part in kept {
        out.warn(
            &format!("{} was not written by us and is left as it is", part.place()),
            Some("remove it yourself if ours should take its place"),
        );
    }
    Ok(())
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

/// Returns the files that are made of the command line: name of the part, file name, content.
pub(super) fn parts_of_command() -> crate::install::Generated {
    crate::install::Generated {
        pages: super::man::pages(),
        bash: super::completion::script(super::args::Shell::Bash),
        zsh: super::completion::script(super::args::Shell::Zsh),
        fish: super::completion::script(super::args::Shell::Fish),
    }
}
