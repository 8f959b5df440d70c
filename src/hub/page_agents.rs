//! How agents that are started are doing, for the pages, and what is said of them there. Nobody is asked for a page; who
//! presses a button asks whoever decides.

use crate::cli::{Failure, agents_text, agents_told, known_agents};
use crate::git::Watch;
use crate::ops::spawn::{Arbiter, Edit, FAILURES, edit};
use crate::ops::{OpsError, chain};
use crate::page::Agents;
use crate::plan::{Ended, Exit, Lease};
use crate::store::Store;
use crate::todo::Time;
use crate::view::Style;

/// So many of those that ended are told.
const ENDED: usize = 5;

/// Returns how they are doing; nothing where none is started and none ever was. That this cannot be read holds no page up.
pub(super) fn agents(store: &Store, now: Time, in_full: bool) -> Option<Agents> {
    let said = |text: String| Some(Agents { told: vec![text], ..Agents::default() });
    let spawning = match store.spawning() {
        Ok(spawning) => spawning,
        Err(err) => return said(chain(&OpsError::from(err))),
    };
    if in_full {
        return match known_agents(store, &spawning, now) {
            Ok(None) => None,
            Ok(Some(Err(nobody))) => said(format!("no agents are started: {nobody}")),
            Ok(Some(Ok(situation))) => {
                let style = Style { color: false, width: 0, isolate: false, now };
                let told = agents_text(&situation, &spawning, style);
                Some(Agents { told, ..situation.lease.as_ref().map(of_lease).unwrap_or_default() })
            }
            Err(failure) => said(failure.text()),
        };
    }
    let held = Arbiter::of(store, &spawning).ok()?.known(store).ok()?;
    held.lease.ok().filter(|lease| lease.generation > 0).map(|lease| of_lease(&lease))
}

fn of_lease(lease: &Lease) -> Agents {
    let broken = lease.failures.iter().filter(|(_, failures)| **failures >= FAILURES);
    Agents {
        told: Vec::new(),
        paused: lease.paused,
        running: lease.running.len(),
        broken: broken.map(|(topic, _)| topic.clone()).collect(),
        ended: lease.log.iter().rev().take(ENDED).map(ended).collect(),
    }
}

fn ended(one: &Ended) -> String {
    let how = match one.exit {
        Exit::Code(0) => "ended well".to_owned(),
        Exit::Code(code) => format!("ended with {code}"),
        Exit::NotStarted => "was not started: nothing was left to do".to_owned(),
        Exit::Lapsed => "was not heard of again".to_owned(),
    };
    let seconds = one.took / 1000;
    let took = if seconds < 60 { format!("{seconds} s") } else { format!("{} min", seconds / 60) };
    format!("{} on {}: {how}, {took}, ${}", one.topic, one.device, one.usd)
}

/// Says it to whoever decides, and returns what became of that in the words of `topics`.
///
/// # Errors
/// When the store cannot be read or written. That nobody decides, or could be told, is a value.
pub(super) fn say(store: &Store, what: &Edit, now: Time) -> Result<Result<String, Failure>, OpsError> {
    let spawning = store.spawning()?;
    let settings = &store.settings;
    let watch = Watch {
        timeout: settings.timeout,
        interactive: false,
        progress: None,
        most: settings.max_fetch,
        settings: None,
    };
    let edited = edit(store, &spawning, what, now, &watch)?;
    Ok(agents_told(what, &edited).map(|(text, _)| text))
}
