//! Whether anything may be started at all, and how things stand.

use std::path::{Path, PathBuf};

use super::arbiter::{Arbiter, NoArbiter};
use super::facts::{everything, waiting_todos};
use super::rules::{millis, rules};
use crate::git::{Watch, real};
use crate::ops::{OpsError, directory_project};
use crate::plan::{Considered, Device, Lease, LeaseError, consider};
use crate::settings::Spawning;
use crate::store::Store;
use crate::todo::{Project, Time};

/// The variable that tells how deep in started agents one is.
pub(super) const DEPTH: &str = "CHITTYSYNC_SPAWN_DEPTH";

/// A directory in which agents may be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkout {
    /// The project.
    pub project: Project,
    /// Where.
    pub directory: PathBuf,
}

/// Why nothing is started on this device, whatever waits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// There is no command.
    #[error("no agents are started: chittysync.spawnCommand names no command")]
    Off,
    /// This is an agent that was started itself.
    #[error("an agent that was started starts no others")]
    Deep,
    /// There is no place.
    #[error("no agents are started on this device: chittysync.spawnIn names no checkout that is there")]
    NoCheckout,
    /// Nobody says who may.
    #[error("no agents are started: {0}")]
    Arbiter(#[from] NoArbiter),
}

/// How things stand.
#[derive(Debug)]
pub struct Situation {
    /// Who decides.
    pub arbiter: Arbiter,
    /// Why that cannot be asked now; then the lease is the last one that was seen.
    pub away: Option<String>,
    /// What the fleet knows.
    pub lease: Result<Lease, LeaseError>,
    /// What waits, and what is to become of it.
    pub considered: Vec<Considered>,
}

/// Returns whether this process belongs to an agent that was started.
pub fn is_started() -> bool {
    std::env::var_os(DEPTH).is_some_and(|depth| !depth.is_empty() && depth != "0")
}

/// Returns who decides, and where agents may be started.
pub(super) fn ready(store: &Store, spawning: &Spawning) -> Result<(Arbiter, Vec<Checkout>), Refused> {
    if is_started() {
        return Err(Refused::Deep);
    }
    if spawning.command.is_none() {
        return Err(Refused::Off);
    }
    let arbiter = Arbiter::of(store, spawning)?;
    let checkouts = checkouts(spawning);
    if checkouts.is_empty() { Err(Refused::NoCheckout) } else { Ok((arbiter, checkouts)) }
}

/// Returns the directories in which agents may be started, each with its project.
pub fn checkouts(spawning: &Spawning) -> Vec<Checkout> {
    spawning.directories.iter().filter_map(|directory| checkout(directory).ok()).collect()
}

/// Returns the values of `chittysync.spawnIn` that name no checkout, and why.
pub fn no_checkouts(spawning: &Spawning) -> Vec<(&Path, &'static str)> {
    spawning
        .directories
        .iter()
        .filter_map(|directory| Some((directory.as_path(), checkout(directory).err()?)))
        .collect()
}

fn checkout(directory: &Path) -> Result<Checkout, &'static str> {
    let directory = match directory.strip_prefix("~") {
        Ok(rest) => std::env::home_dir().ok_or("you have no home")?.join(rest),
        Err(_) => directory.to_owned(),
    };
    if !directory.is_absolute() {
        return Err("its path must begin with / or ~/");
    }
    if !directory.is_dir() {
        return Err(if directory.exists() { "it is no directory" } else { "there is no such directory" });
    }
    let project = directory_project(&directory).ok_or("it lies in no repository")?;
    Ok(Checkout { project, directory: real(&directory) })
}

/// Returns how things stand, as far as that is known here. Asks nobody.
pub(super) fn known(store: &Store, arbiter: &Arbiter, device: &Device, now: Time) -> Result<Situation, OpsError> {
    let held = arbiter.known(store)?;
    let lease = held.lease.clone().unwrap_or_default();
    let everything = everything(store)?;
    let ready = waiting_todos(store, &everything, &lease, now);
    let has_checkout = |project: &Project| device.checkouts.contains(project);
    let considered = consider(&lease, &ready, &device.rules, has_checkout, now);
    Ok(Situation { arbiter: arbiter.clone(), away: None, lease: held.lease, considered })
}

/// Returns how things stand. The arbiter is asked when there is a way to watch that, else the last known answer counts.
///
/// # Errors
/// When the store cannot be read. That nobody decides is a value.
pub fn situation(
    store: &Store,
    spawning: &Spawning,
    now: Time,
    watch: Option<&Watch<'_>>,
) -> Result<Result<Situation, NoArbiter>, OpsError> {
    let arbiter = match Arbiter::of(store, spawning) {
        Ok(arbiter) => arbiter,
        Err(nobody) => return Ok(Err(nobody)),
    };
    let away = match watch {
        Some(watch) => arbiter.read(store, watch)?.err(),
        None => None,
    };
    let device = Device {
        label: store.settings.device.clone(),
        rules: rules(store, spawning),
        ttl: millis(spawning.lease),
        checkouts: checkouts(spawning).into_iter().map(|checkout| checkout.project).collect(),
    };
    Ok(Ok(Situation { away, ..known(store, &arbiter, &device, now)? }))
}
