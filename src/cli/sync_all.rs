//! `sync --all-stores`: the stores of `chittysync.route` and `chittysync.alsoList`, each by a process of its own, so that
//! none waits for what another one meets, and what one says is of nobody else.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::context::{Context, display};
use super::options::SyncArgs;
use super::ui::{Failure, Ui};
use crate::git::without_repository;
use crate::log::{self, Level};
use crate::ops::daemon_runs;
use crate::store::{Location, Origin, Store, also_listed, fallback, general_routes, place};

/// A store, and why it could not be synced.
pub(super) type Synced = (PathBuf, Option<String>);

/// Returns the store of the directory, or where it has none, the default one: all others are [`others`].
pub(super) fn own(context: &Context) -> Result<Location, Failure> {
    context.location().or_else(|_| Ok(fallback()?))
}

/// Syncs all stores but this one. In the background, what one of them meets goes into its own log.
pub(super) fn others(args: &SyncArgs, own: &Location, context: &Context, ui: &Ui) -> Result<Vec<Synced>, Failure> {
    let routes = general_routes().map_err(Failure::fatal)?;
    let mut known = vec![place(&own.path)];
    let mut synced = Vec::new();
    let named = routes.stores().into_iter().map(Path::to_owned);
    // One that is gone, or is no store, is told of where it is missed: by who lists it.
    let listed = also_listed().into_iter().filter(|path| is_store(path));
    for path in named.chain(listed).chain([fallback()?.path]) {
        let place = place(&path);
        // In the background, one with a daemon of its own is left to that.
        if known.contains(&place) || ui.is_silent() && daemon_runs(&place) {
            continue;
        }
        known.push(place);
        let failed = sync(args, &path, context);
        let place = Location { path: path.clone(), origin: Origin::Option };
        if let (true, Some(reason), Some(common_dir)) = (ui.is_silent(), &failed, place.common_dir()) {
            log::append(&common_dir, Level::Error, "sync", reason);
        }
        synced.push((path, failed));
    }
    Ok(synced)
}

fn is_store(path: &Path) -> bool {
    path.is_absolute() && Store::open(&Location { path: path.to_owned(), origin: Origin::Option }).is_ok()
}

/// Syncs one store. Returns why it could not.
fn sync(args: &SyncArgs, store: &Path, context: &Context) -> Option<String> {
    let program = match std::env::current_exe() {
        Ok(program) => program,
        Err(err) => return Some(format!("cannot find this program: {err}")),
    };
    let mut command = Command::new(program);
    without_repository(&mut command).current_dir(&context.directory).stdin(Stdio::null());
    command.arg("--store").arg(store).args(["sync", "--quiet"]);
    for (flag, is_given) in [("--no-fetch", args.no_fetch), ("--no-push", args.no_push)] {
        command.args(is_given.then_some(flag));
    }
    for from in &args.capture.from {
        command.arg("--from").arg(from);
    }
    for source in &args.capture.source {
        command.args(["--source", source]);
    }
    match command.output() {
        Ok(output) if output.status.success() => None,
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            let said: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
            Some(if said.is_empty() { format!("it ended with {}", output.status) } else { said.join("; ") })
        }
        Err(err) => Some(format!("cannot start it: {err}")),
    }
}

/// Says no when one of them could not be synced. In the background that goes into one store's log, which is not to
/// know what the others say.
pub(super) fn judge(synced: &[Synced], ui: &Ui) -> Result<(), Failure> {
    let why = |reason: &str, path: &Path| match ui.is_silent() {
        true => format!("`git chittysync --store {} sync` says why", display(path)),
        false => reason.to_owned(),
    };
    let failed = |(path, failed): &Synced| Some(format!("{}: {}", display(path), why(failed.as_ref()?, path)));
    let failed: Vec<String> = synced.iter().filter_map(failed).collect();
    if failed.is_empty() { Ok(()) } else { Err(Failure::no(format!("cannot sync {}", failed.join("; and ")))) }
}
