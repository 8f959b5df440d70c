//! `log`: what happened.

use std::ops::ControlFlow;

use chrono::{DateTime, Datelike, Local};
use clap::Args;
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

use super::author::SpeakerArgs;
use super::beside;
use super::by::ByArgs;
use super::context::Context;
use super::options::PorcelainArgs;
use super::schema::print_listing;
use super::ui::{Failure, Ui};
use crate::ops::todo::{Which, find_anywhere, session_meant};
use crate::ops::{self, Event, FieldChange, LogFilter};
use crate::todo::{Names, Time, plain};
use crate::view::{Everything, Style, name_project};

/// Arguments of `log`.
#[derive(Debug, Args)]
pub struct LogArgs {
    /// Only this todo: the beginning of its id, or words of its text
    #[arg(value_name = "ID|WORDS")]
    pub todo: Vec<String>,
    /// Only this project
    #[arg(long, value_name = "PROJECT")]
    pub project: Option<String>,
    /// Only what this session did: the beginning of its name, or words of what it is called
    #[arg(long, value_name = "SESSION")]
    pub session: Option<String>,
    /// Whose.
    #[command(flatten)]
    pub by: ByArgs,
    /// Only what was said since then (2026-11-20, yesterday, "2 weeks ago")
    #[arg(long, value_name = "DATE")]
    pub since: Option<String>,
    /// Only what was said until then
    #[arg(long, value_name = "DATE")]
    pub until: Option<String>,
    /// At most this many events
    #[arg(short = 'n', long, value_name = "COUNT", default_value_t = 50)]
    pub max_count: usize,
    /// What each event changed, property by property
    #[arg(short, long)]
    pub patch: bool,
    /// Output for programs.
    #[command(flatten)]
    pub porcelain: PorcelainArgs,
}

/// Reads a date that somebody typed, as the beginning or the end of it.
pub(super) fn date(text: &str, read: fn(&str, Time) -> Option<Time>, now: Time) -> Result<Time, Failure> {
    read(text, now)
        .ok_or_else(|| Failure::usage(format!("'{text}' is no date")).hint("2026-11-20, yesterday, \"2 weeks ago\""))
}

pub(super) fn run(args: &LogArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let mut store = context.store(ui)?;
    let todo = match args.todo.is_empty() {
        false => {
            let which = Which::words(&args.todo);
            let speaker = SpeakerArgs::of_environment();
            store = beside::holder(store, (&which, find_anywhere), &speaker, context, ui)?;
            Some(find_anywhere(&context.everything_with(&store, ui, &which)?, context.here(), &which)?.1.id)
        }
        true => None,
    };
    // What sessions are called takes more reading than some questions need.
    let is_for_programs = ui.json || args.porcelain.wanted();
    let everything = match is_for_programs && args.session.is_none() && !args.by.asks() {
        true => Everything::default(),
        false => context.everything(&store, ui)?,
    };
    let date = |text: &str, read| date(text, read, context.now);
    let filter = LogFilter {
        todo,
        project: context.scope(args.project.as_deref(), &store)?,
        session: args.session.as_deref().map(|typed| session_meant(&everything, typed)).transpose()?,
        by: args.by.whose(&store, &everything, ui),
        since: args.since.as_deref().map(|text| date(text, ops::since)).transpose()?,
        until: args.until.as_deref().map(|text| date(text, ops::until)).transpose()?,
        most: args.max_count,
    };
    // Without it, all of history would be walked to tell nothing.
    let unknown = match &filter.project {
        Some(scope) => !ops::has_project(&store, scope)?,
        None => false,
    };
    if unknown {
        context.warn_of_unknown(&store, filter.project.as_ref(), None, ui)?;
    }
    if is_for_programs {
        let events = if unknown { Vec::new() } else { ops::log(&store, &filter)? };
        let names = ops::project_names(&store)?;
        let events = events.iter().map(|event| event_json(event, &names)).collect::<Value>();
        print_listing("log", &events, "", args.porcelain, ui);
        return Ok(());
    }
    if unknown {
        return Ok(());
    }
    let (style, names) = (ui.style(context.now), ops::project_names(&store)?);
    ui.print_as_made(|print| {
        ops::tell(&store, &filter, |event| match print(&event_text(&event, &everything, &names, args.patch, style)) {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        })
    })?;
    Ok(())
}

/// Returns an event as a sentence: `yesterday 14:02  Speed up CI on mbp completed ‘Fix login tests’ (api)`.
pub(super) fn event_text(event: &Event, everything: &Everything, names: &Names, patch: bool, style: Style) -> String {
    let session = &event.session.session;
    let (who, on) = (everything.called(session), everything.whereabouts(session));
    let project = format!("({})", plain(names.shown(&event.project)));
    let around = 15 + 2 + who.width() + on.width() + 1 + 1 + project.width();
    let mut text = format!(
        "{:>15}  {who}{} {} {}\n",
        moment(event.at, style.now),
        style.dim(&on),
        event.deed().text(style.width.saturating_sub(around), style),
        style.dim(&project),
    );
    if patch {
        let gutter = " ".repeat(17);
        for FieldChange { name, before, after } in event.changes() {
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
pub(crate) fn moment(time: Time, now: Time) -> String {
    let local = |time: Time| DateTime::from_timestamp_millis(time.millis()).unwrap_or_default().with_timezone(&Local);
    let (time, now) = (local(time), local(now));
    match now.date_naive().signed_duration_since(time.date_naive()).num_days() {
        0 => time.format("today %H:%M").to_string(),
        1 => time.format("yesterday %H:%M").to_string(),
        _ if time.year() == now.year() => time.format("%e %b %H:%M").to_string(),
        _ => time.format("%e %b %Y").to_string(),
    }
}

/// Returns an event for programs.
pub(crate) fn event_json(event: &Event, names: &Names) -> Value {
    let changes: serde_json::Map<String, Value> = event
        .changes()
        .into_iter()
        .map(|FieldChange { name, before, after }| (name, json!({ "before": before, "after": after })))
        .collect();
    let mut object = json!({
        "at": event.at.to_string(),
        "session": event.session.session.as_str(),
        "device": event.session.device,
        "person": event.session.person,
        "commit": event.commit.to_string(),
        "id": event.after.id.to_string(),
        "content": event.after.content,
        "renamed_to": event.renamed_to,
        "before": event.before.as_ref().map(|todo| todo.state().as_str()),
        "status": event.after.state().as_str(),
        "changes": changes,
    });
    name_project(&mut object, names, &event.project);
    object
}
