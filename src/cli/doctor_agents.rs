//! The part of `doctor` that is about agents: where their todos come from, what of it was not
//! taken, and how each is set up to call us.

use std::path::Path;
use std::time::SystemTime;

use super::context::{Context, display, known_homes};
use super::install::{agent_settings, parts_of_command};
use super::ui::plural;
use crate::install::{Check, Surroundings, examine};
use crate::ops::unread;
use crate::source::{self, Home, agents};
use crate::store::{Store, spool};
use crate::todo::Time;
use crate::view::Style;

/// Returns the checks of all agents that have a home here.
pub(super) fn checks(context: &Context) -> Vec<Check> {
    let (generated, heard) = (parts_of_command(), heard(context));
    let (user, project) = (agent_settings(context, false), agent_settings(context, true));
    let mut checks = Vec::new();
    let homes = known_homes();
    let at = Surroundings {
        generated: &generated,
        user: &user,
        project: &project,
        home: Path::new(""),
        directory: &context.directory,
        display,
        chain: crate::ops::chain,
    };
    for home in &homes {
        if let Some(trouble) = home.agent.trouble() {
            checks.push(Check::bad("sources", crate::todo::plain(trouble)));
            continue;
        }
        checks.extend(examine(home.agent, &Surroundings { home: &home.path, ..at }));
        checks.push(Check::ok("sources", format!("{}: {}", home.agent.title(), sources(home, heard, context.now))));
    }
    for agent in agents() {
        let is_known = homes.iter().any(|home| home.agent.name() == agent.name());
        let Some(settings) = agent.settings_home().filter(|settings| !is_known && settings.is_dir()) else { continue };
        checks.extend(examine(agent, &Surroundings { home: &settings, ..at }));
        let never = agent.home().map(|home| format!("; it has not run here yet: there is no {}", display(&home)));
        let text = format!("{}: only settings, in {}{}", agent.title(), display(&settings), never.unwrap_or_default());
        checks.push(Check::off("sources", text));
    }
    let unread =
        context.location().ok().and_then(|location| Store::open(&location).ok()).map(|store| unread(&store, &homes));
    if let Some(count @ 1..) = unread {
        let what = if count == 1 { "thing" } else { "things" };
        let text = format!("{count} {what} of theirs could not be read or applied; `git chittysync -v sync` says what");
        checks.push(Check::ok("unread", text));
    }
    checks
}

/// Returns when a hook last delivered something to the store.
fn heard(context: &Context) -> Option<Time> {
    let store = Store::open(&context.location().ok()?).ok()?;
    time(spool::last_change(store.repo.common_dir())?)
}

/// Says of each place where todos are written how much there is and when it last changed, when hooks last told of
/// some, and which of all that is alive.
fn sources(home: &Home, heard: Option<Time>, now: Time) -> String {
    let scan = source::scan(home);
    let style = Style { color: false, width: 0, isolate: false, now };
    let names = ["todo list", "task list", "transcript", "database"].into_iter();
    let is_there = |name: &str| scan.units.iter().any(|unit| unit.kind.as_str() == name);
    let files = names.filter(|name| *name != "database" || is_there(name)).map(|name| {
        let units: Vec<_> = scan.units.iter().filter(|unit| unit.kind.as_str() == name).collect();
        let latest = units.iter().filter_map(|unit| changed(&unit.path)).max();
        let text = match latest {
            None => format!("no {name}s"),
            Some(at) => format!("{}, the latest {}", plural(units.len(), name), style.age(at)),
        };
        (format!("{name}s"), latest, text)
    });
    let text = heard.map_or_else(|| "no hook was heard".into(), |at| format!("hooks last heard {}", style.age(at)));
    let files: Vec<_> = files.collect();
    let all = [&files[..], &[("hooks".to_owned(), heard, text)]].concat();
    let newest = all.iter().filter_map(|(name, at, _)| Some((*at.as_ref()?, name))).max();
    let newest = newest.map(|(_, name)| format!("; {name} are the newest")).unwrap_or_default();
    all.into_iter().map(|(_, _, text)| text).collect::<Vec<_>>().join("; ") + &newest
}

/// Returns when a file, or one in a directory, last changed.
fn changed(path: &Path) -> Option<Time> {
    let inside = std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path());
    let times = std::iter::once(path.to_owned()).chain(inside);
    time(times.filter_map(|path| std::fs::metadata(path).ok()?.modified().ok()).max()?)
}

fn time(at: SystemTime) -> Option<Time> {
    let since = at.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some(Time::from_millis(i64::try_from(since.as_millis()).ok()?))
}
