//! The part of `doctor` that is about the store: what it is, what is in it, and who keeps it up to date.

use super::context::display;
use super::ui::Ui;
use crate::daemon;
use crate::git::{Clutter, reach};
use crate::install::Check;
use crate::ops::{daemon_runs, examine};
use crate::store::{Location, Store, StoreError, spool};
use crate::todo::Time;
use crate::view::Style;

/// Returns the checks.
pub(super) fn checks(location: &Location, ui: &mut Ui) -> Vec<Check> {
    let store = match Store::open(location) {
        Ok(store) => store,
        Err(StoreError::Missing(path)) => {
            let text = format!("none at {} yet; `git chittysync sync` creates it", display(&path));
            return vec![Check::off("store", text)];
        }
        Err(err) => return vec![Check::bad("store", crate::ops::chain(&err))],
    };
    ui.configured_color.clone_from(&store.settings.color);
    let style = ui.style(crate::log::clock());
    let mut checks = vec![writable(&store), private(&store)];
    checks.extend(super::doctor_settings::unknown(&store));
    checks.push(sessions(&store));
    checks.extend(events(&store));
    checks.push(objects(&store));
    checks.push(remote(&store, ui));
    checks.push(daemon(&store, style));
    checks.extend(hook_sync(&store, style));
    checks.extend(super::doctor_spawn::check(&store, style));
    checks.extend(super::mirrors::checks(&store, style));
    checks
}

/// Says where the store is, and whether anything can be saved there: a file without a name is made for it.
fn writable(store: &Store) -> Check {
    let directory = store.repo.common_dir();
    let own = directory.join(OWN);
    let places = [directory, own.as_path()].into_iter().filter(|place| place.exists());
    let refused = places.map(tempfile::tempfile_in).find_map(Result::err);
    match refused {
        None => Check::ok("store", display(directory)),
        Some(err) => {
            Check::bad("store", format!("{} cannot be written, so nothing is saved there: {err}", display(directory)))
        }
    }
}

/// Where a store keeps what is no ref and no object.
const OWN: &str = "chittysync";

/// Says in how many files the store is, and who keeps them few.
fn objects(store: &Store) -> Check {
    let common_dir = store.repo.common_dir();
    let found = Clutter::of(common_dir);
    let text = super::maintenance::text(found);
    if store.is_project() {
        return Check::ok("objects", format!("{text}; left to the repository's owner"));
    }
    let failure = daemon::maintenance(common_dir).filter(|state| state.failures > 0).and_then(|state| state.last_error);
    let remedy = "`git chittysync maintenance` packs them";
    // A store that keeps itself small never has so much for long; git itself would want to pack it.
    let much = found.objects > 6_700 || found.packs > 50 || found.refs > 5_000;
    match (daemon::is_wanted(store), failure) {
        (Ok(true), Some(failure)) => {
            Check::bad("objects", format!("{text}; packing them failed: {}; {remedy}, or says more", failure.message))
        }
        (Ok(true), None) if much => Check::ok("objects", format!("{text}; the next sync packs them")),
        (_, _) if much => Check::off("objects", format!("{text}; {remedy}")),
        (_, _) => Check::ok("objects", text),
    }
}

/// Tries the remote, if one is named.
fn remote(store: &Store, ui: &Ui) -> Check {
    let Some(remote) = &store.settings.remote else {
        return Check::off(
            "remote",
            "none, so nothing leaves this device; `git chittysync init --remote <url>` names one",
        );
    };
    if let Err(failure) = super::remote::check(store, remote) {
        return Check::bad("remote", failure.text());
    }
    match reach(&store.repo, remote, &super::remote::hurried(store, ui)) {
        Ok(Ok(())) => Check::ok("remote", format!("{remote} answers")),
        Ok(Err(away)) => Check::bad("remote", format!("{remote} cannot be reached: {away}")),
        Err(err) => Check::bad("remote", crate::ops::chain(&err)),
    }
}

fn daemon(store: &Store, style: Style) -> Check {
    let (text, found) = super::daemon_summary::summary(store, style);
    match (found["failing"].is_null(), found["running"] == true) {
        (false, _) => Check::bad("daemon", text),
        (true, true) => Check::ok("daemon", text),
        (true, false) => Check::off(
            "daemon",
            format!("{text}; `git chittysync service install` has the system start it, if you want one"),
        ),
    }
}

/// Says how the sync is doing that hooks start, where they start one.
fn hook_sync(store: &Store, style: Style) -> Option<Check> {
    let common_dir = store.repo.common_dir();
    let state = daemon::hook_sync(common_dir).filter(|_| !daemon_runs(common_dir))?;
    let age = |time: &Option<String>| time.as_deref().and_then(Time::parse).map(|time| style.age(time));
    let last = age(&state.last).unwrap_or_default();
    let ok = state.failures == 0;
    let text = match (&state.last_error, ok) {
        (Some(error), false) => {
            let times = if state.failures > 1 { format!(", {} times in a row", state.failures) } else { String::new() };
            format!("failed{times}, last {last}: {}; `git chittysync sync` tells more", error.message)
        }
        _ => format!("last {last}, took {} ms", state.took),
    };
    Some(if ok { Check::ok("hook sync", text) } else { Check::bad("hook sync", text) })
}

/// The default store holds every project's lists: nobody else's business.
fn private(store: &Store) -> Check {
    #[cfg(unix)]
    if store.repo.is_bare() {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(store.repo.common_dir()).map_or(0, |metadata| metadata.permissions().mode());
        let open = mode & 0o077 != 0;
        return match open {
            true => Check::bad("private", "others can read it; `chmod 700` it"),
            false => Check::ok("private", "only you can read it"),
        };
    }
    Check::ok("private", "as private as the repository it is in")
}

/// Says so if there are events that no later run will understand either.
fn events(store: &Store) -> Option<Check> {
    let common_dir = store.repo.common_dir();
    let count = spool::count_aside(common_dir);
    let place = display(&spool::directory(common_dir));
    let text = format!("{count} could not be understood; what they are is in {place}/*.bad, remove them when you know");
    (count > 0).then(|| Check::bad("events", text))
}

fn sessions(store: &Store) -> Check {
    let found = match examine(store) {
        Ok(found) => found,
        Err(err) => return Check::bad("sessions", err.to_string()),
    };
    if let Some((count, why)) = found.left_out {
        return Check::bad("sessions", format!("{count} left out: {why}"));
    }
    if let Some(first) = found.unreadable.first() {
        let (broken, all) = (found.unreadable.len(), found.sessions);
        return Check::bad("sessions", format!("{broken} of {all} cannot be read: {first}"));
    }
    let branch = if found.is_consolidated { "consolidated" } else { "not consolidated yet" };
    Check::ok("sessions", format!("{} live, {branch}", found.sessions))
}
