//! `doctor`: the third walk over the inventory, and a look at the store.
//!
//! A line for each topic: `ok`, `off` for what nobody has to have, `BAD` for what is wrong, each with what can be done.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::context::{Context, display};
use super::options::DoctorArgs;
use super::schema::print_listing;
use super::ui::{Failure, Ui};
use super::whereabouts::Whereabouts;
use crate::git::Git;
use crate::install::{AgentSettings, COMMIT_HOOK, Change, Check, Condition as State, Part, inventory};
use crate::todo::plain;

/// Older versions lack what we rely on (`git merge-tree --write-tree` for stock merges of stores).
const OLDEST_GIT: (u32, u32) = (2, 38);

pub(super) fn run(args: &DoctorArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let checks = checks(context, ui)?;
    let ok = checks.iter().all(|check| check.state != State::Bad);
    if ui.json || args.porcelain.wanted() {
        let list = checks.iter().map(|check| {
            let state = check.state.as_str().to_lowercase();
            json!({ "check": check.name, "ok": check.state != State::Bad, "state": state, "text": check.text })
        });
        let list = list.collect::<Value>();
        print_listing("doctor", &json!({ "ok": ok, "checks": list }), "/checks", args.porcelain, ui);
    } else {
        for check in &checks {
            let (mark, text) = (check.state.as_str(), plain(&check.text));
            ui.print_always(&format!("{mark:<3} {:<11} {text}\n", plain(&check.name)));
        }
    }
    if ok { Ok(()) } else { Err(Failure::no("not everything is well").hint("each line marked BAD says what to do")) }
}

/// Looks at everything.
pub(super) fn checks(context: &Context, ui: &mut Ui) -> Result<Vec<Check>, Failure> {
    let mut checks = vec![git()];
    let whereabouts = Whereabouts::find(context)?;
    let mut parts = inventory(&super::install::parts_of_command(), &AgentSettings::default())
        .map_err(|err| Failure::fatal(crate::ops::chain(&err)))?;
    parts.extend(super::install::installed_hooks(context));
    checks.extend(installed(&parts));
    checks.extend(super::doctor_agents::checks(context));
    checks.extend(whereabouts.checks(context));
    checks.extend(whereabouts.location.iter().flat_map(|location| super::doctor_store::checks(location, ui)));
    Ok(checks)
}

fn git() -> Check {
    let version = Git::new(None, ["version"]).output();
    let text =
        version.map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned()).unwrap_or_else(|err| err.to_string());
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok());
    let found = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    match found >= OLDEST_GIT {
        true => Check::ok("git", text),
        false => Check::bad("git", format!("{text}; version {}.{} or newer is needed", OLDEST_GIT.0, OLDEST_GIT.1)),
    }
}

/// Says of each kind of what `install` puts in place whether it is there: nobody has to have it, but who has it is told
/// when a part is missing, of another version, or somebody else's.
fn installed(parts: &[Part]) -> Vec<Check> {
    let mut kinds: Vec<&str> = parts.iter().map(|part| part.name).collect();
    kinds.dedup();
    kinds.into_iter().map(|name| kind(name, parts.iter().filter(|part| part.name == name).collect())).collect()
}

fn kind(name: &str, parts: Vec<&Part>) -> Check {
    let option = match name {
        "git hook" => " --git-hooks",
        COMMIT_HOOK => " --commit-hook",
        _ => "",
    };
    let remedy = format!("`git chittysync install{option}` puts it in place");
    let mut found: BTreeMap<&str, Vec<&Part>> = BTreeMap::new();
    for part in &parts {
        let state = match part.check() {
            Ok(Change::None) => "there",
            Ok(change) if change.is_kept() => "kept",
            Ok(_) if part.is_installed().unwrap_or(true) => "of another version",
            Ok(_) => "missing",
            Err(err) => return Check::bad(name, crate::ops::chain(&err)),
        };
        found.entry(state).or_default().push(part);
    }
    let place = |part: &Part| part.path().map_or_else(|| part.place(), display);
    let count = |state: &str| found.get(state).map_or(0, Vec::len);
    if let Some(part) = found.get("kept").and_then(|kept| kept.first()) {
        return Check::bad(name, format!("{} was not written by us; remove it, then {remedy}", place(part)));
    }
    for state in ["of another version", "missing"] {
        match count(state) {
            0 => {}
            all if all == parts.len() && state == "missing" => return Check::off(name, remedy),
            some if parts.len() > 1 => {
                return Check::bad(name, format!("{some} of {} {state}; {remedy}", parts.len()));
            }
            _ => return Check::bad(name, format!("{state}; {remedy}")),
        }
    }
    let there: Vec<(&Part, Change)> = parts.iter().map(|part| (*part, Change::None)).collect();
    let places: Vec<String> = super::install::grouped(&there).into_iter().map(|(_, _, place)| place).collect();
    Check::ok(name, places.join(", "))
}
