//! Disagreements while they last, both versions side by side: the newest overruled statement first.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use similar::{ChangeTag, TextDiff};
use unicode_width::UnicodeWidthStr;

use super::table::{fit, pad};
use super::{Everything, Style};
use crate::merge::{Disagreement, disagreements};
use crate::todo::{Claim, Project, Session, Time, Todo, TodoId, plain};

/// Finds what one session itself says of a todo, its properties included, where its own history is at hand.
pub type OwnVersion<'a> = dyn Fn(&Session, &Project, TodoId) -> Option<Todo> + 'a;

/// A disagreement with its todo.
pub type Found<'a> = (&'a Project, &'a Todo, Disagreement<'a>);

/// Returns every disagreement, the newest overruled statement first. Plain lag (an older open claim beside a completed one) is left out unless
/// `all` is asked for.
pub fn all_disagreements(everything: &Everything, all: bool) -> Vec<Found<'_>> {
    let mut found: Vec<Found<'_>> = everything
        .todos()
        .flat_map(|(project, todo)| disagreements(todo).into_iter().map(move |one| (project, todo, one)))
        .filter(|(_, _, one)| all || one.is_newer())
        .collect();
    found.sort_by_key(|(_, todo, one)| (std::cmp::Reverse((one.is_newer(), one.overruled.1.at)), todo.id));
    found
}

/// Returns the disagreements for people.
pub fn conflicts_text(everything: &Everything, all: bool, own: &OwnVersion<'_>, style: Style) -> String {
    let mut text = String::new();
    for (project, todo, one) in all_disagreements(everything, all) {
        let id = &todo.id.to_string()[..8];
        let project_name = style.dim(&format!("({})", plain(project.as_str())));
        text.push_str(&format!("{} {} {project_name}\n", style.dim(id), style.title(&plain(&todo.content))));
        let rows = rows(everything, project, todo, &one, own);
        let names = rows.iter().map(|(name, ..)| name.width()).max().unwrap_or(0);
        let room = (style.width.saturating_sub(names + 6) / 2).clamp(12, 60);
        for (name, kept, overruled) in rows {
            let (kept, overruled) = (fit(&kept, room), fit(&overruled, room));
            let space = " ".repeat(room.saturating_sub(kept.width()));
            let (kept, overruled) = marked(&kept, &overruled, style);
            let line = format!("  {}  {kept}{space}  {overruled}", style.dim(&pad(&name, names)));
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text.push_str(&format!("  {}\n\n", why(&one)));
    }
    text.truncate(text.trim_end().len());
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

/// Returns both versions, a line for each thing they tell: its name, what was kept, what was overruled.
fn rows(
    everything: &Everything,
    project: &Project,
    todo: &Todo,
    one: &Disagreement<'_>,
    own: &OwnVersion<'_>,
) -> Vec<(String, String, String)> {
    let who = |session: &Session| {
        let info = everything.sessions.iter().find(|info| info.session == *session);
        let device = info.map(|info| format!(" on {}", plain(&info.device))).unwrap_or_default();
        format!("{}{device}", plain(&session.short()))
    };
    let said = |claim: &Claim| match &claim.raw {
        Some(raw) if !claim.dropped => plain(raw),
        _ => claim.state().to_string(),
    };
    let when = |claim: &Claim| claim.at.to_string()[..16].replace('T', " ");
    let (kept, overruled) = (one.winner, one.overruled);
    let mut rows = vec![
        (String::new(), "kept".to_owned(), "overruled".to_owned()),
        ("says".to_owned(), said(kept.1), said(overruled.1)),
        ("who".to_owned(), who(kept.0), who(overruled.0)),
        ("when".to_owned(), when(kept.1), when(overruled.1)),
    ];
    let versions = [kept.0, overruled.0].map(|session| own(session, project, todo.id));
    if let [Some(kept), Some(overruled)] = versions {
        let names: BTreeSet<&String> = kept.fields.keys().chain(overruled.fields.keys()).collect();
        for name in names {
            let value = |todo: &Todo| {
                let value = todo.fields.get(name).map(|field| &field.value);
                value
                    .map(|value| plain(&value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
                    .unwrap_or_default()
            };
            if value(&kept) != value(&overruled) {
                rows.push((plain(name), value(&kept), value(&overruled)));
            }
        }
    }
    rows
}

/// Returns both texts with the words that differ marked, where there is colour to mark them with.
fn marked(kept: &str, overruled: &str, style: Style) -> (String, String) {
    let (mut left, mut right) = (String::new(), String::new());
    for change in TextDiff::from_words(kept, overruled).iter_all_changes() {
        match change.tag() {
            ChangeTag::Equal => {
                left.push_str(change.value());
                right.push_str(change.value());
            }
            ChangeTag::Delete => left.push_str(&style.strong(change.value())),
            ChangeTag::Insert => right.push_str(&style.alert(change.value())),
        }
    }
    (left, right)
}

/// Says why one side was kept.
fn why(one: &Disagreement<'_>) -> String {
    let (kept, overruled) = (one.winner.1, one.overruled.1);
    if kept.epoch > overruled.epoch {
        return format!(
            "{} was settled by hand, though {} was said later, not knowing of it",
            kept.state(),
            overruled.state()
        );
    }
    let rank = format!("{} outranks {}", kept.state(), overruled.state());
    if one.is_newer() { format!("{rank}, though it was said earlier: it may be wanted again") } else { rank }
}

/// Names the rule by which one side was kept.
fn rule(one: &Disagreement<'_>) -> &'static str {
    if one.winner.1.epoch > one.overruled.1.epoch { "settled by hand before time" } else { "rank before time" }
}

/// Returns the disagreements for programs. The keys are the original's: `local` is what was kept, `remote`
/// what was overruled.
pub fn conflicts_json(everything: &Everything, all: bool, now: Time) -> Value {
    let device = |session: &Session| {
        let info = everything.sessions.iter().find(|info| info.session == *session);
        info.map(|info| info.device.as_str())
    };
    let conflicts: Vec<Value> = all_disagreements(everything, all)
        .into_iter()
        .map(|(project, todo, one)| {
            json!({
                "id": todo.id.to_string(),
                "project": project.as_str(),
                "content": todo.content,
                "local_status": one.winner.1.state().as_str(),
                "remote_status": one.overruled.1.state().as_str(),
                "local_session": one.winner.0.as_str(),
                "remote_session": one.overruled.0.as_str(),
                "local_device": device(one.winner.0),
                "remote_device": device(one.overruled.0),
                "local_timestamp": one.winner.1.at.to_string(),
                "resolution": format!("{} ({})", one.winner.1.state(), rule(&one)),
                "timestamp": one.overruled.1.at.to_string(),
                "lag": !one.is_newer(),
            })
        })
        .collect();
    json!({ "timestamp": now.to_string(), "auto_resolved": conflicts.len(), "conflicts": conflicts })
}
