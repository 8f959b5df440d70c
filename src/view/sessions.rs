//! Who works on what, where, since when.

use serde_json::{Value, json};

use super::table::align;
use super::{Everything, Style};
use crate::todo::{SessionInfo, Time, plain};

/// How alive a session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionState {
    /// It spoke within the last hour.
    Active,
    /// It spoke within the last seven days.
    Idle,
    /// It has not spoken for seven days.
    Stale,
    /// It said that it ended.
    Ended,
}

impl SessionState {
    /// Returns the word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            SessionState::Active => "active",
            SessionState::Idle => "idle",
            SessionState::Stale => "stale",
            SessionState::Ended => "ended",
        }
    }
}

/// A session with its counts.
#[derive(Clone, Debug)]
pub struct SessionView<'a> {
    /// The session.
    pub info: &'a SessionInfo,
    /// How alive it is.
    pub state: SessionState,
    /// How many open todos it wants.
    pub open: usize,
    /// How many todos it spoke of and did not drop.
    pub total: usize,
}

const HOUR: i64 = 60 * 60 * 1000;
const STALE: i64 = 7 * 24 * HOUR;

/// Returns all sessions, the latest first.
pub fn session_views(everything: &Everything, now: Time) -> Vec<SessionView<'_>> {
    let mut counts = std::collections::BTreeMap::new();
    for (_, todo) in everything.todos() {
        for (session, claim) in todo.claims.iter().filter(|(_, claim)| !claim.dropped) {
            let (open, total): &mut (usize, usize) = counts.entry(session).or_default();
            *total += 1;
            *open += usize::from(claim.is_open() && todo.state().is_open());
        }
    }
    let mut views: Vec<_> = everything
        .sessions
        .iter()
        .map(|info| {
            let (open, total) = counts.get(&info.session).copied().unwrap_or_default();
            let silent = now.millis() - info.updated.millis();
            let state = match info.ended {
                Some(_) => SessionState::Ended,
                None if silent < HOUR => SessionState::Active,
                None if silent < STALE => SessionState::Idle,
                None => SessionState::Stale,
            };
            SessionView { info, state, open, total }
        })
        .collect();
    views.sort_by(|a, b| b.info.updated.cmp(&a.info.updated).then_with(|| a.info.session.cmp(&b.info.session)));
    views
}

/// Returns the name of the project that a session works on.
fn project(info: &SessionInfo) -> &str {
    info.project.as_ref().map_or(crate::todo::Project::GENERAL, |project| project.as_str())
}

/// Returns the sessions for people.
pub fn sessions_text(everything: &Everything, style: Style) -> String {
    let mut rows = vec![["STATE", "OPEN", "TOTAL", "LAST", "PROJECT", "DEVICE", "SESSION"].map(String::from).to_vec()];
    for view in session_views(everything, style.now) {
        let text = |value: &str| plain(value);
        rows.push(vec![
            view.state.as_str().to_owned(),
            view.open.to_string(),
            view.total.to_string(),
            style.age(view.info.updated),
            text(project(view.info)),
            text(&view.info.device),
            text(view.info.session.as_str()),
        ]);
    }
    if rows.len() == 1 { String::new() } else { align(&rows) }
}

/// Returns the sessions for programs that read lines: name, state, open, total, time of the last statement,
/// project, device.
pub fn sessions_rows(everything: &Everything, now: Time) -> Vec<Vec<String>> {
    let views = session_views(everything, now).into_iter();
    views
        .map(|view| {
            vec![
                view.info.session.to_string(),
                view.state.as_str().to_owned(),
                view.open.to_string(),
                view.total.to_string(),
                view.info.updated.to_string(),
                project(view.info).to_owned(),
                view.info.device.clone(),
            ]
        })
        .collect()
}

/// Returns the sessions for programs.
pub fn sessions_json(everything: &Everything, now: Time) -> Value {
    let sessions = session_views(everything, now).into_iter().map(|view| {
        let mut value = json!({
            "session": view.info.session.as_str(),
            "source": view.info.source,
            "device": view.info.device,
            "project": project(view.info),
            "started": view.info.started.to_string(),
            "updated": view.info.updated.to_string(),
            "state": view.state.as_str(),
            "open": view.open,
            "total": view.total,
        });
        let optional = [("agent", &view.info.agent), ("branch", &view.info.branch)];
        for (key, text) in optional.into_iter().filter_map(|(key, text)| Some((key, text.as_ref()?))) {
            value[key] = json!(text);
        }
        if let Some(ended) = view.info.ended {
            value["ended"] = json!(ended.to_string());
        }
        value
    });
    sessions.collect()
}
