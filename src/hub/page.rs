//! The pages that people see: each is of one commit of the branch.

use std::ops::ControlFlow;
use std::sync::{Arc, OnceLock};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};

use super::page_agents::agents;
use super::page_answer::{file, go, html, refuse};
use super::page_sign_in::{cookie, presented};
use super::state::Hub;
use crate::access::Scope;
use crate::cli::{day, mirror_text, moment, present, silences};
use crate::ops::{self, Event, LogFilter, MirrorStatus, Shown, todo::Which};
use crate::page::{self, Happening, Mirroring, Sight, Then, Wanted};
use crate::plan::Topics;
use crate::store::Store;
use crate::todo::Time;
use crate::view::{OverProperty, Quiet, Style};
use crate::wire::{Problem, parameter};

/// So much of history is told.
pub(super) const EVENTS: usize = 200;

/// What a page may ask besides the todos.
pub(super) struct Asked<'a> {
    pub hub: &'a Hub,
    pub store: &'a Store,
    pub query: &'a str,
    /// Whether who asks may do anything.
    may_write: bool,
}

impl Asked<'_> {
    /// Says no to who may only read.
    pub(super) fn needs_write(&self) -> Result<(), Problem> {
        let no = || {
            Problem::new(403, "this browser may only read")
                .hint("`git chittysync hub open` prints a link for one that may write")
        };
        self.may_write.then_some(()).ok_or_else(no)
    }
}

pub(super) async fn first() -> Response {
    go("/ui")
}

pub(super) async fn now(State(hub): State<Arc<Hub>>, uri: Uri, headers: HeaderMap) -> Response {
    show(&hub, uri, headers, |sight, _| Ok(page::now(sight))).await
}

pub(super) async fn todos(State(hub): State<Arc<Hub>>, uri: Uri, headers: HeaderMap) -> Response {
    show(&hub, uri, headers, |sight, asked| Ok(page::todos(sight, &Wanted::parse(asked.query)))).await
}

pub(super) async fn board(State(hub): State<Arc<Hub>>, uri: Uri, headers: HeaderMap) -> Response {
    show(&hub, uri, headers, |sight, asked| Ok(page::board(sight, asked.query))).await
}

pub(super) async fn session(
    State(hub): State<Arc<Hub>>,
    Path(name): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    show(&hub, uri, headers, move |sight, _| {
        let unknown = |_| Problem::new(404, "there is no such session").hint("Sessions lists them.");
        Ok(page::session(sight, &ops::todo::meant(sight.everything, &name).map_err(unknown)?))
    })
    .await
}

pub(super) async fn projects(State(hub): State<Arc<Hub>>, uri: Uri, headers: HeaderMap) -> Response {
    show(&hub, uri, headers, |sight, _| Ok(page::projects(sight))).await
}

pub(super) async fn sessions(State(hub): State<Arc<Hub>>, uri: Uri, headers: HeaderMap) -> Response {
    show(&hub, uri, headers, |sight, asked| Ok(page::sessions(sight, asked.query.contains("all=1")))).await
}

pub(super) async fn conflicts(State(hub): State<Arc<Hub>>, uri: Uri, headers: HeaderMap) -> Response {
    show(&hub, uri, headers, |sight, _| Ok(page::conflicts(sight))).await
}

pub(super) async fn topics(State(hub): State<Arc<Hub>>, uri: Uri, headers: HeaderMap) -> Response {
    show(&hub, uri, headers, |sight, _| Ok(page::topics(sight))).await
}

pub(super) async fn keys(State(hub): State<Arc<Hub>>, uri: Uri, headers: HeaderMap) -> Response {
    show(&hub, uri, headers, |sight, _| Ok(page::help(sight))).await
}

