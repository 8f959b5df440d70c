//! `install` and `uninstall`: two of the three walks over one inventory.

use serde_json::{Value, json};

use super::args::InstallArgs;
use super::out::{Failure, Out};
use super::world::{World, display};
use crate::install::{Change, InstallError, Part, hooks_of, inventory};
use crate::store::Store;

pub(super) fn install(args: &InstallArgs, world: &World, out: &mut Out) -> Result<(), Failure> {
    let hooks = match args.git_hooks {
        true => hooks_of(&world.store(out)?).map_err(failure)?,
        false => Vec::new(),
    };
    walk(args, hooks, out, "install", Part::install)?;
    if !args.dry_run {
        out.note("Undo with: git chittysync uninstall");
    }
    Ok(())
}

pub(super) fn uninstall(args: &InstallArgs, world: &World, out: &mut Out) -> Result<(), Failure> {
    let hooks = match args.git_hooks {
        true => hooks_of(&world.store(out)?).map_err(failure)?,
        false => installed_hooks(world)?,
    };
    walk(args, hooks, out, "uninstall", Part::uninstall)
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

fn walk(args: &InstallArgs, hooks: Vec<Part>, out: &mut Out, what: &str, step: Step) -> Result<(), Failure> {
    let mut parts = inventory(&parts_of_command()).map_err(failure)?;
    parts.extend(hooks);
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
    if out.json {
        let parts = lines
            .iter()
            .map(|(part, change)| json!({ "part": part.name, "place": part.place(), "change": change.as_str() }));
        out.print_json(&json!({ "dry_run": args.dry_run, "parts": parts.collect::<Value>() }));
    } else {
        for (part, change) in &lines {
            let place = part.path().map_or_else(|| part.place(), display);
            out.note(&format!("{:<11} {:<10} {place}", part.name, change.as_str()));
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

/// Returns the files that are made of the command line: name of the part, file name, content.
pub(super) fn parts_of_command() -> crate::install::Generated {
    crate::install::Generated {
        pages: super::man::pages(),
        bash: super::completion::script(super::args::Shell::Bash),
        zsh: super::completion::script(super::args::Shell::Zsh),
        fish: super::completion::script(super::args::Shell::Fish),
    }
}
