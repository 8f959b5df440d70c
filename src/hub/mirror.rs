//! `git chittysync mirror`: what is typed becomes a call of [`crate::mirror`], and what comes of it words and JSON.

use serde_json::json;

use super::mirror_told::{Told, document, line};
use crate::cli::{
    Context, Failure, MirrorAddArgs, MirrorArgs, MirrorCommand, MirrorSyncArgs, Ui, mirror_json, mirror_text,
};
use crate::mirror::{self, Ended, Options, Wanted, bundles};
use crate::ops::{MirrorStatus, todo};
use crate::settings::{Mirror, MirrorKind};
use crate::store::Store;
use crate::todo::plain;

const LIST: &str = "`git chittysync mirror list` prints them";

/// Does what was typed.
pub(super) fn run(args: &MirrorArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    if let MirrorCommand::Restore(args) = &args.command {
        let path = context.directory.join(&args.to);
        let commit =
            bundles::restore(&place(MirrorKind::Bundles, &args.url, context), &path).map_err(|err| no(&err, ""))?;
        match ui.json {
            true => ui.print_json(&json!({ "store": path.to_string_lossy(), "commit": commit })),
            false => ui.note(&format!("{} holds the store as of {}", path.display(), &commit[..8])),
        }
        return Ok(());
    }
    let store = context.store(ui)?;
    if store.settings.aside {
        return Err(Failure::usage("a mirror holds the branch of chittysync.branch").hint("leave --branch out"));
    }
    let named = |name: &str| {
        let found = store.mirrors()?.into_iter().find(|mirror| mirror.name == name);
        found.ok_or_else(|| Failure::usage(format!("there is no mirror '{name}'")).hint(LIST))
    };
    match &args.command {
        MirrorCommand::Add(args) => add(args, &store, context, ui),
        MirrorCommand::List => list(&store, context, ui),
        MirrorCommand::Sync(args) => sync(args, &store, context, ui),
        MirrorCommand::Verify(args) => {
            let mirrors: Vec<Mirror> = match args.names.is_empty() {
                // What a command makes of the store cannot be compared.
                true => store.mirrors()?.into_iter().filter(|mirror| mirror.kind != MirrorKind::Command).collect(),
                false => args.names.iter().map(|name| named(name)).collect::<Result<_, _>>()?,
            };
            verify(&mirrors, &store, context, ui)
        }
        MirrorCommand::Pause(args) => pause(&named(&args.name)?, true, &store, ui),
        MirrorCommand::Resume(args) => pause(&named(&args.name)?, false, &store, ui),
        MirrorCommand::Remove(args) => {
            let mirror = named(&args.name)?;
            if !args.dry_run {
                mirror::remove(&store, &mirror, context.now).map_err(|err| no(&err, &mirror.name))?;
            }
            let would = if args.dry_run { "Would forget" } else { "Forgot" };
            match ui.json {
                true => ui.print_json(&json!({ "removed": mirror.name, "dry_run": args.dry_run })),
                false => {
                    ui.note(&format!("{would} the mirror {}; what {} holds stays", mirror.name, mirror.shown_url()));
                }
            }
            Ok(())
        }
        MirrorCommand::Restore(_) => Ok(()),
    }
}

fn no(failure: &mirror::Failure, name: &str) -> Failure {
    Failure::no(failure.to_string()).hint(failure.remedy(name))
}

/// Returns where a mirror is: a path as it is seen from anywhere.
fn place(kind: MirrorKind, url: &str, context: &Context) -> String {
    let is_path = match kind {
        MirrorKind::Files => true,
        MirrorKind::Bundles => !url.contains(':'),
        MirrorKind::Postgres
        | MirrorKind::Github
        | MirrorKind::Notion
        | MirrorKind::D1
        | MirrorKind::Kv
        | MirrorKind::Command => false,
    };
    match is_path {
        true => context.directory.join(url).to_string_lossy().into_owned(),
        false => url.to_owned(),
    }
}

fn add(args: &MirrorAddArgs, store: &Store, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let kind = MirrorKind::parse(&args.kind).ok_or_else(|| Failure::usage("no such kind of mirror"))?;
    let projects = args.project.iter().map(|name| {
        let typed = todo::project(name)?;
        todo::meant_anew(store, None, typed)
    });
    let wanted = Wanted {
        name: args.name.clone(),
        kind,
        url: place(kind, &args.url, context),
        projects: projects.collect::<Result<_, todo::Refusal>>().map_err(|err| Failure::usage(err.to_string()))?,
        interval: args.interval.clone(),
    };
    let away = mirror::add(store, &wanted).map_err(|err| no(&err, &wanted.name))?;
    if let Some(away) = &away {
        ui.warn(&format!("it cannot be asked now: {away}"), Some("it is tried when it is brought up to date"));
    }
    match ui.json {
        true => ui.print_json(&json!({ "name": wanted.name, "kind": args.kind, "url": wanted.url })),
        false => ui.note(&format!(
            "Added the mirror {}. `git chittysync mirror sync {}` fills it; a daemon keeps it up to date",
            wanted.name, wanted.name
        )),
    }
    Ok(())
}

