//! What is decided of several todos, or between sessions.

use axum::response::Response;
use serde_json::{Map, Value, json};

use super::act::told;
use super::asked::{Asked, Speaker};
use super::state::Hub;
use crate::git::ObjectId;
use crate::ops::todo::{self, Assign, Became, Bulk, Owned, Rollback, Settlement, Which};
use crate::ops::{self};
use crate::plan::{Holders, Moment, guidance};
use crate::todo::{Session, State, Status};
use crate::wire::{self, Given, Problem};

fn speaker(hub: &Hub, asked: &Asked, given: &Given) -> Result<Speaker, Problem> {
    Speaker::of(hub, asked, given, given.text(&["session_id", "sessionId"])?, true)
}

/// `DELETE /api/todos/<project>`: every open todo of it is dropped, which `undo` and `rollback` take back.
pub(super) fn clear(hub: &Hub, asked: &Asked) -> Result<Response, Problem> {
    let given = Given::parse(&asked.body)?;
    let speaker = speaker(hub, asked, &given)?;
    let name = &asked.names[0];
    let before = hub.shown(&speaker.store)?;
    if wire::project_info(&before.everything, name).is_none() {
        return Err(Problem::new(404, "there is no project of this name").with("projectId", json!(name)));
    }
    let scope = todo::scope(&speaker.store, None, Some(name)).map_err(|err| hub.refused(err))?;
    let scope = scope.ok_or_else(|| Problem::new(404, "there is no project of this name"))?;
    let dropped = match speaker.repeated {
        Some(_) => None,
        None => Some(todo::drop_bulk(&speaker.actor(), &Bulk::OfProject(scope)).map_err(|err| hub.refused(err))?),
    };
    let count = dropped.as_ref().map_or(0, |dropped| dropped.todos.len());
    let report = dropped.as_ref().map(|dropped| &dropped.said.report);
    let document = json!({ "projectId": name, "message": "Todos cleared", "dropped": count });
    speaker.answer(hub, report, false, |_| document)
}

/// `POST /api/assign`, `POST /api/orchestrate`: what can be begun is handed out. No list of an agent is written.
pub(super) fn assign(hub: &Hub, asked: &Asked) -> Result<Response, Problem> {
    let given = Given::parse(&asked.body)?;
    let project =
        asked.names.first().cloned().map_or_else(|| given.text(&["projectId", "project"]), |name| Ok(Some(name)))?;
    let (to, dry_run, max) = (given.text(&["to"])?, given.flag("dryRun")?.unwrap_or(false), given.number("max")?);
    let mut speaker = speaker(hub, asked, &given)?;
    if let Some(max) = max {
        speaker.store.settings.assign_max = max;
    }
    let project = todo::chosen(&speaker.store, None, project.as_deref()).map_err(|err| hub.refused(err))?;
    let asks_only = dry_run || speaker.repeated.is_some();
    let found =
        todo::assign(&speaker.actor(), &Assign { project, to, dry_run: asks_only }).map_err(|err| hub.refused(err))?;
    let report = found.said.as_ref().map(|said| &said.report);
    let decided = &found.decided;
    speaker.answer(hub, report, false, |shown| {
        let everything = &shown.everything;
        let one = |(project, todo): &Owned| wire::entry(everything, project, todo);
        let sessions = decided.sessions.iter().map(|(session, has)| (session.to_string(), has.iter().map(one).collect()));
        let holders = Holders::of(everything, Moment::at(speaker.now));
        let completed = |session: &Session| {
            let project = holders.standings.get(session.main()).and_then(|standing| standing.project.as_deref());
            guidance(everything, &holders, session, project).completed.len()
        };
        let updated = decided.sessions.keys().map(|session| {
            let info = everything.sessions.iter().find(|info| info.session.is_same(session));
            let given = decided.given.iter().filter(|(_, to)| to == session).count();
            json!({
                "sessionId": session.as_str(), "machineId": info.map(|info| &info.device), "todosAssigned": given,
                "completedVisible": completed(session),
            })
        });
        let given = decided.given.iter().map(|((_, todo), to)| json!({ "id": todo.id.to_string(), "sessionId": to.as_str() }));
        let done = everything.todos().filter(|(_, todo)| todo.state() == State::Wanted(Status::Completed));
        let mut done: Vec<_> = done.collect();
        done.sort_by_key(|(_, todo)| std::cmp::Reverse(todo.updated()));
        json!({
            "dryRun": dry_run,
            "assigned": given.collect::<Value>(),
            "assignments": sessions.collect::<Map<String, Value>>(),
            "unassigned": decided.unassigned.iter().map(one).collect::<Value>(),
            "completedTodos": done.iter().take(5).map(|(project, todo)| wire::entry(everything, project, todo)).collect::<Value>(),
            "sessionsUpdated": updated.collect::<Value>(),
        })
    })
}

