//! `sync`: all of it.

use serde_json::json;

use super::consolidate::finish;
use super::context::{Context, display};
use super::options::SyncArgs;
use super::progress::Progress;
use super::remote;
use super::sync_all::{self, Synced};
use super::sync_news;
use super::ui::{Failure, Ui, plural};
use crate::daemon;
use crate::git::RemoteName;
use crate::ops::{self, Exchange, Plan, Report, WrittenBack};
use crate::store::Store;
use crate::view::{Filter, Quiet, list_json};

pub(super) fn run(args: &SyncArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    if !args.all_stores {
        return one(args, &[], context, ui);
    }
    let own = sync_all::own(context)?;
    let others = sync_all::others(args, &own, context, ui)?;
    let done = one(args, &others, &context.of_store(own.path), ui);
    for (path, _) in others.iter().filter(|(_, failed)| failed.is_none()) {
        ui.note(&format!("Synced {}.", display(path)));
    }
    done.and(sync_all::judge(&others, ui))
}

/// Syncs one store, after these others.
fn one(args: &SyncArgs, others: &[Synced], context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let mut plan = Plan { consolidate: true, ..context.plan(&args.capture, "sync")? };
    let store = context.store_or_create(ui)?;
    let project = plan.selection.project.take();
    plan.selection.project = project.map(|typed| context.meant_anew(typed, &store)).transpose()?;
    let remote = args.remote.as_deref().map(|name| remote::named(&store, name)).transpose()?;
    let remote = remote.or_else(|| store.settings.remote.clone());
    let before = store.tip()?;
    let (report, exchange) = match &remote {
        Some(remote) => {
            let (report, exchange) = remote::exchange(args, &store, &plan, remote, context.now, ui)?;
            (report, Some(exchange))
        }
        None => {
            let report = Progress::run(ui, &store, &plan, context.now)?;
            ops::tidy_daily(&store, context.now)?;
            (report, None)
        }
    };
    if remote == store.settings.remote && exchange.as_ref().is_some_and(ops::Exchange::is_complete) {
        daemon::hook_sync_may_go_on(store.repo.common_dir());
    }
    ui.warn_of(&report.notices);
    let written = match args.write_back {
        true => written_back(&store, &plan, ui)?,
        false => Vec::new(),
    };
    if plan.homes.is_empty() {
        ui.warn("no agent's home was found", Some("name one with --from, such as --from ~/.claude"));
    } else if report.units == 0 && !args.capture.from.is_empty() {
        ui.warn("nothing there looks like an agent's lists", Some("--from takes an agent's home, such as ~/.claude"));
    }
    if ui.is_silent() {
        // Nobody looks: from a hook or a schedule, reading the list only to drop it would be most of the work.
        remote::say(remote.as_ref(), exchange.as_ref(), &report, ui);
        return judge(&store, remote.as_ref(), exchange.as_ref(), &report, ui);
    }
    let everything = context.everything(&store, ui)?;
    let quiet = Quiet::of(&everything, context.now, store.settings.quiet_after);
    let counts = everything.counts();
    let ops::StoreStatus { archived, sessions, .. } = ops::StoreStatus::of(&store, &counts)?;
    if ui.json {
        let mut done = json!({
            "store": store.repo.common_dir().to_string_lossy(),
            "captured": report.captured.iter().map(crate::todo::Session::as_str).collect::<Vec<_>>(),
            "sessions": sessions,
            "todos": counts.total() + archived,
            "archived": archived,
            "merged_duplicates": counts.duplicates,
            "conflicts": counts.conflicts,
            "unreadable": report.notices.len(),
            "redacted": report.redacted.iter().map(|(session, rule)| json!({ "session": session.as_str(), "rule": rule })).collect::<Vec<_>>(),
            "list": list_json(&everything, &Filter { quiet, ..Filter::default() }),
        });
        if args.write_back {
            let file = |one: &WrittenBack| json!({ "path": one.path.to_string_lossy(), "checked": one.checked });
            done["written_back"] = written.iter().map(file).collect();
        }
        if args.all_stores {
            let store = |(path, failed): &Synced| json!({ "store": path.to_string_lossy(), "failed": failed });
            done["other_stores"] = others.iter().map(store).collect();
        }
        if let (Some(remote), Some(exchange), Some(done)) = (&remote, &exchange, done.as_object_mut()) {
            done.insert("remote".into(), remote::json(remote, exchange));
        }
        ui.print_json(&done);
    } else {
        let style = ui.style(context.now);
        let news = match before {
            Some(before) => sync_news::text(&store, before, &everything, style)?,
            // The first time, all is new.
            None => sync_news::first(&everything, quiet, style),
        };
        ui.print(&news);
        let mut summary = format!(
            "{}, {} ({} open), {} merged, {}",
            plural(sessions, "session"),
            plural(counts.total() + archived, "todo"),
            counts.open(),
            plural(counts.duplicates, "duplicate"),
            plural(counts.conflicts, "conflict"),
        );
        if archived > 0 {
            summary.push_str(&format!(", {archived} archived"));
        }
        if !report.notices.is_empty() {
            summary.push_str(&format!(", {} not read", plural(report.notices.len(), "file")));
        }
        ui.print(&format!("{summary}\n"));
        if !report.captured.is_empty() {
            ui.note(&format!("Saved in {}", display(store.repo.common_dir())));
        }
    }
    remote::say(remote.as_ref(), exchange.as_ref(), &report, ui);
    judge(&store, remote.as_ref(), exchange.as_ref(), &report, ui)
}

/// Checks the boxes of plans whose todos were completed elsewhere, and says so.
fn written_back(store: &Store, plan: &Plan, ui: &Ui) -> Result<Vec<WrittenBack>, Failure> {
    let (written, notices) = ops::write_back(store, &plan.homes)?;
    ui.warn_of(&notices);
    for one in &written {
        ui.note(&format!(
            "Checked {} in {}.",
            match one.checked.len() {
                1 => "1 box".to_owned(),
                many => format!("{many} boxes"),
            },
            display(&one.path)
        ));
    }
    Ok(written)
}

/// Says no when the branch could not be moved, or the remote does not have what it should.
fn judge(
    store: &Store,
    remote: Option<&RemoteName>,
    exchange: Option<&Exchange>,
    report: &Report,
    ui: &Ui,
) -> Result<(), Failure> {
    let finished = finish(store, report, ui);
    let lacks_branch = exchange.and_then(Exchange::lacks).is_some_and(|what| what == [store.settings.branch_name()]);
    if report.held.is_some() && lacks_branch {
        // What keeps it from being moved here is why the remote lacks it.
        return finished;
    }
    remote::judge(remote, exchange).and(finished)
}
