//! `log`: what happened.

use serde_json::{Value, json};

use super::args::LogArgs;
use super::out::{Failure, Out};
use super::world::World;
use crate::ops::{self, Event};
use crate::todo::{State, Status, plain};

pub(super) fn run(args: &LogArgs, world: &World, out: &mut Out) -> Result<(), Failure> {
    let store = world.store(out)?;
    let id = match &args.id {
        Some(id) => {
            let everything = world.everything(&store, out)?;
            Some(super::show::find(&everything, id)?.1.id)
        }
        None => None,
    };
    let events = ops::log(&store, id, args.max_count)?;
    if out.json {
        out.print_json(&events.iter().map(event_json).collect::<Value>());
        return Ok(());
    }
    let text: String = events
        .iter()
        .map(|event| {
            let time = event.at.to_string();
            let session = plain(&event.session.short());
            let (project, content) = (plain(event.project.as_str()), plain(&event.content));
            format!("{} {}  {session} {} {project}: {content}\n", &time[..10], &time[11..16], verb(event))
        })
        .collect();
    out.print_always(&text);
    Ok(())
}

fn verb(event: &Event) -> &'static str {
    match (event.before, event.after) {
        (_, State::Dropped) => "dropped",
        (_, State::Wanted(Status::Completed)) => "completed",
        (_, State::Wanted(Status::InProgress)) => "started",
        (Some(State::Wanted(Status::Completed) | State::Dropped), State::Wanted(Status::Pending)) => "reopened",
        (Some(_), State::Wanted(Status::Pending)) => "put back",
        (None, State::Wanted(Status::Pending)) => "added",
    }
}

fn event_json(event: &Event) -> Value {
    json!({
        "at": event.at.to_string(),
        "session": event.session.as_str(),
        "project": event.project.as_str(),
        "id": event.id.to_string(),
        "content": event.content,
        "before": event.before.map(State::as_str),
        "status": event.after.as_str(),
    })
}
