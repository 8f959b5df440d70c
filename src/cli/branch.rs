//! `branch`: plans and experiments beside the consolidated branch.

use clap::Args;
use serde_json::{Value, json};

use super::consolidate;
use super::context::{Context, full_name};
use super::options::PorcelainArgs;
use super::schema::print_listing;
use super::ui::{Failure, Ui, plural};
use crate::ops::{self, OpsError, Plan, Selection};
use crate::store::Store;
use crate::todo::plain;

/// Arguments of `branch`.
#[derive(Debug, Args)]
pub struct BranchArgs {
    /// Make this branch; without it, list the branches
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// Where it begins: a commit (consolidated~3, @{1}) or a date [default: the present state]
    #[arg(value_name = "REV|DATE", requires = "name")]
    pub start: Option<String>,
    /// Merge this branch: what was said on it counts everywhere
    #[arg(long, value_name = "NAME", conflicts_with_all = ["name", "delete"])]
    pub merge: Option<String>,
    /// Delete this branch
    #[arg(short, long, value_name = "NAME", conflicts_with = "name")]
    pub delete: Option<String>,
    /// Delete it even if it was not merged
    #[arg(long, requires = "delete")]
    pub force: bool,
    /// Output for programs.
    #[command(flatten)]
    pub porcelain: PorcelainArgs,
}

pub(super) fn run(args: &BranchArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let store = context.store(ui)?;
    if let Some(name) = &args.merge {
        return merge(&store, name, context, ui);
    }
    if let Some(name) = &args.delete {
        return delete(&store, name, args.force, context, ui);
    }
    let Some(name) = &args.name else { return list(&store, args.porcelain, context, ui) };
    let full = full_name(name)?;
    if name.contains('/') {
        return Err(Failure::usage(format!("'{name}' has a slash: a branch of todos has a plain name")));
    }
    let nothing = || Failure::no("there is nothing to branch from yet: no session said anything");
    let at = match &args.start {
        None => ops::present_state(&store)?.ok_or_else(nothing)?,
        Some(start) => ops::find_state(&store, start, context.now)?,
    };
    ops::create_branch(&store, &full, &at, context.now)?;
    let at = at.commit;
    if ui.json {
        ui.print_json(&json!({ "branch": name, "commit": at.to_string() }));
    } else {
        ui.note(&format!("Made {name} at {}.", &at.to_string()[..12]));
        ui.note(&format!("hint: `git chittysync --branch {name} <command>` reads and writes there"));
    }
    Ok(())
}

fn list(store: &Store, porcelain: PorcelainArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let branches = ops::branches(store)?;
    if ui.json || porcelain.wanted() {
        let all = branches.iter().map(|branch| {
            json!({
                "branch": branch.name,
                "commit": branch.tip.to_string(),
                "updated": branch.time.to_string(),
                "current": branch.is_current,
                "merged": branch.is_merged,
            })
        });
        let all = all.collect::<Value>();
        print_listing("branch", &all, "", porcelain, ui);
        return Ok(());
    }
    let style = ui.style(context.now);
    let width = branches.iter().map(|branch| branch.name.chars().count()).max().unwrap_or(0);
    for branch in &branches {
        let mark = if branch.is_current { '*' } else { ' ' };
        let merged = if branch.is_current || branch.is_merged { "" } else { ", not merged" };
        let name = plain(&branch.name);
        let about = style.dim(&format!("{}{merged}", style.age(branch.time)));
        ui.print(&format!("{mark} {name:width$}  {about}\n"));
    }
    Ok(())
}

fn merge(store: &Store, name: &str, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let tip = ops::find_branch(store, &full_name(name)?)?;
    let selection = Selection { what: format!("merge {name}"), ..Selection::default() };
    let also = vec![(format!("the branch {name}"), tip)];
    let before = store.tip()?;
    let plan = Plan { consolidate: true, selection, also, ..Plan::default() };
    let report = ops::run(store, &plan, context.now)?;
    if ui.json {
        ui.print_json(&json!({
            "changed": report.changed,
            "conflicts": report.conflicts.len(),
            "commit": report.tip.map(|tip| tip.to_string()),
        }));
    } else if report.tip == before {
        ui.note("Already up to date.");
    } else {
        let into = store.settings.branch_name();
        ui.note(&format!("Merged {name} into {into}: {}.", plural(report.conflicts.len(), "conflict")));
        ui.note(&format!("hint: `git chittysync branch --delete {name}` when it is no longer needed"));
    }
    consolidate::finish(store, &report, ui)
}

fn delete(store: &Store, name: &str, force: bool, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let tip = ops::delete_branch(store, &full_name(name)?, force, context.now).map_err(|err| match err {
        unmerged @ OpsError::Unmerged { .. } => Failure::from(unmerged)
            .hint(format!("`git chittysync branch --merge {name}` merges it"))
            .hint(format!("`git chittysync branch --delete {name} --force` deletes what was said on it alone, too")),
        err => err.into(),
    })?;
    if ui.json {
        ui.print_json(&json!({ "branch": name, "commit": tip.to_string(), "deleted": true }));
    } else {
        ui.note(&format!("Deleted {name}. It was at {tip}."));
        ui.note(&format!("hint: `git chittysync branch {name} {}` brings it back", &tip.to_string()[..12]));
    }
    Ok(())
}
