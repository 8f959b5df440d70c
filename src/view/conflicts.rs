//! Disagreements while they last: the newest overruled statement first.

use serde_json::{Value, json};

use super::{Everything, Style};
use crate::merge::{Disagreement, disagreements};
use crate::todo::{Project, Time, Todo, plain};

type Found<'a> = (&'a Project, &'a Todo, Disagreement<'a>);

/// Returns every disagreement. Plain lag (an older open claim beside a completed one) is left out unless
/// `all` is asked for.
fn found(everything: &Everything, all: bool) -> Vec<Found<'_>> {
    let mut found: Vec<Found<'_>> = everything
        .todos()
        .flat_map(|(project, todo)| disagreements(todo).into_iter().map(move |one| (project, todo, one)))
        .filter(|(_, _, one)| all || one.is_newer())
        .collect();
    found.sort_by_key(|(_, todo, one)| (std::cmp::Reverse((one.is_newer(), one.overruled.1.at)), todo.id));
    found
}

/// Returns the disagreements for people.
pub fn conflicts_text(everything: &Everything, all: bool, style: Style) -> String {
    let mut text = String::new();
    for (project, todo, one) in found(everything, all) {
        let side = |(session, claim): (&crate::todo::Session, &crate::todo::Claim)| {
            format!("{} by {}, {}", claim.status, plain(&session.short()), ago(style, claim.at))
        };
        text.push_str(&format!("{} {}\n", style.dim(&todo.id.to_string()), style.title(&plain(&todo.content))));
        text.push_str(&format!("  project    {}\n", plain(project.as_str())));
        text.push_str(&format!("  kept       {}\n", side(one.winner)));
        text.push_str(&format!("  overruled  {}\n", side(one.overruled)));
    }
    text
}

fn ago(style: Style, time: Time) -> String {
    let age = style.age(time);
    if age == "now" { age } else { format!("{age} ago") }
}

/// Returns the disagreements for programs. The keys are the original's: `local` is what was kept, `remote`
/// what was overruled.
pub fn conflicts_json(everything: &Everything, all: bool, now: Time) -> Value {
    let conflicts: Vec<Value> = found(everything, all)
        .into_iter()
        .map(|(project, todo, one)| {
            json!({
                "id": todo.id.to_string(),
                "project": project.as_str(),
                "content": todo.content,
                "local_status": one.winner.1.status.as_str(),
                "remote_status": one.overruled.1.status.as_str(),
                "local_session": one.winner.0.as_str(),
                "remote_session": one.overruled.0.as_str(),
                "resolution": format!("{} (rank before time)", one.winner.1.status),
                "timestamp": one.overruled.1.at.to_string(),
            })
        })
        .collect();
    json!({ "timestamp": now.to_string(), "auto_resolved": conflicts.len(), "conflicts": conflicts })
}
