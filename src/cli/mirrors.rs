//! How mirrors are doing, in words: for `mirror list`, `status` and `doctor`.

use serde_json::{Value, json};

use super::ui::plural;
use crate::install::Check;
use crate::ops::MirrorStatus;
use crate::store::Store;
use crate::todo::Time;
use crate::view::Style;

/// Returns how a mirror is doing, in a line.
pub(crate) fn text(status: &MirrorStatus, style: Style) -> String {
    let age = |time: &Option<String>| time.as_deref().and_then(Time::parse).map(|time| style.age(time));
    let mut text = match (status.behind, status.checkpoint) {
        (0, None) => "holds nothing yet, as there is nothing".to_owned(),
        (0, Some(_)) => "has everything".to_owned(),
        (_, None) => "holds nothing yet".to_owned(),
        (behind, Some(_)) => {
            let since = status.since.map(|since| format!(" since {}", style.age(since))).unwrap_or_default();
            format!("lacks {}{since}", plural(behind, "commit"))
        }
    };
    if status.mirror.paused {
        text.push_str(&format!("; paused, `git chittysync mirror resume {}` ends that", status.mirror.name));
    }
    if let Some(last) = age(&status.runs.last_success) {
        text.push_str(&format!("; last brought up to date {last}"));
    }
    if let Some(trouble) = status.trouble() {
        let times =
            if status.runs.failures > 1 { format!(" {} times in a row", status.runs.failures) } else { String::new() };
        let failed = if status.runs.failures > 0 { format!("failed{times}: ") } else { String::new() };
        text.push_str(&format!("; {failed}{trouble}"));
    }
    text
}

/// Returns how a mirror is doing, for programs.
pub(crate) fn json(status: &MirrorStatus) -> Value {
    let parked = status.parked.iter().map(|(id, reason)| json!({ "id": id, "reason": reason }));
    let projects = status.mirror.projects.iter().map(|project| project.as_str());
    json!({
        "name": status.mirror.name,
        "kind": status.mirror.kind.as_str(),
        "url": status.mirror.shown_url(),
        "projects": projects.collect::<Vec<_>>(),
        "paused": status.mirror.paused,
        "checkpoint": status.checkpoint.map(|commit| commit.to_string()),
        "behind": status.behind,
        "since": status.since.map(|since| since.to_string()),
        "last": status.runs.last,
        "last_success": status.runs.last_success,
        "failures": status.runs.failures,
        "error": status.runs.error,
        "remedy": status.runs.remedy,
        "next": status.runs.next,
        "parked": parked.collect::<Vec<_>>(),
    })
}

/// Returns what `doctor` says of mirrors; nothing where there are none.
pub(super) fn checks(store: &Store, style: Style) -> Vec<Check> {
    let all = match MirrorStatus::all(store) {
        Ok(all) => all,
        Err(err) => return vec![Check::bad("mirrors", crate::ops::chain(&err))],
    };
    let check = |status: &MirrorStatus| {
        let (name, text) = (format!("mirror {}", status.mirror.name), text(status, style));
        match (status.trouble(), status.mirror.paused) {
            (Some(_), _) => Check::bad(&name, text),
            (None, true) => Check::off(&name, text),
            (None, false) => Check::ok(&name, text),
        }
    };
    all.iter().map(check).collect()
}