/// `POST /api/conflicts/<id>/resolve`: what sessions disagree on is settled.
pub(super) fn resolve(hub: &Hub, asked: &Asked) -> Result<Response, Problem> {
    let given = Given::parse(&asked.body)?;
    let (strategy, wanted) = (given.needed(&["strategy"])?, given.text(&["property"])?);
    let speaker = speaker(hub, asked, &given)?;
    let before = hub.shown(&speaker.store)?;
    let id = asked.todo(&before)?;
    if speaker.repeated.is_some() {
        return told(hub, &speaker, id, Became::Unchanged, None, false);
    }
    let properties = ops::open_properties(&speaker.store, &before.everything).map_err(|err| hub.trouble(&err))?;
    let conflicts = wire::conflicts(&before.everything, &properties, true, speaker.now);
    let of_todo =
        conflicts["conflicts"].as_array().into_iter().flatten().filter(|one| one["id"] == json!(id.to_string()));
    let of_todo: Vec<&Value> =
        of_todo.filter(|one| wanted.is_none() || one["property"].as_str() == wanted.as_deref()).collect();
    let none = || Problem::new(409, "nobody disagrees on this").hint("GET /api/conflicts lists what there is");
    let conflict = of_todo.first().ok_or_else(none)?;
    let settlement = settlement(conflict, &strategy, given.value(&["resolution"]))?;
    let outcome = todo::resolve(&speaker.actor(), &Which::Id(id), &settlement).map_err(|err| hub.refused(err))?;
    told(hub, &speaker, id, outcome.became, Some(&outcome.said.report), false)
}

/// Returns what shall hold, of the two sides as they were listed.
fn settlement(conflict: &Value, strategy: &str, resolution: Option<&Value>) -> Result<Settlement, Problem> {
    let side = match strategy {
        "keep_local" => "local",
        "keep_remote" => "remote",
        "manual" => "",
        _ => return Err(Problem::new(422, "'strategy' has to be keep_local, keep_remote or manual")),
    };
    let needed = || Problem::new(422, "'resolution' has to be given with the strategy manual");
    if let Some(property) = conflict["property"].as_str() {
        let value = match side {
            "" => resolution.cloned().ok_or_else(needed)?,
            side => conflict[format!("{side}_value")].clone(),
        };
        return Ok(Settlement::Answer { target: None, fields: vec![(property.to_owned(), value)] });
    }
    let word = match side {
        "" => resolution.and_then(Value::as_str).ok_or_else(needed)?,
        side => conflict[format!("{side}_status")].as_str().unwrap_or_default(),
    };
    let state = match word {
        "dropped" => Some(State::Dropped),
        word => Status::parse(word).map(State::Wanted),
    };
    let unknown = || Problem::new(422, "'resolution' has to be pending, in_progress, completed or dropped");
    Ok(Settlement::State(state.ok_or_else(unknown)?))
}

/// Returns whether this has the form of a date, or of `2 hours ago`.
fn is_date(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit()) && text.contains(['-', ' '])
}

/// `POST /api/rollback`: an earlier state is said anew.
pub(super) fn rollback(hub: &Hub, asked: &Asked) -> Result<Response, Problem> {
    let given = Given::parse(&asked.body)?;
    let rollback = Rollback {
        revision: given.needed(&["to"])?,
        project: given.text(&["project", "projectId"])?,
        todo: given.text(&["todo"])?.map(Which::Words),
        dry_run: given.flag("dryRun")?.unwrap_or(false),
    };
    let speaker = speaker(hub, asked, &given)?;
    let wrong = || Problem::new(422, "'to' has to be a commit of the branch, or a date");
    // Whatever git takes for a revision could be asked for, and a session's own commit has nothing of the others.
    if let Ok(commit) = ObjectId::from_hex(rollback.revision.as_bytes()) {
        let was_at = ops::shown_at(&speaker.store, commit).map_err(|err| hub.trouble(&err))?;
        was_at.map(drop).ok_or_else(wrong)?;
    } else if !is_date(&rollback.revision) {
        return Err(wrong());
    }
    let is_only_asked = rollback.dry_run;
    let rollback = Rollback { dry_run: is_only_asked || speaker.repeated.is_some(), ..rollback };
    let back = todo::rollback(&speaker.actor(), &rollback).map_err(|err| hub.refused(err))?;
    let report = back.said.as_ref().map(|said| &said.report);
    let changed: Vec<Value> = back
        .acts
        .iter()
        .map(|act| json!({ "id": act.id.to_string(), "content": act.content, "status": act.target.map(State::as_str) }))
        .collect();
    let document = json!({ "dryRun": is_only_asked, "to": rollback.revision, "changed": changed });
    speaker.answer(hub, report, false, |_| document)
}
