//! What can be read. Each answer is of one commit of the branch, and has a tag by which who has it already is told so.

use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, HOST};
use axum::response::Response;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::answer::{self, VERSION, etag, has, tag, unchanged};
use super::asked::Asked;
#[cfg(feature = "web")]
use super::issue;
use super::state::Hub;
use super::{metrics, mirror_api};
use crate::cli::{changes_json, event_json, present};
use crate::git::ObjectId;
use crate::ops::todo::{self, Which, meant};
use crate::ops::{self, LogFilter, Shown};
use crate::plan::{Holders, Moment, Topics, guidance, guidance_json, topic_counts, topic_json};
use crate::store::Store;
use crate::todo::{Time, TodoId};
use crate::wire::{self, Kind, Op, Problem, Query, parameter};

/// So many events are told when nobody says how many, and at most.
const EVENTS: (usize, usize) = (100, 1_000);

pub(super) fn read(hub: &Hub, asked: &Asked) -> Result<Response, Problem> {
    if asked.operation.op == Op::Metrics {
        return metrics::metrics(hub);
    }
    if let Some(value) = without_store(hub, asked) {
        return Ok(of_content(asked, None, &value?));
    }
    let store = hub.store()?;
    let unknown =
        || Problem::new(404, "the branch has no such commit").hint("an ETag, an event and the log name commits");
    let at = parameter(&asked.query, "at").map(|at| ObjectId::from_hex(at.as_bytes()).map_err(|_| unknown()));
    let at = at.transpose()?;
    let is_of_commit = asked.operation.kind == Kind::OfCommit;
    if is_of_commit && at.is_none() {
        let tip = etag(hub.tip(&store)?);
        if has(&asked.headers, &tip) {
            return Ok(unchanged(&tip));
        }
    }
    let shown = match at {
        None => hub.shown(&store)?,
        Some(at) => ops::shown_at(&store, at).map_err(|err| hub.trouble(&err))?.ok_or_else(unknown)?.into(),
    };
    let value = document(hub, &store, asked, &shown)?;
    if !is_of_commit {
        return Ok(of_content(asked, shown.tip, &value));
    }
    let own = etag(shown.tip);
    if has(&asked.headers, &own) {
        return Ok(unchanged(&own));
    }
    let mut response = answer::json(200, &value);
    tag(&mut response, &own);
    if at.is_some() {
        // What was is not going to change.
        let forever = HeaderValue::from_static("private, max-age=31536000, immutable");
        response.headers_mut().insert(CACHE_CONTROL, forever);
    }
    Ok(response)
}

