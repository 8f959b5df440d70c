//! A request as those see it that answer it, and in whose name it speaks.

use axum::http::HeaderMap;
use axum::http::header::IF_MATCH;
use axum::response::Response;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::answer::{self, etag, tag};
use super::state::Hub;
use crate::access::{Principal, Refused, may_say};
use crate::cli::present;
use crate::git::ObjectId;
use crate::ops::todo::{Actor, known_author};
use crate::ops::{self, Demand, Report, Request, Shown};
use crate::store::Store;
use crate::todo::{Session, Time, TodoId};
use crate::wire::{Given, Operation, Problem};

/// No key of a request is longer.
const LONGEST_KEY: usize = 255;

/// A request.
#[derive(Debug)]
pub(super) struct Asked {
    pub operation: &'static Operation,
    /// What stands in the path in the places of names.
    pub names: Vec<String>,
    pub path: String,
    pub query: String,
    pub headers: HeaderMap,
    pub who: Option<Principal>,
    pub body: Vec<u8>,
}

impl Asked {
    /// Returns what tells who asks from others.
    pub(super) fn token(&self) -> String {
        self.who.as_ref().map(|who| who.token.clone()).unwrap_or_default()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Returns the commit that the branch has to be at: its id is the beginning of every tag.
    pub(super) fn at(&self) -> Result<Option<ObjectId>, Problem> {
        let Some(given) = self.header(IF_MATCH.as_str()).filter(|given| *given != "*") else { return Ok(None) };
        let named = given.trim().trim_start_matches("W/").trim_matches('"');
        let id = named.split('-').next().unwrap_or_default();
        let unknown =
            || Problem::new(412, "If-Match has no tag of this hub").hint("it is the ETag of an earlier answer");
        ObjectId::from_hex(id.as_bytes()).map(Some).map_err(|_| unknown())
    }

    /// Returns what tells this request from others, where its sender wants to send it more than once.
    fn request(&self) -> Result<Option<Request>, Problem> {
        let Some(value) = self.headers.get("idempotency-key") else { return Ok(None) };
        let key = value.as_bytes();
        if key.is_empty() || key.len() > LONGEST_KEY {
            return Err(Problem::new(422, format!("Idempotency-Key has to have 1 to {LONGEST_KEY} bytes")));
        }
        let digest = |parts: &[&[u8]]| {
            let mut hash = Sha256::new();
            parts.iter().for_each(|part| {
                hash.update((part.len() as u64).to_be_bytes());
                hash.update(part);
            });
            hash.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect::<String>()
        };
        let asked = digest(&[self.operation.method.as_bytes(), self.path.as_bytes(), &self.body]);
        Ok(Some(Request { key: digest(&[self.token().as_bytes(), key]), asked }))
    }

    /// Returns the todo that the path names: by its id, or by the beginning of it.
    pub(super) fn todo(&self, shown: &Shown) -> Result<TodoId, Problem> {
        let name = self.names[0].to_ascii_lowercase();
        if let Some(id) = TodoId::parse(&name) {
            return Ok(id);
        }
        let is_begin = name.len() >= 4 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        let all = shown.everything.todos().map(|(_, todo)| todo.id);
        let found: Vec<TodoId> = all.filter(|id| is_begin && id.to_string().starts_with(&name)).collect();
        match found.as_slice() {
            [one] => Ok(*one),
            [] => Err(Problem::new(404, "there is no todo of this id").hint("GET /api/todos?limit=50 lists todos")),
            several => Err(Problem::new(409, format!("{} todos have ids that begin so", several.len()))),
        }
    }
}

/// Somebody who says something.
#[derive(Debug)]
pub(super) struct Speaker {
    /// The store, written as the device that speaks.
    pub store: Store,
    /// The name of the agent's session that acts, as it was given; nothing for the person at the device.
    pub name: Option<String>,
    /// The session in whose name is spoken.
    pub session: Session,
    pub demand: Demand,
    pub now: Time,
    /// The commit that did the same, where that was asked for before.
    pub repeated: Option<ObjectId>,
}

impl Speaker {
    /// Returns who speaks, given the session that is named and whether it acts, as its commands do, or says what is its own.
    pub(super) fn of(
        hub: &Hub,
        asked: &Asked,
        given: &Given,
        session: Option<String>,
        is_act: bool,
    ) -> Result<Self, Problem> {
        let who = asked.who.as_ref().ok_or_else(|| Problem::new(401, "nobody is known to ask"))?;
        let (store, now) = (hub.store()?, present());
        let device = given.text(&["device", "machineId", "machine_id"])?.unwrap_or_else(|| who.device.clone());
        // What somebody says at the hub is of the device that says it.
        let store = store.on_device(device.clone());
        let unfit = |reason: String| Problem::new(422, format!("this cannot name a session: {reason}"));
        let named = |name: &str| Session::new(name).map_err(|err| unfit(err.to_string()));
        let given_name = session.clone();
        let (own, session) = match (&session, is_act) {
            (Some(name), false) => (named(name)?, named(name)?),
            (None, false) => (named(&format!("hub-{device}"))?, named(&format!("hub-{device}"))?),
            (Some(name), true) => {
                let author = known_author(&store, Some(name)).map_err(|err| unfit(err.to_string()))?;
                (named(name)?, author.map_or_else(|| named(name), Ok)?)
            }
            (None, true) => {
                let person = ops::own_session(&store).map_err(|err| hub.trouble(&err))?;
                (person.clone(), person)
            }
        };
        let name = given_name.filter(|_| is_act);
        let refused = |refused: Refused| Problem::new(403, refused.reason).hint(refused.remedy);
        may_say(who, &own, Some(&device)).map_err(refused)?;
        for session in [&own, &session] {
            let owner = ops::owner_of(&store, session).map_err(|err| hub.trouble(&err))?;
            may_say(who, session, owner.as_deref()).map_err(refused)?;
        }
        let demand = Demand { at: asked.at()?, request: asked.request()? };
        let mut repeated = None;
        if let Some(request) = &demand.request
            && let Some((commit, known)) =
                ops::answered(&store, &session, &request.key, now).map_err(|err| hub.trouble(&err))?
        {
            if known != *request {
                let problem = Problem::new(422, "this Idempotency-Key was used for something else");
                return Err(problem.hint("each request has a key of its own"));
            }
            repeated = Some(commit);
        }
        Ok(Speaker { store, name, session, demand, now, repeated })
    }

