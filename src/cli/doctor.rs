//! `doctor`: the third walk over the inventory, and a look at the store.

use serde_json::{Value, json};

use super::out::{Failure, Out};
use super::world::{World, display};
use crate::daemon;
use crate::git::{Git, Overlay};
use crate::install::{AgentSettings, Change, inventory};
use crate::ops::daemon_runs;
use crate::store::{Consolidated, Store, StoreError, read_session, spool};
use crate::todo::{Time, plain};
use crate::view::Style;

/// Older versions lack what we rely on (`git merge-tree --write-tree` for stock merges of stores).
const OLDEST_GIT: (u32, u32) = (2, 38);
/// With more loose objects than this git itself would want to pack them.
const MANY_LOOSE: usize = 6700;

/// One check: what, whether it is well, and what was found or what to do.
pub(super) struct Check {
    pub name: String,
    pub ok: bool,
    pub text: String,
}

pub(super) fn run(world: &World, out: &mut Out) -> Result<(), Failure> {
    let mut checks = vec![git()];
    let location = world.location()?;
    let mut parts = inventory(&super::install::parts_of_command(), &AgentSettings::default())
        .map_err(|err| Failure::fatal(crate::ops::chain(&err)))?;
    parts.extend(super::install::installed_hooks(world)?);
    let mut found = Vec::new();
    for part in &parts {
        found.push((part, part.check().map_err(|err| Failure::fatal(crate::ops::chain(&err)))?));
    }
    for (name, state, place) in super::install::grouped(&found) {
        let text = match state {
            Change::None => place,
            Change::Foreign => format!("{place} was not written by us"),
            _ => {
                "missing or old; `git chittysync install` (with --git-hooks for a git hook) puts it in place".to_owned()
            }
        };
        checks.push(Check { name: name.to_owned(), ok: state == Change::None, text });
    }
    checks.extend(super::doctor_agents::checks(world));
    checks.extend(store(&location, out));
    let ok = checks.iter().all(|check| check.ok);
    if out.json {
        let list = checks.iter().map(|check| json!({ "check": check.name, "ok": check.ok, "text": check.text }));
        out.print_json(&json!({ "ok": ok, "checks": list.collect::<Value>() }));
    } else {
        for check in &checks {
            let (mark, text) = (if check.ok { "ok " } else { "BAD" }, plain(&check.text));
            out.print_always(&format!("{mark} {:<11} {text}\n", plain(&check.name)));
        }
    }
    if ok { Ok(()) } else { Err(Failure::no("not everything is well").hint("each line marked BAD says what to do")) }
}

fn git() -> Check {
    let version = Git::new(None, ["version"]).output();
    let text =
        version.map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned()).unwrap_or_else(|err| err.to_string());
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok());
    let found = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    let ok = found >= OLDEST_GIT;
    let text = if ok { text } else { format!("{text}; version {}.{} or newer is needed", OLDEST_GIT.0, OLDEST_GIT.1) };
    Check { name: "git".into(), ok, text }
}

fn store(location: &crate::store::Location, out: &mut Out) -> Vec<Check> {
    let name = || "store".to_owned();
    let store = match Store::open(location) {
        Ok(store) => store,
        Err(StoreError::Missing(path)) => {
            let text = format!("none at {} yet; `git chittysync sync` creates it", display(&path));
            return vec![Check { name: name(), ok: true, text }];
        }
        Err(err) => return vec![Check { name: name(), ok: false, text: crate::ops::chain(&err) }],
    };
    out.configured_color.clone_from(&store.settings.color);
    let mut checks = vec![Check { name: name(), ok: true, text: display(store.repo.common_dir()) }];
    checks.push(private(&store));
    checks.extend(super::doctor_settings::unknown(&store));
    checks.extend(sessions(&store));
    checks.extend(events(&store));
    let loose = store.repo.loose_estimate();
    let packed = loose < MANY_LOOSE;
    let hint = format!("; `git --git-dir={} gc` packs them", display(store.repo.common_dir()));
    let text = format!("about {loose} loose{}", if packed { "" } else { &hint });
    checks.push(Check { name: "objects".into(), ok: packed, text });
    let (text, found) = super::daemon::summary(&store, out.style(crate::log::clock()));
    checks.push(Check { name: "daemon".into(), ok: found["failing"].is_null(), text });
    checks.extend(hook_sync(&store, out.style(crate::log::clock())));
    checks
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
    Some(Check { name: "hook sync".into(), ok, text })
}

/// The default store holds every project's lists: nobody else's business.
fn private(store: &Store) -> Check {
    let name = "private".to_owned();
    #[cfg(unix)]
    if store.repo.is_bare() {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(store.repo.common_dir()).map_or(0, |metadata| metadata.permissions().mode());
        let open = mode & 0o077 != 0;
        let text = if open { "others can read it; `chmod 700` it" } else { "only you can read it" };
        return Check { name, ok: !open, text: text.into() };
    }
    Check { name, ok: true, text: "as private as the repository it is in".into() }
}

/// Says so if there are events that no later run will understand either.
fn events(store: &Store) -> Option<Check> {
    let common_dir = store.repo.common_dir();
    let count = spool::count_aside(common_dir);
    let place = display(&spool::directory(common_dir));
    let text = format!("{count} could not be understood; what they are is in {place}/*.bad, remove them when you know");
    (count > 0).then(|| Check { name: "events".into(), ok: false, text })
}

fn sessions(store: &Store) -> Vec<Check> {
    let overlay = Overlay::new(&store.repo);
    let name = || "sessions".to_owned();
    let (sessions, tip) = match (store.repo.sessions(), Consolidated::find(store, &overlay)) {
        (Ok(sessions), Ok(found)) => (sessions, found.tip),
        (Err(err), _) => return vec![Check { name: name(), ok: false, text: err.to_string() }],
        (_, Err(err)) => return vec![Check { name: name(), ok: false, text: err.to_string() }],
    };
    let refs = store.repo.broken_sessions().unwrap_or_default();
    if let Some(Err(err)) = refs.first().map(|name| store.repo.check_ref(name)) {
        return vec![Check { name: name(), ok: false, text: format!("{} left out: {err}", refs.len()) }];
    }
    let broken: Vec<String> = sessions
        .iter()
        .filter_map(|(session, tip)| read_session(&overlay, session, *tip).err().map(|err| format!("{session}: {err}")))
        .collect();
    if let Some(first) = broken.first() {
        let text = format!("{} of {} cannot be read: {first}", broken.len(), sessions.len());
        return vec![Check { name: name(), ok: false, text }];
    }
    let branch = if tip.is_some() { "consolidated" } else { "not consolidated yet" };
    vec![Check { name: name(), ok: true, text: format!("{} live, {branch}", sessions.len()) }]
}