fn list(store: &Store, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let all = MirrorStatus::all(store)?;
    if ui.json {
        ui.print_json(&json!({ "mirrors": all.iter().map(mirror_json).collect::<Vec<_>>() }));
        return Ok(());
    }
    let style = ui.style(context.now);
    for status in &all {
        let Mirror { name, kind, .. } = &status.mirror;
        let url = plain(&status.mirror.shown_url());
        ui.print(&format!("{name}  {}  {url}\n    {}\n", kind.as_str(), plain(&mirror_text(status, style))));
    }
    if all.is_empty() {
        ui.note("There are no mirrors. `git chittysync mirror add` names one");
    }
    Ok(())
}

fn pause(mirror: &Mirror, paused: bool, store: &Store, ui: &mut Ui) -> Result<(), Failure> {
    mirror::pause(store, mirror, paused).map_err(|err| no(&err, &mirror.name))?;
    match ui.json {
        true => ui.print_json(&json!({ "name": mirror.name, "paused": paused })),
        false if paused => ui.note(&format!("The mirror {} is left alone", mirror.name)),
        false => ui.note(&format!("The mirror {} is looked after", mirror.name)),
    }
    Ok(())
}

fn verify(mirrors: &[Mirror], store: &Store, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let (mut all, mut differs) = (Vec::new(), 0);
    for mirror in mirrors {
        let found = mirror::verify(store, mirror, context.now);
        let (differences, error) = match &found {
            Ok(found) => (found.as_slice(), None),
            Err(err) => ([].as_slice(), Some(format!("{err}; {}", err.remedy(&mirror.name)))),
        };
        differs += usize::from(error.is_some() || !differences.is_empty());
        if ui.json {
            let same = error.is_none() && differences.is_empty();
            all.push(json!({ "name": mirror.name, "same": same, "differences": differences, "error": error }));
            continue;
        }
        match (differences, &error) {
            (_, Some(error)) => ui.print(&format!("{}  {}\n", mirror.name, plain(error))),
            ([], None) => ui.print(&format!("{}  is what it should be\n", mirror.name)),
            (some, None) => {
                let shown: Vec<String> = some.iter().take(20).map(|line| format!("    {}\n", plain(line))).collect();
                let more = some.len().saturating_sub(20);
                let more = if more > 0 { format!("    and {more} more\n") } else { String::new() };
                ui.print(&format!("{}  differs:\n{}{more}", mirror.name, shown.concat()));
            }
        }
    }
    if ui.json {
        ui.print_json(&json!({ "mirrors": all }));
    }
    if differs == 0 {
        return Ok(());
    }
    Err(Failure::no("not all mirrors are what they should be")
        .hint("`git chittysync mirror sync` brings what is new; with --again it sends everything"))
}

fn sync(args: &MirrorSyncArgs, store: &Store, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let mut statuses = MirrorStatus::all(store)?;
    if let Some(name) = args.names.iter().find(|name| statuses.iter().all(|status| status.mirror.name != **name)) {
        return Err(Failure::usage(format!("there is no mirror '{name}'")).hint(LIST));
    }
    match args.names.is_empty() {
        true => statuses.retain(|status| !status.mirror.paused),
        false => statuses.retain(|status| args.names.contains(&status.mirror.name)),
    }
    if args.due {
        statuses.retain(|status| status.is_due(context.now));
    }
    let options = Options { again: args.again, dry_run: args.dry_run, ..Options::default() };
    let (mut all, mut failed) = (Vec::new(), Vec::new());
    for MirrorStatus { mirror, .. } in &statuses {
        let ended = mirror::run(store, mirror, options, context.now).unwrap_or_else(Ended::Badly);
        if let Ended::Badly(_) = ended {
            failed.push(mirror.name.clone());
        }
        match ui.json {
            true => all.push(document(&mirror.name, &ended, args.dry_run)),
            false => tell(mirror, &ended, args.dry_run, ui),
        }
    }
    if ui.json {
        ui.print_json(&json!({ "mirrors": all }));
    }
    match failed.as_slice() {
        [] => Ok(()),
        // Each was told of already.
        some => Err(Failure::no(format!("not brought up to date: {}", some.join(", "))).hint(LIST)),
    }
}

fn tell(mirror: &Mirror, ended: &Ended, dry_run: bool, ui: &mut Ui) {
    let name = &mirror.name;
    if let (Ended::Well(report), true) = (ended, dry_run) {
        for item in &report.items {
            ui.print(&format!("{name}  {}\n", plain(&line(item))));
        }
        ui.note(&format!("{name}: {} would be sent", report.sent));
        return;
    }
    let told = Told::of(name, ended);
    match told.is_bad {
        true => ui.warn(&told.text, told.hint.as_deref()),
        false => ui.note(&told.text),
    }
    ui.warn_some(&told.left, None);
}
