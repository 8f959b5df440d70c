//! What sessions say of themselves, what projects are called, and what conversations are about.

use axum::response::Response;
use serde_json::{Value, json};

use super::asked::{Asked, Speaker};
use super::state::Hub;
use crate::ops::{self, About, OpsError, todo};
use crate::plan::Topics;
use crate::todo::{Project, SessionInfo, Time, Title, one_line};
use crate::wire::{self, Given, METADATA, Named, Op, PLATFORM, Problem, TOPIC};

/// A session that only says that it is still there is written down no more often, in milliseconds.
const BEAT: i64 = 10 * 60 * 1000;

/// Has a session say something of itself.
fn say(hub: &Hub, speaker: &Speaker, change: impl Fn(&mut SessionInfo)) -> Result<About, Problem> {
    let what = format!("about: {}", speaker.session.short());
    let said = ops::about(&speaker.store, &speaker.session, &what, &speaker.demand, speaker.now, |info| {
        change(info);
        Ok::<(), OpsError>(())
    });
    said.map_err(|err| hub.trouble(&err))
}

/// As [`say`], unless the same request said it before.
fn once(hub: &Hub, speaker: &Speaker, change: impl Fn(&mut SessionInfo)) -> Result<Option<About>, Problem> {
    speaker.repeated.is_none().then(|| say(hub, speaker, change)).transpose()
}

/// `POST /api/project`, `PUT /api/project/<project>`: what a project is called.
pub(super) fn project(hub: &Hub, asked: &Asked) -> Result<Response, Problem> {
    let given = Given::parse(&asked.body)?;
    let id = match asked.names.first() {
        Some(name) => name.clone(),
        None => given.needed(&["id", "projectId"])?,
    };
    let name = given.text(&["name"])?.and_then(|name| one_line(&name));
    let category = given.text(&["category"])?.and_then(|name| one_line(&name));
    let speaker = Speaker::of(hub, asked, &given, given.text(&["session_id", "sessionId"])?, false)?;
    let before = hub.shown(&speaker.store)?;
    let known = wire::project_info(&before.everything, &id);
    let is_known = known.is_some();
    let full = known.and_then(|known| known["fullProjectId"].as_str().map(str::to_owned));
    let full = named(hub, &speaker, full.as_deref().unwrap_or(&id))?;
    let mut known = Named::all(&before.everything).remove(full.as_str()).unwrap_or_default();
    let is_same = name.is_none() || known.name == name;
    let is_same = is_same && (category.is_none() || known.category == category) && is_known;
    // What is said later counts, whatever the clocks say.
    known = Named {
        at: speaker.now.max(known.at.next()),
        name: name.or(known.name),
        category: category.or(known.category),
    };
    let said = match is_same {
        true => None,
        false => once(hub, &speaker, |info| known.say(info, full.as_str()))?,
    };
    speaker.answer(hub, said.as_ref().map(|said| &said.report), !is_known, |after| {
        let project = wire::project_info(&after.everything, full.as_str());
        json!({ "created": !is_known, "project": project, "servicesRegistered": false, "syncedToGitHub": false })
    })
}

/// Returns the project that is meant by a name, whether anything is known of it or not.
fn named(hub: &Hub, speaker: &Speaker, name: &str) -> Result<Project, Problem> {
    let typed = todo::project(name).map_err(|err| hub.refused(err))?;
    todo::meant_anew(&speaker.store, None, typed).map_err(|err| hub.refused(err))
}