pub(super) async fn todo(
    State(hub): State<Arc<Hub>>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    show(&hub, uri, headers, move |sight, asked| {
        let which = Which::Words(id);
        let unknown = |_| Problem::new(404, "there is no such todo").hint("It may have been forgotten.");
        // What was archived is not among what is shown.
        let found =
            ops::todo::find(sight.everything, None, &which).map(|(project, todo)| (project.clone(), todo.clone()));
        let (project, todo) = match found {
            Ok(found) => found,
            Err(_) if sight.then.is_some() => {
                return Err(Problem::new(404, "there was no such todo then").hint("The same page without ?at= has it."));
            }
            Err(_) => {
                let all =
                    ops::todo::read_named(asked.store, None, &which).map_err(|_| Problem::new(500, "cannot read"))?;
                let (project, todo) = ops::todo::find(&all.0, None, &which).map_err(unknown)?;
                (project.clone(), todo.clone())
            }
        };
        let filter = LogFilter { todo: Some(todo.id), most: EVENTS, ..LogFilter::default() };
        Ok(page::todo(sight, &project, &todo, &happenings(asked.store, sight, filter)?))
    })
    .await
}

/// Returns what happened until the second of the state that is looked at, in the words of `log`.
pub(super) fn happenings(store: &Store, sight: &Sight<'_>, filter: LogFilter) -> Result<Vec<Happening>, Problem> {
    let mut found = Vec::new();
    let filter = LogFilter { until: sight.then.map(|then| then.until()), ..filter };
    let take = |event: Event| {
        found.push(Happening {
            at: event.at,
            verb: event.deed().verb(),
            id: event.after.id,
            words: event.after.content.clone(),
            renamed_to: event.renamed_to.clone(),
            session: event.session.session.clone(),
            project: event.project,
        });
        ControlFlow::Continue(())
    };
    ops::tell(store, &filter, take).map_err(|_| Problem::new(500, "history cannot be read"))?;
    Ok(found)
}

/// Shows a page to who is known, and the way in to who is not.
pub(super) async fn show(
    hub: &Arc<Hub>,
    uri: Uri,
    headers: HeaderMap,
    make: impl FnOnce(&Sight<'_>, &Asked<'_>) -> Result<String, Problem> + Send + 'static,
) -> Response {
    let Some(secret) = cookie(hub, &headers) else { return html(StatusCode::UNAUTHORIZED, page::sign_in(None)) };
    let made = hub.aside(move |hub| {
        let who = hub.holder(&secret, Scope::Read)?;
        let store = hub.store()?;
        let looked = look(hub, &store, &uri)?;
        let Looked { shown, commit, now } = &looked;
        let (topics, may_write) = (Topics::new(&store.settings.topics), who.may(Scope::Write));
        let properties = match commit {
            None => hub.pages.properties(shown, || find(hub, &store, shown))?,
            Some(_) => Arc::new(find(hub, &store, shown)?),
        };
        let query = uri.query().unwrap_or_default();
        let said = query.split('&').find_map(|pair| pair.strip_prefix("said=")?.parse().ok());
        let (key, path) = (secret.form_key(), path_of(&uri));
        let today = present();
        let told = |time: Time| moment(time, today);
        let then = commit.as_ref().map(|commit| Then { commit, at: *now, may_go_back: may_write });
        let (mirrors, agents) = match then {
            None => beside(&store, uri.path(), may_write, *now),
            Some(_) => (Vec::new(), None),
        };
        let sight = Sight {
            at: shown.tip.map(|tip| tip.to_string()),
            properties: &properties,
            spawn_at: store.settings.spawn_at,
            quiet: Quiet::of(&shown.everything, *now, store.settings.quiet_after),
            silences: silences(&store.settings),
            today: day(*now),
            device: &store.settings.device,
            key: &key,
            mirrors: &mirrors,
            agents: agents.as_ref(),
            may_write: may_write && then.is_none(),
            then,
            message: said.and_then(|number| hub.pages.said(&who.token, number)),
            path: &path,
            ..Sight::new(&shown.everything, &topics, &told, *now)
        };
        make(&sight, &Asked { hub, store: &store, query, may_write })
    });
    match made.await {
        Ok(page) => html(StatusCode::OK, page),
        Err(problem) if problem.status == 401 => html(StatusCode::UNAUTHORIZED, page::sign_in(Some(&problem.detail))),
        Err(problem) => refuse(&problem),
    }
}

