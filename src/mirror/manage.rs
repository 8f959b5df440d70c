//! Which mirrors a store has: adding, pausing and removing one.

use super::failure::Failure;
use super::links::Links;
use super::open::open;
use super::part::Part;
use crate::git::GitError;
use crate::settings::{Mirror, MirrorKind};
use crate::store::{MirrorLock, MirrorRuns, Store};
use crate::todo::{Project, Time};

/// A mirror that is to be added.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: MirrorKind,
    /// Where it is.
    pub url: String,
    /// The projects that it is to hold; all, when there are none.
    pub projects: Vec<Project>,
    /// The least time between two runs of the daemon, as it is typed.
    pub interval: Option<String>,
}

/// Adds a mirror, once the place was asked. Returns why it could not be asked, if that may pass.
///
/// # Errors
/// When the store can have none, when there is one of the name, and when the place says no.
pub fn add(store: &Store, wanted: &Wanted) -> Result<Option<Failure>, Failure> {
    if store.is_project() {
        return Err(Failure::refused(
            "a project's repository has no mirrors: whoever made it would say where your todos go",
            "--store names a store of your own; without it, outside the repository, the default one is meant",
        ));
    }
    if !Mirror::is_name(&wanted.name) {
        let reason = format!("'{}' cannot name a mirror", wanted.name);
        return Err(Failure::refused(reason, "use small letters, digits and -, at most 40"));
    }
    if store.mirrors()?.iter().any(|mirror| mirror.name == wanted.name) {
        return Err(Failure::refused(
            format!("there is a mirror {} already", wanted.name),
            format!("`git chittysync mirror remove {}` forgets it", wanted.name),
        ));
    }
    if !wanted.kind.is_filtered() && !wanted.projects.is_empty() {
        return Err(Failure::refused(
            "bundles hold, and commands see, the history of all projects",
            "leave --project out; `chittysync.route` keeps some projects in a store of their own",
        ));
    }
    let [kind, url, project, interval, _] = Mirror::keys(&wanted.name);
    let mirror = |name: &str| Mirror {
        name: name.to_owned(),
        kind: wanted.kind,
        url: wanted.url.clone(),
        projects: wanted.projects.clone(),
        interval: std::time::Duration::ZERO,
        paused: false,
    };
    let away = match open(&mirror(&wanted.name)).and_then(|mut adapter| adapter.checkpoint()) {
        Ok(_) => None,
        Err(away @ Failure::Later { .. }) => Some(away),
        Err(failure) => return Err(failure),
    };
    store.repo.write_value(&kind, wanted.kind.as_str())?;
    store.repo.write_value(&url, &wanted.url)?;
    for one in &wanted.projects {
        store.repo.add_value(&project, one.as_str())?;
    }
    if let Some(time) = &wanted.interval {
        store.repo.write_value(&interval, time)?;
    }
    // What cannot be read is not left there.
    if let Err(err) = store.reopen()?.mirrors() {
        store.repo.remove_section(&Mirror::section(&wanted.name))?;
        return Err(Failure::refused(crate::ops::chain(&err), "nothing was added"));
    }
    Ok(away)
}

/// Has a mirror left alone, or not. Once it returns, that is so.
///
/// # Errors
/// When the settings cannot be written, with whose they are, and when others count more.
pub fn pause(store: &Store, mirror: &Mirror, paused: bool) -> Result<(), Failure> {
    let [.., key] = Mirror::keys(&mirror.name);
    let verb = if paused { "pause" } else { "resume" };
    let written = |result: Result<(), GitError>| result.map_err(|err| unwritten(store, &err, verb, &mirror.name));
    let is_paused = || -> Result<bool, Failure> {
        let known = store.reopen()?.mirrors()?.into_iter().find(|one| one.name == mirror.name);
        known.map(|one| one.paused).ok_or_else(|| {
            let gone = format!("there is no mirror {} any more", mirror.name);
            Failure::refused(gone, "`git chittysync mirror list` prints them")
        })
    };
    match paused {
        true => written(store.repo.write_value(&key, "true"))?,
        false => written(store.repo.unset_value(&key))?,
    }
    if !paused && is_paused()? {
        // The user's own settings pause it everywhere.
        written(store.repo.write_value(&key, "false"))?;
    }
    if is_paused()? != paused {
        let is = if paused { "is not paused" } else { "stays paused" };
        let reason = format!("the mirror {} {is}: {key} is set otherwise where that counts more", mirror.name);
        return Err(Failure::refused(
            reason,
            format!("`git config --show-origin --get-all {key}` in the store says where"),
        ));
    }
    Ok(())
}

/// Says why the settings of a store could not be written, and who can do it.
fn unwritten(store: &Store, err: &GitError, verb: &str, name: &str) -> Failure {
    let said = crate::ops::chain(err);
    let file = store.repo.common_dir().join("config");
    let file = file.display();
    let by = |who: &str| format!("`git chittysync mirror {verb} {name}` {who} does it");
    let has = |words: &str| said.contains(words);
    if has("Permission denied") || has("Operation not permitted") {
        let reason =
            format!("the settings of this store, {file}, belong to another user, and cannot be changed by this one");
        Failure::refused(reason, by("as that user"))
    } else if has("Read-only file system") || has("Device or resource busy") {
        Failure::refused(
            format!("the settings of this store, {file}, are read-only here"),
            by("where they can be written"),
        )
    } else if has("File exists") {
        let reason = format!("another program is changing the settings of this store, {file}");
        Failure::refused(reason, format!("try again; if none is, remove {file}.lock"))
    } else {
        Failure::store(err)
    }
}

/// Forgets a mirror. What stands at the place stays.
///
/// # Errors
/// When the settings or the ref cannot be written, and while it is brought up to date.
pub fn remove(store: &Store, mirror: &Mirror, now: Time) -> Result<(), Failure> {
    let Some(_turn) = MirrorLock::try_acquire(store.repo.common_dir(), &mirror.name)? else {
        let what = format!("the mirror {} is being brought up to date", mirror.name);
        return Err(Failure::refused(what, "try again when that is over; `pause` keeps the next run away"));
    };
    store.repo.remove_section(&Mirror::section(&mirror.name))?;
    Links::remove(store, &mirror.name, now)?;
    MirrorRuns::remove(store.repo.common_dir(), &mirror.name);
    Ok(())
}

/// Compares a mirror with the store, and returns what differs; nothing where nothing was consolidated yet.
///
/// # Errors
/// When the place or the store cannot be read.
pub fn verify(store: &Store, mirror: &Mirror, now: Time) -> Result<Vec<String>, Failure> {
    let Some(tip) = store.tip()? else { return Ok(Vec::new()) };
    open(mirror)?.verify(&Part::new(store, mirror, tip, now))
}
