//! `log`: what happened.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Local};
use clap::Args;
use serde_json::{Value, json};

use super::named::find_anywhere;
use super::out::{Failure, Out};
use super::world::{World, project};
use crate::ops::{self, Event, LogFilter};
use crate::todo::{State, Status, Time, Todo, plain};
use crate::view::Style;

/// Arguments of `log`.
#[derive(Debug, Args)]
pub struct LogArgs {
    /// Only this todo: the beginning of its id, or words of its text
    #[arg(value_name = "ID|WORDS")]
    pub todo: Vec<String>,
    /// Only this project
    #[arg(long, value_name = "PROJECT")]
    pub project: Option<String>,
    /// Only what was said since then (2026-11-20, yesterday, "2 weeks ago")
    #[arg(long, value_name = "DATE")]
    pub since: Option<String>,
    /// At most this many events
    #[arg(short = 'n', long, value_name = "COUNT", default_value_t = 50)]
    pub max_count: usize,
    /// What each event changed, property by property
    #[arg(short, long)]
    pub patch: bool,
}

pub(super) fn run(args: &LogArgs, world: &World, out: &mut Out) -> Result<(), Failure> {
    let store = world.store(out)?;
    let todo = match args.todo.is_empty() {
        false => Some(find_anywhere(&world.everything_with(&store, out, &args.todo)?, world.here(), &args.todo)?.1.id),
        true => None,
    };
    let since = args.since.as_deref().map(|text| {
        ops::since(text, world.now).ok_or_else(|| {
            Failure::usage(format!("'{text}' is no date")).hint("2026-11-20, yesterday, \"2 weeks ago\"")
        })
    });
    let project = args.project.as_deref().map(project).transpose()?;
    let filter = LogFilter { todo, project, since: since.transpose()?, most: args.max_count };
    let events = ops::log(&store, &filter)?;
    if events.is_empty() {
        world.warn_of_unknown(&store, filter.project.as_ref(), None, out)?;
    }
    if out.json {
        out.print_json(&events.iter().map(event_json).collect::<Value>());
        return Ok(());
    }
    let style = out.style(world.now);
    let text: String = events.iter().map(|event| event_text(event, args.patch, style)).collect();
    out.print_page(&text);
    Ok(())
}

/// Returns an event as a sentence: `yesterday 14:02  029e1c6e on mbp completed ‘Fix login tests’ (api)`.
pub(super) fn event_text(event: &Event, patch: bool, style: Style) -> String {
    let device = Some(plain(&event.session.device)).filter(|device| !device.is_empty());
    let on = device.map(|device| format!(" on {device}")).unwrap_or_default();
    let mut text = format!(
        "{:>15}  {}{} {} \u{2018}{}\u{2019} {}\n",
        moment(event.at, style.now),
        plain(&event.session.session.short()),
        style.dim(&on),
        verb(event),
        plain(&event.after.content),
        style.dim(&format!("({})", plain(event.project.as_str()))),
    );
    if patch {
        let gutter = " ".repeat(17);
        for (name, before, after) in changes(event) {
            let said = |mark: char, value: Option<&Value>| {
                let value = value.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
                value.map(|value| format!("{gutter}{mark} {}: {}\n", plain(&name), plain(&value))).unwrap_or_default()
            };
            text.push_str(&said('-', before.as_ref()));
            text.push_str(&said('+', after.as_ref()));
        }
    }
    text
}

/// Returns a time as people say it, by the clock on this device's wall.
pub(super) fn moment(time: Time, now: Time) -> String {
    let local = |time: Time| DateTime::from_timestamp_millis(time.millis()).unwrap_or_default().with_timezone(&Local);
    let (time, now) = (local(time), local(now));
    match now.date_naive().signed_duration_since(time.date_naive()).num_days() {
        0 => time.format("today %H:%M").to_string(),
        1 => time.format("yesterday %H:%M").to_string(),
        _ if time.year() == now.year() => time.format("%e %b %H:%M").to_string(),
        _ => time.format("%e %b %Y").to_string(),
    }
}

fn verb(event: &Event) -> String {
    let before = event.before.as_ref().map(Todo::state);
    let renamed = |todo: &Todo| todo.text("renamedTo").map(str::to_owned);
    let verb = match (before, event.after.state()) {
        (before, State::Dropped) if before != Some(State::Dropped) && renamed(&event.after).is_some() => "renamed",
        (Some(before), after) if before == after => {
            let settled = event.before.as_ref().is_some_and(|todo| todo.epoch() < event.after.epoch());
            return if settled { format!("settled as {after}") } else { "edited".into() };
        }
        (_, State::Dropped) => "dropped",
        (_, State::Wanted(Status::Completed)) => "completed",
        (_, State::Wanted(Status::InProgress)) => "started",
        (Some(State::Wanted(Status::Completed) | State::Dropped), State::Wanted(Status::Pending)) => "reopened",
        (Some(_), State::Wanted(Status::Pending)) => "put back",
        (None, State::Wanted(Status::Pending)) => "added",
    };
    verb.to_owned()
}

/// Returns what an event changed: the status and each property, before and after.
fn changes(event: &Event) -> Vec<(String, Option<Value>, Option<Value>)> {
    let status = |todo: &Todo| Value::from(todo.state().as_str());
    let mut found = vec![("status".to_owned(), event.before.as_ref().map(status), Some(status(&event.after)))];
    let fields = |todo: &Todo| todo.fields.keys().cloned().collect::<BTreeSet<_>>();
    let mut names = fields(&event.after);
    names.extend(event.before.as_ref().map(fields).unwrap_or_default());
    for name in names {
        let value = |todo: &Todo| todo.fields.get(&name).map(|field| field.value.clone());
        found.push((name.clone(), event.before.as_ref().and_then(value), value(&event.after)));
    }
    found.retain(|(_, before, after)| before != after);
    found
}

fn event_json(event: &Event) -> Value {
    let changes: serde_json::Map<String, Value> = changes(event)
        .into_iter()
        .map(|(name, before, after)| (name, json!({ "before": before, "after": after })))
        .collect();
    json!({
        "at": event.at.to_string(),
        "session": event.session.session.as_str(),
        "device": event.session.device,
        "commit": event.commit.to_string(),
        "project": event.project.as_str(),
        "id": event.after.id.to_string(),
        "content": event.after.content,
        "before": event.before.as_ref().map(|todo| todo.state().as_str()),
        "status": event.after.state().as_str(),
        "changes": changes,
    })
}