/// What is looked at.
struct Looked {
    shown: Arc<Shown>,
    /// The commit of it, where it is an earlier state.
    commit: Option<String>,
    /// The time there: an earlier state is seen as it was seen then.
    now: Time,
}

/// Finds what is to be looked at: the branch as it is, or as it was at the commit behind `?at=`.
fn look(hub: &Hub, store: &Store, uri: &Uri) -> Result<Looked, Problem> {
    let at = parameter(uri.query().unwrap_or_default(), "at").filter(|at| !at.is_empty());
    let Some(at) = at else { return Ok(Looked { shown: hub.shown(store)?, commit: None, now: present() }) };
    let shown = hub.shown_at(store, &at)?;
    let now = shown.at.unwrap_or_else(present);
    Ok(Looked { shown, commit: Some(at), now })
}

/// Returns how mirrors and agents are doing, for the pages that tell of it. Who may only read can do nothing about mirrors,
/// and need not know where todos go.
fn beside(store: &Store, path: &str, may_write: bool, now: Time) -> (Vec<Mirroring>, Option<page::Agents>) {
    let mirrors = if may_write && path == "/ui" { brief(store, now) } else { Vec::new() };
    let agents = match path {
        "/ui" => agents(store, now, false),
        "/ui/topics" => agents(store, now, true),
        _ => None,
    };
    (mirrors, agents)
}

/// Finds the conflicts over properties of what is shown.
fn find(hub: &Hub, store: &Store, shown: &Shown) -> Result<Vec<OverProperty>, Problem> {
    ops::open_properties(store, &shown.everything).map_err(|err| hub.trouble(&err))
}

/// Returns how mirrors are doing, in a line each. That this cannot be read holds no page up.
fn brief(store: &Store, now: Time) -> Vec<Mirroring> {
    let style = Style { color: false, width: 0, isolate: false, now };
    match MirrorStatus::all(store) {
        Ok(all) => all
            .iter()
            .map(|status| Mirroring {
                name: status.mirror.name.clone(),
                text: mirror_text(status, style),
                is_bad: status.trouble().is_some(),
            })
            .collect(),
        Err(err) => vec![Mirroring { name: "mirrors".to_owned(), text: ops::chain(&err), is_bad: true }],
    }
}

/// Returns the path of a page, without the number of what was told on it.
fn path_of(uri: &Uri) -> String {
    let query = uri.query().unwrap_or_default();
    let kept: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("said=")).collect();
    if kept.is_empty() { uri.path().to_owned() } else { format!("{}?{}", uri.path(), kept.join("&")) }
}

pub(super) async fn style(headers: HeaderMap) -> Response {
    static SMALL: OnceLock<Option<Vec<u8>>> = OnceLock::new();
    file("text/css; charset=utf-8", page::style(), &SMALL, &headers)
}

pub(super) async fn script(headers: HeaderMap) -> Response {
    static SMALL: OnceLock<Option<Vec<u8>>> = OnceLock::new();
    file("text/javascript; charset=utf-8", page::script(), &SMALL, &headers)
}

/// The stream of events, for a browser: it has its token in a cookie, and cannot say more.
pub(super) async fn events(hub: State<Arc<Hub>>, uri: Uri, headers: HeaderMap) -> Response {
    match cookie(&hub, &headers) {
        Some(secret) => {
            let headers = presented(headers, &secret);
            let listening = async {
                hub.principal(&headers, Scope::Read).await?;
                super::events::listen(&hub, &uri, &headers).await
            };
            listening.await.unwrap_or_else(IntoResponse::into_response)
        }
        None => Problem::new(401, "this browser is not known").hint("`git chittysync hub open`").into_response(),
    }
}
