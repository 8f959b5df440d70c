//! The part of `doctor` that is about agents that are started.

use super::context::display;
use super::spawn::{NAME_ONE, lines, settings};
use crate::install::Check;
use crate::ops::spawn::{checkouts, no_checkouts, situation};
use crate::store::Store;
use crate::view::Style;

/// Returns the check; nothing where no agent is started and none ever was.
pub(super) fn check(store: &Store, style: Style) -> Option<Check> {
    let name = "agents";
    let bad = |text: String| Some(Check::bad(name, text));
    let spawning = match settings(store) {
        Ok(spawning) => spawning,
        Err(failure) => return bad(failure.text()),
    };
    let is_on = spawning.command.is_some();
    match situation(store, &spawning, style.now, None) {
        Err(err) => bad(crate::ops::chain(&err)),
        Ok(Err(nobody)) if is_on => bad(format!("none is started: {nobody}; {NAME_ONE}")),
        Ok(Err(_)) => None,
        Ok(Ok(situation)) => {
            let is_used = situation.lease.as_ref().map_or(true, |lease| lease.generation > 0);
            if !is_on && !is_used {
                return None;
            }
            // What waits is told by `topics`.
            let runs = situation.lease.as_ref().map_or(0, |lease| lease.running.len());
            let said = lines(&situation, &spawning, style);
            let text = said.into_iter().take(1 + runs).collect::<Vec<_>>().join("; ");
            let bad: String = no_checkouts(&spawning)
                .into_iter()
                .map(|(directory, why)| format!("; chittysync.spawnIn is {}: {why}", display(directory)))
                .collect();
            let text = format!("{} decides; {text}{bad}", situation.arbiter.name());
            Some(match situation.lease.is_ok() {
                false => Check::bad(name, text),
                true if is_on && checkouts(&spawning).is_empty() => {
                    Check::off(name, format!("{text}; none is started here: chittysync.spawnIn names no checkout"))
                }
                true => Check::ok(name, text),
            })
        }
    }
}