/// Sessions: that one is there, that it still is, that it ended.
pub(super) fn session(hub: &Hub, asked: &Asked) -> Result<Response, Problem> {
    let given = Given::parse(&asked.body)?;
    let op = asked.operation.op;
    let name = match asked.names.first() {
        Some(name) => name.clone(),
        None => given.needed(&["id", "sessionId", "session_id"])?,
    };
    let project = given.text(&["projectId", "project"])?;
    let platform = given.text(&["aiPlatform", "platform"])?.and_then(|text| one_line(&text));
    let title = given.text(&["title", "name"])?.and_then(|text| one_line(&text));
    let active = given.flag("active")?;
    let metadata = match given.value(&["metadata"]) {
        None => None,
        Some(Value::Object(given)) => Some(wire::metadata(given)),
        Some(_) => return Err(Problem::new(422, "'metadata' has to be an object")),
    };
    let speaker = Speaker::of(hub, asked, &given, Some(name.clone()), false)?;
    let project = project.map(|name| named(hub, &speaker, &name)).transpose()?;
    let (stale, now) = (speaker.store.settings.stale_after, speaker.now);
    let before = hub.shown(&speaker.store)?;
    let is_known = wire::session(&before.everything, stale, &name, now).is_some();
    if op != Op::Register && !is_known {
        return Err(Problem::new(404, "there is no session of this name").hint("POST /api/session registers one"));
    }
    let ends = op == Op::End || active == Some(false);
    let change = |info: &mut SessionInfo| {
        info.project = project.clone().or(info.project.take());
        if let Some(title) = title.as_ref().filter(|title| info.title.as_ref().is_none_or(|own| own.text != **title)) {
            // What is said later counts, whatever the clocks say.
            let at = info.title.as_ref().map_or(now, |own| now.max(own.at.next()));
            info.title = Some(Title { at, text: title.clone() });
        }
        if let Some(platform) = &platform {
            info.extra.insert(PLATFORM.to_owned(), json!(platform));
        }
        if let Some(metadata) = &metadata {
            let own = info.extra.entry(METADATA).or_insert_with(|| json!({}));
            let mut all = own.as_object().cloned().unwrap_or_default();
            all.extend(metadata.clone());
            *own = Value::Object(all);
        }
        match ends {
            true => info.ended = Some(info.ended.unwrap_or(now)),
            false => beat(info, now),
        }
    };
    let said = once(hub, &speaker, change)?;
    speaker.answer(hub, said.as_ref().map(|said| &said.report), !is_known, |after| {
        let session = wire::session(&after.everything, stale, &name, now).unwrap_or_default();
        json!({
            "sessionId": name, "session": session, "updated": session["lastActivity"], "ended": session["ended"],
        })
    })
}

/// Says that a session is there. One that had ended goes on.
fn beat(info: &mut SessionInfo, now: Time) {
    let is_over = info.ended.take().is_some();
    if is_over || now.millis() - info.updated.millis() >= BEAT {
        info.updated = now;
    }
}

/// `POST /api/topic`: what a conversation is about. Of what was said in it nothing is kept.
pub(super) fn topic(hub: &Hub, asked: &Asked) -> Result<Response, Problem> {
    let given = Given::parse(&asked.body)?;
    let name = given.needed(&["id", "conversationId", "session_id"])?;
    let content = given.text(&["content"])?.unwrap_or_default();
    let category = given.text(&["category"])?.and_then(|text| one_line(&text));
    if content.trim().is_empty() && category.is_none() {
        return Err(Problem::new(422, "'content' or 'category' has to be given"));
    }
    let speaker = Speaker::of(hub, asked, &given, Some(name.clone()), false)?;
    let topics = Topics::new(&speaker.store.settings.topics);
    let found = topics.about(&Project::general(), &content, &[]);
    let (category, confidence) = match (&category, found.as_slice()) {
        (Some(category), _) => (category.clone(), 1.0),
        (None, []) => (Project::GENERAL.to_owned(), 0.0),
        (None, [first, others @ ..]) => (first.name.clone(), 1.0 / (others.len() + 1) as f64),
    };
    let before = hub.shown(&speaker.store)?;
    let is_known =
        before.everything.sessions.iter().any(|info| info.session.as_str() == name && info.extra.contains_key(TOPIC));
    let said = once(hub, &speaker, |info| {
        let known = info.extra.get(TOPIC);
        let is_same =
            known.is_some_and(|known| known["category"] == json!(category) && known["confidence"] == json!(confidence));
        if !is_same {
            let at = speaker.now.to_string();
            let topic = json!({ "category": category, "confidence": confidence, "categorized": at });
            info.extra.insert(TOPIC.to_owned(), topic);
        }
    })?;
    speaker.answer(hub, said.as_ref().map(|said| &said.report), !is_known, |after| {
        let mut known = after.everything.sessions.iter().filter(|info| info.session.is_same(&speaker.session));
        json!({ "conversation": known.find_map(wire::conversation) })
    })
}
