//! `bug-report`: what helps somebody else to understand a fault, and no word of a todo, no name, path or address.

use serde_json::{Value, json};

use super::context::Context;
use super::ui::{Failure, Ui};
use super::{doctor, version};
use crate::git::{Clutter, Git};
use crate::install::Check;
use crate::ops;
use crate::settings::{Kind, find};
use crate::store::Store;

pub(super) fn run(context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let store = context.location().ok().and_then(|location| Store::open(&location).ok());
    let holds = store.as_ref().map(|store| holds(store, context, ui));
    let set = Set::find(store.as_ref());
    // What cannot even be looked at is a finding.
    let checks = doctor::checks(context, ui).unwrap_or_else(|_| vec![Check::bad("doctor", "")]);
    let checks: Vec<(String, &str)> =
        checks.iter().map(|check| (set.nameless(&check.name), check.state.as_str())).collect();
    if ui.json {
        let checks = checks.iter().map(|(name, state)| json!({ "check": name, "state": state.to_lowercase() }));
        let settings = set.settings.iter().map(|(key, value)| json!({ "key": key, "value": value }));
        ui.print_json(&json!({
            "version": version::json(),
            "system": system(),
            "store": holds,
            "settings": settings.collect::<Value>(),
            "checks": checks.collect::<Value>(),
        }));
        return Ok(());
    }
    let holds = match &holds {
        Some(Value::Object(holds)) => holds.iter().map(|(what, count)| format!("{what} {count}\n")).collect(),
        _ => "none, or it cannot be opened\n".to_owned(),
    };
    let setting = |(key, value): &(&str, Option<String>)| match value {
        Some(value) => format!("{key} = {value}\n"),
        None => format!("{key} is set\n"),
    };
    let parts = [
        ("Build", format!("{}system    {}\n", version::text(), system())),
        ("Store", holds),
        ("Settings", set.settings.iter().map(setting).collect()),
        ("Doctor", checks.iter().map(|(name, state)| format!("{state:<3} {name}\n")).collect()),
    ];
    let parts = parts.map(|(title, text)| format!("\n### {title}\n\n```\n{text}```\n")).concat();
    ui.print_always(&format!(
        "### What happened\n\nWhat did you do, what did you expect, and what came instead?\n{parts}"
    ));
    ui.note("Nothing of this says what your todos are, or where. Read it before you send it all the same.");
    Ok(())
}

fn system() -> String {
    format!("{} {}", std::env::consts::OS, std::env::consts::ARCH)
}

/// Counts what a store holds; what cannot be read is nothing.
fn holds(store: &Store, context: &Context, ui: &Ui) -> Value {
    let everything = context.todos(store, ui).ok();
    let counts = everything.as_ref().map(crate::view::Everything::counts);
    let status = counts.as_ref().and_then(|counts| ops::StoreStatus::of(store, counts).ok());
    let clutter = Clutter::of(store.repo.common_dir());
    let url = store.settings.remote.as_ref().and_then(|remote| store.repo.remote_url(remote));
    // Over what, and not where to.
    let over = |url: String| match url.split_once("://") {
        Some((scheme, _)) if ["https", "http", "ssh", "git", "file"].contains(&scheme) => scheme.to_owned(),
        _ => "a path, or ssh".to_owned(),
    };
    json!({
        "is": if store.is_project() { "a project's repository" } else { "a store of its own" },
        "remote": url.map(over),
        "sessions": status.as_ref().map(|status| status.sessions),
        "projects": everything.as_ref().map(|everything| everything.projects.len()),
        "open": counts.as_ref().map(crate::view::Counts::open),
        "completed": counts.as_ref().map(|counts| counts.completed),
        "archived": status.as_ref().map(|status| status.archived),
        "conflicts": counts.as_ref().map(|counts| counts.conflicts),
        "loose_objects": clutter.objects,
        "packs": clutter.packs,
        "loose_refs": clutter.refs,
    })
}

/// What is set.
struct Set {
    /// The settings as the table writes them, with what they are set to where that can be no name and no secret.
    settings: Vec<(&'static str, Option<String>)>,
    /// The names that somebody gave to remotes, mirrors and sources.
    names: Vec<String>,
}

impl Set {
    fn find(store: Option<&Store>) -> Self {
        let arguments = ["config", "-z", "--get-regexp", r"^chittysync\."];
        let listed = Git::new(store.map(|store| store.repo.common_dir()), arguments).run();
        let listed = listed.map(|done| String::from_utf8_lossy(&done.stdout).into_owned()).unwrap_or_default();
        let (mut settings, mut names) = (Vec::new(), Vec::new());
        for entry in listed.split('\0').filter(|entry| !entry.is_empty()) {
            let (key, value) = entry.split_once('\n').unwrap_or((entry, "true"));
            // The names between the dots, as git keeps them: `chittysync.mirror.drive.kind`.
            if let [_, _, name @ .., _] = key.split('.').collect::<Vec<_>>().as_slice() {
                names.push(name.join("."));
            }
            if let Some((setting, key)) = find(key) {
                settings.push((key, Some(value).filter(|value| is_plain(setting.kind, value)).map(str::to_owned)));
            }
        }
        settings.sort();
        settings.dedup();
        Set { settings, names }
    }

    /// Returns what a check is called, without the names that somebody gave.
    fn nameless(&self, check: &str) -> String {
        let nameless = |check: String, name: &String| check.replace(&format!(" {name} "), " <name> ");
        self.names.iter().fold(format!(" {check} "), nameless).trim().to_owned()
    }
}

/// Returns whether a value says nothing but how much, how long, or which of some words.
fn is_plain(kind: Kind, value: &str) -> bool {
    let is_short = value.len() <= 12 && value.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match kind {
        Kind::Choice(words) => words.contains(&value),
        Kind::Bool => is_short && ["true", "false", "yes", "no", "on", "off", "1", "0"].contains(&value),
        Kind::Number { .. } | Kind::Size | Kind::Time(_) => {
            is_short && value.starts_with(|first: char| first.is_ascii_digit())
        }
        Kind::Text(_) => false,
    }
}