/// Answers with a tag of what is answered, but for the time at which that is.
fn of_content(asked: &Asked, tip: Option<ObjectId>, value: &Value) -> Response {
    let mut lasting = value.clone();
    lasting.as_object_mut().map(|object| object.remove("timestamp"));
    let digest: String = Sha256::digest(lasting.to_string())[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    let commit = tip.map_or_else(|| "none".to_owned(), |tip| tip.to_string());
    let own = format!("\"{commit}-{digest}\"");
    if has(&asked.headers, &own) {
        return unchanged(&own);
    }
    let mut response = answer::json(200, value);
    tag(&mut response, &own);
    response
}

/// Returns what is answered without the store; nothing for all else.
fn without_store(hub: &Hub, asked: &Asked) -> Option<Result<Value, Problem>> {
    Some(match asked.operation.op {
        Op::Health => Ok(wire::health(VERSION, &[])),
        Op::Live => Ok(json!({ "status": "alive" })),
        Op::ReadyToServe => metrics::ready(hub),
        Op::Description => Ok(wire::openapi(VERSION)),
        Op::WellKnown => Ok(wire::well_known(hub.merges)),
        Op::Services => Ok(wire::services(&base(hub, asked), VERSION)),
        Op::Service => wire::service(&asked.names[0], &base(hub, asked), VERSION)
            .ok_or_else(|| Problem::new(404, "this hub is the only service here").hint("it is called `sync`")),
        #[cfg(feature = "web")]
        Op::Keys => issue::public(hub),
        #[cfg(not(feature = "web"))]
        Op::Keys => Ok(json!({ "keys": [] })),
        _ => return None,
    })
}

/// Returns the address by which the hub is reached: what is set, and else what it was asked by, which is a name of its own.
fn base(hub: &Hub, asked: &Asked) -> String {
    #[cfg(feature = "web")]
    if let Some(issuer) = &hub.outside.issuer {
        return issuer.address.clone();
    }
    let host = asked.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    format!("{}://{host}", if hub.pages.is_secure { "https" } else { "http" })
}

fn document(hub: &Hub, store: &Store, asked: &Asked, shown: &Shown) -> Result<Value, Problem> {
    let (everything, now, settings) = (&shown.everything, present(), &store.settings);
    let trouble = |err: ops::OpsError| hub.trouble(&err);
    let name = asked.names.first().map(String::as_str).unwrap_or_default();
    let no_project = || {
        let problem = Problem::new(404, "there is no project of this name").hint("GET /api/todos lists them");
        problem.with("projectId", json!(name)).with("todos", json!([]))
    };
    let no_session = || Problem::new(404, "there is no session of this name").hint("GET /api/session lists them");
    Ok(match asked.operation.op {
        Op::Status => {
            let (topics, at) = (Topics::new(&settings.topics), shown.tip.map(|tip| tip.to_string()));
            wire::status(everything, &topics, at.as_deref(), VERSION, now)
        }
        Op::Todos => {
            let query = Query::parse(&asked.query)?;
            match query.is_given {
                true => wire::todos(everything, &query, shown.at),
                false => wire::projects(everything, shown.at),
            }
        }
        Op::Since => {
            let millis =
                name.parse().map_err(|_| Problem::new(422, "the time has to be in milliseconds since 1970"))?;
            wire::since(everything, Time::from_millis(millis), shown.at)
        }
        Op::Project => wire::project(everything, name).ok_or_else(no_project)?,
        Op::Todo => one(hub, store, asked, shown)?,
        Op::Projects => wire::project_list(everything, shown.at),
        Op::ProjectInfo => wire::project_info(everything, name).ok_or_else(no_project)?,
        Op::Sessions => wire::sessions(everything, settings.stale_after, now),
        Op::Session => wire::session(everything, settings.stale_after, name, now).ok_or_else(no_session)?,
        Op::Guidance => {
            let session = meant(everything, name).map_err(|err| hub.refused(err))?;
            let holders = Holders::of(everything, Moment::at(now));
            let project = holders.standings.get(session.main()).and_then(|standing| standing.project.as_deref());
            guidance_json(&guidance(everything, &holders, &session, project), &session, everything)
        }
        Op::Topics => {
            let (topics, holders) = (Topics::new(&settings.topics), Holders::of(everything, Moment::at(now)));
            let mut counts = topic_counts(everything, &topics, &holders, |_| true);
            counts.retain(|count| count.open > 0 || count.topic.is_configured);
            let found: Vec<Value> = counts.iter().map(|count| topic_json(count, settings.spawn_at)).collect();
            json!({ "total": found.len(), "topics": found, "timestamp": now.to_string() })
        }
        Op::Topic => wire::topic(everything, &Topics::new(&settings.topics), name),
        Op::Conflicts => {
            let properties = ops::open_properties(store, everything).map_err(trouble)?;
            let all = parameter(&asked.query, "all").is_some_and(|all| all == "true" || all == "1");
            wire::conflicts(everything, &properties, all, now)
        }
        Op::Changes => {
            let unknown = || Problem::new(422, "'since' has to be a commit");
            let since =
                parameter(&asked.query, "since").map(|id| ObjectId::from_hex(id.as_bytes()).map_err(|_| unknown()));
            match shown.tip {
                Some(tip) => changes_json(store, since.transpose()?, tip).map_err(trouble)?,
                None => json!({ "commit": null, "since": null, "reset": false, "changes": [] }),
            }
        }
        Op::Mirrors | Op::Mirror => mirror_api::read(hub, store, asked, now)?,
        Op::History | Op::HistoryOf => history(hub, store, asked, shown, now)?,
        _ => return Err(Problem::new(404, "there is nothing of this name")),
    })
}

/// Returns a todo. One that is archived is looked for where those are.
fn one(hub: &Hub, store: &Store, asked: &Asked, shown: &Shown) -> Result<Value, Problem> {
    let id: TodoId = asked.todo(shown)?;
    if let Some((project, todo)) = shown.everything.get(id) {
        return Ok(wire::one(&shown.everything, project, todo));
    }
    let unknown = || Problem::new(404, "there is no todo of this id").hint("GET /api/todos?limit=50 lists todos");
    if parameter(&asked.query, "at").is_some() {
        return Err(unknown());
    }
    let all = todo::read_named(store, None, &Which::Id(id)).map_err(|err| hub.trouble(&err))?.0;
    let (project, todo) = all.get(id).ok_or_else(unknown)?;
    Ok(wire::one(&all, project, todo))
}

fn history(hub: &Hub, store: &Store, asked: &Asked, shown: &Shown, now: Time) -> Result<Value, Problem> {
    let given = |name: &str| parameter(&asked.query, name).filter(|text| !text.is_empty());
    let date = |name: &str, read: fn(&str, Time) -> Option<Time>| {
        let Some(text) = given(name) else { return Ok(None) };
        let time = text.parse().ok().map(Time::from_millis).or_else(|| read(&text, now));
        time.map(Some).ok_or_else(|| Problem::new(422, format!("'{name}' is no date")))
    };
    let most = Query::parse(&asked.query)?.limit.unwrap_or(EVENTS.0).min(EVENTS.1);
    let todo = (asked.operation.op == Op::HistoryOf).then(|| asked.todo(shown)).transpose()?;
    let project = given("project");
    let filter = LogFilter {
        todo,
        project: todo::scope(store, None, project.as_deref()).map_err(|err| hub.refused(err))?,
        session: given("session"),
        by: None,
        since: date("since", ops::since)?,
        until: date("until", ops::until)?,
        most,
    };
    let events = ops::log(store, &filter).map_err(|err| hub.trouble(&err))?;
    if let (Some(_), true) = (todo, events.is_empty()) {
        return Err(Problem::new(404, "nobody said anything of this todo"));
    }
    let names = ops::project_names(store).map_err(|err| hub.trouble(&err))?;
    let found: Vec<Value> = events.iter().map(|event| event_json(event, &names)).collect();
    Ok(json!({ "total": found.len(), "events": found, "timestamp": now.to_string() }))
}