    /// Returns who acts.
    pub(super) fn actor(&self) -> Actor<'_> {
        Actor { store: &self.store, agent: self.name.as_deref(), here: None, now: self.now, demand: &self.demand }
    }

    /// Answers what was said, from the branch as it is now. `is_new` tells whether something is there that was not.
    pub(super) fn answer(
        &self,
        hub: &Hub,
        report: Option<&Report>,
        is_new: bool,
        document: impl FnOnce(&Shown) -> Value,
    ) -> Result<Response, Problem> {
        let after = hub.shown(&hub.store()?)?;
        let nothing = Report::default();
        let report = report.unwrap_or(&nothing);
        let commit = ops::commit_of(&self.store, &self.session, report).map_err(|err| hub.trouble(&err))?;
        let mut document = document(&after);
        let left = report.left_out.iter().map(|one| json!(one.to_string()));
        let held = report.held.as_ref().map(|_| json!("it is saved, and not merged: the branch is checked out there"));
        document["success"] = json!(true);
        document["errors"] = left.chain(held).collect();
        document["session_id"] = json!(self.session.as_str());
        document["commit"] = json!(commit.map(|commit| commit.to_string()));
        document["consolidated"] = json!(after.tip.map(|tip| tip.to_string()));
        let mut response = answer::json(if is_new { 201 } else { 200 }, &document);
        tag(&mut response, &etag(after.tip));
        if self.repeated.is_some() {
            let replayed = axum::http::HeaderValue::from_static("true");
            response.headers_mut().insert("idempotency-replayed", replayed);
        }
        Ok(response)
    }
}
